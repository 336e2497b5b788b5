"""Codes that tables and documents use for trades, institutions and units, in the reader's words."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_lazy as _

TRADES = {
    "auto": _("automotive parts"),
    "ceramics": _("ceramics"),
    "food": _("food"),
    "footwear": _("footwear"),
    "furniture": _("furniture"),
    "garments": _("garments"),
    "glass": _("glass"),
    "handicrafts": _("handicrafts"),
    "leather": _("leather"),
    "light_engineering": _("light engineering"),
    "machine_tools": _("machine tools"),
    "metalwork": _("metalwork"),
    "textiles": _("textiles"),
    "wood": _("wood"),
}
INSTITUTIONS = {
    "association": _("association"),
    "bdsp": _("provider of business development services"),
    "broker": _("commercial entity"),
    "cda": _("cluster development agent"),
    "commercial_entity": _("commercial entity"),
    "donor": _("donor"),
    "firm": _("firm"),
    "international": _("international organisation"),
    "municipality": _("municipality"),
    "programme": _("programme"),
    "project": _("project"),
    "promotion_office": _("promotion office"),
    "public_body": _("public body"),
    "technical_institution": _("technical institution"),
    "university": _("university"),
}
UNITS = {
    "agreements": _("agreements"),
    "clusters": _("clusters"),
    "days": _("days"),
    "firms": _("firms"),
    "institutions": _("institutions"),
    "months": _("months"),
    "networks": _("networks"),
    "persons": _("persons"),
    "practices": _("practices"),
    "programmes": _("programmes"),
    "providers": _("providers"),
    "shows": _("shows"),
    "units": _("units"),
    "weeks": _("weeks"),
}


def said(codes: dict[str, object], code: str) -> str:
    """A code in words; one that nobody knows as it stands, without its underscores."""
    return str(codes.get(code) or code.replace("_", " "))


def in_both(codes: dict[str, object], code: str) -> tuple[str, str]:
    """A code in English and in Spanish, for records that keep both whoever writes them; empty where nobody knows it.

    >>> in_both(TRADES, "unheard of")
    ('', '')
    """
    said = []
    for language in ("en", "es"):
        with translation.override(language):
            said.append(str(codes.get(code, "")))
    return said[0], said[1]
