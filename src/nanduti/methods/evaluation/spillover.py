"""Spillovers: what happens to those who were not treated but are tied to those who were.

A unit's exposure is the share of its ties that lead to treated units. Who is well tied is more exposed under
any lottery, so exposure is compared with its average over re-draws (recentred).

Sources: Borusyak & Hull 2023, *Econometrica* 91 (recentred exposure); Athey, Eckles & Imbens 2018, *JASA*
113, 230-240 (focal units make the null of no spillover testable whatever the direct effect).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput

from . import lottery
from ._projection import Absorber, orthonormal
from ._tables import column, numbers
from ._threads import single_threaded
from .assignment import Assignment
from .effects import observed_units
from .evidence import EffectEstimate, EffectTable, grade_lottery
from .permutation import Model, run_test, two_arms, usable_rows
from .regression import design, fit, missing_mask


@dataclass(frozen=True)
class Exposure:
    """How much each unit of a lottery was exposed to treated others.

    Attributes:
        frame: id, exposure (share of ties that lead to treated units; null without ties), expected (its
            mean over re-draws), n_ties.
        weights: row-normalised ties between units, in the order of the lottery.
    """

    frame: pl.DataFrame
    weights: sparse.csr_matrix


def exposure(
    ties: pl.DataFrame,
    assignment: Assignment,
    *,
    source: str,
    target: str,
    arm: str | None = None,
    draws: int = 999,
    seed: int = 0,
) -> Exposure:
    """Exposure of every unit, and what it would have been on average over the lottery.

    Args:
        ties: one row per tie; both ends are units of the lottery. Every tie counts in both directions,
            once, however often it is listed.
        arm: the arm whose members expose others; may be left out with two arms.

    >>> from nanduti.methods.evaluation import randomize
    >>> drawn = randomize(pl.DataFrame({"id": ["a", "b", "c", "d"]}), unit="id", arms=["no", "yes"], seed="s")
    >>> ties = pl.DataFrame({"from": ["a", "a"], "to": ["b", "c"]})
    >>> exposure(ties, drawn, source="from", target="to").frame.get_column("n_ties").to_list()
    [2, 1, 1, 0]
    """
    treated = two_arms(assignment, arm, None)[1]
    ends = [assignment.rows_of(column(ties, name)) for name in (source, target)]
    loops = np.flatnonzero(ends[0] == ends[1])
    if loops.size:
        raise BadInput(
            place=f"row {loops[0] + 1} of the ties",
            problem="ties a unit to itself",
            remedy="Leave such ties out.",
        )
    n = assignment.n
    matrix = sparse.coo_matrix((np.ones(len(ends[0])), (ends[0], ends[1])), shape=(n, n)).tocsr()
    matrix = ((matrix + matrix.T) > 0).astype(float)
    n_ties = np.asarray(matrix.sum(axis=1)).ravel()
    weights = sparse.csr_matrix(sparse.diags(1 / np.maximum(n_ties, 1)) @ matrix)
    code, expected, done = assignment.arm_index(treated), np.zeros(n), 0
    for block in assignment.redraw_blocks(draws, seed=seed + 7):
        expected += weights @ (block == code).sum(axis=0)
        done += len(block)
    real = weights @ (assignment.arm_codes == code).astype(float)
    alone = n_ties == 0
    frame = pl.DataFrame(
        {
            assignment.unit: list(assignment.units),
            "exposure": pl.Series(np.where(alone, np.nan, real)).fill_nan(None),
            "expected": pl.Series(np.where(alone, np.nan, expected / done)).fill_nan(None),
            "n_ties": n_ties.astype(np.int64),
        }
    )
    return Exposure(frame, weights)


@single_threaded
def spillover(
    data: pl.DataFrame,
    assignment: Assignment,
    *,
    y: str,
    exposed: Exposure,
    arm: str | None = None,
    controls: Sequence[str] = (),
    focal: str | None = None,
    draws: int = 1_999,
    seed: int = 0,
    level: float = 0.95,
) -> EffectTable:
    """Direct effect and spillover: the regression of ``y`` on the own arm and the recentred exposure.

    The spillover is the change of ``y`` when all ties instead of none lead to treated units. Its p-value
    and interval come from re-drawing the lottery for everyone but *focal* units, whose outcomes are
    compared and whose own arm never changes: the test holds whatever the direct effect.

    Args:
        exposed: from :func:`exposure`. focal: true/false column; default half of the tied units, chosen by
            keyed hash, so that neither the arms nor the outcomes can influence the choice.

    Units without ties count for the direct effect only, so they are left out here and told in a note.
    """
    treated = two_arms(assignment, arm, None)[1]
    if assignment.clusters is not None or not assignment.is_exchangeable():
        raise BadInput(
            place="a lottery of groups",
            problem="does not vary exposure between units of a group by lot",
            remedy="Compare the arms of a saturation design with ancova().",
        )
    observed = observed_units(data, assignment, y)
    rows = usable_rows(data.filter(pl.Series(~missing_mask(data, y))), assignment, (y, *controls), "refuse")
    at = assignment.rows_in(rows)
    tied = exposed.frame.get_column("n_ties").to_numpy()[at] > 0
    n_alone = int((~tied).sum())
    rows, at = rows.filter(pl.Series(tied)), at[tied]
    if rows.height == 0:
        raise BadInput(place="the ties", problem="touch no unit with an outcome", remedy="Add ties.")
    chosen = _focal(rows, assignment, at, focal, seed)
    grade = grade_lottery(assignment, observed)
    table = exposed.frame.with_columns(recentred=pl.col("exposure") - pl.col("expected"))
    recentred = table.get_column("recentred").to_numpy()[at]
    own = (assignment.arm_codes[at] == assignment.arm_index(treated)).astype(float)
    names, matrix = design(rows, controls, constant=False)
    everything = np.column_stack([own, recentred, matrix])
    regression = fit(
        numbers(rows, y), everything, ["own", "exposure", *names], effects=[assignment.strata[at]]
    )
    test = run_test(
        _focal_model(rows, assignment, treated, y, matrix, own, exposed, table, at, chosen),
        "t", "two-sided", draws, seed, level, True,
    )  # fmt: skip
    common = {"outcome": y, "against": assignment.arms[0], "grade": grade, "level": level}
    left_out = (f"{n_alone} units without ties were left out.",) if n_alone else ()
    direct = EffectEstimate(
        arm=treated, estimate=regression.coefficient("own"), n=regression.n, **common,
        notes=("Given the exposure; test it with ancova().", *left_out),
    )  # fmt: skip
    spill = EffectEstimate(
        arm="exposure to treated", estimate=test.estimate, n=test.n, low=test.low, high=test.high,
        p_value=test.p_value, smallest_p=test.smallest_p, **common,
        p_method=f"re-drawing all but {test.n} focal units, {test.n_draws:,} times",
        notes=(f"All tied units together: {regression.coefficient('exposure'):+.4g}.", *left_out),
    ) if grade.allows_test else EffectEstimate(
        arm="exposure to treated", estimate=regression.coefficient("exposure"), n=regression.n, **common
    )  # fmt: skip
    return EffectTable((direct, spill))


def _focal(
    rows: pl.DataFrame, assignment: Assignment, at: np.ndarray, focal: str | None, seed: int
) -> np.ndarray:
    """Which rows are focal."""
    if focal is not None:
        chosen = numbers(rows, focal) == 1
    else:
        chosen = np.array(
            [lottery.keyed_number(assignment.seed, f"focal-{seed}", assignment.units[i]) % 2 == 0 for i in at]
        )
    if chosen.sum() < 3 or chosen.all():
        raise BadInput(
            place="the focal units",
            problem=f"are {int(chosen.sum())} of {len(chosen)}",
            remedy="About half of the tied units should be focal.",
        )
    return chosen


def _focal_model(rows, assignment, treated, y, matrix, own, exposed, table, at, chosen) -> Model:
    rows_of_focal = at[chosen]
    fixed = np.zeros(assignment.n, dtype=bool)
    fixed[rows_of_focal] = True
    absorber = Absorber([assignment.strata[rows_of_focal]], len(rows_of_focal))
    others = np.column_stack([own, matrix])[chosen]
    basis = orthonormal(absorber.residual(others), np.linalg.norm(others, axis=0))
    outcome = absorber.residual(numbers(rows, y)[chosen][:, None])[:, 0]
    outcome = outcome - basis @ (basis.T @ outcome)
    pair = (assignment.arms[0], treated)
    model = Model(
        assignment, treated, pair, None, rows_of_focal, outcome, None, absorber,
        np.hstack([absorber.rest, basis]), None,
    )  # fmt: skip
    return replace(
        model, exposure=exposed.weights[rows_of_focal], fixed=fixed,
        expected=table.get_column("expected").to_numpy()[rows_of_focal],
    )  # fmt: skip
