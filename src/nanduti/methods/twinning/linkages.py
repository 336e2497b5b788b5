"""Classes of linkage across two clusters: C2C, C2B, B2B; and how long the way is from the first to the last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from nanduti.methods.values import Reason, counted, mark

from .kinds import BUSINESS_LEVEL, CLUSTER_LEVEL, check_kind, source

SOURCE = source("step 5")
LinkageClass = Literal["C2C", "C2B", "B2B"]


def linkage_class(one: str, other: str) -> LinkageClass:
    """The class of a linkage by the kinds of its two ends; the order does not matter.

    The paper names association–association and institution–institution as C2C; that one end at cluster
    level and one at business level make C2B, and two at business level B2B, is Nanduti's reading.

    >>> linkage_class("association", "technical_institution"), linkage_class("firm", "association")
    ('C2C', 'C2B')
    >>> linkage_class("bdsp", "firm")
    'B2B'
    """
    ends = [check_kind(kind, CLUSTER_LEVEL | BUSINESS_LEVEL) in CLUSTER_LEVEL for kind in (one, other)]
    return ("B2B", "C2B", "C2C")[sum(ends)]


@dataclass(frozen=True)
class TimeToBusiness:
    """Days from the first C2C to the first B2B linkage; ``None`` with the reason why it cannot be said."""

    days: int | None
    first_c2c: date | None
    first_b2b: date | None
    reason: Reason


def time_to_b2b(linkages: Iterable[tuple[LinkageClass, date | None]]) -> TimeToBusiness:
    """How long it took from the first cluster-level linkage to the first between businesses.

    Negative days mean that business came first. Linkages without a day are left out; if that hides the
    first of a class, the answer says so.

    >>> time_to_b2b([("C2C", date(2008, 6, 1)), ("B2B", date(2010, 6, 1)), ("B2B", date(2009, 6, 1))]).days
    365
    """
    days: dict[str, list[date]] = {"C2C": [], "B2B": []}
    undated = {"C2C": 0, "B2B": 0}
    for kind, day in linkages:
        if kind in days and day is not None:
            days[kind].append(day)
        elif kind in days:
            undated[kind] += 1
    first_c2c, first_b2b = (min(days[k], default=None) for k in ("C2C", "B2B"))
    for kind, first in (("C2C", first_c2c), ("B2B", first_b2b)):
        if first is None:
            sentence = (
                mark("The {kind} linkages have no dates.")
                if undated[kind]
                else mark("There is no {kind} linkage.")
            )
            return TimeToBusiness(None, first_c2c, first_b2b, Reason("missing", sentence, {"kind": kind}))
    n = sum(undated.values())
    if n:
        sentence = counted(
            n,
            mark("One linkage without a date was left out."),
            mark("{n} linkages without a date were left out."),
        )
        reason = Reason("undated_left_out", sentence, {"n": n})
    else:
        reason = Reason("measured", mark("Measured from the first of each class."))
    return TimeToBusiness((first_b2b - first_c2c).days, first_c2c, first_b2b, reason)
