"""Browser tests: a real Chromium on a real server, signed in without typing, with eyes on what goes wrong.

A test that takes ``page`` is a browser test: it is marked ``browser``, runs against ``live_server``
(``page.goto("/")`` is enough), and fails when the page throws an error, breaks the content security policy or
asks another host.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "images"
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
PATIENCE = 30_000  # milliseconds that ``expect`` waits: a busy machine is slow, and not wrong


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--pictures", action="store_true", help="write the documentation's pictures into docs/images"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: needs a browser (set by itself)")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "browser_type_launch_args" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


def pytest_collection_finish(session: pytest.Session) -> None:
    """Only a run that holds browser tests looks for what they need."""
    if not any(item.get_closest_marker("browser") for item in session.items):
        return
    from playwright.sync_api import expect

    from tests.support import browser

    expect.set_options(timeout=PATIENCE)
    os.environ.update(browser.driver_node())
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop runs in the thread of the test


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    from tests.support import browser

    chromium = browser.find()
    if chromium is None:
        pytest.fail(
            "No Chromium: run python3 dev.py test once, or python -m tests.support.browser", pytrace=False
        )
    return {
        **browser_type_launch_args,
        "executable_path": chromium.executable,
        "args": list(browser.FLAGS),
        "env": {**os.environ, **chromium.environment},
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict, live_server) -> dict:
    return {**browser_context_args, "base_url": live_server.url, "viewport": DESKTOP, "locale": "en-GB"}


@pytest.fixture
def context(new_context) -> Iterator:
    """pytest-playwright's context, watched: what went wrong behind the page fails the test."""
    context = new_context()
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(f"error in a script: {error.error}"))
    context.on("console", lambda said: "Content Security Policy" in said.text and wrong.append(said.text))
    context.on("request", lambda asked: is_outside(asked.url) and wrong.append(f"asked for {asked.url}"))
    yield context
    assert not wrong, "\n".join(wrong)


def is_outside(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"localhost", "127.0.0.1"}


@pytest.fixture
def sign_in(context, live_server) -> Callable:
    """``sign_in(user)``: the browser is that user from now on, without the sign-in page."""

    def sign_in(user) -> None:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        value = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": live_server.url}])

    return sign_in


def fits(page) -> None:
    """Nothing on the page is wider than the screen, once what redraws itself for the screen has done so."""
    from playwright.sync_api import TimeoutError

    try:
        page.wait_for_function("document.documentElement.scrollWidth <= window.innerWidth", timeout=5_000)
    except TimeoutError:
        wide = page.evaluate("document.documentElement.scrollWidth")
        raise AssertionError(f"{page.url} is {wide} pixels wide") from None


@pytest.fixture
def accessible() -> Callable:
    """``accessible(page)``: axe-core finds nothing serious or critical on the page as it stands."""

    def accessible(page) -> None:
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(page).response["violations"]
        serious = [v for v in found if v["impact"] in {"serious", "critical"}]
        told = [
            f"{v['id']} ({v['impact']}): {v['help']}\n  {n['html'][:200]}"
            for v in serious
            for n in v["nodes"]
        ]
        assert not told, f"{page.url}\n" + "\n".join(told)

    return accessible


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable:
    """``picture(page, name)``: a picture for the documentation, written when the run has ``--pictures``."""

    def picture(page, name: str, *, whole: bool = False) -> None:
        if request.config.getoption("--pictures"):
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / f"{name}.png", full_page=whole)

    return picture
