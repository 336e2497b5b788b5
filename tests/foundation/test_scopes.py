"""A query with no scope raises; grants hold from day to day and reach as written; every deed has its witness."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django_scopes import ScopeError

from nanduti.foundation import actions, audit
from nanduti.foundation.access import NOBODY, access_of
from nanduti.foundation.errors import ActionMisuse, NotAllowed
from nanduti.foundation.models import ApiToken, AuditEvent, Grant, Scope, ScopeReach, User
from nanduti.programme.models import Programme

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


# --- scopes


def test_without_a_scope_every_scoped_question_raises(db):
    from django.apps import apps

    from nanduti.foundation.models import Scoped

    models = [m for m in apps.get_models() if issubclass(m, Scoped) or m is Programme]
    assert len(models) > 25
    for model in models:
        with pytest.raises(ScopeError):
            model.objects.all()
        with pytest.raises(ScopeError):
            model.objects.count()


@pytest.fixture
def world(db):
    wide = Scope.objects.create(kind="programme", code="p")
    own = Scope.objects.create(kind="work", code="p/c")
    read = Scope.objects.create(kind="cluster", code="c")
    other = Scope.objects.create(kind="programme", code="q")
    ScopeReach.objects.create(wide=wide, narrow=own)
    ScopeReach.objects.create(wide=wide, narrow=read, is_reading=True)
    return {
        "wide": wide,
        "own": own,
        "read": read,
        "other": other,
        "ana": User.objects.create(username="ana"),
    }


def grant(world, role="coordinator", since=date(2026, 1, 1), until=None, scope="wide"):
    return Grant.objects.create(user=world["ana"], role=role, scope=world[scope], since=since, until=until)


def test_a_grant_reaches_what_is_written_and_no_further(world):
    grant(world)
    access = access_of(world["ana"], on=DAY)
    expected = {("wide", "edit_plans"), ("own", "edit_plans"), ("read", "read"), ("wide", "read_sensitive")}
    unexpected = {
        ("read", "edit_plans"),
        ("read", "read_sensitive"),
        ("other", "read"),
        ("wide", "manage_people"),
    }
    for scope, capability in expected | unexpected:
        assert access.may(capability, world[scope]) is ((scope, capability) in expected), (scope, capability)
    shared = Scope.objects.filter(code="*").values_list(
        "pk", flat=True
    )  # bodies of no cluster are everybody's
    assert set(access.scope_ids) - set(shared) == {world[s].pk for s in ("wide", "own", "read")}
    assert access.may("edit_plans") and not access.may("reveal")
    assert access.may_work("edit_plans", "p", "c") and access.may_work("edit_plans", "p")
    assert not access.may_work("edit_plans", "p", "d") and not access.may_work("edit_plans", "q")
    with pytest.raises(NotAllowed):
        access.require("edit_plans", world["other"])


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (DAY, None, True), (DAY, DAY, False), (DAY - timedelta(9), DAY, False), (DAY + timedelta(1), None, False),
        (DAY - timedelta(9), DAY + timedelta(1), True),
    ],
)  # fmt: skip
def test_a_grant_holds_from_its_first_day_and_no_longer_on_its_end(world, since, until, holds):
    grant(world, since=since, until=until)
    assert access_of(world["ana"], on=DAY).may("read", world["wide"]) is holds


def test_roles_add_up_within_each_scope_apart(world):
    grant(world, "researcher")
    grant(world, "cda", scope="other")
    access = access_of(world["ana"], on=DAY)
    assert not access.may("edit_plans", world["wide"]) and access.may("edit_plans", world["other"])
    assert access.roles == {"researcher", "cda"} and not access.needs_second_factor
    wide, other = world["wide"].pk, world["other"].pk
    assert {wide, other} & set(access.scopes_with("read_sensitive")) == {other}


def test_who_left_or_never_came_may_nothing(world):
    from django.contrib.auth.models import AnonymousUser

    grant(world)
    world["ana"].is_active = False
    assert access_of(world["ana"], on=DAY) is NOBODY and access_of(AnonymousUser(), on=DAY) is NOBODY
    assert not NOBODY.may("read") and not NOBODY.scope_ids


def test_rights_cost_three_queries_however_many_grants(world, django_assert_num_queries):
    for n in range(30):
        scope = Scope.objects.create(kind="cluster", code=f"c{n}")
        Grant.objects.create(user=world["ana"], role="cda", scope=scope, since=DAY)
    with django_assert_num_queries(3):
        access_of(world["ana"], on=DAY)


# --- roles


def test_a_role_is_given_renewed_and_ended(world):
    given = actions.grant_role(user=world["ana"], role="cda", scope=world["wide"], by="test", at=AT)
    assert given.since == DAY and given.until is None
    again = actions.grant_role(
        user=world["ana"], role="cda", scope=world["wide"], until=DAY, by="test", at=AT
    )
    assert again.pk == given.pk and again.until == DAY
    actions.end_role(grant=again, by="test", at=AT + timedelta(3))
    assert Grant.objects.get().until == DAY + timedelta(3)
    deeds = list(AuditEvent.objects.order_by("id").values_list("action", flat=True))
    assert deeds == ["foundation.grant_role", "foundation.grant_role", "foundation.end_role"]


def test_a_role_cannot_end_before_it_begins(world):
    with pytest.raises(actions.EndsBeforeItBegins):
        actions.grant_role(
            user=world["ana"], role="cda", scope=world["wide"], until=DAY - timedelta(1), by="test", at=AT
        )
    assert not Grant.objects.exists()


def test_accounts_are_told_apart_whatever_their_case(world):
    with pytest.raises(actions.NameTaken):
        actions.make_account(username="ANA", password="four plain words here", by="test")
    with pytest.raises(actions.PasswordTooWeak):
        actions.make_account(username="eva", password="password", by="test")


def test_a_token_is_kept_as_a_digest_alone(world):
    token, clear = actions.issue_token(user=world["ana"], label="x", by="test")
    kept = str([*ApiToken.objects.values(), *AuditEvent.objects.values()])
    assert clear.startswith("nan_") and clear not in kept
    assert ApiToken.digest_of(clear) == token.digest


# --- deeds


def test_actions_take_names_and_say_by_whom(world):
    for args, kwargs in (((), {"token": None}), ((None,), {"by": "test"})):
        with pytest.raises(ActionMisuse):
            actions.revoke_token(*args, **kwargs)


def test_what_is_no_action_cannot_be_made_one():
    def positional(x, *, by, at):
        """No."""

    def without_by(*, x, at):
        """No."""

    def again(*, by, at):
        """No."""

    for function, code in ((positional, "test.a"), (without_by, "test.b"), (again, "foundation.grant_role")):
        with pytest.raises(ActionMisuse):
            audit.action(code)(function)
    assert not {"test.a", "test.b"} & set(audit.ACTIONS)


def test_only_actions_take_notes():
    with pytest.raises(ActionMisuse):
        audit.note(x=1)


def test_a_deed_within_a_deed_has_its_own_witness(world, monkeypatch):
    monkeypatch.setattr(audit, "ACTIONS", dict(audit.ACTIONS))

    @audit.action("test.outer")
    def outer(*, by, at):
        """Do two things."""
        audit.note(first=1)
        actions.grant_role(user=world["ana"], role="cda", scope=world["wide"], by=by, at=at)
        audit.note(second=2)

    outer(by=world["ana"], at=AT)
    inner, last = AuditEvent.objects.order_by("id")
    assert inner.action == "foundation.grant_role" and "first" not in inner.details
    assert last.details == {"first": 1, "second": 2} and last.by == world["ana"]


def test_a_municipality_keeps_no_identities_of_what_all_clusters_share(world):
    grant(world, role="custodian", scope="read")
    shared = Scope.objects.get(kind=Scope.Kind.CLUSTER, code="*")
    access = access_of(world["ana"], on=DAY)
    assert access.may("reveal", world["read"]) and access.may("decide_contact", world["read"])
    assert access.may("read", shared)
    assert not access.may("reveal", shared) and not access.may("decide_contact", shared)
    grant(world, role="custodian", scope="other")
    assert access_of(world["ana"], on=DAY).may("reveal", shared), (
        "a programme's custodian keeps those as well"
    )
