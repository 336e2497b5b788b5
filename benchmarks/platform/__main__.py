"""Measures one database: ``python -m benchmarks.platform --database postgresql --scale 0.1``."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import dev

# What the issue of this measure promises: median and 95th percentile in milliseconds, memory in MiB.
AIM = "median < 100 ms, p95 < 200 ms"
MEMORY_AIM = "< 300 MiB"
PAGES = {
    "home page of the programme": "/p/synthetic/",
    "ledger": "/p/synthetic/ledger/",
    "register search": "/register/?q=leather+city+50",
    "results": "/p/synthetic/results/",
}
REPEATS = 40


def main() -> None:
    options = parser().parse_args()
    with installation(options.database):
        import django
        from django.core.management import call_command

        from nanduti.config.memory import settle

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        filled = fill(options.scale)
        settle()  # as the web server does
        print(f"\n## platform on {options.database}, scale {options.scale:g}, filled in {filled:.0f} s\n")
        session = sign_in()
        report_pages(session)
        report_memory(session)


def fill(scale: float) -> float:
    from django.db import connection

    from . import synthetic

    begun = time.perf_counter()
    synthetic.load(scale=scale)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.perf_counter() - begun


def sign_in() -> str:
    """A session of a coordinator of the whole programme: whoever sees most waits longest."""
    from django.conf import settings
    from django.test import Client

    from nanduti.foundation import actions
    from nanduti.foundation.models import Scope

    user = actions.make_account(username="measurer", password=os.urandom(12).hex(), by="benchmark")
    scope = Scope.objects.get(kind=Scope.Kind.PROGRAMME)
    actions.grant_role(user=user, role="coordinator", scope=scope, by="benchmark")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def report_pages(session: str) -> None:
    """Time in the server for each page: middleware, queries and rendering, without the network."""
    from django.conf import settings
    from django.test import Client

    print(
        f"| Page (aim: {AIM}) | median ms | p95 ms | after a deed, ms | CPU ms | queries | kB |\n"
        "|---|---|---|---|---|---|---|",
        flush=True,
    )
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = session
    for name, path in PAGES.items():
        times, cpu, queries, size = measure(client, path)
        p95 = statistics.quantiles(times, n=20)[-1]
        fresh = statistics.median(measure_after_deeds(client, path))
        print(
            f"| {name} | {statistics.median(times):.0f} | {p95:.0f} | {fresh:.0f} | {cpu:.0f} | {queries} "
            f"| {size / 1000:.0f} |",
            flush=True,
        )


def measure(client, path: str) -> tuple[list[float], float, int, int]:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connections["default"]) as captured:
        answer = client.get(path)
    queries = len(captured)  # now: the next request begins a new log
    if answer.status_code != 200:
        sys.exit(f"{path} answered {answer.status_code}")
    times, begun_cpu = [], time.process_time()
    for _ in range(REPEATS):
        begun = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - begun) * 1000)
    cpu = (time.process_time() - begun_cpu) * 1000 / REPEATS  # tells a busy machine from a slow page
    return times, cpu, queries, len(answer.content)


def measure_after_deeds(client, path: str) -> list[float]:
    """The same when somebody has just done something, so that nothing kept may be used; see foundation.kept."""
    from nanduti.foundation.kept import forget

    times = []
    for _ in range(REPEATS // 4):
        forget()
        begun = time.perf_counter()
        client.get(path)
        times.append((time.perf_counter() - begun) * 1000)
    return times


def report_memory(session: str) -> None:
    """Resident memory of the real web process after it has served every page from each of its threads."""
    from django.conf import settings

    port, cookie = dev.free_port(), f"{settings.SESSION_COOKIE_NAME}={session}"
    command = [sys.executable, "-m", "nanduti", "serve", "--port", str(port)]
    server = subprocess.Popen(command, start_new_session=True)
    try:
        opener = build_opener(ProxyHandler({}))
        dev.answer_of(f"http://127.0.0.1:{port}/account/login/", server)
        for _ in range(10):
            for path in PAGES.values():
                request = Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie})
                with opener.open(request, timeout=60) as answer:
                    answer.read()
        print(f"\nMemory of the web process (aim {MEMORY_AIM}): {memory_of(server.pid):.0f} MiB")
    except HTTPError as error:
        sys.exit(f"{error.url} answered {error.code}")
    finally:
        dev.stop(server)


def memory_of(leader: int) -> float:
    """The largest resident size in the server's process group, in MiB."""
    sizes = [0]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == leader:
                status = (folder / "status").read_text()
                sizes.append(int(status.split("VmRSS:")[1].split()[0]))
        except (OSError, IndexError):
            continue  # ended meanwhile
    return max(sizes) / 1024


@contextmanager
def installation(database: str, *, is_durable: bool = False) -> Iterator[None]:
    """A data folder, and a PostgreSQL where asked for, for this measurement alone."""
    home = tempfile.mkdtemp(prefix="nanduti-bench-")
    os.environ |= {"NANDUTI_HOME": home, "NANDUTI_WORK_IN_PROCESS": "0"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "nanduti.config.settings"
    for name in ("DATABASE_URL", "VAULT_DATABASE_URL"):
        os.environ.pop(name, None)
    server = start_server(is_durable) if database == "postgresql" else None
    try:
        yield
    finally:
        if server:
            server.stop()
        shutil.rmtree(home, ignore_errors=True)


def start_server(is_durable: bool = False):
    import psycopg

    from tests.support import postgresql

    server = postgresql.start(is_durable=is_durable)
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        for variable, name in (("DATABASE_URL", "nanduti"), ("VAULT_DATABASE_URL", "vault")):
            connection.execute(f"CREATE DATABASE {name}")
            os.environ[variable] = server.address(name)
    return server


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.platform", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="which one")
    parser.add_argument("--scale", type=float, default=1.0, help="size of the synthetic programme (1 = full)")
    return parser


if __name__ == "__main__":
    main()
