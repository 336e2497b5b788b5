"""Recipes: an index written down as data, so that anyone can run it again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from nanduti.methods.values import BadInput, RuleSource

from .structure import Structure

STEPS = (
    "gate",
    "screen",
    "denominate",
    "impute",
    "treat",
    "normalise",
    "weight",
    "aggregate",
    "veto",
)


@dataclass(frozen=True)
class Step:
    """One step of a recipe: its name and its parameters."""

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in STEPS:
            raise BadInput(
                place=f"step {self.name!r}", problem="is not known", remedy=f"Use one of {', '.join(STEPS)}."
            )


@dataclass(frozen=True)
class IndexRecipe:
    """An index as data: structure, steps in order, and where they come from.

    Attributes:
        code: short name.
        title: for screens.
        version: changes whenever anything below changes.
        sources: documents that the recipe rests on.
        structure: indicators, groups, directions, weights.
        steps: what is done to the data, in order; ``aggregate`` stands exactly once.
        unit: name of the unit column.
        notes: what a reader should know.
    """

    code: str
    title: str
    version: str
    structure: Structure
    steps: tuple[Step, ...]
    sources: tuple[RuleSource, ...] = ()
    unit: str = "unit"
    notes: str = ""

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        if names.count("aggregate") != 1:
            raise BadInput(
                place=f"recipe {self.code!r}",
                problem=f"aggregates {names.count('aggregate')} times",
                remedy="Put the step aggregate in once.",
            )
        after = names[names.index("aggregate") + 1 :]
        if any(name != "veto" for name in after):
            raise BadInput(
                place=f"recipe {self.code!r}",
                problem=f"has {after[0]!r} after aggregate",
                remedy="Only a veto may follow the aggregation.",
            )

    def step(self, name: str) -> Step | None:
        """The first step of that name, if there is one."""
        return next((step for step in self.steps if step.name == name), None)

    @property
    def aggregation(self) -> Step:
        """The step ``aggregate``, which every recipe has once."""
        return next(step for step in self.steps if step.name == "aggregate")

    def changed(
        self,
        changes: Mapping[str, Mapping[str, Any] | None] | None = None,
        *,
        weights: Mapping[str, float] | None = None,
        without: Sequence[str] = (),
    ) -> IndexRecipe:
        """The recipe with some steps, weights or nodes changed.

        Args:
            changes: per step the parameters to set; ``None`` leaves the step out. A step that gets
                another ``method`` forgets the parameters of the old one.
            weights: new weights per code.
            without: codes that go, with all below them.

        >>> r = parse('''
        ... recipe: small
        ... index: {code: I, children: [{code: a}, {code: b}]}
        ... steps: [{normalise: {method: minmax}}, aggregate]
        ... ''')
        >>> r.changed({"normalise": {"method": "zscore"}}).step("normalise").parameters["method"]
        'zscore'
        """
        steps = list(self.steps)
        for name, parameters in (changes or {}).items():
            places = [i for i, step in enumerate(steps) if step.name == name]
            if not places:
                raise BadInput(
                    place=f"step {name!r}", problem="is not in the recipe", remedy="Change a step it has."
                )
            if parameters is None:
                del steps[places[0]]
            else:
                old = steps[places[0]]
                steps[places[0]] = Step(name, {**_kept(old.parameters, parameters), **parameters})
        structure = self.structure.without(*without) if without else self.structure
        if weights:
            structure = structure.weighted(weights)
        return replace(self, steps=tuple(steps), structure=structure)

    def digest(self) -> str:
        """A short fingerprint of structure and steps; equal recipes have equal fingerprints."""
        nodes = sorted(([str(v) for v in vars(n).values()] for n in self.structure.nodes), key=lambda v: v[0])
        steps = [[step.name, dict(step.parameters)] for step in self.steps]
        canon = json.dumps([self.unit, nodes, steps], sort_keys=True, default=str)
        return hashlib.sha256(canon.encode()).hexdigest()[:16]

    def to_yaml(self) -> str:
        """The recipe as YAML; :func:`parse` reads it back to a recipe with the same digest."""
        document = {
            "recipe": self.code,
            "title": self.title,
            "version": self.version,
            "sources": [{"document": s.document, "place": s.place} for s in self.sources],
            "unit": self.unit,
            "notes": self.notes,
            "index": _tree(self.structure, self.structure.root.code),
            "steps": [{s.name: _plain(s.parameters)} if s.parameters else s.name for s in self.steps],
        }
        return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)


def parse(text: str) -> IndexRecipe:
    """Read a recipe from YAML.

    Raises:
        BadInput: text that is not YAML, or entries that are missing or unknown.
    """
    return from_document(load_document(text, "recipe"))


def from_document(document: Mapping[str, Any]) -> IndexRecipe:
    """Read a recipe from a mapping, as YAML or JSON give it."""
    known = {"recipe", "title", "version", "sources", "unit", "notes", "index", "steps"}
    _check_entries(document, known, {"recipe", "index", "steps"})
    return IndexRecipe(
        code=str(document["recipe"]),
        title=str(document.get("title", document["recipe"])),
        version=str(document.get("version", "1")),
        sources=sources_of(document),
        unit=str(document.get("unit", "unit")),
        notes=str(document.get("notes", "")),
        structure=Structure.of(document["index"]),
        steps=tuple(_step(entry) for entry in document["steps"]),
    )


def load_document(text: str, kind: str) -> dict[str, Any]:
    """YAML to a mapping that has the entry ``kind``."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadInput(place="the text", problem=f"is not YAML ({error})", remedy="Correct it.") from None
    if not isinstance(document, dict) or kind not in document:
        raise BadInput(
            place="the text", problem=f"has no entry {kind!r}", remedy=f"Begin with '{kind}: name'."
        )
    return document


def sources_of(document: Mapping[str, Any]) -> tuple[RuleSource, ...]:
    """The sources named in a document."""
    return tuple(RuleSource(s["document"], s.get("place", "")) for s in document.get("sources", ()))


@cache
def shipped() -> tuple[str, ...]:
    """Names of the recipes and rubrics that come with the package.

    >>> "cluster-selection" in shipped()
    True
    """
    folder = resources.files(__package__) / "recipes"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def shipped_text(name: str) -> str:
    """The YAML of a shipped recipe or rubric, to read or to start one's own from."""
    if name not in shipped():
        raise BadInput(
            place=f"recipe {name!r}", problem="is not shipped", remedy=f"Use one of {', '.join(shipped())}."
        )
    return (resources.files(__package__) / "recipes" / f"{name}.yaml").read_text(encoding="utf-8")


def recipe(name: str) -> IndexRecipe:
    """A shipped index recipe by name.

    >>> recipe("cluster-selection").structure.root.code
    'selection'
    """
    return parse(shipped_text(name))


# Parameters of a step that have a meaning whatever its method.
_SHARED = {"missing", "least_share", "by_node", "by_level", "level", "group", "leave"}


def _kept(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    if new.get("method", old.get("method")) == old.get("method"):
        return dict(old)
    return {k: v for k, v in old.items() if k in _SHARED}


def _step(entry: Any) -> Step:
    if isinstance(entry, str):
        return Step(entry)
    if isinstance(entry, Mapping) and len(entry) == 1:
        name, parameters = next(iter(entry.items()))
        return Step(str(name), dict(parameters or {}))
    raise BadInput(
        place=f"step {entry!r}", problem="is not a name with parameters", remedy="Write '- name: {…}'."
    )


def _check_entries(document: Mapping[str, Any], known: set[str], needed: set[str]) -> None:
    strange, absent = sorted(set(document) - known), sorted(needed - set(document))
    if strange or absent:
        problem = f"has an unknown entry {strange[0]!r}" if strange else f"lacks the entry {absent[0]!r}"
        raise BadInput(place="the document", problem=problem, remedy=f"Known: {', '.join(sorted(known))}.")


def _tree(structure: Structure, code: str) -> dict[str, Any]:
    node = structure[code]
    out: dict[str, Any] = {"code": node.code}
    for name, default in _DEFAULTS.items():
        value = getattr(node, name)
        if value != default:
            out[name] = list(value) if isinstance(value, tuple) else value
    children = structure.children(code)
    if children:
        out["children"] = [_tree(structure, child) for child in children]
    return out


_DEFAULTS = {
    "name": "",
    "weight": 1.0,
    "direction": 1,
    "unit_of_measure": "",
    "logarithm": False,
    "denominator": None,
    "target": None,
    "goalposts": None,
    "reference": None,
}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value
