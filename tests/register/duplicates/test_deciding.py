"""Same, different, not sure: by page and by action, and the way back."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled

from nanduti.foundation.models import AuditEvent
from nanduti.register import actions
from nanduti.register.duplicates import actions as doubles
from nanduti.register.errors import PairContradicts, PairDecided
from nanduti.register.models import DuplicateDecision, DuplicatePair, EstablishmentMerge
from nanduti.vault import queries as vault
from nanduti.vault.models import Reveal
from tests.support.doubles import allow, client_of, search, site


def decide(client, pair: DuplicatePair, **data):
    return client.post(reverse("register:double", args=[pair.pk]), {"reason": "I saw the door.", **data})


@pytest.fixture
def pair(here, twin) -> DuplicatePair:
    (found,) = search(here)
    return found


def test_same_merges_with_the_values_that_were_chosen_and_can_be_taken_back(here, twin, pair):
    with scopes_disabled():
        fact = actions.record_fact(subject=here.site, values={"attribute": "machines", "value": 4}, by="test")
    client = client_of(here, "custodian")
    page = client.get(reverse("register:double", args=[pair.pk])).content.decode()
    assert "The same telephone" in page and "Profile facts" in page and "Suggested:" in page
    answer = decide(client, pair, decision="same", kept=twin.pseudonym, take_n_workers=here.site.pseudonym)
    assert answer.status_code == 302
    for record in (twin, here.site, fact):
        record.refresh_from_db()
    assert here.site.merged_into == twin and fact.establishment == twin and twin.n_workers == 7
    shown = client.get(answer["Location"]).content.decode()
    assert "The same firm" in shown and "I saw the door." in shown and "Workers" in shown
    assert {"register.judge_pair", "register.merge_establishments"} <= set(
        AuditEvent.objects.values_list("action", flat=True)
    )
    assert search(here) == []
    with scopes_disabled():
        decision = DuplicateDecision.objects.get()
    undo = reverse("register:take_back_double", args=[decision.pk])
    assert client.post(undo).status_code == 302
    for record in (twin, here.site, fact):
        record.refresh_from_db()
    assert here.site.merged_into is None and fact.establishment == here.site and twin.n_workers == 9
    assert client.post(undo).status_code == 422
    assert len(search(here)) == 1


def test_a_merge_taken_back_on_the_other_page_lets_the_pair_be_decided_again(here, twin, pair):
    client = client_of(here, "custodian")
    decide(client, pair, decision="same", kept=here.site.pseudonym)
    with scopes_disabled():
        actions.unmerge_establishments(merge=EstablishmentMerge.objects.get(), by="test")
    (again,) = search(here)
    assert decide(client, again, decision="different").status_code == 302
    assert search(here) == []


def test_different_keeps_apart_and_not_sure_does_not(here, twin, pair):
    client = client_of(here, "custodian")
    url = reverse("register:doubles_of", args=[here.cluster.code])
    assert decide(client, pair, decision="not_sure").status_code == 302
    page = client.get(url).content.decode()
    assert "somebody was not sure" in page and "1 pair may be the same firm" in page
    assert decide(client, pair, decision="different").status_code == 302
    assert "No pair waits" in client.get(url).content.decode()
    assert search(here) == [] and decide(client, pair, decision="same").status_code == 404
    with scopes_disabled():
        assert DuplicateDecision.objects.count() == 2


def test_what_was_told_apart_does_not_become_one_through_a_third(here, twin, pair):
    third = site(here, "Jazmin", {"name": "Talleres Jazmin Azul", "phone": "0981 555019"})
    by = here.user("custodian")
    with scopes_disabled():
        doubles.judge_pair(one=twin, other=third, decision="different", reason="Two doors.", by=by)
        doubles.judge_pair(one=here.site, other=twin, decision="same", reason="One door.", by=by)
        here.site.refresh_from_db()
        for one, other in ((here.site, third), (third, here.site)):
            with pytest.raises(PairContradicts):
                doubles.judge_pair(one=one, other=other, decision="same", reason="One door.", by=by)
    assert search(here) == [], "neither is offered again"
    assert client_of(here, "custodian").get(reverse("register:double", args=[pair.pk])).status_code == 404


def test_a_pair_that_clashes_with_a_decision_says_so(here, twin, pair):
    third = site(here, "Jazmin", {"name": "Talleres Jazmin Azul", "phone": "0981 555019"})
    by = here.user("custodian")
    with scopes_disabled():
        doubles.judge_pair(one=here.site, other=third, decision="different", reason="Two doors.", by=by)
    found = search(here)
    assert len(found) == 2 and [p.is_held_apart for p in found].count(True) == 1


def test_a_custodian_takes_over_what_the_vault_keeps_only_of_the_other(here, twin, pair):
    allow(here, ["name", "phone", "contact_person", "address", "latitude", "longitude", "tax_number"])
    client, agent = client_of(here, "custodian"), client_of(here, "cda")
    decide(client, pair, decision="same", kept=twin.pseudonym)
    with scopes_disabled():
        decision = DuplicateDecision.objects.get()
    url = reverse("register:take_over_double", args=[decision.pk])
    assert (
        "latitude"
        in client.get(reverse("register:double_decision", args=[decision.pk])).content.decode().lower()
    )
    for wrong in ({}, {"taken_over": ["name"]}, {"taken_over": ["nonsense"]}):
        assert client.post(url, wrong).status_code == 422
    assert agent.post(url, {"taken_over": ["latitude"]}).status_code == 403
    before = Reveal.objects.filter(pseudonym=here.site.pseudonym, occasion="shown").count()
    assert client.post(url, {"taken_over": ["latitude", "longitude"]}).status_code == 302
    assert {"latitude", "longitude"} <= set(vault.kept_fields(pseudonyms=[twin.pseudonym])[twin.pseudonym])
    assert Reveal.objects.filter(pseudonym=here.site.pseudonym, occasion="shown").count() > before
    assert AuditEvent.objects.filter(action="register.take_over_identity").exists()
    assert client.post(url, {"taken_over": ["latitude"]}).status_code == 422


@pytest.mark.parametrize(
    "data",
    [
        {}, {"decision": "same", "reason": ""}, {"decision": "merge"}, {"decision": "same", "kept": "W-2222222"},
        {"decision": "same", "take_n_workers": "'; --"}, {"decision": "\x00", "reason": "\x00" * 20},
        {"decision": "different", "reason": "x" * 5_000},
    ],
)  # fmt: skip
def test_no_submitted_value_breaks_the_page(here, twin, pair, data):
    assert decide(client_of(here, "custodian"), pair, **data).status_code == 422
    with scopes_disabled():
        assert not DuplicateDecision.objects.exists()


def test_two_who_decide_at_once(here, twin, pair):
    by = here.user("custodian")
    with scopes_disabled():
        doubles.judge_pair(one=here.site, other=twin, decision="different", reason="Two doors.", by=by)
        with pytest.raises(PairDecided):
            doubles.judge_pair(one=twin, other=here.site, decision="same", reason="One door.", by=by)
        assert not EstablishmentMerge.objects.exists()
