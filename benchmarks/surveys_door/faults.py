"""Thousands of seeded runs of phones on a bad network, with the server killed again and again.

``python -m benchmarks.surveys_door.faults --database sqlite --runs 1000 --kills 40`` counts what was acknowledged and
is not there, and what is there twice; both must be 0. The short form of it runs with the tests.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.platform.__main__ import installation
from benchmarks.surveys_door.__main__ import prepare
from tests.support.door import Server
from tests.support.phone import Lost, Phone, Reply, Trouble, Wire

AT_ONCE = 8
FORMS = 4
TRIES = 400


class Current:
    """The network to whichever server runs now; while none does, everything is lost."""

    def __init__(self) -> None:
        self.wire: Wire | None = None

    def carry(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        return self._wire().carry(method, path, headers, body)

    def speak(self, *given, **named) -> Reply:
        return self._wire().speak(*given, **named)

    def written(self, *given) -> bytes:
        return self._wire().written(*given)

    def _wire(self) -> Wire:
        if self.wire is None:
            time.sleep(0.05)
            raise Lost
        return self.wire


def main() -> None:
    options = parser().parse_args()
    with installation(options.database, is_durable=True), tempfile.TemporaryDirectory() as disk:
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        base = prepare().removesuffix("/submission")
        run(options, base, Path(disk))


def run(options: argparse.Namespace, base: str, disk: Path) -> None:
    home = Path(os.environ["NANDUTI_HOME"])
    server = Server(home, workers=1 if options.database == "sqlite" else 2)
    current, is_over = Current(), threading.Event()
    killer = threading.Thread(target=kill_again, args=(server, current, options, is_over))
    begun = time.perf_counter()
    killer.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        phones = list(
            pool.map(
                lambda seed: use(seed, base, disk, current), range(options.seed, options.seed + options.runs)
            )
        )
    is_over.set()
    killer.join()
    took = time.perf_counter() - begun
    report(options, phones, took, server.n_kills)


def kill_again(
    server: Server, current: Current, options: argparse.Namespace, is_over: threading.Event
) -> None:
    """Start the server, and kill it after a while, so many times; then let it live until all is over."""
    numbers = random.Random(options.seed)
    while not is_over.is_set():
        server.start()
        current.wire = Wire("127.0.0.1", server.port)
        if server.n_kills >= options.kills:
            is_over.wait()
        else:
            is_over.wait(numbers.uniform(0.05, 2.5))
            server.n_kills += 1
        current.wire = None
        server.kill()


def use(seed: int, base: str, disk: Path, current: Current) -> Phone:
    """One run: a phone fills some forms and sends until all are acknowledged."""
    from tests.support.surveys import submission

    numbers = random.Random(seed)
    network = Trouble(current, numbers, share=0.4)  # type: ignore[arg-type]
    phone = Phone(disk / str(seed), base, network, numbers)
    for i in range(FORMS):
        instance_id = f"uuid:{seed}-{i}"
        n_files = numbers.choice([0, 0, 0, 1, 3, 105 if seed % 50 == 0 else 0])
        files = {f"{j}.jpg": numbers.randbytes(numbers.choice([0, 10, 4000, 60_000])) for j in range(n_files)}
        xml = submission(instance_id, form="long", inner=f"<workers>{numbers.randrange(10**9)}</workers>")
        phone.fill(xml, instance_id, files)
    for attempt in range(TRIES):
        if attempt > 20:
            network.share = 0.1
        phone.send_all()
        if all(one.is_sent for one in phone.queue()):
            break
    for late in network.late:
        network._quietly(late)
    return phone


def report(options: argparse.Namespace, phones: list[Phone], took: float, n_kills: int) -> None:
    """Compare every queue with the database and the disk."""
    from django_scopes import scopes_disabled

    from nanduti.surveys import keeping
    from nanduti.surveys.models import QuarantinedPost, Submission

    n_forms = n_acknowledged = n_lost = n_files = n_bad_files = 0
    with scopes_disabled():
        n_rows = Submission.objects.count()
        for phone in phones:
            rows = {
                row.instance_id: row
                for row in Submission.objects.filter(instance_id__in=[f.instance_id for f in phone.queue()])
                .select_related("programme", "envelope")
                .prefetch_related("files")
            }
            for one in phone.queue():
                n_forms += 1
                if not one.is_sent:
                    continue
                n_acknowledged += 1
                row = rows.get(one.instance_id)
                if row is None or keeping.xml_of(row) != one.xml:
                    n_lost += 1
                    continue
                kept = {f.name: f for f in row.files.all() if f.replaced_at is None}
                for path in one.files:
                    n_files += 1
                    file = kept.get(path.name)
                    same = file is not None and b"".join(keeping.content_of(file)) == path.read_bytes()
                    n_bad_files += not same
        n_quarantined = QuarantinedPost.objects.count()
    print(f"\n## faults on {options.database}: {len(phones)} runs, {n_kills} kills, {took:.0f} s\n")
    print(f"forms {n_forms}, acknowledged {n_acknowledged}, lost {n_lost}")
    print(f"rows {n_rows}, more than forms (doubled) {max(0, n_rows - n_forms)}, quarantined {n_quarantined}")
    print(f"files acknowledged {n_files}, missing or other {n_bad_files}", flush=True)
    if n_lost or n_bad_files or n_rows > n_forms:
        raise SystemExit(1)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.surveys_door.faults", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite", help="which one")
    parser.add_argument("--runs", type=int, default=1000, help="phones, each with a few forms")
    parser.add_argument("--kills", type=int, default=40, help="how often the server is killed")
    parser.add_argument("--seed", type=int, default=1, help="where the seeds begin")
    return parser


if __name__ == "__main__":
    main()
