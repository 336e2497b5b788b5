"""Safe tables of a register, measured on one database: ``python -m benchmarks.release --database sqlite``.

A million establishments of forty clusters in four hundred towns. The table of towns by size is read, protected,
certified and attacked; then the same table is held against itself as it was published before, one firm less.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from benchmarks.platform.__main__ import installation

CLUSTERS, TOWNS = 40, 400
# Nine in ten are micro, one in a thousand is large: in a town of 2,500 that is one, two or none.
DRAWN = "((i * 7919 + (i / 400) * 104729) % 1000)"
SIZES = (
    f"CASE WHEN {DRAWN} < 900 THEN 'micro' WHEN {DRAWN} < 980 THEN 'small' "
    f"WHEN {DRAWN} < 999 THEN 'medium' ELSE 'large' END"
)


def main() -> None:
    options = parser().parse_args()
    with installation(options.database):
        import django
        from django.core.management import call_command

        django.setup()
        for alias in ("default", "vault"):
            call_command("migrate", database=alias, verbosity=0)
        from django_scopes import scopes_disabled

        with scopes_disabled():
            programme = fill(int(options.scale * 1_000_000))
            report(options.database, programme)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser


def fill(n: int) -> Any:
    """A programme over a register; one enterprise in a hundred owns two establishments."""
    from django.db import connection

    from nanduti.foundation.models import Scope
    from nanduti.programme.models import Component, Coverage, Programme
    from nanduti.programme.scopes import work_scope
    from nanduti.register.models import Cluster, Establishment, Organisation, Place

    scope = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="count", title="Count")
    programme = Programme.objects.create(scope=scope, code="count", title="Count")
    part = Component.objects.create(programme=programme, scope=scope, code="c", name="Register")
    places = [
        Place.objects.create(code=f"town-{i}", name=f"Town {i}", kind="city", country_code="PY")
        for i in range(TOWNS)
    ]
    scopes = [
        Scope.objects.create(kind=Scope.Kind.CLUSTER, code=f"cluster-{i}", title=f"Cluster {i}")
        for i in range(CLUSTERS)
    ]
    clusters = [
        Cluster.objects.create(
            code=f"cluster-{i}", name=f"Cluster {i}", place=places[i], trade="garments", scope=own
        )
        for i, own in enumerate(scopes)
    ]
    for cluster in clusters:
        work = work_scope(programme, cluster)
        Coverage.objects.create(programme=programme, component=part, cluster=cluster, scope=work)
    own = {
        "cluster_id": f"{clusters[0].pk} + i % {CLUSTERS}",
        "scope_id": f"{scopes[0].pk} + i % {CLUSTERS}",
        "place_id": f"{places[0].pk} + (i * 7) % {TOWNS}",
    }
    firm = Organisation(kind="enterprise", pseudonym="F-0000000", cluster=clusters[0], scope=scopes[0])
    firm.save()
    multiply(firm, n, own | {"pseudonym": "'F' || CAST(10000000 + i AS text)"})
    site = Establishment(
        organisation=firm, pseudonym="E-0000000", cluster=clusters[0], scope=scopes[0], place=places[0]
    )
    site.save()
    multiply(
        site,
        n - 1,
        own
        | {
            "pseudonym": "'E' || CAST(10000000 + i AS text)",
            "organisation_id": f"{firm.pk} + i - (CASE WHEN i % 100 = 1 THEN 1 ELSE 0 END)",
            "size_band": SIZES,
        },
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return programme


def multiply(row: Any, n: int, changed: dict[str, str]) -> None:
    """``n`` more rows like this one, made by the database; ``i`` counts them in the expressions for what changes."""
    from django.db import connection

    fields = [f for f in row._meta.concrete_fields if not f.primary_key]
    columns = ", ".join(f'"{f.column}"' for f in fields)
    said = ", ".join(changed.get(f.column, "%s") for f in fields).replace(" % ", " %% ")
    values = [
        f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields if f.column not in changed
    ]
    more = f"SELECT i + 1 FROM counted WHERE i < {n}"
    count = f"WITH RECURSIVE counted(i) AS (SELECT CAST(1 AS bigint) UNION ALL {more}) "
    insert = f'INSERT INTO "{row._meta.db_table}" ({columns}) '
    parts = (insert + count) if connection.vendor == "postgresql" else (count + insert)
    with connection.cursor() as cursor:
        cursor.execute(f"{parts}SELECT {said} FROM counted", values)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock, seconds of processor, and what came out."""
    begun, cpu = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - begun, time.process_time() - cpu, made


def report(database: str, programme: Any) -> None:
    from dataclasses import replace

    from nanduti.release.gate import tables as gate
    from nanduti.release.gate.ledger import Entry
    from nanduti.release.materials import tables
    from nanduti.release.rules import protection_of

    print(f"\n## release, on {database}\n\n| Work | Aim | Measured |\n|---|---|---|")

    def say(work: str, aim: str, seconds: float, cpu: float, more: str = "") -> None:
        print(f"| {work} | {aim} | {seconds:.2f} s ({cpu:.2f} s of processor){more} |", flush=True)

    spec = {"source": "register", "dims": ["place", "size_class"]}
    # As in a server that has read something before.
    tables.load(programme, {**spec, "clusters": ["cluster-0"]})
    seconds, cpu, material = timed(lambda: tables.load(programme, spec))
    say(f"read {material.frame.height} establishments", "–", seconds, cpu)
    protection = protection_of({})
    seconds_gate, cpu_gate, found = timed(
        lambda: gate.check(material, protection, [], title="Register", secret=b"")
    )
    more = f", {found.n_hidden} of {found.n_cells} cells hidden"
    say("protect, certify and attack the table of towns by size", "–", seconds_gate, cpu_gate, more)
    say("both together", "< 5 s", seconds + seconds_gate, cpu + cpu_gate)
    seconds, cpu, _digest = timed(lambda: material.digest)
    say("fingerprint of the records", "–", seconds, cpu)
    later = replace(material, frame=material.frame[1:])
    seconds, cpu, _found = timed(
        lambda: gate.check(
            later, protection, [Entry.unpack(found.entry)], title="Register, one firm less", secret=b""
        )
    )
    say("the same, held against what was published before", "–", seconds, cpu)


if __name__ == "__main__":
    main()
