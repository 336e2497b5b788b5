"""A programme whose workshops are counted, with nothing asked yet."""

import pytest
from django.test import Client
from django_scopes import scopes_disabled


@pytest.fixture
def census(db):
    """Queries of the test itself need no scope."""
    from tests.support.census import field_of

    with scopes_disabled():
        yield field_of()


@pytest.fixture
def as_role(census):
    """``as_role("coordinator")``: a client signed in as that account."""
    from django.conf import settings

    def sign_in(name="coordinator", language="en"):
        client = Client(headers={"Accept-Language": language}, raise_request_exception=True)
        client.force_login(census.user(name), backend=settings.AUTHENTICATION_BACKENDS[-1])
        return client

    return sign_in
