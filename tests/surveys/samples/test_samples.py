"""Waves and samples: drawn so that anybody can draw again, assigned, followed, replaced, weighed."""

from __future__ import annotations

import json

import pytest

from nanduti.foundation.models import Run
from nanduti.methods.sampling import Certificate
from nanduti.methods.values import BadInput
from nanduti.programme.models import Component, Coverage
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Establishment
from nanduti.surveys import reading, samples
from nanduti.surveys.actions import mappings
from nanduti.surveys.actions import samples as actions
from nanduti.surveys.errors import NoReserveLeft, WaveCodeTaken
from nanduti.surveys.mapping import writing
from nanduti.surveys.models import Coupon, Enumerator, SampleUnit, Submission
from nanduti.surveys.queries import samples as queries
from tests.surveys.answered import AT, answers_xml, waiting

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

SPEC = "mapping: 1\nsubject: {find: [{pseudonym: phone}], create: false}\n"


@pytest.fixture
def wave(answered):
    """Twenty workshops of two sizes and three products, and a wave that asks them."""
    scope = work_scope(answered.programme, answered.world.cluster)
    part = Component.objects.create(
        programme=answered.programme, scope=answered.programme.scope, code="f", name="F"
    )
    Coverage.objects.create(
        programme=answered.programme, component=part, cluster=answered.world.cluster, scope=scope
    )
    Establishment.objects.bulk_create(
        Establishment(
            organisation=answered.world.firm, cluster=answered.world.cluster, scope=answered.world.cluster.scope,
            place=answered.world.place, activity=("shirts", "trousers", "bags")[n % 3],
            size_band=("micro", "small")[n % 5 == 0],
        )
        for n in range(19)
    )  # fmt: skip
    return actions.open_wave(
        instrument=answered.instrument, values={"code": "w1", "title": "First"}, by="test"
    )


def draw(wave, seed="public", **design):
    return actions.draw_sample(wave=wave, design=design, seed=seed, by="test", at=AT)


def drawn(sample):
    return list(
        sample.units.order_by("position").values_list("establishment_id", "stratum", "sampling_weight")
    )


def test_a_simple_sample_weighs_the_list_over_the_draw(wave):
    sample = draw(wave, method="simple", n=5, n_reserves=2)
    asked = sample.units.filter(is_reserve=False)
    assert (sample.frame_size, sample.n_drawn, sample.units.count()) == (20, 5, 7)
    assert {u.sampling_weight for u in asked} == {4.0} and {u.inclusion_probability for u in asked} == {0.25}
    assert {u.sampling_weight for u in sample.units.filter(is_reserve=True)} == {None}


def test_weights_of_a_stratified_sample_add_up_to_the_list(wave):
    sample = draw(wave, method="stratified", n=10, strata=["size_band"], allocation="equal")
    assert sum(u.sampling_weight for u in sample.units.all()) == pytest.approx(20)
    assert {u.stratum for u in sample.units.all()} == {"micro", "small"}


def test_every_product_in_every_size_is_covered(wave):
    sample = draw(wave, method="product_size")
    cells = set(Establishment.objects.exclude(activity="1410").values_list("activity", "size_band"))
    asked = {
        (u.establishment.activity, u.establishment.size_band)
        for u in sample.units.select_related("establishment")
    }
    assert cells <= asked and {u.sampling_weight for u in sample.units.all()} == {None}
    assert "no sampling weights" in sample.design["note"]


def test_a_quota_has_targets_and_nobody_drawn(wave):
    sample = draw(wave, method="quota", n=8, strata=["product"])
    assert not sample.units.exists() and sum(t["n"] for t in sample.design["targets"]) == 8
    cells = queries.quota_progress(sample=sample)
    assert {c["done"] for c in cells} == {0} and len(cells) == 4


def test_the_same_seed_draws_the_same_and_the_list_confirms_it(answered, wave):
    first = draw(wave, method="simple", n=6)
    other = actions.open_wave(instrument=answered.instrument, values={"code": "w2"}, by="test")
    again = draw(other, method="simple", n=6)
    assert [r[0] for r in drawn(first)] == [r[0] for r in drawn(again)]
    frame = samples.frame_of(programme=answered.programme)
    certificate = Certificate.from_json(json.dumps(first.run.result["certificate"]))
    assert certificate.verify(frame).allows and not certificate.verify(frame.head(19)).allows
    assert Run.objects.get(pk=first.run_id).seed == "public"


@pytest.mark.parametrize(
    "design",
    [
        {"method": "simple", "n": 0},
        {"method": "simple", "n": 21},
        {"method": "simple"},
        {"method": "guess", "n": 3},
        {"method": "stratified", "n": 5, "strata": ["colour"]},
        {"method": "stratified", "n": 5},
        {"method": "stratified", "n": 5, "strata": ["place"], "allocation": "odd"},
        {"method": "simple", "n": 1, "filter": {"clusters": ["nowhere"]}},
    ],
)
def test_what_cannot_be_drawn_is_said(wave, design):
    with pytest.raises(BadInput):
        draw(wave, **design)
    assert not SampleUnit.objects.exists()


def test_nobody_is_drawn_twice_in_one_wave(wave):
    draw(wave, method="census")
    with pytest.raises(BadInput):
        draw(wave, method="simple", n=3, seed="another")


def test_two_waves_with_one_code_are_refused(answered, wave):
    with pytest.raises(WaveCodeTaken):
        actions.open_wave(instrument=answered.instrument, values={"code": "w1"}, by="test")


def test_work_is_shared_evenly(answered, wave):
    sample = draw(wave, method="census")
    others = [
        Enumerator.objects.create(
            scope=answered.programme.scope, programme=answered.programme, code=f"e{n}", token_digest=f"{n}",
            enrolled_at=AT,
        )
        for n in range(2)
    ]  # fmt: skip
    assert actions.assign_evenly(sample=sample, enumerators=[answered.enumerator, *others], by="test") == 20
    assert sorted(row["n"] for row in queries.by_enumerator(wave=wave)) == [6, 7, 7]


def test_who_refuses_is_replaced_from_the_same_stratum_with_the_weight_kept(answered, wave):
    sample = draw(wave, method="stratified", n=6, strata=["size_band"], n_reserves=1)
    unit = sample.units.filter(is_reserve=False, stratum="micro").first()
    actions.assign_units(units=[unit], enumerator=answered.enumerator, by="test")
    unit.refresh_from_db()
    found = actions.report_unit(unit=unit, state="refused", text="no time", version=unit.version, by="test")
    assert (found.stratum, found.sampling_weight, found.enumerator) == (
        "micro",
        unit.sampling_weight,
        answered.enumerator,
    )
    assert found.replaces == unit and SampleUnit.objects.get(pk=unit.pk).state == "refused"
    other = sample.units.filter(is_reserve=False, stratum="micro", state="to_do").exclude(pk=found.pk).first()
    assert actions.report_unit(unit=other, state="not_found", version=other.version, by="test") is None
    other.refresh_from_db()
    with pytest.raises(NoReserveLeft):
        actions.call_reserve(unit=other, by="test")
    progress = queries.progress(wave=wave)
    assert (progress.n_drawn, progress.n_lost, progress.response) == (7, 2, 0.0)


def answer(made, n, who, **more):
    row = waiting(made, n, answers_xml(n, phone=who.pseudonym, **more))
    reading.read_waiting()
    row.refresh_from_db()
    return row


def test_answers_settle_the_visit_and_carry_the_weight(answered, wave):
    spec = writing.understood(text=SPEC, definition=None)
    mappings.keep_mapping(instrument=answered.instrument, spec=spec, by="test")
    sample = draw(wave, method="simple", n=4)
    unit = sample.units.select_related("establishment").first()
    row = answer(answered, 1, unit.establishment)
    unit.refresh_from_db()
    assert (unit.state, unit.submission) == ("done", row)
    assert queries.weights(wave=wave).rows() == [(unit.establishment.pseudonym, "", 0.2, 5.0, row.pk)]
    Submission.objects.update(processing="waiting")
    reading.read_waiting()
    assert SampleUnit.objects.filter(state="done").count() == 1
    (place,) = queries.by_place(wave=wave)
    assert (place["n"], place["done"]) == (4, 1)


def test_coupons_tell_who_sent_whom(answered, wave):
    spec = writing.understood(text=SPEC, definition=None)
    mappings.keep_mapping(instrument=answered.instrument, spec=spec, by="test")
    first, second = actions.issue_coupons(wave=wave, n=2, by="test")
    assert len({first.code, second.code}) == 2
    one = waiting(answered, 1)
    two = waiting(answered, 2)
    Coupon.objects.filter(pk=first.pk).update(given_to=one)
    Coupon.objects.filter(pk=first.pk).update(used_by=two)
    found = dict(queries.recruiters(wave=wave).rows())
    assert found == {one.pk: None, two.pk: one.pk}


@pytest.mark.parametrize("n", [0, 501, -1])
def test_so_many_coupons_are_not_printed(wave, n):
    with pytest.raises(BadInput):
        actions.issue_coupons(wave=wave, n=n, by="test")
