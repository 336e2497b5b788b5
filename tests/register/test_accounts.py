"""A firm's own account: said by the custodian alone, once for each account, and ended again."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.foundation import actions as foundation
from nanduti.foundation.access import access_of
from nanduti.foundation.models import AuditEvent, User
from nanduti.register import accounts
from nanduti.register.errors import AccountOfAnother
from tests.support.register import PHONE, account, firm

from .test_pages import client_of


@pytest.fixture
def owner(here) -> User:
    return account("owner-of-the-firm", "firm_owner", here.cluster.scope)


def say(here, actor, username: str, role: str = "custodian"):
    url = reverse("register:account", args=[actor.pseudonym])
    return client_of(here, role).post(url, {"username": username})


def test_the_owner_then_sees_the_own_firm_and_nothing_else(here, owner):
    from tests.support.clients import signed_in

    page = reverse("register:actor", args=[here.firm.pseudonym])
    assert signed_in(owner).get(page).status_code == 404
    assert say(here, here.firm, "Owner-of-the-firm").status_code == 302
    owner.refresh_from_db()
    assert owner.organisation_pseudonym == here.firm.pseudonym
    assert signed_in(owner).get(page).status_code == 200
    assert signed_in(owner).get(reverse("register:actor", args=[here.institute.pseudonym])).status_code == 404
    assert AuditEvent.objects.filter(action="foundation.stand_for").count() == 1
    shown = client_of(here, "custodian").get(page).content.decode()
    assert "owner-of-the-firm" in shown and "theirs no more" in shown
    ended = client_of(here, "custodian").post(
        reverse("register:end_account", args=[here.firm.pseudonym]), {"username": owner.username}
    )
    assert ended.status_code == 302
    assert signed_in(owner).get(page).status_code == 404


def test_a_person_may_have_an_account_too(here, owner):
    assert say(here, here.person, owner.username).status_code == 302
    owner.refresh_from_db()
    assert (owner.person_pseudonym, owner.organisation_pseudonym) == (here.person.pseudonym, "")


@pytest.mark.parametrize("role", ["coordinator", "cda", "administrator", "researcher"])
def test_nobody_but_the_custodian_says_so(here, owner, role):
    assert say(here, here.firm, owner.username, role).status_code in {403, 404}
    owner.refresh_from_db()
    assert owner.organisation_pseudonym == ""
    page = client_of(here, role).get(reverse("register:actor", args=[here.firm.pseudonym]))
    assert b"Own account" not in page.content


def test_an_account_that_reaches_nothing_here_is_refused_like_an_unknown_one(here, owner):
    account("owner-elsewhere", "firm_owner", here.other.scope)
    for name in ("owner-elsewhere", "nobody-of-that-name"):
        answer = say(here, here.firm, name)
        assert answer.status_code == 422
        assert f"No account called “{name}” holds a role here today." in answer.content.decode()


def test_an_account_stands_for_one_only(here, owner):
    say(here, here.firm, owner.username)
    answer = say(here, here.institute, owner.username)
    assert answer.status_code in {403, 404, 422}
    owner.refresh_from_db()
    assert owner.organisation_pseudonym == here.firm.pseudonym


def test_ending_what_is_not_so_is_said(here, owner):
    url = reverse("register:end_account", args=[here.firm.pseudonym])
    answer = client_of(here, "custodian").post(url, {"username": owner.username})
    assert answer.status_code in {400, 404, 422} and PHONE not in answer.content.decode()


@pytest.mark.django_db(transaction=True, databases=["default", "vault"])
def test_of_two_custodians_who_name_one_account_at_once_the_second_is_told(here, owner, monkeypatch):
    """The second comes while the first one's deed is going on, and waits for its end."""
    custodian, going_on, is_second_done = here.user("custodian"), threading.Event(), threading.Event()
    stand_for = foundation.stand_for

    def slowly(**asked):
        going_on.set()
        is_second_done.wait(0.5)
        return stand_for(**asked)

    monkeypatch.setattr(accounts.foundation, "stand_for", slowly)

    def say_of(actor):
        try:
            with scopes_disabled():
                access = access_of(User.objects.get(pk=custodian.pk), on=timezone.localdate())
                accounts.let_stand_for(actor=actor, access=access, username=owner.username, by=custodian)
        except AccountOfAnother:
            return "told"
        finally:
            connections.close_all()
        return "said"

    with scopes_disabled():
        another = firm(here.cluster, "The other workshop")
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(say_of, here.firm)
        assert going_on.wait(30)
        second = pool.submit(say_of, another)
        second.add_done_callback(lambda _done: is_second_done.set())
        assert (first.result(), second.result()) == ("said", "told")
    owner.refresh_from_db()
    assert owner.organisation_pseudonym == here.firm.pseudonym
