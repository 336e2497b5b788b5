"""Building: a recipe and a table become an index, step by step, with a log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .aggregation import aggregated, kinds_by_node
from .frames import Matrix, column_values, ranks, read, to_frame, unit_names, without_noise
from .importance_weights import weights_optimised
from .imputation import filled_values, imputed
from .index_recipe import IndexRecipe, Step
from .normalisation import METHODS as NORMALISATIONS
from .normalisation import normalised
from .outliers import treated
from .screening import denominated, screening_reasons
from .structure import Structure
from .weighting import (
    weights_ahp,
    weights_budget_allocation,
    weights_critic,
    weights_entropy,
    weights_equal,
    weights_factors,
    weights_first_component,
    weights_given,
)


@dataclass(frozen=True)
class Entry:
    """One line of the log: which step, with which parameters, did what."""

    step: str
    parameters: Mapping[str, Any]
    said: str


@dataclass(frozen=True, eq=False)
class CompositeIndex:
    """A built index: every step's table, the scores, and why some units have none.

    Attributes:
        recipe: what was run.
        data: the table it was run on.
        structure: the tree with the weights that were used.
        steps: table after each step, by step name, in order.
        scores: unit, normalised indicators, every group, the index.
        results: unit, ``score``, ``rank`` (1 is best, ties share the better rank), ``n_missing``
            (indicators without a value) and ``reason`` (why there is no score or no rank).
        filled: imputed values. treatment: one row per treated indicator. log: what each step did.
    """

    recipe: IndexRecipe
    data: pl.DataFrame
    structure: Structure
    steps: Mapping[str, pl.DataFrame]
    scores: pl.DataFrame
    results: pl.DataFrame
    filled: pl.DataFrame | None
    treatment: pl.DataFrame | None
    log: tuple[Entry, ...]

    @property
    def root(self) -> str:
        """Code of the index itself."""
        return self.structure.root.code

    def normalised(self) -> pl.DataFrame:
        """The normalised indicators."""
        return self.scores.select(self.recipe.unit, *self.structure.indicators)

    def rebuilt(
        self,
        changes: Mapping[str, Mapping[str, Any] | None] | None = None,
        *,
        weights: Mapping[str, float] | None = None,
        without: Sequence[str] = (),
        data: pl.DataFrame | None = None,
    ) -> CompositeIndex:
        """The index built again with something changed; see :meth:`IndexRecipe.changed`."""
        recipe = self.recipe.changed(changes, weights=weights, without=without)
        return build(recipe, self.data if data is None else data)


@dataclass(eq=False)
class State:
    """What the steps hand on to each other."""

    matrix: Matrix
    data: pl.DataFrame
    structure: Structure
    excluded: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Matrix] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    filled: pl.DataFrame | None = None
    treatment: pl.DataFrame | None = None
    n_missing: np.ndarray | None = None

    def copy(self) -> State:
        """A state that can go another way from here."""
        return State(
            self.matrix,
            self.data,
            self.structure,
            dict(self.excluded),
            dict(self.tables),
            list(self.log),
            self.filled,
            self.treatment,
            self.n_missing,
        )


def build(recipe: IndexRecipe, data: pl.DataFrame) -> CompositeIndex:
    """Run a recipe on a table (the ten steps of OECD/JRC 2008, as far as they are arithmetic).

    Args:
        data: one row per unit, with the unit column, every indicator and what the steps need besides
            (denominators, group column).

    >>> from nanduti.methods import indices
    >>> r = indices.parse('''
    ... recipe: small
    ... index: {code: I, children: [{code: jobs}, {code: cost, direction: -1}]}
    ... steps: [{normalise: {method: minmax}}, aggregate]
    ... ''')
    >>> i = build(r, pl.DataFrame({"unit": ["A", "B", "C"], "jobs": [1, 3, 2], "cost": [5, 6, 9]}))
    >>> i.results.select("unit", "score", "rank").rows()
    [('A', 0.5, 2.0), ('B', 0.875, 1.0), ('C', 0.25, 3.0)]
    """
    state = prepared(recipe, data)
    split = [step.name for step in recipe.steps].index("aggregate")
    scores = _aggregate(state, recipe.steps[split])
    vetoed = vetoed_units(recipe, data, state.matrix.units)
    for step in recipe.steps[split + 1 :]:
        state.log.append(Entry("veto", step.parameters, f"{len(vetoed)} units kept out"))
    return _finished(recipe, data, state, scores, vetoed)


def prepared(recipe: IndexRecipe, data: pl.DataFrame, cache: dict[Any, State] | None = None) -> State:
    """Everything before the aggregation; ``cache`` lets recipes share their first steps."""
    cache = {} if cache is None else cache
    key: tuple[Any, ...] = (hash(recipe.structure), recipe.unit)
    if key not in cache:
        cache[key] = _start(recipe, data)
    state = cache[key]
    for step in recipe.steps:
        if step.name == "aggregate":
            break
        key = (*key, step.name, repr(sorted(step.parameters.items(), key=lambda kv: kv[0])))
        if key in cache:
            state = cache[key]
            continue
        state = state.copy()
        said = _STEPS[step.name](state, **step.parameters)
        state.log.append(Entry(step.name, step.parameters, said))
        state.tables[step.name] = state.matrix
        cache[key] = state
    return state


def _start(recipe: IndexRecipe, data: pl.DataFrame) -> State:
    matrix = read(data, recipe.unit, recipe.structure.indicators)
    return State(matrix, data, recipe.structure, tables={"data": matrix})


def _keep(state: State, keep: np.ndarray, step: str) -> None:
    if not keep.any():
        raise CannotBeSaid(
            what="The index",
            why=f"no unit passes the step {step!r}",
            remedy="Loosen it, or collect more data.",
        )
    state.matrix = state.matrix.rows(keep)
    state.data = state.data.filter(pl.Series(keep))


def _gate(state: State, require: Sequence[Mapping[str, Any]]) -> str:
    gone: dict[str, str] = {}
    for condition in require:
        values = column_values(state.data, condition["column"], state.matrix.units)
        for unit, value in zip(state.matrix.units, values, strict=True):
            if not _holds(value, condition):
                said = condition.get("reason", f"{condition['column']} does not reach what is asked")
                unknown = f"{condition['column']} is not known"
                gone.setdefault(unit, unknown if np.isnan(value) else str(said))
    state.excluded.update(gone)
    _keep(state, np.array([u not in gone for u in state.matrix.units]), "gate")
    return f"{len(gone)} units did not pass"


def _holds(value: float, condition: Mapping[str, Any]) -> bool:
    tests: dict[str, Callable[[float, float], bool]] = {
        "at_least": lambda v, limit: v >= limit,
        "at_most": lambda v, limit: v <= limit,
        "above": lambda v, limit: v > limit,
        "below": lambda v, limit: v < limit,
    }
    asked = [name for name in tests if name in condition]
    if not asked:
        raise BadInput(
            place=f"condition on {condition.get('column', condition.get('code'))!r}",
            problem="says nothing",
            remedy=f"Use one of {', '.join(tests)}.",
        )
    return not np.isnan(value) and all(tests[name](value, condition[name]) for name in asked)


def _screen(state: State, least_share: float = 0.0, **others: Any) -> str:
    reasons = screening_reasons(state.matrix, least_share, **others)
    gone = {u: r for u, r in zip(state.matrix.units, reasons, strict=True) if r}
    state.excluded.update(gone)
    _keep(state, np.array([r is None for r in reasons]), "screen")
    return f"{len(gone)} units had too little data"


def _denominate(state: State, scale: Mapping[str, float] | None = None) -> str:
    by = {c: state.structure[c].denominator for c in state.structure.indicators}
    wanted = {code: d for code, d in by.items() if d is not None}
    values = denominated(state.matrix, wanted, state.data, scale or {})
    state.matrix = state.matrix.having(values)
    return f"{len(wanted)} indicators divided by size"


def _impute(state: State, method: str, group: str | None = None, **others: Any) -> str:
    before = state.matrix
    if state.n_missing is None:
        state.n_missing = np.isnan(before.values).sum(axis=1)
    if method == "panel":
        raise BadInput(
            place="step 'impute'",
            problem="cannot reach earlier rounds",
            remedy="Call impute(method='panel', panel=…) on the table first.",
        )
    groups = state.data[group] if group is not None else None
    values = imputed(before, method, groups=groups, **others)
    state.matrix = before.having(values)
    filled = filled_values(before, values, method)
    state.filled = filled if state.filled is None else pl.concat([state.filled, filled])
    return f"{filled.height} values filled"


def _treat(state: State, **parameters: Any) -> str:
    if "leave" in parameters:
        parameters["leave"] = tuple(parameters["leave"])
    work = treated(state.matrix, **parameters)
    state.treatment = work.details(state.matrix)
    state.matrix = state.matrix.having(work.values)
    moved, bent = int(work.n_winsorised[~work.transformed].sum()), int(work.transformed.sum())
    return f"{moved} values winsorised, {bent} indicators transformed"


def _normalise(state: State, method: str = "minmax", **parameters: Any) -> str:
    structure, codes = state.structure, state.matrix.codes
    given = parameters.pop("each", {})
    each = {code: {**_own(structure, code, method), **given.get(code, {})} for code in codes}
    each = {code: own for code, own in each.items() if own}
    directions = {code: structure[code].direction for code in codes}
    bent = [code for code in codes if structure[code].logarithm]
    matrix = _logarithms(state.matrix, bent)
    each = {code: _bent(own) if code in bent else own for code, own in each.items()}
    values = normalised(matrix, method, directions, each, parameters)
    state.matrix = state.matrix.having(values)
    return f"{len(codes)} indicators normalised by {method}"


def _logarithms(m: Matrix, codes: Sequence[str]) -> Matrix:
    """The table with the natural logarithm of some columns; the base does not matter once normalised."""
    values = m.values.copy()
    for code in codes:
        column = m.column(code)
        low = np.flatnonzero(column <= 0)
        if low.size:
            raise CannotBeSaid(
                what=f"The logarithm of {code!r}",
                why=f"{m.units[low[0]]!r} has {column[low[0]]:g}",
                remedy="Correct the value, or score the indicator without logarithm.",
            )
        values[:, m.codes.index(code)] = np.log(column)
    return m.having(values)


def _bent(own: Mapping[str, Any]) -> dict[str, Any]:
    """Goalposts and targets go through the logarithm with their indicator."""
    out = dict(own)
    for name in ("low", "high", "target"):
        if isinstance(out.get(name), (int, float)):
            if out[name] <= 0:
                raise BadInput(
                    place=f"{name} {out[name]:g}", problem="has no logarithm", remedy="Give a positive one."
                )
            out[name] = float(np.log(out[name]))
    return out


def _own(structure: Structure, code: str, method: str) -> dict[str, Any]:
    node = structure[code]
    if method not in NORMALISATIONS:
        raise BadInput(
            place=f"normalisation {method!r}",
            problem="is not known",
            remedy=f"Use one of {', '.join(NORMALISATIONS)}.",
        )
    wanted = {"distance_to_target": "target", "distance_to_reference": "reference", "goalposts": "goalposts"}
    entry = wanted.get(method)
    value = getattr(node, entry) if entry else None
    if value is None:
        return {}
    return {"low": value[0], "high": value[1]} if entry == "goalposts" else {str(entry): value}


def _weight(state: State, method: str, level: int = 1, group: str | None = None, **others: Any) -> str:
    structure = state.structure
    if method == "optimised":
        found = weights_optimised(state.matrix.frame(), structure, level=level, **others)
        state.structure = structure.weighted(found.weights)
        return f"importance within {found.largest_gap:.3f} of what was wanted"
    said = []
    for parent in [group] if group else _parents(structure, level):
        children = structure.children(str(parent))
        weights, note = _weights_of(state, method, children, others)
        state.structure = state.structure.weighted(weights)
        said.append(f"{parent}: {note}" if note else str(parent))
    return f"weights by {method} below {', '.join(said)}"


def _parents(structure: Structure, level: int) -> list[str]:
    parents = [structure[code].parent for code in structure.at_level(level)]
    return list(dict.fromkeys(p for p in parents if p is not None))


def _weights_of(
    state: State, method: str, children: Sequence[str], others: Mapping[str, Any]
) -> tuple[dict[str, float], str]:
    if method == "equal":
        return weights_equal(children), ""
    if method == "given":
        weights = {code: state.structure[code].weight for code in children}
        return weights_given(weights, sum_to=others.get("sum_to")), ""
    if method == "ahp":
        ahp = weights_ahp(others["comparisons"], children, note=others.get("note", ""))
        ratio = "none" if ahp.consistency_ratio is None else f"{ahp.consistency_ratio:.3f}"
        return ahp.weights, f"consistency ratio {ratio}"
    if method == "budget_allocation":
        rows = [{"expert": e, **{c: p[c] for c in children}} for e, p in others["points"].items()]
        found = weights_budget_allocation(pl.DataFrame(rows), budget=others.get("budget", 100.0))
        return found.weights, f"{len(rows)} experts"
    kinds: dict[str, Callable[..., dict[str, float]]] = {
        "entropy": weights_entropy,
        "critic": weights_critic,
        "first_component": weights_first_component,
        "factors": weights_factors,
    }
    if method not in kinds:
        known = ("equal", "given", "ahp", "budget_allocation", "optimised", *kinds)
        raise BadInput(
            place=f"weights by {method!r}", problem="are not known", remedy=f"Use one of {', '.join(known)}."
        )
    return kinds[method](_children_scores(state, children), **others), ""


def _children_scores(state: State, children: Sequence[str]) -> pl.DataFrame:
    scores = aggregated(state.matrix, state.structure, kinds_by_node(state.structure, "arithmetic"))
    known = {c: state.matrix.column(c) for c in state.matrix.codes} | scores
    return to_frame(state.matrix.units, children, np.column_stack([known[c] for c in children]))


_STEPS: dict[str, Callable[..., str]] = {
    "gate": _gate,
    "screen": _screen,
    "denominate": _denominate,
    "impute": _impute,
    "treat": _treat,
    "normalise": _normalise,
    "weight": _weight,
}


def aggregation_of(structure: Structure, step: Step) -> tuple[dict[str, Any], dict[str, Any]]:
    """Rules per group and the policy for gaps, from the parameters of the step ``aggregate``."""
    given = dict(step.parameters)
    policy = {k: given.pop(k) for k in ("missing", "least_share") if k in given}
    by_node = dict(given.pop("by_node", {}))
    for level, method in given.pop("by_level", {}).items():
        by_node |= {c: method for c in structure.at_level(int(level)) if c not in by_node}
    by_node = {c: m for c, m in by_node.items() if c in structure}
    kinds = kinds_by_node(structure, given.pop("method", "arithmetic"), by_node=by_node, **given)
    return kinds, policy


def _aggregate(state: State, step: Step) -> Matrix:
    kinds, policy = aggregation_of(state.structure, step)
    scores = aggregated(state.matrix, state.structure, kinds, **policy)
    state.log.append(Entry("aggregate", step.parameters, f"{len(scores)} groups scored"))
    codes = (*state.matrix.codes, *scores)
    values = np.column_stack([state.matrix.values, *scores.values()])
    return Matrix(state.matrix.units, codes, values, state.matrix.unit)


def vetoed_units(recipe: IndexRecipe, data: pl.DataFrame, among: Sequence[str]) -> dict[str, str]:
    """Units that a veto keeps out of the ranking whatever their other merits, and why."""
    found: dict[str, str] = {}
    conditions = [c for step in recipe.steps if step.name == "veto" for c in step.parameters["when"]]
    units = unit_names(data[recipe.unit], recipe.unit) if conditions else ()
    for condition in conditions:
        values = dict(zip(units, column_values(data, condition["code"], units), strict=True))
        for name in among:
            if _holds(values[name], condition):
                found.setdefault(name, str(condition.get("reason", f"veto on {condition['code']}")))
    return found


def _finished(
    recipe: IndexRecipe, data: pl.DataFrame, state: State, scores: Matrix, vetoed: Mapping[str, str]
) -> CompositeIndex:
    units = unit_names(data[recipe.unit], recipe.unit)
    index = scores.column(state.structure.root.code)
    known = dict(zip(scores.units, index, strict=True))
    missing = np.isnan(read(data, recipe.unit, recipe.structure.indicators).values).sum(axis=1)
    eligible = np.array([known.get(u, np.nan) if u not in vetoed else np.nan for u in units])
    reasons = [_reason(u, state.excluded, vetoed, known) for u in units]
    results = pl.DataFrame(
        {
            recipe.unit: pl.Series(units, dtype=pl.String),
            "score": pl.Series([known.get(u) for u in units], dtype=pl.Float64).fill_nan(None),
            "rank": pl.Series(ranks(without_noise(eligible)), dtype=pl.Float64).fill_nan(None),
            "n_missing": missing,
            "reason": pl.Series(reasons, dtype=pl.String),
        }
    )
    tables = {name: table.frame() for name, table in state.tables.items()}
    return CompositeIndex(
        recipe,
        data,
        state.structure,
        tables,
        scores.frame(),
        results,
        state.filled,
        state.treatment,
        tuple(state.log),
    )


def _reason(
    unit: str, excluded: Mapping[str, str], vetoed: Mapping[str, str], known: Mapping[str, float]
) -> str | None:
    if unit in excluded:
        return excluded[unit]
    if unit in vetoed:
        return vetoed[unit]
    return "an indicator it needs has no value" if np.isnan(known[unit]) else None
