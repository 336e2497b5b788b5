"""The door in a real browser: readable on a phone and by a screen reader, without an account where none is needed."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from tests.support.pages import DESKTOP, PHONE, fits
from tests.support.release import census, door, table

BASE = "/p/weaving/release"


@pytest.fixture
def made(transactional_db):
    with scopes_disabled():
        world = door()
        asked = census(world)
        first = world.publish()
        source = {"source": "instrument:visit", "wave": "", "clusters": []}
        material = {**source, "questions": ["product", "rent_per_month"]}
        sheets = world.publish(kind="sheet", audience="respondents", code="sheets", material=material)
        waiting = world.ask(code="again", material=table("place", "size_class", "trade"))
        world.check(waiting)
        yield world, asked, first, sheets, waiting


def readable(page, address: str, accessible) -> None:
    page.goto(address)
    accessible(page)
    fits(page)


@pytest.mark.once
@pytest.mark.parametrize(("language", "size"), [("en", DESKTOP), ("es", PHONE)])
def test_pages_are_readable(made, page, live_server, sign_in, accessible, language, size):
    world, asked, first, sheets, waiting = made
    page.set_viewport_size(size)
    user = world.user("coordinator")
    user.language = language
    user.save()
    sign_in(user)
    cluster = world.world.cluster.code
    for end in ("/", "/new/", "/new/?kind=table&source=register", "/new/?kind=microdata&source=visit",
                "/new/?kind=sheet&source=visit", f"/{waiting.pk}/", f"/{waiting.pk}/change/", f"/out/{first.pk}/",
                f"/out/{sheets.pk}/sheets/", f"/out/{sheets.pk}/sheets/{cluster}/",
                f"/out/{sheets.pk}/firm/{world.firms[0].pseudonym}/", "/returns/", f"/returns/{asked.pk}/",
                f"/returns/{asked.pk}/meetings/new/{cluster}/"):  # fmt: skip
        readable(page, f"{live_server.url}{BASE}{end}", accessible)


@pytest.mark.once
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_open_pages_are_readable_without_an_account(made, page, context, live_server, accessible, size):
    page.set_viewport_size(size)
    for address in ("/open/", "/open/weaving/", "/open/weaving/towns-by-size/", "/open/nobody/"):
        readable(page, f"{live_server.url}{address}", accessible)
    assert context.cookies() == []
