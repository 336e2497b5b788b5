"""A date text cut into tokens, every one with its place in the text as it was written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ._date_words import LEXICON, PHRASES, fold


@dataclass(frozen=True)
class Token:
    """One piece: its kind, its value, and where it stands (``at`` counts from 0)."""

    kind: str
    value: Any
    at: int
    end: int
    text: str


_LETTER = r"(?:[^\W\d_]|[\u0900-\u0963\u0b82-\u0bcd])"  # Devanagari and Tamil vowel signs are not \w
_SUFFIX = rf"(?:st|nd|rd|th|ere|er|re|eme|do|da|ro|ra|to|ta|mo|ma|e|o|a|°)(?!{_LETTER})"
_NOT_DIGIT = r"(?<!\d)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("ISO", rf"{_NOT_DIGIT}(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}})(?!\d)"),
    ("BASIC", rf"{_NOT_DIGIT}((?:19|20)\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)"),
    ("TIME", r"t?\d{1,2}(?::\d{2}){1,2}(?:\.\d+)?\s*(?:[ap]\.?m\.?|z|hs|hrs|h)?(?!\d)"),
    ("TIME", r"\d{1,2}\s?(?:[ap]m|hs|hrs|horas)\b"),
    ("DMY", rf"{_NOT_DIGIT}(\d{{1,2}})\s?([/.])\s?(\d{{1,2}})\s?\2\s?(\d{{4}}|\d{{2}})(?!\d)"),
    ("DMY", rf"{_NOT_DIGIT}(\d{{1,2}})(-)(\d{{1,2}})-(\d{{4}}|\d{{2}})(?!\d)"),
    ("YQ", rf"{_NOT_DIGIT}(\d{{4}})([qths])([1-4])(?!\w)"),
    ("YM", rf"{_NOT_DIGIT}(\d{{4}})([-/.–])(\d{{1,2}})(?![\d]|[-/.]\d)"),
    ("MY", rf"{_NOT_DIGIT}(\d{{1,2}})([-/.])(\d{{4}})(?!\d)"),
    ("SPAN", rf"(?<![^\W_])([qths])\s?([1-4])(?!{_LETTER}|\d)"),
    ("SPAN", rf"{_NOT_DIGIT}([1-4])\s?([qths])(?=(?:\d\d){{0,2}}(?!{_LETTER}|\d))"),
    ("NUM", rf"(\d+)(\.?{_SUFFIX})?"),
    ("APOS", r"['’‘`´]"),
    ("DASH", r"(?:[-‐‑‒–—−→]|->|\.\.+|…)+"),
    ("ABOUT", r"[~≈?]"),
    ("AFTER", r">"),
    ("BEFORE", r"<"),
    ("SLASH", r"/"),
    ("AND", r"[;&+]"),
    ("COMMA", r","),
    ("COLON", r":"),
    ("PAREN", r"[()\[\]\"“”«»]"),
    ("DOT", r"\."),
    ("WORD", rf"{_LETTER}+"),
    ("OTHER", r"."),
)
_PHRASE = re.compile(
    "|".join(rf"(?P<p{i}>(?<!{_LETTER})(?:{p})(?!{_LETTER}))" for i, (_, p) in enumerate(PHRASES))
)
_TOKENS = tuple((kind, re.compile(pattern, re.DOTALL)) for kind, pattern in _PATTERNS)
_FIGURES = {"ISO", "BASIC", "TIME", "DMY", "YQ", "YM", "MY", "SPAN", "NUM"}
#: Which kinds can begin with a figure, a letter or another sign: most patterns need never be tried.
_BY_FIGURE = tuple(t for t in _TOKENS if t[0] in _FIGURES)
_BY_LETTER = tuple(t for t in _TOKENS if t[0] in ("TIME", "SPAN", "WORD", "OTHER"))
_BY_SIGN = tuple(t for t in _TOKENS if t[0] not in _FIGURES | {"WORD"})
_SPAN_UNIT = {"q": "quarter", "t": "quarter", "h": "half", "s": "half"}


def tokens(text: str) -> list[Token]:
    """The tokens of a text, spaces left out, words looked up.

    >>> [(t.kind, t.value) for t in tokens("12 oct. 2009")]
    [('NUM', (12, 2, False)), ('MONTH', 10), ('DOT', None), ('NUM', (2009, 4, False))]
    """
    folded, places = _fold_with_places(text)
    found: list[Token] = []
    at = 0
    while at < len(folded):
        if folded[at].isspace():
            at += 1
            continue
        token = _phrase(folded, at) or _single(folded, at)
        first, last = places[token.at], places[token.end - 1] + 1
        found.append(Token(token.kind, token.value, first, last, text[first:last]))
        at = token.end
    return _settle_homonyms(found)


def _fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    if text.isascii():
        return text.lower(), range(len(text))
    folded, places = [], []
    for place, character in enumerate(text):
        for piece in fold(character):
            folded.append(piece)
            places.append(place)
    return "".join(folded), places


def _phrase(folded: str, at: int) -> Token | None:
    found = _PHRASE.match(folded, at) if folded[at].isalpha() else None
    if not found:
        return None
    kind, value = PHRASES[int(found.lastgroup[1:])][0], None
    if kind == "WEEKDAY_PT":
        kind = "WEEKDAY"
        value = ("segunda", "terca", "quarta", "quinta", "sexta").index(found[0].split("-")[0])
    return Token(kind, value, at, found.end(), found[0])


def _single(folded: str, at: int) -> Token:
    first = folded[at]
    patterns = _BY_FIGURE if first.isdecimal() else _BY_LETTER if first.isalpha() else _BY_SIGN
    for kind, pattern in patterns:
        found = pattern.match(folded, at)
        if found and not (kind in ("SPAN", "YQ") and _bad_span(found)):
            return _token(kind, found, at)
    return Token("OTHER", None, at, at + 1, first)


def _bad_span(found: re.Match[str]) -> bool:
    letter = next(g for g in found.groups() if g and g.isalpha())
    number = int(found.groups()[-1]) if found.groups()[-1].isdigit() else int(found.group(1))
    return letter in "hs" and number > 2


def _token(kind: str, found: re.Match[str], at: int) -> Token:
    text, end = found[0], found.end()
    if kind == "WORD":
        kind, value = LEXICON.get(text, ("WORD", None))
        return Token(kind, value, at, end, text)
    if kind == "NUM":
        value = (int(found[1]), len(found[1]), bool(found[2]))
    elif kind == "BASIC":
        kind, value = "ISO", (int(found[1]), int(found[2]), int(found[3]))
    elif kind == "ISO":
        value = (int(found[1]), int(found[3]), int(found[4]))
    elif kind == "DMY":
        value = (int(found[1]), int(found[3]), int(found[4]), found[2], len(found[4]))
    elif kind == "YM":
        value = (int(found[1]), int(found[3]), len(found[3]), found[2])
    elif kind == "MY":
        value = (int(found[1]), int(found[3]))
    elif kind == "YQ":
        value = (int(found[1]), _SPAN_UNIT[found[2]], int(found[3]))
    elif kind == "SPAN":
        letter, number = (found[1], found[2]) if found[1].isalpha() else (found[2], found[1])
        value = (_SPAN_UNIT[letter], int(number))
    else:
        value = None
    return Token(kind, value, at, end, text)


_STRICT = {"set", "out", "ago", "mag", "gen"}
_VERBS = {"be", "have", "start", "take", "happen", "begin", "also", "need", "change"}


def _settle_homonyms(found: list[Token]) -> list[Token]:
    """Words that are a month in one language and something else in another.

    "carried out in May" names no October and "two months ago" no August: such a word is a month only
    beside a number or joined to another month. "mar. 12 de mayo" is a Tuesday.
    """
    settled = list(found)
    for i, token in enumerate(found):
        if token.kind != "MONTH":
            continue
        word = fold(token.text)
        after = found[i + 1] if i + 1 < len(found) else None
        if word in _STRICT and not (_leans(found, i, 1) or _leans(found, i, -1)):
            kind = "RELATIVE" if word == "ago" and i else "WORD"
            if len(found) > 1:
                settled[i] = replace(token, kind=kind, value=None)
        elif word == "may" and after is not None and fold(after.text) in _VERBS:
            settled[i] = replace(token, kind="WORD", value=None)
        elif word == "mar" and _day_and_month_follow(found, i):
            settled[i] = replace(token, kind="WEEKDAY", value=1)
    return settled


def _leans(found: list[Token], i: int, step: int) -> bool:
    """Whether a number stands beside the word, or a month across a dash."""
    crossed = False
    j = i + step
    while 0 <= j < len(found):
        token = found[j]
        if token.kind in ("NUM", "YM", "MY"):
            return True
        if token.kind == "MONTH":
            return crossed
        if token.kind in ("DASH", "SLASH", "COMMA", "TO", "AND"):
            crossed = True
        elif not (token.kind in ("DOT", "APOS") or fold(token.text) in ("de", "di", "del", "of")):
            return False
        j += step
    return False


def _day_and_month_follow(found: list[Token], i: int) -> bool:
    kinds = [t for t in found[i + 1 : i + 6] if t.kind not in ("DOT", "COMMA", "OF")]
    return len(kinds) > 1 and kinds[0].kind == "NUM" and kinds[1].kind == "MONTH" and kinds[0].value[1] <= 2
