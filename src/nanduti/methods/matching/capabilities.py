"""The capability tree: what a firm can do, from the sector down to the class of equipment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from nanduti.methods.values import BadInput, mark

#: The six levels of Nanduti's tree. UNIDO's SPX nomenclature could not be read, so the levels are our own.
LEVELS = ("sector", "technology_family", "process", "operation", "material", "equipment_class")

Relation = Literal["exact", "one_up", "one_down", "none"]


@dataclass(frozen=True)
class Capability:
    """One node: its code, its parent's code ('' at the root), labels by language, codes in other lists.

    Attributes:
        code: the code in this tree.
        parent: code of the node above; an empty text for a root.
        labels: language → label, such as ``{"en": "finishing", "es": "acabado"}``.
        mappings: list → code there, such as ``{"ISIC Rev.4": "1511", "UNSPSC": "73141700"}``.
    """

    code: str
    parent: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, str] = field(default_factory=dict)


class CapabilityTree:
    """Codes in a tree; how close what is offered lies to what is asked.

    Close means the same code, one level up or one level down, as the UN's procurement alerts work (UNGM help:
    exact code, or one level up, or one level down). Siblings and everything farther are not close.

    >>> tree = CapabilityTree([Capability("leather"), Capability("leather.finish", "leather"),
    ...                        Capability("leather.finish.spray", "leather.finish"),
    ...                        Capability("leather.tan", "leather")])
    >>> tree.relation("leather.finish", "leather.finish.spray"), tree.relation("leather.finish", "leather.tan")
    ('one_down', 'none')
    >>> tree.level("leather.finish.spray"), tree.near("leather.finish")
    (3, {'leather.finish': 'exact', 'leather': 'one_up', 'leather.finish.spray': 'one_down'})
    """

    def __init__(self, nodes: Iterable[Capability], *, name: str = "", revision: str = "") -> None:
        self.name, self.revision = name, revision
        self._nodes: dict[str, Capability] = {}
        for node in nodes:
            if not node.code or node.code in self._nodes:
                raise BadInput(
                    place=f"capability code {node.code!r}",
                    problem=mark("is empty or stands twice"),
                    remedy=mark("Give every node one code of its own."),
                )
            self._nodes[node.code] = node
        self._children: dict[str, list[str]] = {code: [] for code in self._nodes}
        self._check_parents()

    @classmethod
    def from_codes(cls, codes: Iterable[str], *, separator: str = ".") -> CapabilityTree:
        """A tree from dotted codes; the nodes above each code are added.

        >>> CapabilityTree.from_codes(["shoe.upper.stitch"]).near("shoe.upper")
        {'shoe.upper': 'exact', 'shoe': 'one_up', 'shoe.upper.stitch': 'one_down'}
        """
        found: dict[str, Capability] = {}
        for code in codes:
            parts = code.split(separator)
            for i in range(1, len(parts) + 1):
                own, parent = separator.join(parts[:i]), separator.join(parts[: i - 1])
                found.setdefault(own, Capability(own, parent))
        return cls(found.values())

    def _check_parents(self) -> None:
        for code, node in self._nodes.items():
            if node.parent and node.parent not in self._nodes:
                raise BadInput(
                    place=f"parent {node.parent!r} of capability {code!r}",
                    problem=mark("is not in the tree"),
                    remedy=mark("Add the parent or correct its code."),
                )
            if node.parent:
                self._children[node.parent].append(code)
        for code in self._nodes:
            self._path(code)

    def _path(self, code: str) -> list[str]:
        path, seen = [code], {code}
        while parent := self._nodes[path[-1]].parent:
            if parent in seen:
                raise BadInput(
                    place=f"capability {code!r}",
                    problem=mark("stands above itself"),
                    remedy=mark("Correct the parents so that every path ends at a root."),
                )
            path.append(parent)
            seen.add(parent)
        return path[::-1]

    def __contains__(self, code: str) -> bool:
        return code in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes, sorted."""
        return tuple(sorted(self._nodes))

    def node(self, code: str) -> Capability:
        """The node of a code, or a clear refusal."""
        if code not in self._nodes:
            raise BadInput(
                place=f"capability code {code!r}",
                problem=mark("is not in the tree"),
                remedy=mark("Choose a code of the tree, or add it to the tree first."),
            )
        return self._nodes[code]

    def level(self, code: str) -> int:
        """Depth of a code: 1 at the root (of :data:`LEVELS`, the sector)."""
        self.node(code)
        return len(self._path(code))

    def path(self, code: str) -> tuple[str, ...]:
        """The codes from the root down to this one."""
        self.node(code)
        return tuple(self._path(code))

    def label(self, code: str, language: str = "en") -> str:
        """The label in a language; in another one if it has none there; the code if it has no label."""
        labels = self.node(code).labels
        return labels.get(language) or next((labels[k] for k in sorted(labels)), code)

    def near(self, code: str) -> dict[str, Relation]:
        """The code itself, the one above and those just below, each with its relation seen from the code."""
        node = self.node(code)
        found: dict[str, Relation] = {code: "exact"}
        if node.parent:
            found[node.parent] = "one_up"
        found.update((child, "one_down") for child in sorted(self._children[code]))
        return found

    def relation(self, asked: str, offered: str) -> Relation:
        """How what is offered lies to what is asked: exact, one level up, one level down, or none."""
        self.node(offered)
        return self.near(asked).get(offered, "none")

    def from_list(self, list_name: str, code: str) -> tuple[str, ...]:
        """The codes of this tree that a code of another list (ISIC, UNSPSC …) is mapped to.

        >>> tree = CapabilityTree([Capability("tan", mappings={"ISIC Rev.4": "1511"})])
        >>> tree.from_list("ISIC Rev.4", "1511")
        ('tan',)
        """
        return tuple(c for c in self.codes if self._nodes[c].mappings.get(list_name) == code)
