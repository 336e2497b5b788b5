"""The XML that a phone would have sent, made of one row; the same row gives the same bytes, number and all."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, tostring

from nanduti.methods.instruments import Definition

NUMBERS = uuid.UUID("0b0f7f3e-6a43-4d0e-8a57-3f7a9d1c5e21")


def number_of(form_id: str, cells: list[str], occurrence: int) -> str:
    """The number of a row that has none: of its content, and for equal rows of how many went before.

    Not of its file: a file that is corrected in one row and handed in again doubles none of the others.
    """
    seen = hashlib.sha256(repr((form_id, cells, occurrence)).encode()).hexdigest()
    return f"uuid:{uuid.uuid5(NUMBERS, seen)}"


def tidy_number(text: str) -> str:
    """A number from another server, as phones write it.

    >>> tidy_number("7E2C9A44-1111-4222-8333-444455556666")
    'uuid:7e2c9a44-1111-4222-8333-444455556666'
    """
    try:
        return f"uuid:{uuid.UUID(text.strip().removeprefix('uuid:'))}"
    except ValueError:
        return text.strip()


def xml_of(definition: Definition, answers: Mapping[str, str], number: str) -> bytes:
    """The submission: answers by path, in the order of the form."""
    root = Element(definition.root_name or "data", {"id": definition.form_id})
    if definition.version:
        root.set("version", definition.version)
    groups: dict[str, Element] = {"": root}
    for question in definition.questions:
        if question.path in answers and not question.repeat and not question.path.startswith("meta/"):
            SubElement(_group(groups, question.group), question.name).text = answers[question.path]
    meta = SubElement(root, "meta")
    SubElement(meta, "instanceID").text = number
    return tostring(root, encoding="utf-8")


def _group(groups: dict[str, Element], path: str) -> Element:
    if path not in groups:
        parent, _slash, name = path.rpartition("/")
        groups[path] = SubElement(_group(groups, parent), name)
    return groups[path]
