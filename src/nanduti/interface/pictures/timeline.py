"""Activities on a time axis, with the precision of their dates visible.

A day is a dot, months are a bar, an open end is a bar with an arrow, a date that cannot be understood is
listed apart. What is late differs by shape as well as colour. Each row is text first (label, date in words,
state), so that the picture is its own alternative; only the horizontal places are drawn.

>>> from datetime import date
>>> from nanduti.methods.values import Period
>>> axis = Axis.of([Period(date(2008, 3, 1), date(2008, 5, 1)), Period(date(2009, 1, 5), date(2009, 1, 6))])
>>> axis.first, axis.last
(datetime.date(2008, 1, 1), datetime.date(2010, 1, 1))
>>> axis.percent(date(2009, 1, 1))
50.07
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import pgettext_lazy

from nanduti.methods.values import Period

from .. import words

# What became of an item; the first is drawn filled, the second hatched with a triangle, the others outlined.
STATES: dict[str, Any] = {
    "done": pgettext_lazy("activity", "done"),
    "late": pgettext_lazy("activity", "late"),
    "running": pgettext_lazy("activity", "running"),
    "planned": pgettext_lazy("activity", "planned"),
    "cancelled": pgettext_lazy("activity", "cancelled"),
    "unknown": pgettext_lazy("activity", "state not known"),
}


@dataclass(frozen=True)
class Item:
    """One row.

    Attributes:
        label: what it is.
        when: a date as people write it (``When``), a ``Period``, or ``None`` where it cannot be understood.
        precision: of the period, where ``when`` does not tell; see :func:`words.interval`.
        is_open: whether it is said to be going on.
        state: a key of :data:`STATES`.
        url: where the row leads.
        number: shown before the label.
        group: rows of one group stand together under its name.
        text: the date as it was written, shown where it cannot be understood.
        note: why it cannot be understood, or another remark.
    """

    label: Any
    when: Any = None
    precision: str = ""
    is_open: bool = False
    state: str = "unknown"
    url: str = ""
    number: Any = ""
    group: Any = ""
    text: str = ""
    note: Any = ""

    @property
    def period(self) -> Period | None:
        period = getattr(self.when, "period", self.when)
        return period if period is not None and (period.start or period.end) else None

    @property
    def goes_on(self) -> bool:
        return self.is_open or bool(getattr(self.when, "is_open", False))

    @property
    def spans(self) -> list[Period]:
        """Every span the text names, or the one period."""
        parts = [part.period for part in getattr(self.when, "parts", ())]
        if len(parts) > 1:
            return parts
        if self.period:
            return [self.period]
        # "Ongoing" alone names no day, yet it says that it is going on: a bar across the whole picture.
        return [Period()] if self.goes_on else []

    def in_words(self) -> str:
        return words.interval(self.when, self.precision, self.is_open)


@dataclass(frozen=True)
class Axis:
    """The years that are shown, and where a day lies on them."""

    first: date
    last: date

    @classmethod
    def of(cls, periods: Iterable[Period], *also: date | None) -> Axis:
        """Whole years around all that is to be shown."""
        days = [day for p in periods for day in (p.start, p.last_day) if day] + [day for day in also if day]
        years = [day.year for day in days] or [2000]
        return cls(date(max(min(years), 1), 1, 1), date(min(max(years) + 1, 9999), 1, 1))

    def percent(self, day: date) -> float:
        """How far along the axis a day lies, 0 to 100."""
        share = (day - self.first).days / max(1, (self.last - self.first).days)
        return round(100 * min(1.0, max(0.0, share)), 2)

    def ticks(self, most: int = 7) -> list[tuple[float, str]]:
        """The first days of years or quarters, few enough to be read on a phone."""
        n_years = self.last.year - self.first.year
        if n_years <= 1:
            return [
                (self.percent(date(self.first.year, m, 1)), f"{self.first.year}-{m:02}")
                for m in (1, 4, 7, 10)
            ]
        step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 500, 1000, 5000) if n_years / s <= most)
        years = [y for y in range(self.first.year, self.last.year) if (y - self.first.year) % step == 0]
        return [(self.percent(date(y, 1, 1)), str(y)) for y in years]


@dataclass
class Timeline:
    """A picture of items; put it into a template as ``{{ timeline }}``.

    Attributes:
        items: the rows.
        cut_off: the day as of which the states hold; drawn as a line.
        request: with it a reader can move the cut-off (argument ``arg`` of the address).
        name: the id of the picture, when a page shows several.
        title: what is shown.
    """

    items: Sequence[Item]
    cut_off: date | None = None
    request: HttpRequest | None = None
    arg: str = "as_of"
    name: str = "timeline"
    title: Any = ""
    first: date | None = None
    last: date | None = None
    _axis: Axis = field(init=False)

    def __post_init__(self) -> None:
        periods = [span for item in self.items for span in item.spans]
        self._axis = Axis.of(periods, self.first, self.last, self.cut_off)

    def __html__(self) -> str:
        return self.render()

    def __str__(self) -> str:
        return self.render()

    @property
    def dated(self) -> list[Item]:
        # Groups keep the order in which they are given; within one, time decides.
        order = {group: n for n, group in reversed(list(enumerate(str(i.group) for i in self.items)))}
        known = [item for item in self.items if item.spans]
        return sorted(
            known,
            key=lambda i: (order[str(i.group)], i.spans[0].start or date.min, i.spans[-1].end or date.max),
        )

    @property
    def undated(self) -> list[Item]:
        return [item for item in self.items if not item.spans]

    def render(self) -> SafeString:
        return render_to_string("interface/pictures/timeline.html", self.context(), request=None)

    def context(self) -> dict[str, Any]:
        """What the template needs."""
        groups = [
            (name, mark_safe("".join(_row(item, self._axis) for item in items)))
            for name, items in groupby(self.dated, key=lambda item: str(item.group))
        ]
        return {
            "id": self.name,
            "title": self.title,
            "groups": groups,
            "undated": self.undated,
            "ticks": _ticks(self._axis),
            "grid": _grid(self._axis, self.cut_off),
            "cut_off": self.cut_off,
            "legend": self._legend(),
            "slider": self._slider(),
        }

    def _legend(self) -> list[tuple[str, Any]]:
        present = {item.state for item in self.items}
        return [(state, label) for state, label in STATES.items() if state in present]

    def _slider(self) -> dict[str, Any] | None:
        if self.request is None or self.cut_off is None:
            return None
        kept = [(n, v) for n, values in self.request.GET.lists() for v in values if n != self.arg]
        return {
            "path": self.request.path,
            "arg": self.arg,
            "kept": kept,
            "first": self._axis.first.isoformat(),
            "last": (self._axis.last - timedelta(days=1)).isoformat(),
            # As text: a template would put thousands separators into numbers.
            "n_days": str((self._axis.last - self._axis.first).days - 1),
            "at": str((self.cut_off - self._axis.first).days),
            "day": self.cut_off.isoformat(),
            "in_words": words.day(self.cut_off),
        }


def draw(items: Iterable[Item], **settings: Any) -> Timeline:
    """The timeline of some items; see :class:`Timeline` for the settings."""
    return Timeline(list(items), **settings)


def cut_off_asked(request: HttpRequest, fallback: date, arg: str = "as_of") -> date:
    """The cut-off day in the address; the fallback where there is none or it cannot be read."""
    try:
        return date.fromisoformat(request.GET.get(arg, "")[:10])
    except ValueError:
        return fallback


# --- drawing


def _ticks(axis: Axis) -> SafeString:
    rows = [(p, "start" if p < 92 else "end", text) for p, text in axis.ticks()]
    return format_html_join("", '<text x="{}%" y="14" text-anchor="{}">{}</text>', rows)


def _grid(axis: Axis, cut_off: date | None) -> SafeString:
    lines = [(p, p) for p, _text in axis.ticks()]
    drawn = format_html_join("", '<line class="grid" x1="{}%" x2="{}%" y1="0" y2="100%"/>', lines)
    if cut_off is None:
        return drawn
    at = axis.percent(cut_off)
    return drawn + format_html('<line class="cut" x1="{}%" x2="{}%" y1="0" y2="100%"/>', at, at)


def _row(item: Item, axis: Axis) -> SafeString:
    said = item.in_words()
    state = STATES.get(item.state, item.state)
    label = format_html('<a href="{}">{}</a>', item.url, item.label) if item.url else item.label
    number = format_html('<span class="nr">{}</span> ', item.number) if item.number != "" else ""
    shapes = mark_safe("".join(_shape(span, item, axis) for span in item.spans))
    return format_html(
        '<li class="{}"><div class="what">{}{} <small>{}<span class="st"> · <i class="mk {}"></i> {}</span>'
        '</small></div><svg class="drawn" height="20" aria-hidden="true"><title>{}</title>{}</svg></li>',
        item.state,
        number,
        label,
        said,
        item.state,
        state,
        f"{item.label}: {said}, {state}",
        shapes,
    )


def _shape(span: Period, item: Item, axis: Axis) -> SafeString:
    start = axis.percent(span.start) if span.start else 0.0
    is_day = span.n_days == 1 and not item.goes_on
    if is_day:
        return _dot(axis.percent(span.start), item.state)
    open_end = span.end is None or item.goes_on
    end = 100.0 if open_end else axis.percent(span.end)
    width = max(round(end - start, 2), 0.4)
    bar = format_html('<rect class="bar" x="{}%" y="5" width="{}%" height="10" rx="2"/>', start, width)
    if open_end:
        bar += format_html(
            '<svg x="{}%" y="3" width="12" height="14" overflow="visible">{}</svg>', end, _ARROW
        )
    if span.start is None:
        bar += format_html('<svg x="0" y="3" width="12" height="14" overflow="visible">{}</svg>', _ARROW_BACK)
    if item.state == "late":
        bar += format_html(
            '<svg x="{}%" y="3" width="12" height="14" overflow="visible">{}</svg>', start, _TRIANGLE
        )
    return bar


def _dot(at: float, state: str) -> SafeString:
    if state == "late":
        return format_html(
            '<svg x="{}%" y="3" width="12" height="14" overflow="visible">{}</svg>', at, _TRIANGLE
        )
    return format_html('<circle class="dot" cx="{}%" cy="10" r="5"/>', at)


# Marks of a fixed size at a place in per cent: an inner picture carries them there.
_TRIANGLE = mark_safe('<path class="late-mark" d="M-7 14 0 1 7 14Z"/>')
_ARROW = mark_safe('<path class="arrow" d="M-10 0-1 7-10 14"/>')
_ARROW_BACK = mark_safe('<path class="arrow" d="M10 0 1 7 10 14"/>')
