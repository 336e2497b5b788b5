"""What a published table states: do the parts add up, what stands in no part, does the text say the same.

The tables are those of a diagnostic study: employment by sector (Lowe 2003, table 1), firms by size (tables 2 and 3)
or by role in the value chain (UNIDO 2013, chart 2), sales by destination (Lowe 2003, section "History" and note 6).
Where :func:`~nanduti.methods.indices.shares_with_residual` refuses, these functions answer with a verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, counted, flag, mark, no, yes

SOURCE = RuleSource("Nanduti", mark("sector tables"))


@dataclass(frozen=True)
class Split:
    """A whole in its parts.

    Attributes:
        shares: part → share of the whole, 0 to 1; ``None`` where the part is not known.
        whole: what the shares are of: the stated total, else the sum of the parts.
        total: sum of the known parts.
        residual: what stands in no part, in the unit of the parts; ``None`` where no total is stated.
        verdict: whether the parts add up.
    """

    shares: dict[str, float | None]
    whole: float | None
    total: float
    residual: float | None
    verdict: Verdict


def split(parts: Mapping[str, float | None], *, stated: float | None = None, step: float = 1.0) -> Split:
    """Shares of the parts, and what is left over beside the stated total.

    Args:
        parts: part → figure; ``None`` is unknown and never nil.
        stated: the total that the source states (100 for per cents).
        step: what the source rounds to (0.1 for "79.0"): parts may miss the total by half a step each.

    >>> orders = split({"state": 45, "neighbours": 25, "elsewhere": 27, "abroad": 3}, stated=100)
    >>> orders.residual, orders.verdict.decision
    (0.0, 'yes')
    >>> exports = split({"usa": 49, "europe": 18, "canada": 12, "latin_america": 12}, stated=100)
    >>> exports.residual, exports.verdict.reasons[0].say()
    (9.0, 'The parts add up to 91 of 100: 9 stands in no part.')
    >>> split({"micro": 66, "small": 30, "medium_and_large": 3}, stated=100).verdict.reasons[0].code
    'rounding'
    """
    for name, value in parts.items():
        if value is not None and not 0 <= value < float("inf"):
            raise BadInput(
                place=f"part {name!r}", problem=mark("is negative"), remedy=mark("Enter zero or more.")
            )
    known = {name: float(v) for name, v in parts.items() if v is not None}
    total = sum(known.values())
    whole = stated if stated is not None else total
    shares = {n: (known[n] / whole if whole and n in known else None) for n in parts}
    residual = None if stated is None else round(stated - total, 9)
    verdict = _adds_up(len(parts), len(known), total, stated, step)
    return Split(shares, whole if known or stated is not None else None, total, residual, verdict)


def _adds_up(n: int, n_known: int, total: float, stated: float | None, step: float) -> Verdict:
    said = {"total": f"{total:g}", "stated": f"{stated:g}" if stated is not None else ""}
    if not n_known:
        text = mark("No part is known.")
        return no(Reason("nothing_known", text), source=SOURCE, remedy=mark("Enter the table."))
    if stated is None:
        text = mark("No total is stated, so nobody can say whether a part is missing.")
        return flag(Reason("no_total", text), source=SOURCE)
    gap = stated - total
    said["gap"] = f"{abs(gap):g}"
    if n_known < n:
        said["n"] = str(n - n_known)
        text = counted(
            n - n_known,
            mark("One part is not known, so what is left over cannot be told from it."),
            mark("{n} parts are not known, so what is left over cannot be told from them."),
        )
        return flag(Reason("unknown_parts", text, said), source=SOURCE)
    if abs(gap) < 1e-9 * max(1.0, abs(stated)):
        return yes(Reason("adds_up", mark("The parts add up to {stated}."), said), source=SOURCE)
    if abs(gap) <= n * step / 2 + 1e-9:
        text = mark("The parts add up to {total} of {stated}: rounding alone can explain it.")
        return yes(Reason("rounding", text, said), source=SOURCE)
    if gap < 0:
        text = mark("The parts add up to {total}, more than the stated {stated}.")
        return no(Reason("too_much", text, said), source=SOURCE, remedy=mark("Look into the source again."))
    text = mark("The parts add up to {total} of {stated}: {gap} stands in no part.")
    return flag(Reason("left_over", text, said), source=SOURCE)


def share_up_to(classes: Sequence[tuple[int, int | None, float]], upper: int) -> tuple[float, float]:
    """Between which shares lies that of units with at most ``upper`` workers, when classes cut it in two.

    Args:
        classes: from, to (inclusive; ``None`` is open), share.
        upper: up to how many workers.

    >>> jalisco = [(1, 15, 79.0), (16, 100, 17.3), (101, 300, 2.6), (301, None, 1.1)]
    >>> tuple(round(v, 1) for v in share_up_to(jalisco, 49))
    (79.0, 96.3)
    """
    whole_below = sum(share for _low, high, share in classes if high is not None and high <= upper)
    begun = sum(share for low, _high, share in classes if low <= upper)
    return whole_below, begun


def stated_against_classes(
    stated: float, upper: int, classes: Sequence[tuple[int, int | None, float]], *, tolerance: float = 1.0
) -> Verdict:
    """Whether a share said of "up to so many workers" can be true beside a table whose classes end elsewhere.

    Args:
        stated: the share that the text says, in the unit of the table.
        upper: up to how many workers it speaks of.
        tolerance: how exactly the text speaks ("about 80" is within 1).

    >>> jalisco = [(1, 15, 79.0), (16, 100, 17.3), (101, 300, 2.6), (301, None, 1.1)]
    >>> stated_against_classes(80, 49, jalisco).decision
    'flag'
    >>> stated_against_classes(60, 49, jalisco).decision
    'no'
    """
    low, high = share_up_to(classes, upper)
    said = {"stated": f"{stated:g}", "upper": upper, "low": f"{low:g}", "high": f"{high:g}"}
    if any(end == upper for _start, end, _share in classes):
        if abs(stated - low) <= tolerance:
            text = mark("Text and table agree on those with up to {upper} workers.")
            return yes(Reason("agree", text, said), source=SOURCE)
        text = mark("The text says {stated} of those with up to {upper} workers, the table {low}.")
        return no(Reason("differ", text, said), source=SOURCE, remedy=mark("Look into the source again."))
    if not low - tolerance <= stated <= high + tolerance:
        text = mark(
            "The text says {stated} of those with up to {upper} workers; the table allows {low} to {high}."
        )
        return no(Reason("differ", text, said), source=SOURCE, remedy=mark("Look into the source again."))
    text = mark(
        "The text says {stated} of those with up to {upper} workers, the table has no class that ends there: "
        "by it the share lies between {low} and {high}. The two classifications must not be mixed."
    )
    return flag(Reason("other_classes", text, said), source=SOURCE)


def same_thing_twice(one: float, other: float, *, when: str = "", other_when: str = "") -> Verdict:
    """Whether two figures for one thing agree; two days may explain a difference, and are said.

    >>> same_thing_twice(20398, 26926, when="October 1998", other_when="1997").reasons[0].say()
    'Two figures stand side by side: 20398 (October 1998) and 26926 (1997), 32.0 % apart.'
    """
    said = {"one": f"{one:g}", "other": f"{other:g}", "when": when or "?", "other_when": other_when or "?"}
    if one == other:
        return yes(Reason("same", mark("Both places say {one}."), said), source=SOURCE)
    base = min(one, other)
    said["apart"] = f"{100 * (max(one, other) - base) / base:.1f} %" if base else "?"
    text = mark("Two figures stand side by side: {one} ({when}) and {other} ({other_when}), {apart} apart.")
    return flag(Reason("two_figures", text, said), source=SOURCE)
