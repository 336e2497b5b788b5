"""What changed between two waves, and whether that can be said at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from nanduti.methods.values import Reason, RuleSource, Verdict, flag, mark, no, yes

from .queries import Told

SOURCE = RuleSource("Nanduti", "indicators: when two waves can be compared")


@dataclass(frozen=True)
class Change:
    """From one wave to the next: the difference where it can be said, and the verdict with its reasons."""

    before: Told
    after: Told
    difference: float | None
    verdict: Verdict


def changes_of(told: Sequence[Told]) -> list[Change]:
    """Each wave against the one before it, in the order given; measurements of no wave are passed over."""
    waves = [t for t in told if t.wave is not None]
    return [change(before, after) for before, after in pairwise(waves)]


def change(before: Told, after: Told) -> Change:
    """The difference of two waves, if both measure the same and say something."""
    verdict = comparable(before, after)
    difference = None
    if verdict.allows and after.cell.value is not None and before.cell.value is not None:
        difference = after.cell.value - before.cell.value
    return Change(before, after, difference, verdict)


def comparable(before: Told, after: Told) -> Verdict:
    """Whether two waves can be compared: one formula over one form, both say something, of the same firms."""
    refused: list[Reason] = []
    warned: list[Reason] = []
    if before.measurement.indicator_version.digest != after.measurement.indicator_version.digest:
        refused.append(
            Reason(
                "indicators.other_formula",
                mark("The two were worked out by formulas that measure different things."),
            )
        )
    for one in (before, after):
        if one.cell.value is None:
            refused.append(
                Reason("indicators.nothing_said", mark("{wave} says nothing."), {"wave": str(one.wave)})
            )
    if before.cell.method != after.cell.method:
        refused.append(
            Reason(
                "indicators.other_sample",
                mark("One is an estimate for all firms and the other tells only of those who were asked."),
            )
        )
    if before.cell.low is not None and after.cell.low is not None and _overlap(before, after):
        warned.append(
            Reason(
                "indicators.within_error", mark("The two intervals overlap: the difference may be chance.")
            )
        )
    if refused:
        return no(*refused, source=SOURCE)
    if warned:
        return flag(*warned, source=SOURCE)
    return yes(Reason("indicators.comparable", mark("Both waves were worked out alike.")), source=SOURCE)


def _overlap(before: Told, after: Told) -> bool:
    low = max(before.cell.low or 0.0, after.cell.low or 0.0)
    high = min(before.cell.high or 0.0, after.cell.high or 0.0)
    return low <= high
