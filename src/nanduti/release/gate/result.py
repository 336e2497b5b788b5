"""What a check found: the parts as they would leave, who stands behind them, the verdicts; and how it is kept."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from nanduti.methods.values import Reason, RuleSource, Verdict
from nanduti.surveys.exporting.flat import parquet

VALUE = "value"
WHY = "_why"
# Why a cell is empty, for those inside; outside it is only told that it is hidden.
FEW, BESIDE, UNKNOWN = "few", "beside", "unknown"


@dataclass(frozen=True)
class CheckedPart:
    """One table (or file of records) as it would leave. ``frame`` has ``_why`` beside each value; it never leaves.

    ``shape``: table, records or indicators. ``measure``: the column that was added up; "" where firms are counted.
    """

    name: str
    labels: Mapping[str, str]
    shape: str
    frame: pl.DataFrame
    dims: tuple[str, ...] = ()
    measure: str = ""
    n_cells: int = 0
    n_hidden: int = 0
    lost_share: float | None = None

    @property
    def public(self) -> pl.DataFrame:
        """Without the reasons why something is hidden: they tell how few there are."""
        return self.frame.drop(WHY, strict=False)

    def about(self) -> dict[str, Any]:
        return {
            "name": self.name, "labels": dict(self.labels), "shape": self.shape, "dims": list(self.dims),
            "measure": self.measure, "n_cells": self.n_cells, "n_hidden": self.n_hidden, "lost_share": self.lost_share,
        }  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """All parts, the verdicts on them, and the ledger's entry: who stands behind each cell."""

    parts: tuple[CheckedPart, ...]
    verdicts: tuple[Verdict, ...]
    columns: Mapping[str, Mapping[str, Any]]
    entry: bytes = b""
    notes: tuple[Mapping[str, str], ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()
    loss: Mapping[str, Any] = field(default_factory=dict)
    # Documents that leave as they are: name, media type, bytes.
    documents: tuple[tuple[str, str, bytes], ...] = ()

    @property
    def is_safe(self) -> bool:
        return all(v.allows for v in self.verdicts)

    @property
    def n_cells(self) -> int:
        return sum(p.n_cells for p in self.parts)

    @property
    def n_hidden(self) -> int:
        return sum(p.n_hidden for p in self.parts)

    @property
    def digest(self) -> str:
        """Of what would go out, figure for figure: what approvals are bound to."""
        made = hashlib.sha256()
        for part in self.parts:
            made.update(json.dumps(part.about(), sort_keys=True).encode())
            made.update(part.public.write_csv().encode())
        made.update(
            json.dumps([self.columns, self.sources, self.notes], sort_keys=True, default=dict).encode()
        )
        return made.hexdigest()


def pack(checked: Checked) -> bytes:
    """Everything as one file, to be sealed."""
    target = io.BytesIO()
    about = {
        "parts": [p.about() for p in checked.parts],
        "verdicts": [as_data(v) for v in checked.verdicts],
        "columns": {n: dict(c) for n, c in checked.columns.items()},
        "notes": [dict(n) for n in checked.notes],
        "sources": [dict(s) for s in checked.sources],
        "loss": dict(checked.loss),
        "documents": [[name, kind] for name, kind, _content in checked.documents],
    }
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("about.json", json.dumps(about, default=str))
        archive.writestr("entry", checked.entry)
        for number, part in enumerate(checked.parts):
            archive.writestr(f"{number}.parquet", parquet(part.frame))
        for number, (_name, _kind, content) in enumerate(checked.documents):
            archive.writestr(f"{number}.document", content)
    return target.getvalue()


def unpack(content: bytes) -> Checked:
    """The same again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        about = json.loads(archive.read("about.json"))
        frames = [pl.read_parquet(archive.read(f"{n}.parquet")) for n in range(len(about["parts"]))]
        entry = archive.read("entry")
        documents = tuple(
            (name, kind, archive.read(f"{n}.document")) for n, (name, kind) in enumerate(about["documents"])
        )
    parts = [
        CheckedPart(**{**given, "dims": tuple(given["dims"])}, frame=frame)
        for given, frame in zip(about["parts"], frames)
    ]
    return Checked(
        tuple(parts), tuple(verdict_of(v) for v in about["verdicts"]), about["columns"], entry,
        tuple(about["notes"]), tuple(about["sources"]), about["loss"], documents,
    )  # fmt: skip


# --- verdicts as data, so that they are said in the language of whoever reads them


def as_data(verdict: Verdict) -> dict[str, Any]:
    """A verdict for a JSON column."""
    return {
        "decision": verdict.decision,
        "reasons": [
            {"code": r.code, "sentence": r.sentence, "details": {k: _plain(v) for k, v in r.details.items()}}
            for r in verdict.reasons
        ],
        "document": verdict.source.document,
        "place": verdict.source.place,
        "remedy": verdict.remedy,
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, (int, float, bool)) or value is None else str(value)


def verdict_of(data: Mapping[str, Any]) -> Verdict:
    """The verdict again."""
    reasons = tuple(Reason(r["code"], r["sentence"], r["details"]) for r in data["reasons"])
    return Verdict(data["decision"], reasons, RuleSource(data["document"], data["place"]), data["remedy"])


def verdicts_of(data: Sequence[Mapping[str, Any]]) -> list[Verdict]:
    return [verdict_of(one) for one in data]
