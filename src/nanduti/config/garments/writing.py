"""What a phone would have sent: the XML of a filled form, made of answers by the names of questions."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from nanduti.methods.instruments import Definition

NUMBERS = uuid.UUID("c0a3f8d2-6f0e-4a54-9a5b-0d2f6f1e7b31")


def number_of(*parts: str) -> str:
    """The instanceID of an answer: the same parts, the same number."""
    return f"uuid:{uuid.uuid5(NUMBERS, ' '.join(parts))}"


def xml_of(
    definition: Definition,
    answers: Mapping[str, str],
    number: str,
    *,
    corrects: str = "",
    repeats: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
) -> bytes:
    """Answers by name of question, in the order of the form; ``repeats``: name of a repeat → its rows.

    A question without an answer stands in the XML with nothing in it, as phones send it.
    """
    root = Element(definition.root_name or "data", {"id": definition.form_id, "version": definition.version})
    groups: dict[str, Element] = {"": root}
    for question in definition.questions:
        if question.repeat or question.path.startswith("meta/"):
            continue
        value = answers.get(question.name, "")
        if value:
            SubElement(_group(groups, root, question.group), question.name).text = value
    for name, rows in (repeats or {}).items():
        _repeat(definition, groups, root, name, rows)
    meta = SubElement(root, "meta")
    if corrects:
        SubElement(meta, "deprecatedID").text = corrects
    SubElement(meta, "instanceID").text = number
    return tostring(root, encoding="utf-8")


def _group(groups: dict[str, Element], root: Element, path: str) -> Element:
    if path not in groups:
        parent, _slash, name = path.rpartition("/")
        groups[path] = SubElement(_group(groups, root, parent), name)
    return groups[path]


def _repeat(
    definition: Definition,
    groups: dict[str, Element],
    root: Element,
    name: str,
    rows: Sequence[Mapping[str, str]],
) -> None:
    inner = [q for q in definition.questions if q.repeat and q.repeat.rpartition("/")[2] == name]
    if not inner:
        return
    path = inner[0].repeat
    for row in rows:
        element = SubElement(_group(groups, root, path.rpartition("/")[0]), name)
        own: dict[str, Element] = {path: element}
        for question in inner:
            if row.get(question.name):
                SubElement(_group(own, element, question.group or path), question.name).text = row[
                    question.name
                ]
