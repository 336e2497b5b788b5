"""The two rooms that give Cronbach's alpha, for indicators and for questionnaires, agree on complete data."""

import numpy as np
import polars as pl
import pytest

from nanduti.methods import evaluation, indices


@pytest.mark.parametrize("seed", range(3))
def test_one_formula(seed):
    rng = np.random.default_rng(seed)
    x = rng.integers(1, 6, (30, 4)) + rng.integers(0, 3, (30, 1))
    table = pl.DataFrame(x.astype(float), schema=["a", "b", "c", "d"], orient="row")
    asked = evaluation.cronbach_alpha(table, table.columns)
    measured = table.with_columns(unit=pl.Series([f"u{k}" for k in range(30)]))
    assert indices.cronbach_alpha(measured, standardised=False) == pytest.approx(asked.alpha)
    assert indices.cronbach_alpha(measured, standardised=True) == pytest.approx(asked.standardised)
