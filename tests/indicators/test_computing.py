"""Values worked out: from answers to measurements with their runs, and what is said where nothing can be."""

from __future__ import annotations

import pytest

from nanduti.foundation.models import Run
from nanduti.indicators import actions, computing, queries
from nanduti.indicators.definitions import read_definition
from nanduti.indicators.errors import NoSuchInstrument, NothingToCompute
from nanduti.indicators.models import Indicator, IndicatorVersion, Measurement
from nanduti.methods.values import BadInput
from nanduti.surveys.models import Sample, SampleUnit
from tests.support import census as support
from tests.support.census import AT, answered, establishment, three_workshops, wave

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
CODES = ["firm_formality", "worker_formality", "women_share", "persons_engaged", "export_share", "working_machines",
         "machines_per_person", "beyond_smartphone", "median_size", "accidents"]  # fmt: skip


def take(made, codes=CODES):
    support.instrument(made)
    return actions.take_from_library(programme=made.programme, codes=codes, by="test", at=AT)


def compute(made):
    return computing.compute(programme=made.programme, by="test", at=AT)


def value(made, code, cluster="", group="", **asked):
    by = [group.partition("=")[0]] if group else []
    frame = queries.values(
        programme=made.programme, access=asked.pop("access", None), codes=[code], by=by, **asked
    )
    rows = [r for r in frame.iter_rows(named=True) if (r["cluster"], r["group"]) == (cluster, group)]
    assert len(rows) == 1, rows
    return rows[0]


def test_values_by_hand(census):
    three_workshops(census)
    take(census)
    compute(census)
    got = {code: value(census, code) for code in CODES}
    assert (got["firm_formality"]["numerator"], got["firm_formality"]["denominator"]) == (
        1,
        2,
    )  # one does not know
    # Who did not say how many are insured stands on neither side.
    assert (got["worker_formality"]["numerator"], got["worker_formality"]["denominator"]) == (21, 25)
    assert got["women_share"]["value"] == pytest.approx(14 / 27)
    assert got["persons_engaged"]["value"] == 27 and got["persons_engaged"]["denominator"] is None
    assert got["beyond_smartphone"]["value"] == pytest.approx(1 / 3)
    assert got["median_size"]["value"] == 5
    assert got["machines_per_person"]["value"] == pytest.approx(6 / 27)
    assert value(census, "women_share", "itaugua-garments")["value"] == pytest.approx(4 / 7)


def test_what_nobody_answered_cannot_be_said(census):
    three_workshops(census)
    take(census)
    compute(census)
    told = value(census, "accidents")
    assert (told["value"], told["verdict"], told["numerator"]) == (None, "cannot_be_said", None)
    assert told["reason"] == "None of the 3 asked has answered."
    # One of three told what share goes abroad, one sells to consumers only, one did not say to whom.
    assert value(census, "export_share")["value"] == pytest.approx(0.25)
    few = value(census, "working_machines")
    assert few["verdict"] == "cannot_be_said" and few["reason"].startswith("None of the 3 asked")


def test_groups_keep_those_of_whom_it_is_not_known(census):
    three_workshops(census)
    answered(census, {"n_women": 1, "n_men": 1, "n_workers": 2})
    take(census, ["women_share", "women_led"])
    compute(census)
    frame = queries.values(
        programme=census.programme, access=None, codes=["women_share"], by=["products"], clusters=[""]
    )
    groups = {r["group"]: r["n"] for r in frame.iter_rows(named=True)}
    assert groups == {"": 4, "products=bags": 1, "products=boots": 1, "products=shoes": 2, "products=?": 1}
    assert value(census, "women_led")["denominator"] == 2  # not said and not answered enter neither side


def test_an_empty_programme_says_so_everywhere(census):
    with pytest.raises(NothingToCompute):
        compute(census)
    take(census)
    compute(census)
    frame = queries.values(programme=census.programme, access=None)
    assert set(frame["verdict"]) == {"cannot_be_said"} and frame["value"].null_count() == len(frame)
    assert set(frame["reason"]) == {"Nobody of this group was asked."}


def test_a_formula_that_does_not_fit_the_form_says_so(census):
    three_workshops(census)
    take(census, ["women_share", "licensed_firms"])
    # The form was changed since: it asks this no longer.
    version = IndicatorVersion.objects.get(indicator__code="licensed_firms")
    version.definition["formula"] = {"kind": "share", "of": "rooms > 2"}
    version.save()
    compute(census)
    told = value(census, "licensed_firms")
    assert (told["value"], told["reason"]) == (None, "The form does not ask what the formula needs.")
    assert value(census, "women_share")["verdict"] == "said"
    definition = read_definition(version.definition)
    with pytest.raises(BadInput, match="there is no such question"):
        actions.change_indicator(
            indicator=version.indicator, definition=definition, version=1, by="test", at=AT
        )


def test_nothing_is_overwritten(census):
    three_workshops(census)
    take(census, ["persons_engaged"])
    compute(census)
    answered(census, {"n_women": 3, "n_men": 0, "n_workers": 3})
    compute(census)
    rows = Measurement.objects.filter(cluster=None).order_by("id")
    assert [(r.value, r.is_current) for r in rows] == [(27, False), (30, True)]
    assert Run.objects.filter(recipe=actions.RECIPE).count() == 2
    assert rows[0].run.input_digest != rows[1].run.input_digest
    assert value(census, "persons_engaged")["value"] == 30


def test_the_same_answers_give_the_same_fingerprint(census):
    three_workshops(census)
    take(census)
    assert compute(census)[0].input_digest == compute(census)[0].input_digest


def test_a_definition_is_frozen_once_values_stand_by_it(census):
    three_workshops(census)
    (indicator,) = take(census, ["persons_engaged"])
    version = IndicatorVersion.objects.get(indicator=indicator)
    data = version.definition | {"title": {"en": "People"}}
    same = actions.change_indicator(
        indicator=indicator, definition=read_definition(data), version=1, by="test", at=AT
    )
    assert same.pk == version.pk and same.number == 1
    compute(census)
    indicator.refresh_from_db()
    data |= {"formula": {"kind": "total", "of": "n_women"}}
    second = actions.change_indicator(
        indicator=indicator, definition=read_definition(data), version=indicator.version, by="test", at=AT
    )
    assert second.number == 2 and second.frozen_at is None
    assert (
        IndicatorVersion.objects.get(indicator=indicator, number=1).definition["formula"]["of"]
        == "n_women + n_men"
    )
    compute(census)
    assert value(census, "persons_engaged")["value"] == 14


def test_by_wave_and_in_all(census):
    site = establishment(census)
    answered(census, {"n_women": 1, "n_men": 1, "n_workers": 2}, of=site)
    answered(census, {"n_women": 3, "n_men": 1, "n_workers": 4}, of=site, day=40)
    wave(census, "first"), wave(census, "second", opens=31, closes=60)
    take(census, ["women_share"])
    compute(census)
    frame = queries.values(programme=census.programme, access=None, clusters=[""])
    assert {r["wave"]: r["value"] for r in frame.iter_rows(named=True)} == {
        "": 0.75,
        "first": 0.5,
        "second": 0.75,
    }


def test_a_sample_gives_estimates_with_their_error(census):
    first = wave(census)
    sample = Sample.objects.create(
        scope=first.scope,
        wave=first,
        design={"method": "stratified"},
        seed="x",
        frame_size=60,
        n_drawn=8,
        drawn_at=AT,
    )
    rows = [("small", 2.0, w) for w in (1, 2, 3, 2)] + [("large", 13.0, w) for w in (5, 9, 7, 6)]
    for i, (stratum, weight, women) in enumerate(rows):
        sent = answered(census, {"n_women": women, "n_men": 1, "n_workers": women + 1})
        SampleUnit.objects.create(
            scope=first.scope, sample=sample, establishment=sent.establishment, position=i, stratum=stratum,
            sampling_weight=weight, inclusion_probability=1 / weight, state="done",
        )  # fmt: skip
    take(census, ["women_share", "persons_engaged", "number_of_firms"])
    compute(census)
    people = value(census, "persons_engaged", wave="first")
    assert (
        people["value"] == pytest.approx(2 * 12 + 13 * 31)
        and people["low"] < people["value"] < people["high"]
    )
    share = value(census, "women_share", wave="first")
    assert share["value"] == pytest.approx((2 * 8 + 13 * 27) / (2 * 12 + 13 * 31))
    assert value(census, "number_of_firms", wave="first")["value"] == pytest.approx(60)
    assert (
        value(census, "persons_engaged", wave="")["value"] == 43
    )  # all answers so far: who was asked, no more
    told = Measurement.objects.get(
        wave=first, cluster=None, indicator_version__indicator__code="persons_engaged"
    )
    assert told.method == "estimate"


def test_library_indicators_fit_their_forms(census):
    """Every definition of the library is understood by every form it names."""
    from nanduti.indicators import library
    from nanduti.indicators.reckoning import columns_of
    from nanduti.indicators.units import unit_frame
    from nanduti.methods.instruments.formulas import understand

    for definition in library.definitions().values():
        for code in definition.instruments:
            if code != "register":
                support.instrument(census, code)
            units = unit_frame(
                programme=census.programme, access=None, instrument=None if code == "register" else code
            )
            understood = understand(definition.formula, columns_of(units), definition.code)
            assert understood.formula.over or understood.names or definition.formula.kind == "count"
            known = set(units.columns)
            assert definition.disaggregations
            assert all(d in known or len(definition.instruments) > 1 for d in definition.disaggregations), (
                definition.code
            )
            assert {"en", "es"} <= set(definition.title) and {"en", "es"} <= set(definition.question)
            assert definition.source and definition.source_place, definition.code


def test_taking_from_the_library_finds_the_form_that_is_used(census):
    with pytest.raises(NoSuchInstrument):
        actions.take_from_library(programme=census.programme, codes=["women_share"], by="test", at=AT)
    support.instrument(census, "service_demand")
    (made,) = actions.take_from_library(programme=census.programme, codes=["women_share"], by="test", at=AT)
    assert made.instrument.code == "service_demand"
    assert not actions.take_from_library(programme=census.programme, codes=["women_share"], by="test", at=AT)
    assert Indicator.objects.count() == 1


def test_the_register_has_indicators_of_its_own(census):
    establishment(census, n_workers=12), establishment(census)
    actions.take_from_library(
        programme=census.programme, codes=["register_micro", "register_firms"], by="test", at=AT
    )
    compute(census)
    assert value(census, "register_firms")["value"] == 3
    micro = value(census, "register_micro")
    assert (micro["numerator"], micro["denominator"]) == (1, 2)  # of the third the size is not known


def test_every_reason_of_the_arithmetic_has_words():
    from nanduti.indicators import wording
    from nanduti.methods.instruments import figures

    assert set(figures.REASONS) <= set(wording.REASONS)
