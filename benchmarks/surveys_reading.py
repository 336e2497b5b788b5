"""Work behind the door, measured on one database: ``python -m benchmarks.surveys_reading --database sqlite``.

Reading: distinct answers to a form of 250 questions (about 4 kB each) lie sealed behind the door and are read in
batches by one process, with every step. Tables: a million short submissions of nine questions are filled in
directly; then the first page of their table and the whole as a data frame.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from benchmarks.platform.__main__ import installation

AT = datetime(2026, 3, 2, tzinfo=UTC)
N_QUESTIONS = 250
KINDS = ("int", "decimal", "string", "select1", "date")


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
            print(
                f"\n## surveys, behind the door, on {options.database}\n\n| Work | Aim | Measured |\n|---|---|---|"
            )
            programme = make_programme()
            if "reading" in options.only:
                report_reading(programme, int(options.scale * 3_000))
            if "tables" in options.only:
                report_tables(programme, int(options.scale * 1_000_000))


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--only", nargs="+", default=["reading", "tables"], choices=("reading", "tables"))
    return parser


def row(work: str, aim: str, measured: str) -> None:
    print(f"| {work} | {aim} | {measured} |", flush=True)


def make_programme():
    from nanduti.foundation.models import Scope
    from nanduti.programme.models import Programme

    scope = Scope.objects.create(kind="programme", code="bench", title="Bench")
    return Programme.objects.create(scope=scope, code="bench", title="Bench")


# --- reading


def form(n: int, code: str) -> str:
    """A form of so many questions, in groups of ten, with a repeat."""
    data, binds, body = [], [], []
    for g in range(n // 10):
        inner, shown = [], []
        for q in range(10):
            kind, name = KINDS[q % 5], f"q{g}_{q}"
            inner.append(f"<{name}/>")
            real = "string" if kind == "select1" else kind
            binds.append(f'<bind nodeset="/data/g{g}/{name}" type="{real}"/>')
            control = "select1" if kind == "select1" else "input"
            items = "<item><label>Yes</label><value>yes</value></item><item><label>No</label><value>no</value></item>"
            shown.append(
                f'<{control} ref="/data/g{g}/{name}"><label>Question {g}.{q}</label>'
                f"{items if kind == 'select1' else ''}</{control}>"
            )
        data.append(f"<g{g}>{''.join(inner)}</g{g}>")
        body.append(f'<group ref="/data/g{g}"><label>Part {g}</label>{"".join(shown)}</group>')
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" '
        'xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Bench</h:title><model><instance>'
        f'<data id="{code}" version="1"><start/><end/><owner_name/><place/>{"".join(data)}<meta><instanceID/></meta>'
        "</data></instance>"
        '<bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>'
        '<bind nodeset="/data/end" type="dateTime" jr:preload="timestamp" jr:preloadParams="end"/>'
        '<bind nodeset="/data/owner_name" type="string"/><bind nodeset="/data/place" type="geopoint"/>'
        f'{"".join(binds)}<bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>'
        '<input ref="/data/owner_name"><label>Owner</label></input>'
        '<input ref="/data/place"><label>Place</label></input>'
        f"{''.join(body)}</h:body></h:html>"
    )


def answers(n: int, chance: random.Random, code: str) -> str:
    said = {"int": lambda: str(chance.randrange(500)), "decimal": lambda: f"{chance.random() * 1000:.2f}",
            "string": lambda: "tela", "select1": lambda: chance.choice(("yes", "no")),
            "date": lambda: "2026-03-02"}  # fmt: skip
    parts = []
    for g in range(N_QUESTIONS // 10):
        # Most are asked, some are not relevant: about 4 kB in all.
        inner = "".join(
            f"<q{g}_{q}>{said[KINDS[q % 5]]()}</q{g}_{q}>" for q in range(10) if chance.random() < 0.7
        )
        parts.append(f"<g{g}>{inner}</g{g}>")
    begun = AT + timedelta(seconds=n)
    return (
        f'<data id="{code}" version="1"><start>{begun.isoformat()}</start>'
        f"<end>{(begun + timedelta(minutes=30)).isoformat()}</end><owner_name>Firm {n}</owner_name>"
        f"<place>-25.3 -57.{n % 1000:03d} 0 5</place>{''.join(parts)}"
        f"<meta><instanceID>uuid:{n:032d}</instanceID></meta></data>"
    )


def make_instrument(programme, code: str, xform: str):
    import hashlib

    from nanduti.methods.instruments import read_xform
    from nanduti.surveys.models import Instrument, InstrumentVersion

    instrument = Instrument.objects.create(scope=programme.scope, programme=programme, code=code, title=code)
    definition = read_xform(xform)
    version = InstrumentVersion.objects.create(
        scope=programme.scope, instrument=instrument, label="1", state="published", xform=xform,
        digest=hashlib.md5(xform.encode()).hexdigest(), definition=definition.to_json(), published_at=AT,
    )  # fmt: skip
    return instrument, version


def report_reading(programme, n: int) -> None:
    from nanduti.surveys import reading

    instrument, version = make_instrument(programme, "big", form(N_QUESTIONS, "big"))
    size = fill_envelopes(programme, instrument, version, n)
    reading.read_waiting(20)
    begun, begun_cpu = time.perf_counter(), time.process_time()
    done = 0
    while k := reading.read_waiting():
        done += k
    wall, cpu = time.perf_counter() - begun, time.process_time() - begun_cpu
    row(
        f"{done} answers of {N_QUESTIONS} questions ({size / 1000:.1f} kB) read, one process",
        "≥ 150/s",
        f"{done / wall:.0f}/s; {done / cpu:.0f}/s a core",
    )


def fill_envelopes(programme, instrument, version, n: int) -> float:
    from nanduti.surveys.keeping import seal_xml
    from nanduti.surveys.models import Envelope, Submission

    chance, total = random.Random(7), 0
    for start in range(0, n, 500):
        rows, texts = [], []
        for k in range(start, min(start + 500, n)):
            xml = answers(k, chance, "big").encode()
            total += len(xml)
            texts.append(xml)
            rows.append(
                Submission(
                    scope=programme.scope,
                    programme=programme,
                    instrument=instrument,
                    instrument_version=version,
                    form_id="big",
                    form_version="1",
                    instance_id=f"uuid:{k:032d}",
                    xml_digest=f"{k:064d}",
                    received_at=AT + timedelta(days=1, seconds=k),
                )
            )
        rows = Submission.objects.bulk_create(rows)
        Envelope.objects.bulk_create(
            Envelope(
                submission=r, n_bytes=len(x),
                sealed=seal_xml(x, programme_code=programme.code, instance_id=r.instance_id),
            )
            for r, x in zip(rows, texts)
        )  # fmt: skip
    return total / n


# --- tables


SMALL = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
<h:title>Small</h:title><model><instance>
<data id="small" version="1"><a/><b/><c/><d/><e/><f/><g/><h/><i/></data></instance>
<bind nodeset="/data/a" type="int"/><bind nodeset="/data/b" type="int"/><bind nodeset="/data/c" type="decimal"/>
<bind nodeset="/data/d" type="decimal"/><bind nodeset="/data/e" type="string"/><bind nodeset="/data/f" type="string"/>
<bind nodeset="/data/g" type="date"/><bind nodeset="/data/h" type="int"/><bind nodeset="/data/i" type="string"/>
</model></h:head><h:body>
<input ref="/data/a"><label>A</label></input><input ref="/data/b"><label>B</label></input>
<input ref="/data/c"><label>C</label></input><input ref="/data/d"><label>D</label></input>
<select1 ref="/data/e"><label>E</label><item><label>Yes</label><value>yes</value></item>
<item><label>No</label><value>no</value></item></select1><input ref="/data/f"><label>F</label></input>
<input ref="/data/g"><label>G</label></input><input ref="/data/h"><label>H</label></input>
<input ref="/data/i"><label>I</label></input></h:body></h:html>"""


def fill_answers(programme, n: int):
    """Rows written directly, as many as a country collects in years."""
    from django.db import connection

    instrument, version = make_instrument(programme, "small", SMALL)
    first = 10_000_000
    chance = random.Random(11)
    columns = (
        "id, scope_id, programme_id, instrument_id, instrument_version_id, form_id, form_version, instance_id, "
        "xml_digest, deprecated_id, is_current, is_trial, state, processing, processing_note, channel, device_id, "
        "received_at, n_files_expected, n_files_arrived"
    )
    submissions = f"INSERT INTO surveys_submission ({columns}) VALUES ({', '.join(['%s'] * 20)})"
    kept = (
        "INSERT INTO surveys_answerset (submission_id, instrument_version_id, answers, problems, read_at) "
        "VALUES (%s, %s, %s, %s, %s)"
    )
    true = 1 if connection.vendor == "sqlite" else True
    false = 0 if connection.vendor == "sqlite" else False
    from django.db import transaction

    for start in range(0, n, 20_000):
        rows, told = [], []
        for k in range(start, min(start + 20_000, n)):
            pk = first + k
            at = (AT + timedelta(seconds=k)).replace(tzinfo=None)  # as Django writes it
            rows.append((
                pk, programme.scope_id, programme.pk, instrument.pk, version.pk, "small", "1", f"uuid:small-{k}",
                "x" * 64, "", true, false, "received", "done", "", "phone", "", at.isoformat(" "), 0, 0,
            ))  # fmt: skip
            values = {"a": chance.randrange(100), "b": k, "c": chance.random(), "d": k / 7, "e": ("yes", "no")[k % 2],
                      "f": f"text {k % 50}", "g": "2026-03-02", "h": k % 13, "i": "abc"}  # fmt: skip
            told.append((pk, version.pk, json.dumps(values), "[]", at.isoformat(" ")))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.executemany(submissions, rows)
            cursor.executemany(kept, told)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return instrument


def report_tables(programme, n: int) -> None:
    import resource

    from django.conf import settings
    from django.test import Client

    from benchmarks.platform.__main__ import sign_in
    from nanduti.surveys.queries import tables

    instrument = fill_answers(programme, n)
    client = Client(SERVER_NAME="localhost")
    client.cookies[settings.SESSION_COOKIE_NAME] = sign_in()
    path = f"/p/bench/surveys/instruments/{instrument.pk}/table/"
    for name, query in (("first page", ""), ("filtered by a choice", "?answer=e&is=no")):
        times = []
        for _ in range(15):
            begun = time.perf_counter()
            answer = client.get(path + query)
            times.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        row(f"{name} of a table of {n:,} submissions", "< 300 ms", f"median {statistics.median(times):.0f} ms, "
            f"longest {max(times):.0f} ms")  # fmt: skip
    begun = time.perf_counter()
    made = tables.frame(instrument=instrument, access=None)
    wall = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row(
        f"{made.n:,} submissions of nine questions into a data frame",
        "< 5 s",
        f"{wall:.1f} s; peak {peak:.0f} MiB",
    )


if __name__ == "__main__":
    main()
