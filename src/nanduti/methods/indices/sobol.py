"""Global sensitivity: which of the choices moves the ranks, alone and together with others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import scipy

from nanduti.methods.values import BadInput

from .doubts import Doubt, choices, settled
from .index_recipe import IndexRecipe
from .rank_uncertainty import RankUncertainty, _streams, _uncertainty


@dataclass(frozen=True, eq=False)
class SobolIndices:
    """Variance-based sensitivity indices.

    Attributes:
        names: inputs.
        first: first-order indices, shape ``(inputs, outputs)``: share of variance that would go if the
            input were known. Estimates may fall a little below 0.
        total: total indices, same shape: share that would stay if only this input were unknown.
        variance: of each output; where it is zero the indices are NaN.
        first_draws, total_draws: bootstrap draws, shape ``(draws, inputs, outputs)``, or ``None``.
    """

    names: tuple[str, ...]
    first: np.ndarray
    total: np.ndarray
    variance: np.ndarray
    first_draws: np.ndarray | None = None
    total_draws: np.ndarray | None = None

    def frame(self, outputs: Sequence[str] = ("output",), level: float = 0.9) -> pl.DataFrame:
        """One row per output and input: both indices and, if drawn, their bootstrap intervals."""
        columns: dict[str, Any] = {
            "output": [o for o in outputs for _ in self.names],
            "input": [name for _ in outputs for name in self.names],
            "first": self.first.T.ravel(),
            "total": self.total.T.ravel(),
        }
        for name, draws in (("first", self.first_draws), ("total", self.total_draws)):
            if draws is not None:
                low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], axis=0)
                columns[f"{name}_low"], columns[f"{name}_high"] = low.T.ravel(), high.T.ravel()
        return pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))


def sobol_indices(
    y: object,
    *,
    n: int,
    names: Sequence[str],
    n_resamples: int = 0,
    seed: int = 0,
    centred: bool = False,
) -> SobolIndices:
    """First-order and total Sobol indices from runs of a radial design.

    First order after Saltelli et al. (2010), total after Jansen (1999); the variance is that of the runs of
    both base samples together. All outputs are done in one pass.

    Args:
        y: outputs, ``(n (d + 2),)`` or ``(n (d + 2), outputs)``: the runs of sample A, of sample B, then
            for each input those of A with that input's column from B.
        names: the d inputs.
        n_resamples: bootstrap draws of rows, each taken with all its d + 2 runs.
        centred: take the mean of the base samples off the outputs before first-order indices are estimated.
            The answer sought is the same, and far less noisy where the mean is large beside the spread;
            published figures are often made without.

    >>> rng = np.random.default_rng(1)
    >>> a, b = rng.random((2, 4000, 2))
    >>> ab = [np.column_stack([b[:, 0], a[:, 1]]), np.column_stack([a[:, 0], b[:, 1]])]
    >>> y = np.concatenate([x[:, 0] for x in (a, b, *ab)])
    >>> sobol_indices(y, n=4000, names=["x", "z"]).total[:, 0].round(2).tolist()
    [0.98, 0.0]
    """
    runs = np.asarray(y, dtype=float)
    runs = runs.reshape(len(runs), -1) if runs.ndim != 2 else runs
    d = len(names)
    if d < 1 or n < 2 or len(runs) != n * (d + 2) or np.isnan(runs).any():
        raise BadInput(
            place="the runs",
            problem=f"are {len(runs)} (some missing?) for {d} inputs and n = {n}",
            remedy="Give n (d + 2) runs without gaps.",
        )
    a, b, mixed = runs[:n], runs[n : 2 * n], runs[2 * n :].reshape(d, n, -1)
    variance = np.concatenate([a, b]).var(axis=0, ddof=1)
    scale = np.where(variance > 0, variance, np.nan)
    # Row by row parts of the estimators; a bootstrap draw is a weighted mean of the same parts.
    middle = (a.mean(axis=0) + b.mean(axis=0)) / 2 if centred else 0.0
    first_part, total_part = (b - middle) * (mixed - a), (mixed - a) ** 2 / 2
    first, total = first_part.mean(axis=1) / scale, total_part.mean(axis=1) / scale
    if not n_resamples:
        return SobolIndices(tuple(names), first, total, variance)
    draws = _resampled(a, b, first_part, total_part, n_resamples, seed)
    return SobolIndices(tuple(names), first, total, variance, *draws)


def _resampled(
    a: np.ndarray, b: np.ndarray, first: np.ndarray, total: np.ndarray, n_resamples: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Bootstrap draws of both indices: one product of row counts with all parts at once."""
    d, n, k = first.shape
    counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_resamples) / n
    # Centring first keeps the variance from drowning in the square of a large mean.
    middle = np.concatenate([a, b]).mean(axis=0)
    a, b = a - middle, b - middle
    parts = np.concatenate([first, total, [(a + b) / 2], [(a * a + b * b) / 2]])
    drawn = counts @ parts.transpose(1, 0, 2).reshape(n, -1)
    drawn = drawn.reshape(n_resamples, 2 * d + 2, k)
    spread = (drawn[:, -1] - drawn[:, -2] ** 2) * (2 * n / (2 * n - 1))
    spread = np.where(spread > 0, spread, np.nan)[:, None]
    return drawn[:, :d] / spread, drawn[:, d : 2 * d] / spread


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Global sensitivity of an index.

    Attributes:
        shift: indices of the mean absolute rank shift: one answer for the whole ranking.
        units: indices of every unit's rank: one column per unit.
        uncertainty: the rank distribution over the two base samples.
        n: size of a base sample; runs: how many versions of the index were computed.
    """

    shift: SobolIndices
    units: SobolIndices
    uncertainty: RankUncertainty
    n: int
    n_runs: int

    def frame(self) -> pl.DataFrame:
        """Indices of the mean absolute rank shift, one row per doubt."""
        return self.shift.frame(["mean absolute rank shift"])

    def unit_frame(self) -> pl.DataFrame:
        """Indices of every unit's rank; null where a unit's rank never moves."""
        return self.units.frame(self.uncertainty.units)


def sensitivity(
    recipe: IndexRecipe,
    data: pl.DataFrame,
    doubts: Sequence[Doubt],
    *,
    n: int = 512,
    seed: int,
    n_resamples: int = 1000,
    sampler: str = "sobol",
) -> Sensitivity:
    """First-order and total Sobol indices of the ranking and of every unit's rank.

    Args:
        n: size of a base sample; ``n (d + 2)`` versions of the index are computed. Take a power of two.
        n_resamples: bootstrap draws for the intervals.
        sampler: ``sobol`` (scrambled low-discrepancy) or ``uniform``.
    """
    drawing, noise = _streams(seed)
    ready = settled(doubts, recipe.structure, noise)
    u = radial_design(n, len(ready), drawing, sampler)
    found = _uncertainty(recipe, data, ready, choices(ready, u))
    return sensitivity_of(found, n=n, n_resamples=n_resamples, seed=seed)


def sensitivity_of(
    runs: RankUncertainty, *, n: int, n_resamples: int = 0, seed: int = 0, centred: bool = True
) -> Sensitivity:
    """Sensitivity indices from runs of a radial design (A, then B, then one block per doubt).

    Args:
        centred: see :func:`sobol_indices`.
    """
    options = {
        "n": n,
        "names": tuple(runs.design.columns),
        "n_resamples": n_resamples,
        "seed": seed,
        "centred": centred,
    }
    shift = sobol_indices(runs.rank_shift(), **options)  # type: ignore[arg-type]
    units = _of_ranked_units(runs, options)
    base = RankUncertainty(
        runs.units, runs.nominal, runs.scores[: 2 * n], runs.ranks[: 2 * n], runs.design[: 2 * n], runs.unit
    )
    return Sensitivity(shift, units, base, n, len(runs.ranks))


def _of_ranked_units(runs: RankUncertainty, options: dict[str, Any]) -> SobolIndices:
    """Indices of every unit's rank; NaN for units that some version does not rank."""
    ranked = ~np.isnan(runs.ranks.astype(float)).any(axis=0)
    part = sobol_indices(runs.ranks[:, ranked], **options)

    def widened(found: np.ndarray | None) -> np.ndarray | None:
        if found is None or ranked.all():
            return found
        out = np.full((*found.shape[:-1], len(ranked)), np.nan)
        out[..., ranked] = found
        return out

    first, total = widened(part.first), widened(part.total)
    variance, draws = widened(part.variance), (widened(part.first_draws), widened(part.total_draws))
    return SobolIndices(part.names, first, total, variance, *draws)  # type: ignore[arg-type]


def radial_design(n: int, d: int, rng: np.random.Generator, sampler: str = "sobol") -> np.ndarray:
    """Points of the unit cube: A, B, then d copies of A with one column from B.

    >>> radial_design(4, 2, np.random.default_rng(0)).shape
    (16, 2)
    """
    if sampler == "sobol":
        both = scipy.stats.qmc.Sobol(2 * d, rng=rng).random_base2(int(np.ceil(np.log2(n))))[:n]
    elif sampler == "uniform":
        both = rng.random((n, 2 * d))
    else:
        raise BadInput(place=f"sampler {sampler!r}", problem="is not known", remedy="Use sobol or uniform.")
    a, b = both[:, :d], both[:, d:]
    mixed = np.repeat(a[None], d, axis=0)
    for j in range(d):
        mixed[j, :, j] = b[:, j]
    return np.concatenate([a, b, mixed.reshape(d * n, d)])
