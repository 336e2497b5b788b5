"""Tables of the register are read as numbers; by the frame that all other rooms use they are the same."""

from __future__ import annotations

import random

import polars as pl
import pytest

from nanduti.foundation.models import Scope
from nanduti.register.models import Cluster, Establishment, Organisation, Place
from nanduti.release.gate import tables as gate
from nanduti.release.materials import register, tables
from nanduti.release.materials.model import HOLDER, ID
from nanduti.release.rules import protection_of
from tests.support.release import table

DIMS = [("place", "size_class"), ("cluster",), ("trade", "place"), ("cluster", "size_class", "trade")]
WORKERS = [None, 0, 1, 9, 10, 49, 50, 249, 250, 4000]


@pytest.fixture
def crowded(door):
    """What can be missing is missing: places, sizes, trades, owners; some own several, some were merged."""
    drawn = random.Random(5)
    scope = Scope.objects.create(kind="cluster", code="far", title="Far")
    far = Cluster.objects.create(
        code="far", name="Far", trade="garments", scope=scope, place=door.world.cluster.place
    )
    towns = list(Place.objects.order_by("pk"))
    clusters = [door.world.cluster, far, None]
    owners = Organisation._base_manager.bulk_create(
        Organisation(scope=scope, cluster=far, kind="enterprise") for _n in range(90)
    )
    firms = Establishment._base_manager.bulk_create(
        Establishment(
            scope=scope, cluster=drawn.choice(clusters), place=drawn.choice([*towns, None]),
            size_band=drawn.choice(["", "", "micro", "small", "large"]), n_workers=drawn.choice(WORKERS),
            organisation=owners[drawn.randrange(90)],
        )
        for _n in range(200)
    )  # fmt: skip
    for firm in firms[:6]:
        Establishment._base_manager.filter(pk=firm.pk).update(merged_into=firms[10])
    return door


def by_name(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop(HOLDER, strict=False).sort(ID)


def owned_together(frame: pl.DataFrame) -> set[frozenset[str]]:
    if HOLDER not in frame.columns:
        return set()
    several = frame.group_by(HOLDER).agg(ID).filter(pl.col(ID).list.len() > 1)
    return {frozenset(ids) for ids in several[ID].to_list()}


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("clusters", [[], ["far"]])
def test_the_same_firms_with_the_same_codes(crowded, monkeypatch, dims, clusters):
    if clusters:
        from nanduti.programme.models import Component, Coverage
        from nanduti.programme.scopes import work_scope

        far = Cluster._base_manager.get(code="far")
        part = Component.objects.get(programme=crowded.programme)
        work = work_scope(crowded.programme, far)
        Coverage.objects.create(programme=crowded.programme, component=part, cluster=far, scope=work)
    spec = table(*dims, clusters=clusters)
    quick = tables.load(crowded.programme, spec)
    monkeypatch.setattr(register, "is_enough", lambda _spec: False)
    slow = tables.load(crowded.programme, spec)
    assert quick.frame.height > 60 and by_name(quick.frame).equals(by_name(slow.frame))
    assert owned_together(quick.frame) == owned_together(slow.frame) != set()
    assert {n: c.as_dict() for n, c in quick.columns.items()} == {
        n: c.as_dict() for n, c in slow.columns.items()
    }
    assert (quick.sources, quick.population, quick.parts) == (slow.sources, slow.population, slow.parts)
    one, two = (gate.check(m, protection_of({}), [], title="t", secret=b"") for m in (quick, slow))
    assert one.digest == two.digest and [p.frame.rows() for p in one.parts] == [
        p.frame.rows() for p in two.parts
    ]


def test_what_it_cannot_read_so_it_leaves_alone(crowded):
    assert not register.is_enough(table("place", measure="n_workers"))
    assert not register.is_enough({**table("place"), "source": "instrument:visit"})
    assert not register.is_enough(table("place", "rent"))
    firm = Establishment._base_manager.filter(cluster=crowded.world.cluster).last()
    Establishment._base_manager.filter(pk=firm.pk).update(activity="hats by hand", size_band="huge")
    for dims in (("trade",), ("size_class",)):
        assert register.read(crowded.programme, table(*dims)) is None
        assert "huge" in tables.load(crowded.programme, table("size_class")).frame["size_class"].to_list()
    assert "hats by hand" in tables.load(crowded.programme, table("trade")).frame["trade"].to_list()
