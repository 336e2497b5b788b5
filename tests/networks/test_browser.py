"""The relation map in a real browser: readable, by screen reader and keyboard too, with and without script."""

from __future__ import annotations

import re

import pytest
from django_scopes import scopes_disabled
from playwright.sync_api import expect

from nanduti.networks.actions import groups
from tests.support.networks import AT, SILENT, asked, begin, woven
from tests.support.pages import DESKTOP, PHONE, fits

N = "/p/weaving/networks"


@pytest.fixture
def here(transactional_db):
    with scopes_disabled():
        found = woven()
        second = begin(found.made, "second")
        for n, site in enumerate(found.sites):
            asked(found, site, "silent" if n == SILENT else "answered", second)
        for one, two in [(n, (n + 2) % 10) for n in range(10)] + [(0, 1), (1, 2)]:
            found.tie(one, two, wave=second)
        network = groups.found_network(
            programme=found.programme, cluster=found.cluster, by="t", at=AT,
            values={"name": "Yarn buyers", "kind": "horizontal", "objective": "Buy yarn together"},
        )  # fmt: skip
        for n in range(4):
            groups.join_network(network=network, pseudonym=found.name(n), by="t", at=AT)
        for step in ("administrative_structure", "directing_body", "legal_form"):
            groups.evidence_step(
                network=network, step=step, values={"evidence": "Minutes of 3 May"}, by="t", at=AT
            )
        return found


@pytest.mark.once
def test_every_page_is_accessible_and_fits(page, sign_in, here, accessible, picture):
    sign_in(here.world.users["supervisor"])
    pages = {
        "map": f"{N}/?wave=first&colour=size_class", "changes": f"{N}/?wave=second&before=first",
        "measures": f"{N}/measures/", "left-out": f"{N}/left-out/?wave=first", "actors": f"{N}/actors/",
        "actor": f"{N}/actors/{here.name(0)}/", "ties": f"{N}/ties/", "declare": f"{N}/ties/declare/",
        "kinds": f"{N}/kinds/", "waves": f"{N}/waves/", "wave": f"{N}/waves/{here.wave.pk}/",
        "groups": f"{N}/groups/", "group": f"{N}/groups/yarn-buyers/", "new-group": f"{N}/groups/new/",
        "named": f"{N}/named/", "new-wave": f"{N}/waves/new/",
    }  # fmt: skip
    for name, address in pages.items():
        page.set_viewport_size(PHONE)
        page.goto(address)
        for size, viewport in (("phone", PHONE), ("desktop", DESKTOP)):
            page.set_viewport_size(viewport)
            accessible(page)
            fits(page)
            if name in ("map", "measures", "group", "changes"):
                picture(page, f"relations-{name}-en-{size}")


def test_pointing_at_a_firm_shows_its_partners(page, sign_in, here):
    sign_in(here.world.users["supervisor"])
    page.goto(f"{N}/?wave=first")
    expect(page.locator(".relations-tools")).to_be_visible()
    first = page.locator(f'.actor[href$="{here.name(0)}/"]')
    first.focus()  # by keyboard; the mouse does the same
    expect(page.locator(".actor.is-near")).to_have_count(4)  # itself, two in the ring, one across
    expect(page.locator("[data-said]")).to_contain_text(here.name(0))
    seen = page.locator("svg.relation-map")
    page.locator("[data-zoom=in]").click()
    expect(seen).to_have_attribute("viewBox", re.compile(r"^\S+ \S+ 66[67]"))  # two thirds of the map's width
    page.locator("[data-zoom=all]").click()
    expect(seen).to_have_attribute("viewBox", re.compile(r"^\S+ \S+ 1000 "))
    first.click(force=True)
    page.wait_for_url(f"**/{here.name(0)}/")


def test_a_finger_comes_closer_before_it_chooses(browser, live_server, here, context, sign_in):
    sign_in(here.world.users["supervisor"])
    phone = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, base_url=live_server.url)
    phone.add_cookies(context.cookies())
    page = phone.new_page()
    page.goto(f"{N}/?wave=first")
    expect(page.locator(".relations-tools .by-finger")).to_be_visible()
    seen = page.locator("svg.relation-map")
    seen.scroll_into_view_if_needed()
    # As far away as a map of hundreds: all marks lie under one finger.
    seen.evaluate("svg => { svg.style.width = '90px'; svg.style.height = '80px'; }")
    mark = page.locator(f'.actor[href$="{here.name(0)}/"]')
    seen.tap(force=True)  # in the middle
    expect(seen).to_have_class(re.compile("is-closer"))
    expect(page.locator("[data-said] a")).to_have_count(0)
    page.locator("[data-zoom=all]").tap()
    seen.evaluate("svg => { svg.style.width = ''; svg.style.height = ''; }")
    mark.tap(force=True)
    link = page.locator("[data-said] a")
    expect(link).to_contain_text(here.name(0))
    expect(page.locator(".actor.is-near")).to_have_count(4)
    link.tap()
    page.wait_for_url(f"**/{here.name(0)}/")
    phone.close()


def test_the_map_needs_no_script(browser, live_server, here, context, sign_in):
    sign_in(here.world.users["supervisor"])
    plain = browser.new_context(java_script_enabled=False, base_url=live_server.url)
    plain.add_cookies(context.cookies())
    page = plain.new_page()
    page.goto(f"{N}/?wave=first&find={here.name(3)}")
    expect(page.locator("svg.relation-map .actor")).to_have_count(12)
    expect(page.locator(".actor.found")).to_have_count(1)
    page.select_option("#tie-wave", "second")
    page.click("form.tie-choice summary")
    page.select_option("#tie-before", "first")
    page.click("form.tie-choice p.go button")
    expect(page).to_have_url(re.compile("before=first"))
    expect(page.locator("#changes")).to_be_visible()
    plain.close()


def test_a_firm_is_found_from_the_keyboard(page, sign_in, here):
    sign_in(here.world.users["supervisor"])
    page.goto(f"{N}/?wave=first")
    page.focus("#tie-find")
    page.keyboard.type(here.name(7))
    page.keyboard.press("Enter")
    page.wait_for_url("**find=**")
    expect(page.locator(".actor.found")).to_have_count(1)
