"""Sales, production, costs and working capital of a study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative
from .axis import Axis
from .rules import price_factors
from .study import (
    ADMINISTRATION,
    CATEGORIES,
    FACTORY,
    MARKETING,
    MATERIALS,
    Cost,
    Product,
    Study,
    WorkingCapital,
)

CONVENTIONS = ("manual_1991", "comfar_iii")


@dataclass(frozen=True)
class Prices:
    """Price and exchange factors by period, for any currency and escalation of a study."""

    study: Study
    axis: Axis

    def factor(self, currency: str | None, escalation: float) -> np.ndarray:
        """Factor on base-year prices, in the study's currency, at the period's exchange rate."""
        inflation = self._inflation(currency)
        if not inflation and not np.any(escalation):
            return self.exchange(currency)
        path = self._path(inflation)
        width = np.atleast_1d(escalation).size
        columns = [
            price_factors(path, escalation=float(e), years_to_first=1.0)
            for e in np.broadcast_to(np.atleast_1d(escalation), (width,))
        ]
        return np.stack(columns, axis=1)[self.axis.years()] * self.exchange(currency)

    def exchange(self, currency: str | None) -> np.ndarray:
        """Units of the study's currency for one: ``ER_0 · Π (1 + R_local)/(1 + R_foreign)``."""
        if currency is None or currency == self.study.currency:
            return np.ones((self.axis.n, 1))
        known = {c.code: c for c in self.study.currencies}
        if currency not in known:
            raise BadInput(
                place=f"currency {currency!r}",
                problem=mark("has no exchange rate in this study"),
                remedy=mark("Add it under currencies with its rate, or correct the code."),
            )
        rate = np.atleast_1d(np.asarray(known[currency].rate, dtype=float))
        if not np.all(rate > 0):
            raise BadInput(
                place=f"exchange rate of {currency}",
                problem=mark("is not above zero"),
                remedy=mark("Give units of the study's currency for one."),
            )
        local, foreign = self._path(self.study.inflation), self._path(known[currency].inflation)
        index = np.cumprod((1 + local) / (1 + foreign))[self.axis.years()]
        return index[:, None] * rate

    def _inflation(self, currency: str | None) -> tuple[float, ...]:
        if currency is None or currency == self.study.currency:
            return self.study.inflation
        return next((c.inflation for c in self.study.currencies if c.code == currency), ())

    def _path(self, inflation: tuple[float, ...]) -> np.ndarray:
        """Yearly inflation over the study; the last figure repeats."""
        n = int(self.axis.years()[-1]) + 1
        if not inflation:
            return np.zeros(n)
        given = np.asarray(inflation[:n], dtype=float)
        return np.append(given, np.full(n - given.size, given[-1]))


@dataclass(frozen=True)
class Programme:
    """Units sold and produced, closing stock, and sales values, by product; production years only."""

    sold: dict[str, np.ndarray]
    produced: dict[str, np.ndarray]
    stock: dict[str, np.ndarray]
    gross: dict[str, np.ndarray]
    tax: dict[str, np.ndarray]
    subsidy: dict[str, np.ndarray]


def programme(study: Study, axis: Axis, prices: Prices) -> Programme:
    """Units sold follow the use of capacity; production ``P = S − B + C`` keeps the stock of coverage.

    Under ``manual_1991`` production equals sales. Source: COMFAR III reference manual, production programme.
    """
    out = Programme({}, {}, {}, {}, {}, {})
    for product in study.products:
        _check_product(product)
        sold = product.capacity * _use(product, axis.n_production) * axis.year_parts
        stock = np.zeros_like(sold)
        if study.working_capital.convention == "comfar_iii" and product.finished_days:
            opening = np.zeros(sold.shape[1])
            wanted = sold / axis.year_parts * product.finished_days / 360.0
            for j in range(axis.n_production):
                stock[j] = np.maximum(opening - sold[j], wanted[j])
                opening = stock[j]
        before = np.vstack([np.zeros((1, stock.shape[1])), stock[:-1]])
        price = product.price * prices.factor(product.currency, product.escalation)[axis.production]
        name = product.name
        out.sold[name], out.stock[name], out.produced[name] = sold, stock, sold - before + stock
        out.gross[name] = sold * price
        out.tax[name] = out.gross[name] * product.sales_tax
        out.subsidy[name] = sold * product.subsidy
    return out


def _use(product: Product, n: int) -> np.ndarray:
    use = [np.atleast_1d(np.asarray(u, dtype=float)) for u in product.use[:n]]
    width = max(u.size for u in use)
    rows = [np.broadcast_to(u, (width,)) for u in use]
    return np.stack(rows + [rows[-1]] * (n - len(rows)))


def _check_product(product: Product) -> None:
    place = f"product {product.name!r}"
    for name in ("capacity", "price", "sales_tax", "subsidy"):
        not_negative(getattr(product, name), f"{place}, {name}")
    if not product.use:
        raise BadInput(
            place=f"{place}, use of capacity",
            problem=mark("is empty"),
            remedy=mark("Give the share of capacity of each production year; the last repeats."),
        )
    for n, use in enumerate(product.use, start=1):
        not_negative(use, f"{place}, use of capacity in production year {n}")


@dataclass(frozen=True)
class Costs:
    """Costs in production years: each line as produced, and what belongs to products sold."""

    produced: dict[str, np.ndarray]
    variable: np.ndarray
    fixed: np.ndarray
    marketing_variable: np.ndarray
    marketing_fixed: np.ndarray
    finished_stock: np.ndarray
    stock_change_variable: np.ndarray
    stock_change_fixed: np.ndarray
    by_product: dict[str, tuple[np.ndarray, np.ndarray]]


def costs(study: Study, axis: Axis, prices: Prices, made: Programme) -> Costs:
    """Cost lines at the volumes of the programme, and the value of finished stock at average cost.

    Fixed ``f·amount``; variable ``v·amount·P/PC``; each unit ``amount·P``. Marketing moves with sales.
    """
    use_made = _common_use(study, made.produced)
    use_sold = _common_use(study, made.sold)
    n = axis.n_production
    produced: dict[str, np.ndarray] = {}
    parts: dict[str, list] = {p.name: [0.0, 0.0] for p in study.products}
    marketing = [np.zeros((n, 1)), np.zeros((n, 1))]
    keys = _keys(study, made)
    for cost in study.costs:
        variable, fixed = _line(cost, study, axis, prices, made, use_made, use_sold)
        if cost.name in produced:
            raise BadInput(
                place=f"cost {cost.name!r}",
                problem=mark("stands twice in the study"),
                remedy=mark("Give each cost its own name."),
            )
        produced[cost.name] = variable + fixed
        if cost.category in MARKETING:
            marketing = [marketing[0] + variable, marketing[1] + fixed]
            continue
        for name, key in keys.items():
            share = key if cost.product is None else float(name == cost.product)
            parts[name][0] = parts[name][0] + variable * share
            parts[name][1] = parts[name][1] + fixed * share
    stocks = {name: _stock(*parts[name], made, name) for name in parts}
    zero = np.zeros((n, 1))
    return Costs(
        produced,
        sum((parts[k][0] for k in parts), zero),
        sum((parts[k][1] for k in parts), zero),
        *marketing,
        finished_stock=sum((v + f for v, f in stocks.values()), zero),
        stock_change_variable=_change(sum((v for v, _ in stocks.values()), zero)),
        stock_change_fixed=_change(sum((f for _, f in stocks.values()), zero)),
        by_product={k: (v[0] + zero, v[1] + zero) for k, v in parts.items()},
    )


def _change(level: np.ndarray) -> np.ndarray:
    return np.diff(level, axis=0, prepend=np.zeros((1, level.shape[1])))


def _stock(variable, fixed, made: Programme, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Closing stock at weighted average cost: variable and fixed part."""
    closing, produced = made.stock[name], made.produced[name]
    if not np.any(closing):
        return np.zeros((produced.shape[0], 1)), np.zeros((produced.shape[0], 1))
    variable, fixed, closing, produced = np.broadcast_arrays(variable, fixed, closing, produced)
    held = np.zeros((2, *closing.shape))
    value, units = np.zeros((2, closing.shape[1])), np.zeros(closing.shape[1])
    for j in range(closing.shape[0]):
        value = value + np.stack([variable[j], fixed[j]])
        units = units + produced[j]
        value = np.where(units > 0, value / np.where(units > 0, units, 1.0) * closing[j], 0.0)
        units = closing[j]
        held[:, j] = value
    return held[0], held[1]


def _common_use(study: Study, units: dict[str, np.ndarray]) -> np.ndarray:
    """Use of capacity of all products together, weighted by nominal value."""
    total = sum(p.capacity * p.price for p in study.products)
    if not np.all(np.asarray(total) > 0):
        capacity = sum(p.capacity for p in study.products)
        if not np.all(np.asarray(capacity) > 0):
            raise BadInput(
                place="products",
                problem=mark("have no capacity"),
                remedy=mark("Give the nominal capacity of a year in units."),
            )
        return sum(units.values()) / capacity
    return sum(units[p.name] * p.price for p in study.products) / total


def _keys(study: Study, made: Programme) -> dict[str, np.ndarray]:
    values = {p.name: made.produced[p.name] * p.price for p in study.products}
    total = sum(values.values())
    n = len(values)
    return {k: np.where(total > 0, v / np.where(total > 0, total, 1.0), 1.0 / n) for k, v in values.items()}


def _line(cost: Cost, study: Study, axis: Axis, prices: Prices, made: Programme, use_made, use_sold):
    place = f"cost {cost.name!r}"
    one_of(cost.category, CATEGORIES, f"{place}, category")
    not_negative(cost.amount, f"{place}, amount")
    if np.any(np.asarray(cost.variable_share) < 0) or np.any(np.asarray(cost.variable_share) > 1):
        raise BadInput(
            place=f"{place}, variable share {cost.variable_share}",
            problem=mark("is not between 0 and 1"),
            remedy=mark("Give 1 for a cost that moves wholly with production."),
        )
    factor = prices.factor(cost.currency, cost.escalation)[axis.production]
    if cost.adjust:
        ones = {label: np.asarray(v) - 1.0 for label, v in cost.adjust.items()}
        factor = factor * (1.0 + axis.lay(ones, place)[axis.production])
    units = made.sold if cost.category in MARKETING else made.produced
    if cost.product is not None and cost.product not in units:
        raise BadInput(
            place=f"{place}, product {cost.product!r}",
            problem=mark("is not a product of the study"),
            remedy="Use one of: " + ", ".join(units) + ".",
        )
    if cost.per_unit:
        if cost.product is None:
            raise BadInput(
                place=place,
                problem=mark("is given for each unit, but of no product"),
                remedy=mark("Name its product."),
            )
        return cost.amount * units[cost.product] * factor, np.zeros((axis.n_production, 1))
    use = use_sold if cost.category in MARKETING else use_made
    if cost.product is not None:
        capacity = next(p.capacity for p in study.products if p.name == cost.product)
        use = units[cost.product] / np.where(np.asarray(capacity) > 0, capacity, 1.0)
    fixed = cost.amount * (1 - cost.variable_share) * axis.year_parts
    return cost.amount * cost.variable_share * use * factor, fixed * factor


def working_capital(study: Study, axis: Axis, c: Costs) -> dict[str, np.ndarray]:
    """Closing requirement of each item over all periods, nil in the residual year; payables negative.

    Coefficient of turnover ``c = 360/days``, requirement = basis / c.
    Sources: Behrens and Hawranek (UNIDO 1991), schedule X-4 (``manual_1991``); COMFAR III reference
    manual, working capital (``comfar_iii``).
    """
    wc = study.working_capital
    one_of(wc.convention, CONVENTIONS, "working-capital convention")
    comfar = wc.convention == "comfar_iii"
    items = _material_stocks(study, axis, c, keep=comfar)
    # Bases are of a year: those of a start-up period of m months are 12/m times what it costs.
    basis = {k: v / axis.year_parts for k, v in _bases(study, c, comfar=comfar).items()}
    for name, days in _days(wc):
        if days is None:
            continue
        not_negative(days, f"working capital, days of {name}")
        if name == "finished_products" and comfar:
            raise BadInput(
                place=mark("working capital, days of finished products"),
                problem=mark("are planned in units of each product under COMFAR III"),
                remedy=mark("Give finished_days of the products instead."),
            )
        sign = -1.0 if name == "payables" else 1.0
        items[name] = axis.on_production(sign * basis[name] * days / 360.0)
    if comfar and np.any(c.finished_stock):
        items["finished_products"] = axis.on_production(c.finished_stock)
    if wc.adjustments:
        items["adjustments"] = axis.lay(wc.adjustments, "working capital, adjustments")
    if study.opening.working_capital:
        # What a running firm holds stays until its first period of production needs its own.
        items["opening working capital"] = study.opening.working_capital * _before(axis)
    return items


def _days(wc: WorkingCapital):
    names = ("work_in_progress", "finished_products", "receivables", "cash", "payables")
    return [(name, getattr(wc, f"{name}_days")) for name in names]


def _bases(study: Study, c: Costs, *, comfar: bool) -> dict[str, np.ndarray]:
    def total(keep) -> np.ndarray:
        lines = [c.produced[x.name] for x in study.costs if keep(x)]
        return sum(lines, np.zeros((c.variable.shape[0], 1)))

    factory = total(lambda x: x.category in FACTORY)
    operating = total(lambda x: x.category in FACTORY + ADMINISTRATION)
    sold = operating - c.stock_change_variable - c.stock_change_fixed
    cash = total(
        lambda x: (
            x.category in FACTORY + ADMINISTRATION
            and x.category not in MATERIALS
            and (comfar or x.origin == "local")
        )
    )
    return {
        "work_in_progress": factory,
        "finished_products": sold,
        "receivables": sold + c.marketing_variable + c.marketing_fixed,
        "cash": cash,
        "payables": operating if comfar else factory,
    }


def _material_stocks(study: Study, axis: Axis, c: Costs, *, keep: bool) -> dict[str, np.ndarray]:
    items: dict[str, np.ndarray] = {}
    initial = dict(study.working_capital.initial)
    for cost in study.costs:
        start = initial.pop(cost.name, None)
        if cost.coverage_days is None and start is None:
            continue
        not_negative(cost.coverage_days or 0.0, f"cost {cost.name!r}, coverage days")
        yearly = c.produced[cost.name] / axis.year_parts
        level = axis.on_production(yearly * (cost.coverage_days or 0.0) / 360.0)
        if start is not None:
            level = level + np.cumsum(axis.lay(start, f"initial stock of {cost.name!r}"), axis=0) * _before(
                axis
            )
        if keep:
            level = _left_after_use(level, axis.on_production(c.produced[cost.name]), axis)
        items[f"stock of {cost.name}"] = level
    if initial:
        raise BadInput(
            place="initial stock of " + ", ".join(map(repr, initial)),
            problem=mark("belongs to no cost of the study"),
            remedy=mark("Use the names of the costs."),
        )
    return items


def _before(axis: Axis) -> np.ndarray:
    return (np.arange(axis.n) < axis.n_construction).astype(float)[:, None]


def _left_after_use(level: np.ndarray, use: np.ndarray, axis: Axis) -> np.ndarray:
    """``WC_j = max(WC_{j−1} − consumption, RV_j)``: a stock is used up before less is held."""
    level, use = (np.array(x) for x in np.broadcast_arrays(level, use))
    for j in range(max(1, axis.production.start), axis.production.stop):
        level[j] = np.maximum(level[j - 1] - use[j], level[j])
    return level
