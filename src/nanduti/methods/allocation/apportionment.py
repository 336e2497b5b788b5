"""Whole pieces from parts: apportionment by remainders and by divisors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import floor

from nanduti.methods.values import BadInput, CannotBeSaid

from .reading import Number, exact_all, whole

QUOTAS: Mapping[str, Callable[[Fraction, int], Fraction]] = {
    "largest_remainder": lambda total, seats: total / seats,
    "droop": lambda total, seats: Fraction(floor(total / (seats + 1)) + 1),
}
# Squares of the signposts between n and n + 1, so that the geometric mean stays exact.
DIVISORS: Mapping[str, Callable[[int], Fraction]] = {
    "dhondt": lambda n: Fraction((n + 1) ** 2),
    "sainte_lague": lambda n: Fraction((2 * n + 1) ** 2, 4),
    "adams": lambda n: Fraction(n**2),
    "huntington_hill": lambda n: Fraction(n * (n + 1)),
    "dean": lambda n: Fraction(2 * n * (n + 1), 2 * n + 1) ** 2,
}
ALIASES = {
    "hamilton": "largest_remainder", "hare": "largest_remainder", "jefferson": "dhondt",
    "webster": "sainte_lague", "hill": "huntington_hill", "equal_proportions": "huntington_hill",
}  # fmt: skip


def apportion(
    total: int,
    weights: Mapping[str, Number],
    *,
    method: str = "largest_remainder",
    most: Mapping[str, int] | None = None,
) -> dict[str, int]:
    """A whole number split in proportion to weights, into whole numbers that add up to it.

    Args:
        total: pieces (cents, bundles, seats) to hand out.
        weights: what each is entitled to, in any unit.
        method: ``largest_remainder`` (Hamilton, Hare quota), ``droop`` (largest remainder over the Droop
            quota), ``dhondt`` (Jefferson), ``sainte_lague`` (Webster), ``adams``, ``huntington_hill``, ``dean``.
        most: ceilings; with them the pieces that do not fit go to the others.

    Equal claims to the last piece are told apart by name, alphabetically.

    Source: M. L. Balinski and H. P. Young, *Fair Representation* (1982). The largest remainder is what a
    group can check by hand.

    >>> apportion(1000, {"a": 540, "b": 400, "c": 150})
    {'a': 495, 'b': 367, 'c': 138}
    >>> apportion(10, {"a": 53, "b": 24, "c": 23}, method="dhondt")
    {'a': 6, 'b': 2, 'c': 2}
    """
    total = whole(total, "total")
    shares = exact_all(weights, "weight")
    method = ALIASES.get(method, method)
    if method not in QUOTAS and method not in DIVISORS:
        raise BadInput(
            place=f"method {method!r}",
            problem="is not known",
            remedy=f"Use {', '.join([*QUOTAS, *DIVISORS])}.",
        )
    limits = {k: whole(v, f"ceiling of {k!r}") for k, v in (most or {}).items()}
    _check_room(total, shares, limits)
    if total == 0 or not shares:
        return dict.fromkeys(shares, 0)
    if method in QUOTAS:
        return _remainders(total, shares, limits, QUOTAS[method])
    return _divisors(total, shares, limits, DIVISORS[method])


def _check_room(total: int, shares: Mapping[str, Fraction], limits: Mapping[str, int]) -> None:
    if total == 0:
        return
    if not any(shares.values()):
        raise CannotBeSaid(
            what="A split", why="no weight is above zero", remedy="Say who has a claim to anything."
        )
    open_ = [k for k, w in shares.items() if w > 0 and k not in limits]
    if not open_ and sum(limits[k] for k, w in shares.items() if w > 0) < total:
        raise CannotBeSaid(
            what="A split",
            why=f"the ceilings leave room for {sum(limits[k] for k, w in shares.items() if w > 0)} of {total}",
            remedy="Raise a ceiling or split less.",
        )


def _remainders(
    total: int,
    shares: Mapping[str, Fraction],
    limits: Mapping[str, int],
    quota: Callable[[Fraction, int], Fraction],
) -> dict[str, int]:
    exact_parts = fill(Fraction(total), shares, {k: Fraction(v) for k, v in limits.items()})
    if quota is QUOTAS["droop"] and not limits:
        size = quota(sum(shares.values()), total)
        exact_parts = {k: w / size for k, w in shares.items()}
    given = {k: floor(v) for k, v in exact_parts.items()}
    left = total - sum(given.values())
    order = sorted(shares, key=lambda k: (-(exact_parts[k] - given[k]), k))
    while left > 0:
        before = left
        for k in order:
            if left and shares[k] > 0 and given[k] < limits.get(k, total):
                given[k] += 1
                left -= 1
        if left == before:
            break
    return given


def fill(
    amount: Fraction, weights: Mapping[str, Fraction], ceilings: Mapping[str, Fraction]
) -> dict[str, Fraction]:
    """Parts in proportion to weights; what goes over a ceiling is split again among the others."""
    parts = dict.fromkeys(weights, Fraction(0))
    open_ = {k for k, w in weights.items() if w > 0}
    left = amount
    while open_ and left > 0:
        total = sum(weights[k] for k in open_)
        over = {k for k in open_ if k in ceilings and left * weights[k] / total >= ceilings[k]}
        if not over:
            for k in open_:
                parts[k] = left * weights[k] / total
            return parts
        for k in over:
            parts[k] = ceilings[k]
            left -= ceilings[k]
        open_ -= over
    return parts


def _divisors(
    total: int, shares: Mapping[str, Fraction], limits: Mapping[str, int], signpost: Callable[[int], Fraction]
) -> dict[str, int]:
    given = dict.fromkeys(shares, 0)
    for _ in range(total):
        able = [k for k, w in shares.items() if w > 0 and given[k] < limits.get(k, total)]
        # A signpost of nought (Adams, Huntington-Hill, Dean) is an unbounded claim to the first piece.
        first = min(able, key=lambda k: (*_claim(shares[k], signpost(given[k])), k))
        given[first] += 1
    return given


def _claim(weight: Fraction, signpost: Fraction) -> tuple[int, Fraction]:
    if signpost == 0:
        return 0, -weight
    return 1, -(weight * weight) / signpost
