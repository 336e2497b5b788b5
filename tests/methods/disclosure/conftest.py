"""Readers of the reference data."""

import gzip
import os
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from nanduti.methods import disclosure

HERE = Path(__file__).parent / "data"
KEYS = ["urbrur", "roof", "walls", "water", "electcon", "relat", "sex"]


@pytest.fixture(scope="session")
def data():
    """A file of the data folder as text (unpacked if need be)."""

    def read(name: str) -> bytes:
        path = HERE / name
        return path.read_bytes() if path.exists() else gzip.decompress((HERE / f"{name}.gz").read_bytes())

    return read


@pytest.fixture(scope="session")
def reference():
    """A file of the reference folder; the test is skipped where it is absent."""
    root = Path(os.environ.get("NANDUTI_REFERENCE_DATA") or Path(__file__).parents[4] / "shared" / "data")

    def path(name: str) -> Path:
        if not (root / name).exists():
            pytest.skip(f"the reference data {name} is not at hand (set NANDUTI_REFERENCE_DATA)")
        return root / name

    return path


@pytest.fixture(scope="session")
def counts_problem():
    """A table of counts under the rule of the reference runs: 1 to 3 is primary, zeros shown, one unit of cover."""

    def make(base: np.ndarray, hierarchies=None) -> disclosure.Problem:
        hs = hierarchies or [disclosure.Hierarchy.flat([f"{i:02d}" for i in range(s)]) for s in base.shape]
        value = base.astype(float)
        for d, h in enumerate(hs):
            value = np.moveaxis(np.tensordot(h.sums, value, axes=(1, d)), 0, d)
        value = value.reshape(-1)
        status = np.where(
            (value >= 1) & (value <= 3),
            disclosure.PRIMARY,
            np.where(value == 0, disclosure.FIXED, disclosure.OPEN),
        )
        need = (status == disclosure.PRIMARY) * 1.0
        return disclosure.Problem(
            value, value, status, np.zeros(len(value)), np.maximum(2 * value, 5), need, need,
            disclosure.grid_equations(hs), tuple(hs),
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def random_table(data, counts_problem):
    """One of the ``table_r*`` problems."""

    def read(name: str) -> disclosure.Problem:
        frame = pl.read_csv(data(f"table_{name}.csv"))
        dims = [c for c in frame.columns if c != "freq"]
        base = np.zeros([frame[c].n_unique() for c in dims])
        for row in frame.iter_rows(named=True):
            base[tuple(int(row[c]) - 1 for c in dims)] = int(row["freq"])
        return counts_problem(base)

    return read
