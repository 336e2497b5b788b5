"""What it cost, and what one unit of effect cost.

The ingredients method of J-PAL (Dhaliwal et al. 2013): every item with quantity and unit cost, collected
while the programme runs; base year, exchange rates and discount rate explicit; the cost of the evaluation
itself left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, Money

from ._tables import between
from .evidence import EffectEstimate, EvidenceGrade

PURPOSES = ("programme", "evaluation")


@dataclass(frozen=True)
class Ingredient:
    """One thing that was used.

    Attributes:
        name: what. quantity: how many. unit_cost: of one, with its currency.
        year: when it was spent. share: the part used for this programme.
        purpose: ``"programme"`` or ``"evaluation"`` (not counted).
        paid_by: who bore it, e.g. the programme, firms, municipality (time and rooms given count too).

    >>> Ingredient("trainer days", 40, Money(120, "EUR"), 2025).total.round()
    Money(amount=Decimal('4800.00'), currency='EUR', price_year=None)
    """

    name: str
    quantity: float
    unit_cost: Money
    year: int
    share: float = 1.0
    purpose: str = "programme"
    paid_by: str = "programme"

    def __post_init__(self) -> None:
        if not float(self.quantity) >= 0 or not 0 <= self.share <= 1 or self.unit_cost.amount < 0:
            raise BadInput(
                place=f"ingredient {self.name!r}",
                problem="has a negative quantity or cost, or a share outside 0 to 1",
                remedy="Correct it.",
            )
        if self.purpose not in PURPOSES:
            raise BadInput(
                place=f"ingredient {self.name!r}", problem=f"has the purpose {self.purpose!r}",
                remedy=f"Use one of {PURPOSES}.",
            )  # fmt: skip

    @property
    def total(self) -> Money:
        """Quantity × unit cost × share, in its own currency."""
        return self.unit_cost * (Decimal(str(self.quantity)) * Decimal(str(self.share)))


@dataclass(frozen=True)
class CostEffectiveness:
    """Cost against effect.

    Attributes:
        total_cost, cost_per_unit: present value of the programme in the base year, and per unit treated.
        total_effect: effect per unit × units × years it lasts, discounted.
        cost_per_effect: cost of one unit of effect; None where the effect is not positive.
        low, high: cost per effect at the ends of the effect's interval; ``high`` None means unbounded.
        lines: each ingredient, its present value and whether it counts.
        sentence: the result in words. grade: of the effect.
    """

    total_cost: Money
    cost_per_unit: Money
    total_effect: float
    cost_per_effect: Money | None
    low: Money | None
    high: Money | None
    lines: pl.DataFrame
    sentence: str
    grade: EvidenceGrade


def cost_effectiveness(
    ingredients: Sequence[Ingredient],
    effect: EffectEstimate,
    *,
    n_treated: int,
    currency: str,
    base_year: int,
    discount_rate: float,
    exchange: Mapping[tuple[str, int], float] | None = None,
    price_index: Mapping[tuple[str, int], float] | None = None,
    horizon: int = 1,
    retained: float = 1.0,
    unit: str = "unit of effect",
) -> CostEffectiveness:
    """Cost of one unit of effect, with the range that the effect's interval leaves.

    Each ingredient is brought to prices of the base year in its own currency (``price_index``), exchanged
    (``exchange`` of the base year), and discounted to the base year.

    Args:
        effect: an effect per treated unit and year.
        n_treated: units that were offered the programme.
        discount_rate: per year, e.g. 0.05 or 0.10 (J-PAL uses 0.10).
        exchange: (currency, year) → units of the target currency for one; needed for ``base_year``.
        price_index: (currency, year) → index; left out, nominal amounts are taken as they are.
        horizon: years the effect lasts; retained: share of it kept from one year to the next.

    >>> from nanduti.methods.evaluation import EffectEstimate, EvidenceGrade
    >>> jobs = EffectEstimate("jobs", "class", "control", 0.5, EvidenceGrade("A"), 200, low=0.2, high=0.8)
    >>> result = cost_effectiveness([Ingredient("trainer days", 40, Money(120, "EUR"), 2025)], jobs,
    ...     n_treated=48, currency="EUR", base_year=2025, discount_rate=0.1, unit="job")
    >>> print(result.sentence)
    One job cost 200.00 EUR (between 125.00 and 500.00 EUR).
    """
    between(discount_rate, -0.5, 1.0, "discount rate")
    if n_treated < 1 or horizon < 1 or not 0 <= retained <= 1:
        raise BadInput(
            place="n_treated, horizon or retained",
            problem="are out of range",
            remedy="Use at least 1, 1 and 0.",
        )
    counted = [i for i in ingredients if i.purpose == "programme"]
    if not counted:
        raise BadInput(place="ingredients", problem="hold no cost of the programme", remedy="List them.")
    values = [
        _present_value(i, currency, base_year, discount_rate, exchange or {}, price_index or {})
        for i in counted
    ]
    total = Money(sum(values, Decimal(0)), currency, base_year)
    years = sum((retained / (1 + discount_rate)) ** t for t in range(horizon)) * n_treated
    each = [_ratio(total, e, years) for e in (effect.estimate, effect.high, effect.low)]
    lines = pl.DataFrame(
        {
            "name": [i.name for i in ingredients],
            "paid_by": [i.paid_by for i in ingredients],
            "present_value": [float(values[counted.index(i)]) if i in counted else None for i in ingredients],
            "counts": [i in counted for i in ingredients],
        },
        schema_overrides={"present_value": pl.Float64},
    )
    known = effect.low is not None and effect.high is not None
    return CostEffectiveness(
        total.round(), Money(total.amount / n_treated, currency, base_year).round(), effect.estimate * years,
        each[0], each[1] if known else None, each[2] if known else None, lines,
        _sentence(each, known, effect, unit, currency), effect.grade,
    )  # fmt: skip


def _present_value(i, currency, base_year, rate, exchange, index) -> Decimal:
    amount, own = i.total.amount, i.total.currency
    if index:
        amount *= _look_up(index, own, base_year, "price index") / _look_up(index, own, i.year, "price index")
    if own != currency:
        amount *= _look_up(exchange, own, base_year, f"rate to {currency}")
    return amount / (1 + Decimal(str(rate))) ** (i.year - base_year)


def _look_up(table: Mapping[tuple[str, int], float], currency: str, year: int, what: str) -> Decimal:
    value = table.get((currency, year))
    if value is None or not value > 0:
        raise CannotBeSaid(
            what="The cost",
            why=f"there is no {what} for {currency} in {year}",
            remedy="Add it with its source.",
        )
    return Decimal(str(value))


def _ratio(total: Money, effect: float | None, years: float) -> Money | None:
    if effect is None or not effect * years > 0:
        return None
    return Money(total.amount / Decimal(repr(effect * years)), total.currency, total.price_year).round()


def _sentence(each, known, effect, unit, currency) -> str:
    if each[0] is None:
        return f"No cost per {unit} can be given: the estimated effect is not positive."
    told = f"One {unit} cost {each[0].amount:,} {currency}"
    if not known:
        return f"{told}; how sure this is cannot be said (evidence {effect.grade.letter})."
    if each[2] is None:
        return f"{told} (at least {each[1].amount:,} {currency}; no upper limit, the effect may be nil)."
    return f"{told} (between {each[1].amount:,} and {each[2].amount:,} {currency})."
