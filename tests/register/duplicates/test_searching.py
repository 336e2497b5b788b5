"""What a search finds, by whose right, and what it leaves behind."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.foundation import work
from nanduti.foundation.models import AuditEvent, Job
from nanduti.register import actions
from nanduti.register.duplicates import actions as doubles
from nanduti.register.duplicates import searching
from nanduti.register.models import DuplicatePair, DuplicateSearch, Establishment
from nanduti.vault.models import Reveal
from tests.support.doubles import TWICE, allow, client_of, search, site
from tests.support.register import SECRETS, SITE, firm


def test_a_custodian_finds_who_stands_there_twice_with_reasons_that_quote_nobody(here, twin, namesake):
    best, *_rest = search(here)
    assert (best.one_id, best.other_id) == (here.site.pk, twin.pk) and best.answer == "likely"
    codes = {(r["field"], r["level"]) for r in best.reasons}
    assert {("phone", "same"), ("address", "same")} <= codes and any(f == "name" for f, _level in codes)
    assert all(0 <= r["figure"] <= 1 for r in best.reasons if r["field"] == "name")
    assert namesake.pk not in {best.one_id, best.other_id}
    with scopes_disabled():
        rows = DuplicatePair._base_manager.values(), DuplicateSearch._base_manager.values()
        told = json.dumps([list(r) for r in rows], default=str) + json.dumps(
            list(Job.objects.values("arguments", "result", "message", "error")), default=str
        )
        told += json.dumps(list(AuditEvent.objects.values("details")), default=str)
    for secret in [*SECRETS, *TWICE.values(), "595981", "0981"]:
        assert secret not in told


def test_each_look_of_a_search_is_written_down_as_such(here, twin):
    search(here)
    looks = Reveal.objects.filter(occasion="doubles")
    seen = {look.pseudonym for look in looks}
    assert {here.site.pseudonym, twin.pseudonym, here.firm.pseudonym} <= seen
    assert {look.by_label for look in looks} == {"custodian"} and {look.why for look in looks} == {"custody"}
    assert all("email" not in look.fields for look in looks)
    page = client_of(here, "custodian").get(reverse("register:reveals"), {"occasion": "doubles"})
    assert "compared in a search" in page.content.decode()


def test_what_the_right_does_not_cover_is_not_compared(here, twin):
    allow(here, ["name"])
    (pair,) = search(here, "cda")
    assert {r["field"] for r in pair.reasons} <= {"name", "trade", "place", "activity"}
    assert pair.search.fields == ["name"]
    page = (
        client_of(here, "cda").get(reverse("register:doubles_of", args=[here.cluster.code])).content.decode()
    )
    assert "Compared: name, and town" in page and "Not compared:" in page and "telephone" in page


def test_who_sees_less_than_was_compared_does_not_read_the_result(here, twin):
    """A guessed telephone, entered as a firm, would otherwise tell whose it is."""
    search(here)
    allow(here, ["name"])
    agent, url = client_of(here, "cda"), reverse("register:doubles_of", args=[here.cluster.code])
    page = agent.get(url).content.decode()
    assert "Nobody has looked" in page and twin.pseudonym not in page
    with scopes_disabled():
        pair = DuplicatePair.objects.get()
    assert agent.get(reverse("register:double", args=[pair.pk])).status_code == 404
    search(here, "cda")
    assert "1 pair may be the same firm" in agent.get(url).content.decode()
    # The custodian goes on reading the search that compared more.
    with scopes_disabled():
        assert sorted(len(s.fields) for s in DuplicateSearch.objects.all()) == [1, 7]
    custodian = client_of(here, "custodian").get(url).content.decode()
    assert "tax number" in custodian and "Not compared" not in custodian


def test_a_search_replaces_earlier_ones_that_compared_no_more(here, twin):
    first = search(here)
    second = search(here)
    assert len(first) == len(second) == 1 and first[0].pk != second[0].pk
    with scopes_disabled():
        assert DuplicateSearch.objects.count() == 1


def test_a_right_that_ended_before_the_work_began_opens_nothing(here, twin):
    allow(here, ["name"])
    client_of(here, "cda").post(reverse("register:search_doubles", args=[here.cluster.code]))
    here.user("cda").grants.all().delete()
    work.run_waiting()
    job = Job.objects.get(kind="register.search_duplicates")
    assert job.state == "failed" and job.error_code == "register.nothing_to_compare"
    assert not Reveal.objects.filter(occasion="doubles").exists()


def test_places_of_one_enterprise_are_not_doubles_unless_they_stand_together(here):
    with scopes_disabled():
        for address in ("Ruta 2 km 30", "Calle Septima 1234"):
            actions.register_establishment(
                organisation=here.firm, values={"cluster": here.cluster, "place": here.place},
                identity={"address": address}, by="test",
            )  # fmt: skip
        there = Establishment._base_manager.latest("id")
    pairs = search(here)
    assert {(p.one_id, p.other_id) for p in pairs} == {(here.site.pk, there.pk)}


def test_an_enterprise_of_another_cluster_is_not_opened(here, twin):
    with scopes_disabled():
        far = firm(here.other, "Talleres Jazmín Azul")
        actions.register_establishment(
            organisation=far, values={"cluster": here.cluster, "place": here.place}, by="test"
        )
    search(here)
    assert not Reveal.objects.filter(pseudonym=far.pseudonym).exists()


def test_a_fault_in_the_comparison_tells_no_value(here, twin, monkeypatch, caplog):
    def stumble(*args, **kwargs):
        raise ValueError(f"cannot read {SITE['phone']}")

    monkeypatch.setattr(searching.er, "tidy_records", stumble)
    client_of(here, "custodian").post(reverse("register:search_doubles", args=[here.cluster.code]))
    work.run_waiting()
    job = Job.objects.get(kind="register.search_duplicates")
    assert job.error_code == "register.cannot_compare" and "555" not in job.error + caplog.text


def test_one_search_at_a_time_and_repeated_work_does_no_harm(here, twin):
    client, url = client_of(here, "custodian"), reverse("register:search_doubles", args=[here.cluster.code])
    assert client.post(url).status_code == client.post(url).status_code == 302
    job = Job.objects.get(kind="register.search_duplicates")
    page = reverse("register:doubles_of", args=[here.cluster.code])
    shown = client.get(page).content.decode()
    assert f"job-{job.public_id}" in shown and "same-firm/search/" not in shown
    assert client.get(reverse("work", args=[job.public_id])).status_code == 200
    allow(here, ["name"])
    assert "Somebody is searching" in client_of(here, "cda").get(page).content.decode()
    work.run_waiting()
    assert "same-firm/search/" in client.get(page).content.decode()
    again = Job.objects.get(kind="register.search_duplicates")
    again.state = "queued"
    again.save()
    work.run_waiting()
    with scopes_disabled():
        assert DuplicatePair.objects.count() == 1


@pytest.mark.parametrize(
    ("latitude", "longitude"), [("", "-57.3"), ("north", "-57.3"), ("nan", "1"), ("95", "1")]
)
def test_points_that_are_none_are_left_out(latitude, longitude):
    assert None in (searching._degrees(latitude, 90), searching._degrees(longitude, 180))


def test_a_cluster_with_one_establishment_or_odd_values_is_searched_all_the_same(here):
    assert search(here) == []
    odd = {"name": "«»'\"%s\u202e", "phone": "-", "address": "\u0000x".replace("\u0000", ""), "latitude": "?"}
    site(here, "!!!", odd)
    assert search(here) == []
    with scopes_disabled():
        newest = DuplicateSearch.objects.get()
    assert newest.n_establishments == 2 and newest.ended_at <= timezone.now()


def test_decisions_of_people_move_the_points_when_there_are_enough(here):
    """Six telephones that tell apart rather than together make a telephone worth less."""
    by = here.user("custodian")
    with scopes_disabled():
        for n in range(6):
            pairs = [
                site(here, f"Bordados {w} {n}", {"name": f"Bordados {w} {n}", "phone": f"0981 40{n} 10{n}"})
                for w in ("Ykua", "Ykuá")
            ]
            others = [
                site(here, f"{w} {n}", {"name": f"{w} {n}", "phone": f"0971 50{n} 20{n}"})
                for w in ("Calzados Rosa", "Herrería Luz")
            ]
            doubles.judge_pair(one=pairs[0], other=pairs[1], decision="same", reason="Seen both.", by=by)
            doubles.judge_pair(
                one=others[0], other=others[1], decision="different", reason="Two doors.", by=by
            )
    pairs = search(here)
    with scopes_disabled():
        newest = DuplicateSearch.objects.get()
    assert newest.n_learnt == 12 and newest.recipe["points"]["phone"]["same"] < 35
    assert not pairs, "merged and refuted pairs are not offered again"
