"""Codes of a second factor: the one before and the one after count too, and each opens the house once."""

from __future__ import annotations

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.cache import cache


def _remember(authenticator: Authenticator, code: str) -> bool:
    """Whether the code is used for the first time while it counts.

    allauth forgets a used code after one step; with neighbours allowed it would count again (RFC 6238, 5.2).
    """
    steps = 2 * app_settings.TOTP_TOLERANCE + 1
    key = f"second-factor-used:{authenticator.user_id}:{''.join(code.split())}"
    return cache.add(key, "y", timeout=app_settings.TOTP_PERIOD * steps)


class _OnceOnly:
    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        row: Authenticator = self.authenticator  # type: ignore[attr-defined]
        if row.type == Authenticator.Type.TOTP and not _remember(row, code):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SignInForm(_OnceOnly, AuthenticateForm):
    """The code asked for after the password."""


class ConfirmForm(_OnceOnly, ReauthenticateForm):
    """The code asked for before something delicate is done."""
