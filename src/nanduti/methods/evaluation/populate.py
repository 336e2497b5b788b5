"""The populated plan: everything that was planned, in the planned order, including what failed."""

from __future__ import annotations

import inspect
from collections.abc import Sequence

import polars as pl

from nanduti.methods.values import BadInput, PersonError

from .assignment import Assignment
from .did import difference_in_differences
from .effects import ancova
from .evidence import EffectEstimate
from .multiple import adjust
from .plan import Hypothesis, LockedPlan, Plan


def populate(
    plan: LockedPlan | Plan,
    data: pl.DataFrame,
    assignment: Assignment | None = None,
    *,
    exploratory: Sequence[Hypothesis] = (),
    seed: int = 0,
) -> pl.DataFrame:
    """Run every hypothesis of a plan and tag each line *registered*, *amended (date)* or *exploratory*.

    A plan that is not locked only runs on a masked assignment (a re-draw of the lottery), as a rehearsal:
    each line is tagged *masked* and carries no finding. p-values are adjusted within their family.

    Args:
        data: the endline, one row per unit (or unit and period).
        exploratory: further hypotheses that were thought of later.

    Returns:
        order, family, hypothesis, tag, outcome, arm, estimate (rounded as planned), standard_error, low,
        high, p_value, p_adjusted, adjustment, smallest_p, n, grade, evidence, notes. A hypothesis that
        could not be estimated keeps its line with the reason in ``notes``.

    >>> from nanduti.methods.evaluation import Hypothesis, Plan, populate, randomize
    >>> drawn = randomize(pl.DataFrame({"id": range(30)}), unit="id", arms=["no", "yes"], seed="s")
    >>> plan = Plan("demo", [Hypothesis("sales", "sales", "weekly sales"), Hypothesis("jobs", "jobs", "staff")],
    ...             "all", "Lee bounds", draws=99)
    >>> endline = drawn.frame.with_columns(sales=pl.int_range(30) * 1.0)
    >>> populate(plan, endline, drawn).select("hypothesis", "tag", "grade").rows()
    [('sales', 'masked', 'F'), ('jobs', 'masked', None)]
    """
    locked = plan if isinstance(plan, LockedPlan) else None
    if locked is not None and not locked.verify():
        raise BadInput(
            place="the locked plan", problem="has a broken seal", remedy="Find the sealed original."
        )
    current = locked.current if locked is not None else plan
    if locked is None:
        if assignment is None:
            raise BadInput(
                place="a plan that is not locked", problem="cannot be run on real arms",
                remedy="Lock it, or give the assignment so that it can be masked.",
            )  # fmt: skip
        assignment = assignment if assignment.masked else assignment.mask(seed + 1)
    departures = _departures(current, assignment)
    rows: list[dict[str, object]] = []
    for hypothesis in (*current.hypotheses, *exploratory):
        tag = "masked" if locked is None else locked.tag(hypothesis)
        rows += _lines(hypothesis, tag, data, assignment, current.draws, seed, departures)
    for order, row in enumerate(rows, start=1):
        row["order"] = order
    return _adjusted(rows, current)


def _departures(plan: Plan, assignment: Assignment | None) -> list[str]:
    """Where the lottery held differs from the lottery planned."""
    if assignment is None or not plan.lottery:
        return []
    held = assignment.certificate()
    return [
        f"the lottery's {key} was planned as {planned!r} and held as {held.get(key)!r}"
        for key, planned in plan.lottery.items()
        if _listed(planned) != _listed(held.get(key))
    ]


def _listed(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value


def _lines(hypothesis, tag, data, assignment, draws, seed, departures) -> list[dict[str, object]]:
    head = {
        "family": hypothesis.family,
        "hypothesis": hypothesis.name,
        "tag": tag,
        "outcome": hypothesis.outcome,
    }
    amended = tag.startswith("amended") or bool(departures)
    try:
        found = _estimates(hypothesis, data, assignment, draws, seed, amended)
    except PersonError as error:
        return [{**head, "arm": hypothesis.arm or None, "notes": f"Not estimated: {error}"}]
    return [{**head, **_line(e, hypothesis.decimals, departures)} for e in found]


def _estimates(hypothesis, data, assignment, draws, seed, amended) -> list[EffectEstimate]:
    before = {"controls": list(hypothesis.controls)}
    is_comparison = hypothesis.estimator == "difference_in_differences"
    known = inspect.signature(difference_in_differences if is_comparison else ancova).parameters
    strange = sorted(set(hypothesis.settings) - set(known))
    if strange:
        raise BadInput(
            place=f"setting {strange[0]!r}", problem="is not known", remedy=f"Known are {', '.join(known)}."
        )
    if is_comparison:
        return [difference_in_differences(data, y=hypothesis.outcome, **before, **hypothesis.settings).effect]
    if assignment is None:
        raise BadInput(place="the assignment", problem="is missing", remedy="Give the recorded lottery.")
    table = ancova(
        data, assignment, y=hypothesis.outcome, baseline=hypothesis.baseline or None, draws=draws, seed=seed,
        amended=amended, **before, **hypothesis.settings,
    )  # fmt: skip
    return [table[hypothesis.arm]] if hypothesis.arm else list(table)


def _line(effect: EffectEstimate, decimals: int, departures: list[str]) -> dict[str, object]:
    def rounded(value: float | None) -> float | None:
        return None if value is None else round(value, decimals)

    return {
        "arm": effect.arm,
        "estimate": rounded(effect.estimate),
        "standard_error": rounded(effect.standard_error),
        "low": rounded(effect.low),
        "high": rounded(effect.high),
        "p_value": effect.p_value,
        "smallest_p": effect.smallest_p,
        "n": effect.n,
        "grade": effect.grade.letter,
        "evidence": effect.grade.say(),
        "notes": " ".join([*effect.notes, *(f"{d}." for d in departures)]),
    }


def _adjusted(rows: list[dict[str, object]], plan: Plan) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema=_COLUMNS)
    adjusted: list[float | None] = [None] * table.height
    methods = [plan.adjustment.get(f, "holm") for f in table.get_column("family").to_list()]
    planned = [not t.startswith("exploratory") for t in table.get_column("tag").to_list()]
    kinds = list(zip(table.get_column("family").to_list(), planned))
    p_values = table.get_column("p_value").to_list()
    for kind in dict.fromkeys(kinds):
        at = [i for i, k in enumerate(kinds) if k == kind]
        for i, value in zip(at, adjust([p_values[i] for i in at], methods[at[0]])):
            adjusted[i] = value
    return table.with_columns(
        pl.Series("p_adjusted", adjusted, dtype=pl.Float64), pl.Series("adjustment", methods)
    ).select(*_COLUMNS)


_COLUMNS = {
    "order": pl.Int64,
    "family": pl.String,
    "hypothesis": pl.String,
    "tag": pl.String,
    "outcome": pl.String,
    "arm": pl.String,
    "estimate": pl.Float64,
    "standard_error": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "p_value": pl.Float64,
    "p_adjusted": pl.Float64,
    "adjustment": pl.String,
    "smallest_p": pl.Float64,
    "n": pl.Int64,
    "grade": pl.String,
    "evidence": pl.String,
    "notes": pl.String,
}
