"""Effects of a lottery: analysis of covariance on its arms, with the lottery's own inference and grade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._tables import names_of, numbers, refuse_missing
from .assignment import Assignment
from .evidence import AttritionLimits, EffectEstimate, EffectTable, EvidenceGrade, grade_lottery
from .permutation import randomization_test, refuse_empty_arms, usable_rows
from .regression import Regression, missing_mask, ols

INFERENCE = ("design", "HC2", "CR2")
_ARM = "arm: "
_NOTHING_VARIES = mark("Nothing varies that the effect could be judged by: no test is printed.")


def ancova(
    data: pl.DataFrame,
    assignment: Assignment,
    *,
    y: str,
    baseline: str | None = None,
    controls: Sequence[str] = (),
    fixed_effects: str | Sequence[str] = (),
    inference: str | None = None,
    level: float = 0.95,
    draws: int = 4_999,
    seed: int = 0,
    missing_controls: str = "refuse",
    limits: AttritionLimits | None = None,
    amended: bool = False,
) -> EffectTable:
    """Effect of every arm against the first, given the baseline: the default estimator of an experiment.

    One regression of ``y`` on the arms, the baseline of ``y``, other controls and an effect for every
    stratum of the lottery. Units whose outcome is missing count as lost and lower the grade.

    Args:
        data: one row per unit (or per unit and round), with the id column of the lottery.
        baseline: the outcome before the lottery. controls: other things known before it.
        fixed_effects: more columns with an effect per level, such as the round of the survey.
        inference: ``"design"`` re-draws the lottery (p-value and interval); ``"HC2"`` or, for groups
            drawn as wholes and for several rows per unit, ``"CR2"`` use robust errors with Satterthwaite
            degrees of freedom. Default: design, but CR2 for a saturation design.
        missing_controls: ``"refuse"`` or ``"indicator"``: put the mean and add an indicator of missingness.
        limits: from which losses on the grade is B.

    Raises:
        BadInput: unit-level errors asked for a lottery of groups; unknown units; missing controls.

    Source: McKenzie 2012, *JDE* 99, 210-221 (ANCOVA); Bruhn & McKenzie 2009 (stratum effects).

    >>> firms = pl.DataFrame({"id": range(40)})
    >>> from nanduti.methods.evaluation import randomize
    >>> drawn = randomize(firms, unit="id", arms=["control", "class"], seed="demo")
    >>> number = pl.col("id").cast(pl.Int64)
    >>> after = drawn.frame.with_columns(before=number % 7,
    ...     sales=number % 7 + 2.0 * (pl.col("arm") == "class") + (number * 13 % 11) / 10)
    >>> effect = ancova(after, drawn, y="sales", baseline="before")["class"]
    >>> round(effect.estimate, 2), round(effect.p_value, 4), effect.grade.letter
    (2.08, 0.0002, 'A')
    """
    one_of(missing_controls, ("refuse", "indicator"), "missing_controls=")
    inference = _inference(assignment, inference)
    observed = observed_units(data, assignment, y)
    grade = grade_lottery(assignment, observed, limits=limits, amended=amended)
    rows = data.filter(pl.Series(~missing_mask(data, y)))
    before = [*([baseline] if baseline else []), *controls]
    if missing_controls == "indicator":
        rows, before = fill_controls(rows, before)
    gaps = {name: missing_mask(rows, name) for name in before}
    refuse_missing(gaps, "the controls", 'Leave the control out, or say missing_controls="indicator".')
    rows = usable_rows(rows, assignment, (y, *before, *names_of(fixed_effects)), "refuse")
    regression = _on_arms(rows, assignment, y, before, fixed_effects)
    common = {
        "outcome": y, "against": assignment.arms[0], "grade": grade, "n": regression.n, "level": level,
        "n_units_missing": int((~observed & (assignment.arm_codes >= 0)).sum()),
        "n_groups": assignment.n_clusters,
    }  # fmt: skip
    effects = names_of(fixed_effects)
    return EffectTable(
        tuple(
            _estimate(rows, assignment, regression, arm, before, effects, inference, draws, seed, common)
            for arm in assignment.arms[1:]
        )
    )


def observed_units(data: pl.DataFrame, assignment: Assignment, y: str) -> np.ndarray:
    """For each unit of the lottery whether at least one outcome is known."""
    seen = np.zeros(assignment.n, dtype=bool)
    at = assignment.rows_in(data)
    np.logical_or.at(seen, at, ~missing_mask(data, y))
    return seen


def fill_controls(data: pl.DataFrame, controls: Sequence[str]) -> tuple[pl.DataFrame, list[str]]:
    """Mean in place of missing control values, with an indicator column for each control that had gaps.

    Valid in a lottery because a control known beforehand, gaps included, is unaffected by the arms
    (Zhao & Ding 2024, *JASA* 119).
    """
    names = list(controls)
    for name in controls:
        gaps = missing_mask(data, name)
        if gaps.any():
            values = numbers(data, name)
            if gaps.all():
                raise BadInput(
                    place=f"control {name!r}", problem="is missing everywhere", remedy="Leave it out."
                )
            filled = np.where(gaps, values[~gaps].mean(), values)
            data = data.with_columns(
                pl.Series(name, filled), pl.Series(f"{name} missing", gaps.astype(np.float64))
            )
            names.append(f"{name} missing")
    return data, names


def _inference(assignment: Assignment, inference: str | None) -> str:
    if inference is None:
        return "design" if assignment.is_exchangeable() else "CR2"
    one_of(inference, INFERENCE, "inference=")
    if inference == "HC2" and assignment.clusters is not None:
        raise BadInput(
            place=f"a lottery of whole groups ({assignment.cluster!r})",
            problem="cannot be judged with errors of single units",
            remedy='Use inference="design" or "CR2".',
        )
    if inference == "design" and not assignment.is_exchangeable():
        raise BadInput(
            place="a saturation design",
            problem="has no arm-by-arm re-draws",
            remedy='Use inference="CR2".',
        )
    return inference


def _on_arms(
    rows: pl.DataFrame, assignment: Assignment, y: str, before: Sequence[str], effects: str | Sequence[str]
) -> Regression:
    at = assignment.rows_in(rows)
    refuse_empty_arms(assignment, at, assignment.arms)
    codes = assignment.arm_codes[at]
    columns = {f"{_ARM}{arm}": (codes == a).astype(float) for a, arm in enumerate(assignment.arms) if a}
    groups = at if assignment.clusters is None else assignment.clusters[at]
    table = rows.with_columns(
        *(pl.Series(k, v) for k, v in columns.items()),
        pl.Series("lottery stratum", assignment.strata[at]),
        pl.Series("drawn group", groups),
    )
    regression = ols(
        table, y=y, x=[*columns, *before], fixed_effects=["lottery stratum", *names_of(effects)],
        grouped_by="drawn group",
    )  # fmt: skip
    if regression.n_groups == regression.n:
        regression = replace(regression, parts=replace(regression.parts, groups=None))
    return regression


def _estimate(rows, assignment, regression, arm, before, effects, inference, draws, seed, common):
    name = f"{_ARM}{arm}"
    estimate = regression.coefficient(name)
    grade: EvidenceGrade = common["grade"]
    base = {**common, "arm": arm, "estimate": estimate}
    if not grade.allows_test:
        return EffectEstimate(**base, notes=(mark("No test is possible; see the grade."),))
    if inference != "design":
        return EffectEstimate(**base, **robust_certainty(regression, name, common["level"]))
    if np.ptp(numbers(rows, y_of(common))) == 0:
        return EffectEstimate(**base, notes=(_NOTHING_VARIES,))
    at = assignment.rows_in(rows)
    test = randomization_test(
        rows.with_columns(pl.Series("lottery stratum", assignment.strata[at])), assignment, y=y_of(common),
        arm=arm, against=assignment.arms[0], controls=before,
        fixed_effects=["lottery stratum", *effects], draws=draws, seed=seed, level=common["level"],
    )  # fmt: skip
    return EffectEstimate(**base, **design_certainty(test, regression.standard_error(name)))


def y_of(common: dict[str, object]) -> str:
    """The outcome's name."""
    return str(common["outcome"])


def robust_certainty(regression: Regression, term: str, level: float) -> dict[str, object]:
    """Standard error, interval and p-value by HC2 or CR2 with Satterthwaite degrees of freedom."""
    kind = regression.default_kind
    row = regression.table(kind, terms=[term], level=level).row(0, named=True)
    if row["standard_error"] is None:
        return {"notes": (_NOTHING_VARIES,)}
    return {
        "standard_error": row["standard_error"], "low": row["low"], "high": row["high"],
        "p_value": row["p_value"], "p_method": f"{kind} errors, t with {row['df']:.1f} degrees of freedom",
    }  # fmt: skip


def design_certainty(test, standard_error: float | None) -> dict[str, object]:
    """Interval and p-value from re-draws; nothing where the lottery could not have shown anything."""
    if test.smallest_p > 1 - test.level:
        why = (
            f"The lottery has so few outcomes that no p-value below {test.smallest_p:.3f} is possible: "
            "no test is printed."
        )
        return {"smallest_p": test.smallest_p, "p_method": test.method, "notes": (why,)}
    notes = ()
    if test.low is None or test.high is None:
        notes = (mark("The interval is open: no effect, however large, is excluded on that side."),)
    return {
        "standard_error": standard_error, "low": test.low, "high": test.high, "p_value": test.p_value,
        "smallest_p": test.smallest_p, "p_method": test.method, "notes": notes,
    }  # fmt: skip
