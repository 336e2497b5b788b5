"""What a revision of a plan changed: activities added, dropped, moved, dearer, re-worded; and how far it slipped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from nanduti.methods.values import Money, PersonError, Reason

from .dates import When
from .plan_lines import PlanLine

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
    """By how many days a planned interval was moved, from the ends of the two intervals."""
    raise NotImplementedError


def plan_change(
    before: Iterable[PlanLine],
    after: Iterable[PlanLine],
    *,
    before_name: str = "baseline",
    after_name: str = "now",
) -> PlanChange:
    """What changed from one state of a plan to another: from the baseline, or from the revision before.

    An activity marked ``is_dropped`` counts as not in that state. Raises BadInput where a key stands twice in one.
    """
    raise NotImplementedError


def slippage(moves: Iterable[tuple[str, Moved]]) -> Slippage:
    """The slippage of a plan as a whole, from the moves of its activities (key, move)."""
    raise NotImplementedError
