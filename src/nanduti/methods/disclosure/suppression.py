"""Secondary suppression with a certificate: a pattern at once, then cheaper ones, then proof where tables are small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid, counted

from .certificate import CheckedCertificate, Cover, Deviation, check_certificate
from .exact import improve_exactly
from .flow import FlowRouter, flow_start
from .hypercube import GridRouter, hypercube_start
from .improve import Budget, Search
from .insiders import defend
from .problem import FIXED, PRIMARY, Problem

Method = Literal["auto", "hypercube", "flow", "exact"]

_SMALL = 500  # cells up to which a proof is attempted
_MIDDLE = 2_000  # cells up to which the flow start is quick


@dataclass(frozen=True)
class Suppression:
    """A safe pattern with its proof.

    ``suppressed`` per cell; ``cost`` of the cells hidden beyond the primary ones; ``lower_bound`` below which no
    safe pattern can be (None where no bound was computed); ``deviations`` the certificate; ``method`` the last
    step that was taken; ``work`` routes and solves spent; ``exposed`` pairs (insider's cell, victim) that no choice
    of cells can defend.
    """

    problem: Problem
    suppressed: np.ndarray
    cost: float
    lower_bound: float | None
    is_optimal: bool
    deviations: tuple[Deviation, ...]
    method: str
    work: float
    exposed: tuple[tuple[int, int], ...] = ()

    @property
    def n_secondary(self) -> int:
        """Cells hidden beyond the primary ones."""
        return int((self.suppressed & (self.problem.status != PRIMARY)).sum())

    @property
    def gap(self) -> float | None:
        """How much dearer than the proven bound the pattern may be at most, as a share of its cost."""
        if self.lower_bound is None:
            return None
        return 0.0 if self.cost <= 0 else max(self.cost - self.lower_bound, 0.0) / self.cost

    def check(self) -> CheckedCertificate:
        """Check the certificate again, without any solver."""
        return check_certificate(self.problem, self.suppressed, self.deviations)

    def say(self) -> str:
        """What was hidden, and how sure it is, in plain words."""
        p = self.problem
        share = float(p.value[self.suppressed].sum()) if (p.value >= 0).all() else None
        words = [
            f"{int(self.suppressed.sum())} of {p.n_cells} cells are hidden: {len(p.primary)} for their own sake, "
            f"{self.n_secondary} so that those cannot be computed from the totals."
        ]
        if share is not None and p.grid is not None and p.value[0] > 0:
            inner = self.suppressed.copy()
            inner &= _innermost(p)
            lost = float(p.value[inner].sum()) / float(p.value[0])
            words.append(
                f"The hidden innermost cells hold {lost:.1%} of the total; all totals shown are true."
            )
        if self.is_optimal:
            words.append("No safe choice costs less; this is proven.")
        elif self.gap is not None:
            words.append(f"It costs at most {self.gap:.0%} more than the best possible.")
        else:
            words.append("Whether a cheaper safe choice exists was not examined.")
        words.append("Every protection is proven by a stored deviation that anybody can check.")
        if self.exposed:
            n, (insider, victim) = len(self.exposed), self.exposed[0]
            words.append(
                f"But {counted(n, 'once', f'{n} times')} a firm that is alone in its cell could work out another: "
                f"whoever stands behind {p.name(insider)} learns about {p.name(victim)}. Use coarser codes."
            )
        return " ".join(words)


def _innermost(problem: Problem) -> np.ndarray:
    inside = np.ones(tuple(len(h.codes) for h in problem.grid), dtype=bool)
    for d, h in enumerate(problem.grid):
        view = [1] * len(problem.grid)
        view[d] = -1
        inside &= (h.n_children == 0).reshape(view)
    return inside.reshape(-1)


def suppress(
    problem: Problem,
    *,
    method: Method = "auto",
    budget: Budget | float = 2_000,
    seed: int = 0,
    singles: np.ndarray | None = None,
) -> Suppression:
    """Hide cells beyond the primary ones until every primary cell keeps its protection interval.

    ``method="hypercube"`` gives a first pattern of boxes (grids only), ``"flow"`` routes by linear programme,
    ``"exact"`` also tries to prove the least cost; ``"auto"`` goes as far along this road as size and budget
    allow. ``budget`` is an amount of work (routes and solves), or a :class:`Budget` with an injected clock. The
    pattern is always certified; what could not be proven is told as a gap. The same input, seed and amount of
    work give the same pattern.

    ``singles`` marks cells with one contributor, who knows the own cell: further cells are then hidden so that each
    other sensitive cell is protected from that insider too (added after the search, not optimised; what cannot be
    defended is listed in ``exposed``).

    Raises CannotBeSaid when a primary cell cannot be protected whatever is hidden.

    Source: Fischetti and Salazar (2001), Management Science 47(7); Castro (2002), for routing by flows;
    Giessing and Repsilber (2002) for hypercubes; certificates and local search as described in the page.

    >>> from nanduti.methods.disclosure import Hierarchy, Problem, grid_equations
    >>> h = (Hierarchy.flat("ab"), Hierarchy.flat("xy"))
    >>> value = np.array([30, 14, 16, 9, 2, 7, 21, 12, 9.0])
    >>> primary = (value > 0) & (value < 3)
    >>> p = Problem(value, value, primary * 1, 0 * value, 2 * value + 5, primary * 1.0, primary * 1.0,
    ...             grid_equations(h), h)
    >>> s = suppress(p)
    >>> s.cost, s.is_optimal, s.check().holds
    (28.0, True, True)
    """
    if method not in ("auto", "hypercube", "flow", "exact"):
        raise BadInput(place="method", problem=f"is '{method}'", remedy="Use auto, hypercube, flow or exact.")
    if not isinstance(budget, Budget):
        budget = Budget(float(budget))
    problem.check_reachable()
    if not problem.tasks:
        return _finished(problem, Cover(problem), 0.0, True, "nothing to protect", budget)
    cover, lower, step = _pattern(problem, method, budget, seed)
    cover.drop_idle()
    lost: list[tuple[int, int, int]] = []
    if singles is not None and np.asarray(singles).any():
        grid = [GridRouter(problem)] if problem.grid is not None else []
        lost = defend(cover, np.asarray(singles, dtype=bool), [*grid, FlowRouter(problem)], budget)
    optimal = lower is not None and not lost and lower >= cover.cost - 1e-9 * max(cover.cost, 1.0)
    return _finished(problem, cover, lower, optimal, step, budget, lost)


def _pattern(problem: Problem, method: Method, budget: Budget, seed: int) -> tuple[Cover, float | None, str]:
    """Cover, lower bound if any, and the last step, as far as method, size and budget allow."""
    cover, step = _start(problem, method, budget)
    if method == "hypercube":
        return cover, None, step
    small = problem.n_cells <= _SMALL
    if not budget.is_over and problem.grid is not None and not small:
        _improve(Search(cover, GridRouter(problem), budget.part(0.2)), budget, seed, anneal=False)
    if budget.is_over:
        return cover, None, step
    # in large tables only cells that are hidden already may carry the new routes
    router = FlowRouter(problem, cover.hidden if problem.n_cells > _MIDDLE else None)
    if method != "exact" and not (method == "auto" and small):
        _improve(Search(cover, router, budget.part(1.0)), budget, seed, anneal=True)
        return cover, None, "flow"
    _improve(Search(cover, router, budget.part(0.35)), budget, seed, anneal=False)

    def polish(now: Cover) -> None:
        _improve(Search(now, router, budget.part(0.8)), budget, seed, anneal=True)

    cover, bound = improve_exactly(problem, cover, budget, polish=polish)
    return cover, bound.lower, "exact"


def _improve(search: Search, budget: Budget, seed: int, *, anneal: bool) -> None:
    search.run()
    if anneal:
        search.anneal(seed)
    budget.spent += search.budget.spent


def _start(problem: Problem, method: Method, budget: Budget) -> tuple[Cover, str]:
    """A first certified pattern: boxes on large grids, flows elsewhere and for what boxes cannot serve."""
    if method == "hypercube" and problem.grid is None:
        raise BadInput(
            place="method",
            problem="is 'hypercube', but the table is not a full grid of hierarchies",
            remedy="Use method='flow'.",
        )
    boxes = problem.grid is not None and (method == "hypercube" or problem.n_cells > _MIDDLE)
    cover, left = hypercube_start(problem, GridRouter(problem)) if boxes else (Cover(problem), problem.tasks)
    lost = flow_start(problem, FlowRouter(problem), cover, left) if left else []
    if lost:
        names = ", ".join(problem.name(c) for c, _, _ in lost[:5])
        raise CannotBeSaid(
            what=f"Protection of {counted(len(lost), 'the cell', 'the cells')} {names}",
            why="even hiding every cell that may be hidden would not keep them from being computed",
            remedy="Allow more cells to be hidden (zeros, totals), use coarser codes, or do not publish the table.",
        )
    return cover, "hypercube" if boxes else "flow start"


def _finished(
    problem: Problem,
    cover: Cover,
    lower: float | None,
    optimal: bool,
    step: str,
    budget: Budget,
    lost: list[tuple[int, int, int]] | None = None,
) -> Suppression:
    hidden = cover.hidden
    hidden &= problem.status != FIXED
    deviations = tuple(cover.deviations[i] for i in sorted(cover.deviations))
    exposed = tuple(sorted({(insider, victim) for insider, victim, _ in lost or ()}))
    result = Suppression(problem, hidden, cover.cost, lower, optimal, deviations, step, budget.spent, exposed)
    checked = result.check()
    if not checked.holds:
        names = ", ".join(problem.name(c) for c in checked.unproven[:5])
        raise CannotBeSaid(
            what="A certified pattern",
            why=f"the proof does not hold{' for ' + names if names else ''} within the solver's precision",
            remedy="Scale the table to smaller numbers, for instance thousands, and try again.",
        )
    return result
