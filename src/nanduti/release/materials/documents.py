"""The report of a study: a document as it was made from an agreed study, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from nanduti.diagnostics.findings import from_json
from nanduti.diagnostics.models import StudyReport
from nanduti.diagnostics.queries.recounting import recounted
from nanduti.methods.values import mark
from nanduti.programme.models import Programme

from ..errors import MaterialUnclear
from .model import HOLDER, ID, ColumnInfo, Material, Part
from .spec import population_of, with_ids


@dataclass(frozen=True)
class DocumentMaterial(Material):
    """The document, and the figures that stand in it as they were frozen."""

    name: str = ""
    media_type: str = ""
    content: bytes = b""
    findings: Mapping[str, Any] = field(default_factory=dict)
    # Per division of firms the codes whose figures the document keeps back; and divisions that come out otherwise now.
    kept_back: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of the document and of who stands behind it."""
        return hashlib.sha256(self.content + super().digest.encode()).hexdigest()


def reports(programme: Programme) -> list[StudyReport]:
    """The documents of studies that were agreed, the newest first."""
    rows = StudyReport._base_manager.filter(study__programme=programme, study__status="agreed")
    return list(rows.select_related("study", "file").order_by("-id")[:100])


def load(programme: Programme, spec: Mapping[str, Any]) -> DocumentMaterial:
    """The document that was chosen, if its study is agreed."""
    found = next((r for r in reports(programme) if r.pk == spec.get("report")), None)
    if found is None:
        raise MaterialUnclear(
            problem=mark("There is no such document of an agreed study."),
            what_to_do=mark("Agree the study, have its document made, and choose it."),
        )
    with found.file.content.open("rb") as opened:
        content = opened.read()
    return _with_firms(programme, found, content)


def _with_firms(programme: Programme, report: StudyReport, content: bytes) -> DocumentMaterial:
    """The document, with the firms behind each division that it shows, as far as they still come out the same."""
    findings = from_json(report.study.findings)
    known = recounted(report.study, findings) if findings is not None else None
    about = {"name": report.file.name, "media_type": report.file.media_type, "content": content,
             "findings": report.study.findings}  # fmt: skip
    if known is None or not known.shown:
        digest = hashlib.sha256(content).hexdigest()
        return DocumentMaterial(
            "study", pl.DataFrame({ID: [digest]}), {}, population=f"{programme.code}/study:{report.study.code}",
            changed=known.changed if known is not None else (), **about,
        )  # fmt: skip
    frame = with_ids(replace(known.units, frame=known.units.frame.with_columns(known.columns.values())))
    columns = {
        code: ColumnInfo(
            code, {"en": one.label, "es": one.label_es},
            codes={p.code: {"en": p.label, "es": p.label_es} for p in one.parts},
        )
        for code, one in known.shown.items()
    }  # fmt: skip
    return DocumentMaterial(
        "study", frame.select(ID, *([HOLDER] if HOLDER in frame.columns else []), *columns), columns,
        tuple(Part(code, info.labels, (code,)) for code, info in columns.items()),
        population=population_of(programme, known.units), changed=known.changed,
        kept_back={
            code: tuple(p.code for p in one.parts if p.is_kept_back) for code, one in known.shown.items()
        },
        **about,
    )  # fmt: skip
