"""Indicators of a census, measured on one database: ``python -m benchmarks.indicators --database sqlite``.

100,000 workshops of ten clusters have answered the census of the library, one answer each. All indicators of the
library that are about it are worked out with every disaggregation, for all clusters and each, and written down; the
unit frame is read whole; the page's questions are asked.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from benchmarks.platform.__main__ import installation

AT = datetime(2026, 3, 2, tzinfo=UTC)
CLUSTERS = 10


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
            programme = fill(int(options.scale * 100_000))
            report(options.database, programme)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser


def answers(draw: random.Random) -> dict[str, Any]:
    """What one workshop said; nobody real works there."""
    women, men = draw.randint(0, 8), draw.randint(0, 6) + 1
    people = women + men
    said: dict[str, Any] = {
        "opening/visited_on": "2026-03-02", "opening/consent": "yes",
        "census/the_workshop/founded_in": draw.randint(1980, 2025),
        "census/the_workshop/ownership": draw.choice(["one_person", "family", "partners"]),
        "census/the_workshop/head_sex": draw.choice(["woman", "man", "man", "not_said"]),
        "census/production/products": draw.sample(["shoes", "bags", "boots", "garments"], draw.randint(1, 2)),
        "census/production/output_month": draw.randint(50, 900), "census/production/capacity_month": 1_000,
        "census/production/own_brand": draw.choice(["yes", "no"]),
        "census/labour/n_women": women, "census/labour/n_men": men, "census/labour/n_workers": people,
        "census/labour/n_family": draw.randint(0, min(2, people)), "census/labour/n_young": draw.randint(0, people),
        "census/labour/n_home": draw.randint(0, 3), "census/labour/n_contract": draw.randint(0, people),
        "census/footing/tax_registered": draw.choice(["yes", "no", "no", "dont_know"]),
        "census/footing/licence": draw.choice(["yes", "no"]),
        "census/footing/keeps_accounts": draw.choice(["yes", "no"]),
        "census/sales/customers": draw.sample(["consumers", "shops", "lead_firm", "export"], draw.randint(1, 2)),
        "census/sales/share_lead": draw.randint(0, 100), "census/credit/has_credit": draw.choice(["yes", "no"]),
        "census/safety_group/accidents": draw.choice([0, 0, 0, 1]),
        "census/ict/devices": draw.choice([["phone"], ["phone", "computer"], ["none"]]),
        "census/ict/digital_use": draw.choice([["messages"], ["messages", "social"], ["none"]]),
        "census/together/member_of": draw.choice([["none"], ["association"], ["savings", "informal"]]),
        "census/together/joint_action": draw.choice([["none"], ["buying"]]),
        "census/together/trust_colleagues": draw.choice("12345"),
        "census/equipment": [
            {"census/equipment/machine_kind": draw.choice(["sewing", "cutting"]), "census/equipment/machine_number": n,
             "census/equipment/machine_works": draw.choice(["good", "repair"])}
            for n in range(1, draw.randint(1, 3) + 1)
        ],
    }  # fmt: skip
    if "export" in said["census/sales/customers"]:
        said["census/sales/share_abroad"] = draw.randint(1, 60)
    if draw.random() < 0.9:
        said["census/labour/n_insured"] = draw.randint(0, people)
    return said


def fill(n: int) -> Any:
    """A programme of ten clusters with its census, as the reading leaves it."""
    from django.db import connection

    from nanduti.foundation.models import Scope
    from nanduti.indicators import actions, library
    from nanduti.programme.models import Component, Coverage, Programme
    from nanduti.programme.scopes import work_scope
    from nanduti.register.models import Cluster, Establishment, Organisation, Place
    from nanduti.surveys.actions import instruments
    from nanduti.surveys.models import AnswerSet, Submission

    scope = Scope.objects.create(kind=Scope.Kind.PROGRAMME, code="count", title="Count")
    programme = Programme.objects.create(scope=scope, code="count", title="Count")
    part = Component.objects.create(programme=programme, scope=scope, code="c", name="Census")
    clusters = []
    for i in range(CLUSTERS):
        place = Place.objects.create(code=f"town-{i}", name=f"Town {i}", kind="city", country_code="PY")
        own = Scope.objects.create(kind=Scope.Kind.CLUSTER, code=f"cluster-{i}", title=f"Cluster {i}")
        cluster = Cluster.objects.create(
            code=f"cluster-{i}", name=f"Cluster {i}", place=place, trade="garments", scope=own
        )
        Coverage.objects.create(
            programme=programme, component=part, cluster=cluster, scope=work_scope(programme, cluster)
        )
        clusters.append(cluster)
    work = [work_scope(programme, c) for c in clusters]
    version = instruments.use_library_form(programme=programme, code="workshop_census", by="benchmark")
    instruments.publish(version=version, by="benchmark")
    draw = random.Random(6)
    for start in range(0, n, 5_000):
        numbers = range(start, min(n, start + 5_000))
        firms = Organisation._base_manager.bulk_create(
            [
                Organisation(
                    kind="enterprise", pseudonym=f"F-{i:07d}", cluster=clusters[i % CLUSTERS],
                    scope=clusters[i % CLUSTERS].scope, sort_text=f"1 {i}",
                )
                for i in numbers
            ],
            batch_size=1_000,
        )  # fmt: skip
        sites = Establishment._base_manager.bulk_create(
            [
                Establishment(
                    organisation=firm, pseudonym=f"E{firm.pseudonym[1:]}", cluster=firm.cluster, scope=firm.scope,
                    place=firm.cluster.place, n_workers=draw.randint(1, 90),
                )
                for firm in firms
            ],
            batch_size=1_000,
        )  # fmt: skip
        rows = Submission._base_manager.bulk_create(
            [
                Submission(
                    scope=work[i % CLUSTERS], programme=programme, instrument=version.instrument,
                    instrument_version=version, form_id="workshop_census", form_version=version.label,
                    instance_id=f"uuid:{i}", xml_digest=str(i), received_at=AT, processing="done", cluster=site.cluster,
                    establishment=site,
                )
                for i, site in zip(numbers, sites, strict=True)
            ],
            batch_size=1_000,
        )  # fmt: skip
        AnswerSet._base_manager.bulk_create(
            [AnswerSet(submission=row, instrument_version=version, answers=answers(draw), read_at=AT) for row in rows],
            batch_size=1_000,
        )  # fmt: skip
    codes = [d.code for d in library.definitions().values() if "workshop_census" in d.instruments]
    actions.take_from_library(programme=programme, codes=codes, by="benchmark")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return programme


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds by the clock, seconds of processor, and what came out."""
    begun, cpu = time.perf_counter(), time.process_time()
    made = work()
    return time.perf_counter() - begun, time.process_time() - cpu, made


def report(database: str, programme: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from nanduti.indicators import computing, queries
    from nanduti.indicators.models import Measurement
    from nanduti.indicators.units import unit_frame

    print(f"\n## indicators, on {database}\n\n| Work | Aim | Measured |\n|---|---|---|")

    def say(work: str, aim: str, seconds: float, cpu: float, more: str = "") -> None:
        print(f"| {work} | {aim} | {seconds:.2f} s ({cpu:.2f} s of processor){more} |", flush=True)

    unit_frame(
        programme=programme, access=None, instrument="workshop_census", columns=["n_women"]
    )  # reads the form
    with CaptureQueriesContext(
        connection,
    ) as queried:
        seconds, cpu, units = timed(
            lambda: unit_frame(programme=programme, access=None, instrument="workshop_census")
        )
    say(f"unit frame, {units.n} rows × {len(units.columns)} columns", "seconds", seconds, cpu,
        f", {len(queried)} statements beside Arrow")  # fmt: skip
    seconds, cpu, _runs = timed(lambda: computing.compute(programme=programme, by="benchmark"))
    n = Measurement.objects.count()
    groups = sum(len(cells) for m in Measurement.objects.all() for cells in m.groups.values())
    say(f"all indicators with disaggregations, {n} measurements and {groups} groups", "< 5 s", seconds, cpu)
    seconds, cpu, frame = timed(
        lambda: queries.values(programme=programme, access=None, by=["place", "size_class", "products"])
    )
    say(f"values as a frame, {frame.height} rows", "–", seconds, cpu)
    told = queries.indicator_by_code(programme=programme, code="women_share")
    row = Measurement.objects.get(indicator_version=told, cluster=None, is_current=True)
    seconds, cpu, found = timed(lambda: queries.behind(version=told, measurement=row, access=None))
    say(f"the {found.lines.height} rows behind one value", "–", seconds, cpu)
    print(json.dumps({"said": int((frame["verdict"] == "said").sum()), "of": frame.height}))


if __name__ == "__main__":
    main()
