"""At the door: ``door`` is the world of :mod:`tests.support.release`; queries of the test need no scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.conf import settings as conf
from django.test import Client
from django_scopes import scopes_disabled


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    """What a test keeps on disk is its own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def door(db):
    from tests.support.release import door

    with scopes_disabled():
        yield door()


@pytest.fixture
def as_user(door) -> Callable[..., Client]:
    """``as_user("asker")``: a client signed in as that account; without a name, a visitor."""

    def sign_in(name: str = "", language: str = "en") -> Client:
        client = Client(headers={"Accept-Language": language}, raise_request_exception=True)
        if name:
            client.force_login(door.user(name), backend=conf.AUTHENTICATION_BACKENDS[-1])
        return client

    return sign_in
