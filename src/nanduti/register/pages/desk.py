"""The custodian's desk: what waits, exactly what would be revealed, who may look every day, who looked."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.models import Grant, User
from nanduti.foundation.roles import BY_CODE, ROLES
from nanduti.interface import navigation, words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col
from nanduti.vault.fields import Field
from nanduti.vault.models import ContactRequest, Reveal, StandingGrant

from .. import actions, forms, queries
from ..models import Cluster
from ..names import names_for
from .common import NamedTable, access_of, actor_url, page
from .contact import STATES, RequestTable, fields_said, state_of

GRANT_STATES = {
    "in_force": gettext_lazy("in force"),
    "revoked": gettext_lazy("revoked"),
    "expired": gettext_lazy("expired"),
}


def _require_custodian(request: HttpRequest) -> None:
    navigation.here(request, item="desk")
    if not access_of(request).may("decide_contact"):
        raise NotAllowed(capability="decide_contact")


@page
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for this custodian, oldest first."""
    _require_custodian(request)
    access = access_of(request)
    waiting = list(queries.vault.waiting(access=access)[:50])
    names = names_for(access=access, pseudonyms=[r.pseudonym for r in waiting])
    table = RequestTable(
        queries.vault.requests_of_desk(access=access), request, name="decided", order="-asked_at"
    )
    table.cols = _decided_columns(table)
    if table.wants_export:
        return table.export()
    said = ngettext("%(n)s request waits for you.", "%(n)s requests wait for you.", len(waiting))
    return render(
        request,
        "register/desk.html",
        {
            "title": _("Custodian's desk"),
            "state": said % {"n": words.number(len(waiting))} if waiting else _("Nothing waits for you."),
            "figures": _figures(request, len(waiting)),
            "waiting": [(r, names[r.pseudonym], fields_said(r.fields_asked)) for r in waiting],
            "table": table,
        },
    )


def _decided_columns(table: RequestTable) -> list[Col]:
    return [
        table.who(),
        table.state(),
        Col("asked_by_label", _("Who asked"), filter="text", phone=True),
        Col("scope_code", _("Cluster"), "code", shown=False),
        Col("purpose", _("What for"), value=lambda r: str(r.purpose)),
        Col("fields_granted", _("Granted"), value=lambda r: fields_said(r.fields_granted)),
        Col("until", _("Until"), "day", value=lambda r: r.granted_until or r.until_on),
        Col("decided_by_label", _("Decided by")),
        Col("reason", _("Reason"), shown=False),
        Col("asked_at", _("Asked"), "moment", sortable=True, filter="days", shown=False),
    ]


def _figures(request: HttpRequest, n_waiting: int) -> list[Figure]:
    access = access_of(request)
    in_force = queries.vault.standing_grants_in_force(
        scope_ids=access.scopes_with("decide_contact"), on=timezone.localdate()
    ).count()
    today = queries.vault.reveals_of_desk(access=access).filter(at__date=timezone.localdate()).count()
    return [
        Figure(n_waiting, _("waiting"), "#waiting", tone="warn" if n_waiting else ""),
        Figure(
            in_force,
            ngettext("standing grant in force", "standing grants in force", in_force),
            reverse("register:grants"),
        ),
        Figure(today, ngettext("look today", "looks today", today), reverse("register:reveals")),
    ]


def _request(request: HttpRequest, public_id: uuid.UUID) -> ContactRequest:
    _require_custodian(request)
    found = queries.vault.requests_of_desk(access=access_of(request)).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(kind=_("contact request"), code_given=str(public_id)[:8])
    return found


@page
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One request with exactly what would be revealed, and the two answers."""
    found = _request(request, public_id)
    initial = {"fields_granted": found.fields_asked, "until_on": found.until_on, "version": found.version}
    is_grant = request.method == "POST" and request.POST.get("answer") == "grant"
    is_refusal = request.method == "POST" and request.POST.get("answer") == "refuse"
    grant = forms.GrantForm(request.POST if is_grant else None, initial=initial, prefix="grant").offer(
        found.fields_asked
    )
    refuse = forms.RefuseForm(
        request.POST if is_refusal else None, initial={"version": found.version}, prefix="refuse"
    )
    if (is_grant and _grant(request, found, grant)) or (is_refusal and _refuse(request, found, refuse)):
        return redirect("register:desk")
    return _show_request(request, found, grant, refuse)


def _grant(request: HttpRequest, found: ContactRequest, form: forms.GrantForm) -> bool:
    if not form.is_valid():
        return False
    data = form.cleaned_data
    done = form.try_to(
        actions.grant_request,
        request=found,
        access=access_of(request),
        fields=data["fields_granted"],
        until_on=data["until_on"],
        version=data["version"],
        by=request.user,
    )
    if done:
        messages.success(request, _("Granted. Every look will stand in the log."))
    return done


def _refuse(request: HttpRequest, found: ContactRequest, form: forms.RefuseForm) -> bool:
    if not form.is_valid():
        return False
    done = form.try_to(
        actions.refuse_request,
        request=found,
        access=access_of(request),
        reason=form.cleaned_data["reason"],
        version=form.cleaned_data["version"],
        by=request.user,
    )
    if done:
        messages.success(request, _("Refused. Whoever asked reads your reason."))
    return done


def _show_request(
    request: HttpRequest, found: ContactRequest, grant: forms.GrantForm, refuse: forms.RefuseForm
) -> HttpResponse:
    access = access_of(request)
    shown: dict[str, str] = {}
    who = found.pseudonym
    is_waiting = found.state == ContactRequest.State.ASKED
    try:
        actor = queries.actor_by_pseudonym(access=access, pseudonym=found.pseudonym)
    except NotFound:
        actor = None  # it has left the custodian's clusters since
    if actor is not None:
        who = names_for(access=access, pseudonyms=[actor.pseudonym])[actor.pseudonym]
        if is_waiting:
            shown = actions.reveal_identity(
                actor=actor, access=access, fields=found.fields_asked, by=request.user
            )
    labels = dict(Field.choices)
    return render(
        request,
        "register/decide.html",
        {
            "title": _("Contact of %(who)s") % {"who": who},
            "state": _("%(user)s asks on behalf of %(for)s, until %(until)s.")
            % {"user": found.asked_by_label, "for": found.asks_for, "until": words.day(found.until_on)},
            "asked": found,
            "state_now": STATES[state_of(found)],
            "granted_fields": fields_said(found.fields_granted),
            "revealed": [(labels[c], shown.get(c)) for c in found.fields_asked],
            "is_waiting": is_waiting and found.asked_by_id != request.user.pk,
            "grant": grant,
            "refuse": refuse,
            "actor_url": actor_url(found.pseudonym) if actor is not None else "",
        },
        status=max(grant.status, refuse.status),
    )


# --- standing grants


def state_of_grant(grant: StandingGrant) -> str:
    if grant.revoked_at:
        return "revoked"
    return "expired" if grant.until_on <= timezone.localdate() else "in_force"


@page
def grants(request: HttpRequest) -> HttpResponse:
    """Who may look every day, until when."""
    _require_custodian(request)
    table = GrantTable(queries.vault.standing_grants_of_desk(access=access_of(request)), request)
    if table.wants_export:
        return table.export()
    n = sum(state_of_grant(g) == "in_force" for g in table.rows[:500])
    said = ngettext("%(n)s standing grant is in force.", "%(n)s standing grants are in force.", n)
    return render(
        request,
        "register/grants.html",
        {"title": _("Standing grants"), "state": said % {"n": words.number(n)}, "table": table},
    )


def holder_said(grant: StandingGrant) -> str:
    """Whom a grant is given to, in words."""
    if grant.role:
        role = BY_CODE.get(grant.role)
        return _("everybody with the role “%(role)s”") % {"role": _(role.title) if role else grant.role}
    return grant.user_label


class GrantTable(NamedTable):
    """Standing grants."""

    name = "standing-grants"
    caption = gettext_lazy("Standing grants")
    order = "-given_at"
    columns = (
        Col("holder", gettext_lazy("Who"), value=holder_said, phone=True, url=lambda g: _grant_url(g)),
        Col("scope_code", gettext_lazy("Cluster"), "code", filter="text", phone=True),
        Col("fields", gettext_lazy("What"), value=lambda g: fields_said(g.fields)),
        Col("purpose", gettext_lazy("What for"), value=lambda g: str(g.purpose)),
        Col("until_on", gettext_lazy("Until"), "day", sortable=True),
        Col(
            "state_now",
            gettext_lazy("State"),
            "chip",
            value=state_of_grant,
            choices=GRANT_STATES,
            phone=True,
            tone=lambda s: "good" if s == "in_force" else "",
        ),
        Col("given_by_label", gettext_lazy("Given by"), shown=False),
        Col("revoke_reason", gettext_lazy("Why revoked"), shown=False),
        Col("given_at", gettext_lazy("Given"), "moment", sortable=True, shown=False),
    )

    def pseudonyms(self, row: Any) -> list[str]:
        return []


def _grant_url(grant: StandingGrant) -> str | None:
    return reverse("register:revoke", args=[grant.public_id]) if state_of_grant(grant) == "in_force" else None


@page
def new_grant(request: HttpRequest) -> HttpResponse:
    """Give a cluster's agents the names they need for their daily work."""
    _require_custodian(request)
    access = access_of(request)
    mine = [c for c in queries.clusters(access=access) if access.may("decide_contact", c.scope)]
    form = forms.StandingGrantForm(
        request.POST or None, initial={"holder": "role:cda", "purpose": "field_visit"}
    ).offer_clusters(mine, is_needed=True)
    form.offer_holders(_holders(mine, request.user))
    if form.is_valid() and _give(request, form):
        messages.success(request, _("Given. It ends by itself, and you can revoke it at any time."))
        return redirect("register:grants")
    return render(
        request,
        "register/form.html",
        {
            "title": _("Give a standing grant"),
            "form": form,
            "save": _("Give it"),
            "back": reverse_grants(),
            "intro": _(
                "Whoever holds it sees these fields of the firms of this cluster, and of nobody else. "
                "Each look is written down."
            ),
        },
        status=form.status,
    )


def reverse_grants() -> str:
    return reverse("register:grants")


def _holders(clusters: list[Cluster], me: User) -> list[User]:
    """People whose role in one of these clusters includes seeing granted names."""
    roles = [r.code for r in ROLES if "see_granted_names" in r.may]
    scopes = [c.scope_id for c in clusters]
    held = Grant.objects.filter(role__in=roles).filter(scope__in=scopes)
    wide = Grant.objects.filter(role__in=roles, scope__reaches__in=scopes)
    ids = {*held.values_list("user_id", flat=True), *wide.values_list("user_id", flat=True)} - {me.pk}
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("username")[:500])


def _give(request: HttpRequest, form: forms.StandingGrantForm) -> bool:
    data = form.cleaned_data
    user_id, role = form.chosen_holder()
    return form.try_to(
        actions.give_standing_grant,
        scope=data["cluster"].scope,
        access=access_of(request),
        user=User.objects.filter(pk=user_id).first() if user_id else None,
        role=role,
        fields=data["fields_granted"],
        purpose=data["purpose"],
        until_on=data["until_on"],
        by=request.user,
    )


@page
def revoke(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End a standing grant at once."""
    _require_custodian(request)
    access = access_of(request)
    found = queries.vault.standing_grants_of_desk(access=access).filter(public_id=public_id).first()
    if found is None:
        raise NotFound(kind=_("standing grant"), code_given=str(public_id)[:8])
    form = forms.ReasonForm(request.POST or None)
    if form.is_valid() and form.try_to(
        actions.revoke_standing_grant,
        grant=found,
        access=access,
        reason=form.cleaned_data["reason"],
        by=request.user,
    ):
        messages.success(request, _("Revoked. Nothing is shown by it any more."))
        return redirect("register:grants")
    return render(
        request,
        "register/form.html",
        {
            "title": _("Revoke a standing grant"),
            "state": _("%(who)s, %(cluster)s: %(fields)s until %(until)s.")
            % {
                "who": capfirst(holder_said(found)),
                "cluster": found.scope_code,
                "fields": fields_said(found.fields),
                "until": words.day(found.until_on),
            },
            "form": form,
            "save": _("Revoke"),
            "back": reverse_grants(),
        },
        status=form.status,
    )


# --- the log and the exact look-up


class RevealTable(NamedTable):
    """Who looked at what of whom, by what right."""

    name = "reveals"
    caption = gettext_lazy("Looks")
    order = "-at"


@page
def reveals(request: HttpRequest) -> HttpResponse:
    """The log of every look in the custodian's clusters. It shows pseudonyms, so that reading it reveals nobody."""
    _require_custodian(request)
    table = RevealTable(queries.vault.reveals_of_desk(access=access_of(request)), request)
    table.learn = lambda rows: rows  # type: ignore[method-assign]
    table.cols = [
        Col("at", _("When"), "moment", sortable=True, filter="days", phone=True),
        Col("by_label", _("Who looked"), filter="text", phone=True),
        Col(
            "pseudonym",
            _("At whom"),
            "code",
            filter="text",
            phone=True,
            url=lambda r: actor_url(r.pseudonym),
        ),
        Col("fields", _("What"), value=lambda r: fields_said(r.fields)),
        Col("why", _("By what right"), "choice", choices=Reveal.Why.choices, filter="choice"),
        Col("occasion", _("How"), "choice", choices=Reveal.Occasion.choices, filter="choice"),
    ]
    if table.wants_export:
        return table.export()
    return render(
        request,
        "register/reveals.html",
        {
            "title": _("Log of looks"),
            "state": _("Every look at a name or contact, newest first."),
            "table": table,
        },
    )


@page
def look_up(request: HttpRequest) -> HttpResponse:
    """Whom an exact telephone or name belongs to, in the custodian's clusters."""
    _require_custodian(request)
    access = access_of(request)
    form = forms.LookUpForm(request.POST or None)
    found: list[tuple[str, str, str]] = []
    is_asked = form.is_valid()
    if is_asked:
        act = actions.look_up(**form.cleaned_data, access=access, by=request.user)
        mine = [p for p in act if _is_mine(request, p)]
        names = names_for(access=access, pseudonyms=mine)
        found = [(p, names[p], actor_url(p)) for p in mine]
    return render(
        request,
        "register/look_up.html",
        {
            "title": _("Whose is it?"),
            "state": _("An exact telephone or name, in your clusters only. The search is written down."),
            "form": form,
            "found": found,
            "is_asked": is_asked,
        },
        status=form.status,
    )


def _is_mine(request: HttpRequest, pseudonym: str) -> bool:
    access = access_of(request)
    try:
        found = queries.actor_by_pseudonym(access=access, pseudonym=pseudonym)
    except NotFound:
        return False
    return access.may("reveal", found.scope_id)
