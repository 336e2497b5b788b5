"""The real server on loopback, on the databases of the test at hand, to be killed and started again."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

STARTS_WITHIN = 60


def address_of(connection) -> str:
    """A database of a test as DATABASE_URL says it."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite://{quote(str(settings['NAME']))}"
    return f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"


class Server:
    """``nanduti serve`` as in production, in a process group of its own."""

    def __init__(self, home: Path, *, workers: int = 1, environment: dict[str, str] | None = None) -> None:
        self.home, self.workers = home, workers
        self.environment = environment or {}
        self.process: subprocess.Popen | None = None
        self.port = 0
        self.n_kills = 0

    def start(self) -> Server:
        """Start it on a free port; returns once it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [sys.executable, "-m", "nanduti", "serve", "--port", str(self.port)]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "nanduti.config.settings",
            "NANDUTI_HOME": str(self.home),
            "NANDUTI_WORK_IN_PROCESS": "0",
            **self.environment,
        }
        with (self.home / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--workers", str(self.workers)],
                env=environment, start_new_session=True, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < until and self.process.poll() is None:
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            with contextlib.suppress(OSError, http.client.HTTPException):
                line.request("HEAD", "/collect/none/key/none/submission")
                if line.getresponse().status == 401:
                    return
            line.close()
            time.sleep(0.03)
        raise RuntimeError((self.home / "server.log").read_text(errors="replace")[-2000:])

    def kill(self) -> None:
        """As the kernel does when memory runs out: every process of it, at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def __enter__(self) -> Server:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.kill()
