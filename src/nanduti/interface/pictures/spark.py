"""A line the size of a word: how a figure ran over periods. Missing values leave a gap.

>>> line([1, 2, 4, 3]).count("<polyline")
1
>>> line([1, 2, None, 3, 4]).count("<polyline")
2
>>> line([])
''
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import words

WIDTH, HEIGHT, EDGE = 96, 24, 3


def line(values: Sequence[float | None], labels: Sequence[str] = ()) -> SafeString | str:
    """The line with its first, last, least and greatest value told in words."""
    known = [float(v) for v in values if v is not None]
    if not known:
        return ""
    said = _("from %(first)s to %(last)s; least %(least)s, greatest %(greatest)s") % {
        "first": _label(values, labels, 0, known[0]),
        "last": _label(values, labels, -1, known[-1]),
        "least": words.number(min(known)),
        "greatest": words.number(max(known)),
    }
    points = _points(values, min(known), max(known))
    runs = [
        [p for _i, p in run]
        for is_known, run in groupby(enumerate(points), lambda x: x[1] is not None)
        if is_known
    ]
    lines = format_html_join(
        "", '<polyline points="{}"/>', [(" ".join(run),) for run in runs if len(run) > 1]
    )
    last = next(p for p in reversed(points) if p is not None).split(",")
    return format_html(
        '<svg class="drawn spark" width="{}" height="{}" role="img" aria-label="{}"><title>{}</title>{}'
        '<circle cx="{}" cy="{}" r="2.5"/></svg>',
        WIDTH,
        HEIGHT,
        said,
        said,
        lines,
        *last,
    )


def _label(values: Sequence[float | None], labels: Sequence[str], place: int, value: float) -> str:
    is_labelled = labels and len(labels) == len(values)
    return f"{words.number(value)} ({labels[place]})" if is_labelled else words.number(value)


def _points(values: Sequence[float | None], low: float, high: float) -> list[str | None]:
    step = (WIDTH - 2 * EDGE) / max(1, len(values) - 1)
    span = (high - low) or 1.0
    return [
        None
        if v is None
        else f"{EDGE + i * step:.1f},{HEIGHT - EDGE - (float(v) - low) / span * (HEIGHT - 2 * EDGE):.1f}"
        for i, v in enumerate(values)
    ]
