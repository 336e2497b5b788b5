"""Answers as typed data frames: one for the form, one for each repeat, joined by keys.

The frame of the form has a row for each submission, keyed by ``_key``. The frame of a repeat has a row for each of
its rows: ``_key`` of the submission, ``_row`` such as "2" or "1/3", and ``_parent_row`` where it lies in another.
Columns are called as their questions; where two questions of one frame share a name, by their path.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from .definition import LIST_KINDS, Definition, Question

# Reading JSON is the longest part of a million rows; it goes on outside Python's lock.
THREADS, PIECE = 4, 50_000
KEY, ROW, PARENT_ROW = "_key", "_row", "_parent_row"
_POINT = pl.List(pl.Float64)
_AS_SENT: dict[str, Any] = {
    "integer": pl.Int64, "decimal": pl.Float64, "geopoint": _POINT, "geotrace": pl.List(_POINT),
    "geoshape": pl.List(_POINT), "select_multiple": pl.List(pl.String), "rank": pl.List(pl.String),
}  # fmt: skip
GEOMETRY_KINDS = frozenset({"geopoint", "geotrace", "geoshape"})


@dataclass(frozen=True)
class Column:
    """A column of a frame. ``role``: key, answer, choice (one of a select-multiple), label, latitude, longitude,
    altitude, accuracy or wkt; ``path``: the question; ``choice`` and ``language`` where they apply."""

    name: str
    role: str = "answer"
    path: str = ""
    choice: str = ""
    language: str = ""


@dataclass(frozen=True)
class Table:
    """A frame with what its columns are."""

    repeat: str
    frame: pl.DataFrame
    columns: tuple[Column, ...]

    def column(self, path: str, role: str = "answer") -> Column | None:
        """The column of a question."""
        return next((c for c in self.columns if c.path == path and c.role == role), None)


@dataclass(frozen=True)
class Tables:
    """The frames of a form: "" is the form's own, the others by path of the repeat."""

    definition: Definition
    by_repeat: Mapping[str, Table] = field(default_factory=dict)

    @property
    def root(self) -> Table:
        return self.by_repeat[""]


# --- schema


def sent_type(question: Question) -> Any:
    """The type in which an answer lies in the JSON."""
    if question.kind in _AS_SENT:
        return _AS_SENT[question.kind]
    if question.kind in ("range", "calculate", "hidden", "metadata", "text"):
        return _AS_SENT.get(question.data_type, pl.String)
    return pl.String


def typed(question: Question) -> str:
    """The kind of value: that of the question, or for what is computed its data type."""
    if question.kind in ("range", "calculate", "hidden", "metadata"):
        return question.data_type
    return question.kind


def column_names(definition: Definition, repeat: str) -> dict[str, str]:
    """Path → column, in the order of the questions; the name where it is the only one of that name."""
    paths = [q for q in definition.questions if q.repeat == repeat and q.kind != "note"]
    times = Counter(q.name for q in paths)
    return {q.path: q.name if times[q.name] == 1 else q.path.replace("/", "-") for q in paths}


def _schema(definition: Definition, repeat: str) -> pl.Struct:
    fields = [
        pl.Field(q.path, sent_type(q))
        for q in definition.questions
        if q.repeat == repeat and q.kind != "note"
    ]
    fields += [
        pl.Field(r.path, pl.List(_schema(definition, r.path)))
        for r in definition.repeats
        if r.parent == repeat
    ]
    return pl.Struct(fields or [pl.Field("_nothing", pl.String)])


# --- from JSON to frames


def tables(
    definition: Definition,
    keys: pl.Series | Sequence[Any],
    answers: pl.Series | Sequence[str],
    *,
    choices_apart: bool = True,
    labels: Iterable[str] = (),
    geometry: bool = True,
) -> Tables:
    """The frames of many submissions: ``keys`` name them, ``answers`` are their values as JSON texts.

    ``choices_apart`` adds one boolean column for each choice of a select-multiple, ``labels`` a column of labels in
    each of these languages, ``geometry`` latitude and longitude and well-known text.

    >>> from nanduti.methods.instruments import Definition, Question
    >>> form = Definition("f", questions=(Question("n", "integer", "integer"),))
    >>> tables(form, [1, 2], ['{"n": 5}', '{}']).root.frame["n"].to_list()
    [5, None]
    """
    keys = keys if isinstance(keys, pl.Series) else pl.Series(KEY, list(keys))
    texts = (
        answers if isinstance(answers, pl.Series) else pl.Series("answers", list(answers), dtype=pl.String)
    )
    decoded = _decode(definition, texts)
    raw = pl.DataFrame([keys.alias(KEY), decoded.alias("_answers")]).unnest("_answers")
    found: dict[str, Table] = {}
    _collect(definition, "", raw, found)
    languages = tuple(labels)
    return Tables(
        definition,
        {
            repeat: _finish(
                definition, table, choices_apart=choices_apart, languages=languages, geometry=geometry
            )
            for repeat, table in found.items()
        },
    )


def _decode(definition: Definition, texts: pl.Series) -> pl.Series:
    schema = _schema(definition, "")
    texts = texts.fill_null("{}")
    if not len(texts):
        return pl.Series("answers", [], dtype=schema)
    size = max(PIECE, -(-len(texts) // THREADS))
    pieces = [texts.slice(at, size) for at in range(0, len(texts), size)]
    try:
        if len(pieces) == 1:
            return texts.str.json_decode(dtype=schema)
        with ThreadPoolExecutor(THREADS) as pool:
            return pl.concat(pool.map(lambda piece: piece.str.json_decode(dtype=schema), pieces))
    except pl.exceptions.PolarsError:
        # Some row holds what its question does not take, left from an older reading: row by row, misfits are empty.
        rows = [_fitting(schema, _loaded(text)) for text in texts]
        return pl.Series("answers", rows, dtype=schema, strict=False)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _fitting(kind: Any, value: Any) -> Any:
    """The value where it is of the kind, else nothing."""
    if value is None:
        return None
    if isinstance(kind, pl.Struct):
        return (
            {f.name: _fitting(f.dtype, value.get(f.name)) for f in kind.fields}
            if isinstance(value, dict)
            else None
        )
    if isinstance(kind, pl.List):
        return [_fitting(kind.inner, v) for v in value] if isinstance(value, list) else None
    if kind == pl.String:
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if kind == pl.Int64:
        return int(value) if float(value).is_integer() and abs(value) < 2**63 else None
    return float(value)


def _collect(definition: Definition, repeat: str, raw: pl.DataFrame, found: dict[str, Table]) -> None:
    """Take the frame of a repeat, then explode the repeats in it into frames of their own."""
    names = column_names(definition, repeat)
    lead = [c for c in (KEY, ROW, PARENT_ROW) if c in raw.columns]
    own = raw.select(*lead, *(pl.col(path).alias(name) for path, name in names.items()))
    columns = [Column(c, "key") for c in lead] + [Column(name, path=path) for path, name in names.items()]
    found[repeat] = Table(repeat, own, tuple(columns))
    for child in definition.repeats:
        if child.parent == repeat:
            _collect(definition, child.path, _exploded(raw, child.path), found)


def _exploded(raw: pl.DataFrame, path: str) -> pl.DataFrame:
    has_row = ROW in raw.columns
    above = [pl.col(ROW).alias(PARENT_ROW)] if has_row else []
    rows = raw.select(KEY, *above, pl.col(path).alias("_rows")).filter(pl.col("_rows").list.len() > 0)
    rows = rows.with_columns(pl.int_ranges(1, pl.col("_rows").list.len() + 1).alias("_n")).explode(
        "_rows", "_n"
    )
    number = pl.col("_n").cast(pl.String)
    row = pl.concat_str(PARENT_ROW, pl.lit("/"), number) if has_row else number
    lead = [KEY, row.alias(ROW), *([PARENT_ROW] if has_row else [])]
    return rows.select(*lead, "_rows").unnest("_rows")


# --- types, choices, labels, geometry


def _finish(
    definition: Definition, table: Table, *, choices_apart: bool, languages: tuple[str, ...], geometry: bool
) -> Table:
    columns: list[Column] = []
    expressions: list[pl.Expr] = []

    def add(column: Column, expression: pl.Expr) -> None:
        columns.append(column)
        expressions.append(expression.alias(column.name))

    for column in table.columns:
        if column.role == "key":
            add(column, pl.col(column.name))
            continue
        question = definition.by_path[column.path]
        add(column, _convert(question, column.name))
        if geometry and question.kind in GEOMETRY_KINDS:
            for more, expression in _geometry(question, column):
                add(more, expression)
        if question.list_name and definition.choices_of(question):
            if choices_apart and question.kind == "select_multiple":
                for choice in definition.choices_of(question):
                    name = f"{column.name}/{choice.name}"
                    chosen = pl.col(column.name).list.contains(choice.name)
                    add(Column(name, "choice", question.path, choice.name), chosen)
            for language in languages:
                more = Column(f"{column.name}:{language}", "label", question.path, language=language)
                add(more, _labelled(definition, question, column.name, language))
    return Table(table.repeat, table.frame.select(expressions), tuple(columns))


def _convert(question: Question, name: str) -> pl.Expr:
    kind = typed(question)
    if kind == "date":
        return pl.col(name).str.to_date("%Y-%m-%d", strict=False)
    if kind == "datetime":
        moment = pl.col(name)
        with_offset = moment.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
        without = moment.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", time_unit="us", strict=False)
        return pl.coalesce(with_offset, without.dt.replace_time_zone("UTC"))
    return pl.col(name)


def labels_of(definition: Definition, question: Question, language: str) -> dict[str, str]:
    """Code → label of the choices of a question."""
    return {
        c.name: c.labels.get(language) or c.labels.get(definition.default_language) or c.name
        for c in definition.choices_of(question)
    }


def _labelled(definition: Definition, question: Question, name: str, language: str) -> pl.Expr:
    said = labels_of(definition, question, language)
    codes, texts = list(said), list(said.values())
    if question.kind in LIST_KINDS:
        replaced = pl.element().replace_strict(codes, texts, default=pl.element(), return_dtype=pl.String)
        return pl.col(name).list.eval(replaced).list.join(" · ")
    return pl.col(name).replace_strict(codes, texts, default=pl.col(name), return_dtype=pl.String)


def _geometry(question: Question, column: Column) -> list[tuple[Column, pl.Expr]]:
    value, name, path = pl.col(column.name), column.name, question.path
    if question.kind == "geopoint":
        parts = [("latitude", 0), ("longitude", 1), ("altitude", 2), ("accuracy", 3)]
        made = [
            (Column(f"{name}-{role}", role, path), value.list.get(n, null_on_oob=True)) for role, n in parts
        ]
        text = pl.when(value.list.len() >= 2).then(
            pl.concat_str(pl.lit("POINT ("), _pair(value), pl.lit(")"))
        )
        return [*made, (Column(f"{name}-wkt", "wkt", path), text)]
    points = value.list.eval(_pair(pl.element())).list.join(", ")
    around = ("LINESTRING (", ")") if question.kind == "geotrace" else ("POLYGON ((", "))")
    text = pl.when(value.list.len() >= 1).then(pl.concat_str(pl.lit(around[0]), points, pl.lit(around[1])))
    return [(Column(f"{name}-wkt", "wkt", path), text)]


def _pair(point: pl.Expr) -> pl.Expr:
    """Longitude and latitude, as well-known text orders them."""
    east, north = point.list.get(1, null_on_oob=True), point.list.get(0, null_on_oob=True)
    return pl.concat_str(east.cast(pl.String), pl.lit(" "), north.cast(pl.String))
