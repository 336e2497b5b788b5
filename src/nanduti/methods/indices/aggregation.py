"""Aggregation: from indicators to groups to the index, by weighted means of one family."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .benefit_of_doubt import benefit_of_the_doubt
from .frames import Matrix, read, vector
from .outranking import copeland_scores
from .structure import Structure, weight_array

MEANS = ("arithmetic", "geometric", "harmonic", "power")


@dataclass(frozen=True)
class Mean:
    """One member of the family of weighted means: ``f⁻¹(Σ w f(x) / Σ w)``.

    Attributes:
        method: ``arithmetic`` (full compensation between indicators), ``geometric`` and ``harmonic``
            (a low value is harder to make up for), or ``power`` with exponent ``p``.
    """

    method: str = "arithmetic"
    p: float = 1.0

    def __post_init__(self) -> None:
        if self.method not in MEANS:
            raise BadInput(
                place=f"mean {self.method!r}",
                problem="is not known",
                remedy=f"Use one of {', '.join(MEANS)}.",
            )

    @property
    def exponent(self) -> float:
        """1 for arithmetic, 0 for geometric, -1 for harmonic, ``p`` for power."""
        known = {"arithmetic": 1.0, "geometric": 0.0, "harmonic": -1.0, "power": float(self.p)}
        return known[self.method]

    def bend(self, x: np.ndarray) -> np.ndarray:
        """``f``; the values must suit it, see :meth:`check`."""
        e = self.exponent
        return x if e == 1 else np.log(x) if e == 0 else x**e

    def unbend(self, y: np.ndarray) -> np.ndarray:
        """``f⁻¹``."""
        e = self.exponent
        return y if e == 1 else np.exp(y) if e == 0 else y ** (1 / e)

    def check(self, x: np.ndarray, names: Callable[[int, int], str]) -> None:
        """Refuse values for which the mean has no meaning: zeros and negatives, unless arithmetic."""
        if self.exponent == 1:
            return
        bad = np.argwhere(x <= 0)
        if bad.size:
            row, column = (int(v) for v in bad[0])
            raise CannotBeSaid(
                what=f"The {self.method} mean",
                why=f"{names(row, column)} is {x[row, column]:g}",
                remedy="Normalise onto a positive range such as 1 to 100, or use the arithmetic mean.",
            )


@dataclass(frozen=True)
class Majority:
    """Copeland's rule at a group: duels won less duels lost, by weight of the children."""

    def score(
        self, table: np.ndarray, weights: np.ndarray, units: Sequence[str], codes: Sequence[str]
    ) -> np.ndarray:
        """Scores of the rows; a row with a gap has none and takes no part."""
        known = ~np.isnan(table[:, weights > 0]).any(axis=1)
        out = np.full(len(table), np.nan)
        if known.any():
            out[known] = copeland_scores(table[known], weights)
        return out


@dataclass(frozen=True)
class Favourable:
    """Benefit of the doubt at a group; weights stay around their mean."""

    around_mean: tuple[float, float]

    def score(
        self, table: np.ndarray, weights: np.ndarray, units: Sequence[str], codes: Sequence[str]
    ) -> np.ndarray:
        """Scores of the rows; the weights given are not used, except that zero leaves a child out."""
        used = np.flatnonzero(weights > 0)
        part = Matrix(tuple(units), tuple(codes[i] for i in used), table[:, used])
        return benefit_of_the_doubt(part.frame(), around_mean=self.around_mean).scores["score"].to_numpy()


Rule = Mean | Majority | Favourable


def mean_of(
    x: object, weights: object = None, method: str = "arithmetic", *, p: float = 1.0, missing: str = "null"
) -> np.ndarray | float:
    """Weighted mean of each row.

    Args:
        x: array of shape ``(units, indicators)`` or ``(indicators,)``.
        weights: one per indicator, any positive scale; equal by default.
        missing: ``null`` (a row with a gap has no mean) or ``available`` (mean of what is known).

    >>> mean_of([1.0, 100.0]), round(mean_of([1.0, 100.0], method="geometric"), 9)
    (50.5, 10.0)
    """
    values = vector(x)
    table = np.atleast_2d(values)
    w = np.ones(table.shape[1]) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != (table.shape[1],) or (w < 0).any() or not w.sum() > 0:
        raise BadInput(
            place="the weights", problem="do not fit the values", remedy="One weight from zero up each."
        )
    kind = Mean(method, p)
    kind.check(table, lambda i, j: f"value {j + 1} of row {i + 1}")
    out = weighted_mean(table, w, kind, available=missing == "available")
    return float(out[0]) if values.ndim == 1 else out


def weighted_mean(
    table: np.ndarray, weights: np.ndarray, kind: Mean, *, available: bool = False, least_share: float = 0.0
) -> np.ndarray:
    """Row means; with ``available`` over the known values, if their share of weight reaches the least."""
    gaps = np.isnan(table)
    # An indicator of weight zero says nothing, so that its gaps must not silence the row.
    gaps = gaps & (weights > 0)
    bent = kind.bend(table)
    if not gaps.any():
        used = np.where(weights > 0, bent, 0.0)
        return kind.unbend((used * weights).sum(axis=1) / weights.sum())
    share = (~gaps * weights).sum(axis=1) / weights.sum()
    enough = (share > 0) & (share >= least_share) if available else share >= 1
    enough &= available | ~gaps.any(axis=1)
    total = np.where(gaps | np.isnan(bent), 0.0, bent * weights).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found = kind.unbend(total / (~gaps * weights).sum(axis=1))
    return np.where(enough, found, np.nan)


def aggregate(
    data: pl.DataFrame,
    structure: Structure,
    *,
    method: str = "arithmetic",
    p: float = 1.0,
    by_node: Mapping[str, str] | None = None,
    around_mean: tuple[float, float] = (0.8, 1.2),
    missing: str = "null",
    least_share: float = 0.0,
    unit: str = "unit",
) -> pl.DataFrame:
    """Scores of every group and of the index (Handbook 2008, step 6).

    Args:
        data: normalised indicators, one row per unit.
        method: ``arithmetic``, ``geometric``, ``harmonic``, ``power`` (with ``p``), ``copeland`` or
            ``benefit_of_the_doubt`` (with ``around_mean``).
        by_node: another method for single groups, such as ``{"Index": "geometric"}``.
        missing: ``null`` (a gap makes the group's score unknown) or ``available``.
        least_share: with ``available``, the least share of weight that must be known.

    Returns:
        the indicators followed by one column per group, lower levels first.

    >>> s = Structure.of({"code": "Index", "children": [{"code": "a", "weight": 3}, {"code": "b"}]})
    >>> aggregate(pl.DataFrame({"unit": ["A"], "a": [4.0], "b": [8.0]}), s)["Index"].item()
    5.0
    """
    m = read(data, unit, structure.indicators)
    kinds = kinds_by_node(structure, method, p, by_node or {}, around_mean)
    scores = aggregated(m, structure, kinds, missing=missing, least_share=least_share)
    codes = (*m.codes, *structure.groups)
    return Matrix(m.units, codes, np.column_stack([m.values, *scores.values()]), unit).frame()


def kinds_by_node(
    structure: Structure,
    method: str,
    p: float = 1.0,
    by_node: Mapping[str, str] | None = None,
    around_mean: tuple[float, float] = (0.8, 1.2),
) -> dict[str, Rule]:
    """The rule used at every group; unknown methods are refused before any work is done."""
    by_node = by_node or {}
    for code in by_node:
        structure[code]
    return {code: rule(by_node.get(code, method), p, around_mean) for code in structure.groups}


def rule(method: str, p: float = 1.0, around_mean: tuple[float, float] = (0.8, 1.2)) -> Rule:
    """The rule of that name."""
    if method == "copeland":
        return Majority()
    if method == "benefit_of_the_doubt":
        return Favourable((float(around_mean[0]), float(around_mean[1])))
    if method not in MEANS:
        raise BadInput(
            place=f"aggregation {method!r}",
            problem="is not known",
            remedy=f"Use one of {', '.join(MEANS)}, copeland or benefit_of_the_doubt.",
        )
    return Mean(method, p)


def aggregated(
    m: Matrix,
    structure: Structure,
    kinds: Mapping[str, Rule],
    *,
    missing: str = "null",
    least_share: float = 0.0,
) -> dict[str, np.ndarray]:
    """Scores of every group, in the order of ``structure.groups``."""
    if missing not in ("null", "available"):
        raise BadInput(place=f"missing={missing!r}", problem="is not known", remedy="Use null or available.")
    known: dict[str, np.ndarray] = {code: m.column(code) for code in structure.indicators}
    scores: dict[str, np.ndarray] = {}
    for code in structure.groups:
        children = structure.children(code)
        table = np.column_stack([known[child] for child in children])
        weights, kind = weight_array(structure, children), kinds[code]
        if isinstance(kind, Mean):
            kind.check(table, _namer(m.units, children))
            available = missing == "available"
            found = weighted_mean(table, weights, kind, available=available, least_share=least_share)
        else:
            found = kind.score(table, weights, m.units, children)
        known[code] = scores[code] = found
    return scores


def _namer(units: Sequence[str], codes: Sequence[str]) -> Callable[[int, int], str]:
    return lambda i, j: f"{codes[j]!r} of {units[i]!r}"
