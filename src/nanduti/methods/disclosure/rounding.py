"""Rounding: every figure to a multiple of a base, by chance and unbiased, or together so that sums still hold."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid

from .flow import pass_model, quiet_model


def _check(value: np.ndarray, base: int) -> np.ndarray:
    value = np.asarray(value, dtype=float)
    if isinstance(base, bool) or int(base) != base or base < 2:
        raise BadInput(
            place="base", problem=f"is {base}", remedy="Give a whole number of at least 2; 3 or 5 is common."
        )
    bad = np.flatnonzero(~np.isfinite(value) | (value != np.round(value)))
    if len(bad):
        raise BadInput(
            place=f"cell {bad[0]}",
            problem=f"is {value[bad[0]]}",
            remedy="Rounding to a base is for whole numbers; round magnitudes to their unit first.",
        )
    return value


def round_random(value: np.ndarray, *, base: int, seed: int) -> np.ndarray:
    """Each figure up or down to a multiple of ``base`` by chance, so that on average it is true.

    A figure with remainder r goes up with chance r / base; multiples stay. Totals no longer equal the sum of
    their parts. Each figure is drawn by its place: keep the order, or two releases differ.

    Source: Fellegi and Phillips (1974); Hundepool et al. (2012), section 5.4.2.

    >>> round_random(np.array([0, 5, 7]), base=5, seed=1).tolist()[:2]
    [0.0, 5.0]
    """
    value = _check(value, base)
    low = np.floor(value / base) * base
    draw = np.random.Generator(np.random.PCG64(np.random.SeedSequence([int(seed), 5]))).random(len(value))
    return low + base * (draw < (value - low) / base)


@dataclass(frozen=True)
class ControlledRounding:
    """Rounded figures that add up; the largest distance from the truth; whether multiples all stayed."""

    value: np.ndarray
    largest_change: float
    is_zero_restricted: bool
    is_closest: bool


def round_controlled(
    value: np.ndarray,
    equations: sparse.spmatrix,
    *,
    base: int,
    nodes: int = 5_000,
    most_steps: int = 3,
) -> ControlledRounding:
    """All figures to multiples of ``base`` so that every sum still holds, as close to the truth as can be.

    First each figure may only go to the multiple just below or above (and multiples stay); in tables of three
    or more dimensions or with hierarchies this can be impossible, then figures may move one further step, up to
    ``most_steps``. ``nodes`` bounds the search; ``is_closest`` says whether it ended with proof.

    Source: Cox and Ernst (1982), INFOR 20(4); Fischetti and Salazar (1998), Journal of the American
    Statistical Association 93 (for two-dimensional and linked tables).

    >>> from nanduti.methods.disclosure import Hierarchy, grid_equations
    >>> m = grid_equations((Hierarchy.flat("abc"),))
    >>> round_controlled(np.array([10, 2, 3, 5]), m, base=5).value.tolist()
    [10.0, 0.0, 5.0, 5.0]
    """
    value = _check(value, base)
    m = sparse.csr_matrix(equations)
    if m.shape[1] != len(value):
        raise BadInput(
            place="the equations",
            problem=f"speak of {m.shape[1]} cells; the table has {len(value)}",
            remedy="Give one column per cell.",
        )
    off = np.abs(m @ value)
    if (off > 1e-9).any():
        raise BadInput(
            place=f"sum number {int(np.argmax(off))}",
            problem=f"does not add up (off by {off.max():g})",
            remedy="Correct the total or its parts before rounding.",
        )
    for steps in range(most_steps + 1):
        solved = _solve(value, m, base, steps, nodes)
        if solved is not None:
            rounded, closest = solved
            kept = bool((rounded[value % base == 0] == value[value % base == 0]).all())
            return ControlledRounding(rounded, float(np.abs(rounded - value).max(initial=0)), kept, closest)
    raise CannotBeSaid(
        what="A rounding that adds up",
        why=f"none was found within {most_steps} further steps of the base and {nodes} nodes",
        remedy="Use another base, allow more steps or nodes, or round by chance (totals then differ).",
    )


def _solve(
    value: np.ndarray, m: sparse.csr_matrix, base: int, steps: int, nodes: int
) -> tuple[np.ndarray, bool] | None:
    """Whole numbers u = (rounded - floor) / base; cost the distance, linear between the allowed multiples."""
    floor = np.floor(value / base)
    rest = value - floor * base
    exact = rest == 0
    low = np.full(len(value), -float(steps))
    high = np.where(exact, float(steps), 1.0 + steps)
    if (value >= 0).all():
        low = np.maximum(low, -floor)
    n = len(value)
    # distance is convex: u = inner + over - under with inner in [0, 1], over and under beyond
    inner_high = np.where(exact, 0.0, 1.0)
    cost = np.concatenate((base - 2 * rest, np.full(n, float(base)), np.full(n, float(base))))
    matrix = sparse.csc_matrix(sparse.hstack((m, m, -m)))
    need = -(m @ floor)
    h = quiet_model()
    h.setOptionValue("presolve", "choose")
    h.setOptionValue("solver", "choose")
    h.setOptionValue("mip_max_nodes", int(nodes))
    h.setOptionValue("mip_rel_gap", 0.0)
    upper = np.concatenate((inner_high, np.maximum(high - inner_high, 0), np.maximum(-low, 0)))
    pass_model(h, cost, np.zeros(3 * n), upper, matrix, need, need)
    h.changeColsIntegrality(
        3 * n, np.arange(3 * n, dtype=np.int32), np.full(3 * n, highspy.HighsVarType.kInteger)
    )
    h.run()
    if h.getInfo().primal_solution_status != 2:
        return None
    x = np.round(h.getSolution().col_value)
    rounded = base * (floor + x[:n] + x[n : 2 * n] - x[2 * n :])
    if np.abs(m @ rounded).max(initial=0) > 1e-9:
        return None
    return rounded, h.getModelStatus() == highspy.HighsModelStatus.kOptimal
