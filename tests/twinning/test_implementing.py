"""The six steps of implementation follow from records; what has no date counts only once it has certainly happened."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.interface import words
from nanduti.methods.twinning.sequence import IMPLEMENTATION
from nanduti.twinning import implementing, queries
from nanduti.twinning.models import BusinessInterest, Requirement, StepEvidence
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)


def steps(example, pair, on=JULY):
    found = implementing.implementation(
        twinning=queries.twinning_by_pair(programme=example, pair=pair), on=on
    )
    return [step.code for step in found.steps if step.is_done], found


SIX = [code for code, _title in IMPLEMENTATION]


def test_how_far_the_pairs_of_the_example_came(example):
    found, said = steps(example, "chennai-footwear:marche")
    assert (found, said.following) == (SIX, None)
    found, said = steps(example, "chennai-leather:santa-croce")
    assert (found, said.following) == ([c for c in SIX if c != "willing_identified"], "willing_identified")
    # No Italian partner was found for automotive components, so nothing could be signed.
    found, said = steps(example, "chennai-auto:turin-auto")
    assert "mou" not in found and "linkages" not in found


def test_before_the_first_talks_nothing_is_done(example):
    found, said = steps(example, "chennai-leather:santa-croce", date(2008, 3, 31))
    assert "association_interaction" not in found and "mou" not in found
    assert said.following == "association_interaction"
    assert steps(example, "chennai-leather:santa-croce", date(2008, 6, 1))[0][:2] == [
        "association_interaction", "mou",
    ]  # fmt: skip


def test_a_step_before_its_time_is_pointed_out_and_not_refused(example):
    StepEvidence.objects.filter(evidence_kind="willing_firms_identified").delete()
    _found, said = steps(example, "chennai-footwear:marche")
    late = [step.code for step in said.steps if step.is_out_of_order]
    assert "linkages" in late and "mou" not in late
    assert said.following == "willing_identified"


def test_what_has_no_date_is_told_and_not_counted_before_the_lists_report(example):
    pair = "chennai-leather:santa-croce"
    early = steps(example, pair, date(2011, 7, 30))[1]
    late = steps(example, pair, JULY)[1]
    undated = [p.label for step in early.steps for p in step.not_placed]
    assert "Tannery advised on wet-end work" in undated
    assert not [p for step in late.steps for p in step.not_placed]


def test_both_sides_must_have_said_what_they_need(example):
    pair = "chennai-leather:santa-croce"
    assert "requirements_stated" in steps(example, pair)[0]
    BusinessInterest.objects.filter(side="advanced").delete()
    assert "requirements_stated" in steps(example, pair)[0]  # their needs and offers are left
    Requirement.objects.filter(side="advanced").delete()
    assert "requirements_stated" not in steps(example, pair)[0]


def test_page_and_machines_say_the_same(visit, example):
    pair, client = "chennai-footwear:marche", visit("coordinator")
    page = client.get(f"/p/{CODE}/twinnings/{pair}/").content.decode()
    assert "Six steps of implementation" in page and "Associations meet" in page
    said = client.get(f"/api/programmes/{CODE}/implementation?pair={pair}&on=2011-07-31").json()
    assert [s["code"] for s in said["steps"] if s["done"]] == steps(example, pair)[0]
    assert page.count('class="is-met"') == len(steps(example, pair)[0])


def test_what_both_sides_hope_to_gain_makes_a_linkage_likely(visit, example):
    pair, client = "chennai-footwear:marche", visit("cda-footwear")
    page = f"/p/{CODE}/twinnings/{pair}/"
    twinning = queries.twinning_by_pair(programme=example, pair=pair)
    twinning.interests.all().delete()
    sent = {"side": "emerging", "stakeholder_type": "firm", "business_interest": "Learn lasting", "gain": "1",
            "end_market": "shops"}  # fmt: skip
    assert client.post(f"{page}interest/", sent).status_code == 302
    sent |= {
        "side": "advanced",
        "business_interest": "Have shoes made",
        "gain": "0.5",
        "end_market": "brands",
    }
    assert client.post(f"{page}interest/", sent).status_code == 302
    (gain,) = queries.mutual_gains(list(queries.interests(twinning=twinning)))
    assert (gain.verdict.decision, float(gain.likelihood)) == ("yes", 0.5)
    shown = client.get(page).content.decode()
    assert "Both may gain and they do not compete." in shown and words.share(0.5) in shown
    # Corrected, for they sell to the same buyers: the two are rivals.
    hope = twinning.interests.get(side="advanced")
    corrected = {**sent, "end_market": "shops", "gain": "", "version": hope.version}
    assert client.post(f"{page}interest/{hope.pk}/", corrected).status_code == 302
    (gain,) = queries.mutual_gains(list(queries.interests(twinning=twinning)))
    assert (gain.verdict.decision, gain.likelihood) == ("no", None)
    assert visit("association").get(f"{page}interest/").status_code in {403, 404}
