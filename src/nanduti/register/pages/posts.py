"""Forms of the posts that a person holds."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound

from .. import actions, forms, queries
from ..models import Person
from ..names import names_for
from .common import access_of, actor_url, page
from .edits import form_page


@page
def new_post(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Write down a further post of somebody who is in the register."""
    access = access_of(request)
    person = queries.person_by_pseudonym(access=access, pseudonym=pseudonym)
    queries.require_edit(access, person.scope)
    form = forms.PostForm(request.POST or None)
    if form.is_valid():
        values = dict(form.cleaned_data)
        where = values.pop("organisation")

        def hold() -> None:
            organisation = queries.organisation_by_pseudonym(access=access, pseudonym=where)
            queries.require_edit(access, organisation.scope)
            actions.hold_post(person=person, organisation=organisation, values=values, by=request.user)

        if form.try_to(hold):
            return _saved(request, person)
    name = names_for(access=access, pseudonyms=[person.pseudonym])[person.pseudonym]
    return form_page(
        request, form, title=_("A further post of %(who)s") % {"who": name},
        save=_("Save"), back=actor_url(person.pseudonym),
    )  # fmt: skip


@page
def edit_post(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Correct or end a post."""
    access = access_of(request)
    person = queries.person_by_pseudonym(access=access, pseudonym=pseudonym)
    post = person.positions.select_related("scope").filter(pk=pk).first()
    if post is None:
        raise NotFound(kind=_("position"), code_given=str(pk))
    queries.require_edit(access, post.scope)
    form = forms.EditPostForm.of(post, request.POST or None)
    if form.is_valid() and form.save_with(
        lambda values, version: actions.edit_post(
            position=post, values=values, version=version, by=request.user
        )
    ):
        return _saved(request, person)
    return form_page(
        request, form, title=_("Post: %(post)s") % {"post": post}, save=_("Save"),
        back=actor_url(person.pseudonym),
        take_back_url=reverse("register:take_back_post", args=[person.pseudonym, pk]),
    )  # fmt: skip


def _saved(request: HttpRequest, person: Person) -> HttpResponse:
    messages.success(request, _("Saved."))
    return redirect(actor_url(person.pseudonym))
