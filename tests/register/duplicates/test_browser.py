"""The pages in a real browser: readable on a phone and by a screen reader, and a decision made with the hand."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from nanduti.register import actions
from nanduti.register.models import DuplicateDecision
from nanduti.vault.purposes import keep_shipped_purposes
from tests.support.doubles import TWICE, search, site
from tests.support.pages import DESKTOP, PHONE, fits
from tests.support.register import NAME, World, world


@pytest.fixture
def here(transactional_db) -> World:
    keep_shipped_purposes()
    made = world()
    site(made, TWICE["name"], TWICE, n_workers=9)
    site(made, "Jazmin", {"name": "Talleres Jazmín", "phone": "0971 222 333"}, n_workers=2)
    return made


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("es", PHONE)])
def test_pages_are_readable_and_a_pair_is_decided(here, page, sign_in, accessible, picture, language, size):
    user = here.user("custodian")
    user.language = language
    user.save()
    with scopes_disabled():
        actions.record_fact(subject=here.site, values={"attribute": "machines", "value": 4}, by="test")
    best = search(here)[0]
    page.set_viewport_size(size)
    sign_in(user)
    screen = "phone" if size == PHONE else "desktop"
    listed = reverse("register:doubles_of", args=[here.cluster.code])
    for name, url in (
        ("home", reverse("register:doubles")),
        ("list", listed),
        ("pair", reverse("register:double", args=[best.pk])),
    ):
        assert page.goto(url).status == 200, url
        accessible(page)
        fits(page)
        picture(page, f"same-firm-{name}-{language}-{screen}", whole=True)
    page.check("input[name=decision][value=same]")
    page.fill("textarea[name=reason]", "One door, one owner.")
    page.click("main form.form button")
    page.wait_for_url("**/same-firm/decisions/*/")
    expect(page.locator("main")).to_contain_text(NAME)
    accessible(page)
    picture(page, f"same-firm-decided-{language}-{screen}", whole=True)
    with scopes_disabled():
        assert DuplicateDecision.objects.get().merge is not None
    page.goto(listed)
    accessible(page)
