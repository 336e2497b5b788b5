"""Primary rules: which cells would say too much about one contributor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nanduti.methods.values import BadInput


@dataclass(frozen=True)
class Rules:
    """The rules for one table; a rule that is None is not applied.

    ``threshold``: fewer contributors than this is too few (an empty cell shows nothing, unless
    ``protect_zeros``). ``dominance`` (n, k): the n largest together hold more than k per cent. ``p_percent``: the
    second largest could work out the largest to within p per cent. With ``holdings`` the contributors are counted
    and ranked by owner and not by record.

    >>> Rules().threshold, Rules().p_percent
    (3, 10.0)
    """

    threshold: int | None = 3
    dominance: tuple[int, float] | None = None
    p_percent: float | None = 10.0
    protect_zeros: bool = False

    def __post_init__(self) -> None:
        if self.threshold is not None and self.threshold < 1:
            raise BadInput(
                place="threshold", problem=f"is {self.threshold}", remedy="Give at least 1, or None."
            )
        if self.dominance is not None and not (self.dominance[0] >= 1 and 0 < self.dominance[1] <= 100):
            raise BadInput(
                place="dominance",
                problem=f"is {self.dominance}",
                remedy="Give (n, k) with n >= 1, 0 < k <= 100.",
            )
        if self.p_percent is not None and not 0 < self.p_percent <= 100:
            raise BadInput(
                place="p_percent",
                problem=f"is {self.p_percent}",
                remedy="Give a per cent above 0, up to 100.",
            )

    @property
    def n_largest(self) -> int:
        """How many of the largest contributions the rules look at."""
        return max(2 if self.p_percent is not None else 0, self.dominance[0] if self.dominance else 0)


def is_below_threshold(
    n_contributors: np.ndarray, threshold: int, *, protect_zeros: bool = False
) -> np.ndarray:
    """Cells with at least one and fewer than ``threshold`` contributors (empty ones too if zeros tell something).

    >>> is_below_threshold(np.array([0, 1, 2, 3]), 3).tolist()
    [False, True, True, False]
    """
    n = np.asarray(n_contributors)
    return (n < threshold) & ((n > 0) | protect_zeros)


def is_dominated(total: np.ndarray, largest: Sequence[np.ndarray], n: int, k: float) -> np.ndarray:
    """(n, k) dominance: the ``n`` largest contributions exceed ``k`` per cent of the cell.

    >>> is_dominated(np.array([100.0]), [np.array([60.0]), np.array([30.0])], 2, 85).tolist()
    [True]
    """
    return (sum(largest[:n]) > k / 100.0 * total) & (total > 0)


def p_percent_gap(total: np.ndarray, largest: Sequence[np.ndarray], p: float) -> np.ndarray:
    """How much the rest of the cell falls short of p per cent of the largest; above nought it is sensitive.

    The rest is the total without the two largest: what still blurs the estimate that the second largest can make of
    the largest. The gap is the upward protection level that the cell needs.

    Source: Cox (1981), JASA 76(374); Hundepool et al. (2012), table 4.1 (the cell's protection level).

    >>> p_percent_gap(np.array([110.0, 110.0]), [np.array([70.0, 100.0]), np.array([30.0, 8.0])], 10).tolist()
    [-3.0, 8.0]
    """
    return p / 100.0 * largest[0] - (total - largest[0] - largest[1])


def dominance_gap(total: np.ndarray, largest: Sequence[np.ndarray], n: int, k: float) -> np.ndarray:
    """How much larger the cell would have to look for the n largest not to dominate it: 100/k · top n - total.

    >>> dominance_gap(np.array([100.0]), [np.array([60.0]), np.array([30.0])], 2, 90).tolist()
    [0.0]
    """
    return 100.0 / k * sum(largest[:n]) - total
