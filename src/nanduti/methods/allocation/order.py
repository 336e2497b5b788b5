"""An order, the firms that may make it, what each offers, and the rules: read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import numpy as np
import polars as pl
import yaml

from nanduti.methods.values import BadInput, RuleSource

from .reading import codes, column

RULES: Mapping[str, tuple[str, ...]] = {
    "most_share": ("share",),
    "claim_multiple": ("times",),
    "least_share": ("column", "is", "share"),
    "most_defects": ("rate",),
    "most_firms": ("firms",),
    "least_firms": ("firms",),
    "single_source": (),
}


@dataclass(frozen=True)
class OrderRule:
    """A rule that a split of an order must keep: its code, kind, parameters and source."""

    code: str
    kind: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    source: RuleSource | None = None


@dataclass(frozen=True)
class Order:
    """Everything that sharing an order needs, as arrays.

    Firms, products and offers stand in the order of their codes. ``hours`` is infinite where hours are not limited.
    ``standard`` turns pieces of a product into common units of work, in which shares and claims are measured.
    """

    firms: tuple[str, ...]
    products: tuple[str, ...]
    quantity: np.ndarray
    bundle: np.ndarray
    standard: np.ndarray
    hours: np.ndarray
    capacity: np.ndarray
    performance: np.ndarray
    credit: np.ndarray
    joining: np.ndarray
    refused: np.ndarray
    columns: Mapping[str, tuple]
    firm_of: np.ndarray
    product_of: np.ndarray
    unit_cost: np.ndarray
    unit_hours: np.ndarray
    setup_cost: np.ndarray
    setup_hours: np.ndarray
    least_lot: np.ndarray
    most: np.ndarray
    defects: np.ndarray
    rules: tuple[OrderRule, ...]

    @property
    def total_work(self) -> float:
        """The whole order in common units of work."""
        return float(self.quantity @ self.standard)

    @property
    def claims(self) -> np.ndarray:
        """What each firm may claim of this order: free capacity × performance + credit, not below nought."""
        base = self.base_claims
        return np.where(self.refused, 0.0, np.maximum(0.0, base + self.credit))

    @property
    def base_claims(self) -> np.ndarray:
        """Claims without what is owed from earlier orders."""
        room = np.where(np.isfinite(self.capacity), self.capacity, self._room_by_hours())
        eligible = np.zeros(len(self.firms), dtype=bool)
        eligible[self.firm_of] = True
        return np.where(eligible, room * self.performance, 0.0)

    def _room_by_hours(self) -> np.ndarray:
        """Where no capacity is given: work that the hours allow at the firm's quickest product, or its offers."""
        room = np.zeros(len(self.firms))
        for i in range(len(self.firms)):
            own = self.firm_of == i
            if not own.any():
                continue
            offered = float(
                (np.minimum(self.most, self.quantity[self.product_of]) * self.standard[self.product_of])[
                    own
                ].sum()
            )
            slow = self.unit_hours[own]
            by_hours = np.inf
            if np.isfinite(self.hours[i]) and (slow > 0).all():
                by_hours = float(self.hours[i] * (self.standard[self.product_of][own] / slow).max())
            room[i] = min(offered, by_hours)
        return room


def read_order(
    order: pl.DataFrame,
    makers: pl.DataFrame,
    offers: pl.DataFrame,
    rules: str | list | Mapping[str, Any] | None,
) -> Order:
    """Tables and rules as an :class:`Order`; see :func:`allocate_order` for the columns."""
    codes(order, "product", "order"), codes(makers, "firm", "makers")
    order, makers = order.sort("product"), makers.sort("firm")
    products, firms = tuple(order["product"].to_list()), tuple(makers["firm"].to_list())
    firm_of, product_of, offers = _pairs(offers, firms, products)
    quantity = column(order, "quantity", place="order")
    bundle = column(order, "bundle", default=1.0, least=1e-9, place="order")
    for p, q, b in zip(products, quantity, bundle, strict=True):
        if abs(q / b - round(q / b)) > 1e-9:
            raise BadInput(
                place=f"order, product {p!r}",
                problem=f"asks for {q:g} pieces, which bundles of {b:g} do not make",
                remedy="Round the quantity or choose another bundle.",
            )
    refused = _flags(makers, "refused")
    listed = read_rules(rules)
    columns = {
        r.parameters["column"]: _cells(makers, r.parameters["column"])
        for r in listed
        if r.kind == "least_share"
    }

    def of_makers(name: str, default: float, **limits: float | None) -> np.ndarray:
        return column(makers, name, default=default, place="makers", **limits)

    def of_offers(name: str, default: float = 0.0, **limits: float | None) -> np.ndarray:
        return column(offers, name, default=default, place="offers", **limits)

    return Order(
        firms, products, quantity, bundle, column(order, "standard", default=1.0, least=1e-9, place="order"),
        of_makers("hours", np.inf), of_makers("free_capacity", np.inf), of_makers("performance", 1.0, most=1.0),
        of_makers("credit", 0.0, least=None), of_makers("joining_cost", 0.0), refused, columns, firm_of, product_of,
        of_offers("unit_cost"), of_offers("unit_hours"), of_offers("setup_cost"), of_offers("setup_hours"),
        of_offers("least_lot"), of_offers("most", np.inf), of_offers("defect_rate", most=1.0), listed,
    )  # fmt: skip


def _pairs(
    offers: pl.DataFrame, firms: tuple[str, ...], products: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray, pl.DataFrame]:
    codes(offers, "firm", "offers", unique=False), codes(offers, "product", "offers", unique=False)
    offers = offers.sort("firm", "product")
    at_firm, at_product = {f: i for i, f in enumerate(firms)}, {p: i for i, p in enumerate(products)}
    seen = set()
    for f, p in offers.select("firm", "product").iter_rows():
        if f not in at_firm:
            raise BadInput(
                place=f"offers, firm {f!r}", problem="is not among the makers", remedy="Add it or correct it."
            )
        if (f, p) in seen:
            raise BadInput(
                place=f"offers, {f!r} for {p!r}", problem="stands twice", remedy="Keep one row for each pair."
            )
        seen.add((f, p))
    offers = offers.filter(pl.col("product").is_in(list(products)))  # offers for what nobody ordered
    firm_of = np.array([at_firm[f] for f in offers["firm"]], dtype=int)
    return firm_of, np.array([at_product[p] for p in offers["product"]], dtype=int), offers


def _flags(makers: pl.DataFrame, name: str) -> np.ndarray:
    if name not in makers.columns:
        return np.zeros(makers.height, dtype=bool)
    if makers[name].dtype != pl.Boolean or makers[name].null_count():
        raise BadInput(
            place=f"makers, column {name!r}", problem="is not true or false everywhere", remedy="Fill it."
        )
    return makers[name].to_numpy()


def _cells(makers: pl.DataFrame, name: str) -> tuple:
    if name not in makers.columns:
        raise BadInput(
            place=f"makers, column {name!r}",
            problem="is missing, and a rule speaks of it",
            remedy=f"The table has {', '.join(makers.columns)}.",
        )
    return tuple(makers[name].to_list())


def read_rules(document: str | list | Mapping[str, Any] | None) -> tuple[OrderRule, ...]:
    """Rules for an order from YAML text, a list of mappings, or a mapping with ``rules``.

    ``most_share`` (share): no firm above this share of the work. ``claim_multiple`` (times): none above this many times
    its claim. ``least_share`` (column, is, share): at least this share of the work to firms of a kind. ``most_defects``
    (rate): expected defects of each product. ``most_firms``, ``least_firms`` (firms). ``single_source``: each product
    goes whole to one firm.

    >>> read_rules("rules: [{rule: most_share, share: 0.12}]")[0].parameters
    {'share': 0.12}
    >>> read_rules([{"rule": "most_shares", "share": 0.1}])
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: rule 1, kind 'most_shares' is not known. Did you mean 'most_share'?
    """
    if isinstance(document, str):
        try:
            document = yaml.safe_load(document)
        except yaml.YAMLError:
            raise BadInput(
                place="the rules", problem="are not YAML", remedy="Look at indents and colons."
            ) from None
    if isinstance(document, Mapping):
        extra = set(document) - {"rules", "source", "notes", "title"}
        if extra:
            raise BadInput(
                place=f"rules, field {min(extra)!r}", problem="is not known", remedy="Write rules: […]."
            )
        document = document.get("rules")
    listed = list(document or [])
    found = tuple(_rule(item, i) for i, item in enumerate(listed, 1))
    kinds = [r.code for r in found]
    for code in kinds:
        if kinds.count(code) > 1:
            raise BadInput(
                place=f"rule {code!r}", problem="stands twice", remedy="Give each a code of its own."
            )
    return found


def _rule(item: Any, number: int) -> OrderRule:
    place = f"rule {number}"
    if not isinstance(item, Mapping):
        raise BadInput(
            place=place, problem="is not a mapping", remedy="Write {rule: most_share, share: 0.12}."
        )
    kind = item.get("rule")
    if kind not in RULES:
        near = get_close_matches(str(kind), list(RULES), n=1)
        remedy = f"Did you mean {near[0]!r}?" if near else f"Use one of {', '.join(RULES)}."
        raise BadInput(place=f"{place}, kind {kind!r}", problem="is not known", remedy=remedy)
    for name in item:
        if name not in ("rule", "code", "source", *RULES[kind]):
            raise BadInput(
                place=f"{place}, field {name!r}",
                problem="is not known",
                remedy=f"Known are {', '.join(RULES[kind])}.",
            )
    for name in RULES[kind]:
        if name not in item:
            raise BadInput(place=f"{place} ({kind})", problem=f"lacks {name!r}", remedy="Name it.")
        value = item[name]
        if name in ("share", "rate") and not (_is_number(value) and 0 <= value <= 1):
            raise BadInput(
                place=f"{place}, {name}", problem=f"is {value!r}", remedy="Give a share, 0.12 for 12 %."
            )
        if name in ("times", "firms") and not (_is_number(value) and value >= 0):
            raise BadInput(
                place=f"{place}, {name}", problem=f"is {value!r}", remedy="Give a number of 0 or more."
            )
    source = item.get("source")
    if isinstance(source, Mapping):
        source = RuleSource(str(source.get("document", "")), str(source.get("place", "")))
    elif source is not None:
        source = RuleSource(str(source))
    return OrderRule(str(item.get("code", kind)), kind, {k: item[k] for k in RULES[kind]}, source)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
