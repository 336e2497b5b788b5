"""Declining co-finance: the agency pays much at first, the clients all of it in the end.

The seed says only that the agency co-finances at the outset and clients progressively bear the full cost.
The two paths, linear and geometric, are Nanduti's proposal; whatever the path, the share never rises and
ends at zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from nanduti.methods.values import BadInput, Reason, RuleSource, Share, Verdict, mark, no, yes

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "section 3")


def cofinance_linear(
    repetition: int, *, start: float, step: float, floor: float = 0.0, ends_after: int | None = None
) -> Share:
    """The agency's share at a repetition (from 1): ``max(floor, start - step * (repetition - 1))``.

    ``ends_after`` is the last repetition that is supported at all; it is required with a floor above zero,
    since support without an end is a subsidy.

    >>> [float(cofinance_linear(n, start=0.75, step=0.25)) for n in (1, 2, 3, 4, 5)]
    [0.75, 0.5, 0.25, 0.0, 0.0]
    """
    _check_start(repetition, start)
    if not 0 < step <= 1:
        raise _bad("step", step, "is not above 0 and up to 1")
    if not 0 <= floor <= start:
        raise _bad("floor", floor, f"is not between 0 and the start {start}")
    if floor > 0 and ends_after is None:
        raise _endless(f"floor {floor}")
    if ends_after is not None and repetition > ends_after:
        return Share(0)
    exact = Fraction(str(start)) - Fraction(str(step)) * (repetition - 1)
    return Share(float(max(Fraction(str(floor)), exact)))


def cofinance_geometric(repetition: int, *, start: float, ratio: float, ends_after: int) -> Share:
    """The agency's share at a repetition (from 1): ``start * ratio ** (repetition - 1)``, then zero.

    A geometric path never reaches zero by itself, so the last supported repetition must be named.

    >>> [float(cofinance_geometric(n, start=0.8, ratio=0.5, ends_after=3)) for n in (1, 2, 3, 4)]
    [0.8, 0.4, 0.2, 0.0]
    """
    _check_start(repetition, start)
    if not 0 < ratio < 1:
        raise _bad("ratio", ratio, "is not between 0 and 1")
    if ends_after < 1:
        raise _bad("ends_after", ends_after, "is not 1 or more")
    return Share(float(start * ratio ** (repetition - 1))) if repetition <= ends_after else Share(0)


def cofinance_verdict(shares: Sequence[float]) -> Verdict:
    """Whether a path of shares, one for each repetition, declines as it should: never rising, zero at last.

    >>> cofinance_verdict([0.5, 0.25, 0]).decision, cofinance_verdict([0.5, 0.6, 0]).decision
    ('yes', 'no')
    """
    if not shares:
        raise BadInput(
            place="the path of shares", problem="is empty", remedy="Give one share for each repetition."
        )
    path = [Share(s) for s in shares]
    for n, (before, after) in enumerate(pairwise(path), start=2):
        if after > before:
            sentence = mark("The share rises from {before} to {after} at repetition {n}.")
            reason = Reason("rises", sentence, {"before": before.percent(), "after": after.percent(), "n": n})
            return no(reason, source=SOURCE, remedy=mark("Let the share fall or stay."))
    if path[-1] > 0:
        sentence = mark("The last share is {last}; clients never come to bear the full cost.")
        reason = Reason("never_ends", sentence, {"last": path[-1].percent()})
        return no(reason, source=SOURCE, remedy=mark("Add a last repetition that clients pay in full."))
    return yes(Reason("declines", mark("The share never rises and ends at zero.")), source=SOURCE)


def _check_start(repetition: int, start: float) -> None:
    if repetition < 1:
        raise _bad("repetition", repetition, "is not 1 or more")
    if not 0 <= start <= 1:
        raise _bad("start", start, "is not between 0 and 1")


def _bad(name: str, value: float, problem: str) -> BadInput:
    return BadInput(place=f"{name} {value}", problem=problem, remedy="Shares run from 0 to 1.")


def _endless(what: str) -> BadInput:
    return BadInput(
        place=what,
        problem="would be paid for ever",
        remedy="Name the last supported repetition in ends_after.",
    )
