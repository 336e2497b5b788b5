"""What a submission says of entities: one saying for each declaration in it, rows of repeats counted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

from nanduti.methods.instruments import Definition, parse_xml

NAMESPACE = "http://www.opendatakit.org/xforms/entities"
# The editions of the specification that are understood; a later one may mean something else.
EDITIONS = ("2022.1.0", "2023.1.0", "2024.1.0", "2025.1.0")
NAME = re.compile(r"^(?!__)[A-Za-z_][A-Za-z0-9_-]*$")
LONGEST = 2_000


@dataclass(frozen=True)
class Saying:
    """One entity declaration of one submission."""

    list_name: str
    uuid: uuid.UUID
    creates: bool
    updates: bool
    label: str
    data: dict[str, str] = field(default_factory=dict)
    identifying: frozenset[str] = frozenset()
    base: int = 0
    trunk: int | None = None
    branch: uuid.UUID | None = None
    position: int = 0


@dataclass(frozen=True)
class Unusable:
    """A declaration that says nothing that could be done, and why."""

    list_name: str
    reason: str
    position: int = 0


def sayings(definition: Definition, xml: bytes) -> list[Saying | Unusable]:
    """Everything that the submission says of entities, in the order of the form."""
    if not definition.entities:
        return []
    root = parse_xml(xml)
    found = list(_walk(root, "", _Paths(definition)))
    return [
        _saying(definition, element, values, place, position)
        for position, (element, values, place) in enumerate(found)
    ]


class _Paths:
    """Which questions are kept in entities, by path."""

    def __init__(self, definition: Definition) -> None:
        self.by_path = {q.path: q for q in definition.questions if q.save_to}
        self.containers = {e.container for e in definition.entities}

    def container_of(self, path: str) -> str:
        """The nearest group around a question in which an entity is declared."""
        around = path.rpartition("/")[0]
        while around and around not in self.containers:
            around = around.rpartition("/")[0]
        return around


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _walk(element: Element, path: str, paths: _Paths) -> Iterator[tuple[Element, dict[str, str], str]]:
    """Each declaration with the answers that belong to it: those of its container, not of containers inside."""
    declared = _declared(element)
    if declared is not None:
        yield declared, dict(_kept(element, path, path, paths)), path
    for child in element:
        name = _local(child)
        if name and name != "meta":
            yield from _walk(child, f"{path}/{name}".strip("/"), paths)


def _declared(element: Element) -> Element | None:
    for child in element:
        if _local(child) == "meta":
            return next((e for e in child if _local(e) == "entity" and e.get("dataset") is not None), None)
    return None


def _kept(element: Element, path: str, container: str, paths: _Paths) -> Iterator[tuple[str, str]]:
    for child in element:
        name = _local(child)
        if not name or name == "meta":
            continue
        here = f"{path}/{name}".strip("/")
        if here in paths.by_path and paths.container_of(here) == container:
            yield here, (child.text or "").strip()
        elif len(child) and here not in paths.containers:
            yield from _kept(child, here, container, paths)


def _saying(
    definition: Definition, element: Element, values: Mapping[str, str], place: str, position: int
) -> Saying | Unusable:
    list_name = (element.get("dataset") or "").strip()
    key = _uuid(element.get("id"))
    creates, updates = _is_true(element.get("create")), _is_true(element.get("update"))
    if not NAME.match(list_name) or len(list_name) > 100:
        return Unusable(list_name[:100], "list_name", position)
    if not creates and not updates:
        return Unusable(list_name, "nothing", position)
    if key is None:
        return Unusable(list_name, "id", position)
    data, identifying = {}, set()
    for path, text in values.items():
        question = definition.by_path[path]
        name = question.save_to.rpartition("#")[2]
        data[name] = text[:LONGEST]
        if question.sensitivity == "identifying":
            identifying.add(name)
    label = next(((e.text or "").strip() for e in element if _local(e) == "label"), "")
    return Saying(
        list_name, key, creates, updates, label[:LONGEST], data, frozenset(identifying),
        base=_whole(element.get("baseVersion")) or 0, trunk=_whole(element.get("trunkVersion")),
        branch=_uuid(element.get("branchId")), position=position,
    )  # fmt: skip


def _is_true(text: str | None) -> bool:
    return (text or "").strip() in {"1", "true"}


def _whole(text: str | None) -> int | None:
    """A positive whole number; anything else counts as none (specification: not positive is 0)."""
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 2**31 else None


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID((text or "").strip().removeprefix("uuid:"))
    except ValueError:
        return None


def plain(saying: Saying) -> dict[str, Any]:
    """A saying as JSON, to be kept sealed until its forerunner arrives; :func:`from_plain` reads it."""
    return {
        "list_name": saying.list_name, "uuid": str(saying.uuid), "creates": saying.creates,
        "updates": saying.updates, "label": saying.label, "data": saying.data,
        "identifying": sorted(saying.identifying), "base": saying.base, "trunk": saying.trunk,
        "branch": str(saying.branch) if saying.branch else None, "position": saying.position,
    }  # fmt: skip


def from_plain(raw: Mapping[str, Any]) -> Saying:
    """What :func:`plain` wrote."""
    return Saying(
        **{
            **raw,
            "uuid": uuid.UUID(raw["uuid"]),
            "branch": uuid.UUID(raw["branch"]) if raw["branch"] else None,
            "identifying": frozenset(raw["identifying"]),
        }
    )
