"""Words that several pages of the room say."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from nanduti.foundation.models import AuditEvent

DRIVERS = {
    "weights": gettext_lazy("The weights of the parameters"),
    "scale": gettext_lazy("The way scores are brought to one scale"),
    "mean": gettext_lazy("Whether a strength makes a weakness good"),
}


def driver_words(code: str) -> Any:
    """What a doubt is called."""
    return DRIVERS.get(code, code)


def title_of(table: Any, code: str) -> str:
    """What a parameter is called."""
    parameter = table.weighing.parameter(code)
    return parameter.title if parameter else code


DEEDS = {
    "diagnostics.open_selection": gettext_lazy("began the selection"),
    "diagnostics.set_up_selection": gettext_lazy("changed how it weighs"),
    "diagnostics.edit_parameters": gettext_lazy("changed the parameters"),
    "diagnostics.score_candidate": gettext_lazy("scored"),
    "diagnostics.override_gate": gettext_lazy("overrode the gate"),
    "diagnostics.give_points": gettext_lazy("gave points"),
    "diagnostics.compare_pairs": gettext_lazy("compared pairs"),
    "diagnostics.decide_selection": gettext_lazy("recorded the decision"),
    "diagnostics.reopen_selection": gettext_lazy("opened it again"),
    "programme.declare_principal": gettext_lazy("declared whose interest comes first"),
    "diagnostics.begin_study": pgettext_lazy("study", "began it"),
    "diagnostics.edit_study": pgettext_lazy("study", "changed it"),
    "diagnostics.order_findings": pgettext_lazy("study", "had its figures computed"),
    "diagnostics.keep_findings": pgettext_lazy("study", "its figures were computed"),
    "diagnostics.agree_study": pgettext_lazy("study", "agreed it"),
    "diagnostics.reopen_study": pgettext_lazy("study", "opened it again"),
    "diagnostics.order_report": pgettext_lazy("study", "had its document made"),
    "diagnostics.keep_report": pgettext_lazy("study", "its document was made"),
}


def history_of(row: models.Model, n: int = 20) -> list[dict[str, Any]]:
    """The last deeds of this room about a record, with the reason of an override."""
    events = AuditEvent.objects.filter(
        subject_kind=row._meta.label_lower, subject_id=str(row.pk), action__in=DEEDS
    )[:n]
    return [
        {"at": e.at, "by_label": e.by_label, "action": _deed(e)}
        for e in events
    ]  # fmt: skip


def _deed(event: AuditEvent) -> str:
    said = str(DEEDS.get(event.action, event.action))
    if not event.override_reason:
        return said
    return _("%(deed)s: %(reason)s") % {"deed": said, "reason": event.override_reason}
