"""Whole or not at all: previews, imports, importing again, taking back, and who may."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from django.apps import apps
from django.db import transaction
from django_scopes import scopes_disabled
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.foundation import imports
from nanduti.foundation.access import access_of
from nanduti.foundation.errors import ImportRefused, UndoRefused
from nanduti.foundation.models import AuditEvent, ImportBatch, ImportChange, Scope, ScopeReach, SourceDocument
from nanduti.plans.models import Activity
from nanduti.programme.models import CooperationAgreement, Programme
from tests.foundation.whole import everything
from tests.support.example import CODE, FOLDER

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


def csv(name: str, *lines: str):
    return imports.read_content(f"{name}.csv", "\n".join(lines).encode())


def take(sheets, **kwargs):
    return imports.import_sheets(sheets=sheets, name="test", **{"access": None, "by": "test", **kwargs})


def preview(sheets, **kwargs):
    return imports.preview_sheets(sheets, **{"access": None, "by": "test", **kwargs})


def refused(sheets, **kwargs) -> dict:
    with pytest.raises(ImportRefused) as error:
        take(sheets, **kwargs)
    return error.value.details["report"]["errors"][0]


# --- what is refused, and how it is told


@pytest.mark.parametrize(
    ("table", "lines", "place", "column", "problem"),
    [
        ("places", ["code,name,kind", "a,A,city", "a,B,city"], "row 3", "code", "stands already in row 2"),
        ("places", ["code,name,kind,parent", "a,A,city,nowhere"], "row 2", "parent", "there is no such"),
        ("programme", ["code,title", "a b,A"], "row 2", "code", "valid"),
        ("programme", ["code,title,principal", "p,P,both"], "row 2", "principal", "is not one of the known"),
        (
            "activities",
            ["plan,number,label,kind", "leather,1.5,x,fair"],
            "row 2",
            "number",
            "not a whole number",
        ),
        ("activities", ["plan,number,label,kind", "gone,1,x,fair"], "row 2", "plan", "there is no such"),
    ],
)
def test_a_wrong_row_is_told_with_file_row_column_and_remedy(table, lines, place, column, problem, example):
    before = everything()
    error = refused(csv(table, *lines))
    assert error["place"] == f"{table}.csv, {place}" and error["column"] == column
    assert problem in error["problem"] and error["remedy"]
    assert everything() == before


def test_every_wrong_row_is_told_and_the_report_stays_short(example):
    rows = [f"p{n},P,place,{n}" for n in range(700)]
    with pytest.raises(ImportRefused) as error:
        take(csv("places", "code,name,kind,latitude", *rows))
    report = error.value.details["report"]
    assert report["n_errors"] == 700 and len(report["errors"]) == 500


def test_a_rule_of_the_database_is_told_with_the_row_that_breaks_it(example):
    """A contribution below nothing: no column is wrong by itself, the table's own rule refuses it."""
    lines = ["plan,number,contributor,kind,state,amount,currency"]
    lines += [
        "leather,1,isf,time,given,10,EUR",
        "leather,1,isf,cash,given,-5,EUR",
        "leather,2,isf,time,given,1,EUR",
    ]
    error = refused(csv("contributions", *lines))
    assert error["place"] == "contributions.csv, row 3"


def test_two_rows_that_say_different_things_about_one_record_are_told(example):
    error = refused(csv("sources", "code,title", "new,x", "new,y"))
    assert "row 2" in error["problem"] and "row 3" in error["place"]


# --- preview, import, import again, take back


def test_a_preview_says_what_the_import_does_and_leaves_nothing(example):
    sheets = csv("sources", "code,title,year", "new-one,A title,2001", "unido-2013,Another title,2013")
    before = everything()
    said = preview(sheets)
    assert everything() == before
    batch = take(sheets)
    assert (said["n_created"], said["n_changed"], said["n_unchanged"]) == (1, 1, 0)
    assert (batch.n_created, batch.n_changed, batch.n_unchanged) == (1, 1, 0)
    assert said["changes"] == batch.report["changes"]
    changed = next(c for c in said["changes"] if c["kind"] == "changed")
    assert changed["fields"]["title"][1] == "Another title" and changed["place"] == "sources.csv, row 3"


def test_importing_the_example_again_changes_nothing(example):
    before = everything()
    batch = take(imports.read_sheets(FOLDER))
    assert (batch.n_created, batch.n_changed) == (0, 0) and batch.n_unchanged > 500
    assert everything() == before
    assert not ImportChange.objects.filter(batch=batch).exists()


def test_undoing_restores_old_values_exactly(example):
    before = everything()
    batch = take(csv("sources", "code,title,author,year", "unido-2013,T,A,1999", "new,N,,"))
    assert everything() != before
    imports.undo_import(batch=batch, by="test")
    assert everything() == before


def test_an_import_is_undone_once(example):
    batch = take(csv("sources", "code,title", "new,N"))
    imports.undo_import(batch=batch, by="test")
    with pytest.raises(UndoRefused):
        imports.undo_import(batch=batch, by="test")


def test_undo_refuses_where_a_record_was_changed_afterwards(example):
    batch = take(csv("sources", "code,title", "new,N", "other,O"))
    SourceDocument.objects.filter(code="new").update(title="Edited by hand")
    before = everything()
    with pytest.raises(UndoRefused) as error:
        imports.undo_import(batch=batch, by="test")
    assert "row 2" in error.value.details["first"]
    assert everything() == before
    batch.refresh_from_db()
    assert batch.state == ImportBatch.State.DONE


def test_undo_refuses_where_something_depends_on_a_record(example):
    first = take(csv("sources", "code,title", "new,N"))
    take(csv("sources", "code,title", "newer,N"))
    take(csv("places", "code,name,kind,source", "here,Here,city,new"))
    before = everything()
    with pytest.raises(UndoRefused):
        imports.undo_import(batch=first, by="test")
    assert everything() == before


def test_undo_refuses_to_take_parts_that_came_later_along(example):
    """Parties are parts of an agreement; one that somebody added later is not silently deleted with it."""
    lines = ["code,programme,kind,title,level,status", f"x,{CODE},mou,X,association,draft"]
    batch = take(csv("agreements", *lines))
    with scopes_disabled():
        agreement = CooperationAgreement.objects.get(code="x")
        agreement.parties.create(
            scope=agreement.scope, party_type="association",
            organisation=apps.get_model("register", "Organisation")._base_manager.first(),
        )  # fmt: skip
    with pytest.raises(UndoRefused):
        imports.undo_import(batch=batch, by="test")


def test_an_import_leaves_one_trace(example):
    n = AuditEvent.objects.count()
    batch = take(csv("sources", "code,title", "new,N"))
    event = AuditEvent.objects.order_by("-id").first()
    assert AuditEvent.objects.count() == n + 1
    assert (event.action, event.subject_id, event.by_label) == (
        "foundation.import_tables",
        str(batch.pk),
        "test",
    )


def test_a_refused_import_leaves_no_trace(example):
    n = AuditEvent.objects.count(), ImportBatch.objects.count()
    refused(csv("places", "code,name,kind", "a,A,nonsense"))
    assert (AuditEvent.objects.count(), ImportBatch.objects.count()) == n


def test_progress_is_told_up_to_the_end(example):
    told = []
    rows = [f"s{n},T" for n in range(450)]
    take(csv("sources", "code,title", *rows), say=lambda done, total, message: told.append((done, total)))
    assert told[0] == (0, 450) and told[-1] == (450, 450)
    assert told == sorted(told)


@pytest.mark.parametrize("n", [3_000])
def test_many_rows_are_taken_in_few_queries(example, n, django_assert_max_num_queries):
    rows = [f"s{i},Title {i},,2001" for i in range(n)]
    with django_assert_max_num_queries(60):
        batch = take(csv("sources", "code,title,author,year", *rows))
    assert batch.n_created == n


# --- identities


def test_names_enter_no_report(example):
    lines = [
        "code,name,kind,public,country_code,cluster",
        "secret-firm,Zaffran Kestrelworth,enterprise,no,,chennai-leather",
    ]
    sheets = csv("organisations", *lines)
    assert "Kestrelworth" not in json.dumps(preview(sheets), default=str)
    batch = take(sheets)
    kept = [
        batch.report,
        batch.tables,
        list(batch.changes.values()),
        list(AuditEvent.objects.values("details")),
    ]
    assert "Kestrelworth" not in json.dumps(kept, default=str)


# --- who may


@pytest.fixture
def may(people):
    return lambda name: access_of(people[name], on=date.today())


ACTIVITY = "plan,number,label,kind"


def test_an_agent_imports_into_the_own_cluster_alone(example, may, people):
    access, by = may("cda-leather"), people["cda-leather"]
    take(csv("activities", ACTIVITY, "leather,900,Ours,fair"), access=access, by=by)
    error = refused(
        csv("activities", ACTIVITY, "leather,901,Ours,fair", "footwear,900,Theirs,fair"), access=access, by=by
    )
    assert error["place"].endswith("row 3") and "you may not import" in error["problem"]
    with scopes_disabled():
        assert Activity.objects.filter(number__gte=900).count() == 1


def test_an_agent_cannot_change_another_cluster_or_the_programme(example, may, people):
    access, by = may("cda-leather"), people["cda-leather"]
    for sheets in (
        csv("activities", ACTIVITY, "footwear,1,Mine now,fair"),
        csv("programme", "code,title", f"{CODE},Mine now"),
        csv(
            "plans",
            "code,programme,cluster,title,status",
            f"footwear,{CODE},chennai-leather,Mine now,running",
        ),
    ):
        assert "you may not import" in refused(sheets, access=access, by=by)["problem"]


def test_no_record_is_moved_into_a_scope_where_the_importer_may_nothing(example, may, people):
    """A plan of the own cluster that a row gives to another one would land among the work there."""
    access, by = may("cda-leather"), people["cda-leather"]
    line = f"leather,{CODE},chennai-footwear,Leather activities,running"
    assert (
        "you may not import"
        in refused(csv("plans", "code,programme,cluster,title,status", line), access=access, by=by)["problem"]
    )


def test_nobody_opens_a_door_between_scopes_that_are_not_theirs(example, may, people):
    """A programme's administrator who names a foreign cluster would gain its register; a cluster's, the programme."""
    from nanduti.register.models import Cluster
    from tests.support.register import account

    with scopes_disabled():
        scope = Scope.objects.create(kind="cluster", code="foreign", title="Foreign")
        Cluster.objects.create(code="foreign", name="Foreign", trade="x", scope=scope)
        keeper = account("keeper", "administrator", scope)
    n = ScopeReach.objects.count()
    lines = ["programme,component,cluster,short_code", f"{CODE},CT,foreign,foreign"]
    for by, access in (
        (people["administrator"], may("administrator")),
        (keeper, access_of(keeper, on=date.today())),
    ):
        assert "you may not import" in refused(csv("coverage", *lines), access=access, by=by)["problem"]
    assert ScopeReach.objects.count() == n


def test_an_administrator_may_begin_a_programme(example, may, people):
    take(csv("programme", "code,title", "new,New"), access=may("administrator"), by=people["administrator"])
    with scopes_disabled():
        assert Programme.objects.filter(code="new").exists()
    assert (
        "you may not import"
        in refused(
            csv("programme", "code,title", "newer,New"), access=may("coordinator"), by=people["coordinator"]
        )["problem"]
    )


def test_who_may_not_import_imports_nothing(example, may, people):
    for name in ("committee", "researcher", "association", "owner", "enumerator", "nobody"):
        assert refused(csv("sources", "code,title", "new,N"), access=may(name), by=people[name])


# --- whatever comes


ODD = [
    "leather",
    "footwear",
    "1",
    "-1",
    "99999999999",
    "2147483648",
    "fair",
    "4/21/2009",
    "8",
    "closed",
    "1e3",
    "yes",
]
ODD += ["isf;clri", "isf;nobody", "2008-02-30", "EUR", "eur", "\x00", "0.5"]
CELL = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(ODD),
)
FUZZED = """activities agreements contributions participations milestones statements stated_figures linkages coverage
step_evidence plans resolutions candidates visions tasks funding_conditions organisations places clusters
profile_facts stakeholders"""
PLACES = st.integers(0, 39)


@pytest.mark.parametrize("name", FUZZED.split())
def test_no_rows_make_an_import_fail_otherwise(example, name):
    """Rows of the example with some cells replaced by anything: they are taken, or refused and nothing is left."""
    (sheet,) = imports.read_content(f"{name}.csv", (FOLDER / f"{name}.csv").read_bytes())
    n = ImportBatch.objects.count()

    @settings(max_examples=8)
    @given(
        st.lists(
            st.tuples(st.integers(0, len(sheet.rows) - 1), st.sampled_from(sheet.header), CELL),
            min_size=1,
            max_size=3,
        )
    )
    def attempt(changes):
        rows = [(number, dict(cells)) for number, cells in sheet.rows[:40]]
        for position, column, value in changes:
            rows[position % len(rows)][1][column] = value
        mixed = imports.Sheet(sheet.file, sheet.table, sheet.header, rows)
        with transaction.atomic(), transaction.atomic(using="vault"):
            try:
                imports.import_sheets(sheets=[mixed], name="fuzz", access=None, by="test")
            except ImportRefused as error:
                assert ImportBatch.objects.count() == n
                assert all(e["problem"] and e["remedy"] for e in error.details["report"]["errors"])
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="vault")

    attempt()


# --- killed


KILLED = """
import os, signal, django
django.setup()
from nanduti.foundation import imports
from nanduti.foundation.imports import context
from pathlib import Path
def stop(done, total, message):
    if message == "activities":
        os.kill(os.getpid(), signal.SIGKILL)
imports.import_sheets(sheets=imports.read_sheets(Path({folder!r})), name="x", access=None, by="test", say=stop)
"""


@pytest.mark.only_on("sqlite")  # the rollback of a server is not ours to test
def test_a_killed_import_leaves_nothing(example, tmp_path):
    from tests.support import templates

    for alias in ("default", "vault"):
        name = {"default": "nanduti", "vault": "vault"}[alias]
        shutil.copy(templates.KEPT / templates.digest() / f"{alias}.sqlite3", tmp_path / f"{name}.sqlite3")
    environment = {
        **os.environ,
        "NANDUTI_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "nanduti.config.settings",
    }
    killed = subprocess.run(
        [sys.executable, "-c", KILLED.format(folder=str(FOLDER))],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    import sqlite3

    with sqlite3.connect(tmp_path / "nanduti.sqlite3") as kept:
        for table in (
            "foundation_sourcedocument",
            "register_place",
            "programme_programme",
            "foundation_importbatch",
        ):
            assert kept.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
