"""Sign-in: who may register, what a locked-out person is told."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator who grants a role with them, never by strangers."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Wrong passwords are counted by django-axes, which locks; allauth counts wrong codes of second factors."""


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
