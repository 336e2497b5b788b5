"""Asking the municipality for a contact: three lines, and what became of them."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col
from nanduti.vault.fields import Field
from nanduti.vault.models import ContactRequest

from .. import actions, forms, queries
from ..names import names_for
from .common import NamedTable, access_of, actor_url, page

STATES = {**dict(ContactRequest.State.choices), "expired": gettext_lazy("expired")}
TONES = {"asked": "calm", "granted": "good", "refused": "warn", "expired": "warn"}


def state_of(request: ContactRequest) -> str:
    """The state as it stands today: what was granted may have run out."""
    today = timezone.localdate()
    ran_out = request.granted_until if request.state == "granted" else request.until_on
    is_over = request.state in {"asked", "granted"} and ran_out is not None and ran_out <= today
    return "expired" if is_over else request.state


def fields_said(codes: list[str]) -> str:
    labels = dict(Field.choices)
    return ", ".join(str(labels.get(code, code)) for code in codes)


@page
def ask(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Who asks, what for, until when."""
    access = access_of(request)
    found = queries.actor_by_pseudonym(access=access, pseudonym=pseudonym)
    access.require("request_contact", found.scope)
    kept = queries.vault.kept_fields(pseudonyms=[found.pseudonym]).get(found.pseudonym, [])
    form = forms.ContactRequestForm(request.POST or None, initial={"asks_for": request.user.username}).offer(
        kept
    )
    if form.is_valid():
        values: dict[str, Any] = dict(form.cleaned_data)
        values["fields"] = values.pop("fields_asked")
        if form.try_to(actions.request_contact, actor=found, access=access, by=request.user, **values):
            messages.success(request, _("The municipality has your request. You find the answer here."))
            return redirect("register:requests")
    who = names_for(access=access, pseudonyms=[found.pseudonym])[found.pseudonym]
    return render(
        request,
        "register/ask.html",
        {
            "title": _("Ask the municipality"),
            "state": _("For the contact of %(who)s. Three lines are enough.") % {"who": who},
            "form": form,
            "back": actor_url(found.pseudonym),
        },
        status=form.status,
    )


class RequestTable(NamedTable):
    """Contact requests with what became of them."""

    caption = gettext_lazy("Contact requests")
    order = "-asked_at"

    def who(self) -> Col:
        return Col(
            "who",
            _("Contact of"),
            value=lambda r: self.called(r.pseudonym),
            phone=True,
            url=lambda r: actor_url(r.pseudonym),
        )

    def state(self) -> Col:
        return Col(
            "state_now",
            _("State"),
            "chip",
            value=state_of,
            choices=STATES,
            tone=lambda s: TONES.get(s, ""),
            phone=True,
        )


def request_columns(table: RequestTable) -> list[Col]:
    return [
        table.who(),
        table.state(),
        Col("purpose", _("What for"), value=lambda r: str(r.purpose)),
        Col("text", _("In your words"), shown=False),
        Col("fields_asked", _("Asked for"), value=lambda r: fields_said(r.fields_asked), shown=False),
        Col("fields_granted", _("Granted"), value=lambda r: fields_said(r.fields_granted)),
        Col("until", _("Until"), "day", value=lambda r: r.granted_until or r.until_on, phone=True),
        Col("reason", _("Reason")),
        Col("asked_at", _("Asked"), "moment", sortable=True, filter="days", shown=False),
    ]


@page
def mine(request: HttpRequest) -> HttpResponse:
    """My requests and their answers."""
    table = RequestTable(queries.vault.my_requests(user=request.user), request, name="requests")
    table.cols = request_columns(table)
    if table.wants_export:
        return table.export()
    waiting = queries.vault.my_requests(user=request.user).filter(state="asked").count()
    said = ngettext("%(n)s request waits for an answer.", "%(n)s requests wait for an answer.", waiting)
    open_ones = [
        r
        for r in queries.vault.my_requests(user=request.user).filter(state__in=["asked", "granted"])[:20]
        if state_of(r) != "expired"
    ]
    return render(
        request,
        "register/requests.html",
        {
            "title": _("My contact requests"),
            "state": said % {"n": words.number(waiting)} if table.n else "",
            "table": table,
            "open_ones": open_ones,
        },
    )


@require_POST
@page
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an own request back."""
    found = queries.vault.my_requests(user=request.user).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(kind=_("contact request"), code_given=str(public_id)[:8])
    actions.withdraw_request(request=found, by=request.user)
    messages.success(request, _("Taken back. Nothing of it is shown any more."))
    return redirect(reverse("register:requests"))
