"""The databases of a run: ``--database=sqlite`` (files) or ``--database=postgresql`` (a server of its own).

Each run has databases, a home folder and, for PostgreSQL, a server that nobody shares and that vanish with
it; several runs may go on at once. Under xdist the controller prepares all of it and the workers inherit it.
A run of the arithmetic alone sets up no Django: the arithmetic knows of none.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import hatch_build
from tests.support import postgresql, templates

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = "nanduti.config.settings_test"
ARITHMETIC = ("src/nanduti/methods", "tests/methods", "docs/methods")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server", "django_db_reset_sequences"}
_undo: list = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="where tests keep data"
    )


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "once: one of the two runs is enough (set by itself on what touches no database)",
    )
    config.addinivalue_line(
        "markers", "only_on(database): is about that database alone; not collected on the other"
    )
    if only_arithmetic(config):
        return
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if "PYTEST_XDIST_WORKER" not in os.environ:
        prepare(config.getoption("--database"))
        if config.getoption("numprocesses", None):
            migrate_meanwhile()
    from django.conf import settings

    assert settings.DATABASES  # reads the settings now, so that pytest-django finds Django configured


def only_arithmetic(config: pytest.Config) -> bool:
    """True when every path asked for holds tests of nanduti.methods."""
    asked = [(config.invocation_params.dir / str(arg).split("::")[0]).resolve() for arg in config.args]
    folders = [config.rootpath / folder for folder in ARITHMETIC]
    return all(any(path.is_relative_to(folder) for folder in folders) for path in asked)


def prepare(kind: str) -> None:
    """A home folder for this run, and for PostgreSQL a server; told to Django by the environment."""
    home = tempfile.mkdtemp(prefix="nanduti-test-")
    _undo.append(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ["NANDUTI_HOME"] = home
    hatch_build.compile_catalogues(ROOT)
    for name in ("DATABASE_URL", "VAULT_DATABASE_URL"):
        os.environ.pop(name, None)
    if kind == "postgresql":
        server = postgresql.start()
        _undo.append(server.stop)
        os.environ["DATABASE_URL"] = server.address("nanduti")
        os.environ["VAULT_DATABASE_URL"] = server.address("vault")


def migrate_meanwhile() -> None:
    """Make the databases that the processes will copy, while these are still reading the tests."""
    migrating = subprocess.Popen([sys.executable, "-m", "tests.support.templates"], cwd=ROOT)

    def stop() -> None:
        migrating.terminate()
        migrating.wait()

    _undo.append(stop)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment, django_db_blocker) -> Iterator[None]:
    """pytest-django's way to the databases, with copies instead of migrations for every process."""
    from django.db import connections
    from django.test import TransactionTestCase

    from nanduti.surveys import validation

    with django_db_blocker.unblock():
        templates.use_copies(os.environ.get("PYTEST_XDIST_WORKER", "alone"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", take_rows_away)
        # A Java starts for each form: one and the same is looked at once by each process.
        patch.setattr(validation, "validate", cache(validation.validate))
        yield
    with django_db_blocker.unblock():
        connections.close_all()


@pytest.fixture
def keeps_answers(settings) -> Iterator[None]:
    """Answers are kept for a moment, as in use (``foundation.kept``); the other tests ask anew every time."""
    from nanduti.foundation.kept import forget

    settings.KEEP_ANSWERS = True
    forget()
    yield
    forget()


def take_rows_away(case) -> None:
    """In place of Django's flush, and much faster."""
    from django.db import connections

    for alias in case._databases_names(include_mirrors=False):
        templates.empty(connections[alias])


@atexit.register  # too, for a run that failed before it began
def clean_up() -> None:
    while _undo:
        _undo.pop()()


def pytest_unconfigure(config: pytest.Config) -> None:
    clean_up()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    elsewhere = [item for item in items if is_about_another(item, config.getoption("--database"))]
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
        items[:] = [item for item in items if item not in elsewhere]
    for item in items:
        if not uses_database(item):
            item.add_marker("once")
            continue
        # The vault is a second database: a test that may use one may use both, unless it says which.
        marker = item.get_closest_marker("django_db")
        given = dict(marker.kwargs) if marker else {"transaction": "db" not in item.fixturenames}
        item.add_marker(pytest.mark.django_db(**{"databases": "__all__", **given}), append=False)


def is_about_another(item: pytest.Item, database: str) -> bool:
    marker = item.get_closest_marker("only_on")
    return marker is not None and marker.args != (database,)


def uses_database(item: pytest.Item) -> bool:
    return bool(
        item.get_closest_marker("django_db")
        or DATABASE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    )
