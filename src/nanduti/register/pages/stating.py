"""Pages of facts: what a source says, corrected or taken back; and records of the register that were a mistake."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from nanduti.foundation.editing import require_free
from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST, TakeBackForm

from .. import actions, forms, queries
from ..models import Person, ProfileFact
from ..names import names_for
from .common import access_of, actor_url, page
from .edits import form_page


def _called(request: HttpRequest, pseudonym: str) -> str:
    return names_for(access=access_of(request), pseudonyms=[pseudonym])[pseudonym]


# --- facts


@page
def new_fact(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Write down what a source says of an organisation or establishment."""
    found = queries.actor_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    if isinstance(found, Person):
        raise NotFound(kind=_("organisation"), code_given=found.pseudonym)
    return _new(request, found, back=actor_url(found.pseudonym), who=_called(request, found.pseudonym))


@page
def new_cluster_fact(request: HttpRequest, code: str) -> HttpResponse:
    """Write down what a source says of a cluster."""
    found = queries.cluster_by_code(access=access_of(request), code=code)
    return _new(request, found, back=reverse("register:cluster", args=[code]), who=str(found))


def _new(request: HttpRequest, subject: Any, *, back: str, who: str) -> HttpResponse:
    queries.require_edit(access_of(request), subject.scope)
    form = forms.FactForm(request.POST or None, scope=subject.scope, initial={"qualifier": "exactly"})
    if form.is_valid() and form.try_to(
        actions.record_fact, subject=subject, values=form.cleaned_data, by=request.user
    ):
        messages.success(request, _("Saved. Other statements stay beside it."))
        return redirect(f"{back}#facts")
    return form_page(request, form, title=_("A fact about %(who)s") % {"who": who}, save=_("Save"), back=back)


def _fact(request: HttpRequest, pk: int) -> tuple[ProfileFact, str, str]:
    """The fact, for somebody who may change it, with the page that it stands on and whom it is about."""
    found = queries.fact_by_id(access=access_of(request), pk=pk)
    queries.require_edit(access_of(request), found.scope)
    if found.cluster is not None:
        return found, reverse("register:cluster", args=[found.cluster.code]), str(found.cluster)
    about = found.organisation or found.establishment
    if about is None:
        return found, reverse("register:home"), found.scope.title
    return found, actor_url(about.pseudonym), _called(request, about.pseudonym)


@page
def edit_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct how a fact was written down."""
    found, back, who = _fact(request, pk)
    require_free(found)
    form = forms.EditFactForm.of(found, request.POST or None, scope=found.scope)
    if form.is_valid() and form.save_with(
        lambda values, version: actions.edit_fact(fact=found, values=values, version=version, by=request.user)
    ):
        messages.success(request, _("It is corrected."))
        return redirect(f"{back}#facts")
    return form_page(
        request, form, title=_("A fact about %(who)s") % {"who": who}, save=_("Save"), back=back,
        intro=_("Correct a slip here. What another source says is a fact of its own and stands beside it."),
        take_back_url=reverse("register:take_back_fact", args=[pk]),
    )  # fmt: skip


@page
def take_back_fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a fact that no source says."""
    found, back, who = _fact(request, pk)
    return _take_back(request, found, back=f"{back}#facts", state=f"{who}: {found}")


# --- belonging, roles and posts


@page
def take_back_role(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Take back a role that was never taken."""
    return _of_organisation(request, pseudonym, "roles", pk)


@page
def edit_membership(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Correct since when and until when an organisation belonged to a cluster."""
    return _edit_membership(request, pseudonym, "cluster_memberships", pk, "register:take_back_membership")


@page
def edit_association(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Correct since when and until when an organisation was a member of an association."""
    return _edit_membership(
        request, pseudonym, "association_memberships", pk, "register:take_back_association"
    )


def _edit_membership(request: HttpRequest, pseudonym: str, of: str, pk: int, take_back: str) -> HttpResponse:
    found = queries.organisation_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    record, back = _record(request, getattr(found, of), pk), actor_url(found.pseudonym)
    form = forms.MembershipForm.of(record, request.POST or None)
    if form.is_valid() and form.save_with(
        lambda values, version: actions.edit_membership(
            membership=record, values=values, version=version, by=request.user
        )
    ):
        messages.success(request, _("It is corrected."))
        return redirect(f"{back}#belongs")
    return form_page(
        request, form, title=_("Correct a membership"), save=_("Save"), back=back,
        state=f"{_called(request, found.pseudonym)}: {_what(record)}",
        take_back_url=reverse(take_back, args=[found.pseudonym, pk]),
    )  # fmt: skip


@page
def take_back_membership(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Take back that an organisation belonged to a cluster."""
    return _of_organisation(request, pseudonym, "cluster_memberships", pk)


@page
def take_back_association(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Take back that an organisation was a member of an association."""
    return _of_organisation(request, pseudonym, "association_memberships", pk)


def _of_organisation(request: HttpRequest, pseudonym: str, of: str, pk: int) -> HttpResponse:
    found = queries.organisation_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    return _taken_from(request, getattr(found, of), pk, pseudonym=found.pseudonym)


@page
def take_back_post(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Take back a post that somebody never held."""
    person = queries.person_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    return _taken_from(request, person.positions, pk, pseudonym=person.pseudonym)


def _record(request: HttpRequest, rows: Any, pk: int) -> Any:
    """The record with this number among the rows, for somebody who may change it; raises ``NotFound``."""
    record = rows.select_related("scope").filter(pk=pk).first() if pk <= LARGEST else None
    if record is None:
        raise NotFound(kind=str(rows.model._meta.verbose_name), code_given=str(pk)[:20])
    queries.require_edit(access_of(request), record.scope)
    return record


def _taken_from(request: HttpRequest, rows: Any, pk: int, *, pseudonym: str) -> HttpResponse:
    record = _record(request, rows, pk)
    return _take_back(
        request, record, back=actor_url(pseudonym), state=f"{_called(request, pseudonym)}: {_what(record)}"
    )


def _what(record: Any) -> str:
    """A role, a membership or a post in a few words."""
    where = getattr(record, "cluster", None) or getattr(record, "association", None)
    role = record.get_role_display() if hasattr(record, "get_role_display") else getattr(record, "title", "")
    return ", ".join(str(part) for part in (role, where) if part)


def _take_back(request: HttpRequest, record: Any, *, back: str, state: str) -> HttpResponse:
    form = TakeBackForm.of(record, request.POST or None)
    if form.is_valid() and form.save_with(
        lambda values, version: actions.take_back_record(
            record=record, version=version, by=request.user, **values
        )
    ):
        messages.success(request, _("It is taken back. What it said stays in the record of deeds."))
        return redirect(back)
    return form_page(
        request, form, title=_("Take this back"), save=_("Take this back"), back=back, state=state
    )  # fmt: skip
