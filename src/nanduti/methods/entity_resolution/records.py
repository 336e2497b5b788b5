"""Records made ready: every field tidied once, and the keys under which two records may meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput, mark

from .names import NameTables, name_tables, plain, sound, tidy_name, words_of
from .phones import PhonePlan, phone_plans, tidy_phones
from .places import place_words, tidy_address

#: Columns that are read; only ``record`` is required. Others may be there and are left alone.
COLUMNS = (
    "record",
    "name",
    "person",
    "phone",
    "place",
    "address",
    "tax_id",
    "activity",
    "lat",
    "lon",
    "country",
)


@dataclass(frozen=True)
class TidyRecords:
    """Records with tidy fields, one row each in the order given, and what could not be understood.

    Attributes:
        frame: ``record``; ``name``, ``telling``, ``sounds``, ``trades``, ``legal_form``; ``person`` (words in the order
            of the alphabet); ``phones`` (E.164 numbers); ``place``; ``address``; ``tax_id``; ``activity``; ``lat``,
            ``lon``. Empty is null.
        problems: ``record``, ``field``, ``given``, ``reason``: values kept but not understood.
        phones_shared: number → how many different names it stands with, where there is more than one.
    """

    frame: pl.DataFrame
    problems: pl.DataFrame
    phones_shared: Mapping[str, int]


def tidy_records(
    records: pl.DataFrame,
    *,
    country: str = "PY",
    tables: NameTables | None = None,
    plans: Mapping[str, PhonePlan] | None = None,
) -> TidyRecords:
    """Every field tidied. Nothing leaves the caller: values in, values out.

    Columns of ``records``: ``record`` (identifier), and any of ``name``, ``person`` (owner or contact), ``phone``
    (one or more numbers in a cell), ``place``, ``address``, ``tax_id``, ``activity``, ``lat``, ``lon``, ``country``
    (of the telephone, where it is not ``country``).

    >>> records = pl.DataFrame({"record": ["1"], "name": ["Calzados Guaraní S.A."], "phone": ["0981 123456 / 12"]})
    >>> tidy = tidy_records(records)
    >>> tidy.frame.select("name", "legal_form", "phones").rows()
    [('calzados guarani', 'SA', ['+595981123456'])]
    >>> tidy.problems["reason"].to_list()
    ['«12» has 2 figures; numbers in PY have 8 or 9.']
    """
    _check(records)
    own, numbering = tables or name_tables(), plans or phone_plans()
    frame = records.with_columns(pl.col("record").cast(pl.String))
    problems: list[tuple[str, str, str, str]] = []
    columns: dict[str, pl.Series] = {"record": frame["record"]}
    columns.update(_names(frame, own))
    columns["phones"] = _phones(frame, country, numbering, problems)
    for field, tidy in (
        ("person", _person),
        ("place", place_words),
        ("address", tidy_address),
        ("tax_id", _tax_id),
        ("activity", plain),
    ):
        columns[field] = _each(frame, field, tidy)
    for field in ("lat", "lon"):
        columns[field] = (
            frame[field].cast(pl.Float64) if field in frame.columns else _nothing(frame, pl.Float64, field)
        )
    schema = {"record": pl.String, "field": pl.String, "given": pl.String, "reason": pl.String}
    tidy = pl.DataFrame(columns)
    return TidyRecords(tidy, pl.DataFrame(problems, schema=schema, orient="row"), _shared(tidy))


def _check(records: pl.DataFrame) -> None:
    if not isinstance(records, pl.DataFrame) or "record" not in records.columns:
        raise BadInput(
            place="records: column 'record'",
            problem=mark("is missing, or this is not a Polars data frame"),
            remedy=mark("Give a frame with one identifier for each row."),
        )
    ids = records["record"].cast(pl.String)
    if ids.null_count() or ids.is_duplicated().any():
        twice = ids.filter(ids.is_null() | ids.is_duplicated()).head(1).to_list()[0]
        raise BadInput(
            place=f"record {twice!r}",
            problem=mark("is empty or stands twice"),
            remedy=mark("Give every row one identifier of its own."),
        )
    if not set(records.columns) & (set(COLUMNS) - {"record", "country"}):
        raise BadInput(
            place="records",
            problem=mark("have nothing to compare"),
            remedy="Give some of " + ", ".join(COLUMNS[1:-1]) + ".",
        )


def _nothing(frame: pl.DataFrame, kind: type[pl.DataType] | pl.DataType, name: str) -> pl.Series:
    return pl.Series(name, [None] * frame.height, dtype=kind)


def _each(frame: pl.DataFrame, field: str, tidy: object) -> pl.Series:
    """Different values are tidied once: registers repeat places and activities a thousand times."""
    if field not in frame.columns:
        return _nothing(frame, pl.String, field)
    known: dict[str | None, str | None] = {None: None}
    values = frame[field].cast(pl.String).to_list()
    for value in values:
        if value not in known:
            known[value] = tidy(value) or None  # type: ignore[operator]
    return pl.Series(field, [known[v] for v in values], dtype=pl.String)


def _person(text: str) -> str:
    return " ".join(
        sorted(
            w for w in words_of(plain(text)) if w not in {"de", "del", "la", "y", "don", "dona", "sr", "sra"}
        )
    )


def _tax_id(text: str) -> str:
    return "".join(c for c in plain(text) if c.isalnum()).lstrip("0")


def _names(frame: pl.DataFrame, tables: NameTables) -> dict[str, pl.Series]:
    given = frame["name"].cast(pl.String).to_list() if "name" in frame.columns else [None] * frame.height
    tidy = [tidy_name(g, tables=tables) if g else None for g in given]
    words = [None if t is None or not t.tidy else t for t in tidy]
    lists = pl.List(pl.String)
    return {
        "name": pl.Series("name", [None if t is None else t.tidy for t in words], dtype=pl.String),
        "legal_form": pl.Series(
            "legal_form", [None if t is None else t.legal_form or None for t in words], dtype=pl.String
        ),
        "telling": pl.Series(
            "telling", [None if t is None else list(t.telling or t.kinds) for t in words], dtype=lists
        ),
        "trades": pl.Series(
            "trades",
            [
                None if t is None else sorted({tables.trades[w] for w in t.kinds if w in tables.trades})
                for t in words
            ],
            dtype=lists,
        ),
        "sounds": pl.Series(
            "sounds",
            [None if t is None else sorted({sound(w) for w in t.telling or t.kinds}) for t in words],
            dtype=lists,
        ),
    }


def _phones(
    frame: pl.DataFrame,
    country: str,
    plans: Mapping[str, PhonePlan],
    problems: list[tuple[str, str, str, str]],
) -> pl.Series:
    if "phone" not in frame.columns:
        return _nothing(frame, pl.List(pl.String), "phones")
    where = frame["country"].to_list() if "country" in frame.columns else [None] * frame.height
    found: list[list[str] | None] = []
    for record, cell, own in zip(frame["record"], frame["phone"].cast(pl.String), where, strict=True):
        if cell is None or not cell.strip():
            found.append(None)
            continue
        read = tidy_phones(cell, own or country, plans=plans)
        problems += [(record, "phone", p.given, p.reason.say()) for p in read if p.reason is not None]
        found.append(sorted({p.e164 for p in read if p.e164}) or None)
    return pl.Series("phones", found, dtype=pl.List(pl.String))


def _shared(tidy: pl.DataFrame) -> dict[str, int]:
    """How many different sounds of names stand with a number: misspellings of one name count once."""
    told = tidy.select("phones", pl.col("sounds").list.join(" ").fill_null(pl.col("record")).alias("who"))
    told = (
        told.drop_nulls("phones")
        .explode("phones")
        .group_by("phones")
        .agg(pl.col("who").n_unique().alias("n"))
    )
    return dict(told.filter(pl.col("n") > 1).sort("phones").iter_rows())
