"""Who has which role within the programmes and clusters that somebody manages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation import actions as foundation
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Grant, User
from nanduti.foundation.roles import BY_CODE
from nanduti.interface import navigation, words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.pages import link

from .forms import GrantForm, scope_name
from .pages import require


@login_required
def people(request: HttpRequest) -> HttpResponse:
    """Who has which role within the programmes and clusters that I manage; give one."""
    require(request, "manage_people")
    navigation.here(request, item="people")
    managed = request.access.scopes_with("manage_people")  # type: ignore[attr-defined]
    form = GrantForm(request.POST or None, scope_ids=managed)
    if request.method == "POST" and form.is_valid() and form.try_to(_give_role, request, form.cleaned_data):
        messages.success(request, _("The role is given."))
        return redirect("home:people")
    grants = (
        Grant.objects.filter(scope__in=managed)
        .select_related("user", "scope__programme", "scope__cluster")
        .order_by("user__username", "id")
    )
    columns = [
        Col("user", gettext_lazy("Who"), value=lambda g: g.user.username, phone=True, sortable="user__username"),
        Col("role", gettext_lazy("Role"), "choice", choices={c: _(r.title) for c, r in BY_CODE.items()}, phone=True,
            filter="choice"),
        Col("scope", gettext_lazy("Within"), value=lambda g: scope_name(g.scope), phone=True),
        Col("since", gettext_lazy("Since"), "day"),
        Col("until", gettext_lazy("Until"), "day"),
        Col("end", "", phone=True, value=lambda g: _("End it") if g.until is None else "",
            url=lambda g: reverse("home:end_grant", args=[g.pk]) if g.until is None else None),
    ]  # fmt: skip
    return render(
        request,
        "home/people.html",
        {
            "title": _("People and roles"),
            "state": ngettext("%(n)s role is given.", "%(n)s roles are given.", grants.count())
            % {"n": words.number(grants.count())},
            "form": form,
            "grants": DataTable(grants, request, columns=columns, name="grants"),
            "roles": list(BY_CODE.values()),
        },
        status=form.status,
    )


def _give_role(request: HttpRequest, values: dict[str, Any]) -> None:
    user = User.objects.filter(username=values["username"]).first()
    if user is None:
        user = foundation.make_account(
            username=values["username"], password=values["password"], by=request.user
        )
    foundation.grant_role(
        user=user, role=values["role"], scope=values["scope"], until=values["until"], by=request.user
    )


@login_required
def end_grant(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role."""
    require(request, "manage_people")
    navigation.here(request, item="people")
    managed = request.access.scopes_with("manage_people")  # type: ignore[attr-defined]
    grant = Grant.objects.filter(pk=pk, scope__in=managed).select_related("user", "scope").first()
    if grant is None:
        raise NotFound(kind="role", code_given=pk)
    if request.method == "POST":
        foundation.end_role(grant=grant, by=request.user)
        messages.success(request, _("The role is ended; it stays on record."))
        return redirect("home:people")
    return render(
        request,
        "home/end_grant.html",
        {
            "title": _("End a role"),
            "state": _("%(who)s would no longer be %(role)s within %(scope)s.")
            % {
                "who": grant.user.username,
                "role": _(BY_CODE[grant.role].title),
                "scope": scope_name(grant.scope),
            },
            "back": link(reverse("home:people"), _("People and roles")),
        },
    )
