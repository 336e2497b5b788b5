"""A brief: firms, options, pairs and recipe read into arrays, with every refusal kept by rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .distances import distances_km
from .reading import identifiers, pairs_of, values_of
from .recipe import CircleRecipe, Criterion, Rule, read_recipe


@dataclass(frozen=True)
class Quota:
    """Who counts for a quota: ``sure`` for floors, ``possible`` (sure or not known) for ceilings."""

    rule: Rule
    sure: np.ndarray
    possible: np.ndarray


@dataclass(frozen=True)
class Brief:
    """Everything that forming circles needs, in the order of the identifiers.

    Attributes:
        recipe: rules and criteria.
        firms, options: identifiers, sorted, so that the order of rows changes nothing.
        copies: how many circles an option may hold.
        refused: rule code → firms × options that this rule keeps apart.
        earned: points of the criteria that look at one firm and one option: criteria × firms × options.
        known: whether the figure behind those points was known.
        apart, together, ties: pairs of firm positions.
        units: firms that must sit together, each firm in exactly one unit.
        must_place: firms that may not wait.
    """

    recipe: CircleRecipe
    firms: tuple[str, ...]
    options: tuple[str, ...]
    copies: np.ndarray
    refused: Mapping[str, np.ndarray]
    simple: tuple[Criterion, ...]
    earned: np.ndarray
    known: np.ndarray
    quotas: tuple[Quota, ...]
    means: tuple[tuple[Rule, np.ndarray], ...]
    commons: tuple[tuple[Rule, tuple[frozenset, ...], tuple[frozenset | None, ...]], ...]
    rivals: tuple[tuple[Rule, tuple[tuple[int, ...], ...]], ...]
    values: Mapping[str, tuple]
    km: np.ndarray | None
    apart: tuple[tuple[int, int], ...]
    together: tuple[tuple[int, int], ...]
    ties: tuple[tuple[int, int], ...]
    must_place: np.ndarray

    @property
    def n_firms(self) -> int:
        """How many firms stand on the list."""
        return len(self.firms)

    @cached_property
    def units(self) -> tuple[tuple[int, ...], ...]:
        """Firms joined by must-be-together pairs."""
        return _components(self.n_firms, self.together)

    @cached_property
    def allowed(self) -> np.ndarray:
        """Units × options: whether every firm of the unit may sit there."""
        free = ~np.logical_or.reduce([*self.refused.values(), np.zeros(self.shape, dtype=bool)])
        return np.array([free[list(u)].all(axis=0) for u in self.units]).reshape(
            len(self.units), len(self.options)
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Firms and options."""
        return len(self.firms), len(self.options)

    @cached_property
    def unit_points(self) -> np.ndarray:
        """Units × options: what the simple criteria bring."""
        total = self.earned.sum(axis=0)
        return np.array([total[list(u)].sum(axis=0) for u in self.units]).reshape(
            len(self.units), len(self.options)
        )

    @cached_property
    def unit_size(self) -> np.ndarray:
        """Firms in each unit."""
        return np.array([len(u) for u in self.units], dtype=int)

    @cached_property
    def unit_of(self) -> np.ndarray:
        """The unit of each firm."""
        of = np.zeros(self.n_firms, dtype=int)
        for k, unit in enumerate(self.units):
            of[list(unit)] = k
        return of

    @cached_property
    def may_wait(self) -> np.ndarray:
        """Units that may be left waiting."""
        if self.recipe.waiting_points is None:
            return np.zeros(len(self.units), dtype=bool)
        return np.array([not self.must_place[list(u)].any() for u in self.units], dtype=bool)

    def position(self, firm: str) -> int:
        """Where a firm stands in the brief."""
        try:
            return self._at[firm]
        except KeyError:
            raise BadInput(
                place=f"firm {firm!r}",
                problem="is not on the list",
                remedy="Correct the name or add the firm.",
            ) from None

    @cached_property
    def _at(self) -> dict[str, int]:
        return {f: i for i, f in enumerate(self.firms)}

    def only(self, keep: Sequence[int]) -> Brief:
        """The brief of some of the firms, given by position."""
        keep = sorted(keep)
        new = {old: k for k, old in enumerate(keep)}

        def pairs(listed: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
            return tuple((new[a], new[b]) for a, b in listed if a in new and b in new)

        def classes(listed: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
            return tuple(tuple(new[f] for f in c if f in new) for c in listed)

        return replace(
            self,
            firms=tuple(self.firms[k] for k in keep),
            refused={c: m[keep] for c, m in self.refused.items()},
            earned=self.earned[:, keep],
            known=self.known[:, keep],
            quotas=tuple(Quota(q.rule, q.sure[keep], q.possible[keep]) for q in self.quotas),
            means=tuple((r, v[keep]) for r, v in self.means),
            commons=tuple((r, tuple(own[k] for k in keep), there) for r, own, there in self.commons),
            rivals=tuple((r, classes(c)) for r, c in self.rivals),
            values={c: tuple(v[k] for k in keep) for c, v in self.values.items()},
            km=None if self.km is None else self.km[keep],
            apart=pairs(self.apart), together=pairs(self.together), ties=pairs(self.ties),
            must_place=self.must_place[keep],
        )  # fmt: skip

    def rewarding(self, criterion: Criterion, points: np.ndarray) -> Brief:
        """The brief with one more criterion whose points are given: firms × options."""
        return replace(
            self,
            recipe=replace(self.recipe, criteria=(*self.recipe.criteria, criterion)),
            simple=(*self.simple, criterion),
            earned=np.concatenate((self.earned, points[None].astype(int))),
            known=np.concatenate((self.known, np.ones((1, *points.shape), dtype=bool))),
        )

    def without_rules(self, codes: Iterable[str]) -> Brief:
        """The same brief with some rules lifted, named by their codes (used to find which ones clash)."""
        gone = set(codes)
        recipe = self.recipe
        if "size" in gone:
            recipe = replace(recipe, least=1, most=self.n_firms)
        if "circles" in gone:
            recipe = replace(recipe, least_circles=None, most_circles=None)
        if "placed" in gone:
            recipe = replace(recipe, waiting_points=recipe.waiting_points or 0)
        recipe = replace(recipe, rules=tuple(r for r in recipe.rules if r.code not in gone))
        return replace(
            self,
            recipe=recipe,
            refused={k: v for k, v in self.refused.items() if k not in gone},
            quotas=tuple(q for q in self.quotas if q.rule.code not in gone),
            means=tuple(m for m in self.means if m[0].code not in gone),
            commons=tuple(c for c in self.commons if c[0].code not in gone),
            rivals=tuple(r for r in self.rivals if r[0].code not in gone),
            apart=() if "apart" in gone else self.apart,
            together=() if "together" in gone else self.together,
            must_place=np.zeros(self.n_firms, dtype=bool) if "placed" in gone else self.must_place,
        )


def make_brief(
    firms: pl.DataFrame,
    options: pl.DataFrame | None,
    recipe: str | Mapping[str, Any] | CircleRecipe,
    *,
    apart: Iterable[Sequence[str]] = (),
    together: Iterable[Sequence[str]] = (),
    ties: Iterable[Sequence[str]] = (),
    lock: Mapping[str, str] | None = None,
    veto: Iterable[Sequence[str]] = (),
    must_place: Iterable[str] = (),
) -> Brief:
    """Read tables and recipe; every slip is named by its place. See :func:`form_circles` for the inputs."""
    recipe = read_recipe(recipe)
    names = identifiers(firms, "firm")
    firms = firms.sort("firm")
    options = _options(options, recipe, len(names))
    firms_at = {f: i for i, f in enumerate(names)}
    option_names = tuple(options["option"].to_list())
    shape = (len(names), len(option_names))
    km = _distances(firms, options, recipe)
    simple, earned, known = _earned(firms, options, recipe, km, shape)
    refused = _refusals(firms, options, recipe, km, shape)
    refused |= _decisions(names, option_names, lock or {}, veto, shape)
    must = np.zeros(len(names), dtype=bool)
    if recipe.waiting_points is None:
        must[:] = True
    for firm in must_place:
        must[_at(firms_at, firm)] = True
    columns = {p for c in recipe.criteria if c.kind in ("same", "variety") for p in [c.parameters["column"]]}
    return Brief(
        recipe, names, option_names, options["copies"].to_numpy().astype(int), refused, simple, earned, known,
        _quotas(firms, recipe), _means(firms, recipe), _commons(firms, options, recipe),
        _rivals(firms, recipe), {c: tuple(values_of(firms, c)) for c in columns}, km,
        pairs_of(apart, firms_at, "apart"), pairs_of(together, firms_at, "together"),
        pairs_of(ties, firms_at, "ties"), must,
    )  # fmt: skip


def _at(firms_at: Mapping[str, int], firm: str) -> int:
    if firm not in firms_at:
        raise BadInput(
            place=f"firm {firm!r}", problem="is not on the list", remedy="Correct the name or add the firm."
        )
    return firms_at[firm]


def _options(options: pl.DataFrame | None, recipe: CircleRecipe, n: int) -> pl.DataFrame:
    """Options sorted by name; without any, as many equal circles as there can be."""
    if options is None:
        copies = recipe.most_circles or max(1, n // recipe.least)
        return pl.DataFrame({"option": ["circle"], "copies": [copies]})
    identifiers(options, "option")
    options = options.sort("option")
    if "copies" not in options.columns:
        return options.with_columns(copies=pl.lit(1))
    bad = options.filter(pl.col("copies").is_null() | (pl.col("copies") < 0))
    if bad.height:
        raise BadInput(
            place=f"option {bad['option'][0]!r}, copies",
            problem="is not 0 or more",
            remedy="Say how many circles.",
        )
    return options


def _distances(firms: pl.DataFrame, options: pl.DataFrame, recipe: CircleRecipe) -> np.ndarray | None:
    kinds = {r.kind for r in recipe.rules} | {c.kind for c in recipe.criteria}
    return distances_km(firms, options) if kinds & {"reach", "travel"} else None


def _closeness(
    firms: pl.DataFrame, options: pl.DataFrame, parameters: Mapping[str, Any], shape: tuple[int, int]
) -> np.ndarray:
    """How close each firm's product is to each option's theme; 1 for its own, NaN where not known."""
    if "theme" not in options.columns:
        raise BadInput(
            place="options",
            problem="have no column 'theme'",
            remedy="Give each option its market or product.",
        )
    table = parameters.get("closeness") or {}
    level = np.full(shape, np.nan)
    for o, theme in enumerate(options["theme"].to_list()):
        row = {**(table.get(theme) or {}), theme: 1.0}
        for f, products in enumerate(values_of(firms, parameters["column"])):
            if products is not None:
                own = products if isinstance(products, frozenset) else {products}
                level[f, o] = max((row.get(p, 0.0) for p in own), default=np.nan)
    return level


def _earned(
    firms: pl.DataFrame,
    options: pl.DataFrame,
    recipe: CircleRecipe,
    km: np.ndarray | None,
    shape: tuple[int, int],
) -> tuple[tuple[Criterion, ...], np.ndarray, np.ndarray]:
    simple = tuple(c for c in recipe.criteria if c.kind in ("theme", "travel", "column", "choice"))
    levels = np.zeros((len(simple), *shape))
    for i, c in enumerate(simple):
        if c.kind == "theme":
            levels[i] = _closeness(firms, options, c.parameters, shape)
        elif c.kind == "travel":
            levels[i] = np.clip(1.0 - km / c.parameters["reach_km"], 0.0, 1.0)
        elif c.kind == "column":
            levels[i] = _unit_column(firms, c.parameters["column"])[:, None]
        else:
            levels[i] = _choices(firms, options, c.parameters)
    known = ~np.isnan(levels)
    weights = np.array([c.points for c in simple], dtype=float)[:, None, None]
    # Half a point is rounded up, as by hand.
    points = np.floor(weights * np.nan_to_num(levels) + 0.5 + 1e-9).astype(int)
    return simple, points, known


def _unit_column(firms: pl.DataFrame, column: str) -> np.ndarray:
    level = _numbers(firms, column)
    bad = np.flatnonzero((level < 0) | (level > 1))
    if len(bad):
        raise BadInput(
            place=f"column {column!r} of firm {firms['firm'][int(bad[0])]!r}",
            problem=f"is {level[bad[0]]:g}, not between 0 and 1",
            remedy="Normalise the column first.",
        )
    return level


def _choices(firms: pl.DataFrame, options: pl.DataFrame, parameters: Mapping[str, Any]) -> np.ndarray:
    steps = list(parameters.get("levels") or (1.0, 0.6, 0.3))
    themes = options["theme"].to_list() if "theme" in options.columns else [None] * options.height
    targets = [{o, t} for o, t in zip(options["option"].to_list(), themes, strict=True)]
    level = np.zeros((firms.height, options.height))
    for f, wishes in enumerate(values_of(firms, parameters["column"], ordered=True)):
        if wishes is None:
            level[f] = np.nan
            continue
        for step, wish in zip(steps, wishes, strict=False):
            for o, names in enumerate(targets):
                if wish in names:
                    level[f, o] = max(level[f, o], step)
    return level


def _numbers(firms: pl.DataFrame, column: str) -> np.ndarray:
    values = values_of(firms, column)
    try:
        return np.array([np.nan if v is None else float(v) for v in values])
    except (TypeError, ValueError):
        raise BadInput(
            place=f"column {column!r}", problem="holds something that is not a number", remedy="Give numbers."
        ) from None


def _refusals(
    firms: pl.DataFrame,
    options: pl.DataFrame,
    recipe: CircleRecipe,
    km: np.ndarray | None,
    shape: tuple[int, int],
) -> dict[str, np.ndarray]:
    refused: dict[str, np.ndarray] = {}
    for rule in recipe.rules:
        if rule.kind == "reach":
            refused[rule.code] = ~(km <= rule.parameters["km"])
        elif rule.kind == "theme":
            level = _closeness(firms, options, rule.parameters, shape)
            least = rule.parameters.get("least")
            refused[rule.code] = ~(level > 0) if least is None else ~(level >= least)
        elif rule.kind == "common":
            own, there = _common_values(firms, options, rule)
            need = rule.parameters.get("least", 1)
            refused[rule.code] = np.array(
                [[len(a if b is None else a & b) < need for b in there] for a in own]
            ).reshape(shape)
    return refused


def _decisions(
    names: Sequence[str], options: Sequence[str], lock: Mapping[str, str], veto: Iterable[Sequence[str]],
    shape: tuple[int, int],
) -> dict[str, np.ndarray]:  # fmt: skip
    """What people decided: firms kept at an option, firms kept from one."""
    firms_at, option_at = {f: i for i, f in enumerate(names)}, {o: i for i, o in enumerate(options)}
    refused: dict[str, np.ndarray] = {}
    for firm, option in sorted(lock.items()):
        row = refused.setdefault("lock", np.zeros(shape, dtype=bool))
        row[_at(firms_at, firm)] = np.arange(shape[1]) != _option(option_at, option)
    for firm, option in veto:
        row = refused.setdefault("veto", np.zeros(shape, dtype=bool))
        row[_at(firms_at, firm), _option(option_at, option)] = True
    return refused


def _option(option_at: Mapping[str, int], option: str) -> int:
    if option not in option_at:
        raise BadInput(
            place=f"option {option!r}",
            problem="is not among the options",
            remedy=f"Options are {', '.join(sorted(option_at))}.",
        )
    return option_at[option]


def _counted(firms: pl.DataFrame, p: Mapping[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Firms that surely count, and those that do or might."""
    values = values_of(firms, p["column"])
    wanted = p.get("is")
    wanted = None if wanted is None else set(wanted) if isinstance(wanted, list) else {wanted}
    sure = np.zeros(len(values), dtype=bool)
    for i, v in enumerate(values):
        if v is None:
            continue
        if wanted is not None:
            sure[i] = bool(wanted & v) if isinstance(v, frozenset) else v in wanted
        else:
            try:
                sure[i] = p.get("from", -np.inf) <= v <= p.get("to", np.inf)
            except TypeError:
                raise BadInput(
                    place=f"column {p['column']!r} of firm {firms['firm'][i]!r}",
                    problem=f"is {v!r}, which cannot be compared with a number",
                    remedy="Count with 'is', or give numbers.",
                ) from None
    return sure, sure | np.array([v is None for v in values], dtype=bool)


def _quotas(firms: pl.DataFrame, recipe: CircleRecipe) -> tuple[Quota, ...]:
    return tuple(
        Quota(r, *_counted(firms, r.parameters)) for r in recipe.rules if r.kind in ("quota", "not_alone")
    )


def _means(firms: pl.DataFrame, recipe: CircleRecipe) -> tuple[tuple[Rule, np.ndarray], ...]:
    return tuple((r, _numbers(firms, r.parameters["column"])) for r in recipe.rules if r.kind == "mean")


def _common_values(
    firms: pl.DataFrame, options: pl.DataFrame, rule: Rule
) -> tuple[list[frozenset], list[frozenset | None]]:
    column = rule.parameters["column"]

    def sets(table: pl.DataFrame) -> list[frozenset | None]:
        return [
            v if v is None or isinstance(v, frozenset) else frozenset({v}) for v in values_of(table, column)
        ]

    own = [v if v is not None else frozenset() for v in sets(firms)]
    there = sets(options) if column in options.columns else [None] * options.height
    return own, there


def _commons(
    firms: pl.DataFrame, options: pl.DataFrame, recipe: CircleRecipe
) -> tuple[tuple[Rule, tuple[frozenset, ...], tuple[frozenset | None, ...]], ...]:
    found = []
    for rule in recipe.rules:
        if rule.kind == "common":
            own, there = _common_values(firms, options, rule)
            found.append((rule, tuple(own), tuple(there)))
    return tuple(found)


def _rivals(
    firms: pl.DataFrame, recipe: CircleRecipe
) -> tuple[tuple[Rule, tuple[tuple[int, ...], ...]], ...]:
    found = []
    for rule in recipe.rules:
        if rule.kind != "rivals":
            continue
        columns = rule.parameters["columns"]
        columns = [columns] if isinstance(columns, str) else list(columns)
        rows = list(zip(*(values_of(firms, c) for c in columns), strict=True))
        classes: dict[tuple, list[int]] = {}
        for i, row in enumerate(rows):
            if None not in row:
                classes.setdefault(row, []).append(i)
        found.append((rule, tuple(tuple(c) for c in classes.values() if len(c) > 1)))
    return tuple(found)


def _components(n: int, pairs: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    root = list(range(n))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for a, b in pairs:
        a, b = find(a), find(b)
        root[max(a, b)] = min(a, b)
    members: dict[int, list[int]] = {}
    for i in range(n):
        members.setdefault(find(i), []).append(i)
    return tuple(tuple(m) for m in members.values())
