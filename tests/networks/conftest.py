"""A cluster with ties, and clients signed in as its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client
from django_scopes import scopes_disabled

from tests.support.taken_back import taken_back


@pytest.fixture(scope="module")
def woven_once(django_db_setup, django_db_blocker) -> Iterator[Any]:
    from tests.support.networks import woven

    yield from taken_back(django_db_blocker, woven)


@pytest.fixture
def found(woven_once, db):
    """The world of :mod:`tests.support.networks`; queries of the test itself need no scope."""
    with scopes_disabled():
        yield deepcopy(woven_once)


@pytest.fixture
def visit(found) -> Callable[..., Client]:
    """``visit("supervisor")``: a client signed in as that account."""
    from tests.support.clients import signing_in

    return signing_in(found.world.users.__getitem__, "supervisor")
