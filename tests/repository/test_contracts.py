"""The plan of the house holds, and each contract catches the trespass it was written for."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).with_name("lint-imports")

# Contract → files that trespass, laid into a copy of the package. Rooms not yet built are made for it.
TRESPASSES = {
    "arithmetic reaches for the web": ("arithmetic", {"methods/values/trespass.py": "import django"}),
    "arithmetic reaches for a network": ("arithmetic", {"methods/values/trespass.py": "import socket"}),
    "one method leans on another": (
        "arithmetic-rooms",
        {
            "methods/indices/__init__.py": "import nanduti.methods.sampling",
            "methods/sampling/__init__.py": "",
        },
    ),
    "what methods seek with leans on a method": (
        "arithmetic-rooms",
        {
            "methods/solving/trespass.py": "import nanduti.methods.sampling",
            "methods/sampling/__init__.py": "",
        },
    ),
    "a method without a place": ("arithmetic-rooms", {"methods/attic/__init__.py": ""}),
    "a room looks up the stair": ("stair", {"foundation/trespass.py": "import nanduti.interface"}),
    "one craft knows another": (
        "stair",
        {"training/__init__.py": "import nanduti.exchange", "exchange/__init__.py": ""},
    ),
    "a room without a place": ("stair", {"attic/__init__.py": ""}),
    "a model asks a query": (
        "furniture",
        {
            "training/__init__.py": "",
            "training/queries.py": "",
            "training/models.py": "import nanduti.training.queries",
        },
    ),
    "a page is known to an action": (
        "furniture",
        {
            "training/__init__.py": "",
            "training/pages.py": "",
            "training/actions.py": "import nanduti.training.pages",
        },
    ),
    "a page opens the vault": ("vault", {"home/trespass.py": "import nanduti.vault"}),
    "results run disclosure control": (
        "disclosure",
        {"results/trespass.py": "import nanduti.methods.disclosure", "methods/disclosure/__init__.py": ""},
    ),
    "two modules know each other": (
        "cycles",
        {
            "methods/values/one.py": "import nanduti.methods.values.two.inner",
            "methods/values/two/__init__.py": "",
            "methods/values/two/inner.py": "import nanduti.methods.values.one",
        },
    ),
}


def lint(folder: Path, *options: str) -> subprocess.CompletedProcess:
    """Run the linter on the package that stands in a folder's src/."""
    return subprocess.run(
        [LINTER, "--config", ROOT / "pyproject.toml", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src"), "TERM": "dumb"},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's Python files."""
    copy = tmp_path_factory.mktemp("house")
    ignore = shutil.ignore_patterns("static", "locale", "templates", "__pycache__")
    shutil.copytree(ROOT / "src/nanduti", copy / "src/nanduti", ignore=ignore)
    return copy


def test_the_house_keeps_its_contracts():
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("name", TRESPASSES)
def test_a_trespass_breaks_the_contract_meant_for_it(house, name):
    contract, files = TRESPASSES[name]
    laid = [house / "src/nanduti" / path for path in files]
    before = {path: path.read_text() if path.exists() else None for path in laid}
    for path, text in zip(laid, files.values(), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{before[path] or ''}\n{text}\n")
    try:
        found = lint(house, "--contract", contract)
    finally:
        undo(before)
    assert found.returncode == 1, found.stdout + found.stderr
    assert re.search(r"\b1 broken\b", found.stdout), found.stdout


def test_types_too_are_named_within_a_room_or_down_the_stair():
    """The linter leaves out imports for type checking, so that two modules may name each other's types."""
    stair = read_stair()
    for path in sorted((ROOT / "src/nanduti").rglob("*.py")):
        room = path.relative_to(ROOT / "src/nanduti").parts[0].removesuffix(".py")
        for imported in imports_for_types(path):
            assert stair.get(imported, 0) <= stair.get(room, 0), (
                f"{path.name} of {room} names types of {imported}"
            )


def read_stair() -> dict[str, int]:
    """Room → height, from the contract."""
    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(c["layers"] for c in tool["contracts"] if c["id"] == "stair")
    return {
        room: height for height, layer in enumerate(reversed(layers)) for room in re.findall(r"\w+", layer)
    }


def imports_for_types(path: Path) -> Iterator[str]:
    """The rooms that a module imports under "if TYPE_CHECKING"."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            text = "\n".join(ast.unparse(line) for line in node.body)
            yield from re.findall(r"\bnanduti\.(\w+)", text)


def undo(before: dict[Path, str | None]) -> None:
    """Restore the files, and remove the rooms that were made for a trespass."""
    for path, text in before.items():
        if text is not None:
            path.write_text(text)
            continue
        path.unlink()
        if not any(path.parent.glob("*.py")):
            shutil.rmtree(path.parent)
