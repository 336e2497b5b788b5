"""Cash of a study period by period: tax, dividends, deficits and what covers them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative
from .axis import Axis
from .operations import Prices
from .rules import carry_forward, tax_by_slices
from .study import Equity, Study

CLASSES = ("ordinary", "preference", "joint_venture", "subsidy")
DEFICITS = ("show", "cover")
#: Those who had paid in before the study started, as a class of shareholders.
OLD_OWNERS = "owners before the study"


@dataclass(frozen=True)
class Cash:
    """Lines of financial planning, and paid-in capital and dividends of each shareholder class."""

    lines: dict[str, np.ndarray]
    paid_in: dict[str, np.ndarray]
    dividends: dict[str, np.ndarray]


def run_cash(study: Study, axis: Axis, prices: Prices, lines: dict, loans: dict) -> Cash:
    """Sources, debt service, profit, tax, dividends and surplus, each period after the last."""
    _check(study)
    debt = _debt_lines(study, axis, prices, loans)
    paid_in = {e.name: _paid_in(e, axis) for e in study.equity}
    before = (
        lines["sales"]
        + lines["other income"]
        - lines["variable costs"]
        - lines["fixed costs"]
        - lines["depreciation"]
        - debt["costs of finance"]
        - debt["exchange differences"]
    )
    out = _profit_and_tax(study, axis, before, lines["tax allowances"])
    owners = [e.name for e in study.equity if e.kind != "subsidy"]
    zero = np.zeros((axis.n, 1))
    out["owners' equity paid in"] = sum((paid_in[n] for n in owners), zero)
    out["subsidies received"] = sum((v for n, v in paid_in.items() if n not in owners), zero)
    out.update(debt)
    dividends = _dividends(study, axis, paid_in, out["net profit"])
    out["dividends"] = sum(dividends.values(), zero)
    _surplus(study, axis, lines, out)
    if study.deficit == "cover":
        dividends = _cover(study, axis, lines, out, paid_in, before)
    return _balance(study, axis, lines, out, paid_in, dividends, owners)


def opening_balance(study: Study, axis: Axis) -> dict[str, float]:
    """Cash, paid-in equity and retained profit on the day the study starts; both sides must meet."""
    o = study.opening
    for name in ("cash", "paid_in_equity"):
        not_negative(getattr(o, name), f"opening balance, {name}")
    prices = Prices(study, axis)
    owed = sum(float(x.opening * prices.exchange(x.currency)[0, 0]) for x in study.loans)
    assets = sum(a.book_value for a in o.assets) + o.working_capital + o.cash
    rest = assets - owed - o.paid_in_equity
    kept = rest if o.retained_profit is None else o.retained_profit
    if abs(rest - kept) > 1e-6 * (1 + abs(assets)):
        raise BadInput(
            place=f"opening balance: {assets:,.2f} of assets against {assets - rest + kept:,.2f}",
            problem=mark("does not balance"),
            remedy=mark("Correct an item, or leave retained_profit out so that it is what remains."),
        )
    return {"cash": o.cash, "paid-in equity": o.paid_in_equity, "retained profit": kept}


def _check(study: Study) -> None:
    if study.deficit not in DEFICITS:
        raise BadInput(
            place=f"deficit {study.deficit!r}",
            problem=mark("is not a known way of treating it"),
            remedy="Use one of: " + ", ".join(DEFICITS) + ".",
        )


def _paid_in(equity: Equity, axis: Axis) -> np.ndarray:
    one_of(equity.kind, CLASSES, f"source of equity {equity.name!r}, kind")
    for label, amount in equity.amounts.items():
        not_negative(amount, f"source of equity {equity.name!r}, {label}")
    paid = axis.lay(equity.amounts, f"source of equity {equity.name!r}")
    if not equity.refunds:
        return paid
    for label, amount in equity.refunds.items():
        not_negative(amount, f"source of equity {equity.name!r}, refunds, {label}")
    paid = paid - axis.lay(equity.refunds, f"source of equity {equity.name!r}, refunds")
    if np.any(np.cumsum(paid, axis=0) < -1e-9):
        raise BadInput(
            place=f"source of equity {equity.name!r}, refunds",
            problem=mark("are more than was paid in"),
            remedy=mark("Refund capital up to what was paid in; what is beyond is a dividend."),
        )
    return paid


def _debt_lines(study: Study, axis: Axis, prices: Prices, loans: dict) -> dict[str, np.ndarray]:
    zero = np.zeros((axis.n, 1))
    drawn, repaid, interest, building, adjust, closing, settled = (zero,) * 7
    capitalised = zero
    phase = (np.arange(axis.n) < axis.n_construction)[:, None]
    for loan in study.loans:
        service, rate = loans[loan.name], prices.exchange(loan.currency)
        before = np.vstack([rate[:1], rate[:-1]])
        owed_before = np.full((1, service.closing.shape[1]), loan.opening)
        opening = np.vstack([owed_before, service.closing[:-1]])
        cost = (service.interest + service.fees) * rate
        left = service.closing
        if axis.has_residual:
            # The residual year is the settlement day: no interest runs in it, and what is owed is paid.
            cost = cost * (np.arange(axis.n) < axis.n - 1)[:, None]
            owed = opening[-1] * rate[-1]
            settled = settled + axis.at(-1, owed)
            left = np.vstack([left[:-1], np.zeros((1, left.shape[1]))])
        drawn, repaid = drawn + service.drawn * rate, repaid + service.repaid * rate
        interest, building = interest + cost * ~phase, building + cost * phase
        capitalised = capitalised + service.capitalised * rate
        adjust = adjust + opening * (rate - before)
        closing = closing + left * rate
    return {
        "loans drawn": drawn,
        "loan repayments": repaid,
        "costs of finance": interest,
        "interest added to debt": capitalised,
        "exchange differences": adjust,
        "debt": closing,
        "debt settled at the end": settled,
        "debt left": axis.at(-1, closing[-1]),
    }


def _profit_and_tax(study: Study, axis: Axis, gross: np.ndarray, relief: np.ndarray) -> dict[str, np.ndarray]:
    years = (gross - relief)[axis.production]
    start = axis.n_startup
    if start:
        # The profit of the start-up belongs to the tax year of the first full year.
        years = np.array(years)
        years[start] += years[:start].sum(axis=0)
        years[:start] = 0.0
    taxed = np.arange(axis.n_production) >= study.tax.holiday_years + start
    if study.tax.carry_forward_years == 0:
        deducted, taxable = np.zeros_like(years), years
    else:
        deducted, taxable = carry_forward(years, study.tax.carry_forward_years, taxed=list(taxed))
    due = tax_by_slices(taxable, study.tax.limits, study.tax.rates) * taxed[:, None]
    tax = np.zeros((axis.n, np.broadcast(due, years).shape[1]))
    tax[axis.production] = due
    losses = np.zeros_like(gross)
    losses[axis.production] = deducted
    return {"gross profit": gross, "losses deducted": losses, "tax": tax, "net profit": gross - tax}


def _dividends(study: Study, axis: Axis, paid_in: dict, net: np.ndarray) -> dict[str, np.ndarray]:
    """Claims in order: preference, joint-venture partners, ordinary; never more than the net profit."""
    room = np.maximum(net, 0.0)
    producing = np.zeros((axis.n, 1))
    producing[axis.first_year : axis.production.stop] = 1.0
    room = room * producing
    out = {e.name: np.zeros_like(room) for e in study.equity if e.kind != "subsidy"}
    for kind in ("preference", "joint_venture", "ordinary"):
        for e in (e for e in study.equity if e.kind == kind):
            claim = (np.cumsum(paid_in[e.name], axis=0) * e.dividend_rate + e.dividend_amount) * producing
            part = np.minimum(claim, room)
            out[e.name] = out[e.name] + part
            room = room - part
    pool = axis.lay(study.dividends.amounts, "dividends") + study.dividends.payout_share * room
    pool = np.minimum(pool, room)
    sharers = [e.name for e in study.equity if e.kind in ("ordinary", "joint_venture")]
    held = np.full((axis.n, 1), float(study.opening.paid_in_equity))
    capital = sum((np.cumsum(paid_in[n], axis=0) for n in sharers), held)
    if np.any(pool) and not np.all(capital[axis.production] > 0):
        raise BadInput(
            place="dividends",
            problem=mark("are planned, but no ordinary equity is paid in"),
            remedy=mark("Add the ordinary equity, or leave dividends out."),
        )
    for name in sharers:
        part = np.cumsum(paid_in[name], axis=0) / np.where(capital > 0, capital, 1.0)
        out[name] = out[name] + pool * part
    if study.opening.paid_in_equity:
        out[OLD_OWNERS] = pool * held / np.where(capital > 0, capital, 1.0)
    return out


def _surplus(study: Study, axis: Axis, lines: dict, out: dict) -> None:
    out["surplus"] = (
        out["owners' equity paid in"]
        + out["subsidies received"]
        + out["loans drawn"]
        + out["interest added to debt"]
        + lines["sales"]
        + lines["other income"]
        + lines["residual value of fixed assets"]
        - lines["variable costs"]
        - lines["fixed costs"]
        - lines["fixed investment"]
        - lines["pre-production expenditure"]
        - lines["interest of construction"]
        - lines["increase in net working capital"]
        - out["loan repayments"]
        - out["debt settled at the end"]
        - out["costs of finance"]
        - out["tax"]
        - out["dividends"]
    )
    zero = np.zeros((axis.n, 1))
    out["automatic equity"], out["automatic overdraft"] = zero, zero
    out["overdraft interest"] = zero


def _cover(study: Study, axis: Axis, lines: dict, out: dict, paid_in: dict, gross: np.ndarray) -> dict:
    """COMFAR's automatic cover: equity in construction, an overdraft in production, until both settle.

    Overdraft interest lowers profit, tax and dividends of the same year, which is why they are computed
    again once the opening overdraft of a year is known.
    """
    paid_out = {}
    width = out["surplus"].shape[1]
    cash, debt = np.full(width, study.opening.cash), np.zeros(width)
    equity, overdraft, interest = (np.zeros((axis.n, width)) for _ in range(3))
    base = out["surplus"] + out["tax"] + out["dividends"]
    gross = np.array(np.broadcast_to(gross, (axis.n, width)))
    for j in range(axis.n):
        if j in range(axis.production.start, axis.production.stop):
            interest[j] = debt * study.overdraft_rate * axis.months[j] / 12
            gross[j] = gross[j] - interest[j]
        again = _profit_and_tax(study, axis, gross, lines["tax allowances"])
        paid_out = _dividends(study, axis, paid_in, again["net profit"])
        shared = sum(paid_out.values(), np.zeros((axis.n, 1)))
        flow = base[j] - again["tax"][j] - shared[j] - interest[j]
        cash = cash + flow - debt
        short = np.maximum(-cash, 0.0)
        if j < axis.n_construction:
            equity[j], debt = short, np.zeros(width)
        else:
            debt = short
        cash = cash + short
        overdraft[j] = debt
    out.update(again)
    out["dividends"] = shared
    out["costs of finance"] = out["costs of finance"] + interest
    out["overdraft interest"] = interest
    out["automatic equity"], out["automatic overdraft"] = equity, overdraft
    change = np.diff(overdraft, axis=0, prepend=np.zeros((1, width)))
    out["surplus"] = base - out["tax"] - shared - interest + equity + change
    out["owners' equity paid in"] = out["owners' equity paid in"] + equity
    return paid_out


def _balance(
    study: Study, axis: Axis, lines: dict, out: dict, paid_in: dict, dividends: dict, owners: list
) -> Cash:
    start = opening_balance(study, axis)
    cumulative = start["cash"] + np.cumsum(out["surplus"], axis=0)
    clean = np.where(np.abs(cumulative) < 1e-6, 0.0, cumulative)
    out["cumulative cash"] = cumulative
    out["cash surplus"] = np.maximum(clean, 0.0)
    out["uncovered deficit"] = np.maximum(-clean, 0.0)
    paid = np.cumsum(out["owners' equity paid in"] + out["subsidies received"], axis=0)
    out["paid-in equity"] = start["paid-in equity"] + paid
    gain = lines["gain on sale of assets"]
    kept = np.cumsum(out["net profit"] - out["dividends"] + gain, axis=0)
    out["retained profit"] = start["retained profit"] + kept
    out["revaluation reserve"] = np.cumsum(lines["revaluation of assets"], axis=0)
    out["total assets"] = lines["fixed assets"] + lines["current assets"] + out["cash surplus"]
    out["total liabilities"] = (
        lines["payables"]
        + out["debt"]
        + out["automatic overdraft"]
        + out["uncovered deficit"]
        + out["paid-in equity"]
        + out["revaluation reserve"]
        + out["retained profit"]
    )
    return Cash(out, {n: paid_in[n] for n in owners}, dividends)
