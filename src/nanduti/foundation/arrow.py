"""A query's rows as a data frame; from PostgreSQL through Arrow, on connections of its own, ten times faster.

Inside a transaction only the transaction's own connection sees what it has written, so there the rows come the
ordinary way. From SQLite they come over the connection at hand, as columns (see :mod:`.columns`) or row by row: its
Arrow driver brings an SQLite of its own, and two of them in one process must not open one file. The system knows a
process's locks on a file, not a library's: the second takes itself for the first to come, cuts the index of the
write-ahead log short under the other's feet, and lets go of the other's locks when it closes the file
(https://www.sqlite.org/howtocorrupt.html, section 2.2.1).

Columns are given with the types they shall have: SQLite knows types of values, not of columns. Write nothing but
whole numbers, texts and moments, and no unknown values of two kinds: ``Coalesce`` texts to "" and numbers to -1 in
the query.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import pairwise
from typing import Any

import polars as pl
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Max, Min, QuerySet

from .columns import MOMENT, NotAsColumns, Types, read_columns

# PostgreSQL prepares what it sends in one process a connection, so a long table comes over several.
PARTS = 4
SPLIT_FROM = 100_000
# How many rows come at a time where they come as rows.
AT_ONCE = 10_000


def read_frame(rows: QuerySet, types: Types, *, few: int = 0) -> pl.DataFrame:
    """The rows of ``queryset.values_list(…)`` as a frame; ``types`` names its columns in their order.

    Up to ``few`` rows come over the connection at hand: for a page that many people open, whose process should not
    carry another driver (some 70 MiB) for a handful of rows.
    """
    connection = connections[rows.db]
    if rows.query.is_empty():
        return pl.DataFrame(schema=dict(types))
    try:
        frame = _few(rows, types, few) if few else None
        frame = _read(connection, rows, types) if frame is None else frame
    except EmptyResultSet:  # within no scope, or among no records
        return pl.DataFrame(schema=dict(types))
    frame.columns = list(types)
    return frame.select(_as(name, frame.schema[name], kind) for name, kind in types.items())


def _few(rows: QuerySet, types: Types, few: int) -> pl.DataFrame | None:
    """The rows if they are no more than so many."""
    read = list(rows[: few + 1])
    return _piece(read, types) if len(read) <= few else None


def _read(connection: Any, rows: QuerySet, types: Types) -> pl.DataFrame:
    statement = _sql(rows)
    if connection.vendor == "sqlite":
        with suppress(NotAsColumns):
            return read_columns(connection, rows, types)
        return _by_cursor(connection, *statement, types)
    if connection.in_atomic_block:
        return _by_cursor(connection, *statement, types)
    if len(parts := _parts(rows)) > 1:
        return _by_connections(connection, parts)
    return _by_arrow(connection, *statement)


def _sql(rows: QuerySet) -> tuple[str, Any]:
    return rows.query.get_compiler(rows.db).as_sql()


def _parts(rows: QuerySet) -> list[QuerySet]:
    """Ranges of keys that together are all rows; a list in an order, or a piece of one, stays whole."""
    if rows.query.is_sliced or rows.query.order_by or rows.query.distinct or rows.query.group_by is not None:
        return [rows]
    ends = rows.model._base_manager.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ends["first"], ends["last"]
    if not isinstance(first, int) or last - first < SPLIT_FROM:
        return [rows]
    marks = [first + (last - first) * k // PARTS for k in range(1, PARTS)]
    within = [rows.filter(pk__gte=a, pk__lt=b) for a, b in pairwise(marks)]
    return [rows.filter(pk__lt=marks[0]), *within, rows.filter(pk__gte=marks[-1])]


def _by_cursor(connection: Any, sql: str, parameters: Any, types: Types) -> pl.DataFrame:
    """Some thousands at a time, so that a long table is never there as rows of Python; all of one moment."""
    pieces = []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(AT_ONCE):
            pieces.append(_piece(rows, types))
    return pl.concat(pieces or [_piece([], types)], how="vertical_relaxed")


def _piece(rows: Sequence[tuple[Any, ...]], types: Types) -> pl.DataFrame:
    columns = list(zip(*rows)) if rows else [()] * len(types)
    made = {
        name: pl.Series(name, list(column), dtype=None if kind == MOMENT and column else kind, strict=False)
        for (name, kind), column in zip(types.items(), columns)
    }
    return pl.DataFrame(made)


def _by_arrow(connection: Any, sql: str, parameters: Any) -> pl.DataFrame:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(_address(connection.settings_dict)) as arrow, arrow.cursor() as cursor:
        cursor.execute(_with_signs(sql, len(parameters)), list(parameters) or None)
        return pl.from_arrow(cursor.fetch_arrow_table())  # type: ignore[return-value]


def _by_connections(connection: Any, parts: Sequence[QuerySet]) -> pl.DataFrame:
    """Each part over a connection of its own, all of them seeing the very same moment of the database."""
    from adbc_driver_postgresql import dbapi

    address = _address(connection.settings_dict)
    with ExitStack() as open_ones:
        cursors = []
        for _part in parts:
            line = open_ones.enter_context(dbapi.connect(address))
            cursors.append(open_ones.enter_context(line.cursor()))
            cursors[-1].execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursors[0].execute("SELECT pg_export_snapshot()")
        (moment,) = cursors[0].fetchone()
        for cursor in cursors[1:]:
            cursor.execute(f"SET TRANSACTION SNAPSHOT '{moment}'")
        asked = [_sql(part) for part in parts]

        def read(cursor: Any, one: tuple[str, Any]) -> Any:
            cursor.execute(_with_signs(one[0], len(one[1])), list(one[1]) or None)
            return pl.from_arrow(cursor.fetch_arrow_table())

        with ThreadPoolExecutor(len(parts)) as pool:
            return pl.concat(list(pool.map(read, cursors, asked)), how="vertical_relaxed")


def _with_signs(sql: str, n: int) -> str:
    """The statement with the driver's own signs for parameters.

    >>> _with_signs("a = %s AND b LIKE '5%%' AND c = %s", 2)
    "a = $1 AND b LIKE '5%' AND c = $2"
    """
    marks = [f"${number}" for number in range(1, n + 1)]
    return sql % tuple(marks) if n else sql.replace("%%", "%")


def _address(settings: Mapping[str, Any]) -> str:
    """As libpq reads it."""
    parts = {
        "dbname": settings["NAME"],
        "user": settings["USER"],
        "password": settings["PASSWORD"],
        "host": settings["HOST"],
        "port": settings["PORT"],
    }
    escaped = {k: str(v).replace("\\", "\\\\").replace("'", "\\'") for k, v in parts.items() if v}
    return " ".join(f"{name}='{value}'" for name, value in escaped.items())


def _as(name: str, given: Any, wanted: Any) -> pl.Expr:
    if given == wanted:
        return pl.col(name)
    if wanted == MOMENT:
        if given == pl.String:
            return (
                pl.col(name)
                .str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
                .dt.replace_time_zone("UTC")
            )
        if isinstance(given, pl.Datetime) and given.time_zone is None:
            return pl.col(name).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return pl.col(name).cast(wanted, strict=False)
