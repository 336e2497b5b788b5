"""Pages of the review: the supervisor's queue, and what was sent back to a collector."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link
from nanduti.register.names import names_for

from ..actions import reviews as actions
from ..models import Instrument, Submission
from ..queries import reviews
from ..wording import backlog_said, note_said
from .instruments import title_of

State = Submission.State
STATE_TONES = {"accepted": "good", "returned": "warn", "rejected": "calm"}
TAB_LABELS = {
    "findings": gettext_lazy("with findings"),
    "plain": gettext_lazy("without findings"),
    "returned": pgettext_lazy("how many", "returned"),
    "unread": gettext_lazy("not read yet"),
    "quarantine": gettext_lazy("in quarantine"),
}
PAGE_SIZE = 50


def may_review(frame: Frame, scope_id: int) -> bool:
    """Whether the viewer decides about submissions of that scope."""
    return frame.access.may("manage_surveys", scope_id)


class QueueTable(DataTable):
    """Submissions that wait for somebody."""

    name, caption, order = "queue", gettext_lazy("Submissions"), "received_at"
    page_size, exports = PAGE_SIZE, False

    def prepare(self, rows: list[Any]) -> list[Any]:
        """The names of the firms, for those who may see them: all at once."""
        pseudonyms = [row.establishment.pseudonym for row in rows if row.establishment_id]
        names = names_for(access=self.request.access, pseudonyms=pseudonyms)  # type: ignore[attr-defined]
        for row in rows:
            row.about = names.get(row.establishment.pseudonym, "") if row.establishment_id else ""
        return rows


def _queue_columns(frame: Frame, tab: str) -> list[Col]:
    def url(row: Submission) -> str:
        return frame.url("surveys:submission", row.pk, tab=tab)

    columns = [
        Col("received_at", _("Received"), "moment", sortable=True, phone=True, url=url),
        Col("instrument", _("Instrument"), value=lambda r: what_was_asked(r), phone=True),
        Col("enumerator", _("Collected by"), value=lambda r: str(r.enumerator or ""), phone=True),
        Col("about", _("About"), phone=True),
    ]
    if tab == "unread":
        columns.append(Col("processing", _("State"), "chip", choices=Submission.Processing.choices, phone=True,
                           tone=lambda s: "" if s == "waiting" else "warn"))  # fmt: skip
        columns.append(Col("processing_note", _("Why"), value=lambda r: note_said(r.processing_note)))
    else:
        columns.append(Col("n_findings", _("Findings"), "number", value=lambda r: r.n_findings or None))
        columns.append(Col("duration", _("Minutes"), "number", value=lambda r: minutes(r.duration_seconds)))
    columns.append(Col("channel", _("Came by"), choices=Submission.Channel.choices, shown=False))
    return columns


def what_was_asked(row: Submission) -> str:
    """The title of the instrument, or the name of a form that nobody knows."""
    if row.instrument is None:
        return row.form_id[:80]
    return title_of(row.instrument)


def minutes(seconds: int | None) -> float | None:
    """As long as it took, to a tenth of a minute."""
    return None if seconds is None else round(seconds / 60, 1)


@programme_page(item="field", may="read_sensitive")
def queue(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What waits for a supervisor; findings first."""
    instrument = _instrument_asked(request, frame)
    found = reviews.counts(programme=frame.programme, access=frame.access, instrument=instrument)
    asked = request.GET.get("tab", "")
    tab = asked if asked in reviews.TABS else next((t for t in reviews.TABS if found[t]), "findings")
    more: dict[str, Any] = {}
    if tab == "quarantine":
        posts = reviews.quarantined(programme=frame.programme, access=frame.access)
        table: DataTable = DataTable(posts, request, columns=_quarantine_columns(frame), name="quarantine",
                                     caption=_("Posts in quarantine"), order="received_at")  # fmt: skip
        table.exports = False  # type: ignore[misc]
    else:
        rows = reviews.queue(programme=frame.programme, access=frame.access, tab=tab, instrument=instrument)
        table = QueueTable(rows, request, columns=_queue_columns(frame, tab))
        if tab == "plain":
            mine = [r.row for r in table.page_rows if may_review(frame, r.row.scope_id)]
            more["accept_ids"] = ",".join(str(row.pk) for row in mine)
            more["n_accept"] = len(mine)
    return render(
        request,
        "surveys/reviews_queue.html",
        {
            "title": _("Review"),
            "back": link(frame.url("surveys:instruments"), _("Instruments")),
            "state": _state(found, reviews.backlog(programme=frame.programme, instrument=instrument)),
            "figures": _figures(frame, found, tab, instrument),
            "table": table,
            "tab_label": TAB_LABELS[tab],
            "instrument": instrument,
            "whole_url": frame.url("surveys:review", tab=tab),
            "accept_url": frame.url("surveys:accept_many"),
            **more,
        },
    )


def _instrument_asked(request: HttpRequest, frame: Frame) -> Instrument | None:
    asked = request.GET.get("instrument", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 15):
        return None
    return Instrument.objects.filter(programme=frame.programme, pk=int(asked)).first()


def _state(found: dict[str, int], backlog: reviews.Backlog) -> str:
    n = found["findings"] + found["plain"]
    said = [
        ngettext("%(n)s submission waits to be reviewed", "%(n)s submissions wait to be reviewed", n)
        % {"n": words.number(n)}
        if n
        else _("No submission waits to be reviewed")
    ]
    if found["findings"]:
        said.append(_("%(n)s of them with findings") % {"n": words.number(found["findings"])})
    sentence = ", ".join(said) + "."
    if backlog.n_waiting:
        sentence += " " + backlog_said(backlog)
    return sentence


def _figures(frame: Frame, found: dict[str, int], tab: str, instrument: Instrument | None) -> list[Figure]:
    kept = {"instrument": instrument.pk} if instrument else {}
    return [
        Figure(
            found[t],
            TAB_LABELS[t],
            frame.url("surveys:review", tab=t, **kept),
            note=_("shown below") if t == tab else "",
            tone="warn" if found[t] and t in {"findings", "quarantine"} else "",
        )
        for t in reviews.TABS
    ]


def _quarantine_columns(frame: Frame) -> list[Col]:
    return [
        Col("received_at", _("Received"), "moment", phone=True,
            url=lambda p: frame.url("surveys:quarantined", p.pk)),
        Col("reason", _("Why"), value=lambda p: note_said(p.reason), phone=True),
        Col("form_id", _("Form"), "code"),
        Col("enumerator", _("Collected by"), value=lambda p: str(p.enumerator or ""), phone=True),
        Col("n_bytes", _("Bytes"), "number"),
    ]  # fmt: skip


@require_POST
@programme_page(item="field", may="manage_surveys")
def accept_many(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Accept those of a page of the queue that no check has a word against."""
    asked = [
        int(i)
        for i in request.POST.get("ids", "").split(",")[:500]
        if i.isascii() and i.isdigit() and len(i) < 15
    ]
    rows = reviews.submissions(programme=frame.programme, access=frame.access).select_related("programme")
    mine = [row for row in rows.filter(pk__in=asked) if may_review(frame, row.scope_id)]
    n, left = actions.accept_submissions(submissions=mine, by=request.user)
    said = ngettext("%(n)s submission accepted.", "%(n)s submissions accepted.", n) % {"n": words.number(n)}
    if left:
        said += " " + ngettext(
            "%(n)s was left: it has a finding, or somebody else has to look at it.",
            "%(n)s were left: they have findings, or somebody else has to look at them.",
            left,
        ) % {"n": words.number(left)}
    messages.success(request, said)
    return redirect(frame.url("surveys:review", tab="plain"))


@programme_page(item="field", may="collect")
def returned(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What a supervisor sent back to whoever looks, and why."""
    own = reviews.enumerators_of(programme=frame.programme, user=request.user)
    rows = reviews.returned_to(enumerator_ids=own)
    said = ngettext(
        "%(n)s submission was sent back to you.", "%(n)s submissions were sent back to you.", len(rows)
    )
    return render(
        request,
        "surveys/reviews_returned.html",
        {
            "title": _("Sent back"),
            "state": said % {"n": words.number(len(rows))} if rows else _("Nothing was sent back to you."),
            "rows": [(r, what_was_asked(r), frame.url("surveys:correct", r.pk)) for r in rows],
        },
    )
