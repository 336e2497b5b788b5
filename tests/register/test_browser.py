"""The register in a real browser: readable on a phone, by a screen reader, in both languages."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from nanduti.register import actions
from nanduti.vault.models import Purpose
from nanduti.vault.purposes import keep_shipped_purposes
from tests.support.pages import DESKTOP, PHONE, fits
from tests.support.register import NAME, World, world
from tests.support.register import PHONE as TELEPHONE


@pytest.fixture
def here(transactional_db) -> World:
    keep_shipped_purposes()
    return world()


def addresses(here: World) -> dict[str, list[str]]:
    from datetime import timedelta

    from django.utils import timezone

    today = timezone.localdate()
    with scopes_disabled():
        asked = actions.request_contact(
            actor=here.site, access=here.access("cda", today), asks_for="The agent", purpose=Purpose.objects.first(),
            text="To visit before the fair.", fields=["name", "phone"], until_on=today + timedelta(days=20),
            by=here.user("cda"),
        )  # fmt: skip
    who = f"/register/who/{here.firm.pseudonym}/"
    return {
        "cda": ["/register/", who, f"/register/who/{here.site.pseudonym}/", f"{who}ask/", "/register/requests/",
                f"/register/clusters/{here.cluster.code}/", "/register/new/"],
        "custodian": ["/register/desk/", f"/register/desk/requests/{asked.public_id}/", "/register/desk/grants/new/",
                      "/register/desk/reveals/"],
    }  # fmt: skip


@pytest.mark.once
@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("es", PHONE)])
def test_pages_are_readable(here, page, sign_in, accessible, language, size):
    page.set_viewport_size(size)
    for role, urls in addresses(here).items():
        user = here.user(role)
        user.language = language
        user.save()
        sign_in(user)
        for url in urls:
            assert page.goto(url).status == 200, url
            accessible(page)
            fits(page)


def test_a_custodian_grants_and_the_agent_looks(here, page, sign_in):
    urls = addresses(here)
    sign_in(here.user("custodian"))
    page.goto(urls["custodian"][0])
    page.get_by_role("link", name=NAME).first.click()
    expect(page.get_by_text(TELEPHONE)).to_be_visible()
    page.get_by_role("button", name="Grant").first.click()
    page.get_by_text("Granted. Every look will stand in the log.").wait_for()
    sign_in(here.user("cda"))
    page.goto(urls["cda"][2])
    expect(page.get_by_role("heading", name=NAME)).to_be_visible()
    expect(page.get_by_text(TELEPHONE)).to_be_hidden()
    page.get_by_role("button", name="Show the contact").click()
    page.get_by_text(TELEPHONE).wait_for()
