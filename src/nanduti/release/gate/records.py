"""Records one by one through the gate: coarser codes, blanks, then the policy; and what tables have hidden before."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods import disclosure
from nanduti.methods.disclosure import Ledger, Policy
from nanduti.methods.values import BadInput, Reason, Verdict, flag, mark, yes

from ..materials.model import ID, Material
from ..materials.records import sensitive_columns
from . import rounds
from .ledger import SOURCE, Entry, in_words, none_before
from .result import Checked, CheckedPart


def check(
    material: Material, protection: Mapping[str, Any], earlier: Sequence[Entry], *, title: str
) -> Checked:
    """The records as they would leave, in an order that tells nothing, without any number of theirs."""
    keys = list(material.keys)
    policy = Policy(
        keys=keys,
        sensitive=sensitive_columns(material.columns, material.keys),
        k=protection["k"],
        l=protection["l"],
        most_global_risk=protection["most_global_risk"],
    )
    safe = disclosure.protect_records(material.frame.drop(ID), policy=policy, seed=0)
    out = safe.data.with_columns(material.frame[ID])
    verdicts = [safe.after.verdict, *_against_tables(out, material, earlier)]
    lost = {r["column"]: r["blanked_share"] for r in safe.loss.iter_rows(named=True) if r["blanked_share"]}
    verdicts.append(_told(safe, lost))
    entry = Entry(title, material.population, out, columns=tuple(c for c in out.columns if c != ID))
    part = CheckedPart(
        "records",
        {"en": "Records", "es": "Registros"},
        "records",
        _shuffled(out),
        n_cells=out.height * len(keys),
        n_hidden=round(sum(lost.values()) * out.height),
        lost_share=max(lost.values(), default=0.0),
    )
    columns = {n: c.as_dict() for n, c in material.columns.items()}
    return Checked(
        (part,), tuple(verdicts), columns, entry.pack(), material.notes, material.sources, {"blanked": lost}
    )


def _shuffled(data: pl.DataFrame) -> pl.DataFrame:
    """Without the names of the records, in an order drawn from them: where a row stands tells nothing."""
    marks = [hashlib.sha256(f"order {i}".encode()).digest() for i in data[ID].to_list()]
    order = np.array(sorted(range(data.height), key=marks.__getitem__))
    return data[order].drop(ID)


def _against_tables(out: pl.DataFrame, material: Material, earlier: Sequence[Entry]) -> list[Verdict]:
    """For each table shown before, the same table can be counted from the records: what it hid must stay hidden."""
    found = []
    same, others = rounds.split(earlier, rounds.wave_of(out[ID]))
    firms = out.with_columns(pl.col(ID).str.split("@").list.first())
    pairs = [(out, release) for entry in same for release in entry.releases]
    pairs += [(firms, release) for release in rounds.tables_of(others)]
    for records, release in pairs:
        dims = [d for d in release.table.dims if d in out.columns]
        if len(dims) != len(release.table.dims) or release.table.measure:
            continue
        mine = records.with_columns(pl.col(d).cast(pl.String).fill_null("_blank") for d in dims)
        try:
            new = disclosure.release_of("records", mine, ids=ID, dims=dims)
            answer = Ledger((release,)).check(new)
        except BadInput:
            continue
        if not answer.verdict.allows:
            found.append(in_words(answer.verdict, material.columns))
    return found or [none_before() if not earlier else _beside(len(earlier))]


def _beside(n: int) -> Verdict:
    told = Reason(
        "release.records.beside",
        mark("Nothing hidden can be counted from this and what was released earlier (releases: {n})."),
        {"n": n},
    )
    return yes(told, source=SOURCE)


def _told(safe: disclosure.SafeRecords, lost: Mapping[str, float]) -> Verdict:
    source = safe.after.verdict.source
    if not lost:
        told = Reason("release.records.whole", mark("No value had to be blanked."))
        return yes(told, source=source)
    told = Reason(
        "release.records.blanked",
        mark("Values are blanked in: {columns}."),
        {"columns": ", ".join(f"{c} ({share:.1%})" for c, share in lost.items())},
    )
    return (flag if max(lost.values()) > 0.2 else yes)(told, source=source)
