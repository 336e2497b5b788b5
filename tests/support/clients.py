"""Clients of the test server, signed in without the sign-in page."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.test import Client

from nanduti.foundation.models import User


def signed_in(user: User | None, language: str = "en") -> Client:
    """A client that reads this language; without a user, a visitor's."""
    client = Client(headers={"Accept-Language": language})
    if user is not None:
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def signing_in(user_of: Callable[[str], User], default: str = "") -> Callable[..., Client]:
    """What fixtures hand out: ``sign_in("cda")`` is a client of the account of that name, ``sign_in("")`` a visitor's.

    Args:
        user_of: the account of a name.
        default: whose client it is where no name is given.
    """

    def sign_in(name: str = default, language: str = "en") -> Client:
        return signed_in(user_of(name) if name else None, language)

    return sign_in
