"""Many outcomes, one lottery: how to keep chance from being read as a finding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput
from nanduti.methods.values.guards import one_of

from ._threads import single_threaded
from .assignment import Assignment
from .permutation import Model, _statistics, usable_rows
from .regression import missing_mask

METHODS = ("bonferroni", "holm", "benjamini-hochberg", "sharpened-q")


def adjust(p_values: Sequence[float | None], method: str) -> list[float | None]:
    """p-values adjusted for a family; a missing one (no test was possible) stays missing and does not count.

    Args:
        method: ``"holm"`` or ``"bonferroni"`` (chance of any false finding); ``"benjamini-hochberg"`` or
            ``"sharpened-q"`` (expected share of false findings). For the lottery's own joint distribution
            use :func:`romano_wolf`.

    Sources: Holm 1979, *SJS* 6; Benjamini & Hochberg 1995, *JRSS B* 57; Benjamini, Krieger & Yekutieli
    2006, *Biometrika* 93 and Anderson 2008, *JASA* 103 (sharpened two-stage q-values).

    >>> adjust([0.01, 0.04, 0.03, None], "holm")
    [0.03, 0.06, 0.06, None]
    >>> [round(q, 3) for q in adjust([0.001, 0.01, 0.2, 0.6], "sharpened-q")]
    [0.005, 0.016, 0.154, 0.364]
    """
    one_of(method, METHODS, "method=")
    known = [i for i, p in enumerate(p_values) if p is not None]
    given = np.array([p_values[i] for i in known], dtype=float)
    if not (np.isfinite(given) & (given >= 0) & (given <= 1)).all():
        raise BadInput(place="a p-value", problem="does not lie between 0 and 1", remedy="Correct it.")
    if not known:
        return list(p_values)
    rule = {
        "bonferroni": lambda p: np.minimum(1.0, p * len(p)),
        "holm": _holm,
        "benjamini-hochberg": _benjamini_hochberg,
        "sharpened-q": _sharpened,
    }[method]
    out: list[float | None] = [None] * len(p_values)
    for i, q in zip(known, rule(given)):
        out[i] = round(float(q), 15)
    return out


@single_threaded
def romano_wolf(
    data: pl.DataFrame,
    assignment: Assignment,
    outcomes: Sequence[str],
    *,
    arm: str | None = None,
    against: str | None = None,
    controls: Sequence[str] = (),
    baselines: dict[str, str] | None = None,
    draws: int = 4_999,
    seed: int = 0,
) -> pl.DataFrame:
    """Step-down adjusted p-values of one arm on several outcomes, by re-drawing the recorded lottery.

    Every draw is used for all outcomes at once, so their correlation is kept. The statistic is the robust
    t of :func:`randomization_test`; missing outcomes drop out outcome by outcome.

    Returns:
        outcome, estimate, t, p_value (alone), p_adjusted, grade.

    Source: Romano & Wolf 2005, *JASA* 100; step-down max-t of Westfall & Young 1993, algorithm 2.8.
    """
    if len(set(outcomes)) != len(outcomes) or not outcomes:
        raise BadInput(place="outcomes", problem="are empty or named twice", remedy="Name each one once.")
    observed, drawn, estimates, grades = [], [], [], []
    for y in outcomes:
        before = [*controls, *([baselines[y]] if baselines and y in baselines else [])]
        rows = usable_rows(data.filter(pl.Series(~missing_mask(data, y))), assignment, (y, *before), "refuse")
        model = Model.build(rows, assignment, y, arm, against, before, None, None, "refuse")
        moments = np.vstack(list(model.moments(draws, seed, False, "t")))
        real = model.observed("t")
        grades.append(model.grade().letter)
        observed.append(abs(float(_statistics(real[None], 0.0, "t")[0])))
        drawn.append(np.abs(_statistics(moments, 0.0, "t")))
        estimates.append(float(real[0]))
    alone, together = step_down(np.array(observed), np.column_stack(drawn))
    return pl.DataFrame(
        {
            "outcome": list(outcomes),
            "estimate": estimates,
            "t": np.copysign(observed, estimates),
            "p_value": alone,
            "p_adjusted": together,
            "grade": grades,
        }
    )


def step_down(observed: np.ndarray, drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Single and step-down max-t p-values of absolute statistics: k observed, draws × k re-drawn."""
    n, slack = len(drawn), 1e-9 * np.maximum(observed, 1e-12)
    alone = (1 + (drawn >= observed - slack).sum(axis=0)) / (1 + n)
    order = np.argsort(-observed, kind="stable")
    together, running = np.empty(len(observed)), 0.0
    for step, k in enumerate(order):
        largest = drawn[:, order[step:]].max(axis=1)
        running = max(running, (1 + float((largest >= observed[k] - slack[k]).sum())) / (1 + n))
        together[k] = running
    return alone, together


def _holm(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p, kind="stable")
    scaled = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    out = np.empty(len(p))
    out[order] = np.minimum(1.0, scaled)
    return out


def _benjamini_hochberg(p: np.ndarray) -> np.ndarray:
    order = np.argsort(p, kind="stable")
    scaled = p[order] * len(p) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum(1.0, np.minimum.accumulate(scaled[::-1])[::-1])
    return out


def _sharpened(p: np.ndarray) -> np.ndarray:
    """The smallest q at which the two-stage procedure rejects each hypothesis, to three decimals.

    As in Anderson's code q runs over 1.000, 0.999, … 0.001. Stage one rejects at q/(1+q), stage two with
    the number of true hypotheses that stage one leaves.
    """
    m, order = len(p), np.argsort(p, kind="stable")
    ranked, out = p[order], np.ones(len(p))
    for step in range(1000, 0, -1):
        q = step / 1000
        first = q / (1 + q)
        n_first = _last_below(ranked, first)
        if n_first == 0:
            break
        second = first * m / (m - n_first) if n_first < m else np.inf
        out[: _last_below(ranked, second)] = q
    unsorted = np.empty(m)
    unsorted[order] = out
    return unsorted


def _last_below(ranked: np.ndarray, level: float) -> int:
    below = np.flatnonzero(ranked <= level * np.arange(1, len(ranked) + 1) / len(ranked))
    return int(below[-1]) + 1 if below.size else 0
