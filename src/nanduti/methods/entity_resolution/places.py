"""Tidy places: what people write for a town, met with the names of a gazetteer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from nanduti.methods.values import Reason, mark

from .names import plain, words_of

_WORDS: Mapping[str, str] = {
    "dpto": "", "depto": "", "departamento": "", "department": "", "dep": "", "distrito": "", "district": "",
    "dist": "",
    "ciudad": "", "city": "", "cdad": "", "municipio": "", "mun": "", "pueblo": "", "villa": "villa", "barrio": "",
    "bo": "", "bo°": "", "col": "", "colonia": "", "compania": "", "cia": "", "town": "", "village": "", "comune": "",
    "provincia": "", "prov": "", "pcia": "", "sta": "santa", "sto": "santo", "gral": "general", "cnel": "coronel",
    "cap": "capitan", "tte": "teniente", "mcal": "mariscal", "pte": "presidente", "dr": "doctor", "fdo": "fernando",
    "asu": "asuncion", "of": "", "de": "", "del": "", "la": "", "las": "", "el": "", "los": "",
    "di": "", "the": "", "st": "saint",
}  # fmt: skip


@dataclass(frozen=True)
class TidyPlace:
    """A place made comparable: ``tidy`` words; ``code`` of the gazetteer, or ``None`` with the reason.

    ``likeness`` is 100 for an equal name.
    """

    given: str
    tidy: str
    code: str | None
    likeness: float | None
    reason: Reason | None = None


_UNKNOWN = mark("«{given}» is not in the list of places; nearest is {nearest} ({likeness} of 100).")
_EMPTY = mark("No place is given.")
_TWO = mark("«{given}» could be {one} or {other}.")
_NONE = mark("No list of places was given.")


def place_words(text: str | None) -> str:
    """Words of a place without what kind of place it is.

    >>> place_words("Ciudad de Sta. Rosa (Dpto. Misiones)"), place_words("Barrio San Roque, Luque")
    ('santa rosa misiones', 'san roque luque')
    """
    words = [
        _WORDS.get(w, w) for w in words_of(plain(text).replace("b°", " barrio ").replace("bº", " barrio "))
    ]
    return " ".join(w for w in words if w)


def tidy_place(
    text: str | None, gazetteer: Mapping[str, str | Iterable[str]] | None = None, *, least: float = 88.0
) -> TidyPlace:
    """One place. With a gazetteer (code → name or names) the place meant, if one alone is near enough.

    ``least`` is the likeness (0 to 100, normalised edit similarity) from which a misspelt name is taken.

    >>> towns = {"11": "San Lorenzo", "12": ["Luque", "Ciudad de Luque"], "13": "San Lázaro"}
    >>> found = [tidy_place(text, towns) for text in ("s. lorenso", "San Lorenso", "SAN LORENZO")]
    >>> found[0].code, found[1].code, found[2].likeness
    (None, '11', 100.0)
    >>> tidy_place("Atlántida", towns).reason.code
    'not_in_list'
    """
    given, tidy = text or "", place_words(text)
    if not tidy:
        return TidyPlace(given, "", None, None, Reason("empty", _EMPTY))
    if gazetteer is None:
        return TidyPlace(given, tidy, None, None, Reason("no_list", _NONE))
    names = [
        (place_words(name), code)
        for code, told in gazetteer.items()
        for name in ([told] if isinstance(told, str) else told)
    ]
    exact = sorted({code for name, code in names if name == tidy})
    if len(exact) == 1:
        return TidyPlace(given, tidy, exact[0], 100.0)
    if len(exact) > 1:
        return TidyPlace(
            given,
            tidy,
            None,
            100.0,
            Reason("two", _TWO, {"given": given, "one": exact[0], "other": exact[1]}),
        )
    found = process.extract(
        tidy, [name for name, _ in names], scorer=fuzz.ratio, limit=2 + len(names) // 1000
    )
    return _nearest(given, tidy, found, names, least)


def _nearest(
    given: str, tidy: str, found: list[tuple[str, float, int]], names: list[tuple[str, str]], least: float
) -> TidyPlace:
    if not found or found[0][1] < least:
        nearest, likeness = (found[0][0], round(found[0][1])) if found else ("", 0)
        details = {"given": given, "nearest": nearest, "likeness": likeness}
        return TidyPlace(
            given, tidy, None, found[0][1] if found else None, Reason("not_in_list", _UNKNOWN, details)
        )
    best = names[found[0][2]][1]
    rivals = [names[i][1] for _, score, i in found[1:] if score >= found[0][1] - 2 and names[i][1] != best]
    if rivals:
        details = {"given": given, "one": best, "other": rivals[0]}
        return TidyPlace(given, tidy, None, found[0][1], Reason("two", _TWO, details))
    return TidyPlace(given, tidy, best, found[0][1])


_HOUSE = re.compile(r"\b(?:n|no|nro|num|numero|number)\b\s*(?=\d)")


def tidy_address(text: str | None) -> str:
    """Street words and numbers in one order of writing, to compare, not to post letters by.

    >>> tidy_address("Avda. Gral. Santos N° 1.234 c/ 18 de Julio"), tidy_address("av general santos 1234 casi 18 Julio")
    ('avenida general santos 1234 casi 18 julio', 'avenida general santos 1234 casi 18 julio')
    """
    lower = re.sub(
        r"(?<=\d)\.(?=\d{3}\b)", "", plain(text).replace("c/", " casi ").replace("°", " ").replace("º", " ")
    )
    lower = _HOUSE.sub(" ", lower)
    short = {
        "av": "avenida",
        "avda": "avenida",
        "ave": "avenida",
        "rd": "road",
        "esq": "esquina",
        "e": "entre",
        "nro": "",
        **_WORDS,
    }
    return " ".join(w for w in (short.get(x, x) for x in words_of(lower)) if w)
