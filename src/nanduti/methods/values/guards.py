"""Figures as people enter them: a number within reason, or a letter that names its place."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .errors import BadInput, mark, worded

MOST = 1e18


def figure(value: float, place: str) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.number)) or not np.isfinite(value):
        raise BadInput(
            place=f"{place} {value!r}", problem=mark("is not a number"), remedy=mark("Enter digits.")
        )
    if abs(value) > MOST:
        raise BadInput(
            place=f"{place} {value:g}",
            problem=mark("is no number that anything costs or counts"),
            remedy=mark("Correct it; choose a larger unit if it is true."),
        )
    return float(value)


def amount(value: float, place: str) -> float:
    """A finite number of zero or more."""
    if figure(value, place) < 0:
        raise BadInput(
            place=f"{place} {value}", problem=mark("is negative"), remedy=mark("Enter zero or more.")
        )
    return float(value)


def above_zero(value: float, place: str) -> float:
    """A finite number above zero."""
    if amount(value, place) == 0:
        raise BadInput(
            place=f"{place} 0", problem=mark("is not above zero"), remedy=mark("Enter what was counted.")
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


def one_of(value: str, allowed: Iterable[str], place: str) -> str:
    """A name from a list.

    >>> one_of("weekly", ("daily", "monthly"), "rhythm")
    Traceback (most recent call last):
    ...
    nanduti.methods.values.errors.BadInput: rhythm 'weekly' is not known. Use one of: daily, monthly.
    """
    names = tuple(allowed)
    if value not in names:
        raise BadInput(
            place=f"{place} {value!r}".strip(),
            problem=mark("is not known"),
            remedy=worded(mark("Use one of: {names}."), names=", ".join(names)),
        )
    return value
