"""The rows an estimate stands on, and the sentence of warnings that goes with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, counted, mark

from ._columns import What, gaps, name_of, numbers
from .estimates import Estimate, check_level, symmetric
from .variance import degrees_of_freedom

if TYPE_CHECKING:
    from .design import SurveyDesign

FEW_PSUS = 12


@dataclass(frozen=True)
class Sample:
    """The rows an estimate stands on: their numbers (``None`` = all), weights and answers."""

    rows: np.ndarray | None
    weights: np.ndarray
    answers: tuple[np.ndarray, ...]
    name: str
    n_missing: int
    df: int
    n_psus: int

    @property
    def n(self) -> int:
        """Answers used."""
        return len(self.weights)


def take(design: SurveyDesign, *whats: What, missing: str = "refuse") -> Sample:
    """Answers of the domain; missing ones are refused, or left out and counted, as told."""
    if missing not in ("refuse", "leave_out"):
        raise BadInput(
            place=f"missing={missing!r}",
            problem="is not a known way",
            remedy="Use 'refuse' or 'leave_out'.",
        )
    columns = [numbers(design.frame, what) for what in whats]
    absent = [found for found in map(gaps, columns) if found is not None]
    inside = design.domain if design.all_weighted else _weighted(design)
    holes = np.any(absent, axis=0) if absent else None
    if holes is not None and inside is not None:
        holes = holes & inside
    n_missing = 0 if holes is None else int(holes.sum())
    name = " / ".join(name_of(what) for what in whats)
    if holes is not None and n_missing and missing == "refuse":
        raise BadInput(
            place=f"column '{name}', row {int(np.argmax(holes)) + 1}",
            problem=f"is missing ({n_missing} of {design.frame.height} rows)",
            remedy="Fill the answers, or say missing='leave_out' to use the others and count these.",
        )
    rows: np.ndarray | None = None
    if holes is not None and n_missing:
        rows = np.flatnonzero(~holes if inside is None else inside & ~holes)
    elif inside is not None:
        rows = np.flatnonzero(inside)
    if rows is not None and len(rows) == 0:
        raise CannotBeSaid(
            what=f"Anything about '{name}'", why="nobody answered", remedy="Ask again or widen the domain."
        )
    pick = slice(None) if rows is None else rows
    df, n_psus = degrees_of_freedom(design, rows)
    return Sample(rows, design.weights[pick], tuple(c[pick] for c in columns), name, n_missing, df, n_psus)


def _weighted(design: SurveyDesign) -> np.ndarray:
    positive = design.weights > 0
    return positive if design.domain is None else positive & design.domain


def finish(
    design: SurveyDesign,
    sample: Sample,
    what: str,
    value: float,
    variance: float,
    level: float,
    df: float | None,
    method: str = "linearised",
) -> Estimate:
    """An estimate with a t interval and the warnings a reader needs."""
    check_level(level)
    use = float(sample.df) if df is None else float(df)
    se = None if math.isnan(variance) else math.sqrt(max(variance, 0.0))
    low, high = symmetric(value, se, use, level)
    told = "normal" if math.isinf(use) else f"t with {use:.4g} degrees of freedom"
    return Estimate(
        what=what,
        value=value,
        se=se,
        df=use,
        low=low,
        high=high,
        level=level,
        method=f"{method}, {told}",
        n=sample.n,
        n_missing=sample.n_missing,
        n_psus=sample.n_psus,
        warnings=warnings(design, sample),
    )


def warnings(design: SurveyDesign, sample: Sample) -> tuple[Reason, ...]:
    """What must be known before quoting: few PSUs, answers left out, odd weights."""
    found = list(design.warnings)
    if sample.df <= 0:
        found.append(
            Reason(
                "sampling.no_degrees_of_freedom",
                mark("There are no more primary sampling units than strata ({n}): no interval can be said."),
                {"n": sample.n_psus},
            )
        )
    elif sample.df < FEW_PSUS - 1:
        found.append(
            Reason(
                "sampling.few_psus",
                counted(
                    sample.df,
                    mark("Only one degree of freedom: the interval may be too short where PSUs are uneven."),
                    mark(
                        "Only {df} degrees of freedom: the interval may be too short where PSUs are uneven."
                    ),
                ),
                {"df": sample.df},
            )
        )
    if sample.n_missing:
        found.append(
            Reason(
                "sampling.left_out",
                mark(
                    "Left out, being without an answer: {n}. If they differ from the others the figure is off."
                ),
                {"n": sample.n_missing},
            )
        )
    return tuple(found)
