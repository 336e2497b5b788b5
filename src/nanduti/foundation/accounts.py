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


def locked_out(
    request: HttpRequest, credentials: dict[str, Any] | None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """Said in a full page, with the same answer for known and unknown names."""
    return render(request, "account/locked_out.html", status=429)
