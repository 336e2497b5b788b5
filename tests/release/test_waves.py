"""Waves of one form ask the same firms again: their totals by town and size are held against each other."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from nanduti.release import jobs
from nanduti.release.gate import rounds
from nanduti.release.keeping import result_of
from nanduti.release.queries import returning
from nanduti.surveys.models import AnswerSet, Submission, Wave
from tests.release.attack.attacker import compare, read
from tests.support.release import census, table, workshops

JUNE = datetime(2026, 6, 9, 9, 0, tzinfo=UTC)


@pytest.fixture
def panel(door):
    """Everybody answers in March, and in June again; by then one workshop more is there."""
    asked = census(door)
    for code, month in (("march", 3), ("june", 6)):
        Wave.objects.create(
            instrument=asked,
            scope=asked.scope,
            code=code,
            opens_on=date(2026, month, 1),
            closes_on=date(2026, month, 30),
        )
    door.firms += workshops(door.world.cluster, {"town-c": {"micro": 1}})
    version = AnswerSet._base_manager.first().instrument_version
    for number, firm in enumerate(door.firms):
        row = Submission.objects.create(
            scope=asked.scope, programme=door.programme, instrument=asked, instrument_version=version, form_id="visit",
            form_version="1", instance_id=f"uuid:june-{number}", xml_digest=f"june-{number}", state="accepted",
            processing="done", received_at=JUNE, cluster=firm.cluster, establishment=firm,
        )  # fmt: skip
        answers = {"workers": 5, "product": "shirts" if number % 3 else "trousers"}
        AnswerSet.objects.create(submission=row, instrument_version=version, answers=answers, read_at=JUNE)
    return door


def asked_in(wave: str, *dims: str, **more) -> dict:
    return {**table(*dims, **more), "source": "instrument:visit", "wave": wave}


def csv_of(publication):
    return read(publication.files.get(name="table.csv").content.read())


def test_a_firm_that_joined_is_not_found_by_taking_march_from_june(panel):
    first = panel.publish(code="march", material=asked_in("march", "place", "product"))
    request = panel.ask(code="june", material=asked_in("june", "place", "product"))
    check = panel.check(request)
    hidden = {row[:2] for row in result_of(check).parts[0].public.rows() if row[2] is None}
    assert ("town-c", "_total") in hidden or not check.is_safe
    if check.is_safe:
        second = panel.approve(request, check)
        both = [f for f in compare(csv_of(first), csv_of(second)) if f.cell["product"] == "_total"]
        assert both == []


def test_without_that_look_the_firm_is_found(panel, monkeypatch):
    """The planted leak: the same two releases with a gate that takes waves for strangers."""
    first = panel.publish(code="march", material=asked_in("march", "place", "product"))
    monkeypatch.setattr(rounds, "tables_of", lambda _entries: [])
    second = panel.publish(code="june", material=asked_in("june", "place", "product"))
    found = {
        (f.cell["place"], f.n)
        for f in compare(csv_of(first), csv_of(second))
        if f.cell["product"] == "_total"
    }
    assert ("town-c", 1) in found


def test_records_of_another_wave_are_held_against_it_too(panel):
    panel.publish(code="march", material=asked_in("march", "place", "product"))
    material = {
        "source": "instrument:visit",
        "wave": "june",
        "columns": ["place", "product"],
        "keys": ["place"],
    }
    check = panel.check(panel.ask(code="june", kind="microdata", material=material))
    assert not check.is_safe
    assert "disclosure.ledger.difference" in {r["code"] for v in check.verdict for r in v["reasons"]}


def test_waves_of_the_same_firms_hide_nothing_of_each_other(panel):
    """Answers may change as they like; only who stands in a town or a size is compared."""
    Submission._base_manager.filter(instance_id=f"uuid:june-{len(panel.firms) - 1}").delete()
    panel.publish(code="march", material=asked_in("march", "place"))
    check = panel.check(panel.ask(code="june", material=asked_in("june", "place")))
    assert check.is_safe and check.n_hidden == 0


def test_other_sources_are_told_of_and_hide_nothing(panel):
    """The register has one workshop more than answered in March: so many did not take part, and no answer follows."""
    panel.publish(code="march", material=asked_in("march", "place"))
    check = panel.check(panel.ask(code="towns", material=table("place")))
    told = [r for v in check.verdict for r in v["reasons"] if r["code"] == "release.ledger.other_source"]
    assert check.is_safe and check.n_hidden == 0 and told[0]["details"]["n"] >= 2
    Submission._base_manager.filter(instance_id__startswith="uuid:june").delete()


def test_nothing_is_told_of_other_sources_that_agree(door):
    census(door)
    door.publish(code="visit", material={**table("place"), "source": "instrument:visit"})
    check = door.check(door.ask(code="towns", material=table("place")))
    assert not [r for v in check.verdict for r in v["reasons"] if r["code"] == "release.ledger.other_source"]


def test_pages_are_read_once_for_each_check(panel, monkeypatch):
    panel.publish(code="march", material=asked_in("march", "place"))
    seen = []
    true = jobs.entries
    monkeypatch.setattr(jobs, "entries", lambda **what: seen.append(what) or true(**what))
    panel.check(panel.ask(code="june", material=asked_in("june", "place")))
    assert len(seen) == 1


def test_a_round_owes_its_results_to_those_who_answered_in_its_days(panel):
    """A round held in one town owes nothing to the towns that were asked in other weeks."""
    asked = Wave.objects.first().instrument
    Wave.objects.create(instrument=asked, scope=asked.scope, code="later", opens_on=date(2026, 8, 1))
    owed = {d.wave.code: [c.pk for c in d.clusters] for d in returning.datasets(programme=panel.programme)}
    assert owed["june"] == [panel.world.cluster.pk]
    assert owed["later"] == []
