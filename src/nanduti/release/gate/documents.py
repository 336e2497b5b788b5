"""A document through the gate: what a program can look for in it, and that a person has to read it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from nanduti.methods.disclosure import Ledger
from nanduti.methods.values import Reason, RuleSource, Verdict, flag, mark, no, yes
from nanduti.register.pseudonyms import ESTABLISHMENT, ORGANISATION, PERSON

from ..materials.documents import DocumentMaterial
from ..materials.model import Part
from . import rounds
from .ledger import Entry, Shown, in_words
from .result import Checked

SOURCE = RuleSource("Nanduti, the only door out", "documents")
FEW = 3
PSEUDONYM = re.compile(rf"\b(?:{ESTABLISHMENT}|{ORGANISATION}|{PERSON})-[0-9A-Z]{{5,}}\b")
TELLING = {
    "telephone": re.compile(r"(?<![\d.])\+\d[\d ()./-]{7,}\d"),
    "address": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    "position": re.compile(r"-?\d{1,2}\.\d{4,}\s*[,;]\s*-?\d{1,3}\.\d{4,}"),
}


def check(
    material: DocumentMaterial, earlier: Sequence[Entry] = (), *, title: str = "", threshold: int = FEW
) -> Checked:
    """The document as it is; refused where it names somebody, its figures are of fewer than three firms, or what it
    shows would give away what an earlier release hides. How it divides the firms stands in the ledger from then on."""
    shown = [_shown(material, part, threshold) for part in material.parts]
    entry = Entry(title or material.name, material.population, material.frame, tuple(shown))
    verdicts = [
        _words(words_of(material)),
        _figures(material.findings),
        *_beside(material, entry, earlier),
        _read_it(),
    ]
    document = (material.name, material.media_type, material.content)
    return Checked((), tuple(verdicts), {}, entry.pack() if shown else b"", documents=(document,))


def _shown(material: DocumentMaterial, part: Part, threshold: int) -> Shown:
    """A division of firms as a table of one column, its total the firms that are known."""
    (dim,) = part.dims
    codes = list(
        dict.fromkeys([*material.columns[dim].codes, *material.frame[dim].drop_nulls().unique().sort()])
    )
    kept_back = material.kept_back.get(dim, ())
    hidden = [at + 1 for at, code in enumerate(codes) if code in kept_back]
    return Shown(part.name, (dim,), {dim: codes}, "", threshold, 100.0, hidden)


def _beside(material: DocumentMaterial, entry: Entry, earlier: Sequence[Entry]) -> list[Verdict]:
    """What the divisions tell beside earlier releases of the same firms; a document cannot be made to hide more."""
    found = []
    if material.changed:
        told = Reason(
            "release.document.changed",
            mark(
                "These divisions come out otherwise now and are not held against other releases: {divisions}."
            ),
            {"divisions": ", ".join(material.changed)},
        )
        remedy = mark("Open the study again and agree it on the records as they stand.")
        found.append(flag(told, source=SOURCE, remedy=remedy))
    if not earlier or not entry.tables:
        return found
    same, others = rounds.split(earlier, rounds.wave_of(entry.ids))
    ledger = Ledger(tuple(r for e in same for r in e.releases))
    by_wave = Ledger(tuple(rounds.tables_of(others)))
    for new in entry.releases:
        mine = rounds.of_firms(new)
        answers = [ledger.check(new), *([by_wave.check(mine)] if mine is not None else [])]
        for answer in answers:
            if answer.verdict.allows:
                continue
            # Groups of one table and of another may lie within each other without anybody knowing: a person weighs it.
            safe = answer.audit is None or answer.audit.is_safe
            found.append(
                replace(in_words(answer.verdict, material.columns), decision="flag" if safe else "no")
            )
    return found


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
        mark(
            "Its single figures are not held against other releases, and its words only a person can understand."
        ),
    )
    return flag(
        told, source=SOURCE, remedy=mark("Read it as a competitor of these firms would, then decide.")
    )
