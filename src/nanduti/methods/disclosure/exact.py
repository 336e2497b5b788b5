"""Exact suppression on small tables: cutting planes with a bound, always with what is left of the gap.

Source: Fischetti and Salazar (2001), Management Science 47(7): choose cells to hide at least cost so that every
attacker's problem leaves enough room; an attacker's dual solution gives a linear condition on the choice that
every safe pattern meets (a capacity cut).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from .attack import Attacker
from .certificate import Cover
from .flow import FlowRouter, pass_model, quiet_model
from .improve import Budget
from .problem import OPEN, Problem

_NODE = 8.0  # a node of the whole-number search, in units of work
_WITHIN_REACH = 0.16  # gaps of the relaxation up to this share were closed in seconds on tables of 450 cells


@dataclass(frozen=True)
class Bound:
    """The least cost any safe pattern can have, as far as was proven, and whether the pattern meets it."""

    lower: float
    is_optimal: bool


class Master:
    """The choice of cells: a growing set of cuts over variables between 0 (show) and 1 (hide)."""

    def __init__(self, problem: Problem) -> None:
        room = (problem.room_up > 0) | (problem.room_down > 0)
        self.cells = np.flatnonzero((problem.status == OPEN) & room)
        self.cost = problem.cost[self.cells].astype(float)
        self.is_whole = bool((self.cost == np.round(self.cost)).all())
        self.rows: list[tuple[np.ndarray, np.ndarray]] = []
        self.seen: set[bytes] = set()
        self.nodes = 0
        self.low, self.high = np.zeros(len(self.cells)), np.ones(len(self.cells))
        self.model = quiet_model()
        empty = sparse.csc_matrix((0, len(self.cells)))
        pass_model(self.model, self.cost, self.low, self.high, empty, np.zeros(0), np.zeros(0))

    def add(self, weights: np.ndarray) -> bool:
        """The cut weights·x >= 1 (weights at most 1); False if it was there already."""
        index = np.flatnonzero(weights > 1e-9)
        value = weights[index]
        key = index.tobytes() + np.round(value, 9).tobytes()
        if key in self.seen:
            return False
        self.seen.add(key)
        self.rows.append((index.astype(np.int32), value))
        self.model.addRow(1.0, highspy.kHighsInf, len(index), index.astype(np.int32), value)
        return True

    def solve(self) -> tuple[np.ndarray, float, np.ndarray] | None:
        """The relaxed choice, its cost, and reduced costs."""
        self.model.run()
        if self.model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.model.getSolution()
        x, cost = np.array(solution.col_value), self.model.getInfo().objective_function_value
        return x, float(cost), np.array(solution.col_dual)

    def fix(self, bound: float, best: float, reduced: np.ndarray, x: np.ndarray) -> int:
        """Decide variables whose other value would cost more than the best pattern known."""
        gap = best - bound - (1.0 - 1e-6 if self.is_whole else 0.0)
        out = (x < 1e-9) & (reduced > gap + 1e-7) & (self.high > 0)
        into = (x > 1 - 1e-9) & (-reduced > gap + 1e-7) & (self.low < 1)
        self.high[out] = 0.0
        self.low[into] = 1.0
        changed = np.flatnonzero(out | into)
        if len(changed):
            self.model.changeColsBounds(
                len(changed), changed.astype(np.int32), self.low[changed], self.high[changed]
            )
        return len(changed)

    def round_up(self, bound: float) -> float:
        """With whole costs the optimum is whole too."""
        return float(np.ceil(bound - 1e-6)) if self.is_whole else bound

    def best_choice(
        self, below: float, nodes: int, seconds: float, gap: float
    ) -> tuple[np.ndarray | None, float, bool]:
        """A whole choice under ``below`` within ``gap`` of the cheapest: (choice or None, bound, finished)."""
        free = np.flatnonzero(self.high > self.low)
        place = np.full(len(self.cells), -1)
        place[free] = np.arange(len(free))
        forced = self.low > 0.5
        base = float(self.cost[forced].sum())
        starts, index, value, rhs = [0], [], [], []
        for i, v in self.rows:
            left = 1.0 - float(v[forced[i]].sum())
            if left <= 1e-9:
                continue
            keep = place[i] >= 0
            if not keep.any():  # every cell that could help was ruled out: nothing cheaper exists
                return None, below, True
            index.append(place[i[keep]])
            value.append(np.minimum(v[keep], left))
            rhs.append(left)
            starts.append(starts[-1] + int(keep.sum()))
        if not rhs:
            return np.where(forced, 1.0, 0.0), base, True
        matrix = sparse.csr_matrix(
            (np.concatenate(value), np.concatenate(index), starts), shape=(len(rhs), len(free))
        )
        limit = below - (1.0 - 1e-6 if self.is_whole else 1e-6 * max(below, 1.0)) - base
        budget_row = sparse.csr_matrix(self.cost[free][None, :])
        matrix = sparse.csc_matrix(sparse.vstack((matrix, budget_row)))
        inf = highspy.kHighsInf
        h = quiet_model()
        h.setOptionValue("presolve", "choose")
        h.setOptionValue("solver", "choose")
        h.setOptionValue("mip_rel_gap", gap)
        h.setOptionValue("mip_max_nodes", int(nodes))
        if np.isfinite(seconds):
            h.setOptionValue("time_limit", max(seconds, 0.01))
        pass_model(
            h, self.cost[free], np.zeros(len(free)), np.ones(len(free)), matrix,
            np.append(rhs, -inf), np.append(np.full(len(rhs), inf), limit),
        )  # fmt: skip
        h.changeColsIntegrality(
            len(free), np.arange(len(free), dtype=np.int32),
            np.full(len(free), highspy.HighsVarType.kInteger),
        )  # fmt: skip
        h.run()
        status = h.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None, below, True
        info = h.getInfo()
        self.nodes = max(int(info.mip_node_count), 0)
        bound = base + max(float(info.mip_dual_bound), 0.0)
        choice = None
        if info.primal_solution_status == 2:
            choice = np.where(forced, 1.0, 0.0)
            choice[free] = np.round(h.getSolution().col_value)
        return choice, bound, status == highspy.HighsModelStatus.kOptimal


class Separator:
    """Attacker's problems under a (fractional) choice, and the cuts they give."""

    def __init__(self, problem: Problem, master: Master) -> None:
        self.problem, self.master = problem, master
        room = (problem.room_up > 0) | (problem.room_down > 0)
        self.attacker = Attacker(problem, np.flatnonzero(room))
        self.is_choice = self.attacker.at[master.cells]
        self.is_primary = self.attacker.at[problem.primary[room[problem.primary]]]

    def simple_cuts(self) -> None:
        """What single sums say: the room of the other hidden cells of a sum must make up for the need."""
        p = self.problem
        for cell, sign, need in p.tasks:
            column = p.equations[:, [cell]].tocoo()
            for row, own in zip(column.row, column.data):
                line = p.equations[[row]]
                others = line.indices != cell
                idx, factor = line.indices[others], line.data[others] / own
                moves_down = sign * factor > 0  # cell = -sum(factor * other)
                reach = np.abs(factor) * np.where(moves_down, p.room_down[idx], p.room_up[idx])
                self._add_from(np.bincount(idx, reach, minlength=p.n_cells), need)

    def _add_from(self, reach: np.ndarray, need: float) -> bool:
        """reach·hidden >= need, with the primary cells moved to the right and weights cut to it."""
        left = need - float(reach[self.problem.primary].sum())
        if left <= 1e-7 * need:
            return False
        weights = np.minimum(reach[self.master.cells] / left, 1.0)
        return self.master.add(weights)

    def cuts(self, x: np.ndarray, budget: Budget) -> tuple[int, bool]:
        """Add cuts violated at ``x``; returns (how many, whether all tasks were looked at)."""
        a, p = self.attacker, self.problem
        tasks = p.tasks[::-1]
        share = np.zeros(len(a.cells))
        share[self.is_primary] = 1.0
        share[self.is_choice] = x
        a.open_to(share)
        done: set[tuple[int, int]] = set()
        added = 0
        for cell, sign, need in tasks:
            if (cell, sign) in done:
                continue
            if not budget.spend(0.2):  # warm: only the aim changes
                return added, False
            y = a.push(cell, sign)
            if y is None:
                continue
            if sign * y[a.at[cell]] >= need * (1 - 1e-6):
                for c, s, n in tasks:
                    if s * y[a.at[c]] >= n * (1 - 1e-6):
                        done.add((c, s))
                continue
            r = a.reduced_costs()
            r[np.abs(r) < 1e-9] = 0.0
            reach = np.zeros(p.n_cells)
            reach[a.cells] = np.maximum(-r, 0.0) * a.up + np.maximum(r, 0.0) * a.down
            added += self._add_from(reach, need)
        return added, True


def improve_exactly(
    problem: Problem, cover: Cover, budget: Budget, *, polish: Callable[[Cover], None], rough: float = 0.02
) -> tuple[Cover, Bound]:
    """Prove the pattern of ``cover`` best, or find better ones, until the budget is over.

    First the relaxation with cuts (a lower bound), then whole choices, at first within ``rough`` of the
    cheapest, which is quick and gives cuts just as well, at last the cheapest; a cheapest choice that all
    attackers' problems accept is optimal, and gets its certificate by routing within it. Where the relaxation
    leaves a gap too wide to hope for a proof, ``polish`` spends most of the budget on a better pattern instead.
    """
    master = Master(problem)
    separator = Separator(problem, master)
    separator.simple_cuts()
    best = cover
    lower = _relax(master, separator, best, budget, 0.0)
    if lower < (1.0 - _WITHIN_REACH) * best.cost:
        polish(best)
    router = FlowRouter(problem)
    gap = rough
    while not budget.is_over and lower < best.cost - 1e-9:
        nodes = int(min(max(budget.work_left / _NODE, 20), 100_000))
        choice, bound, finished = master.best_choice(best.cost, nodes, budget.left, gap)
        budget.spend(5 + _NODE * master.nodes)
        lower = max(lower, min(master.round_up(bound), best.cost))
        if choice is None:
            if finished:
                lower = best.cost
            break
        added, all_seen = separator.cuts(choice, budget)
        if added == 0 and all_seen:
            found = _within(problem, master, choice, router)
            if found is None:
                break
            if found.cost < best.cost - 1e-9:
                best = found
            elif gap == 0.0:
                break
            gap = 0.0
        elif gap and master.round_up(bound) >= (1.0 - gap) * best.cost:
            gap = 0.0
        if not finished:
            break
    return best, Bound(float(min(lower, best.cost)), lower >= best.cost - 1e-9 * max(best.cost, 1.0))


def _relax(master: Master, separator: Separator, best: Cover, budget: Budget, lower: float) -> float:
    """Cuts at the relaxed choice, drawn towards the known pattern at first so that they cut deep."""
    inside = best.hidden[master.cells].astype(float)
    step = 0.5
    stalled = 0
    while not budget.is_over:
        solved = master.solve()
        if solved is None:
            break
        x, cost, reduced = solved
        gained = cost - lower
        lower = max(lower, cost)
        master.fix(cost, best.cost, reduced, x)
        if master.round_up(lower) >= best.cost - 1e-9:
            break
        point = np.clip(step * inside + (1 - step) * x, 0, 1)
        added, all_seen = separator.cuts(point, budget)
        if added == 0:
            if step == 0.0 and all_seen:
                break
            step = 0.0 if step < 0.1 else step / 2
            continue
        stalled = stalled + 1 if gained < 1e-4 * max(best.cost - lower, 1.0) else 0
        if stalled >= 6:
            if step == 0.0:
                break
            step, stalled = step / 2 if step > 0.1 else 0.0, 0
    return master.round_up(lower)


def _within(problem: Problem, master: Master, choice: np.ndarray, router: FlowRouter) -> Cover | None:
    """The certificate of a choice that the attackers accept: routes through chosen and primary cells alone."""
    cover = Cover(problem)
    price = np.full(problem.n_cells, 1e30)
    price[problem.primary] = 0.0
    price[master.cells[choice > 0.5]] = 0.0
    for cell, sign, need in problem.tasks:
        if cover.is_proven((cell, sign)):
            continue
        found = router.route(cell, sign, need, price)
        if found is None:
            return None
        cover.add(found[1])
    return cover
