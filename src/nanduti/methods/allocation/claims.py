"""Dividing what is too little among claims: the rules of the literature, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import factorial

from nanduti.methods.values import BadInput, CannotBeSaid

from .reading import Number, exact, exact_all

MOST_FOR_ARRIVAL = 18


def divide_claims(
    amount: Number, claims: Mapping[str, Number], *, method: str = "proportional"
) -> dict[str, Fraction]:
    """What each claimant gets of an amount that is not enough for all (exact fractions).

    Args:
        amount: what there is; with more than all claims together everybody gets the claim and the rest stays.
        claims: what each may rightly ask.
        method: ``proportional``; ``equal_awards`` (constrained equal awards: as equal as can be, nobody
            above the claim);
            ``equal_losses`` (constrained equal losses: losses as equal as can be, nobody below nought);
            ``talmud`` (Aumann and
            Maschler: equal awards on half claims, then equal losses); ``piniles``; ``random_arrival``
                (O'Neill: the mean over
            all orders of first come, first served; at most 18 claimants); ``adjusted_proportional`` (minimal
            rights first, then in proportion to what is left of each claim, cut at what is left).

    Source: W. Thomson, "Axiomatic and game-theoretic analysis of bankruptcy and taxation problems: a survey",
    *Mathematical Social Sciences* 45 (2003); R. J. Aumann and M. Maschler, *Journal of Economic Theory* 36 (1985).

    >>> {k: str(v) for k, v in divide_claims(200, {"a": 100, "b": 200, "c": 300}, method="talmud").items()}
    {'a': '50', 'b': '75', 'c': '75'}
    >>> {k: str(v) for k, v in divide_claims(200, {"a": 100, "b": 200, "c": 300}, method="equal_losses").items()}
    {'a': '0', 'b': '50', 'c': '150'}
    """
    estate, owed = exact(amount, "amount"), exact_all(claims, "claim")
    if method not in METHODS:
        raise BadInput(
            place=f"method {method!r}", problem="is not known", remedy=f"Use {', '.join(METHODS)}."
        )
    if estate >= sum(owed.values()):
        return owed
    return METHODS[method](estate, owed)


def _proportional(estate: Fraction, owed: Mapping[str, Fraction]) -> dict[str, Fraction]:
    total = sum(owed.values())
    return {k: estate * c / total for k, c in owed.items()}


def _equal_awards(estate: Fraction, owed: Mapping[str, Fraction]) -> dict[str, Fraction]:
    got, left, n = {}, estate, len(owed)
    for k in sorted(owed, key=lambda k: (owed[k], k)):
        got[k] = min(owed[k], left / n)
        left, n = left - got[k], n - 1
    return {k: got[k] for k in owed}


def _equal_losses(estate: Fraction, owed: Mapping[str, Fraction]) -> dict[str, Fraction]:
    lost = _equal_awards(sum(owed.values()) - estate, owed)
    return {k: owed[k] - lost[k] for k in owed}


def _talmud(estate: Fraction, owed: Mapping[str, Fraction]) -> dict[str, Fraction]:
    half = {k: c / 2 for k, c in owed.items()}
    if estate <= sum(half.values()):
        return _equal_awards(estate, half)
    more = _equal_losses(estate - sum(half.values()), half)
    return {k: half[k] + more[k] for k in owed}


def _piniles(estate: Fraction, owed: Mapping[str, Fraction]) -> dict[str, Fraction]:
    half = {k: c / 2 for k, c in owed.items()}
    if estate <= sum(half.values()):
        return _equal_awards(estate, half)
    more = _equal_awards(estate - sum(half.values()), half)
    return {k: half[k] + more[k] for k in owed}


def _random_arrival(estate: Fraction, owed: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The mean over all orders, by counting sums of those who came before instead of orders."""
    names, n = list(owed), len(owed)
    if n > MOST_FOR_ARRIVAL:
        raise CannotBeSaid(
            what="Random arrival",
            why=f"{n} claimants make too many orders",
            remedy=f"Use another method above {MOST_FOR_ARRIVAL} claimants.",
        )
    got = {}
    for k in names:
        before: dict[tuple[Fraction, int], int] = {(Fraction(0), 0): 1}
        for other in names:
            if other != k:
                for (taken, size), ways in list(before.items()):
                    key = (min(estate, taken + owed[other]), size + 1)
                    before[key] = before.get(key, 0) + ways
        got[k] = sum(
            (Fraction(ways * factorial(size) * factorial(n - size - 1), factorial(n)) * min(owed[k], estate - taken)
             for (taken, size), ways in before.items()),
            Fraction(0),
        )  # fmt: skip
    return got


def _adjusted_proportional(estate: Fraction, owed: Mapping[str, Fraction]) -> dict[str, Fraction]:
    total = sum(owed.values())
    rights = {k: max(Fraction(0), estate - (total - c)) for k, c in owed.items()}
    left = estate - sum(rights.values())
    rest = {k: min(c - rights[k], left) for k, c in owed.items()}
    size = sum(rest.values())
    return {k: rights[k] + (left * rest[k] / size if size else 0) for k in owed}


METHODS: Mapping[str, Callable[[Fraction, Mapping[str, Fraction]], dict[str, Fraction]]] = {
    "proportional": _proportional,
    "equal_awards": _equal_awards,
    "equal_losses": _equal_losses,
    "talmud": _talmud,
    "piniles": _piniles,
    "random_arrival": _random_arrival,
    "adjusted_proportional": _adjusted_proportional,
}
