"""How a fact is said: the number in the reader's language, the words of the source where they say more."""

from __future__ import annotations

import re

from django import template
from django.utils.translation import gettext as _

from nanduti.interface import words
from nanduti.methods.values import mark
from nanduti.register import countries
from nanduti.register.folding import fold
from nanduti.register.models import ProfileFact

register = template.Library()

# Units that facts are often given in; any other stands as it was written.
UNITS = (
    mark("units"),
    mark("firms"),
    mark("persons"),
    mark("clusters"),
    mark("years"),
    mark("year"),
    mark("days"),
    mark("pairs per day"),
    mark("tonnes per year"),
    mark("litres per day"),
)

# Words that only repeat how exact a number is.
HEDGES = frozenset(
    ("about", "around", "over", "under", "more", "less", "than", "nearly", "approximately", "some")
)


@register.filter
def said(fact: ProfileFact) -> str:
    """The value with its exactness and unit; a share as per cents; a range as the source writes it."""
    if fact.value is None or fact.qualifier == ProfileFact.Qualifier.RANGE:
        return f"{fact.value_text or words.number(fact.value)} {unit(fact)}".strip()
    hedge = "" if fact.qualifier == ProfileFact.Qualifier.EXACTLY else f"{fact.get_qualifier_display()} "
    if fact.unit == "share":
        return f"{hedge}{words.share(fact.value)}"
    return f"{hedge}{words.number(fact.value)} {unit(fact)}".strip()


def unit(fact: ProfileFact) -> str:
    """The unit in the reader's language where it is a common one."""
    return _(fact.unit) if fact.unit in UNITS else fact.unit


@register.filter
def as_written(fact: ProfileFact) -> str:
    """What the source says in words, where that is more than the number."""
    if fact.value is None or fact.qualifier == ProfileFact.Qualifier.RANGE:
        return ""
    more = set(re.findall(r"[^\W\d_]{2,}", fold(fact.value_text))) - HEDGES - {fold(fact.unit)}
    return fact.value_text if more else ""


@register.filter
def country(code: str) -> str:
    """A country in the reader's words."""
    return countries.said(code)
