"""Reference tables for the sampling tests."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def table() -> Callable[[str], pl.DataFrame]:
    """A California table by name, read once."""
    held: dict[str, pl.DataFrame] = {}

    def read(name: str) -> pl.DataFrame:
        if name not in held:
            text = gzip.decompress((HERE / "data" / f"{name}.csv.gz").read_bytes())
            held[name] = pl.read_csv(text, infer_schema_length=None)
        return held[name]

    return read


@pytest.fixture(scope="session")
def rds_table() -> Callable[[str], pl.DataFrame]:
    """A table of the RDS reference data, which may not be copied here; skips where they are not at hand."""
    home = Path(__file__).resolve().parents[3]
    root = Path(os.environ.get("NANDUTI_REFERENCE_DATA", home.parent / "shared" / "data")) / "rds-reference"

    def read(name: str) -> pl.DataFrame:
        if not (root / f"{name}.csv").exists():
            pytest.skip(
                "the RDS reference data (LGPL) are not here; set NANDUTI_REFERENCE_DATA to their folder"
            )
        words = dict.fromkeys(("recruiter.id", "disease", "X", "vertex.names", "source", "target"), pl.String)
        return pl.read_csv(root / f"{name}.csv", infer_schema_length=None, schema_overrides=words)

    return read
