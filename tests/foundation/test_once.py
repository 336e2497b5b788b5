"""The same deed asked for twice by one hand is done once; anything that differs is another deed."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from nanduti.foundation import audit
from nanduti.foundation.models import AuditEvent, Scope, User
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
