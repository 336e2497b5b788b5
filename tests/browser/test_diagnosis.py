"""From a filled workbook to a public page: the whole way of answers, walked in a browser on the made-up workshops."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.support.pages import DESKTOP, PHONE, fits

PROGRAMME = "/p/paraguay-garments-synthetic/"
TOWN = "mra-garments"
N_NEW = 5
# Pages as a reader meets them; those with a name become pictures of the documentation.
SHOWN = {
    "": "garments-programme",
    "surveys/review/": None,
    "indicators/": "indicators",
    "indicators/one/women_share/": "indicator",
    "weighing/": None,
    "studies/diagnostic-study-of-yaguaron/": "study",
    "studies/diagnostic-study-of-yaguaron/operations/": None,
    "studies/diagnostic-study-of-yaguaron/routing/": None,
    "comparison/": "comparison",
    "challenges/": None,
    "assessments/": None,
    "networks/?cluster=yaguaron-garments": "relations",
    "networks/measures/?cluster=yaguaron-garments": None,
    "networks/groups/": None,
    "plan/garments-2023/variance/": "variance",
    "plan/garments-2023/revision/1/": None,
    "plan/variance/": None,
    "ledger/garments-2023/7/": None,
    "release/": None,
    "release/returns/": None,
}
# What a picture shows where it is not the top of the page.
SIGHTS = {"relations": "main svg"}
PICTURED = {"width": 1280, "height": 1000}


def user(name: str):
    from nanduti.foundation.models import User

    return User.objects.get(username=name)


def work() -> None:
    """Do what waits for a background worker, and read what came through the door."""
    from nanduti.foundation.work import run_waiting
    from nanduti.surveys import reading

    run_waiting()
    while reading.read_waiting():
        pass


def instrument_pk() -> int:
    from django_scopes import scopes_disabled

    from nanduti.surveys.models import Instrument

    with scopes_disabled():
        return Instrument.objects.get(code="workshop_census").pk


def main_of(page, address: str):
    """The page's own part, once it stands there."""
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    return page.locator("main")


def workbook(folder: Path) -> Path:
    """Five further workshops of Mariano Roque Alonso, as a town hall typed them from paper into a sheet."""
    from openpyxl import Workbook

    from nanduti.config.garments.files import folder as example

    with (example() / "answers" / "workbook.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    name, phone = rows[0].index("workshop_name"), rows[0].index("phone")
    book = Workbook()
    sheet = book.active
    sheet.append(rows[0])
    for number, row in enumerate(rows[1 : 1 + N_NEW], start=901):
        row[name], row[phone] = f"Taller Nuevo {number} (ficticio)", f"+595 900 399{number}"
        sheet.append(row)
    path = folder / "census.xlsx"
    book.save(path)
    return path


def test_answers_become_a_diagnosis_that_everybody_can_read(
    page, context, garments, sign_in, tmp_path, picture
):
    before = women_behind(page, sign_in)
    take_the_workbook_in(page, context, sign_in, workbook(tmp_path))
    review_what_came(page, context, sign_in)
    assert work_the_values_out(page) == before + N_NEW
    read_the_diagnosis(page)
    read_the_map(page)
    address = ask_for_a_release(page, context, sign_in)
    for name in ("coordinator", "committee"):
        approve(page, context, sign_in, name, address, picture)
    work()
    read_it_without_an_account(page, context, picture)


def women_behind(page, sign_in) -> int:
    """How many workshops answered in all, as the indicator's own page says it."""
    sign_in(user("coordinator"))
    return firms_behind(page)


def firms_behind(page) -> int:
    from django_scopes import scopes_disabled

    from nanduti.indicators import queries
    from nanduti.programme.models import Programme

    page.goto(f"{PROGRAMME}indicators/one/women_share/")
    page.get_by_role("heading", level=1).wait_for()
    with scopes_disabled():
        programme = Programme.objects.get(code="paraguay-garments-synthetic")
        found = queries.values(
            programme=programme, access=None, codes=["women_share"], clusters=[""], wave="census-2023"
        )
    return int(found["n"][0])


def take_the_workbook_in(page, context, sign_in, path: Path) -> None:
    """The agent hands the sheet in; every column finds its question; the rows become submissions."""
    context.clear_cookies()
    sign_in(user("cda-garments"))
    page.goto(f"{PROGRAMME}surveys/instruments/{instrument_pk()}/workbook/?cluster={TOWN}")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name=f"Take in {N_NEW} rows").click()
    page.wait_for_url(re.compile(r"/workbook/done/"))
    work()
    page.reload()
    expect(page.locator("main")).to_contain_text(str(N_NEW))


def review_what_came(page, context, sign_in) -> None:
    """Somebody else than who handed it in accepts what no check has a word against."""
    context.clear_cookies()
    sign_in(user("coordinator"))
    page.goto(f"{PROGRAMME}surveys/review/")
    page.locator(".figures a", has_text="without findings").click()
    page.get_by_role("button", name=f"Accept the {N_NEW} on this page").click()
    page.locator(".notice.good").first.wait_for()


def work_the_values_out(page) -> int:
    page.goto(f"{PROGRAMME}indicators/")
    page.get_by_role("button", name="Work out the values").click()
    page.locator("progress").first.wait_for()
    work()
    return firms_behind(page)


def read_the_diagnosis(page) -> None:
    """The agreed study keeps its figures; territories stand side by side; the ranking says how sure it is."""
    study = main_of(page, f"{PROGRAMME}studies/diagnostic-study-of-yaguaron/")
    expect(study).to_contain_text("agreed", ignore_case=True, use_inner_text=True)
    compared = main_of(page, f"{PROGRAMME}comparison/")
    for town in ("Pilar", "Yaguarón"):
        expect(compared).to_contain_text(town, use_inner_text=True)
    page.goto(f"{PROGRAMME}weighing/")
    page.locator("main").get_by_role("link", name=re.compile("Towns for the improvement")).first.click()
    page.get_by_text("Why against the ranking").wait_for()


def read_the_map(page) -> None:
    page.goto(f"{PROGRAMME}networks/?cluster=yaguaron-garments")
    page.locator("main svg").first.wait_for()
    expect(page.locator("main svg .actor").nth(50)).to_be_attached()
    measures = main_of(page, f"{PROGRAMME}networks/measures/?cluster=yaguaron-garments")
    expect(measures, "it says who did not answer").to_contain_text("answer", ignore_case=True)


def ask_for_a_release(page, context, sign_in) -> str:
    """The agent asks for a table; the check runs; the address of the request."""
    context.clear_cookies()
    sign_in(user("cda-garments"))
    page.goto(f"{PROGRAMME}release/new/?kind=table&source=workshop_census@census-2023")
    page.locator("[name=what-rows]").select_option("premises")
    page.locator("[name=what-across]").select_option("cluster")
    page.locator("[name=ask-title]").fill("Where workshops work, 2023")
    page.locator("[name=ask-code]").fill("where-workshops-work")
    page.locator("[name=ask-purpose]").fill("So that towns can plan.")
    page.get_by_role("button", name="Ask, and run the check").click()
    page.wait_for_url(re.compile(r"/release/\d+/"))
    address = page.url
    work()
    page.reload()
    page.get_by_role("heading", level=1).wait_for()
    expect(page.get_by_role("button", name="Approve exactly this"), "who asks does not decide").to_be_hidden()
    return address


def approve(page, context, sign_in, name: str, address: str, picture) -> None:
    context.clear_cookies()
    sign_in(user(name))
    page.goto(address)
    picture(page, "release-check-en-desktop")
    page.get_by_role("button", name="Approve exactly this").click()
    page.get_by_text("Your yes is written down.").wait_for()


def read_it_without_an_account(page, context, picture) -> None:
    context.clear_cookies()
    page.goto("/open/paraguay-garments-synthetic/")
    page.get_by_role("link", name="Where workshops work, 2023").first.click()
    page.get_by_role("heading", name="Where workshops work, 2023").wait_for()
    expect(page.locator("body")).to_contain_text("synthetic", use_inner_text=True)
    picture(page, "open-data-en-desktop")
    with page.expect_download() as download:
        page.locator("a[href$='.csv']").first.click()
    assert "premises" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert not context.cookies() or all(c["name"] != settings.SESSION_COOKIE_NAME for c in context.cookies())


@pytest.mark.once
def test_every_page_reads_well(page, garments, sign_in, accessible, picture):
    """No serious violation, nothing to scroll sideways, in both languages and sizes; pictures for the documentation."""
    who = user("coordinator")
    sign_in(who)
    for language in ("en", "es"):
        who.language = language
        who.save(update_fields=["language"])
        for part, name in SHOWN.items():
            page.set_viewport_size(PHONE)
            assert page.goto(PROGRAMME + part).status == 200, part
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.locator(".page-mark"), part).to_be_visible()
            for viewport in (PHONE, DESKTOP):
                page.set_viewport_size(viewport)
                fits(page)
                accessible(page)
            if name and language == "en":
                page.set_viewport_size(PICTURED)
                sight = page.locator(SIGHTS.get(name, "body")).first
                sight.evaluate("element => element.scrollIntoView()")
                picture(page, f"{name}-{language}-desktop")
