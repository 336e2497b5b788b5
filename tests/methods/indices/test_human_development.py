"""The Human Development Index of 2014 as printed (UNDP, Human Development Report 2015, table 1)."""

from __future__ import annotations

import polars as pl
import pytest

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid

# rank, country, printed index, life expectancy, expected and mean years of schooling, income per head
PRINTED = [
    (1, "Norway", 0.944, 81.6, 17.5, 12.6, 64_992),
    (2, "Australia", 0.935, 82.4, 20.2, 13.0, 42_261),
    (3, "Switzerland", 0.930, 83.0, 15.8, 12.8, 56_431),
    (4, "Denmark", 0.923, 80.2, 18.7, 12.7, 44_025),
    (5, "Netherlands", 0.922, 81.6, 17.9, 11.9, 45_435),
    (6, "Germany", 0.916, 80.9, 16.5, 13.1, 43_919),
    (6, "Ireland", 0.916, 80.9, 18.6, 12.2, 39_568),
    (8, "United States", 0.915, 79.1, 16.5, 12.9, 52_947),
    (9, "Canada", 0.913, 82.0, 15.9, 13.0, 42_155),
    (9, "New Zealand", 0.913, 81.8, 19.2, 12.5, 32_689),
    (11, "Singapore", 0.912, 83.0, 15.4, 10.6, 76_628),
    (12, "Hong Kong", 0.910, 84.0, 15.6, 11.2, 53_959),
    (13, "Liechtenstein", 0.908, 80.0, 15.0, 11.8, 79_851),
    (14, "Sweden", 0.907, 82.2, 15.8, 12.1, 45_636),
    (14, "United Kingdom", 0.907, 80.7, 16.2, 13.1, 39_267),
    (16, "Iceland", 0.899, 82.6, 19.0, 10.6, 35_182),
    (17, "Korea", 0.898, 81.9, 16.9, 11.9, 33_890),
    (18, "Israel", 0.894, 82.4, 16.0, 12.5, 30_676),
    (19, "Luxembourg", 0.892, 81.7, 13.9, 11.7, 58_711),
    (20, "Japan", 0.891, 83.5, 15.3, 11.5, 36_927),
    (21, "Belgium", 0.890, 80.8, 16.3, 11.3, 41_187),
    (22, "France", 0.888, 82.2, 16.0, 11.1, 38_056),
    (23, "Austria", 0.885, 81.4, 15.7, 10.8, 43_869),
    (24, "Finland", 0.883, 80.8, 17.1, 10.3, 38_695),
]
COLUMNS = ["rank", "country", "printed", "life_expectancy", "expected_schooling", "mean_schooling", "income"]


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return pl.DataFrame(PRINTED, schema=COLUMNS, orient="row")


def test_index_as_printed(table):
    """Components are printed rounded, so that a thousandth either way is all that can be asked."""
    index = indices.build(indices.recipe("human-development"), table)
    both = index.results.join(table.select("country", "printed"), on="country")
    assert (both["score"] - both["printed"]).abs().max() < 0.0015
    exact = (both["score"].round(3) == both["printed"]).sum()
    assert exact == 17


def test_income_beyond_the_goalpost_counts_as_the_goalpost(table):
    index = indices.build(indices.recipe("human-development"), table)
    scored = dict(index.scores.select("country", "income").iter_rows())
    assert scored["Singapore"] == scored["Liechtenstein"] == 1.0
    assert scored["Norway"] == pytest.approx(0.9784, abs=5e-5)


def test_logarithm_of_nothing(table):
    with pytest.raises(CannotBeSaid, match=r"'income'.*'Norway' has 0"):
        indices.build(
            indices.recipe("human-development"),
            table.with_columns(
                pl.when(pl.col("rank") == 1).then(0).otherwise(pl.col("income")).alias("income")
            ),
        )
    tree = {"code": "I", "children": [{"code": "income", "logarithm": True, "goalposts": [0, 100]}]}
    steps = (indices.Step("normalise", {"method": "goalposts"}), indices.Step("aggregate"))
    recipe = indices.IndexRecipe("r", "r", "1", indices.Structure.of(tree), steps, unit="country")
    with pytest.raises(BadInput, match="no logarithm"):
        indices.build(recipe, table)
