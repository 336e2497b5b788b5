"""A study's report: what a program can look for is looked for, and a person is told to read it."""

from __future__ import annotations

import io
import zipfile

import polars as pl
import pytest

from nanduti.release.gate.documents import check
from nanduti.release.gate.result import pack, unpack
from nanduti.release.materials.documents import DocumentMaterial
from nanduti.release.publishing.files import make


def written(text: str, findings: dict | None = None) -> DocumentMaterial:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", f"<w:p><w:t>{text}</w:t></w:p>")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return DocumentMaterial(
        "study", pl.DataFrame({"_id": ["d"]}), {}, name="study.docx", media_type=kind, content=target.getvalue(),
        findings=findings or {},
    )  # fmt: skip


def test_a_clean_report_may_leave_once_a_person_has_read_it():
    found = check(
        written("Eighty-one per cent are women.", {"figures": [{"code": "women", "value": 0.81, "n": 70}]})
    )
    assert found.is_safe and found.verdicts[-1].decision == "flag"
    again = unpack(pack(found))
    assert again.digest == found.digest
    assert [f.name for f in make(again, {})] == ["study.docx"]


@pytest.mark.parametrize(
    "text",
    [
        "the workshop W-7K3QDXK",
        "call +595 981 555 019",
        "write to owner@example.org",
        "at -25.387211, -57.354499",
    ],
)
def test_what_tells_of_somebody_keeps_it_in(text):
    assert not check(written(text)).is_safe


@pytest.mark.parametrize("n", [1, 2])
def test_figures_of_one_or_two_firms_keep_it_in(n):
    assert not check(written("", {"size": {"parts": [{"code": "large", "n": n, "share": 0.01}]}})).is_safe
    assert check(
        written("", {"size": {"parts": [{"code": "large", "n": None, "is_kept_back": True}]}})
    ).is_safe


def test_a_pdf_cannot_be_searched_and_that_is_said():
    found = check(
        DocumentMaterial(
            "study", pl.DataFrame(), {}, name="s.pdf", media_type="application/pdf", content=b"%PDF"
        )
    )
    assert found.verdicts[0].decision == "flag"


def test_a_document_that_is_not_there_is_said_in_words(door):
    made = door.check(door.ask(kind="study", material={"report": 77}))
    assert made.state == "failed" and made.job.error_code == "release.material_unclear"
