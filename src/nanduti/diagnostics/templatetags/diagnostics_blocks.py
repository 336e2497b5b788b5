"""Pictures of a study as they stand in a page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from nanduti.diagnostics.reports.blocks import Picture

register = template.Library()


@register.simple_tag
def drawn(picture: Picture) -> SafeString:
    """The picture itself: every word in it was escaped where it was drawn."""
    return mark_safe(picture.svg)


@register.simple_tag
def bar_of(length: float | None) -> SafeString | str:
    """A bar of a length from 0 to 1; what it stands for is told in words beside it."""
    if length is None:
        return ""
    return format_html(
        '<svg class="drawn" height="14" aria-hidden="true"><rect class="fill" y="1" width="{}%" height="12"/></svg>',
        f"{100 * length:.1f}",
    )
