"""At the door: ``door`` is the world of :mod:`tests.support.release`; queries of the test need no scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from tests.support.taken_back import taken_back


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    """What a test keeps on disk is its own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(scope="module")
def door_once(django_db_setup, django_db_blocker) -> Iterator[Any]:
    from tests.support.release import door

    yield from taken_back(django_db_blocker, door)


@pytest.fixture
def door(door_once, db):
    with scopes_disabled():
        yield deepcopy(door_once)


@pytest.fixture
def as_user(door) -> Callable[..., Client]:
    """``as_user("asker")``: a client signed in as that account; without a name, a visitor."""
    from tests.support.clients import signing_in

    return signing_in(door.user)
