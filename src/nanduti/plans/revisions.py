"""Plans as they were agreed from time to time: what a revision says, and what has been changed since."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet

from nanduti.foundation.errors import NotFound

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
