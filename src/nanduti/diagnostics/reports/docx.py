"""A document as DOCX: real headings, styles, captions, table headers and alternative texts, for a committee to edit."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any

from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from .blocks import Block, Document, Grid, Judgement, Picture, Points, Words
from .pdf import png, widths

LONG_AGO = datetime(2000, 1, 1)
WIDTH_MM = 160.0
# What XML cannot hold.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
SPANISH, ENGLISH = "es-PY", "en-GB"


def docx(document: Document, *, is_synthetic: bool = False) -> bytes:
    """The document as DOCX; the same document gives the same bytes."""
    made = new_document()
    _set_up(made, document)
    made.add_paragraph(_clean(document.title), style="Title")
    made.add_paragraph(_clean(document.subtitle), style="Subtitle")
    if is_synthetic:
        made.add_paragraph(document.labels["made_up"], style="Intense Quote")
    _facts(made, document.facts)
    for chapter in document.chapters:
        made.add_heading(_clean(chapter.title), level=1)
        for block in chapter.blocks:
            _block(made, block, document)
        if chapter.missing:
            text = f"{document.labels['missing']} {'; '.join(chapter.missing)}."
            _warn(made.add_paragraph(_clean(text)))
    _list(made, document.labels["unsaid"], document.unsaid, document.labels["unsaid_none"], "List Bullet")
    _list(made, document.labels["sources"], document.sources, document.labels["sources_none"], "List Number")
    made.add_paragraph(document.labels["no_names"], style="Caption")
    return _steady(made)


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)


def _set_up(made: Any, document: Document) -> None:
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    core = made.core_properties
    core.title, core.author = _clean(document.title)[:255], "Nanduti"
    core.language = SPANISH if document.language == "es" else ENGLISH
    core.created = core.modified = LONG_AGO
    core.last_modified_by, core.revision, core.comments = "Nanduti", 1, ""
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Calibri", Pt(10.5)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), SPANISH if document.language == "es" else ENGLISH)
    normal.element.get_or_add_rPr().append(language)
    _page_number(section.footer.paragraphs[0], document)


def _page_number(paragraph: Any, document: Document) -> None:
    """ "page 3 of 12", counted by whoever opens it."""
    paragraph.add_run(f"{_clean(document.title)} · {document.labels['page']} ")
    _field(paragraph, "PAGE")
    paragraph.add_run(f" {document.labels['of']} ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Any, code: str) -> None:
    for kind in ("begin", "", "end"):
        run = paragraph.add_run()
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.set(qn("xml:space"), "preserve")
            mark.text = code
        run._r.append(mark)


def _facts(made: Any, facts: tuple[tuple[str, str], ...]) -> None:
    for name, value in facts:
        paragraph = made.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(f"{_clean(name)}: ").bold = True
        paragraph.add_run(_clean(value))


def _block(made: Any, block: Block, document: Document) -> None:
    if isinstance(block, Words):
        paragraph = made.add_paragraph(_clean(block.text))
        if block.is_note:
            for run in paragraph.runs:
                run.font.size = Pt(9)
    elif isinstance(block, Points):
        for item in block.items:
            made.add_paragraph(_clean(item), style="List Bullet")
    elif isinstance(block, Grid):
        _grid(made, block)
    elif isinstance(block, Picture):
        _picture(made, block)
    else:
        _judgement(made, block, document)


def _grid(made: Any, grid: Grid) -> None:
    """A caption, then a table whose first row is a heading that every page repeats."""
    caption = made.add_paragraph(_clean(grid.caption), style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = made.add_table(rows=1, cols=len(grid.headings), style="Table Grid")
    table.autofit = False
    _row(table.rows[0].cells, grid.headings, grid, is_heading=True)
    repeat = OxmlElement("w:tblHeader")
    repeat.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeat)
    for row in grid.rows:
        _row(table.add_row().cells, row, grid)
    shares = widths(grid)
    for index, share in enumerate(shares):
        width = Mm(WIDTH_MM * share / sum(shares))
        table.columns[index].width = width
        for cell in table.columns[index].cells:
            cell.width = width
    _described(table._tbl.tblPr, grid.caption)
    made.add_paragraph().paragraph_format.space_after = Pt(4)


def _described(properties: Any, caption: str) -> None:
    for tag in ("w:tblCaption", "w:tblDescription"):
        element = OxmlElement(tag)
        element.set(qn("w:val"), _clean(caption)[:250])
        properties.append(element)


def _row(cells: Any, row: tuple[str, ...], grid: Grid, *, is_heading: bool = False) -> None:
    for index, (cell, text) in enumerate(zip(cells, row, strict=True)):
        paragraph = cell.paragraphs[0]
        run = paragraph.add_run(_clean(str(text)))
        run.font.size, run.bold = Pt(9), is_heading
        if index in grid.numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _picture(made: Any, picture: Picture) -> None:
    paragraph = made.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    shape = paragraph.add_run().add_picture(io.BytesIO(png(picture.svg)), width=Mm(WIDTH_MM))
    told = shape._inline.docPr
    told.set("descr", _clean(picture.said)[:2000])
    told.set("title", _clean(picture.caption)[:250])
    made.add_paragraph(_clean(picture.caption), style="Caption")


def _judgement(made: Any, block: Judgement, document: Document) -> None:
    text = f"{block.text} ({document.labels['by_rule']} {block.source})"
    paragraph = made.add_paragraph(_clean(text), style="Quote")
    if block.decision != "yes":
        _warn(paragraph)


def _warn(paragraph: Any) -> None:
    for run in paragraph.runs:
        run.font.color.rgb = RGBColor(0xB3, 0x45, 0x2C)


def _list(made: Any, title: str, items: tuple[str, ...], none: str, style: str) -> None:
    made.add_heading(_clean(title), level=1)
    if not items:
        made.add_paragraph(none)
    for item in items:
        made.add_paragraph(_clean(item), style=style)


def _steady(made: Any) -> bytes:
    """The package with a fixed time in each of its parts, so that the same content gives the same bytes."""
    written, target = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as before, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = zipfile.ZipInfo(name, date_time=LONG_AGO.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            after.writestr(part, before.read(name))
    return target.getvalue()
