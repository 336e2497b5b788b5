#!/usr/bin/env python3
"""Everything a checkout needs, with nothing but git and Python 3.11 (with its venv module) on the machine.

    python3 dev.py run          install, build, load the example once, serve; prints address and logins
    python3 dev.py run --check  the same, then asks the server for its home page, says what is loaded, stops
    python3 dev.py test         style, then all tests on SQLite and on PostgreSQL, in a real browser
    python3 dev.py test --fast  without PostgreSQL and browser; other arguments go to pytest

Each step is skipped while a digest of what it is made from is unchanged, and is marked as done only once it
is, so a second run takes seconds and a run that was killed can be repeated. Everything lands in the checkout
(.venv, var, frontend/node_modules, .cache) and can be deleted at any time.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036  (said in words, where the tools would fail without any)
    sys.exit(f"Nanduti needs Python 3.11 or newer; this is {sys.version.split()[0]}. Try: python3.11")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
DONE = VENV / ".done"

# Lock → (does it hold the package's own dependencies?, dependency groups, lock whose pins it must share).
LOCKS = {
    "base": (True, ["build"], None),
    "test": (True, ["build", "test"], "base"),
    "docs": (False, ["docs"], "test"),
    "node": (False, ["node"], None),
    "installer": (False, ["installer"], None),
}


# --- the commands -------------------------------------------------------------------------------------------


def run(options: argparse.Namespace, rest: list[str]) -> None:
    """Install, build, migrate, load the example, serve."""
    refuse(rest)
    prepare("base")
    do(BIN / "nanduti", "setup", "--demo")
    if options.check:
        return check()
    print(f"\nNanduti is at http://localhost:{options.port}/ (Ctrl-C stops it)\n", flush=True)
    os.chdir(ROOT)
    os.execve(BIN / "nanduti", ["nanduti", "serve", "--port", str(options.port)], environment())


def test(options: argparse.Namespace, rest: list[str]) -> None:
    """Style, then the tests: everything on SQLite, then what touches a database on PostgreSQL."""
    prepare("test")
    in_style = 0 if rest else style()
    suite = (PYTHON, "-m", "pytest", *workers(rest))
    if options.fast:
        sys.exit(in_style or code_of(*suite, "-m", "not browser", *rest))
    browser()
    on_sqlite = code_of(*suite, "--database=sqlite", *rest)
    with_database = ("--database=postgresql", "-m", "not once")
    on_postgresql = code_of(*suite, *with_database, *(rest or ("tests", "--ignore=tests/methods")))
    if rest and on_postgresql == 5:
        on_postgresql = 0  # pytest's word for "no tests": those that the arguments chose need no database
    if in_style:
        print("The style is not kept; what is wrong stands above the tests.", file=sys.stderr)
    sys.exit(in_style or on_sqlite or on_postgresql)


def lint(options: argparse.Namespace, rest: list[str]) -> None:
    """Style and the import contracts."""
    refuse(rest)
    prepare("test")
    sys.exit(style() or code_of(BIN / "lint-imports"))


def bench(options: argparse.Namespace, rest: list[str]) -> None:
    """The benchmark on a synthetic programme; arguments go to it."""
    prepare("test")
    do(PYTHON, "-m", "benchmarks", *rest)


def docs(options: argparse.Namespace, rest: list[str]) -> None:
    """The documentation site, into site/."""
    prepare("test")
    packages("docs")
    do(PYTHON, "-m", "tools.reference")
    do(BIN / "mkdocs", "build", "--strict", "--quiet", *rest)
    print("The site is in site/; open site/index.html")


def shell(options: argparse.Namespace, rest: list[str]) -> None:
    """Python with Django set up."""
    prepare("base")
    do(BIN / "nanduti", "shell", *rest)


def messages(options: argparse.Namespace, rest: list[str]) -> None:
    """Bring the translation catalogues up to date; --check only says whether they are."""
    prepare("base")
    do(BIN / "nanduti", "messages", *rest)


def lock(options: argparse.Namespace, rest: list[str]) -> None:
    """Compile the locks anew from pyproject.toml; --upgrade takes the newest versions allowed."""
    create_venv()
    install_uv()
    for name, (own, groups, like) in LOCKS.items():
        target = f"requirements/{name}.lock"
        command = [BIN / "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "--output-file", target]
        command += ["pyproject.toml"] if own else []
        command += [part for group in groups for part in ("--group", group)]
        command += ["--constraint", f"requirements/{like}.lock"] if like else []
        do(*command, *rest)
        pins = (ROOT / target).read_text()
        (ROOT / target).write_text(f"# By python3 dev.py lock, from {lock_inputs(name)}\n{pins}")


# --- the steps ----------------------------------------------------------------------------------------------


def prepare(name: str) -> None:
    """Environment, pinned packages, front end, and the package itself (editable)."""
    with one_at_a_time():
        create_venv()
        packages(name)
        install_node_where_it_is_needed(name)
        step("package", digest("pyproject.toml", "hatch_build.py"), install_package)
        do(PYTHON, "hatch_build.py")  # has its own digest


def create_venv() -> None:
    if PYTHON.exists() and subprocess.run([PYTHON, "-c", "import pip"]).returncode == 0:
        return
    say("environment in .venv")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], capture_output=True, text=True)
    if made.returncode:
        sys.exit(f"{made.stdout}{made.stderr}\nIs Python's venv module there? (Debian, Ubuntu: python3-venv)")


def install_uv() -> None:
    path = "requirements/installer.lock"
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes")
    step("installer", digest(path), lambda: do(*pip, "-r", path))


def packages(name: str) -> None:
    """The pinned packages of one lock, byte-compiled: workers of the tests start twice as fast."""
    install_uv()
    path = f"requirements/{name}.lock"
    step(f"packages: {name}", digest(path), lambda: uv("--compile-bytecode", "--require-hashes", "-r", path))


def install_package() -> None:
    uv("--no-deps", "--no-build-isolation", "-e", ".")
    # On all cores, where the first import would compile a thousand modules one after the other.
    do(PYTHON, "-m", "compileall", "-q", "-j", "0", "src/nanduti")


def install_node_where_it_is_needed(name: str) -> None:
    """As a wheel, when this machine has none: for the front end, and for the browser of the tests."""
    asked = [PYTHON, "hatch_build.py", "--wants"]
    wanted = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    if wanted or (name == "test" and not shutil.which("npm")):
        packages("node")


def browser() -> None:
    """A Chromium for the tests: the machine's, else one from the npm registry."""
    with one_at_a_time():
        do(PYTHON, "-m", "tests.support.browser")


def style() -> int:
    say("style")
    concise = ("--output-format", "concise")
    rules = code_of(BIN / "ruff", "check", "--quiet", *concise, ".")
    return code_of(BIN / "ruff", "format", "--check", "--quiet", *concise, ".") or rules


def workers(rest: list[str]) -> list[str]:
    """Several processes, unless the caller says how many or chooses a few tests.

    Half as many again as there are cores: those that wait for a browser or a disk leave theirs to others.
    """
    return [] if rest else ["-n", str((os.cpu_count() or 2) * 3 // 2), "--dist", "worksteal"]


def check() -> None:
    """Start the server, ask it for its home page and for the script that the page loads, stop it."""
    port = free_port()
    server = subprocess.Popen(
        [BIN / "nanduti", "serve", "--port", str(port)], cwd=ROOT, env=environment(), start_new_session=True
    )
    try:
        page = answer_of(f"http://localhost:{port}/", server)
        script = re.search(r'<script[^>]+src="(/[^"]+)"', page)
        if not script:
            sys.exit("The home page loads no script of the front end.")
        answer_of(f"http://localhost:{port}{script[1]}", server)
    finally:
        stop(server)
    title = re.search(r"<title>\s*(.*?)\s*</title>", page, re.DOTALL)
    print(f"\nThe server answered with its home page: {title[1] if title else '(no title)'}")


def answer_of(address: str, server: subprocess.Popen, patience: float = 60) -> str:
    """The body behind an address; waits for a server that is still starting, gives up when it has died."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + patience
    while True:
        try:
            with opener.open(address, timeout=10) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            sys.exit(f"{address} answered {error.code} {error.reason}.")
        except OSError as error:
            if server.poll() is not None or time.monotonic() > until:
                sys.exit(f"The server does not answer at {address}: {error}")
            time.sleep(0.1)


def stop(server: subprocess.Popen) -> None:
    """Ask the server to stop; end its whole group if it has not within ten seconds."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()


# --- small tools --------------------------------------------------------------------------------------------


def step(name: str, inputs: str, work) -> None:
    """Do the work unless it was finished for these very inputs."""
    mark = DONE / re.sub(r"\W+", "-", name)
    if mark.is_file() and mark.read_text() == inputs:
        return
    say(name)
    work()
    DONE.mkdir(exist_ok=True)
    mark.write_text(inputs)


def digest(*paths: str) -> str:
    content = b"\0".join((ROOT / path).read_bytes() for path in paths)
    return hashlib.sha256(content).hexdigest()


def lock_inputs(name: str) -> str:
    """What a lock is compiled from, as one number; a repository test compares it with the one in the lock."""
    import tomllib

    own, groups, like = LOCKS[name]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [project["project"]["dependencies"], project["project"]["requires-python"]] if own else []
    lists += [project["dependency-groups"][group] for group in groups]
    inputs = json.dumps([lists, lock_inputs(like) if like else None])
    return "sha256:" + hashlib.sha256(inputs.encode()).hexdigest()


def environment(**more: str) -> dict[str, str]:
    """The caller's environment, with this checkout's tools first, and with compiled modules kept."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        "PATH": f"{BIN}{os.pathsep}{kept.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": str(VENV),
        **more,
    }


def code_of(*command: object, **more: str) -> int:
    """Run a command in the checkout and say how it ended."""
    sys.stdout.flush()
    return subprocess.run([str(part) for part in command], cwd=ROOT, env=environment(**more)).returncode


def do(*command: object, **more: str) -> None:
    """Run a command in the checkout; leave as it does when it fails."""
    code = code_of(*command, **more)
    if code:
        sys.exit(max(code, 1))


def uv(*arguments: str) -> None:
    do(BIN / "uv", "pip", "install", "--quiet", "--python", PYTHON, *arguments)


@contextlib.contextmanager
def one_at_a_time():
    """Two commands in one checkout wait for each other instead of installing into each other's hands."""
    folder = ROOT / ".cache"
    folder.mkdir(exist_ok=True)
    with (folder / "dev.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def say(what: str) -> None:
    print(f"· {what}", flush=True)


def refuse(rest: list[str]) -> None:
    if rest:
        sys.exit(f"Not understood: {' '.join(rest)}. Try: python3 dev.py --help")


COMMANDS = (run, test, lint, bench, docs, shell, messages, lock)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        commands.add_parser(command.__name__, help=command.__doc__, description=command.__doc__).set_defaults(
            do=command
        )
    running = commands.choices["run"]
    running.add_argument(
        "--check", action="store_true", help="ask the server for its home page, then stop it"
    )
    running.add_argument("--port", type=int, default=8000, help="where to serve (8000)")
    commands.choices["test"].add_argument(
        "--fast", action="store_true", help="without PostgreSQL and browser"
    )
    return parser


def main() -> None:
    options, rest = parser().parse_known_args()
    try:
        options.do(options, rest)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
