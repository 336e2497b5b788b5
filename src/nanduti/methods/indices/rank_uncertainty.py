"""Uncertainty: how far ranks move when the choices behind them are made otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .doubts import Doubt, WeightNoise, choices, settled
from .engine import run
from .frames import ranks, whole_ranks, without_noise
from .index_recipe import IndexRecipe


@dataclass(frozen=True, eq=False)
class RankUncertainty:
    """Scores and ranks of every unit under many versions of an index.

    Attributes:
        units: unit names, in the order of the columns below.
        nominal: ranks under the recipe as written.
        scores: index scores, shape ``(replications, units)``.
        ranks: ranks, same shape; 1 is best, ties share the better rank, NaN where there is no score.
        design: one column per doubt with the choice made in each replication (place of the option, or
            the number drawn).
        unit: name of the unit column in frames.
    """

    units: tuple[str, ...]
    nominal: np.ndarray
    scores: np.ndarray
    ranks: np.ndarray
    design: pl.DataFrame
    unit: str = "unit"

    def summary(self, quantiles: Sequence[float] = (0.05, 0.95)) -> pl.DataFrame:
        """Per unit: nominal rank, mean and median rank, quantiles, best and worst rank, share at nominal.

        Quantiles interpolate between order statistics (type 7).
        """
        asked = (0.5, *quantiles)
        found, mean = _rank_statistics(self.ranks, asked)
        columns: dict[str, Any] = {self.unit: self.units, "nominal_rank": self.nominal, "mean_rank": mean}
        columns["median_rank"] = found[0]
        for q, values in zip(quantiles, found[1:], strict=True):
            columns[f"rank_q{100 * q:g}"] = values
        columns["best_rank"] = self.ranks.min(axis=0)
        columns["worst_rank"] = self.ranks.max(axis=0)
        columns["share_at_nominal"] = self._share(self.ranks == self.nominal)
        return pl.DataFrame(columns).with_columns(pl.col(pl.Float64).fill_nan(None))

    def top_share(self, m: int) -> pl.DataFrame:
        """Share of the versions in which a unit is among the first ``m``."""
        found = pl.DataFrame({self.unit: self.units, "top_share": self._share(self.ranks <= m)})
        return found.with_columns(pl.col("top_share").fill_nan(None))

    def rank_shares(self) -> pl.DataFrame:
        """How often each unit stands at each rank: ``rank`` and ``share`` of the versions; ties share the better.

        Ranks at which a unit never stands are left out; a unit that some version does not rank has no rows.
        """
        columns = np.asarray(self.ranks, dtype=float)
        rows = []
        for place, unit in enumerate(self.units):
            if np.isnan(columns[:, place]).any():
                continue
            found, counts = np.unique(columns[:, place], return_counts=True)
            rows += [(unit, int(r), float(n) / len(columns)) for r, n in zip(found, counts, strict=True)]
        schema = {self.unit: pl.String, "rank": pl.Int64, "share": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def _share(self, held: np.ndarray) -> np.ndarray:
        """Share of versions; NaN, not zero, for units that some version does not rank."""
        unknown = np.isnan(self.ranks).any(axis=0) if self.ranks.dtype.kind == "f" else False
        return np.where(unknown, np.nan, held.mean(axis=0))

    def beats_share(self, one: str, other: str) -> float:
        """Share of the versions in which one unit scores strictly above another."""
        for name in (one, other):
            if name not in self.units:
                raise BadInput(
                    place=f"unit {name!r}", problem="is not in the index", remedy="Correct the name."
                )
        a, b = (self.scores[:, self.units.index(name)] for name in (one, other))
        if np.isnan(a).any() or np.isnan(b).any():
            raise CannotBeSaid(
                what=f"Whether {one!r} stands above {other!r}",
                why="one of them has no score in some versions",
                remedy="See the reasons in the results of the index.",
            )
        return float((a > b).mean())

    def rank_shift(self) -> np.ndarray:
        """Mean absolute shift of rank against the nominal, per replication (Handbook 2008, p. 118)."""
        return np.nanmean(np.abs(self.ranks - self.nominal), axis=1)


def uncertainty(
    recipe: IndexRecipe,
    data: pl.DataFrame,
    doubts: Sequence[Doubt],
    *,
    n: int = 1000,
    seed: int,
) -> RankUncertainty:
    """Monte Carlo over choices of method and weights (Handbook 2008, step 7; Saisana et al. 2005).

    Args:
        doubts: what could have been chosen otherwise; see :class:`Alternatives`, :class:`WeightNoise`,
            :class:`WeightSets`, :class:`WeightRange`, :class:`Omission`.
        n: replications.
        seed: of the random choices; noise on weights has its own stream.

    >>> from nanduti.methods import indices
    >>> r = indices.parse('''
    ... recipe: small
    ... index: {code: I, children: [{code: a}, {code: b}]}
    ... steps: [{normalise: {method: minmax}}, aggregate]
    ... ''')
    >>> d = pl.DataFrame({"unit": ["A", "B", "C"], "a": [9.0, 5.0, 1.0], "b": [3.0, 2.0, 1.0]})
    >>> doubts = [indices.WeightNoise("weights", {1: 0.5})]
    >>> uncertainty(r, d, doubts, n=50, seed=1).summary()["share_at_nominal"].to_list()
    [1.0, 1.0, 1.0]
    """
    if n < 1:
        raise BadInput(place="n", problem=f"is {n}", remedy="Ask for at least one replication.")
    drawing, noise = _streams(seed)
    ready = settled(doubts, recipe.structure, noise)
    return _uncertainty(recipe, data, ready, choices(ready, drawing.random((n, len(ready)))))


def replay(
    recipe: IndexRecipe,
    data: pl.DataFrame,
    doubts: Sequence[Doubt],
    design: pl.DataFrame,
    *,
    seed: int | None = None,
) -> RankUncertainty:
    """Run a written-down design again, row by row.

    Args:
        design: one column per doubt, named as the doubt, with the place of the option chosen (from 0), or
            for a :class:`WeightRange` a number from 0 to 1.
        seed: the seed of the first run; needed to draw the same sets of a :class:`WeightNoise` again.
    """
    if seed is None and any(isinstance(doubt, WeightNoise) for doubt in doubts):
        raise BadInput(
            place="the seed",
            problem="is not given, so that the noise on weights cannot be drawn again",
            remedy="Give the seed of the first run, or the sets themselves as WeightSets.",
        )
    ready = settled(doubts, recipe.structure, _streams(seed or 0)[1])
    absent = [doubt.name for doubt in ready if doubt.name not in design.columns]
    if absent or not design.height:
        raise BadInput(
            place="the design",
            problem=f"has no column {absent[0]!r}" if absent else "is empty",
            remedy="Give one column per doubt and one row per replication.",
        )
    chosen = design.select(pl.col(doubt.name).cast(pl.Float64) for doubt in ready).to_numpy()
    for j, doubt in enumerate(ready):
        most = doubt.n_choices - 1 if doubt.n_choices else 1
        if np.isnan(chosen[:, j]).any() or chosen[:, j].min() < 0 or chosen[:, j].max() > most:
            raise BadInput(
                place=f"column {doubt.name!r} of the design",
                problem=f"leaves the range 0 to {most}",
                remedy="Count options from 0.",
            )
    return _uncertainty(recipe, data, ready, chosen)


def _streams(seed: int) -> tuple[np.random.Generator, np.random.Generator]:
    first, second = np.random.SeedSequence(seed).spawn(2)
    return np.random.default_rng(first), np.random.default_rng(second)


def _uncertainty(
    recipe: IndexRecipe, data: pl.DataFrame, doubts: Sequence[Doubt], chosen: np.ndarray
) -> RankUncertainty:
    cache: dict[Any, Any] = {}
    _, nominal = run(recipe, data, (), np.zeros((1, 0)), cache)
    units, scores = run(recipe, data, doubts, chosen, cache)
    design = pl.DataFrame({d.name: chosen[:, j] for j, d in enumerate(doubts)})
    even = without_noise(scores)
    ranked = ranks(even) if np.isnan(even).any() else whole_ranks(even)
    return RankUncertainty(units, ranks(without_noise(nominal))[0], scores, ranked, design, recipe.unit)


def _rank_statistics(ranked: np.ndarray, quantiles: Sequence[float]) -> tuple[list[np.ndarray], np.ndarray]:
    """Quantiles and means of ranks per unit; counts are enough, so that nothing is sorted."""
    if ranked.dtype.kind == "f":
        return _some_unranked(ranked, quantiles)
    n, k = ranked.shape
    counts = np.bincount((ranked + np.arange(k) * (k + 1)).ravel(), minlength=k * (k + 1))
    counts = counts.reshape(k, k + 1)
    below = counts.cumsum(axis=1)
    found = []
    for q in quantiles:
        h = (n - 1) * q
        low = int(np.floor(h))
        first = (below <= low).sum(axis=1)
        second = (below <= min(low + 1, n - 1)).sum(axis=1)
        found.append(first + (h - low) * (second - first))
    return found, (counts * np.arange(k + 1)).sum(axis=1) / n


def _some_unranked(ranked: np.ndarray, quantiles: Sequence[float]) -> tuple[list[np.ndarray], np.ndarray]:
    """The same where some units have no rank; they get none here either."""
    known = ~np.isnan(ranked).all(axis=0)
    found = [np.full(ranked.shape[1], np.nan) for _ in range(len(quantiles) + 1)]
    if known.any():
        found[0][known] = np.nanmean(ranked[:, known], axis=0)
        for q, values in zip(quantiles, found[1:], strict=True):
            values[known] = np.nanquantile(ranked[:, known], q, axis=0)
    return found[1:], found[0]


def weight_stability(
    recipe: IndexRecipe, data: pl.DataFrame, *, factor: float = 0.5, n: int = 1000, seed: int
) -> pl.DataFrame:
    """Do the ranks hold when every weight moves by ± ``factor`` of itself?

    Returns:
        as :meth:`RankUncertainty.summary`.
    """
    levels = dict.fromkeys(set(recipe.structure.levels.values()), factor)
    levels.pop(recipe.structure.levels[recipe.structure.root.code])
    return uncertainty(recipe, data, [WeightNoise("weights", levels, n)], n=n, seed=seed).summary()
