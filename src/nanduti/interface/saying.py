"""Errors and verdicts in the reader's language.

Classes hold English templates; the catalogues hold their translations; details fill either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import get_format
from django.utils.translation import gettext

from nanduti.methods.values import NandutiError, Reason, RuleSource, Verdict, Worded, mark

from . import words

# Details that are themselves sentences of ours rather than names or numbers, so the catalogues may know them.
OUR_WORDS = frozenset(
    {"remedy", "problem", "why", "what", "what_to_do", "place", "kind", "month_name", "month"}
)


@dataclass(frozen=True)
class Said:
    """A small letter to a person."""

    title: str
    sentence: str
    remedy: str
    code: str = ""
    # Where one can go on from here: words and address.
    ways: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()


@dataclass(frozen=True)
class SaidVerdict:
    """A verdict that can be read out: what it decides, why, what would help, where the rule comes from."""

    decision: str
    title: str
    reasons: tuple[str, ...]
    remedy: str
    source: str

    def __str__(self) -> str:
        return f"{' '.join(self.reasons)} ({self.source})"


def fill(template: str, details: Mapping[str, Any]) -> str:
    """The translated template with its details; the English one where a translation cannot be filled."""
    if not template:
        return ""
    ready = {name: _detail(name, value, details) for name, value in details.items()}
    for candidate in (gettext(template), template):
        try:
            return candidate.format(**ready)
        except (KeyError, IndexError, ValueError, AttributeError):
            continue
    return template


def _detail(name: str, value: Any, details: Mapping[str, Any]) -> Any:
    if isinstance(value, Verdict):
        return str(say_verdict(value))
    if isinstance(value, Reason):
        return fill(value.sentence, value.details)
    if isinstance(value, RuleSource):
        return say_source(value)
    if isinstance(value, Worded):
        return fill(value.template, value.details)
    if f"{name}_template" in details:
        # A detail that is itself a filled sentence travels with its template.
        return fill(details[f"{name}_template"], details.get(f"{name}_details", {}))
    if isinstance(value, date):
        return words.day(value)
    if isinstance(value, float):
        return _Figure(value)
    if name in OUR_WORDS and isinstance(value, str) and value:
        return gettext(value)
    return value


class _Figure(float):
    """A figure that stands in a sentence with the points and commas of the reader's language."""

    def __format__(self, spec: str) -> str:
        signs = {".": get_format("DECIMAL_SEPARATOR"), ",": get_format("THOUSAND_SEPARATOR")}
        english = float.__format__(self, spec) if spec else float.__repr__(self)
        return "".join(signs.get(sign, sign) for sign in english)

    def __str__(self) -> str:
        return format(self)


def say(error: NandutiError) -> Said:
    """Title, sentence and remedy of an error, translated and filled."""
    title, sentence, remedy, details = error.parts()
    ways = getattr(error, "ways", ())
    return Said(gettext(title), fill(sentence, details), fill(remedy, details), error.code, ways)


# What stands above a verdict: whether something may be done, whether something is as it should be, or advice.
TITLES = {
    "permission": {
        "yes": mark("The rule allows this"),
        "no": mark("The rule refuses this"),
        "flag": mark("The rule allows this, but look"),
    },
    "check": {
        "yes": mark("This is in order"),
        "no": mark("This is not in order yet"),
        "flag": mark("This is in order, but look"),
    },
    "open": {
        "yes": mark("This is in order"),
        "no": mark("This is not in order yet"),
        "flag": mark("Something is still open"),
    },
    "advice": dict.fromkeys(("yes", "no", "flag"), mark("What the rule advises")),
}


def say_verdict(verdict: Verdict, about: str = "permission") -> SaidVerdict:
    """The reasons of a verdict, translated and filled, with the source of its rule.

    ``about`` says what was asked of the rule: a permission, a check, a check in which something may still be
    open, or advice."""
    return SaidVerdict(
        decision=verdict.decision,
        title=gettext(TITLES.get(about, TITLES["permission"])[verdict.decision]),
        reasons=tuple(fill(reason.sentence, reason.details) for reason in verdict.reasons),
        remedy=fill(verdict.remedy, {}) if verdict.remedy else "",
        source=say_source(verdict.source),
    )


def say_source(source: RuleSource) -> str:
    """Document and place; both may stand in the catalogues."""
    parts = [gettext(part) for part in (source.document, source.place) if part]
    return ", ".join(parts)
