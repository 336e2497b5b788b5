"""From an installation in which there is nothing to the first programme with a cluster, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.pages import DESKTOP, PHONE, fits


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_first_administrator_begins_a_programme(page, transactional_db, sign_in, accessible, screen):
    from nanduti.foundation.models import Scope
    from tests.support.register import account

    page.set_viewport_size(screen)
    page.goto("/")
    expect(page.get_by_text("nanduti user rosa --role administrator")).to_be_visible()
    fits(page)
    sign_in(account("rosa", "administrator", Scope.of_installation(), second_factor=True))
    page.goto("/")
    page.get_by_role("link", name="Begin a programme").click()
    page.get_by_label("Title", exact=False).first.fill("Weavers of the lake")
    page.get_by_label("Its first component").fill("Cluster development")
    accessible(page)
    fits(page)
    page.get_by_role("button", name="Begin the programme").click()
    expect(page.get_by_role("heading", name="Weavers of the lake")).to_be_visible()
    take_a_cluster_in(page)
    say_what_runs_there(page, accessible)
    page.goto("/p/weavers-of-the-lake/")
    expect(page.locator("#first-steps .chip")).to_have_count(2)
    fits(page)


def take_a_cluster_in(page) -> None:
    page.get_by_role("link", name="Take its clusters in").click()
    page.get_by_label("Name of a cluster that is not in the register").fill("Lake lace")
    page.get_by_label("Name of a place").fill("Itauguá")
    fits(page)
    page.get_by_role("button", name="Take the cluster in").click()
    expect(page.get_by_role("row", name="Lake lace")).to_be_visible()


def say_what_runs_there(page, accessible) -> None:
    page.get_by_role("link", name="Components", exact=True).click()
    page.get_by_role("link", name="Name a component").click()
    page.get_by_label("Name", exact=False).first.fill("Export promotion")
    page.get_by_role("button", name="Save the component").click()
    page.goto("/p/weavers-of-the-lake/selection/coverage/")
    expect(page.get_by_text("Lake lace is without Export promotion.")).to_be_visible()
    accessible(page)
    fits(page)
    page.get_by_role("checkbox", name="Lake lace: Export promotion").check()
    page.get_by_role("button", name="Save what runs where").click()
    expect(page.get_by_text("Every component runs in every cluster.").first).to_be_visible()
