import pytest


@pytest.fixture(autouse=True)
def files_of_this_test(settings, tmp_path):
    """What a test keeps on disk is its own."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def field(db):
    """A programme in the field; queries of the test are within no scope, as an operator's."""
    from django_scopes import scopes_disabled

    from tests.support import surveys

    with scopes_disabled():
        yield surveys.field()
