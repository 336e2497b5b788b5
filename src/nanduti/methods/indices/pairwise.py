"""Pairs compared: which judgments contradict the others most, and what would agree with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from .weighting import _check_comparisons

#: Steps of Saaty's scale, from "as important" to "far more important", and their inverses.
SAATY = (*(1 / n for n in range(9, 1, -1)), *(float(n) for n in range(1, 10)))


def pairwise_matrix(judgments: Mapping[tuple[str, str], float], codes: Sequence[str]) -> np.ndarray:
    """The square table of a pairwise comparison from one judgment for each pair.

    Args:
        judgments: ``(a, b)`` → how many times more important a is than b; the inverse is filled in.

    Raises:
        BadInput: a pair that is missing, given twice, or about something unknown.

    >>> pairwise_matrix({("a", "b"): 2, ("a", "c"): 4, ("b", "c"): 2}, ["a", "b", "c"])[2].tolist()
    [0.25, 0.5, 1.0]
    """
    place = {code: i for i, code in enumerate(codes)}
    out = np.full((len(codes), len(codes)), np.nan)
    np.fill_diagonal(out, 1.0)
    for (a, b), value in judgments.items():
        if a not in place or b not in place or a == b:
            raise BadInput(place=f"the pair {a!r}, {b!r}", problem="is not asked for", remedy="Leave it out.")
        i, j = place[a], place[b]
        if not np.isnan(out[i, j]):
            raise BadInput(place=f"the pair {a!r}, {b!r}", problem="is judged twice", remedy="Keep one.")
        if not np.isfinite(value) or value <= 0:
            raise BadInput(
                place=f"the judgment of {a!r} and {b!r}",
                problem=f"is {value:g}",
                remedy="Give a positive number, such as 3 for three times more important.",
            )
        out[i, j], out[j, i] = value, 1 / value
    missing = np.argwhere(np.isnan(out))
    if missing.size:
        i, j = (int(n) for n in missing[0])
        raise BadInput(
            place=f"the pair {codes[i]!r}, {codes[j]!r}", problem="is not judged", remedy="Compare all pairs."
        )
    return out


def clashing_judgments(
    comparisons: Sequence[Sequence[float]] | np.ndarray, codes: Sequence[str]
) -> pl.DataFrame:
    """The judgments that contradict the others most, and the step of Saaty's scale that would agree with them.

    What the others say of i and j is the geometric mean of ``a_ik · a_kj`` over all third items k; a judgment clashes
    by ``|ln a_ij|`` away from it. ``agreeing`` is that mean moved to the nearest step from 1/9 to 9.

    Returns:
        ``first``, ``second``, ``judged``, ``agreeing``, ``clash``; the worst first. With two items nothing clashes.

    >>> said = {("a", "b"): 2, ("a", "c"): 4, ("a", "d"): 1 / 4, ("b", "c"): 2, ("b", "d"): 4, ("c", "d"): 2}
    >>> clashing_judgments(pairwise_matrix(said, "abcd"), "abcd").row(0)[:4]
    ('a', 'd', 0.25, 8.0)
    """
    a = np.asarray(comparisons, dtype=float)
    _check_comparisons(a, codes)
    logs = np.log(a)
    n = len(codes)
    rows = []
    for i, j in combinations(range(n), 2):
        others = [k for k in range(n) if k not in (i, j)]
        said = float((logs[i, others] + logs[others, j]).mean()) if others else float(logs[i, j])
        nearest = SAATY[int(np.abs(np.log(SAATY) - said).argmin())]
        rows.append((codes[i], codes[j], float(a[i, j]), nearest, abs(float(logs[i, j]) - said)))
    names = ("first", "second", "judged", "agreeing", "clash")
    types = (pl.String, pl.String, *(pl.Float64,) * 3)
    frame = pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")
    return frame.sort("clash", descending=True, maintain_order=True)
