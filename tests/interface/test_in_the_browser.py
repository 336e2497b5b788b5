"""The furniture in a real browser: both languages, desk and phone, by keyboard, and light on the line.

The fixtures of tests/support watch every page for broken content security policy, errors in scripts and
requests to other hosts.
"""

from __future__ import annotations

import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from tests.support.pages import fits

from .conftest import PASSWORD

DESK, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
SIZES = pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
LANGUAGES = pytest.mark.parametrize("language", ["en", "es"])
PAGES = pytest.mark.parametrize(
    "path",
    [
        "/style/",
        "/style/page/",
        "/style/form/",
        "/style/refused/",
        "/account/2fa/",
        "/account/password/change/",
    ],
)
MOST_BYTES = 150_000
pytestmark = pytest.mark.once  # about the frame around what the databases hold


@pytest.fixture
def desk(page, sign_in, lucia, furnished):
    """A browser in which Lucía is signed in."""
    sign_in(lucia)
    return page


@LANGUAGES
@SIZES
@PAGES
def test_pages_are_accessible(desk, lucia, accessible, size, language, path):
    lucia.language = language
    lucia.save()
    desk.set_viewport_size(size)
    desk.goto(path)
    draw_everything(desk)
    accessible(desk)
    fits(desk)


@LANGUAGES
@SIZES
@pytest.mark.parametrize("path", ["/account/login/", "/nothing/", "/style/mistake/"])
def test_pages_of_visitors_are_accessible(page, db, accessible, size, language, path):
    page.set_extra_http_headers({"Accept-Language": language})
    page.set_viewport_size(size)
    page.goto(path)
    accessible(page)
    fits(page)


@pytest.mark.parametrize("path", ["/style/", "/style/page/"])
def test_the_dark_theme_is_accessible(desk, accessible, path):
    desk.emulate_media(color_scheme="dark")
    desk.goto(path)
    draw_everything(desk)
    accessible(desk)


@SIZES
@pytest.mark.parametrize("path", ["/style/page/", "/style/form/", "/account/login/"])
def test_a_first_load_is_light(desk, size, path):
    desk.set_viewport_size(size)
    loaded: list = []
    desk.on("requestfinished", lambda request: loaded.append(request))
    desk.goto(path, wait_until="networkidle")
    n_bytes = sum(
        sum(request.sizes()[part] for part in ("responseBodySize", "responseHeadersSize"))
        for request in loaded
    )
    assert {request.resource_type for request in loaded} <= {"document", "stylesheet", "script", "other"}
    assert 1_000 < n_bytes < MOST_BYTES, [(request.url, request.sizes()) for request in loaded]


def test_heavy_parts_come_only_where_they_are_shown(desk):
    loaded: list[str] = []
    desk.on("request", lambda request: loaded.append(request.url))
    desk.goto("/style/page/", wait_until="networkidle")
    assert not [url for url in loaded if re.search(r"/(map|graph|chart)-", url)]
    desk.goto("/style/")
    draw_everything(desk)
    for part in ("map", "graph", "chart"):
        assert [url for url in loaded if f"/{part}-" in url], part
        expect(desk.locator(f"[data-part={part}][data-drawn=yes]")).to_have_count(1)


class TestByKeyboard:
    def test_the_first_stop_skips_to_the_content(self, desk):
        desk.goto("/style/page/")
        desk.keyboard.press("Tab")
        expect(desk.locator(":focus")).to_have_text("Skip to the content")
        desk.keyboard.press("Enter")
        expect(desk.locator("#content")).to_be_focused()

    def test_a_stroke_goes_to_the_search(self, desk):
        desk.goto("/style/page/")
        desk.keyboard.press("/")
        expect(desk.locator("#search")).to_be_focused()
        desk.keyboard.type("a/b")
        expect(desk.locator("#search")).to_have_value("a/b")

    def test_menus_open_and_close(self, desk):
        desk.goto("/style/page/")
        menu = desk.locator(".switcher > summary").first
        menu.focus()
        desk.keyboard.press("Enter")
        expect(desk.get_by_role("link", name="Another programme")).to_be_visible()
        desk.keyboard.press("Tab")
        desk.keyboard.press("Escape")
        expect(desk.get_by_role("link", name="Another programme")).to_be_hidden()
        expect(menu).to_be_focused()

    def test_every_stop_can_be_seen(self, desk):
        desk.goto("/style/page/")
        for _stop in range(25):
            desk.keyboard.press("Tab")
            outline = desk.evaluate(
                "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.outlineWidth }"
            )
            assert not outline.startswith("none"), desk.evaluate("document.activeElement.outerHTML")

    def test_the_cut_off_moves(self, desk):
        desk.goto("/style/page/?kept=1")
        slider = desk.locator("#timeline-slider")
        slider.focus()
        with desk.expect_response(lambda answer: "as_of=2010-08-01" in answer.url):
            desk.keyboard.press("ArrowRight")
        expect(desk).to_have_url(re.compile("(?=.*as_of=2010-08-01)(?=.*kept=1)"))
        expect(desk.locator("#timeline-day")).to_have_value("2010-08-01")


class TestTables:
    def test_filtering_without_leaving_the_page(self, desk):
        desk.goto("/style/page/")
        desk.locator("#activities summary", has_text="Filter").click()
        desk.locator("#activities select[name=state]").select_option("late")
        desk.wait_for_url("**state=late**")
        desk.locator("#activities .chips").wait_for()
        expect(desk.locator("#activities .pages span").first).to_have_text("1–25 of 40")
        desk.go_back()
        desk.wait_for_url(lambda url: "state=late" not in url)
        desk.get_by_text("1–25 of 120").wait_for()

    def test_the_keyboard_keeps_its_place_and_the_outcome_is_said(self, desk):
        desk.goto("/style/page/")
        desk.locator("#activities summary", has_text="Columns").click()
        tick = desk.locator("#activities-col-note")
        tick.focus()
        desk.keyboard.press("Space")
        desk.wait_for_url("**cols=note**")
        expect(desk.locator("#heard")).to_contain_text("120")
        expect(tick).to_be_visible()
        expect(tick).to_be_focused()
        expect(desk.get_by_role("columnheader", name="Note")).to_be_visible()

    def test_sorting_and_leafing(self, desk):
        desk.goto("/style/page/")
        desk.get_by_role("link", name="Cost").click()
        desk.locator("th[aria-sort=ascending]", has_text="Cost").wait_for()
        desk.get_by_role("link", name="Next").click()
        expect(desk).to_have_url(re.compile("(?=.*page=2)(?=.*sort=cost)"))

    def test_exporting(self, desk):
        desk.goto("/style/page/?state=late")
        desk.locator("#activities summary", has_text="Export").click()
        with desk.expect_download() as download:
            desk.get_by_role("link", name="CSV").click()
        assert re.fullmatch(r"activities-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)

    def test_rows_are_cards_on_a_phone(self, desk):
        desk.set_viewport_size(PHONE)
        desk.goto("/style/page/")
        first = desk.locator("#activities tbody tr").first
        expect(first.locator("td:visible")).to_have_count(3)
        desk.locator("#activities summary", has_text="Filter").click()
        expect(desk.locator("#activities .filter input[type=date]").first).to_be_visible()
        fits(desk)

    def test_without_scripts(self, browser, live_server, db):
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{live_server.url}/style/page/?state=late&sort=-number")
        expect(page.get_by_text("1–25 of 40")).to_be_visible()
        page.get_by_role("link", name="Next").click()
        expect(page.get_by_text("26–40 of 40")).to_be_visible()
        context.close()


class TestForms:
    def test_the_first_problem_gets_the_attention(self, desk):
        desk.goto("/style/form/")
        desk.get_by_label("Name").fill("!x")
        desk.get_by_role("button", name="Save the firm").click()
        summary = desk.locator("[data-focus]")
        expect(summary).to_be_focused()
        expect(desk.get_by_label("Name")).to_have_value("!x")
        summary.get_by_role("link", name="Name").click()
        expect(desk.locator("#id_name")).to_be_focused()

    def test_going_back_keeps_what_was_typed(self, desk):
        desk.goto("/style/form/")
        desk.get_by_label("Name").fill("not mine")
        desk.get_by_label("Note").fill("A long note that nobody wants to write twice.")
        desk.get_by_role("button", name="Save the firm").click()
        desk.get_by_role("heading", name="You may not do this").wait_for()
        desk.get_by_role("link", name="Go back").click()
        desk.get_by_role("heading", name="Register a firm").wait_for()
        expect(desk.get_by_label("Note")).to_have_value("A long note that nobody wants to write twice.")

    def test_a_form_is_taken_after_signing_in_again_in_another_tab(self, desk, lucia):
        desk.goto("/style/form/")
        desk.get_by_label("Name").fill("!x")
        desk.get_by_label("Note").fill("A long note that nobody wants to write twice.")
        Session.objects.all().delete()
        desk.get_by_role("button", name="Save the firm").click()
        expect(desk.get_by_role("heading", name="You were signed out")).to_be_visible()
        tab = desk.context.new_page()
        tab.goto("/account/login/")
        tab.locator("[name=login]").fill(lucia.username)
        tab.locator("[name=password]").fill(PASSWORD)
        tab.locator("[name=password]").press("Enter")
        expect(tab).not_to_have_url(re.compile("/account/login/"))
        desk.get_by_role("link", name="Go back").click()
        expect(desk.get_by_label("Note")).to_have_value("A long note that nobody wants to write twice.")
        desk.get_by_role("button", name="Save the firm").click()
        expect(desk.locator("[data-focus]")).to_be_visible()
        expect(desk.get_by_label("Note")).to_have_value("A long note that nobody wants to write twice.")

    @SIZES
    def test_targets_fit_a_thumb(self, desk, size):
        desk.set_viewport_size(size)
        desk.goto("/style/form/")
        targets = "button, input:not([type=checkbox], [type=radio]), select"
        expect(desk.locator("main").get_by_role("button").first).to_be_visible()
        low = desk.locator("main").evaluate(
            """(main, targets) => [...main.querySelectorAll(targets)]
              .filter((one) => one.checkVisibility({ visibilityProperty: true }))
              .filter((one) => one.getBoundingClientRect().height < 44)
              .map((one) => one.outerHTML)""",
            targets,
        )
        assert not low


class TestPhone:
    def test_the_steps_are_under_the_thumb(self, desk):
        desk.set_viewport_size(PHONE)
        desk.goto("/style/page/")
        expect(desk.locator("nav.bar")).to_be_visible()
        expect(desk.locator(".rail")).to_be_hidden()
        desk.locator("nav.bar summary", has_text="Steps").click()
        expect(desk.locator("nav.bar .steps")).to_be_visible()
        expect(desk.locator("nav.bar .steps li").first).to_contain_text("done", use_inner_text=True)
        desk.locator("nav.bar summary", has_text="More").click()
        expect(desk.locator("nav.bar .steps")).to_be_hidden()
        expect(desk.locator("nav.bar input[type=search]")).to_be_visible()


def test_it_prints_without_the_frame(desk):
    desk.emulate_media(media="print")
    desk.goto("/style/page/")
    expect(desk.locator(".print-foot")).to_be_visible()
    expect(desk.locator(".print-foot")).to_contain_text("Handbook, p. 7")
    for part in (".top", ".rail", ".table-tools"):
        expect(desk.locator(part)).to_be_hidden()


def test_the_language_is_one_click_away(desk, lucia):
    desk.goto("/style/page/?state=late")
    desk.get_by_role("button", name="Español").click()
    expect(desk.locator("html")).to_have_attribute("lang", "es")
    expect(desk).to_have_url(re.compile(r"/style/page/\?state=late$"))
    lucia.refresh_from_db()
    assert lucia.language == "es"


def test_a_passkey_opens_the_account(page, live_server, lucia, settings):
    """Registered, signed out, signed in with the passkey alone: with the browser's own stand-in for a device."""
    from .conftest import PASSWORD

    page.goto(live_server.url.replace("127.0.0.1", "localhost") + "/account/login/")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    page.get_by_label("Username").fill("lucia")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(live_server.url.replace("127.0.0.1", "localhost") + "/account/2fa/webauthn/add/")
    page.get_by_label("A name that tells it apart").fill("blue phone")
    page.get_by_label("Sign in with this passkey alone").check()
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/**")
    page.context.clear_cookies()
    page.goto(live_server.url.replace("127.0.0.1", "localhost") + "/account/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "login" not in url)
    page.goto(live_server.url.replace("127.0.0.1", "localhost") + "/account/2fa/webauthn/")
    expect(page.get_by_text("blue phone")).to_be_visible()


def draw_everything(page) -> None:
    """Bring every picture into view, one after the other, and wait until each is drawn."""
    page.locator("main").wait_for()
    waiting = "[data-part]:not([data-drawn=yes])"
    page.wait_for_function(
        """(waiting) => {
          const next = document.querySelector(waiting);
          next?.scrollIntoView();
          return !next;
        }""",
        arg=waiting,
    )


def test_work_is_watched_until_it_ends(desk, lucia):
    from nanduti.foundation.models import Job

    job = Job.objects.create(
        kind="sample", by=lucia, state=Job.State.RUNNING, done=340, total=1000, message="Reading"
    )
    desk.goto(f"/jobs/{job.public_id}/")
    expect(desk.get_by_text("340 / 1,000")).to_be_visible()
    Job.objects.filter(pk=job.pk).update(done=900)
    desk.get_by_text("900 / 1,000").wait_for()
    desk.get_by_role("button", name="Stop").click()
    desk.get_by_text("It will stop at the next safe place.").wait_for()
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, result={"url": "/style/"})
    desk.get_by_role("link", name="See the result").wait_for()
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url))
    longer = 1500  # milliseconds: it would ask again after a second
    desk.wait_for_timeout(longer)  # at rest: silence shows by nothing
    assert not asked, "what is over is not asked about again"
