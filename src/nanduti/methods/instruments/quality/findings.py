"""What a general check noticed, with its reason, its row and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ...values import mark

# Rule → what it says, filled from the figures; {question} and {collector} are put in by whoever shows it.
SENTENCES = {
    "same_answers": mark("All {n_compared} answers are the same as in another submission."),
    "nearly_same_answers": mark("{n_same} of {n_compared} answers are the same as in another submission."),
    "unusual_value": mark(
        "{value} is far from what others answered: the middle is {middle}, most lie between {low} and {high}."
    ),
    "collector_effect": mark(
        "Answers differ by who asked: {icc_percent} % of their variance, more than chance gives (p {p})."
    ),
    "straight_line": mark(
        "The same answer, {value}, to all {n_items} statements, some of which contradict each other."
    ),
    "too_quick": mark("{minutes} minutes, where half of all took {middle} or more."),
    "impossible_duration": mark("The form ended before it began, or took no time."),
    "digit_preference": mark(
        "{share_percent} % of {n} numbers end in {digit}, where about 10 % are expected (p {p})."
    ),
    "age_heaping": mark(
        "Ages end in 0 or 5 more often than true ages do: Whipple's index {whipple} (100 is none, 500 is all)."
    ),
    "many_missing": mark(
        "{missing_percent} % were left empty or not known, where the others left {others_percent} % (p {p})."
    ),
    "odd_hour": mark("Filled at {hour}:00 by the clock of the place."),
}


def chance(p: float) -> str:
    """A p-value for a sentence.

    >>> chance(0.0004), chance(1e-30)
    ('= 0.0004', '< 0.0001')
    """
    return "< 0.0001" if p < 0.0001 else f"= {p:.2g}"


@dataclass(frozen=True)
class Noticed:
    """One finding. ``key`` and ``other`` name submissions, ``collector`` who asked, ``question`` a column or path."""

    rule: str
    question: str = ""
    key: Any = None
    other: Any = None
    collector: str = ""
    row: str = ""
    severity: str = "warning"
    figures: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The reason in English."""
        return SENTENCES[self.rule].format(**self.figures)


def fisher_greater(table: list[list[int]]) -> float:
    """Fisher's exact test of a two by two table: the chance of so large a first cell, if rows were alike.

    >>> round(fisher_greater([[8, 2], [1, 5]]), 4)
    0.0245
    """
    # Only here: these distributions take 90 MB of every web process that merely knows this room.
    from scipy.stats import fisher_exact

    return float(fisher_exact(table, alternative="greater").pvalue)
