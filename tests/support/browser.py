"""The Chromium of the browser tests: one that is named, the machine's own, else one from the npm registry.

The last is a package made for machines without anything (@sparticuz/chromium): it brings its own libraries
and a font, and needs neither root nor Debian's packages.

    python -m tests.support.browser      fetches it, where the machine has none
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from typing import NamedTuple

from playwright._impl._driver import compute_driver_executable

import hatch_build

ROOT = Path(__file__).resolve().parents[2]
SOURCE = Path(__file__).parent / "chromium"
VARIABLE = "NANDUTI_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",  # root and containers have none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Whatever a page asks for from outside fails at once, and the test that made it sees the failure.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
COMPLETE = "fonts-of-the-tests.conf"
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
UNPACK = """
const [from, to] = process.argv.slice(1);
const { createReadStream, createWriteStream } = require('node:fs');
createReadStream(from).pipe(require('node:zlib').createBrotliDecompress()).pipe(createWriteStream(to));
"""


class Chromium(NamedTuple):
    """A browser, and what its environment needs."""

    executable: str
    environment: dict[str, str]


def find() -> Chromium | None:
    """The browser to use, or nothing when one has to be fetched first."""
    named = os.environ.get(VARIABLE)
    for name in (named,) if named else NAMES:
        path = shutil.which(name)
        if path and answers(path, "--version"):
            return Chromium(path, {})
    folder = fetched()
    return of_package(folder) if (folder / COMPLETE).is_file() else None


def fetched() -> Path:
    """Where the fetched browser stands; another version has another folder."""
    digest = hashlib.sha256((SOURCE / "package-lock.json").read_bytes()).hexdigest()[:12]
    return ROOT / ".cache" / f"chromium-{digest}"


def of_package(folder: Path) -> Chromium:
    libraries = os.pathsep.join(filter(None, [str(folder / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]))
    return Chromium(
        str(folder / "chromium"),
        # Without a fonts.conf the page crashes as soon as a character needs another font.
        {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(folder / COMPLETE)},
    )


def fetch() -> None:
    """Install the package and unpack it; what is written last says that all is there."""
    folder, packages = fetched(), fetched() / "npm"
    shutil.rmtree(folder, ignore_errors=True)
    packages.mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCE / name, packages)
    node, npm = hatch_build.find_node()
    path = f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [*npm, "ci", "--no-progress", "--loglevel=error"]
    subprocess.run(command, cwd=packages, env={**os.environ, "PATH": path}, check=True)
    unpack(node, packages / "node_modules/@sparticuz/chromium/bin", folder)
    shutil.rmtree(packages)
    fonts = FONTS.format(fonts=folder / "fonts", cache=folder / "fonts-cache")
    (folder / COMPLETE).write_text(fonts)


def unpack(node: str, packed: Path, folder: Path) -> None:
    """Node knows brotli, Python knows tar."""
    for archive in sorted(packed.glob("*.br")):
        plain = folder / archive.stem
        subprocess.run([node, "-e", UNPACK, str(archive), str(plain)], check=True)
        if plain.suffix == ".tar":
            with tarfile.open(plain) as tar:
                tar.extractall(folder, members=as_ours(tar))
            plain.unlink()
    (folder / "chromium").chmod(0o755)


def as_ours(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """As root, tarfile would keep the packer's owners. (Python 3.11.2 has no filter for it.)"""
    for member in tar:
        member.uid, member.gid, member.uname, member.gname = os.getuid(), os.getgid(), "", ""
        yield member


def driver_node() -> dict[str, str]:
    """Playwright's own Node needs a library that minimal systems lack; the other one does not."""
    if answers(str(compute_driver_executable()[0]), "--version"):
        return {}
    return {"PLAYWRIGHT_NODEJS_PATH": hatch_build.find_node()[0]}


def answers(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


if __name__ == "__main__":
    if util.find_spec("playwright") is None:
        sys.exit("Playwright is not installed: run python3 dev.py test")
    if find() is None:
        print("· browser", flush=True)
        fetch()
