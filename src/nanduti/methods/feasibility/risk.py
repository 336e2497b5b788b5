"""Risk: thousands of full re-runs of a study under uncertain, correlated numbers."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr
from scipy.stats import rankdata

from nanduti.methods.values import BadInput, CannotBeSaid, mark
from nanduti.methods.values.guards import one_of

from .study import Study
from .variation import OUTCOMES, run_many

DISTRIBUTIONS = ("uniform", "triangular", "normal", "lognormal")


@dataclass(frozen=True)
class Uncertain:
    """How a number of the study may turn out, as a factor on what the study says.

    Attributes:
        address: as in :func:`~nanduti.methods.feasibility.vary`.
        distribution: ``uniform`` (low, high), ``triangular`` (low, mode, high), ``normal`` (mean, sd, cut at
            nil) or ``lognormal`` (mean, sd of the factor itself).
    """

    address: str
    distribution: str = "triangular"
    low: float = 0.8
    mode: float = 1.0
    high: float = 1.2
    mean: float = 1.0
    sd: float = 0.1


@dataclass(frozen=True)
class Risk:
    """What many runs say.

    Attributes:
        runs: one row for each run: the factors, then the outcomes (null where a rate cannot be said).
        risk_of_loss: share of runs with a negative NPV on total capital; ``standard_error`` of that share.
        quantiles: 5, 25, 50, 75 and 95 % of each outcome, mean, sd, and how many runs have no figure.
        drivers: rank correlation of each factor with the NPV, the strongest first; null where one is constant.
    """

    runs: pl.DataFrame
    risk_of_loss: float
    standard_error: float
    quantiles: pl.DataFrame
    drivers: pl.DataFrame


def monte_carlo(
    study: Study,
    uncertain: Sequence[Uncertain],
    *,
    n_runs: int = 10_000,
    seed: int,
    correlations: Mapping[tuple[str, str], float] | None = None,
) -> Risk:
    """Draw factors, re-run the whole model for each draw, and say how likely a loss is.

    Correlations are of the normal scores behind the factors (a Gaussian copula). Each address draws from its
    own stream, so that adding one leaves the draws of the others as they were when nothing is correlated.

    Raises:
        BadInput: no number to vary, one named twice, a distribution without width or out of order.
        CannotBeSaid: the correlations contradict one another.
    """
    if n_runs < 2:
        raise BadInput(place=f"{n_runs} runs", problem="are too few", remedy="Ask for 1000 or more.")
    _check(uncertain)
    factors = draw_factors(uncertain, n_runs=n_runs, seed=seed, correlations=correlations or {})
    got = run_many(study, factors)
    columns = {f"factor {k}": v for k, v in factors.items()}
    runs = pl.DataFrame(columns | got).with_columns(pl.col(OUTCOMES).fill_nan(None))
    loss = float(np.mean(got["npv_total"] < 0))
    return Risk(
        runs,
        loss,
        float(np.sqrt(loss * (1 - loss) / n_runs)),
        _quantiles(got),
        _drivers(factors, got["npv_total"]),
    )


def draw_factors(
    uncertain: Sequence[Uncertain], *, n_runs: int, seed: int, correlations: Mapping[tuple[str, str], float]
) -> dict[str, np.ndarray]:
    """The factors of all runs, address by address."""
    names = [u.address for u in uncertain]
    scores = np.stack(
        [np.random.default_rng([seed, zlib.crc32(n.encode())]).standard_normal(n_runs) for n in names]
    )
    if correlations:
        scores = _cholesky(names, correlations) @ scores
    return {u.address: _quantile(u, z) for u, z in zip(uncertain, scores, strict=True)}


def _quantile(u: Uncertain, z: np.ndarray) -> np.ndarray:
    if u.distribution == "normal":
        return np.maximum(u.mean + u.sd * z, 0.0)
    if u.distribution == "lognormal":
        spread = np.log1p((u.sd / u.mean) ** 2)
        return np.exp(np.log(u.mean) - spread / 2 + np.sqrt(spread) * z)
    p = ndtr(z)
    if u.distribution == "uniform":
        return u.low + p * (u.high - u.low)
    split = (u.mode - u.low) / (u.high - u.low)
    left = u.low + np.sqrt(p * (u.high - u.low) * (u.mode - u.low))
    right = u.high - np.sqrt((1 - p) * (u.high - u.low) * (u.high - u.mode))
    return np.where(p < split, left, right)


def _check(uncertain: Sequence[Uncertain]) -> None:
    names = [u.address for u in uncertain]
    if not names or len(set(names)) < len(names):
        raise BadInput(
            place=mark("uncertain numbers"),
            problem=mark("are none, or one is named twice"),
            remedy=mark("Name each number to vary once."),
        )
    for u in uncertain:
        one_of(u.distribution, DISTRIBUTIONS, f"{u.address}, distribution")
        if u.distribution in ("uniform", "triangular"):
            good = 0 <= u.low < u.high and (u.distribution == "uniform" or u.low <= u.mode <= u.high)
        else:
            good = u.mean > 0 and u.sd > 0
        if not good:
            raise BadInput(
                place=f"distribution of {u.address!r}",
                problem=mark("is out of order, without width or negative"),
                remedy=mark("Give low, mode and high in this order, or mean and sd above zero."),
            )


def _cholesky(names: list[str], correlations: Mapping[tuple[str, str], float]) -> np.ndarray:
    matrix = np.eye(len(names))
    for (a, b), r in correlations.items():
        for name in (a, b):
            if name not in names:
                raise BadInput(
                    place=f"correlation of {name!r}",
                    problem=mark("names a number that does not vary"),
                    remedy=mark("Use the addresses of the uncertain numbers."),
                )
        if a == b or not -1 <= r <= 1:
            raise BadInput(
                place=f"correlation of {a!r} and {b!r}",
                problem=mark("is not between −1 and 1, or joins a number to itself"),
                remedy=mark("Give one figure for each pair."),
            )
        matrix[names.index(a), names.index(b)] = matrix[names.index(b), names.index(a)] = r
    values, vectors = np.linalg.eigh(matrix)
    if values[0] < -1e-9:
        raise CannotBeSaid(
            what="The risk", why="the correlations contradict one another", remedy="Lower some of them."
        )
    return vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T


def _quantiles(got: dict[str, np.ndarray]) -> pl.DataFrame:
    rows = []
    for name in OUTCOMES:
        values = got[name][~np.isnan(got[name])]
        if values.size:
            q = [float(x) for x in np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])]
            spread = float(values.std(ddof=1)) if values.size > 1 else None
            row = [*q, float(values.mean()), spread]
        else:
            row = [None] * 7
        rows.append((name, *row, int(got[name].size - values.size)))
    names = ["outcome", "q05", "q25", "q50", "q75", "q95", "mean", "sd", "n_without_figure"]
    kinds = [pl.String, *[pl.Float64] * 7, pl.Int64]
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


def _drivers(factors: dict[str, np.ndarray], npv: np.ndarray) -> pl.DataFrame:
    ranks = rankdata(npv)
    rows = []
    for name, values in factors.items():
        constant = np.ptp(values) == 0 or np.ptp(npv) == 0
        rows.append((name, None if constant else float(np.corrcoef(rankdata(values), ranks)[0, 1])))
    frame = pl.DataFrame(rows, schema={"address": pl.String, "rank_correlation": pl.Float64}, orient="row")
    return frame.sort(pl.col("rank_correlation").abs(), descending=True, nulls_last=True)
