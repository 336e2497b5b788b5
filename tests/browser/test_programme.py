"""A newcomer walks through the example programme, at a desk and on a phone, in both languages."""

from __future__ import annotations

import csv
import io
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.pages import DESKTOP, PHONE, fits

PROGRAMME = "/p/india-italy-twinning/"
PAIR = "twinnings/chennai-leather:santa-croce/"
FIRM = {"name": "Kaveri Blue Tannery", "phone": "+91 44 5550 0199", "email": "office@kaveri-blue.example"}
# Whole pages as a reader meets them; those with a name become pictures of the documentation.
SHOWN = {
    "": "programme",
    "step/3/": None,
    "ledger/?cluster=chennai-leather&as_of=2009-03-31": "ledger",
    "ledger/leather/14/": None,
    "selection/": None,
    "selection/coverage/": None,
    "organigram/": None,
    "conditions/": None,
    "rules/": None,
    "agreements/": None,
    "plan/?cluster=chennai-leather": None,
    "twinnings/": None,
    f"{PAIR}?on=2008-07-01": "scope",
    f"{PAIR}needs/": None,
    "results/": "results",
    "results/mous/": None,
    "quality/": None,
}
# What a picture of a phone shows where it is not the top of the page; pictures are taller than a test's screen.
SIGHTS = {"ledger": ".timeline", "scope": "#scope", "results": "#outputs"}
PICTURED = {"desktop": {"width": 1280, "height": 1000}, "phone": {"width": 360, "height": 780}}
ELSEWHERE = ("/today/", "/search/?q=leather", "/import/")


def user(name: str):
    from nanduti.foundation.models import User

    return User.objects.get(username=name)


def work() -> None:
    """Do what waits for a background worker."""
    from nanduti.foundation.work import run_waiting

    run_waiting()


def sign_in_by_hand(page, name: str, password: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_a_newcomer_follows_the_programme(page, example):
    page.goto("/")
    expect(page.get_by_role("heading", name="Small firms grow together")).to_be_visible()
    page.locator("main").get_by_role("link", name="Sign in").click()
    sign_in_by_hand(page, "coordinator", example.PASSWORD)
    page.wait_for_url(f"**{PROGRAMME}")
    expect(page.locator(".steps-cards > li")).to_have_count(8)
    follow_the_ledger(page)
    keep_the_plan(page)
    follow_the_twinning(page)
    follow_the_results(page)
    settle_a_contradiction(page)


def keep_the_plan(page) -> None:
    """Keep a plan as it was agreed, and see beside it what happened."""
    page.goto(f"{PROGRAMME}plan/footwear/variance/")
    expect(page.locator(".state").first).to_contain_text("it cannot be said whether they were in time")
    page.get_by_role("link", name="Keep the plan as agreed").first.click()
    expect(page.locator(".state").first).to_contain_text("Its list reports what had happened by 31 July 2011")
    page.get_by_label("Agreed on").fill("June 2007")
    page.get_by_role("button", name="Keep the plan").click()
    expect(page.locator("#revisions")).to_contain_text("June 2007")
    expect(page.locator(".state").first).to_contain_text("Against the plan as first agreed")
    page.get_by_text("As a table").click()
    expect(page.locator(".curve table")).to_contain_text("31 December 2007")
    page.get_by_role("link", name="Compare with the plan now in force").click()
    expect(page.locator(".state").first).to_contain_text("it cannot be said whether they were in time")


def follow_the_ledger(page) -> None:
    """Move the cut-off, filter, take the table along, open an activity."""
    page.goto(f"{PROGRAMME}ledger/?cluster=chennai-leather")
    expect(page.locator(".state").first).to_contain_text("0 of 33 activities were late on 31 July 2011")
    slider = page.get_by_role("slider", name="Move the cut-off day")
    slider.focus()
    with page.expect_response(lambda answer: "as_of=2011-07-30" in answer.url):
        page.keyboard.press("ArrowLeft")
    expect(page.locator(".state").first).to_contain_text("30 July 2011")
    expect(slider).to_be_focused()
    page.locator("#ledger summary", has_text="Filter").click()
    page.locator("#ledger select[name=status_now]").select_option("pipeline")
    page.wait_for_url("**status_now=pipeline**")
    page.locator("#ledger .chips").wait_for()
    page.locator("#ledger summary", has_text="Export").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) > 1
    expect(page.locator("#ledger tbody tr")).to_have_count(len(rows) - 1)
    page.goto(f"{PROGRAMME}ledger/?cluster=chennai-leather")
    page.locator("#ledger tbody").get_by_role(
        "link", name="Agreement of the two leather associations"
    ).click()
    page.get_by_role("heading", name="Who took part").wait_for()
    expect(page.get_by_text("As written")).to_be_visible()


def follow_the_twinning(page) -> None:
    """What the clusters may do together before, on and after the day of an agreement."""
    page.goto(f"{PROGRAMME}twinnings/")
    page.get_by_role("link", name="Chennai leather").first.click()
    page.get_by_role("heading", name="Scope of cooperation").wait_for()
    n_high = page.locator(".matrix .scope-high")
    for day, n in (("2008-05-31", 2), ("2008-06-01", 3), ("2011-07-31", 3)):
        page.goto(f"{PROGRAMME}{PAIR}?on={day}")
        expect(n_high, day).to_have_count(n)
    page.goto(f"{PROGRAMME}twinnings/chennai-footwear:marche/?on=2009-09-30")
    expect(n_high).to_have_count(3)
    page.goto(f"{PROGRAMME}twinnings/chennai-footwear:marche/?on=2010-06-30")
    expect(n_high, "it falls back when the agreement lapses").to_have_count(2)
    page.locator("#on").fill("2009-09-30")
    page.wait_for_url("**on=2009-09-30**")
    expect(n_high).to_have_count(3)


def follow_the_results(page) -> None:
    """A figure opens to exactly the records that it counts."""
    page.goto(f"{PROGRAMME}results/")
    figure = page.locator(".figures a", has_text="Memoranda").or_(
        page.locator("main a", has=page.get_by_text("Memoranda signed"))
    )
    n = int(re.search(r"\d+", figure.first.inner_text())[0])  # at rest: the page came whole
    figure.first.click()
    page.wait_for_url("**/results/mous/**")
    expect(page.locator("#r0-records-0 tbody tr")).to_have_count(n)


def settle_a_contradiction(page) -> None:
    page.goto(f"{PROGRAMME}quality/")
    leaves = page.locator("#quality nav.pages [data-heard]")
    n = int(re.findall(r"\d+", leaves.inner_text())[-1])  # at rest: the page came whole
    first = page.locator(".finding", has=page.locator("details")).first
    first.locator("summary").click()
    first.get_by_label("the statement is right").check()
    first.get_by_label("Why").fill("The minutes of the association name this day.")
    first.get_by_role("button", name="Settle it").click()
    page.get_by_text("It is settled; the reason is kept.").wait_for()
    expect(leaves).to_have_text(re.compile(rf"\D{n - 1}$"))
    page.locator("main a", has_text="settled").click()
    page.get_by_text("The minutes of the association name this day.").first.wait_for()


def test_tables_come_in_and_go_again(page, example, sign_in, accessible, tmp_path):
    sign_in(user("coordinator"))
    head = "programme,label,phase,payer,executor\n"
    wrong, right = tmp_path / "wrong", tmp_path / "right"
    for folder, phase in ((wrong, "sometimes"), (right, "developmental")):
        folder.mkdir()
        (folder / "tasks.csv").write_text(
            f"{head}india-italy-twinning,visit to a show room,{phase},project,cda\n"
        )
    hand_in(page, wrong / "tasks.csv")
    error = page.locator("#errors tbody tr").first
    for told in ("tasks.csv, row 2", "phase", "developmental, commercial"):
        expect(error).to_contain_text(told)
    expect(page.get_by_role("button", name="Import it")).to_be_hidden()
    accessible(page)

    hand_in(page, right / "tasks.csv")
    expect(page.locator(".state").first).to_contain_text("Would create 1 record")
    expect(main_of(page, f"{PROGRAMME}twinnings/")).not_to_contain_text("visit to a show room")
    page.go_back()
    with page.expect_navigation():
        page.get_by_role("button", name="Import it").click()
    work()
    page.reload()
    expect(page.locator(".state").first).to_contain_text("Created 1 record")
    accessible(page)
    address = page.url
    expect(main_of(page, f"{PROGRAMME}twinnings/")).to_contain_text("visit to a show room")
    page.goto(address)
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("The import was taken back.").first.wait_for()
    expect(main_of(page, f"{PROGRAMME}twinnings/")).not_to_contain_text("visit to a show room")


def hand_in(page, path: Path) -> None:
    """Hand a file in and wait until its preview has been made."""
    page.goto("/import/")
    page.locator("#id_file").set_input_files(path)
    page.get_by_role("button", name="Show what would change").click()
    page.wait_for_url(re.compile(r"/import/[-0-9a-f]{36}/"))
    work()
    page.reload()


def main_of(page, address: str):
    """The page's own part, once it stands there."""
    page.goto(address)
    page.get_by_role("heading", level=1).wait_for()
    return page.locator("main")


def test_a_contact_is_asked_for_and_granted(page, context, example, sign_in, accessible, picture):
    firm = register_a_firm()
    sign_in(user("cda-leather"))
    assert FIRM["name"] not in page.goto(f"/register/who/{firm}/").text()
    page.get_by_role("link", name="Ask the municipality").first.click()
    in_both(page, "cda-leather", accessible)
    page.get_by_label("Who asks").fill("Tanvi Rao")
    page.get_by_label("In your words").fill("To see how waste water is treated, and to invite the owner.")
    page.get_by_role("button", name="Send to the municipality").click()
    page.get_by_text("The municipality has your request.").wait_for()

    context.clear_cookies()
    sign_in_with_a_code(page, example)
    page.goto("/register/desk/")
    page.get_by_role("link", name=FIRM["name"]).first.click()
    expect(page.get_by_text(FIRM["phone"]), "exactly what would be revealed").to_be_visible()
    in_both(page, "custodian", accessible, lambda name: picture(page, f"contact-request-{name}"))
    page.get_by_role("button", name="Grant", exact=True).click()
    page.get_by_text("Granted. Every look will stand in the log.").wait_for()

    context.clear_cookies()
    sign_in(user("cda-leather"))
    sent = page.goto("/register/requests/").text()
    expect(page.locator(".chip", has_text="granted").first).to_be_visible()
    assert FIRM["phone"] not in sent, "seen only when it is asked for, and then written down"


def sign_in_with_a_code(page, example) -> None:
    """The custodian's way in: password, then the code of the second factor."""
    page.goto("/account/login/")
    sign_in_by_hand(page, "custodian", example.PASSWORD)
    page.wait_for_url("**/2fa/authenticate/**")
    if time.time() % 30 > 25:
        time.sleep(30 - time.time() % 30)  # a code at its very end would be refused
    page.get_by_label("Code").fill(example.one_time_code("custodian"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/" not in url)


def register_a_firm() -> str:
    """An invented tannery in the example's cluster; its pseudonym."""
    from django_scopes import scopes_disabled

    from nanduti.register import actions
    from nanduti.register.models import Cluster

    with scopes_disabled():
        cluster = Cluster.objects.get(code="chennai-leather")
        firm = actions.register_organisation(
            values={"kind": "enterprise", "cluster": cluster, "place": cluster.place},
            identity=FIRM,
            by="test",
        )
    return firm.pseudonym


def in_both(page, name: str, accessible, then=None) -> None:
    """The page at hand in both languages and sizes; ends in English at a desk."""
    address = page.url
    who = user(name)
    for language in ("es", "en"):
        who.language = language
        who.save(update_fields=["language"])
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
            page.set_viewport_size(viewport)
            fits(page)
            accessible(page)
            if then:
                page.set_viewport_size(PICTURED[size])
                sight = page.locator("main h2" if size == "phone" else "body").first
                sight.evaluate("element => element.scrollIntoView()")
                then(f"{language}-{size}")


@pytest.mark.once
@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_reads_well(page, example, sign_in, accessible, picture, language):
    """No serious violation, nothing to scroll sideways, whatever the screen; pictures for the documentation."""
    who = user("coordinator")
    who.language = language
    who.save(update_fields=["language"])
    sign_in(who)
    for address, name in [
        *((PROGRAMME + part, name) for part, name in SHOWN.items()),
        *((a, None) for a in ELSEWHERE),
    ]:
        page.set_viewport_size(PHONE)
        assert page.goto(address).status == 200, address
        expect(page.locator("html")).to_have_attribute("lang", language)
        for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
            page.set_viewport_size(viewport)
            fits(page)
            accessible(page)
            if name:
                page.set_viewport_size(PICTURED[size])
                sight = page.locator(SIGHTS.get(name, "body") if size == "phone" else "body").first
                sight.evaluate("element => element.scrollIntoView()")
                picture(page, f"{name}-{language}-{size}")
