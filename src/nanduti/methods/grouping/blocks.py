"""One option as a small programme: which units sit there, under every rule that looks at one circle alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from scipy import sparse

from nanduti.methods.solving import INFINITY, Program

from .brief import Brief


@dataclass(frozen=True)
class Block:
    """The programme of one option: variables x (a unit sits here), y (the circle is open), then helpers.

    Every row is homogeneous, so that y = 0 empties the circle and y = 1 asks the rules in full.
    """

    option: int
    units: np.ndarray
    program: Program

    @property
    def y(self) -> int:
        """Position of the variable that opens the circle."""
        return len(self.units)

    def opened(self, gain_of_units: np.ndarray, gain_of_circle: float) -> Program:
        """The programme of an open circle with prices taken off the units and the circle."""
        p = self.program
        gain, low = p.gain.copy(), p.low.copy()
        gain[: self.y] += gain_of_units
        gain[self.y] += gain_of_circle
        low[self.y] = 1.0
        return Program(gain, p.rows, p.row_low, p.row_high, low, p.high, p.whole)


@dataclass
class _Rows:
    """Rows gathered one by one."""

    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    entries: list[tuple[int, int, float]] = field(default_factory=list)

    def add(self, terms: Mapping[int, float], low: float, high: float) -> None:
        row = len(self.low)
        self.entries += [(row, v, c) for v, c in terms.items() if c]
        self.low.append(low)
        self.high.append(high)


@dataclass
class _Variables:
    gain: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)

    def new(self, gain: float = 0.0, *, high: float = 1.0, whole: bool = False) -> int:
        self.gain.append(gain)
        self.high.append(high)
        self.whole.append(whole)
        return len(self.gain) - 1


def build_block(brief: Brief, option: int, *, tight: bool = False) -> Block:
    """The programme of an option; ``tight`` adds x ≤ y for the relaxation of the whole brief."""
    units = np.flatnonzero(brief.allowed[:, option])
    at = {int(u): k for k, u in enumerate(units)}
    v, rows = _Variables(), _Rows()
    for u in units:
        v.new(float(brief.unit_points[u, option]), whole=True)
    y = v.new(whole=True)
    _size(brief, units, y, rows)
    covered = _apart(brief, at, y, rows)
    _rivals(brief, at, y, rows)
    _quotas(brief, units, y, v, rows)
    _means(brief, units, rows)
    _commons(brief, option, units, y, v, rows)
    _criteria(brief, at, y, v, rows)
    if tight:
        for k in range(len(units)):
            if k not in covered:
                rows.add({k: 1.0, y: -1.0}, -INFINITY, 0.0)
    return Block(option, units, _program(v, rows))


def _program(v: _Variables, rows: _Rows) -> Program:
    i, j, c = zip(*rows.entries, strict=True) if rows.entries else ((), (), ())
    matrix = sparse.csr_matrix((c, (i, j)), shape=(len(rows.low), len(v.gain)))
    arrays = (np.array(a, dtype=float) for a in (rows.low, rows.high))
    n = len(v.gain)
    return Program(
        np.array(v.gain), matrix, *arrays, np.zeros(n), np.array(v.high), np.array(v.whole, dtype=bool)
    )


def _terms(values: np.ndarray) -> dict[int, float]:
    return {int(k): float(values[k]) for k in np.flatnonzero(values)}


def _count(brief: Brief, units: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """How many firms of each unit fall under a mask (or what their figures add up to)."""
    return np.bincount(brief.unit_of, weights=mask.astype(float), minlength=len(brief.units))[units]


def _size(brief: Brief, units: np.ndarray, y: int, rows: _Rows) -> None:
    sizes = brief.unit_size[units].astype(float)
    rows.add({**_terms(sizes), y: -float(brief.recipe.least)}, 0.0, INFINITY)
    rows.add({**_terms(sizes), y: -float(brief.recipe.most)}, -INFINITY, 0.0)


def _apart(brief: Brief, at: Mapping[int, int], y: int, rows: _Rows) -> set[int]:
    """Rows for pairs kept apart, gathered into cliques, which cut fractional answers better."""
    near: dict[int, set[int]] = {}
    for a, b in brief.apart:
        a, b = at.get(int(brief.unit_of[a])), at.get(int(brief.unit_of[b]))
        if a is None or b is None:
            continue
        if a == b:
            rows.add({a: 1.0}, -INFINITY, 0.0)
            continue
        near.setdefault(a, set()).add(b)
        near.setdefault(b, set()).add(a)
    open_edges = {(a, b) for a in near for b in near[a] if a < b}
    for a, b in sorted(open_edges):
        if (a, b) not in open_edges:
            continue
        clique = {a, b}
        for c in sorted(near[a] & near[b]):
            if clique <= near[c]:
                clique.add(c)
        open_edges -= {(p, q) for p in clique for q in clique if p < q}
        rows.add({**dict.fromkeys(clique, 1.0), y: -1.0}, -INFINITY, 0.0)
    return set(near)


def _rivals(brief: Brief, at: Mapping[int, int], y: int, rows: _Rows) -> None:
    for rule, classes in brief.rivals:
        most = float(rule.parameters.get("most", 1))
        for members in classes:
            terms: dict[int, float] = {}
            for f in members:
                k = at.get(int(brief.unit_of[f]))
                if k is not None:
                    terms[k] = terms.get(k, 0.0) + 1.0
            if sum(terms.values()) > most:
                rows.add({**terms, y: -most}, -INFINITY, 0.0)


def _quotas(brief: Brief, units: np.ndarray, y: int, v: _Variables, rows: _Rows) -> None:
    sizes = brief.unit_size[units].astype(float)
    for quota in brief.quotas:
        p, points = quota.rule.parameters, quota.rule.points
        sure, possible = (_count(brief, units, m) for m in (quota.sure, quota.possible))
        if quota.rule.kind == "not_alone":
            some = v.new(whole=True)
            rows.add({**_terms(sure), some: -float(p.get("least", 2))}, 0.0, INFINITY)
            rows.add({**_terms(sure), some: -float(brief.recipe.most)}, -INFINITY, 0.0)
            rows.add({some: 1.0, y: -1.0}, -INFINITY, 0.0)
            continue
        for name, terms, constant, sign in (
            ("least", sure, -float(p.get("least") or 0), 1),
            ("least_share", sure - float(p.get("least_share") or 0) * sizes, 0.0, 1),
            ("most", possible, -float(p.get("most") or 0), -1),
            ("most_share", possible - float(p.get("most_share") or 0) * sizes, 0.0, -1),
        ):
            if p.get(name) is None:
                continue
            row = {**_terms(terms), y: constant}
            if points is not None:
                # Whole units short, so that the loss can be counted by hand.
                short = v.new(-float(points), high=1e4, whole=True)
                row[short] = float(sign)
            low, high = (-1e-9, INFINITY) if sign > 0 else (-INFINITY, 1e-9)
            rows.add(row, low, high)


def _means(brief: Brief, units: np.ndarray, rows: _Rows) -> None:
    """Means over the firms whose figure is known; a firm without one moves no mean."""
    for rule, values in brief.means:
        known = ~np.isnan(values)
        number, total = _count(brief, units, known), _count(brief, units, np.nan_to_num(values))
        least, most = rule.parameters.get("least"), rule.parameters.get("most")
        if least is not None:
            rows.add(_terms(total - float(least) * number), -1e-9, INFINITY)
        if most is not None:
            rows.add(_terms(total - float(most) * number), -INFINITY, 1e-9)


def _commons(brief: Brief, option: int, units: np.ndarray, y: int, v: _Variables, rows: _Rows) -> None:
    """Exactly L values are chosen for the circle, and whoever sits there has all of them."""
    for rule, own, there in brief.commons:
        need = float(rule.parameters.get("least", 1))
        sets = [frozenset.intersection(*(own[f] for f in brief.units[u])) for u in units]
        offered = sorted(set(chain.from_iterable(sets)) if there[option] is None else there[option], key=str)
        chosen = {value: v.new(whole=True) for value in offered}
        rows.add({**dict.fromkeys(chosen.values(), 1.0), y: -need}, 0.0, 0.0)
        for k, values in enumerate(sets):
            row = {chosen[s]: 1.0 for s in values if s in chosen}
            rows.add({**row, k: -need}, 0.0, INFINITY)


def _criteria(brief: Brief, at: Mapping[int, int], y: int, v: _Variables, rows: _Rows) -> None:
    for c in brief.recipe.criteria:
        if c.kind == "linked":
            _linked(brief, c.points, at, v, rows)
        elif c.kind == "same":
            _same(brief, c.points, brief.values[c.parameters["column"]], at, y, v, rows)
        elif c.kind == "variety":
            most = c.parameters.get("most")
            _variety(brief, c.points, brief.values[c.parameters["column"]], most, at, y, v, rows)


def _linked(brief: Brief, points: int, at: Mapping[int, int], v: _Variables, rows: _Rows) -> None:
    friends: dict[int, set[int]] = {}
    for a, b in brief.ties:
        friends.setdefault(a, set()).add(b)
        friends.setdefault(b, set()).add(a)
    for f in sorted(friends):
        k = at.get(int(brief.unit_of[f]))
        if k is None:
            continue
        others = {at[int(brief.unit_of[g])] for g in friends[f] if int(brief.unit_of[g]) in at}
        if k in others:  # a friend always sits with it
            v.gain[k] += points
        elif others:
            won = v.new(float(points))
            rows.add({won: 1.0, k: -1.0}, -INFINITY, 0.0)
            rows.add({won: 1.0, **dict.fromkeys(others, -1.0)}, -INFINITY, 0.0)


def _levels(values: Sequence, f: int) -> tuple:
    value = values[f]
    if value is None:
        return ()
    return tuple(sorted(value, key=str)) if isinstance(value, frozenset) else (value,)


def _same(
    brief: Brief, points: int, values: Sequence, at: Mapping[int, int], y: int, v: _Variables, rows: _Rows
) -> None:
    """One value is the circle's; each firm that has it earns the points."""
    holders: dict = {}
    for u, k in at.items():
        for f in brief.units[u]:
            for level in _levels(values, f):
                holders.setdefault(level, {}).setdefault(k, 0)
                holders[level][k] += 1
    chosen = {level: v.new(whole=True) for level in sorted(holders, key=str)}
    if chosen:
        rows.add({**dict.fromkeys(chosen.values(), 1.0), y: -1.0}, -INFINITY, 0.0)
    for level, t in chosen.items():
        for k, n in holders[level].items():
            won = v.new(float(points * n))
            rows.add({won: 1.0, k: -1.0}, -INFINITY, 0.0)
            rows.add({won: 1.0, t: -1.0}, -INFINITY, 0.0)


def _variety(
    brief: Brief, points: int, values: Sequence, most: int | None, at: Mapping[int, int], y: int,
    v: _Variables, rows: _Rows,
) -> None:  # fmt: skip
    """Every different value in the circle earns the points, up to ``most`` values."""
    holders: dict = {}
    for u, k in at.items():
        for f in brief.units[u]:
            for level in _levels(values, f):
                holders.setdefault(level, set()).add(k)
    seen = []
    for level in sorted(holders, key=str):
        won = v.new(float(points))
        seen.append(won)
        rows.add({won: 1.0, **dict.fromkeys(holders[level], -1.0)}, -INFINITY, 0.0)
        rows.add({won: 1.0, y: -1.0}, -INFINITY, 0.0)
    if most is not None and seen:
        rows.add({**dict.fromkeys(seen, 1.0), y: -float(most)}, -INFINITY, 0.0)
