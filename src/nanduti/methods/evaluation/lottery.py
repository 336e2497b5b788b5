"""The lottery: who is treated, decided by a public seed and by nothing else.

Every unit gets a number that anyone can recompute, HMAC-SHA256(seed, purpose + unit id); units are ranked
by it within their stratum and arms are dealt along the rank. The order of the list cannot matter.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from nanduti.methods.values import BadInput

MISFITS = ("missing", "strata", "global", "wstrata", "wglobal")
SEPARATOR = "\x1f"
UNASSIGNED = -1


def keyed_number(seed: str, purpose: str, name: str) -> int:
    """HMAC-SHA256 of ``purpose␟name`` under the seed, as a whole number (␟ is U+001F).

    >>> keyed_number("2025-03-07", "unit", "F001") % 1000
    802
    """
    message = f"{purpose}{SEPARATOR}{name}".encode()
    return int.from_bytes(hmac.digest(seed.encode(), message, hashlib.sha256), "big")


def parse_shares(arms: Mapping[str, object] | Sequence[str]) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
    """Names and exact shares of the arms; a plain list means equal shares.

    >>> parse_shares({"control": 1 / 3, "class": "1/3", "mentor": 1 / 3})[1]
    (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3))
    """
    if not isinstance(arms, Mapping):
        names = tuple(str(a) for a in arms)
        arms = dict.fromkeys(names, Fraction(1, max(len(names), 1)))
        if len(arms) != len(names):
            raise BadInput(place="arms", problem="name one arm twice", remedy="Give every arm its own name.")
    if len(arms) < 2:
        raise BadInput(place="arms", problem="are fewer than two", remedy="Name at least two arms.")
    shares = tuple(_fraction(name, share) for name, share in arms.items())
    if sum(shares) != 1:
        raise BadInput(
            place="the arms' shares",
            problem=f"add up to {float(sum(shares)):.6g}, not to 1",
            remedy='Correct them; write thirds as "1/3".',
        )
    return tuple(str(a) for a in arms), shares


def _fraction(name: str, share: object) -> Fraction:
    try:
        value = Fraction(share).limit_denominator(10_000)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        value = Fraction(0)
    if not 0 < value < 1:
        raise BadInput(
            place=f"the share {share!r} of arm {name!r}",
            problem="does not lie between 0 and 1",
            remedy='Write it as 0.25 or "1/4".',
        )
    return value


def block_size(shares: Sequence[Fraction]) -> int:
    """The smallest number of units that can be shared out exactly (least common denominator)."""
    return math.lcm(*(s.denominator for s in shares))


def cumulative(shares: Sequence[Fraction]) -> list[int]:
    """Cumulated shares in units of one over :func:`block_size`, ending at the block size itself."""
    block, total, out = block_size(shares), 0, []
    for share in shares:
        total += int(share * block)
        out.append(total)
    return out


def deal(n: int, shares: Sequence[Fraction], offset: int) -> list[int]:
    """Arm codes for ranks 0..n-1: counts within one of n × share, exactly so on average over offsets.

    Systematic rounding: arm ``a`` ends at ``(n·C_a + offset) // block`` for cumulated shares ``C_a``.

    >>> from fractions import Fraction
    >>> deal(5, [Fraction(1, 2), Fraction(1, 2)], 0), deal(5, [Fraction(1, 2), Fraction(1, 2)], 1)
    ([0, 0, 1, 1, 1], [0, 0, 0, 1, 1])
    """
    block = block_size(shares)
    ends = [(n * c + offset) // block for c in cumulative(shares)]
    return [sum(rank >= end for end in ends[:-1]) for rank in range(n)]


def misfit_shares(shares: Sequence[Fraction], misfits: str) -> tuple[Fraction, ...]:
    """With which chances misfits are dealt: by the shares ("w…") or equally."""
    if misfits in ("wstrata", "wglobal"):
        return tuple(shares)
    return tuple(Fraction(1, len(shares)) for _ in shares)


def draw(
    names: Sequence[str],
    strata: np.ndarray,
    stratum_names: Sequence[str],
    shares: Sequence[Fraction],
    misfits: str,
    seed: str,
) -> np.ndarray:
    """The lottery itself: arm codes of the units (``UNASSIGNED`` for misfits left out)."""
    numbers = [keyed_number(seed, "unit", name) for name in names]
    block = block_size(shares)
    arms = np.full(len(names), UNASSIGNED, dtype=np.int8)
    pool: list[int] = []
    order = sorted(range(len(names)), key=lambda i: (strata[i], numbers[i]))
    for members in _runs(order, strata):
        n_exact = len(members) // block * block
        arms[members[:n_exact]] = deal(n_exact, shares, 0)
        rest = members[n_exact:]
        if misfits in ("strata", "wstrata"):
            _deal_rest(arms, rest, misfit_shares(shares, misfits), seed, stratum_names[strata[members[0]]])
        elif misfits in ("global", "wglobal"):
            pool.extend(rest)
    pool.sort(key=lambda i: keyed_number(seed, "misfit", names[i]))
    _deal_rest(arms, pool, misfit_shares(shares, misfits), seed, "")
    return arms


def _runs(order: list[int], strata: np.ndarray) -> list[list[int]]:
    runs: dict[int, list[int]] = {}
    for i in order:
        runs.setdefault(int(strata[i]), []).append(i)
    return list(runs.values())


def _deal_rest(
    arms: np.ndarray, rest: list[int], shares: Sequence[Fraction], seed: str, stratum_name: str
) -> None:
    if rest:
        offset = keyed_number(seed, "offset", stratum_name) % block_size(shares)
        arms[rest] = deal(len(rest), shares, offset)
