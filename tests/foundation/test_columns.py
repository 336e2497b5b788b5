"""Rows of SQLite as columns: what comes is what comes row by row, to the last character, and of one moment."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.functions import Cast, Coalesce

from nanduti.foundation import arrow, columns
from nanduti.foundation.models import AuditEvent, Scope

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.django_db(transaction=True)]

AT = datetime(2026, 3, 2, 23, 59, 59, 999999, tzinfo=UTC)
TEXTS = [
    "",
    " ",
    "null",
    "0",
    '"',
    "\\",
    "\\u0041",
    "a\nb\r",
    "\x1e\x1f",
    "ñandutí",
    "𝔘",
    "\u2028",
    "[1]",
    "{}",
    "'",
]
TYPES = {"pk": pl.Int64, "text": pl.String, "size": pl.Int64, "at": columns.MOMENT, "told": pl.String}


@pytest.fixture
def rows():
    scopes = Scope.objects.bulk_create(Scope(kind="programme", code=f"code {n}") for n in range(7))
    AuditEvent.objects.bulk_create(
        AuditEvent(
            action=f"deed.{n % 3}",
            at=AT + timedelta(microseconds=n * 999_983) if n % 4 else AT.replace(microsecond=0),
            subject_label=TEXTS[n % len(TEXTS)],
            scope=scopes[n % 7] if n % 5 else None,
            details={"a": TEXTS[n % len(TEXTS)], "b": [n, None]},
        )
        for n in range(60)
    )
    # Some keys far away, and gaps.
    AuditEvent.objects.filter(
        pk__in=list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))[10:33:2]
    ).delete()
    AuditEvent.objects.bulk_create([AuditEvent(pk=2**53 + 1, action="deed.0", at=AT, subject_label="far")])
    told = Coalesce(Cast("details", models.TextField()), Value("{}"), output_field=models.TextField())
    return AuditEvent.objects.order_by().values_list("pk", "subject_label", "scope_id", "at", told)


def one_by_one(asked, types, monkeypatch) -> pl.DataFrame:
    def refuse(*_anything):
        raise columns.NotAsColumns

    with monkeypatch.context() as patched:
        patched.setattr(arrow, "read_columns", refuse)
        return arrow.read_frame(asked, types)


@pytest.mark.parametrize("at_once", [1, 2, 7, 48, 49, 50, 20_000])
def test_as_columns_or_as_rows_it_is_the_same_frame(rows, monkeypatch, at_once):
    monkeypatch.setattr(columns, "AT_ONCE", at_once)
    plain = one_by_one(rows, TYPES, monkeypatch).sort("pk")
    assert plain.height == 49 and plain["size"].null_count() and plain.schema == TYPES
    asked = [rows, rows.order_by("pk"), rows.filter(action="deed.0"), rows.filter(scope__code="code 3"), rows.none(),
             rows.filter(scope__kind="cluster")]  # fmt: skip
    for one in asked:
        found = (
            columns.read_columns(connection, one, TYPES)
            if not one.query.is_empty()
            else arrow.read_frame(one, TYPES)
        )
        assert found.schema == TYPES
        assert found.sort("pk").equals(one_by_one(one, TYPES, monkeypatch).sort("pk"))
    assert arrow.read_frame(rows.order_by("id"), TYPES)["pk"].to_list() == plain["pk"].to_list()


def test_rows_that_share_a_key_all_come(rows, monkeypatch):
    """A record met along several ways has several rows, and a block may not end between them."""
    monkeypatch.setattr(columns, "AT_ONCE", 2)
    wide = Scope.objects.filter(code__startswith="code")
    for narrow in wide[1:4]:
        wide[0].reaches.add(narrow)
    asked = wide.order_by().values_list("pk", "code", "reaches__code")
    types = {"pk": pl.Int64, "code": pl.String, "reached": pl.String}
    found = columns.read_columns(connection, asked, types)
    assert found.height == 9
    assert sorted(found.rows(), key=str) == sorted(asked, key=str)


def test_what_json_would_change_comes_as_rows(rows, monkeypatch):
    text = {"pk": pl.Int64, "value": pl.String}
    event = AuditEvent.objects.order_by("pk").first()
    for said, kind in ((5.25, pl.Int64), (b"\xff", pl.String), ("five", pl.Int64)):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE foundation_auditevent SET subject_id = %s WHERE id = %s", [said, event.pk])
        asked = AuditEvent.objects.order_by().filter(pk=event.pk).values_list("pk", "subject_id")
        types = {**text, "value": kind}
        assert arrow.read_frame(asked, types).equals(one_by_one(asked, types, monkeypatch))
    asked = AuditEvent.objects.order_by().values_list("pk", Cast(Value("1"), models.FloatField()))
    with pytest.raises(columns.NotAsColumns):
        columns.read_columns(connection, asked, {"pk": pl.Int64, "value": pl.Float64})


def test_moments_of_another_hand_come_as_rows(rows):
    asked = AuditEvent.objects.order_by().values_list("pk", "at")
    types = {"pk": pl.Int64, "at": columns.MOMENT}
    for said in ("2026-03-02 10:00:00+00:00", "2026-03-02T10:00:00", "2026-03-02 10:00"):
        with connection.cursor() as cursor:
            cursor.execute("UPDATE foundation_auditevent SET at = %s", [said])
        with pytest.raises(columns.NotAsColumns):
            columns.read_columns(connection, asked, types)
        read = arrow.read_frame(asked, types)
        assert read.schema == types and set(read["at"]) == {datetime(2026, 3, 2, 10, tzinfo=UTC)}


def test_an_order_of_its_own_and_a_piece_are_left_to_rows(rows):
    for one in (rows.order_by("-pk"), rows.order_by("at", "pk"), rows.order_by("pk")[:5], rows.distinct(),
                AuditEvent.objects.values_list("pk", "subject_label", "scope_id", "at", "action")):  # fmt: skip
        with pytest.raises(columns.NotAsColumns):
            columns.read_columns(connection, one, TYPES)
        assert arrow.read_frame(one, TYPES)["pk"].to_list() == [row[0] for row in one]


WRITE = """
import sqlite3, sys
line = sqlite3.connect(sys.argv[1], timeout=5, isolation_level=None)
line.execute("UPDATE foundation_auditevent SET subject_label = 'too late'")
"""


def test_all_blocks_are_of_one_moment_and_nobody_who_writes_waits(rows, monkeypatch):
    monkeypatch.setattr(columns, "AT_ONCE", 10)
    before = one_by_one(rows, TYPES, monkeypatch).sort("pk")
    written, block = [], columns._block

    def meanwhile(line, part, types):
        found = block(line, part, types)
        if line.connection.in_transaction and not written:
            written.append(True)
            command = [sys.executable, "-c", WRITE, str(connection.settings_dict["NAME"])]
            subprocess.run(command, check=True, capture_output=True)
        return found

    monkeypatch.setattr(columns, "_block", meanwhile)
    assert columns.read_columns(connection, rows, TYPES).sort("pk").equals(before)
    assert written and not connection.connection.in_transaction
    assert set(AuditEvent.objects.values_list("subject_label", flat=True)) == {"too late"}


def test_inside_a_transaction_what_it_has_written_is_read_and_it_goes_on(rows, monkeypatch):
    monkeypatch.setattr(columns, "AT_ONCE", 5)
    with transaction.atomic():
        AuditEvent.objects.update(subject_label="mine")
        assert set(columns.read_columns(connection, rows, TYPES)["text"]) == {"mine"}
        assert connection.connection.in_transaction
        transaction.set_rollback(True)
    assert "mine" not in set(columns.read_columns(connection, rows, TYPES)["text"])


def test_each_block_is_looked_up_by_its_keys(rows):
    """With another index, each block would look through all rows again."""
    part = columns._by_key(rows.filter(scope__isnull=False, action="deed.1", pk__gte=5, pk__lt=9))
    sql, parameters = part.query.get_compiler("default").as_sql()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)
        plan = " ".join(row[-1] for row in cursor.fetchall())
    assert "USING INTEGER PRIMARY KEY" in plan and "INDEX foundation" not in plan
