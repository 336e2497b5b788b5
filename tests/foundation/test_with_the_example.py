"""What each may see of the example, the witness of every deed, and two people with one record."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from nanduti.foundation import imports
from nanduti.foundation.access import access_of
from nanduti.foundation.editing import save_edit
from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent, Scope
from nanduti.plans.models import Activity
from nanduti.programme.models import Programme
from tests.support.example import CODE, FOLDER

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_within_sees_what_the_user_may_see(example, people):
    access = access_of(people["cda-leather"], on=DAY)
    with access.within():
        assert set(Activity.objects.values_list("plan__code", flat=True)) == {"leather"}
        assert Programme.objects.get().code == CODE
    with access_of(people["nobody"], on=DAY).within():
        assert not Activity.objects.exists()


def test_nested_scopes_do_not_widen(example, people):
    with access_of(people["cda-leather"], on=DAY).within():
        with access_of(people["cda-footwear"], on=DAY).within():
            assert set(Activity.objects.values_list("plan__code", flat=True)) == {"footwear"}
        assert set(Activity.objects.values_list("plan__code", flat=True)) == {"leather"}


def test_deed_and_witness_stand_or_fall_together(example, monkeypatch):
    from nanduti.plans import actions as plans

    n_events, n_rows = AuditEvent.objects.count(), example.visions.count()

    def fail(**kwargs):
        raise RuntimeError

    monkeypatch.setattr(AuditEvent.objects, "create", fail)
    with pytest.raises(RuntimeError):
        plans.agree_vision(programme=example, cluster=None, values={"text": "x"}, by="test")
    assert example.visions.count() == n_rows
    monkeypatch.undo()
    with pytest.raises(TypeError):
        plans.agree_vision(programme=example, cluster=None, values={"no_such_field": "x"}, by="test")
    assert (AuditEvent.objects.count(), example.visions.count()) == (n_events, n_rows)
    vision = plans.agree_vision(programme=example, cluster=None, values={"text": "x"}, by="test", at=AT)
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.action, event.subject_kind) == ("plans.agree_vision", "plans.vision")
    assert event.subject_id == str(vision.pk)
    assert (event.at, event.by, event.by_label, event.scope) == (AT, None, "test", vision.scope)


def test_the_second_of_two_editors_is_told(example):
    row = Activity.objects.get(plan__code="leather", number=15)
    first, second = (Activity.objects.get(pk=row.pk) for _ in range(2))
    assert save_edit(first, {"label": "By the first", "kind": row.kind}, version=row.version) == ["label"]
    with pytest.raises(EditedMeanwhile):
        save_edit(second, {"label": "By the second"}, version=row.version)
    row.refresh_from_db()
    assert (row.label, row.version) == ("By the first", first.version)


def test_an_edit_keeps_derived_columns_and_the_moment(example):
    row = Activity.objects.get(plan__code="leather", number=15)
    Activity.objects.filter(pk=row.pk).update(changed_at=AT - timedelta(900))
    save_edit(row, {"date_text": "March-April 2009"}, version=row.version)
    assert (row.date_text_start, row.date_text_end) == (date(2009, 3, 1), date(2009, 5, 1))
    assert row.changed_at > AT - timedelta(1)


def test_nothing_changed_is_no_edit(example):
    row = Activity.objects.get(plan__code="leather", number=15)
    assert save_edit(row, {"label": row.label}, version=999) == []
    assert Activity.objects.get(pk=row.pk).version == row.version


def test_the_operator_sees_everything(example):
    assert Activity.objects.count() == 105


def test_it_can_be_imported_again_beside_another_programme(example):
    """Its statements name no programme: they belong to the one in the same folder, though nothing of it has changed."""
    scope = Scope.objects.create(kind="programme", code="other", title="Another")
    Programme._base_manager.create(scope=scope, code="other", title="Another")
    report = imports.preview_sheets(imports.read_sheets(FOLDER), access=None, by="test")
    assert report["errors"] == [] and report["n_unchanged"] > 1_000
    alone = imports.preview_sheets(
        imports.read_sheets(FOLDER / "statements.csv"), access=None, by="test"
    )  # corrected and handed in by itself
    assert alone["errors"] == [] and alone["n_unchanged"] > 100
