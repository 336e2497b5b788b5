"""Values far from the others, by measures that the far ones cannot move."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .findings import Noticed

# Iglewicz and Hoaglin (1993), How to detect and handle outliers: flag above 3.5.
THRESHOLD = 3.5
LEAST = 10


def robust_z(values: np.ndarray) -> np.ndarray:
    """The modified z-scores of Iglewicz and Hoaglin: 0.6745 (x − median) / MAD.

    Where more than half the values are equal the MAD is nought; then the mean absolute deviation from the median
    takes its place, with the factor 1.2533. Where all are equal every score is nought.

    >>> robust_z(np.array([1.0, 2, 3, 4, 100])).round(2).tolist()
    [-1.35, -0.67, 0.0, 0.67, 65.43]
    """
    middle = np.median(values)
    away = values - middle
    mad = np.median(np.abs(away))
    if mad > 0:
        return 0.6745 * away / mad
    mean = np.mean(np.abs(away))
    return away / (1.2533 * mean) if mean > 0 else np.zeros_like(away)


def outliers(
    values: Sequence[float | None],
    keys: Sequence[Any],
    *,
    question: str = "",
    rows: Sequence[str] | None = None,
    logarithm: bool = False,
    threshold: float = THRESHOLD,
    least: int = LEAST,
) -> list[Noticed]:
    """Values whose robust z-score passes the threshold; nothing where fewer than ``least`` were answered.

    ``logarithm``: on the scale log(1 + x), for counts and money, which are skewed by nature; values below nought
    are then compared as they are.
    """
    answered = [(n, float(v)) for n, v in enumerate(values) if v is not None and math.isfinite(float(v))]
    if len(answered) < least:
        return []
    raw = np.array([v for _, v in answered])
    is_log = logarithm and bool((raw >= 0).all())
    scaled = np.log1p(raw) if is_log else raw
    scores = robust_z(scaled)
    middle, quarters = float(np.median(raw)), np.percentile(raw, [10, 90])
    found = []
    for (n, value), score in zip(answered, scores):
        if abs(score) > threshold:
            figures = {
                "value": _plain(value), "middle": _plain(middle), "low": _plain(quarters[0]),
                "high": _plain(quarters[1]), "score": round(float(score), 2), "n": len(answered),
                "logarithm": is_log,
            }  # fmt: skip
            row = rows[n] if rows is not None else ""
            found.append(Noticed("unusual_value", question, keys[n], row=row or "", figures=figures))
    return found


def _plain(value: float) -> float | int:
    value = float(value)
    return int(value) if value.is_integer() and abs(value) < 1e15 else round(value, 3)
