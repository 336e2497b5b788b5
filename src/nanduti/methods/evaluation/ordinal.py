"""Repeated answers on an ordered scale: the cumulative logit model with one random intercept.

    logit P(answer ≤ j | unit i) = θ_j - x'β - u_i,   u_i ~ N(0, σ²)

Fitted by the Laplace approximation or adaptive Gauss-Hermite quadrature, as R's ``ordinal::clmm``.

Sources: Agresti 2010, *Analysis of Ordinal Categorical Data*, ch. 10; Christensen 2019 (ordinal package);
Liu & Pierce 1994, *Biometrika* 81 (adaptive quadrature).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import scipy
from scipy import optimize, special

from nanduti.methods.values import BadInput, CannotBeSaid

from ._tables import categories, numbers, positive_count, refuse_missing
from ._threads import single_threaded
from .regression import design, missing_mask

_NEARLY_ZERO_SD = 1e-2
_SEPARATED = 20.0


@dataclass(frozen=True)
class OrdinalMixedModel:
    """A fitted cumulative logit model with a random intercept.

    Attributes:
        thresholds: between, estimate, standard_error.
        coefficients: term, estimate (log odds of a higher answer), standard_error, z, p_value, low, high.
        sd: standard deviation of the units' intercepts (0 if the data show no differences between units).
        log_likelihood: at the maximum. n, n_units: answers and units.
        quadrature: 1 for Laplace, else the number of points.
        categories: the answers that occur, in order.
        note: what to know before reading.
    """

    thresholds: pl.DataFrame
    coefficients: pl.DataFrame
    sd: float
    log_likelihood: float
    n: int
    n_units: int
    quadrature: int
    categories: tuple[float, ...]
    level: float
    note: str

    def coefficient(self, term: str) -> float:
        """The estimate of one term."""
        return float(self.coefficients.row(by_predicate=pl.col("term") == term, named=True)["estimate"])


@single_threaded
def ordinal_mixed_model(
    data: pl.DataFrame,
    *,
    y: str,
    x: Sequence[str],
    unit: str,
    quadrature: int = 1,
    level: float = 0.95,
    missing: str = "refuse",
) -> OrdinalMixedModel:
    """Fit the model to one row per answer.

    Args:
        y: the answer, ordered numbers (turn answers towards favourable first, see :func:`turned`).
        x: regressors; text becomes indicators against its first sorted level.
        unit: who answered.
        quadrature: 1 for Laplace (default), or a number of adaptive Gauss-Hermite points.

    Raises:
        CannotBeSaid: one answer only, one unit only, or answers that a regressor separates perfectly.

    >>> rng = np.random.default_rng(5)
    >>> firm = np.repeat(np.arange(12), 10); late = np.tile([0, 0, 0, 0, 0, 1, 1, 1, 1, 1], 12)
    >>> drift = rng.normal(size=12)[firm] + 1.5 * late + rng.logistic(size=120)
    >>> data = pl.DataFrame({"firm": firm, "late": late, "trust": np.digitize(drift, [-1, 0, 1, 2]) + 1})
    >>> found = ordinal_mixed_model(data, y="trust", x=["late"], unit="firm")
    >>> found.n_units, 0.8 < found.coefficient("late") < 2.5, found.sd > 0
    (12, True, True)
    """
    positive_count(quadrature, "quadrature points")
    gaps = {name: missing_mask(data, name) for name in dict.fromkeys((y, *x, unit))}
    if missing == "refuse":
        refuse_missing(gaps, "the answers", 'Say missing="drop" to leave unanswered items out.')
    data = data.filter(pl.Series(~np.logical_or.reduce(list(gaps.values()))))
    if data.height == 0:
        raise CannotBeSaid(what="A trend", why="nobody answered", remedy="Collect answers.")
    names, matrix = design(data, x, constant=False)
    answers, found = np.unique(numbers(data, y), return_inverse=True)
    units, unit_names = categories(data, unit)
    _check(answers, unit_names, names, matrix)
    likelihood = _Likelihood.of(found, matrix, units, len(answers), quadrature)
    at, sd_is_zero = _maximise(likelihood)
    return _result(likelihood, at, sd_is_zero, names, answers, data.height, len(unit_names), level)


def _check(answers: np.ndarray, units: list[object], names: list[str], x: np.ndarray) -> None:
    if len(answers) < 2:
        raise CannotBeSaid(
            what="A trend", why=f"every answer is {answers[0]:g}", remedy="Report that everyone agrees."
        )
    if len(units) < 2:
        raise CannotBeSaid(
            what="A model of repeated answers",
            why="there is one unit only",
            remedy="Show its answers one by one, to those who may see them.",
        )
    centred = x - x.mean(axis=0)
    if (
        x.shape[1]
        and np.linalg.matrix_rank(centred / np.maximum(np.abs(centred).max(axis=0), 1e-300)) < x.shape[1]
    ):
        raise BadInput(
            place=f"regressors {names}", problem="do not vary or imply one another", remedy="Leave some out."
        )


@dataclass
class _Likelihood:
    """Log-likelihood at many parameter vectors at once; rows with equal values are counted together.

    Parameters: first threshold, logs of the steps between thresholds, coefficients, log of σ.
    """

    answer: np.ndarray
    x: np.ndarray
    count: np.ndarray
    unit: np.ndarray
    starts: np.ndarray
    n_answers: int
    quadrature: int
    modes: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, answer, x, unit, n_answers, quadrature) -> _Likelihood:
        table, count = np.unique(np.column_stack([unit, answer, x]), axis=0, return_counts=True)
        codes = table[:, 0].astype(np.int64)
        starts = np.flatnonzero(np.r_[True, np.diff(codes) > 0])
        return cls(
            table[:, 1].astype(np.int64), table[:, 2:], count.astype(float), codes, starts, n_answers,
            quadrature, np.zeros(len(starts)),
        )  # fmt: skip

    @property
    def n_thresholds(self) -> int:
        return self.n_answers - 1

    def thresholds(self, p: np.ndarray) -> np.ndarray:
        """m × J-1 thresholds from m × p parameters."""
        steps = np.exp(np.clip(p[:, 1 : self.n_thresholds], -30, 30))
        return np.cumsum(np.column_stack([p[:, :1], steps]), axis=1)

    def __call__(self, p: np.ndarray) -> np.ndarray:
        theta = self.thresholds(p)
        return self.at(theta, p[:, self.n_thresholds : -1], np.exp(np.clip(p[:, -1], -30, 10)))

    def at(self, theta: np.ndarray, beta: np.ndarray, sd: np.ndarray) -> np.ndarray:
        """Log-likelihoods at m sets of thresholds, coefficients and standard deviations."""
        edge = np.full((len(theta), 1), np.inf)
        limits = np.hstack([-edge, theta, edge])
        line = beta @ self.x.T
        high, low = limits[:, self.answer + 1] - line, limits[:, self.answer] - line
        with np.errstate(invalid="ignore"):
            gap = limits[:, :-1] - limits[:, 1:]
        width = np.log(-np.expm1(np.where(np.isnan(gap), -np.inf, gap)))[:, self.answer]
        sd = sd[:, None]
        v, curvature = self._modes(high, low, sd)
        if self.quadrature == 1:
            return (self._joint(high, low, width, v, sd) - 0.5 * np.log(curvature)).sum(axis=1)
        nodes, weights = np.polynomial.hermite.hermgauss(self.quadrature)
        spread = np.sqrt(2 / curvature)
        terms = np.stack(
            [
                self._joint(high, low, width, v + spread * node, sd) + node**2 + np.log(weight)
                for node, weight in zip(nodes, weights)
            ]
        )
        return (special.logsumexp(terms, axis=0) + np.log(spread) - 0.5 * np.log(2 * np.pi)).sum(axis=1)

    def _sums(self, values: np.ndarray) -> np.ndarray:
        return np.add.reduceat(values * self.count, self.starts, axis=1)

    def _modes(self, high: np.ndarray, low: np.ndarray, sd: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The most likely standardised intercept of each unit, by Newton steps (the function is concave)."""
        v = np.tile(self.modes, (len(high), 1))
        for _ in range(50):
            shift = (sd * v)[:, self.unit_index]
            upper, lower = special.expit(high - shift), special.expit(low - shift)
            slope = sd * self._sums(upper + lower - 1) - v
            curvature = 1 + sd**2 * self._sums(upper * (1 - upper) + lower * (1 - lower))
            step = slope / curvature
            v = v + np.clip(step, -3, 3)
            if np.abs(step).max() < 1e-9:
                break
        self.modes = v[0]
        return v, curvature

    @property
    def unit_index(self) -> np.ndarray:
        """Position of each row's unit."""
        return np.cumsum(np.isin(np.arange(len(self.unit)), self.starts)) - 1

    def _joint(self, high, low, width, v, sd) -> np.ndarray:
        shift = (sd * v)[:, self.unit_index]
        # P(low < z ≤ high) = F(high) · (1 - F(low)) · (1 - exp(low - high)), stable in both tails
        terms = special.log_expit(high - shift) + special.log_expit(shift - low) + width
        return self._sums(terms) - v**2 / 2


def _maximise(likelihood: _Likelihood) -> tuple[np.ndarray, bool]:
    shares = np.bincount(likelihood.answer, weights=likelihood.count, minlength=likelihood.n_answers)
    heights = special.logit(np.clip(np.cumsum(shares)[:-1] / shares.sum(), 1e-4, 1 - 1e-4))
    start = np.concatenate(
        [heights[:1], np.log(np.maximum(np.diff(heights), 1e-3)), np.zeros(likelihood.x.shape[1]), [0.0]]
    )
    free = np.ones(len(start), dtype=bool)
    found = _climb(likelihood, start, free)
    if np.exp(found[-1]) < _NEARLY_ZERO_SD:
        free[-1], found[-1] = False, -30.0
        return _climb(likelihood, found, free), True
    return found, False


def _climb(likelihood: _Likelihood, start: np.ndarray, free: np.ndarray) -> np.ndarray:
    def expand(p: np.ndarray) -> np.ndarray:
        whole = np.tile(start, (len(p), 1))
        whole[:, free] = p
        return whole

    def value_and_slope(p: np.ndarray) -> tuple[float, np.ndarray]:
        h = 1e-5 * np.maximum(1.0, np.abs(p))
        moves = np.vstack([p, p + np.diag(h), p - np.diag(h)])
        values = -likelihood(expand(moves))
        k = len(p)
        return float(values[0]), (values[1 : k + 1] - values[k + 1 :]) / (2 * h)

    p = start[free]
    for _ in range(3):
        result = optimize.minimize(
            value_and_slope, p, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 500}
        )
        p = result.x
        if np.abs(result.jac).max() < 1e-4:
            break
    return expand(p[None])[0]


def _result(likelihood, at, sd_is_zero, names, answers, n, n_units, level) -> OrdinalMixedModel:
    j = likelihood.n_thresholds
    theta, beta, sd = likelihood.thresholds(at[None])[0], at[j:-1], float(np.exp(at[-1]))
    sd = 0.0 if sd_is_zero else sd
    if np.abs(beta).max(initial=0) > _SEPARATED or np.abs(theta).max() > 2 * _SEPARATED:
        raise CannotBeSaid(
            what="The size of a trend",
            why="a regressor separates the answers perfectly, or nearly",
            remedy="Show the answers before and after as counts.",
        )
    errors = _standard_errors(likelihood, theta, beta, at[-1], sd_is_zero)
    reach = scipy.stats.norm.ppf(0.5 + level / 2) * errors[j : j + len(beta)]
    z = beta / errors[j : j + len(beta)]
    between = [f"{a:g}|{b:g}" for a, b in itertools.pairwise(answers)]
    note = "the units show no differences in level; fitted without random intercept" if sd_is_zero else ""
    return OrdinalMixedModel(
        pl.DataFrame({"between": between, "estimate": theta, "standard_error": errors[:j]}),
        pl.DataFrame(
            {
                "term": pl.Series(names, dtype=pl.String),
                "estimate": beta,
                "standard_error": errors[j : j + len(beta)],
                "z": z,
                "p_value": 2 * scipy.stats.norm.sf(np.abs(z)),
                "low": beta - reach,
                "high": beta + reach,
            }
        ),
        sd, float(likelihood(at[None])[0]), n, n_units, likelihood.quadrature, tuple(map(float, answers)), level,
        note,
    )  # fmt: skip


def _standard_errors(likelihood, theta, beta, log_sd, sd_is_zero) -> np.ndarray:
    """From second differences of the log-likelihood in thresholds, coefficients and log σ."""
    p = np.concatenate([theta, beta, [] if sd_is_zero else [log_sd]])
    k, j = len(p), len(theta)
    h = 1e-3 * np.maximum(1.0, np.abs(p)) * 0.5

    def values(moves: np.ndarray) -> np.ndarray:
        sd = np.zeros(len(moves)) if sd_is_zero else np.exp(moves[:, -1])
        return likelihood.at(moves[:, :j], moves[:, j : j + len(beta)], sd)

    rows, columns = np.triu_indices(k)
    first, second = np.eye(k)[rows] * h, np.eye(k)[columns] * h
    stacked = np.vstack([p + first + second, p + first - second, p - first + second, p - first - second])
    plus, up, down, minus = values(stacked).reshape(4, -1)
    hessian = np.zeros((k, k))
    hessian[rows, columns] = (plus - up - down + minus) / (4 * h[rows] * h[columns])
    hessian = hessian + np.triu(hessian, 1).T
    eigenvalues = np.linalg.eigvalsh(-hessian)
    if eigenvalues[0] <= 1e-8 * eigenvalues[-1]:
        raise CannotBeSaid(
            what="The certainty of the trend",
            why="the answers do not identify all thresholds and coefficients",
            remedy="Use fewer regressors or collect more rounds.",
        )
    return np.sqrt(np.diag(np.linalg.inv(-hessian)))
