"""Frames of needs and offers become arrays that the loops read; everything odd is refused here, in words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, mark

from .recipe import CRITERIA, RULES, THOUSAND, MatchRecipe
from .words import Synonyms, TermWeights, Vocabulary

#: Columns of lists that become bits, in order.
BITS = ("sizes", "languages", "materials", "services", "markets")
OFFER_NUMBERS = (
    "lot_min",
    "lot_max",
    "capacity_free",
    "tolerance",
    "lead_days",
    "price",
    "quality",
    "times_served",
)
NEED_NUMBERS = ("quantity", "tolerance", "lead_days", "price_max", "max_km")
OFFER_COLUMNS = {
    "offer", "codes", *BITS, *OFFER_NUMBERS, "kind", "position", "text", "lat", "lon", "available_from",
    "available_until", "certificates", "certificates_until", "has_consent", "expires_on",
}  # fmt: skip
NEED_COLUMNS = {
    "need", "codes", "size", "languages", "materials", "services", "markets", *NEED_NUMBERS, "kind", "position",
    "text", "lat", "lon", "from_on", "until_on", "on", "certificates", "rivals", "known",
}  # fmt: skip

# Where a number of an offer stands in its row of numbers.
(LOT_MIN, LOT_MAX, CAPACITY, TOLERANCE, LEAD, PRICE, QUALITY, SERVED, X, Y, Z, FROM, UNTIL, EXPIRES) = range(
    14
)
(N_QUANTITY, N_TOLERANCE, N_LEAD, N_PRICE, N_KM, N_X, N_Y, N_Z, N_FROM, N_UNTIL, N_ON) = range(11)


#: Rows that are passed by together where none of them can reach what is asked.
BLOCK = 256


class OfferArrays(NamedTuple):
    """Offers, one entry each, and rows (offer × code) sorted by code, then by static points, the most first."""

    row_offer: np.ndarray  # row → offer
    post_ptr: np.ndarray  # term → its postings
    post_row: np.ndarray  # rows of a posting, rising within a term
    post_weight: np.ndarray
    no_text: np.ndarray
    bits: np.ndarray  # offer × words of bits
    numbers: np.ndarray  # offer × numbers, NaN where not known
    kind: np.ndarray
    position: np.ndarray
    refused: np.ndarray  # consent not given
    cert_ptr: np.ndarray
    cert: np.ndarray
    cert_until: np.ndarray
    cert_known: np.ndarray
    row_bits: np.ndarray  # the same bits by row, word × row, for passing through many
    packed: (
        np.ndarray
    )  # by row: bits of sizes, languages, materials and their «not known» in one word; empty if too many
    lane: (
        np.ndarray
    )  # row × (first day, last day, static points, place of the identifier): one line of memory a row
    block_most: np.ndarray  # by block of rows: the largest key of static points and place of the identifier
    rank_of_id: np.ndarray  # place of the offer's identifier in the alphabet


class NeedArrays(NamedTuple):
    """Needs, one entry each; NaN or no bits where a thing is not asked."""

    range_ptr: np.ndarray
    range_lo: np.ndarray
    range_hi: np.ndarray
    range_near: np.ndarray  # 0 exact, 1 up, 2 down, 3 not asked, 4 not known, 5 not close
    term_ptr: np.ndarray
    terms: np.ndarray
    weights: np.ndarray
    bits: np.ndarray
    packed: np.ndarray  # need × 3: the bits that a packed word must meet; 0 where not asked
    counts: np.ndarray  # how many values are asked of each bit attribute
    size_near: np.ndarray
    numbers: np.ndarray
    kind: np.ndarray  # 1 competes with its like, 0 does not, -1 not known
    position: np.ndarray
    cert_ptr: np.ndarray
    cert: np.ndarray
    cert_day: np.ndarray
    out_ptr: np.ndarray
    out: np.ndarray  # offers excluded by name
    known_ptr: np.ndarray
    known: np.ndarray
    asked: np.ndarray  # need × criteria


class RecipeArrays(NamedTuple):
    """The recipe as numbers."""

    top: np.ndarray  # thousandths of a point by criterion
    hard: np.ndarray
    near: np.ndarray  # thousandths of a point by closeness
    kind_points: np.ndarray
    principal: np.ndarray
    slots: np.ndarray  # first word of each bit attribute
    refuse_unknown: bool


class Compiled(NamedTuple):
    offers: OfferArrays
    recipe: RecipeArrays
    ids: pl.Series
    codes: dict[str, tuple[int, int]]  # code → its rows
    unknown_code: tuple[int, int]
    labels: dict[str, dict[str, int]]  # bit attribute → value → bit
    kinds: dict[str, int]
    positions: dict[str, int]
    certificates: dict[str, int]
    vocabulary: Vocabulary
    index_of: dict[str, int]


def key_frame(frame: pl.DataFrame, key: str, allowed: set[str], what: str) -> pl.DataFrame:
    if not isinstance(frame, pl.DataFrame):
        raise BadInput(
            place=what, problem=mark("is not a Polars data frame"), remedy=mark("Give a polars.DataFrame.")
        )
    if key not in frame.columns:
        raise BadInput(
            place=f"{what}: column {key!r}",
            problem=mark("is missing"),
            remedy=mark("Add a column with one identifier for each row."),
        )
    odd = sorted(set(frame.columns) - allowed)
    if odd:
        raise BadInput(
            place=f"{what}: column {odd[0]!r}",
            problem=mark("is not one that is read here"),
            remedy="Leave it out or rename it; columns read are " + ", ".join(sorted(allowed)) + ".",
        )
    ids = frame[key].cast(pl.String)
    if ids.null_count() or not ids.is_unique().all():
        twice = ids.filter(ids.is_duplicated() | ids.is_null()).head(1).to_list()[0]
        raise BadInput(
            place=f"{what}: {key} {twice!r}",
            problem=mark("is empty or stands twice"),
            remedy=mark("Give every row one identifier of its own."),
        )
    return frame.with_columns(pl.col(key).cast(pl.String))


def lists_of(frame: pl.DataFrame, name: str, what: str) -> pl.Series:
    if name not in frame.columns or frame[name].dtype == pl.Null:
        return pl.Series(name, [None] * frame.height, dtype=pl.List(pl.String))
    column = frame[name]
    if column.dtype == pl.String:
        column = frame.select(
            pl.when(pl.col(name).is_null()).then(None).otherwise(pl.concat_list(name)).alias(name)
        )[name]
    try:
        return column.cast(pl.List(pl.String))
    except pl.exceptions.PolarsError:
        raise BadInput(
            place=f"{what}: column {name!r}",
            problem=mark("does not hold lists of texts"),
            remedy=mark("Give a list of texts in each row."),
        ) from None


def texts_of(frame: pl.DataFrame, name: str) -> pl.Series:
    if name not in frame.columns:
        return pl.Series(name, [None] * frame.height, dtype=pl.String)
    return frame[name].cast(pl.String).replace("", None)


def numbers_of(frame: pl.DataFrame, name: str, what: str, key: str, most: float = np.inf) -> np.ndarray:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    try:
        values = frame[name].cast(pl.Float64).to_numpy().astype(float)
    except pl.exceptions.PolarsError:
        raise BadInput(
            place=f"{what}: column {name!r}",
            problem=mark("holds something that is not a number"),
            remedy=mark("Give numbers; leave unknown ones empty."),
        ) from None
    low = -np.inf if name in ("lat", "lon") else 0.0
    bad = np.flatnonzero(((values < low) | (np.abs(values) > most)) & ~np.isnan(values) | np.isinf(values))
    if bad.size:
        raise BadInput(
            place=f"{what}: {name} of {frame[key][int(bad[0])]!r}",
            problem=f"is {values[bad[0]]:g}",
            remedy=mark("Correct it, or leave it empty if it is not known."),
        )
    return values


def days(frame: pl.DataFrame, name: str, what: str) -> np.ndarray:
    if name not in frame.columns:
        return np.full(frame.height, np.nan)
    column = frame[name]
    if column.dtype not in (pl.Date, pl.Null) and not isinstance(column.dtype, pl.Datetime):
        raise BadInput(
            place=f"{what}: column {name!r}",
            problem=mark("does not hold dates"),
            remedy=mark("Give dates; leave unknown ones empty."),
        )
    return column.cast(pl.Date).cast(pl.Int32).cast(pl.Float64).to_numpy().astype(float)


def check_order(low: np.ndarray, high: np.ndarray, ids: pl.Series, place: str) -> None:
    bad = np.flatnonzero(low > high)
    if bad.size:
        raise BadInput(
            place=f"{place} of {ids[int(bad[0])]!r}",
            problem=mark("ends before it begins"),
            remedy=mark("Exchange the two ends or correct one of them."),
        )


def points_on_globe(frame: pl.DataFrame, what: str, key: str) -> tuple[np.ndarray, ...]:
    lat = np.radians(numbers_of(frame, "lat", what, key, 90))
    lon = np.radians(numbers_of(frame, "lon", what, key, 180))
    return np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat) + 0 * lon


def _explode(lists: pl.Series, row_name: str = "row") -> pl.DataFrame:
    frame = pl.DataFrame({row_name: np.arange(len(lists), dtype=np.int64), "value": lists}).explode("value")
    return frame.drop_nulls("value").filter(pl.col("value") != "")


def _number_of(values: pl.Series) -> dict[str, int]:
    found = values.drop_nulls().unique().sort().to_list()
    return {value: i for i, value in enumerate(found)}


def _ids_of(frame: pl.DataFrame, table: dict[str, int]) -> pl.DataFrame:
    """Rows with the number of their value; values that no offer has get -1."""
    key = pl.DataFrame(
        {"value": list(table), "id": list(table.values())}, schema={"value": pl.String, "id": pl.Int64}
    )
    return frame.join(key, on="value", how="left").with_columns(pl.col("id").fill_null(-1))


def _ragged(frame: pl.DataFrame, n: int) -> tuple[np.ndarray, np.ndarray]:
    counts = np.bincount(frame["row"].to_numpy(), minlength=n) if frame.height else np.zeros(n, np.int64)
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64), frame["id"].to_numpy().astype(np.int64)


def _set_bits(into: np.ndarray, slot: int, rows: np.ndarray, ids: np.ndarray) -> None:
    values = np.left_shift(np.int64(1), ids % 63)
    np.bitwise_or.at(into, (rows, slot + ids // 63), values)


def _text_series(frame: pl.DataFrame) -> pl.Series:
    return (
        frame["text"]
        if "text" in frame.columns
        else pl.Series("text", [None] * frame.height, dtype=pl.String)
    )


def compile_offers(offers: pl.DataFrame, recipe: MatchRecipe, synonyms: Synonyms | None) -> Compiled:
    """Offers sorted by their first code, cut into rows by code, with an inverted index of their words."""
    frame = key_frame(offers, "offer", OFFER_COLUMNS, "offers")
    if not frame.height:
        raise BadInput(place="offers", problem=mark("are empty"), remedy=mark("Give at least one offer."))
    codes = lists_of(frame, "codes", "offers").list.drop_nulls().list.unique().list.sort()
    kinds = _number_of(texts_of(frame, "kind"))
    static = _static(frame, recipe, kinds)
    order = pl.DataFrame({"c": codes.list.first(), "s": -static, "o": frame["offer"]}).select(
        pl.arg_sort_by("c", "s", "o", nulls_last=True)
    )
    at = order.to_series().to_numpy()
    texts = _text_series(frame)
    frame, codes, static = frame.drop("text", strict=False)[at], codes[at], static[at]
    ids = frame["offer"]
    rank = np.empty(len(ids), dtype=np.int64)
    rank[ids.arg_sort().to_numpy()] = np.arange(len(ids))
    rows = _rows_by_code(codes, static, rank)
    row_offer = rows["row"].to_numpy().astype(np.int32)
    vocabulary = Vocabulary(texts, synonyms, at)
    labels, slots, bits = _offer_bits(frame)
    positions = _number_of(texts_of(frame, "position"))
    certificates, cert_arrays = _certificates(frame)
    numbers = _offer_numbers(frame)
    arrays = OfferArrays(
        row_offer,
        *_postings(vocabulary.offered, row_offer, len(vocabulary.terms)),
        vocabulary.offered.is_empty,
        bits,
        numbers,
        _code_column(texts_of(frame, "kind"), kinds),
        _code_column(texts_of(frame, "position"), positions),
        _refused(frame),
        *cert_arrays,
        np.ascontiguousarray(bits[row_offer].T),
        _packed(bits, slots, labels, row_offer, recipe.unknown == "refuse"),
        _lane(numbers, static, rank, recipe.unknown == "refuse")[row_offer],
        _block_most(static, rank, row_offer),
        rank,
    )
    known, unknown = _code_ranges(rows)
    return Compiled(
        arrays, _recipe_arrays(recipe, kinds, slots), ids, known, unknown, labels, kinds, positions, certificates,
        vocabulary, {name: i for i, name in enumerate(ids.to_list())},
    )  # fmt: skip


def pack_offsets(labels: dict[str, dict[str, int]]) -> list[int]:
    """Where sizes, languages and materials begin in the packed word; each is followed by one bit for «not known»."""
    return np.cumsum([0, *(len(labels[name]) + 1 for name in BITS[:3])]).tolist()


def _packed(
    bits: np.ndarray,
    slots: np.ndarray,
    labels: dict[str, dict[str, int]],
    row_offer: np.ndarray,
    strict: bool,
) -> np.ndarray:
    """By row the bits of sizes, languages and materials in one word, which nearly every need asks of every row."""
    offsets = pack_offsets(labels)
    if offsets[-1] > 63:
        return np.zeros(0, dtype=np.int64)
    word = np.zeros(len(bits), dtype=np.int64)
    for a in range(3):
        own = bits[:, slots[a]]
        word |= own << offsets[a]
        if not strict:
            word |= np.where(own == 0, np.int64(1) << (offsets[a + 1] - 1), 0)
    return word[row_offer]


def _lane(numbers: np.ndarray, static: np.ndarray, rank: np.ndarray, strict: bool) -> np.ndarray:
    """What the bound of a row needs, side by side; days wide open where not known (never, if that refuses)."""
    wide = 2.0**30
    first = np.nan_to_num(numbers[:, FROM], nan=wide if strict else -wide, posinf=wide, neginf=-wide)
    last = np.nan_to_num(numbers[:, UNTIL], nan=-wide if strict else wide, posinf=wide, neginf=-wide)
    return np.column_stack([first, last, static, rank]).astype(np.int32)


def _static(frame: pl.DataFrame, recipe: MatchRecipe, kinds: dict[str, int]) -> np.ndarray:
    """Points for kind, quality and being under-served: the same whoever asks; none where not known."""
    kind = _code_column(texts_of(frame, "kind"), kinds)
    total = np.where(kind >= 0, _kind_points(recipe, kinds)[np.maximum(kind, 0)], 0)
    quality = numbers_of(frame, "quality", "offers", "offer", 1.0)
    served = 1.0 / (1.0 + numbers_of(frame, "times_served", "offers", "offer"))
    for share, criterion in ((quality, "quality"), (served, "under_served")):
        most = THOUSAND * recipe.points.get(criterion, 0)
        total += np.floor(most * np.nan_to_num(share) + 0.5).astype(np.int64)
    return total.astype(np.int64)


def _block_most(static: np.ndarray, rank: np.ndarray, row_offer: np.ndarray) -> np.ndarray:
    """The largest key in each block of rows: points ahead of the place in the alphabet, as in ranking."""
    key = (static << 32) + (0xFFFFFFFF - rank)
    return np.maximum.reduceat(key[row_offer], np.arange(0, len(row_offer), BLOCK))


def _rows_by_code(codes: pl.Series, static: np.ndarray, rank: np.ndarray) -> pl.DataFrame:
    frame = pl.DataFrame(
        {"row": np.arange(len(codes), dtype=np.int64), "code": codes, "static": -static, "rank": rank}
    )
    frame = frame.with_columns(
        pl.when(pl.col("code").list.len() > 0).then("code").otherwise(pl.lit(None, pl.List(pl.String)))
    )
    rows = frame.explode("code").sort("code", "static", "rank", nulls_last=True)
    return rows.select("row", "code")


def _code_ranges(rows: pl.DataFrame) -> tuple[dict[str, tuple[int, int]], tuple[int, int]]:
    counts = rows.group_by("code", maintain_order=True).agg(pl.len().alias("n"))
    found: dict[str, tuple[int, int]] = {}
    unknown, at = (rows.height, rows.height), 0
    for code, n in counts.iter_rows():
        if code is None:
            unknown = (at, at + n)
        else:
            found[code] = (at, at + n)
        at += n
    return found, unknown


def _postings(
    terms: TermWeights, row_offer: np.ndarray, n_terms: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Term by term the rows that hold it: the transpose of the weights, repeated for each code of an offer."""
    by_row = sparse.csr_matrix(
        (terms.weights, terms.terms, terms.indptr), shape=(len(terms.indptr) - 1, n_terms)
    )
    if not np.array_equal(row_offer, np.arange(len(row_offer))):
        by_row = by_row[row_offer]
    by_term = by_row.tocsc()  # rows rise within a term
    return by_term.indptr.astype(np.int64), by_term.indices.astype(np.int32), by_term.data.astype(np.int16)


def _offer_bits(frame: pl.DataFrame) -> tuple[dict[str, dict[str, int]], np.ndarray, np.ndarray]:
    labels, slots, parts = {}, [0], []
    for name in BITS:
        pairs = _explode(lists_of(frame, name, "offers"))
        labels[name] = _number_of(pairs["value"])
        parts.append(_ids_of(pairs, labels[name]))
        slots.append(slots[-1] + max(1, -(-len(labels[name]) // 63)))
    bits = np.zeros((frame.height, slots[-1]), dtype=np.int64)
    for slot, pairs in zip(slots[:-1], parts, strict=True):
        _set_bits(bits, slot, pairs["row"].to_numpy(), pairs["id"].to_numpy())
    return labels, np.array(slots, dtype=np.int64), bits


def _offer_numbers(frame: pl.DataFrame) -> np.ndarray:
    most = {"quality": 1.0}
    columns = [numbers_of(frame, n, "offers", "offer", most.get(n, np.inf)) for n in OFFER_NUMBERS]
    columns[SERVED] = 1.0 / (1.0 + columns[SERVED])
    columns += points_on_globe(frame, "offers", "offer")
    columns += [days(frame, n, "offers") for n in ("available_from", "available_until", "expires_on")]
    check_order(columns[LOT_MIN], columns[LOT_MAX], frame["offer"], "offers: lot")
    check_order(columns[FROM], columns[UNTIL], frame["offer"], "offers: availability")
    some = ~(np.isnan(columns[FROM]) & np.isnan(columns[UNTIL]))  # one day given: the other side is open
    columns[FROM] = np.where(some & np.isnan(columns[FROM]), -np.inf, columns[FROM])
    columns[UNTIL] = np.where(some & np.isnan(columns[UNTIL]), np.inf, columns[UNTIL])
    return np.ascontiguousarray(np.column_stack(columns))


def _code_column(texts: pl.Series, table: dict[str, int]) -> np.ndarray:
    return texts.replace_strict(table, default=-1, return_dtype=pl.Int32).to_numpy().astype(np.int32)


def _refused(frame: pl.DataFrame) -> np.ndarray:
    """Without a column of consents the caller has seen to them; with one, an empty cell is no consent."""
    if "has_consent" not in frame.columns:
        return np.zeros(frame.height, dtype=np.bool_)
    return ~frame["has_consent"].cast(pl.Boolean).fill_null(False).to_numpy()


def _certificates(frame: pl.DataFrame) -> tuple[dict[str, int], tuple[np.ndarray, ...]]:
    held = lists_of(frame, "certificates", "offers")
    if "certificates_until" in frame.columns:
        until = frame["certificates_until"].cast(pl.List(pl.Date))
        if not (until.list.len().fill_null(0) == held.list.len().fill_null(0)).all():
            raise BadInput(
                place="offers: certificates_until",
                problem=mark("does not have one day for each certificate"),
                remedy=mark("Give lists of the same length; an empty day means that it does not end."),
            )
    else:
        until = held.list.eval(pl.lit(None, dtype=pl.Date))
    pairs = pl.DataFrame({"row": np.arange(frame.height, dtype=np.int64), "value": held, "until": until})
    pairs = pairs.filter(pl.col("value").list.len() > 0).explode("value", "until").drop_nulls("value")
    table = _number_of(pairs["value"])
    pairs = _ids_of(pairs, table).sort("row", "id", maintain_order=True)
    last = pairs["until"].cast(pl.Int32).cast(pl.Float64).fill_null(np.inf).to_numpy()
    ptr, ids = _ragged(pairs, frame.height)
    return table, (ptr, ids, last.astype(float), held.is_not_null().to_numpy())


def _kind_points(recipe: MatchRecipe, kinds: dict[str, int]) -> np.ndarray:
    most = THOUSAND * recipe.points.get("kind", 0)
    by_kind = [int(np.floor(most * recipe.kind_fit.get(k, 0.0) + 0.5)) for k in kinds]
    return np.array(by_kind or [0], dtype=np.int64)


def _recipe_arrays(recipe: MatchRecipe, kinds: dict[str, int], slots: np.ndarray) -> RecipeArrays:
    top = np.array([THOUSAND * recipe.points.get(c, 0) for c in CRITERIA], dtype=np.int64)
    code = top[CRITERIA.index("code")]
    near = [int(np.floor(code * recipe.closeness.get(r, 0.0) + 0.5)) for r in ("exact", "one_up", "one_down")]
    return RecipeArrays(
        top,
        np.array([r in recipe.hard for r in RULES], dtype=np.bool_),
        np.array([*near, 0, 0, 0], dtype=np.int64),
        _kind_points(recipe, kinds),
        np.array([k in recipe.principal for k in kinds] or [False], dtype=np.bool_),
        slots,
        recipe.unknown == "refuse",
    )
