"""Shares: 0 to 1, shown as per cents."""

from __future__ import annotations

import math

from .errors import BadInput


class Share(float):
    """A part of a whole, between 0 and 1; per cents are for screens.

    >>> Share(0.5), Share.of(45, 100).percent()
    (Share(0.5), '45.0 %')
    >>> Share(81)
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: share 81 is not between 0 and 1. Divide a per cent by 100.
    """

    def __new__(cls, value: float) -> Share:
        number = float(value)
        if math.isnan(number) or not 0.0 <= number <= 1.0:
            raise BadInput(
                place=f"share {value}", problem="is not between 0 and 1", remedy="Divide a per cent by 100."
            )
        return super().__new__(cls, number)

    @classmethod
    def of(cls, part: float, whole: float) -> Share | None:
        """Part of whole; ``None``, never zero, where there is no whole.

        >>> Share.of(0, 0) is None
        True
        """
        return cls(part / whole) if whole else None

    def percent(self, places: int = 1) -> str:
        """For screens: with one decimal and a thin sign."""
        return f"{100 * self:.{places}f} %"

    def __repr__(self) -> str:
        return f"Share({float(self)!r})"
