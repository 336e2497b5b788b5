"""Reference data: bundled where the licence allows, else from the folder of the environment variable."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import polars as pl
import pytest

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[2]


@pytest.fixture
def bundled():
    """A table or a list of expected figures that is part of the repository."""

    def read(name: str):
        if name.endswith(".json"):
            return json.loads((HERE / "data" / name).read_text())
        with gzip.open(HERE / "data" / name) as file:
            return pl.read_csv(file.read(), infer_schema_length=None)

    return read


@pytest.fixture
def reference():
    """A table or expected figures outside the repository; the test is skipped where they are absent."""
    folder = Path(os.environ.get("NANDUTI_REFERENCE_DATA", CHECKOUT.parent / "shared" / "data"))

    def read(name: str):
        path = folder / name
        if not path.exists():
            pytest.skip(f"reference data {name} are not here; name their folder in NANDUTI_REFERENCE_DATA")
        return (
            json.loads(path.read_text())
            if name.endswith(".json")
            else pl.read_csv(path, infer_schema_length=None)
        )

    return read
