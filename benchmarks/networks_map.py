"""The relation map of a large cluster, measured: ``python -m benchmarks.networks_map --database sqlite``.

2,000 firms with 20,000 ties in two rounds. A coordinator opens the map for the first time and again, the map of 300
firms, the comparison of the rounds, and the measures; the time is that of the whole answer of the site.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import time
from datetime import date
from typing import Any

from benchmarks.platform.__main__ import installation


def main() -> None:
    options = parser().parse_args()
    with installation(options.database):
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        from django_scopes import scopes_disabled

        n = int(options.scale * 2_000)
        with scopes_disabled():
            fill("large", n, 10 * n)
            fill("small", 300, 1_200)
        print(f"\n## networks_map on {options.database}, load {os.getloadavg()[0]:.1f}\n")
        print("| Work | Aim | Measured |\n|---|---|---|", flush=True)
        measure()


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser


def fill(code: str, n: int, n_ties: int) -> Any:
    """A programme with one cluster whose firms deal with twenty neighbours and, now and then, with anybody."""
    from nanduti.foundation.models import Grant, Scope, User
    from nanduti.networks.models import Tie, TieActor, TieRespondent, TieWave
    from nanduti.programme.models import Component, Coverage, Programme
    from nanduti.programme.scopes import work_scope
    from nanduti.register.models import Cluster, Establishment, Organisation, Place
    from nanduti.register.pseudonyms import ESTABLISHMENT, ORGANISATION, Mint

    scope = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code=code, title=code)
    programme = Programme.objects.create(scope=scope, code=code, title=code.title())
    own = Scope.objects.create(kind=Scope.Kind.CLUSTER, code=f"{code}-firms", title=code)
    places = [
        Place.objects.create(code=f"{code}-{i}", name=f"Town {i}", kind="city", country_code="PY")
        for i in range(6)
    ]
    cluster = Cluster.objects.create(code=f"{code}-firms", name=code.title(), trade="garments", scope=own)
    part = Component.objects.create(programme=programme, scope=scope, code="c", name="Map")
    work = work_scope(programme, cluster)
    Coverage.objects.create(programme=programme, component=part, cluster=cluster, scope=work)
    user, _made = User.objects.get_or_create(username="coordinator")
    Grant.objects.create(user=user, role="coordinator", scope=scope, since=date(2020, 1, 1))
    mints = [Mint(lead, lambda drawn: []) for lead in (ORGANISATION, ESTABLISHMENT)]
    owners = Organisation._base_manager.bulk_create(
        Organisation(kind="enterprise", pseudonym=mints[0].next(), cluster=cluster, scope=own)
        for _ in range(n)
    )
    draw = random.Random(6)
    sites = Establishment._base_manager.bulk_create(
        Establishment(
            pseudonym=mints[1].next(), organisation=owner, cluster=cluster, scope=own, place=draw.choice(places),
            size_band=draw.choice(["micro"] * 8 + ["small", "medium"]),
        )
        for owner in owners
    )  # fmt: skip
    actors = TieActor._base_manager.bulk_create(
        TieActor(programme=programme, cluster=cluster, establishment=site, scope=work) for site in sites
    )
    for number in (1, 2):
        wave = TieWave._base_manager.create(
            programme=programme, cluster=cluster, code=f"round-{number}", title=f"Round {number}", scope=work,
            from_on=date(2024 + number, 3, 1), kinds=["asks_advice"],
        )  # fmt: skip
        TieRespondent._base_manager.bulk_create(
            TieRespondent(
                wave=wave, actor=actor, scope=work, state="silent" if draw.random() < 0.05 else "answered"
            )
            for actor in actors
        )
        pairs = set()
        while len(pairs) < n_ties:
            a = draw.randrange(n)
            b = (a + draw.randint(-20, 20)) % n if draw.random() < 0.9 else draw.randrange(n)
            if a != b:
                pairs.add((a, b))
        Tie._base_manager.bulk_create(
            (
                Tie(programme=programme, cluster=cluster, scope=work, wave=wave, kind="asks_advice", origin=actors[a],
                    target=actors[b])
                for a, b in pairs
            ),
            batch_size=2_000,
        )  # fmt: skip
    return programme


def measure() -> None:
    from django.conf import settings
    from django.test import Client

    from nanduti.foundation.models import User
    from nanduti.networks import remembered

    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="coordinator"), backend=settings.AUTHENTICATION_BACKENDS[-1])
    pages = [
        ("map of 300 firms and 1,200 ties", "< 1 s", "/p/small/networks/?wave=round-1"),
        ("map of 2,000 firms and 20,000 ties, first time", "< 3 s", "/p/large/networks/?wave=round-1"),
        ("the same again, firms coloured by size", "", "/p/large/networks/?wave=round-1&colour=size_class"),
        ("map of the second round, drawn where firms stood", "", "/p/large/networks/?wave=round-2"),
        ("what changed between the rounds", "", "/p/large/networks/?wave=round-2&before=round-1"),
        ("measures in words, brokers, sub-groups", "< 3 s", "/p/large/networks/measures/?wave=round-1"),
        ("every actor with its measures", "< 3 s", "/p/large/networks/actors/?wave=round-1"),
        ("who is left out", "", "/p/large/networks/left-out/?wave=round-1"),
        ("taken along as GraphML", "", "/p/large/networks/graphml/?wave=round-1"),
    ]
    client.get("/p/small/networks/")  # what the first page of a process costs is no part of a map
    remembered.forget()
    for work, aim, address in pages:
        begun, worked = time.perf_counter(), time.process_time()
        answer = client.get(address)
        took, worked = time.perf_counter() - begun, time.process_time() - worked
        assert answer.status_code == 200
        print(
            f"| {work} | {aim} | {took:.2f} s (processor {worked:.2f} s), {len(answer.content) / 1024:,.0f} kB |",
            flush=True,
        )
    print(f"| memory of the process | | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB |")


if __name__ == "__main__":
    main()
