"""Whose an account is: said by the custodian, on the page of the firm or the person."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotFound

from .. import accounts, queries
from ..forms.accounts import AccountForm
from ..models import Organisation, Person
from ..names import names_for
from .common import access_of, actor_url, page


def _actor(request: HttpRequest, pseudonym: str) -> Organisation | Person:
    found = queries.actor_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    if not isinstance(found, Organisation | Person):
        raise NotFound(kind=_("organisation"), code_given=pseudonym[:20])
    accounts.require_custody(access_of(request), found)
    return found


@page
def account(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Say which account is a firm's or a person's own."""
    access = access_of(request)
    found = _actor(request, pseudonym)
    form = AccountForm(request.POST or None)
    if form.is_valid() and form.try_to(
        accounts.let_stand_for, actor=found, access=access, by=request.user, **form.cleaned_data
    ):
        messages.success(request, _("Saved."))
        return redirect(actor_url(found.pseudonym))
    who = names_for(access=access, pseudonyms=[found.pseudonym])[found.pseudonym]
    return render(
        request,
        "register/form.html",
        {
            "title": _("An account for %(who)s") % {"who": who},
            "intro": _(
                "Whoever signs in with it sees what the vault keeps of them, and their own records. Be sure that "
                "it is theirs."
            ),
            "form": form,
            "save": _("It is theirs"),
            "back": actor_url(found.pseudonym),
        },
        status=form.status,
    )


@require_POST
@page
def end_account(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Say that an account is theirs no more."""
    found = _actor(request, pseudonym)
    accounts.end_standing_for(
        actor=found,
        access=access_of(request),
        username=request.POST.get("username", "")[:80],
        by=request.user,
    )
    messages.success(request, _("The account is theirs no more."))
    return redirect(actor_url(found.pseudonym))
