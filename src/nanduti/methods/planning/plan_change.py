"""What a revision of a plan changed: activities added, dropped, moved, dearer, re-worded; and how far it slipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Literal

from nanduti.methods.values import BadInput, Money, PersonError, Reason, counted, mark

from ._widths import last_days
from .dates import When
from .plan_lines import PlanLine

#: Reason code → sentence.
REASONS: dict[str, str] = {
    "same": mark("It was not moved."),
    "later": mark("Its last day was moved {days} days later, from {before} to {after}."),
    "later_by_one": mark("Its last day was moved one day later, from {before} to {after}."),
    "earlier": mark("Its last day was moved {days} days earlier, from {before} to {after}."),
    "earlier_by_one": mark("Its last day was moved one day earlier, from {before} to {after}."),
    "start_only": mark("Its first day was moved from {before} to {after}; its last stayed."),
    "end_stayed": mark("Its last day stayed."),
    "narrowed": mark("It was said more precisely: the new days lie within the old."),
    "widened": mark("It was said less precisely: the old days lie within the new."),
    "never_dated": mark("It has no date that can be understood, before or after."),
    "newly_dated": mark("It had no date that can be understood before."),
    "no_longer_dated": mark("It no longer has a date that can be understood."),
    "no_end": mark("A last day is not known of both, so that nobody can say how far it was moved."),
}
MovedState = Literal["same", "later", "earlier", "start_only", "narrowed", "widened", "unsaid"]


@dataclass(frozen=True)
class Moved:
    """By how much a planned interval was moved.

    Attributes:
        state: later or earlier (its last day moved), start_only (only the first did), same; narrowed or widened (said
            more or less precisely, the one within the other, so that nothing need have moved); unsaid.
        days: the days by which its last day moved, above 0 is later; 0 for same and start_only; else ``None``.
        start_days: the same of its first day; ``None`` where one has none or the state is narrowed, widened or unsaid.
        least, most: between which days the move of the end lies, since coarse dates hide their day; ``None`` where
            ``days`` is.
        reason: why, as a sentence.
    """

    state: MovedState
    reason: Reason
    days: int | None = None
    start_days: int | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True)
class LineChange:
    """What became of one activity from one state of a plan to another.

    Attributes:
        key: names the activity.
        kind: added, dropped, kept (in both; see ``changed``), or absent (in neither: dropped before and after).
        before, after: the two lines; ``None`` where there is none.
        moved: of the kept.
        changed: what differs, of the kept: names out of ``FIELDS``, in that order.
        cost: the new cost less the old, where both are known in one currency; else ``None``.
    """

    key: str
    kind: Literal["added", "dropped", "kept", "absent"]
    before: PlanLine | None
    after: PlanLine | None
    moved: Moved | None = None
    changed: tuple[str, ...] = ()
    cost: Money | None = None


#: What a revision may change of an activity that stays.
FIELDS = ("label", "when", "cost", "local_share", "participants", "owner", "payer", "target")


@dataclass(frozen=True)
class Slippage:
    """By how much a plan as a whole has slipped: over the kept activities whose move can be said.

    Attributes:
        n: activities in both states of the plan.
        n_said: those of them whose move can be said.
        n_later, n_earlier, n_same: of those; start_only counts as same.
        median: the median of the days moved (the mean of the two middle ones where their number is even).
        largest: the move furthest from zero, signed; the later one where two are as far.
        largest_key: which activity that was; the first by key among equals.
    """

    n: int
    n_said: int
    n_later: int
    n_earlier: int
    n_same: int
    median: float | None
    largest: int | None
    largest_key: str | None


@dataclass(frozen=True)
class CostChange:
    """How the planned cost of the kept activities changed, in one currency: over those known in both states.

    ``n`` are the activities with a known cost in this currency in both; ``difference`` is after − before.
    """

    currency: str
    n: int
    before: Money
    after: Money
    difference: Money


@dataclass(frozen=True)
class PlanChange:
    """What changed from one state of a plan to another.

    Attributes:
        before, after: what the two states are called, as the caller has said ("baseline", "revision 2", "now").
        lines: one for each activity, in the order of ``after``, the dropped at the end.
        n_added, n_dropped, n_kept, n_changed: counts; changed are those of the kept that differ in anything.
        n_by_field: name of ``FIELDS`` → how many of the kept differ in it; zero counts left out.
        slippage: how far the dates moved.
        costs: by currency.
    """

    before: str
    after: str
    lines: tuple[LineChange, ...]
    n_added: int
    n_dropped: int
    n_kept: int
    n_changed: int
    n_by_field: dict[str, int]
    slippage: Slippage
    costs: tuple[CostChange, ...]


def moved(before: When | PersonError | None, after: When | PersonError | None) -> Moved:
    """By how many days a planned interval was moved, from the ends of the two intervals.

    >>> from nanduti.methods.planning import parse_when
    >>> found = moved(parse_when("May 2009"), parse_when("July 2009"))
    >>> found.state, found.days, (found.least, found.most)
    ('later', 61, (31, 91))
    >>> moved(parse_when("2009"), parse_when("12 May 2009")).state
    'narrowed'
    """
    if not isinstance(before, When) or not isinstance(after, When):
        has_before, has_after = isinstance(before, When), isinstance(after, When)
        code = "no_longer_dated" if has_before else "newly_dated" if has_after else "never_dated"
        return Moved("unsaid", _reason(code))
    if before.period == after.period and before.is_open == after.is_open:
        return Moved("same", _reason("same"), 0, 0, 0, 0)
    old_end, new_end = before.period.last_day, after.period.last_day
    start_days = _days(before.period.start, after.period.start)
    if old_end is None or new_end is None or before.is_open or after.is_open:
        return Moved("unsaid", _reason("no_end"), start_days=start_days)
    if before.precision != after.precision and _holds(before, after):
        return Moved("narrowed", _reason("narrowed"))
    if before.precision != after.precision and _holds(after, before):
        return Moved("widened", _reason("widened"))
    return _by_ends(before, after, start_days)


def _by_ends(before: When, after: When, start_days: int | None) -> Moved:
    (old_first, old), (new_first, new) = last_days(before), last_days(after)
    days = _days(old, new) or 0
    if not days:
        details = {"before": before.period.start, "after": after.period.start}
        code = "end_stayed" if None in details.values() else "start_only"
        return Moved("start_only", _reason(code, **details), 0, start_days, 0, 0)
    code = "later" if days > 0 else "earlier"
    sentence = counted(abs(days), REASONS[f"{code}_by_one"], REASONS[code])
    reason = Reason(code, sentence, {"days": abs(days), "before": old, "after": new})
    return Moved(code, reason, days, start_days, _days(old, new_first), _days(old_first, new))  # type: ignore[arg-type]


def _days(old: date | None, new: date | None) -> int | None:
    return None if old is None or new is None else (new - old).days


def _holds(outer: When, inner: When) -> bool:
    """Whether every day of the one lies within the other."""
    starts = outer.period.start is None or (
        inner.period.start is not None and inner.period.start >= outer.period.start
    )
    return starts and inner.period.end <= outer.period.end  # type: ignore[operator]


def plan_change(
    before: Iterable[PlanLine],
    after: Iterable[PlanLine],
    *,
    before_name: str = "baseline",
    after_name: str = "now",
) -> PlanChange:
    """What changed from one state of a plan to another: from the baseline, or from the revision before.

    An activity marked ``is_dropped`` counts as not in that state. Raises BadInput where a key stands twice in one.

    >>> from nanduti.methods.planning import parse_when
    >>> first = [PlanLine("1", when=parse_when("May 2009")), PlanLine("2"), PlanLine("3", owner="ISF")]
    >>> then = [PlanLine("1", when=parse_when("July 2009")), PlanLine("3", owner="CLRI"), PlanLine("4")]
    >>> found = plan_change(first, then)
    >>> found.n_added, found.n_dropped, found.n_by_field, found.slippage.median
    (1, 1, {'when': 1, 'owner': 1}, 61)
    """
    old, new = _by_key(before, before_name), _by_key(after, after_name)
    keys = [*new, *(key for key in old if key not in new)]
    lines = tuple(_line_change(key, old.get(key), new.get(key)) for key in keys)
    kept = [line for line in lines if line.kind == "kept"]
    n_by_field = {name: sum(name in line.changed for line in kept) for name in FIELDS}
    return PlanChange(
        before=before_name,
        after=after_name,
        lines=lines,
        n_added=sum(line.kind == "added" for line in lines),
        n_dropped=sum(line.kind == "dropped" for line in lines),
        n_kept=len(kept),
        n_changed=sum(bool(line.changed) for line in kept),
        n_by_field={name: n for name, n in n_by_field.items() if n},
        slippage=slippage((line.key, line.moved) for line in kept if line.moved is not None),
        costs=_costs(kept),
    )


def _by_key(lines: Iterable[PlanLine], name: str) -> dict[str, PlanLine]:
    found: dict[str, PlanLine] = {}
    for line in lines:
        if line.key in found:
            raise BadInput(
                place=f"{name}, {line.key}",
                problem=mark("stands twice in one state of a plan"),
                remedy=mark("Give each activity once."),
            )
        found[line.key] = line
    return found


def _line_change(key: str, before: PlanLine | None, after: PlanLine | None) -> LineChange:
    was = before if before is not None and not before.is_dropped else None
    is_now = after if after is not None and not after.is_dropped else None
    if was is None or is_now is None:
        kind = "dropped" if was is not None else "added" if is_now is not None else "absent"
        return LineChange(key, kind, before, after)  # type: ignore[arg-type]
    cost = None
    if was.cost is not None and is_now.cost is not None and _can_add(was.cost, is_now.cost):
        cost = is_now.cost - was.cost
    old, new = _said(was), _said(is_now)
    changed = tuple(name for name in FIELDS if old[name] != new[name])
    return LineChange(key, "kept", was, is_now, moved(was.when, is_now.when), changed, cost)


def _said(line: PlanLine) -> Mapping[str, object]:
    """What a line says, by the names of ``FIELDS``, so that equal means unchanged for a reader."""
    shares = sorted((m.currency, m.amount, m.price_year or 0) for m in line.local_share if m is not None)
    return {
        "label": " ".join(line.label.split()),
        "when": _date_said(line.when),
        "cost": line.cost,
        "local_share": (shares, len(line.local_share)),
        "participants": (line.n_participants, line.unit if line.n_participants is not None else ""),
        "owner": line.owner,
        "payer": line.payer,
        "target": line.target,
    }


def _date_said(when: When | PersonError | None) -> object:
    """Its days where they are understood ("May-09" is "May 2009"), else its words."""
    if isinstance(when, When):
        return when.period, when.is_open
    return None if when is None else " ".join(str(when.details.get("text", "")).split()) or None


def slippage(moves: Iterable[tuple[str, Moved]]) -> Slippage:
    """The slippage of a plan as a whole, from the moves of its activities (key, move).

    >>> from nanduti.methods.planning import parse_when
    >>> may, june = parse_when("3 May 2009"), parse_when("3 June 2009")
    >>> found = slippage([("1", moved(may, june)), ("2", moved(may, may)), ("3", moved(None, may))])
    >>> (found.n_said, found.n), found.median, found.largest, found.largest_key
    ((2, 3), 15.5, 31, '1')
    """
    listed = list(moves)
    said = [(key, move.days) for key, move in listed if move.days is not None]
    days = [n for _, n in said]
    # Furthest from zero, the later of two as far, then the first by key.
    key, largest = min(said, key=lambda one: (-abs(one[1]), -one[1], one[0])) if said else (None, None)
    return Slippage(
        n=len(listed),
        n_said=len(said),
        n_later=sum(n > 0 for n in days),
        n_earlier=sum(n < 0 for n in days),
        n_same=sum(n == 0 for n in days),
        median=median(days) if days else None,
        largest=largest,
        largest_key=key,
    )


def _costs(kept: Iterable[LineChange]) -> tuple[CostChange, ...]:
    sums: dict[str, list[LineChange]] = {}
    for line in kept:
        if line.cost is not None and line.cost.price_year is None:
            sums.setdefault(line.cost.currency, []).append(line)
    return tuple(_cost_change(currency, sums[currency]) for currency in sorted(sums))


def _cost_change(currency: str, lines: list[LineChange]) -> CostChange:
    nothing = Money(0, currency)
    before = sum((line.before.cost for line in lines), nothing)  # type: ignore[misc,union-attr]
    after = sum((line.after.cost for line in lines), nothing)  # type: ignore[misc,union-attr]
    return CostChange(currency, len(lines), before, after, after - before)


def _can_add(one: Money, other: Money) -> bool:
    return (one.currency, one.price_year) == (other.currency, other.price_year)


def _reason(code: str, **details: object) -> Reason:
    return Reason(code, REASONS[code], details)
