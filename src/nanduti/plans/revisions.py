"""Plans as they were agreed from time to time: what a revision says, and what has been changed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.foundation.fields import reading_of
from nanduti.foundation.kept import kept
from nanduti.methods import planning
from nanduti.methods.values import Money

from .models import ActionPlan, Activity, Revision, RevisionLine

# What of an activity is agreed with the others: what became of it, and how it is classed, is not.
AGREED = (
    "label", "label_es", "date_text", "cost", "payer", "n_participants", "participant_unit",
    "owner", "indicator", "indicator_text", "better", "target",
)  # fmt: skip


def of_plan(plan: ActionPlan) -> QuerySet[Revision]:
    """The revisions of a plan from the baseline on, with how many activities each speaks of."""
    rows = Revision.objects.filter(plan=plan).select_related("plan", "source")
    return rows.annotate(n_lines=Count("lines")).order_by("number")


def last_of(plan: ActionPlan) -> Revision | None:
    """What was last agreed; ``None`` where nobody has kept the plan yet."""
    return of_plan(plan).last()


def by_number(plan: ActionPlan, number: int) -> Revision:
    """The revision of that number, or :class:`NotFound`."""
    found = of_plan(plan).filter(number=number).first() if number < 2**31 else None
    if found is None:
        raise NotFound(kind="revision", code_given=number)
    return found


def activities_of(plan: ActionPlan) -> QuerySet[Activity]:
    """The activities of a plan with all that is agreed of them."""
    return Activity.objects.filter(plan=plan).select_related("plan", "owner", "indicator").order_by("number")


def lines_of(revision: Revision) -> QuerySet[RevisionLine]:
    """What a revision says, in the order of the plan."""
    rows = RevisionLine.objects.filter(revision=revision)
    return rows.select_related("activity__plan", "owner", "indicator").order_by("activity__number")


def of_activity(activity: Activity) -> list[RevisionLine]:
    """What each revision of its plan says of one activity, from the baseline on."""
    rows = RevisionLine.objects.filter(activity=activity).select_related("revision", "activity__plan")
    return list(rows.order_by("revision__number"))


def said_now(activity: Activity) -> dict[str, Any]:
    """What the plan says of an activity now, as the fields of a line."""
    said = {name: getattr(activity, name) for name in AGREED}
    # What was spent has the same currency; without a planned cost it is no part of what was agreed.
    said["currency"] = "" if activity.cost is None else activity.currency
    return {
        **said,
        "activity": activity,
        "is_dropped": activity.reported_status == Activity.Status.CANCELLED,
    }


# --- what was changed


def changes(plan: ActionPlan, *, before: Revision, after: Revision | None = None) -> planning.PlanChange:
    """What changed from one revision to another, or to the plan now in force."""
    later = _lines(plan, after) if after else _now(plan)
    return planning.plan_change(
        _lines(plan, before), later, before_name=str(before), after_name=str(after) if after else "now"
    )


def _lines(plan: ActionPlan, revision: Revision) -> list[planning.PlanLine]:
    return [_line(row, row.activity) for row in lines_of(revision)]


def _now(plan: ActionPlan) -> list[planning.PlanLine]:
    """The plan in force, as if it were kept today."""
    return [_line(RevisionLine(**said_now(row)), row) for row in activities_of(plan)]


def _line(said: RevisionLine, activity: Activity) -> planning.PlanLine:
    """A line with bodies and indicators by their names, as a page shows them."""
    return planning.PlanLine(
        key=f"{activity.number}",
        label=str(said),
        when=reading_of(said, "date_text"),
        cost=None if said.cost is None or said.cost < 0 else Money(said.cost, said.currency),
        n_participants=said.n_participants,
        unit=said.participant_unit,
        owner=str(said.owner or ""),
        payer=said.payer,
        target=_target(said),
        is_dropped=said.is_dropped,
    )


def _target(said: RevisionLine) -> planning.Target | None:
    if said.target is None:
        return None
    about = said.indicator.code if said.indicator else said.indicator_text
    return planning.Target(float(said.target), said.better, about)


@dataclass(frozen=True)
class Counts:
    """How many activities differ between two states of a plan, and in what way."""

    n: int
    n_added: int
    n_dropped: int
    n_later: int
    n_earlier: int


def changed_since(plan: ActionPlan, last: Revision) -> Counts:
    """What was changed since a revision, in numbers; kept until somebody does something."""

    def count() -> Counts:
        change = changes(plan, before=last)
        slip = change.slippage
        return Counts(n_changed(change), change.n_added, change.n_dropped, slip.n_later, slip.n_earlier)

    return kept(("changed since", plan.pk, last.pk), count)


def n_changed(change: planning.PlanChange) -> int:
    """How many activities were added, dropped or changed in anything."""
    return change.n_added + change.n_dropped + change.n_changed
