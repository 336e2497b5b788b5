"""Forming circles: the search, its proof, and the plan it ends in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.solving import Answer, solve
from nanduti.methods.values import BadInput

from .brief import Brief, make_brief
from .clashing import find_clash
from .columns import Column, Columns, Link, improve_bound, links_of
from .plan import CirclePlan
from .planning import make_plan
from .recipe import CircleRecipe
from .seatings import Rebuilder, greedy, rebuild, start_values
from .whole import Whole, build_whole, near_relaxation, relaxation_prices

#: What a seat may lose by the prices of the relaxation to be tried at first and then, as shares of what a firm earns
#: on average; and the nodes after which a try ends.
NARROW, WIDE = 0.035, 0.1
KERNEL_NODES = 200


def form_circles(
    firms: pl.DataFrame,
    options: pl.DataFrame | None,
    recipe: str | Mapping[str, Any] | CircleRecipe,
    *,
    apart: Iterable[Sequence[str]] = (),
    together: Iterable[Sequence[str]] = (),
    ties: Iterable[Sequence[str]] = (),
    lock: Mapping[str, str] | None = None,
    veto: Iterable[Sequence[str]] = (),
    must_place: Iterable[str] = (),
    time_limit: float = 60.0,
    gap: float = 0.01,
    seed: int = 1,
    progress: Callable[[float, float | None, float], None] | None = None,
) -> CirclePlan:
    """Circles that break no hard rule, with as many points as can be found and a bound on what is possible.

    Args:
        firms: one row for each firm: ``firm`` (text), and the columns that the recipe speaks of. A place is ``lat``
            and ``lon`` or ``x_km`` and ``y_km``; a cell may hold a list, or text with semicolons.
        options: one row for each option, a theme at a meeting place: ``option``, and ``theme``, a place, ``copies``
            (how many circles it may hold, 1 by default) as the recipe needs them. ``None``: equal circles, no theme.
        recipe: rules and criteria; see :func:`read_recipe`.
        apart, together: pairs of firms that must not, or must, share a circle.
        ties: pairs with trust or a tie, for the criterion ``linked``.
        lock: firm → option where it must sit if it sits at all. veto: (firm, option) where it must not.
        must_place: firms that may not wait.
        time_limit: seconds after which the best plan so far is returned.
        gap: share of the points; the search ends once the bound is proven to be no further above. 0: the optimum.
        seed: for the choice of parts that are rebuilt.
        progress: called with seconds, points and bound whenever one of them improves.

    Returns:
        a plan; who cannot be placed stands in ``waiting`` with reasons. If every firm must be placed and that cannot
        be, ``status`` is ``none`` and ``clash`` holds the smallest set of rules that cannot be kept at once.

    A figure that is not known never helps: it does not count for a floor, counts against a ceiling, meets no reach
    and earns no points (its contribution is marked as not known).

    Sources: circles anchored on the buyer's demand, N. J. Lowe (2003), "Sectoral mismatch"; decomposition by Dantzig
    and Wolfe (1960); the search is Nanduti's.

    >>> firms = pl.DataFrame({"firm": list("abcdef"), "role": ["mentor", None, None, "mentor", None, None],
    ...                       "x_km": [0, 1, 2, 20, 21, 22], "y_km": [0] * 6})
    >>> options = pl.DataFrame({"option": ["east", "west"], "x_km": [21, 1], "y_km": [0, 0]})
    >>> plan = form_circles(firms, options, {"circle": {"least": 2, "most": 4}, "rules": [
    ...     {"rule": "quota", "code": "mentors", "column": "role", "is": "mentor", "least": 1}],
    ...     "criteria": [{"criterion": "travel", "points": 100, "reach_km": 10}]}, apart=[("a", "b")], gap=0)
    >>> [(c.name, c.firms, c.points) for c in plan.circles], plan.status
    ([('east', ('b', 'd', 'e', 'f'), 280), ('west', ('a', 'c'), 180)], 'optimal')
    """
    _check_limits(time_limit, gap)
    brief = make_brief(
        firms,
        options,
        recipe,
        apart=apart,
        together=together,
        ties=ties,
        lock=lock,
        veto=veto,
        must_place=must_place,
    )
    return solve_brief(brief, links_of(brief), time_limit=time_limit, gap=gap, seed=seed, progress=progress)


def _check_limits(time_limit: float, gap: float) -> None:
    if not time_limit > 0:
        raise BadInput(place=f"time limit {time_limit}", problem="is not above zero", remedy="Give seconds.")
    if not 0 <= gap < 1:
        raise BadInput(place=f"gap {gap}", problem="is not a share below 1", remedy="Give 0.01 for 1 %.")


@dataclass
class Search:
    """The state of one search: the best seating, the bound, and what was seen on the way."""

    columns: Columns
    gap: float
    deadline: float
    seed: int
    begun: float
    progress: Callable[[float, float | None, float], None] | None = None
    seating: list[Column] | None = None
    bound: float = np.inf
    history: list[tuple[float, float | None, float]] = field(default_factory=list)

    @property
    def points(self) -> int | None:
        """Points of the best seating that keeps every rule, ``None`` without one."""
        return None if self.seating is None else self.columns.worth(self.seating)

    def offer(self, seating: list[Column] | None) -> None:
        """Keep a seating if it obeys the rules over all circles and is better."""
        if seating is None or not self.columns.obeys_links(seating):
            return
        if self.seating is None or self.columns.worth(seating) > self.points:
            self.seating = list(seating)
            self._note()

    def lower(self, bound: float) -> None:
        """Take a smaller bound; points are whole, so that parts of a point are cut off."""
        bound = np.floor(bound + 1e-4) if np.isfinite(bound) else bound
        if bound < self.bound:
            self.bound = float(bound)
            self._note()

    def _note(self) -> None:
        entry = (round(time.perf_counter() - self.begun, 3), self.points, self.bound)
        self.history.append(entry)
        if self.progress:
            self.progress(*entry)

    def enough(self) -> bool:
        """Whether the gap is small enough, or time over."""
        return self.close_enough() or time.perf_counter() >= self.deadline

    def close_enough(self) -> bool:
        """Whether the gap is proven small enough."""
        if self.points is None:
            return False
        return self.bound <= self.points or (self.points > 0 and self.bound <= self.points * (1 + self.gap))


def solve_brief(
    brief: Brief, links: list[Link], *, time_limit: float, gap: float, seed: int,
    progress: Callable[[float, float | None, float], None] | None = None, like: list[Column] | None = None,
) -> CirclePlan:  # fmt: skip
    """The plan of a brief. ``like`` is a seating to begin from."""
    begun = time.perf_counter()
    searches = []
    sizes = _even_sizes(brief)
    for k, (least, most) in enumerate(sizes):
        part = replace(brief, recipe=replace(brief.recipe, least=least, most=most))
        now = time.perf_counter()
        deadline = now + (begun + time_limit - now) / (len(sizes) - k)
        search = Search(Columns(part, links, seed), gap, deadline, seed, begun, progress)
        best = max((s.points for s in searches if s.points is not None), default=None)
        run_search(search, like=like, hopeless=best)
        searches.append(search)
    best = max(searches, key=lambda s: (s.points is not None, s.points or 0))
    bound = max(s.bound for s in searches)
    plan = make_plan(brief, best.seating, bound=bound, gap=gap, seed=seed, history=tuple(best.history))
    if best.seating is not None and plan.circles:
        return plan
    clash = find_clash(brief, links, deadline=max(begun + time_limit, time.perf_counter() + 5.0))
    if best.seating is None and not clash.rules and not any(np.isneginf(s.bound) for s in searches):
        return replace(plan, clash=clash, stopped_by="time")
    return replace(plan, clash=clash if clash.rules else None)


def _even_sizes(brief: Brief) -> list[tuple[int, int]]:
    """The ranges of size to try: one, or where sizes must be even every window of the allowed width."""
    least, most = brief.recipe.least, brief.recipe.most
    for rule in brief.recipe.rules:
        if rule.kind == "even_sizes":
            width = rule.parameters["most_difference"]
            return [(b, min(b + width, most)) for b in range(least, max(least, most - width) + 1)]
    return [(least, most)]


def run_search(search: Search, *, like: list[Column] | None = None, hopeless: int | None = None) -> None:
    """First answers, relaxation, rebuilding, pricing, and at last the whole programme, until it is enough.

    ``hopeless``: points that another search has reached; this one ends once its bound is not above them.
    """
    columns = search.columns

    def stop() -> bool:
        return search.enough() or (hopeless is not None and search.bound <= hopeless)

    current = _within(columns, like) if like else []
    if current:
        search.offer(current)
    first = _within(columns, greedy(columns, deadline=search.deadline))
    search.offer(first)
    current = max((current, first), key=columns.worth)
    whole = build_whole(columns.brief, columns.links, columns.waiting_cost, built=columns.tight)
    answer, prices = relaxation_prices(whole, seconds=max(0.1, search.deadline - time.perf_counter()))
    if answer.infeasible:
        search.bound = -np.inf
        return
    search.lower(answer.bound)
    if answer.values is not None and not _all_fit(search, whole, answer.values):
        search.bound = -np.inf
        return
    likely = np.ones(len(columns.brief.options))
    if prices is not None:
        likely = _likely(whole, answer.values, len(columns.brief.options))
        second = [] if stop() else _kernel(search, whole, answer, NARROW)
        if not second and not stop():
            second = _within(columns, greedy(columns, price=prices, deadline=search.deadline))
            search.offer(second)
        current = max((current, second), key=columns.worth)
    rebuilder = Rebuilder(columns, current, seed=search.seed, likely=likely)
    priced = False
    for patience in (10, 20, 40):
        if stop():
            return
        rebuild(
            rebuilder, deadline=search.deadline, enough=stop, patience=patience,
            after=lambda: search.offer(rebuilder.seating),
        )  # fmt: skip
        search.offer(rebuilder.seating)
        if search.seating is None and not _place_all(search, whole, rebuilder):
            search.bound = -np.inf
            return
        if prices is not None and patience == 10 and not stop():
            wide = _kernel(search, whole, answer, WIDE)
            rebuilder.seating = max((rebuilder.seating, wide), key=columns.worth)
        if not priced and not stop():
            priced = _price(search, prices, stop)
        _recombine(search, rebuilder, stop)
    _to_the_end(search, whole, rebuilder, stop)
    search.offer(rebuilder.seating)


def _kernel(search: Search, whole: Whole, relaxed: Answer, share: float) -> list[Column]:
    """The best seating near the relaxation; empty if none was found in an eighth of the time."""
    loss = share * search.bound / max(1, len(search.columns.brief.units))
    program = near_relaxation(whole, relaxed, loss=loss)
    left = search.deadline - time.perf_counter()
    answer = solve(program, seconds=left / 8, gap=search.gap / 2, nodes=KERNEL_NODES, seed=search.seed)
    if answer.values is None:
        return []
    found = _within(search.columns, whole.seating(answer.values))
    search.offer(found)
    return found


def _all_fit(search: Search, whole: Whole, relaxed: np.ndarray) -> bool:
    """Whether all who may not wait can be seated even in parts; asked only where the relaxation lets some wait."""
    n, may_wait = len(search.columns.brief.units), search.columns.brief.may_wait
    if not (relaxed[-n:][~may_wait] > 1e-6).any():
        return True
    high = whole.program.high.copy()
    high[-n:] = may_wait.astype(float)
    left = max(0.5, search.deadline - time.perf_counter())
    return not solve(replace(whole.program, high=high), relax=True, seconds=left).infeasible


def _place_all(search: Search, whole: Whole, rebuilder: Rebuilder) -> bool:
    """Where firms may not wait and still do: seat them whatever it earns; false if that cannot be."""
    p, n = whole.program, len(search.columns.brief.units)
    high = p.high.copy()
    high[-n:] = search.columns.brief.may_wait.astype(float)
    left = max(0.5, (search.deadline - time.perf_counter()) / 2)
    answer = solve(replace(p, high=high), seconds=left, gap=0.02, nodes=3000, seed=search.seed)
    if answer.values is not None:
        rebuilder.seating = whole.seating(answer.values)
        search.offer(rebuilder.seating)
    return not answer.infeasible


def _within(columns: Columns, seating: list[Column]) -> list[Column]:
    """A seating with circles taken out until the ceilings over all circles hold."""
    seating = list(seating)
    for k, link in enumerate(columns.links):
        while seating and columns.link_use(seating)[k] > link.high + 1e-9:
            worst = max(range(len(seating)), key=lambda i: columns.link_use([seating[i]])[k])
            del seating[worst]
    for column in seating:
        columns.add(column)
    return seating


def _likely(whole: Whole, values: np.ndarray, n: int) -> np.ndarray:
    likely = np.zeros(n)
    for block, at in zip(whole.blocks, whole.starts, strict=True):
        likely[block.option] += values[at + block.y]
    return likely


def _price(search: Search, prices: np.ndarray | None, stop: Callable[[], bool]) -> bool:
    """Tighten the bound by pricing for at most half of the time left; true if it is as tight as it gets."""
    now = time.perf_counter()
    deadline = now + (search.deadline - now) / 2
    done = improve_bound(
        search.columns, deadline=deadline, enough=stop, price=prices,
        every=lambda n: search.lower(search.columns.bound),
    )  # fmt: skip
    search.lower(search.columns.bound)
    return done


def _recombine(search: Search, rebuilder: Rebuilder, stop: Callable[[], bool]) -> None:
    """The best seating from all circles seen so far."""
    if stop():
        return
    left = search.deadline - time.perf_counter()
    found = search.columns.choose(seconds=max(0.1, left / 3), start=rebuilder.seating, nodes=500)
    if found is not None and search.columns.worth(found) > search.columns.worth(rebuilder.seating):
        rebuilder.seating = found
        search.offer(found)


def _to_the_end(search: Search, whole: Whole, rebuilder: Rebuilder, stop: Callable[[], bool]) -> None:
    """Branch and bound on the whole programme with the time that is left."""
    left = search.deadline - time.perf_counter()
    if stop() or left < 0.2:
        return
    start = start_values(whole, rebuilder.seating)
    answer = solve(whole.program, seconds=left, gap=search.gap, start=start, seed=search.seed)
    if answer.infeasible:
        search.bound = -np.inf
        return
    search.lower(answer.bound)
    if answer.values is not None:
        search.offer(whole.seating(answer.values))
