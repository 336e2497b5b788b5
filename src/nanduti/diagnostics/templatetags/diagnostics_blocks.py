"""Pictures of a study as they stand in a page."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString, mark_safe

from nanduti.diagnostics.reports.blocks import Picture

register = template.Library()


@register.simple_tag
def drawn(picture: Picture) -> SafeString:
    """The picture itself: every word in it was escaped where it was drawn."""
    return mark_safe(picture.svg)
