"""From the first talk to the signature: of the pairs of the paper, and where something is not known."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.programme.models import CooperationAgreement
from nanduti.twinning import queries, signing
from nanduti.twinning.models import StepEvidence
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

DAY = date(2011, 7, 31)


@pytest.fixture
def leather(example):
    return queries.twinning_by_pair(programme=example, pair="chennai-leather:santa-croce")


def test_the_leather_associations_took_one_to_three_months(leather):
    """Talks at the fair of April 2008, signature in June 2008 (UNIDO 2013, ch. 2 §3.1)."""
    found = signing.way_to_signature(twinning=leather, on=DAY)
    assert (found.time.least, found.time.most) == (32, 90)
    assert found.talks[0].when == "April 2008" and "Bologna" in found.talks[0].label
    assert [p.when for p in found.signatures] == ["June 2008"]
    assert {p.label for p in found.openers} == {
        "Council for Leather Exports", "ASSOMAC, association of machinery manufacturers",
    }  # fmt: skip


def test_before_the_signature_no_time_is_said(leather):
    found = signing.way_to_signature(twinning=leather, on=date(2008, 5, 15))
    assert found.time.least is None and found.time.reason.code == "not_signed" and not found.signatures


def test_a_pair_that_never_agreed_has_none(example):
    auto = queries.twinning_by_pair(programme=example, pair="chennai-auto:turin-auto")
    found = signing.way_to_signature(twinning=auto, on=DAY)
    assert found.time.most is None and found.time.reason.code == "not_signed"


def test_without_a_talk_the_reason_is_told(leather):
    StepEvidence.objects.filter(evidence_kind="association_dialogue").delete()
    queries.linkages(programme=leather.programme).update(started="", started_start=None, started_end=None)
    assert signing.way_to_signature(twinning=leather, on=DAY).time.reason.code == "no_talk"


def test_a_draft_is_told_and_is_no_signature(leather):
    CooperationAgreement.objects.filter(code="leather-ca").update(status="draft")
    found = signing.way_to_signature(twinning=leather, on=DAY)
    assert not found.signatures and len(found.drafts) == 1


def test_page_and_api_say_the_same(visit, example):
    pair = "chennai-leather:santa-croce"
    text = visit("coordinator").get(f"/p/{CODE}/twinnings/{pair}/").content.decode()
    assert "between 32 and 90 days" in text and "Council for Leather Exports" in text
    said = (
        visit("coordinator").get(f"/api/programmes/{CODE}/way-to-signature?pair={pair}&on=2011-07-31").json()
    )
    assert (said["least_days"], said["most_days"]) == (32, 90) and len(said["intermediaries"]) == 2
