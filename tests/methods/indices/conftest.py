"""The reference cases of the indices room: COINr's ASEM example and the handbook's TAI."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from nanduti.methods import indices

_DATA = Path(__file__).parent / "data"


def _asem(name: str) -> pl.DataFrame:
    text = gzip.decompress((_DATA / "asem" / f"{name}.csv.gz").read_bytes())
    return pl.read_csv(io.BytesIO(text), null_values=["NA", ""], infer_schema_length=None)


@pytest.fixture(scope="session")
def asem() -> Callable[[str], pl.DataFrame]:
    """A table of the ASEM case by name."""
    return _asem


@pytest.fixture(scope="session")
def tai() -> Callable[[str], pl.DataFrame]:
    """A table of the TAI case by name."""
    return lambda name: pl.read_csv(_DATA / "tai" / f"{name}.csv")


@pytest.fixture(scope="session")
def asem_structure() -> indices.Structure:
    meta = _asem("asem_imeta").filter(pl.col("Type").is_in(["Indicator", "Aggregate"]))
    return indices.Structure.from_frame(
        meta,
        code="iCode",
        parent="Parent",
        name="iName",
        weight="Weight",
        direction="Direction",
        denominator="Denominator",
        target="Target",
    )


@pytest.fixture(scope="session")
def asem_data() -> pl.DataFrame:
    sizes = _asem("asem_idata").select("uCode", "Area", "Energy", "GDP", "Population", "EurAsia_group")
    return _asem("step_raw").join(sizes, on="uCode", how="left", maintain_order="left")


@pytest.fixture(scope="session")
def asem_recipe(asem_structure: indices.Structure) -> indices.IndexRecipe:
    """COINr's own example, written as a recipe."""
    steps = (
        indices.Step("denominate"),
        indices.Step("impute", {"method": "group_mean", "group": "EurAsia_group"}),
        indices.Step("screen", {"least_share": 0.9}),
        indices.Step("treat", {"max_points": 5}),
        indices.Step("normalise", {"method": "minmax", "low": 0, "high": 100}),
        indices.Step("aggregate", {"method": "arithmetic"}),
    )
    return indices.IndexRecipe("asem", "ASEM", "1", asem_structure, steps, unit="uCode")


@pytest.fixture(scope="session")
def asem_index(asem_recipe: indices.IndexRecipe, asem_data: pl.DataFrame) -> indices.CompositeIndex:
    return indices.build(asem_recipe, asem_data)
