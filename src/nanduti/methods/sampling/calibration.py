"""Weights brought into line with what is known of the population: post-strata, raking, known totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from ._columns import complete_numbers, crossed, names

if TYPE_CHECKING:
    from .design import SurveyDesign

Margin = tuple[np.ndarray, np.ndarray]  # codes per row, population count per code


@dataclass(frozen=True)
class Calibration:
    """One adjustment of weights, and what it does to errors.

    The variance of a calibrated estimate is that of the residuals of the linearised variable on the
    calibration variables (Deville and Särndal 1992, JASA 87, 376–382).

    Attributes:
        kind: "post_stratify", "rake" or "calibrate".
        margins: for the first two: codes per row and counts per code, one pair per margin.
        columns: for the last: known variables, shape (rows, variables).
        totals: their known totals.
        before, after: weights.
    """

    kind: str
    margins: tuple[Margin, ...]
    columns: np.ndarray | None
    totals: np.ndarray | None
    before: np.ndarray
    after: np.ndarray

    def again(self, weights: np.ndarray) -> np.ndarray:
        """The same adjustment applied to other starting weights (those of a replicate)."""
        if self.kind == "rake":
            return _rake(weights, self.margins, 1e-10, 500)
        if self.kind == "post_stratify":
            return _to_margin(weights, *self.margins[0])
        assert self.columns is not None and self.totals is not None
        return _linear(weights, self.columns, self.totals)

    def residual_scores(self, scores: np.ndarray) -> np.ndarray:
        """Scores (rows × statistics) minus what the calibration variables explain of them."""
        used = self.after > 0
        variable = np.zeros_like(scores)
        variable[used] = scores[used] / self.after[used, None]
        return self.after[:, None] * (variable - self._fitted(variable))

    def _fitted(self, variable: np.ndarray) -> np.ndarray:
        weighted = self.before[:, None] * variable
        if self.columns is not None:
            gram = self.columns.T @ (self.columns * self.before[:, None])
            return self.columns @ np.linalg.lstsq(gram, self.columns.T @ weighted, rcond=None)[0]
        blocks = [[_crosstab(a, b, self.before) for b in self.margins] for a in self.margins]
        right = np.vstack([_sums(codes, weighted, len(counts)) for codes, counts in self.margins])
        solved = np.linalg.lstsq(np.block(blocks), right, rcond=None)[0]
        fitted, start = np.zeros_like(variable), 0
        for codes, counts in self.margins:
            fitted += solved[start + codes]
            start += len(counts)
        return fitted


def _crosstab(a: Margin, b: Margin, weights: np.ndarray) -> np.ndarray:
    cells = np.bincount(a[0] * len(b[1]) + b[0], weights=weights, minlength=len(a[1]) * len(b[1]))
    return cells.reshape(len(a[1]), len(b[1]))


def _sums(codes: np.ndarray, values: np.ndarray, n: int) -> np.ndarray:
    return np.column_stack([np.bincount(codes, weights=v, minlength=n) for v in values.T])


def post_stratify(design: SurveyDesign, by: str | Sequence[str], population: Any) -> SurveyDesign:
    """Weights scaled inside groups so that they add up to known counts (Holt and Smith 1979).

    Args:
        design: the survey design (whole, not a domain).
        by: column(s) that make the groups.
        population: known counts: a mapping from group (a value, or a tuple for several columns) to count,
            or a frame with the columns of ``by`` and one more.

    Raises:
        BadInput: a group of the sample has no count, or counts are not positive numbers.
        CannotBeSaid: a group of the population has nobody in the sample.
    """
    _whole(design)
    margin = _margin(design, names(by), population)
    after = _to_margin(design.weights, *margin)
    made = Calibration("post_stratify", (margin,), None, None, design.weights, after)
    return design.changed(weights=after, calibrations=(*design.calibrations, made))


def rake(
    design: SurveyDesign,
    margins: Mapping[str | tuple[str, ...], Any],
    *,
    tolerance: float = 1e-10,
    max_rounds: int = 500,
) -> SurveyDesign:
    """Weights scaled to one margin after another until all hold (Deming and Stephan 1940).

    Args:
        design: the survey design (whole, not a domain).
        margins: for every column, or tuple of columns, its known counts as in :func:`post_stratify`.
        tolerance: largest relative difference allowed at the end.
        max_rounds: give up after so many rounds.

    Raises:
        BadInput: margins add up to different populations, or a group lacks a count.
        CannotBeSaid: no weights can meet all margins.
    """
    _whole(design)
    if not margins:
        raise BadInput(place="margins", problem="are empty", remedy="Give at least one margin.")
    read = tuple(_margin(design, names(by), counts) for by, counts in margins.items())
    sums = [float(counts.sum()) for _, counts in read]
    if max(sums) - min(sums) > 1e-6 * max(sums):
        told = ", ".join(f"{by}: {total:.10g}" for by, total in zip(margins, sums, strict=True))
        raise BadInput(
            place="margins",
            problem=f"add up to different populations ({told})",
            remedy="Bring all margins to the same total first.",
        )
    after = _rake(design.weights, read, tolerance, max_rounds)
    made = Calibration("rake", read, None, None, design.weights, after)
    return design.changed(weights=after, calibrations=(*design.calibrations, made))


def calibrate(design: SurveyDesign, totals: Mapping[str, float]) -> SurveyDesign:
    """Weights changed as little as possible so that known totals are met (linear, or GREG, calibration).

    Args:
        design: the survey design (whole, not a domain).
        totals: known total of every column named; the name "1" stands for the number of units.

    Raises:
        CannotBeSaid: the columns say the same thing twice, or weights would have to be negative.
    """
    _whole(design)
    columns = np.column_stack(
        [np.ones(design.frame.height) if c == "1" else complete_numbers(design.frame, c) for c in totals]
    )
    known = np.array([float(total) for total in totals.values()])
    after = _linear(design.weights, columns, known)
    if (after < 0).any():
        raise CannotBeSaid(
            what="A calibrated weight",
            why=f"{int((after < 0).sum())} rows would count negatively",
            remedy="Use fewer totals, or rake to groups instead.",
        )
    made = Calibration("calibrate", (), columns, known, design.weights, after)
    return design.changed(weights=after, calibrations=(*design.calibrations, made))


def _whole(design: SurveyDesign) -> None:
    if design.domain is not None:
        raise BadInput(
            place="the design",
            problem="is a domain",
            remedy="Adjust the weights of the whole design first, then take the domain with where().",
        )


def _margin(design: SurveyDesign, by: tuple[str, ...], population: Any) -> Margin:
    codes, labels = crossed(design.frame, by)
    known = _counts(by, population)
    told = " × ".join(by)
    for label, count in known.items():
        if not np.isfinite(count) or count < 0:
            raise BadInput(
                place=f"the count of {told} = {_say(label)}",
                problem=f"is {count:g}",
                remedy="Give the number of units in the population.",
            )
    absent = [label for label, count in known.items() if label not in set(labels) and count > 0]
    if absent:
        raise CannotBeSaid(
            what=f"Anything about {told} = {_say(absent[0])}",
            why="it has units in the population but none in the sample",
            remedy="Join it with a similar group.",
        )
    lacking = [label for label in labels if label not in known]
    if lacking:
        raise BadInput(
            place=f"{told} = {_say(lacking[0])}",
            problem="is in the sample but has no count",
            remedy="Give its number of units in the population.",
        )
    counts = np.array([known[label] for label in labels])
    if 0 < counts.sum() <= 1 + 1e-9:
        raise BadInput(
            place=f"the counts of {told}",
            problem="add up to 1: they look like shares",
            remedy="Multiply them by the number of units in the population.",
        )
    return codes, counts


def _say(label: tuple[object, ...]) -> str:
    return repr(label[0]) if len(label) == 1 else repr(label)


def _counts(by: tuple[str, ...], population: Any) -> dict[tuple[object, ...], float]:
    if isinstance(population, pl.DataFrame):
        rest = [name for name in population.columns if name not in by]
        if set(by) - set(population.columns) or len(rest) != 1:
            raise BadInput(
                place="the population table",
                problem=f"has columns {', '.join(population.columns)}",
                remedy=f"Give {', '.join(by)} and one column with the count.",
            )
        rows = population.select(*by, rest[0]).rows()
        if len({row[:-1] for row in rows}) != len(rows):
            raise BadInput(
                place="the population table", problem="names a group twice", remedy="Add its counts up."
            )
        return {row[:-1]: float(row[-1]) for row in rows}
    return {
        key if isinstance(key, tuple) else (key,): float(value) for key, value in dict(population).items()
    }


def _to_margin(weights: np.ndarray, codes: np.ndarray, counts: np.ndarray) -> np.ndarray:
    sums = np.bincount(codes, weights=weights, minlength=len(counts))
    empty = (sums == 0) & (counts > 0)
    if empty.any():
        raise CannotBeSaid(
            what="An adjusted weight",
            why="a group of the population has no weighted row in the sample or in a replicate",
            remedy="Join it with a similar group.",
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(sums > 0, counts / sums, 0.0)
    return weights * factor[codes]


def _rake(weights: np.ndarray, margins: tuple[Margin, ...], tolerance: float, rounds: int) -> np.ndarray:
    # Only cells of the cross of all margins matter: rows of a cell share one factor.
    cell = margins[0][0]
    for codes, counts in margins[1:]:
        cell = cell * len(counts) + codes
    present, cell = np.unique(cell, return_inverse=True)
    base = np.bincount(cell, weights=weights, minlength=len(present))
    first = np.zeros(len(present), dtype=np.int64)
    first[cell] = np.arange(len(cell))
    inside = [(codes[first], counts) for codes, counts in margins]
    now = base
    for _ in range(rounds):
        for codes, counts in inside:
            now = _to_margin(now, codes, counts)
        worst = max(
            float(np.max(np.abs(np.bincount(c, weights=now, minlength=len(k)) - k) / np.maximum(k, 1e-300)))
            for c, k in inside
        )
        if worst <= tolerance:
            with np.errstate(divide="ignore", invalid="ignore"):
                return weights * np.where(base > 0, now / base, 0.0)[cell]
    raise CannotBeSaid(
        what="A raked weight",
        why=f"after {rounds} rounds a margin is still {100 * worst:.2g} % off: the sample lacks a "
        "combination the margins need",
        remedy="Join thin groups, or drop a margin.",
    )


def _linear(weights: np.ndarray, columns: np.ndarray, totals: np.ndarray) -> np.ndarray:
    scale = np.sqrt(weights @ columns**2)
    if (scale == 0).any():
        raise CannotBeSaid(
            what="A calibrated weight",
            why="a known column is zero in the whole sample",
            remedy="Leave that total out.",
        )
    unit = columns / scale
    gram = unit.T @ (unit * weights[:, None])
    if np.linalg.matrix_rank(gram, tol=1e-10) < len(totals):
        raise CannotBeSaid(
            what="A calibrated weight",
            why="the known columns say the same thing twice",
            remedy="Leave one of the totals out.",
        )
    step = np.linalg.solve(gram, totals / scale - weights @ unit)
    return weights * (1 + unit @ step)
