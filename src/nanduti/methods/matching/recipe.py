"""Recipes: which rules refuse a pair, and how many points each criterion is worth. Data, with their source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Literal

import yaml

from nanduti.methods.values import BadInput, RuleSource, mark

#: Criteria that give points, in the order of every table.
CRITERIA = (
    "text", "code", "service", "material", "size", "language", "availability", "kind", "known", "capacity",
    "tolerance", "quality", "lead_time", "price", "distance", "certificate", "under_served",
)  # fmt: skip

#: Rules that may refuse a pair, in the order they are read out.
RULES = (
    "code", "consent", "expired", "excluded", "rivalry", "size", "language", "material", "certificate",
    "availability", "lot", "capacity", "tolerance", "lead_time", "price", "distance",
)  # fmt: skip

#: Points are kept in thousandths, so that contributions are whole numbers that add up to the score.
THOUSAND = 1000

_NEAR = ("exact", "one_up", "one_down")


PROPOSED = RuleSource("Nanduti", "proposed")


@dataclass(frozen=True)
class MatchRecipe:
    """How needs are matched with offers.

    Attributes:
        name: what the recipe is called.
        points: criterion → points it is worth at best; criteria left out give none.
        hard: rules that refuse a pair; a rule acts only where the need asks for it.
        closeness: share of the points for ``code`` by relation (exact, one level up, one level down).
        kind_fit: share of the points for ``kind`` by kind of stakeholder; kinds left out get none.
        principal: kinds that compete when they sell the same to the same buyers.
        size_order: size classes from small to large; a neighbouring class gets half the points.
        unknown: ``"ask"`` keeps an offer of which a thing is not known, without points and with a note to
            ask; ``"refuse"`` lets the rule refuse it.
        source: where the recipe comes from.

    >>> recipe = match_recipe("partners")
    >>> recipe.points["text"], sum(recipe.points.values()), "rivalry" in recipe.hard
    (25, 100, True)
    """

    name: str
    points: Mapping[str, int]
    hard: frozenset[str]
    closeness: Mapping[str, float] = field(
        default_factory=lambda: {"exact": 1.0, "one_up": 0.6, "one_down": 0.6}
    )
    kind_fit: Mapping[str, float] = field(default_factory=dict)
    principal: frozenset[str] = frozenset({"firm"})
    size_order: tuple[str, ...] = ("micro", "small", "medium", "large")
    unknown: Literal["ask", "refuse"] = "ask"
    source: RuleSource = PROPOSED

    def __post_init__(self) -> None:
        self._known(self.points, CRITERIA, "criterion")
        self._known(self.hard, RULES, "rule")
        self._known(self.closeness, _NEAR, "closeness")
        for name, value in self.points.items():
            if not isinstance(value, int) or not 0 <= value <= 1000:
                raise BadInput(
                    place=f"points for {name!r}",
                    problem=f"are {value!r}",
                    remedy=mark("Give whole points from 0 to 1000."),
                )
        for what in (self.closeness, self.kind_fit):
            for name, share in what.items():
                if not 0 <= share <= 1:
                    raise BadInput(
                        place=f"the share of {name!r}",
                        problem=f"is {share!r}",
                        remedy=mark("Give a share between 0 and 1."),
                    )
        if self.unknown not in ("ask", "refuse"):
            raise BadInput(
                place=f"unknown={self.unknown!r}",
                problem=mark("is neither 'ask' nor 'refuse'"),
                remedy=mark("Say what to do with offers of which a thing is not known."),
            )

    @staticmethod
    def _known(names: object, allowed: tuple[str, ...], what: str) -> None:
        for name in names:  # type: ignore[attr-defined]
            if name not in allowed:
                raise BadInput(
                    place=f"{what} {name!r}",
                    problem=mark("is not known"),
                    remedy="Use some of " + ", ".join(allowed) + ".",
                )

    @classmethod
    def from_dict(cls, document: Mapping[str, object]) -> MatchRecipe:
        """A recipe from a document such as those in ``recipes.yaml``."""
        told = dict(document)
        source = told.pop("source", {})
        if "hard" in told:
            told["hard"] = frozenset(told["hard"])  # type: ignore[arg-type]
        for key, kind in (("principal", frozenset), ("size_order", tuple)):
            if key in told:
                told[key] = kind(told[key])  # type: ignore[operator]
        try:
            return cls(source=RuleSource(**source), **told)  # type: ignore[arg-type]
        except TypeError as wrong:
            raise BadInput(
                place="the recipe",
                problem=f"does not fit ({wrong})",
                remedy=mark("Give name, points and hard rules, as in the built-in recipes."),
            ) from None


@cache
def _documents() -> dict[str, dict[str, object]]:
    text = resources.files(__package__).joinpath("recipes.yaml").read_text(encoding="utf-8")
    return {d["name"]: d for d in yaml.safe_load(text)}


def match_recipe(name: str) -> MatchRecipe:
    """A built-in recipe: ``partners`` (two clusters), ``subcontracting`` (requests for quotation) or
    ``client_maker`` (buyers of short fashionable runs and makers able to sew them).

    >>> match_recipe("subcontracting").source.document
    'Nanduti'
    """
    if name not in _documents():
        raise BadInput(
            place=f"recipe {name!r}",
            problem=mark("is not built in"),
            remedy="Use one of " + ", ".join(sorted(_documents())) + ", or MatchRecipe.from_dict.",
        )
    return MatchRecipe.from_dict(_documents()[name])
