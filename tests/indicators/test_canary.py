"""No name, telephone or place of anybody stands on a page, in an export or in an answer of the room."""

from __future__ import annotations

import pytest

from nanduti.indicators import actions, computing
from nanduti.indicators.units import unit_frame
from tests.support.census import AT, answered
from tests.support.crawl import body_text, routes
from tests.support.register import ADDRESS, NAME, PERSON_NAME, PHONE, ROLES, SECRETS

pytestmark = [pytest.mark.django_db(databases=["default", "vault"]), pytest.mark.usefixtures("keeps_answers")]
HOME = "/p/weaving/indicators/"
CLEAR = {"workshop_name": NAME, "respondent_name": PERSON_NAME, "phone": PHONE, "address": ADDRESS}


@pytest.fixture
def told(census):
    """The workshop of the register and seven more; what identifies stands among the answers in clear by mistake."""
    row = {"n_women": 3, "n_men": 2, "n_workers": 5, "tax_registered": "yes", "products": ["shoes"]}
    answered(census, row | CLEAR, of=census.world.site)
    for _n in range(7):
        answered(census, row)
    codes = ["women_share", "firm_formality", "register_firms"]
    actions.take_from_library(programme=census.programme, codes=codes, by="test", at=AT)
    computing.compute(programme=census.programme, by="test", at=AT)
    return census


def test_even_an_answer_in_clear_by_mistake_stands_in_no_frame(told):
    units = unit_frame(programme=told.programme, access=None, instrument="workshop_census")
    written = units.frame.write_ndjson()
    assert not [secret for secret in SECRETS if secret in written]


def test_no_role_reads_a_name_anywhere(told, as_role):
    for role in [*ROLES, "stranger", "nobody"]:
        for address, text in walked(as_role(role)):
            assert not [secret for secret in SECRETS if secret in text], f"{role} at {address}"


def walked(client):
    """Every page of the room that a walk of the site comes upon, and each in its formats."""
    values = {"programme": ["weaving"], "code": ["women_share", "firm_formality", "register_firms"]}
    own = [f"{HOME}{p}" for p in ("", "library/", "new/")]
    own += [f"{HOME}one/{c}/{p}" for c in values["code"] for p in ("", "rows/", "change/")]
    own += [f"{HOME}?export=csv", f"{HOME}?export=xlsx", f"{HOME}one/women_share/rows/?export=csv",
            f"{HOME}one/women_share/?g.export=csv", f"{HOME}one/women_share/?r.export=csv",
            f"{HOME}one/women_share/rows/?cluster=itaugua-garments",
            "/api/programmes/weaving/indicators", "/api/programmes/weaving/indicators/values?by=place"]  # fmt: skip
    for address in own:
        answer = client.get(address)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        yield address, body_text(body)


def test_the_walk_of_the_site_knows_the_room():
    assert {r for r in routes() if "/indicators/" in r} >= {
        "/p/<slug:programme>/indicators/",
        "/p/<slug:programme>/indicators/one/<slug:code>/rows/",
    }
