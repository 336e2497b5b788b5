"""Fixtures of a programme whose workshops are counted: import them into a ``conftest.py``."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scopes_disabled


@pytest.fixture
def census(db):
    """The world of :mod:`tests.support.census`; queries of the test itself need no scope."""
    from tests.support.census import field_of

    with scopes_disabled():
        yield field_of()


@pytest.fixture
def as_role(census) -> Callable[..., Client]:
    """``as_role("coordinator")``: a client signed in as that account."""
    from tests.support.clients import signing_in

    return signing_in(census.user, "coordinator")
