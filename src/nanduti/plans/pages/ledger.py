"""The ledger of activities on any day, as a table and as a picture."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.fields import reading_of
from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.pictures import timeline
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import planning
from nanduti.programme.frames import Frame, programme_page

from .. import queries, visions
from ..kinds import KINDS
from ..models import Activity
from .common import EDIT, SERVES, STATUS, TONES

COUNTED = {
    "closed": pgettext_lazy("activities", "done"),
    "implementation": pgettext_lazy("activities", "running"),
    "pipeline": pgettext_lazy("activities", "planned"),
    "late": pgettext_lazy("activities", "late"),
    "unknown": gettext_lazy("not known"),
}
PICTURE_STATE = {
    "closed": "done",
    "implementation": "running",
    "pipeline": "planned",
    "suspended": "cancelled",
}
# A picture of more rows than this is no longer a picture.
PICTURED = 150


class LedgerTable(DataTable):
    """The activities, one row each."""

    name = "ledger"
    caption = gettext_lazy("Activities")
    search = ("label", "label_es")
    order = ""
    keys_first = True


def _columns(frame: Frame) -> list[Col]:
    kinds = {k.code: _(k.title) for k in KINDS.values()}
    return [
        Col("number", gettext_lazy("No."), "number", sortable=True),
        Col("plan", gettext_lazy("Plan"), value=lambda r: str(r.plan), shown=frame.cluster is None),
        Col("label", gettext_lazy("Activity"), value=str, phone=True,
            url=lambda r: frame.url("plans:activity", r.plan.code, r.number)),
        Col("kind", gettext_lazy("Kind"), "choice", choices=kinds, filter="choice", sortable=True),
        Col("activity_class", gettext_lazy("Class"), "choice", choices=Activity.Class.choices, filter="choice",
            shown=False),
        Col("date_text", gettext_lazy("When"), value=_when, plain=lambda r: r.date_text, sortable="date_text_start",
            phone=True),
        Col("date_text_start", gettext_lazy("From"), "day", filter="days", shown=False, sortable=True),
        Col("last_day", gettext_lazy("To"), "day", value=_last_day, shown=False),
        Col("date_text_precision", gettext_lazy("Precision"), shown=False),
        Col("status_now", gettext_lazy("State"), "chip", choices=STATUS, filter="choice", sortable=True,
            tone=lambda s: TONES.get(s, ""), phone=True),
        Col("serves", gettext_lazy("Serves"), "choice", choices=SERVES, filter="choice", shown=False),
        Col("n_participants", gettext_lazy("Participants"), "number", shown=False),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip


def _when(row: Activity) -> str:
    reading = reading_of(row, "date_text")
    if isinstance(reading, planning.When):
        return words.interval(reading)
    return row.date_text or _("no date")


def _last_day(row: Activity) -> Any:
    from datetime import timedelta

    return row.date_text_end - timedelta(days=1) if row.date_text_end else None


@programme_page(step=7, item="ledger")
def ledger(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The activities on a time axis at a cut-off day, and as a table."""
    rows = queries.activities(programme=frame.programme, cluster=frame.cluster)
    holding = visions.wordings(visions.standings(programme=frame.programme, on=frame.as_of))
    rows = visions.with_service(queries.with_status(rows, as_of=frame.as_of), holding=holding)
    rows = rows.order_by("plan_id", "number")
    table = LedgerTable(rows, request, columns=_columns(frame))
    if table.wants_export:
        return table.export()
    counts = queries.status_counts(programme=frame.programme, cluster=frame.cluster, as_of=frame.as_of)
    return render(
        request,
        "plans/ledger.html",
        {
            "title": _("Activities"),
            "state": _ledger_state(counts, frame),
            "figures": _ledger_figures(counts, table),
            "picture": _picture(table, frame),
            "n_pictured": PICTURED,
            "table": table,
            "frame_of": frame,
            "variance_url": frame.url("plans:variances"),
            "new_url": frame.url("plans:new_activity") if frame.may(EDIT) else "",
        },
    )


def _ledger_state(counts: dict[str, int], frame: Frame) -> str:
    n = sum(counts.values())
    if not n:
        return _("No activity is planned yet.")
    late, unknown = counts.get("late", 0), counts.get("unknown", 0)
    said = ngettext(
        "%(late)s of %(n)s activities was late on %(day)s",
        "%(late)s of %(n)s activities were late on %(day)s",
        late,
    ) % {"late": words.number(late), "n": words.number(n), "day": words.day(frame.as_of)}
    if unknown:
        said += "; " + ngettext(
            "%(n)s has no date that can be understood", "%(n)s have no date that can be understood", unknown
        ) % {"n": words.number(unknown)}
    return said + "."


def _ledger_figures(counts: dict[str, int], table: DataTable) -> list[Figure]:
    return [
        Figure(
            counts.get(code, 0),
            label,
            table.address(status_now=code, page=None),
            tone={"late": "warn" if counts.get("late") else "", "closed": "good"}.get(code, ""),
        )
        for code, label in COUNTED.items()
    ]


def _picture(table: DataTable, frame: Frame) -> Any:
    if not table.n or table.n > PICTURED:
        return None  # the count is known already; 20,000 activities are not sorted to find that out
    rows = list(table.filtered)
    return timeline.Timeline(
        [_item(row, frame) for row in rows], cut_off=frame.as_of, request=frame.request, title=_("Activities")
    )


def _item(row: Activity, frame: Frame) -> timeline.Item:
    reading = reading_of(row, "date_text")
    is_read = isinstance(reading, planning.When)
    state = row.status_now  # type: ignore[attr-defined]
    return timeline.Item(
        label=str(row),
        when=reading if is_read else None,
        state=PICTURE_STATE.get(state, state),
        url=frame.url("plans:activity", row.plan.code, row.number),
        number=row.number,
        group="" if frame.cluster else str(row.plan),
        text=row.date_text,
        note="" if is_read or reading is None else saying.say(reading).sentence,
    )
