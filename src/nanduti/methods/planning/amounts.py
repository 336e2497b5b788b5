"""Numbers as people write them: "about 30", "over ten thousand", "350 to 450", "twenty-five SMEs"."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from ._date_words import fold

Qualifier = Literal["exactly", "about", "over", "under", "range"]

#: How far "about" reaches, as a share of the number. With 5 per cent "around 40 days" admits 38 to 42.
ABOUT = 0.05

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_SPANISH = (
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis"
    " diecisiete dieciocho diecinueve veinte"
)
_WORDS: dict[str, int] = {word: n for n, word in enumerate(_UNITS.split())}
_WORDS |= {word: 10 * n for n, word in enumerate(_TENS.split(), start=2)}
_WORDS |= {word: n for n, word in enumerate(_SPANISH.split())}
_WORDS |= {"dozen": 12, "docena": 12, "treinta": 30, "cuarenta": 40, "cincuenta": 50}
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "cien": 100, "mil": 1000}

_ABOUT = re.compile(
    r"\b(about|around|approximately|approx|circa|ca|some|nearly|almost|alrededor|unos|unas|cerca|casi)\b"
)
_OVER = re.compile(r"\b(over|more than|above|at least|upwards of|mas de|al menos)\b|^\s*>")
_UNDER = re.compile(r"\b(under|less than|fewer than|below|up to|at most|menos de|hasta)\b|^\s*<")
_PLUS = re.compile(r"\d\s*\+")
_NUMBER = re.compile(r"\d{1,3}(?:[,  ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_RANGE = re.compile(r"(\d[\d.,]*)\s*(?:-|–|to|a)\s*(\d[\d.,]*)")


@dataclass(frozen=True)
class Amount:
    """A number with its vagueness: every value from ``low`` to ``high`` agrees with it."""

    value: float
    low: float
    high: float
    qualifier: Qualifier

    def agrees(self, other: Amount) -> bool:
        """Whether some value fits both.

        >>> amount_in("about 30").agrees(amount_in("31")), amount_in("about 30").agrees(amount_in("35"))
        (True, False)
        """
        return self.low <= other.high and other.low <= self.high


def amount_in(text: str | float | None, *, about: float = ABOUT) -> Amount | None:
    """The number a text states, with its vagueness; ``None`` if it states none or more than one.

    >>> amount_in("over ten thousand employees")
    Amount(value=10000.0, low=10000.0, high=inf, qualifier='over')
    >>> amount_in("350 to 450 pairs").low, amount_in("Twenty-five units participated").value
    (350.0, 25.0)
    >>> amount_in("11 firms and 22 firms") is None
    True
    """
    if text is None:
        return None
    if isinstance(text, int | float):
        return _exact(float(text)) if math.isfinite(text) else None
    folded = fold(text)
    spread = _RANGE.search(folded)
    if spread and len(_NUMBER.findall(folded)) == 2:
        low, high = sorted(_plain(part) for part in spread.groups())
        return Amount((low + high) / 2, low, high, "range")
    values = [_plain(found) for found in _NUMBER.findall(folded)] + _in_words(folded)
    return _qualified(folded, values[0], about) if len(values) == 1 else None


def _plain(digits: str) -> float:
    return float(re.sub(r"[,  ]", "", digits.rstrip(".,")))


def _exact(value: float) -> Amount:
    return Amount(value, value, value, "exactly")


def _qualified(folded: str, value: float, about: float) -> Amount:
    if _OVER.search(folded) or _PLUS.search(folded):
        return Amount(value, value, math.inf, "over")
    if _UNDER.search(folded):
        return Amount(value, -math.inf, value, "under")
    if _ABOUT.search(folded):
        return Amount(value, value * (1 - about), value * (1 + about), "about")
    return _exact(value)


def _in_words(folded: str) -> list[float]:
    """Every number written in words: "four hundred" is one number, "ten firms and two banks" are two."""
    numbers: list[float] = []
    current: float | None = None
    for word in re.split(r"[^a-z]+", folded):
        if word in _SCALES and (current is not None or word in ("cien", "mil")):
            current = (current or 1) * _SCALES[word]
        elif word in _WORDS and word != "once":  # "once" is eleven in Spanish and an adverb in English
            current = _WORDS[word] + (current if current is not None and current >= 20 else 0)
        elif word and current is not None and word not in ("and", "y"):
            numbers.append(current)
            current = None
    return [float(n) for n in (numbers if current is None else [*numbers, current])]
