"""Advanced or emerging: a relation between two clusters, never a property of one."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median

from nanduti.methods.values import BadInput, Reason, Share, mark

from .kinds import source

SOURCE = source("chapter 5, introduction")


@dataclass(frozen=True)
class ClusterMeasures:
    """What the comparison needs of one cluster.

    Attributes:
        cluster: its code.
        specialisation: value added per worker, or the unit price of its product; the same measure, currency
            and price year for both clusters. ``None`` if it is not known.
        stakeholders: kind → how many of that kind; ``None`` where nobody has counted them.
    """

    cluster: str
    specialisation: float | None
    stakeholders: Mapping[str, int] | None


@dataclass(frozen=True)
class Criterion:
    """One comparison: the two values and which cluster is ahead (``None``: neither, or not known)."""

    name: str
    first: float | None
    second: float | None
    ahead: str | None


@dataclass(frozen=True)
class Relation:
    """Which of two clusters is advanced relative to the other, if either, and why."""

    advanced: str | None
    emerging: str | None
    criteria: tuple[Criterion, ...]
    reason: Reason


def advanced_emerging(
    first: ClusterMeasures, second: ClusterMeasures, *, reference_kinds: Collection[str]
) -> Relation:
    """Compare two clusters on specialisation, breadth and depth.

    A cluster is advanced relative to another if it is ahead on specialisation and on breadth or depth.
    Breadth is the share of the reference kinds that are present; depth is the median number of stakeholders
    over the kinds that are present. The three criteria are the paper's; the measures are Nanduti's proposal.

    >>> kinds = ("tannery", "chemicals", "machines", "design", "testing")
    >>> arno = ClusterMeasures("arno", 61.0, {"tannery": 400, "chemicals": 20, "machines": 12, "design": 9})
    >>> vega = ClusterMeasures("vega", 9.0, {"tannery": 647, "chemicals": 3})
    >>> r = advanced_emerging(arno, vega, reference_kinds=kinds)
    >>> r.advanced, [(c.name, c.ahead) for c in r.criteria]
    ('arno', [('specialisation', 'arno'), ('breadth', 'arno'), ('depth', 'vega')])
    """
    if first.cluster == second.cluster:
        raise BadInput(
            place=f"cluster {first.cluster!r}",
            problem="is compared with itself",
            remedy="Name two clusters; the relation holds between two.",
        )
    for measures in (first, second):
        _check(measures)
    kinds = frozenset(reference_kinds)
    criteria = (
        _criterion("specialisation", first, second, first.specialisation, second.specialisation),
        _criterion("breadth", first, second, _breadth(first, kinds), _breadth(second, kinds)),
        _criterion("depth", first, second, _depth(first, kinds), _depth(second, kinds)),
    )
    return _relation(first.cluster, second.cluster, criteria)


def _check(measures: ClusterMeasures) -> None:
    value = measures.specialisation
    if value is not None and not math.isfinite(value):
        raise BadInput(
            place=f"specialisation of {measures.cluster!r}",
            problem=mark("is not a number"),
            remedy=mark("Leave it out if it is not known."),
        )
    for kind, n in (measures.stakeholders or {}).items():
        if n < 0:
            raise BadInput(
                place=f"{kind!r} of {measures.cluster!r}",
                problem=mark("is negative"),
                remedy=mark("Enter zero or more."),
            )


def _breadth(measures: ClusterMeasures, kinds: frozenset[str]) -> float | None:
    if measures.stakeholders is None:
        return None
    present = {kind for kind, n in measures.stakeholders.items() if n > 0}
    share = Share.of(len(present & kinds), len(kinds))
    return None if share is None else float(share)


def _depth(measures: ClusterMeasures, kinds: frozenset[str]) -> float | None:
    counts = [n for kind, n in (measures.stakeholders or {}).items() if n > 0 and kind in kinds]
    return float(median(counts)) if counts else None


def _criterion(
    name: str, first: ClusterMeasures, second: ClusterMeasures, a: float | None, b: float | None
) -> Criterion:
    ahead = None
    if a is not None and b is not None and a != b:
        ahead = first.cluster if a > b else second.cluster
    return Criterion(name, a, b, ahead)


def _relation(first: str, second: str, criteria: tuple[Criterion, ...]) -> Relation:
    specialisation, *others = criteria
    leader = specialisation.ahead
    if leader is None:
        code = (
            "specialisation_unknown"
            if specialisation.first is None or specialisation.second is None
            else "level"
        )
        sentence = {
            "specialisation_unknown": mark("The specialisation of one of the clusters is not known."),
            "level": mark("Neither cluster is more specialised."),
        }[code]
        return Relation(None, None, criteria, Reason(code, sentence))
    backing = [c.name for c in others if c.ahead == leader]
    if not backing:
        sentence = mark("{leader} is more specialised, but neither broader nor deeper.")
        return Relation(None, None, criteria, Reason("not_backed", sentence, {"leader": leader}))
    sentence = mark("{leader} is more specialised and ahead in {backing}.")
    details = {"leader": leader, "backing": " and ".join(backing)}
    return Relation(
        leader, second if leader == first else first, criteria, Reason("ahead", sentence, details)
    )
