"""The compiled loops of deferred acceptance give the same answer as the plain ones, pair by pair."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nanduti.methods import matching


def market(seed: int, n: int, m: int, length: int, ranks: int) -> pl.DataFrame:
    stream = np.random.default_rng(seed)
    rows = []
    for p in range(n):
        for rank, r in enumerate(stream.permutation(m)[: int(stream.integers(0, length + 1))], start=1):
            rows.append((f"p{p}", f"r{r}", int(stream.integers(1, rank + 1)), int(stream.integers(1, ranks))))
    schema = {
        "proposer": pl.String,
        "receiver": pl.String,
        "proposer_rank": pl.Int64,
        "receiver_rank": pl.Int64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize("seed", range(40))
def test_compiled_and_plain_agree(seed):
    pytest.importorskip("numba", reason="the extra 'fast' is not installed")
    pairs = market(seed, n=1 + seed * 3, m=1 + seed % 7, length=1 + seed % 7, ranks=2 + seed % 9)
    capacities = {f"r{r}": (seed + r) % 5 for r in range(1 + seed % 7)} if seed % 2 else 3
    plain = matching.deferred_acceptance(pairs, capacities=capacities, compiled=False)
    fast = matching.deferred_acceptance(pairs, capacities=capacities, compiled=True)
    assert fast.pairs.equals(plain.pairs) and fast.unmatched == plain.unmatched and fast.free == plain.free
    assert fast.n_blocking == 0
