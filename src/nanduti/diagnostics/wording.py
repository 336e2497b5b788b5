"""The words of a study: its sections, why something is not said, sizes, units; one place for page and report."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from nanduti.interface import words
from nanduti.programme.codes import UNITS, said

from .findings import KEPT_BACK, NO_ANSWER, NOBODY_ASKED, NOT_KNOWN, WITHHELD, Figure

SECTIONS: dict[str, Any] = {
    "profile": gettext_lazy("Profile of the cluster"),
    "coverage": gettext_lazy("Whom the study heard"),
    "chain": gettext_lazy("Roles, sizes and activities"),
    "sectors": gettext_lazy("The region and its markets"),
    "productivity": gettext_lazy("Productivity"),
    "aobo": gettext_lazy("Business operations by product (AOBO)"),
    "routing": gettext_lazy("Where each issue is solved"),
    "partners": gettext_lazy("Likely twinning partners"),
    "challenges": gettext_lazy("Challenges and what we learn"),
    "comparison": gettext_lazy("Beside the other clusters"),
    "network": gettext_lazy("Who works with whom"),
}
REASONS: dict[str, Any] = {
    KEPT_BACK: gettext_lazy("kept back: too few firms"),
    NOBODY_ASKED: gettext_lazy("nobody was asked"),
    NO_ANSWER: gettext_lazy("nobody answered"),
    NOT_KNOWN: gettext_lazy("not known"),
    WITHHELD: gettext_lazy("shown when the study has been agreed"),
    "no_benchmark": gettext_lazy("there is nothing to measure it by"),
    "other_unit": gettext_lazy("the two are counted in different units"),
    "no_reference": gettext_lazy("there is no reference area to compare with"),
    "incomplete": gettext_lazy("a figure of the table is missing"),
}
SIZES: dict[str, Any] = {
    "micro": pgettext_lazy("size of a firm", "micro"),
    "small": pgettext_lazy("size of a firm", "small"),
    "medium": pgettext_lazy("size of a firm", "medium"),
    "large": pgettext_lazy("size of a firm", "large"),
}
ROUTES: dict[str, Any] = {
    "cluster": gettext_lazy("In the cluster"),
    "country": gettext_lazy("In the country"),
    "advanced_cluster": gettext_lazy("By an advanced cluster"),
    "nobody": gettext_lazy("Nobody is known yet"),
    "not_chosen": gettext_lazy("Not chosen"),
}
SIX: dict[str, Any] = {
    "stakeholders": gettext_lazy("Who is likely to twin"),
    "needs": gettext_lazy("What they need for their own business"),
    "areas": gettext_lazy("In which areas they would cooperate"),
    "willingness": gettext_lazy("How willing they are, and on which conditions"),
    "most_willing": gettext_lazy("Who is the most willing"),
    "intermediaries": gettext_lazy("Who can stand between the clusters"),
}
BASES: dict[str, Any] = {
    "fact": gettext_lazy("stated by a document"),
    "register": gettext_lazy("counted in the register"),
    "answers": gettext_lazy("computed from answers"),
    "indicator": gettext_lazy("indicator"),
}
FIGURE_UNITS: dict[str, Any] = {
    "share": "",
    "firms": gettext_lazy("firms"),
    "persons": gettext_lazy("persons"),
    "organisations": gettext_lazy("organisations"),
    "workshops": gettext_lazy("workshops"),
}


def reason(code: str) -> str:
    """Why something is not said; a sentence of another room as it stands, translated where it is known."""
    if not code:
        return ""
    return str(REASONS.get(code) or _(code))


def amount(value: float | None, unit: str) -> str:
    """A value in its unit, as a person reads it; nothing for what is not known."""
    if value is None:
        return ""
    if unit == "share":
        return words.share(value)
    number = words.number(round(value, 2) if abs(value) < 100 else round(value))
    named = unit_said(unit)
    return f"{number} {named}".strip()


def unit_said(unit: str) -> str:
    """A unit in words; none for shares and money, which tell it themselves."""
    if unit in {"", "share", "money"}:
        return ""
    return str(FIGURE_UNITS.get(unit) or said(UNITS, unit))


def figure(one: Figure) -> str:
    """A figure as its document says it, else its value with its unit, else why it cannot be said."""
    if one.said and one.basis == "fact":
        return _document_said(one)
    if one.value is None:
        return reason(one.reason) or str(REASONS[NOT_KNOWN])
    return amount(one.value, one.unit)


def _document_said(one: Figure) -> str:
    """Documents are quoted as they write; a plain number also in the reader's way of writing numbers."""
    plain = one.said.replace(",", "").replace("about ", "").replace("around ", "").replace("over ", "")
    is_number = plain.replace(".", "", 1).isdigit()
    if one.value is None or not is_number:
        return one.said
    number = amount(one.value, one.unit)
    if one.said.startswith(("about ", "around ")):
        return pgettext("figure", "about %(number)s") % {"number": number}
    if one.said.startswith("over "):
        return pgettext("figure", "more than %(number)s") % {"number": number}
    return number


def size(code: str) -> str:
    """A size class in words."""
    return str(SIZES.get(code) or code)
