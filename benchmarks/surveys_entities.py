"""Entity lists, measured on one database: ``python -m benchmarks.surveys_entities --database sqlite``.

A list of 100,000 entities as forms make them (label sealed, four properties), given to one enumerator: made, and asked
for again when nothing changed. And the register's own list of 100,000 establishments: mirrored once, then given.
"""

from __future__ import annotations

import argparse
import statistics
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

from benchmarks.platform.__main__ import installation

AT = datetime(2026, 3, 2, tzinfo=UTC)
REPEATS = 5


def main() -> None:
    options = parser().parse_args()
    with installation(options.database):
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        from django_scopes import scopes_disabled

        n = int(options.scale * 100_000)
        print(
            f"\n## entity lists on {options.database}, {n:,} entities\n\n| Work | Aim | Measured |\n|---|---|---|"
        )
        with scopes_disabled():
            programme, cluster, enumerator = world()
            report(own_list(programme, cluster, n), enumerator, "made by forms")
            fill_register(cluster, n)
            report_register(programme, enumerator)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser


def timed(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def row(work: str, aim: str, measured: str) -> None:
    print(f"| {work} | {aim} | {measured} |", flush=True)


def world():
    from nanduti.foundation.models import Scope
    from nanduti.programme.models import Component, Coverage, Programme
    from nanduti.programme.scopes import work_scope
    from nanduti.register.models import Cluster
    from nanduti.surveys.actions import enumerators

    scope = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="p", title="P")
    programme = Programme.objects.create(scope=scope, code="p", title="P")
    own = Scope.objects.create(kind=Scope.Kind.CLUSTER, code="c")
    cluster = Cluster.objects.create(code="c", name="C", trade="garments", scope=own)
    part = Component.objects.create(programme=programme, scope=scope, code="f", name="F")
    Coverage.objects.create(
        programme=programme, component=part, cluster=cluster, scope=work_scope(programme, cluster)
    )
    made = enumerators.enrol(programme=programme, code="e", cluster=cluster, by="benchmark", at=AT)
    return programme, cluster, made.enumerator


def own_list(programme, cluster, n: int):
    from nanduti.surveys.entities.applying import key_of
    from nanduti.surveys.entities.contents import Content, kept
    from nanduti.surveys.models import Entity, EntityList

    names = ("product", "workers", "town", "visited")
    made = EntityList.objects.create(
        programme=programme,
        scope=programme.scope,
        name="firms",
        properties=[{"name": name} for name in names],
    )
    rows = []
    for i in range(n):
        entity = Entity(entity_list=made, uuid=uuid.UUID(int=i), scope=programme.scope, cluster=cluster)
        content = Content(
            f"Workshop {i}", dict(zip(names, ("shirts", str(i % 40), f"town {i % 9}", "2026-03-02")))
        )
        entity.data, entity.sealed = kept(content, identifying=(), bound_to=key_of(entity))
        rows.append(entity)
    Entity._base_manager.bulk_create(rows, batch_size=2_000)
    return made


def report(entity_list, enumerator, what: str) -> None:
    from nanduti.surveys.entities.serving import Lists

    lists = Lists()
    size = len(lists.csv(entity_list, enumerator))
    row(
        f"a list {what}, generated ({size / 1e6:.1f} MB)",
        "< 2 s",
        f"{timed(lambda: lists.csv(entity_list, enumerator)):.2f} s",
    )
    again = timed(lambda: lists.token(entity_list, enumerator))
    row(f"a list {what}, asked for again (its token)", "< 20 ms", f"{again * 1000:.1f} ms")


def fill_register(cluster, n: int) -> None:
    from nanduti.register.models import Establishment, Organisation

    firm = Organisation.objects.create(kind="enterprise", cluster=cluster, scope=cluster.scope)
    Establishment._base_manager.bulk_create(
        (
            Establishment(
                organisation=firm, cluster=cluster, scope=cluster.scope, activity="1410", n_workers=i % 60,
                size_band="micro", pseudonym=f"W-{i:08d}",
            )
            for i in range(n)
        ),
        batch_size=2_000,
    )  # fmt: skip


def report_register(programme, enumerator) -> None:
    from nanduti.surveys.entities import mirroring
    from nanduti.surveys.models import EntityList

    made = EntityList.objects.create(
        programme=programme, scope=programme.scope, name="register", kind=EntityList.Kind.ESTABLISHMENTS
    )
    begun = time.perf_counter()
    mirroring.refresh(made)
    row("the register's list, mirrored the first time", "–", f"{time.perf_counter() - begun:.1f} s")
    report(made, enumerator, "of the register")


if __name__ == "__main__":
    main()
