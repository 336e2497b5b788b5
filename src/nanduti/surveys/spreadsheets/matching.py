"""Which column of a workbook answers which question: by name, path or words in any language of the form.

A column's target is written as ``path`` (the whole answer), ``path=choice`` (one choice of several, yes or no),
``path@latitude`` (a part of a place) or one of the words for the row itself: ``#number``, ``#start``, ``#end``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nanduti.methods.instruments import FILE_KINDS, Definition, Question
from nanduti.register.folding import fold

NUMBER = "#number"
PARTS = ("latitude", "longitude", "altitude", "accuracy")
# How the servers that people export from call what identifies a row, and what they add to it.
NUMBERS = frozenset({"meta/instanceid", "meta-instanceid", "instanceid", "_uuid", "meta/rootuuid", "key"})
_UNANSWERABLE = FILE_KINDS | {"note"}


@dataclass(frozen=True)
class Target:
    """A question that a column can answer, in words for the list to choose from."""

    code: str
    label: str


def questions(definition: Definition) -> list[Question]:
    """The questions that a column can answer: those outside repeats that are no files."""
    return [
        q
        for q in definition.questions
        if not q.repeat and q.kind not in _UNANSWERABLE and not q.path.startswith("meta/")
    ]


def targets(definition: Definition, language: str) -> list[Target]:
    """What a column can be matched with, in the order of the form."""
    found = [Target(NUMBER, "instanceID")]
    for question in questions(definition):
        label = question.label(language, definition.default_language)
        shown = f"{label} ({question.path})" if label != question.name else question.path
        found.append(Target(question.path, shown))
        if question.kind == "select_multiple":
            found += [
                Target(f"{question.path}={c.name}", f"{shown}: {c.labels.get(language) or c.name}")
                for c in definition.choices_of(question)
            ]
        if question.kind == "geopoint":
            found += [Target(f"{question.path}@{part}", f"{shown}: {part}") for part in PARTS]
    return found


def guess(
    definition: Definition, header: Sequence[str], remembered: Mapping[str, str] | None = None
) -> list[str]:
    """The target of each column, "" where none fits; no target is given twice.

    What somebody matched before comes first, then names and paths, then words.
    """
    known = _names(definition)
    codes = {t.code for t in targets(definition, "")}
    taken: set[str] = set()
    found = []
    for column in header:
        code = (remembered or {}).get(column, "")
        if code not in codes:
            code = next((known[key] for key in _keys(column) if key in known), "")
        if code in taken:
            code = ""
        taken |= {code} - {""}
        found.append(code)
    return found


def _keys(column: str) -> list[str]:
    """The ways in which a heading may name a question, the most exact first."""
    text = column.strip()
    short = text.replace("-", "/").lower()
    last = re.split(r"[/\-:.]", text)[-1]
    two = "/".join(re.split(r"[/\-:]", text)[-2:]).lower()
    return [f"name:{text.lower()}", f"name:{short}", f"name:{two}", f"name:{last.lower()}", f"words:{fold(text)}",
            f"words:{fold(last)}"]  # fmt: skip


def _names(definition: Definition) -> dict[str, str]:
    known: dict[str, str] = {f"name:{n}": NUMBER for n in NUMBERS}
    for question in questions(definition):
        names = {question.path, question.name}
        _offer(known, names, question.path, question.labels.values())
        for choice in definition.choices_of(question) if question.kind == "select_multiple" else ():
            these = {f"{n}/{choice.name}" for n in names}
            _offer(known, these, f"{question.path}={choice.name}", ())
        for part in PARTS if question.kind == "geopoint" else ():
            these = (
                {f"{n}/{part}" for n in names} | {f"_{n}_{part}" for n in names} | {f"{question.name}_{part}"}
            )
            _offer(known, these, f"{question.path}@{part}", ())
    return known


def _offer(known: dict[str, str], names: set[str], code: str, words: object) -> None:
    for name in names:
        known.setdefault(f"name:{name.lower()}", code)
    for text in words:  # type: ignore[attr-defined]
        known.setdefault(f"words:{fold(text)}", code)
