"""A firm's own account: said by the custodian alone, once for each account, and ended again."""

from __future__ import annotations

import pytest
from django.urls import reverse

from nanduti.foundation.models import AuditEvent, User
from tests.support.register import PHONE, account

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
