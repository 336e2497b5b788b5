"""Field work: before the door (``field``) and behind it (``answered``)."""

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
def field(db):
    """A programme in the field; queries of the test are within no scope, as an operator's."""
    from tests.support import surveys

    with scopes_disabled():
        yield surveys.field()


@pytest.fixture
def answered(db):
    """The world of :mod:`tests.surveys.answered`; queries of the test itself need no scope."""
    from tests.surveys.answered import field

    with scopes_disabled():
        yield field()


@pytest.fixture
def as_role(answered) -> Callable[..., Client]:
    """``as_role("supervisor")``: a client signed in as that account."""
    from tests.support.clients import signing_in

    return signing_in(answered.user, "supervisor")
