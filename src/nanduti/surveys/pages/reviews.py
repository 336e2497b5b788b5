"""Pages of the review: the supervisor's queue, one submission with its answers, its versions side by side."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation import languages
from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.saying import say
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.register.names import names_for

from ..actions import reviews as actions
from ..actions.submissions import SECOND_EDIT
from ..forms.reviews import FindingForm, ReviewForm
from ..models import Finding, Instrument, RecordLink, Submission
from ..parking import NOT_GIVEN
from ..queries import answers, audits, reviews
from ..reading import definition_of
from ..reviewing import STEPS, collector_of
from ..wording import backlog_said, finding_said, note_said, question_said
from .correcting import may_correct

State = Submission.State
STATE_TONES = {"accepted": "good", "returned": "warn", "rejected": "calm"}
TAB_LABELS = {
    "findings": gettext_lazy("with findings"),
    "plain": gettext_lazy("without findings"),
    "returned": gettext_lazy("returned"),
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
        Col("instrument", _("Instrument"), value=lambda r: _title(r), phone=True),
        Col("enumerator", _("Collected by"), value=lambda r: str(r.enumerator or ""), phone=True),
        Col("about", _("About")),
    ]
    if tab == "unread":
        columns.append(Col("processing", _("State"), "chip", choices=Submission.Processing.choices, phone=True,
                           tone=lambda s: "" if s == "waiting" else "warn"))  # fmt: skip
        columns.append(Col("processing_note", _("Why"), value=lambda r: note_said(r.processing_note)))
    else:
        columns.append(Col("n_findings", _("Findings"), "number", value=lambda r: r.n_findings or None))
        columns.append(Col("duration", _("Minutes"), "number", value=lambda r: _minutes(r.duration_seconds)))
    columns.append(Col("channel", _("Came by"), choices=Submission.Channel.choices, shown=False))
    return columns


def _title(row: Submission) -> str:
    if row.instrument is None:
        return row.form_id[:80]
    return title_of(row.instrument)


def title_of(instrument: Instrument) -> str:
    """The instrument in the reader's language."""
    return (instrument.title_es if languages.tongue() == "es" else "") or instrument.title


def _minutes(seconds: int | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _minutes_said(seconds: int | None) -> str:
    n = _minutes(seconds)
    if n is None:
        return ""
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": words.number(n)}


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


# --- one submission


def found_submission(frame: Frame, pk: int) -> Submission:
    """The submission that a page is about, if the viewer may read its answers."""
    return reviews.submission_by_number(programme=frame.programme, access=frame.access, pk=pk)


@programme_page(item="field", may="read_sensitive")
def submission(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One submission: what was answered, what checks say, what was decided."""
    row = found_submission(frame, pk)
    tab = request.GET.get("tab", "")
    tab = tab if tab in reviews.TABS else ""
    form = ReviewForm(request.POST or None, initial={"seen_state": row.state})
    form.offer_override(_speaks_the_rule(frame, row) and frame.may("override_rule"))
    if request.method == "POST":
        if not may_review(frame, row.scope_id):
            raise NotAllowed(capability="manage_surveys")
        if form.is_valid() and _review(request, form, row):
            return redirect(_next_url(frame, row, tab))
    return _show_submission(request, frame, row, form, tab)


def _review(request: HttpRequest, form: ReviewForm, row: Submission) -> bool:
    values = form.cleaned_data
    done = form.try_to(
        actions.review_submission,
        submission=row,
        to_state=values["to_state"],
        comment=values["comment"],
        seen_state=values["seen_state"],
        override_reason=values.get("override_reason", ""),
        by=request.user,
    )
    if done:
        row.refresh_from_db(fields=["state"])
        messages.success(request, _("The submission is %(state)s now.") % {"state": row.get_state_display()})
    return done


def _speaks_the_rule(frame: Frame, row: Submission) -> bool:
    collector = collector_of(row)
    return collector is not None and collector.pk == frame.request.user.pk  # type: ignore[union-attr]


def _next_url(frame: Frame, row: Submission, tab: str) -> str:
    if not tab:
        return frame.url("surveys:submission", row.pk)
    following = reviews.next_in_queue(programme=frame.programme, access=frame.access, tab=tab, after=row)
    if following is None:
        return frame.url("surveys:review")
    return frame.url("surveys:submission", following.pk, tab=tab)


BUTTONS = {
    # To which state: label, key that presses it with Alt.
    State.ACCEPTED: (gettext_lazy("Accept"), "a"),
    State.RETURNED: (gettext_lazy("Return"), "r"),
    State.REJECTED: (gettext_lazy("Reject"), "x"),
    State.RECEIVED: (gettext_lazy("Take the decision back"), "t"),
}


def _show_submission(
    request: HttpRequest, frame: Frame, row: Submission, form: ReviewForm, tab: str
) -> HttpResponse:
    kept = getattr(row, "answer_set", None)
    versions = reviews.versions_of(submission=row)
    findings = reviews.findings_of(submission=row)
    files = list(row.files.filter(replaced_at=None).order_by("id")[:200])
    definition = definition_of(row.instrument_version_id) if row.instrument_version_id else None
    is_reviewable = (
        may_review(frame, row.scope_id) and row.is_current and not row.is_trial and row.processing == "done"
    )
    return render(
        request,
        "surveys/reviews_submission.html",
        {
            "title": _("%(what)s, %(when)s") % {"what": _title(row), "when": words.moment(row.received_at)},
            "state": _state_of(row, findings),
            "row": row,
            "tone": STATE_TONES.get(row.state, ""),
            "facts": _facts(frame, row, files),
            "sections": answers.sections(definition, kept) if definition and kept else [],
            "findings": [
                {
                    "row": f,
                    "about": question_said(f, definition),
                    "said": finding_said(f, definition),
                    "url": frame.url("surveys:finding", f.pk, tab=tab or None),
                    "other_url": frame.url("surveys:submission", f.other_id) if f.other_id else "",
                }
                for f in findings
            ],
            "form": form,
            "buttons": [(s, *BUTTONS[s]) for s in STEPS.get(row.state, ())] if is_reviewable else [],
            "is_reviewable": is_reviewable,
            "may_manage": may_review(frame, row.scope_id),
            "versions": [(v, frame.url("surveys:submission", v.pk)) for v in versions]
            if len(versions) > 1
            else [],
            "compare_url": frame.url("surveys:compare", row.pk) if len(versions) > 1 else "",
            "steps": reviews.steps_of(submissions=versions),
            "audit": audits.summary(row, definition) if definition else None,
            "choose_url": frame.url("surveys:choose", row.pk) if row.processing_note == SECOND_EDIT else "",
            "take_in_url": frame.url("surveys:take_in", row.pk) if row.processing_note == NOT_GIVEN else "",
            "correct_url": frame.url("surveys:correct", row.pk)
            if is_reviewable and may_correct(frame, row)
            else "",
            "read_again_url": frame.url("surveys:read_again", row.pk),
            "note": note_said(row.processing_note),
            "queue_url": frame.url("surveys:review", tab=tab or None),
            "next_url": _next_url(frame, row, tab) if tab else "",
        },
        status=form.status,
    )


def _state_of(row: Submission, findings: list[Finding]) -> str:
    if row.processing != Submission.Processing.DONE:
        return _("Its answers have not been read: %(state)s.") % {"state": row.get_processing_display()}
    n = sum(f.state == Finding.State.OPEN for f in findings)
    said = (
        ngettext("%(n)s finding is open.", "%(n)s findings are open.", n) % {"n": words.number(n)}
        if n
        else _("No check has a word against it.")
    )
    if not row.is_current:
        said = _("It was corrected by a later version.") + " " + said
    if row.is_trial:
        said = _("A trial: it counts nowhere.") + " " + said
    return said


def _became(frame: Frame, row: Submission) -> Any:
    """How many records came of it, with the way to what the answers of the form become."""
    n = RecordLink.objects.filter(submission=row).exclude(record_id="").count()
    if not n or not row.instrument_id:
        return ""
    said = ngettext("%(n)s record", "%(n)s records", n) % {"n": words.number(n)}
    return format_html('<a href="{}">{}</a>', frame.url("surveys:mapping", row.instrument_id), said)


def _facts(frame: Frame, row: Submission, files: list[Any]) -> list[tuple[Any, Any]]:
    about = ""
    if row.establishment_id:
        pseudonym = row.establishment.pseudonym
        called = names_for(access=frame.access, pseudonyms=[pseudonym])[pseudonym]
        about = format_html('<a href="{}">{}</a>', reverse("register:actor", args=(pseudonym,)), called)
    begun = timezone.localtime(row.started_at) if row.started_at else None
    n_here = sum(f.arrived_at is not None for f in files)
    facts = [
        (_("Collected by"), str(row.enumerator or "")),
        (_("About"), about),
        (_("Cluster"), str(row.cluster or "")),
        (_("Came by"), row.get_channel_display()),
        (_("Begun"), words.moment(begun) if begun else ""),
        (_("Took"), _minutes_said(row.duration_seconds)),
        (_("Version"), row.form_version),
        (_("Became"), _became(frame, row)),
        (_("Files"), _("%(k)s of %(n)s arrived") % {"k": n_here, "n": len(files)} if files else ""),
    ]  # fmt: skip
    return [(label, value) for label, value in facts if value]


@programme_page(item="field", may="read_sensitive")
def compare(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """What a correction changed, version by version."""
    row = found_submission(frame, pk)
    versions = [v for v in reviews.versions_of(submission=row) if hasattr(v, "answer_set")]
    pairs = []
    for former, latter in pairwise(versions):
        definition = definition_of(latter.answer_set.instrument_version_id)
        pairs.append((former, latter, answers.differences(definition, former.answer_set, latter.answer_set)))
    n = sum(len(changed) for _former, _latter, changed in pairs)
    return render(
        request,
        "surveys/reviews_compare.html",
        {
            "title": _("Versions of a submission"),
            "state": ngettext("%(n)s answer was changed.", "%(n)s answers were changed.", n)
            % {"n": words.number(n)},
            "pairs": pairs,
            "back": frame.url("surveys:submission", row.pk),
        },
    )


@programme_page(item="field", may="manage_surveys")
def finding(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Explain a finding, or say that it was put right."""
    found = (
        Finding.objects.select_related("submission", "instrument", "enumerator", "other")
        .filter(
            pk=pk, instrument__programme=frame.programme, scope__in=frame.access.scopes_with("read_sensitive")
        )
        .first()
    )
    if found is None:
        raise NotFound(kind=_("finding"), code_given=pk)
    frame.access.require("manage_surveys", found.scope_id)
    tab = request.GET.get("tab", "")
    back = (
        frame.url("surveys:submission", found.submission_id, tab=tab if tab in reviews.TABS else None)
        if found.submission_id
        else frame.url("surveys:checks", found.instrument_id)
    )
    form = FindingForm(request.POST or None, initial={"state": "explained", "text": found.note})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if form.try_to(
            actions.settle_finding, finding=found, state=values["state"], text=values["text"], by=request.user
        ):
            messages.success(request, _("Written down."))
            return redirect(back)
    definition = None
    if found.submission and found.submission.instrument_version_id:
        definition = definition_of(found.submission.instrument_version_id)
    return render(
        request,
        "surveys/reviews_finding.html",
        {"title": _("Finding"), "state": finding_said(found, definition), "form": form, "back": back},
        status=form.status,
    )


@require_POST
@programme_page(item="field", may="manage_surveys")
def read_again(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Have the answers of a submission read again."""
    row = found_submission(frame, pk)
    frame.access.require("manage_surveys", row.scope_id)
    try:
        actions.read_again(submissions=[row], by=request.user)
        messages.success(request, _("It will be read again in a moment."))
    except PersonError as error:
        messages.error(request, str(say(error)))
    return redirect(frame.url("surveys:submission", row.pk))


@require_POST
@programme_page(item="field", may="manage_surveys")
def choose(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Of two corrections of the same answers, let this one count."""
    row = found_submission(frame, pk)
    frame.access.require("manage_surveys", row.scope_id)
    try:
        actions.choose_version(submission=row, reason=request.POST.get("reason", "")[:2_000], by=request.user)
        messages.success(request, _("This version counts now."))
    except PersonError as error:
        messages.error(request, str(say(error)))
    return redirect(frame.url("surveys:submission", row.pk))


@require_POST
@programme_page(item="field", may="manage_surveys")
def take_in(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take in what was sent by somebody who had not been given the instrument."""
    row = found_submission(frame, pk)
    frame.access.require("manage_surveys", row.scope_id)
    try:
        actions.take_in(submission=row, reason=request.POST.get("reason", "")[:2_000], by=request.user)
        messages.success(request, _("It will be read in a moment."))
    except PersonError as error:
        messages.error(request, str(say(error)))
    return redirect(frame.url("surveys:submission", row.pk))


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
            "rows": [(r, _title(r), frame.url("surveys:correct", r.pk)) for r in rows],
        },
    )
