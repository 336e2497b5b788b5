"""The page of an actor: who it is or its pseudonym, what it does, what is said of it and where that stands."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation.access import Access
from nanduti.foundation.errors import NotFound
from nanduti.foundation.languages import in_tongue
from nanduti.interface import words
from nanduti.interface.forms import NandutiForm
from nanduti.interface.parts import Figure
from nanduti.vault.fields import Field

from .. import accounts, actions, forms, panels, queries
from ..models import Establishment, Organisation, Person, Position
from ..names import names_for
from ..subjects import Actor, subject_of
from .common import access_of, actor_url, history_of, page


@page
def actor(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Whoever the pseudonym stands for."""
    found = queries.actor_by_pseudonym(access=access_of(request), pseudonym=pseudonym)
    if found.pseudonym != pseudonym:
        return redirect("register:actor", found.pseudonym)
    return show(request, found)


def show(request: HttpRequest, found: Actor, *, seen: dict[str, str] | None = None) -> HttpResponse:
    """The page of an actor, with the fields that were just revealed, if any."""
    if isinstance(found, Organisation):
        return _organisation(request, found, seen)
    if isinstance(found, Establishment):
        return _establishment(request, found, seen)
    return _person(request, found, seen)


def _organisation(request: HttpRequest, found: Organisation, seen: dict[str, str] | None) -> HttpResponse:
    data = queries.actor_page(access=access_of(request), organisation=found)
    sites = data.establishments
    workers = sum(s.n_workers or 0 for s in sites)
    figures = [
        Figure(
            len(sites), ngettext("establishment known", "establishments known", len(sites)), "#establishments"
        ),
        Figure(words.number(workers) if workers else "–", _("workers known"), "#establishments"),
        Figure(len(data.roles), ngettext("role held", "roles held", len(data.roles)), "#roles"),
        Figure(len(data.facts), ngettext("profile fact", "profile facts", len(data.facts)), "#facts"),
    ]
    people = names_for(access=access_of(request), pseudonyms=[p.person.pseudonym for p in data.positions])
    state = _("%(kind)s of %(cluster)s") if found.cluster else _("%(kind)s")
    return _render(
        request,
        "register/organisation.html",
        found,
        seen,
        data=data,
        name=data.name,
        is_named=data.is_named,
        figures=figures,
        state=state % {"kind": capfirst(found.get_kind_display()), "cluster": found.cluster},
        site_rows=[_site_row(site, data.site_names) for site in sites],
        posts=[_post_row(post, people) for post in data.positions],
        note=in_tongue(found.note, found.note_es),
    )


def _site_row(site: Establishment, names: dict[str, str]) -> dict[str, Any]:
    return {
        "pseudonym": site.pseudonym,
        "name": names[site.pseudonym],
        "place": site.place,
        "activity": site.activity,
        "n_workers": site.n_workers,
    }


def _post_row(post: Position, names: dict[str, str]) -> dict[str, Any]:
    return {
        "pseudonym": post.person.pseudonym,
        "name": names[post.person.pseudonym],
        "title": str(post),
        "since": post.since_text,
        "until": post.until_text,
    }


def _establishment(request: HttpRequest, found: Establishment, seen: dict[str, str] | None) -> HttpResponse:
    access = access_of(request)
    shown = [found.pseudonym, found.organisation.pseudonym]
    if found.merged_into:
        shown.append(found.merged_into.pseudonym)
    names = names_for(access=access, pseudonyms=shown)
    return _render(
        request,
        "register/establishment.html",
        found,
        seen,
        name=names[found.pseudonym],
        is_named=names[found.pseudonym] != found.pseudonym,
        enterprise=names[found.organisation.pseudonym],
        merged_into=names.get(found.merged_into.pseudonym) if found.merged_into else "",
        state=_("Establishment of %(enterprise)s") % {"enterprise": names[found.organisation.pseudonym]},
        facts=queries.facts_about(establishment=found),
        merges=queries.merges_of(establishment=found),
    )


def _person(request: HttpRequest, found: Person, seen: dict[str, str] | None) -> HttpResponse:
    access = access_of(request)
    positions = list(found.positions.all())
    shown = [found.pseudonym, *(p.organisation.pseudonym for p in positions if p.organisation)]
    names = names_for(access=access, pseudonyms=shown)
    return _render(
        request,
        "register/person.html",
        found,
        seen,
        name=names[found.pseudonym],
        is_named=names[found.pseudonym] != found.pseudonym,
        positions=[(p, names.get(p.organisation.pseudonym, "") if p.organisation else "") for p in positions],
        state=_("Person"),
    )


def _render(
    request: HttpRequest, template: str, found: Actor, seen: dict[str, str] | None, **context: Any
) -> HttpResponse:
    access = access_of(request)
    kind = found._meta.model_name or ""
    context = {
        "title": context["name"],
        "actor": found,
        "identity": _identity(request, found, seen),
        "panels": panels.panels(kind, request, found),
        "history": history_of(request, found),
        "may_edit": queries.may_edit(access, found.scope),
        "may_ask": access.may("request_contact", found.scope_id),
        "is_insider": access.may("read_sensitive", found.scope_id),
        # A firm owner sees the own firm and not its cluster's register: the name leads nowhere then.
        "open_scopes": queries.readable_scopes(access),
        **context,
    }
    return render(request, template, context)


def _identity(request: HttpRequest, found: Actor, seen: dict[str, str] | None) -> dict[str, Any]:
    """What is kept of somebody, what of it the viewer may open now, and what was just opened."""
    access = access_of(request)
    subject = subject_of(found)
    kept = queries.vault.kept_fields(pseudonyms=[found.pseudonym]).get(found.pseudonym, [])
    rights = queries.vault.rights(access=access, subjects=[subject], on=timezone.localdate())[found.pseudonym]
    granted = {code for right in rights for code in right.fields}
    labels = dict(Field.choices)
    return {
        "kept": [labels[code] for code in kept],
        "may_open": [(code, labels[code]) for code in kept if code in granted and code != Field.NAME],
        "is_public": getattr(found, "is_public", False),
        "seen": [(labels[code], seen[code]) for code in kept if seen and code in seen],
        "is_custodian": any(right.why == "custody" for right in rights),
        **_accounts(access, found),
        "consents": list(queries.vault.consents_of(pseudonym=found.pseudonym)[:20])
        if access.may("read_sensitive", found.scope_id)
        else [],
    }


def _accounts(access: Access, found: Actor) -> dict[str, Any]:
    """Which accounts are their own, for the custodian who decides that."""
    if isinstance(found, Establishment) or not accounts.may_say(access, found):
        return {}
    return {"may_say_account": True, "accounts": accounts.accounts_of(actor=found)}


@page
def record_consent(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Write down that somebody agreed to a use of their identity."""
    access = access_of(request)
    found = queries.actor_by_pseudonym(access=access, pseudonym=pseudonym)
    queries.require_edit(access, found.scope)
    form = forms.ConsentForm(request.POST or None)
    if form.is_valid() and form.try_to(
        actions.record_consent, actor=found, access=access, by=request.user, **form.cleaned_data
    ):
        messages.success(request, _("Saved."))
        return redirect("register:actor", found.pseudonym)
    return _act(request, found, form, title=_("A consent of %(who)s"), save=_("Save"))


@require_POST
@page
def withdraw_consent(request: HttpRequest, pseudonym: str, pk: int) -> HttpResponse:
    """Write down that a consent was taken back."""
    access = access_of(request)
    found = queries.actor_by_pseudonym(access=access, pseudonym=pseudonym)
    queries.require_edit(access, found.scope)
    consent = queries.vault.consents_of(pseudonym=found.pseudonym).filter(pk=pk).first()
    if consent is None:
        raise NotFound(kind=_("consent"), code_given=str(pk))
    actions.withdraw_consent(consent=consent, by=request.user)
    messages.success(request, _("Saved."))
    return redirect("register:actor", found.pseudonym)


@page
def shred(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Destroy what the vault keeps of somebody; for custodians."""
    access = access_of(request)
    found = queries.actor_by_pseudonym(access=access, pseudonym=pseudonym)
    access.require("reveal", found.scope)
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid() and form.try_to(
        actions.shred_identity, actor=found, access=access, by=request.user, **form.cleaned_data
    ):
        messages.success(request, _("Shredded. The pseudonym and the log of looks remain."))
        return redirect("register:actor", found.pseudonym)
    intro = _("Every value that the vault keeps, former ones too, is destroyed. Nobody can bring it back.")
    return _act(
        request, found, form, title=_("Shred the identity of %(who)s"), save=_("Shred it"), intro=intro
    )


def _act(
    request: HttpRequest, found: Actor, form: NandutiForm, *, title: str, **context: Any
) -> HttpResponse:
    who = names_for(access=access_of(request), pseudonyms=[found.pseudonym])[found.pseudonym]
    context |= {"form": form, "title": title % {"who": who}, "back": actor_url(found.pseudonym)}
    return render(request, "register/form.html", context, status=form.status)


@require_POST
@page
def reveal(request: HttpRequest, pseudonym: str) -> HttpResponse:
    """Open kept fields. The answer holds them and no address, session or cache ever does."""
    access = access_of(request)
    found = queries.actor_by_pseudonym(access=access, pseudonym=pseudonym)
    seen = actions.reveal_identity(
        actor=found, access=access, fields=request.POST.getlist("fields")[:20], by=request.user
    )
    if not seen:
        raise NotFound(kind=_("contact"), code_given=found.pseudonym)
    return show(request, found, seen=seen)
