"""HiGHS behind one function: a programme in, a solution with its proven bound out."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

INFINITY = highspy.kHighsInf
_SOLVED = highspy.HighsModelStatus.kOptimal
_NONE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass(frozen=True)
class Program:
    """Maximise ``gain·v`` under ``row_low ≤ rows·v ≤ row_high`` and ``low ≤ v ≤ high``; some v whole."""

    gain: np.ndarray
    rows: sparse.csr_matrix
    row_low: np.ndarray
    row_high: np.ndarray
    low: np.ndarray
    high: np.ndarray
    whole: np.ndarray


@dataclass(frozen=True)
class Answer:
    """What the solver found.

    Attributes:
        values: the best solution, ``None`` if none was found.
        objective: its value.
        bound: no solution can be above it.
        infeasible: proven that there is no solution.
        prices: row duals of a linear programme.
    """

    values: np.ndarray | None
    objective: float
    bound: float
    infeasible: bool
    prices: np.ndarray | None = None


def new_model(*, threads: int = 1, seed: int = 0, **options: object) -> highspy.Highs:
    """A silent solver whose work does not depend on the number of cores."""
    model = highspy.Highs()
    for name, value in {"output_flag": False, "threads": threads, "random_seed": seed, **options}.items():
        model.setOptionValue(name, value)
    return model


def hand_over(model: highspy.Highs, program: Program, *, relax: bool = False) -> None:
    """Give the solver a whole programme in one call."""
    lp = highspy.HighsLp()
    rows = sparse.csr_matrix(program.rows)
    lp.num_row_, lp.num_col_ = rows.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.gain, program.low, program.high
    lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    lp.sense_ = highspy.ObjSense.kMaximize
    if not relax and program.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(w)] for w in program.whole]
    model.passModel(lp)


def solve(
    program: Program,
    *,
    seconds: float = INFINITY,
    gap: float = 0.0,
    nodes: int | None = None,
    relax: bool = False,
    start: tuple[np.ndarray, np.ndarray] | None = None,
    seed: int = 0,
) -> Answer:
    """Solve a programme.

    ``start`` gives positions and values of (part of) a solution to begin from; ``nodes`` is a limit that no
    clock decides.
    """
    limits = {"time_limit": max(0.01, seconds), "mip_rel_gap": gap, "mip_abs_gap": 1e-6}
    if nodes is not None:
        limits["mip_max_nodes"] = nodes
    model = new_model(seed=seed, **limits)
    hand_over(model, program, relax=relax)
    if start is not None:
        index, value = start
        model.setSolution(len(index), np.asarray(index, dtype=np.int32), np.asarray(value, dtype=float))
    model.run()
    return read_answer(model, mixed=not relax and bool(program.whole.any()))


def read_answer(model: highspy.Highs, *, mixed: bool) -> Answer:
    """Turn the state of the solver into an answer."""
    status, info = model.getModelStatus(), model.getInfo()
    if status in _NONE:
        return Answer(None, -np.inf, -np.inf, True)
    solution = model.getSolution()
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(solution.col_value) if feasible else None
    objective = info.objective_function_value if feasible else -np.inf
    bound = info.mip_dual_bound if mixed else (objective if status == _SOLVED else np.inf)
    prices = None if mixed else np.array(solution.row_dual)
    return Answer(values, objective, bound, False, prices)
