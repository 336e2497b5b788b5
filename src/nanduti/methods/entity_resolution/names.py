"""Tidy names of firms: legal forms apart, abbreviations written out, accents and particles gone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources

import yaml


@dataclass(frozen=True)
class NameTables:
    """The words that names are tidied with; data, editable by the programme.

    Attributes:
        legal_forms: form → ways of writing it, without dots and blanks (``"SA"``: ``["sa", "sociedad anonima"]``).
        abbreviations: short form → word (``"cia"``: ``"compania"``).
        particles: words that say nothing (de, la, and …).
        kinds: words that many firms carry (taller, calzados, leather …): they count little for likeness.
        trades: such a word → its trade, where it tells one.
    """

    legal_forms: Mapping[str, tuple[str, ...]]
    abbreviations: Mapping[str, str]
    particles: frozenset[str]
    kinds: frozenset[str]
    trades: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TidyName:
    """A name made comparable.

    Attributes:
        given: as it was written.
        tidy: words in lower case without accents, particles and legal form, in their order; '' if nothing is left.
        legal_form: code such as ``SA``, ``SRL``, ``PVT LTD``; '' if none stands there.
        telling: the words that tell this firm from others of its trade.
        kinds: the words that many firms carry.
    """

    given: str
    tidy: str
    legal_form: str
    telling: tuple[str, ...]
    kinds: tuple[str, ...]


@cache
def name_tables() -> NameTables:
    """The built-in tables: Spanish, English, Italian, Portuguese, German, French and Indian usage.

    >>> "SRL" in name_tables().legal_forms, name_tables().abbreviations["cia"]
    (True, 'compania')
    """
    text = resources.files(__package__).joinpath("names.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return NameTables(
        {form: tuple(ways) for form, ways in told["legal_forms"].items()},
        told["abbreviations"],
        frozenset(told["particles"]),
        frozenset(told["kinds"]),
        {word: trade for trade, words in told["trades"].items() for word in words},
    )


_MARKS = re.compile("[\u0300-\u036f]")
_QUOTES = re.compile(r"['’`´\"“”«»]")
_DOTTED = re.compile(r"(?<![a-z0-9])((?:[a-z][./]\s?){2,}[a-z]?)(?![a-z0-9])")
_SLASHED = re.compile(r"(?<![a-z0-9])([a-z])/([a-z])(?![a-z0-9])")


def plain(text: str | None) -> str:
    """Lower case without accents, quotes or doubled blanks; letters of other scripts stay as they are.

    >>> plain("  Ñandutí  «Zapatería» ")
    'nanduti zapateria'
    """
    lower = _MARKS.sub("", unicodedata.normalize("NFKD", (text or "").casefold()))
    return " ".join(_QUOTES.sub("", unicodedata.normalize("NFC", lower)).split())


def words_of(text: str) -> list[str]:
    """Words of a plain text: runs of letters, marks and figures."""
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()


@cache
def _forms(tables_id: int) -> tuple[tuple[tuple[str, ...], str], ...]:
    ways = [
        (tuple(way.split()), form) for form, all_ in _TABLES[tables_id].legal_forms.items() for way in all_
    ]
    return tuple(sorted(ways, key=lambda w: (-len(w[0]), w[0])))


_TABLES: dict[int, NameTables] = {}


def tidy_name(text: str | None, *, tables: NameTables | None = None) -> TidyName:
    """One name made comparable. Nothing is lost: ``given`` keeps what was written.

    A legal form is taken off only at the end (or before a closing bracket), so that a firm *called* «Sa» keeps
    its name; a name that is nothing but its form keeps it too.

    >>> tidy_name("CALZADOS GUARANÍ S.R.L.")
    TidyName(given='CALZADOS GUARANÍ S.R.L.', tidy='calzados guarani', legal_form='SRL', telling=('guarani',),
    kinds=('calzados',))
    >>> tidy_name("Tall. de Costura de la Flia. Gómez & Hnos.").tidy
    'taller costura familia gomez hermanos'
    >>> tidy_name("Sri Murugan Leathers (Pvt.) Ltd").legal_form, tidy_name("Müller & Söhne GmbH & Co. KG").tidy
    ('PVT LTD', 'muller sohne')
    """
    own = tables or name_tables()
    _TABLES.setdefault(id(own), own)
    return _tidy(text or "", id(own))


@lru_cache(maxsize=200_000)
def _tidy(text: str, tables_id: int) -> TidyName:
    tables = _TABLES[tables_id]
    lower = _DOTTED.sub(lambda m: re.sub(r"[./\s]", "", m[1]) + " ", plain(text).replace("&", " & "))
    lower = _SLASHED.sub(r"\1\2", lower).replace("&", " y ")
    words = words_of(lower)
    words, form = _without_form(words, tables_id)
    words = [tables.abbreviations.get(w, w) for w in words]
    kept = [w for w in words if w not in tables.particles]
    words = kept or words
    telling = tuple(w for w in words if w not in tables.kinds)
    return TidyName(text, " ".join(words), form, telling, tuple(w for w in words if w in tables.kinds))


def _without_form(words: list[str], tables_id: int) -> tuple[list[str], str]:
    found = ""
    while True:
        for way, form in _forms(tables_id):
            if len(words) > len(way) and tuple(words[-len(way) :]) == way:
                words, found = words[: -len(way)], found or form
                break
        else:
            return words, found


def name_keys(name: TidyName) -> tuple[str, ...]:
    """Sounds of the telling words, in alphabetical order: the same for common misspellings.

    >>> name_keys(tidy_name("Zapatería Valdez")), name_keys(tidy_name("Zapatería BALDES S.A."))
    (('baldes',), ('baldes',))
    """
    return tuple(sorted({sound(w) for w in name.telling or name.kinds}))


_SOUNDS = (
    (re.compile(r"ph"), "f"), (re.compile(r"sch|sh|ch"), "x"), (re.compile(r"qu(?=[ei])|q|ck|c(?![eih])|k"), "k"),
    (re.compile(r"c(?=[ei])|z|ss|sz"), "s"), (re.compile(r"g(?=[ei])|j"), "j"), (re.compile(r"gu(?=[ei])"), "g"),
    (re.compile(r"ll|y(?=[aeiou])"), "i"), (re.compile(r"y"), "i"), (re.compile(r"v|w"), "b"),
    (re.compile(r"(?<![x])h"), ""), (re.compile(r"(.)\1+"), r"\1"),
)  # fmt: skip


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """A word as it sounds in Spanish spelling: b = v, s = z = soft c, y = ll, silent h, doubled letters once.

    >>> sound("valdez"), sound("baldes"), sound("hernandez"), sound("yegros"), sound("llegros")
    ('baldes', 'baldes', 'ernandes', 'iegros', 'iegros')
    """
    for pattern, other in _SOUNDS:
        word = pattern.sub(other, word)
    return word
