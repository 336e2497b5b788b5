"""Measures the door on one database: ``python -m benchmarks.surveys_door --database postgresql``."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import dev
from benchmarks.platform.__main__ import installation
from tests.support.door import Server, address_of

AIMS = {
    ("postgresql", 16): "≥ 400/s, p95 < 85 ms",
    ("postgresql", 64): "≥ 500/s, p95 < 200 ms",
    ("sqlite", 16): "≥ 300/s, p95 < 120 ms",
}
MEMORY_AIM = "< 300 MiB a process"


def main() -> None:
    options = parser().parse_args()
    with installation(options.database, is_durable=True):
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        path = prepare()
        if options.flat:
            compare(options, path)
        else:
            with_server(options, path)


def with_server(options: argparse.Namespace, path: str) -> None:
    """The real server, as ``nanduti serve`` starts it; memory is that of its largest process at its peak."""
    port = dev.free_port()
    workers = options.workers or (1 if options.database == "sqlite" else 2)
    command = [sys.executable, "-m", "nanduti", "serve", "--port", str(port), "--workers", str(workers)]
    server = subprocess.Popen(command, start_new_session=True)
    try:
        dev.answer_of(f"http://127.0.0.1:{port}/account/login/", server)
        print(f"\n## the door on {options.database}, {workers} web processes, durable commits\n")
        print("| Rows before | Connections | Aim | Rate /s | p50 ms | p95 ms | 201 or 202 | Load |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        load(port, path, 8, 2, seed=1)  # warm
        seed = 10
        for rows in options.fill:
            n = fill_up_to(rows)
            for connections in options.connections:
                seed += 1
                report(options, n, connections, load(port, path, connections, options.seconds, seed))
                n = count()
        print(f"\nPeak memory of the largest web process (aim {MEMORY_AIM}): {peak(server.pid):.0f} MiB")
        if options.large:
            large(port, path, options.large)
            print(
                f"Peak after {options.large} files of 200 MB at once: {peak(server.pid):.0f} MiB", flush=True
            )
    finally:
        dev.stop(server)


def compare(options: argparse.Namespace, path: str) -> None:
    """Two servers, one with few rows and one with many, asked by turns: so the machine's other work weighs on both."""
    homes = Path(os.environ["NANDUTI_HOME"])
    workers = 1 if options.database == "sqlite" else 2
    with Server(homes, workers=workers) as first:
        load(first.port, path, 1, 1, seed=99)  # the rows are copies of one that came by the door
    few, many = os.environ.get("DATABASE_URL", ""), second_database()
    n = fill_up_to(options.flat)
    servers = [
        Server(homes, workers=workers, environment={"DATABASE_URL": url} if url else {})
        for url in (few, many)
    ]
    print(f"\n## few rows and {n:,} rows by turns, {options.database}, 16 connections\n")
    print("| Few: rate /s | p95 ms | Many: rate /s | p95 ms | Load |\n|---|---|---|---|---|", flush=True)
    rates: list[tuple[float, float]] = []
    try:
        for server in servers:
            server.start()
            load(server.port, path, 16, 2, seed=1)
        for turn in range(options.turns):
            found = [load(server.port, path, 16, options.seconds, seed=100 + turn) for server in servers]
            rates.append((found[0]["rate"], found[1]["rate"]))
            said = " | ".join(f"{one['rate']:.0f} | {one['p95']:.0f}" for one in found)
            print(f"| {said} | {os.getloadavg()[0]:.1f} |", flush=True)
    finally:
        for server in servers:
            server.kill()
    shares = sorted(many_rate / few_rate for few_rate, many_rate in rates)
    print(f"\nMany to few: median {100 * shares[len(shares) // 2]:.0f} %")


def second_database() -> str:
    """A copy of the database that this process goes on with; returns its address for a server."""
    from django.db import connection

    connection.close()
    settings = connection.settings_dict
    name = str(settings["NAME"])
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copy(name, f"{name}.many")
        settings["NAME"] = f"{name}.many"
    else:
        connection.close_pool()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}_many TEMPLATE {name}")
        settings["NAME"] = f"{name}_many"
    return address_of(connection)


def report(options: argparse.Namespace, rows: int, connections: int, found: dict) -> None:
    received = sum(n for code, n in found["codes"].items() if code in {"201", "202"})
    aim = AIMS.get((options.database, connections), "")
    print(
        f"| {rows:,} | {connections} | {aim} | {found['rate']:.0f} | {found['p50']:.0f} | {found['p95']:.0f} "
        f"| {100 * received / found['n']:.2f} % of {found['n']} | {os.getloadavg()[0]:.1f} |",
        flush=True,
    )


def load(port: int, path: str, connections: int, seconds: float, seed: int) -> dict:
    """Run the phones in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.surveys_door.load", "127.0.0.1", str(port), path]
    done = subprocess.run(
        [*command, str(connections), str(seconds), str(seed)], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def large(port: int, path: str, n: int) -> None:
    """Several phones, each with a film of 200 MB."""
    body = Path(os.environ["NANDUTI_HOME"]) / "film"
    with body.open("wb") as file:
        for _ in range(200):
            file.write(os.urandom(1_000_000))
    xml = body.with_suffix(".xml")
    running = []
    for i in range(n):
        one = xml.with_name(f"film-{i}.xml")
        one.write_text(f'<data id="long" version="1"><meta><instanceID>film-{i}</instanceID></meta></data>')
        command = [
            "curl",
            "--silent",
            "--noproxy",
            "*",
            "--output",
            os.devnull,
            "--write-out",
            "%{http_code}",
        ]
        command += [
            "-F",
            f"xml_submission_file=@{one};type=text/xml",
            "-F",
            f"film.mp4=@{body};type=video/mp4",
        ]
        running.append(
            subprocess.Popen([*command, f"http://127.0.0.1:{port}{path}"], stdout=subprocess.PIPE, text=True)
        )
    begun = time.perf_counter()
    codes = [process.communicate()[0] for process in running]
    print(f"{n} films of 200 MB in {time.perf_counter() - begun:.0f} s: {', '.join(codes)}")


def peak(leader: int) -> float:
    """The largest resident size that a process of the group ever had, in MiB."""
    sizes = [0]
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == leader:
                sizes.append(int((folder / "status").read_text().split("VmHWM:")[1].split()[0]))
        except (OSError, IndexError):
            continue
    return max(sizes) / 1024


# --- what is there before


def prepare() -> str:
    """A programme with the long form and one phone; returns the path that phones post to."""
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from nanduti.foundation.models import Scope
    from nanduti.programme.models import Programme
    from nanduti.surveys.actions import enumerators
    from nanduti.surveys.models import Instrument, InstrumentVersion

    with scopes_disabled():
        scope = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="measured", title="Measured")
        programme = Programme.objects.create(scope=scope, code="measured", title="Measured")
        form = Instrument.objects.create(programme=programme, scope=scope, code="long", title="Long")
        InstrumentVersion.objects.create(
            instrument=form, scope=scope, label="1", state="published", xform="<x/>", digest="0" * 32
        )
        enrolled = enumerators.enrol(programme=programme, code="phone", by="benchmark", at=timezone.now())
    return f"/collect/measured/key/{enrolled.token}/submission"


def count() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM surveys_submission")
        return cursor.fetchone()[0]


SERIES = {
    "sqlite": "WITH RECURSIVE s(i) AS (SELECT %s UNION ALL SELECT i + 1 FROM s WHERE i < %s) ",
    "postgresql": "WITH s(i) AS (SELECT generate_series(%s::int, %s::int)) ",
}
CHANCE = {
    "sqlite": ("lower(hex(randomblob(16)))", "randomblob(1700)"),
    "postgresql": (
        "replace(gen_random_uuid()::text, '-', '')",
        "decode(repeat(replace(gen_random_uuid()::text, '-', ''), 106), 'hex')",
    ),
}


def fill_up_to(rows: int) -> int:
    """Submissions that were read long ago, written by the database itself."""
    from django.db import connection

    from nanduti.surveys.models import Submission

    here = count()
    step = 100_000
    while here < rows:
        here_after = min(rows, here + step)
        _copy(connection, Submission, here_after - here)
        here = here_after
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return count()


def _copy(connection, model, n: int) -> None:
    """Rows like the newest one, each with an id by chance, and an envelope of the usual size."""
    fields = [f for f in model._meta.concrete_fields if not f.primary_key]
    by_chance, blob = CHANCE[connection.vendor]
    given = {
        "instance_id": f"'uuid:' || {by_chance}",
        "processing": "'done'",
        "processing_note": "''",
    }
    columns = [f.column for f in fields]
    values = [given.get(c, f"m.{c}") for c in columns]
    newest = "(SELECT * FROM surveys_submission ORDER BY id DESC LIMIT 1)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM surveys_submission")
        last = cursor.fetchone()[0]
        series = SERIES[connection.vendor]
        # WITH before INSERT: both databases take it.
        cursor.execute(
            f"{series}INSERT INTO surveys_submission ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM s, {newest} m",
            [1, n],
        )
        cursor.execute(
            "INSERT INTO surveys_envelope (submission_id, n_bytes, sealed) "
            f"SELECT id, 4000, {blob} FROM surveys_submission WHERE id > %s",
            [last],
        )


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surveys_door", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="which one")
    parser.add_argument("--seconds", type=float, default=15, help="length of each run")
    parser.add_argument("--workers", type=int, default=0, help="web processes")
    parser.add_argument("--connections", type=_numbers, default=[16, 64], help="phones at once")
    parser.add_argument("--fill", type=_numbers, default=[0], help="rows there are before, such as 0,1000000")
    parser.add_argument("--flat", type=int, default=0, help="compare few rows with so many, by turns")
    parser.add_argument("--turns", type=int, default=6, help="how many turns of --flat")
    parser.add_argument("--large", type=int, default=0, help="post so many files of 200 MB at once")
    return parser


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
