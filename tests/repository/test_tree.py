"""What git keeps: nothing bound to one machine or one mirror, nothing heavy, no lock that holds addresses."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.repository.test_contracts import ROOT

MOST_BYTES = 1_000_000
REGISTRIES = re.compile(r"//[a-z.-]*(?:pypi|pythonhosted|npmjs|debian|jsdelivr|unpkg|cdnjs)[.]")
# Where a person's files lie; a path below them works for that person only.
PLACES = re.compile(r"(?<![\w.~}$-])/(?:work|root|home|tmp|Users)/[\w.]")
FORBIDDEN_NAMES = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock", "yarn.lock", "pnpm-lock.yaml"}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts():
    for name in tracked():
        data = (ROOT / name).read_bytes()
        if b"\0" not in data[:8000]:
            yield name, data.decode(errors="replace")


@pytest.mark.parametrize("pattern", [REGISTRIES, PLACES], ids=["registry host", "path of one machine"])
def test_no_file_is_bound_to_a_place(pattern):
    found = [f"{name}: {hit[0]}" for name, text in texts() for hit in pattern.finditer(text)]
    assert not found, "\n".join(found)


def test_no_file_is_heavy():
    heavy = [name for name in tracked() if (ROOT / name).stat().st_size > MOST_BYTES]
    assert not heavy


def test_no_lock_form_that_records_addresses():
    assert not [name for name in tracked() if name.rsplit("/", 1)[-1] in FORBIDDEN_NAMES]


def test_programs_can_be_run():
    for name in (".ci/run", "tools/fresh_tree.sh"):
        assert (ROOT / name).stat().st_mode & 0o100, f"{name} is not executable"
