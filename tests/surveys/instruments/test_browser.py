"""Instruments in a real browser: readable on a phone and by a screen reader; a workbook handed in with a mistake."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from nanduti.surveys import validation
from nanduti.surveys.actions import instruments as actions
from nanduti.surveys.workbooks import write_workbook
from tests.support import surveys
from tests.support.pages import DESKTOP, PHONE, fits
from tests.support.register import AT

S = "/p/weaving/surveys/instruments"


@pytest.fixture
def here(transactional_db, monkeypatch):
    monkeypatch.setattr(validation, "validate", lambda xform: validation.Validation("passed"))
    with scopes_disabled():
        field = surveys.field()
        for code in ("workshop_census", "visit_log"):
            draft = actions.use_library_form(programme=field.programme, code=code, by="test", at=AT)
        field.draft = draft
        first = write_workbook(
            {
                "survey": [{"type": "integer", "name": "workers", "label": "Workers"}],
                "settings": [{"form_id": "count", "form_title": "Count", "version": "1"}],
            }
        )
        second = write_workbook(
            {
                "survey": [
                    {"type": "text", "name": "workers", "label": "How many work here?"},
                    {"type": "select_one_from_file towns.csv", "name": "town", "label": "Town"},
                ],
                "settings": [{"form_id": "count", "form_title": "Count", "version": "2"}],
            }
        )
        for content in (first, second):
            version = actions.hand_in_form(
                programme=field.programme, name="count.xlsx", content=content, by="test", at=AT
            )
            if content is first:
                actions.publish(version=version, by="test", at=AT)
        field.counted = version
        return field


def addresses(here) -> dict[str, str]:
    return {
        "list": f"{S}/",
        "new": f"{S}/new/",
        "draft": f"{S}/{here.draft.instrument_id}/",
        "two-versions": f"{S}/{here.counted.instrument_id}/",
        "compare": f"{S}/{here.counted.instrument_id}/compare/",
        "codebook": f"{S}/versions/{here.draft.pk}/codebook/",
        "library": f"{S}/library/",
        "library-form": f"{S}/library/workshop_census/",
    }


@pytest.mark.once
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_pages_are_readable(here, page, sign_in, accessible, picture, size):
    page.set_viewport_size(size)
    sign_in(here.world.user("coordinator"))
    for name, url in addresses(here).items():
        assert page.goto(url).status == 200, url
        accessible(page)
        fits(page)
        picture(
            page, f"instruments-{name}-en-{'desktop' if size is DESKTOP else 'phone'}", whole=name == "draft"
        )


def test_a_mistake_in_a_workbook_is_shown_with_its_place(here, page, sign_in, accessible, picture):
    sign_in(here.world.user("coordinator"))
    page.goto(f"{S}/new/")
    wrong = write_workbook(
        {
            "survey": [
                {"type": "integer", "name": "workers", "label": "Workers"},
                {"type": "select_one trades", "name": "trade", "label": "Trade"},
                {"type": "select_multiple tools", "name": "tools", "label": "Tools"},
            ]
        }
    )
    page.set_input_files("input[type=file]", {"name": "a.xlsx", "mimeType": "", "buffer": wrong})
    page.get_by_role("button", name="Hand in").click()
    page.get_by_text("2 things to correct").wait_for()
    cells = page.get_by_role("row").nth(1).get_by_role("cell")
    for n, said in enumerate(("survey", "3", "type")):
        expect(cells.nth(n)).to_have_text(said)
    accessible(page)
    picture(page, "instruments-problems-en-desktop")
