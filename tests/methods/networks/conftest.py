"""Networks of the field, and both ways of computing: with and without compiled loops."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from nanduti.methods import networks as nw
from nanduti.methods.networks import _fast

DATA = Path(__file__).parent / "data"


def ties(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / f"{name}_ties.csv").rename({"relation": "kind"}, strict=False)


def actors(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / f"{name}_nodes.csv").rename({"id": "actor"})


@pytest.fixture(scope="session")
def campnet():
    return nw.build(ties("campnet"), actors("campnet"))


@pytest.fixture(scope="session")
def padgett():
    return nw.build_layers(ties("padgett"), actors("padgett"), directed=False)


@pytest.fixture(scope="session")
def krackhardt():
    return nw.build_layers(ties("krackhardt"), actors("krackhardt"))


@pytest.fixture(scope="session")
def freeman():
    rounds = []
    for column in ("rank_1", "rank_2"):
        known = ties("freeman").rename({column: "strength"}).filter(pl.col("strength").is_not_null())
        rounds.append(nw.build(known, actors("freeman"), wave=None))
    return tuple(rounds)


@pytest.fixture(scope="session")
def reference():
    return json.loads((DATA / "reference_values.json").read_text())


@pytest.fixture(params=["without numba", "with numba"])
def both_ways(request, monkeypatch):
    """Run a test with arrays alone and with compiled loops."""
    if request.param == "with numba":
        if _fast._numba() is None:
            pytest.skip("numba, the extra `fast`, is not installed")
        monkeypatch.setattr(_fast, "WORTH_COMPILING", 0)
    else:
        monkeypatch.setattr(_fast, "_numba", lambda: None)
    return request.param
