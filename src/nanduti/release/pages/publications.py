"""Pages of what was published, for those who work in the programme; withdrawing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from ..actions import publications as actions
from ..forms.requests import WithdrawForm
from ..models import Publication
from ..publishing import contents
from ..queries import publications as queries
from .opened import give, gone, shown_of


@programme_page(item="release")
def one(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """A publication with its files, how to cite it, and the way to take it back."""
    row = queries.publication_by_pk(programme=frame.programme, access=frame.access, pk=pk)
    return render(request, "release/publications_one.html", _one(frame, row, WithdrawForm()))


def _one(frame: Frame, row: Publication, form: WithdrawForm) -> dict[str, object]:
    found: dict[str, object] = {
        "title": str(row),
        "state": _("Published on %(day)s, version %(number)s: %(state)s.")
        % {"day": words.day(row.published_on), "number": row.number, "state": row.get_state_display()},
        "row": row,
        "back": link(frame.url("release:home"), _("Release")),
        "citation": contents.cite(row, tongue()),
        "open_url": contents.where(row, exactly=True) if row.audience == "public" else "",
        "withdraw_url": frame.url("release:withdraw", row.pk)
        if frame.may("approve_release") and not row.is_withdrawn
        else "",
        "form": form,
        "request_url": frame.url("release:request", row.of_check.request_id)
        if frame.may("request_release") or frame.may("approve_release")
        else "",
        "sheets_url": frame.url("release:sheets", row.pk) if row.kind == "sheet" else "",
    }
    if not row.is_withdrawn:
        found |= shown_of(row)
        found["files"] = [(f, frame.url("release:file", row.pk, f.name)) for f in queries.files(row)]
    return found


@programme_page(item="release")
def file(request: HttpRequest, frame: Frame, pk: int, name: str) -> HttpResponse:
    """A file of a publication that is meant for the reader."""
    row = queries.publication_by_pk(programme=frame.programme, access=frame.access, pk=pk)
    return gone(request, row) if row.is_withdrawn else give(queries.file_of(row, name), public=False)


@require_POST
@programme_page(item="release", may="approve_release")
def withdraw(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a publication back, with the reason."""
    row = queries.publication_by_pk(programme=frame.programme, access=frame.access, pk=pk)
    form = WithdrawForm(request.POST)
    if form.is_valid() and form.try_to(
        lambda: actions.withdraw_release(publication=row, reason=form.cleaned_data["reason"], by=request.user)
    ):
        messages.success(request, _("It was withdrawn; its address says why."))
        return redirect(frame.url("release:publication", row.pk))
    row.refresh_from_db()
    return render(request, "release/publications_one.html", _one(frame, row, form), status=422)
