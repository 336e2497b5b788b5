"""How long it takes from the first talk of two associations to a signature, as far as the dates can tell.

Source: UNIDO (2013), Cluster Twinning, ch. 2 §3.1: somebody who knows the other side opens the door, the associations
meet (there: at a fair), drafts go back and forth, an agreement is signed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from nanduti.methods.values import Reason, RuleSource, mark

SIGNATURE_SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "ch. 2 §3.1")
#: A span of days: the first, and the day after the last.
Span = tuple[date, date]


@dataclass(frozen=True)
class TimeToSignature:
    """The least and the most days that may lie between; ``None`` with the reason why that cannot be said.

    Two figures because people write months: from April to June lie between 32 and 90 days.
    """

    least: int | None
    most: int | None
    reason: Reason


def time_to_signature(first: Span | None, signed: Span | None) -> TimeToSignature:
    """From the first talk to the signature, both known as spans of days.

    >>> april, june = (date(2008, 4, 1), date(2008, 5, 1)), (date(2008, 6, 1), date(2008, 7, 1))
    >>> found = time_to_signature(april, june)
    >>> (found.least, found.most)
    (32, 90)
    >>> time_to_signature(None, june).reason.code
    'no_talk'
    >>> time_to_signature(june, april).reason.code
    'signed_first'
    """
    if signed is None:
        return TimeToSignature(
            None, None, Reason("not_signed", mark("No agreement between the two is signed with a date."))
        )
    if first is None:
        return TimeToSignature(
            None, None, Reason("no_talk", mark("No first talk with a date is written down."))
        )
    most = (_last(signed) - first[0]).days
    if most < 0:
        sentence = mark("The first talk that is written down comes after the signature.")
        return TimeToSignature(None, None, Reason("signed_first", sentence))
    least = max(0, (signed[0] - _last(first)).days)
    if least == most:
        sentence = mark("From the first talk to the signature: {most} days.")
    else:
        sentence = mark(
            "From the first talk to the signature: between {least} and {most} days, as the dates are written."
        )
    return TimeToSignature(least, most, Reason("measured", sentence, {"least": least, "most": most}))


def _last(span: Span) -> date:
    return span[1] - timedelta(days=1)
