"""Whether an effect depends on its context: by territory, size of workshop, relation to a lead firm, …"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from ._tables import column, numbers, refuse_missing
from .assignment import Assignment
from .effects import observed_units
from .evidence import EffectEstimate, EffectTable, EvidenceGrade, grade_lottery
from .permutation import randomization_test_of, usable_rows
from .regression import missing_mask


def effects_by_context(
    data: pl.DataFrame,
    assignment: Assignment,
    *,
    y: str,
    context: str,
    arm: str | None = None,
    controls: Sequence[str] = (),
    draws: int = 999,
    seed: int = 0,
) -> EffectTable:
    """The effect of an arm within each level of a context, and how each differs from the first level's.

    All p-values come from re-drawing the lottery with the whole comparison recomputed. The p-value of a
    difference tests that the arm does nothing for anybody against effects that differ; where the effect
    itself is large, read the intervals of the levels instead. A context that was not in the plan is
    exploratory: adjust for its family with :func:`adjust`.

    Args:
        context: column of text or numbers with few levels, known before the lottery.
        controls: things known before the lottery, entered linearly within each level.

    Source: seed 000, insight 3 (effects conditioned by territory, workshop and lead-firm relation).

    >>> from nanduti.methods.evaluation import randomize
    >>> firms = pl.DataFrame({"id": range(40), "town": ["Luque", "Pilar"] * 20})
    >>> drawn = randomize(firms, unit="id", arms=["control", "class"], strata="town", seed="demo")
    >>> after = drawn.frame.with_columns(sales=pl.when((pl.col("stratum") == "Pilar")
    ...     & (pl.col("arm") == "class")).then(4.0).otherwise(1.0) + pl.col("id").cast(pl.Int64) % 3)
    >>> [(e.outcome, round(e.estimate)) for e in effects_by_context(after, drawn, y="sales",
    ...     context="stratum", draws=99)]
    [('sales | stratum=Luque', 0), ('sales | stratum=Pilar', 3), ('sales | Pilar less Luque', 3)]
    """
    rows = usable_rows(data.filter(pl.Series(~missing_mask(data, y))), assignment, (y, *controls), "refuse")
    refuse_missing({context: missing_mask(rows, context)}, "the context", "Add a level 'unknown'.")
    levels = column(rows, context).cast(pl.String).unique().sort().to_list()
    if len(levels) < 2:
        raise BadInput(
            place=f"context {context!r}", problem="has one level only", remedy="Use ancova() on all units."
        )
    arms = [arm] if arm else list(assignment.arms[1:])
    grade = grade_lottery(assignment, observed_units(data, assignment, y))
    found: list[EffectEstimate] = []
    for name in arms:
        slopes = _Slopes.build(rows, assignment, y, context, name, controls)
        for j, level in enumerate(levels):
            told = f"{y} | {context}={level}"
            found.append(_tested(slopes, (j,), told, assignment, grade, draws, seed))
        for j, level in enumerate(levels[1:], start=1):
            told = f"{y} | {level} less {levels[0]}"
            found.append(_tested(slopes, (j, 0), told, assignment, grade, draws, seed))
    return EffectTable(tuple(found))


@dataclass(frozen=True)
class _Slopes:
    """Outcome and controls of each context level, ready for the slope on a re-drawn arm."""

    arm: str
    code: int
    units: list[np.ndarray]
    outcomes: list[np.ndarray]
    controls: list[np.ndarray]

    @classmethod
    def build(cls, rows, assignment, y, context, arm, controls) -> _Slopes:
        code, here = assignment.arm_index(arm), rows.get_column(context).cast(pl.String)
        at = assignment.rows_in(rows)
        pair = np.isin(assignment.arm_codes[at], (0, code))
        x = np.column_stack([np.ones(rows.height), *(numbers(rows, c) for c in controls)])
        masks = [(here == level).to_numpy() & pair for level in here.unique().sort()]
        y_values = numbers(rows, y)
        return cls(arm, code, [at[m] for m in masks], [y_values[m] for m in masks], [x[m] for m in masks])

    def slope(self, codes: np.ndarray, level: int) -> float:
        """The coefficient of the arm within one level, NaN if the level lacks one of the two arms."""
        treated = (codes[self.units[level]] == self.code).astype(float)
        x, y = self.controls[level], self.outcomes[level]
        within = treated - x @ np.linalg.lstsq(x, treated, rcond=None)[0] if len(y) else treated
        size = float(within @ within)
        return float(within @ y) / size if size > 1e-9 * max(1.0, float(treated @ treated)) else float("nan")


def _tested(slopes, levels, told, assignment, grade: EvidenceGrade, draws, seed) -> EffectEstimate:
    def statistic(codes: np.ndarray) -> float:
        first = slopes.slope(codes, levels[0])
        return first if len(levels) == 1 else first - slopes.slope(codes, levels[1])

    among = (assignment.arms[0], slopes.arm) if assignment.is_exchangeable() else None
    test = randomization_test_of(statistic, assignment, among=among, draws=draws, seed=seed)
    known = grade.allows_test and np.isfinite(test.estimate)
    return EffectEstimate(
        outcome=told, arm=slopes.arm, against=assignment.arms[0], estimate=test.estimate, grade=grade,
        n=sum(len(slopes.outcomes[j]) for j in levels), n_groups=assignment.n_clusters,
        p_value=test.p_value if known else None, smallest_p=test.smallest_p, p_method=test.method,
        notes=() if np.isfinite(test.estimate) else ("One of the two arms is absent in this context.",),
    )  # fmt: skip
