"""The page of a post in quarantine: what differs from what is there, and whether to take it instead."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.methods.instruments import Definition, read_answers, split
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page

from ..actions import quarantine as actions
from ..forms.reviews import QuarantineForm
from ..keeping import quarantined_bytes
from ..models import AnswerSet, QuarantinedPost
from ..quarantining import may_be_taken, take
from ..queries import answers
from ..reading import definition_of
from ..steps.answers import sealed_values
from ..wording import note_said


@programme_page(item="field", may="manage_surveys")
def quarantined(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Decide about one post."""
    post = (
        QuarantinedPost.objects.filter(
            programme=frame.programme, pk=pk, scope__in=frame.access.scopes_with("read_sensitive")
        )
        .select_related("programme", "scope", "enumerator", "submission", "decided_by")
        .first()
    )
    if post is None:
        raise NotFound(kind=_("post in quarantine"), code_given=pk)
    frame.access.require("manage_surveys", post.scope_id)
    form = QuarantineForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.try_to(_decide, request, post, form):
        messages.success(request, _("Decided."))
        return redirect(frame.url("surveys:review", tab="quarantine"))
    is_open = post.decision == QuarantinedPost.Decision.OPEN
    return render(
        request,
        "surveys/reviews_quarantined.html",
        {
            "title": _("Post in quarantine"),
            "state": note_said(post.reason) if is_open else _("It was decided: %(what)s.") % {
                "what": post.get_decision_display()
            },
            "facts": _facts(post),
            "changed": _differences(post),
            "other_url": frame.url("surveys:submission", post.submission_id) if post.submission_id else "",
            "form": form,
            "is_open": is_open,
            "may_take": may_be_taken(post),
            "take_label": _("Take it instead") if post.submission_id else _("Take it"),
            "back": frame.url("surveys:review", tab="quarantine"),
        },
        status=form.status,
    )  # fmt: skip


def _decide(request: HttpRequest, post: QuarantinedPost, form: QuarantineForm) -> None:
    values = form.cleaned_data
    if values["decision"] == QuarantinedPost.Decision.REPLACED:
        take(post=post, text=values["text"], by=request.user)
    else:
        actions.drop_quarantined(post=post, text=values["text"], by=request.user)


def _facts(post: QuarantinedPost) -> list[tuple[str, str]]:
    facts = [
        (_("Received"), words.moment(post.received_at)),
        (_("Collected by"), str(post.enumerator or "")),
        (_("Form"), post.form_id),
        (_("Size"), _("%(n)s bytes") % {"n": words.number(post.n_bytes)}),
        (_("Files"), words.number(len(post.files)) if post.files else ""),
        (_("Decided by"), post.decided_by.username if post.decided_by else ""),
        (_("Why"), post.decision_note),
    ]
    return [(label, value) for label, value in facts if value]


def _differences(post: QuarantinedPost) -> list[answers.Difference] | None:
    """Against what stands under the same number; nothing where there is none or it cannot be read."""
    if post.submission_id is None or post.submission.instrument_version_id is None:
        return None
    standing = AnswerSet.objects.filter(submission=post.submission_id).first()
    if standing is None:
        return None
    definition = definition_of(post.submission.instrument_version_id)
    try:
        return answers.differences(definition, standing, _answers_of(post, definition))
    except PersonError:
        return None


def _answers_of(post: QuarantinedPost, definition: Definition) -> AnswerSet:
    read = read_answers(definition, quarantined_bytes(post))
    clear, identifying = split(definition, read.values)
    return AnswerSet(
        submission_id=post.submission_id,
        answers=clear,
        sealed=sealed_values(post.submission_id or 0, identifying),
    )
