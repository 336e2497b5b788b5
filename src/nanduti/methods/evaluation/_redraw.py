"""Re-drawing the lottery many times under its own rule, in blocks of draws."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from . import lottery


def stream(seed: str, purpose: str, extra: int) -> np.random.PCG64:
    """A random stream for one purpose; streams of different purposes never meet."""
    text = lottery.SEPARATOR.join((purpose, str(extra), seed))
    return np.random.PCG64(int.from_bytes(hashlib.sha256(text.encode()).digest(), "big"))


class StratumShuffler:
    """Random orders within strata, many at once.

    A key holds the stratum in its highest bits, random bits in the middle and the unit in its lowest; one
    sort of whole rows then shuffles every stratum at once.
    """

    def __init__(self, strata: np.ndarray) -> None:
        self.n = len(strata)
        order = np.argsort(strata, kind="stable")
        self.position_stratum = strata[order]
        n_strata = int(strata.max()) + 1 if self.n else 1
        self.low_bits = max(1, (self.n - 1).bit_length())
        high = max(1, (n_strata - 1).bit_length())
        self.shift = np.uint64(64 - high)
        middle = ((1 << (64 - high)) - 1) & ~((1 << self.low_bits) - 1)
        self.random_mask = np.uint64(middle)
        self.low_mask = np.uint64((1 << self.low_bits) - 1)
        self.fixed = (strata.astype(np.uint64) << self.shift) | np.arange(self.n, dtype=np.uint64)
        self.sizes = np.bincount(strata, minlength=n_strata)
        starts = np.concatenate([[0], np.cumsum(self.sizes)[:-1]])
        self.rank = np.arange(self.n) - starts[self.position_stratum]

    def orders(self, n_draws: int, bits: np.random.PCG64) -> np.ndarray:
        """n_draws × n: the units in stratum order, shuffled within each stratum."""
        keys = bits.random_raw(n_draws * self.n).reshape(n_draws, self.n)
        keys &= self.random_mask
        keys |= self.fixed
        keys.sort(axis=1)
        keys &= self.low_mask
        return keys.view(np.int64)


class Redrawer:
    """Draws of a stratified lottery with misfits, distributed exactly as :func:`lottery.draw`."""

    def __init__(self, strata: np.ndarray, shares: Sequence[Fraction], misfits: str) -> None:
        self.shuffler = StratumShuffler(strata)
        self.misfits, self.shares = misfits, shares
        self.rest_shares = lottery.misfit_shares(shares, misfits)
        block = lottery.block_size(shares)
        exact = self.shuffler.sizes // block * block
        at = self.shuffler.position_stratum
        ends = np.array(lottery.cumulative(shares)[:-1])
        self.pattern = np.full(self.shuffler.n, lottery.UNASSIGNED, dtype=np.int8)
        in_block = self.shuffler.rank < exact[at]
        limits = exact[at][:, None] * ends[None, :] // block
        self.pattern[in_block] = (self.shuffler.rank[:, None] >= limits).sum(axis=1)[in_block]
        self.rest = np.flatnonzero(~in_block)
        self.rest_stratum = at[self.rest]
        self.rest_rank = self.shuffler.rank[self.rest] - exact[self.rest_stratum]
        self.rest_sizes = self.shuffler.sizes - exact

    def draws(self, n_draws: int, bits: np.random.PCG64) -> np.ndarray:
        """n_draws × n arm codes."""
        orders = self.shuffler.orders(n_draws, bits)
        arms = np.empty(orders.shape, dtype=np.int8)
        pattern = np.broadcast_to(self.pattern, orders.shape)
        if self.rest.size and self.misfits != "missing":
            pattern = pattern.copy()
            pattern[:, self.rest] = self._rest(n_draws, bits)
        np.put_along_axis(arms, orders, pattern, axis=1)
        return arms

    def _rest(self, n_draws: int, bits: np.random.PCG64) -> np.ndarray:
        block = lottery.block_size(self.rest_shares)
        ends = np.array(lottery.cumulative(self.rest_shares)[:-1], dtype=np.int64)
        if self.misfits in ("strata", "wstrata"):
            offsets = whole_numbers(bits, (n_draws, len(self.rest_sizes)), block)
            out = np.zeros((n_draws, self.rest.size), dtype=np.int8)
            for end in ends:
                limits = (self.rest_sizes * end + offsets) // block
                out += self.rest_rank >= limits[:, self.rest_stratum]
            return out
        m = self.rest.size
        offsets = whole_numbers(bits, (n_draws, 1), block)
        dealt = np.zeros((n_draws, m), dtype=np.int8)
        for end in ends:
            dealt += np.arange(m) >= (m * end + offsets) // block
        shuffle = StratumShuffler(np.zeros(m, dtype=np.int64)).orders(n_draws, bits)
        return np.take_along_axis(dealt, shuffle, axis=1)


def whole_numbers(bits: np.random.PCG64, shape: tuple[int, ...], below: int) -> np.ndarray:
    """Whole numbers 0..below-1; the bias of the modulus is under below / 2^63."""
    raw = bits.random_raw(int(np.prod(shape))) >> np.uint64(1)
    return (raw % np.uint64(below)).astype(np.int64).reshape(shape)


def permute_labels(strata: np.ndarray, labels: np.ndarray, n_draws: int, bits: np.random.PCG64) -> np.ndarray:
    """n_draws × n: the given labels shuffled within strata, their counts kept."""
    shuffler = StratumShuffler(strata)
    orders = shuffler.orders(n_draws, bits)
    sorted_labels = labels[np.argsort(strata, kind="stable")]
    out = np.empty(orders.shape, dtype=labels.dtype)
    np.put_along_axis(out, orders, np.broadcast_to(sorted_labels, orders.shape), axis=1)
    return out
