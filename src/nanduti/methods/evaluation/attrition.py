"""Who was lost, and what that could hide: attrition table and bounds.

Sources: Lee 2009, *REStud* 76, 1071-1102; Horowitz & Manski 2000, *JASA* 95; Imbens & Manski 2004,
*Econometrica* 72 (interval for the effect inside its bounds).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import optimize, stats

from nanduti.methods.values import BadInput, CannotBeSaid

from ._redraw import stream, whole_numbers
from ._tables import numbers, positive_count
from .assignment import Assignment
from .effects import ancova, observed_units
from .evidence import EvidenceGrade, grade_lottery
from .permutation import two_arms
from .regression import fit


@dataclass(frozen=True)
class AttritionTable:
    """Losses by arm.

    Attributes:
        arms: arm, n_drawn, n_observed, n_lost, lost_share, difference (against the first arm), p_value
            (by re-drawing the lottery; null in the first arm's row, and where nobody was lost).
        covariates: arm, covariate, difference: by how much more a unit of the covariate goes with being
            lost in the arm than in the first; standard_error, p_value (HC2). Empty without covariates.
        grade: A or B by the losses.
    """

    arms: pl.DataFrame
    covariates: pl.DataFrame
    grade: EvidenceGrade


def attrition_table(
    data: pl.DataFrame,
    assignment: Assignment,
    *,
    y: str,
    covariates: Sequence[str] = (),
    draws: int = 999,
    seed: int = 0,
) -> AttritionTable:
    """Count the units that were drawn and have no outcome, and test whether arms lost different shares.

    Units of the lottery that are absent from ``data`` count as lost.

    >>> from nanduti.methods.evaluation import randomize
    >>> drawn = randomize(pl.DataFrame({"id": range(20)}), unit="id", arms=["a", "b"], seed="demo")
    >>> endline = drawn.frame.with_columns(sales=1.0).head(15)
    >>> attrition_table(endline, drawn, y="sales").arms.select("n_drawn", "n_observed").sum().row(0)
    (20, 15)
    """
    observed = observed_units(data, assignment, y)
    everyone = assignment.frame.with_columns(pl.Series("lost", (~observed).astype(float)))
    tests = ancova(everyone, assignment, y="lost", draws=draws, seed=seed)
    rows, first = [], None
    for a, arm in enumerate(assignment.arms):
        here = assignment.arm_codes == a
        n, seen = int(here.sum()), int((here & observed).sum())
        share = (n - seen) / n if n else None
        first = share if a == 0 else first
        gap = None if a == 0 or share is None or first is None else share - first
        rows.append((arm, n, seen, n - seen, share, gap, None if a == 0 else tests[arm].p_value))
    return AttritionTable(
        pl.DataFrame(rows, schema=_ARMS, orient="row"),
        _selective(data, assignment, observed, covariates),
        grade_lottery(assignment, observed),
    )


def _selective(data, assignment, observed, covariates) -> pl.DataFrame:
    rows = []
    at = assignment.rows_in(data)
    for name in covariates:
        known = np.full(assignment.n, np.nan)
        known[at] = numbers(data, name)
        for arm in assignment.arms[1:]:
            use = ~np.isnan(known) & np.isin(assignment.arm_codes, (0, assignment.arm_index(arm)))
            in_arm = (assignment.arm_codes[use] == assignment.arm_index(arm)).astype(float)
            x = np.column_stack([np.ones(use.sum()), in_arm, known[use], in_arm * known[use]])
            groups = None if assignment.clusters is None else np.unique(
                assignment.clusters[use], return_inverse=True)[1]  # fmt: skip
            regression = fit((~observed[use]).astype(float), x, ["1", "arm", "x", "both"], groups=groups)
            row: tuple[object, ...] = (None, None, None)
            if "both" in regression.terms and regression.n > regression.rank:
                found = regression.table(terms=["both"]).row(0, named=True)
                p = found["p_value"]
                row = (found["estimate"], found["standard_error"], p)
            rows.append((arm, name, *row))
    return pl.DataFrame(rows, schema=_COVARIATES, orient="row")


@dataclass(frozen=True)
class Bounds:
    """Between which values the effect must lie.

    Attributes:
        lower, upper: bounds of the effect on units observed in either arm.
        trimmed_share: share of the fuller arm's observed values left out; trimmed_arm: which arm.
        low, high: interval that covers the effect itself with the stated level; None if not asked for.
    """

    lower: float
    upper: float
    trimmed_share: float
    trimmed_arm: str | None
    low: float | None
    high: float | None
    level: float
    n_observed: tuple[int, int]
    n_drawn: tuple[int, int]
    assumption: str


def lee_bounds(
    data: pl.DataFrame,
    assignment: Assignment,
    *,
    y: str,
    arm: str | None = None,
    against: str | None = None,
    level: float = 0.95,
    draws: int = 999,
    seed: int = 0,
) -> Bounds:
    """Bounds when one arm lost more units: trim the other arm's tails by the excess, both ways.

    Assumes that being in an arm can only make units more (or only less) likely to be seen. The marginal
    value is trimmed in part, so that exactly the excess share goes. The interval bootstraps whole drawn
    units (groups, where groups were drawn) and applies Imbens & Manski; ``draws=0`` leaves it out.

    >>> from nanduti.methods.evaluation import reported_assignment
    >>> firms = pl.DataFrame({"id": range(20), "arm": ["mentor"] * 10 + ["none"] * 10,
    ...                       "sales": [*range(1, 11), *range(1, 9), None, None]})
    >>> lottery = reported_assignment(firms, unit="id", arm="arm", control="none", note="example")
    >>> bounds = lee_bounds(firms, lottery, y="sales", draws=0)
    >>> bounds.lower, bounds.upper, round(bounds.trimmed_share, 2)
    (0.0, 2.0, 0.2)
    """
    first, second, groups, names = _two_sides(data, assignment, y, arm, against)
    lower, upper, share, side = _lee(first, second)
    low = high = None
    if draws:
        positive_count(draws, "the number of draws", least=50)
        low, high = _imbens_manski(first, second, groups, lower, upper, level, draws, seed)
    return Bounds(
        lower, upper, share, None if side is None else names[side], low, high, level,
        (int((~np.isnan(first)).sum()), int((~np.isnan(second)).sum())), (len(first), len(second)),
        "the arm can only make units more, or only less, likely to be seen",
    )  # fmt: skip


def manski_bounds(
    data: pl.DataFrame, assignment: Assignment, *, y: str, least: float, most: float, arm: str | None = None,
    against: str | None = None,
) -> Bounds:  # fmt: skip
    """Bounds without any assumption about who was lost: put the least and the most possible in every gap.

    Args:
        least, most: the smallest and largest value the outcome can take.
    """
    first, second, _, _names = _two_sides(data, assignment, y, arm, against)
    seen = np.concatenate([first, second])
    seen = seen[~np.isnan(seen)]
    if seen.min() < least or seen.max() > most or not least < most:
        raise BadInput(
            place=f"the range {least} to {most}",
            problem=f"does not hold the outcomes seen ({seen.min():g} to {seen.max():g})",
            remedy="Widen it to all values the outcome can take.",
        )
    fill = lambda x, v: float(np.where(np.isnan(x), v, x).mean())  # noqa: E731
    return Bounds(
        fill(second, least) - fill(first, most), fill(second, most) - fill(first, least), 0.0, None, None, None,
        0.95, (int((~np.isnan(first)).sum()), int((~np.isnan(second)).sum())), (len(first), len(second)),
        "none, but the range of the outcome",
    )  # fmt: skip


def _two_sides(data, assignment, y, arm, against):
    names = two_arms(assignment, arm, against)
    values = np.full(assignment.n, np.nan)
    at = assignment.rows_in(data)
    if len(np.unique(at)) < len(at):
        raise BadInput(
            place="the data", problem="hold a unit twice", remedy="Bounds need one outcome per unit; average."
        )
    values[at] = numbers(data, y)
    masks = [assignment.arm_codes == assignment.arm_index(n) for n in names]
    sides = [values[m] for m in masks]
    for name, side in zip(names, sides):
        if np.isnan(side).all():
            raise CannotBeSaid(
                what="A bound", why=f"arm {name!r} has no outcome at all", remedy="Use manski_bounds()."
            )
    codes = np.arange(assignment.n) if assignment.clusters is None else assignment.clusters
    return *sides, [np.unique(codes[m], return_inverse=True)[1] for m in masks], names


def _lee(first: np.ndarray, second: np.ndarray) -> tuple[float, float, float, int | None]:
    seen = [np.sort(x[~np.isnan(x)]) for x in (first, second)]
    rates = [len(s) / len(x) for s, x in zip(seen, (first, second))]
    if rates[0] == rates[1]:
        effect = float(seen[1].mean() - seen[0].mean())
        return effect, effect, 0.0, None
    fuller = int(rates[1] > rates[0])
    share = 1 - rates[1 - fuller] / rates[fuller]
    bottom, top = _trimmed_means(seen[fuller], share)
    other = float(seen[1 - fuller].mean())
    if fuller == 1:
        return bottom - other, top - other, share, fuller
    return other - top, other - bottom, share, fuller


def _trimmed_means(ordered: np.ndarray, share: float) -> tuple[float, float]:
    """Means after taking the share off the top, and off the bottom (the marginal value in part)."""
    keep = len(ordered) * (1 - share)
    whole = int(np.floor(keep + 1e-9))
    part = max(keep - whole, 0.0) if whole < len(ordered) else 0.0
    bottom = ordered[:whole].sum() + (part * ordered[whole] if part else 0.0)
    top = ordered[len(ordered) - whole :].sum() + (part * ordered[-whole - 1] if part else 0.0)
    return float(bottom / (whole + part)), float(top / (whole + part))


def _imbens_manski(first, second, groups, lower, upper, level, draws, seed):
    found = []
    members = [[np.flatnonzero(g == c) for c in range(g.max() + 1)] for g in groups]
    for b in range(draws):
        bits = stream("lee", "bootstrap", seed * 1_000_003 + b)
        sample = []
        for side, of in zip((first, second), members):
            chosen = whole_numbers(bits, (len(of),), len(of))
            singles = len(of) == len(side)
            sample.append(side[chosen if singles else np.concatenate([of[c] for c in chosen])])
        if all((~np.isnan(s)).any() for s in sample):
            found.append(_lee(*sample)[:2])
    errors = np.std(np.array(found), axis=0, ddof=1)
    largest = float(errors.max())
    if not largest > 0:
        return lower, upper
    width = (upper - lower) / largest
    c = optimize.brentq(lambda z: stats.norm.cdf(z + width) - stats.norm.cdf(-z) - level, 0, 10)
    return float(lower - c * errors[0]), float(upper + c * errors[1])


_ARMS = {
    "arm": pl.String,
    "n_drawn": pl.Int64,
    "n_observed": pl.Int64,
    "n_lost": pl.Int64,
    "lost_share": pl.Float64,
    "difference": pl.Float64,
    "p_value": pl.Float64,
}
_COVARIATES = {
    "arm": pl.String,
    "covariate": pl.String,
    "difference": pl.Float64,
    "standard_error": pl.Float64,
    "p_value": pl.Float64,
}
