"""What the survey design refuses, and what it says it cannot say."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from nanduti.methods import sampling
from nanduti.methods.values import BadInput, CannotBeSaid


@pytest.fixture
def frame():
    return pl.DataFrame(
        {
            "h": ["a", "a", "a", "b", "b", "b"],
            "i": [1, 1, 2, 3, 4, 4],
            "y": [1.0, 2, 3, 4, 5, 6],
            "w": [2.0] * 6,
            "N": [10] * 6,
            "kind": ["x", "y", "x", "x", "y", None],
        }
    )


def build(frame, **more):
    return sampling.SurveyDesign(frame, **({"strata": "h", "psu": "i", "weights": "w"} | more))


@pytest.mark.parametrize(
    ("change", "options", "says"),
    [
        ({}, {"weights": "wt"}, "column 'wt' is not in the frame. Use one of: h, i, y"),
        ({}, {"weights": None}, "neither weights nor population sizes"),
        ({"w": pl.lit(-1.0)}, {}, "column 'w', row 1 is -1"),
        ({"w": pl.lit(0.0)}, {}, "zero in every row"),
        ({"w": pl.lit(None, pl.Float64)}, {}, "column 'w', row 1 is missing"),
        ({"w": pl.lit("two")}, {}, "holds String, not numbers"),
        ({"w": pl.lit(float("inf"))}, {}, "is infinite"),
        ({"h": pl.lit(None, pl.String)}, {}, "belongs to no stratum"),
        ({"i": pl.lit(1)}, {}, "i 1 stands in stratum 'a' and stratum 'b'"),
        ({"N": pl.col("i")}, {"fpc": "N", "psu": None}, "differs within stratum 'a'"),
        ({"N": pl.lit(1.5)}, {"fpc": "N"}, "says 1.5 in the population but 2 were drawn"),
        ({"N": pl.lit(0)}, {"fpc": "N"}, "is 0"),
        ({"N": pl.when(pl.col("h") == "a").then(0.5).otherwise(9)}, {"fpc": "N"}, "is the fraction 0.5"),
        ({}, {"fpc": ["N", "N"]}, "names 2 columns, and the stages are 1"),
        ({}, {"lonely_psu": "ignore"}, "is not a known way"),
        ({}, {"fpc": "N", "psu": None}, "add up to 6, while fpc says 10 units exist"),
    ],
)
def test_designs_refused(frame, change, options, says):
    with pytest.raises(BadInput, match=says.replace("(", r"\(")):
        build(frame.with_columns(**change), **options)


def test_not_a_frame_and_no_rows(frame):
    with pytest.raises(BadInput, match="is a list, not a Polars data frame"):
        sampling.SurveyDesign([1, 2], weights=1.0)
    with pytest.raises(BadInput, match="has no rows"):
        build(frame.clear())


def test_missing_answers_are_refused_or_counted(frame):
    holed = build(frame.with_columns(y=pl.when(pl.col("i") == 2).then(None).otherwise("y")))
    with pytest.raises(BadInput, match=r"column 'y', row 3 is missing \(1 of 6 rows\)"):
        holed.mean("y")
    found = holed.mean("y", missing="leave_out")
    assert (found.n, found.n_missing) == (5, 1)
    assert "Left out, being without an answer: 1." in found.say()
    with pytest.raises(BadInput, match="is missing"):
        holed.shares("kind")
    assert holed.shares("kind", missing="leave_out")["share"].sum() == pytest.approx(1)
    with pytest.raises(CannotBeSaid, match="nobody answered"):
        build(frame.with_columns(y=pl.lit(None, pl.Float64))).mean("y", missing="leave_out")


def test_estimates_refused(frame):
    design = build(frame)
    for call, says in (
        (lambda: design.mean("kind"), "Use shares"),
        (lambda: design.mean("y", level=95), "Write 0.95"),
        (lambda: design.mean("y", missing="drop"), "'refuse' or 'leave_out'"),
        (lambda: design.mean("y", correction="hc3"), "bell_mccaffrey, cr2"),
        (lambda: design.mean("y", correction="cr2"), "one stratum only"),
        (lambda: design.proportion("y"), "neither yes/no nor 1/0"),
        (lambda: design.proportion(pl.col("y") > 3, method="exact"), "Use one of"),
        (lambda: design.quantile("y", 1.5), "Write 0.5 for the median"),
        (lambda: design.quantile("y", rule="r7"), "Rules:"),
        (lambda: design.by("y", "h", statistic="mode"), "Use one of"),
        (lambda: design.by("y", []), "Name at least one column"),
        (lambda: design.by("y", "h", statistic="ratio"), "Name the column to divide by"),
        (lambda: design.design_effect("y", statistic="median"), "mean or total"),
        (lambda: design.where(pl.col("y") > 3).post_stratify("h", {"a": 5, "b": 9}), "is a domain"),
        (lambda: design.where("kind"), "not numbers"),
        (lambda: design.where(pl.col("kind") == "x"), "neither inside nor outside"),
        (lambda: design.difference("y", pl.col("kind") == "x", pl.col("kind") == "y"), "neither inside nor"),
        (lambda: design.mean(pl.col("z") + 1), "column 'z' is not in the frame"),
        (lambda: design.mean(pl.col("y").sum()), "gives 1 values for 6 rows"),
        (lambda: design.replicate_weights("bootstrap"), "seed is missing"),
        (lambda: design.replicate_weights("sieve"), "Methods:"),
        (lambda: design.replicate_weights("brr", fay=1.0), "Use 0 for plain half samples"),
        (lambda: design.rake({}), "Give at least one margin"),
        (
            lambda: design.rake({"h": {"a": 5, "b": 5}, "i": {1: 1, 2: 1, 3: 1, 4: 1}}),
            "different populations",
        ),
        (lambda: design.post_stratify("h", {"a": 5}), "is in the sample but has no count"),
        (lambda: design.post_stratify("h", {"a": 5, "b": -1}), "is -1"),
        (lambda: design.post_stratify("h", {"a": 0.4, "b": 0.6}), "look like shares"),
        (
            lambda: design.post_stratify("h", pl.DataFrame({"h": ["a", "a"], "n": [1, 2]})),
            "names a group twice",
        ),
    ):
        with pytest.raises(BadInput, match=says):
            call()


def test_what_cannot_be_said(frame):
    design = build(frame)
    for call, says in (
        (lambda: design.where(pl.col("y") > 99), "no sampled row belongs"),
        (lambda: design.ratio("y", pl.lit(0.0).repeat_by(1).list.first() * pl.col("y")), "adds up to zero"),
        (lambda: design.regression("y", {"a": pl.col("y"), "b": pl.col("y") * 2}), "say the same thing twice"),
        (lambda: design.post_stratify("h", {"a": 5, "b": 5, "c": 5}), "none in the sample"),
        (lambda: design.calibrate({"1": 12.0, "w": 24.0}), "say the same thing twice"),
        (lambda: design.calibrate({"1": 12.0, "y": 900.0}), "count negatively"),
        (lambda: design.replicate_weights().quantile("y"), "jackknife does not converge"),
        (lambda: build(frame.with_columns(y=1.0)).design_effect("y"), "all answers are equal"),
        (lambda: design.difference("y", pl.col("y") > 3, pl.col("y") > 99), "nobody in"),
    ):  # fmt: skip
        with pytest.raises(CannotBeSaid, match=says):
            call()


def test_raking_that_cannot_meet():
    frame = pl.DataFrame({"a": [1, 1, 2], "b": [1, 2, 2]})
    design = sampling.SurveyDesign(frame, weights=1.0)
    with pytest.raises(CannotBeSaid, match="lacks a combination"):
        design.rake({"a": {1: 10, 2: 90}, "b": {1: 50, 2: 50}})


def test_clusters_of_one_and_one_psu_per_stratum(frame):
    alone = sampling.SurveyDesign(frame.head(2), psu="i", weights="w")
    with pytest.raises(CannotBeSaid, match="single sampling unit"):
        alone.mean("y")
    sure = sampling.SurveyDesign(frame.head(2), psu="i", weights="w", lonely_psu="certainty").mean("y")
    assert sure.low is None and "no interval can be said" in sure.say()
    with pytest.raises(CannotBeSaid, match="single PSU"):
        alone.replicate_weights()


def test_zero_variance_is_zero_and_not_unknown(frame):
    same = build(frame.with_columns(y=7.0)).mean("y")
    assert (same.value, same.se, same.low, same.high) == (7.0, 0.0, 7.0, 7.0)


def test_unanimous_answers_have_an_honest_limit(frame):
    found = build(frame).proportion(pl.col("y") > 0)
    assert found.value == 1 and found.high == 1
    # Four PSUs, all yes: exact binomial with n = 4.
    assert found.low == pytest.approx(0.025**0.25)
    assert found.warnings[-1].code == "sampling.unanimous"


def test_quantile_intervals_that_run_off_the_sample_are_open(frame):
    found = build(frame).quantile("y", 0.99)
    assert found.value == 6 and found.low is None and "open" in found.say()
    lower = build(frame).quantile("y", 0.2)
    assert lower.low is None and lower.warnings[-1].code == "sampling.quantile_open"


def test_small_cells_can_be_held_back(frame):
    table = build(frame).by("y", "i", min_cell=2)
    assert table.filter(pl.col("i") == 2).row(0, named=True)["reason"] == "fewer than 2 answers"
    assert table.filter(pl.col("i") == 1)["estimate"][0] == 1.5


def test_weights_below_their_psu_are_told(table):
    design = sampling.SurveyDesign(table("apiclus1"), psu="dnum", weights="pw", fpc="fpc")
    assert "33.85, less than the 50.47" in design.mean("api00").say()


def test_more_fractions_and_names():
    frame = pl.DataFrame({"y": [1, 2, 3, 4], "f": [0.25] * 4})
    by_fraction = sampling.SurveyDesign(frame, fpc="f")
    assert by_fraction.size().value == pytest.approx(16)
    by_count = sampling.SurveyDesign(frame.with_columns(N=16), fpc="N")
    assert by_fraction.mean("y").se == by_count.mean("y").se
    named = by_count.difference("y", pl.col("y") > 2, (pl.col("y") < 3).alias("low"))
    assert named.what == "y: y > 2 minus low"
    assert by_count.mean("y").cv == pytest.approx(by_count.mean("y").se / 2.5)
    assert "4 rows" in repr(by_count)
    assert by_count.where(pl.col("y") > 2).n_psus == 2


def test_empty_replicates_say_no_error():
    frame = pl.DataFrame({"i": [1, 1, 2, 2], "y": [1, 2, 3, 4]})
    design = sampling.SurveyDesign(frame, psu="i", weights=1.0).where(pl.col("i") == 1)
    found = design.replicate_weights().mean("y")
    assert found.se is None and any(w.code == "sampling.empty_replicate" for w in found.warnings)


@pytest.mark.parametrize(("clusters", "correction"), [(6, "bell_mccaffrey"), (10, "cr2"), (20, None)])
def test_intervals_with_few_clusters_cover(clusters, correction):
    """Reduced form of the simulation in the benchmarks (2,000 runs there)."""
    stream = np.random.default_rng(8)
    inside = 0
    for _ in range(300):
        size = np.maximum(2, stream.poisson(stream.gamma(2, 7.5, clusters), clusters))
        cluster = np.repeat(np.arange(clusters), size)
        y = 0.15**0.5 * stream.normal(size=clusters)[cluster] + 0.85**0.5 * stream.normal(size=len(cluster))
        design = sampling.SurveyDesign(pl.DataFrame({"c": cluster, "y": y}), psu="c", weights=1.0)
        low, high = design.mean("y", correction=correction).interval
        inside += low <= 0 <= high
    assert 0.90 <= inside / 300 <= 0.99
