"""What was agreed, what is planned now and what happened, one row for each activity, on one time axis.

The upper thin bar is what was first agreed, the lower one the plan in force, the mark what happened: a dot where it was
in time, a triangle where it was late, an empty ring where it is overdue and nothing was reported (drawn at the cut-off
day). Every row says the same in words, so that the picture is its own alternative.

>>> from datetime import date
>>> from nanduti.methods.values import Period
>>> may, july = Period(date(2009, 5, 1), date(2009, 6, 1)), Period(date(2009, 7, 3), date(2009, 7, 4))
>>> drawn = str(draw([Item("Fair", first=may, done=july, mark="late")], title="Plan"))
>>> drawn.count("<li "), drawn.count('<rect class="was" x="32.88%"'), drawn.count('<rect class="now" x')
(1, 1, 0)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from nanduti.methods.values import Period

from .timeline import Axis, _grid, _ticks

# What the mark of a row says: in time, after its time, or that time is over and nothing was heard.
MARKS = frozenset({"", "done", "late", "overdue"})


@dataclass(frozen=True)
class Item:
    """One row.

    Attributes:
        label, number, url, group: what it is, its number, where it leads, and the heading it stands under.
        first: what was first agreed: a ``When`` or a ``Period``; ``None`` where nobody has said.
        now: the plan in force, where it is something else than ``first``.
        done: the day or days on which it happened.
        mark: a key of :data:`MARKS`.
        says: the three in words, and by how much they differ.
    """

    label: Any
    number: Any = ""
    url: str = ""
    group: Any = ""
    first: Any = None
    now: Any = None
    done: Any = None
    mark: str = ""
    says: Sequence[Any] = ()

    @property
    def periods(self) -> list[Period]:
        return [p for p in (_period(self.first), _period(self.now), _period(self.done)) if p is not None]


def _period(when: Any) -> Period | None:
    period = getattr(when, "period", when)
    return period if isinstance(period, Period) and (period.start or period.end) else None


@dataclass
class Slippage:
    """A picture of items; put it into a template as ``{{ picture }}``."""

    items: Sequence[Item]
    cut_off: date | None = None
    title: Any = ""
    # What the upper bar is, where it is not what was first agreed.
    first_called: Any = ""
    name: str = "slippage"
    _axis: Axis = field(init=False)

    def __post_init__(self) -> None:
        self._axis = Axis.of([p for item in self.items for p in item.periods], self.cut_off)

    def __html__(self) -> str:
        return self.render()

    def __str__(self) -> str:
        return self.render()

    def render(self) -> SafeString:
        """The figure with its rows, axis and legend."""
        groups: dict[str, list[SafeString]] = {}
        for item in self.items:
            groups.setdefault(str(item.group), []).append(_row(item, self._axis, self.cut_off))
        return render_to_string(
            "interface/pictures/slippage.html",
            {
                "id": self.name,
                "title": self.title,
                "groups": [(name, mark_safe("".join(rows))) for name, rows in groups.items()],
                "ticks": _ticks(self._axis),
                "grid": _grid(self._axis, self.cut_off),
                "cut_off": self.cut_off,
                "first_called": self.first_called,
                "marks": {item.mark for item in self.items},
                "has_now": any(_period(item.now) for item in self.items),
            },
        )


def draw(items: Iterable[Item], **settings: Any) -> Slippage:
    """The picture of some items; see :class:`Slippage` for the settings."""
    return Slippage(list(items), **settings)


def _row(item: Item, axis: Axis, cut_off: date | None) -> SafeString:
    label = format_html('<a href="{}">{}</a>', item.url, item.label) if item.url else item.label
    number = format_html('<span class="nr">{}</span> ', item.number) if item.number != "" else ""
    said = mark_safe("".join(format_html("<small>{}</small>", line) for line in item.says if line))
    return format_html(
        '<li class="{}"><div class="what">{}{}{}</div>'
        '<svg class="drawn" height="30" aria-hidden="true">{}</svg></li>',
        item.mark,
        number,
        label,
        said,
        mark_safe("".join(_shapes(item, axis, cut_off))),
    )


def _shapes(item: Item, axis: Axis, cut_off: date | None) -> Iterable[SafeString]:
    first, now, done = _period(item.first), _period(item.now), _period(item.done)
    if first is not None:
        yield _bar(first, axis, "was", 4, 6)
    if now is not None:
        yield _bar(now, axis, "now", 13, 11)
    if item.mark == "overdue" and cut_off is not None:
        yield format_html('<circle class="did none" cx="{}%" cy="18" r="5"/>', axis.percent(cut_off))
    elif done is not None:
        yield _mark(done, axis, item.mark)


def _bar(period: Period, axis: Axis, css: str, y: int, height: int) -> SafeString:
    start = axis.percent(period.start) if period.start else 0.0
    end = axis.percent(period.end) if period.end else 100.0
    return format_html(
        '<rect class="{}" x="{}%" y="{}" width="{}%" height="{}" rx="2"/>',
        css,
        start,
        y,
        max(round(end - start, 2), 0.6),
        height,
    )


def _mark(done: Period, axis: Axis, mark: str) -> SafeString:
    """A dot or triangle on the last day that it may have happened."""
    at = axis.percent(done.last_day or done.start)  # type: ignore[arg-type]
    if mark == "late":
        return format_html(
            '<svg x="{}%" y="11" width="12" height="14" overflow="visible">'
            '<path class="did" d="M-7 14 0 1 7 14Z"/></svg>',
            at,
        )
    return format_html('<circle class="did" cx="{}%" cy="18" r="5"/>', at)
