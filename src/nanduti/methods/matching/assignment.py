"""Assignment: the pairs with the greatest total score that capacities allow, with a proof that none is greater."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import highspy
import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid, RuleSource, mark

SOURCE = RuleSource(
    "D. Gale, The Theory of Linear Economic Models (1960)", "chapter 5: the transportation problem"
)


@dataclass(frozen=True)
class Assignment:
    """The best set of pairs.

    Attributes:
        pairs: ``need``, ``offer``, ``score``.
        total: the sum of scores.
        bound: no set of pairs that keeps to the capacities has more (the dual value); equal to ``total``.
        status: ``"optimal"``.
        unassigned: needs with places left, how many.
        prices: what one more place of an offer would add to the total; 0 for those with places to spare.
    """

    pairs: pl.DataFrame
    total: float
    bound: float
    status: str
    unassigned: Mapping[str, int]
    prices: Mapping[str, float]
    source: RuleSource = SOURCE


def assign(
    scores: pl.DataFrame,
    *,
    need_places: Mapping[str, int] | int = 1,
    offer_places: Mapping[str, int] | int = 1,
    aim: str = "total",
) -> Assignment:
    """Maximum-weight assignment with capacities on both sides; a pair is used once at most.

    Args:
        scores: ``need``, ``offer``, ``score`` (more is better); pairs that are not there may not be used.
        need_places, offer_places: how many partners each may have (1 where not named), or one number.
        aim: ``"total"`` maximises the sum of scores (pairs with a score of 0 or less are left out);
            ``"most"`` first as many pairs as possible, then the greatest sum among those.

    >>> scores = pl.DataFrame({"need": ["a", "a", "b"], "offer": ["x", "y", "x"], "score": [9.0, 8.0, 7.0]})
    >>> best = assign(scores)
    >>> best.pairs.select("need", "offer").rows(), best.total, best.bound
    ([('a', 'y'), ('b', 'x')], 15.0, 15.0)
    >>> best.prices
    {'x': 1.0, 'y': 0.0}
    """
    table = _table(scores)
    if aim not in ("total", "most"):
        raise BadInput(
            place=f"aim={aim!r}", problem=mark("is not known"), remedy=mark("Say 'total' or 'most'.")
        )
    needs, offers = (table[side].unique().sort().to_list() for side in ("need", "offer"))
    places = [_places(need_places, needs, "need"), _places(offer_places, offers, "offer")]
    numbers = [
        table[side].replace_strict(names, np.arange(len(names)), return_dtype=pl.Int64).to_numpy()
        if len(names)
        else np.zeros(0, dtype=np.int64)
        for side, names in (("need", needs), ("offer", offers))
    ]
    values = table["score"].to_numpy()
    # With this lift one more pair is always worth more than any exchange of scores.
    lift = 0.0 if aim == "total" else 1.0 + 2.0 * float(np.abs(values).sum()) if len(values) else 0.0
    used, duals, bound = _solve(values + lift, numbers, places)
    kept = table.filter(pl.Series(used)).sort("need", "offer")
    taken = np.bincount(numbers[0][used], minlength=len(needs))
    left = {n: int(p - t) for n, p, t in zip(needs, places[0], taken, strict=True) if p > t}
    own = _shadow(values, numbers, places, used) if aim == "total" else duals
    return Assignment(
        kept, float(kept["score"].sum()), bound - lift * int(used.sum()), "optimal", left,
        {name: round(float(d), 9) + 0.0 for name, d in zip(offers, own, strict=True)},
    )  # fmt: skip


def _shadow(
    values: np.ndarray, numbers: list[np.ndarray], places: list[np.ndarray], used: np.ndarray
) -> np.ndarray:
    """Least prices of offers' places: what one more of each would add, read from the dual with least prices."""
    n_needs, n_offers = len(places[0]), len(places[1])
    n_pairs = len(values)
    if not n_pairs:
        return np.zeros(n_offers)
    # min Σ offer prices, subject to: dual feasible and complementary with the optimal pairs.
    cost = np.concatenate([np.zeros(n_needs), np.ones(n_offers), np.zeros(n_pairs)])
    taken = [np.bincount(x[used], minlength=len(p)) for x, p in zip(numbers, places, strict=True)]
    upper = np.full(len(cost), np.inf)
    upper[:n_needs][taken[0] < places[0]] = 0
    upper[n_needs : n_needs + n_offers][taken[1] < places[1]] = 0
    upper[n_needs + n_offers :][~used] = 0
    rows = np.tile(np.arange(n_pairs), 3)
    columns = np.concatenate([numbers[0], n_needs + numbers[1], n_needs + n_offers + np.arange(n_pairs)])
    matrix = sparse.csc_matrix((np.ones(3 * n_pairs), (rows, columns)), shape=(n_pairs, len(cost)))
    high = np.where(used, values, np.inf)
    solution = _highs(cost, matrix, values, high, upper, maximise=False)
    return solution[0][n_needs : n_needs + n_offers]


def _table(scores: pl.DataFrame) -> pl.DataFrame:
    for name in ("need", "offer", "score"):
        if name not in scores.columns:
            raise BadInput(
                place=f"scores: column {name!r}",
                problem=mark("is missing"),
                remedy=mark("Give need, offer and score."),
            )
    table = scores.select(
        pl.col("need").cast(pl.String), pl.col("offer").cast(pl.String), pl.col("score").cast(pl.Float64)
    ).sort("need", "offer")
    bad = table.filter(pl.any_horizontal(pl.all().is_null()) | ~pl.col("score").is_finite().fill_null(False))
    if bad.height:
        need, offer, score = bad.row(0)
        raise BadInput(
            place=f"the score of {need!r} with {offer!r}",
            problem=f"is {score}",
            remedy=mark("Give a number, or leave the pair out if it may not be used."),
        )
    twice = table.filter(table.select("need", "offer").is_duplicated())
    if twice.height:
        raise BadInput(
            place=f"the pair {twice['need'][0]!r}, {twice['offer'][0]!r}",
            problem=mark("stands twice"),
            remedy=mark("Keep one score for each pair."),
        )
    return table


def _places(told: Mapping[str, int] | int, names: list[str], what: str) -> np.ndarray:
    table = dict.fromkeys(names, told) if isinstance(told, int) else told
    places = []
    for name in names:
        n = table.get(name, 1)
        if isinstance(n, bool) or not isinstance(n, (int, np.integer)) or n < 0:
            raise BadInput(
                place=f"places of {what} {name!r}",
                problem=f"are {n!r}",
                remedy=mark("Give a whole number, 0 or more."),
            )
        places.append(int(n))
    return np.array(places, dtype=np.int64)


def _solve(
    values: np.ndarray, numbers: list[np.ndarray], places: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray, float]:
    """The linear programme; its corners are whole numbers, because the matrix is totally unimodular."""
    n = len(values)
    if not n:
        return np.zeros(0, dtype=np.bool_), np.zeros(len(places[1])), 0.0
    rows = np.concatenate([numbers[0], len(places[0]) + numbers[1]])
    shape = (len(places[0]) + len(places[1]), n)
    matrix = sparse.csc_matrix((np.ones(2 * n), (rows, np.tile(np.arange(n), 2))), shape=shape)
    high = np.concatenate(places).astype(float)
    x, duals, bound = _highs(values, matrix, np.full(shape[0], -np.inf), high, np.ones(n), maximise=True)
    used = x > 0.5
    if np.abs(x - used).max() > 1e-6:
        raise CannotBeSaid(
            what=mark("The assignment"),
            why=mark("the solver stopped between two corners"),
            remedy=mark("Scale the scores to fewer digits."),
        )
    return used & (values > 0), duals[len(places[0]) :], bound


def _highs(
    cost: np.ndarray,
    matrix: sparse.csc_matrix,
    low: np.ndarray,
    high: np.ndarray,
    upper: np.ndarray,
    *,
    maximise: bool,
) -> tuple[np.ndarray, np.ndarray, float]:
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("solver", "simplex")
    problem = highspy.HighsLp()
    problem.num_col_, problem.num_row_ = matrix.shape[1], matrix.shape[0]
    problem.col_cost_ = cost
    problem.col_lower_, problem.col_upper_ = (
        np.zeros(len(cost)),
        np.where(np.isinf(upper), highspy.kHighsInf, upper),
    )
    problem.row_lower_ = np.where(np.isinf(low), -highspy.kHighsInf, low)
    problem.row_upper_ = np.where(np.isinf(high), highspy.kHighsInf, high)
    problem.sense_ = highspy.ObjSense.kMaximize if maximise else highspy.ObjSense.kMinimize
    problem.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    problem.a_matrix_.start_, problem.a_matrix_.index_ = matrix.indptr, matrix.indices
    problem.a_matrix_.value_ = matrix.data
    solver.passModel(problem)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise CannotBeSaid(
            what=mark("The assignment"),
            why=f"the solver ended with {solver.modelStatusToString(solver.getModelStatus())}",
            remedy=mark("Check the scores for very large and very small numbers."),
        )
    solution, told = solver.getSolution(), solver.getInfo()
    return np.array(solution.col_value), np.array(solution.row_dual), float(told.objective_function_value)
