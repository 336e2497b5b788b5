"""How much a respondent-driven estimate would vary: the recruitment replayed on an estimated population.

After Gile (2011, JASA 106, 135–146, section 4). From the sample a population is built with the estimated
number of units of every degree and category. The observed forest is kept; its places are filled again,
wave by wave: seeds at random from the population, every recruit first by category, according to whom the
recruiter's category recruits and how many of each are left, then by degree among those left. The
estimator is applied to every replay.

Whom a category recruits is estimated from the recruitments with the depletion of the population taken
out: the chance that a recruiter of category i brings category j at a given wave is proportional to
m[i, j]·a[j], a being the share of j's links still free; m is fitted by maximum likelihood. Without that
correction a replay of a large sample depletes twice and misses the estimate by several errors (measured on
the known networks of the tests).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput

from .rds_weights import gile_inclusion, rds_i_shares
from .recruitment import Recruitment, transition_counts

#: With no population given the sample is taken as a very small part of a very large one.
ENDLESS = 1000


@dataclass(frozen=True)
class Cells:
    """Respondents gathered into kinds alike in category, degree and answer, sorted by category.

    Attributes:
        of_row: kind, per respondent.
        category: category, per kind.
        degree: degree, per kind.
        values: answers, and in the last column whether there is one, shape (kinds, columns + 1).
        seen: respondents, per kind.
    """

    of_row: np.ndarray
    category: np.ndarray
    degree: np.ndarray
    values: np.ndarray
    seen: np.ndarray

    @classmethod
    def of(cls, recruited: Recruitment, codes: np.ndarray, per_row: np.ndarray) -> Cells:
        """The kinds in a sample."""
        keys = np.column_stack([codes, recruited.degree, per_row])
        kinds, of_row, seen = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
        return cls(of_row.ravel(), kinds[:, 0].astype(np.int64), kinds[:, 1], kinds[:, 2:], seen)


def bootstrap(
    recruited: Recruitment,
    cells: Cells,
    method: str,
    population: int | None,
    replicates: int,
    seed: int | None,
) -> np.ndarray:
    """The estimates in every replay, shape (replicates, columns of the outcome)."""
    if seed is None:
        raise BadInput(
            place="seed",
            problem="is missing",
            remedy="Give a whole number, so that the draw can be repeated.",
        )
    if replicates < 50:
        raise BadInput(
            place=f"replicates={replicates}", problem="is too few", remedy="Use 200 or more (500 as a rule)."
        )
    stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([int(seed), 0xD50])))
    size = ENDLESS * recruited.n if population is None else population
    degrees, of_cell = np.unique(cells.degree, return_inverse=True)
    chance = gile_inclusion(degrees, np.bincount(of_cell, weights=cells.seen), size)[of_cell]
    estimated = cells.seen / chance
    estimated *= size / estimated.sum()
    taken = _replay(recruited, cells, estimated, replicates, stream)
    return _estimates(recruited, cells, taken, method, size, degrees, of_cell)


def mixing(recruited: Recruitment, cells: Cells, links: np.ndarray) -> np.ndarray:
    """Whom each category would recruit from an untouched population, rows adding up to one.

    Args:
        recruited: the recruitment forest.
        cells: its kinds.
        links: estimated number of links (units × degree) of every category.
    """
    k, codes, wave = len(links), cells.category[cells.of_row], recruited.wave
    n_waves = int(wave.max()) + 1
    used = np.zeros((n_waves, k))
    np.add.at(used, (wave, codes), recruited.degree)
    # In the middle of a wave half of its members are gone.
    free = np.clip(1 - (np.cumsum(used, axis=0) - used / 2) / links, 0.02, 1.0)
    counts = transition_counts(recruited.parent, codes, k).astype(float)
    recruits = np.flatnonzero(recruited.parent >= 0)
    tries = np.zeros((k, n_waves))
    np.add.at(tries, (codes[recruited.parent[recruits]], wave[recruits]), 1)
    found = np.tile(links / links.sum(), (k, 1))
    for _ in range(500):
        # Minorise–maximise for proportional chances with known offsets (Hunter 2004).
        exposure = (tries / np.maximum(found @ free.T, 1e-300)) @ free
        fresh = np.where(counts.sum(axis=1, keepdims=True) > 0, counts / np.maximum(exposure, 1e-300), found)
        fresh /= fresh.sum(axis=1, keepdims=True)
        moved = float(np.max(np.abs(fresh - found)))
        found = fresh
        if moved < 1e-10:
            break
    return found


def _replay(
    recruited: Recruitment,
    cells: Cells,
    estimated: np.ndarray,
    replicates: int,
    stream: np.random.Generator,
) -> np.ndarray:
    """Kinds that fill the places of the forest in every replay, shape (places, replicates)."""
    k, b = int(cells.category.max()) + 1, np.arange(replicates)
    bounds = np.searchsorted(cells.category, np.arange(k + 1))
    sums = np.add.reduceat
    links = sums(estimated * cells.degree, bounds[:-1])
    habits = mixing(recruited, cells, links)
    left = _whole_units(estimated, replicates, stream)
    units, free = sums(left, bounds[:-1], axis=1), sums(left * cells.degree, bounds[:-1], axis=1)
    start = np.maximum(free, 1e-9)
    taken = np.empty((recruited.n, replicates), dtype=np.int64)
    for place, parent in enumerate(recruited.parent):
        if parent < 0:
            pull, weight = units, left
        else:
            pull = habits[cells.category[taken[parent]]] * free / start
            weight = left * cells.degree
        # Where the wanted categories are used up, whoever is left.
        pull = np.where((pull.sum(axis=1) > 0)[:, None], pull, units)
        category = _pick(pull, stream.random(replicates))
        inside = weight * (cells.category == category[:, None])
        kind = _pick(inside, stream.random(replicates))
        taken[place] = kind
        left[b, kind] -= 1
        units[b, category] -= 1
        free[b, category] -= cells.degree[kind]
    return taken


def _whole_units(estimated: np.ndarray, replicates: int, stream: np.random.Generator) -> np.ndarray:
    """Whole units per kind whose expected number is the estimate, shape (replicates, kinds).

    Rounded along the running total, so that categories (which are neighbours) and the population keep their
    size to one unit; rounding every kind by itself would add a spread of its own.
    """
    reached = np.concatenate([[0.0], np.cumsum(estimated)])
    return np.diff(np.floor(reached + stream.random((replicates, 1))), axis=1)


def _pick(weights: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """One column per row, with chances proportional to the weights."""
    reached = np.cumsum(weights, axis=1)
    at = (reached <= (uniform * reached[:, -1])[:, None]).sum(axis=1)
    # Rounding may step past the last positive weight: go back to it.
    last = weights.shape[1] - 1 - np.argmax(weights[:, ::-1] > 0, axis=1)
    return np.minimum(at, last)


def _estimates(
    recruited: Recruitment,
    cells: Cells,
    taken: np.ndarray,
    method: str,
    size: int,
    degrees: np.ndarray,
    of_cell: np.ndarray,
) -> np.ndarray:
    replicates = taken.shape[1]
    flat = taken + np.arange(replicates) * len(cells.seen)
    seen = np.bincount(flat.ravel(), minlength=replicates * len(cells.seen)).reshape(replicates, -1)
    if method == "I":
        return np.array([_rds_i(recruited, cells, column) for column in taken.T])
    if method == "SS":
        per_degree = np.zeros((replicates, len(degrees)))
        for kind, degree in enumerate(of_cell):
            per_degree[:, degree] += seen[:, kind]
        weights = seen / gile_inclusion(degrees, per_degree, size)[:, of_cell]
    else:
        weights = seen / cells.degree if method == "II" else seen.astype(float)
    sums = weights @ cells.values
    return sums[:, :-1] / np.maximum(sums[:, -1:], 1e-300)


def _rds_i(recruited: Recruitment, cells: Cells, kinds: np.ndarray) -> np.ndarray:
    codes, k = cells.category[kinds], cells.values.shape[1] - 1
    moves = transition_counts(recruited.parent, codes, k)
    if (moves.sum(axis=1) == 0).any():
        # A category that recruits nobody in a replay: half a recruit each way keeps the chain joined.
        moves = moves + 0.5
        reach = np.linalg.matrix_power(moves / moves.sum(axis=1, keepdims=True), 256)[0]
        weight = np.bincount(codes, weights=1 / cells.degree[kinds], minlength=k)
        shares = reach * weight / np.maximum(np.bincount(codes, minlength=k), 1)
        return shares / shares.sum()
    return rds_i_shares(recruited.parent, cells.degree[kinds], codes, k)
