"""Rows of one table from database to database, as their columns hold them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import AutoField, Field, Model
from django.db.models.expressions import Col

from nanduti.foundation.storage import RowRefused

LOT = 2_000


def has_any(table: str, where: BaseDatabaseWrapper) -> bool:
    """Whether the table has a row."""
    with where.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {where.ops.quote_name(table)} LIMIT 1")
        return cursor.fetchone() is not None


def count(model: type[Model], where: BaseDatabaseWrapper) -> int:
    """How many rows it has there."""
    with where.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {where.ops.quote_name(model._meta.db_table)}")
        return cursor.fetchone()[0]


def read(model: type[Model], where: BaseDatabaseWrapper) -> Iterator[list[Any]]:
    """Its rows by key, as Python holds such values; what a field makes of them (opens a seal, say) is not done."""
    fields = model._meta.local_concrete_fields
    columns = ", ".join(where.ops.quote_name(field.column) for field in fields)
    table, key = (where.ops.quote_name(n) for n in (model._meta.db_table, model._meta.pk.column))
    readers = [(n, read) for n, field in enumerate(fields) for read in _readers(model, field, where)]
    with where.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} ORDER BY {key}")
        while lot := cursor.fetchmany(LOT):
            for found in lot:
                row = list(found)
                for n, reader in readers:
                    row[n] = reader(row[n])
                yield row


def _readers(model: type[Model], field: Field, where: BaseDatabaseWrapper) -> Iterator[Callable[[Any], Any]]:
    """What the database itself needs to give back a date, a number or an identifier."""
    column = Col(model._meta.db_table, field)
    for convert in where.ops.get_db_converters(column):
        yield lambda value, convert=convert: convert(value, column, where)


def copy(model: type[Model], old: BaseDatabaseWrapper, new: BaseDatabaseWrapper) -> None:
    """Every row of the old table into the new one, in the open transactions of both."""
    write = _write_postgresql if new.vendor == "postgresql" else _write_sqlite
    found = _Followed(read(model, old), model)
    try:
        write(model, found, new)
    except (DatabaseError, new.Database.Error) as error:
        raise RowRefused(
            table=model._meta.db_table, row=found.key_of(error, old), said=_first_line(error)
        ) from error


class _Followed:
    """Rows on their way, and which was the last to go."""

    def __init__(self, found: Iterator[list[Any]], model: type[Model]) -> None:
        self.found, self.model = found, model
        self.at = model._meta.local_concrete_fields.index(model._meta.pk)
        self.last: Any = None

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self.found:
            self.last = row[self.at]
            yield row

    def key_of(self, error: Exception, old: BaseDatabaseWrapper) -> Any:
        """The key of the row that was refused: the server names its line, since many are on their way at once."""
        context = getattr(getattr(error, "diag", None), "context", None) or ""
        line = re.search(r"line (\d+)", context)
        if line is None:
            return self.last
        table, key = (old.ops.quote_name(n) for n in (self.model._meta.db_table, self.model._meta.pk.column))
        with old.cursor() as cursor:
            cursor.execute(f"SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {int(line[1]) - 1}")
            return cursor.fetchone()[0]


def _first_line(error: Exception) -> str:
    """What the database says, without the lines below it, which may quote the record."""
    return str(error).strip().partition("\n")[0].rstrip(".")


def _write_postgresql(model: type[Model], found: _Followed, new: BaseDatabaseWrapper) -> None:
    columns = ", ".join(new.ops.quote_name(field.column) for field in model._meta.local_concrete_fields)
    order = f"COPY {new.ops.quote_name(model._meta.db_table)} ({columns}) FROM STDIN"
    with new.cursor() as cursor, cursor.copy(order) as way:
        for row in found:
            way.write_row(row)


def _write_sqlite(model: type[Model], found: _Followed, new: BaseDatabaseWrapper) -> None:
    fields = model._meta.local_concrete_fields
    columns = ", ".join(new.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    order = f"INSERT INTO {new.ops.quote_name(model._meta.db_table)} ({columns}) VALUES ({places})"
    with new.cursor() as cursor:
        for row in found:
            cursor.execute(order, [_for_sqlite(value, new) for value in row])


def _for_sqlite(value: Any, new: BaseDatabaseWrapper) -> Any:
    """A value as Django writes it there."""
    if isinstance(value, dt.datetime):
        return new.ops.adapt_datetimefield_value(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, Decimal):
        return str(value)
    return value


# --- numbers not given out yet


def carry_numbering(model: type[Model], old: BaseDatabaseWrapper, new: BaseDatabaseWrapper) -> None:
    """Let the new table go on where the old one was.

    Not at the highest number that is there: the number of an account that was removed stands in the vault's records
    of who may see what, and must be nobody else's.
    """
    key = model._meta.pk
    if not isinstance(key, AutoField) and key.get_internal_type() not in {"AutoField", "BigAutoField"}:
        return
    last = _last_number(model, old)
    if not last:
        return
    with new.cursor() as cursor:
        if new.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                [new.ops.quote_name(model._meta.db_table), key.column, last],
            )
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [model._meta.db_table])
            cursor.execute("INSERT INTO sqlite_sequence VALUES (%s, %s)", [model._meta.db_table, last])


def _last_number(model: type[Model], old: BaseDatabaseWrapper) -> int:
    """The last that was given out; 0 where none was."""
    table, key = model._meta.db_table, model._meta.pk.column
    with old.cursor() as cursor:
        if old.vendor == "postgresql":
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [old.ops.quote_name(table), key])
            (sequence,) = cursor.fetchone()
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    return found[0] if found else 0
