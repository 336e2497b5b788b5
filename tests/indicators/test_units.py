"""The unit frame: who stands in it, what is known of each, and what never does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nanduti.foundation.errors import NotFound
from nanduti.indicators.units import unit_frame
from nanduti.register.models import Establishment, ProfileFact
from nanduti.surveys.models import Sample, SampleUnit
from nanduti.surveys.queries import tables
from tests.support import census as support
from tests.support.census import AT, answered, establishment, three_workshops, wave

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def frame(made, **asked):
    return unit_frame(programme=made.programme, access=asked.pop("access", None), **asked)


def test_a_row_for_each_that_answered_with_its_answers_by_name(census):
    sent = three_workshops(census)
    units = frame(census, instrument="workshop_census")
    rows = {r["pseudonym"]: r for r in units.frame.iter_rows(named=True)}
    first = rows[sent[0].establishment.pseudonym]
    assert (units.n, units.n_unlinked, units.n_repeated) == (3, 0, 0)
    assert first["establishment"] == sent[0].establishment_id and first["cluster"] == "itaugua-garments"
    assert (first["place"], first["trade"], first["n_women"], first["devices"]) == (
        "itaugua",
        "garments",
        4,
        ["phone"],
    )
    assert units.columns["n_women"].kind == "number" and units.columns["n_women"].unit == "persons"
    assert units.columns["devices"].kind == "choices"
    assert units.columns["tax_registered"].choice("dont_know", "es") == "No sabe"
    assert units.columns["n_women"].label("es") == "Mujeres"
    assert units.sources[0].n == 3 and "Workshop census" in units.sources[0].say()


def test_what_identifies_is_never_a_column(census):
    answered(census, {"n_women": 1, "n_men": 0, "n_workers": 1, "remarks": "none"})
    units = frame(census, instrument="workshop_census")
    for name in ("workshop_name", "respondent_name", "phone", "address", "position", "photo", "tax_number"):
        assert name not in units.columns and not [c for c in units.frame.columns if c.startswith(name)]


def test_the_last_answer_of_an_establishment_speaks(census):
    site = establishment(census)
    answered(census, {"n_women": 1, "n_men": 0, "n_workers": 1}, of=site)
    answered(census, {"n_women": 6, "n_men": 0, "n_workers": 6}, of=site, day=40)
    units = frame(census, instrument="workshop_census")
    assert (units.frame["n_women"].to_list(), units.n_repeated) == ([6], 1)
    earlier = frame(census, instrument="workshop_census", as_of=(AT + timedelta(days=3)).date())
    assert earlier.frame["n_women"].to_list() == [1]
    first, second = wave(census, "first"), wave(census, "second", opens=31, closes=60)
    assert frame(census, wave=first).frame["n_women"].to_list() == [1]
    assert frame(census, wave="second", instrument="workshop_census").frame["n_women"].to_list() == [6]
    assert second.pk != first.pk


def test_a_wave_counts_by_the_day_of_filling_in_not_of_arrival(census):
    """A phone without a signal sends, and an office types from paper, after the wave has closed."""
    first = wave(census, "first")
    late = answered(census, {"n_women": 2, "n_men": 0, "n_workers": 2}, day=300)
    assert frame(census, wave=first).n == 0
    late.ended_at = AT + timedelta(days=1)
    late.save(update_fields=["ended_at"])
    assert frame(census, wave=first).frame["n_women"].to_list() == [2]
    assert frame(census, wave=first, as_of=(AT + timedelta(days=30)).date()).n == 0, (
        "it had not arrived by then"
    )


def test_answers_of_nobody_in_the_register_are_counted_and_given_on_request(census):
    three_workshops(census)
    answered(census, {"n_women": 9, "n_men": 0, "n_workers": 9}, linked=False)
    assert (frame(census, instrument="workshop_census").n, 3) == (3, 3)
    units = frame(census, instrument="workshop_census", with_unlinked=True)
    assert (units.n, units.n_unlinked) == (4, 1)
    assert units.frame["establishment"].null_count() == 1


def test_merged_establishments_are_one(census):
    kept, absorbed = establishment(census), establishment(census)
    answered(census, {"n_women": 1, "n_men": 0, "n_workers": 1}, of=absorbed)
    absorbed.merged_into = kept
    absorbed.save()
    units = frame(census, instrument="workshop_census")
    assert units.frame["establishment"].to_list() == [kept.pk]
    assert absorbed.pk not in frame(census).frame["establishment"].to_list()


def test_access_gives_what_the_reader_may_read(census):
    three_workshops(census)
    agent = frame(census, instrument="workshop_census", access=census.world.access("cda"))
    assert agent.frame["cluster"].to_list() == ["itaugua-garments"] * 2
    committee = frame(census, instrument="workshop_census", access=census.world.access("committee_member"))
    assert committee.n == 0
    assert frame(census, access=census.world.access("committee_member")).n == 3  # the register's own, here
    assert frame(census, access=census.world.access("nobody")).n == 0


def test_clusters_and_columns_narrow(census):
    three_workshops(census)
    units = frame(
        census, instrument="workshop_census", clusters=[census.other], columns=["n_women", "nothing"]
    )
    assert units.frame["n_women"].to_list() == [10]
    assert "n_men" not in units.columns and "nothing" not in units.columns


def test_repeats_hang_on_the_rows_of_the_frame(census):
    three_workshops(census)
    units = frame(census, instrument="workshop_census")
    machines = units.repeats["equipment"]
    by_unit = machines.group_by("_unit").agg("machine_number").sort("_unit")
    number = {u: sum(ns) for u, ns in by_unit.iter_rows()}
    women = dict(enumerate(units.frame["n_women"].to_list()))
    assert {women[u]: n for u, n in number.items()} == {4: 2, 0: 4}
    assert units.columns["machine_kind"].repeat == "equipment"


def test_the_register_gives_its_facts_the_newest_first(census):
    site = establishment(census, n_workers=12)
    for day, value in (("2025-01-01", 3), ("2026-01-01", 5)):
        ProfileFact.objects.create(
            scope=site.scope, subject_kind="establishment", establishment=site, attribute="with-contract",
            label="With contract", value=value, unit="persons", as_of=day,
        )  # fmt: skip
    ProfileFact.objects.create(
        scope=site.scope,
        subject_kind="establishment",
        establishment=site,
        attribute="ownership",
        value_text="family",
    )
    units = frame(census)
    row = next(r for r in units.frame.iter_rows(named=True) if r["establishment"] == site.pk)
    assert (row["with_contract"], row["ownership"], row["size_class"]) == (5.0, "family", "small")
    assert units.columns["with_contract"].unit == "persons"
    assert frame(census, columns=["ownership"]).frame.columns[-3:] == [
        "ownership",
        "_submission",
        "_received_on",
    ]


def test_nothing_asked_yet_is_an_empty_frame_with_its_columns(census):
    support.instrument(census)
    units = frame(census, instrument="workshop_census")
    assert units.n == 0 and units.columns["n_women"].kind == "number"
    with pytest.raises(NotFound):
        frame(census, instrument="no_such_form")
    with pytest.raises(NotFound):
        frame(census, wave="never")


def test_a_sample_says_whom_each_stands_for(census):
    sent = three_workshops(census)
    first = wave(census)
    sample = Sample.objects.create(
        scope=first.scope,
        wave=first,
        design={"method": "simple"},
        seed="x",
        frame_size=12,
        n_drawn=4,
        drawn_at=AT,
    )
    quiet = establishment(census)
    for i, site in enumerate([*(s.establishment for s in sent), quiet]):
        SampleUnit.objects.create(
            scope=first.scope, sample=sample, establishment=site, position=i, sampling_weight=3.0,
            inclusion_probability=1 / 3, state="refused" if site == quiet else "done",
        )  # fmt: skip
    units = frame(census, wave=first)
    assert units.sampled.is_weighted and units.sampled.n_drawn == 4 and units.sampled.population == 12
    assert units.frame["_population"].to_list() == [12.0] * 3


def test_statements_do_not_grow_with_the_answers(census, django_assert_max_num_queries):
    three_workshops(census)
    with django_assert_max_num_queries(18):
        frame(census, instrument="workshop_census", access=census.world.access("cda"))
    with django_assert_max_num_queries(8):
        frame(census)


def test_who_declined_has_answered_nothing(census):
    three_workshops(census)
    answered(census, {"consent": "no"})
    answered(census, {"consent": "yes", "n_women": 1, "n_men": 0, "n_workers": 1})
    units = frame(census, instrument="workshop_census", columns=["n_women"])
    assert (units.n, units.n_declined) == (4, 1)


def test_the_frame_of_a_cluster_is_its_part_of_the_whole(census):
    three_workshops(census)
    here, there = establishment(census), establishment(census, census.other)
    moved = establishment(census)
    moved.merged_into = there  # the same workshop, found twice: its answers are about the one that was kept
    moved.save()
    for n, site in enumerate((here, there, moved)):
        answered(census, {"n_women": 10 + n, "n_men": 0, "n_workers": 10 + n}, of=site, day=n)
    answered(census, {"n_women": 90, "n_men": 0, "n_workers": 90}, linked=False)
    declined = establishment(census, census.other)
    answered(census, {"consent": "no"}, of=declined)
    whole = frame(census, instrument="workshop_census")
    for cluster in (census.cluster, census.other):
        part = frame(census, instrument="workshop_census", clusters=[cluster])
        expected = whole.frame.filter(whole.frame["cluster"] == cluster.code)
        assert part.frame.rows() == expected.rows() and part.n == expected.height > 0
        assert part.n_declined == (cluster == census.other)
    assert frame(census, instrument="workshop_census", clusters=[census.other]).n_repeated == 1
    both = frame(census, instrument="workshop_census", clusters=[census.cluster, census.other])
    assert sorted(both.frame["n_women"].to_list()) == sorted(whole.frame["n_women"].to_list())
    assert frame(census, instrument="workshop_census", clusters=[]).n == 0


def test_the_frame_of_a_firm_is_its_row_of_the_whole_and_nothing_else_is_read(census, monkeypatch):
    """A firm that opens its own sheet must not wait until the answers of its whole cluster have been read."""
    three_workshops(census)
    kept, absorbed, silent = (establishment(census) for _ in range(3))
    absorbed.merged_into = kept
    absorbed.save()
    for n, site in enumerate((kept, absorbed)):
        answered(census, {"n_women": 20 + n, "n_men": 0, "n_workers": 20 + n}, of=site, day=n)
    answered(census, {"n_women": 90, "n_men": 0, "n_workers": 90}, linked=False)
    read = []
    real = tables.frame
    monkeypatch.setattr(tables, "frame", lambda **asked: read.append(real(**asked)) or read[-1])
    whole = frame(census, instrument="workshop_census").frame
    for site in (kept, silent, *Establishment.objects.filter(pk__in=whole["establishment"].to_list())):
        expected = whole.filter(whole["establishment"] == site.pk).select("establishment", "n_women").rows()
        for clusters in (None, [site.cluster]):
            mine = frame(census, instrument="workshop_census", firms=[site.pk], clusters=clusters)
            assert mine.frame.select("establishment", "n_women").rows() == expected
    assert read[0].n == 6 and max(one.n for one in read[1:]) == 2 and min(one.n for one in read) == 0
    assert frame(census, firms=[kept.pk]).frame["establishment"].to_list() == [kept.pk]


def test_the_facts_of_a_firm_are_its_own(census):
    one, other = establishment(census), establishment(census)
    for site, value in ((one, 3), (other, 5)):
        ProfileFact.objects.create(
            scope=site.scope, subject_kind="establishment", establishment=site, attribute="contracts", value=value
        )  # fmt: skip
    found = frame(census, firms=[one.pk]).frame
    assert found.select("establishment", "contracts").rows() == [(one.pk, 3.0)]
