"""Economic analysis: what a study is worth to the country, at shadow prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from .engine import Result
from .indicators import InternalRate, discount_factors, irr, months_from_reference

NUMERAIRES = ("domestic", "border")
LEVELS = ("market", "adjusted", "economic", "with indirect effects")
_WAGES = ("labour", "labour_overheads")


@dataclass(frozen=True)
class Shadow:
    """Shadow prices of a study.

    Attributes:
        rate: social discount rate of a year.
        scf: standard conversion factor; foreign exchange is worth 1/SCF of its official value.
        factors: adjustment factor by line (``sales``, ``residual value``, ``working capital``, an
            investment or a cost by name, category or group); 1 where nothing is said.
        exposure: share of a line that is foreign exchange; without it 1 for what is marked foreign or sold
            abroad, 0 for the rest.
        indirect: yearly effects beyond the project by label and period, benefits positive.
        skilled: names of labour costs that are skilled labour.
        numeraire: ``domestic`` prices or ``border`` prices.
    """

    rate: float
    scf: float = 1.0
    factors: Mapping[str, float] = field(default_factory=dict)
    exposure: Mapping[str, float] = field(default_factory=dict)
    indirect: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    skilled: tuple[str, ...] = ()
    numeraire: str = "domestic"


@dataclass(frozen=True)
class Economics:
    """Economic value of a study.

    Attributes:
        lines: flow of each line at each level (benefit positive), by period.
        npv, err: economic net present value and rate of return at each of the four levels.
        foreign_exchange: net foreign exchange of each period; ``foreign_exchange_value`` its present value.
        value_added: GDVA, NDVA and NNVA of each period.
        efficiency: present value of NNVA for each unit of wages, investment, skilled labour and net foreign
            exchange used; ``None`` where there is nothing to divide by.
    """

    lines: pl.DataFrame
    npv: dict[str, float]
    err: dict[str, InternalRate]
    foreign_exchange: np.ndarray
    foreign_exchange_value: float
    value_added: pl.DataFrame
    efficiency: dict[str, float | None]


def economic_analysis(result: Result, shadow: Shadow, run: int = 0) -> Economics:
    """Value a study line by line: market value, adjusted, with foreign exchange, with indirect effects.

    ``AMV = FV × factor``; foreign-exchange adjustment ``AMV × exposure × (1/SCF − 1)`` at domestic prices,
    ``−AMV × (1 − exposure) × (1 − SCF)`` at border prices. Taxes on profit, dividends and debt service are
    transfers and left out; taxes and subsidies on sales are taken off the sales. Value added: ``GDVA = output +
    other income − material inputs``, ``NDVA = GDVA − investment``, ``NNVA = NDVA − payments abroad`` (here:
    foreign royalties and interest and repayment of loans marked foreign, net of what they bring in).

    Source: COMFAR III reference manual, economic analysis; UNIDO/IDCAS, *Manual for Evaluation of
    Industrial Projects* (1980).
    """
    _check(shadow)
    axis = result.axis
    rows, columns = [], {level: np.zeros(axis.n) for level in LEVELS}
    exchange = np.zeros(axis.n)
    used: set[str] = set()
    for name, keys, flow, foreign in _flows(result, run):
        factor, exposure = _of(shadow.factors, keys, 1.0, used), _of(shadow.exposure, keys, foreign, used)
        adjusted = flow * factor
        full = adjusted + foreign_exchange_adjustment(adjusted, exposure, shadow.scf, shadow.numeraire)
        for level, value in zip(LEVELS, (flow, adjusted, full, full), strict=True):
            columns[level] += value
        exchange += flow * exposure
        rows += [(name, level, *v) for level, v in zip(LEVELS[:3], (flow, adjusted, full), strict=True)]
    _all_used(shadow, used, result)
    for name, schedule in shadow.indirect.items():
        effect = axis.lay(schedule, f"indirect effect {name!r}")[:, 0]
        columns["with indirect effects"] += effect
        rows.append((name, LEVELS[3], *effect))
    t = months_from_reference(axis.n, months=axis.months, reference=result.study.discounting.reference)
    v = discount_factors(shadow.rate, t)
    value_added = _value_added(result, run)
    return Economics(
        pl.DataFrame(rows, schema=["line", "level", *axis.labels], orient="row"),
        {k: float(f @ v) for k, f in columns.items()},
        {k: irr(f, months=axis.months) for k, f in columns.items()},
        exchange,
        float(exchange @ v),
        value_added,
        _efficiency(result, shadow, value_added, exchange, v, run),
    )


def foreign_exchange_adjustment(value, exposure: float, scf: float, numeraire: str = "domestic"):
    """What a value gains (or loses) because foreign exchange is worth more than its official rate.

    >>> foreign_exchange_adjustment(100.0, 0.4, 0.8)
    10.0
    >>> round(foreign_exchange_adjustment(100.0, 0.4, 0.8, "border"), 6)
    -12.0
    """
    if numeraire == "domestic":
        return value * exposure * (1.0 / scf - 1.0)
    return -value * (1.0 - exposure) * (1.0 - scf)


def _flows(result: Result, run: int):
    """(name, keys for factors, flow, foreign share) of each line, benefits positive."""
    pick = lambda a: a[:, run if a.shape[1] > 1 else 0]  # noqa: E731
    axis = result.axis

    def over(values: np.ndarray) -> np.ndarray:
        out = np.zeros(axis.n)
        out[axis.production] = pick(np.broadcast_to(values, (axis.n_production, values.shape[1])))
        return out

    made = result.programme
    for p in result.study.products:
        net = made.gross[p.name] - made.tax[p.name] + made.subsidy[p.name]
        yield f"sales of {p.name}", (p.name, "sales"), over(net), float(p.market == "export")
    for item in result.study.investments:
        foreign = float(item.origin == "foreign")
        yield item.name, (item.name, item.group), -pick(result.investments[item.name]), foreign
    for c in result.study.costs:
        foreign = float(c.origin == "foreign")
        yield c.name, (c.name, c.category), -over(result.costs.produced[c.name]), foreign
    stock = over(result.costs.stock_change_variable + result.costs.stock_change_fixed)
    yield "finished products into stock", ("working capital",), stock, 0.0
    change = -pick(result.lines["increase in net working capital"])
    yield "net working capital", ("working capital",), change, 0.0
    yield "other income", ("other income",), pick(result.lines["other income"]), 0.0
    assets = pick(result.lines["residual value of fixed assets"])
    yield "residual value", ("residual value",), assets, 0.0


def _of(table: Mapping[str, float], keys: tuple[str, ...], default: float, used: set[str]) -> float:
    value = default
    for key in reversed(keys):
        if key in table:
            value = table[key]
            used.add(key)
    return value


def _all_used(shadow: Shadow, used: set[str], result: Result) -> None:
    for key in {*shadow.factors, *shadow.exposure} - used:
        raise BadInput(
            place=f"shadow price of {key!r}",
            problem=mark("belongs to no line of the study"),
            remedy=mark(
                "Use the name, category or group of a line, or sales, residual value, working capital."
            ),
        )
    names = {c.name for c in result.study.costs if c.category in _WAGES}
    for name in shadow.skilled:
        if name not in names:
            raise BadInput(
                place=f"skilled labour {name!r}",
                problem=mark("is no labour cost of the study"),
                remedy=mark("Name costs of the categories labour or labour_overheads."),
            )


def _check(shadow: Shadow) -> None:
    if not shadow.scf > 0:
        raise BadInput(
            place=f"standard conversion factor {shadow.scf}",
            problem=mark("is not above zero"),
            remedy=mark("Give 0.8 where foreign exchange is worth a quarter more than its official rate."),
        )
    one_of(shadow.numeraire, NUMERAIRES, "numeraire")
    for key, share in shadow.exposure.items():
        if not 0 <= share <= 1:
            raise BadInput(
                place=f"exposure of {key!r} ({share})",
                problem=mark("is not a share"),
                remedy=mark("Give 0.4 for 40 % foreign exchange."),
            )


def _value_added(result: Result, run: int) -> pl.DataFrame:
    line = lambda n: result.line(n, run)  # noqa: E731
    axis = result.axis
    inputs, abroad = np.zeros(axis.n), np.zeros(axis.n)
    for c in result.study.costs:
        produced = result.costs.produced[c.name]
        column = produced[:, run if produced.shape[1] > 1 else 0]
        if c.category == "royalties" and c.origin == "foreign":
            abroad[axis.production] += column
        elif c.category not in _WAGES:
            inputs[axis.production] += column
    for loan in result.study.loans:
        if loan.origin == "foreign":
            s = result.loans[loan.name]
            flow = s.repaid + s.interest + s.fees - s.drawn - s.capitalised
            abroad = abroad + flow[:, run if flow.shape[1] > 1 else 0]
    output = line("sales") + line("other income") + line("residual value of fixed assets")
    gross = output - inputs
    invested = line("fixed investment") + line("pre-production expenditure")
    net = gross - invested - line("increase in net working capital")
    table = {"GDVA": gross, "NDVA": net, "NNVA": net - abroad}
    rows = [(name, *values) for name, values in table.items()]
    return pl.DataFrame(rows, schema=["measure", *axis.labels], orient="row")


def _efficiency(result, shadow, value_added, exchange, v, run) -> dict[str, float | None]:
    axis = result.axis

    def wages(keep) -> float:
        total = np.zeros(axis.n)
        for c in result.study.costs:
            if c.category in _WAGES and keep(c):
                a = result.costs.produced[c.name]
                total[axis.production] += a[:, run if a.shape[1] > 1 else 0]
        return float(total @ v)

    invested = result.line("fixed investment", run) + result.line("pre-production expenditure", run)
    bases = {
        "wages": wages(lambda c: True),
        "investment": float(invested @ v),
        "skilled labour": wages(lambda c: c.name in shadow.skilled),
        "net foreign exchange used": float(-exchange @ v),
    }
    added = float(np.array(value_added.row(2)[1:]) @ v)
    return {k: added / b if b > 0 else None for k, b in bases.items()}
