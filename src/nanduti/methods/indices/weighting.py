"""Weights: equal, argued, asked of experts, or read from the data; each with what it hides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .frames import read, weight_vector
from .multivariate import principal_components

# Saaty's random index for 1 to 15 items (Saaty 1980; Handbook 2008, p. 97 uses 1.41 for 8).
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)


def weights_equal(codes: Sequence[str]) -> dict[str, float]:
    """The same weight for every code; sums to 1.

    >>> weights_equal(["a", "b"])
    {'a': 0.5, 'b': 0.5}
    """
    if not codes:
        raise BadInput(place="the codes", problem="are empty", remedy="Give at least one code.")
    return {code: 1 / len(codes) for code in codes}


def weights_given(weights: Mapping[str, float], *, sum_to: float | None = None) -> dict[str, float]:
    """Weights as argued, brought to a sum of 1.

    Args:
        sum_to: what they must add up to as given, such as 100; refused otherwise.

    >>> weights_given({"a": 30, "b": 70}, sum_to=100)
    {'a': 0.3, 'b': 0.7}
    """
    if not weights:
        raise BadInput(place="the weights", problem="are none", remedy="Give at least one.")
    values = weight_vector(weights, list(weights))
    total = values.sum()
    if sum_to is not None and abs(total - sum_to) > 1e-6 * max(1.0, abs(sum_to)):
        raise BadInput(
            place="the weights", problem=f"add up to {total:g}, not to {sum_to:g}", remedy="Correct them."
        )
    return {code: float(v / total) for code, v in zip(weights, values, strict=True)}


@dataclass(frozen=True)
class ExpertWeights:
    """Weights from several experts, with their disagreement.

    Attributes:
        weights: mean share per code; sums to 1.
        spread: standard deviation (n - 1) of the experts' shares per code; null for a single expert.
        draws: each expert's shares, to be carried into an uncertainty analysis.
    """

    weights: dict[str, float]
    spread: dict[str, float | None]
    draws: dict[str, dict[str, float]]


def weights_budget_allocation(
    points: pl.DataFrame, *, expert: str = "expert", budget: float = 100.0
) -> ExpertWeights:
    """Budget allocation: each expert divides a budget of points over the indicators (Handbook, p. 96).

    Raises:
        BadInput: an expert whose points do not add up to the budget, or who left one empty.

    >>> p = pl.DataFrame({"expert": ["X", "Y"], "a": [60, 40], "b": [40, 60]})
    >>> weights_budget_allocation(p).weights
    {'a': 0.5, 'b': 0.5}
    """
    m = read(points, expert)
    for name, row in zip(m.units, m.values, strict=True):
        if np.isnan(row).any() or (row < 0).any() or abs(row.sum() - budget) > 1e-6 * budget:
            raise BadInput(
                place=f"expert {name!r}",
                problem=f"gave {np.nansum(row):g} of {budget:g} points, or left some empty or negative",
                remedy="Ask again; write 0 where an indicator gets nothing.",
            )
    shares = m.values / budget
    spread = shares.std(axis=0, ddof=1) if len(shares) > 1 else [None] * len(m.codes)
    return ExpertWeights(
        dict(zip(m.codes, shares.mean(axis=0).tolist(), strict=True)),
        {c: None if s is None else float(s) for c, s in zip(m.codes, spread, strict=True)},
        {u: dict(zip(m.codes, r.tolist(), strict=True)) for u, r in zip(m.units, shares, strict=True)},
    )


@dataclass(frozen=True)
class Ahp:
    """Weights from pairwise comparisons and how consistent the comparisons are.

    Attributes:
        weights: principal eigenvector, sums to 1.
        lambda_max: largest eigenvalue; equals the number of items when all comparisons agree.
        consistency_index: ``(lambda_max - n)/(n - 1)``.
        consistency_ratio: that over Saaty's random index; null for two items, which cannot disagree.
        note: why an inconsistent matrix was accepted.
    """

    weights: dict[str, float]
    lambda_max: float
    consistency_index: float
    consistency_ratio: float | None
    note: str = ""


def weights_ahp(
    comparisons: Sequence[Sequence[float]] | np.ndarray,
    codes: Sequence[str],
    *,
    most_inconsistent: float = 0.1,
    note: str = "",
) -> Ahp:
    """Analytic hierarchy process: weights from "how many times more important" (Saaty 1980; Handbook, p. 96).

    Args:
        comparisons: square; entry (i, j) says how many times more important i is than j, and (j, i) is
            its inverse.
        most_inconsistent: consistency ratio above which a ``note`` is asked for.

    >>> a = weights_ahp([[1, 3], [1 / 3, 1]], ["a", "b"])
    >>> round(a.weights["a"], 6), a.consistency_ratio is None
    (0.75, True)
    """
    a = np.asarray(comparisons, dtype=float)
    _check_comparisons(a, codes)
    n = len(codes)
    values, vectors = np.linalg.eig(a)
    top = int(values.real.argmax())
    lead = np.abs(vectors[:, top].real)
    lambda_max = float(values[top].real)
    index = (lambda_max - n) / (n - 1) if n > 1 else 0.0
    ratio = index / RANDOM_INDEX[n - 1] if RANDOM_INDEX[n - 1] > 0 else None
    if ratio is not None and ratio > most_inconsistent and not note:
        raise CannotBeSaid(
            what="A weight from these comparisons",
            why=f"they contradict each other (consistency ratio {ratio:.3f}, above {most_inconsistent:g})",
            remedy="Ask the expert to look again, or say in note= why they are used all the same.",
            consistency_ratio=ratio,
        )
    weights = {code: float(v) for code, v in zip(codes, lead / lead.sum(), strict=True)}
    return Ahp(weights, lambda_max, float(index), ratio, note)


def _check_comparisons(a: np.ndarray, codes: Sequence[str]) -> None:
    n = len(codes)
    if a.shape != (n, n) or not 1 <= n <= len(RANDOM_INDEX):
        raise BadInput(
            place="the comparisons",
            problem=f"have shape {a.shape} for {n} codes",
            remedy=f"Give a square table for 1 to {len(RANDOM_INDEX)} codes.",
        )
    if not (np.isfinite(a).all() and (a > 0).all()):
        raise BadInput(
            place="the comparisons", problem="hold zero, negative or empty cells", remedy="Fill them."
        )
    wrong = np.argwhere(np.abs(a * a.T - 1) > 0.02)
    if wrong.size:
        i, j = wrong[0]
        raise BadInput(
            place=f"comparison of {codes[i]!r} with {codes[j]!r}",
            problem=f"is {a[i, j]:g} one way and {a[j, i]:g} the other",
            remedy="Make one the inverse of the other; the diagonal is 1.",
        )


def weights_entropy(data: pl.DataFrame, *, unit: str = "unit") -> dict[str, float]:
    """Shannon entropy: indicators that tell units apart weigh more (Zeleny 1982).

    ``e = -Σ p ln p / ln n`` with ``p`` the unit's share in the indicator's sum, weight in proportion to
    ``1 - e``. It rewards spread, not importance.

    Raises:
        BadInput: a negative value. CannotBeSaid: one unit, gaps, or no indicator that varies.

    >>> weights_entropy(pl.DataFrame({"unit": ["A", "B"], "x": [1.0, 1.0], "y": [1.0, 3.0]}))
    {'x': 0.0, 'y': 1.0}
    """
    m = read(data, unit)
    x = m.values
    if np.isnan(x).any() or len(x) < 2:
        raise CannotBeSaid(
            what="An entropy weight", why="there are gaps or only one unit", remedy="Impute first."
        )
    negative = np.argwhere(x < 0)
    if negative.size:
        i, j = negative[0]
        raise BadInput(
            place=f"{m.codes[j]!r} of {m.units[i]!r}", problem="is negative", remedy="Use min-max values."
        )
    total = x.sum(axis=0)
    share = np.divide(x, total, out=np.zeros_like(x), where=total > 0)
    information = np.where(share > 0, share * np.log(np.where(share > 0, share, 1.0)), 0.0)
    spread = np.where(total > 0, 1 + information.sum(axis=0) / np.log(len(x)), 0.0)
    spread = np.where(np.abs(spread) < 1e-12, 0.0, spread)
    if spread.sum() <= 0:
        raise CannotBeSaid(
            what="An entropy weight", why="no indicator tells the units apart", remedy="Use equal weights."
        )
    return dict(zip(m.codes, (spread / spread.sum()).tolist(), strict=True))


def weights_critic(data: pl.DataFrame, *, unit: str = "unit") -> dict[str, float]:
    """CRITIC: spread of an indicator times its conflict with the others (Diakoulaki et al. 1995).

    Weight in proportion to ``s_j Σ_k (1 - r_jk)`` on min-max values.

    >>> w = weights_critic(pl.DataFrame({"unit": list("abc"), "x": [1.0, 2, 3], "y": [3.0, 1, 2]}))
    >>> w["x"] == w["y"]
    True
    """
    m = read(data, unit)
    if np.isnan(m.values).any() or len(m.units) < 3 or (np.ptp(m.values, axis=0) == 0).any():
        raise CannotBeSaid(
            what="A CRITIC weight",
            why="there are gaps, fewer than three units or a constant indicator",
            remedy="Impute, or leave that indicator out.",
        )
    x = (m.values - m.values.min(axis=0)) / np.ptp(m.values, axis=0)
    conflict = (1 - np.atleast_2d(np.corrcoef(x.T))).sum(axis=1)
    content = x.std(axis=0, ddof=1) * conflict
    if content.sum() <= 1e-12:
        raise CannotBeSaid(
            what="A CRITIC weight", why="the indicators all say the same", remedy="Use equal weights."
        )
    return dict(zip(m.codes, (content / content.sum()).tolist(), strict=True))


def weights_first_component(data: pl.DataFrame, *, unit: str = "unit") -> dict[str, float]:
    """Weights in proportion to the first principal component, if it points one way.

    Raises:
        CannotBeSaid: an indicator that runs against the others there; its weight would be negative.

    >>> d = pl.DataFrame({"unit": list("abcd"), "x": [1.0, 2, 3, 4], "y": [2.0, 1, 4, 3]})
    >>> round(weights_first_component(d)["x"], 6)
    0.5
    """
    found = principal_components(data, unit=unit)
    lead = found.vectors[:, 0]
    if lead.min() < -1e-12:
        against = found.codes[int(lead.argmin())]
        raise CannotBeSaid(
            what="A weight from the first component",
            why=f"{against!r} runs against the others there ({lead.min():.3f})",
            remedy="Check its direction, or use weights_factors() or equal weights.",
        )
    lead = np.abs(lead)
    return dict(zip(found.codes, (lead / lead.sum()).tolist(), strict=True))


def weights_factors(
    data: pl.DataFrame, *, n_components: int | None = None, unit: str = "unit"
) -> dict[str, float]:
    """Weights from rotated factors, after Nicoletti, Scarpetta and Boylaud 2000 (Handbook, p. 89-91).

    Each indicator is counted on the factor it leans on most, with its squared loading over that factor's
    explained variance, and each factor with its share of the variance explained.

    Args:
        n_components: factors to rotate; by default those with eigenvalue above 1 that each explain over
            10 % and together over 60 % of variance, as the Handbook advises.

    >>> d = pl.DataFrame({"unit": list("abcd"), "x": [1.0, 2, 3, 4], "y": [2.0, 1, 4, 3]})
    >>> round(sum(weights_factors(d, n_components=1).values()), 6)
    1.0
    """
    found = principal_components(data, unit=unit)
    k = n_components or _factors_worth_keeping(found.eigenvalues)
    squared = found.varimax(k) ** 2
    explained = squared.sum(axis=0)
    factor = squared.argmax(axis=1)
    part = squared[np.arange(len(factor)), factor] / explained[factor]
    raw = part * explained[factor] / explained.sum()
    return dict(zip(found.codes, (raw / raw.sum()).tolist(), strict=True))


def _factors_worth_keeping(eigenvalues: np.ndarray) -> int:
    share = eigenvalues / eigenvalues.sum()
    by_size = int(((eigenvalues > 1) & (share > 0.1)).sum())
    by_cover = int(np.searchsorted(share.cumsum(), 0.6) + 1)
    return max(by_size, by_cover, 1)
