"""A ledger of what was shown before: the next release must not give away, by difference, what each one hides.

Two tables that are safe alone can leak together: all firms, and all firms but those of one trade association,
differ by its members. The ledger knows which records stand behind every cell (it is confidential itself), so that it
sees cells that are the same group, and cells that differ by a few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, Verdict, mark, no, yes

from .audit import Audit, audit
from .hierarchy import Hierarchy
from .improve import Budget
from .insiders import single_cells
from .keys import check_columns
from .linked import _moved
from .primary import Rules
from .problem import OPEN, PRIMARY, Problem
from .suppression import Suppression, suppress
from .table import Table, cell_members, count_table, magnitude_table, problem_of

LEDGER_SOURCE = RuleSource(
    "Hundepool et al. (2012), Statistical Disclosure Control", "section 4.3.4 (linked tables)"
)


@dataclass(frozen=True)
class Release:
    """One table as it was (or is to be) shown, with the records behind its cells.

    ``members`` is a cells × records matrix of 0 and 1 over ``ids``; ``suppressed`` says which cells are hidden.
    """

    name: str
    table: Table
    problem: Problem
    suppressed: np.ndarray
    ids: tuple[str, ...]
    members: sparse.csr_matrix = field(repr=False)

    @cached_property
    def groups(self) -> list[bytes]:
        """For every cell a digest of its records and the measure: equal digests mean the same figure.

        The digest of a group is the sum of the digests of its records, 64 bits twice, so that order does not matter.
        """
        digests = b"".join(hashlib.blake2b(i.encode(), digest_size=16).digest() for i in self.ids)
        marks = np.frombuffer(digests, dtype="<u8").reshape(-1, 2)
        m = self.members
        sums = np.zeros((m.shape[0], 2), dtype=np.uint64)
        filled = np.flatnonzero(np.diff(m.indptr))
        if len(filled):
            # Empty rows begin where the next one does, so the rows that are not empty follow each other.
            sums[filled] = np.add.reduceat(marks[m.indices], m.indptr[filled], axis=0)
        kind = (self.table.measure or "").encode()
        return [kind + row.tobytes() for row in sums]


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
) -> Release:
    """A release from the records it was made of. ``ids`` must name every record once, the same in all releases.

    ``holding`` counts contributors by owner, as in :func:`count_table`.
    """
    check_columns(data, [ids], "id")
    if data[ids].null_count() or data[ids].n_unique() != data.height:
        raise BadInput(
            place=f"column '{ids}'",
            problem="is missing or doubled somewhere",
            remedy="Give each record its own id.",
        )
    if measure is None:
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
    rows, columns = [], []
    for cells in cell_members(data, table):
        inside = np.flatnonzero(cells < n)
        rows.append(cells[inside])
        columns.append(inside)
    members = sparse.csr_matrix(
        (np.ones(sum(map(len, rows))), (np.concatenate(rows), np.concatenate(columns))),
        shape=(n, data.height),
    )
    texts = tuple(data[ids].cast(pl.String).to_list())
    return Release(name, table, problem_of(table, rules), hidden, texts, members)


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
        differences = pl.concat([
            *(_differences(new, old, threshold) for old in self.releases),
            pl.DataFrame(schema=_DIFFERENCES),
        ])  # fmt: skip
        joint = _together((*self.releases, new))
        attacked = audit(*joint, only_safety=True, budget=budget) if len(joint[0].primary) else None
        reasons = []
        if differences.height:
            first = differences.row(0, named=True)
            reasons.append(Reason(
                "disclosure.ledger.difference",
                mark("'{shown}' here and '{earlier}' of {release} differ by {n} record(s); {pairs} such pair(s)."),
                {"shown": first["cell"], "earlier": first["earlier_cell"], "release": first["release"],
                 "n": first["n_difference"], "pairs": differences.height},
            ))  # fmt: skip
        if attacked is not None and not attacked.is_safe:
            reasons.append(Reason(
                "disclosure.ledger.computed",
                mark("Together with earlier releases {n} sensitive cell(s) can be computed, the first being {cell}."),
                {"n": attacked.leaks.height, "cell": attacked.leaks["name"][0]},
            ))  # fmt: skip
        if not reasons:
            fine = Reason(
                "disclosure.ledger.safe",
                mark("Beside {n} earlier release(s) nothing sensitive can be computed."),
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
        for _round in range(most_rounds):
            answer = self.check(new, threshold=threshold)
            more = set() if answer.verdict.allows else self._to_hide(new, threshold, answer)
            if not more:
                return new, answer
            new = _with_hidden(new, sorted(more), budget, seed)
        return new, self.check(new, threshold=threshold)

    def _to_hide(self, new: Release, threshold: int, answer: LedgerCheck) -> set[int]:
        """The shown cells of the new release that a failed check points at."""
        more = {int(c) for old in self.releases for c in _differing(new, old, threshold)[0]}
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


def exposed_to_others(release: Release, found: Suppression) -> list[tuple[int, int]]:
    """The pairs of ``found.exposed`` that are two: who is alone in a total and in a part of it learns nothing new.

    >>> data = pl.DataFrame({"id": [f"f{i}" for i in range(13)], "town": ["A"] * 7 + ["B"] * 6,
    ...                      "size": ["small"] * 12 + ["unknown"]})
    >>> made = release_of("one unknown", data, ids="id", dims=["town", "size"])
    >>> found = suppress(made.problem, singles=single_cells(made.problem, made.table.n_contributors))
    >>> len(found.exposed) > 0, exposed_to_others(made, found)
    (True, [])
    """
    m = release.members
    return [(a, b) for a, b in found.exposed if (m[a] != m[b]).nnz]


def _with_hidden(release: Release, cells: Sequence[int], budget: Budget | float, seed: int) -> Release:
    """The release with these cells sensitive too, and as many more hidden as that asks for."""
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


def _differing(new: Release, old: Release, threshold: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shown cells here, shown cells there, and by how few records one group exceeds the other that it contains."""
    if (new.table.measure or "") != (old.table.measure or ""):
        nothing = np.array([], dtype=np.int64)
        return nothing, nothing, nothing
    place = {i: j for j, i in enumerate(new.ids)}
    extra = {i: len(place) + j for j, i in enumerate(i for i in old.ids if i not in place)}
    where = np.array([place.get(i, extra.get(i, -1)) for i in old.ids])
    width = len(place) + len(extra)
    a = sparse.csr_matrix((new.members.data, new.members.indices, new.members.indptr),
                          shape=(new.members.shape[0], width))  # fmt: skip
    o = old.members.tocoo()
    b = sparse.csr_matrix((o.data, (o.row, where[o.col])), shape=(o.shape[0], width))
    a, b = a[np.flatnonzero(~new.suppressed)], b[np.flatnonzero(~old.suppressed)]
    size_a, size_b = np.asarray(a.sum(axis=1)).ravel(), np.asarray(b.sum(axis=1)).ravel()
    both = (a @ b.T).tocoo()
    inside = (both.data == size_a[both.row]) | (both.data == size_b[both.col])
    gap = np.abs(size_a[both.row] - size_b[both.col])
    hit = np.flatnonzero(inside & (gap > 0) & (gap < threshold))
    shown_a, shown_b = np.flatnonzero(~new.suppressed), np.flatnonzero(~old.suppressed)
    return shown_a[both.row[hit]], shown_b[both.col[hit]], gap[hit].astype(np.int64)


def _differences(new: Release, old: Release, threshold: int) -> pl.DataFrame:
    here, there, gap = _differing(new, old, threshold)
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
    'An earlier view differs by 1 person(s); their answers could be found by subtraction.'
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
                mark(
                    "An earlier view differs by {n} person(s); their answers could be found by subtraction."
                ),
                {"n": len(gap)},
            )
            return no(
                told,
                source=source,
                remedy=mark("Show the same group as before, or a cut that is wider apart."),
            )
    return yes(Reason("disclosure.group.enough", mark("{n} answered."), {"n": len(now)}), source=source)
