"""Agenda alignment: which topics both sides want."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nanduti.methods.values import BadInput, Share

from .kinds import source

SOURCE = source("chapter 1, section 6.1; chapter 2, section 2")
PRIORITIES = {"none": 0, "low": 1, "medium": 2, "high": 3}


@dataclass(frozen=True)
class Topic:
    """A topic with what it is worth to each side (0 to 3; ``None`` unknown) and how it stands."""

    name: str
    emerging: int | None
    advanced: int | None
    standing: str


@dataclass(frozen=True)
class Agenda:
    """The topics sorted into joint, one-sided, open and dropped, and one figure for alignment.

    Attributes:
        joint: both sides at least medium, the most wanted first.
        one_sided: one side at least two steps above the other.
        open: the rest that both know.
        unknown: one side has not been asked.
        alignment: sum of the smaller over sum of the larger priorities of known topics; ``None`` without any.
    """

    joint: tuple[Topic, ...]
    one_sided: tuple[Topic, ...]
    open: tuple[Topic, ...]
    unknown: tuple[Topic, ...]
    alignment: Share | None


def agenda_alignment(priorities: Mapping[str, tuple[str | None, str | None]]) -> Agenda:
    """Sort topics by the priority each side gives them.

    The contrast is the paper's (new products: high in India, low in Italy; environment acceptable to both);
    the scale from none to high and the figure are Nanduti's proposal.

    >>> a = agenda_alignment({"new products": ("high", "low"), "environment": ("medium", "medium"),
    ...                       "machines": ("high", None)})
    >>> [t.name for t in a.joint], [t.name for t in a.one_sided], [t.name for t in a.unknown], a.alignment
    (['environment'], ['new products'], ['machines'], Share(0.6))
    """
    topics = [_topic(name, *pair) for name, pair in priorities.items()]
    known = [t for t in topics if t.emerging is not None and t.advanced is not None]
    larger = sum(max(t.emerging, t.advanced) for t in known)
    smaller = sum(min(t.emerging, t.advanced) for t in known)
    return Agenda(
        joint=_sorted(topics, "joint"),
        one_sided=_sorted(topics, "one_sided"),
        open=_sorted(topics, "open"),
        unknown=_sorted(topics, "unknown"),
        alignment=Share.of(smaller, larger),
    )


def _topic(name: str, emerging: str | None, advanced: str | None) -> Topic:
    a, b = _value(name, emerging), _value(name, advanced)
    if a is None or b is None:
        return Topic(name, a, b, "unknown")
    if min(a, b) >= 2:
        return Topic(name, a, b, "joint")
    return Topic(name, a, b, "one_sided" if abs(a - b) >= 2 else "open")


def _value(name: str, priority: str | None) -> int | None:
    if not priority:
        return None
    if priority not in PRIORITIES:
        raise BadInput(
            place=f"topic {name!r}",
            problem=f"has the priority {priority!r}",
            remedy="Use high, medium, low or none; leave empty what is not known.",
        )
    return PRIORITIES[priority]


def _sorted(topics: list[Topic], standing: str) -> tuple[Topic, ...]:
    chosen = [t for t in topics if t.standing == standing]
    return tuple(sorted(chosen, key=lambda t: (-min(t.emerging or 0, t.advanced or 0), -_sum(t), t.name)))


def _sum(topic: Topic) -> int:
    return (topic.emerging or 0) + (topic.advanced or 0)
