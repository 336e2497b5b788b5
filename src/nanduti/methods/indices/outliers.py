"""Outliers: judged by skew and kurtosis, pulled in by winsorisation, or bent by a transformation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .frames import Matrix, read, vector

TRANSFORMATIONS = ("log", "log_reflected", "log_plus_one", "box_cox", "none")


def skewness(x: object) -> float | None:
    """Sample skewness, adjusted for the number of values as spreadsheets do; null where undefined.

    ``sqrt(n(n-1))/(n-2) * m3/m2^1.5``. Missing values are left out. Fewer than three values, or values
    that are all equal, have no skewness.

    >>> round(skewness([1, 2, 3, 4, 50]), 4), skewness([5, 5, 5])
    (2.2206, None)
    """
    found = float(_moments(vector(x).reshape(-1, 1))[0][0])
    return None if np.isnan(found) else found


def kurtosis(x: object) -> float | None:
    """Sample excess kurtosis, adjusted as spreadsheets do; null where undefined.

    ``(n-1)/((n-2)(n-3)) * ((n+1) g2 + 6)`` with ``g2 = m4/m2² - 3``; needs four values that differ.

    >>> round(kurtosis([1, 2, 3, 4, 50]), 4)
    4.9449
    """
    found = float(_moments(vector(x).reshape(-1, 1))[1][0])
    return None if np.isnan(found) else found


@dataclass(frozen=True)
class Treated:
    """A treated table and what was done to it.

    Attributes:
        data: the table after treatment.
        details: one row per indicator: ``skew_before``, ``kurtosis_before``, ``passed_before``,
            ``n_winsorised``, ``transformation``, ``skew_after``, ``kurtosis_after``, ``passed_after``; null where
            too few or equal values have no skew or kurtosis, so that nothing was tested.
        points: one row per value moved: unit, ``indicator``, ``before``, ``after``, ``how``.
    """

    data: pl.DataFrame
    details: pl.DataFrame
    points: pl.DataFrame


def treat(
    data: pl.DataFrame,
    *,
    unit: str = "unit",
    max_points: int | None = 5,
    skew: float = 2.0,
    kurtosis: float = 3.5,
    then: str = "log",
    box_cox_lambda: float = 0.0,
    leave: tuple[str, ...] = (),
    combine: bool = False,
) -> Treated:
    """Treat outliers by the JRC rule (Handbook 2008, step 5; COIN Tool user guide, EUR 29899).

    An indicator passes if ``|skew| < 2`` or ``kurtosis < 3.5``. If it fails, the most extreme value on
    the side the skew points to (with all that tie with it) is set to the next one, and it is tested
    again, while fewer than ``max_points`` values have been moved; ties move together and may carry the
    count past that number. If it still fails, the original values are transformed.

    Args:
        max_points: cap on winsorised values; ``None`` means no cap, 0 means none.
        then: ``log`` (``ln(x - min + 0.01 range)``), ``log_reflected`` (the mirrored log, for low
            outliers), ``log_plus_one`` (``ln(x - min + 1)``), ``box_cox``, or ``none``.
        leave: indicators that are not touched.
        combine: transform the winsorised values instead of the original ones.

    >>> d = pl.DataFrame({"unit": list("abcdef"), "x": [1.0, 2, 3, 4, 5, 90]})
    >>> treat(d).data["x"].to_list()
    [1.0, 2.0, 3.0, 4.0, 5.0, 5.0]
    """
    m = read(data, unit)
    work = treated(m, max_points, skew, kurtosis, then, box_cox_lambda, leave, combine)
    columns = [pl.Series(c, work.values[:, i]).fill_nan(None) for i, c in enumerate(m.codes)]
    return Treated(data.with_columns(columns), work.details(m), work.points(m))


@dataclass(frozen=True)
class Treatment:
    """Arrays behind :class:`Treated`, one entry per indicator."""

    values: np.ndarray
    before: tuple[np.ndarray, np.ndarray]
    after: tuple[np.ndarray, np.ndarray]
    n_winsorised: np.ndarray
    transformed: np.ndarray
    passed: tuple[np.ndarray, np.ndarray]
    then: str

    def details(self, m: Matrix) -> pl.DataFrame:
        """One row per indicator."""
        how = ["none" if not t else self.then for t in self.transformed]
        columns = {
            "indicator": pl.Series(m.codes, dtype=pl.String),
            "skew_before": pl.Series(self.before[0], dtype=pl.Float64).fill_nan(None),
            "kurtosis_before": pl.Series(self.before[1], dtype=pl.Float64).fill_nan(None),
            "passed_before": _tested(self.passed[0], self.before),
            "n_winsorised": pl.Series(np.where(self.transformed, 0, self.n_winsorised)),
            "transformation": pl.Series(how, dtype=pl.String),
            "skew_after": pl.Series(self.after[0], dtype=pl.Float64).fill_nan(None),
            "kurtosis_after": pl.Series(self.after[1], dtype=pl.Float64).fill_nan(None),
            "passed_after": _tested(self.passed[1], self.after),
        }
        return pl.DataFrame(columns)

    def points(self, m: Matrix) -> pl.DataFrame:
        """One row per winsorised value; transformed indicators stand in the details alone."""
        moved = (self.values != m.values) & ~np.isnan(m.values) & ~self.transformed
        rows, columns = np.nonzero(moved)
        before, after = m.values[rows, columns], self.values[rows, columns]
        return pl.DataFrame(
            {
                m.unit: pl.Series([m.units[r] for r in rows], dtype=pl.String),
                "indicator": pl.Series([m.codes[c] for c in columns], dtype=pl.String),
                "before": pl.Series(before, dtype=pl.Float64),
                "after": pl.Series(after, dtype=pl.Float64),
                "how": pl.Series(
                    np.where(after < before, "winsorised down", "winsorised up"), dtype=pl.String
                ),
            }
        )


def _tested(passed: np.ndarray, moments: tuple[np.ndarray, np.ndarray]) -> pl.Series:
    """Whether each column passed; null where there was nothing to test."""
    unknown = np.isnan(moments[0]) | np.isnan(moments[1])
    return pl.Series([None if u else bool(p) for p, u in zip(passed, unknown, strict=True)], dtype=pl.Boolean)


def treated(
    m: Matrix,
    max_points: int | None = 5,
    skew: float = 2.0,
    kurtosis: float = 3.5,
    then: str = "log",
    box_cox_lambda: float = 0.0,
    leave: tuple[str, ...] = (),
    combine: bool = False,
) -> Treatment:
    """The arithmetic of :func:`treat` on all indicators at once."""
    _check_rule(max_points, skew, then)
    x = m.values
    before = _moments(x)
    left = np.isin(np.array(m.codes, dtype=object), leave) if leave else np.zeros(len(m.codes), dtype=bool)
    passed = _passes(before, skew, kurtosis) | left
    winsorised, n_moved = _winsorise(x, ~passed, max_points, skew, kurtosis)
    settled = passed | _passes(_moments(winsorised), skew, kurtosis)
    transformed = ~settled & (then != "none")
    values = winsorised.copy()
    base = winsorised if combine else x
    for j in np.flatnonzero(transformed):
        values[:, j] = transform(base[:, j], then, box_cox_lambda)
    after = _moments(values)
    passes_after = _passes(after, skew, kurtosis) | left
    return Treatment(values, before, after, n_moved, transformed, (passed, passes_after), then)


def winsorise(
    x: object, *, max_points: int | None = 5, skew: float = 2.0, kurtosis: float = 3.5
) -> np.ndarray:
    """Pull in the most extreme values one step at a time until skew and kurtosis pass; see :func:`treat`.

    >>> winsorise([1.0, 2, 3, 4, 5, 90]).tolist()
    [1.0, 2.0, 3.0, 4.0, 5.0, 5.0]
    """
    values = vector(x)
    column = values.reshape(-1, 1)
    fails = ~_passes(_moments(column), skew, kurtosis)
    return _winsorise(column, fails, max_points, skew, kurtosis)[0].reshape(values.shape)


def transform(x: object, how: str, box_cox_lambda: float = 0.0) -> np.ndarray:
    """Bend a skewed indicator; the order of values is kept.

    ``log``: ``ln(x - min + 0.01 (max - min))``. ``log_reflected``: its mirror image for low outliers,
    ``-ln(max - x + 0.01 (max - min))``. ``log_plus_one``: ``ln(x - min + 1)``. ``box_cox``: Box and Cox
    (1964) of ``x - min + 1`` with the given lambda.

    >>> transform([0.0, 100.0], "log").round(4).tolist()
    [0.0, 4.6151]
    """
    values = vector(x)
    low, high = np.nanmin(values), np.nanmax(values)
    if how == "none":
        return values.copy()
    if low == high:
        raise BadInput(
            place="the values",
            problem=f"are all {low:g}",
            remedy="Drop the indicator: it tells nothing apart.",
        )
    if how == "log":
        return np.log(values - low + 0.01 * (high - low))
    if how == "log_reflected":
        return -np.log(high - values + 0.01 * (high - low))
    shifted = values - low + 1
    if how == "log_plus_one" or (how == "box_cox" and box_cox_lambda == 0):
        return np.log(shifted)
    if how == "box_cox":
        return (shifted**box_cox_lambda - 1) / box_cox_lambda
    raise BadInput(
        place=f"transformation {how!r}",
        problem="is not known",
        remedy=f"Use one of {', '.join(TRANSFORMATIONS)}.",
    )


def _check_rule(max_points: int | None, skew: float, then: str) -> None:
    if max_points is not None and max_points < 0:
        raise BadInput(place="max_points", problem=f"is {max_points}", remedy="Give zero or more.")
    if skew <= 0:
        raise BadInput(place="the skew limit", problem=f"is {skew}", remedy="Give a positive number.")
    if then not in TRANSFORMATIONS:
        raise BadInput(
            place=f"transformation {then!r}",
            problem="is not known",
            remedy=f"Use one of {', '.join(TRANSFORMATIONS)}.",
        )


def _moments(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Adjusted skewness and kurtosis of every column; NaN where undefined."""
    known = ~np.isnan(x)
    n = known.sum(axis=0).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        centred = np.where(known, x, 0.0)
        centred = np.where(known, x - centred.sum(axis=0) / n, 0.0)
        square = centred * centred
        s2, s3, s4 = square.sum(axis=0), (square * centred).sum(axis=0), (square * square).sum(axis=0)
        skew = np.sqrt(n) * s3 / s2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
        g2 = n * s4 / s2**2 - 3
        kurt = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * g2 + 6)
        # Rounding leaves a trace of variance in columns that are constant; those have no moments.
        flat = (np.where(known, x, -np.inf).max(axis=0) - np.where(known, x, np.inf).min(axis=0)) <= 0
    skew[flat | (n < 3)] = np.nan
    kurt[flat | (n < 4)] = np.nan
    return skew, kurt


def _passes(moments: tuple[np.ndarray, np.ndarray], skew: float, kurtosis: float) -> np.ndarray:
    """Whether each column passes; what has no moments has nothing to treat."""
    s, k = moments
    return np.isnan(s) | np.isnan(k) | (np.abs(s) < skew) | (k < kurtosis)


def _winsorise(
    x: np.ndarray, failing: np.ndarray, max_points: int | None, skew: float, kurtosis: float
) -> tuple[np.ndarray, np.ndarray]:
    out, moved = x.copy(), np.zeros(x.shape[1], dtype=int)
    active = np.flatnonzero(failing)
    while active.size:
        if max_points is not None:
            active = active[moved[active] < max_points]
        if not active.size:
            break
        part = out[:, active]
        # Low outliers are high outliers of the mirrored column.
        sign = np.where(_moments(part)[0] >= 0, 1.0, -1.0)
        mirrored = np.where(np.isnan(part), -np.inf, part * sign)
        top = mirrored.max(axis=0)
        extreme = mirrored == top
        following = np.where(extreme, -np.inf, mirrored).max(axis=0)
        part = np.where(extreme, following * sign, part)
        out[:, active] = part
        moved[active] = (out[:, active] != x[:, active]).sum(axis=0) - np.isnan(x[:, active]).sum(axis=0)
        active = active[~_passes(_moments(part), skew, kurtosis)]
    return out, moved
