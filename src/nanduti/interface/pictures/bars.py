"""Thin bars for tables: what was reached beside what was aimed at, and shares of a whole.

>>> "12 of 20" in bar(12, 20)
True
>>> bar(None, 20) != "" and bar(None, None) == ""
True
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from .. import words

Number = int | float | Decimal


def bar(
    actual: Number | None, target: Number | None = None, *, whole: Number | None = None
) -> SafeString | str:
    """A bar of what was reached with a tick at what was aimed at; ``whole`` makes several bars comparable."""
    if actual is None and target is None:
        return ""
    said = _said(actual, target)
    reached, aimed = float(actual or 0), float(target) if target is not None else None
    length = float(whole) if whole else max(reached, aimed or 0.0, 0.0)
    fill = _percent(reached, length)
    tick = (
        format_html(
            '<rect class="aim" x="{}%" y="0" width="2" height="14"/>', min(_percent(aimed, length), 98.5)
        )
        if aimed
        else ""
    )
    state = "met" if aimed is not None and reached >= aimed else "short" if aimed is not None else ""
    return format_html(
        '<span class="bar-cell {}"><svg class="drawn" height="14" role="img" aria-label="{}"><title>{}</title>'
        '<rect class="track" y="3" width="100%" height="8" rx="2"/>'
        '<rect class="fill" y="3" width="{}%" height="8" rx="2"/>'
        "{}</svg></span>",
        state,
        said,
        said,
        fill,
        tick,
    )


def _percent(value: float | None, length: float) -> float:
    return round(100 * min(1.0, max(0.0, (value or 0.0) / length)), 2) if length else 0.0


def _said(actual: Number | None, target: Number | None) -> str:
    if actual is None:
        return _("not yet measured; the target is %(target)s") % {"target": words.number(target)}
    if target is None:
        return words.number(actual)
    return _("%(actual)s of %(target)s") % {"actual": words.number(actual), "target": words.number(target)}


def shares(parts: Iterable[tuple[Any, Number]]) -> SafeString | str:
    """Rows of label, bar and number, the longest bar the whole width: a distribution at a glance."""
    known = [(label, n) for label, n in parts if n is not None]
    longest = max((float(n) for _label, n in known), default=0.0)
    rows = [(label, bar(n, whole=longest or 1), words.number(n)) for label, n in known]
    return format_html(
        '<table class="shares"><tbody>{}</tbody></table>',
        format_html_join(
            "", '<tr><th scope="row">{}</th><td class="bar">{}</td><td class="num">{}</td></tr>', rows
        ),
    )
