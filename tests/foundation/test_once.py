"""The same deed asked for twice by one hand is done once; anything that differs is another deed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from nanduti.foundation import audit
from nanduti.foundation.models import AuditEvent, Job, Scope, User
from nanduti.foundation.once import SECONDS, mark_of

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def make(monkeypatch):
    """A verb that makes a scope, each time another one."""
    monkeypatch.setattr(audit, "ACTIONS", dict(audit.ACTIONS))

    @audit.action("tests.make_scope", once=True)
    def make_scope(*, title: str, values: dict, near: Scope | None = None, by: User | str, at=None) -> Scope:
        code = f"made-{Scope.objects.count()}"
        return Scope.objects.create(kind=Scope.Kind.PROGRAMME, code=code, title=title)

    return make_scope


@pytest.fixture
def ana(db):
    return User.objects.create(username="ana")


def test_the_second_click_finds_what_the_first_made(make, ana):
    first = make(title="One", values={"a": 1, "b": None}, by=ana, at=AT)
    again = make(title="One", values={"b": None, "a": 1}, by=ana, at=AT + timedelta(seconds=3))
    assert again == first and Scope.objects.filter(title="One").count() == 1
    event = AuditEvent.objects.get(action="tests.make_scope")
    assert event.subject_id == str(first.pk) and "One" not in str(event.details)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Two"},
        {"values": {"a": 2}},
        {"values": {"a": "1"}},
        {"near": "itself"},
        {"at": AT + timedelta(seconds=SECONDS, microseconds=1)},
        {"by": "import"},
        {"by": "another"},
    ],
)
def test_what_differs_is_another_deed(make, ana, change):
    asked = {"title": "One", "values": {"a": 1}, "by": ana, "at": AT}
    first = make(**asked)
    found = {
        "itself": first,
        "another": User.objects.create(username="rosa"),
    }
    other = make(**asked | {k: found.get(v, v) if isinstance(v, str) else v for k, v in change.items()})
    assert other != first and AuditEvent.objects.filter(action="tests.make_scope").count() == 2


def test_what_is_gone_is_made_anew(make, ana):
    first = make(title="One", values={}, by=ana, at=AT)
    key = first.pk
    first.delete()
    again = make(title="One", values={}, by=ana, at=AT + timedelta(seconds=1))
    assert again.pk is not None and (again.pk != key or Scope.objects.filter(pk=again.pk).exists())
    assert AuditEvent.objects.filter(action="tests.make_scope").count() == 2


def test_a_deed_that_failed_is_no_deed(make, ana, monkeypatch):
    def broken(**_values):
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Scope.objects, "create", broken)
        with pytest.raises(RuntimeError):
            make(title="One", values={}, by=ana, at=AT)
    assert make(title="One", values={}, by=ana, at=AT).title == "One"


def test_what_was_done_something_to_since_is_made_anew(make, ana, monkeypatch):
    @audit.action("tests.close_scope")
    def close_scope(*, scope: Scope, by: User | str, at=None) -> Scope:
        return scope

    first = make(title="One", values={}, by=ana, at=AT)
    close_scope(scope=first, by="somebody", at=AT)
    again = make(title="One", values={}, by=ana, at=AT + timedelta(seconds=1))
    assert again != first
    assert make(title="One", values={}, by=ana, at=AT + timedelta(seconds=2)) == again


def test_what_is_made_is_found_where_the_event_is_about_another(monkeypatch, ana):
    monkeypatch.setattr(audit, "ACTIONS", dict(audit.ACTIONS))
    near = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="near", title="Near")

    @audit.action("tests.make_beside", once=True)
    def make_beside(*, near: Scope, by: User | str, at=None) -> Scope:
        audit.note(subject=near)
        return Scope.objects.create(kind=Scope.Kind.PROGRAMME, code=f"made-{Scope.objects.count()}")

    first, again = (make_beside(near=near, by=ana, at=AT) for _click in range(2))
    assert first == again != near and AuditEvent.objects.get(action="tests.make_beside").subject_id == str(
        near.pk
    )


@pytest.mark.parametrize("state", [Job.State.FAILED, Job.State.DONE, Job.State.RUNNING])
def test_work_that_has_ended_is_asked_for_anew(monkeypatch, ana, state):
    monkeypatch.setattr(audit, "ACTIONS", dict(audit.ACTIONS))

    @audit.action("tests.order", once=True)
    def order(*, what: str, by: User, at=None) -> Job:
        return Job.objects.create(kind="tests.nothing", by=by, arguments={})

    first = order(what="it", by=ana, at=AT)
    Job.objects.filter(pk=first.pk).update(state=state)
    assert (order(what="it", by=ana, at=AT) == first) == (state == Job.State.RUNNING)


def test_files_and_rows_are_told_apart_by_what_they_hold(ana):
    marks = {mark_of("x", {"content": content}) for content in (b"a", b"b", b"a" * 1_000_000)}
    marks |= {mark_of("x", {"rows": rows}) for rows in (User.objects.all(), User.objects.none())}
    assert len(marks) == 5
    assert mark_of("x", {"rows": User.objects.all()}) == mark_of("x", {"rows": [ana]})
    assert mark_of("x", {"a": 1, "access": object()}) == mark_of("x", {"a": 1, "access": object()})


def test_what_may_hold_identities_is_marked_under_the_key_of_the_vault(settings):
    plain, sealed = (mark_of("x", {"name": "Ana"}, is_of_vault=is_of) for is_of in (False, True))
    settings.SECRET_KEY = "another secret of the site"
    assert mark_of("x", {"name": "Ana"}) != plain
    assert mark_of("x", {"name": "Ana"}, is_of_vault=True) == sealed
    settings.VAULT_KEYS = ["another key of the vault, long enough for it"]
    assert mark_of("x", {"name": "Ana"}, is_of_vault=True) != sealed


def test_the_mark_tells_nothing_of_what_it_holds():
    one = mark_of("x", {"title": "Secret", "by": None})
    assert one == mark_of("x", {"title": "Secret", "by": "anybody"}) and "Secret" not in one
    assert one != mark_of("y", {"title": "Secret"}) and len(one) == 32


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_moment_make_one(make):
    ana = User.objects.create(username="ana")
    together = threading.Barrier(2)
    found: list[int] = []

    def click() -> None:
        together.wait()
        found.append(make(title="One", values={}, by=ana, at=AT).pk)
        connection.close()

    clicks = [threading.Thread(target=click) for _ in range(2)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert len(found) == 2 and len(set(found)) == 1
