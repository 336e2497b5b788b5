"""Answer scales that say which end is favourable."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import BadInput


@dataclass(frozen=True)
class Scale:
    """An ordered answer scale from ``low`` to ``high`` with its favourable end declared; no default.

    In Guadalajara's group questionnaires 1 meant agreement and 5 disagreement (Lowe 2003, section
    "Free riding"), so that a scale without a declared direction is a trap.

    >>> agrem = Scale(1, 5, favourable=1)
    >>> agrem.towards_favourable(1), agrem.towards_favourable(4)
    (5, 2)
    >>> agrem.is_favourable(2)
    True
    """

    low: int
    high: int
    favourable: int

    def __post_init__(self) -> None:
        if self.low >= self.high:
            raise BadInput(
                place=f"scale {self.low} to {self.high}",
                problem="has no width",
                remedy="Put the lower end first.",
            )
        if self.favourable not in (self.low, self.high):
            raise BadInput(
                place=f"favourable end {self.favourable}",
                problem=f"is neither {self.low} nor {self.high}",
                remedy="Say which end of the scale is favourable.",
            )

    def towards_favourable(self, answer: float) -> float:
        """The answer turned so that more is better, on the same range."""
        self._check(answer)
        return answer if self.favourable == self.high else self.low + self.high - answer

    def is_favourable(self, answer: float) -> bool:
        """Whether the answer lies strictly on the favourable side of the middle."""
        return self.towards_favourable(answer) > (self.low + self.high) / 2

    def _check(self, answer: float) -> None:
        if not self.low <= answer <= self.high:
            raise BadInput(
                place=f"answer {answer}",
                problem=f"lies outside the scale {self.low} to {self.high}",
                remedy="Correct the answer or mark it missing.",
            )
