"""What is owed across orders: with minimum lots the only way that small firms get their due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from nanduti.methods.values import CannotBeSaid

from .reading import Number, exact_all


@dataclass(frozen=True)
class Ledger:
    """Entitlements and deliveries of each firm over all orders so far; begin with ``Ledger()``.

    Attributes:
        entitled: firm → what its claims entitled it to.
        got: firm → what it was given.
        n_orders: orders entered.
    """

    entitled: Mapping[str, Fraction] | None = None
    got: Mapping[str, Fraction] | None = None
    n_orders: int = 0

    @property
    def credit(self) -> dict[str, float]:
        """What is owed to each firm (negative: it had more than its part); the sum over all is nought."""
        entitled, got = self.entitled or {}, self.got or {}
        return {f: float(entitled[f] - got.get(f, 0)) for f in entitled}

    def enter(self, got: Mapping[str, Number], claims: Mapping[str, Number]) -> Ledger:
        """The ledger after one more order.

        Args:
            got: what each firm was given, in common units of work.
            claims: base claims (free capacity × performance) without credit. The order is owed to all firms
                in proportion.

        >>> ledger = Ledger().enter({"big": 100}, {"big": 60, "small": 40})
        >>> ledger.credit
        {'big': -40.0, 'small': 40.0}
        """
        given, base = exact_all(got, "what was got"), exact_all(claims, "claim")
        total, size = sum(given.values()), sum(base.values())
        if total and not size:
            raise CannotBeSaid(
                what="What is owed", why="nobody has a claim", remedy="Give free capacity and performance."
            )
        entitled = dict(self.entitled or {})
        had = dict(self.got or {})
        for f in sorted({*base, *given, *entitled}):
            part = total * base.get(f, Fraction(0)) / size if size else Fraction(0)
            entitled[f] = entitled.get(f, Fraction(0)) + part
            had[f] = had.get(f, Fraction(0)) + given.get(f, Fraction(0))
        return Ledger(entitled, had, self.n_orders + 1)

    def table(self) -> pl.DataFrame:
        """One row for each firm: entitled, got, owed, and got ÷ entitled (null where it is entitled to nothing)."""
        rows = []
        for f, e in sorted((self.entitled or {}).items()):
            g = (self.got or {}).get(f, Fraction(0))
            rows.append((f, float(e), float(g), float(e - g), float(g / e) if e else None))
        schema = {
            "firm": pl.String,
            "entitled": pl.Float64,
            "got": pl.Float64,
            "owed": pl.Float64,
            "met": pl.Float64,
        }
        return pl.DataFrame(rows, schema=schema, orient="row")
