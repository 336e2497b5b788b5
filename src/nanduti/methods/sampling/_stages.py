"""Stages of sampling: which units were drawn, in which stratum, out of how many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from ._columns import coded, column, complete_numbers, compress, crossed


@dataclass(frozen=True)
class Stage:
    """One stage: rows → units → strata.

    Attributes:
        units: code of the sampled unit, per row.
        unit_stratum: code of the stratum, per unit.
        n_units: units drawn, per stratum.
        population: units in the population, per stratum; ``None`` if drawn with replacement or unknown.
        labels: the name of every stratum, for messages.
    """

    units: np.ndarray
    unit_stratum: np.ndarray
    n_units: np.ndarray
    population: np.ndarray | None
    labels: list[str]

    @property
    def fraction(self) -> np.ndarray:
        """Sampling fraction per stratum; zero where the population is not given."""
        if self.population is None:
            return np.zeros(len(self.n_units))
        return self.n_units / self.population

    @property
    def row_stratum(self) -> np.ndarray:
        """Code of the stratum, per row."""
        return self.unit_stratum[self.units]


def build(
    frame: pl.DataFrame, strata: Sequence[str], units: Sequence[str], fpc: Sequence[str], nest: bool
) -> tuple[Stage, ...]:
    """All stages of a design from the names of its columns."""
    if len(fpc) > max(1, len(units)):
        raise BadInput(
            place="fpc",
            problem=f"names {len(fpc)} columns, and the stages are {max(1, len(units))}",
            remedy="Give one population size per stage, in the order of psu.",
        )
    stages: list[Stage] = []
    parents, labels = _top(frame, strata)
    for number in range(max(1, len(units))):
        stage = _stage(
            frame,
            parents,
            labels,
            units[number] if units else None,
            fpc[number] if number < len(fpc) else None,
            may_repeat=nest or number > 0 or not strata,
        )
        stages.append(stage)
        parents, labels = stage.units, _unit_labels(stage, units[number] if units else "row", number)
    return tuple(stages)


def _top(frame: pl.DataFrame, strata: Sequence[str]) -> tuple[np.ndarray, list[str]]:
    if not strata:
        return np.zeros(frame.height, dtype=np.int64), ["the whole sample"]
    codes, labels = crossed(frame, strata)
    return codes, ["stratum '" + ", ".join(str(part) for part in label) + "'" for label in labels]


def _unit_labels(stage: Stage, name: str, number: int) -> list[str]:
    # Only messages need these; a design with a million rows as units must not build a million strings.
    return (
        []
        if len(stage.unit_stratum) > 100_000
        else [f"{name} {i + 1}" for i in range(len(stage.unit_stratum))]
    )


def _stage(
    frame: pl.DataFrame,
    parents: np.ndarray,
    labels: list[str],
    unit: str | None,
    fpc: str | None,
    may_repeat: bool,
) -> Stage:
    n_parents = int(parents.max()) + 1
    if unit is None:
        units, unit_stratum = np.arange(frame.height), parents
    else:
        units, levels = coded(column(frame, unit))
        unit_stratum = np.empty(len(levels), dtype=np.int64)
        unit_stratum[units] = parents
        if n_parents > 1 and not np.array_equal(unit_stratum[units], parents):
            # Some identifier stands in several strata: there a unit is the pair of both.
            pairs, present = compress(parents * len(levels) + units, n_parents * len(levels))
            if not may_repeat:
                _each_in_one_stratum(unit, present % len(levels), present // len(levels), levels, labels)
            units, unit_stratum = pairs, present // len(levels)
    n_units = np.bincount(unit_stratum, minlength=n_parents)
    population = None if fpc is None else _population(frame, fpc, parents, n_units, labels)
    return Stage(units, unit_stratum, n_units, population, labels)


def _each_in_one_stratum(
    unit: str, own: np.ndarray, stratum: np.ndarray, levels: list[object], labels: list[str]
) -> None:
    twice = np.bincount(own, minlength=len(levels)) > 1
    if not twice.any():
        return
    which = int(np.argmax(twice))
    places = " and ".join(labels[s] for s in stratum[own == which][:2])
    raise BadInput(
        place=f"{unit} {levels[which]!r}",
        problem=f"stands in {places}",
        remedy="If numbers start again in every stratum say nest=True; otherwise correct the stratum.",
    )


def _population(
    frame: pl.DataFrame, fpc: str, parents: np.ndarray, n_units: np.ndarray, labels: list[str]
) -> np.ndarray:
    given = complete_numbers(frame, fpc)
    if (given <= 0).any():
        row = int(np.argmax(given <= 0))
        raise BadInput(
            place=f"column '{fpc}', row {row + 1}",
            problem=f"is {given[row]:g}",
            remedy="Give the number of units in the population (or the sampling fraction, up to 1).",
        )
    first = np.zeros(len(n_units))
    first[parents] = given
    uneven = ~np.isclose(first[parents], given)
    if uneven.any():
        row = int(np.argmax(uneven))
        raise BadInput(
            place=f"column '{fpc}', row {row + 1}",
            problem=f"differs within {_label(labels, parents[row])}: "
            f"{first[parents[row]]:g} and {given[row]:g}",
            remedy="A stratum has one population size: correct the rows.",
        )
    if (given <= 1).all():
        return n_units / first
    if (given < 1).any():
        row = int(np.argmax(given < 1))
        raise BadInput(
            place=f"column '{fpc}', row {row + 1}",
            problem=f"is the fraction {given[row]:g} where other rows hold counts",
            remedy="Give counts in every row, or fractions in every row.",
        )
    short = first < n_units
    if short.any():
        which = int(np.argmax(short))
        raise BadInput(
            place=f"{_label(labels, which)}, column '{fpc}'",
            problem=f"says {first[which]:g} in the population but {n_units[which]} were drawn",
            remedy="Correct the population size, or leave fpc out if units were drawn with replacement.",
        )
    return first


def _label(labels: list[str], which: int) -> str:
    return labels[which] if which < len(labels) else f"unit {which + 1}"
