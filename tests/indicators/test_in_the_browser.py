"""Indicators in a real browser: readable on a phone and by a screen reader, worked out while somebody waits."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from nanduti.foundation import work
from nanduti.indicators import actions, computing
from nanduti.indicators.models import Indicator
from tests.support.census import AT, answered, establishment, field_of, instrument, wave
from tests.support.pages import DESKTOP, PHONE, fits

HOME = "/p/weaving/indicators/"
PICTURED = {"": "indicators-list", "one/women_share/": "indicators-one"}


@pytest.fixture
def made(transactional_db):
    with scopes_disabled():
        census = field_of()
        wave(census, "first"), wave(census, "second", opens=31, closes=90)
        for n in range(14):
            site = establishment(
                census, census.other if n > 8 else None, size_band="small" if n % 3 else "micro"
            )
            row = {"n_women": n, "n_men": 4, "n_workers": n + 4, "products": ["shoes"] if n % 2 else ["boots"],
                   "tax_registered": ("yes", "no", "dont_know")[n % 3]}  # fmt: skip
            answered(census, row, of=site)
            answered(census, row | {"n_women": n + 2, "n_workers": n + 6}, of=site, day=45)
        codes = ["women_share", "firm_formality", "machines_per_person", "accidents"]
        actions.take_from_library(programme=census.programme, codes=codes, by="test", at=AT)
        computing.compute(programme=census.programme, by="test", at=AT)
        yield census


@pytest.mark.once
@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("es", PHONE)])
def test_pages_are_readable(made, page, sign_in, accessible, picture, language, size):
    page.set_viewport_size(size)
    user = made.user("coordinator")
    user.language = language
    user.save()
    sign_in(user)
    for path in ("", "library/", "new/", "one/women_share/", "one/machines_per_person/?wave=second", "one/accidents/",
                 "one/women_share/rows/", "one/women_share/change/"):  # fmt: skip
        assert page.goto(HOME + path).status == 200, path
        accessible(page)
        fits(page)
        if path in PICTURED:
            picture(page, f"{PICTURED[path]}-{language}-{'desktop' if size is DESKTOP else 'phone'}")


def test_from_the_library_to_a_value(transactional_db, page, sign_in, accessible):
    with scopes_disabled():
        census = field_of()
        instrument(census)
        for n in range(6):
            answered(census, {"n_women": n, "n_men": 1, "n_workers": n + 1})
    sign_in(census.user("coordinator"))
    page.goto(HOME)
    page.get_by_role("link", name="Choose from the library").click()
    page.get_by_label("Women among those who work").check()
    page.get_by_role("button", name="Use the ticked ones").click()
    page.wait_for_selector("text=1 indicator is in use now.")
    page.get_by_role("button", name="Work out the values").click()
    page.wait_for_selector("progress")
    accessible(page)
    with scopes_disabled():
        assert work.run_waiting() == 1
    page.goto(HOME)
    page.wait_for_selector("text=71.4 %")
    page.get_by_role("link", name="Women among those who work").first.click()
    page.get_by_role("link", name="See the firms behind it").click()
    page.wait_for_selector("text=Answers that count: 6;")


def test_an_own_indicator_is_previewed_in_the_form(made, page, sign_in, accessible):
    sign_in(made.user("coordinator"))
    page.goto(HOME + "new/")
    page.fill("[name=code]", "large")
    page.fill("[name=title]", "Ten and more")
    page.fill("[name=of]", "n_workers >= 10")
    page.fill("[name=source]", "Our own")
    page.get_by_role("button", name="Preview").click()
    page.wait_for_selector("text=nothing has been kept yet")
    accessible(page)
    with scopes_disabled():
        assert not Indicator.objects.filter(code="large").exists()
    page.get_by_role("button", name="Keep the indicator").dblclick()
    page.wait_for_selector("h1:has-text('Ten and more')")
    with scopes_disabled():
        assert Indicator.objects.filter(code="large").count() == 1
