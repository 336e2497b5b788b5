"""What several pages of plans share: words for states, and the activity that an address names."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.programme.frames import Frame

from .. import queries
from ..models import Activity

STATUS = {
    "closed": pgettext_lazy("activity", "done"),
    "implementation": pgettext_lazy("activity", "running"),
    "pipeline": pgettext_lazy("activity", "planned"),
    "late": pgettext_lazy("activity", "late"),
    "cancelled": pgettext_lazy("activity", "cancelled"),
    "suspended": pgettext_lazy("activity", "suspended"),
    "unknown": gettext_lazy("not known"),
}
# What activities serve, as the list of them can be narrowed.
SERVES = {
    "priority": gettext_lazy("a priority of the vision"),
    "objective": gettext_lazy("another objective of the plan"),
    "nothing": gettext_lazy("no objective that is named"),
}
TONES = {"closed": "good", "late": "warn", "unknown": "calm"}
EDIT = "edit_plans"


def activity_of(frame: Frame, plan: str, number: int) -> Activity:
    rows = queries.activities(programme=frame.programme).select_related("objective", "owner", "indicator")
    row = rows.filter(plan__code=plan, number=number).first() if number < 2**31 else None
    if row is None:
        raise NotFound(kind="activity", code_given=f"{plan}:{number}")
    return row


def require(frame: Frame, scope_id: int) -> None:
    if not frame.access.may(EDIT, scope_id):
        raise NotAllowed(capability=EDIT)
