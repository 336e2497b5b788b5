"""What changed between two waves is said only where both measure the same among the same."""

from __future__ import annotations

import pytest

from nanduti.indicators import actions, computing, queries
from nanduti.indicators.changes import changes_of
from nanduti.indicators.models import IndicatorVersion, Measurement
from tests.support import census as support
from tests.support.census import AT, answered, establishment, wave

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def two_waves(census):
    wave(census, "first"), wave(census, "second", opens=31, closes=90)
    support.instrument(census)
    actions.take_from_library(programme=census.programme, codes=["women_share"], by="test", at=AT)
    return census


def asked(made, before: int, after: int):
    for i in range(max(before, after)):
        site = establishment(made)
        if i < before:
            answered(made, {"n_women": 1, "n_men": 1, "n_workers": 2}, of=site)
        if i < after:
            answered(made, {"n_women": 3, "n_men": 1, "n_workers": 4}, of=site, day=40)
    computing.compute(programme=made.programme, by="test", at=AT)


def the_change(made):
    told = [t for t in queries.measurements(programme=made.programme, access=None) if t.cluster is None]
    (change,) = changes_of(told)
    return change


def test_the_same_firms_asked_twice(two_waves):
    asked(two_waves, 5, 5)
    change = the_change(two_waves)
    assert change.difference == pytest.approx(0.25) and change.verdict.decision == "yes"


def test_a_few_chosen_ones_are_no_second_census(two_waves):
    asked(two_waves, 10, 3)
    change = the_change(two_waves)
    assert change.difference is None
    assert [r.code for r in change.verdict.reasons] == ["indicators.other_firms"]


def test_some_missing_is_said_beside_the_change(two_waves):
    asked(two_waves, 10, 7)
    change = the_change(two_waves)
    assert change.verdict.decision == "flag" and change.difference is not None


def test_nobody_asked_and_other_formulas(two_waves):
    asked(two_waves, 3, 0)
    assert {r.code for r in the_change(two_waves).verdict.reasons} >= {"indicators.nothing_said"}
    first = Measurement.objects.filter(wave__code="first", cluster=None)
    old = IndicatorVersion.objects.get()
    other = IndicatorVersion.objects.create(
        scope=old.scope,
        indicator=old.indicator,
        number=2,
        is_current=False,
        definition=old.definition,
        digest="other",
    )
    first.update(indicator_version=other)
    assert "indicators.other_formula" in {r.code for r in the_change(two_waves).verdict.reasons}
