"""Tipping: how far one weight would have to move before another unit leads."""

from __future__ import annotations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .doubts import WeightRange
from .index_recipe import IndexRecipe
from .rank_uncertainty import replay

_SCHEMA = {"code": pl.String, "factor": pl.Float64, "leader": pl.String, "overtaken_by": pl.String}


def tipping_weights(
    recipe: IndexRecipe, data: pl.DataFrame, *, most: float = 4.0, steps: int = 400
) -> pl.DataFrame:
    """For every indicator the nearest change of its weight, the others as they are, that costs the leader the lead.

    Weights are tried on an even grid from nothing to ``most`` times what they are, so ``factor`` is exact to
    ``most / steps``. A tie for the lead is no loss of it.

    Returns:
        ``code``, ``factor`` (0.5 means half the weight; null where no weight within the range is enough),
        ``leader``, ``overtaken_by``; the smallest changes first.

    Raises:
        CannotBeSaid: two units share the lead, or none has a rank.

    >>> from nanduti.methods import indices
    >>> r = indices.parse('''
    ... recipe: small
    ... index: {code: I, children: [{code: a}, {code: b}]}
    ... steps: [{normalise: {method: none}}, aggregate]
    ... ''')
    >>> d = pl.DataFrame({"unit": ["A", "B"], "a": [0.8, 0.2], "b": [0.3, 0.6]})
    >>> tipping_weights(r, d).select("code", pl.col("factor").round(2), "overtaken_by").rows()
    [('a', 0.49, 'B'), ('b', 2.01, 'B')]
    """
    if steps < 2 or most <= 1:
        raise BadInput(
            place="the grid of weights", problem="is too short", remedy="Take most above 1 and many steps."
        )
    rows = [_tip(recipe, data, code, most, steps) for code in recipe.structure.indicators]
    found = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return found.sort((pl.col("factor") - 1).abs(), nulls_last=True, maintain_order=True)


def _tip(
    recipe: IndexRecipe, data: pl.DataFrame, code: str, most: float, steps: int
) -> tuple[str, float | None, str, str | None]:
    present = recipe.structure[code].weight
    doubt = WeightRange(code, 0.0, most * (present or 1.0))
    grid = np.linspace(0.0, 1.0, steps + 1)
    others = [recipe.structure[c].weight for c in recipe.structure.indicators if c != code]
    if not any(others):
        grid = grid[1:]  # without it nothing is left of the index
    runs = replay(recipe, data, [doubt], pl.DataFrame({doubt.name: grid}))
    leaders = np.flatnonzero(runs.nominal == 1)
    if len(leaders) != 1:
        raise CannotBeSaid(
            what="What would change the lead",
            why="no unit leads alone",
            remedy="See which weights or scores would part them.",
        )
    leader = int(leaders[0])
    ranks = np.asarray(runs.ranks, dtype=float)
    lost = np.flatnonzero(ranks[:, leader] > 1)
    if not lost.size or not present:
        return code, None, runs.units[leader], None
    factors = grid * most
    nearest = int(lost[np.abs(factors[lost] - 1).argmin()])
    winner = int(np.nanargmin(ranks[nearest]))
    return code, float(factors[nearest]), runs.units[leader], runs.units[winner]
