"""The cheapest split under the rules, and how the search for it is ordered."""

from __future__ import annotations

import time

import numpy as np

from nanduti.methods.solving import Answer, Program, solve

from ._exchanging import improve
from .model import Model


def least_cost(model: Model, *, deadline: float, gap: float) -> Answer:
    """The cheapest split: relaxation, then the offers that it leans on, then all of them.

    The relaxation's bound proves the answer of the smaller programme, so that all offers are needed only where
    that is not near enough.
    """
    first = solve(model.program, relax=True, seconds=max(0.1, deadline - time.perf_counter()))
    if first.infeasible:
        return first
    if "all_or_nothing" in model.row_codes:
        return _whole_products(model, first, deadline, gap)
    small = None
    if len(model.order.firm_of) > 400 and first.values is not None:
        small = _kernel(model, first, deadline, gap)
        if small.values is not None and small.objective >= first.bound - gap * abs(small.objective):
            return Answer(small.values, small.objective, first.bound, False)
    start = None if small is None or small.values is None else (np.arange(len(small.values)), small.values)
    left = max(0.1, deadline - time.perf_counter())
    full = solve(model.program, seconds=left, gap=gap, start=start)
    if full.infeasible:
        return full
    best = full if small is None or full.objective >= small.objective else small
    return Answer(best.values, best.objective, min(full.bound, first.bound), False)


def _whole_products(model: Model, first: Answer, deadline: float, gap: float) -> Answer:
    """Orders of which each product goes whole to one firm: the solver, a search, and the solver from what it found.

    The solver's bound is soon within a thousandth while its best split may stay some hundredths away; the search
    is the other way round.
    """
    left = deadline - time.perf_counter()
    early = solve(model.program, seconds=left * 0.2, gap=gap)
    if early.infeasible or _near(early, early.bound, gap):
        return early
    bound = min(early.bound, first.bound)
    until = time.perf_counter() + left * 0.25
    best = improve(model, early, deadline=until, bound=bound, gap=gap)
    if not _near(best, bound, gap):
        start = None if best.values is None else (np.arange(len(best.values)), best.values)
        late = solve(model.program, seconds=seconds_left(deadline), gap=gap, start=start)
        if late.infeasible:
            return late
        bound = min(bound, late.bound)
        best = late if late.objective > best.objective else best
    return Answer(best.values, best.objective, bound, False)


def _near(answer: Answer, bound: float, gap: float) -> bool:
    """Whether the bound proves an answer."""
    return answer.values is not None and answer.objective >= bound - gap * abs(answer.objective) - 1e-6


def _kernel(model: Model, first: Answer, deadline: float, gap: float) -> Answer:
    """The programme on offers that the relaxation uses, or that are hardly dearer than those."""
    p = model.program
    reduced = p.gain - p.rows.T @ first.prices
    loss = np.maximum(0.0, -(reduced[model.b] + reduced[model.z] / np.maximum(1.0, p.high[model.b])))
    used = first.values[model.b] > 1e-7
    unit = np.maximum(1e-9, model.costs()[model.b])
    keep = used | (loss <= 0.05 * unit)
    high = p.high.copy()
    high[model.b] = np.where(keep, high[model.b], 0.0)
    high[model.z] = np.where(keep, high[model.z], 0.0)
    part = Program(p.gain, p.rows, p.row_low, p.row_high, p.low, high, p.whole)
    return solve(part, seconds=max(0.1, (deadline - time.perf_counter()) * 0.6), gap=gap / 2)


def seconds_left(deadline: float) -> float:
    """Seconds to the deadline, never less than half a second."""
    return max(0.5, deadline - time.perf_counter())
