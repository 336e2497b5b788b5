"""Pages of one submission: its answers with what checks say, the decision about it, its versions side by side."""

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

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import words
from nanduti.interface.saying import say
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.register.names import names_for

from ..actions import reviews as actions
from ..actions.submissions import SECOND_EDIT
from ..forms.reviews import FindingForm, ReviewForm
from ..models import Finding, RecordLink, Submission
from ..parking import NOT_GIVEN
from ..queries import answers, audits, reviews
from ..reading import definition_of
from ..reviewing import STEPS, collector_of
from ..wording import finding_said, note_said, question_said
from .correcting import may_correct
from .reviews import STATE_TONES, may_review, minutes, what_was_asked

State = Submission.State


def _minutes_said(seconds: int | None) -> str:
    n = minutes(seconds)
    if n is None:
        return ""
    return ngettext("%(n)s minute", "%(n)s minutes", 1 if n == 1 else 2) % {"n": words.number(n)}


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
            "title": _("%(what)s, %(when)s")
            % {"what": what_was_asked(row), "when": words.moment(row.received_at)},
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
