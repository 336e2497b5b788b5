"""A query's rows from SQLite, column by column: some thousands of rows come as one text for each column.

Python's own library hands over row by row and value by value: a million rows of fifteen columns are fifteen million
objects before there is a frame. Here SQLite writes each column of a block of rows as a JSON list, outside Python's
lock, and Polars reads the lists in threads while SQLite writes the next block. That takes less than half the work, and
never more than a few blocks stand in memory beside the frame.

JSON has one way to write a whole number, a text and nothing, so what was written is what is read. A number with a
fraction would lose its last digits: columns of other types, and tables in an order of their own, come as rows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import polars as pl
from django.db import DatabaseError
from django.db.models import AutoField, F, QuerySet
from django.db.models.sql.datastructures import BaseTable

Types = Mapping[str, Any]
MOMENT = pl.Datetime("us", "UTC")
KEY = "key_of_row"
# How many rows come at a time: their answers stand in memory three times, as text, as list and as column.
AT_ONCE = 20_000
# Blocks that may wait for Polars while SQLite goes on.
WAITING, THREADS = 3, 2


class NotAsColumns(Exception):
    """These rows have to come one by one."""


class _ByKey(BaseTable):
    """A table that is walked in the order of its keys, whatever indexes it has.

    A block is a range of keys. With an index of another field SQLite would look through all that the index finds, for
    each block again.
    """

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        sql, parameters = super().as_sql(compiler, connection)
        return f"{sql} NOT INDEXED", parameters


def read_columns(connection: Any, rows: QuerySet, types: Types) -> pl.DataFrame:
    """All rows, as they stood at one moment.

    Raises :class:`NotAsColumns` where the query, a type or a value does not allow it.
    """
    if set(types.values()) - {pl.Int64, pl.String, MOMENT} or not _may_be_parted(rows):
        raise NotAsColumns
    if rows.ordered:
        found = _read(connection, rows.order_by().annotate(**{KEY: F("pk")}), {**types, KEY: pl.Int64})
        return found.sort(KEY).drop(KEY)
    return _read(connection, rows, types)


def _read(connection: Any, rows: QuerySet, types: Types) -> pl.DataFrame:
    try:
        n, few = _block(connection, rows.all()[: AT_ONCE + 1], types)
        if n <= AT_ONCE:
            return _frame(n, few, types)
        with one_moment(connection):
            return _all(connection, rows, types)
    except (DatabaseError, pl.exceptions.PolarsError):  # a value that JSON does not know, or not of its type
        raise NotAsColumns from None


def _may_be_parted(rows: QuerySet) -> bool:
    """Whether ranges of keys together are the query: it has no order but that of its keys, and is no piece of one."""
    query, key = rows.query, rows.model._meta.pk
    if query.is_sliced or query.distinct or query.combinator or query.group_by is not None:
        return False
    if not isinstance(key, AutoField):  # SQLite keeps a table in the order of such a key, and of no other
        return False
    return not rows.ordered or query.order_by in {("pk",), (key.name,)}


@contextmanager
def one_moment(connection: Any) -> Iterator[None]:
    """What is read within it stood in the database at one moment; nobody who writes has to wait.

    Django's transactions take the lock of writers at once, so the beginning is said by hand. Inside a transaction
    there is one moment already.
    """
    if connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        if connection.connection.in_transaction:  # SQLite itself ends it on some errors
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")


def _all(connection: Any, rows: QuerySet, types: Types) -> pl.DataFrame:
    done: list[pl.DataFrame] = []
    waiting: deque[Future[pl.DataFrame]] = deque()
    with ThreadPoolExecutor(THREADS) as pool:
        for part in _ranges(rows):
            waiting.append(pool.submit(_frame, *_block(connection, _by_key(part), types), types))
            if len(waiting) > WAITING:
                done.append(waiting.popleft().result())
        done += [one.result() for one in waiting]
    return pl.concat(done)


def _ranges(rows: QuerySet) -> Iterator[QuerySet]:
    """Ranges of keys, each with as many rows as come at a time, the lowest first; rows of one key stay together."""
    rest = rows
    while True:
        keys = _by_key(rest.order_by("pk").values_list("pk", flat=True)[AT_ONCE - 1 : AT_ONCE])
        last = next(iter(keys), None)
        if last is None:
            yield rest
            return
        yield rest.filter(pk__lte=last)
        rest = rows.filter(pk__gt=last)


def _by_key(rows: QuerySet) -> QuerySet:
    found = rows.all()
    tables = found.query.alias_map
    first = tables[found.query.get_initial_alias()]
    tables[first.table_alias] = _ByKey(first.table_name, first.table_alias)
    return found


def _block(connection: Any, rows: QuerySet, types: Types) -> tuple[int, list[str]]:
    """How many rows there are, and each column as a list in JSON."""
    sql, parameters = rows.query.get_compiler(rows.db).as_sql()
    names = [f"c{number}" for number in range(len(types))]
    lists = ", ".join(f"json_group_array({name})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH told({', '.join(names)}) AS ({sql}) SELECT COUNT(*), {lists} FROM told", parameters
        )
        n, *columns = cursor.fetchone()
    return n, columns


def _frame(n: int, columns: list[str], types: Types) -> pl.DataFrame:
    if not n:
        return pl.DataFrame(schema=dict(types))
    return pl.DataFrame(
        _column(name, text, kind) for (name, kind), text in zip(types.items(), columns, strict=True)
    )


def _column(name: str, text: str, kind: Any) -> pl.Series:
    list_of = pl.List(pl.String if kind == MOMENT else kind)
    read = pl.Series(name, [text]).str.json_decode(list_of).explode()
    if kind != MOMENT:
        return read
    moments = read.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    if moments.null_count() > read.null_count():  # written by another hand than Django's, which reads more
        raise NotAsColumns
    return moments.dt.replace_time_zone("UTC")
