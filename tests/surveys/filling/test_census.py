"""The census of the library, published as it is, filled in a browser as an enumerator would, also offline."""

from __future__ import annotations

import re

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from nanduti.surveys import keeping
from nanduti.surveys.actions import instruments
from nanduti.surveys.models import InstrumentVersion, Submission
from tests.support.pages import DESKTOP, PHONE, fits
from tests.support.register import AT
from tests.surveys.filling import hand


@pytest.fixture
def census(served):
    with scopes_disabled():
        draft = instruments.use_library_form(
            programme=served.programme, code="workshop_census", by="test", at=AT
        )
        assert draft.validation != InstrumentVersion.Validation.FAILED, draft.validation_report
        return instruments.publish(version=draft, by="test", at=AT)


def test_the_census_is_filled_without_a_network_and_arrives_once(page, context, served, census, accessible):
    where = hand.address(served, census)
    hand.opened(page, where, whole=False)
    hand.ready_offline(page)
    accessible(page)
    page.close()
    context.set_offline(True)
    page = context.new_page()
    hand.opened(page, where, whole=False)
    n_pages = hand.answer_all(page)
    assert n_pages > 8
    hand.saved(page)
    page.close()
    page = context.new_page()
    hand.opened(page, where, whole=False)
    hand.resume(page)
    page.get_by_text("All pages").click()
    page.locator(".jumps li button").last.click()
    hand.finish(page)
    page.locator(".queue[data-n='1']").wait_for()
    page.close()
    context.set_offline(False)
    page = context.new_page()
    hand.opened(page, where, whole=False)
    hand.nothing_waits(page)
    with scopes_disabled():
        row = Submission.objects.get()
        xml = keeping.xml_of(row).decode()
    assert row.form_id == "workshop_census" and row.instrument_version == census
    assert "<workshop_name>A word</workshop_name>" in xml and "<n_workers>2</n_workers>" in xml


@pytest.mark.once
@pytest.mark.parametrize(("language", "locale"), [("en", "en-GB"), ("es", "es-PY")])
@pytest.mark.parametrize(("size", "viewport"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_pictures_of_the_census(
    browser, live_server, served, census, accessible, picture, language, locale, size, viewport
):
    """What an enumerator sees, page by page; nothing is wider than the screen."""
    context = browser.new_context(
        base_url=live_server.url, viewport=viewport, locale=locale, color_scheme="light"
    )
    page = context.new_page()
    finish, later = {
        "en": ("Finish and send", "Save and close"),
        "es": ("Terminar y enviar", "Guardar y cerrar"),
    }[language]
    hand.opened(page, hand.address(served, census), whole=False)
    see(page, f"fill-first-{language}-{size}", picture, accessible)
    page.locator(".question.one input").first.check()
    hand.question(page, "firm_code").locator("input").fill("PY-0001")
    page.locator(".next").click()
    page.locator(".question.place").wait_for()
    see(page, f"fill-page-{language}-{size}", picture, accessible)
    page.locator(".next").click()
    page.locator(".question[data-name$='/founded_in'] input").wait_for()
    page.locator(".next").click()
    expect(page.locator("#page-title")).to_contain_text(re.compile(r"\b4\b"))
    page.locator(".next").click()
    page.locator(".problem").first.wait_for()
    see(page, f"fill-problem-{language}-{size}", picture, accessible)
    page.get_by_role("button", name=later).click()
    page.locator("[data-draft]").wait_for()
    see(page, f"fill-drafts-{language}-{size}", picture, accessible)
    expect(page.get_by_role("button", name=finish)).to_have_count(0)
    context.close()


def see(page, name: str, picture, accessible) -> None:
    fits(page)
    accessible(page)
    page.evaluate("document.activeElement.blur()")
    picture(page, name)
