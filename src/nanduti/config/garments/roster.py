"""The roster of relations: who deals with whom, asked of some of the workshops after the census."""

from __future__ import annotations

from datetime import timedelta

from nanduti.foundation import imports
from nanduti.foundation.models import User
from nanduti.networks.models import TieRespondent, TieWave
from nanduti.programme.models import Programme
from nanduti.register.models import Organisation
from nanduti.surveys.actions import reviews
from nanduti.surveys.models import Finding, Submission

from . import census, field
from .field import Asked, Sent, said_at
from .files import Row, by_workshop, rows
from .writing import number_of, xml_of

BODIES = ("lead-1", "lead-2", "lead-3", "lead-4", "lead-5", "precoop-neembucu")
TOWN_OF = {"PIL": "pilar", "YAG": "yaguaron", "MRA": "mra"}


def send_roster(programme: Programme, form: Asked, census_form: Asked) -> None:
    """One form for each workshop that was asked and answered, with the partners that it named."""
    some = list(by_workshop(rows("roster")))
    wanted = [_number(workshop) for workshop, _rows in some]
    if Submission.objects.filter(programme=programme, instance_id__in=wanted).count() == len(wanted):
        return
    codes = codes_of(programme, census_form)
    phones = field.phones(programme, {f"{town}-1" for town in TOWN_OF.values()})
    sent = []
    for place, (workshop, mine) in enumerate(some):
        phone = phones[f"{TOWN_OF[workshop[:3]]}-1"]
        sent.append(_sent(form, workshop, mine, codes, phone, place))
    field.send(programme, form, sent)


def codes_of(programme: Programme, census_form: Asked) -> dict[str, str]:
    """Workshop, lead firm or group of the files → its pseudonym, as it stands on the list that was handed out."""
    found = {key: firm.pseudonym for key, firm in census.establishments(programme, census_form).items()}
    bodies = Organisation.objects.filter(code__in=BODIES).values_list("code", "pseudonym")
    return found | dict(bodies)


def _number(workshop: str) -> str:
    return number_of("roster", workshop)


def _sent(form: Asked, workshop: str, mine: list[Row], codes: dict[str, str], phone, place: int) -> Sent:
    partners = [{**row, "partner_code": codes.get(row["partner"], "")} for row in mine if row["relations"]]
    asked_at = said_at(mine[0]["asked_on"], hour=9) + timedelta(minutes=9 * (place % 50))
    answers = {
        "started_at": asked_at.isoformat(),
        "ended_at": (asked_at + timedelta(minutes=8)).isoformat(),
        "firm_code": codes[workshop],
        "asked_on": mine[0]["asked_on"],
        "n_more": mine[0]["n_more"],
    }
    number = _number(workshop)
    xml = xml_of(form.definition, answers, number, repeats={"partners": partners})
    return Sent(number, xml, phone, asked_at + timedelta(hours=8))


def note_silent(programme: Programme, census_form: Asked) -> None:
    """Who was asked and did not answer: without them the map would take silence for having no ties."""
    codes, waves = codes_of(programme, census_form), {w.cluster_id: w for w in _rounds(programme)}
    firms = census.establishments(programme, census_form)
    table = []
    for row in rows("silent"):
        firm = firms[row["workshop"]]
        table.append(
            {
                "programme": programme.code,
                "wave": waves[firm.cluster_id].code,
                "kind": "establishment",
                "actor": codes[row["workshop"]],
                "state": TieRespondent.State.SILENT.value,
            }
        )
    if TieRespondent.objects.filter(wave__programme=programme, state=TieRespondent.State.SILENT).exists():
        return
    sheet = imports.Sheet("silent.csv", "actors", list(table[0]), list(enumerate(table, start=2)))
    imports.import_sheets(sheets=[sheet], name="silent.csv", access=None, by=field.BY)


def _rounds(programme: Programme) -> list[TieWave]:
    return list(TieWave.objects.filter(programme=programme, survey_wave__isnull=False))


def explain_nobody(form: Asked, by: User) -> None:
    """Who names nobody was asked a second time; that is an answer, not a gap."""
    doubts = Finding.objects.filter(
        instrument=form.instrument, rule="check:no_partner", state=Finding.State.OPEN
    )
    for finding in doubts.select_related("submission", "instrument", "scope"):
        reviews.settle_finding(
            finding=finding,
            state=Finding.State.EXPLAINED,
            text="Asked twice: deals with no other workshop.",
            by=by,
            at=said_at("2023-08-02"),
        )
