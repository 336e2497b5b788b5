"""Answers that keep coming and are read behind the door: ``python -m benchmarks.surveys_sustained --database sqlite``.

A form of 250 questions; phones post 150 distinct answers of about 4 kB a second, for ten minutes, to the real server,
with durable commits. On the embedded database the server reads them itself, on PostgreSQL a worker beside it does.
Every half minute: how many wait to be read, since when, and the memory of the largest process.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import time
from collections import Counter

import dev
from benchmarks.platform.__main__ import installation
from benchmarks.surveys_door.__main__ import peak
from benchmarks.surveys_door.load import answer, request_of
from benchmarks.surveys_reading import N_QUESTIONS, answers, form, make_instrument, make_programme

CONNECTIONS = 16
EVERY_SECONDS = 30.0


def main() -> None:
    options = parser().parse_args()
    with installation(options.database, is_durable=True):
        import django
        from django.core.management import call_command
        from django_scopes import scopes_disabled

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        with scopes_disabled():
            measure(options, prepare())


def prepare() -> str:
    """A programme with the form published and a phone enrolled; returns the path that phones post to."""
    from django.utils import timezone

    from nanduti.surveys.actions import enumerators

    programme = make_programme()
    make_instrument(programme, "big", form(N_QUESTIONS, "big"))
    enrolled = enumerators.enrol(programme=programme, code="phone", by="benchmark", at=timezone.now())
    return f"/collect/bench/key/{enrolled.token}/submission"


def measure(options: argparse.Namespace, path: str) -> None:
    port = dev.free_port()
    os.environ["NANDUTI_WORK_IN_PROCESS"] = "1" if options.database == "sqlite" else "0"
    web = "1" if options.database == "sqlite" else "2"
    commands = [["serve", "--port", str(port), "--workers", web]]
    if options.database == "postgresql":
        commands.append(["worker"])
    running = [
        subprocess.Popen([sys.executable, "-m", "nanduti", *command], start_new_session=True)
        for command in commands
    ]
    try:
        dev.answer_of(f"http://127.0.0.1:{port}/account/login/", running[0])
        print(f"\n## {options.rate:g} answers a second for {options.seconds:g} s, {options.database}\n")
        print("| After s | Posted | Wait to be read | Oldest waits s | Web MiB | Worker MiB | Load |")
        print("|---|---|---|---|---|---|---|", flush=True)
        codes, late = asyncio.run(keep_posting(options, port, path, running))
        print(f"\nAnswers: {dict(codes)}; the phones were at most {late:.1f} s behind their clock.")
        print(f"All were read {drained():.0f} s after the last had come.", flush=True)
    finally:
        for process in running:
            dev.stop(process)


async def keep_posting(
    options: argparse.Namespace, port: int, path: str, running: list[subprocess.Popen]
) -> tuple[Counter[int], float]:
    """So many a second by the clock, over a few connections; what comes late is posted at once."""
    codes: Counter[int] = Counter()
    begun, n_asked, late = time.monotonic(), iter(range(int(options.rate * options.seconds))), [0.0]

    async def phone(seed: int) -> None:
        chance = random.Random(seed)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for n in n_asked:
            due = begun + n / options.rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            late[0] = max(late[0], time.monotonic() - due)
            writer.write(request_of(path, f"127.0.0.1:{port}", answers(n, chance, "big").encode()))
            codes[await answer(reader)] += 1
        writer.close()

    async def watch() -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            waiting, oldest = await asyncio.to_thread(backlog)
            memory = [f"{peak(process.pid):.0f}" for process in running] + ["–"]
            print(
                f"| {time.monotonic() - begun:.0f} | {codes.total():,} | {waiting:,} | {oldest:.1f} "
                f"| {memory[0]} | {memory[1]} | {os.getloadavg()[0]:.1f} |",
                flush=True,
            )

    watching = asyncio.create_task(watch())
    await asyncio.gather(*(phone(seed) for seed in range(CONNECTIONS)))
    watching.cancel()
    return codes, late[0]


def backlog() -> tuple[int, float]:
    """How many wait to be read, and how many seconds the oldest of them has waited."""
    from django.db import connection
    from django.utils import timezone
    from django_scopes import scopes_disabled

    from nanduti.programme.models import Programme
    from nanduti.surveys.queries.reviews import backlog as asked

    try:
        with scopes_disabled():
            found = asked(programme=Programme.objects.get())
    finally:
        connection.close()
    waited = (timezone.now() - found.oldest_at).total_seconds() if found.oldest_at else 0.0
    return found.n_waiting, waited


def drained() -> float:
    """Seconds until nothing waits any more."""
    begun = time.monotonic()
    while backlog()[0]:
        time.sleep(0.5)
    return time.monotonic() - begun


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="which one")
    parser.add_argument("--rate", type=float, default=150.0, help="answers a second")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long")
    return parser


if __name__ == "__main__":
    main()
