"""Numbers that end too often in the same digit: guessed or made up rather than counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scipy.special import chdtrc

from .findings import fisher_greater

LEAST = 50


@dataclass(frozen=True)
class Digits:
    """How the last digits fall: counts of 0 to 9, chi-square against equal shares, its p-value."""

    counts: tuple[int, ...]
    chi_square: float
    p: float

    @property
    def n(self) -> int:
        return sum(self.counts)

    @property
    def preferred(self) -> int:
        """The digit met most often."""
        return max(range(10), key=lambda d: self.counts[d])


def terminal_digits(
    values: Iterable[float | None], *, least: int = LEAST, smallest: int = 10
) -> Digits | None:
    """The last digits of whole numbers of at least ``smallest``, whose last digit is nearly free.

    ``None`` for fewer than ``least`` of them: each digit would be expected fewer than five times. People round in
    honest answers too, above all money and large counts: compare collectors with each other before judging
    (Bredl, Storfinger and Menold 2011; Schräpler 2011).

    >>> round(terminal_digits([10, 20, 30, 40, 50] * 12).chi_square)
    540
    """
    whole = [int(v) for v in values if v is not None and float(v).is_integer() and abs(v) >= smallest]
    if len(whole) < least:
        return None
    counts = [0] * 10
    for number in whole:
        counts[abs(number) % 10] += 1
    expected = len(whole) / 10
    statistic = sum((c - expected) ** 2 / expected for c in counts)
    return Digits(tuple(counts), statistic, float(chdtrc(9, statistic)))


def digits_by_collector(
    values: Sequence[float | None], collectors: Sequence[str | None], *, least: int = LEAST
) -> dict[str, tuple[Digits, float]]:
    """For each collector with enough numbers: the digits, and the chance (Fisher's exact test, one-sided) that the
    one preferred digit is met as often by drawing from everybody's numbers."""
    by_who: dict[str, list[float | None]] = {}
    for value, who in zip(values, collectors):
        by_who.setdefault(who or "", []).append(value)
    counted = {who: terminal_digits(said, least=least) for who, said in by_who.items() if who}
    found = {}
    for who, digits in counted.items():
        others = [v for other, said in by_who.items() if other != who for v in said]
        rest = terminal_digits(others, least=least)
        if digits is None or rest is None:
            continue
        k, rest_k = digits.counts[digits.preferred], rest.counts[digits.preferred]
        table = [[k, digits.n - k], [rest_k, rest.n - rest_k]]
        found[who] = (digits, fisher_greater(table))
    return found


def whipple(ages: Iterable[float | None], *, least: int = LEAST) -> float | None:
    """Whipple's index of ages from 23 to 62: 500 × those that end in 0 or 5 over all of them.

    100: no preference; 500: only such ages. United Nations (1955), Methods of Appraisal of Quality of Basic Data,
    judges below 105 highly accurate, 125–174.9 rough, 175 and more very rough. ``None`` for fewer than ``least``.

    >>> whipple(list(range(23, 63)) * 2)
    100.0
    """
    inside = [int(a) for a in ages if a is not None and 23 <= a <= 62]
    if len(inside) < least:
        return None
    return 500 * sum(a % 5 == 0 for a in inside) / len(inside)


def myers(
    ages: Iterable[float | None], *, lowest: int = 10, decades: int = 7, least: int = LEAST
) -> float | None:
    """Myers' blended index: half the sum of the absolute differences of the blended shares of digits from 10 %.

    0: no preference; 90: one digit only. The ages of ``decades`` decades count from ``lowest`` with the weights 1…10
    and from ``lowest + 10`` with the weights 9…0, so that no digit gains by coming first (Myers 1940, Transactions
    of the Actuarial Society of America 41); both spans are equally long. ``None`` for fewer than ``least`` ages.
    """
    span = 10 * decades
    whole = [int(a) for a in ages if a is not None]
    if sum(lowest <= a < lowest + span for a in whole) < least:
        return None
    blended = []
    for step in range(10):
        digit = (lowest + step) % 10
        first = sum(a % 10 == digit and lowest <= a < lowest + span for a in whole)
        second = sum(a % 10 == digit and lowest + 10 <= a < lowest + 10 + span for a in whole)
        blended.append((step + 1) * first + (9 - step) * second)
    total = sum(blended)
    return sum(abs(100 * b / total - 10) for b in blended) / 2 if total else None
