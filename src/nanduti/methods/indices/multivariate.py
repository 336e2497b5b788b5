"""How indicators hang together: descriptions, correlations, Cronbach's alpha, principal components."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy

from nanduti.methods.values import BadInput, CannotBeSaid

from .frames import Matrix, read
from .outliers import _moments


def describe(
    data: pl.DataFrame, *, unit: str = "unit", skew: float = 2.0, kurtosis: float = 3.5
) -> pl.DataFrame:
    """One row per indicator: range, middle, spread, skew, kurtosis, and what may be wrong with it.

    Returns:
        ``indicator``, ``minimum``, ``maximum``, ``mean``, ``median``, ``deviation`` (n - 1), ``skewness``,
        ``kurtosis``, ``n_available``, ``n_nonzero``, ``n_unique`` (different known values),
        ``n_same`` (how often the most frequent value occurs), ``has_outliers``.

    >>> describe(pl.DataFrame({"unit": ["A", "B"], "x": [1.0, 1.0]}))["n_same"].item()
    2
    """
    m = read(data, unit)
    moments = _moments(m.values)
    return pl.DataFrame(
        [_described(m, j, moments[0][j], moments[1][j], skew, kurtosis) for j in range(len(m.codes))]
    )


def _described(
    m: Matrix, j: int, skewness: float, kurt: float, skew_limit: float, kurtosis_limit: float
) -> dict[str, object]:
    known = m.values[~np.isnan(m.values[:, j]), j]
    unique, counts = np.unique(known, return_counts=True)
    some = known.size > 0
    return {
        "indicator": m.codes[j],
        "minimum": float(known.min()) if some else None,
        "maximum": float(known.max()) if some else None,
        "mean": float(known.mean()) if some else None,
        "median": float(np.median(known)) if some else None,
        "deviation": float(known.std(ddof=1)) if known.size > 1 else None,
        "skewness": None if np.isnan(skewness) else float(skewness),
        "kurtosis": None if np.isnan(kurt) else float(kurt),
        "n_available": int(known.size),
        "n_nonzero": int((known != 0).sum()),
        "n_unique": int(unique.size),
        "n_same": int(counts.max()) if some else 0,
        "has_outliers": bool(abs(skewness) >= skew_limit and kurt >= kurtosis_limit),
    }


def correlations(
    data: pl.DataFrame,
    *,
    rows: list[str] | None = None,
    columns: list[str] | None = None,
    method: str = "pearson",
    unit: str = "unit",
) -> pl.DataFrame:
    """Correlations of pairs of columns over the units that know both.

    Args:
        method: ``pearson``, ``spearman`` or ``kendall`` (tau-b).

    Returns:
        ``row``, ``column``, ``correlation`` (null where a column is constant or fewer than three units know
        both), ``n``.

    >>> d = pl.DataFrame({"unit": list("abc"), "x": [1.0, 2, 3], "y": [2.0, 4, 7]})
    >>> round(correlations(d, rows=["x"], columns=["y"])["correlation"].item(), 4)
    0.9934
    """
    kinds = {"pearson": _pearson, "spearman": _spearman, "kendall": _kendall}
    if method not in kinds:
        raise BadInput(
            place=f"method {method!r}", problem="is not known", remedy="Use pearson, spearman or kendall."
        )
    m = read(data, unit)
    out = []
    for row in rows or m.codes:
        for column in columns or m.codes:
            a, b = _column(m, row), _column(m, column)
            both = ~np.isnan(a) & ~np.isnan(b)
            a, b = a[both], b[both]
            usable = len(a) > 2 and np.ptp(a) > 0 and np.ptp(b) > 0
            out.append((row, column, kinds[method](a, b) if usable else None, int(both.sum())))
    schema = {"row": pl.String, "column": pl.String, "correlation": pl.Float64, "n": pl.Int64}
    return pl.DataFrame(out, schema=schema, orient="row")


def _column(m: Matrix, code: str) -> np.ndarray:
    if code not in m.codes:
        raise BadInput(place=f"column {code!r}", problem="is not in the table", remedy="Correct the code.")
    return m.column(code)


def _pearson(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float(np.clip((a @ b) / np.sqrt((a @ a) * (b @ b)), -1, 1))


def _spearman(a: np.ndarray, b: np.ndarray) -> float:
    return _pearson(scipy.stats.rankdata(a), scipy.stats.rankdata(b))


def _kendall(a: np.ndarray, b: np.ndarray) -> float:
    return float(scipy.stats.kendalltau(a, b).statistic)


def cronbach_alpha(data: pl.DataFrame, *, standardised: bool, unit: str = "unit") -> float:
    """How well the indicators of an index go together: Cronbach's alpha over the units that know all of them.

    For a table of indicators that are turned and scaled already. Answers to a questionnaire, with scales to turn
    and gaps to count, go to ``cronbach_alpha`` of the room of evaluation; the formula is one, and the raw and
    standardised figures of both agree on complete data.

    Args:
        standardised: ``True`` gives every item the same variance first (the Handbook's alpha, p. 72);
            ``False`` uses the variances as they are (COINr's). The two differ, so there is no default.

    Raises:
        CannotBeSaid: fewer than two items or three complete units, or an item that never varies.

    >>> d = pl.DataFrame({"unit": list("abcd"), "x": [1.0, 2, 3, 4], "y": [2.0, 1, 4, 3]})
    >>> round(cronbach_alpha(d, standardised=True), 4)
    0.75
    """
    m = read(data, unit)
    x = _complete_rows(m, "Cronbach's alpha", least_items=2)
    k = x.shape[1]
    if standardised:
        r = np.corrcoef(x.T)
        mean_r = (r.sum() - k) / (k * (k - 1))
        return float(k * mean_r / (1 + (k - 1) * mean_r))
    total = x.sum(axis=1).var(ddof=1)
    if total <= 0:
        raise CannotBeSaid(
            what="Cronbach's alpha", why="the sum of the items never varies", remedy="Check directions."
        )
    return float(k / (k - 1) * (1 - x.var(axis=0, ddof=1).sum() / total))


def alpha_if_deleted(data: pl.DataFrame, *, standardised: bool, unit: str = "unit") -> pl.DataFrame:
    """Alpha without each item in turn, and the item's correlation with the rest (Handbook, table 11).

    >>> d = pl.DataFrame({"unit": list("abcd"), "x": [1.0, 2, 3, 4], "y": [2.0, 1, 4, 3], "z": [4.0, 2, 3, 1]})
    >>> alpha_if_deleted(d, standardised=True).columns
    ['deleted', 'correlation_with_rest', 'alpha']
    """
    m = read(data, unit)
    x = _complete_rows(m, "Cronbach's alpha", least_items=3)
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1) if standardised else x
    out = []
    for j, code in enumerate(m.codes):
        others = np.delete(z, j, axis=1).sum(axis=1)
        rest = data.select(unit, *(c for c in m.codes if c != code))
        out.append(
            (code, _pearson(z[:, j], others), cronbach_alpha(rest, standardised=standardised, unit=unit))
        )
    schema = {"deleted": pl.String, "correlation_with_rest": pl.Float64, "alpha": pl.Float64}
    return pl.DataFrame(out, schema=schema, orient="row")


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Principal components of standardised indicators.

    Attributes:
        codes: indicators.
        eigenvalues: variances of the components, largest first; they sum to the number of indicators.
        loadings: correlations of indicators (rows) with components (columns).
        vectors: eigenvectors, each with its largest entry positive.
    """

    codes: tuple[str, ...]
    eigenvalues: np.ndarray
    loadings: np.ndarray
    vectors: np.ndarray

    @property
    def explained_shares(self) -> np.ndarray:
        """Share of all variance per component."""
        return self.eigenvalues / self.eigenvalues.sum()

    def varimax(self, n_components: int) -> np.ndarray:
        """Rotated loadings of the first components (Kaiser 1958, with Kaiser's row normalisation)."""
        if not 1 <= n_components <= len(self.codes):
            raise BadInput(
                place=f"{n_components} components", problem="cannot be rotated", remedy="See eigenvalues."
            )
        return varimax(self.loadings[:, :n_components])

    def frame(self) -> pl.DataFrame:
        """One row per component: ``component``, ``eigenvalue``, ``variance_share``, ``cumulative_share``."""
        shares = self.explained_shares
        return pl.DataFrame(
            {
                "component": np.arange(1, len(shares) + 1),
                "eigenvalue": self.eigenvalues,
                "variance_share": shares,
                "cumulative_share": shares.cumsum(),
            }
        )


def principal_components(data: pl.DataFrame, *, unit: str = "unit") -> PrincipalComponents:
    """Principal components of the correlation matrix (Handbook 2008, p. 63-69).

    Complete units alone are used. Signs are set so that the largest entry of each vector is positive.

    >>> d = pl.DataFrame({"unit": list("abcd"), "x": [1.0, 2, 3, 4], "y": [2.0, 1, 4, 3]})
    >>> principal_components(d).eigenvalues.round(4).tolist()
    [1.6, 0.4]
    """
    m = read(data, unit)
    x = _complete_rows(m, "A principal component", least_items=2)
    values, vectors = np.linalg.eigh(np.corrcoef(x.T))
    order = np.argsort(-values)
    values, vectors = np.clip(values[order], 0, None), vectors[:, order]
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(len(values))])
    return PrincipalComponents(m.codes, values, vectors * np.sqrt(values), vectors)


def varimax(loadings: np.ndarray, tolerance: float = 1e-12, most: int = 1000) -> np.ndarray:
    """Rotate loadings so that each indicator leans on few factors (Kaiser 1958).

    Factors are turned two at a time by the angle that is best for the two, until no angle is left: a start
    that is itself a worst case (all loadings shared evenly) is left behind too.

    >>> varimax(np.array([[0.8, 0.6], [0.8, -0.6]])).round(3).tolist()
    [[0.99, 0.141], [0.141, 0.99]]
    """
    communality = np.sqrt((loadings**2).sum(axis=1))
    scale = np.where(communality > 0, communality, 1.0)[:, None]
    x = np.array(loadings / scale)
    n, k = x.shape
    for _ in range(most):
        turned = 0.0
        for p in range(k - 1):
            for q in range(p + 1, k):
                turned = max(turned, abs(_turn(x, p, q, n)))
        if turned < tolerance:
            break
    rotated = x * scale
    return rotated * np.where(rotated.sum(axis=0) < 0, -1.0, 1.0)


def _turn(x: np.ndarray, p: int, q: int, n: int) -> float:
    """Turn two columns of ``x`` in place by Kaiser's angle, which is returned."""
    a, b = x[:, p].copy(), x[:, q].copy()
    u, v = a * a - b * b, 2 * a * b
    rise = 2 * (u @ v) - 2 * u.sum() * v.sum() / n
    run = (u @ u - v @ v) - (u.sum() ** 2 - v.sum() ** 2) / n
    angle = float(np.arctan2(rise, run)) / 4
    x[:, p], x[:, q] = np.cos(angle) * a + np.sin(angle) * b, np.cos(angle) * b - np.sin(angle) * a
    return angle


def _complete_rows(m: Matrix, what: str, least_items: int) -> np.ndarray:
    x = m.values[~np.isnan(m.values).any(axis=1)]
    if x.shape[1] < least_items or len(x) < 3:
        raise CannotBeSaid(
            what=what,
            why=f"{x.shape[1]} items and {len(x)} complete units are too few",
            remedy=f"Give at least {least_items} items and 3 complete units.",
        )
    flat = [c for c, spread in zip(m.codes, np.ptp(x, axis=0), strict=True) if spread == 0]
    if flat:
        raise CannotBeSaid(
            what=what, why=f"{flat[0]!r} is the same for all units", remedy="Leave that indicator out."
        )
    return x
