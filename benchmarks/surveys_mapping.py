"""Answers become records, measured on one database: ``python -m benchmarks.surveys_mapping --database sqlite``.

Distinct answers to the workshop census of the library lie behind the door. One process reads them with every step: each
becomes an enterprise with an establishment, seven fields in the vault and a dozen facts with their links.
"""

from __future__ import annotations

import argparse
import hashlib
import time
import uuid
from datetime import UTC, datetime

from benchmarks.platform.__main__ import installation

AT = datetime(2026, 3, 2, tzinfo=UTC)


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
            fill(int(options.scale * 3_000))
            report(options.database)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    return parser


def answers(n: int, version: str, instance: str) -> bytes:
    """The n-th workshop; nobody real lives there."""
    return (
        f'<data id="workshop_census" version="{version}" xmlns:orx="http://openrosa.org/xforms">'
        "<started_at>2026-03-02T08:00:00.000+00:00</started_at><ended_at>2026-03-02T08:21:00.000+00:00</ended_at>"
        "<opening><visited_on>2026-03-02</visited_on><consent>yes</consent></opening><census>"
        f"<who><workshop_name>Example Workshop {n}</workshop_name><respondent_name>Example Person {n}"
        f"</respondent_name><phone>+595 971 {n:06d}</phone><address>Example street {n}</address>"
        f"<position>-25.{n % 1000:03d} -57.3 0 5</position></who><the_workshop><founded_in>{1990 + n % 30}</founded_in>"
        f"<head_sex>woman</head_sex></the_workshop><production><products>shirts</products><output_month>{300 + n % 99}"
        f"</output_month><capacity_month>500</capacity_month></production><labour><n_women>{3 + n % 5}</n_women><n_men>"
        f"{2 + n % 3}</n_men><n_workers>{5 + n % 5 + n % 3}</n_workers><n_family>1</n_family><n_young>2</n_young>"
        "<n_insured>1</n_insured></labour><credit><has_credit>no</has_credit></credit></census>"
        f"<orx:meta><orx:instanceID>{instance}</orx:instanceID></orx:meta></data>"
    ).encode()


def fill(n: int) -> None:
    """As the door leaves them: rows that wait, with their sealed bytes."""
    from benchmarks.surveys_entities import world
    from nanduti.surveys.actions import instruments
    from nanduti.surveys.keeping import seal_xml
    from nanduti.surveys.models import Envelope, Submission

    programme, _cluster, enumerator = world()
    version = instruments.use_library_form(programme=programme, code="workshop_census", by="benchmark")
    instruments.publish(version=version, by="benchmark")
    rows, contents = [], []
    for i in range(n):
        instance = f"uuid:{uuid.UUID(int=i)}"
        xml = answers(i, version.label, instance)
        contents.append((xml, instance))
        rows.append(
            Submission(
                scope=enumerator.scope, programme=programme, instrument=version.instrument, instrument_version=version,
                form_id="workshop_census", form_version=version.label, instance_id=instance,
                xml_digest=hashlib.sha256(xml).hexdigest(), enumerator=enumerator, received_at=AT,
            )
        )  # fmt: skip
    made = Submission._base_manager.bulk_create(rows, batch_size=500)
    Envelope.objects.bulk_create(
        (
            Envelope(
                submission=row, n_bytes=len(xml),
                sealed=seal_xml(xml, programme_code=programme.code, instance_id=instance),
            )
            for row, (xml, instance) in zip(made, contents, strict=True)
        ),
        batch_size=500,
    )  # fmt: skip


def report(database: str) -> None:
    from nanduti.surveys import reading
    from nanduti.surveys.models import RecordLink, Submission

    reading.read_waiting()  # parses the form, once in the life of a process
    begun, cpu, n = time.perf_counter(), time.process_time(), 0
    while done := reading.read_waiting():
        n += done
    seconds, used = time.perf_counter() - begun, time.process_time() - cpu
    assert not Submission.objects.exclude(processing="done").exists()
    print(f"\n## answers become records, on {database}\n\n| Work | Aim | Measured |\n|---|---|---|")
    rate = f"{n / seconds:.0f}/s ({n / used:.0f} a core)"
    print(f"| {n} censuses read, checked and made records by one process | ≥ 150/s | {rate} |")
    print(
        f"| links kept, problems | – | {RecordLink.objects.count()}, {RecordLink.objects.exclude(problem={}).count()} |"
    )


if __name__ == "__main__":
    main()
