"""Balance before, losses after: tables that print the estimate that they test.

Statistic names follow the World Bank's `iebaltab` (ietoolkit): diff, beta, nrmd, nrmb, ftest, feqtest. Its
table prints the raw difference with the stars of a regression; here every p-value stands beside the
coefficient it belongs to, and a coefficient that is not identified is null with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
import scipy

from nanduti.methods.values import BadInput, CannotBeSaid
from nanduti.methods.values.guards import one_of

from ._projection import Absorber
from ._tables import categories, column, names_of, numbers, refuse_missing
from ._threads import single_threaded
from .assignment import Assignment
from .covariance import group_sums
from .permutation import RandomizationTest, randomization_test_of
from .regression import fit

KINDS = ("iid", "HC1", "CRV1")


@dataclass(frozen=True)
class BalanceTable:
    """How alike the arms were.

    Attributes:
        means: covariate, arm, n, n_missing, mean, standard_deviation, standard_error.
        contrasts: covariate, arm, against, diff (raw difference of means, comparison less arm as in
            iebaltab), beta (the tested coefficient, same direction), standard_error, p_value, nrmd and
            nrmb (diff and beta over the pooled standard deviation), note.
        equality: covariate, f, df1, df2, p_value: all arms alike (feqtest).
        joint: arm, against, f, df1, df2, p_value, n, note: all covariates together (ftest).
        omnibus: one p-value for the whole table by re-drawing the lottery, if there is one.
        kind: the errors used.
    """

    means: pl.DataFrame
    contrasts: pl.DataFrame
    equality: pl.DataFrame
    joint: pl.DataFrame
    kind: str
    omnibus: RandomizationTest | None = field(default=None, repr=False)


@single_threaded
def balance_table(
    data: pl.DataFrame,
    covariates: Sequence[str],
    *,
    assignment: Assignment | None = None,
    group: str | None = None,
    against: object = None,
    fixed_effects: str | Sequence[str] | None = None,
    grouped_by: str | None = None,
    kind: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> BalanceTable:
    """Compare covariates between the arms of a lottery, or between the values of a column.

    Args:
        assignment: the recorded lottery; its strata become fixed effects and its clusters group the
            errors. Or ``group``: a column naming each row's arm.
        against: the comparison arm; default the lottery's first, or the first sorted value.
        fixed_effects, grouped_by: columns that replace the lottery's own.
        kind: ``"iid"``, ``"HC1"`` or ``"CRV1"``; default CRV1 where rows are grouped, else HC1.
        draws: re-draws for the omnibus test; 0 for none.

    A covariate with gaps is compared on the rows that have it; ``n_missing`` tells how many do not.

    >>> firms = pl.DataFrame({"arm": ["a", "a", "a", "b", "b", "b"], "jobs": [1.0, 2, 3, 3, 4, 5]})
    >>> balance_table(firms, ["jobs"], group="arm").contrasts.select("diff", "beta", "nrmd").row(0)
    (-2.0, -2.0, -2.0)
    """
    if (assignment is None) == (group is None):
        raise BadInput(place="arms", problem="are not clear", remedy="Give either assignment= or group=.")
    frame = _Arms.read(data, assignment, group, against, fixed_effects, grouped_by)
    kind = one_of(kind or ("HC1" if frame.groups is None else "CRV1"), KINDS, "kind=")
    if kind == "CRV1" and frame.groups is None:
        raise BadInput(place='kind="CRV1"', problem="has no clusters", remedy="Name grouped_by=.")
    values = {name: numbers(frame.data, name) for name in names_of(covariates)}
    if not values:
        raise BadInput(place="covariates", problem="are empty", remedy="Name what should be compared.")
    omnibus = _omnibus(frame, values, draws, seed) if assignment is not None and draws else None
    return BalanceTable(
        _means(frame, values), _contrasts(frame, values, kind), _equality(frame, values, kind),
        _joint(frame, values, kind), kind, omnibus,
    )  # fmt: skip


@dataclass(frozen=True)
class _Arms:
    """Rows with their arm codes (0 is the comparison), effects and clusters."""

    data: pl.DataFrame
    names: list[str]
    codes: np.ndarray
    effects: list[np.ndarray]
    groups: np.ndarray | None
    assignment: Assignment | None
    at: np.ndarray | None

    @classmethod
    def read(cls, data, assignment, group, against, fixed_effects, grouped_by) -> _Arms:
        at = None
        if assignment is not None:
            at = assignment.rows_in(data)
            data = data.filter(pl.Series(assignment.arm_codes[at] >= 0))
            at = at[assignment.arm_codes[at] >= 0]
            codes, names = assignment.arm_codes[at].astype(np.int64), list(assignment.arms)
        else:
            refuse_missing({group: column(data, group).is_null().to_numpy()}, "the arms", "Complete them.")
            codes, levels = categories(data, group)
            names = [str(v) for v in levels]
        if len(np.unique(codes)) < 2:
            raise BadInput(place="the arms", problem="are fewer than two", remedy="Balance compares arms.")
        if against is not None:
            if str(against) not in names:
                raise BadInput(place=f"arm {against!r}", problem="is absent", remedy=f"Arms: {names}.")
            order = [names.index(str(against)), *(i for i, n in enumerate(names) if n != str(against))]
            codes = np.argsort(order)[codes]
            names = [names[i] for i in order]
        effects = _effects(data, assignment, at, fixed_effects)
        groups = _groups(data, assignment, at, grouped_by)
        return cls(data, names, codes, effects, groups, assignment, at)

    def part(self, rows: np.ndarray, arms: Sequence[int]) -> tuple[np.ndarray, Absorber, np.ndarray | None]:
        """Indicators of some arms on some rows, the effects there, and the clusters there."""
        indicators = np.column_stack([self.codes[rows] == a for a in arms]).astype(float)
        effects = [e[rows] for e in self.effects] or [np.zeros(int(rows.sum()), dtype=np.int64)]
        groups = None if self.groups is None else np.unique(self.groups[rows], return_inverse=True)[1]
        return indicators, Absorber(effects, len(indicators)), groups


def _effects(data, assignment, at, fixed_effects) -> list[np.ndarray]:
    if fixed_effects is None:
        return [] if assignment is None else [assignment.strata[at]]
    gaps = {name: categories(data, name)[0] < 0 for name in names_of(fixed_effects)}
    refuse_missing(gaps, "the fixed effects", "Complete them or add a level 'unknown'.")
    return [categories(data, name)[0] for name in names_of(fixed_effects)]


def _groups(data, assignment, at, grouped_by) -> np.ndarray | None:
    if grouped_by is not None:
        codes = categories(data, grouped_by)[0]
        refuse_missing({grouped_by: codes < 0}, "the groups", "Complete them.")
        return codes
    return None if assignment is None or assignment.clusters is None else assignment.clusters[at]


def _means(frame: _Arms, values: dict[str, np.ndarray]) -> pl.DataFrame:
    rows = []
    for name, all_values in values.items():
        for a, arm in enumerate(frame.names):
            x = all_values[frame.codes == a]
            known = x[~np.isnan(x)]
            sd = float(known.std(ddof=1)) if len(known) > 1 else None
            error = None if sd is None else sd / np.sqrt(len(known))
            mean = float(known.mean()) if len(known) else None
            rows.append((name, arm, len(known), len(x) - len(known), mean, sd, error))
    return pl.DataFrame(rows, schema=_MEANS, orient="row")


def _patterns(values: dict[str, np.ndarray]) -> list[tuple[np.ndarray, list[str]]]:
    """Covariates that are known in the same rows, together."""
    found: dict[bytes, tuple[np.ndarray, list[str]]] = {}
    for name, x in values.items():
        known = ~np.isnan(x)
        found.setdefault(known.tobytes(), (known, []))[1].append(name)
    return list(found.values())


def _contrasts(frame: _Arms, values: dict[str, np.ndarray], kind: str) -> pl.DataFrame:
    found: dict[tuple[str, int], tuple[object, ...]] = {}
    for known, names in _patterns(values):
        for a in range(1, len(frame.names)):
            rows = known & np.isin(frame.codes, (0, a))
            y = np.column_stack([values[n][rows] for n in names])
            for name, row in zip(names, _pair(frame, rows, a, y, kind)):
                found[name, a] = (name, frame.names[a], frame.names[0], *row)
    order = [found[name, a] for name in values for a in range(1, len(frame.names))]
    return pl.DataFrame(order, schema=_CONTRASTS, orient="row")


def _pair(frame: _Arms, rows: np.ndarray, a: int, y: np.ndarray, kind: str) -> list[tuple[object, ...]]:
    here = frame.codes[rows]
    if not (here == 0).sum() or not (here == a).sum():
        return [(None,) * 6 + ("one of the arms has no value",)] * y.shape[1]
    diff = y[here == 0].mean(axis=0) - y[here == a].mean(axis=0)
    pooled = _pooled_sd(y, here, a)
    solved = _regress(y, *frame.part(rows, [a]), kind)
    out = []
    for j in range(y.shape[1]):
        nrmd = diff[j] / pooled[j] if pooled[j] > 0 else None
        if solved is None:
            note = "not identified: the fixed effects already imply the arm"
            out.append((float(diff[j]), None, None, None, nrmd, None, note))
            continue
        b, v, df, _ = solved
        beta, note = -float(b[0, j]), None
        error = float(np.sqrt(v[j, 0, 0])) if np.isfinite(v[j, 0, 0]) else None
        if error is None or not error > 1e-10 * max(float(np.abs(y[:, j]).max()), 1e-300):
            error, p, note = None, None, "no variation left to judge the difference by"
        else:
            p = float(2 * scipy.stats.t.sf(abs(beta) / error, df))
        out.append((float(diff[j]), beta, error, p, nrmd, beta / pooled[j] if pooled[j] > 0 else None, note))
    return out


def _pooled_sd(y: np.ndarray, here: np.ndarray, a: int) -> np.ndarray:
    if min((here == 0).sum(), (here == a).sum()) < 2:
        return np.full(y.shape[1], np.nan)
    return np.sqrt((y[here == 0].var(axis=0, ddof=1) + y[here == a].var(axis=0, ddof=1)) / 2)


def _regress(y, indicators, absorber, groups, kind):
    """Many outcomes on the same arm indicators: coefficients p × k, covariances k × p × p, df, n."""
    d, residual = absorber.residual(indicators), absorber.residual(y)
    gram = d.T @ d
    if np.linalg.eigvalsh(gram)[0] <= 1e-9 * max(indicators.sum(axis=0).min(), 1.0):
        return None
    bread = np.linalg.inv(gram)
    b = bread @ (d.T @ residual)
    residual = residual - d @ b
    n, p, k = len(y), d.shape[1], y.shape[1]
    free = n - p - absorber.rank
    if free <= 0 or (kind == "CRV1" and groups.max() < 1):
        return b, np.full((k, p, p), np.nan), 1, n
    if kind == "iid":
        return b, bread[None] * ((residual**2).sum(axis=0) / free)[:, None, None], free, n
    if kind == "CRV1":
        n_groups = int(groups.max()) + 1
        rank = p + absorber.rank - ((absorber.n_levels - 1) if absorber.nested_in(groups) else 0)
        scale, df = n_groups / (n_groups - 1) * (n - 1) / (n - rank), n_groups - 1
        scores = np.stack([group_sums(d[:, [i]] * residual, groups) for i in range(p)])
    else:
        scale, df = n / free, free
        scores = np.stack([d[:, [i]] * residual for i in range(p)])
    middle = np.einsum("agk,bgk->kab", scores, scores, optimize=True)
    return b, scale * bread @ middle @ bread, df, n


def _equality(frame: _Arms, values: dict[str, np.ndarray], kind: str) -> pl.DataFrame:
    found = {}
    for known, names in _patterns(values):
        arms = [a for a in range(1, len(frame.names)) if (frame.codes[known] == a).any()]
        if not arms or not (frame.codes[known] == 0).any():
            found |= {name: (name, None, None, None, None) for name in names}
            continue
        y = np.column_stack([values[n][known] for n in names])
        solved = _regress(y, *frame.part(known, arms), kind)
        for j, name in enumerate(names):
            found[name] = (name, *_f_test(solved, j, len(arms), float(np.abs(y[:, j]).max())))
    return pl.DataFrame([found[n] for n in values], schema=_EQUALITY, orient="row")


def _f_test(solved, j: int, q: int, size: float):
    if solved is None or not np.isfinite(solved[1][j]).all():
        return None, None, None, None
    b, v, df, _ = solved
    if np.linalg.matrix_rank(v[j]) < q or np.sqrt(np.diag(v[j])).min() <= 1e-10 * max(size, 1e-300):
        return None, None, None, None
    f = float(b[:, j] @ np.linalg.solve(v[j], b[:, j]) / q)
    return f, q, float(df), float(scipy.stats.f.sf(f, q, df))


def _joint(frame: _Arms, values: dict[str, np.ndarray], kind: str) -> pl.DataFrame:
    rows = []
    complete = ~np.logical_or.reduce([np.isnan(x) for x in values.values()])
    for a in range(1, len(frame.names)):
        use = complete & np.isin(frame.codes, (0, a))
        head = (frame.names[a], frame.names[0])
        rows.append((*head, *_joint_of(frame, values, use, a, kind)))
    return pl.DataFrame(rows, schema=_JOINT, orient="row")


def _joint_of(frame, values, use, a, kind):
    n, k = int(use.sum()), len(values)
    effects = [e[use] for e in frame.effects] or [np.zeros(n, dtype=np.int64)]
    groups = None if frame.groups is None or not n else np.unique(frame.groups[use], return_inverse=True)[1]
    if n <= k + 1:
        return None, None, None, None, n, f"only {n} rows have all covariates"
    x = np.column_stack([x[use] for x in values.values()])
    arm = (frame.codes[use] == a).astype(float)
    regression = fit(arm, x, list(values), effects=effects, groups=groups)
    if np.ptp(arm) == 0 or not regression.terms or regression.n <= regression.rank:
        return None, None, None, None, n, "nothing varies between the arms"
    if groups is not None and groups.max() < len(regression.terms):
        return None, None, None, None, n, "there are not more clusters than covariates"
    try:
        test = regression.wald(regression.terms, kind)
    except CannotBeSaid as error:  # told in the table, not raised
        return None, None, None, None, n, str(error)
    left = (
        f"left out as implied by others: {', '.join(regression.collinear)}" if regression.collinear else None
    )
    return test.statistic, test.df1, test.df2, test.p_value, n, left


def _omnibus(frame: _Arms, values: dict[str, np.ndarray], draws: int, seed: int) -> RandomizationTest:
    """Re-draw the lottery and compare a Mahalanobis distance between arms, given the strata."""
    assignment, at = frame.assignment, frame.at
    assert assignment is not None and at is not None
    filled = np.column_stack([np.where(np.isnan(x), np.nanmean(x) if (~np.isnan(x)).any() else 0.0, x)
                              for x in values.values()])  # fmt: skip
    within = Absorber(frame.effects, len(filled)).residual(filled - filled.mean(axis=0))
    left, singular, _ = np.linalg.svd(within, full_matrices=False)
    basis = left[:, singular > 1e-9 * max(singular[0], 1e-300)]

    def distance(codes: np.ndarray) -> float:
        here = codes[at]
        sums = np.stack([basis[here == a].sum(axis=0) for a in range(len(assignment.arms))])
        sizes = np.array([(here == a).sum() for a in range(len(assignment.arms))])
        return float((sums**2 / np.maximum(sizes, 1)[:, None]).sum())

    return randomization_test_of(distance, assignment, draws=draws, seed=seed, alternative="greater")


_MEANS = {
    "covariate": pl.String,
    "arm": pl.String,
    "n": pl.Int64,
    "n_missing": pl.Int64,
    "mean": pl.Float64,
    "standard_deviation": pl.Float64,
    "standard_error": pl.Float64,
}
_CONTRASTS = {
    "covariate": pl.String,
    "arm": pl.String,
    "against": pl.String,
    "diff": pl.Float64,
    "beta": pl.Float64,
    "standard_error": pl.Float64,
    "p_value": pl.Float64,
    "nrmd": pl.Float64,
    "nrmb": pl.Float64,
    "note": pl.String,
}
_EQUALITY = {
    "covariate": pl.String,
    "f": pl.Float64,
    "df1": pl.Int64,
    "df2": pl.Float64,
    "p_value": pl.Float64,
}
_JOINT = {
    "arm": pl.String,
    "against": pl.String,
    "f": pl.Float64,
    "df1": pl.Int64,
    "df2": pl.Float64,
    "p_value": pl.Float64,
    "n": pl.Int64,
    "note": pl.String,
}
