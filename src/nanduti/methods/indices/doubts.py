"""Doubts: the choices behind an index that could have been made otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nanduti.methods.values import BadInput

from .structure import Structure


@dataclass(frozen=True)
class Alternatives:
    """One step could be done in several ways, each as likely.

    Attributes:
        name: what is in doubt, in words.
        step: step of the recipe.
        options: the parameters of each way; they are laid over those of the recipe.
    """

    name: str
    step: str
    options: Sequence[Mapping[str, Any]]

    @property
    def n_choices(self) -> int:
        """How many ways there are."""
        return len(self.options)


@dataclass(frozen=True)
class WeightSets:
    """Weights come as whole sets, each as likely: experts, or sets drawn before.

    Attributes:
        name: what is in doubt.
        sets: each maps codes to weights among siblings; codes left out keep theirs.
    """

    name: str
    sets: Sequence[Mapping[str, float]]

    @property
    def n_choices(self) -> int:
        """How many sets there are."""
        return len(self.sets)


@dataclass(frozen=True)
class WeightNoise:
    """All weights of some levels move at once, each evenly within ± a factor of itself.

    Attributes:
        name: what is in doubt.
        factors: per level the largest relative change, such as ``{2: 0.25}``; ``{1: 0.5}`` is ± 50 %.
        n_sets: how many sets of weights are drawn to choose from.
    """

    name: str
    factors: Mapping[int, float]
    n_sets: int = 1000

    @property
    def n_choices(self) -> int:
        """How many sets are drawn."""
        return self.n_sets

    def drawn(self, structure: Structure, rng: np.random.Generator) -> WeightSets:
        """The sets themselves."""
        codes = [n.code for n in structure.nodes if structure.levels[n.code] in self.factors]
        size = np.array([self.factors[structure.levels[c]] for c in codes])
        if not codes or (size < 0).any() or (size > 1).any():
            raise BadInput(
                place=f"doubt {self.name!r}",
                problem="names no level of the index, or a factor outside 0 to 1",
                remedy="Write factors such as {1: 0.5} for ± 50 % at level 1.",
            )
        noise = 1 + size * (2 * rng.random((self.n_sets, len(codes))) - 1)
        base = np.array([structure[c].weight for c in codes])
        sets = [dict(zip(codes, row, strict=True)) for row in (base * noise).tolist()]
        return WeightSets(self.name, sets)


def around_weightings(
    name: str,
    structure: Structure,
    weightings: Sequence[Mapping[str, float]],
    *,
    factor: float = 0.5,
    n_sets: int = 1000,
    seed: int,
) -> WeightSets:
    """Sets around several weightings, each as likely as the others: every weight evenly within ± ``factor`` of itself.

    For a committee that has weighed in more than one way, or whose members disagree.

    Args:
        weightings: each maps the same codes, children of one group, to weights; they need not add up to 1.

    >>> from nanduti.methods import indices
    >>> s = indices.Structure.of({"code": "I", "children": [{"code": "a"}, {"code": "b"}]})
    >>> sets = around_weightings("weights", s, [{"a": 1, "b": 1}, {"a": 3, "b": 1}], n_sets=4, seed=1).sets
    >>> len(sets), all(0.25 <= one["b"] <= 0.75 for one in sets[:2]), all(0.375 <= one["a"] <= 1.125 for one in sets)
    (4, True, False)
    """
    rng = np.random.default_rng(seed)
    if not weightings:
        raise BadInput(place=f"doubt {name!r}", problem="has no weighting", remedy="Give at least one.")
    for one in weightings:
        for code in one:
            structure[code]
        values = list(one.values())
        if not values or min(values) < 0 or sum(values) <= 0:
            raise BadInput(
                place=f"doubt {name!r}", problem="has weights below or all at zero", remedy="Correct them."
            )
    sets: list[dict[str, float]] = []
    for place, one in enumerate(weightings):
        n = n_sets // len(weightings) + (place < n_sets % len(weightings))
        base = np.array(list(one.values()), dtype=float)
        noise = 1 + factor * (2 * rng.random((n, len(base))) - 1)
        sets += [dict(zip(one, row, strict=True)) for row in (base / base.sum() * noise).tolist()]
    return WeightSets(name, sets)


@dataclass(frozen=True)
class WeightRange:
    """One weight lies anywhere between two values.

    Attributes:
        code: whose weight among its siblings.
        low, high: bounds, from zero up.
    """

    code: str
    low: float
    high: float
    name: str = ""
    n_choices: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if not 0 <= self.low < self.high:
            raise BadInput(
                place=f"the weight of {self.code!r}",
                problem=f"ranges from {self.low:g} to {self.high:g}",
                remedy="Give a range from zero up with the lower end first.",
            )
        object.__setattr__(self, "name", self.name or f"weight of {self.code}")


@dataclass(frozen=True)
class Omission:
    """One of some nodes is left out (its weight is zero); the steps before are as they were.

    Attributes:
        name: what is in doubt.
        codes: nodes of which one goes; ``None`` among them stands for "none goes".
    """

    name: str
    codes: Sequence[str | None]

    @property
    def n_choices(self) -> int:
        """How many ways there are."""
        return len(self.codes)


Doubt = Alternatives | WeightSets | WeightNoise | WeightRange | Omission


def settled(doubts: Sequence[Doubt], structure: Structure, rng: np.random.Generator) -> tuple[Doubt, ...]:
    """The doubts checked, with noise drawn into sets.

    Raises:
        BadInput: no doubt, two of one name, an empty choice, or a code that the index lacks.
    """
    names = [doubt.name for doubt in doubts]
    if not names or len(set(names)) < len(names):
        raise BadInput(
            place="the doubts",
            problem="are empty or two have the same name",
            remedy="Give at least one, each with its own name.",
        )
    out: list[Doubt] = []
    for doubt in doubts:
        here = doubt.drawn(structure, rng) if isinstance(doubt, WeightNoise) else doubt
        if not isinstance(here, WeightRange) and here.n_choices < 1:
            raise BadInput(
                place=f"doubt {doubt.name!r}", problem="offers no choice", remedy="Give at least one."
            )
        for code in _codes(here):
            structure[code]
        out.append(here)
    return tuple(out)


def _codes(doubt: Doubt) -> set[str]:
    if isinstance(doubt, WeightSets):
        return {code for one in doubt.sets for code in one}
    if isinstance(doubt, WeightRange):
        return {doubt.code}
    return {c for c in doubt.codes if c is not None} if isinstance(doubt, Omission) else set()


def choices(doubts: Sequence[Doubt], u: np.ndarray) -> np.ndarray:
    """Evenly spread numbers (replications by doubts) as choices: place of the option, or the number itself."""
    out = u.copy()
    for j, doubt in enumerate(doubts):
        if doubt.n_choices:
            out[:, j] = np.minimum((u[:, j] * doubt.n_choices).astype(int), doubt.n_choices - 1)
    return out


def weight_table(doubts: Sequence[Doubt], structure: Structure, chosen: np.ndarray) -> np.ndarray:
    """Weights among siblings of every node (columns, in order of the structure) per replication."""
    place = {node.code: i for i, node in enumerate(structure.nodes)}
    base = np.array([node.weight for node in structure.nodes], dtype=float)
    table = np.repeat(base[None, :], len(chosen), axis=0)
    for j, doubt in enumerate(doubts):
        column = chosen[:, j]
        if isinstance(doubt, WeightSets):
            for code in sorted(_codes(doubt)):
                values = np.array([one.get(code, np.nan) for one in doubt.sets])
                values = np.where(np.isnan(values), base[place[code]], values)
                table[:, place[code]] = values[column.astype(int)]
        elif isinstance(doubt, WeightRange):
            table[:, place[doubt.code]] = doubt.low + column * (doubt.high - doubt.low)
        elif isinstance(doubt, Omission):
            gone = np.array([-1 if c is None else place[c] for c in doubt.codes])[column.astype(int)]
            rows = np.flatnonzero(gone >= 0)
            table[rows, gone[rows]] = 0.0
    if (table < 0).any():
        raise BadInput(place="a drawn weight", problem="is negative", remedy="Keep weights from zero up.")
    return _without_empty_groups(table, structure, place)


def _without_empty_groups(table: np.ndarray, structure: Structure, place: Mapping[str, int]) -> np.ndarray:
    """A group all of whose children went goes too."""
    for code in structure.groups:
        below = table[:, [place[child] for child in structure.children(code)]].sum(axis=1)
        if code == structure.root.code and (below <= 0).any():
            raise BadInput(
                place="a replication",
                problem="leaves nothing in the index",
                remedy="Let some weight stay above zero.",
            )
        table[:, place[code]] = np.where(below > 0, table[:, place[code]], 0.0)
    return table
