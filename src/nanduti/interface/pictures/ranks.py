"""Bars of ranks: how often each of several things stands first, second, third … over many versions of a ranking.

The darker a stretch, the better the rank; its length is the share of the versions.

>>> "first in 80" in ranks([Row("Leather", {1: 0.8, 2: 0.2}), Row("Auto", {1: 0.2, 2: 0.8})])
True
>>> ranks([])
''
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import words


@dataclass(frozen=True)
class Row:
    """One thing that is ranked: its label, rank → share of the versions, and where its name leads."""

    label: Any
    shares: Mapping[int, float]
    url: str = ""


def ranks(rows: Sequence[Row], caption: Any = "") -> SafeString | str:
    """A row for each thing: its name, its bar, and the share in which it stands first in figures."""
    if not rows:
        return ""
    n = max((place for row in rows for place in row.shares), default=1)
    lines = [(_name(row), _bar(row, n), _first(row)) for row in rows]
    return format_html(
        '<figure class="ranks"><figcaption>{}</figcaption><ol class="rank-rows">{}</ol>{}</figure>',
        caption,
        format_html_join("", '<li><span>{}</span>{}<span class="num">{}</span></li>', lines),
        _key(n),
    )


# With more ranks than this the key names the first three and the last.
MOST_IN_KEY = 6


def _name(row: Row) -> Any:
    return format_html('<a href="{}">{}</a>', row.url, row.label) if row.url else row.label


def _first(row: Row) -> str:
    return _("first in %(share)s") % {"share": words.share(row.shares.get(1, 0.0), 0)}


def _dark(place: int, n: int) -> float:
    """From 1 for the first to a tenth for the last."""
    return round(1.0 - 0.9 * (place - 1) / max(1, n - 1), 2)


def _bar(row: Row, n: int) -> SafeString:
    said = "; ".join(
        _("rank %(rank)s: %(share)s") % {"rank": place, "share": words.share(share, 0)}
        for place, share in sorted(row.shares.items())
    )
    parts, at = [], 0.0
    for place, share in sorted(row.shares.items()):
        parts.append((round(100 * at, 2), round(100 * share, 2), _dark(place, n), place))
        at += share
    rects = format_html_join(
        "", '<rect x="{}%" y="0" width="{}%" height="24" fill-opacity="{}"/>', [p[:3] for p in parts]
    )
    return format_html(
        '<svg class="drawn rank-bar" height="24" width="100%" role="img" aria-label="{}"><title>{}</title>'
        '<rect class="frame" width="100%" height="24"/>{}</svg>',
        said,
        said,
        rects,
    )


def _key(n: int) -> SafeString | str:
    if n < 2:
        return ""
    swatch = '<span><svg class="drawn rank-bar" width="20" height="12" aria-hidden="true"><rect width="20" height="12" fill-opacity="{}"/></svg> {}</span>'  # noqa: E501
    shown = list(range(1, n + 1)) if n <= MOST_IN_KEY else [1, 2, 3, n]
    return format_html(
        '<p class="rank-key">{}</p>',
        format_html_join(" ", swatch, [(_dark(p, n), _("rank %(rank)s") % {"rank": p}) for p in shown]),
    )
