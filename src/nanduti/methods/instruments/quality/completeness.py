"""What was left empty, how long it took, and at what hour."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from .findings import Noticed, chance, fisher_greater

# Choices that say that somebody does not know or does not answer.
UNKNOWN_CODES = frozenset(
    {
        "dont_know",
        "dk",
        "no_sabe",
        "ns",
        "nr",
        "no_responde",
        "refused",
        "not_said",
        "na",
        "98",
        "99",
        "998",
        "999",
    }
)


def missing_by_collector(
    is_missing: Sequence[bool],
    collectors: Sequence[str | None],
    *,
    question: str = "",
    significance: float = 0.001,
    least: int = 10,
) -> list[Noticed]:
    """Collectors who left a question empty more often than all others together: Fisher's exact test, one-sided.

    The level is strict because every question of every collector is asked; nothing for collectors with fewer than
    ``least`` submissions.
    """
    all_n, all_missing = Counter(), Counter()
    for missing, who in zip(is_missing, collectors):
        all_n[who or ""] += 1
        all_missing[who or ""] += bool(missing)
    total, total_missing = sum(all_n.values()), sum(all_missing.values())
    found = []
    for who in sorted(w for w in all_n if w):
        n, k = all_n[who], all_missing[who]
        rest, rest_missing = total - n, total_missing - k
        if n < least or rest < least or not k:
            continue
        p = fisher_greater([[k, n - k], [rest_missing, rest - rest_missing]])
        if p <= significance:
            figures = {"missing_percent": round(100 * k / n, 1), "p": chance(p), "n": n,
                       "others_percent": round(100 * rest_missing / rest, 1)}  # fmt: skip
            found.append(Noticed("many_missing", question, collector=who, figures=figures))
    return found


def durations(
    seconds: Sequence[float | None], keys: Sequence[Any], *, quick_share: float = 0.4, least: int = 10
) -> list[Noticed]:
    """Submissions that took less than ``quick_share`` of the median, and those that took no time or less.

    Greszki, Meyer and Schoen (2015, Public Opinion Quarterly 79) look at 30, 40 and 50 per cent faster; less than
    40 % of the median leaves the merely practised alone. Nothing about quickness below ``least`` submissions.
    """
    found = [
        Noticed("impossible_duration", key=key, severity="error", figures={"seconds": float(s)})
        for s, key in zip(seconds, keys)
        if s is not None and s <= 0
    ]
    known = [float(s) for s in seconds if s is not None and s > 0]
    if len(known) < least:
        return found
    middle = statistics.median(known)
    for s, key in zip(seconds, keys):
        if s is not None and 0 < s < quick_share * middle:
            figures = {"minutes": round(s / 60, 1), "middle": round(middle / 60, 1), "n": len(known)}
            found.append(Noticed("too_quick", key=key, figures=figures))
    return found


def odd_hours(
    hours: Iterable[int | None], keys: Iterable[Any], *, earliest: int = 5, latest: int = 22
) -> list[Noticed]:
    """Submissions begun before ``earliest`` or from ``latest`` on, by the clock of the place."""
    return [
        Noticed("odd_hour", key=key, figures={"hour": int(hour)})
        for hour, key in zip(hours, keys)
        if hour is not None and not earliest <= hour < latest
    ]
