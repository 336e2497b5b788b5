"""Explaining an index: what a score is made of, what would change it, and how two versions differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .aggregation import Mean
from .building import CompositeIndex, aggregation_of
from .multivariate import correlations

_Profile = dict[str, float]


def contributions(index: CompositeIndex, unit: str, *, against: str | None = None) -> pl.DataFrame:
    """What each indicator adds to a unit's score; the contributions add up exactly.

    Without ``against`` they add up to the score (arithmetic means only). With it they add up to the
    difference from another unit, or from the average profile (``against="mean"``): a geometric or harmonic
    mean is then split by its own logarithmic or reciprocal slope (in the manner of the logarithmic mean
    Divisia split of Ang 2004, one level at a time).

    Returns:
        ``indicator``, ``value`` and ``reference`` (normalised), ``effective_weight``, ``contribution``,
        largest first.

    Raises:
        CannotBeSaid: a unit without a score; a geometric mean without ``against``; outranking, which has no
            additive parts.
    """
    own = _profile(index, unit)
    reference = dict.fromkeys(own, 0.0) if against is None else _reference(index, against)
    parts = _split(index, own, reference, absolute=against is None)
    effective = index.structure.effective_weights()
    rows = [
        (code, own[code], None if against is None else reference[code], effective[code], parts[code])
        for code in index.structure.indicators
    ]
    names = ("indicator", "value", "reference", "effective_weight", "contribution")
    types = (pl.String, *(pl.Float64,) * 4)
    frame = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    return frame.fill_nan(None).sort("contribution", descending=True, maintain_order=True)


def _profile(index: CompositeIndex, unit: str) -> _Profile:
    rows = index.scores.filter(pl.col(index.recipe.unit) == unit)
    if not rows.height:
        raise CannotBeSaid(
            what=f"What the score of {unit!r} is made of",
            why="it is not in the index",
            remedy="Read its reason in the results, or correct the name.",
        )
    row = rows.row(0, named=True)
    profile = {
        code: np.nan if row[code] is None else float(row[code]) for code in row if code in index.structure
    }
    if np.isnan(profile[index.root]):
        raise CannotBeSaid(
            what=f"What the score of {unit!r} is made of", why="it has no score", remedy="See the results."
        )
    return profile


def _reference(index: CompositeIndex, against: str) -> _Profile:
    if against != "mean":
        return _profile(index, against)
    structure = index.structure
    kinds, _ = aggregation_of(structure, index.recipe.aggregation)
    out = {code: float(index.scores[code].mean()) for code in structure.indicators}  # type: ignore[arg-type]
    for code in structure.groups:
        children = structure.children(code)
        values = np.array([[out[child] for child in children]])
        weights = np.array([structure[child].weight for child in children])
        kind = _mean(kinds[code], code)
        out[code] = float(kind.unbend((kind.bend(values) * weights).sum(axis=1) / weights.sum())[0])
    return out


def _mean(kind: object, code: str) -> Mean:
    if not isinstance(kind, Mean):
        raise CannotBeSaid(
            what=f"What each indicator adds to {code!r}",
            why="duels and most favourable weights have no additive parts",
            remedy="Use compare() or drop_one().",
        )
    return kind


def _split(index: CompositeIndex, own: _Profile, reference: _Profile, *, absolute: bool) -> _Profile:
    """Walk down: a node's difference is a slope times its children's, so that the leaves add up exactly."""
    structure = index.structure
    kinds, _ = aggregation_of(structure, index.recipe.aggregation)
    factor: _Profile = {structure.root.code: 1.0}
    for code in reversed(structure.groups):
        kind, children = _mean(kinds[code], code), structure.children(code)
        if absolute and kind.exponent != 1:
            raise CannotBeSaid(
                what=f"What each indicator adds to {code!r}",
                why=f"a {kind.method} mean has no additive parts of its own",
                remedy="Say against= which unit, or against='mean'.",
            )
        known = [c for c in children if not np.isnan(own[c])]
        if not absolute and known != [c for c in children if not np.isnan(reference[c])]:
            raise CannotBeSaid(
                what=f"The difference at {code!r}",
                why="the two do not know the same indicators",
                remedy="Impute, or compare units with the same gaps.",
            )
        total = sum(structure[c].weight for c in known)
        for child in children:
            weight = structure[child].weight / total if child in known and total else 0.0
            bend = _slope(kind, own[child], reference[child]) if weight else 0.0
            unbend = _slope(kind, own[code], reference[code]) if weight else 1.0
            factor[child] = factor[code] * weight * bend / unbend
    return {
        code: factor[code] * (own[code] - reference[code]) if factor[code] else 0.0
        for code in structure.indicators
    }


def _slope(kind: Mean, a: float, b: float) -> float:
    """Rise of the mean's ``f`` between two values over their difference; its derivative where they meet."""
    e = kind.exponent
    if e == 1:
        return 1.0
    if abs(a - b) <= 1e-9 * max(abs(a), abs(b)):
        middle = (a + b) / 2
        return 1 / middle if e == 0 else e * middle ** (e - 1)
    return float(kind.bend(np.array(a)) - kind.bend(np.array(b))) / (a - b)


def strengths(index: CompositeIndex, unit: str, *, n: int = 5) -> pl.DataFrame:
    """A unit's best and worst indicators by rank among the units (profile sheet).

    Returns:
        ``kind`` (strength or weakness), ``indicator``, ``value`` (before treatment), ``rank``, ``n_units``.
    """
    own = _profile(index, unit)
    scores = index.scores
    raw = index.data.filter(pl.col(index.recipe.unit).cast(pl.String) == unit).row(0, named=True)
    rows = []
    for code in index.structure.indicators:
        if np.isnan(own[code]):
            continue
        better = int((scores[code] > own[code]).sum())
        rows.append((code, raw[code], better + 1, int(scores[code].is_not_null().sum())))
    rows.sort(key=lambda row: (row[2], row[0]))
    n = min(n, len(rows) // 2)
    chosen = [("strength", *row) for row in rows[:n]]
    chosen += [("weakness", *row) for row in reversed(rows[len(rows) - n :])]
    names = ("kind", "indicator", "value", "rank", "n_units")
    types = (pl.String, pl.String, pl.Float64, pl.Int64, pl.Int64)
    return pl.DataFrame(chosen, schema=dict(zip(names, types, strict=True)), orient="row", strict=False)


def what_if(index: CompositeIndex, changes: Mapping[str, Mapping[str, float | None]]) -> pl.DataFrame:
    """Scores and ranks if some raw values were others: the whole recipe runs again.

    Other units can move too, for ranges, outliers and ranks are relative.

    Args:
        changes: per unit the indicators (or other columns) and their new values.

    Returns:
        as :func:`compare`, the index as it is first.
    """
    data, unit = index.data, index.recipe.unit
    for name, values in changes.items():
        if name not in set(data[unit].cast(pl.String)):
            raise BadInput(place=f"unit {name!r}", problem="is not in the table", remedy="Correct the name.")
        for code, value in values.items():
            if code not in data.columns:
                raise BadInput(
                    place=f"column {code!r}", problem="is not in the table", remedy="Correct the code."
                )
            here = pl.col(unit).cast(pl.String) == name
            data = data.with_columns(
                pl.when(here).then(pl.lit(value, dtype=pl.Float64)).otherwise(pl.col(code)).alias(code)
            )
    return compare(index, index.rebuilt(data=data)).table


def drop_one(index: CompositeIndex, *, level: int | None = None) -> pl.DataFrame:
    """How much the ranking leans on each node: the index is built again without it.

    Args:
        level: nodes of this level; by default the indicators (1).

    Returns:
        ``removed``, ``mean_abs_rank_shift``, ``largest_shift``, ``unit`` that moves most, ``spearman`` with
        the ranking as it is; sorted by code order.
    """
    codes = index.structure.at_level(level or 1)
    if len([c for c in codes if c != index.root]) < 2:
        raise CannotBeSaid(
            what="The ranking without a node",
            why=f"level {level or 1} has fewer than two of them",
            remedy="Choose another level.",
        )
    rows = []
    for code in codes:
        found = compare(index, index.rebuilt(without=[code]))
        table = found.table.with_columns(pl.col("rank_change").abs().alias("shift"))
        worst = table.sort("shift", descending=True, nulls_last=True).row(0, named=True)
        rows.append(
            (code, found.mean_abs_rank_shift, worst["shift"], worst[index.recipe.unit], found.spearman)
        )
    names = ("removed", "mean_abs_rank_shift", "largest_shift", "unit", "spearman")
    types = (pl.String, pl.Float64, pl.Float64, pl.String, pl.Float64)
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two versions of an index side by side.

    Attributes:
        table: unit, ``score_before``, ``score_after``, ``rank_before``, ``rank_after``, ``rank_change``
            (positive: moved up), ``note`` for units that only one version ranks.
        mean_abs_rank_shift: over the units ranked by both; ``None`` if there are none.
        spearman: rank correlation of the two; ``None`` below three units.
        differences: what differs in the recipes, in words.
    """

    table: pl.DataFrame
    mean_abs_rank_shift: float | None
    spearman: float | None
    differences: tuple[str, ...]


def compare(before: CompositeIndex, after: CompositeIndex) -> Comparison:
    """Two versions of an index: who moved, by how much, and what was done otherwise."""
    unit = before.recipe.unit
    left = before.results.select(unit, score_before="score", rank_before="rank")
    right = after.results.select(
        pl.col(after.recipe.unit).alias(unit), score_after="score", rank_after="rank"
    )
    table = left.join(right, on=unit, how="full", coalesce=True, maintain_order="left_right")
    table = table.with_columns(
        (pl.col("rank_before") - pl.col("rank_after")).alias("rank_change"),
        pl.when(pl.col("rank_before").is_null() & pl.col("rank_after").is_not_null())
        .then(pl.lit("ranked only after"))
        .when(pl.col("rank_after").is_null() & pl.col("rank_before").is_not_null())
        .then(pl.lit("ranked only before"))
        .when(pl.col("rank_after").is_null())
        .then(pl.lit("ranked by neither"))
        .alias("note"),
    )
    both = table.filter(pl.col("rank_change").is_not_null())
    shift = float(both["rank_change"].abs().mean()) if both.height else None  # type: ignore[arg-type]
    scores = both.select(unit, "score_before", "score_after")
    spearman = None
    if both.height > 2:
        found = correlations(
            scores, rows=["score_before"], columns=["score_after"], method="spearman", unit=unit
        )
        spearman = found["correlation"].item()
    return Comparison(table, shift, spearman, _differences(before, after))


def _differences(before: CompositeIndex, after: CompositeIndex) -> tuple[str, ...]:
    said = []
    old = {s.name: dict(s.parameters) for s in before.recipe.steps}
    new = {s.name: dict(s.parameters) for s in after.recipe.steps}
    for name in [*old, *(n for n in new if n not in old)]:
        if old.get(name) != new.get(name):
            said.append(f"step {name}: {old.get(name, 'not done')} became {new.get(name, 'not done')}")
    a, b = before.structure, after.structure
    said += [f"{n.code} left out" for n in a.nodes if n.code not in b]
    said += [f"{n.code} added" for n in b.nodes if n.code not in a]
    for node in b.nodes:
        if node.code in a and a[node.code].weight != node.weight:
            said.append(f"weight of {node.code}: {a[node.code].weight:g} became {node.weight:g}")
    if not before.data.equals(after.data):
        said.append("the data differ")
    return tuple(said)
