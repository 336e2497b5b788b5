"""Codes that add up: a tree of codes with one top, the total."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nanduti.methods.values import BadInput


@dataclass(frozen=True)
class Hierarchy:
    """The codes of one dimension, breadth first (the total first, siblings side by side), and their parents.

    ``parent[i]`` is the position of the parent of ``codes[i]``, -1 for the total.

    >>> h = Hierarchy.from_parents({"Leather": "Total", "Shoes": "Leather", "Bags": "Leather", "Wool": "Total"})
    >>> h.codes
    ('Total', 'Leather', 'Wool', 'Shoes', 'Bags')
    >>> [h.codes[i] for i in h.leaves]
    ['Wool', 'Shoes', 'Bags']
    """

    codes: tuple[str, ...]
    parent: tuple[int, ...]

    @classmethod
    def flat(cls, codes: Iterable[object], *, total: str = "Total") -> Hierarchy:
        """A plain list of codes below one total.

        >>> Hierarchy.flat(["men", "women"]).codes
        ('Total', 'men', 'women')
        """
        return cls.from_parents({str(c): total for c in codes})

    @classmethod
    def from_parents(cls, parents: Mapping[str, str | None]) -> Hierarchy:
        """From child → parent; the top is the one code that is nobody's child (or has parent None)."""
        children: dict[str, list[str]] = {}
        tops: list[str] = []
        for child, parent in parents.items():
            if parent is None:
                tops.append(child)
            else:
                children.setdefault(parent, []).append(child)
        tops += [p for p in children if p not in parents]
        if len(tops) != 1:
            raise BadInput(
                place="the hierarchy",
                problem=f"has {len(tops)} tops" + (f" ({', '.join(tops[:4])})" if tops else ""),
                remedy="Lead every code to one total.",
            )
        codes, parent = [tops[0]], [-1]
        for at, code in enumerate(codes):  # grows while it is read: breadth first
            for child in children.get(code, ()):
                if child in codes:
                    raise BadInput(
                        place=f"code '{child}' of the hierarchy",
                        problem="stands in it twice",
                        remedy="Give every code one parent, and let no chain run in a circle.",
                    )
                codes.append(child)
                parent.append(at)
        if len(codes) != len(parents) + (tops[0] not in parents):
            raise BadInput(
                place="the hierarchy",
                problem="has codes that do not lead to the total",
                remedy="Let every chain of parents end at the total; no circles.",
            )
        return cls(tuple(codes), tuple(parent))

    @property
    def total(self) -> str:
        """The code of the total."""
        return self.codes[0]

    @cached_property
    def position(self) -> dict[str, int]:
        """Where each code stands in ``codes``."""
        return {c: i for i, c in enumerate(self.codes)}

    @cached_property
    def n_children(self) -> np.ndarray:
        """Number of children per code."""
        parent = np.array(self.parent)
        return np.bincount(parent[parent >= 0], minlength=len(self.codes))

    @cached_property
    def leaves(self) -> np.ndarray:
        """Positions of the codes without children."""
        return np.flatnonzero(self.n_children == 0)

    @cached_property
    def is_flat(self) -> bool:
        """Whether every code but the total stands right below it."""
        return all(p <= 0 for p in self.parent)

    @cached_property
    def first_child(self) -> np.ndarray:
        """Position of the first child per code (siblings stand side by side); -1 for leaves."""
        first = np.full(len(self.codes), -1)
        for i in range(len(self.codes) - 1, 0, -1):
            first[self.parent[i]] = i
        return first

    @cached_property
    def sums(self) -> np.ndarray:
        """The matrix (codes × leaves) that adds leaves up to every code."""
        leaf_at = {int(i): j for j, i in enumerate(self.leaves)}
        matrix = np.zeros((len(self.codes), len(self.leaves)))
        for i in range(len(self.codes) - 1, -1, -1):
            if i in leaf_at:
                matrix[i, leaf_at[i]] = 1.0
            if self.parent[i] >= 0:
                matrix[self.parent[i]] += matrix[i]
        return matrix

    @cached_property
    def equations(self) -> np.ndarray:
        """One row per parent: its children minus itself is nought."""
        inner = np.flatnonzero(self.n_children > 0)
        rows = np.zeros((len(inner), len(self.codes)))
        for r, i in enumerate(inner):
            rows[r, i] = -1.0
            rows[r, np.array(self.parent) == i] = 1.0
        return rows

    def path(self, i: int) -> list[int]:
        """The position and all positions above it, the total last."""
        chain = [i]
        while self.parent[chain[-1]] >= 0:
            chain.append(self.parent[chain[-1]])
        return chain
