"""Sign-in: who may register, what a locked-out person is told."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

JUST_NOW = 300  # seconds


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator who grants a role with them, never by strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by django-axes, which locks; allauth counts wrong codes of second factors."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Who has just signed in need not do so again to set up the second factor that the role asks for."""
        request = context.request
        records = get_authentication_records(request, request.user) if request is not None else []
        is_fresh = any(time.time() - record["at"] < JUST_NOW for record in records)
        return not is_fresh and super().is_reauthentication_required(app=app, **kwargs)


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """The account somebody tries to open, whatever its spelling: ANA and ana are one account to allauth."""
    credentials = credentials or {}
    given = credentials.get("username") or credentials.get("login") or request.POST.get("login") or ""
    user = getattr(request, "user", None)
    if not given and user is not None and user.is_authenticated:
        given = user.username  # confirming the password while signed in
    return str(given).strip().casefold()[:255]


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """Said in a full page, with the same answer for known and unknown names."""
    return render(request, "account/locked_out.html", status=429)
