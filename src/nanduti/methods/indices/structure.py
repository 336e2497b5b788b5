"""Structure of an index: indicators, the groups they stand in, and the one index at the top."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .frames import checked_weights


@dataclass(frozen=True)
class Node:
    """One indicator or one group of them.

    Attributes:
        code: short unique code, the column name of an indicator.
        parent: code of the group above; ``None`` for the index itself.
        name: plain words for screens.
        weight: weight among its siblings (any positive scale; siblings are brought to a sum of 1).
        direction: 1 when more is better, -1 when less is better; indicators only.
        unit_of_measure: what a value counts.
        logarithm: whether the logarithm of the indicator is scored (income, say, where the tenth thousand
            means less than the first); goalposts and target stay in the indicator's own unit.
        denominator: column by which the indicator is divided.
        target: value that counts as reached (distance to target).
        goalposts: lower and upper value that count as 0 and 1.
        reference: unit against which distance to reference is measured.
    """

    code: str
    parent: str | None = None
    name: str = ""
    weight: float = 1.0
    direction: int = 1
    unit_of_measure: str = ""
    logarithm: bool = False
    denominator: str | None = None
    target: float | None = None
    goalposts: tuple[float, float] | None = None
    reference: str | None = None


@dataclass(frozen=True)
class Structure:
    """A tree of :class:`Node`: every indicator reaches the one index at the top.

    Levels count from below: an indicator is level 1, a group one above its highest child
    (OECD/JRC Handbook 2008, step 1; the numbering is COINr's).

    >>> s = Structure.of({"code": "Index", "children": [{"code": "a", "weight": 3}, {"code": "b"}]})
    >>> s.indicators, s.root.code, s.effective_weights()
    (('a', 'b'), 'Index', {'Index': 1.0, 'a': 0.75, 'b': 0.25})
    """

    nodes: tuple[Node, ...]
    _places: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))
        object.__setattr__(self, "_places", {node.code: i for i, node in enumerate(self.nodes)})
        _check_tree(self)

    @classmethod
    def of(cls, tree: Mapping[str, Any]) -> Structure:
        """From a nested mapping with ``code`` and ``children``, as recipes write it."""
        return cls(tuple(_flatten(tree, None)))

    @classmethod
    def from_frame(
        cls, meta: pl.DataFrame, *, code: str = "code", parent: str = "parent", **columns: str
    ) -> Structure:
        """From a table with one row per node.

        Args:
            meta: columns ``code`` and ``parent``, and where present ``weight``, ``direction``,
                ``denominator``, ``target``, ``name``.
            **columns: other names of those columns, such as ``weight="Weight"``.

        >>> Structure.from_frame(pl.DataFrame({"code": ["a", "I"], "parent": ["I", None]})).root.code
        'I'
        """
        known = ("name", "weight", "direction", "denominator", "target")
        strange = [name for name in columns if name not in known]
        if strange:
            raise BadInput(
                place=f"column {strange[0]!r}", problem="is not used", remedy=f"Use: {', '.join(known)}."
            )
        found = {k: columns.get(k, k) for k in known if columns.get(k, k) in meta.columns}
        nodes = []
        for row in meta.iter_rows(named=True):
            given = {k: row[c] for k, c in found.items() if row[c] is not None}
            nodes.append(_node({"code": row[code], **given}, row[parent]))
        return cls(tuple(nodes))

    def __getitem__(self, code: str) -> Node:
        if code not in self._places:
            raise BadInput(
                place=f"code {code!r}",
                problem="is not in the structure",
                remedy=f"Use one of: {', '.join(self._places)}.",
            )
        return self.nodes[self._places[code]]

    def __contains__(self, code: object) -> bool:
        return code in self._places

    @cached_property
    def families(self) -> dict[str, tuple[str, ...]]:
        """Children of every group, in the order given."""
        found: dict[str, list[str]] = {}
        for node in self.nodes:
            if node.parent is not None:
                found.setdefault(node.parent, []).append(node.code)
        return {code: tuple(children) for code, children in found.items()}

    def children(self, code: str) -> tuple[str, ...]:
        """Codes right below; empty for an indicator."""
        return self.families.get(code, ())

    @cached_property
    def indicators(self) -> tuple[str, ...]:
        """Codes at the bottom, in the order given."""
        return tuple(node.code for node in self.nodes if node.code not in self.families)

    @cached_property
    def root(self) -> Node:
        """The index itself."""
        return next(node for node in self.nodes if node.parent is None)

    @cached_property
    def levels(self) -> dict[str, int]:
        """Level of every node, counted from below."""
        found: dict[str, int] = {}
        for code in self.upwards:
            below = [found[child] for child in self.children(code)]
            found[code] = 1 + max(below) if below else 1
        return found

    @cached_property
    def upwards(self) -> tuple[str, ...]:
        """All codes, every child before its parent."""
        done: list[str] = []
        stack = [(self.root.code, False)]
        while stack:
            code, seen = stack.pop()
            if seen or not self.children(code):
                done.append(code)
                continue
            stack.append((code, True))
            stack.extend((child, False) for child in reversed(self.children(code)))
        return tuple(done)

    @property
    def groups(self) -> tuple[str, ...]:
        """Codes of groups and of the index, every child before its parent."""
        return tuple(code for code in self.upwards if code in self.families)

    def at_level(self, level: int) -> tuple[str, ...]:
        """Codes of one level."""
        return tuple(node.code for node in self.nodes if self.levels[node.code] == level)

    def indicators_below(self, code: str) -> tuple[str, ...]:
        """Indicators that end up in ``code``."""
        children = self.children(self[code].code)
        if not children:
            return (code,)
        return tuple(leaf for child in children for leaf in self.indicators_below(child))

    def weights(self) -> dict[str, float]:
        """Weight of every node among its siblings, as given."""
        return {node.code: float(node.weight) for node in self.nodes}

    def weighted(self, weights: Mapping[str, float]) -> Structure:
        """The same tree with some weights changed."""
        for code in weights:
            self[code]
        return Structure(tuple(replace(n, weight=float(weights.get(n.code, n.weight))) for n in self.nodes))

    def without(self, *codes: str) -> Structure:
        """The tree without some nodes, all below them, and groups left empty."""
        gone = {leaf for code in codes for leaf in (*self.indicators_below(code), code)}
        kept = [n for n in self.nodes if n.code not in gone]
        while True:
            parents = {n.parent for n in kept}
            empty = [n for n in kept if n.code in self.families and n.code not in parents]
            if not empty:
                break
            kept = [n for n in kept if n not in empty]
        return Structure(tuple(kept))

    def effective_weights(self) -> dict[str, float]:
        """Weight of every node in the index: the product of shares on the way up (Handbook, p. 31).

        Indicator weights sum to 1, whatever the scales of the weights given.
        """
        effective = {self.root.code: 1.0}
        for code in reversed(self.groups):
            children = self.children(code)
            total = sum(self[child].weight for child in children)
            for child in children:
                effective[child] = effective[code] * self[child].weight / total
        return {node.code: effective[node.code] for node in self.nodes}

    def lineage(self) -> pl.DataFrame:
        """One row per indicator with the group it belongs to at every level above."""
        rows = []
        for code in self.indicators:
            row, here = {"indicator": code}, self[code].parent
            while here is not None:
                row[f"level_{self.levels[here]}"] = here
                here = self[here].parent
            rows.append(row)
        names = ["indicator", *(f"level_{k}" for k in range(2, self.levels[self.root.code] + 1))]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _flatten(tree: Mapping[str, Any], parent: str | None) -> Iterator[Node]:
    given = {k: v for k, v in tree.items() if k != "children"}
    yield _node(given, parent)
    for child in tree.get("children", ()):
        yield from _flatten(child, given.get("code"))


def _node(given: Mapping[str, Any], parent: str | None) -> Node:
    known = set(Node.__dataclass_fields__)
    strange = sorted(set(given) - known - {"parent"})
    if strange or "code" not in given:
        place = f"node {given.get('code', '?')!r}"
        problem = f"has an unknown entry {strange[0]!r}" if strange else "has no code"
        raise BadInput(place=place, problem=problem, remedy=f"Use: {', '.join(sorted(known))}, children.")
    entries = {k: v for k, v in given.items() if k != "parent"}
    if entries.get("goalposts") is not None:
        low, high = entries["goalposts"]
        entries["goalposts"] = (float(low), float(high))
    entries |= {k: float(entries[k]) for k in ("weight", "target") if entries.get(k) is not None}
    return Node(parent=parent, **entries)


def _check_tree(structure: Structure) -> None:
    codes = [node.code for node in structure.nodes]
    tops = [node.code for node in structure.nodes if node.parent is None]
    refuse_if(not codes, "the structure", "is empty", "Give at least an index and one indicator.")
    doubled = [c for c in codes if codes.count(c) > 1]
    refuse_if(bool(doubled), f"code {doubled[:1]}", "is used twice", "Give every node its own code.")
    refuse_if(len(tops) != 1, f"top nodes {tops}", "are not exactly one", "One node alone has no parent.")
    for node in structure.nodes:
        refuse_if(
            node.parent is not None and node.parent not in structure,
            f"parent {node.parent!r} of {node.code!r}",
            "is not in the structure",
            "Add it or correct the name.",
        )
        refuse_if(
            node.direction not in (1, -1),
            f"direction of {node.code!r}",
            f"is {node.direction!r}",
            "Write 1 when more is better and -1 when less is better.",
        )
    circle = set(codes) - set(structure.upwards)
    refuse_if(bool(circle), f"nodes {sorted(circle)}", "run in a circle", "Let every node lead to the top.")
    refuse_if(
        structure.root.code not in structure.families,
        f"index {structure.root.code!r}",
        "has no indicators",
        "Put at least one indicator below it.",
    )
    for code, children in structure.families.items():
        weights = np.array([structure[child].weight for child in children], dtype=float)
        checked_weights(weights, children, f"below {code!r}, the weight")


def refuse_if(wrong: bool, place: str, problem: str, remedy: str) -> None:
    """Raise ``BadInput`` where something about a place is wrong."""
    if wrong:
        raise BadInput(place=place, problem=problem, remedy=remedy)


def weight_array(structure: Structure, codes: Sequence[str]) -> np.ndarray:
    """Weights of the codes as an array."""
    return np.array([structure[code].weight for code in codes], dtype=float)
