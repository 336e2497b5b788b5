"""Effects of a lottery with their grade: twins, honest refusals, losses, spillovers, contexts."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.evaluation import (
    AttritionLimits,
    EffectEstimate,
    EvidenceGrade,
    ancova,
    attrition_table,
    balance_table,
    effects_by_context,
    exposure,
    grade_comparison,
    lee_bounds,
    manski_bounds,
    ols,
    randomize,
    randomize_saturation,
    reported_assignment,
    spillover,
)
from nanduti.methods.values import BadInput, CannotBeSaid


def world(n: int = 60, seed: int = 0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    town, x = rng.integers(0, 5, n), rng.normal(size=n)
    return pl.DataFrame(
        {
            "id": [f"F{i:03d}" for i in range(n)], "town": [f"T{t}" for t in town], "before": x,
            "size": rng.integers(1, 30, n).astype(float), "y": x + town + rng.normal(size=n),
        }
    )  # fmt: skip


def draw(data: pl.DataFrame, arms=("control", "mentor"), **asked):
    return randomize(data, unit="id", arms=list(arms), seed="s", **({"strata": "town"} | asked))


# --- ancova


@pytest.mark.parametrize("inference", ["HC2", "design"])
def test_ancova_is_one_regression_on_the_arms(inference):
    data = world()
    drawn = draw(data, ("control", "class", "mentor"))
    effects = ancova(data, drawn, y="y", baseline="before", inference=inference, draws=199)
    table = data.join(drawn.frame, on="id").with_columns(
        a=(pl.col("arm") == "class").cast(pl.Float64), b=(pl.col("arm") == "mentor").cast(pl.Float64)
    )
    twin = ols(table, y="y", x=["a", "b", "before"], fixed_effects="stratum")
    for arm, term in (("class", "a"), ("mentor", "b")):
        assert effects[arm].estimate == pytest.approx(twin.coefficient(term))
        assert effects[arm].standard_error == pytest.approx(twin.standard_error(term, "HC2"))
    assert [e.grade.letter for e in effects] == ["A", "A"]
    assert effects.frame["grade"].to_list() == ["A", "A"] and effects.frame["n"].to_list() == [60, 60]
    assert "Evidence A" in effects[0].say()


def test_a_real_effect_is_found_and_covered():
    covered = 0
    for k in range(120):
        data = world(40, seed=k)
        drawn = draw(data)
        data = data.with_columns(y=pl.col("y") + pl.Series((drawn.arm_codes == 1) * 1.0))
        effect = ancova(data, drawn, y="y", baseline="before", draws=199, seed=k)[0]
        covered += effect.low <= 1.0 <= effect.high
    assert 0.89 <= covered / 120 <= 0.99


def test_rows_of_a_group_lottery_are_never_judged_as_single_firms():
    data = world(60).with_columns(group=pl.Series([f"g{i // 5}" for i in range(60)]))
    drawn = randomize(data, unit="id", arms=["c", "t"], cluster="group", seed="s")
    with pytest.raises(BadInput, match="whole groups"):
        ancova(data, drawn, y="y", inference="HC2")
    design, cr2 = ancova(data, drawn, y="y")[0], ancova(data, drawn, y="y", inference="CR2")[0]
    assert design.n_groups == 12 and "all 924 possible outcomes" in design.p_method
    assert cr2.estimate == pytest.approx(design.estimate) and "CR2" in cr2.p_method
    few = data.filter(pl.col("group").is_in(["g0", "g1", "g2", "g3"]))
    drawn = randomize(few, unit="id", arms=["c", "t"], cluster="group", seed="s")
    silent = ancova(few, drawn, y="y")[0]
    assert silent.p_value is None and silent.low is None and silent.standard_error is None
    assert silent.smallest_p == pytest.approx(1 / 3) and "no test is printed" in silent.notes[0]
    two = data.filter(pl.col("group").is_in(["g0", "g1"]))
    drawn = randomize(two, unit="id", arms=["c", "t"], cluster="group", seed="s")
    one_each = ancova(two, drawn, y="y")[0]
    assert one_each.grade.letter == "D" and one_each.p_value is None and one_each.low is None


def test_a_saturation_design_uses_its_clusters():
    rng = np.random.default_rng(1)
    data = pl.DataFrame(
        {"id": range(240), "market": [f"m{i // 8:02d}" for i in range(240)], "y": rng.normal(size=240)}
    )
    drawn = randomize_saturation(
        data, unit="id", cluster="market", seed="s", saturations={0: "1/2", "1/2": "1/2"}
    )
    effects = ancova(data, drawn, y="y")
    assert [e.arm for e in effects] == ["spillover", "treated"] and "CR2" in effects[0].p_method
    with pytest.raises(BadInput, match="saturation"):
        ancova(data, drawn, y="y", inference="design")


def test_losses_lower_the_grade_and_are_counted():
    data = world(100)
    drawn = draw(data)
    lost = data.with_columns(
        y=pl.when(pl.Series(drawn.arm_codes == 1) & (pl.col("size") < 10)).then(None).otherwise("y")
    )
    effect = ancova(lost, drawn, y="y", draws=99)[0]
    assert effect.grade.letter == "B" and "losses differ" in effect.grade.say()
    assert effect.n_units_missing == lost["y"].null_count() == 100 - effect.n
    kind = AttritionLimits(overall=1, differential=1)
    assert ancova(lost, drawn, y="y", draws=99, limits=kind)[0].grade.letter == "A"
    assert ancova(data, drawn, y="y", draws=99, amended=True)[0].grade.letter == "B"
    assert ancova(data, drawn.mask(3), y="y", draws=99)[0].p_value is None
    absent = ancova(data.head(95), drawn, y="y", draws=99)[0]
    assert absent.n_units_missing == 5
    with pytest.raises(CannotBeSaid, match="no unit"):
        ancova(data.with_columns(y=pl.lit(None, pl.Float64)), drawn, y="y")


@pytest.mark.parametrize("inference", ["design", "HC2"])
def test_where_nothing_varies_no_test_is_printed(inference):
    data = world().with_columns(y=pl.lit(7.0))
    effect = ancova(data, draw(data), y="y", inference=inference)[0]
    assert effect.estimate == pytest.approx(0, abs=1e-12) and "Nothing varies" in effect.notes[0]
    assert effect.p_value is effect.standard_error is effect.low is None


@pytest.mark.parametrize(
    ("change", "asked", "error", "match"),
    [
        (lambda d: d.drop("id"), {}, BadInput, "'id' is not in the data"),
        (lambda d: d.drop("y"), {}, BadInput, "'y' is not in the data"),
        (lambda d: d.with_columns(y=pl.lit("a")), {}, BadInput, "not numbers"),
        (
            lambda d: d.with_columns(size=pl.lit(None, pl.Float64)),
            {"controls": ["size"]},
            BadInput,
            "'size' 60",
        ),
        (lambda d: d, {"inference": "hope"}, BadInput, "not known"),
        (lambda d: d.with_columns(id=pl.lit("nobody")), {}, BadInput, "was not in the lottery"),
    ],
)
def test_bad_endlines(change, asked, error, match):
    data = world()
    with pytest.raises(error, match=match):
        ancova(change(data), draw(data), y="y", **asked)


def test_an_arm_without_an_endline_is_named():
    data = world()
    drawn = draw(data)
    treated = pl.Series(drawn.arm_codes[drawn.rows_in(data)] == 1)
    half = data.with_columns(y=pl.when(treated).then(None).otherwise("y"))
    with pytest.raises(CannotBeSaid, match="no unit of arm 'mentor'"):
        ancova(half, drawn, y="y")
    with pytest.raises(BadInput, match="no estimate"):
        ancova(data, drawn, y="y", draws=99)["class"]
    one = randomize(data.head(1), unit="id", arms=["a", "b"], seed="s")
    with pytest.raises(CannotBeSaid):
        ancova(data.head(1), one, y="y")
    alone = draw(data, strata="id")
    with pytest.raises(CannotBeSaid, match="imply"):
        ancova(data, alone, y="y")


def test_missing_controls_are_refused_or_flagged():
    data = world().with_columns(size=pl.when(pl.col("size") > 25).then(None).otherwise("size"))
    drawn = draw(data)
    with pytest.raises(BadInput, match="'size'"):
        ancova(data, drawn, y="y", controls=["size"])
    filled = ancova(data, drawn, y="y", controls=["size"], missing_controls="indicator", inference="HC2")[0]
    twin = data.join(drawn.frame, on="id").with_columns(
        t=(pl.col("arm") == "mentor").cast(pl.Float64), gap=pl.col("size").is_null().cast(pl.Float64),
        size=pl.col("size").fill_null(pl.col("size").mean()),
    )  # fmt: skip
    twin = ols(twin, y="y", x=["t", "size", "gap"], fixed_effects="stratum")
    assert filled.estimate == pytest.approx(twin.coefficient("t")) and filled.n == 60


def test_grades_forbid_what_evidence_does_not_carry():
    for letter in "DEF":
        with pytest.raises(BadInput, match="grade"):
            EffectEstimate("y", "a", "b", 1.0, EvidenceGrade(letter), 10, p_value=0.01)
    with pytest.raises(BadInput):
        EvidenceGrade("G")
    assert [grade_comparison(a, b).letter for a, b in ((4, 4), (4, 3), (1, 9), (5, 0))] == [
        "C",
        "D",
        "D",
        "E",
    ]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 100))
def test_the_order_of_rows_does_not_matter(seed):
    data = world(30, seed=3)
    drawn = draw(data)
    one = ancova(data, drawn, y="y", baseline="before", draws=99)[0]
    other = ancova(
        data.sample(fraction=1, shuffle=True, seed=seed), drawn, y="y", baseline="before", draws=99
    )[0]
    assert one.p_value == other.p_value and one.low == pytest.approx(other.low, rel=1e-6)


# --- contexts and spillovers


def test_effects_by_context_equal_separate_regressions():
    data = world(80)
    drawn = draw(data, strata="town")
    table = effects_by_context(data, drawn, y="y", context="town", draws=49)
    towns = sorted(set(data["town"]))
    joined = data.join(drawn.frame, on="id").with_columns(t=(pl.col("arm") == "mentor").cast(pl.Float64))
    slopes = [ols(joined.filter(pl.col("town") == t), y="y", x=["t"]).coefficient("t") for t in towns]
    assert [e.estimate for e in table][:5] == pytest.approx(slopes)
    assert [e.estimate for e in table][5:] == pytest.approx([s - slopes[0] for s in slopes[1:]])
    with pytest.raises(BadInput, match="one level"):
        effects_by_context(data.with_columns(k=pl.lit("a")), drawn, y="y", context="k")


def ring(n: int, seed: int) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    pairs = {tuple(sorted(p)) for p in rng.integers(0, n, (3 * n, 2)).tolist() if p[0] != p[1]}
    return pl.DataFrame(
        {"a": [f"F{i:03d}" for i, _ in sorted(pairs)], "b": [f"F{j:03d}" for _, j in sorted(pairs)]}
    )


def test_exposure_equals_a_loop_and_is_recentred():
    data = world(30)
    drawn, ties = draw(data, strata=()), ring(30, 1)
    found = exposure(
        pl.concat([ties, ties.select(a="b", b="a")]), drawn, source="a", target="b", draws=300
    ).frame
    friends = {u: set() for u in drawn.units}
    for a, b in ties.rows():
        friends[a].add(b)
        friends[b].add(a)
    treated = {u for u, c in zip(drawn.units, drawn.arm_codes) if c == 1}
    for row in found.rows(named=True):
        assert row["n_ties"] == len(friends[row["id"]])
        if row["n_ties"]:
            assert row["exposure"] == pytest.approx(len(friends[row["id"]] & treated) / row["n_ties"])
            assert abs(row["expected"] - 0.5) < 0.12
        else:
            assert row["exposure"] is None
    with pytest.raises(BadInput, match="itself"):
        exposure(pl.DataFrame({"a": ["F001"], "b": ["F001"]}), drawn, source="a", target="b")


def test_spillovers_are_found_and_not_invented():
    found, false = 0, 0
    for k in range(60):
        data = world(120, seed=k)
        drawn = randomize(data, unit="id", arms=["c", "t"], seed=f"{k}")
        met = exposure(ring(120, k), drawn, source="a", target="b", draws=200)
        share = met.frame["exposure"].fill_null(0).to_numpy()
        own = (drawn.arm_codes == 1) * 2.0
        noise = np.random.default_rng(k).normal(size=120)
        for gain in (0.0, 4.0):
            told = data.with_columns(y=pl.Series(own + gain * share + noise))
            effect = spillover(told, drawn, y="y", exposed=met, draws=99, seed=k)[1]
            found += gain > 0 and effect.p_value <= 0.05
            false += gain == 0 and effect.p_value <= 0.05
    assert false / 60 <= 0.15 and found / 60 >= 0.8
    grouped = randomize(data, unit="id", arms=["c", "t"], cluster="town", seed="s")
    with pytest.raises(BadInput, match="groups"):
        spillover(data, grouped, y="y", exposed=met)


# --- losses


def lee_twin(treated, control):
    """Lee's bounds by adding every share of the marginal value: a weighted mean over sorted values."""
    seen = [sorted(v for v in x if v is not None) for x in (control, treated)]
    rate = [len(s) / len(x) for s, x in zip(seen, (control, treated))]
    fuller = int(rate[1] > rate[0])
    keep = len(seen[fuller]) * rate[1 - fuller] / rate[fuller]

    def mean(values):
        total, left = 0.0, keep
        for v in values:
            w = min(1.0, left)
            total, left = total + w * v, left - w
            if left <= 1e-12:
                break
        return total / keep

    low, high = mean(seen[fuller]), mean(seen[fuller][::-1])
    other = sum(seen[1 - fuller]) / len(seen[1 - fuller])
    return (low - other, high - other) if fuller else (other - high, other - low)


@settings(max_examples=40, deadline=None)
@given(
    treated=st.lists(st.one_of(st.none(), st.floats(-100, 100)), min_size=3, max_size=25),
    control=st.lists(st.one_of(st.none(), st.floats(-100, 100)), min_size=3, max_size=25),
)
def test_lee_bounds_equal_their_plain_twin(treated, control):
    if all(v is None for v in treated) or all(v is None for v in control):
        return
    n = len(treated) + len(control)
    data = pl.DataFrame(
        {"id": range(n), "arm": ["t"] * len(treated) + ["c"] * len(control), "y": treated + control},
        schema_overrides={"y": pl.Float64},
    )
    lottery = reported_assignment(data, unit="id", arm="arm", control="c", note="test")
    bounds = lee_bounds(data, lottery, y="y", draws=0)
    assert (bounds.lower, bounds.upper) == pytest.approx(lee_twin(treated, control), abs=1e-8)
    assert bounds.lower <= bounds.upper + 1e-9
    wide = manski_bounds(data, lottery, y="y", least=-100, most=100)
    # of everybody, not of those always seen: so neither pair of bounds need hold the other
    means = [
        [np.mean([fill if v is None else v for v in x]) for fill in (-100, 100)] for x in (control, treated)
    ]
    assert (wide.lower, wide.upper) == pytest.approx((means[1][0] - means[0][1], means[1][1] - means[0][0]))


def test_the_interval_of_lee_bounds_covers_them():
    data = world(200)
    drawn = draw(data)
    lost = data.with_columns(
        y=pl.when(pl.Series(drawn.arm_codes == 0) & (pl.col("size") < 8)).then(None).otherwise("y")
    )
    bounds = lee_bounds(lost, drawn, y="y", draws=200)
    assert bounds.low < bounds.lower <= bounds.upper < bounds.high and bounds.trimmed_arm == "mentor"
    with pytest.raises(BadInput, match="does not hold"):
        manski_bounds(lost, drawn, y="y", least=0, most=1)
    with pytest.raises(BadInput, match="twice"):
        lee_bounds(pl.concat([lost, lost]), drawn, y="y")
    empty = data.with_columns(y=pl.when(pl.Series(drawn.arm_codes == 0)).then(None).otherwise("y"))
    with pytest.raises(CannotBeSaid, match="no outcome at all"):
        lee_bounds(empty, drawn, y="y")


def test_the_attrition_table_counts_who_is_absent():
    data = world(80)
    drawn = draw(data)
    endline = data.filter(~(pl.Series(drawn.arm_codes == 1) & (pl.col("size") < 12)))
    table = attrition_table(endline, drawn, y="y", covariates=["size"], draws=199)
    assert table.arms["n_drawn"].to_list() == drawn.counts()["n"].to_list()
    lost = [
        int(((drawn.arm_codes == a) & ~np.isin(drawn.units, endline["id"].to_numpy())).sum()) for a in (0, 1)
    ]
    assert table.arms["n_lost"].to_list() == lost and table.grade.letter == "B"
    assert table.arms["p_value"][1] <= 0.05 and table.arms["p_value"][0] is None
    full = attrition_table(data, drawn, y="y", covariates=["size"], draws=99)
    assert full.grade.letter == "A" and full.arms["p_value"][1] is None
    assert full.covariates["p_value"].to_list() == [None]


# --- balance


def test_every_contrast_of_the_balance_table_is_a_regression():
    data = world(90).with_columns(
        arm=pl.Series(np.random.default_rng(5).choice(["a", "b", "c"], 90)),
        gaps=pl.when(pl.col("size") > 20).then(None).otherwise(pl.col("size").sqrt()),
    )
    names = ["before", "size", "y", "gaps"]
    for effects, group in ((None, None), ("town", None), (None, "town"), ("size", "town")):
        covariates = [n for n in names if effects != "size" or n not in ("size", "gaps")]
        table = balance_table(data, covariates, group="arm", fixed_effects=effects, grouped_by=group)
        kind = "CRV1" if group else "HC1"
        for row in table.contrasts.rows(named=True):
            part = data.filter(pl.col("arm").is_in(["a", row["arm"]])).with_columns(
                d=(pl.col("arm") == "a").cast(pl.Float64)
            )
            twin = ols(
                part,
                y=row["covariate"],
                x=["d"],
                fixed_effects=effects or [],
                grouped_by=group,
                missing="drop",
            )
            assert row["beta"] == pytest.approx(twin.coefficient("d"), abs=1e-10)
            assert row["standard_error"] == pytest.approx(twin.standard_error("d", kind), rel=1e-9)
            assert row["p_value"] == pytest.approx(twin.table(kind, terms=["d"]).item(0, "p_value"), rel=1e-8)
            means = part.drop_nulls(row["covariate"]).group_by("arm").agg(
                m=pl.col(row["covariate"]).mean(), v=pl.col(row["covariate"]).var()
            ).sort("arm")  # fmt: skip
            diff = means["m"][0] - means["m"][1]
            assert row["diff"] == pytest.approx(diff) and row["nrmd"] == pytest.approx(
                diff / np.sqrt(means["v"].mean())
            )
        joint = table.joint.row(0, named=True)
        if joint["f"] is not None:
            part = data.filter(pl.col("arm").is_in(["a", "b"])).drop_nulls(covariates).with_columns(
                d=(pl.col("arm") == "b").cast(pl.Float64)
            )  # fmt: skip
            twin = ols(part, y="d", x=covariates, fixed_effects=effects or [], grouped_by=group)
            assert joint["f"] == pytest.approx(twin.wald(covariates, kind).statistic)
        both = data.with_columns(
            b=(pl.col("arm") == "b").cast(pl.Float64), c=(pl.col("arm") == "c").cast(pl.Float64)
        )
        twin = ols(both, y="before", x=["b", "c"], fixed_effects=effects or [], grouped_by=group).wald(
            ["b", "c"], kind
        )
        assert table.equality.row(0, named=True)["f"] == pytest.approx(twin.statistic)


def test_the_balance_of_a_lottery_is_tested_by_the_lottery():
    data = world(60)
    drawn = draw(data)
    table = balance_table(data, ["before", "size"], assignment=drawn, draws=199)
    assert 0 < table.omnibus.p_value <= 1 and table.kind == "HC1"
    rigged = reported_assignment(
        data.with_columns(arm=pl.when(pl.col("before") > 0).then(pl.lit("t")).otherwise(pl.lit("c"))),
        unit="id", arm="arm", control="c", note="not a lottery at all",
    )  # fmt: skip
    assert balance_table(data, ["before", "size"], assignment=rigged, draws=199).omnibus.p_value == 1 / 200


def test_degenerate_balance_tables_say_so():
    data = world(12).with_columns(
        arm=pl.Series(["a"] * 6 + ["b"] * 6), flat=pl.lit(1.0), empty=pl.lit(None, pl.Float64),
        half=pl.when(pl.Series([True] * 6 + [False] * 6)).then(1.0),
    )  # fmt: skip
    table = balance_table(data, ["flat", "empty", "half"], group="arm")
    assert table.contrasts["p_value"].null_count() == 3
    assert table.contrasts["note"].null_count() == 0
    assert table.means.filter(pl.col("covariate") == "empty")["mean"].null_count() == 2
    for bad, match in (
        ({"group": "arm", "assignment": draw(data)}, "not clear"),
        ({"group": "flat"}, "fewer than two"),
    ):
        with pytest.raises(BadInput, match=match):
            balance_table(data, ["size"], **bad)
    with pytest.raises(BadInput, match="empty"):
        balance_table(data, [], group="arm")
    with pytest.raises(BadInput, match="absent"):
        balance_table(data, ["size"], group="arm", against="z")


def test_exhaustive_small_design_matches_by_hand():
    """Four firms, two treated: six outcomes, the p-value by listing them."""
    data = pl.DataFrame({"id": list("abcd"), "y": [1.0, 2.0, 3.0, 10.0]})
    drawn = randomize(data, unit="id", arms=["c", "t"], seed="s")
    y, real = data["y"].to_numpy(), drawn.arm_codes == 1
    gaps = [abs(y[list(p)].mean() - np.delete(y, p).mean()) for p in itertools.combinations(range(4), 2)]
    observed = abs(y[real].mean() - y[~real].mean())
    from nanduti.methods.evaluation import randomization_test

    test = randomization_test(data, drawn, y="y", statistic="coefficient")
    assert test.p_value == pytest.approx(np.mean(np.array(gaps) >= observed - 1e-12))
