"""Randomisation inference: how often the recorded lottery alone would have produced such a difference.

Draws come from :class:`~nanduti.methods.evaluation.Assignment` and from nowhere else, so strata, clusters,
pairs, shares and re-randomisation rules are always respected.

Sources: Fisher 1935; Young 2019, *QJE* 134, 557-607; Phipson & Smyth 2010 for (1 + exceedances)/(1 + draws);
studentised statistics stay valid for average effects: Wu & Ding 2021, *JASA* 116, 1898-1913.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid
from nanduti.methods.values.guards import one_of

from ._projection import Absorber, orthonormal
from ._tables import categories, column, names_of, numbers, positive_count, refuse_missing
from ._threads import single_threaded
from .assignment import Assignment
from .evidence import EvidenceGrade, grade_lottery
from .regression import design, missing_mask

STATISTICS = ("t", "coefficient")
ALTERNATIVES = ("two-sided", "greater", "less")
MOST_EXACT = 20_000
_BLOCK_ENTRIES = 600_000
_TIE = 1e-9


@dataclass(frozen=True)
class RandomizationTest:
    """A test whose only assumption is the lottery.

    Attributes:
        estimate: the coefficient of the arm. statistic: the value compared over draws.
        p_value: share of outcomes of the lottery at least as extreme (the observed one counted).
        smallest_p: the smallest p-value these outcomes could have given.
        low, high: interval of constant effects not rejected at 1 - level; None if unbounded.
        n_draws: outcomes compared; ``exact`` if they are all there are.
        distribution: the statistic of each.
        grade: the evidence (None for a statistic of one's own).
    """

    estimate: float
    statistic: float
    p_value: float
    smallest_p: float
    low: float | None
    high: float | None
    level: float
    n_draws: int
    exact: bool
    n: int
    distribution: np.ndarray = field(repr=False)
    grade: EvidenceGrade | None = None

    @property
    def method(self) -> str:
        """How it was computed, in words."""
        what = "all {:,} possible outcomes" if self.exact else "{:,} re-draws"
        return f"randomisation inference, {what.format(self.n_draws)}"


@single_threaded
def randomization_test(
    data: pl.DataFrame,
    assignment: Assignment,
    *,
    y: str,
    arm: str | None = None,
    against: str | None = None,
    controls: Sequence[str] = (),
    fixed_effects: str | Sequence[str] | None = None,
    times: str | None = None,
    statistic: str = "t",
    alternative: str = "two-sided",
    draws: int = 4_999,
    seed: int = 0,
    level: float = 0.95,
    interval: bool = True,
    missing: str = "refuse",
) -> RandomizationTest:
    """Test one arm of a recorded lottery against another.

    The statistic is the coefficient of the arm in a regression on ``controls`` and fixed effects (by
    default the lottery's strata), or its robust t (clustered where several rows share a drawn unit).
    With more than two arms, or misfits left out, only units of the two arms exchange places; the others
    keep theirs. Few possible outcomes (up to 20,000) are listed one and all instead of drawn.

    Args:
        data: rows with the id column of the assignment; several rows per unit are allowed.
        fixed_effects: columns with an effect per level instead of the strata; ``()`` for none.
        times: column that multiplies the arm (e.g. 1 after the start, for differences in differences;
            then name the unit among the fixed effects). The product is recomputed in every draw.
        missing: ``"refuse"`` missing outcomes or controls, or ``"drop"`` such rows (losses to follow-up
            are the business of :func:`attrition_table`).

    >>> firms = pl.DataFrame({"id": range(8)})
    >>> from nanduti.methods.evaluation import randomize
    >>> drawn = randomize(firms, unit="id", arms=["control", "mentor"], seed="demo")
    >>> after = drawn.frame.with_columns(sales=pl.when(pl.col("arm") == "mentor").then(9.0).otherwise(5.0)
    ...                                  + pl.col("id").cast(pl.Int64) % 3)
    >>> test = randomization_test(after, drawn, y="sales")
    >>> test.exact, test.n_draws, round(test.p_value, 4), round(test.smallest_p, 4)
    (True, 70, 0.0286, 0.0286)
    """
    one_of(statistic, STATISTICS, "statistic=")
    one_of(alternative, ALTERNATIVES, "alternative=")
    positive_count(draws, "the number of draws")
    model = Model.build(data, assignment, y, arm, against, controls, fixed_effects, times, missing)
    return run_test(model, statistic, alternative, draws, seed, level, interval)


@single_threaded
def run_test(
    model: Model, statistic: str, alternative: str, draws: int, seed: int, level: float, interval: bool
) -> RandomizationTest:
    """Compare the observed statistic of a model with those of its re-draws."""
    grade = model.grade()
    if grade.letter == "D":
        raise CannotBeSaid(
            what="A p-value",
            why="an arm is a single group, which cannot be told from its luck",
            remedy="Report the effect and the raw paths.",
        )
    exact = model.can_list(MOST_EXACT)
    moments = np.vstack(list(model.moments(draws, seed, exact, statistic)))
    observed = model.observed(statistic)
    if not np.isfinite(observed[:2]).all():
        raise CannotBeSaid(
            what=f"The effect of {model.arm!r}",
            why="controls or fixed effects already imply who is in it",
            remedy="Remove the effects that the arm lies within.",
        )
    at_zero = _statistics(moments, 0.0, statistic)
    value = float(_statistics(observed[None], 0.0, statistic)[0])
    p = _p_value(at_zero, value, alternative, exact)
    low, high = (None, None)
    if interval and alternative == "two-sided":
        low, high = _invert(moments, observed, statistic, 1 - level, exact)
    return RandomizationTest(
        estimate=float(observed[0]), statistic=value, p_value=p,
        smallest_p=_smallest(at_zero, alternative, exact), low=low, high=high, level=level,
        n_draws=len(moments), exact=exact, n=len(model.y), distribution=at_zero,
        grade=grade,
    )  # fmt: skip


def randomization_test_of(
    statistic: Callable[[np.ndarray], float],
    assignment: Assignment,
    *,
    among: tuple[str, str] | None = None,
    fixed: np.ndarray | None = None,
    alternative: str = "two-sided",
    draws: int = 999,
    seed: int = 0,
) -> RandomizationTest:
    """The same for any statistic: a function of the arm codes (in the order of ``assignment.units``).

    Everything that depends on the lottery (exposures, interactions, matched groups) must be computed
    inside the function.

    >>> from nanduti.methods.evaluation import randomize
    >>> drawn = randomize(pl.DataFrame({"id": range(10)}), unit="id", arms=["a", "b"], seed="demo")
    >>> y = np.arange(10.0)
    >>> round(randomization_test_of(lambda arms: y[arms == 1].mean(), drawn, draws=99).smallest_p, 2)
    0.01
    """
    one_of(alternative, ALTERNATIVES, "alternative=")
    values = np.array(
        [
            statistic(codes)
            for block in assignment.redraw_blocks(draws, seed=seed, among=among, fixed=fixed)
            for codes in block
        ]
    )
    observed = float(statistic(assignment.arm_codes))
    values = np.where(np.isnan(values), np.inf, values)
    return RandomizationTest(
        estimate=observed, statistic=observed, p_value=_p_value(values, observed, alternative, False),
        smallest_p=1 / (draws + 1), low=None, high=None, level=0.95, n_draws=draws, exact=False,
        n=assignment.n, distribution=values,
    )  # fmt: skip


@dataclass(frozen=True)
class Model:
    """Everything that stays the same over draws."""

    assignment: Assignment
    arm: str
    pair: tuple[str, str]
    among: tuple[str, str] | None
    rows: np.ndarray
    y: np.ndarray
    factor: np.ndarray | None
    absorber: Absorber
    basis: np.ndarray
    groups: sparse.csr_matrix | None
    exposure: sparse.csr_matrix | None = None
    expected: np.ndarray | None = None
    fixed: np.ndarray | None = None

    @classmethod
    def build(cls, data, assignment, y, arm, against, controls, effects, times, missing) -> Model:
        if not assignment.is_exchangeable():
            raise BadInput(
                place="a saturation design",
                problem="has no arms that units could exchange one by one",
                remedy='Use ancova(inference="CR2"), or randomization_test_of() with a statistic of its own.',
            )
        pair = two_arms(assignment, arm, against)
        data = usable_rows(data, assignment, (y, *controls, *names_of(effects), times), missing)
        rows = assignment.rows_in(data)
        parts = [assignment.strata[rows]] if effects is None else _effects(data, effects)
        absorber = Absorber(parts, data.height)
        _, matrix = design(data, controls, constant=not parts)
        matrix = np.hstack([matrix, _other_arms(assignment, pair, rows)])
        refuse_empty_arms(assignment, rows, pair)
        basis = orthonormal(absorber.residual(matrix), np.linalg.norm(matrix, axis=0))
        outcome = absorber.residual(numbers(data, y)[:, None])[:, 0]
        outcome = outcome - basis @ (basis.T @ outcome)
        needs_pair = (
            len(assignment.arms) > 2 or assignment.misfits == "missing" or assignment.source != "drawn"
        )
        return cls(
            assignment, pair[1], pair, pair if needs_pair else None, rows,
            outcome, numbers(data, times) if times else None, absorber,
            np.hstack([absorber.rest, basis]), _drawn_groups(assignment, rows),
        )  # fmt: skip

    def grade(self) -> EvidenceGrade:
        """The evidence grade by the units that have an outcome."""
        observed = np.zeros(self.assignment.n, dtype=bool)
        observed[self.rows if self.exposure is None else slice(None)] = True
        return grade_lottery(self.assignment, observed)

    def can_list(self, most: int) -> bool:
        """Whether all outcomes can be listed: few, and with the same arm sizes in every draw."""
        a = self.assignment
        if self.fixed is not None or not a.is_exchangeable():
            return False
        if self.among is None and a.misfits != "missing" and a.n_misfits:
            return False
        return a.n_possible(self.pair if self.among else None) <= most

    def moments(self, draws: int, seed: int, exact: bool, statistic: str) -> Iterator[np.ndarray]:
        """Rows of (b_y, b_d, A, B, C) for each draw; see :meth:`_moments_of`."""
        size = max(1, _BLOCK_ENTRIES // max(len(self.y), 1))
        for codes in self._codes(draws, seed, exact, size):
            yield self._moments_of(self._regressor(codes), statistic)

    def observed(self, statistic: str) -> np.ndarray:
        """The same for the real assignment."""
        return self._moments_of(self._regressor(self.assignment.arm_codes[None, :]), statistic)[0]

    def _codes(self, draws: int, seed: int, exact: bool, size: int) -> Iterator[np.ndarray]:
        if exact:
            yield from self.assignment.outcome_blocks(self.among, size)
        else:
            yield from self.assignment.redraw_blocks(
                draws, seed=seed, among=self.among, fixed=self.fixed, block=size
            )

    def _regressor(self, codes: np.ndarray) -> np.ndarray:
        treated = codes == self.assignment.arm_index(self.arm)
        if self.exposure is not None:
            assert self.expected is not None
            return (self.exposure @ treated.T.astype(np.float64)).T - self.expected
        out = treated[:, self.rows].astype(np.float64)
        return out if self.factor is None else out * self.factor

    def _moments_of(self, t: np.ndarray, statistic: str) -> np.ndarray:
        """Coefficients on y and on the real treatment d, and the pieces of the robust variance.

        For y - τ·d the coefficient is ``b_y - τ b_d`` and the middle of the sandwich ``A - 2τB + τ²C``,
        so that the whole interval comes from one pass over the draws.
        """
        d = self._regressor(self.assignment.arm_codes[None, :])[0]
        in_effects = np.zeros(len(t))
        left = t
        if self.absorber.groups is not None:
            sums = self.absorber.groups.T @ t.T
            in_effects = np.einsum("ij,ij->j", sums, sums)
            left = t - (self.absorber.groups @ sums).T if statistic == "t" else t
        # the basis is orthogonal to the largest set of effects, so that t needs no correction first
        inner = t @ self.basis
        denominator = np.einsum("ij,ij->i", t, t) - in_effects - np.einsum("ij,ij->i", inner, inner)
        size = np.einsum("ij,ij->i", t, t)
        safe = np.where(denominator > 1e-9 * np.maximum(size, 1e-300), denominator, np.nan)
        d_within = self._within(d)
        b_y, b_d = (t @ self.y) / safe, (t @ d_within) / safe
        if statistic == "coefficient":
            nothing = np.zeros_like(b_y)
            return np.column_stack([b_y, b_d, nothing, nothing, nothing])
        left = left - inner @ self.basis.T
        a, b, c = self._middle(left, d_within, b_y, b_d)
        return np.column_stack([b_y, b_d, a / safe**2, b / safe**2, c / safe**2])

    def _within(self, values: np.ndarray) -> np.ndarray:
        values = self.absorber.residual(values[:, None])[:, 0]
        covariates = self.basis[:, self.absorber.rest.shape[1] :]
        return values - covariates @ (covariates.T @ values)

    def _middle(self, t, d, b_y, b_d):
        if self.groups is not None:
            u = (self.groups @ (t * self.y).T).T
            v = (self.groups @ (t * d).T).T
            w = (self.groups @ (t * t).T).T
            e, f = u - b_y[:, None] * w, v - b_d[:, None] * w
            return (e * e).sum(axis=1), (e * f).sum(axis=1), (f * f).sum(axis=1)
        square = t * t
        yy, yd, dd = (square @ np.column_stack([self.y**2, self.y * d, d**2])).T
        cube = square * t
        y3, d3 = (cube @ np.column_stack([self.y, d])).T
        t4 = np.einsum("ij,ij->i", square, square)
        a = yy - 2 * b_y * y3 + b_y**2 * t4
        b = yd - b_y * d3 - b_d * y3 + b_y * b_d * t4
        c = dd - 2 * b_d * d3 + b_d**2 * t4
        return a, b, c


def two_arms(assignment: Assignment, arm: str | None, against: str | None) -> tuple[str, str]:
    """(comparison, arm); the arm may be left out where there are only two."""
    against = assignment.arms[0] if against is None else against
    assignment.arm_index(against)
    others = [a for a in assignment.arms if a != against]
    if arm is None and len(others) > 1:
        raise BadInput(place="arm", problem="is not named", remedy=f"Name one of {tuple(others)}.")
    arm = others[0] if arm is None else arm
    assignment.arm_index(arm)
    if arm == against:
        raise BadInput(place=f"arm {arm!r}", problem="is compared with itself", remedy="Name two arms.")
    return against, arm


def refuse_empty_arms(assignment: Assignment, rows: np.ndarray, arms: Sequence[str]) -> None:
    """An error naming an arm of which no unit has an outcome."""
    for name in arms:
        if not (assignment.arm_codes[rows] == assignment.arm_index(name)).any():
            raise CannotBeSaid(
                what=f"The effect of {arms[-1]!r}",
                why=f"no unit of arm {name!r} has an outcome",
                remedy="Follow it up, or compare other arms.",
            )


def usable_rows(
    data: pl.DataFrame, assignment: Assignment, used: Sequence[str | None], missing: str
) -> pl.DataFrame:
    """The rows of units that have an arm, complete in the columns used."""
    one_of(missing, ("refuse", "drop"), "missing=")
    column(data, assignment.unit)
    codes = assignment.arm_codes[assignment.rows_in(data)]
    data = data.filter(pl.Series(codes >= 0))
    for name in filter(None, used):
        column(data, name)
    gaps = {n: missing_mask(data, n) for n in dict.fromkeys(n for n in used if n)}
    if missing == "refuse":
        refuse_missing(gaps, "the data", 'Complete them, or say missing="drop" and show the attrition table.')
    data = data.filter(pl.Series(~np.logical_or.reduce(list(gaps.values()))))
    if data.height == 0:
        raise CannotBeSaid(
            what="An effect", why="no unit has an outcome", remedy="Collect the endline before testing."
        )
    return data


def _effects(data: pl.DataFrame, effects: str | Sequence[str]) -> list[np.ndarray]:
    return [categories(data, name)[0] for name in names_of(effects)]


def _other_arms(assignment: Assignment, pair: tuple[str, str], rows: np.ndarray) -> np.ndarray:
    others = [a for a in range(len(assignment.arms)) if assignment.arms[a] not in pair]
    codes = assignment.arm_codes[rows]
    return np.column_stack([codes == a for a in others]).astype(float) if others else np.empty((len(rows), 0))


def _drawn_groups(assignment: Assignment, rows: np.ndarray) -> sparse.csr_matrix | None:
    codes = rows if assignment.clusters is None else assignment.clusters[rows]
    codes = np.unique(codes, return_inverse=True)[1].reshape(-1)
    if codes.max() + 1 == len(codes):
        return None
    return sparse.csr_matrix((np.ones(len(codes)), (codes, np.arange(len(codes)))))


def _statistics(moments: np.ndarray, tau: float, statistic: str) -> np.ndarray:
    b = moments[:, 0] - tau * moments[:, 1]
    if statistic == "coefficient":
        return np.where(np.isnan(b), np.inf, b)
    variance = moments[:, 2] - 2 * tau * moments[:, 3] + tau**2 * moments[:, 4]
    scale = np.abs(moments[:, 2]) + tau**2 * np.abs(moments[:, 4])
    flat = ~(variance > 1e-13 * scale)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = b / np.sqrt(np.where(flat, np.nan, variance))
    # A draw that cannot be studentised counts as extreme, which can only make the test more cautious.
    return np.where(np.isnan(t), np.where(np.abs(b) < 1e-12, 0.0, np.copysign(np.inf, b)), t)


def _exceeds(values: np.ndarray, observed: float, alternative: str) -> np.ndarray:
    slack = _TIE * max(1e-12, abs(observed)) if np.isfinite(observed) else 0.0
    if alternative == "greater":
        return values >= observed - slack
    if alternative == "less":
        return (values <= observed + slack) | np.isposinf(values)
    return np.abs(values) >= abs(observed) - slack


def _p_value(values: np.ndarray, observed: float, alternative: str, exact: bool) -> float:
    count = int(_exceeds(values, observed, alternative).sum())
    return count / len(values) if exact else (1 + count) / (1 + len(values))


def _smallest(values: np.ndarray, alternative: str, exact: bool) -> float:
    if not exact:
        return 1 / (1 + len(values))
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 1.0
    extreme = {"greater": finite.max(), "less": finite.min()}.get(alternative, np.abs(finite).max())
    return _p_value(values, float(extreme), alternative, exact)


def _invert(
    moments: np.ndarray, observed: np.ndarray, statistic: str, alpha: float, exact: bool
) -> tuple[float | None, float | None]:
    """The effects τ around the estimate that the test does not reject."""

    def p_at(tau: float) -> float:
        real = float(_statistics(observed[None], tau, statistic)[0])
        return _p_value(_statistics(moments, tau, statistic), real, "two-sided", exact)

    estimate = float(observed[0])
    spread = np.nanstd(moments[:, 0])
    step = float(max(spread, np.sqrt(max(observed[2], 0)), 1e-12 * abs(estimate)))
    if not step > 0:
        return None, None
    return _edge(p_at, estimate, -step, alpha), _edge(p_at, estimate, step, alpha)


def _edge(p_at: Callable[[float], float], estimate: float, step: float, alpha: float) -> float | None:
    inside, reach = estimate, step
    for _ in range(40):
        if p_at(estimate + reach) <= alpha:
            break
        inside, reach = estimate + reach, 2 * reach
    else:
        return None
    outside = estimate + reach
    for _ in range(50):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if p_at(middle) > alpha else (inside, middle)
    return float(inside)
