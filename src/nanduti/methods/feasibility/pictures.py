"""Pictures of a study as SVG text, drawn by plain code from its figures."""

from __future__ import annotations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, mark

from . import _svg as svg
from ._svg import Plot
from .engine import Result
from .indicators import discount_factors, months_from_reference
from .risk import Risk

FLOWS = "net cash flow, total capital"


def _money(result: Result) -> str:
    unit = result.study.unit
    return result.study.currency if unit == 1 else f"{svg.figure(unit)} {result.study.currency}"


def _room(*values: float) -> tuple[float, float]:
    low, high = min(0.0, *values), max(0.0, *values)
    pad = 0.05 * (high - low) or 1.0
    return (low - pad if low < 0 else low), (high + pad if high > 0 else high)


def _period_labels(result: Result) -> list[tuple[float, str]]:
    labels, every = result.axis.labels, max(1, round(len(result.axis.labels) / 9))
    return [(j, label[:7]) for j, label in enumerate(labels) if j % every == 0]


def cumulative_cash_picture(result: Result, run: int = 0) -> str:
    """Cumulative net cash flow of total capital, as it is and discounted: where each crosses nil it is paid back.

    >>> from nanduti.methods.feasibility import evaluate, read_study
    >>> r = evaluate(read_study("{name: x, currency: PYG, horizon: {start: 2025-01, construction_periods: 0, "
    ...     "production_years: 2}, discounting: {rate: 0.1}, products: [{name: a, capacity: 2, price: 5}]}"))
    >>> cumulative_cash_picture(r)[:4]
    '<svg'
    """
    flows, d = result.line(FLOWS, run), result.study.discounting
    t = months_from_reference(result.axis.n, months=result.axis.months, reference=d.reference)
    plain, worth = np.cumsum(flows), np.cumsum(flows * discount_factors(d.rate, t))
    title = mark("Cumulative net cash flow")
    plot = Plot(title, (-0.5, result.axis.n - 0.5), _room(*plain, *worth), y_name=_money(result))
    plot.ticks_y()
    plot.ticks_x(_period_labels(result))
    for j, value in enumerate(flows):
        plot.bar(j - 0.3, j + 0.3, 0.0, float(value), "#cfe0e6" if value >= 0 else "#ecd2ca")
    plot.rule_y(0.0)
    at = range(result.axis.n)
    plot.line(at, plain, svg.GOOD)
    plot.line(at, worth, svg.BAD, "5 3")
    plot.text(svg.WIDTH - 20, 18, mark("solid: as it is · dashed: discounted"), anchor="end")
    said = f"ends at {plain[-1]:,.0f}, discounted at {worth[-1]:,.0f}"
    return plot.svg(said)


def tornado_picture(table: pl.DataFrame, *, money: str = "") -> str:
    """The frame of :func:`~nanduti.methods.feasibility.tornado` as bars about the study as it stands.

    Raises:
        CannotBeSaid: no row has an outcome at both ends.
    """
    known = table.drop_nulls(["at_low", "at_high"])
    if not known.height:
        raise CannotBeSaid(
            what=mark("The picture"),
            why=mark("no outcome can be said at both ends"),
            remedy=mark("Choose another outcome or narrower steps."),
        )
    base = float(known["base"][0])
    ends = [*known["at_low"].to_list(), *known["at_high"].to_list(), base]
    pad = 0.06 * (max(ends) - min(ends)) or 1.0
    longest = min(230, max(76, 7 * max(len(a) for a in known["address"]) + 16))
    plot = Plot(mark("What moves the outcome most"), (min(ends) - pad, max(ends) + pad), (0.0, float(known.height)),
                x_name=money, left=longest)  # fmt: skip
    plot.ticks_x()
    for k, row in enumerate(known.iter_rows(named=True)):
        top = known.height - k
        for end, colour in (("at_low", svg.BAD), ("at_high", svg.GOOD)):
            plot.bar(base, row[end], top - 0.85, top - 0.15, colour)
        plot.text(longest - 8, plot.py(top - 0.5) + 4, row["address"], anchor="end")
    plot.rule_x(base)
    plot.text(svg.WIDTH - 20, 18, mark("red: lower end · blue: upper end"), anchor="end")
    return plot.svg(", ".join(f"{r['address']} {r['at_low']:,.0f} to {r['at_high']:,.0f}"
                              for r in known.iter_rows(named=True)))  # fmt: skip


def break_even_picture(result: Result, year: str, run: int = 0) -> str:
    """Sales, variable and all costs of a year against the use of what was planned: where sales cross costs."""
    axis = result.axis
    j = axis.index(year, "year")
    if not axis.production.start <= j < axis.production.stop:
        raise BadInput(
            place=f"period {year!r}",
            problem=mark("is no period of production"),
            remedy=mark("Choose a year in which it produces."),
        )
    get = lambda n: max(0.0, float(result.line(n, run)[j]))  # noqa: E731
    sales, variable = get("sales"), get("variable costs")
    fixed = get("fixed costs") + get("depreciation") + get("costs of finance")
    margin = sales - variable
    at = fixed / margin if margin > 0 else None
    end = max(1.2, 1.1 * at) if at is not None and at < 5 else 1.2
    title = mark("Break-even in {year}").format(year=year)
    plot = Plot(title, (0.0, end), _room(sales * end, fixed + variable * end), left=svg.LEFT,
                x_name=mark("share of the sales planned"), y_name=_money(result))  # fmt: skip
    plot.ticks_y()
    plot.ticks_x(say=lambda v: f"{100 * v:.0f}\u202f%")
    xs = (0.0, end)
    plot.line(xs, (0.0, sales * end), svg.GOOD)
    plot.line(xs, (fixed, fixed + variable * end), svg.BAD)
    plot.line(xs, (fixed, fixed), svg.QUIET, "4 3")
    plot.rule_y(0.0)
    if at is not None and at <= end:
        plot.rule_x(at, f"{100 * at:.1f}\u202f%")
    plot.text(svg.WIDTH - 20, 18, mark("blue: sales · red: all costs · grey: fixed costs"), anchor="end")
    return plot.svg(
        "no volume breaks even" if at is None else f"breaks even at {100 * at:.1f} % of planned sales"
    )


def risk_picture(risk: Risk, *, outcome: str = "npv_total", money: str = "", bins: int = 40) -> str:
    """How often each outcome came up in many runs; losses are red."""
    values = risk.runs[outcome].drop_nulls().to_numpy()
    if values.size < 2 or np.ptp(values) == 0:
        raise CannotBeSaid(
            what=mark("The picture"),
            why=mark("the outcomes do not differ"),
            remedy=mark("Let something vary."),
        )
    counts, edges = np.histogram(values, bins=bins)
    share = counts / values.size
    plot = Plot(mark("How the runs came out"), (float(min(edges[0], 0)), float(max(edges[-1], 0))),
                (0.0, float(share.max()) * 1.08), x_name=money)  # fmt: skip
    plot.ticks_y(say=lambda v: f"{100 * v:.3g}\u202f%")
    plot.ticks_x()
    for height, a, b in zip(share, edges[:-1], edges[1:], strict=True):
        middle = (a + b) / 2
        plot.bar(float(a), float(b), 0.0, float(height), svg.BAD if middle < 0 else svg.GOOD)
    plot.rule_x(0.0)
    plot.rule_y(0.0)
    return plot.svg(f"{100 * float(np.mean(values < 0)):.1f} % of {values.size} runs lie below nil")
