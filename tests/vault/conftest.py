import pytest


@pytest.fixture
def here(db):
    """The world of :mod:`tests.support.register`."""
    from tests.support.register import world  # models can be imported only after Django is set up

    return world()
