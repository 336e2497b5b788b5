"""How much was to be done by each day, and how much was: two lines that rise, with the gap between them to be seen.

Coarse dates hide on which of their days something is due, so what was planned may be a band; what was done ends at the
cut-off day, for what comes after is not known and no zero. The same stands below as a table.

>>> from datetime import date
>>> points = [Point(date(2009, 1, 31), 1, 2, 1), Point(date(2009, 2, 28), 4, 4, None)]
>>> drawn = str(draw(points, title="Activities"))
>>> drawn.count("<polygon"), drawn.count("<polyline"), "February" in drawn or "febrero" in drawn
(1, 3, True)
>>> str(draw([], title="Activities"))
''
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import words
from ..parts import TextTable

# The drawing is stretched to the width there is; places are in hundredths of it.
WIDE, HIGH = 1000, 200


@dataclass(frozen=True)
class Point:
    """The end of a day.

    Attributes:
        on: the day.
        least, most: to be done by then for sure, and at most; equal where the dates say it exactly.
        done: done by then; ``None`` where it is not known yet.
        said: how planned and done are written, where they are no plain numbers.
    """

    on: date
    least: float
    most: float
    done: float | None
    said: tuple[str, str] | None = None

    @property
    def row(self) -> tuple[str, str, str]:
        """Day, planned and done in words."""
        if self.said:
            return words.day(self.on), *self.said
        planned = words.number(self.least)
        if self.most != self.least:
            planned += f"–{words.number(self.most)}"
        return words.day(self.on), planned, "" if self.done is None else words.number(self.done)


@dataclass
class Curve:
    """A picture of points; put it into a template as ``{{ picture }}``; nothing where there is no point."""

    points: Sequence[Point]
    title: Any = ""
    note: Any = ""
    name: str = "curve"
    cut_off: date | None = None
    # What is drawn as happened, where it is not "done".
    done_called: Any = ""
    # The greatest value, where it is written otherwise than as a number.
    top_said: Any = ""

    def __html__(self) -> str:
        return self.render()

    def __str__(self) -> str:
        return self.render()

    def render(self) -> SafeString | str:
        """The figure with the lines, the words at their ends, and the table."""
        if not self.points:
            return ""
        return render_to_string(
            "interface/pictures/curve.html",
            {
                "id": self.name,
                "title": self.title,
                "note": self.note,
                "svg": self.svg(),
                "first": words.day(self.points[0].on),
                "last": words.day(self._last),
                "top": self.top_said or words.number(self._top),
                "done_called": self.done_called,
                "wide": str(WIDE),
                "high": str(HIGH),
                "table": TextTable(
                    [_("By"), _("Planned"), str(self.done_called).capitalize() or _("Done")],
                    [p.row for p in self.points],
                ),
            },
        )

    @property
    def _top(self) -> float:
        return max((max(p.most, p.done or 0) for p in self.points), default=0)

    @property
    def _last(self) -> date:
        """Where the drawing ends: the last point, or the cut-off day where it comes after."""
        return max(self.points[-1].on, self.cut_off or self.points[-1].on)

    def svg(self) -> SafeString:
        """The lines alone."""
        first, last = self.points[0].on, self._last
        top = self._top or 1

        def at(on: date, value: float) -> str:
            x = (on - first).days / max(1, (last - first).days) * WIDE
            return f"{x:.1f},{HIGH - value / top * HIGH:.1f}"

        least, most = ([at(p.on, v) for p, v in _each(self.points, name)] for name in ("least", "most"))
        done = [at(p.on, v) for p, v in _each(self.points, "done")]
        lines = [("plan", least), ("plan", most), ("real", done)]
        drawn = format_html('<polygon class="band" points="{}"/>', " ".join([*most, *reversed(least)]))
        drawn += format_html_join(
            "", '<polyline class="{}" points="{}"/>', [(css, " ".join(run)) for css, run in lines if run]
        )
        if self.cut_off is not None and first <= self.cut_off <= last:
            x = at(self.cut_off, 0).partition(",")[0]
            drawn += format_html('<line class="cut" x1="{}" x2="{}" y1="0" y2="{}"/>', x, x, str(HIGH))
        return drawn


def _each(points: Iterable[Point], name: str) -> list[tuple[Point, float]]:
    return [(p, float(v)) for p in points if (v := getattr(p, name)) is not None]


def draw(points: Iterable[Point], **settings: Any) -> Curve:
    """The curve of some points; see :class:`Curve` for the settings."""
    return Curve(list(points), **settings)
