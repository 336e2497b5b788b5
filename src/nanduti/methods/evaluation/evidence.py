"""The evidence behind a number: grades A to F, enforced, and the estimate that carries one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, counted, mark

from .assignment import Assignment

BASIS = {
    "A": mark("lottery recorded before, analysed as drawn, few and even losses"),
    "B": mark("lottery with a weakness that is named"),
    "C": mark("comparison over time with at least four groups a side"),
    "D": mark("one or few groups a side: one place cannot be told from its luck"),
    "E": mark("before and after only: not attributable"),
    "F": mark("counted by the programme"),
}
LEAST_GROUPS_A_SIDE = 4
FEW_GROUPS = 12


@dataclass(frozen=True)
class EvidenceGrade:
    """How much a number can carry: a letter A (best) to F, and the reasons for it.

    >>> EvidenceGrade("E").allows_test, EvidenceGrade("A").allows_test
    (False, True)
    """

    letter: str
    reasons: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.letter not in BASIS:
            raise BadInput(
                place=f"grade {self.letter!r}", problem="is not one of A to F", remedy="Correct it."
            )

    @property
    def basis(self) -> str:
        """What the letter means."""
        return BASIS[self.letter]

    @property
    def allows_test(self) -> bool:
        """Whether an interval and a p-value may be printed beside the number (grades A, B and C)."""
        return self.letter in "ABC"

    def say(self) -> str:
        """Letter, meaning and reasons in one line."""
        return f"{self.letter}: {self.basis}" + "".join(f"; {r}" for r in self.reasons)


@dataclass(frozen=True)
class AttritionLimits:
    """From which losses on a lottery earns grade B: Nanduti's defaults, to be set by the programme.

    Attributes:
        overall: largest share of drawn units without an outcome.
        differential: largest difference of that share between arms.
    """

    overall: float = 0.20
    differential: float = 0.05


def grade_lottery(
    assignment: Assignment,
    observed: np.ndarray,
    *,
    limits: AttritionLimits | None = None,
    amended: bool = False,
) -> EvidenceGrade:
    """Grade A or B of an estimate on a lottery (D if an arm is a single cluster).

    Args:
        observed: True for units (in the order of ``assignment.units``) whose outcome is known.
        amended: whether the plan was amended after locking in a way that touches this estimate.
    """
    limits = limits or AttritionLimits()
    if assignment.masked:
        return EvidenceGrade("F", (mark("rehearsal on masked arms: no finding at all"),))
    if assignment.n_clusters is not None:
        smallest = min(c for c in assignment.counts().get_column("n_clusters").to_list() if c is not None)
        if smallest < 2:
            return EvidenceGrade("D", (mark("an arm is a single group"),))
    reasons = _weaknesses(assignment, observed, limits)
    if amended:
        reasons.append(mark("the plan was amended after it was locked"))
    return EvidenceGrade("B" if reasons else "A", tuple(reasons))


def _weaknesses(assignment: Assignment, observed: np.ndarray, limits: AttritionLimits) -> list[str]:
    drawn = assignment.arm_codes >= 0
    lost = [
        1 - float(observed[assignment.arm_codes == a].mean())
        for a in range(len(assignment.arms))
        if (assignment.arm_codes == a).any()
    ] or [1.0]
    overall = 1 - float(observed[drawn].mean()) if drawn.any() else 1.0
    out = []
    if assignment.source != "drawn":
        out.append(mark("the lottery was reported, not drawn and recorded here"))
    if overall > limits.overall:
        out.append(f"{overall:.0%} of units were lost (limit {limits.overall:.0%})")
    if max(lost) - min(lost) > limits.differential:
        out.append(
            f"losses differ between arms by {max(lost) - min(lost):.0%} (limit {limits.differential:.0%})"
        )
    return out


def grade_comparison(n_treated: int, n_comparison: int, *, least: int = LEAST_GROUPS_A_SIDE) -> EvidenceGrade:
    """Grade C or D of a comparison over time, by the groups in which treatment was decided.

    >>> grade_comparison(1, 1).letter, grade_comparison(6, 5).letter
    ('D', 'C')
    """
    if min(n_treated, n_comparison) < 1:
        return EvidenceGrade("E", (mark("there is no comparison group"),))
    groups = counted(n_comparison, "group", "groups")
    told = f"{n_treated} treated and {n_comparison} comparison {groups}"
    letter = "D" if min(n_treated, n_comparison) < least else "C"
    return EvidenceGrade(letter, (told,))


@dataclass(frozen=True)
class EffectEstimate:
    """One effect with what is known about its certainty and the evidence behind it.

    ``standard_error``, ``low``, ``high`` and ``p_value`` are None where the evidence does not carry them;
    ``notes`` then say why. They can never be set on grades D, E and F.

    Attributes:
        outcome: what was affected. arm, against: which group is compared with which.
        estimate: the effect in the outcome's unit.
        level: coverage of the interval ``low`` to ``high``.
        p_value: of no effect. p_method: how it was computed.
        smallest_p: the smallest p-value this design could have given.
        n: rows used. n_units_missing: drawn units without outcome. n_groups: groups treated as wholes.
    """

    outcome: str
    arm: str
    against: str
    estimate: float
    grade: EvidenceGrade
    n: int
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = 0.95
    p_value: float | None = None
    p_method: str = ""
    smallest_p: float | None = None
    n_units_missing: int = 0
    n_groups: int | None = None
    notes: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        certain = (self.standard_error, self.low, self.high, self.p_value)
        if any(c is not None and np.isnan(c) for c in certain):
            raise BadInput(
                place=f"the estimate of {self.outcome!r}",
                problem="has a certainty that is not a number",
                remedy="Leave it out and say why.",
            )
        if not self.grade.allows_test and any(c is not None for c in certain):
            raise BadInput(
                place=f"an estimate of grade {self.grade.letter}",
                problem="was given a standard error, interval or p-value",
                remedy="Print the effect and the raw paths only.",
            )

    def say(self) -> str:
        """One paragraph without stars or Greek letters."""
        out = f"{self.outcome}: {self.arm} against {self.against} {self.estimate:+.4g}"
        if self.low is not None and self.high is not None:
            out += f" ({self.level:.0%} interval {self.low:.4g} to {self.high:.4g})"
        if self.p_value is not None:
            told = "p < 0.001" if self.p_value < 0.0005 else f"p = {self.p_value:.3f}"
            out += f", {told} by {self.p_method}"
        out += f". {self.n} observations. Evidence {self.grade.say()}."
        return out + "".join(f" {note}" for note in self.notes)


@dataclass(frozen=True)
class EffectTable(Sequence[EffectEstimate]):
    """Several estimates; reads like a list and turns into a data frame."""

    estimates: tuple[EffectEstimate, ...]

    def __getitem__(self, key):
        if isinstance(key, str):
            found = [e for e in self.estimates if e.arm == key]
            if not found:
                known = ", ".join(dict.fromkeys(e.arm for e in self.estimates))
                raise BadInput(place=f"arm {key!r}", problem="has no estimate", remedy=f"There are: {known}.")
            return found[0]
        return self.estimates[key]

    def __len__(self) -> int:
        return len(self.estimates)

    def __iter__(self) -> Iterator[EffectEstimate]:
        return iter(self.estimates)

    @property
    def frame(self) -> pl.DataFrame:
        """One row per estimate, the grade beside every number."""
        plain = ("outcome", "arm", "against", "estimate", "standard_error", "low", "high", "p_value")
        rows = [
            {name: getattr(e, name) for name in plain}
            | {"smallest_p": e.smallest_p, "p_method": e.p_method, "n": e.n, "n_missing": e.n_units_missing}
            | {
                "n_groups": e.n_groups,
                "grade": e.grade.letter,
                "why": e.grade.say(),
                "notes": " ".join(e.notes),
            }
            for e in self.estimates
        ]
        return pl.DataFrame(rows, schema=_FRAME)


_FRAME = {
    "outcome": pl.String,
    "arm": pl.String,
    "against": pl.String,
    "estimate": pl.Float64,
    "standard_error": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p_value": pl.Float64,
    "smallest_p": pl.Float64,
    "p_method": pl.String,
    "n": pl.Int64,
    "n_missing": pl.Int64,
    "n_groups": pl.Int64,
    "grade": pl.String,
    "why": pl.String,
    "notes": pl.String,
}
