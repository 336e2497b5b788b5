"""What agreement and disagreement of each field is worth: data, with a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import yaml

from nanduti.methods.values import BadInput, RuleSource, mark

#: Levels of comparison by field, from agreement to disagreement. ``missing`` always counts nothing.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "name": ("same", "very_like", "like", "part", "differs"),
    "trade": ("same", "differs"),
    "person": ("same", "like", "differs"),
    "phone": ("same", "shared", "differs"),
    "place": ("same", "differs"),
    "address": ("same", "like", "differs"),
    "tax_id": ("same", "near", "differs"),
    "activity": ("same", "differs"),
    "distance": ("here", "near", "far"),
}


PROPOSED = RuleSource("Nanduti", "proposed")


@dataclass(frozen=True)
class LinkageRecipe:
    """Points by field and level, and the two thresholds.

    Attributes:
        name: what the recipe is called.
        points: field → level → points; a field left out is not compared.
        likely_from: from this sum on, the two records are proposed as one firm.
        possible_from: from this sum on, a person is asked; below it nothing is proposed.
        shared_from: a telephone that stands with more than this many different names is one of an association, a
            call shop or a family: it counts as ``shared``.
        near_km, far_km: distances for ``here``/``near``/``far`` where coordinates are known.
        kind: ``points`` or ``log2`` (weights of Fellegi and Sunter: log2 of m/u).
        source: where the numbers come from.

    >>> recipe = linkage_recipe()
    >>> recipe.points["phone"]["same"] > recipe.points["phone"]["shared"], recipe.points["tax_id"]["differs"] < 0
    (True, True)
    """

    name: str
    points: Mapping[str, Mapping[str, float]]
    likely_from: float
    possible_from: float
    shared_from: int = 3
    near_km: float = 0.05
    far_km: float = 5.0
    kind: str = "points"
    source: RuleSource = PROPOSED

    def __post_init__(self) -> None:
        for field, levels in self.points.items():
            if field not in LEVELS:
                raise BadInput(
                    place=f"field {field!r}",
                    problem=mark("cannot be compared"),
                    remedy="Use some of " + ", ".join(LEVELS) + ".",
                )
            for level, value in levels.items():
                if level not in LEVELS[field] or not isinstance(value, (int, float)) or value != value:
                    raise BadInput(
                        place=f"level {level!r} of {field!r} ({value!r})",
                        problem=mark("is not a level with a number"),
                        remedy="Use " + ", ".join(LEVELS[field]) + ".",
                    )
        if self.possible_from > self.likely_from:
            raise BadInput(
                place=f"thresholds {self.possible_from:g} and {self.likely_from:g}",
                problem=mark("are the wrong way round"),
                remedy=mark("A likely pair needs at least as many points as a possible one."),
            )

    def worth(self, field: str, level: str) -> float:
        """Points of a level; 0 where a field is missing or a level has none."""
        return float(self.points.get(field, {}).get(level, 0.0))

    def with_points(self, points: Mapping[str, Mapping[str, float]], **more: object) -> LinkageRecipe:
        """The same recipe with other points."""
        return replace(self, points={**self.points, **points}, **more)  # type: ignore[arg-type]


@cache
def linkage_recipe() -> LinkageRecipe:
    """The built-in recipe of points for workshops and firms."""
    text = resources.files(__package__).joinpath("recipe.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return LinkageRecipe(**{**told, "source": RuleSource(**told["source"])})
