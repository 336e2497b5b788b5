"""Small guards shared by the modules of this room: clean arrays in, or a letter to a person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nanduti.methods.values import BadInput, mark


def numbers(values: Sequence[float] | np.ndarray, place: str, *, least: int = 1) -> np.ndarray:
    """A one-dimensional array of finite numbers, or ``BadInput`` naming the place that is not."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise BadInput(
            place=place,
            problem=mark("holds something that is not a number"),
            remedy=mark("Give numbers only; leave a missing value out and say why."),
        ) from None
    if array.ndim != 1 or array.size < least:
        raise BadInput(
            place=place,
            problem=f"holds {array.size if array.ndim == 1 else 'a table of'} values where {least} or more are needed",
            remedy=mark("Give one number for each period."),
        )
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise BadInput(
            place=f"{place}, entry {bad[0] + 1}",
            problem=mark("is missing or not finite"),
            remedy=mark(
                "Give a number; a flow that is nil is written 0, one that is unknown cannot be used."
            ),
        )
    return array


def rate_above_minus_one(rate: float, place: str) -> float:
    """A finite rate above −100 %."""
    if not (np.isscalar(rate) and np.isfinite(rate) and rate > -1):
        raise BadInput(
            place=f"{place} {rate!r}",
            problem=mark("is not a rate above −100 %"),
            remedy=mark("Give the rate of a year as a share, 0.12 for 12 %."),
        )
    return float(rate)


def not_negative(value: float, place: str) -> None:
    """Refuse negative or non-finite amounts; arrays are looked at entry by entry."""
    array = np.asarray(value, dtype=float)
    if not np.all(np.isfinite(array)) or np.any(array < 0):
        raise BadInput(
            place=f"{place} ({value!r})" if array.ndim == 0 else place,
            problem=mark("is negative or not a number"),
            remedy=mark("Enter zero or more."),
        )
