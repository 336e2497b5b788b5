"""With and without: the flows a project adds to a firm that runs already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark

from ._checks import numbers
from .engine import Result
from .indicators import InternalRate, Payback, irr, npv, payback


@dataclass(frozen=True)
class Increment:
    """What a project adds: the flows with it less the flows without, and their measures."""

    flows: tuple[float, ...]
    npv: float
    irr: InternalRate
    payback: Payback


def incremental(
    with_project: Sequence[float],
    without_project: Sequence[float],
    *,
    rate: float,
    months: float | Sequence[float] = 12,
    reference: str = "end_of_first_year",
) -> Increment:
    """Measures of the difference between the flows with and without a project, period by period.

    Source: COMFAR III reference manual, incremental analysis.

    Raises:
        BadInput: the two series differ in length.

    >>> x = incremental([-100, 80, 80], [0, 10, 10], rate=0.1)
    >>> x.flows, round(x.npv, 4)
    ((-100.0, 70.0, 70.0), 21.4876)
    """
    a, b = numbers(with_project, "flows with the project"), numbers(without_project, "flows without it")
    if a.size != b.size:
        raise BadInput(
            place=f"{a.size} periods with and {b.size} without the project",
            problem=mark("do not pair up"),
            remedy=mark("Lay both over the same periods; a flow that is nil is written 0."),
        )
    flows = a - b
    return Increment(
        tuple(float(x) for x in flows),
        npv(flows, rate, months=months, reference=reference),
        irr(flows, months=months)
        if flows.size > 1
        else InternalRate((), None, mark("There is one period only.")),
        payback(flows, months=months),
    )


def incremental_studies(with_project: Result, without_project: Result) -> Increment:
    """The same for two computed studies over the same periods and in the same currency and unit."""
    a, b = with_project, without_project
    if a.axis.labels != b.axis.labels:
        raise BadInput(
            place=f"studies {a.study.name!r} and {b.study.name!r}",
            problem=mark("do not run over the same periods"),
            remedy=mark("Give both the same horizon."),
        )
    if (a.study.currency, a.study.unit, a.study.price_year) != (
        b.study.currency,
        b.study.unit,
        b.study.price_year,
    ):
        raise BadInput(
            place=f"studies {a.study.name!r} and {b.study.name!r}",
            problem=mark("differ in currency, unit or price year"),
            remedy=mark("Write both in the same money."),
        )
    flows = "net cash flow, total capital"
    d = a.study.discounting
    return incremental(
        np.asarray(a.line(flows)),
        np.asarray(b.line(flows)),
        rate=d.rate,
        months=a.axis.months,
        reference=d.reference,
    )
