"""A census of workshops behind the door: answers as the reading leaves them, made from plain dictionaries.

``census(made, rows)`` gives each row an establishment of its own; a row is what was answered, by names of questions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django_scopes import scopes_disabled

from nanduti.foundation.models import Scope, User
from nanduti.methods.instruments import Definition
from nanduti.programme.models import Component, Coverage, Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster, Establishment, Organisation
from nanduti.surveys import library
from nanduti.surveys.models import AnswerSet, Instrument, InstrumentVersion, Submission, Wave
from nanduti.surveys.workbooks import convert
from tests.support.register import World, world

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass
class Census:
    """A programme whose workshops were counted with a form of the library."""

    world: World
    programme: Programme
    instruments: dict[str, Instrument] = field(default_factory=dict)
    n: int = 0

    @property
    def cluster(self) -> Cluster:
        return self.world.cluster

    @property
    def other(self) -> Cluster:
        return self.world.other

    def user(self, role: str) -> User:
        return self.world.users[role]


@cache
def definition(code: str) -> Definition:
    """What a form of the library asks."""
    return convert(f"{code}.xlsx", library.form(code).sheets, version="2026030200").definition


def field_of(both: bool = True) -> Census:
    """A programme at work in one cluster or both, with nothing asked yet."""
    with scopes_disabled():
        made = world()
        scope = Scope.objects.get(kind="programme", code="weaving")
        programme = Programme.objects.create(scope=scope, code="weaving", title="Weaving", title_es="Tejido")
        part = Component.objects.create(programme=programme, scope=scope, code="field", name="Field work")
        for cluster in [made.cluster, made.other][: 2 if both else 1]:
            work = work_scope(programme, cluster)
            Coverage.objects.create(programme=programme, component=part, cluster=cluster, scope=work)
        return Census(made, programme)


def instrument(made: Census, code: str = "workshop_census") -> Instrument:
    """The form, published without the validator: that it is one is tested elsewhere."""
    if code not in made.instruments:
        form, asked = library.form(code), definition(code)
        row = Instrument.objects.create(
            programme=made.programme, scope=made.programme.scope, code=code, kind=form.kind,
            title=form.title["en"], title_es=form.title["es"], library_code=code,
        )  # fmt: skip
        InstrumentVersion.objects.create(
            instrument=row, scope=row.scope, label=asked.version, state="published", xform="<x/>", digest=code[:32],
            definition=asked.to_json(), languages=list(asked.languages), n_questions=len(asked.asked()),
            published_at=AT,
        )  # fmt: skip
        made.instruments[code] = row
    return made.instruments[code]


def paths(code: str, row: dict[str, Any]) -> dict[str, Any]:
    """What was answered, by paths; repeats are lists of dictionaries under their name."""
    asked, said = definition(code), {}
    repeats = {r.name: r.path for r in asked.repeats}
    for name, value in row.items():
        if name in repeats:
            inner = {q.name: q.path for q in asked.questions if q.repeat == repeats[name]}
            said[repeats[name]] = [{inner[k]: v for k, v in one.items()} for one in value]
        else:
            question = asked.question(name)
            assert question is not None, name
            said[question.path] = value
    return said


def establishment(made: Census, cluster: Cluster | None = None, **values: Any) -> Establishment:
    """A workshop of the register, without anything in the vault."""
    where = cluster or made.cluster
    firm = Organisation.objects.create(kind="enterprise", cluster=where, place=where.place, scope=where.scope)
    return Establishment.objects.create(
        organisation=firm, cluster=where, scope=where.scope, **{"place": where.place, **values}
    )


def answered(
    made: Census,
    row: dict[str, Any],
    *,
    code: str = "workshop_census",
    cluster: Cluster | None = None,
    of: Establishment | None = None,
    linked: bool = True,
    day: int = 0,
    **values: Any,
) -> Submission:
    """One filled form, ``day`` days after the first."""
    form = instrument(made, code)
    version = form.versions.first()
    site = of or (establishment(made, cluster) if linked else None)
    where = cluster or (site.cluster if site else made.cluster)
    made.n += 1
    submission = Submission.objects.create(**{
        "scope": work_scope(made.programme, where), "programme": made.programme, "instrument": form,
        "instrument_version": version, "form_id": code, "form_version": version.label,
        "instance_id": f"uuid:{made.n}", "xml_digest": str(made.n), "received_at": AT + timedelta(days=day),
        "processing": "done", "cluster": where, "establishment": site, **values,
    })  # fmt: skip
    AnswerSet.objects.create(
        submission=submission, instrument_version=version, answers=paths(code, row), read_at=AT
    )
    return submission


def wave(
    made: Census, code: str = "first", *, opens: int = 0, closes: int = 30, form: str = "workshop_census"
) -> Wave:
    """A round of field work, by days after the first."""
    begin = AT.date()
    return Wave.objects.create(
        instrument=instrument(made, form), scope=made.programme.scope, code=code, title=code.title(),
        opens_on=begin + timedelta(days=opens), closes_on=begin + timedelta(days=closes),
    )  # fmt: skip


def three_workshops(made: Census) -> list[Submission]:
    """The few that most tests are about: two of one cluster, one of the other."""
    return [
        answered(made, {"n_women": 4, "n_men": 1, "n_workers": 5, "n_insured": 1, "tax_registered": "yes",
                        "head_sex": "woman", "devices": ["phone"], "products": ["shoes", "bags"],
                        "output_month": 300, "capacity_month": 400, "customers": ["consumers"],
                        "equipment": [{"machine_kind": "sewing", "machine_number": 2}]}),
        answered(made, {"n_women": 0, "n_men": 2, "n_workers": 2, "tax_registered": "no", "head_sex": "man",
                        "devices": ["phone", "computer"], "products": ["shoes"], "customers": ["export"],
                        "share_abroad": 50, "equipment": [{"machine_kind": "cutting", "machine_number": 1},
                                                          {"machine_kind": "sewing", "machine_number": 3}]}),
        answered(made, {"n_women": 10, "n_men": 10, "n_workers": 20, "n_insured": 20, "tax_registered": "dont_know",
                        "head_sex": "not_said", "devices": ["none"], "products": ["boots"]}, cluster=made.other),
    ]  # fmt: skip
