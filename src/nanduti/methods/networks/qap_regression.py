"""What explains who is tied to whom, several things at once: regression tested by shuffling (MRQAP, logistic QAP)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, mark

from .errors import NotComparable
from .graph import Network
from .qap import Relation, cross_products, matrix_of, shuffles, symmetric


@dataclass(frozen=True)
class Mrqap:
    """A linear regression of one network on others.

    Attributes:
        coefficients: one row for each predictor and the intercept: ``term``, ``coefficient``, ``standardised``,
            ``se`` and ``t`` (robust, HC0, as UCINET prints), ``se_classical``, ``t_classical``, ``p`` (two-sided),
            ``p_greater``, ``p_less``, ``permuted_mean`` and ``permuted_sd`` (of the coefficient), ``vif``. The
            intercept has no test.
        r2, adjusted_r2: share of the variance explained.
        p_model: share of shuffles of the outcome with an R² as large.
        n: pairs.
        method, statistic, permutations, seed: how the test was made.
    """

    coefficients: pl.DataFrame
    r2: float
    adjusted_r2: float
    p_model: float
    n: int
    method: str
    statistic: str
    permutations: int
    seed: int


def mrqap(
    outcome: Relation,
    predictors: Mapping[str, Relation],
    *,
    method: str = "dsp",
    statistic: str = "t",
    permutations: int = 2000,
    seed: int = 1,
) -> Mrqap:
    """Regress a network on other networks of the same actors and test each coefficient by shuffling.

    Double semi-partialling ("dsp") shuffles, for each predictor in turn, what the others leave unexplained of it, and
    compares the t of the data with the t's of the shuffles; it stays honest when predictors go together. "y" shuffles
    the outcome.

    Because shuffling does not change the squares of that residual, each shuffle needs only its inner products with a
    few fixed columns, not a new regression.

    Args:
        outcome: a network or square matrix.
        predictors: name → network or matrix.
        method: "dsp" (Dekker and others) or "y".
        statistic: "t" (classical; recommended) or "coefficient".
        permutations: shuffles for each predictor.
        seed: draws them.

    Raises:
        CannotBeSaid: pairs are unknown; a predictor is constant or follows from the others.

    Source: Dekker, Krackhardt and Snijders, *Psychometrika* 72, 2007. Krackhardt's managers, advice on friendship and
    reporting: 0.397, 0.136, 0.472; robust t 14.491, 2.429, 7.685; R² 0.063 (UCINET 6.849).

    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> x = rng.integers(0, 2, (8, 8))
    >>> mrqap(2 * x + 1, {"x": x}, permutations=50).coefficients["coefficient"].round(6).to_list()
    [2.0, 1.0]
    """
    _choose(method, statistic)
    y, xs, off = _aligned(outcome, predictors)
    names = list(predictors)
    columns = np.column_stack([*(x[off] for x in xs), np.ones(int(off.sum()))])
    _check(columns, names)
    n, k = columns.shape
    inverse = np.linalg.inv(columns.T @ columns)
    target = y[off]
    beta = inverse @ (columns.T @ target)
    residual = target - columns @ beta
    total, rss = ((target - target.mean()) ** 2).sum(), (residual**2).sum()
    if total <= 1e-12:
        raise CannotBeSaid(
            what=mark("The regression"),
            why=mark("all pairs of the outcome are alike"),
            remedy=mark("Explain a kind of tie that some pairs have and some have not."),
        )
    classical = np.sqrt(np.diag(inverse) * rss / (n - k))
    robust = np.sqrt(np.diag(inverse @ (columns.T * residual**2) @ columns @ inverse))
    r2 = 1 - rss / total
    cells = np.stack(np.nonzero(off))
    tests = [
        _tested(y, xs, off, cells, columns, place, beta, classical, method, statistic, permutations, seed)
        for place in range(k - 1)
    ]
    with np.errstate(divide="ignore", invalid="ignore"):
        t, t_classical = beta / robust, beta / classical
    spread = columns[:, :-1].std(axis=0) / target.std()
    vif = np.diag(inverse)[:-1] * ((columns[:, :-1] - columns[:, :-1].mean(axis=0)) ** 2).sum(axis=0)
    none = [None]
    return Mrqap(
        coefficients=pl.DataFrame(
            {
                "term": [*names, "intercept"],
                "coefficient": beta,
                "standardised": pl.Series([*(beta[:-1] * spread), None], dtype=pl.Float64),
                "se": robust,
                "t": t,
                "se_classical": classical,
                "t_classical": t_classical,
                **{
                    column: pl.Series([test[column] for test in tests] + none, dtype=pl.Float64)
                    for column in ("p", "p_greater", "p_less", "permuted_mean", "permuted_sd")
                },
                "vif": pl.Series([*vif, None], dtype=pl.Float64),
            }
        ),
        r2=float(r2),
        adjusted_r2=float(1 - (1 - r2) * (n - 1) / (n - k)),
        p_model=_model_p(y, off, cells, columns, float(r2), permutations, seed),
        n=n,
        method=method,
        statistic=statistic,
        permutations=permutations,
        seed=seed,
    )


def _tested(
    y: np.ndarray,
    xs: list[np.ndarray],
    off: np.ndarray,
    cells: np.ndarray,
    columns: np.ndarray,
    place: int,
    beta: np.ndarray,
    classical: np.ndarray,
    method: str,
    statistic: str,
    permutations: int,
    seed: int,
) -> dict[str, float]:
    """The test of one predictor: its permuted coefficients and t's through inner products with fixed columns."""
    others = np.delete(columns, place, axis=1)
    basis = np.linalg.qr(others)[0]

    def left(values: np.ndarray) -> np.ndarray:
        return values - basis @ (basis.T @ values)

    orders = shuffles(len(y), permutations, seed, 100 + place)
    own = left(columns[:, place])
    explained = left(y[off])
    df = len(columns) - columns.shape[1]
    if method == "dsp":
        moving = _square(own, off, len(y))
        inner = cross_products(moving, cells, np.column_stack([explained, basis]), orders)
        rest = (own**2).sum() - (inner[:, 1:] ** 2).sum(axis=1)
        b = inner[:, 0] / rest
        rss = (explained**2).sum() - b**2 * rest
    else:
        inner = cross_products(y, cells, np.column_stack([own, basis]), orders)
        rest = (own**2).sum()
        b = inner[:, 0] / rest
        rss = (y[off] ** 2).sum() - (inner[:, 1:] ** 2).sum(axis=1) - b**2 * rest
    with np.errstate(divide="ignore", invalid="ignore"):
        t = b / np.sqrt(np.maximum(rss, 0) / df / rest)
    drawn, found = (t, beta[place] / classical[place]) if statistic == "t" else (b, beta[place])
    drawn = np.nan_to_num(drawn)
    tiny = 1e-9 * max(1.0, abs(found))
    more = 1 + permutations
    return {
        "p": float((1 + (np.abs(drawn) >= abs(found) - tiny).sum()) / more),
        "p_greater": float((1 + (drawn >= found - tiny).sum()) / more),
        "p_less": float((1 + (drawn <= found + tiny).sum()) / more),
        "permuted_mean": float(b.mean()),
        "permuted_sd": float(b.std()),
    }


def _square(values: np.ndarray, off: np.ndarray, n: int) -> np.ndarray:
    """Values of pairs back in a square matrix; of a triangle, mirrored."""
    full = np.zeros((n, n))
    full[off] = values
    return full + full.T if not off[0, -1] else full


def _model_p(
    y: np.ndarray,
    off: np.ndarray,
    cells: np.ndarray,
    columns: np.ndarray,
    r2: float,
    permutations: int,
    seed: int,
) -> float:
    centred = y - y[off].mean()
    basis = np.linalg.qr(columns - columns.mean(axis=0))[0][:, : columns.shape[1] - 1]
    inner = cross_products(centred, cells, basis, shuffles(len(y), permutations, seed, 99))
    drawn = (inner**2).sum(axis=1) / (centred[off] ** 2).sum()
    return float((1 + (drawn >= r2 - 1e-12).sum()) / (1 + permutations))


@dataclass(frozen=True)
class LogisticQap:
    """A logistic regression of a network of ties on other networks.

    Attributes:
        coefficients: ``term``, ``coefficient`` (log odds), ``odds_ratio``, ``se``, ``t``, ``p`` (two-sided),
            ``p_greater``, ``p_less``, ``permuted_mean``, ``permuted_sd`` (of the t's). The intercept has no test.
        log_likelihood: of the model.
        mcfadden: 1 − log likelihood over that of the intercept alone.
        p_model: share of shuffles of the outcome that fit as well (method "y"; None with "dsp").
        n: pairs.
        n_failed: shuffles without a finite fit, left out of the comparison.
        method, permutations, seed: how the test was made.
    """

    coefficients: pl.DataFrame
    log_likelihood: float
    mcfadden: float
    p_model: float | None
    n: int
    n_failed: int
    method: str
    permutations: int
    seed: int


def logistic_qap(
    outcome: Relation,
    predictors: Mapping[str, Relation],
    *,
    method: str = "y",
    permutations: int = 1000,
    seed: int = 1,
) -> LogisticQap:
    """Explain the odds of a tie by other networks and test by shuffling.

    The outcome is a tie where it is above 0.

    Args:
        outcome: a network or square matrix.
        predictors: name → network or matrix.
        method: "y" shuffles the outcome (UCINET), "dsp" for each predictor what the others leave unexplained of it.
        permutations: shuffles (for each predictor with "dsp").
        seed: draws them.

    Raises:
        CannotBeSaid: pairs are unknown, a predictor is constant, or predictors tell ties from no ties without fail,
            so that there is no finite answer.

    Source: UCINET's LR-QAP; Krackhardt's managers: −0.425, 0.579, 3.059, log likelihood −274.073, McFadden 0.052.

    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> y, x = rng.integers(0, 2, (10, 10)), rng.normal(size=(10, 10))
    >>> logistic_qap(y, {"x": x}, permutations=20).n
    90
    """
    _choose(method, "t", ("y", "dsp"))
    y, xs, off = _aligned(outcome, predictors)
    y = (y > 0).astype(float)
    names = list(predictors)
    columns = np.column_stack([*(x[off] for x in xs), np.ones(int(off.sum()))])
    _check(columns, names)
    target = y[off]
    if target.min() == target.max():
        raise CannotBeSaid(
            what=mark("The regression"),
            why=mark("all pairs of the outcome are alike"),
            remedy=mark("Explain a kind of tie that some pairs have and some have not."),
        )
    fitted = _logit(columns, target)
    if fitted is None:
        raise CannotBeSaid(
            what=mark("The regression"),
            why=mark("the predictors tell ties from no ties without fail, or nearly"),
            remedy=mark("Leave the predictor out that decides by itself."),
        )
    beta, se, likelihood = fitted
    share = target.mean()
    null = len(target) * (share * math.log(share) + (1 - share) * math.log(1 - share))
    drawn, likelihoods, failed = _shuffled_logits(y, off, columns, method, permutations, seed)
    found = (beta / se)[:-1]
    p = {"p": [], "p_greater": [], "p_less": [], "permuted_mean": [], "permuted_sd": []}
    for place in range(len(names)):
        t = drawn[place]
        more = 1 + len(t)
        p["p"].append((1 + (np.abs(t) >= abs(found[place]) - 1e-9).sum()) / more)
        p["p_greater"].append((1 + (t >= found[place] - 1e-9).sum()) / more)
        p["p_less"].append((1 + (t <= found[place] + 1e-9).sum()) / more)
        p["permuted_mean"].append(float(t.mean()) if len(t) else None)
        p["permuted_sd"].append(float(t.std()) if len(t) else None)
    return LogisticQap(
        coefficients=pl.DataFrame(
            {
                "term": [*names, "intercept"],
                "coefficient": beta,
                "odds_ratio": np.exp(beta),
                "se": se,
                "t": beta / se,
                **{name: pl.Series([*values, None], dtype=pl.Float64) for name, values in p.items()},
            }
        ),
        log_likelihood=likelihood,
        mcfadden=1 - likelihood / null,
        p_model=(1 + int((likelihoods >= likelihood - 1e-9).sum())) / (1 + len(likelihoods))
        if method == "y"
        else None,
        n=len(target),
        n_failed=failed,
        method=method,
        permutations=permutations,
        seed=seed,
    )


def _shuffled_logits(
    y: np.ndarray, off: np.ndarray, columns: np.ndarray, method: str, permutations: int, seed: int
) -> tuple[list[np.ndarray], np.ndarray, int]:
    """The t's of each predictor over the shuffles, the likelihoods, and how many had no finite fit."""
    k = columns.shape[1] - 1
    drawn: list[list[float]] = [[] for _ in range(k)]
    likelihoods: list[float] = []
    failed = 0
    if method == "y":
        for order in shuffles(len(y), permutations, seed, 98):
            fitted = _logit(columns, y[np.ix_(order, order)][off])
            if fitted is None:
                failed += 1
                continue
            for place in range(k):
                drawn[place].append(fitted[0][place] / fitted[1][place])
            likelihoods.append(fitted[2])
    else:
        for place in range(k):
            basis = np.linalg.qr(np.delete(columns, place, axis=1))[0]
            own = _square(columns[:, place] - basis @ (basis.T @ columns[:, place]), off, len(y))
            trial = columns.copy()
            for order in shuffles(len(y), permutations, seed, 200 + place):
                trial[:, place] = own[np.ix_(order, order)][off]
                fitted = _logit(trial, y[off])
                if fitted is None:
                    failed += 1
                else:
                    drawn[place].append(fitted[0][place] / fitted[1][place])
    return [np.array(t) for t in drawn], np.array(likelihoods), failed


def _logit(x: np.ndarray, y: np.ndarray, most: int = 50) -> tuple[np.ndarray, np.ndarray, float] | None:
    """Newton's steps for a logistic regression; None where there is no finite answer."""
    beta = np.zeros(x.shape[1])
    for _ in range(most):
        eta = x @ beta
        if np.abs(eta).max() > 30:
            return None
        chance = 1 / (1 + np.exp(-eta))
        weight = chance * (1 - chance)
        information = (x.T * weight) @ x
        try:
            step = np.linalg.solve(information, x.T @ (y - chance))
        except np.linalg.LinAlgError:
            return None
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            eta = x @ beta
            se = np.sqrt(np.diag(np.linalg.inv(information)))
            return beta, se, float((y * eta - np.logaddexp(0, eta)).sum())
    return None


def _choose(method: str, statistic: str, methods: tuple[str, ...] = ("dsp", "y")) -> None:
    if method not in methods:
        raise BadInput(
            place=f"method {method!r}", problem=mark("is not a way to shuffle"), remedy=", ".join(methods)
        )
    if statistic not in ("t", "coefficient"):
        raise BadInput(
            place=f"statistic {statistic!r}", problem=mark("is not compared here"), remedy="t, coefficient"
        )


def _aligned(
    outcome: Relation, predictors: Mapping[str, Relation]
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Matrices of the same actors, and the pairs to use (one half where all are symmetric)."""
    if not predictors:
        raise BadInput(
            place="predictors", problem=mark("are none"), remedy=mark("Give at least one other network.")
        )
    like = outcome if isinstance(outcome, Network) else None
    y = matrix_of(outcome)
    xs = [matrix_of(relation, like) for relation in predictors.values()]
    for name, x in zip(predictors, xs):
        if x.shape != y.shape:
            raise NotComparable(what=name, some=f"{len(x)} ≠ {len(y)}")
    if any(np.isnan(matrix).any() for matrix in (y, *xs)):
        raise CannotBeSaid(
            what=mark("The regression"),
            why=mark("some pairs are not known"),
            remedy=mark("Fill the missing ties by a stated rule first."),
        )
    off = ~np.eye(len(y), dtype=bool)
    if all(symmetric(matrix) for matrix in (y, *xs)):
        off = np.tril(off)
    return y, xs, off


def _check(columns: np.ndarray, names: list[str]) -> None:
    """Refuse predictors that are constant or follow from others, by name."""
    if len(columns) <= columns.shape[1]:
        raise CannotBeSaid(
            what=mark("The regression"),
            why=mark("there are more predictors than pairs"),
            remedy=mark("Leave predictors out."),
        )
    for place, name in enumerate(names):
        others = np.delete(columns, place, axis=1)
        left = columns[:, place] - others @ np.linalg.lstsq(others, columns[:, place], rcond=None)[0]
        size = (columns[:, place] ** 2).sum()
        if (left**2).sum() <= 1e-12 * max(size, 1e-300):
            raise CannotBeSaid(
                what=f"{name}",
                why=mark("this predictor is alike for all pairs or follows from the others"),
                remedy=mark("Leave it out."),
            )
