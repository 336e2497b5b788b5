"""Words of free text in several languages, and the weight each carries.

Text is one criterion among others. A term's weight is its count in a text (1 + ln count) times how rare it is
(ln((1 + N)/(1 + df)) + 1, the smoothed inverse document frequency); a text's weights are scaled to length
one, so that the likeness of two texts (the cosine) lies between 0 and 1 and is a plain sum over shared terms.
Languages meet through a table of synonyms that the programme edits, not through guessing.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark

#: Weights are whole numbers on this scale, so that sums are exact in any order and on any machine.
UNIT = 32_767

#: Words that say nothing by themselves, by language; short on purpose.
STOP_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        [
            "a",
            "an",
            "and",
            "are",
            "as",
            "at",
            "be",
            "by",
            "can",
            "for",
            "from",
            "in",
            "is",
            "it",
            "of",
            "on",
            "or",
            "our",
            "that",
            "the",
            "this",
            "to",
            "we",
            "with",
        ]
    ),
    "es": frozenset(
        [
            "a",
            "al",
            "algun",
            "con",
            "de",
            "del",
            "el",
            "en",
            "es",
            "ese",
            "este",
            "la",
            "las",
            "lo",
            "los",
            "mas",
            "no",
            "nos",
            "nuestra",
            "nuestro",
            "o",
            "para",
            "por",
            "que",
            "se",
            "su",
            "sus",
            "un",
            "una",
            "unas",
            "unos",
            "y",
            "ya",
        ]
    ),
    "it": frozenset(
        [
            "a",
            "al",
            "alla",
            "con",
            "da",
            "dal",
            "dei",
            "del",
            "della",
            "delle",
            "di",
            "e",
            "ed",
            "gli",
            "i",
            "il",
            "in",
            "la",
            "le",
            "lo",
            "nel",
            "per",
            "su",
            "un",
            "una",
        ]
    ),
    "fr": frozenset(
        [
            "a",
            "au",
            "aux",
            "avec",
            "ce",
            "dans",
            "de",
            "des",
            "du",
            "en",
            "et",
            "il",
            "la",
            "le",
            "les",
            "ou",
            "par",
            "pour",
            "que",
            "sur",
            "un",
            "une",
        ]
    ),
    "hi": frozenset(["और", "का", "की", "के", "को", "में", "से", "है", "हैं", "यह", "पर", "लिए", "ने", "एक"]),
    "ta": frozenset(["மற்றும்", "ஒரு", "இந்த", "அந்த", "என்று"]),
}
_STOP = frozenset().union(*STOP_WORDS.values())


@dataclass(frozen=True)
class Synonyms:
    """Groups of words and phrases that mean one thing, whatever the language.

    >>> leather = Synonyms({"goat_leather": ["goat leather", "cuero de cabra", "pelle di capra", "बकरी का चमड़ा"]})
    >>> tokens("Curtimos cuero de cabra", leather), tokens("We tan goat leather.", leather)
    (['curtimo', 'goat_leather'], ['tan', 'goat_leather'])
    """

    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def table(self) -> tuple[list[str], list[str]]:
        """Phrases, longest first, and what each is replaced with; a phrase of two groups is refused."""
        found: dict[str, str] = {}
        for concept, phrases in self.groups.items():
            for phrase in (concept.replace("_", " "), *phrases):
                key = " ".join(words_of(phrase))
                if found.get(key, concept) != concept:
                    raise BadInput(
                        place=f"the phrase {phrase!r}",
                        problem=f"stands for both {found[key]!r} and {concept!r}",
                        remedy=mark("Leave it in one group only."),
                    )
                if key:
                    found[key] = concept
        order = sorted(found, key=lambda k: (-len(k), k))
        # Two blanks stand between words, so that each has its own on either side and neighbours can both be replaced.
        return [f" {k.replace(' ', '  ')} " for k in order], [f" {_concept(found[k])} " for k in order]


def _concept(name: str) -> str:
    return "_".join(words_of(name)) or name


_MARKS = re.compile("[\u0300-\u036f]")
_ASCII = re.compile(r"[a-z0-9_]+")
_PLURAL = re.compile(r"[a-z]*[a-z]{2}[^\W\d_sui]s")


def _words(texts: pl.Series) -> pl.Series:
    """Words in lower case; accents fall in Latin script, while vowel signs of Indic scripts stay."""
    plain = texts.cast(pl.String).fill_null("").str.to_lowercase()
    if not plain.str.contains(r"^[\x00-\x7F]*$").all():
        plain = plain.str.normalize("NFKD").str.replace_all("[\u0300-\u036f]", "").str.normalize("NFC")
        plain = plain.str.replace_all("ß", "ss", literal=True)
    return plain.str.extract_all(r"[\p{L}\p{M}\p{N}_]+")


@lru_cache(maxsize=4096)
def _is_of_word(letter: str) -> bool:
    return letter == "_" or unicodedata.category(letter)[0] in "LMN"


def words_of(text: str) -> list[str]:
    """The same for one text, in plain Python: quick for a few, slow for millions.

    >>> words_of("Pelle di CAPRA, ½ kg · चमड़ा")
    ['pelle', 'di', 'capra', '1', '2', 'kg', 'चमड़ा']
    """
    plain = text.lower()
    if plain.isascii():
        return _ASCII.findall(plain)
    plain = unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", plain))).replace(
        "ß", "ss"
    )
    return "".join(x if _is_of_word(x) else " " for x in plain).split()


@lru_cache(maxsize=16)
def _replacer(old: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(x) for x in old))


def tokens_of(text: str | None, table: tuple[list[str], list[str]] | None) -> list[str]:
    """The terms of one text, in plain Python; ``table`` as :meth:`Synonyms.table` gives it."""
    words = words_of(text or "")
    if table is not None and table[0]:
        new = dict(zip(*table, strict=True))
        spaced = f" {'  '.join(words)} "
        spaced = _replacer(tuple(table[0])).sub(lambda hit: new[hit[0]], spaced)
        words = spaced.split()
    return [w[:-1] if _PLURAL.fullmatch(w) else w for w in words if w not in _STOP]


def token_lists(texts: pl.Series, synonyms: Synonyms | None = None) -> pl.Series:
    """Lists of terms: phrases of the table replaced first, stop words out, plural s folded. Made for millions."""
    words = _words(texts)
    if synonyms is not None and synonyms.groups:
        old, new = synonyms.table()
        spaced = words.list.join("  ").to_frame("t").select(pl.format(" {} ", "t").alias("t"))["t"]
        spaced = spaced.str.replace_many(old, new, leftmost=True)
        words = spaced.str.strip_chars().str.split(" ").list.filter(pl.element() != "")
    inner = pl.element()
    folded = (
        pl.when(inner.str.contains(r"^[a-z]*[a-z]{2}[\p{L}--[sui]]s$"))
        .then(inner.str.head(-1))
        .otherwise(inner)
    )
    return words.list.filter(~pl.element().is_in(sorted(_STOP))).list.eval(folded)


def tokens(text: str, synonyms: Synonyms | None = None) -> list[str]:
    """The terms of one text.

    >>> tokens("Máquinas para COSER guantes"), tokens("चमड़े के दस्ताने")
    (['maquina', 'coser', 'guante'], ['चमड़े', 'दस्ताने'])
    """
    return tokens_of(text, synonyms.table() if synonyms is not None else None)


@dataclass(frozen=True)
class TermWeights:
    """Sparse weights of texts in whole numbers of 1/:data:`UNIT`: row ``i`` holds ``terms[indptr[i]:indptr[i+1]]``.

    ``is_empty`` marks texts without a term: nothing is known of them.
    """

    indptr: np.ndarray
    terms: np.ndarray
    weights: np.ndarray

    @property
    def is_empty(self) -> np.ndarray:
        return np.diff(self.indptr) == 0


class Vocabulary:
    """The terms of the offers' texts with their rarity, learnt once, in pieces so that memory stays small."""

    PIECE = 50_000
    #: From so many texts on they are taken apart together; below, one by one is quicker.
    MANY = 500

    def __init__(self, texts: pl.Series, synonyms: Synonyms | None, order: np.ndarray | None = None) -> None:
        self._synonyms = synonyms
        self._table = synonyms.table() if synonyms is not None and synonyms.groups else None
        self.n_texts = len(texts)
        order = np.arange(self.n_texts) if order is None else order
        ids: dict[str, int] = {}
        pieces = [
            _numbered(token_lists(texts.gather(order[at : at + self.PIECE]), synonyms), ids)
            for at in range(0, self.n_texts, self.PIECE)
        ]
        self.terms = sorted(ids)
        self.number = {term: i for i, term in enumerate(self.terms)}
        sorted_id = np.array([self.number[term] for term in ids], dtype=np.int32)
        df = np.zeros(len(ids), dtype=np.int64)
        counted = []
        while pieces:  # each piece is let go once counted
            counted.append(_counted(*pieces.pop(0), sorted_id, df))
        self.rarity = np.log((1 + self.n_texts) / (1 + df)) + 1
        #: A term that no offer has is as rare as a term can be; it keeps its share of a text's length.
        self.rarest = float(np.log(1 + self.n_texts) + 1)
        self.offered = self._joined(counted)

    def _joined(self, counted: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> TermWeights:
        weights, lengths = [], []
        terms = np.concatenate([c[0] for c in counted] or [np.zeros(0)]).astype(np.int32)
        while counted:
            own, n, length = counted.pop(0)
            rows = np.repeat(np.arange(len(length)), length)
            raw = (1 + np.log(n, dtype=float)) * self.rarity[own]
            size = np.sqrt(np.bincount(rows, weights=raw**2, minlength=len(length)))
            weights.append(np.floor(UNIT * raw / size[rows]).astype(np.int16))
            lengths.append(length)
        empty = [np.zeros(0, dtype=np.int64)]
        indptr = np.concatenate([[0], np.cumsum(np.concatenate(lengths or empty))]).astype(np.int64)
        return TermWeights(indptr, terms, np.concatenate(weights or empty))

    def weigh(self, texts: Sequence[str | None]) -> tuple[TermWeights, np.ndarray]:
        """Weights of other texts by this vocabulary, and which of them hold no term at all."""
        own, n, length = self._terms_of_many(texts) if len(texts) >= self.MANY else self._terms_of(texts)
        rows = np.repeat(np.arange(len(length)), length)
        order = np.lexsort((n, own, rows))  # so that the order of words changes nothing, not even a rounding
        own, n = own[order], n[order]
        rarity = np.append(self.rarity, self.rarest)[own]  # -1 is the last
        raw = (1 + np.log(n, dtype=float)) * rarity
        size = np.sqrt(np.bincount(rows, weights=raw**2, minlength=len(length)))
        whole = np.floor(UNIT * raw / size[rows]).astype(np.int32)
        here = own >= 0
        found = np.bincount(rows[here], minlength=len(length))
        indptr = np.concatenate([[0], np.cumsum(found)]).astype(np.int64)
        return TermWeights(indptr, own[here].astype(np.int32), whole[here]), length == 0

    def _terms_of(self, texts: Sequence[str | None]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Terms of texts by number (-1: no offer has it), how often each stands there, and how many there are."""
        ids, counts, lengths = [], [], []
        number = self.number.get
        for text in texts:
            n = Counter(tokens_of(text, self._table))
            ids += [number(term, -1) for term in n]
            counts += n.values()
            lengths.append(len(n))
        own, n, length = (np.array(x, dtype=np.int64) for x in (ids, counts, lengths))
        return own, n, length

    def _terms_of_many(self, texts: Sequence[str | None]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The same in another order within a text."""
        seen: dict[str, int] = {}
        series = pl.Series(texts, dtype=pl.String).fill_null("")
        numbers, lengths = _numbered(token_lists(series, self._synonyms), seen)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        keys, n = np.unique((rows << 32) | numbers, return_counts=True)
        known = np.array([self.number.get(term, -1) for term in seen], dtype=np.int64)
        return known[keys & 0xFFFFFFFF], n, np.bincount(keys >> 32, minlength=len(lengths))


def _numbered(lists: pl.Series, ids: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of the terms of many texts, one after the other, new terms added to ``ids``; and the lengths."""
    lengths = lists.list.len().to_numpy().astype(np.int32)
    flat = lists.explode(empty_as_null=False)
    new = flat.unique().to_list()
    for term in new:
        ids.setdefault(term, len(ids))
    if not new:
        return np.zeros(0, dtype=np.int32), lengths
    numbers = flat.replace_strict(new, [ids[t] for t in new], return_dtype=pl.Int32).to_numpy()
    return numbers.astype(np.int32), lengths


def _counted(
    numbers: np.ndarray, lengths: np.ndarray, sorted_id: np.ndarray, df: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Different terms of each text in alphabetical order, how often each stands there, and how many there are."""
    rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    keys, n = np.unique((rows << 32) | sorted_id[numbers], return_counts=True)
    terms = (keys & 0xFFFFFFFF).astype(np.int32)
    df += np.bincount(terms, minlength=len(df))
    return terms, np.minimum(n, 32_767).astype(np.int16), np.bincount(keys >> 32, minlength=len(lengths))


def text_likeness(one: str, other: str, *, synonyms: Synonyms | None = None) -> float | None:
    """Cosine of two texts by their terms alone (every term equally rare); ``None`` where one says nothing.

    >>> round(text_likeness("finishing of goat leather", "goat leather"), 3)
    0.816
    >>> text_likeness("", "goat leather") is None
    True
    """
    a, b = (set(tokens(t, synonyms)) for t in (one, other))
    if not a or not b:
        return None
    return len(a & b) / (len(a) * len(b)) ** 0.5
