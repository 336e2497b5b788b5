"""The synthetic programme can be made, small, on both databases, and is the same for the same seed."""

from __future__ import annotations

import pytest
from django.db import transaction
from django_scopes import scopes_disabled

from benchmarks.platform import synthetic
from nanduti.plans.models import Activity, Participation
from nanduti.register.models import Establishment

pytestmark = pytest.mark.django_db
SCALE = 0.0005


class TakeBack(Exception):
    """Undoes what a block wrote."""


def make(seed: int) -> list[tuple]:
    """What a seed makes, told by what does not depend on row numbers; nothing stays."""
    told: list[tuple] = []
    try:
        with transaction.atomic(), scopes_disabled():
            synthetic.load(scale=SCALE, seed=seed)
            told += Activity.objects.order_by("plan__code", "number").values_list(
                "plan__code", "number", "date_text"
            )
            told += Establishment.objects.order_by("pseudonym").values_list("pseudonym", "n_workers")
            told.append(("participations", Participation.objects.count()))
            raise TakeBack
    except TakeBack:
        return told


def test_the_same_seed_makes_the_same_programme():
    first = make(1)
    assert first == make(1)
    assert first != make(2)


def test_the_size_follows_the_scale():
    size = synthetic.size_of(SCALE)
    synthetic.load(scale=SCALE)
    with scopes_disabled():
        assert Establishment.objects.count() == size.clusters * size.firms
        assert Activity.objects.count() == size.clusters * size.activities
        assert Participation.objects.count() == size.clusters * size.activities * size.participations
        assert not Activity.objects.filter(date_text_precision="unreadable").exists()


def test_at_full_scale_it_is_as_large_as_promised():
    size = synthetic.size_of(1.0)
    activities = size.clusters * size.activities
    assert (size.clusters, size.clusters * size.firms) == (100, 100_000)
    assert (activities, activities * size.participations) == (20_000, 1_000_000)
