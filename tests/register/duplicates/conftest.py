"""One workshop that a census and an agent wrote down, each in their own way, and a namesake."""

import pytest


@pytest.fixture
def here(here):
    from nanduti.register import actions  # models can be imported only after Django is set up
    from nanduti.vault.purposes import keep_shipped_purposes

    keep_shipped_purposes()
    # A telephone of as many figures as the country has.
    actions.edit_establishment(
        establishment=here.site, values={}, identity={"phone": "+595 981 555019"}, version=1, by="test"
    )
    return here


@pytest.fixture
def twin(here):
    from tests.support.doubles import TWICE, site

    return site(here, TWICE["name"], TWICE, n_workers=9, activity="1410")


@pytest.fixture
def namesake(here):
    from tests.support.doubles import NAMESAKE, site

    return site(here, NAMESAKE["name"], NAMESAKE, n_workers=3)
