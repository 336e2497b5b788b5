"""Money: never a bare number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from .errors import BadInput


@dataclass(frozen=True, order=False)
class Money:
    """An amount in one currency, with the price year it is expressed in where that is known.

    Attributes:
        amount: exact decimal amount in major units (euros, not cents).
        currency: ISO 4217 code, three capital letters.
        price_year: the year whose prices the amount is in; ``None`` means current prices.

    >>> Money("1500.50", "EUR") + Money(2, "EUR")
    Money(amount=Decimal('1502.50'), currency='EUR', price_year=None)
    >>> Money(5, "EUR") + Money(5, "INR")
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: EUR and INR cannot be added. Convert one of them first, naming rate and date.
    """  # noqa: E501

    amount: Decimal
    currency: str
    price_year: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", _decimal(self.amount))
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise BadInput(
                place=f"currency {self.currency!r}",
                problem="is not an ISO 4217 code",
                remedy="Use three capital letters such as EUR, INR or PYG.",
            )

    def __add__(self, other: Money) -> Money:
        self._same(other, "added")
        return Money(self.amount + other.amount, self.currency, self.price_year)

    def __sub__(self, other: Money) -> Money:
        self._same(other, "subtracted")
        return Money(self.amount - other.amount, self.currency, self.price_year)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency, self.price_year)

    def round(self, places: int = 2) -> Money:
        """Rounded half up, as cash books do.

        >>> Money("2.345", "EUR").round()
        Money(amount=Decimal('2.35'), currency='EUR', price_year=None)
        """
        step = Decimal(1).scaleb(-places)
        return Money(self.amount.quantize(step, ROUND_HALF_UP), self.currency, self.price_year)

    def _same(self, other: Money, verb: str) -> None:
        if self.currency != other.currency:
            raise BadInput(
                place=f"{self.currency} and {other.currency}",
                problem=f"cannot be {verb}",
                remedy="Convert one of them first, naming rate and date.",
            )
        if self.price_year != other.price_year:
            raise BadInput(
                place=f"prices of {self.price_year} and of {other.price_year}",
                problem=f"cannot be {verb}",
                remedy="Deflate one of them first.",
            )


def _decimal(value: Decimal | int | str | float) -> Decimal:
    try:
        amount = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise BadInput(
            place=f"amount {value!r}", problem="is not a number", remedy="Enter digits such as 1500.50."
        )
    return amount
