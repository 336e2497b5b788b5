"""A query's rows as a data frame, ten times faster than one by one: through Arrow, on a connection of its own.

Inside a transaction only the transaction's own connection sees what it has written, so there the rows come the
ordinary way. Columns are given with the types they shall have: SQLite knows types of values, not of columns, and
its Arrow driver guesses from the first rows. Write nothing but whole numbers, texts and moments, and no unknown
values of two kinds: ``Coalesce`` texts to "" and numbers to -1 in the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import QuerySet

Types = Mapping[str, Any]
MOMENT = pl.Datetime("us", "UTC")


def read_frame(rows: QuerySet, types: Types) -> pl.DataFrame:
    """The rows of ``queryset.values_list(…)`` as a frame; ``types`` names its columns in their order."""
    connection = connections[rows.db]
    if rows.query.is_empty():
        return pl.DataFrame(schema=dict(types))
    try:
        sql, parameters = rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:  # within no scope, or among no records
        return pl.DataFrame(schema=dict(types))
    if connection.in_atomic_block:
        frame = _by_cursor(connection, sql, parameters, types)
    else:
        frame = _by_arrow(connection, sql, parameters)
    frame.columns = list(types)
    return frame.select(_as(name, frame.schema[name], kind) for name, kind in types.items())


def _by_cursor(connection: Any, sql: str, parameters: Any, types: Types) -> pl.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    columns = list(zip(*rows)) if rows else [()] * len(types)
    made = {
        name: pl.Series(name, list(column), dtype=None if kind == MOMENT and column else kind, strict=False)
        for (name, kind), column in zip(types.items(), columns)
    }
    return pl.DataFrame(made)


def _by_arrow(connection: Any, sql: str, parameters: Any) -> pl.DataFrame:
    if connection.vendor == "sqlite":
        from adbc_driver_sqlite import dbapi

        address, sign = f"file:{connection.settings_dict['NAME']}?mode=ro", "?"
    else:
        from adbc_driver_postgresql import dbapi  # type: ignore[no-redef]

        address, sign = _address(connection.settings_dict), "$"
    with dbapi.connect(address) as arrow, arrow.cursor() as cursor:
        cursor.execute(_with_signs(sql, len(parameters), sign), list(parameters) or None)
        return pl.from_arrow(cursor.fetch_arrow_table())  # type: ignore[return-value]


def _with_signs(sql: str, n: int, sign: str) -> str:
    """The statement with the driver's own signs for parameters.

    >>> _with_signs("a = %s AND b LIKE '5%%' AND c = %s", 2, "$")
    "a = $1 AND b LIKE '5%' AND c = $2"
    """
    marks = ["?" if sign == "?" else f"${number}" for number in range(1, n + 1)]
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
