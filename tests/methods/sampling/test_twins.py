"""Every estimator computed a second time, slowly and plainly."""

from __future__ import annotations

import itertools
import math

import numpy as np
import polars as pl
import pytest

from nanduti.methods import sampling


@pytest.fixture(scope="module")
def firms():
    """Two strata, six PSUs each, two to five firms per PSU, all sizes known."""
    stream = np.random.default_rng(7)
    rows = []
    for stratum, psu in itertools.product("AB", range(6)):
        size = int(stream.integers(2, 6))
        for firm in range(size):
            rows.append(
                (stratum, f"{stratum}{psu}", firm, 20, size + 4, stream.normal() + psu, stream.uniform(1, 5))
            )
    names = ["stratum", "psu", "firm", "N", "M", "y", "x"]
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(
        w=pl.col("N") / 6 * pl.col("M") / pl.len().over("psu"), group=(pl.col("y") > 2.5)
    )


def plain_variance(frame, score, *, fpc):
    """Two stages, written out stratum by stratum and PSU by PSU."""
    total = 0.0
    for (_,), stratum in frame.with_columns(z=score).group_by("stratum"):
        sums = {key[0]: float(part["z"].sum()) for key, part in stratum.group_by("psu")}
        n = len(sums)
        f = n / stratum["N"][0] if fpc else 0.0
        middle = sum(sums.values()) / n
        total += (1 - f) * n / (n - 1) * sum((s - middle) ** 2 for s in sums.values())
        if not fpc:
            continue
        for _, psu in stratum.group_by("psu"):
            z, m, big = psu["z"].to_list(), psu.height, psu["M"][0]
            inner = sum((v - sum(z) / m) ** 2 for v in z)
            total += f * (1 - m / big) * m / (m - 1) * inner
    return total


@pytest.mark.parametrize("fpc", [False, True])
def test_mean_total_ratio_and_domains(firms, fpc):
    design = sampling.SurveyDesign(
        firms, strata="stratum", psu=["psu", "firm"], weights="w", fpc=["N", "M"] if fpc else None, nest=True
    )
    w, y, x, g = (firms[c].cast(pl.Float64).to_numpy() for c in ("w", "y", "x", "group"))
    mean = (w * y).sum() / w.sum()
    assert design.mean("y").value == pytest.approx(mean)
    assert design.mean("y").se ** 2 == pytest.approx(
        plain_variance(firms, pl.Series(w * (y - mean) / w.sum()), fpc=fpc)
    )
    assert design.total("y").se ** 2 == pytest.approx(plain_variance(firms, pl.Series(w * y), fpc=fpc))
    ratio = (w * y).sum() / (w * x).sum()
    scores = pl.Series(w * (y - ratio * x) / (w * x).sum())
    assert design.ratio("y", "x").se ** 2 == pytest.approx(plain_variance(firms, scores, fpc=fpc))
    inside = design.where("group").mean("x")
    middle = (w * x * g).sum() / (w * g).sum()
    scores = pl.Series(w * g * (x - middle) / (w * g).sum())
    assert inside.value == pytest.approx(middle)
    assert inside.se**2 == pytest.approx(plain_variance(firms, scores, fpc=fpc))
    by = design.by("x", "group").filter("group")
    assert (by["estimate"][0], by["se"][0]) == pytest.approx((inside.value, inside.se))
    other = (w * x * (1 - g)).sum() / (w * (1 - g)).sum()
    scores = pl.Series(scores.to_numpy() - w * (1 - g) * (x - other) / (w * (1 - g)).sum())
    apart = design.difference("x", "group", ~pl.col("group"))
    assert apart.value == pytest.approx(middle - other)
    assert apart.se**2 == pytest.approx(plain_variance(firms, scores, fpc=fpc))


def test_the_mean_of_a_simple_random_sample_is_the_textbook_one():
    y = [3.0, 5.0, 8.0, 1.0, 9.0, 4.0]
    frame = pl.DataFrame({"y": y, "N": [60] * 6})
    found = sampling.SurveyDesign(frame, fpc="N").mean("y")
    assert found.se == pytest.approx(np.std(y, ddof=1) * math.sqrt((1 - 0.1) / 6))


def test_estimates_are_right_over_all_samples_of_a_small_population():
    """Unbiased total and unbiased variance, by listing every possible stratified cluster sample."""
    population = {"A": [[1, 4], [2], [7, 1, 1], [3]], "B": [[10], [12, 2], [5]]}
    truth = sum(sum(sum(c) for c in clusters) for clusters in population.values())
    values, variances = [], []
    for a in itertools.combinations(range(4), 2):
        for b in itertools.combinations(range(3), 2):
            rows = [
                (s, f"{s}{i}", len(population[s]), y)
                for s, chosen in (("A", a), ("B", b))
                for i in chosen
                for y in population[s][i]
            ]
            frame = pl.DataFrame(rows, schema=["s", "c", "N", "y"], orient="row")
            found = sampling.SurveyDesign(frame, strata="s", psu="c", fpc="N").total("y")
            values.append(found.value)
            variances.append(found.se**2)
    assert np.mean(values) == pytest.approx(truth)
    assert np.mean(variances) == pytest.approx(np.var(values))


def test_two_stage_variance_is_unbiased_over_all_samples():
    population = [[1, 4, 6], [2, 9], [7, 1, 1, 5]]
    values, variances = [], []
    for chosen in itertools.combinations(range(3), 2):
        inner = [list(itertools.combinations(range(len(population[c])), 2)) for c in chosen]
        weight = 1 / (3 * len(inner[0]) * len(inner[1]))
        for picks in itertools.product(*inner):
            rows = [
                (c, i, 3, len(population[c]), population[c][i])
                for c, pick in zip(chosen, picks, strict=True)
                for i in pick
            ]
            frame = pl.DataFrame(rows, schema=["c", "i", "N", "M", "y"], orient="row")
            found = sampling.SurveyDesign(frame, psu=["c", "i"], fpc=["N", "M"]).total("y")
            values.append((weight, found.value))
            variances.append((weight, found.se**2))
    mean = sum(w * v for w, v in values)
    assert mean == pytest.approx(sum(map(sum, population)))
    assert sum(w * v for w, v in variances) == pytest.approx(sum(w * (v - mean) ** 2 for w, v in values))


def test_jackknife_by_leaving_out_by_hand(firms):
    design = sampling.SurveyDesign(firms, strata="stratum", psu="psu", weights="w")
    jack = design.replicate_weights("jackknife")
    w, y, x = (firms[c].to_numpy() for c in ("w", "y", "x"))
    full = (w * y).sum() / (w * x).sum()
    variance = 0.0
    for psu in firms["psu"].unique():
        own = (firms["psu"] == psu).to_numpy()
        mates = (firms["stratum"] == psu[0]).to_numpy()
        left = np.where(own, 0, np.where(mates, w * 6 / 5, w))
        variance += 5 / 6 * ((left * y).sum() / (left * x).sum() - full) ** 2
    assert jack.ratio("y", "x").se ** 2 == pytest.approx(variance)
    free = jack.estimate("ratio", lambda v: (v * y).sum() / (v * x).sum())
    assert free.se == pytest.approx(jack.ratio("y", "x").se)
    assert jack.table().width == 12


def test_replication_agrees_with_linearisation_for_totals(firms):
    design = sampling.SurveyDesign(
        firms, strata="stratum", psu="psu", weights="w", fpc="N", check_weights=False
    )
    exact = design.total("y").se
    assert design.replicate_weights("jackknife").total("y").se == pytest.approx(exact)
    boot = design.replicate_weights("bootstrap", replicates=4000, seed=3).total("y").se
    assert boot == pytest.approx(exact, rel=0.05)
    pairs = firms.filter(pl.col("psu").str.slice(1).is_in(["0", "1"])).with_columns(
        w=pl.lit(2.0), N=pl.lit(9)
    )
    two = sampling.SurveyDesign(pairs, strata="stratum", psu="psu", weights="w", fpc="N", check_weights=False)
    assert two.replicate_weights("brr").total("y").se == pytest.approx(two.total("y").se)
    assert two.replicate_weights("brr", fay=0.5).total("y").se == pytest.approx(two.total("y").se)


@pytest.mark.parametrize("probability", [0.1, 0.37, 0.5, 0.9])
def test_quantiles_by_walking_up(firms, probability):
    design = sampling.SurveyDesign(firms, strata="stratum", psu="psu", weights="w")
    w, y = firms["w"].to_list(), firms["y"].to_list()
    reached, answer = 0.0, None
    for value, weight in sorted(zip(y, w, strict=True)):
        reached += weight
        if reached >= probability * sum(w) - 1e-9:
            answer = value
            break
    assert design.quantile("y", probability).value == answer


def test_cr2_and_satterthwaite_with_whole_matrices(firms):
    design = sampling.SurveyDesign(firms, psu="psu", weights="w")
    x = np.column_stack([np.ones(firms.height), firms["x"].to_numpy()])
    w, y = firms["w"].to_numpy(), firms["y"].to_numpy()
    root = np.sqrt(w)
    xw, yw = x * root[:, None], y * root
    bread = np.linalg.inv(xw.T @ xw)
    hat = xw @ bread @ xw.T
    residual = yw - hat @ yw
    keep = np.eye(len(y)) - hat
    cov, parts = np.zeros((2, 2)), []
    for psu in firms["psu"].unique().sort():
        own = np.flatnonzero((firms["psu"] == psu).to_numpy())
        values, vectors = np.linalg.eigh(np.eye(len(own)) - hat[np.ix_(own, own)])
        adjust = vectors @ np.diag(values**-0.5) @ vectors.T
        score = bread @ xw[own].T @ adjust @ residual[own]
        cov += np.outer(score, score)
        parts.append(keep[own].T @ adjust @ xw[own] @ bread)
    fit = design.regression("y", ["x"], correction="cr2")
    assert fit.covariance == pytest.approx(cov)
    for j in range(2):
        p = np.array([[a[:, j] @ b[:, j] for a in parts] for b in parts])
        assert fit.df[j] == pytest.approx(np.trace(p) ** 2 / (p**2).sum())


def test_linearised_regression_against_statsmodels(firms):
    sm = pytest.importorskip("statsmodels.api")
    design = sampling.SurveyDesign(firms, psu="psu", weights="w")
    fit = design.regression("y", ["x"])
    other = sm.WLS(firms["y"].to_numpy(), sm.add_constant(firms["x"].to_numpy()), weights=firms["w"].to_numpy()).fit(
        cov_type="cluster", cov_kwds={"groups": firms["psu"].cast(pl.Categorical).to_physical().to_numpy(),
                                      "use_correction": False})  # fmt: skip
    assert fit.coefficients == pytest.approx(other.params)
    assert fit.covariance == pytest.approx(other.cov_params() * 12 / 11)


def test_raking_by_turns_and_calibration_by_formula(firms):
    design = sampling.SurveyDesign(firms, psu="psu", weights="w")
    margins = {"stratum": {"A": 90.0, "B": 110.0}, "group": {False: 120.0, True: 80.0}}
    w = firms["w"].to_numpy().copy()
    for _ in range(300):
        for column, counts in margins.items():
            for level, count in counts.items():
                own = (firms[column] == level).to_numpy()
                w[own] *= count / w[own].sum()
    assert design.rake(margins).weights == pytest.approx(w)
    greg = design.calibrate({"1": 210.0, "x": 640.0})
    x = np.column_stack([np.ones(firms.height), firms["x"].to_numpy()])
    d = firms["w"].to_numpy()
    step = np.linalg.solve(x.T @ (x * d[:, None]), np.array([210.0, 640.0]) - d @ x)
    assert greg.weights == pytest.approx(d * (1 + x @ step))
    assert greg.total("x").value == pytest.approx(640.0)
    # A total that is known has no error left.
    assert greg.total("x").se == pytest.approx(0.0, abs=1e-8)


def test_post_stratified_error_is_that_of_residuals(firms):
    design = sampling.SurveyDesign(firms, strata="stratum", psu="psu", weights="w")
    post = design.post_stratify("group", {False: 120.0, True: 80.0})
    w, y = post.weights, firms["y"].to_numpy()
    group = firms["group"].to_numpy()
    residual = y.copy()
    for level in (False, True):
        own = group == level
        residual[own] -= (w[own] @ y[own]) / w[own].sum()
    assert post.total("y").se == pytest.approx(
        design.changed(weights=w).total(pl.lit(pl.Series(residual))).se
    )


@pytest.mark.parametrize(("k", "n"), [(0, 9), (3, 17), (40, 80), (12, 12)])
def test_intervals_of_a_simple_random_sample_are_the_binomial_ones(k, n):
    from scipy.stats import binomtest

    exact = binomtest(k, n).proportion_ci(method="exact")
    assert sampling.clopper_pearson(k, n) == pytest.approx((exact.low, exact.high))
    if 0 < k < n:
        frame = pl.DataFrame({"y": [1] * k + [0] * (n - k)})
        # The element variance divides by n − 1; the binomial one by n.
        found = sampling.SurveyDesign(frame, weights=1.0).proportion("y", method="wilson", df=math.inf)
        effective = found.value * (1 - found.value) / found.se**2
        z2 = 1.959963984540054**2
        centre = (found.value + z2 / 2 / effective) / (1 + z2 / effective)
        assert (found.low + found.high) / 2 == pytest.approx(centre)
        assert effective == pytest.approx(n - 1)


def test_hadamard_matrices():
    from nanduti.methods.sampling.hadamard import hadamard

    for least in range(1, 70):
        found = hadamard(least)
        assert len(found) >= least
        assert (found @ found.T == len(found) * np.eye(len(found))).all()
        assert (found[:, 0] == 1).all()
