"""Many rows by one statement, with their numbers told: what the door needs and the ORM leaves out.

``bulk_create(ignore_conflicts=True)`` does not say which rows it made. PostgreSQL and SQLite both can.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection, models

# SQLite takes 32,766 values in one statement, PostgreSQL twice as many.
MOST_VALUES = 30_000


def insert(
    model: type[models.Model],
    rows: Sequence[Mapping[str, Any]],
    *,
    unless: str = "",
    returning: Sequence[str] = (),
) -> list[tuple]:
    """Insert rows, given by the names of columns' attributes; those that clash on ``unless`` are left out.

    ``unless`` is the target of ON CONFLICT, such as ``(programme_id, instance_id)``. Fields that are not named
    take their default.
    """
    if not rows:
        return []
    most = MOST_VALUES // len(model._meta.concrete_fields)
    if len(rows) > most:
        parts = [rows[i : i + most] for i in range(0, len(rows), most)]
        return [row for part in parts for row in insert(model, part, unless=unless, returning=returning)]
    fields = _fields(model, frozenset(rows[0]))
    defaults = {f.attname: f.get_default() for f in fields if f.attname not in rows[0]}
    values = [
        f.get_db_prep_save(row[f.attname] if f.attname in row else defaults[f.attname], connection)
        for row in rows
        for f in fields
    ]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(f.column) for f in fields)
    places = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * len(rows))
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES {places}"
    if unless:
        statement += f" ON CONFLICT {unless} DO NOTHING"
    if returning:
        statement += " RETURNING " + ", ".join(map(quote, returning))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if returning else []


@lru_cache(maxsize=50)
def _fields(model: type[models.Model], given: frozenset[str]) -> list[models.Field]:
    """The columns to write: all but a number that the database gives."""
    return [f for f in model._meta.concrete_fields if not f.primary_key or f.attname in given]


def insert_made(rows: Sequence[models.Model]) -> None:
    """Insert objects of one model and give them their numbers.

    On SQLite ``bulk_create`` takes twice the time for it, in pieces of 76 rows; on PostgreSQL it hands over arrays,
    which is quicker than naming every value.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor == "postgresql":
        model._base_manager.bulk_create(rows)
        return
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    values = [{f.attname: f.pre_save(row, add=True) for f in fields} for row in rows]
    for row, (pk,) in zip(rows, insert(model, values, returning=[model._meta.pk.column]), strict=True):
        row.pk = pk
        row._state.adding, row._state.db = False, connection.alias
