"""At the door: ``door`` is the world of :mod:`tests.support.release`; queries of the test need no scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest
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
    from tests.support.clients import signing_in

    return signing_in(door.user)
