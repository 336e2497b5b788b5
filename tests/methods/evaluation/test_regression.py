"""Least squares and its errors against dense matrices, loops and statsmodels."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods.evaluation import ols, wild_bootstrap
from nanduti.methods.values import BadInput, CannotBeSaid


def sample(seed: int, n: int = 60, n_groups: int = 9) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    g = rng.integers(0, n_groups, n)
    return pl.DataFrame(
        {
            "y": rng.normal(size=n) + g * 0.3, "x": rng.normal(size=n), "d": (g % 2).astype(float),
            "g": g, "f": rng.integers(0, 4, n), "h": rng.integers(0, 3, n), "w": rng.uniform(0.5, 2, n),
        }
    )  # fmt: skip


class Dense:
    """The plain twin: every effect a column, every formula as printed, loops over clusters."""

    def __init__(self, data: pl.DataFrame, x: list[str], effects: list[str], weights: bool = False):
        self.y = data["y"].to_numpy().astype(float)
        columns = [data[n].to_numpy().astype(float) for n in x]
        for e in effects:
            columns += [(data[e].to_numpy() == v).astype(float) for v in sorted(set(data[e]))]
        if not effects:
            columns.append(np.ones(data.height))
        z = np.column_stack(columns)
        if weights:
            root = np.sqrt(data["w"].to_numpy())
            self.y, z = self.y * root, z * root[:, None]
        self.z, self.k = z, len(x)
        self.bread = np.linalg.pinv(z.T @ z)
        self.b = self.bread @ z.T @ self.y
        self.e = self.y - z @ self.b
        self.hat = z @ self.bread @ z.T
        self.rank = np.linalg.matrix_rank(z)

    def errors(self, kind: str, g: np.ndarray | None = None) -> np.ndarray:
        n = len(self.y)
        if kind == "iid":
            v = self.bread * (self.e @ self.e) / (n - self.rank)
            return np.sqrt(np.diag(v))[: self.k]
        if kind in ("CRV1", "CR2"):
            middle = 0
            for c in np.unique(g):
                m = g == c
                a = np.eye(m.sum()) if kind == "CRV1" else self.root(m)
                s = self.z[m].T @ a @ self.e[m]
                middle = middle + np.outer(s, s)
            n_g = len(np.unique(g))
            scale = n_g / (n_g - 1) * (n - 1) / (n - self.rank) if kind == "CRV1" else 1.0
        else:
            h = np.diag(self.hat)
            r = {"HC0": 1, "HC1": np.sqrt((n - self.rank) / n), "HC2": np.sqrt(1 - h), "HC3": 1 - h}[kind]
            s = self.z * (self.e / r)[:, None]
            middle, scale = s.T @ s, 1.0
        return np.sqrt(np.diag(scale * self.bread @ middle @ self.bread))[: self.k]

    def root(self, m: np.ndarray) -> np.ndarray:
        values, vectors = np.linalg.eigh(np.eye(m.sum()) - self.hat[np.ix_(m, m)])
        inverse = np.where(values > 1e-9, 1 / np.sqrt(np.where(values > 1e-9, values, 1)), 0)
        return vectors @ np.diag(inverse) @ vectors.T

    def satterthwaite(self, j: int, g: np.ndarray) -> float:
        n, columns = len(self.y), []
        for c in np.unique(g):
            m = g == c
            a = np.zeros(n)
            a[m] = self.root(m) @ self.z[m] @ self.bread[:, j]
            columns.append((np.eye(n) - self.hat) @ a)
        p = np.column_stack(columns)
        p = p.T @ p
        return np.trace(p) ** 2 / np.trace(p @ p)


@pytest.mark.parametrize("effects", [[], ["f"], ["f", "h"]])
@pytest.mark.parametrize("weights", [False, True])
def test_every_error_equals_its_plain_twin(effects, weights):
    data = sample(1)
    fit = ols(
        data, y="y", x=["x", "d"], fixed_effects=effects, grouped_by="g", weights="w" if weights else None
    )
    twin = Dense(data, ["x", "d"], effects, weights)
    g = data["g"].to_numpy()
    for j, term in enumerate(["x", "d"]):
        assert fit.coefficient(term) == pytest.approx(twin.b[j], abs=1e-11)
        for kind in ("iid", "HC0", "HC1", "HC2", "HC3", "CRV1", "CR2"):
            assert fit.standard_error(term, kind) == pytest.approx(twin.errors(kind, g)[j], rel=1e-9), kind
        assert fit.degrees_of_freedom(term, "CR2") == pytest.approx(twin.satterthwaite(j, g), rel=1e-8)
        singles = np.arange(data.height)
        assert fit.degrees_of_freedom(term, "HC2") == pytest.approx(twin.satterthwaite(j, singles), rel=1e-8)
    assert fit.rank == twin.rank and fit.terms[-2:] == ("x", "d")


def test_effects_nested_in_clusters_saturate_them_and_cr2_survives():
    data = sample(2)
    fit = ols(data, y="y", x=["x"], fixed_effects="g", grouped_by="g")
    twin = Dense(data, ["x"], ["g"])
    g = data["g"].to_numpy()
    assert fit.standard_error("x", "CR2") == pytest.approx(twin.errors("CR2", g)[0], rel=1e-8)
    assert fit.degrees_of_freedom("x", "CR2") == pytest.approx(twin.satterthwaite(0, g), rel=1e-8)
    # effects that lie within clusters are not counted again, as in fixest and reghdfe
    n, n_g = data.height, len(np.unique(g))
    plain = twin.errors("CRV1", g)[0] ** 2 / ((n - 1) / (n - twin.rank)) * (n - 1) / (n - 2)
    assert fit.standard_error("x", "CRV1") == pytest.approx(np.sqrt(plain), rel=1e-9) and n_g > 1


def test_agreement_with_statsmodels():
    data = sample(3)
    x = sm.add_constant(data.select("x", "d").to_numpy())
    fit = ols(data, y="y", x=["x", "d"], grouped_by="g")
    for kind, oracle in (("HC1", {}), ("HC3", {}), ("CRV1", {"groups": data["g"].to_numpy()})):
        name = "cluster" if kind == "CRV1" else kind
        model = sm.OLS(data["y"].to_numpy(), x).fit(cov_type=name, cov_kwds=oracle or None)
        assert [fit.standard_error(t, kind) for t in fit.terms] == pytest.approx(list(model.bse), rel=1e-10)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100), shift=st.floats(-50, 50))
def test_invariance_to_order_and_units(seed, scale, shift):
    data = sample(seed % 50)
    kinds = ("iid", "HC2", "CRV1", "CR2")
    base = ols(data, y="y", x=["x", "d"], fixed_effects="f", grouped_by="g")
    mixed = data.sample(fraction=1, shuffle=True, seed=seed).with_columns(y=pl.col("y") * scale + shift)
    moved = ols(mixed, y="y", x=["x", "d"], fixed_effects="f", grouped_by="g")
    assert moved.coefficient("x") == pytest.approx(scale * base.coefficient("x"), rel=1e-6, abs=1e-9 * scale)
    for kind in kinds:
        assert moved.standard_error("x", kind) == pytest.approx(
            scale * base.standard_error("x", kind), rel=1e-6
        )


def test_text_becomes_indicators_and_collinear_terms_are_told():
    data = sample(4).with_columns(kind=pl.Series(["b", "a", "c"] * 20), twice=pl.col("x") * 2)
    fit = ols(data, y="y", x=["kind", "x", "twice"])
    assert fit.terms == ("(constant)", "kind[b]", "kind[c]", "x") and fit.collinear == ("twice",)
    with pytest.raises(CannotBeSaid, match="already imply"):
        fit.coefficient("twice")
    with pytest.raises(CannotBeSaid):
        ols(data, y="y", x=["d"], fixed_effects="g").coefficient("d")


def test_wald_equals_its_formula():
    data = sample(5)
    fit = ols(data, y="y", x=["x", "d"], grouped_by="g")
    v, b = fit.covariance("CRV1")[1:, 1:], fit.coefficients[1:]
    test = fit.wald(["x", "d"])
    assert test.statistic == pytest.approx(b @ np.linalg.inv(v) @ b / 2)
    assert (test.df1, test.df2) == (2, fit.n_groups - 1)


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda d: d.with_columns(x=pl.lit(None, pl.Float64)), "missing values"),
        (lambda d: d.with_columns(x=pl.lit("a")), "numbers|row|imply|term"),
        (lambda d: d.drop("x"), "not in the data"),
        (lambda d: d.with_columns(x=pl.lit(float("inf"))), "infinite"),
    ],
)
def test_bad_columns_are_named(change, match):
    with pytest.raises((BadInput, CannotBeSaid), match=match):
        ols(change(sample(6)), y="y", x=["x"]).coefficient("x")


def test_degenerate_input():
    data = sample(7)
    with pytest.raises(BadInput, match="weight"):
        ols(data.with_columns(w=-pl.col("w")), y="y", x=["x"], weights="w")
    with pytest.raises(CannotBeSaid, match="no complete row"):
        ols(data.with_columns(y=pl.lit(None, pl.Float64)), y="y", x=["x"], missing="drop")
    with pytest.raises(CannotBeSaid, match="parameters"):
        ols(data.head(2), y="y", x=["x"]).standard_error("x", "iid")
    with pytest.raises(CannotBeSaid, match="one cluster"):
        ols(data.with_columns(g=1), y="y", x=["x"], grouped_by="g").standard_error("x", "CRV1")
    with pytest.raises(CannotBeSaid, match="one cluster"):
        ols(data.with_columns(g=1), y="y", x=["x"], grouped_by="g").table()
    with pytest.raises(CannotBeSaid, match="one cluster"):
        wild_bootstrap(ols(data.with_columns(g=1), y="y", x=["x"], grouped_by="g"), "x")
    two = ols(data.with_columns(g=pl.col("d")), y="y", x=["d"], grouped_by="g")
    assert (
        two.table("CR2").row(1)[2:] == (None,) * 6 == two.table("CRV1").row(1)[2:]
    )  # a cluster on each side
    with pytest.raises(CannotBeSaid, match="whole side"):
        wild_bootstrap(two, "d")
    flat = ols(data.with_columns(y=pl.lit(4.0)), y="y", x=["x"]).table()
    assert flat["p_value"].null_count() == flat["standard_error"].null_count() >= 1
    with pytest.raises(BadInput, match="without clusters"):
        ols(data, y="y", x=["x"]).standard_error("x", "CRV1")
    dropped = ols(data.with_columns(x=pl.when(pl.col("f") > 0).then("x")), y="y", x=["x"], missing="drop")
    assert dropped.n_dropped == (data["f"] == 0).sum() and dropped.n + dropped.n_dropped == data.height


def test_wild_bootstrap_equals_its_plain_twin():
    """The twin rebuilds every bootstrap sample and refits it."""
    data = sample(8, n_groups=6)
    fit = ols(data, y="y", x=["x", "d"], fixed_effects="f", grouped_by="g")
    boot = wild_bootstrap(fit, "d", interval=True)
    z = np.column_stack(
        [data["d"], data["x"], *[(data["f"] == v).cast(pl.Float64) for v in sorted(set(data["f"]))]]
    ).astype(float)
    y, g = data["y"].to_numpy(), data["g"].to_numpy()
    n, k, n_g = len(y), z.shape[1], len(set(g))

    def t_of(y):
        b, bread = np.linalg.lstsq(z, y, rcond=None)[0], np.linalg.inv(z.T @ z)
        e = y - z @ b
        s = np.array([z[g == c].T @ e[g == c] for c in range(n_g)])
        v = bread @ s.T @ s @ bread * n_g / (n_g - 1) * (n - 1) / (n - k)
        return b[0] / np.sqrt(v[0, 0])

    def p_of(y):
        fitted = z[:, 1:] @ np.linalg.lstsq(z[:, 1:], y, rcond=None)[0]
        signs = [np.array([1 - 2 * ((s >> c) & 1) for c in range(n_g)]) for s in range(2**n_g)]
        drawn = np.array([t_of(fitted + (y - fitted) * v[g]) for v in signs])
        return (np.abs(drawn) >= abs(t_of(y)) * (1 - 1e-9)).mean()

    assert boot.exact and boot.n_draws == 2**n_g and boot.t == pytest.approx(t_of(y), rel=1e-9)
    assert boot.p_value == pytest.approx(p_of(y))
    for edge, side in ((boot.low, -1), (boot.high, 1)):
        if edge is not None:
            assert p_of(y - (edge - side * 1e-6) * z[:, 0]) > 0.05 >= p_of(y - (edge + side * 1e-3) * z[:, 0])
