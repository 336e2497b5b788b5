"""Guards shared by the modules of this room."""

from __future__ import annotations

import numpy as np

from nanduti.methods.values import BadInput, mark


def amount(value: float, place: str) -> float:
    """A finite amount of zero or more."""
    if not isinstance(value, (int, float, np.number)) or isinstance(value, bool) or not np.isfinite(value):
        raise BadInput(
            place=f"{place} {value!r}", problem=mark("is not a number"), remedy=mark("Enter digits.")
        )
    if value < 0:
        raise BadInput(
            place=f"{place} {value}", problem=mark("is negative"), remedy=mark("Enter zero or more.")
        )
    return float(value)


def share(value: float, place: str) -> float:
    """A share between 0 and 1."""
    if amount(value, place) > 1:
        raise BadInput(
            place=f"{place} {value}",
            problem=mark("is not between 0 and 1"),
            remedy=mark("Give 0.8 for 80 %."),
        )
    return float(value)


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
