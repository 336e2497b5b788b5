"""What was published before, with who stands behind each cell: kept sealed, opened only to check the next release."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Hierarchy, Release, Rules
from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, mark, no, yes
from nanduti.surveys.exporting.flat import parquet

from ..materials.model import HOLDER, ID, TOTAL, ColumnInfo

SOURCE = RuleSource(
    "Hundepool et al. (2012), Statistical Disclosure Control", "section 4.3.4 (linked tables)"
)
# Records one by one show every cross table of their columns; so many cells of it are looked at.
MOST_CELLS = 100_000
LEAST_CHANGED = 3


@dataclass(frozen=True)
class Shown:
    """One table that was shown: its dimensions with their codes, what was added up, and which cells were hidden."""

    name: str
    dims: tuple[str, ...]
    codes: Mapping[str, Sequence[str]]
    measure: str
    threshold: int
    p_percent: float
    hidden: Sequence[int]
    # Cells that are sensitive because of earlier releases, not by the rules themselves.
    more_primary: Sequence[int] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name, "dims": list(self.dims), "codes": {d: list(c) for d, c in self.codes.items()},
            "measure": self.measure, "threshold": self.threshold, "p_percent": self.p_percent,
            "hidden": [int(c) for c in self.hidden], "more_primary": [int(c) for c in self.more_primary],
        }  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """The ledger's page on one publication."""

    title: str
    population: str
    frame: pl.DataFrame
    tables: tuple[Shown, ...] = ()
    # Columns of records that left one by one; "" for tables.
    columns: tuple[str, ...] = ()

    def pack(self) -> bytes:
        about = {
            "title": self.title, "population": self.population, "tables": [t.as_dict() for t in self.tables],
            "columns": list(self.columns),
        }  # fmt: skip
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("about.json", json.dumps(about))
            archive.writestr("records.parquet", parquet(self.frame))
        return target.getvalue()

    @classmethod
    def unpack(cls, content: bytes) -> Entry:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            about = json.loads(archive.read("about.json"))
            frame = pl.read_parquet(archive.read("records.parquet"))
        tables = tuple(Shown(**{**t, "dims": tuple(t["dims"])}) for t in about["tables"])
        return cls(about["title"], about["population"], frame, tables, tuple(about["columns"]))

    @property
    def ids(self) -> pl.Series:
        """The names of the records."""
        return self.frame[ID]

    @cached_property
    def releases(self) -> list[Release]:
        """The tables as the arithmetic of the ledger takes them."""
        return [self._release(shown) for shown in self.tables]

    def _release(self, shown: Shown) -> Release:
        hierarchies = {d: Hierarchy.flat(shown.codes[d], total=TOTAL) for d in shown.dims}
        n = int(np.prod([len(h.codes) for h in hierarchies.values()]))
        mask = np.zeros(n, dtype=bool)
        mask[list(shown.hidden)] = True
        asked = [*shown.dims, *([shown.measure] if shown.measure else [])]
        return disclosure.release_of(
            f"{self.title}: {shown.name}",
            self.frame.filter(pl.col(name).is_not_null() for name in asked),
            ids=ID,
            dims=shown.dims,
            suppressed=mask,
            measure=shown.measure or None,
            hierarchies=hierarchies,
            rules=rules_of(shown.threshold, shown.p_percent),
            holding=HOLDER if HOLDER in self.frame.columns else None,
        )

    def as_table(self, dims: Sequence[str]) -> Release | None:
        """Records that left one by one, as the cross table of these columns; ``None`` where it would be too large."""
        n = np.prod([self.frame[d].n_unique() + 1 for d in dims], dtype=float)
        if n > MOST_CELLS:
            return None
        return disclosure.release_of(self.title, self.frame, ids=ID, dims=list(dims))


def rules_of(threshold: int, p_percent: float, protect_zeros: bool = False) -> Rules:
    """The primary rules."""
    return Rules(threshold=threshold, p_percent=p_percent, protect_zeros=protect_zeros)


def hold_against(
    new: Release, frame: pl.DataFrame, earlier: Iterable[Entry], *, budget: float = 2_000
) -> tuple[Release, Verdict]:
    """The new table with what else must be hidden beside earlier releases of the same records, and the verdict.

    ``budget``: how long to look for cheaper patterns, as in :func:`disclosure.suppress`.
    """
    entries = list(earlier)
    releases = [r for entry in entries for r in entry.releases]
    releases += _records_as_tables(new, entries)
    changed = _changed(new, frame, entries)
    if changed is not None:
        return new, changed
    if not releases:
        return new, none_before()
    try:
        # Earlier sums of figures that have changed in many firms are other sums: nothing can be subtracted.
        ledger = disclosure.Ledger(tuple(r for r in releases if _is_same_sum(new, frame, r, entries)))
        new, answer = ledger.beside(new, budget=budget)
    except BadInput:  # the same records say different things now, so that their tables do not fit together
        told = Reason(
            "release.ledger.other_figures",
            mark("The same records gave other figures in an earlier release; together they do not add up."),
        )
        remedy = mark("Withdraw the earlier release and publish the corrected table as its new version.")
        return new, no(told, source=SOURCE, remedy=remedy)
    return new, answer.verdict


def in_words(verdict: Verdict, columns: Mapping[str, ColumnInfo]) -> Verdict:
    """A verdict of the ledger with the names of cells as people call them: "Pilar, woman", not codes."""
    reasons = tuple(
        Reason(
            r.code, r.sentence, {k: _cell_said(v, columns) if k in CELLS else v for k, v in r.details.items()}
        )
        for r in verdict.reasons
    )
    return replace(verdict, reasons=reasons)


CELLS = frozenset({"shown", "earlier", "cell"})


def _cell_said(name: str, columns: Mapping[str, ColumnInfo]) -> str:
    name, bracket, release = str(name).partition(" (")
    said = []
    for pair in name.split(", "):
        dim, _blank, code = pair.partition(" ")
        if code in (TOTAL, "Total", "_blank"):
            continue
        info = columns.get(dim)
        said.append(info.codes.get(code, {}).get("en", code) if info else code)
    return (", ".join(said) or "Total") + bracket + release


def none_before() -> Verdict:
    """The verdict where nothing was published about these records yet."""
    told = Reason("release.ledger.first", mark("Nothing was published about these records before."))
    return yes(told, source=SOURCE)


def _records_as_tables(new: Release, entries: list[Entry]) -> list[Release]:
    found = []
    for entry in entries:
        shared = [d for d in new.table.dims if d in entry.columns]
        made = entry.as_table(shared) if shared else None
        if made is not None:
            found.append(made)
    return found


def _values(frame: pl.DataFrame, entry: Entry, measure: str) -> pl.DataFrame:
    """The firms that stand in both with figures that differ; nobody where it was not added up there."""
    if not any(shown.measure == measure for shown in entry.tables):
        return pl.DataFrame({ID: []})
    both = frame.select(ID, pl.col(measure).cast(pl.Float64).alias("now")).join(
        entry.frame.select(ID, pl.col(measure).cast(pl.Float64).alias("then")), on=ID
    )
    return both.filter((pl.col("now") - pl.col("then")).abs() > 1e-9)


def _changed(new: Release, frame: pl.DataFrame, entries: list[Entry]) -> Verdict | None:
    """Sums of which only one or two firms' figures have changed since: the difference would tell them."""
    measure = new.table.measure
    if not measure:
        return None
    for entry in entries:
        n = _values(frame, entry, measure).height
        if 0 < n < LEAST_CHANGED:
            told = Reason(
                "release.ledger.few_changed",
                mark(
                    "Since “{release}” the figures of only {n} firm(s) have changed; the difference would tell them."
                ),
                {"release": entry.title, "n": n},
            )
            return no(
                told, source=SOURCE, remedy=mark("Wait until more have changed, or count firms instead.")
            )
    return None


def _is_same_sum(new: Release, frame: pl.DataFrame, old: Release, entries: list[Entry]) -> bool:
    if not new.table.measure or old.table.measure != new.table.measure:
        return True
    entry = next((e for e in entries if any(r is old for r in e.releases)), None)
    return entry is None or not _values(frame, entry, new.table.measure).height
