"""How a fact is said: the number in the reader's language, the words of the source where they say more."""

from __future__ import annotations

import re

from django import template

from nanduti.interface import words
from nanduti.register.folding import fold
from nanduti.register.models import ProfileFact

register = template.Library()

# Words that only repeat how exact a number is.
HEDGES = frozenset(
    ("about", "around", "over", "under", "more", "less", "than", "nearly", "approximately", "some")
)


@register.filter
def said(fact: ProfileFact) -> str:
    """The value with its exactness and unit; a share as per cents; a range as the source writes it."""
    if fact.value is None or fact.qualifier == ProfileFact.Qualifier.RANGE:
        return f"{fact.value_text or words.number(fact.value)} {fact.unit}".strip()
    hedge = "" if fact.qualifier == ProfileFact.Qualifier.EXACTLY else f"{fact.get_qualifier_display()} "
    if fact.unit == "share":
        return f"{hedge}{words.share(fact.value)}"
    return f"{hedge}{words.number(fact.value)} {fact.unit}".strip()


@register.filter
def as_written(fact: ProfileFact) -> str:
    """What the source says in words, where that is more than the number."""
    if fact.value is None or fact.qualifier == ProfileFact.Qualifier.RANGE:
        return ""
    more = set(re.findall(r"[^\W\d_]{2,}", fold(fact.value_text))) - HEDGES - {fold(fact.unit)}
    return fact.value_text if more else ""
