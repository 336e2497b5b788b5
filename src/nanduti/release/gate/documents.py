"""A document through the gate: what a program can look for in it, and that a person has to read it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from nanduti.methods.values import Reason, RuleSource, Verdict, flag, mark, no, yes
from nanduti.register.pseudonyms import ESTABLISHMENT, ORGANISATION, PERSON

from ..materials.documents import DocumentMaterial
from .result import Checked

SOURCE = RuleSource("Nanduti, the only door out", "documents")
FEW = 3
PSEUDONYM = re.compile(rf"\b(?:{ESTABLISHMENT}|{ORGANISATION}|{PERSON})-[0-9A-Z]{{5,}}\b")
TELLING = {
    "telephone": re.compile(r"(?<![\d.])\+\d[\d ()./-]{7,}\d"),
    "address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    "position": re.compile(r"-?\d{1,2}\.\d{4,}\s*[,;]\s*-?\d{1,3}\.\d{4,}"),
}


def check(material: DocumentMaterial) -> Checked:
    """The document as it is; refused where it names somebody or its figures are of fewer than three firms."""
    verdicts = [_words(words_of(material)), _figures(material.findings), _read_it()]
    document = (material.name, material.media_type, material.content)
    return Checked((), tuple(verdicts), {}, b"", documents=(document,))


def words_of(material: DocumentMaterial) -> str | None:
    """The words of a word processor's document; ``None`` where it cannot be read by a program."""
    if not zipfile.is_zipfile(io.BytesIO(material.content)):
        return None
    with zipfile.ZipFile(io.BytesIO(material.content)) as archive:
        parts = [archive.read(n).decode("utf-8", "replace") for n in archive.namelist() if n.endswith(".xml")]
    return " ".join(re.sub(r"<[^>]+>", " ", part) for part in parts)


def _words(text: str | None) -> Verdict:
    if text is None:
        told = Reason(
            "release.document.unread", mark("A program cannot search the words of this kind of file.")
        )
        return flag(told, source=SOURCE, remedy=mark("Release the DOCX, or search the PDF yourself."))
    found = sorted({kind for kind, pattern in TELLING.items() if pattern.search(text)})
    if PSEUDONYM.search(text):
        found.append("pseudonym")
    if found:
        sentence = mark("The document holds what tells of somebody: {found}.")
        told = Reason("release.document.tells", sentence, {"found": ", ".join(found)})
        return no(
            told, source=SOURCE, remedy=mark("Take it out of the study and have the document made again.")
        )
    told = Reason(
        "release.document.silent", mark("No pseudonym, telephone or address was found in its words.")
    )
    return yes(told, source=SOURCE)


def _figures(findings: Any) -> Verdict:
    n = sum(1 for _one in _small(findings))
    if n:
        told = Reason(
            "release.document.small", mark("{n} of its figures rest on fewer than three firms."), {"n": n}
        )
        return no(told, source=SOURCE, remedy=mark("Leave them out of the study, or put groups together."))
    told = Reason("release.document.grouped", mark("None of its figures rests on fewer than three firms."))
    return yes(told, source=SOURCE)


def _small(found: Any) -> Iterator[Any]:
    """Every figure that says how many firms it rests on, and they are one or two."""
    if isinstance(found, dict):
        n = found.get("n")
        told = any(found.get(name) is not None for name in ("value", "share")) or "n" in found
        if isinstance(n, int) and 0 < n < FEW and told and not found.get("is_kept_back"):
            yield found
        for inner in found.values():
            yield from _small(inner)
    elif isinstance(found, list):
        for inner in found:
            yield from _small(inner)


def _read_it() -> Verdict:
    told = Reason(
        "release.document.read",
        mark("Its figures are not held against other releases, and its words only a person can understand."),
    )
    return flag(
        told, source=SOURCE, remedy=mark("Read it as a competitor of these firms would, then decide.")
    )
