"""Enrolling in a real browser: the pages are readable, and the sheet's code sets a phone up."""

from __future__ import annotations

import os

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from nanduti.foundation.models import User
from nanduti.surveys.actions import enumerators
from nanduti.surveys.models import Enumerator
from tests.support import surveys
from tests.support.pages import DESKTOP, PHONE


@pytest.fixture
def field(transactional_db):
    with scopes_disabled():
        made = surveys.field()
        for i in range(6):
            enumerators.enrol(programme=made.programme, code=f"north-{i}", title=f"North {i}", by="test")
        enumerators.revoke_key(enumerator=Enumerator.objects.get(code="north-2"), by="test")
        yield made


@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("es", PHONE)])
def test_from_the_list_to_the_sheet(field, page, sign_in, accessible, language, size):
    page.set_viewport_size(size)
    user = User.objects.get(username="coordinator")
    user.language = language
    user.save()
    sign_in(user)
    for name, path in (("list", ""), ("one", "by-code/ana/"), ("new", "new/")):
        page.goto(f"/p/weaving/surveys/enumerators/{path}")
        look(page, f"{name}-{language}")
        accessible(page)
    page.fill("[name=code]", "south-1")
    page.locator("main form button").last.click()
    page.wait_for_selector("main svg")
    look(page, f"sheet-{language}")
    accessible(page)
    expect(page.locator("main section ol")).to_have_count(2)
    assert Enumerator.objects.filter(code="south-1").exists()


def look(page, name: str) -> None:
    if os.environ.get("NANDUTI_LOOK"):
        page.screenshot(path=f"{os.environ['NANDUTI_LOOK']}/{name}.png", full_page=True)
