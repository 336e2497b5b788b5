"""An agency that has just installed Nanduti begins its own programme on pages, and nobody else does it for them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django_scopes import scopes_disabled
from django_scopes.exceptions import ScopeError

from nanduti.foundation import actions as foundation
from nanduti.foundation.actions import OnlyAdministrators
from nanduti.foundation.models import AuditEvent, Grant, Scope, User
from nanduti.programme import actions
from nanduti.programme.errors import CodeTaken, PeriodReversed
from nanduti.programme.models import Component, Programme
from tests.support.clients import signed_in
from tests.support.example import CODE
from tests.support.register import account

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENT = {"title": "Weavers of the lake", "principal": "emerging", "component": "Cluster development",
        "started": "March 2026", "ended": "2028", "coordinates": "on"}  # fmt: skip


@pytest.fixture
def rosa() -> User:
    """The first administrator of an installation in which there is nothing."""
    return account("rosa", "administrator", Scope.of_installation(), second_factor=True)


def begun(by: User | str, **more):
    values = {"title": "Weavers", "principal": "emerging", **more.pop("values", {})}
    with scopes_disabled():
        return actions.begin_programme(values=values, by=by, at=AT, **more)


def test_where_nobody_has_an_account_the_first_page_says_how_to_make_one(client):
    assert "nanduti user rosa --role administrator" in client.get("/").content.decode()
    account("somebody")
    assert "nanduti user" not in client.get("/").content.decode()


def test_the_first_administrator_is_led_to_begin_a_programme(rosa):
    page = signed_in(rosa).get("/").content.decode()
    assert 'href="/begin/"' in page and "Begin a programme" in page


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_programme_is_begun_on_a_page(rosa, language):
    client = signed_in(rosa, language)
    answer = client.post("/begin/", SENT)
    assert answer.status_code == 302 and answer.headers["Location"] == "/p/weavers-of-the-lake/"
    row = Programme._base_manager.get(code="weavers-of-the-lake")
    assert (row.started, row.ended, row.principal) == ("March 2026", "2028", "emerging")
    assert row.ended_end.year == 2029  # understood, not only kept: the first day after it
    assert Component._base_manager.get(programme=row).code == "CD"
    held = Grant.objects.filter(user=rosa, scope=row.scope).values_list("role", flat=True)
    assert sorted(held) == ["administrator", "coordinator"]
    page = client.get("/p/weavers-of-the-lake/").content.decode()
    assert "/p/weavers-of-the-lake/selection/take-in/" in page
    event = AuditEvent.objects.get(action="programme.begin_programme")
    assert event.by == rosa and event.subject_id == str(row.pk) and event.scope == row.scope


def test_a_second_click_begins_nothing_twice(rosa):
    client = signed_in(rosa)
    assert [client.post("/begin/", SENT).status_code for _ in range(2)] == [302, 302]
    assert Programme._base_manager.count() == 1


def test_whoever_only_administers_does_not_write_in_it(rosa):
    client = signed_in(rosa)
    client.post("/begin/", {name: value for name, value in SENT.items() if name != "coordinates"})
    assert client.get("/p/weavers-of-the-lake/selection/take-in/").status_code == 403
    page = client.get("/p/weavers-of-the-lake/").content.decode()
    # What others do is named without a link; giving the role is hers.
    assert 'href="/people/"' in page and "selection/take-in" not in page


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"code": "no spaces here"}, "code"),
        ({"started": "soon"}, "started"),
        ({"principal": "nobody"}, "principal"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field(rosa, sent, wrong):
    answer = signed_in(rosa).post("/begin/", SENT | sent)
    assert answer.status_code == 422 and wrong in answer.context["form"].errors
    assert not Programme._base_manager.exists()


def test_codes_are_free_ones_or_refused(rosa):
    assert [begun(rosa).code, begun("test").code] == ["weavers", "weavers-2"]
    with pytest.raises(CodeTaken):
        begun("test", code="weavers")
    # A scope without a programme takes the code as well.
    Scope.objects.create(kind="programme", code="lace")
    with pytest.raises(CodeTaken):
        begun("test", code="lace")
    assert Programme._base_manager.count() == 2


def test_a_programme_does_not_end_before_it_begins(rosa):
    with pytest.raises(PeriodReversed):
        begun(rosa, values={"started": "2028", "ended": "2026"})
    assert not Scope.objects.filter(kind="programme").exists()


def test_two_programmes_know_nothing_of_each_other(rosa):
    begun(rosa)
    other = account("other", "administrator", Scope.of_installation(), second_factor=True)
    begun(other, values={"title": "Potters"}, coordinates=True)
    assert signed_in(other).get("/p/weavers/").status_code == 404
    assert signed_in(rosa).get("/p/potters/").status_code == 404


def test_a_query_with_no_scope_raises():
    with pytest.raises(ScopeError):
        Component.objects.count()


def test_within_the_installation_there_are_administrators_alone():
    user = account("carla")
    with pytest.raises(OnlyAdministrators):
        foundation.grant_role(user=user, role="coordinator", scope=Scope.of_installation(), by="test", at=AT)
    assert not Grant.objects.filter(user=user).exists()


def test_an_administrator_makes_another_one_of_the_installation(rosa):
    here = Scope.of_installation()
    client = signed_in(rosa)
    assert "this installation" in client.get("/people/").content.decode()
    sent = {
        "username": "luis",
        "password": "four quiet looms sing",
        "role": "administrator",
        "scope": here.pk,
    }
    assert client.post("/people/", sent).status_code == 302
    assert client.post("/people/", {**sent, "role": "cda"}).status_code == 422


# --- in the example


@pytest.mark.parametrize(
    "who", ["coordinator", "committee", "cda-leather", "researcher", "custodian", "association"]
)
def test_others_begin_no_programme(who, visit, example):
    client, n = visit(who), Programme._base_manager.count()
    assert client.get("/begin/").status_code == 403 and client.post("/begin/", SENT).status_code == 403
    assert Programme._base_manager.count() == n
    assert 'href="/begin/"' not in client.get("/").content.decode()


def test_a_visitor_is_asked_to_sign_in(visit):
    assert "/account/login/" in visit("").get("/begin/").headers["Location"]


def test_a_programme_is_corrected_and_the_second_editor_is_told(visit, example):
    client, address = visit("coordinator"), f"/p/{CODE}/edit/"
    version = example.version
    sent = {"title": "Renamed", "started": "2006", "ended": "2012", "version": version}
    assert client.post(address, sent).status_code == 302
    example.refresh_from_db()
    assert (example.title, example.ended, example.version) == ("Renamed", "2012", version + 1)
    assert Scope.objects.get(pk=example.scope_id).title == "Renamed"
    answer = client.post(address, {**sent, "title": "Renamed again"})
    assert answer.status_code == 409 and "Renamed again" in answer.content.decode()
    example.refresh_from_db()
    assert example.title == "Renamed"
    # What the form does not ask for stays: the rules, the cost of the start.
    assert (
        client.post(
            address, {"title": "x", "started": "2012", "ended": "2006", "version": version + 1}
        ).status_code
        == 422
    )


@pytest.mark.parametrize("who", ["administrator", "committee", "cda-leather", "researcher"])
def test_others_correct_nothing(who, visit, example):
    for page in ("edit/", "components/new/", "selection/take-in/", "selection/coverage/"):
        assert visit(who).get(f"/p/{CODE}/{page}").status_code == 403, page


def test_a_programme_that_is_over_asks_for_no_first_steps(rosa):
    client = signed_in(rosa)
    client.post("/begin/", SENT | {"ended": "2020", "started": "2018"})
    assert "first-steps" not in client.get("/p/weavers-of-the-lake/").content.decode()


def test_a_programme_at_work_asks_for_no_first_steps(visit, example, people):
    # The example has all but a committee's agent of every kind; whoever reads only is told nothing of it.
    assert "first-steps" not in visit("committee").get(f"/p/{CODE}/").content.decode()
    assert "first-steps" not in visit("coordinator").get(f"/p/{CODE}/").content.decode()
