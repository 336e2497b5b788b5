"""Importance: what each group really counts for, and weights that make it count as intended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import optimize

from nanduti.methods.values import BadInput, CannotBeSaid

from .aggregation import aggregated, kinds_by_node
from .frames import read
from .structure import Structure


@dataclass(frozen=True)
class OptimisedWeights:
    """Weights that bring importance as near as possible to what was wanted.

    Attributes:
        weights: weight among siblings per code; siblings sum to 1, none is below ``lower``.
        table: one row per code: ``wanted_share``, ``correlation``, ``obtained_share``, ``weight``.
        largest_gap: largest absolute difference between a wanted and an obtained share.
        is_reached: whether every share lies within the tolerance; where the indicators contradict each
            other no weights can reach the target.
    """

    weights: dict[str, float]
    table: pl.DataFrame
    largest_gap: float
    is_reached: bool


def importance(
    data: pl.DataFrame, structure: Structure, *, level: int | None = None, unit: str = "unit"
) -> pl.DataFrame:
    """Weight as given beside importance: correlation with the index, and its square (Paruolo et al. 2013).

    Args:
        data: normalised indicators; groups are averaged arithmetically.
        level: only nodes of this level.

    Returns:
        ``code``, ``level``, ``effective_weight``, ``correlation`` with the index and ``correlation_ratio``
        (its square: share of the index's variance that goes with the node alone).

    >>> s = Structure.of({"code": "I", "children": [{"code": "a"}, {"code": "b"}]})
    >>> d = pl.DataFrame({"unit": list("pqr"), "a": [1.0, 2, 3], "b": [5.0, 5.1, 5.0]})
    >>> importance(d, s)["correlation"].round(3).to_list()
    [0.998, 0.058]
    """
    scores = _all_scores(data, structure, unit)
    index = scores[structure.root.code]
    effective = structure.effective_weights()
    rows = []
    for node in structure.nodes:
        here = structure.levels[node.code]
        if node.parent is None or (level is not None and here != level):
            continue
        r = _correlation(scores[node.code], index)
        rows.append((node.code, here, effective[node.code], r, None if r is None else r * r))
    names = ("code", "level", "effective_weight", "correlation", "correlation_ratio")
    types = (pl.String, pl.Int64, pl.Float64, pl.Float64, pl.Float64)
    return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")


def weights_optimised(
    data: pl.DataFrame,
    structure: Structure,
    *,
    level: int,
    target: Mapping[str, float] | None = None,
    lower: float = 0.0,
    tolerance: float = 0.01,
    unit: str = "unit",
) -> OptimisedWeights:
    """Weights of one level whose correlations with the index stand in wanted proportions.

    Weights alone do not make an indicator count: spread and correlation do. This looks for weights so that
    each node's correlation with the index has the wanted share in the sum of correlations (after Becker,
    Saisana, Paruolo and Vandecasteele 2017). Weights never fall below ``lower``: a negative weight would
    reward what the index means to punish.

    Args:
        data: normalised indicators without gaps; groups are averaged arithmetically.
        level: whose weights may change.
        target: wanted share per code; equal by default.

    >>> s = Structure.of({"code": "I", "children": [{"code": "a"}, {"code": "b"}]})
    >>> d = pl.DataFrame({"unit": list("pqrs"), "a": [1.0, 2, 3, 4], "b": [0.1, 0.4, 0.2, 0.3]})
    >>> found = weights_optimised(d, s, level=1)
    >>> found.weights["b"] > 0.8, found.is_reached
    (True, True)
    """
    codes = [c for c in structure.at_level(level) if structure[c].parent is not None]
    if not codes:
        raise BadInput(place=f"level {level}", problem="has no weights", remedy="Choose a lower level.")
    wanted = _shares(codes, target)
    scores = _all_scores(data, structure, unit)
    table = np.column_stack([scores[code] for code in codes])
    if np.isnan(table).any():
        raise CannotBeSaid(what="The importance", why="scores are missing", remedy="Impute first.")
    if (np.ptp(table, axis=0) == 0).any():
        flat = codes[int((np.ptp(table, axis=0) == 0).argmax())]
        raise CannotBeSaid(
            what="The importance", why=f"{flat!r} is the same for all units", remedy="Leave it out."
        )
    families = _families(structure, codes)
    weights = _search(table, families, wanted, lower, structure, codes)
    return _result(table, families, wanted, weights, codes, tolerance)


def _all_scores(data: pl.DataFrame, structure: Structure, unit: str) -> dict[str, np.ndarray]:
    m = read(data, unit, structure.indicators)
    scores = aggregated(m, structure, kinds_by_node(structure, "arithmetic"))
    return {**{code: m.column(code) for code in m.codes}, **scores}


def _correlation(a: np.ndarray, b: np.ndarray) -> float | None:
    both = ~np.isnan(a) & ~np.isnan(b)
    if both.sum() < 3 or np.ptp(a[both]) == 0 or np.ptp(b[both]) == 0:
        return None
    return float(np.corrcoef(a[both], b[both])[0, 1])


def _shares(codes: Sequence[str], target: Mapping[str, float] | None) -> np.ndarray:
    values = np.array([1.0 if target is None else target.get(code, np.nan) for code in codes])
    if not (values > 0).all():
        raise BadInput(
            place="the wanted importance",
            problem="is missing or not positive for some code",
            remedy=f"Give a positive share for each of {', '.join(codes)}.",
        )
    return values / values.sum()


def _families(structure: Structure, codes: Sequence[str]) -> list[tuple[np.ndarray, float]]:
    """Places of siblings among ``codes`` and the weight that their parent has in the index."""
    effective = structure.effective_weights()
    parents = list(dict.fromkeys(structure[c].parent for c in codes))
    return [
        (np.array([i for i, c in enumerate(codes) if structure[c].parent == p]), effective[str(p)])
        for p in parents
    ]


def _effective(weights: np.ndarray, families: list[tuple[np.ndarray, float]]) -> np.ndarray:
    out = np.empty_like(weights)
    for places, above in families:
        out[places] = above * weights[places] / max(weights[places].sum(), 1e-300)
    return out


def _obtained(table: np.ndarray, families: list[tuple[np.ndarray, float]], weights: np.ndarray) -> np.ndarray:
    index = table @ _effective(weights, families)
    centred, z = index - index.mean(), table - table.mean(axis=0)
    norm = np.sqrt((centred @ centred) * (z**2).sum(axis=0))
    return (z.T @ centred) / np.maximum(norm, 1e-300)


def _search(
    table: np.ndarray,
    families: list[tuple[np.ndarray, float]],
    wanted: np.ndarray,
    lower: float,
    structure: Structure,
    codes: Sequence[str],
) -> np.ndarray:
    """The best of a few descents: from the weights given, from equal weights, and from inverse spreads."""
    if lower < 0 or any(lower * len(places) > 1 for places, _ in families):
        raise BadInput(place="lower", problem=f"is {lower:g}", remedy="Give a small share from zero up.")

    def loss(w: np.ndarray) -> float:
        r = _obtained(table, families, w)
        # Correlations that sum to nothing have no shares; such weights are as bad as can be.
        total = max(float(r.sum()), 1e-9)
        return float(((r / total - wanted) ** 2).sum())

    given = np.array([structure[c].weight for c in codes], dtype=float)
    starts = [given, np.ones(len(codes)), 1 / table.std(axis=0)]
    constraints = [{"type": "eq", "fun": lambda w, p=places: w[p].sum() - 1} for places, _ in families]
    found = []
    for start in starts:
        x = start.copy()
        for places, _ in families:
            x[places] = np.clip(x[places] / x[places].sum(), lower, 1)
        bounds = [(max(lower, 0.0), 1.0)] * len(codes)
        best = optimize.minimize(
            loss, x, bounds=bounds, constraints=constraints, options={"maxiter": 500, "ftol": 1e-14}
        )
        w = np.clip(best.x, lower, 1)
        found.append((loss(w), w))
    return min(found, key=lambda pair: pair[0])[1]


def _result(
    table: np.ndarray,
    families: list[tuple[np.ndarray, float]],
    wanted: np.ndarray,
    weights: np.ndarray,
    codes: Sequence[str],
    tolerance: float,
) -> OptimisedWeights:
    r = _obtained(table, families, weights)
    share = r / r.sum()
    for places, _ in families:
        weights[places] /= weights[places].sum()
    gap = float(np.abs(share - wanted).max())
    frame = pl.DataFrame(
        {"code": codes, "wanted_share": wanted, "correlation": r, "obtained_share": share, "weight": weights}
    )
    by_code = {code: float(w) for code, w in zip(codes, weights, strict=True)}
    return OptimisedWeights(by_code, frame, gap, gap <= tolerance)
