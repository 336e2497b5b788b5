"""The engine of uncertainty analysis: many versions of one index at once, without a loop over them.

A Monte Carlo over choices of method has few distinct treated and normalised tables. Each of those is made
once; the thousands of weightings laid over it are one matrix product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .aggregation import Majority, Mean, Rule
from .building import State, aggregation_of, prepared, vetoed_units
from .doubts import Alternatives, Doubt, weight_table
from .frames import Matrix
from .index_recipe import IndexRecipe
from .outranking import TIE
from .structure import Structure

# Numbers held at once in one block of work; 4 million floats are 32 MB.
_BLOCK = 4_000_000


def run(
    recipe: IndexRecipe,
    data: pl.DataFrame,
    doubts: Sequence[Doubt],
    chosen: np.ndarray,
    cache: dict[Any, State] | None = None,
) -> tuple[tuple[str, ...], np.ndarray]:
    """Index scores of every unit under every row of choices.

    Returns:
        the units, and scores of shape ``(replications, units)``.
    """
    cache = {} if cache is None else cache
    ways = [j for j, doubt in enumerate(doubts) if isinstance(doubt, Alternatives)]
    versions, version = _distinct(chosen[:, ways].astype(int))
    scores: np.ndarray | None = None
    units: tuple[str, ...] = ()
    for number, options in enumerate(versions):
        changed = _changed(recipe, [doubts[j] for j in ways], options)
        state = prepared(changed, data, cache)
        matrix, structure = state.matrix, state.structure
        rows = np.flatnonzero(version == number)
        # Weights may themselves be a step that is in doubt, so that each version has its own.
        weights = weight_table(doubts, structure, chosen[rows])
        found = score_replications(matrix, structure, weights, changed)
        if scores is None:
            units, scores = matrix.units, np.empty((len(chosen), len(matrix.units)))
        if matrix.units != units:
            raise CannotBeSaid(
                what="The uncertainty of ranks",
                why="some alternatives drop units that others keep",
                remedy="Screen and gate in the same way in all of them.",
            )
        scores[rows] = found
    if scores is None:
        raise BadInput(place="the design", problem="is empty", remedy="Give at least one replication.")
    vetoed = vetoed_units(recipe, data, units)
    scores[:, [units.index(name) for name in vetoed]] = np.nan
    return units, scores


def _changed(recipe: IndexRecipe, ways: Sequence[Any], options: Sequence[int]) -> IndexRecipe:
    changes: dict[str, dict[str, Any]] = {}
    for doubt, option in zip(ways, options, strict=True):
        changes.setdefault(doubt.step, {}).update(doubt.options[option])
    return recipe.changed(changes)


def _distinct(options: np.ndarray) -> tuple[list[tuple[int, ...]], np.ndarray]:
    if options.shape[1] == 0:
        return [()], np.zeros(len(options), dtype=int)
    base = options.max(axis=0) + 1
    # One number per combination: sorting plain integers is far quicker than sorting rows.
    key = np.ravel_multi_index(options.T, base)
    keys, version = np.unique(key, return_inverse=True)
    found = np.array(np.unravel_index(keys, base)).T
    return [tuple(int(v) for v in row) for row in found], version


def score_replications(
    matrix: Matrix, structure: Structure, weights: np.ndarray, recipe: IndexRecipe
) -> np.ndarray:
    """Scores of one table under many weightings, in blocks that fit in memory."""
    kinds, policy = aggregation_of(structure, recipe.aggregation)
    first = next(iter(kinds.values()))
    alike = len({_kind(kind) for kind in kinds.values()}) == 1
    if isinstance(first, Mean) and alike and not np.isnan(matrix.values).any():
        return _by_effective_weights(matrix, structure, weights, first)
    size = max(1, _BLOCK // max(1, len(matrix.units) * (4 + _widest(structure))))
    parts = [
        _by_levels(matrix, structure, weights[s : s + size], kinds, **policy)
        for s in range(0, len(weights), size)
    ]
    return np.concatenate(parts)


def _kind(rule: Rule) -> Any:
    return rule.exponent if isinstance(rule, Mean) else rule


def _widest(structure: Structure) -> int:
    return max(len(children) for children in structure.families.values())


def effective_weights(structure: Structure, weights: np.ndarray) -> np.ndarray:
    """Effective weights of the indicators (columns) for every row of weights among siblings."""
    place = {node.code: i for i, node in enumerate(structure.nodes)}
    effective = {structure.root.code: np.ones(len(weights))}
    for code in reversed(structure.groups):
        columns = [place[child] for child in structure.children(code)]
        total = weights[:, columns].sum(axis=1)
        above = effective[code] / np.where(total > 0, total, 1.0)
        for child, column in zip(structure.children(code), columns, strict=True):
            effective[child] = above * weights[:, column]
    return np.column_stack([effective[code] for code in structure.indicators])


def _by_effective_weights(
    matrix: Matrix, structure: Structure, weights: np.ndarray, mean: Mean
) -> np.ndarray:
    """One mean at every level: means of means are one mean with effective weights."""
    mean.check(matrix.values, lambda i, j: f"{matrix.codes[j]!r} of {matrix.units[i]!r}")
    return mean.unbend(product(effective_weights(structure, weights), mean.bend(matrix.values).T))


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a @ b`` in slices so small that the linear algebra library does not wake its threads.

    These products are short; on a busy machine starting threads for each took ten times the work itself.
    """
    rows, inner, columns = len(a), a.shape[1], b.shape[1]
    size = max(1, 200_000 // max(1, inner * columns))
    whole = rows // size * size
    out = np.empty((rows, columns))
    if whole:
        stack = np.ascontiguousarray(a[:whole]).reshape(-1, size, inner)
        np.matmul(stack, np.ascontiguousarray(b), out=out[:whole].reshape(-1, size, columns))
    out[whole:] = a[whole:] @ b
    return out


def _by_levels(
    matrix: Matrix,
    structure: Structure,
    weights: np.ndarray,
    kinds: Mapping[str, Rule],
    missing: str = "null",
    least_share: float = 0.0,
) -> np.ndarray:
    place = {node.code: i for i, node in enumerate(structure.nodes)}
    known: dict[str, np.ndarray] = {c: matrix.column(c)[None, :] for c in structure.indicators}
    for code in structure.groups:
        children = structure.children(code)
        w = weights[:, [place[child] for child in children]]
        scores = [known[child] for child in children]
        kind = kinds[code]
        if isinstance(kind, Mean):
            known[code] = _mean(scores, w, kind, missing == "available", least_share)
        elif isinstance(kind, Majority):
            known[code] = _majority(scores, w)
        else:
            raise BadInput(
                place=f"benefit of the doubt at {code!r}",
                problem="chooses its own weights and cannot be replayed under others",
                remedy="Compare it as another version with compare().",
            )
    return known[structure.root.code]


def _mean(
    scores: Sequence[np.ndarray], w: np.ndarray, mean: Mean, available: bool, least_share: float
) -> np.ndarray:
    total: np.ndarray | float = 0.0
    weight: np.ndarray | float = 0.0
    for q, score in enumerate(scores):
        gap = np.isnan(score)
        if mean.exponent != 1 and (score[~gap] <= 0).any():
            raise CannotBeSaid(
                what=f"The {mean.method} mean",
                why="a value below it is zero or negative",
                remedy="Normalise onto a positive range such as 1 to 100.",
            )
        part = np.where(gap, 0.0, mean.bend(np.where(gap, 1.0, score)))
        total = total + w[:, q, None] * part
        weight = weight + w[:, q, None] * ~gap
    whole = w.sum(axis=1)[:, None]
    share = np.asarray(weight) / np.where(whole > 0, whole, 1.0)
    enough = (share > 0) & (share >= least_share) if available else share >= 1 - 1e-12
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(enough, mean.unbend(np.asarray(total) / np.asarray(weight)), np.nan)


def _majority(scores: Sequence[np.ndarray], w: np.ndarray) -> np.ndarray:
    n = scores[0].shape[1]
    out = np.empty((len(w), n))
    block = max(1, _BLOCK // (n * n))
    for s in range(0, len(w), block):
        rows = slice(s, s + block)
        lead: np.ndarray | float = 0.0
        for q, score in enumerate(scores):
            x = score if len(score) == 1 else score[rows]
            lead = lead + w[rows, q, None, None] * np.sign(x[:, :, None] - x[:, None, :])
        scale = w[rows].sum(axis=1)[:, None, None] * TIE
        won = np.where(lead > scale, 1.0, 0.0) - np.where(lead < -scale, 1.0, 0.0)
        out[rows] = np.where(np.isnan(lead).any(axis=2), np.nan, won.sum(axis=2))
    return out
