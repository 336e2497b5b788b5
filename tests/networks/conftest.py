"""A cluster with ties, and clients signed in as its people."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scopes_disabled


@pytest.fixture
def found(db):
    """The world of :mod:`tests.support.networks`; queries of the test itself need no scope."""
    from tests.support.networks import woven

    with scopes_disabled():
        yield woven()


@pytest.fixture
def visit(found) -> Callable[..., Client]:
    """``visit("supervisor")``: a client signed in as that account."""
    from tests.support.clients import signing_in

    return signing_in(found.world.users.__getitem__, "supervisor")
