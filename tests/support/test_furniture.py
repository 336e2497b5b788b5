"""The furniture of the tests does what the tests rely on."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support import pages, postgresql, templates
from tests.support.loopback import NotLoopback

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_outside_this_machine_is_reached():
    with pytest.raises(NotLoopback):
        socket.create_connection(("192.0.2.1", 80), timeout=1)  # an address kept free for documentation


@pytest.mark.django_db
def test_the_databases_are_those_asked_for(pytestconfig):
    from django.db import connections

    wanted = pytestconfig.getoption("--database")
    for alias in ("default", "vault"):
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
        assert connections[alias].vendor == wanted


@pytest.mark.django_db(transaction=True)
def test_a_world_is_loaded_once_and_what_is_done_in_it_goes_with_it():
    from nanduti.foundation.models import Scope

    loaded: list[str] = []

    def load() -> None:
        loaded.append("once")
        Scope.objects.create(kind="programme", code="of-the-world")

    def codes() -> set[str]:
        found = Scope.objects.filter(code__in=["of-the-world", "of-the-test"])
        return set(found.values_list("code", flat=True))

    for _twice in range(2):
        with templates.world("furniture", load):
            assert codes() == {"of-the-world"}
            Scope.objects.create(kind="programme", code="of-the-test")
    assert loaded == ["once"] and codes() == set()


def test_a_killed_run_leaves_no_server_behind():
    start = "import sys, tests.support.postgresql as p; print(p.start().folder, flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", start]
    run = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    folder = Path(run.stdout.readline().strip())
    assert folder.name.startswith(postgresql.PREFIX) and folder.is_dir()
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    until = time.monotonic() + 30
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert not folder.exists()


def test_the_browser_shows_a_page(page):
    page.goto("/account/login/")
    expect(page).to_have_title(re.compile("Nanduti"))


def test_the_browser_can_draw_maps(page):
    """WebGL by software: without it a map is an empty box, in a test as in a picture."""
    page.goto("/account/login/")
    can_draw = page.evaluate("() => Boolean(document.createElement('canvas').getContext('webgl2'))")
    assert can_draw


def test_a_page_that_asks_outside_is_noticed():
    assert pages.is_outside("https://example.org/tile.png")
    assert not pages.is_outside("http://localhost:8081/static/map.js")
    assert not pages.is_outside("blob:http://localhost:8081/0")
