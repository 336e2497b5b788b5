"""How much answers depend on who asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST_EACH, LEAST_COLLECTORS = 3, 2


@dataclass(frozen=True)
class Effect:
    """Share of variance between collectors, with the chance that shuffling gives as much or more."""

    icc: float
    p: float
    n: int
    n_collectors: int
    means: dict[str, float]


def variance_share(values: np.ndarray, groups: np.ndarray) -> float:
    """The intraclass correlation from one-way analysis of variance, with groups of unequal size.

    (MSB − MSW) / (MSB + (n₀ − 1) MSW), n₀ = (N − Σnᵢ²/N) / (k − 1): Donner (1986), International Statistical Review
    54. Negative estimates stand as they are: they say that there is no effect.
    """
    n, k = len(values), int(groups.max()) + 1
    sizes = np.bincount(groups, minlength=k).astype(float)
    sums = np.bincount(groups, weights=values, minlength=k)
    grand = values.mean()
    between = float((sums**2 / sizes).sum() - n * grand**2)
    total = float(((values - grand) ** 2).sum())
    if n <= k or total <= 0:
        return 0.0
    msb, msw = between / (k - 1), max(total - between, 0.0) / (n - k)
    n0 = (n - float((sizes**2).sum()) / n) / (k - 1)
    bottom = msb + (n0 - 1) * msw
    return (msb - msw) / bottom if bottom > 0 else 0.0


def interviewer_effect(
    values: Sequence[float | None],
    collectors: Sequence[str | None],
    *,
    permutations: int = 999,
    seed: int = 1,
    least_each: int = LEAST_EACH,
) -> Effect | None:
    """The effect of who asked on a numeric answer; ``None`` where fewer than two collectors have enough answers.

    The p-value is that of shuffling the answers among collectors (one more in both counts, so never nought). Where
    collectors work in different places the difference may be that of the places: a reason to look, no verdict
    (West and Blom 2017, Journal of Survey Statistics and Methodology 5).
    """
    pairs = [(float(v), c) for v, c in zip(values, collectors) if v is not None and c]
    counts: dict[str, int] = {}
    for _, who in pairs:
        counts[who] = counts.get(who, 0) + 1
    kept = {who: n for n, who in enumerate(sorted(w for w, n in counts.items() if n >= least_each))}
    if len(kept) < LEAST_COLLECTORS:
        return None
    answers = np.array([v for v, who in pairs if who in kept])
    groups = np.array([kept[who] for _, who in pairs if who in kept])
    if np.ptp(answers) == 0:
        return None
    observed = variance_share(answers, groups)
    generator = np.random.default_rng(seed)
    as_much = sum(
        variance_share(generator.permutation(answers), groups) >= observed for _ in range(permutations)
    )
    means = {who: float(answers[groups == n].mean()) for who, n in kept.items()}
    return Effect(observed, (1 + as_much) / (1 + permutations), len(answers), len(kept), means)
