"""Documents of a study: the DOCX and the PDF are opened, and their words and figures compared with the queries."""

from __future__ import annotations

import io
import re
import zipfile
import zlib

import pytest
from django.utils import translation
from docx import Document as open_docx

from nanduti.diagnostics.actions import issues
from nanduti.diagnostics.findings import safe
from nanduti.diagnostics.queries.profile import findings
from nanduti.diagnostics.queries.sections import material
from nanduti.diagnostics.reports.blocks import (
    Chapter,
    Document,
    Grid,
    Judgement,
    Picture,
    Points,
    Words,
    plain,
)
from nanduti.diagnostics.reports.content import document
from nanduti.diagnostics.reports.docx import docx
from nanduti.diagnostics.reports.pdf import pdf, png
from nanduti.interface import words
from tests.support.census import AT, establishment
from tests.support.register import SECRETS

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LABELS = {
    name: name
    for name in ("contents", "unsaid", "unsaid_none", "sources", "sources_none", "missing", "page", "of", "by_rule",
                 "no_names", "made_up")
}  # fmt: skip
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20"/></svg>'


def made(study, language="en", **more):
    found = safe(findings(study=study, access=None, at=AT))
    with translation.override(language):
        return document(material(study=study, found=found), **more), found


def words_of(content: bytes) -> str:
    return " ".join(
        [p.text for p in open_docx(io.BytesIO(content)).paragraphs]
        + [c.text for t in open_docx(io.BytesIO(content)).tables for r in t.rows for c in r.cells]
    )


def text_of(content: bytes) -> str:
    """The words of a PDF that Typst wrote: its character maps, and what they say of the shown codes."""
    streams = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            streams.append(zlib.decompress(raw))
        except zlib.error:
            streams.append(raw)
    return b"\n".join(streams).decode("latin-1")


@pytest.fixture
def routed(study, issue, counted):
    issues.route_issue(issue=issue, values={"by_advanced": True}, version=issue.version, by="test", at=AT)
    issues.name_party(
        issue=issue, role="interested", pseudonym=establishment(counted).pseudonym, by="test", at=AT
    )
    return study


def test_the_document_says_what_the_queries_say(routed):
    told, found = made(routed)
    profile = told.chapter("profile")
    said = " ".join(plain(b) for b in profile.blocks)
    people = next(f for f in found.figures if f.code == "employment")
    assert words.number(round(people.value)) in said and "kept back: too few firms" in said
    share = next(f for f in found.figures if f.code == "women_share").value
    assert words.share(share) in said
    assert "Turnover: not known." in told.unsaid
    assert any("kept back" in one for one in told.unsaid)
    assert any(one.startswith("Workshop census") for one in told.sources)


def test_the_docx_can_be_edited_by_a_committee(routed):
    told, _found = made(routed)
    content = docx(told)
    opened = open_docx(io.BytesIO(content))
    headings = [p.text for p in opened.paragraphs if p.style.name == "Heading 1"]
    assert headings == [*(c.title for c in told.chapters), told.labels["unsaid"], told.labels["sources"]]
    grids = [b for c in told.chapters for b in c.blocks if isinstance(b, Grid)]
    assert len(opened.tables) == len(grids)
    for table, grid in zip(opened.tables, grids, strict=True):
        assert tuple(c.text for c in table.rows[0].cells) == grid.headings
        assert [tuple(c.text for c in r.cells) for r in table.rows[1:]] == list(grid.rows)
        assert table.rows[0]._tr.trPr.findall(".//{*}tblHeader")
    pictures = [b for c in told.chapters for b in c.blocks if isinstance(b, Picture)]
    assert [s._inline.docPr.get("descr") for s in opened.inline_shapes] == [p.said for p in pictures] != []
    assert opened.core_properties.language == "en-GB"


def test_the_language_of_a_document_is_its_own(routed):
    with translation.override("en"):
        told, _found = made(routed, "es")
    content = words_of(docx(told))
    assert told.language == "es" and "Talleres de Itauguá" in content and "Máquinas viejas" in content
    assert "Personas ocupadas" in content and "Confecciones de Itauguá" in content
    assert open_docx(io.BytesIO(docx(told))).core_properties.language == "es-PY"


def test_the_pdf_is_tagged_has_a_language_and_its_own_fonts(routed):
    told, _found = made(routed)
    content = pdf(told)
    assert content.startswith(b"%PDF-") and b"%%EOF" in content[-20:]
    inside = content.decode("latin-1") + text_of(content)
    assert "pdfuaid" in inside and "StructTreeRoot" in inside
    assert "Libertinus" in inside and "/FontFile" in inside


def test_the_same_study_gives_the_same_bytes(routed):
    told, _found = made(routed)
    again, _found = made(routed)
    assert pdf(told) == pdf(again) and docx(told) == docx(again)
    for entry in zipfile.ZipFile(io.BytesIO(docx(told))).infolist():
        assert entry.date_time == (2000, 1, 1, 0, 0, 0)


def test_no_document_names_a_firm(routed, counted):
    """The firm of the test world has a name, a street and a telephone in the vault; and pseudonyms stay inside."""
    told, _found = made(routed)
    content = (
        words_of(docx(told))
        + pdf(told).decode("latin-1")
        + " ".join(plain(b) for c in told.chapters for b in c.blocks)
    )
    for secret in SECRETS:
        assert secret not in content
    party = routed.issues.get().parties.get()
    assert party.establishment.pseudonym not in content and "1 firm is interested" in content
    assert counted.world.firm.pseudonym not in content


STRANGE = [
    "#let x = 1", "*bold* _it_ $x$ @ref <label> \\", "<b>&amp;</b>", "a\x0bb\x00c", "\\u0007 \\", "ñandutí “«»” 😀",
    "தமிழ் हिन्दी 中文", "x" * 3000, "",
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE)
def test_whatever_was_typed_is_words_and_no_markup(text):
    strange = Document(
        language="es", title=text or "t", subtitle=text, facts=((text, text),),
        chapters=(Chapter("x", text or "c", (Words(text), Points((text,)), Judgement("no", text, text),
                  Grid(text or "g", ("a", "b"), ((text, text),)), Picture(text or "p", SVG, text or "p"))),),
        unsaid=(text,), sources=(text,), labels=LABELS,
    )  # fmt: skip
    assert pdf(strange).startswith(b"%PDF-")
    clean = text.replace("\x0b", "").replace("\x00", "")
    assert clean.strip()[:50] in words_of(docx(strange))


def test_an_empty_document_is_a_document():
    nothing = Document("en", "t", "s", (), (Chapter("x", "c", (Grid("g", ("a",), ()),)),), (), (), LABELS)
    assert pdf(nothing, is_synthetic=True).startswith(b"%PDF-")
    assert "made_up" in words_of(docx(nothing, is_synthetic=True))


def test_a_picture_is_a_png():
    assert png(SVG)[:8] == b"\x89PNG\r\n\x1a\n"
