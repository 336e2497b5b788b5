"""The time axis of a study: periods, their labels and lengths, and schedules laid onto them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark

from .study import Horizon, Schedule

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])$")


@dataclass(frozen=True)
class Axis:
    """Periods of a study in order: construction, production, and the residual year if there is one."""

    labels: tuple[str, ...]
    months: np.ndarray
    first_month: int
    n_construction: int
    n_production: int
    has_residual: bool
    n_startup: int = 0

    @property
    def n(self) -> int:
        return len(self.labels)

    @property
    def ends(self) -> np.ndarray:
        """Months from the start of the first period to the end of each."""
        return np.cumsum(self.months)

    @property
    def production(self) -> slice:
        """Periods of production, the start-up among them."""
        return slice(self.n_construction, self.n_construction + self.n_production)

    @property
    def first_year(self) -> int:
        """The first full year of production."""
        return self.n_construction + self.n_startup

    @property
    def year_parts(self) -> np.ndarray:
        """Length of the periods of production in years, as a column."""
        return (self.months[self.production] / 12.0)[:, None]

    def on_production(self, values: np.ndarray) -> np.ndarray:
        """Rows of the periods of production as rows of all periods, zero before and after."""
        out = np.zeros((self.n, values.shape[1]))
        out[self.production] = values
        return out

    def at(self, period: int, value: np.ndarray | float) -> np.ndarray:
        """A value in one period (-1: the last one) and zero in the others."""
        out = np.zeros((self.n, np.atleast_1d(value).size))
        out[period] = value
        return out

    def lay(self, schedule: Schedule, place: str) -> np.ndarray:
        """The schedule as a column over the periods, zero where nothing is said."""
        out: np.ndarray | None = None
        for key, amount in schedule.items():
            value = np.atleast_1d(np.asarray(amount, dtype=float))
            if not np.all(np.isfinite(value)):
                raise BadInput(
                    place=f"{place}, {key}",
                    problem=mark("is missing or not finite"),
                    remedy=mark("Give a number or leave the period out."),
                )
            if out is None:
                out = np.zeros((self.n, value.size))
            elif value.size > out.shape[1]:
                out = np.repeat(out, value.size, axis=1)
            out[self.span(str(key), place)] += value
        return np.zeros((self.n, 1)) if out is None else out

    def span(self, key: str, place: str) -> slice:
        """The periods a key stands for: one label, ``a..b`` or ``a..``."""
        first, dots, last = key.partition("..")
        i = self.index(first.strip(), place)
        if not dots:
            return slice(i, i + 1)
        end = self.n_construction + self.n_production - 1
        j = self.index(last.strip(), place) if last.strip() else end
        if j < i:
            raise BadInput(
                place=f"{place}, {key!r}",
                problem=mark("ends before it starts"),
                remedy=mark("Exchange the two periods."),
            )
        return slice(i, j + 1)

    def index(self, label: str, place: str) -> int:
        """The position of a period label."""
        if label in self.labels:
            return self.labels.index(label)
        raise BadInput(
            place=f"{place}, period {label!r}",
            problem=mark("does not lie in the study"),
            remedy=f"Use a period from {self.labels[0]} to {self.labels[-1]}, written like these.",
        )

    def month_end(self, key: str, place: str) -> int:
        """Months from the start of the study to the end of the month named."""
        match = _MONTH.match(str(key))
        if not match:
            raise BadInput(
                place=f"{place}, {key!r}",
                problem=mark("is not a month"),
                remedy=mark("Write months like 1994-06."),
            )
        at = int(match[1]) * 12 + int(match[2]) - self.first_month
        if not 1 <= at <= self.ends[-1]:
            raise BadInput(
                place=f"{place}, month {key}",
                problem=mark("does not lie in the study"),
                remedy=f"Use months from the start of {self.labels[0]} to the end of {self.labels[-1]}.",
            )
        return at

    def years(self) -> np.ndarray:
        """0-based study year in which each period ends."""
        return np.ceil(self.ends / 12 - 1e-9).astype(int) - 1


def axis_of(horizon: Horizon) -> Axis:
    """Lay out the periods of a horizon.

    >>> axis_of(Horizon("1991-01", 2, 3)).labels
    ('1991', '1992', '1993', '1994', '1995', '1996')
    >>> axis_of(Horizon("2025-07", 2, 1, construction_months=3, residual_year=False)).labels
    ('2025-07/09', '2025-10/12', '2026')
    """
    match = _MONTH.match(str(horizon.start))
    if not match:
        raise BadInput(
            place=f"start {horizon.start!r}",
            problem=mark("is not a month"),
            remedy=mark("Write the first month like 1991-01."),
        )
    if horizon.construction_months not in (1, 3, 6, 12):
        raise BadInput(
            place=f"construction periods of {horizon.construction_months} months",
            problem=mark("are not among those that can be planned"),
            remedy=mark("Use 1, 3, 6 or 12 months."),
        )
    if min(horizon.construction_periods, horizon.startup_periods) < 0 or horizon.production_years < 1:
        raise BadInput(
            place="horizon",
            problem=mark("has no production year, or fewer than no construction periods"),
            remedy=mark("Give at least one year of production."),
        )
    first = int(match[1]) * 12 + int(match[2]) - 1
    lengths = [horizon.construction_months] * (horizon.construction_periods + horizon.startup_periods)
    lengths += [12] * (horizon.production_years + bool(horizon.residual_year))
    labels, at = [], first
    for length in lengths:
        labels.append(_label(at, length))
        at += length
    return Axis(
        tuple(labels),
        np.asarray(lengths, dtype=float),
        first,
        horizon.construction_periods,
        horizon.startup_periods + horizon.production_years,
        bool(horizon.residual_year),
        horizon.startup_periods,
    )


def _label(start: int, length: int) -> str:
    last = start + length - 1
    if length == 12:
        return f"{start // 12}" if start % 12 == 0 else f"{start // 12}/{str(last // 12)[-2:]}"
    month = f"{start // 12}-{start % 12 + 1:02d}"
    return month if length == 1 else f"{month}/{last % 12 + 1:02d}"
