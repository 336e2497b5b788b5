"""The packages hold all that a running Nanduti needs, and nothing that belongs to the checkout."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile

import pytest

import hatch_build
from tests.repository.test_contracts import ROOT


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """Source package and wheel, built as for a release; unchanged assets need neither Node nor npm."""
    if not hatch_build.assets_are_fresh(ROOT):
        pytest.skip("the front end has changed since it was built: python3 dev.py run builds it")
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(packages) -> set[str]:
    with zipfile.ZipFile(next(packages.glob("*.whl"))) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def source(packages) -> set[str]:
    with tarfile.open(next(packages.glob("*.tar.gz"))) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_every_file_of_the_package_is_in_the_wheel(wheel):
    package = ROOT / "src/nanduti"
    made = {"__pycache__", "static"}
    for path in package.rglob("*"):
        inside = path.relative_to(package)
        if path.is_file() and not made.intersection(inside.parts) and ".mo." not in path.name:
            assert f"nanduti/{inside.as_posix()}" in wheel


def test_the_wheel_holds_what_was_built(wheel):
    assert "nanduti/static/nanduti/manifest.json" in wheel
    assert any(name.startswith("nanduti/static/nanduti/assets/main-") for name in wheel)
    for catalogue in (ROOT / "src/nanduti").rglob("locale/*/LC_MESSAGES/*.po"):
        inside = catalogue.relative_to(ROOT / "src").with_suffix(".mo").as_posix()
        assert inside in wheel, f"{inside} was not compiled"


def test_the_wheel_holds_the_examples(wheel):
    for path in (ROOT / "examples").rglob("*"):
        if path.is_file():
            assert f"nanduti/{path.relative_to(ROOT).as_posix()}" in wheel


def test_nothing_else_is_in_the_wheel(wheel):
    assert all(name.startswith(("nanduti/", "nanduti-")) for name in wheel)


def test_the_source_package_can_be_installed_without_node(source):
    assert "src/nanduti/static/nanduti/manifest.json" in source
    assert f"{hatch_build.ASSETS.as_posix()}/{hatch_build.DIGEST}" in source
    assert {"hatch_build.py", "pyproject.toml", "frontend/package-lock.json", "LICENSE"} <= source
    assert not any("node_modules" in name or name.startswith((".venv", "var/", ".cache")) for name in source)
