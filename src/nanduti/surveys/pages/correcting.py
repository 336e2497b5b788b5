"""Correcting in the office what came from the field: the same form, opened with the answers that were sent.

What tells who somebody is, the office does not see: such answers are opened for whoever collected them, and for
nobody else. A correction is a submission of its own; the former one is kept.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.programme.frames import Frame, frame_of

from .. import keeping
from ..models import AnswerSet, Submission
from ..queries.callers import Caller
from ..reviewing import collector_of
from .filling import collector_or_start, config_of, filled, key_of, shell, with_key


def may_correct(frame: Frame, submission: Submission) -> bool:
    """Whether the viewer may open these answers to correct them."""
    if collector_of(submission) == frame.request.user:
        return True
    return frame.access.may("manage_surveys", submission.scope_id) and not tells_who(submission)


def tells_who(submission: Submission) -> bool:
    """Whether the answers tell who somebody is; as long as they have not been read, nobody knows."""
    kept = AnswerSet.objects.filter(submission=submission).only("sealed").first()
    return kept is None or kept.sealed is not None or submission.n_files_arrived > 0


def _asked(request: HttpRequest, programme: str, pk: int) -> tuple[Frame, Submission]:
    frame = frame_of(request, programme)
    rows = Submission.objects.select_related("programme", "instrument", "instrument_version", "enumerator")
    found = rows.filter(programme=frame.programme, pk=pk, instrument_version__isnull=False).first()
    if found is None:
        raise NotFound(kind="submission", code_given=str(pk))
    if not (frame.access.may("manage_surveys", found.scope_id) or collector_of(found) == request.user):
        raise NotAllowed(capability="manage_surveys")
    return frame, found


@login_required
@shell
def correct(request: HttpRequest, programme: str, pk: int) -> HttpResponse:
    """The form with the answers that were sent; or why it is not opened."""
    frame, submission = _asked(request, programme, pk)
    back = frame.url("surveys:submission", pk)
    if not submission.is_current or submission.state == Submission.State.REJECTED:
        return _closed(request, back, _("It was rejected, or corrected by a later version already."))
    if not may_correct(frame, submission):
        return _closed(
            request, back,
            _("Its answers tell who somebody is, so they are opened only for whoever collected them. Return it with "
              "a comment that says what to put right."),
        )  # fmt: skip
    who = collector_or_start(request, programme, submission.instrument_id or 0)
    if isinstance(who, HttpResponse):
        return who
    return filled(request, _config(who, submission, back), home=back, where=str(frame.programme))


def _config(who: Any, submission: Submission, back: str) -> dict[str, Any]:
    code = who.frame.programme.code
    here = reverse("surveys:correct", args=(code, submission.pk))

    def file_url(name: str) -> str:
        return reverse("surveys:correct_file", args=(code, submission.pk, name))

    names = submission.files.exclude(arrived_at=None).order_by("name").values_list("name", flat=True)
    return config_of(
        owner=who.owner,
        version=submission.instrument_version,  # type: ignore[arg-type]
        base=reverse("surveys:fill", args=(code, submission.instrument_id)).rstrip("/"),
        here=here,
        submission=reverse("surveys:fill_submission", args=(code, submission.instrument_id)) + "?office=1",
        instrument=f"{submission.instrument_id}-correction-{submission.pk}",
        edit={"xml": f"{here}answers.xml", "files": [{"name": n, "url": file_url(n)} for n in names]},
        urls={"done": back, "worker": "", "signIn": f"{reverse('account_login')}?next={here}"},
    )  # fmt: skip


def _closed(request: HttpRequest, back: str, why: str) -> HttpResponse:
    context = {"title": _("This form cannot be corrected here"), "state": why, "back": back}
    return render(request, "surveys/fill_closed.html", context, status=403)


@login_required
@cache_control(no_store=True)
def answers(request: HttpRequest, programme: str, pk: int) -> HttpResponse:
    """The XML that was sent."""
    frame, submission = _asked(request, programme, pk)
    if not may_correct(frame, submission):
        raise NotAllowed(capability="manage_surveys")
    return HttpResponse(keeping.xml_of(submission), content_type="text/xml; charset=utf-8")


@login_required
@cache_control(no_store=True)
def file(request: HttpRequest, programme: str, pk: int, name: str) -> HttpResponseBase:
    """A file that was sent with it."""
    frame, submission = _asked(request, programme, pk)
    if not may_correct(frame, submission):
        raise NotAllowed(capability="manage_surveys")
    return _content(submission, name)


def _content(submission: Submission, name: str) -> HttpResponseBase:
    found = submission.files.exclude(arrived_at=None).filter(name=name.replace("\x00", "")).first()
    if found is None:
        raise Http404
    # To be taken in by the form, never shown by itself: what was sent may be any file.
    response = FileResponse(keeping.content_of(found), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = "attachment"
    return response


# --- whoever collected it with a key and was sent it back


def _returned(caller: Caller, pk: int) -> Submission:
    """A submission of this very key that a supervisor sent back."""
    rows = Submission.objects.select_related("programme", "instrument", "instrument_version")
    mine = rows.filter(programme=caller.programme, enumerator=caller.enumerator, is_current=True)
    found = mine.filter(pk=pk, state=Submission.State.RETURNED, instrument_version__isnull=False).first()
    if caller.enumerator is None or found is None:
        raise NotFound(kind="submission", code_given=str(pk))
    return found


@shell
@with_key
def key_correct(request: HttpRequest, caller: Caller, pk: int) -> HttpResponse:
    """The form with the answers that were sent back."""
    submission = _returned(caller, pk)
    key = key_of(caller)
    here = reverse("collect:correct", args=(*key, pk))

    def file_url(name: str) -> str:
        return reverse("collect:correct_file", args=(*key, pk, name))

    names = submission.files.exclude(arrived_at=None).order_by("name").values_list("name", flat=True)
    home = reverse("collect:fill_forms", args=key)
    config = config_of(
        owner=f"enumerator-{submission.enumerator_id}",
        version=submission.instrument_version,  # type: ignore[arg-type]
        base=caller.base,
        here=here,
        submission=f"{caller.base}/submission",
        instrument=f"{submission.instrument_id}-correction-{pk}",
        edit={"xml": f"{here}answers.xml", "files": [{"name": n, "url": file_url(n)} for n in names]},
        urls={"done": home, "worker": ""},
    )
    return filled(request, config, home=home, where=str(caller.programme))


@cache_control(no_store=True)
@with_key
def key_answers(request: HttpRequest, caller: Caller, pk: int) -> HttpResponse:
    """The XML that was sent."""
    return HttpResponse(keeping.xml_of(_returned(caller, pk)), content_type="text/xml; charset=utf-8")


@cache_control(no_store=True)
@with_key
def key_file(request: HttpRequest, caller: Caller, pk: int, name: str) -> HttpResponseBase:
    """A file that was sent with it."""
    return _content(_returned(caller, pk), name)
