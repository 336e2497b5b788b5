"""How like two records are: a level for each field, points for each level, and reasons in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import Indel, Jaro, JaroWinkler

from nanduti.methods.values import Reason, mark

from .blocking import Candidates, candidate_pairs
from .recipe import LEVELS, LinkageRecipe, linkage_recipe
from .records import TidyRecords, tidy_records

EARTH_KM = 6371.0088

_WORDS: Mapping[tuple[str, str], str] = {
    ("name", "same"): mark("the names are the same («{a}»)"),
    ("name", "very_like"): mark("the names are very like («{a}», «{b}»)"),
    ("name", "like"): mark("the names are like («{a}», «{b}»)"),
    ("name", "part"): mark("a part of the names is the same («{a}», «{b}»)"),
    ("name", "differs"): mark("the names differ («{a}», «{b}»)"),
    ("trade", "same"): mark("words of the same trade"),
    ("trade", "differs"): mark("words of different trades"),
    ("person", "same"): mark("the same person"),
    ("person", "like"): mark("persons with like names («{a}», «{b}»)"),
    ("person", "differs"): mark("different persons («{a}», «{b}»)"),
    ("phone", "same"): mark("the same telephone"),
    ("phone", "shared"): mark("the same telephone, but many share it"),
    ("phone", "differs"): mark("different telephones"),
    ("place", "same"): mark("the same place («{a}»)"),
    ("place", "differs"): mark("different places («{a}», «{b}»)"),
    ("address", "same"): mark("the same address"),
    ("address", "like"): mark("like addresses («{a}», «{b}»)"),
    ("address", "differs"): mark("different addresses"),
    ("tax_id", "same"): mark("the same tax number"),
    ("tax_id", "near"): mark("tax numbers that differ in one figure or in the check digit"),
    ("tax_id", "differs"): mark("different tax numbers"),
    ("activity", "same"): mark("the same trade"),
    ("activity", "differs"): mark("different trades («{a}», «{b}»)"),
    ("distance", "here"): mark("at the same spot"),
    ("distance", "near"): mark("near each other"),
    ("distance", "far"): mark("far from each other"),
}


def jaro(one: str, other: str) -> float:
    """Jaro's likeness of two texts: 1 for equal, 0 for nothing in common (and for two empty ones: nothing is known).

    >>> round(jaro("MARTHA", "MARHTA"), 3), round(jaro("DWAYNE", "DUANE"), 3)
    (0.944, 0.822)
    """
    return Jaro.similarity(one, other) if one and other else 0.0


def jaro_winkler(one: str, other: str, *, prefix_weight: float = 0.1) -> float:
    """Jaro's likeness raised by up to four equal first letters (Winkler 1990), where Jaro's is above 0.7.

    >>> round(jaro_winkler("MARTHA", "MARHTA"), 3), round(jaro_winkler("DIXON", "DICKSONX"), 3)
    (0.961, 0.813)
    """
    return JaroWinkler.similarity(one, other, prefix_weight=prefix_weight) if one and other else 0.0


@dataclass(frozen=True)
class ScoredPairs:
    """Candidate pairs with levels, points and answer.

    Attributes:
        frame: ``one``, ``other`` (records), ``score``, ``answer`` (``likely``, ``possible`` or ``unlikely``), for each
            field its level (``level_name`` …; null where a value is missing) and points (``points_name`` …), and the
            ``keys`` under which the two met.
        recipe: what was applied.
        candidates: how many pairs were compared, and what was left out.
    """

    frame: pl.DataFrame
    recipe: LinkageRecipe
    candidates: Candidates
    tidy: TidyRecords

    def reasons(self, one: str, other: str) -> list[Reason]:
        """Why the pair scores what it scores: the weightiest first."""
        found = self.frame.filter(
            ((pl.col("one") == one) & (pl.col("other") == other))
            | ((pl.col("one") == other) & (pl.col("other") == one))
        )
        if not found.height:
            return [
                Reason("not_compared", mark("The two share no telephone, name, word, person or address."))
            ]
        row = found.row(0, named=True)
        records = {
            r["record"]: r
            for r in self.tidy.frame.filter(pl.col("record").is_in([one, other])).iter_rows(named=True)
        }
        fields = [f for f in self.recipe.points if row[f"level_{f}"] is not None]
        fields.sort(key=lambda f: (-abs(row[f"points_{f}"]), f))
        return [_reason(f, row, records[row["one"]], records[row["other"]]) for f in fields]

    def say(self, one: str, other: str) -> str:
        """One sentence for a person who has to decide.

        >>> from nanduti.methods.entity_resolution import find_duplicates
        >>> names = ["Calzados Ruiz", "Calz. Ruis SRL"]
        >>> found = find_duplicates(pl.DataFrame({"record": ["1", "2"], "name": names, "place": ["Ita", "Itá"]}))
        >>> found.say("1", "2")
        '1 and 2: possible (45 points): the names are very like («calzados ruiz», «calzados ruis») +32; the same
        place («ita») +10; words of the same trade +3.'
        """
        reasons = self.reasons(one, other)
        if reasons[0].code == "not_compared":
            return f"{one} and {other}: {reasons[0].say()}"
        row = self.frame.filter(pl.col("one").is_in([one, other]) & pl.col("other").is_in([one, other])).row(
            0, named=True
        )
        parts = [f"{r.say()} {r.details['points']:+g}" for r in reasons]
        return f"{one} and {other}: {row['answer']} ({row['score']:g} points): {'; '.join(parts)}."


def _reason(
    field: str, row: Mapping[str, object], one: Mapping[str, object], other: Mapping[str, object]
) -> Reason:
    level = str(row[f"level_{field}"])
    details = {"a": one.get(field), "b": other.get(field), "points": row[f"points_{field}"]}
    return Reason(f"{field}_{level}", _WORDS[field, level], details)


def find_duplicates(
    records: pl.DataFrame | TidyRecords,
    *,
    recipe: LinkageRecipe | None = None,
    country: str = "PY",
    most: int = 60,
    keep_from: float | None = None,
) -> ScoredPairs:
    """Pairs of records that may be one firm, with contributions and reasons.

    Args:
        records: as :func:`tidy_records` reads them, or what it gave.
        recipe: points and thresholds.
        country: of telephones without a country.
        most: see :func:`candidate_pairs`.
        keep_from: see :func:`score_pairs`.

    An empty value never counts as agreement, nor against. A telephone that stands with many names counts little.

    >>> firms = pl.DataFrame({"record": ["a", "b", "c"], "name": ["Zapatería Ruiz", "Zapateria Ruis", "Taller Ruiz"],
    ...     "phone": ["0981123456", "+595 981 123 456", "0981123456"],
    ...     "person": ["Ana Ruiz", "Ruiz, Ana", "Luis Ruiz"]})
    >>> find_duplicates(firms).frame.select("one", "other", "score", "answer").rows()
    [('a', 'b', 95.0, 'likely'), ('a', 'c', 52.0, 'possible'), ('b', 'c', 52.0, 'possible')]
    """
    tidy = records if isinstance(records, TidyRecords) else tidy_records(records, country=country)
    own = recipe or linkage_recipe()
    met = candidate_pairs(tidy, most=most)
    return score_pairs(tidy, met, recipe=own, keep_from=keep_from)


def score_pairs(
    tidy: TidyRecords,
    candidates: Candidates,
    *,
    recipe: LinkageRecipe | None = None,
    keep_from: float | None = None,
) -> ScoredPairs:
    """The same for pairs already chosen.

    ``keep_from`` leaves pairs with fewer points out of the answer, to save memory: how many were compared still
    stands in ``candidates``.
    """
    own = recipe or linkage_recipe()
    pieces = [
        _scored(tidy, candidates.pairs.slice(at, PIECE), own, keep_from)
        for at in range(0, max(1, candidates.pairs.height), PIECE)
    ]
    frame = pl.concat(pieces).sort(["score", "one", "other"], descending=[True, False, False])
    return ScoredPairs(frame, own, candidates, tidy)


#: Pairs scored at a time.
PIECE = 250_000


def _scored(
    tidy: TidyRecords, pairs: pl.DataFrame, own: LinkageRecipe, keep_from: float | None
) -> pl.DataFrame:
    levels = compare_pairs(tidy, pairs, recipe=own)
    points = {
        f: np.array([own.worth(f, level) for level in LEVELS[f]] + [0.0])[levels[f]] for f in own.points
    }
    total = np.zeros(pairs.height)
    for field in own.points:
        total += points[field]
    keep = np.flatnonzero(total >= keep_from) if keep_from is not None else np.arange(pairs.height)
    pairs, total, ids = pairs[keep], total[keep], tidy.frame["record"]
    answer = np.where(total >= own.likely_from, 2, np.where(total >= own.possible_from, 1, 0))
    columns: dict[str, pl.Series] = {"one": ids.gather(pairs["one"]), "other": ids.gather(pairs["other"])}
    columns["score"] = pl.Series(total, dtype=pl.Float64)
    columns["answer"] = pl.Series(["unlikely", "possible", "likely"]).gather(answer)
    for field in own.points:
        names = pl.Series([*LEVELS[field], None], dtype=pl.String)
        level = levels[field][keep]
        columns[f"level_{field}"] = names.gather(np.where(level < 0, len(LEVELS[field]), level))
        columns[f"points_{field}"] = pl.Series(points[field][keep], dtype=pl.Float64)
    columns["keys"] = pairs["keys"]
    return pl.DataFrame(columns)


def compare_pairs(
    tidy: TidyRecords, pairs: Candidates | pl.DataFrame, *, recipe: LinkageRecipe | None = None
) -> dict[str, np.ndarray]:
    """Field → the number of the level of each pair (see ``LEVELS``); −1 where a value is missing."""
    own = recipe or linkage_recipe()
    table = pairs.pairs if isinstance(pairs, Candidates) else pairs
    one, other = (table[side].to_numpy() for side in ("one", "other"))
    compare = {
        "name": _name, "trade": _trade, "person": _person, "phone": _phone, "place": _equal("place"),
        "activity": _equal("activity"),
        "address": _address, "tax_id": _tax_id, "distance": _distance,
    }  # fmt: skip
    return {field: compare[field](tidy, one, other, own) for field in own.points}


def _likeness(
    column: pl.Series, one: np.ndarray, other: np.ndarray, scorer: object
) -> tuple[np.ndarray, np.ndarray]:
    """Likeness of pairs of texts, and which pairs are whole."""
    texts = column.fill_null("").to_list()
    a, b = [texts[i] for i in one.tolist()], [texts[i] for i in other.tolist()]
    whole = np.array([bool(x) and bool(y) for x, y in zip(a, b, strict=True)], dtype=np.bool_)
    if not a:
        return np.zeros(0), whole
    return process.cpdist(a, b, scorer=scorer, dtype=np.float64), whole  # type: ignore[arg-type]


def _levels(n: int, whole: np.ndarray, *steps: np.ndarray) -> np.ndarray:
    """The first step that holds; the last level where none does; −1 where a value is missing."""
    found = np.full(n, len(steps), dtype=np.int64)
    for level in reversed(range(len(steps))):
        found[steps[level]] = level
    return np.where(whole, found, -1)


def _name(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
    telling = tidy.frame["telling"].list.sort().list.join(" ")
    like, whole = _likeness(telling, one, other, JaroWinkler.normalized_similarity)
    edit, _ = _likeness(telling, one, other, Indel.normalized_similarity)
    names = tidy.frame["name"].to_list()
    sets = [frozenset(s or ()) for s in tidy.frame["sounds"].to_list()]
    pairs = list(zip(one.tolist(), other.tolist(), strict=True))
    same = _true(names[a] == names[b] for a, b in pairs)
    alike = _true(sets[a] == sets[b] for a, b in pairs)
    some = _true(bool(sets[a] & sets[b]) for a, b in pairs)
    within = _true(
        min(len(sets[a]), len(sets[b])) > 1 and (sets[a] <= sets[b] or sets[b] <= sets[a]) for a, b in pairs
    )
    # Two workshops of one family carry one surname: words of different trades keep them from being very like.
    clash = _trade(tidy, one, other, recipe) == 1
    very = alike | ((like >= 0.92) & (edit >= 0.85))
    near = very | within | ((like >= 0.88) & (edit >= 0.75))
    return _levels(len(one), whole, same, very & ~clash, near, some | (edit >= 0.7))


def _true(claims: Iterable[bool]) -> np.ndarray:
    return np.fromiter(claims, dtype=np.bool_)


def _trade(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
    """Trades told by the words of the names; missing where either tells none."""
    sets = [frozenset(t or ()) for t in tidy.frame["trades"].to_list()]
    pairs = list(zip(one.tolist(), other.tolist(), strict=True))
    whole = _true(bool(sets[a]) and bool(sets[b]) for a, b in pairs)
    return _levels(len(one), whole, _true(bool(sets[a] & sets[b]) for a, b in pairs))


def _person(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
    column = tidy.frame["person"]
    like, whole = _likeness(column, one, other, Indel.normalized_similarity)
    words = [frozenset((p or "").split()) for p in column.to_list()]
    within = np.array(
        [
            len(words[a] & words[b]) >= 2 and (words[a] <= words[b] or words[b] <= words[a])
            for a, b in zip(one.tolist(), other.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )
    return _levels(len(one), whole, like == 1.0, within | (like >= 0.85))


def _phone(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
    sets = [frozenset(p or ()) for p in tidy.frame["phones"].to_list()]
    many = {number for number, n in tidy.phones_shared.items() if n > recipe.shared_from}
    found = np.empty(len(one), dtype=np.int64)
    for j, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        if not sets[a] or not sets[b]:
            found[j] = -1
        else:
            both = sets[a] & sets[b]
            found[j] = 2 if not both else (1 if both <= many else 0)
    return found


def _equal(field: str) -> Callable[[TidyRecords, np.ndarray, np.ndarray, LinkageRecipe], np.ndarray]:
    def compare(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
        like, whole = _likeness(tidy.frame[field], one, other, Indel.normalized_similarity)
        return _levels(len(one), whole, like >= (1.0 if field == "activity" else 0.9))

    return compare


def _address(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
    like, whole = _likeness(tidy.frame["address"], one, other, Indel.normalized_similarity)
    numbers = tidy.frame["address"].fill_null("").str.extract_all(r"\d+").to_list()
    clash = np.array(
        [
            bool(numbers[a]) and bool(numbers[b]) and not set(numbers[a]) & set(numbers[b])
            for a, b in zip(one.tolist(), other.tolist(), strict=True)
        ],
        dtype=np.bool_,
    )
    return _levels(len(one), whole, like == 1.0, (like >= 0.8) & ~clash)


def _tax_id(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
    ids = tidy.frame["tax_id"].to_list()
    found = np.empty(len(one), dtype=np.int64)
    for j, (a, b) in enumerate(zip(one.tolist(), other.tolist(), strict=True)):
        x, y = ids[a], ids[b]
        if not x or not y:
            found[j] = -1
        elif x == y:
            found[j] = 0
        else:
            check_digit = len(min(x, y, key=len)) >= 5 and (x[:-1] == y or y[:-1] == x)
            swap = len(x) == len(y) >= 6 and sum(p != q for p, q in zip(x, y, strict=True)) == 1
            found[j] = 1 if check_digit or swap else 2
    return found


def _distance(tidy: TidyRecords, one: np.ndarray, other: np.ndarray, recipe: LinkageRecipe) -> np.ndarray:
    lat, lon = (np.radians(tidy.frame[c].to_numpy().astype(float)) for c in ("lat", "lon"))
    with np.errstate(invalid="ignore"):
        h = np.sin((lat[one] - lat[other]) / 2) ** 2
        h = h + np.cos(lat[one]) * np.cos(lat[other]) * np.sin((lon[one] - lon[other]) / 2) ** 2
        km = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, h)))
        return _levels(len(one), ~np.isnan(km), km <= recipe.near_km, km <= recipe.far_km)
