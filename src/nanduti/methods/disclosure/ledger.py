"""A ledger of what was shown before: the next release must not give away, by difference, what each one hides.

Two tables that are safe alone can leak together: all firms, and all firms but those of one trade association,
differ by its members. The ledger knows which records stand behind every cell (it is confidential itself), so that it
sees cells that are the same group, and cells that differ by a few.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, Verdict, counted, mark, no, yes

from .audit import Audit, audit
from .hierarchy import Hierarchy
from .improve import Budget
from .insiders import single_cells
from .keys import check_columns
from .linked import _moved
from .placing import Standing, innermost, positions
from .primary import Rules
from .problem import OPEN, PRIMARY, Problem, grid_equations
from .suppression import Suppression, suppress
from .table import Table, count_table, magnitude_table, problem_of

LEDGER_SOURCE = RuleSource(
    "Hundepool et al. (2012), Statistical Disclosure Control", "section 4.3.4 (linked tables)"
)


@dataclass(frozen=True)
class Release:
    """One table as it was (or is to be) shown, with the records behind its cells.

    ``standing`` says which record stands where; ``suppressed`` which cells are hidden.
    """

    name: str
    table: Table
    problem: Problem
    suppressed: np.ndarray
    standing: Standing = field(repr=False)

    @property
    def ids(self) -> pl.Series:
        """The names of the records."""
        return self.standing.ids

    @cached_property
    def members(self) -> sparse.csr_matrix:
        """Cells × records, 1 where the record stands behind the cell: one row for each cell, to look into by hand."""
        n = len(self.standing.cells)
        inner = sparse.csr_matrix(
            (np.ones(n), (self.standing.cells, np.arange(n))), shape=(self.table.n_cells, n)
        )
        return sparse.csr_matrix(self.standing.lifting @ inner)

    @property
    def groups(self) -> list[bytes]:
        """For every cell a digest of its records and the measure: equal digests mean the same figure."""
        kind = (self.table.measure or "").encode()
        return [kind + row.tobytes() for row in self.standing.marks]


def release_of(
    name: str,
    data: pl.DataFrame,
    *,
    ids: str,
    dims: Sequence[str],
    suppressed: np.ndarray | None = None,
    measure: str | None = None,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    rules: Rules | None = None,
    holding: str | None = None,
    table: Table | None = None,
) -> Release:
    """A release from the records it was made of. ``ids`` must name every record once, the same in all releases.

    ``holding`` counts contributors by owner, as in :func:`count_table`. ``table``: made already of the same data.
    """
    check_columns(data, [ids], "id")
    if data[ids].null_count() or data[ids].n_unique() != data.height:
        raise BadInput(
            place=f"column '{ids}'",
            problem="is missing or doubled somewhere",
            remedy="Give each record its own id.",
        )
    if table is not None:
        pass
    elif measure is None:
        table = count_table(data, dims=dims, hierarchies=hierarchies, holding=holding)
    else:
        table = magnitude_table(data, dims=dims, measure=measure, hierarchies=hierarchies, holding=holding)
    n = table.n_cells
    hidden = np.zeros(n, dtype=bool) if suppressed is None else np.asarray(suppressed, dtype=bool)
    if len(hidden) != n:
        raise BadInput(
            place="suppressed",
            problem=f"has {len(hidden)} entries for {n} cells",
            remedy="Give one per cell.",
        )
    at = [positions(data[d], h) for d, h in zip(table.dims, table.hierarchies)]
    cells = innermost(at, table.hierarchies)
    standing = Standing(data[ids].cast(pl.String), cells, table.hierarchies)
    return Release(name, table, problem_of(table, rules), hidden, standing)


@dataclass(frozen=True)
class LedgerCheck:
    """May the new release go out beside all earlier ones? With what leaks by difference and by computation.

    ``differences`` lists pairs of shown cells whose groups differ by fewer than the threshold; ``audit`` is what an
    attacker computes from all releases together about the sensitive cells.
    """

    verdict: Verdict
    differences: pl.DataFrame
    audit: Audit | None


@dataclass(frozen=True)
class Ledger:
    """Earlier releases, oldest first. A ledger is not changed; :meth:`with_release` gives a longer one."""

    releases: tuple[Release, ...] = ()

    def with_release(self, release: Release) -> Ledger:
        """The ledger after this release went out."""
        return Ledger((*self.releases, release))

    def check(self, new: Release, *, threshold: int = 3, budget: Budget | None = None) -> LedgerCheck:
        """What the new release would give away beside the earlier ones.

        Differences: for every pair of shown cells (one new) of which one group contains the other, fewer than
        ``threshold`` records make the difference. Computation: all releases as one system, sensitive cells attacked
        by linear programmes.
        """
        return self._check(new, self._shared_with(new), threshold, budget)

    def differences(self, new: Release, *, threshold: int = 3) -> pl.DataFrame:
        """The pairs of shown cells, one new, of which one group contains the other and has few records more."""
        return self._differences(new, self._shared_with(new), threshold)

    def _differences(self, new: Release, shared: Sequence[sparse.csr_matrix], threshold: int) -> pl.DataFrame:
        found = [_differences(new, old, both, threshold) for old, both in zip(self.releases, shared)]
        return pl.concat([*found, pl.DataFrame(schema=_DIFFERENCES)])

    def _shared_with(self, new: Release) -> list[sparse.csr_matrix]:
        """For each earlier release which records it shares with the new one; hiding cells changes nothing in it."""
        return [new.standing.shared_with(old.standing) for old in self.releases]

    def _check(
        self, new: Release, shared: Sequence[sparse.csr_matrix], threshold: int, budget: Budget | None = None
    ) -> LedgerCheck:
        differences = self._differences(new, shared, threshold)
        joint = _together((*self.releases, new))
        attacked = audit(*joint, only_safety=True, budget=budget) if len(joint[0].primary) else None
        reasons = []
        if differences.height:
            first = differences.row(0, named=True)
            reasons.append(Reason(
                "disclosure.ledger.difference",
                counted(
                    first["n_difference"],
                    mark("'{shown}' here and '{earlier}' of {release} differ by one record; pairs like this: {pairs}."),
                    mark(
                        "'{shown}' here and '{earlier}' of {release} differ by {n} records; pairs like this: {pairs}."
                    ),
                ),
                {"shown": first["cell"], "earlier": first["earlier_cell"], "release": first["release"],
                 "n": first["n_difference"], "pairs": differences.height},
            ))  # fmt: skip
        if attacked is not None and not attacked.is_safe:
            reasons.append(Reason(
                "disclosure.ledger.computed",
                counted(
                    attacked.leaks.height,
                    mark("Together with earlier releases one sensitive cell can be computed: {cell}."),
                    mark("Together with earlier releases {n} sensitive cells can be computed, the first being {cell}."),
                ),
                {"n": attacked.leaks.height, "cell": attacked.leaks["name"][0]},
            ))  # fmt: skip
        if not reasons:
            fine = Reason(
                "disclosure.ledger.safe",
                counted(
                    len(self.releases),
                    mark("Beside the one earlier release nothing sensitive can be computed."),
                    mark("Beside {n} earlier releases nothing sensitive can be computed."),
                ),
                {"n": len(self.releases)},
            )
            return LedgerCheck(yes(fine, source=LEDGER_SOURCE), differences, attacked)
        remedy = mark(
            "Hide the same cells as before, use the same codes and the same records, or use cell keys."
        )
        return LedgerCheck(no(*reasons, source=LEDGER_SOURCE, remedy=remedy), differences, attacked)

    def beside(
        self,
        new: Release,
        *,
        threshold: int = 3,
        budget: Budget | float = 2_000,
        seed: int = 0,
        most_rounds: int = 10,
    ) -> tuple[Release, LedgerCheck]:
        """The new release with those further cells hidden that would give something away beside the earlier ones.

        Cells that differ from an earlier one by a few records are hidden; where something can be computed, also those
        that were hidden before. Then further cells follow, so that the totals do not tell them, and all is checked
        again. The check says no where that did not suffice: then nothing of this shape can go out.

        >>> data = pl.DataFrame({"id": [f"f{i}" for i in range(20)], "town": ["A"] * 8 + ["B"] * 6 + ["C"] * 6})
        >>> ledger = Ledger().with_release(release_of("first", data, ids="id", dims=["town"]))
        >>> new, answer = ledger.beside(release_of("one firm less", data[1:], ids="id", dims=["town"]))
        >>> answer.verdict.allows, int(new.suppressed.sum())
        (True, 2)
        """
        shared = self._shared_with(new)
        for _round in range(most_rounds):
            answer = self._check(new, shared, threshold)
            more = set() if answer.verdict.allows else self._to_hide(new, shared, threshold, answer)
            if not more:
                return new, answer
            new = hide_also(new, sorted(more), budget=budget, seed=seed)
        return new, self._check(new, shared, threshold)

    def _to_hide(
        self, new: Release, shared: Sequence[sparse.csr_matrix], threshold: int, answer: LedgerCheck
    ) -> set[int]:
        """The shown cells of the new release that a failed check points at."""
        pairs = zip(self.releases, shared)
        more = {int(c) for old, both in pairs for c in _differing(new, old, both, threshold)[0]}
        if answer.audit is not None and not answer.audit.is_safe:
            shown = {
                g for old in self.releases for g, hidden in zip(old.groups, old.suppressed) if not hidden
            }
            before = {g for old in self.releases for g, hidden in zip(old.groups, old.suppressed) if hidden}
            more |= {
                cell
                for cell, (group, hidden) in enumerate(zip(new.groups, new.suppressed))
                if not hidden and group in before - shown
            }
        return {c for c in more if new.table.value[c] > 0}


def margin_of(release: Release, dims: Sequence[str]) -> Release:
    """The release along some of its dimensions: what it shows, hides and protects of their totals.

    >>> data = pl.DataFrame({"id": ["a", "b", "c"], "town": ["A", "A", "B"], "debts": ["yes", "no", "no"]})
    >>> made = release_of("answers", data, ids="id", dims=["debts", "town"])
    >>> margin_of(made, ["town"]).table.frame().rows()
    [('Total', 3.0), ('A', 2.0), ('B', 1.0)]
    """
    table, p = release.table, release.problem
    kept = [i for i, d in enumerate(table.dims) if d in dims]
    hierarchies = tuple(table.hierarchies[i] for i in kept)
    at = margin_cells(release, dims)
    part = Table(
        tuple(table.dims[i] for i in kept), hierarchies, table.value[at],
        None if table.n_contributors is None else table.n_contributors[at],
        tuple(one[at] for one in table.largest), table.measure,
    )  # fmt: skip
    problem = Problem(
        p.value[at], p.cost[at], p.status[at], p.lower[at], p.upper[at], p.need_up[at], p.need_down[at],
        grid_equations(hierarchies), hierarchies, part.names(),
    )  # fmt: skip
    codes = np.unravel_index(release.standing.cells, table.shape)
    standing = replace(
        release.standing, cells=innermost([codes[i] for i in kept], hierarchies), hierarchies=hierarchies
    )
    return Release(release.name, part, problem, release.suppressed[at], standing)


def margin_cells(release: Release, dims: Sequence[str]) -> np.ndarray:
    """The cells of the release that are the cells of :func:`margin_of`, in their order."""
    codes = [
        np.arange(s) if d in dims else np.array([0]) for d, s in zip(release.table.dims, release.table.shape)
    ]
    chosen = np.meshgrid(*codes, indexing="ij")
    return np.ravel_multi_index(chosen, release.table.shape).reshape(-1)


def exposed_to_others(release: Release, found: Suppression) -> list[tuple[int, int]]:
    """The pairs of ``found.exposed`` that are two: who is alone in a total and in a part of it learns nothing new.

    >>> data = pl.DataFrame({"id": [f"f{i}" for i in range(13)], "town": ["A"] * 7 + ["B"] * 6,
    ...                      "size": ["small"] * 12 + ["unknown"]})
    >>> made = release_of("one unknown", data, ids="id", dims=["town", "size"])
    >>> found = suppress(made.problem, singles=single_cells(made.problem, made.table.n_contributors))
    >>> len(found.exposed) > 0, exposed_to_others(made, found)
    (True, [])
    """
    return [(a, b) for a, b in found.exposed if not release.standing.is_same_group(a, b)]


def hide_also(
    release: Release, cells: Sequence[int], *, budget: Budget | float = 2_000, seed: int = 0
) -> Release:
    """The release with these cells sensitive too, and as many more hidden as that asks for.

    Raises CannotBeSaid where somebody who is alone in a cell could work out another, whatever is hidden.
    """
    p = release.problem
    status, up, down = p.status.copy(), p.need_up.copy(), p.need_down.copy()
    at = np.asarray(cells)
    least = 1.0 if release.table.measure is None else 0.1 * p.value[at]
    status[at] = PRIMARY
    up[at] = np.maximum(up[at], least)
    down[at] = np.maximum(down[at], np.minimum(least, p.value[at] - p.lower[at]))
    upper = np.maximum(p.upper, np.where(status == PRIMARY, p.value + 2 * up, p.upper))
    grown = replace(p, status=status, need_up=up, need_down=down, upper=upper)
    alone = single_cells(grown, release.table.n_contributors)
    found = suppress(grown, budget=budget, seed=seed, singles=alone)
    left = exposed_to_others(release, found)
    if left:
        insider, victim = left[0]
        raise CannotBeSaid(
            what=f"Protection of cell {p.name(victim)}",
            why=f"whoever is alone in {p.name(insider)} could work it out, whatever else is hidden",
            remedy="Use coarser codes, or do not publish the table.",
        )
    return replace(release, problem=grown, suppressed=found.suppressed | release.suppressed)


_DIFFERENCES = {"cell": pl.String, "release": pl.String, "earlier_cell": pl.String, "n_difference": pl.Int64}


def _differing(
    new: Release, old: Release, shared: sparse.csr_matrix, threshold: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shown cells here, shown cells there, and by how few records one group exceeds the other that it contains."""
    if (new.table.measure or "") != (old.table.measure or ""):
        nothing = np.array([], dtype=np.int64)
        return nothing, nothing, nothing
    shown_a, shown_b = np.flatnonzero(~new.suppressed), np.flatnonzero(~old.suppressed)
    size_a, size_b = new.standing.sizes[shown_a], old.standing.sizes[shown_b]
    both = (new.standing.lifting[shown_a] @ shared @ old.standing.lifting[shown_b].T).tocoo()
    inside = (both.data == size_a[both.row]) | (both.data == size_b[both.col])
    gap = np.abs(size_a[both.row] - size_b[both.col])
    hit = np.flatnonzero(inside & (gap > 0) & (gap < threshold))
    hit = hit[np.lexsort((both.col[hit], both.row[hit]))]
    return shown_a[both.row[hit]], shown_b[both.col[hit]], gap[hit].astype(np.int64)


def _differences(new: Release, old: Release, shared: sparse.csr_matrix, threshold: int) -> pl.DataFrame:
    here, there, gap = _differing(new, old, shared, threshold)
    return pl.DataFrame(
        {
            "cell": [new.problem.name(c) for c in here],
            "release": [old.name] * len(here),
            "earlier_cell": [old.problem.name(c) for c in there],
            "n_difference": gap,
        },
        schema=_DIFFERENCES,
    )


def _together(releases: Sequence[Release]) -> tuple[Problem, np.ndarray]:
    """All releases as one system: a group of records is one unknown, known once it was shown anywhere."""
    at: dict[bytes, int] = {}
    position = [np.array([at.setdefault(g, len(at)) for g in r.groups]) for r in releases]
    n = len(at)
    fields = {k: np.zeros(n) for k in ("value", "cost", "lower", "need_up", "need_down")}
    fields["upper"] = np.full(n, np.inf)
    status, hidden = np.full(n, OPEN), np.ones(n, dtype=bool)
    names = [""] * n
    for r, where in zip(releases, position):
        p = r.problem
        for name in ("value", "cost", "lower"):
            fields[name][where] = getattr(p, name)
        fields["upper"][where] = np.minimum(fields["upper"][where], p.upper)
        for name in ("need_up", "need_down"):
            fields[name][where] = np.maximum(fields[name][where], getattr(p, name))
        status[where[p.status == PRIMARY]] = PRIMARY
        hidden[where[~r.suppressed]] = False
        for cell, to in enumerate(where):
            names[to] = names[to] or f"{p.name(cell)} ({r.name})"
    equations = sparse.vstack([_moved(r.problem.equations, w, n) for r, w in zip(releases, position)])
    equations = sparse.csr_matrix(equations)
    joint = Problem(
        fields["value"], fields["cost"], status, fields["lower"], fields["upper"],
        fields["need_up"], fields["need_down"], equations, None, tuple(names),
    )  # fmt: skip
    return joint, hidden


def may_show_group(
    members: Collection[object],
    *,
    earlier: Sequence[Collection[object]] = (),
    least: int = 5,
    least_difference: int = 3,
) -> Verdict:
    """May a group's result be shown to the group? Not below ``least`` answers, nor where two views tell on a few.

    ``members`` answered this time; ``earlier`` holds who stood behind each view shown before *of the same question
    and round* (other filters, other cuts). A view that contains another and adds fewer than ``least_difference``
    people would give their answers away by subtraction.

    >>> may_show_group("abcdef").decision, may_show_group("abcd").decision
    ('yes', 'no')
    >>> may_show_group("abcdef", earlier=["abcdefg"]).reasons[0].say()
    'An earlier view differs by one person, whose answers could be found by subtraction.'
    """
    source = RuleSource("Nanduti, questionnaires of circles", "group view")
    now = set(members)
    if len(now) < least:
        few = Reason(
            "disclosure.group.few",
            mark("{n} answered; at least {least} are needed."),
            {"n": len(now), "least": least},
        )
        return no(few, source=source, remedy=mark("Wait for more answers, or show nothing this time."))
    for before in map(set, earlier):
        gap = now ^ before
        if 0 < len(gap) < least_difference and (now <= before or before <= now):
            told = Reason(
                "disclosure.group.difference",
                counted(
                    len(gap),
                    mark(
                        "An earlier view differs by one person, whose answers could be found by subtraction."
                    ),
                    mark(
                        "An earlier view differs by {n} people; their answers could be found by subtraction."
                    ),
                ),
                {"n": len(gap)},
            )
            return no(
                told,
                source=source,
                remedy=mark("Show the same group as before, or a cut that is wider apart."),
            )
    return yes(Reason("disclosure.group.enough", mark("{n} answered."), {"n": len(now)}), source=source)
