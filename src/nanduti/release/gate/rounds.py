"""Other rounds and other sources about the same firms: what follows when one is taken from the other.

Each wave of a form has answers of its own, which are not subtracted from each other. But *which firms* stand in a
town, a size or a trade is told by each, and where two waves differ there by one or two firms, all that both ask of
them could be subtracted too, as far as answers do not change. So the totals of every town, size, trade and cluster are
held against those of other waves as against an earlier table of the same wave. Between sources (the register, another
form) nothing but taking part could be subtracted; there the page says so, and those who decide weigh it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Ledger, Release
from nanduti.methods.values import Reason, RuleSource, Verdict, flag, mark

from .ledger import Entry

SOURCE = RuleSource(
    "Hundepool et al. (2012), Statistical Disclosure Control", "section 4.3.4 (linked tables)"
)
# What every source tells of a firm, from the register.
COMMON = ("cluster", "place", "size_class", "trade")
ROUNDS = 10


def wave_of(ids: pl.Series) -> str:
    """The wave that stands in the names of records; "" where there are no waves."""
    return str(ids[0]).partition("@")[2] if len(ids) else ""


def of_firms(release: Release) -> Release | None:
    """A count along what every source tells, its records named by firm whatever the wave; ``None``: it has no such."""
    dims = [d for d in release.table.dims if d in COMMON]
    if not dims or release.table.measure:
        return None
    margin = disclosure.margin_of(release, dims)
    names = margin.standing.ids.str.split("@").list.first()
    return replace(margin, standing=replace(margin.standing, ids=names))


def split(entries: Sequence[Entry], wave: str) -> tuple[list[Entry], list[Entry]]:
    """Pages on the same wave, and those on others."""
    same = [e for e in entries if wave_of(e.ids) == wave]
    return same, [e for e in entries if not any(e is s for s in same)]


def tables_of(entries: Sequence[Entry]) -> list[Release]:
    """What these pages show along what every source tells; of records one by one, all of it at once."""
    found = [of_firms(release) for entry in entries for release in entry.releases]
    for entry in entries:
        shared = [d for d in COMMON if d in entry.columns]
        made = entry.as_table(shared) if shared else None
        found.append(of_firms(made) if made is not None else None)
    return [f for f in found if f is not None]


def hide_beside(
    new: Release, others: Sequence[Release], *, budget: float = 2_000
) -> tuple[Release, Verdict | None]:
    """The new table with what else must be hidden beside other waves; a refusal where that does not suffice."""
    if not others or of_firms(new) is None:
        return new, None
    ledger = Ledger(tuple(others))
    cells = disclosure.margin_cells(new, COMMON)
    for _round in range(ROUNDS):
        mine = of_firms(new)
        assert mine is not None
        beside, answer = ledger.beside(mine, budget=budget)
        more = cells[np.flatnonzero(beside.suppressed & ~mine.suppressed)]
        if not len(more):
            return new, None if answer.verdict.allows else answer.verdict
        new = disclosure.hide_also(new, more.tolist(), budget=budget)
    return new, answer.verdict


def said_beside(new: Sequence[Release], entries: Sequence[Entry]) -> Verdict | None:
    """That tables of other sources differ by one or two firms somewhere; ``None`` where none does."""
    for entry in entries:
        others = tables_of([entry])
        for one in new:
            mine = of_firms(one)
            if mine is None or not others:
                continue
            found = Ledger(tuple(others)).differences(mine)
            if found.height:
                told = Reason(
                    "release.ledger.other_source",
                    mark(
                        "Beside “{release}”, from another source about the same firms, {n} pair(s) of figures differ "
                        "by one or two firms: who compares them learns that so many took part in only one of them."
                    ),
                    {"release": entry.title, "n": found.height},
                )
                remedy = mark("Weigh whether that alone would harm somebody; if so, ask for less detail.")
                return flag(told, source=SOURCE, remedy=remedy)
    return None
