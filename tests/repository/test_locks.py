"""The locks are compiled from what pyproject.toml says today, by digest, without an address."""

from __future__ import annotations

import json
import re

import pytest

import dev

ADDRESS = re.compile(r"[a-z]+://|--(?:extra-)?index-url|--find-links")


def text(name: str) -> str:
    return (dev.ROOT / f"requirements/{name}.lock").read_text()


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^ ;\\]+)", text(name), re.MULTILINE))


@pytest.mark.parametrize("name", dev.LOCKS)
def test_a_lock_is_as_young_as_its_inputs(name):
    first = text(name).partition("\n")[0]
    assert first.endswith(dev.lock_inputs(name)), (
        f"requirements/{name}.lock is stale: run python3 dev.py lock"
    )


@pytest.mark.parametrize("name", dev.LOCKS)
def test_a_lock_names_no_address_and_a_digest_for_every_pin(name):
    assert not ADDRESS.findall(text(name))
    entries = re.split(r"\n(?=[\w.-]+==)", text(name).partition("\n")[2])
    assert entries and all("--hash=sha256:" in entry for entry in entries)


@pytest.mark.parametrize(("more", "less"), [(name, like) for name, (*_, like) in dev.LOCKS.items() if like])
def test_locks_that_meet_in_one_environment_agree(more, less):
    shared = pins(more).keys() & pins(less).keys()
    assert {name: pins(more)[name] for name in shared} == {name: pins(less)[name] for name in shared}


def test_the_tests_run_with_the_packages_that_are_shipped():
    assert pins("base").keys() <= pins("test").keys()


@pytest.mark.parametrize("folder", ["frontend", "tests/support/chromium"])
def test_a_lock_of_npm_holds_digests_and_no_addresses(folder):
    lock = json.loads((dev.ROOT / folder / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert all("resolved" not in package for package in packages.values())
    assert all("integrity" in package for package in packages.values())


@pytest.mark.parametrize("folder", ["frontend", "tests/support/chromium"])
def test_a_lock_of_npm_is_as_young_as_its_package(folder):
    package = json.loads((dev.ROOT / folder / "package.json").read_text())
    lock = json.loads((dev.ROOT / folder / "package-lock.json").read_text())["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert package.get(kind, {}) == lock.get(kind, {}), (
            f"{folder}: run npm install --package-lock-only there"
        )
