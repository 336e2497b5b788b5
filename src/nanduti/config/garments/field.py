"""Field work of the example: forms, phones, waves, and the answers that come through the door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from nanduti.methods.instruments import Definition
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster
from nanduti.surveys import keeping, reading
from nanduti.surveys.actions import enumerators, instruments, samples, submissions
from nanduti.surveys.arrivals import Arrival, Head
from nanduti.surveys.models import Enumerator, Instrument, InstrumentVersion, Submission, Wave

from .files import TOWNS, Row
from .writing import number_of, xml_of

BY = "demo"
BEGUN = datetime(2023, 4, 20, 14, 0, tzinfo=UTC)
CENSUS, ROSTER = "workshop_census", "relation_roster"
WAVES = (
    (CENSUS, "census-2023", "Census 2023", date(2023, 5, 8), date(2023, 6, 30), 320),
    (CENSUS, "visit-2024", "Second visit to the selected workshops 2024", date(2024, 2, 20), date(2024, 4, 30), 15),
    # A round for each town: the map of a town is drawn from its own.
    (ROSTER, "roster-pilar-2023", "Relations in Pilar 2023", date(2023, 7, 3), date(2023, 7, 8), 52),
    (ROSTER, "roster-yaguaron-2023", "Relations in Yaguarón 2023", date(2023, 7, 10), date(2023, 7, 15), 84),
    (ROSTER, "roster-mra-2023", "Relations in Mariano Roque Alonso 2023", date(2023, 7, 17), date(2023, 7, 22), 40),
)  # fmt: skip
IN_SPANISH = {
    "census-2023": "Censo 2023",
    "visit-2024": "Segunda visita a los talleres seleccionados 2024",
    "roster-pilar-2023": "Relaciones en Pilar 2023",
    "roster-yaguaron-2023": "Relaciones en Yaguarón 2023",
    "roster-mra-2023": "Relaciones en Mariano Roque Alonso 2023",
}
AT_ONCE = 100


@dataclass(frozen=True)
class Asked:
    """A form of the programme as it is filled: the instrument, its published version, what that asks."""

    instrument: Instrument
    version: InstrumentVersion
    definition: Definition


@dataclass(frozen=True)
class Sent:
    """A filled form on its way to the door."""

    number: str
    xml: bytes
    by: Enumerator
    at: datetime
    corrects: str = ""


def asked(programme: Programme, code: str) -> Asked:
    """The form of the library as this programme uses it, published once."""
    version = (
        InstrumentVersion.objects.filter(
            instrument__programme=programme,
            instrument__library_code=code,
            state=InstrumentVersion.State.PUBLISHED,
        )
        .select_related("instrument__scope", "instrument__programme")
        .order_by("id")
        .first()
    )
    if version is None:
        draft = instruments.use_library_form(programme=programme, code=code, by=BY, at=BEGUN)
        version = instruments.publish(version=draft, by=BY, at=BEGUN)
    return Asked(version.instrument, version, reading.definition_of(version.pk))


def open_waves(forms: dict[str, Asked]) -> dict[str, Wave]:
    """The rounds of field work, by code."""
    found = {}
    for form, code, title, opens_on, closes_on, target in WAVES:
        instrument = forms[form].instrument
        wave = Wave.objects.filter(instrument=instrument, code=code).first()
        values = {
            "code": code,
            "title": title,
            "title_es": IN_SPANISH[code],
            "opens_on": opens_on,
            "closes_on": closes_on,
            "target": target,
        }
        found[code] = wave or samples.open_wave(instrument=instrument, values=values, by=BY, at=BEGUN)
    return found


def phones(programme: Programme, codes: Iterable[str]) -> dict[str, Enumerator]:
    """An enrolled phone for each code; each sends from one town, which its code begins with."""
    known = {
        e.code: e for e in Enumerator.objects.filter(programme=programme).select_related("scope", "cluster")
    }
    clusters = {c.code: c for c in Cluster.objects.filter(code__in=TOWNS.values())}
    for code in sorted(set(codes) - set(known)):
        town = code.rpartition("-")[0]
        known[code] = enumerators.enrol(
            programme=programme,
            code=code,
            title=f"Phone {code}",
            cluster=clusters[TOWNS[town]],
            by=BY,
            at=BEGUN,
        ).enumerator
    return known


def filled(form: Asked, row: Row, by: Enumerator, *, number: str, corrects: str = "", firm: str = "") -> Sent:
    """The census as the phone sends it in the evening of the visit."""
    ended = datetime.fromisoformat(row["ended_at"])
    answers = {**row, "firm_code": firm}
    xml = xml_of(
        form.definition, answers, number, corrects=corrects, repeats={"equipment": machines(row["equipment"])}
    )
    return Sent(number, xml, by, ended + timedelta(hours=6), corrects)


def machines(text: str) -> list[Row]:
    """The rows of the repeat, from ``kind:number:age:state; …``.

    >>> machines("sewing:4:6:good")
    [{'machine_kind': 'sewing', 'machine_number': '4', 'machine_age': '6', 'machine_works': 'good'}]
    """
    names = ("machine_kind", "machine_number", "machine_age", "machine_works")
    return [
        dict(zip(names, part.strip().split(":"), strict=True)) for part in text.split(";") if part.strip()
    ]


def census_number(workshop: str, what: str = "census") -> str:
    """The instanceID under which a workshop's answers were sent."""
    return number_of(what, workshop)


# --- through the door


def send(programme: Programme, form: Asked, some: Sequence[Sent]) -> int:
    """Hand in what is not there yet, as phones do; returns how many were new."""
    n_new = 0
    fresh = list(_not_there(programme, some))
    for start in range(0, len(fresh), AT_ONCE):
        batch = fresh[start : start + AT_ONCE]
        outcomes = submissions.receive(
            programme=programme,
            arrivals=[_arrival(programme, form, one) for one in batch],
            by="door",
            at=batch[-1].at,
        )
        n_new += sum(outcome.status == "new" for outcome in outcomes)
    return n_new


def _not_there(programme: Programme, some: Sequence[Sent]) -> Iterable[Sent]:
    there = set(
        Submission.objects.filter(
            programme=programme, instance_id__in=[one.number for one in some]
        ).values_list("instance_id", flat=True)
    )
    return (one for one in some if one.number not in there)


def _arrival(programme: Programme, form: Asked, one: Sent) -> Arrival:
    return Arrival(
        head=Head(form.definition.form_id, form.definition.version, one.number, deprecated_id=one.corrects),
        scope=one.by.scope,
        digest=hashlib.sha256(one.xml).hexdigest(),
        n_bytes=len(one.xml),
        sealed=keeping.seal_xml(one.xml, programme_code=programme.code, instance_id=one.number),
        channel=Submission.Channel.PHONE,
        received_at=one.at,
        enumerator=one.by,
        device_id=f"collect:{one.by.code}",
    )


def read_all(programme: Programme) -> None:
    """Have everything read."""
    while _waiting(programme):
        if not reading.read_waiting():
            break


def _waiting(programme: Programme) -> bool:
    rows = Submission.objects.exclude(processing=Submission.Processing.DONE)
    return rows.filter(programme=programme, processing=Submission.Processing.WAITING).exists()


def scope_of(programme: Programme, town: str):
    """The scope of the programme's work in a town."""
    return work_scope(programme, Cluster.objects.get(code=TOWNS[town]))


def said_at(day: str, hour: int = 15) -> datetime:
    """A moment of a day by the clock of the place, for what was done in the office."""
    return timezone.make_aware(datetime.combine(date.fromisoformat(day), datetime.min.time())) + timedelta(
        hours=hour
    )
