"""Tables with hierarchies and totals, from records or from cells that already add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .hierarchy import Hierarchy
from .keys import check_columns, check_rows
from .placing import innermost, lifted, positions
from .primary import Rules, dominance_gap, is_below_threshold, is_dominated, p_percent_gap
from .problem import FIXED, OPEN, PRIMARY, Problem, grid_equations

_MOST_CELLS = 2_000_000


@dataclass(frozen=True)
class Table:
    """A table as the full cross product of the codes of its dimensions, totals included.

    ``value`` per cell (a count, or the sum of ``measure``); ``n_contributors`` records or holdings behind it;
    ``largest`` the largest contributions, largest first. Cells run with the last dimension fastest, codes in the
    order of the hierarchy.
    """

    dims: tuple[str, ...]
    hierarchies: tuple[Hierarchy, ...]
    value: np.ndarray
    n_contributors: np.ndarray | None
    largest: tuple[np.ndarray, ...] = field(default=(), repr=False)
    measure: str | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of codes per dimension."""
        return tuple(len(h.codes) for h in self.hierarchies)

    @property
    def n_cells(self) -> int:
        """Number of cells, totals included."""
        return len(self.value)

    def frame(self, **columns: np.ndarray | Sequence[object]) -> pl.DataFrame:
        """The cells as rows: one column per dimension, ``value``, and any further columns given."""
        codes = np.meshgrid(*(np.arange(s) for s in self.shape), indexing="ij")
        data = {
            d: np.array(h.codes, dtype=object)[c.reshape(-1)].tolist()
            for d, h, c in zip(self.dims, self.hierarchies, codes)
        }
        return pl.DataFrame({**data, "value": self.value, **columns})

    def cell(self, **codes: str) -> int:
        """Position of the cell with these codes; dimensions left out mean their total.

        >>> d = pl.DataFrame({"trade": ["shoes", "wool"], "town": ["A", "A"]})
        >>> t = count_table(d, dims=["trade", "town"])
        >>> float(t.value[t.cell(trade="shoes")])
        1.0
        """
        for name in codes:
            if name not in self.dims:
                raise BadInput(place=f"dimension '{name}'", problem="is not in the table", remedy="Check it.")
        at = []
        for d, h in zip(self.dims, self.hierarchies):
            code = str(codes.get(d, h.total))
            if code not in h.position:
                raise BadInput(
                    place=f"code '{code}' of '{d}'",
                    problem="is not in the hierarchy",
                    remedy="Check the spelling.",
                )
            at.append(h.position[code])
        return int(np.ravel_multi_index(at, self.shape))

    def names(self) -> tuple[str, ...]:
        """What to call each cell in a sentence."""
        return tuple(
            ", ".join(f"{d} {c}" for d, c in zip(self.dims, codes))
            for codes in product(*(h.codes for h in self.hierarchies))
        )


def count_table(
    data: pl.DataFrame,
    *,
    dims: Sequence[str],
    hierarchies: Mapping[str, Hierarchy] | None = None,
    holding: str | None = None,
) -> Table:
    """How many records fall in each combination of codes, with all totals.

    ``holding`` counts contributors by owner (several records of one owner are one contributor).

    >>> d = pl.DataFrame({"trade": ["shoes", "shoes", "wool"], "town": ["A", "B", "A"]})
    >>> count_table(d, dims=["trade", "town"]).frame().rows()[0]
    ('Total', 'Total', 3.0)
    """
    return _build(data, dims, hierarchies, None, holding, 0)


def magnitude_table(
    data: pl.DataFrame,
    *,
    dims: Sequence[str],
    measure: str,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    holding: str | None = None,
    n_largest: int = 2,
) -> Table:
    """The sum of ``measure`` in each combination of codes, with contributors and the largest contributions.

    Records with a contribution of nought count as contributors. Negative contributions are refused, because the
    rules on large contributors have no meaning for them.

    >>> d = pl.DataFrame({"town": ["A", "A", "B"], "sales": [70.0, 30.0, 10.0]})
    >>> t = magnitude_table(d, dims=["town"], measure="sales")
    >>> t.value.tolist(), t.largest[0].tolist()
    ([110.0, 100.0, 10.0], [70.0, 70.0, 10.0])
    """
    check_columns(data, [measure], "measure")
    return _build(data, dims, hierarchies, measure, holding, n_largest)


def table_from_cells(
    cells: pl.DataFrame,
    *,
    dims: Sequence[str],
    value: str,
    hierarchies: Mapping[str, Hierarchy],
    n_contributors: str | None = None,
) -> Table:
    """A table from cells that already carry their totals; missing, doubled or null cells are refused.

    >>> c = pl.DataFrame({"town": ["Total", "A", "B"], "n": [9.0, 5.0, 4.0]})
    >>> t = table_from_cells(c, dims=["town"], value="n", hierarchies={"town": Hierarchy.flat("AB")})
    >>> t.value.tolist()
    [9.0, 5.0, 4.0]
    """
    dims = check_columns(cells, dims, "dimension")
    hs = tuple(_hierarchy_of(cells, d, hierarchies) for d in dims)
    shape = tuple(len(h.codes) for h in hs)
    at = np.ravel_multi_index([positions(cells[d], h) for d, h in zip(dims, hs)], shape)
    n = int(np.prod(shape))
    counts = np.bincount(at, minlength=n)
    if (counts != 1).any():
        cell = int(np.flatnonzero(counts != 1)[0])
        codes = [h.codes[i] for h, i in zip(hs, np.unravel_index(cell, shape))]
        raise BadInput(
            place=f"cell {', '.join(codes)}",
            problem="is missing" if counts[cell] == 0 else "is given twice",
            remedy="Give every combination of codes, totals included, exactly once.",
        )
    columns = check_columns(cells, [value, *([n_contributors] if n_contributors else [])], "value")
    filled = []
    for name in columns:
        series = cells[name].cast(pl.Float64, strict=False).fill_nan(None)
        if series.null_count():
            row = int(series.is_null().arg_true()[0])
            raise BadInput(
                place=f"column '{name}', row {row}",
                problem="is missing",
                remedy="A table that was already suppressed cannot be protected again: start from the true one.",
            )
        out = np.empty(n)
        out[at] = series.to_numpy()
        filled.append(out)
    return Table(tuple(dims), hs, filled[0], filled[1] if n_contributors else None, (), value)


def _hierarchy_of(data: pl.DataFrame, d: str, given: Mapping[str, Hierarchy] | None) -> Hierarchy:
    if given and d in given:
        return given[d]
    codes = sorted(data[d].cast(pl.String).drop_nulls().unique().to_list())
    return Hierarchy.flat(codes)


def _build(
    data: pl.DataFrame,
    dims: Sequence[str],
    hierarchies: Mapping[str, Hierarchy] | None,
    measure: str | None,
    holding: str | None,
    n_largest: int,
) -> Table:
    check_rows(data)
    dims = check_columns(data, dims, "dimension")
    hs = tuple(_hierarchy_of(data, d, hierarchies) for d in dims)
    shape = tuple(len(h.codes) for h in hs)
    if np.prod(shape, dtype=float) > _MOST_CELLS:
        raise BadInput(
            place="the table", problem=f"would have {np.prod(shape, dtype=float):.3g} cells",
            remedy="Use fewer or coarser dimensions.",
        )  # fmt: skip
    at = [positions(data[d], h) for d, h in zip(dims, hs)]
    for d, h, codes in zip(dims, hs, at):
        inner = np.flatnonzero(h.n_children[codes] > 0)
        if len(inner):
            raise BadInput(
                place=f"column '{d}', row {inner[0]}",
                problem=f"holds the sub-total code '{h.codes[codes[inner[0]]]}'",
                remedy="Records carry the finest codes; totals are added here.",
            )
    cells, n = innermost(at, hs), int(np.prod(shape))
    if measure is None:
        amounts, value = np.ones(data.height), lifted(np.bincount(cells, minlength=n).astype(float), hs)
    else:
        amounts = _amounts(data, measure)
        value = _sums(_expand(hs, at, shape), amounts, n)
    counts, largest = _behind(hs, at, cells, amounts, _owners(data, holding), n_largest)
    return Table(tuple(dims), hs, value, counts, largest, measure)


def _sums(expanded: list[np.ndarray], amounts: np.ndarray, n: int) -> np.ndarray:
    """Each total added up record by record, so that it is off by its own rounding alone."""
    value = np.zeros(n)
    for cells in expanded:
        value += np.bincount(cells, amounts, minlength=n)[:n]  # the rest: above the top
    return value


def _amounts(data: pl.DataFrame, measure: str) -> np.ndarray:
    values = data[measure].cast(pl.Float64, strict=False).fill_nan(None)
    bad = values.is_null() | (values < 0) | values.is_infinite()
    if bad.any():
        row = int(bad.fill_null(True).arg_true()[0])
        raise BadInput(
            place=f"column '{measure}', row {row}",
            problem=f"is {data[measure][row]}",
            remedy="Give a number of nought or more; leave out records that have none, and say so.",
        )
    return values.to_numpy()


def _owners(data: pl.DataFrame, holding: str | None) -> np.ndarray | None:
    """Per record the number of its owner, 0 for owners of nothing else; ``None`` where owners play no part."""
    if holding is None:
        return None
    check_columns(data, [holding], "holding")
    if data[holding].null_count():
        row = int(data[holding].is_null().arg_true()[0])
        raise BadInput(
            place=f"column '{holding}', row {row}",
            problem="is missing",
            remedy="Give every record its owner; a record without a group is its own owner.",
        )
    several = data[holding].is_duplicated()
    numbers = np.zeros(data.height, dtype=np.int64)
    numbers[several.to_numpy()] = data[holding].filter(several).rank("dense").to_numpy()
    return numbers


def _expand(
    hs: tuple[Hierarchy, ...], positions_of: list[np.ndarray], shape: tuple[int, ...]
) -> list[np.ndarray]:
    """For every combination of levels the cell that each record falls into (records at their depth or higher)."""
    ladders = []
    for h, at in zip(hs, positions_of):
        parent = np.array(h.parent)
        steps, now = [at], at
        while True:
            up = parent[now]
            if (up < 0).all():
                break
            now = np.where(up < 0, -1, up)
            steps.append(now)
            now = np.where(now < 0, 0, now)
        ladders.append(_unique_steps(steps))
    found = []
    for combination in product(*ladders):
        inside = np.all([c >= 0 for c in combination], axis=0)
        cells = np.ravel_multi_index([np.where(c < 0, 0, c) for c in combination], shape)
        found.append(np.where(inside, cells, -1))
    size = int(np.prod(shape))
    return [np.where(c < 0, size, c) for c in found] if any((c < 0).any() for c in found) else found


def _unique_steps(steps: list[np.ndarray]) -> list[np.ndarray]:
    """Each record climbs to the total once: after it has arrived, higher steps are marked absent."""
    arrived = np.zeros(len(steps[0]), dtype=bool)
    clean = []
    for step in steps:
        clean.append(np.where(arrived, -1, step))
        arrived = arrived | (step <= 0)
    return clean


def _behind(
    hs: tuple[Hierarchy, ...],
    at: list[np.ndarray],
    cells: np.ndarray,
    amounts: np.ndarray,
    owner: np.ndarray | None,
    n_largest: int,
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Contributors per cell and the largest of them.

    Whoever owns one record counts one on every level, and can be among the largest of a total only where he is among
    the largest of his innermost cell; so all levels are looked at only for these and for owners of several records.
    """
    shape = tuple(len(h.codes) for h in hs)
    n = int(np.prod(shape))
    alone = np.ones(len(cells), dtype=bool) if owner is None else owner == 0
    counts = lifted(np.bincount(cells[alone], minlength=n).astype(float), hs)
    several = np.flatnonzero(~alone)
    if len(several):
        counts += _contributors(
            _expand(hs, [p[several] for p in at], shape), amounts[several], owner[several], n, 0
        )[0]  # type: ignore[index]
    if not n_largest:
        return counts, ()
    kept = np.union1d(several, _tops(cells, amounts, alone, n_largest))
    numbers = None
    if owner is not None:
        own = owner[kept]
        numbers = np.where(own == 0, int(owner.max()) + 1 + np.arange(len(kept)), own)
    expanded = _expand(hs, [p[kept] for p in at], shape)
    return counts, _contributors(expanded, amounts[kept], numbers, n, n_largest)[1]


def _tops(cells: np.ndarray, amounts: np.ndarray, alone: np.ndarray, n_largest: int) -> np.ndarray:
    """The records of owners of one record that are among the largest of their innermost cell."""
    rows = np.flatnonzero(alone)
    frame = pl.DataFrame({"row": rows, "cell": cells[rows], "amount": amounts[rows]})
    tops = frame.group_by("cell").agg(pl.col("row").top_k_by("amount", n_largest))
    return np.sort(tops["row"].explode().to_numpy())


def _contributors(
    expanded: list[np.ndarray], amounts: np.ndarray, owner: np.ndarray | None, n: int, n_largest: int
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    where = np.concatenate(expanded)
    inside = where < n
    where, amount = where[inside], np.tile(amounts, len(expanded))[inside]
    if owner is not None:  # all levels at once: an owner may reach one total along chains of unlike length
        span = int(owner.max()) + 1
        unique, back = np.unique(where * span + np.tile(owner, len(expanded))[inside], return_inverse=True)
        amount = np.bincount(back, amount)
        where = unique // span
    counts = np.bincount(where, minlength=n).astype(float)
    largest = [np.zeros(n) for _ in range(n_largest)]
    if n_largest:
        order = np.lexsort((-amount, where))
        ranked, held = where[order], amount[order]
        place = np.arange(len(ranked)) - np.searchsorted(ranked, ranked)
        for j in range(n_largest):
            at = place == j
            largest[j][ranked[at]] = held[at]
    return counts, tuple(largest)


def problem_of(
    table: Table,
    rules: Rules | None = None,
    *,
    cost: np.ndarray | None = None,
    primary: np.ndarray | None = None,
    show_zeros: bool = True,
    spread: float = 1.0,
) -> Problem:
    """The suppression problem of a table under primary rules (or with ``primary`` cells given).

    Protection levels: under p % and dominance the amount by which the rule is missed, under the threshold the
    whole value of a magnitude cell times p % (at least one unit), and one unit up and down for counts. The
    attacker is taken to know every cell beforehand to within ``spread`` times its value (1: nought to the double, at
    least 0 to 5 for counts). ``cost`` of hiding is the number of contributors by default for magnitudes and
    the value for counts, at least a small amount, so that no cell is hidden for nothing.
    """
    rules = rules or Rules()
    is_count = table.measure is None
    found, need = _sensitive(table, rules, is_count) if primary is None else _given(table, primary)
    value = table.value
    zero = value == 0
    status = np.where(found, PRIMARY, np.where(zero & show_zeros, FIXED, OPEN))
    floor = 5.0 if is_count else 0.0
    upper = np.maximum(value * (1.0 + spread), floor)
    upper = np.where(found, np.maximum(upper, value + 2 * need), upper)
    lower = np.where(value >= 0, np.maximum(value * (1.0 - spread), 0.0), value * (1.0 + spread))
    lower = np.minimum(lower, value)
    upper = np.maximum(upper, value)
    down = np.minimum(need, value - lower)
    if cost is None:
        base = value if is_count or table.n_contributors is None else table.n_contributors
        cost = np.maximum(np.abs(base).astype(float), 0.5)
    return Problem(
        value.astype(float), np.asarray(cost, dtype=float), status, lower, upper,
        np.where(found, need, 0.0), np.where(found, down, 0.0),
        grid_equations(table.hierarchies), table.hierarchies, table.names() if table.n_cells <= 50_000 else None,
    )  # fmt: skip


def _given(table: Table, primary: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = np.zeros(table.n_cells, dtype=bool)
    found[np.asarray(primary)] = True
    return found, np.where(found, np.maximum(np.abs(table.value) * 0.1, 1.0), 0.0)


def _sensitive(table: Table, rules: Rules, is_count: bool) -> tuple[np.ndarray, np.ndarray]:
    value, counts = table.value, table.n_contributors
    found = np.zeros(table.n_cells, dtype=bool)
    need = np.zeros(table.n_cells)
    if rules.threshold is not None:
        by = counts if counts is not None else value
        few = is_below_threshold(by, rules.threshold, protect_zeros=rules.protect_zeros)
        found |= few
        level = (
            1.0
            if is_count
            else np.maximum((rules.p_percent or 10.0) / 100.0 * value, 1e-9 * value.max() or 1.0)
        )
        need = np.where(few, np.maximum(need, level), need)
    if not is_count and table.largest:
        if rules.p_percent is not None and len(table.largest) >= 2:
            gap = p_percent_gap(value, table.largest, rules.p_percent)
            hit = (gap > 0) & (value > 0)
            found |= hit
            need = np.where(hit, np.maximum(need, gap), need)
        if rules.dominance is not None:
            if len(table.largest) < rules.dominance[0]:
                raise BadInput(
                    place="dominance",
                    problem=f"looks at {rules.dominance[0]} contributors; the table keeps {len(table.largest)}",
                    remedy="Build the table with n_largest at least that many.",
                )
            hit = is_dominated(value, table.largest, *rules.dominance)
            found |= hit
            gap = dominance_gap(value, table.largest, *rules.dominance)
            need = np.where(hit, np.maximum(need, gap), need)
    return found, need
