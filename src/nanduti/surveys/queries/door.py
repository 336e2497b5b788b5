"""What the door asks for every batch of posts, in SQL: composing these by the ORM took longer than answering them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Stored:
    """As much of a stored submission as a replay of it needs."""

    pk: int
    digest: str
    n_expected: int
    n_arrived: int
    processing: str


@dataclass(frozen=True)
class Version:
    """As much of a version as an arrival needs; ``pk`` is ``None`` where only the instrument is known."""

    pk: int | None
    instrument_id: int
    state: str
    is_open: bool


def stored(*, programme_id: int, instance_ids: Collection[str]) -> dict[str, Stored]:
    """The submissions that are there, by instance."""
    rows = _rows(
        "SELECT instance_id, id, xml_digest, n_files_expected, n_files_arrived, processing FROM surveys_submission "
        "WHERE programme_id = %s AND instance_id IN ({})",
        [programme_id],
        instance_ids,
    )
    return {key: Stored(*values) for key, *values in rows}


def versions(*, programme_id: int, form_ids: Collection[str]) -> dict[Any, Version]:
    """(form id, version) → the version; (form id,) → the instrument, for versions that are not known."""
    rows = _rows(
        "SELECT i.code, v.label, v.id, i.id, v.state, i.is_open FROM surveys_instrument i "
        "LEFT JOIN surveys_instrumentversion v ON v.instrument_id = i.id "
        "WHERE i.programme_id = %s AND i.code IN ({})",
        [programme_id],
        form_ids,
    )
    found: dict[Any, Version] = {}
    for code, label, pk, instrument_id, state, is_open in rows:
        found[(code,)] = Version(None, instrument_id, "", bool(is_open))
        if pk is not None:
            found[code, label] = Version(pk, instrument_id, state, bool(is_open))
    return found


def edits_of(*, programme_id: int, instance_ids: Collection[str]) -> dict[str, list[int]]:
    """The submissions that correct one of these, by what they correct, the first to come first.

    The condition is written as in the index, letter by letter: SQLite takes a partial index for nothing else. The
    plus keeps databases from walking through all that the programme has: without statistics, SQLite would.
    """
    rows = _rows(
        "SELECT deprecated_id, id FROM surveys_submission "
        "WHERE +programme_id = %s AND deprecated_id IN ({}) AND NOT (deprecated_id = '') ORDER BY id",
        [programme_id],
        instance_ids,
    )
    found: dict[str, list[int]] = {}
    for deprecated_id, pk in rows:
        found.setdefault(deprecated_id, []).append(pk)
    return found


def given(*, enumerator_ids: Collection[int]) -> dict[int, set[int]]:
    """The instruments that these enumerators were given; who is not there was given all."""
    rows = _rows(
        "SELECT enumerator_id, instrument_id FROM surveys_enumerator_instruments WHERE enumerator_id IN ({})",
        [],
        enumerator_ids,
    )
    found: dict[int, set[int]] = {}
    for enumerator_id, instrument_id in rows:
        found.setdefault(enumerator_id, set()).add(instrument_id)
    return found


def version_of_key(*, token_digest: str) -> int | None:
    """The version of the enumerator with a key; ``None`` where no key is like that."""
    rows = _rows("SELECT version FROM surveys_enumerator WHERE token_digest IN ({})", [], [token_digest])
    return rows[0][0] if rows else None


def _rows(statement: str, first: Sequence[Any], within: Collection[str]) -> list[tuple]:
    if not within:
        return []
    places = ", ".join(["%s"] * len(within))
    with connection.cursor() as cursor:
        cursor.execute(statement.format(places), [*first, *within])
        return cursor.fetchall()
