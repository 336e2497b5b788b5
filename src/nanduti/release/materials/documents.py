"""The report of a study: a document as it was made from an agreed study, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from nanduti.diagnostics.models import StudyReport
from nanduti.methods.values import mark
from nanduti.programme.models import Programme

from ..errors import MaterialUnclear
from .model import ID, Material


@dataclass(frozen=True)
class DocumentMaterial(Material):
    """The document, and the figures that stand in it as they were frozen."""

    name: str = ""
    media_type: str = ""
    content: bytes = b""
    findings: Mapping[str, Any] = field(default_factory=dict)


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
    digest = hashlib.sha256(content).hexdigest()
    return DocumentMaterial(
        "study", pl.DataFrame({ID: [digest]}), {}, population=f"{programme.code}/study:{found.study.code}",
        name=found.file.name, media_type=found.file.media_type, content=content, findings=found.study.findings,
    )  # fmt: skip
