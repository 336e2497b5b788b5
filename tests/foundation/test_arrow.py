"""A query as a data frame: the same rows by whichever way they come."""

from __future__ import annotations

import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import polars as pl
import pytest
from django.db import connection, transaction

from nanduti.foundation import arrow
from nanduti.foundation.models import Scope

TYPES = {"id": pl.Int64, "code": pl.String}


@pytest.fixture
def rows(db):
    Scope.objects.bulk_create(Scope(kind="programme", code=f"code {n}") for n in range(57))
    return Scope.objects.filter(code__startswith="code ").values_list("pk", "code")


def plain(asked) -> list[tuple]:
    return sorted(asked)


def read(asked) -> list[tuple]:
    return sorted(arrow.read_frame(asked, TYPES).rows())


def test_inside_a_transaction_what_it_has_written_is_read(rows):
    assert read(rows) == plain(rows) and len(plain(rows)) == 57


@pytest.mark.django_db(transaction=True)
def test_in_parts_or_whole_the_rows_are_the_same(rows, monkeypatch):
    monkeypatch.setattr(arrow, "AT_ONCE", 8)
    for split_from, n_parts in ((1, arrow.PARTS), (10, arrow.PARTS), (10_000, 1)):
        monkeypatch.setattr(arrow, "SPLIT_FROM", split_from)
        assert len(arrow._parts(rows)) == n_parts
        assert read(rows) == plain(rows)
        assert read(rows.filter(code="code 7")) == plain(rows.filter(code="code 7"))
        assert read(rows.filter(pk__in=[])) == [] == read(rows.filter(code="none"))
    # An order, and a piece of it, stay whole.
    monkeypatch.setattr(arrow, "SPLIT_FROM", 1)
    newest = rows.order_by("-pk")[:5]
    assert len(arrow._parts(newest)) == 1
    assert arrow.read_frame(newest, TYPES).rows() == list(newest)
    # One row alone, and nothing, are one part.
    Scope.objects.exclude(code="code 7").delete()
    assert len(arrow._parts(rows)) == 1 and [code for _pk, code in read(rows)] == ["code 7"]
    Scope.objects.all().delete()
    assert len(arrow._parts(rows)) == 1 and read(rows) == []


@pytest.mark.parametrize("few", [0, 1, 56, 57, 10_000])
def test_few_rows_come_without_another_driver_and_are_the_same(rows, few, monkeypatch):
    asked = rows.order_by("pk")
    expected = list(asked)
    if few >= len(expected):
        monkeypatch.setattr(arrow, "_read", lambda *args: pytest.fail("another driver was asked"))
    assert arrow.read_frame(asked, TYPES, few=few).rows() == expected
    assert arrow.read_frame(asked.none(), TYPES, few=few).is_empty()


@pytest.mark.only_on("postgresql")  # the embedded database is read over one connection
@pytest.mark.django_db(transaction=True)
def test_all_parts_see_one_moment(rows, monkeypatch):
    """What is added while the parts are opened, before the first is read, stands in none of them."""
    monkeypatch.setattr(arrow, "SPLIT_FROM", 1)
    before = plain(rows)
    statement = arrow._sql

    def meanwhile(asked):
        Scope.objects.get_or_create(kind="programme", code="code too late")
        return statement(asked)

    parts = arrow._parts(rows)
    monkeypatch.setattr(arrow, "_sql", meanwhile)
    found = arrow._by_connections(connection, parts)
    assert sorted(found.rows()) == before


ABOUT_ITS_LOCKS = pytest.mark.only_on("sqlite")
SECOND_WRITER = """
import sqlite3, sys
line = sqlite3.connect(sys.argv[1], timeout=0, isolation_level=None)
try:
    line.execute("BEGIN IMMEDIATE")
    print("let in")
except sqlite3.OperationalError as error:
    print(error)
"""


def second_writer() -> str:
    """What another process hears that wants to write now."""
    command = [sys.executable, "-c", SECOND_WRITER, str(connection.settings_dict["NAME"])]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


@ABOUT_ITS_LOCKS
@pytest.mark.django_db(transaction=True)
def test_reading_lets_go_of_nobodys_lock(rows):
    """A second SQLite in the process once did: then two wrote at once, and readers lost the last commits."""
    found: list[list[tuple]] = []

    def beside() -> None:
        found.append(read(rows))
        connection.close()

    before = plain(rows)
    with transaction.atomic():
        Scope.objects.create(kind="programme", code="code not yet")
        assert second_writer() == "database is locked"
        reader = threading.Thread(target=beside)
        reader.start()
        reader.join()
        assert second_writer() == "database is locked"
    assert found == [before] and second_writer() == "let in"


def test_no_other_sqlite_comes_with_us():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    needed = {line.partition(">")[0].strip().lower() for line in project["dependencies"]}
    assert "adbc-driver-postgresql" in needed
    assert (
        not {"adbc-driver-sqlite", "pysqlite3", "pysqlite3-binary", "apsw", "connectorx", "duckdb"} & needed
    )
