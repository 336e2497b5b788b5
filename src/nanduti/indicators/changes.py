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
    warned += _of_the_same_firms(before, after, refused)
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


# Below these shares of each other's numbers two rounds of asking are other firms, or firms are missing.
OTHERS, MISSING = 0.5, 0.8


def _of_the_same_firms(before: Told, after: Told, refused: list[Reason]) -> list[Reason]:
    """Without weights the two must have asked about as many: fifteen chosen firms are no second census."""
    if before.cell.method == "estimate" == after.cell.method:
        return []
    few, many = sorted((before.cell.n_asked, after.cell.n_asked))
    if not many or few >= MISSING * many:
        return []
    details = {
        "before": str(before.wave),
        "n": before.cell.n_asked,
        "after": str(after.wave),
        "m": after.cell.n_asked,
    }
    if few < OTHERS * many:
        refused.append(
            Reason(
                "indicators.other_firms",
                mark("{before} asked {n} and {after} asked {m}: they are not the same firms."),
                details,
            )
        )
        return []
    return [
        Reason(
            "indicators.fewer_firms",
            mark("{before} asked {n} and {after} asked {m}: part of the change may be other firms."),
            details,
        )
    ]


def _overlap(before: Told, after: Told) -> bool:
    low = max(before.cell.low or 0.0, after.cell.low or 0.0)
    high = min(before.cell.high or 0.0, after.cell.high or 0.0)
    return low <= high
