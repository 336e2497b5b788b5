"""The whole model of a study: one pass from inputs to every line of every statement.

Arrays have periods along the first axis and runs along the second; a study whose numbers are single has one
run, a varied one (sensitivity, risk) carries an array in place of a number and is computed in the same pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative
from ._document import check_study
from .axis import Axis, axis_of
from .finance import Cash, run_cash
from .loans import DebtService, debt_service
from .operations import Costs, Prices, Programme, costs, programme, working_capital
from .rules import check_depreciation, unit_depreciation
from .study import GROUPS, Depreciation, Investment, OpeningAsset, Study, Tax


@dataclass(frozen=True)
class Result:
    """Every line of a study over its periods, and the sentences that must be read beside them.

    Attributes:
        lines: line name → array (periods, runs); see the method page for the meaning of each.
        notices: what a reader must know: uncovered deficits, loans beyond the study, automatic cover.
    """

    study: Study
    axis: Axis
    lines: dict[str, np.ndarray]
    working_capital: dict[str, np.ndarray]
    investments: dict[str, np.ndarray]
    loans: dict[str, DebtService]
    programme: Programme
    costs: Costs
    cash: Cash
    notices: tuple[str, ...]

    def line(self, name: str, run: int = 0) -> np.ndarray:
        """One line as plain numbers over the periods."""
        values = self.lines[name]
        return values[:, run if values.shape[1] > 1 else 0]


def evaluate(study: Study) -> Result:
    """Run the whole model of a study.

    Raises:
        BadInput: anything in the document that cannot be: negative amounts, unknown periods, currencies,
            categories, brackets out of order …, naming the place.

    Source: Behrens and Hawranek (UNIDO 1991), schedules X-1 to X-11; COMFAR III reference manual.
    """
    check_study(study)
    axis = axis_of(study.horizon)
    prices = Prices(study, axis)
    made = programme(study, axis, prices)
    cost = costs(study, axis, prices, made)
    wc = working_capital(study, axis, cost)
    loans = {loan.name: debt_service(loan, axis) for loan in study.loans}
    lines = _operating_lines(study, axis, made, cost, wc)
    invested = _investment_lines(study, axis, prices, lines, loans)
    cash = run_cash(study, axis, prices, lines, loans)
    lines.update(cash.lines)
    _capital_lines(axis, lines)
    notices = (*_notices(axis, lines), *_beyond_capacity(study, axis, made))
    return Result(study, axis, lines, wc, invested, loans, made, cost, cash, notices)


def _operating_lines(study: Study, axis: Axis, made: Programme, c: Costs, wc) -> dict[str, np.ndarray]:
    sales = sum(made.gross.values()) - sum(made.tax.values()) + sum(made.subsidy.values())
    net = sum(wc.values(), np.zeros((axis.n, 1)))
    deposit = study.working_capital
    cash_in_hand = wc.get("cash", np.zeros((axis.n, 1)))
    return {
        "sales": axis.on_production(sales),
        "variable costs": axis.on_production(c.variable - c.stock_change_variable + c.marketing_variable),
        "fixed costs": axis.on_production(c.fixed - c.stock_change_fixed + c.marketing_fixed),
        "other income": cash_in_hand
        * deposit.deposit_share
        * deposit.deposit_rate
        * (axis.months / 12)[:, None],
        "net working capital": net,
        "increase in net working capital": np.diff(
            net, axis=0, prepend=np.full((1, net.shape[1]), study.opening.working_capital)
        ),
        "current assets": net - wc.get("payables", 0.0),
        "payables": -wc.get("payables", np.zeros((axis.n, 1))),
    }


def _investment_lines(study: Study, axis: Axis, prices: Prices, lines, loans) -> dict[str, np.ndarray]:
    zero = np.zeros((axis.n, 1))
    fixed, pre, charge, residual, gain, raised, relief = (zero,) * 7
    by_item = {}
    index = price_index(study, axis)
    for item in study.investments:
        spent = _spent(item, axis, prices)
        by_item[item.name] = spent
        up = index if item.group in study.revaluation.groups else np.ones((axis.n, 1))
        charges, rise, book, sold = charged(item, spent, up, axis)
        value = book if item.residual_share is None else item.residual_share * spent.sum(axis=0)
        if item.group == "pre_production":
            pre = pre + spent
        else:
            fixed = fixed + spent
        charge, raised = charge + charges, raised + rise
        relief = relief + allowances(study.tax, (item.name, item.group), spent, charges, axis)
        if sold is not None:
            at, left = sold
            profit = axis.at(at, item.sale_value - left)
            residual, gain, relief = residual + axis.at(at, item.sale_value), gain + profit, relief - profit
            value, book = np.zeros(1), np.zeros(1)
        if axis.has_residual:
            residual = residual + axis.at(-1, value)
            gain = gain + axis.at(-1, value - book)
    for asset in study.opening.assets:
        charges, rise, value, gained = opening_asset(asset, index, study, axis)
        charge, raised = charge + charges, raised + rise
        relief = relief + allowances(study.tax, (asset.name, asset.group), zero, charges, axis)
        if axis.has_residual:
            residual, gain = residual + axis.at(-1, value), gain + axis.at(-1, gained)
    interest = zero
    building = (np.arange(axis.n) < axis.n_construction)[:, None]
    for loan in study.loans:
        service = loans[loan.name]
        cost = (service.interest + service.fees) * prices.exchange(loan.currency)
        interest = interest + cost * building
    charges = charges_of(study.interest_depreciation, interest, axis, "interest of construction")
    if axis.has_residual:
        residual = residual + axis.at(-1, interest.sum(axis=0) - charges.sum(axis=0))
    lines["fixed investment"] = fixed
    lines["pre-production expenditure"] = pre
    lines["interest of construction"] = interest
    lines["depreciation"] = charge + charges
    lines["residual value of fixed assets"] = residual
    lines["gain on sale of assets"] = gain
    lines["revaluation of assets"] = raised
    lines["tax allowances"] = relief
    lines["fixed assets"] = sum(a.book_value for a in study.opening.assets) + np.cumsum(
        fixed
        + pre
        + interest
        + raised
        - lines["depreciation"]
        - lines["residual value of fixed assets"]
        + gain,
        axis=0,
    )
    return by_item


def _spent(item: Investment, axis: Axis, prices: Prices) -> np.ndarray:
    place = f"investment {item.name!r}"
    one_of(item.group, GROUPS, f"{place}, group")
    for label, amount in item.amounts.items():
        not_negative(amount, f"{place}, {label}")
    spent = axis.lay(item.amounts, place) * prices.factor(item.currency, item.escalation)
    if axis.has_residual and np.any(spent[-1]):
        raise BadInput(
            place=place,
            problem=f"is bought in {axis.labels[-1]}, the residual year",
            remedy=mark("Buy it while the study produces."),
        )
    return spent


def charged(item: Investment, spent: np.ndarray, index: np.ndarray, axis: Axis):
    """Depreciation, rise by revaluation, book value at the end, and (period, book value) of an early sale.

    In prices of the index nothing is revalued; times the index, charges and book values are those of the year.
    """
    real = spent / index
    charges = charges_of(item.depreciation, real, axis, f"investment {item.name!r}")
    at = _sold_in(item, spent, axis)
    if at is not None:
        charges[at + 1 :] = 0.0
    book = np.cumsum(real - charges, axis=0)
    sold = None if at is None else (at, book[at] * index[at])
    if at is not None:
        book[at:] = 0.0
    before = np.vstack([np.zeros((1, book.shape[1])), book[:-1]])
    return charges * index, before * np.diff(index, axis=0, prepend=index[:1]), book[-1] * index[-1], sold


def _sold_in(item: Investment, spent: np.ndarray, axis: Axis) -> int | None:
    if item.sold_in is None:
        return None
    place = f"investment {item.name!r}, sold in {item.sold_in}"
    not_negative(item.sale_value, f"{place}, sale value")
    at = axis.index(item.sold_in, place)
    if not axis.production.start <= at < axis.production.stop or np.any(spent[at:]):
        raise BadInput(
            place=place,
            problem=mark("is not sold while the study produces, or is bought when or after it is sold"),
            remedy=mark("Sell it in a later year of production, or leave it to the residual year."),
        )
    return at


def opening_asset(asset: OpeningAsset, index: np.ndarray, study: Study, axis: Axis):
    """Depreciation, rise, residual value and gain of an asset that stands in the books at the start."""
    place = f"opening asset {asset.name!r}"
    not_negative(asset.book_value, f"{place}, book value")
    not_negative(asset.remaining_years, f"{place}, remaining years")
    charges = np.zeros((axis.n, 1))
    if asset.remaining_years > 0:
        check_depreciation("linear_to_scrap", 12 * asset.remaining_years, asset.salvage_share, 12, None)
        unit = unit_depreciation("linear_to_scrap", 12 * asset.remaining_years, asset.salvage_share, 12, None)
        first, stop = axis.first_year, axis.production.stop
        n = min(unit.size, stop - first)
        charges[first : first + n, 0] = asset.book_value * unit[:n]
    up = index if asset.group in study.revaluation.groups else np.ones((axis.n, 1))
    book = asset.book_value - np.cumsum(charges, axis=0)
    before = np.vstack([np.full((1, 1), asset.book_value), book[:-1]])
    rise = before * np.diff(up, axis=0, prepend=np.ones((1, 1)))
    left = book[-1] * up[-1]
    value = left if asset.residual_share is None else np.array([asset.residual_share * asset.book_value])
    return charges * up, rise, value, value - left


def price_index(study: Study, axis: Axis) -> np.ndarray:
    """Index of revaluation over the periods, 1 before it first rises."""
    rates = axis.lay(study.revaluation.rates, "revaluation")
    if np.any(rates <= -1):
        raise BadInput(
            place="revaluation",
            problem=mark("falls by 100 % or more"),
            remedy=mark("Give shares, 0.05 for 5 % a year."),
        )
    if axis.has_residual and np.any(rates[-1]):
        raise BadInput(
            place=f"revaluation in {axis.labels[-1]}",
            problem=mark("lies in the residual year, when assets are sold"),
            remedy=mark("Revalue while the study produces."),
        )
    return np.cumprod(1.0 + rates, axis=0)


def allowances(
    tax: Tax, keys: tuple[str, str], spent: np.ndarray, charges: np.ndarray, axis: Axis
) -> np.ndarray:
    """What an item takes off taxable profit beside its depreciation, by period of production."""
    name, group = keys
    once = tax.investment_allowance.get(name, tax.investment_allowance.get(group, 0.0))
    yearly = tax.depreciation_allowance.get(name, tax.depreciation_allowance.get(group, 0.0))
    out = yearly * charges
    if np.any(once):
        first = axis.production.start
        moved = np.array(spent)
        moved[first] = moved[: first + 1].sum(axis=0)
        moved[:first] = 0.0
        out = out + once * moved
    return out


def charges_of(rule: Depreciation, spent: np.ndarray, axis: Axis, place: str) -> np.ndarray:
    """Yearly depreciation of an item over the periods of the study; none in the residual year."""
    check_depreciation(
        rule.method, 12 * rule.life_years, rule.salvage_share, rule.first_year_months, rule.rate
    )
    unit = unit_depreciation(
        rule.method, 12 * rule.life_years, rule.salvage_share, rule.first_year_months, rule.rate
    )
    out = np.zeros_like(spent)
    first, stop = axis.first_year, axis.production.stop
    start = first if rule.starts is None else axis.index(rule.starts, place)
    if start < first:
        raise BadInput(
            place=f"{place}, depreciation from {rule.starts}",
            problem=mark("starts before production"),
            remedy=f"Let it start in {axis.labels[first]} or later.",
        )
    for j in np.flatnonzero(np.any(spent != 0, axis=1)):
        begin = start if j < start else j + 1
        n = min(unit.size, stop - begin)
        if n > 0:
            out[begin : begin + n] += unit[:n, None] * spent[j]
    return out


def _capital_lines(axis: Axis, lines: dict[str, np.ndarray]) -> None:
    """Net cash flows for total capital and equity; the residual year receives what is left."""
    lines["net cash flow, total capital"] = (
        lines["sales"]
        + lines["other income"]
        + lines["residual value of fixed assets"]
        - lines["variable costs"]
        - lines["fixed costs"]
        - lines["fixed investment"]
        - lines["pre-production expenditure"]
        - lines["increase in net working capital"]
        - lines["tax"]
    )
    lines["net cash return, equity"] = lines["surplus"] + lines["dividends"] - lines["owners' equity paid in"]


def _notices(axis: Axis, lines: dict[str, np.ndarray]) -> tuple[str, ...]:
    found = []
    for name, text in (
        ("uncovered deficit", mark("Cash runs out: an uncovered deficit of up to {amount:,.0f} opens in {when}.")),
        ("automatic equity", mark("Equity of {amount:,.0f} in {when} was added by the rule of automatic cover.")),
        ("automatic overdraft", mark("An overdraft of up to {amount:,.0f} was added from {when} by automatic cover.")),
        ("debt settled at the end", mark("Debt of {amount:,.0f} outlasts the study and is settled in {when}.")),
        ("debt left", mark("Debt of {amount:,.0f} outlasts the study and stands unpaid in {when}.")),
    ):  # fmt: skip
        values = lines[name][:, 0]
        if np.any(values > 1e-6):
            j = int(np.argmax(values > 1e-6))
            found.append(text.format(amount=values.max(), when=axis.labels[j]))
    return tuple(found)


def _beyond_capacity(study: Study, axis: Axis, made: Programme) -> tuple[str, ...]:
    text = mark(
        "{product} is produced beyond its nominal capacity in {when}: {units:,.0f} of {capacity:,.0f}."
    )
    found = []
    for p in study.products:
        units = made.produced[p.name][:, 0]
        capacity = float(np.atleast_1d(p.capacity)[0]) * axis.year_parts[:, 0]
        if np.any(units > capacity * (1 + 1e-9)):
            j = int(np.argmax(units > capacity * (1 + 1e-9)))
            when = axis.labels[axis.production.start + j]
            found.append(text.format(product=p.name, when=when, units=units[j], capacity=capacity[j]))
    return tuple(found)
