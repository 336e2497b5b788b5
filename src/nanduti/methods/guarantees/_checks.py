"""Guards shared by the modules of this room."""

from __future__ import annotations

import numpy as np

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import amount


def amounts(values, place: str) -> np.ndarray:
    """A non-empty array of amounts."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        array = np.array([np.nan])
    if array.ndim != 1 or not array.size:
        raise BadInput(place=place, problem=mark("are none"), remedy=mark("Give one amount for each."))
    bad = np.flatnonzero(~np.isfinite(array) | (array < 0))
    if bad.size:
        raise BadInput(
            place=f"{place}, entry {bad[0] + 1}",
            problem=mark("is missing, negative or not a number"),
            remedy=mark("Enter zero or more."),
        )
    return array


def part_of(part: float, whole: float, place: str) -> None:
    """Refuse a part that is larger than its whole."""
    if amount(part, place) > amount(whole, place):
        raise BadInput(
            place=f"{place}: {part:g} of {whole:g}",
            problem=mark("is more than there is"),
            remedy=mark("Count the part within the whole."),
        )
