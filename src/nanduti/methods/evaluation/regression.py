"""Ordinary and weighted least squares with fixed effects, as a value that can be asked for its errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import scipy

from nanduti.methods.values import BadInput, CannotBeSaid
from nanduti.methods.values.guards import one_of

from . import covariance as cov
from ._projection import Absorber, independent
from ._tables import categories, is_category, names_of, numbers, refuse_missing
from ._threads import single_threaded


@dataclass(frozen=True)
class Regression:
    """A least-squares fit.

    Attributes:
        outcome: name of the dependent variable.
        terms: names of the coefficients, in order.
        coefficients: their estimates.
        n: rows used; ``n_dropped``: rows left out because something was missing (only when allowed).
        collinear: terms that the others already imply and that were therefore not estimated.
        r_squared: share of the (weighted, centred) variation explained, fixed effects included.
        rank: number of parameters, fixed effects included.
    """

    outcome: str
    terms: tuple[str, ...]
    coefficients: np.ndarray
    n: int
    n_dropped: int
    collinear: tuple[str, ...]
    r_squared: float
    rank: int
    parts: cov.Parts = field(repr=False, compare=False)
    _outcome_size: float = field(default=0.0, repr=False, compare=False)

    @property
    def n_groups(self) -> int | None:
        """Number of clusters, if rows were grouped."""
        return None if self.parts.groups is None else self.parts.n_groups()

    @property
    def default_kind(self) -> str:
        """CR2 where rows are grouped, HC2 where they are not."""
        return "HC2" if self.parts.groups is None else "CR2"

    def coefficient(self, term: str) -> float:
        """The estimate of one term."""
        return float(self.coefficients[self._index(term)])

    def covariance(self, kind: str | None = None) -> np.ndarray:
        """Covariance of the coefficients: iid, HC0, HC1, HC2, HC3, CRV1 or CR2."""
        return cov.covariance(self.parts, kind or self.default_kind)

    def survey_covariance(self, sampling_fraction: float = 0.0) -> np.ndarray:
        """CR2 with centred scores and finite-population correction, as R's ``survey`` prints it."""
        return cov.survey_covariance(self.parts, sampling_fraction)

    def standard_error(self, term: str, kind: str | None = None) -> float:
        """Standard error of one term."""
        j = self._index(term)
        return float(np.sqrt(self.covariance(kind)[j, j]))

    def degrees_of_freedom(self, term: str, kind: str | None = None) -> float:
        """Degrees of freedom of the t distribution of one term (Satterthwaite for HC2 and CR2)."""
        contrast = np.eye(len(self.terms))[self._index(term)]
        return cov.degrees_of_freedom(self.parts, kind or self.default_kind, contrast)

    def table(
        self, kind: str | None = None, *, terms: Sequence[str] | None = None, level: float = 0.95
    ) -> pl.DataFrame:
        """Estimate, standard error, t, degrees of freedom, p-value and interval of each term.

        All but the estimate are null where the error is rounding noise: the outcome does not vary, or a
        single cluster holds a whole side of the comparison.
        """
        kind = kind or self.default_kind
        chosen = list(terms) if terms is not None else list(self.terms)
        errors = np.sqrt(np.diag(self.covariance(kind)))
        rows = [self._row(term, kind, float(errors[self._index(term)]), level) for term in chosen]
        return pl.DataFrame(rows, orient="row", schema=_TABLE)

    def wald(self, terms: Sequence[str], kind: str | None = None) -> WaldTest:
        """Test that all the named coefficients are zero together: F = b'V⁻¹b / q.

        The denominator has G - 1 degrees of freedom where rows are grouped, else n - rank.
        """
        kind = kind or ("CRV1" if self.parts.groups is not None else "HC1")
        index = [self._index(t) for t in terms]
        v, b = self.covariance(kind)[np.ix_(index, index)], self.coefficients[index]
        if np.linalg.matrix_rank(v) < len(index):
            raise CannotBeSaid(
                what="The joint test",
                why=f"its {len(index)} coefficients have a covariance of lower rank",
                remedy="Test fewer at once; there cannot be more than clusters less one.",
            )
        statistic = float(b @ np.linalg.solve(v, b) / len(index))
        grouped = kind in cov.CLUSTERED
        df2 = float(self.parts.n_groups() - 1) if grouped else float(self.n - self.rank)
        return WaldTest(statistic, len(index), df2, float(scipy.stats.f.sf(statistic, len(index), df2)))

    def _index(self, term: str) -> int:
        if term in self.terms:
            return self.terms.index(term)
        if term in self.collinear:
            raise CannotBeSaid(
                what=f"The coefficient of {term!r}",
                why="the other terms or the fixed effects already imply it",
                remedy="Remove the effects or controls that it lies within.",
            )
        raise BadInput(
            place=f"term {term!r}", problem="is not in the regression", remedy=f"It has {self.terms}."
        )

    def _row(self, term: str, kind: str, error: float, level: float) -> tuple[object, ...]:
        b = self.coefficient(term)
        if not error > self._rounding(term):
            return term, b, None, None, None, None, None, None
        df = self.degrees_of_freedom(term, kind)
        reach, t = float(scipy.stats.t.ppf(0.5 + level / 2, df)) * error, b / error
        return term, b, error, t, df, float(2 * scipy.stats.t.sf(abs(t), df)), b - reach, b + reach

    def _rounding(self, term: str) -> float:
        """Below this a standard error is rounding noise: nothing varies, or one cluster holds a whole side."""
        j, parts = self._index(term), self.parts
        outcome = parts.residuals + parts.x @ self.coefficients
        size = float(np.linalg.norm(outcome))
        if size <= 1e-13 * self._outcome_size:
            return float("inf")
        return 1e-8 * float(np.sqrt(parts.bread[j, j])) * size / np.sqrt(self.n)


_TABLE = {
    "term": pl.String,
    "estimate": pl.Float64,
    "standard_error": pl.Float64,
    "t": pl.Float64,
    "df": pl.Float64,
    "p_value": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
}


@dataclass(frozen=True)
class WaldTest:
    """An F test: statistic, numerator and denominator degrees of freedom, p-value."""

    statistic: float
    df1: int
    df2: float
    p_value: float


def ols(
    data: pl.DataFrame,
    *,
    y: str,
    x: Sequence[str],
    fixed_effects: str | Sequence[str] = (),
    grouped_by: str | None = None,
    weights: str | None = None,
    missing: str = "refuse",
) -> Regression:
    """Least squares of ``y`` on ``x``, with fixed effects taken out.

    Columns of text are expanded into indicators against their first level in sorted order
    (``"stype[H]"``). A constant ``"(constant)"`` is added unless there are fixed effects.

    Args:
        data: one row per observation.
        y: name of the outcome. x: names of the regressors.
        fixed_effects: names of columns whose levels get an effect each.
        grouped_by: the column of the clusters, for CRV1 and CR2.
        weights: positive weights (errors' variance inversely proportional).
        missing: ``"refuse"`` rows with a missing value, or ``"drop"`` them and count them in ``n_dropped``.

    Raises:
        BadInput: an unknown or non-numeric column, missing values, non-positive weights, no rows.

    Source: within transformation and Frisch-Waugh-Lovell, e.g. Wooldridge 2010, ch. 10.

    >>> import polars as pl
    >>> data = pl.DataFrame({"sales": [3.0, 5.0, 4.0, 8.0], "mentor": [0, 0, 1, 1]})
    >>> fit = ols(data, y="sales", x=["mentor"])
    >>> round(fit.coefficient("mentor"), 4), round(fit.standard_error("mentor", "iid"), 4)
    (2.0, 2.2361)
    """
    one_of(missing, ("refuse", "drop"), "missing=")
    keep, n_dropped = _complete(data, (y, *x, *names_of(fixed_effects), grouped_by, weights), missing)
    data = data.filter(pl.Series(keep)) if n_dropped else data
    if data.height == 0:
        raise CannotBeSaid(
            what="A regression",
            why="no complete row is left",
            remedy="Collect the data or use fewer columns.",
        )
    effects = [categories(data, f)[0] for f in names_of(fixed_effects)]
    names, matrix = design(data, x, constant=not effects)
    groups = categories(data, grouped_by)[0] if grouped_by else None
    return fit(
        numbers(data, y), matrix, names, effects=effects, groups=groups, scale=_root_weights(data, weights),
        outcome=y, n_dropped=n_dropped,
    )  # fmt: skip


@single_threaded
def fit(
    y: np.ndarray,
    x: np.ndarray,
    terms: Sequence[str],
    *,
    effects: Sequence[np.ndarray] = (),
    groups: np.ndarray | None = None,
    scale: np.ndarray | None = None,
    outcome: str = "y",
    n_dropped: int = 0,
) -> Regression:
    """The same on arrays (no missing values): n outcomes, n × k regressors, codes of effects and groups."""
    absorber = Absorber(effects, len(y), scale)
    white_x, white_y = x * absorber.scale[:, None], y * absorber.scale
    within_x, within_y = absorber.residual(white_x), absorber.residual(white_y)
    kept = independent(within_x, np.linalg.norm(white_x, axis=0))
    used = within_x[:, kept]
    q, r = np.linalg.qr(used)
    b = np.linalg.solve(r, q.T @ within_y) if kept.any() else np.empty(0)
    residuals = within_y - used @ b
    root = np.linalg.inv(r) if kept.any() else np.empty((0, 0))
    parts = cov.Parts(used, residuals, root @ root.T, absorber, groups)
    centred = white_y - absorber.scale * (absorber.scale @ white_y) / (absorber.scale @ absorber.scale)
    total = float(centred @ centred)
    return Regression(
        outcome=outcome,
        terms=tuple(t for t, k in zip(terms, kept) if k),
        coefficients=b,
        n=len(y),
        n_dropped=n_dropped,
        collinear=tuple(t for t, k in zip(terms, kept) if not k),
        r_squared=1 - float(residuals @ residuals) / total if total > 0 else float("nan"),
        rank=parts.rank,
        parts=parts,
        _outcome_size=float(np.linalg.norm(white_y)),
    )


def design(data: pl.DataFrame, x: Sequence[str], *, constant: bool) -> tuple[list[str], np.ndarray]:
    """Names and columns of the regressors; text becomes indicators, reference the first sorted level."""
    names, columns = (["(constant)"], [np.ones(data.height)]) if constant else ([], [])
    for name in names_of(x):
        if is_category(data, name):
            codes, levels = categories(data, name)
            for j, level in enumerate(levels[1:], start=1):
                names.append(f"{name}[{level}]")
                columns.append((codes == j).astype(float))
        else:
            names.append(name)
            columns.append(numbers(data, name))
    return names, np.column_stack(columns) if columns else np.empty((data.height, 0))


def _complete(data: pl.DataFrame, used: Sequence[str | None], missing: str) -> tuple[np.ndarray, int]:
    gaps = {name: missing_mask(data, name) for name in dict.fromkeys(n for n in used if n)}
    if missing == "refuse":
        refuse_missing(gaps, "the regression", 'Complete them, or say missing="drop" to leave the rows out.')
    keep = ~np.logical_or.reduce(list(gaps.values()))
    return keep, int((~keep).sum())


def missing_mask(data: pl.DataFrame, name: str) -> np.ndarray:
    """Where a column is null or not a number."""
    return categories(data, name)[0] < 0 if is_category(data, name) else _numeric_gaps(data, name)


def _numeric_gaps(data: pl.DataFrame, name: str) -> np.ndarray:
    series = data.get_column(name)
    gaps = series.is_null()
    if series.dtype.is_float():
        gaps = gaps | series.is_nan().fill_null(True)
    return gaps.to_numpy()


def _root_weights(data: pl.DataFrame, weights: str | None) -> np.ndarray | None:
    if weights is None:
        return None
    values = numbers(data, weights)
    bad = np.flatnonzero(~(values > 0))
    if bad.size:
        raise BadInput(
            place=f"column {weights!r}, row {bad[0] + 1}",
            problem=f"has the weight {values[bad[0]]:g}",
            remedy="Weights are greater than zero; leave out rows that should not count.",
        )
    return np.sqrt(values)
