"""Recipes for circles: rules and criteria as data with their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import resources
from typing import Any

import yaml

from nanduti.methods.values import BadInput, RuleSource

RULES: Mapping[str, tuple[str, ...]] = {
    "quota": ("column", "is", "from", "to", "least", "most", "least_share", "most_share"),
    "not_alone": ("column", "is", "from", "to", "least"),
    "mean": ("column", "least", "most"),
    "rivals": ("columns", "most"),
    "reach": ("km",),
    "theme": ("column", "closeness", "least"),
    "common": ("column", "least"),
    "even_sizes": ("most_difference",),
}
CRITERIA: Mapping[str, tuple[str, ...]] = {
    "theme": ("column", "closeness"),
    "travel": ("reach_km",),
    "column": ("column",),
    "choice": ("column", "levels"),
    "same": ("column",),
    "linked": (),
    "variety": ("column", "most"),
}
_TOP = ("recipe", "title", "version", "source", "circle", "circles", "waiting", "rules", "criteria", "notes")


@dataclass(frozen=True)
class Rule:
    """A hard rule (``points`` is ``None``), or one that costs points for every unit it is missed by.

    Attributes:
        code: a short name of its own, used in reasons.
        kind: one of ``RULES``.
        parameters: what the kind asks for.
        points: points lost for each missing unit; ``None`` if the rule may never be broken.
        source: where the rule comes from.
    """

    code: str
    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    points: int | None = None
    source: RuleSource | None = None

    @property
    def is_hard(self) -> bool:
        """Whether no circle may break it."""
        return self.points is None


@dataclass(frozen=True)
class Criterion:
    """What earns points: ``points`` is the most that a firm (for ``variety``: a level) can bring."""

    code: str
    kind: str
    points: int
    parameters: Mapping[str, Any] = field(default_factory=dict)
    source: RuleSource | None = None


@dataclass(frozen=True)
class CircleRecipe:
    """How circles are formed, as data.

    Attributes:
        code: name of the recipe.
        least, most: firms in a circle.
        rules, criteria: hard and soft rules; what earns points.
        least_circles, most_circles: how many circles; ``None`` for no limit.
        waiting_points: points lost for each firm left waiting; ``None`` if no firm may wait.
        version, title, source, notes: for readers.
    """

    code: str
    least: int
    most: int
    rules: tuple[Rule, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    least_circles: int | None = None
    most_circles: int | None = None
    waiting_points: int | None = 100
    version: str = ""
    title: str = ""
    source: RuleSource | None = None
    notes: str = ""


def read_recipe(document: str | Mapping[str, Any] | CircleRecipe) -> CircleRecipe:
    """A recipe from YAML text, from a mapping, or by the name of one that is shipped (``agrem``).

    Raises:
        BadInput: naming the place in the document, with a suggestion for a misspelt word.

    >>> r = read_recipe('''
    ... recipe: small
    ... circle: {least: 3, most: 4}
    ... rules:
    ...   - {rule: quota, code: mentors, column: role, is: mentor, least: 1}
    ... criteria:
    ...   - {criterion: travel, points: 30, reach_km: 40}
    ... ''')
    >>> r.least, r.rules[0].code, r.criteria[0].points
    (3, 'mentors', 30)
    >>> read_recipe({"recipe": "x", "circle": {"least": 3, "most": 4}, "rules": [{"rule": "qota"}]})
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: rule 1, kind 'qota' is not known. Did you mean 'quota'?
    """
    if isinstance(document, CircleRecipe):
        return document
    if isinstance(document, str):
        document = _load(document)
    if not isinstance(document, Mapping):
        raise BadInput(
            place="the recipe",
            problem="is not a document of names and values",
            remedy="Begin with 'recipe:'.",
        )
    _known(document, _TOP, "recipe")
    size = _part(document, "circle", ("least", "most"))
    if not {"least", "most"} <= set(size):
        raise BadInput(
            place="circle", problem="lacks its size", remedy="Write circle: {least: 12, most: 20}."
        )
    least, most = (_whole(size[k], f"circle, {k}", 1) for k in ("least", "most"))
    _ordered(least, most, "circle")
    circles = _part(document, "circles", ("least", "most"))
    bounds = [_whole(circles[k], f"circles, {k}", 0) if k in circles else None for k in ("least", "most")]
    _ordered(*bounds, "circles")
    source = _source(document.get("source"), "recipe")
    rules = tuple(_rule(r, i, source) for i, r in enumerate(_list(document, "rules"), 1))
    criteria = tuple(_criterion(c, i, source) for i, c in enumerate(_list(document, "criteria"), 1))
    _own_codes([r.code for r in rules], "rule")
    _own_codes([c.code for c in criteria], "criterion")
    return CircleRecipe(
        str(document.get("recipe", "circles")), least, most, rules, criteria, *bounds, _waiting(document),
        str(document.get("version", "")), str(document.get("title", "")), source, str(document.get("notes", "")),
    )  # fmt: skip


def shipped_recipes() -> tuple[str, ...]:
    """Names of the recipes that come with Nanduti.

    >>> "agrem" in shipped_recipes()
    True
    """
    folder = resources.files(__package__) / "recipes"
    return tuple(sorted(f.name.removesuffix(".yaml") for f in folder.iterdir() if f.name.endswith(".yaml")))


def _load(text: str) -> Any:
    if "\n" not in text and ":" not in text:
        names = shipped_recipes()
        if text not in names:
            raise BadInput(
                place=f"recipe {text!r}",
                problem="is not shipped",
                remedy=f"Use one of {', '.join(names)}, or give the document.",
            )
        text = (resources.files(__package__) / "recipes" / f"{text}.yaml").read_text(encoding="utf-8")
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise BadInput(
            place=f"the recipe{line}",
            problem="is not YAML",
            remedy="Look at indents, colons and quotes there.",
        ) from None


def _known(mapping: Mapping[str, Any], names: Sequence[str], place: str) -> None:
    for name in mapping:
        if name not in names:
            near = get_close_matches(str(name), names, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Known are {', '.join(names)}."
            raise BadInput(place=f"{place}, field {name!r}", problem="is not known", remedy=remedy)


def _part(document: Mapping[str, Any], name: str, fields: Sequence[str]) -> Mapping[str, Any]:
    part = document.get(name) or {}
    if not isinstance(part, Mapping):
        raise BadInput(
            place=name, problem="is not a list of named values", remedy=f"Write {name}: {{{fields[0]}: …}}."
        )
    _known(part, fields, name)
    return part


def _list(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    items = document.get(name) or []
    if not isinstance(items, list) or not all(isinstance(i, Mapping) for i in items):
        raise BadInput(
            place=name, problem="is not a list of rules", remedy="Put a dash before each, with its fields."
        )
    return items


def _kind(item: Mapping[str, Any], word: str, kinds: Mapping[str, Sequence[str]], place: str) -> str:
    kind = item.get(word)
    if kind not in kinds:
        near = get_close_matches(str(kind), list(kinds), n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(kinds)}."
        raise BadInput(place=f"{place}, kind {kind!r}", problem="is not known", remedy=remedy)
    return kind


def _rule(item: Mapping[str, Any], number: int, default: RuleSource | None) -> Rule:
    place = f"rule {number}"
    kind = _kind(item, "rule", RULES, place)
    code = str(item.get("code") or (f"{kind}_{item['column']}" if "column" in item else kind))
    place = f"rule {number} ({code})"
    _known(item, ("rule", "code", "points", "source", *RULES[kind]), place)
    parameters = {k: v for k, v in item.items() if k in RULES[kind]}
    points = None if item.get("points") is None else _whole(item["points"], f"{place}, points", 0)
    if points is not None and kind != "quota":
        raise BadInput(
            place=f"{place}, points",
            problem=f"makes a rule of kind {kind!r} soft, which only a quota can be",
            remedy="Leave the points out, or reward it with a criterion.",
        )
    _check_rule(kind, parameters, place)
    return Rule(code, kind, parameters, points, _source(item.get("source"), place) or default)


def _check_rule(kind: str, p: Mapping[str, Any], place: str) -> None:
    needed = {"quota": "column", "not_alone": "column", "mean": "column", "rivals": "columns", "reach": "km",
              "theme": "column", "common": "column", "even_sizes": "most_difference"}[kind]  # fmt: skip
    if needed not in p:
        raise BadInput(place=place, problem=f"lacks {needed!r}", remedy="Name it.")
    if kind in ("quota", "not_alone") and not {"is", "from", "to"} & set(p):
        raise BadInput(
            place=place, problem="does not say whom it counts", remedy="Add 'is', or 'from' and 'to'."
        )
    if kind == "quota":
        if not {"least", "most", "least_share", "most_share"} & set(p):
            raise BadInput(
                place=place, problem="has no limit", remedy="Add least, most, least_share or most_share."
            )
        for name in ("least_share", "most_share"):
            _number(p.get(name), f"{place}, {name}", 0, 1)
        for name in ("least", "most"):
            if p.get(name) is not None:
                _whole(p[name], f"{place}, {name}", 0)
        for name in ("from", "to"):
            _number(p.get(name), f"{place}, {name}")
        _ordered(p.get("least"), p.get("most"), place)
        _ordered(p.get("least_share"), p.get("most_share"), place)
    elif kind == "mean":
        _number(p.get("least"), f"{place}, least")
        _number(p.get("most"), f"{place}, most")
        _ordered(p.get("least"), p.get("most"), place)
    elif kind == "reach":
        _number(p["km"], f"{place}, km", 0)
    elif kind == "theme":
        _closeness(p.get("closeness"), place)
        _number(p.get("least"), f"{place}, least", 0, 1)
    elif kind == "even_sizes":
        _whole(p["most_difference"], f"{place}, most_difference", 0)
    elif "least" in p or "most" in p:
        _whole(p.get("least", p.get("most")), f"{place}, limit", 1)


def _criterion(item: Mapping[str, Any], number: int, default: RuleSource | None) -> Criterion:
    place = f"criterion {number}"
    kind = _kind(item, "criterion", CRITERIA, place)
    code = str(item.get("code") or (f"{kind}_{item['column']}" if "column" in item else kind))
    place = f"criterion {number} ({code})"
    _known(item, ("criterion", "code", "points", "source", *CRITERIA[kind]), place)
    if "points" not in item:
        raise BadInput(place=place, problem="has no points", remedy="Say how many points it can bring.")
    points = _whole(item["points"], f"{place}, points", 0)
    parameters = {k: v for k, v in item.items() if k in CRITERIA[kind]}
    if "column" in CRITERIA[kind] and "column" not in parameters:
        raise BadInput(place=place, problem="lacks 'column'", remedy="Name the column of the firms.")
    if kind == "travel":
        if "reach_km" not in parameters:
            raise BadInput(
                place=place, problem="lacks 'reach_km'", remedy="Say from how many km nothing is earned."
            )
        _number(parameters["reach_km"], f"{place}, reach_km", 1e-9)
    if kind == "theme":
        _closeness(parameters.get("closeness"), place)
    if kind == "choice":
        for level in parameters.get("levels") or ():
            _number(level, f"{place}, levels", 0, 1)
    return Criterion(code, kind, points, parameters, _source(item.get("source"), place) or default)


def _closeness(value: Any, place: str) -> None:
    if value is None:
        return
    if not isinstance(value, Mapping) or not all(isinstance(v, Mapping) for v in value.values()):
        raise BadInput(
            place=f"{place}, closeness",
            problem="is not a table",
            remedy="Write closeness: {theme: {product: 0.6}}.",
        )
    for theme, row in value.items():
        for product, level in row.items():
            _number(level, f"{place}, closeness of {product!r} to {theme!r}", 0, 1)


def _waiting(document: Mapping[str, Any]) -> int | None:
    waiting = _part(document, "waiting", ("allowed", "points"))
    if waiting.get("allowed", True) is False:
        return None
    return _whole(waiting.get("points", 100), "waiting, points", 0)


def _source(value: Any, place: str) -> RuleSource | None:
    if value is None:
        return None
    if isinstance(value, str):
        return RuleSource(value)
    if isinstance(value, Mapping) and "document" in value:
        _known(value, ("document", "place"), f"{place}, source")
        return RuleSource(str(value["document"]), str(value.get("place", "")))
    raise BadInput(
        place=f"{place}, source", problem="names no document", remedy="Write source: {document: …, place: …}."
    )


def _own_codes(codes: Sequence[str], word: str) -> None:
    for code in codes:
        if codes.count(code) > 1:
            raise BadInput(
                place=f"{word} {code!r}", problem="stands twice", remedy="Give each a code of its own."
            )


def _whole(value: Any, place: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise BadInput(
            place=place, problem=f"is {value!r}", remedy=f"Give a whole number of {least} or more."
        )
    return value


def _number(value: Any, place: str, least: float = float("-inf"), most: float = float("inf")) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
        limits = f"a number from {least:g} to {most:g}" if most < float("inf") else "a number"
        raise BadInput(place=place, problem=f"is {value!r}", remedy=f"Give {limits}.")


def _ordered(least: Any, most: Any, place: str) -> None:
    if least is not None and most is not None and least > most:
        raise BadInput(
            place=place,
            problem=f"asks for at least {least} and at most {most}",
            remedy="Put the smaller number under least.",
        )
