"""The relation roster of the library, filled in: nominations, ties, respondents, and whoever is not known yet."""

from __future__ import annotations

import pytest

from nanduti.networks.models import Nomination, Tie, TieActor, TieRespondent, TieWave
from nanduti.register.models import Establishment
from nanduti.surveys import reading
from nanduti.surveys.actions import instruments
from nanduti.surveys.models import AnswerMapping, RecordLink, Submission, Wave
from nanduti.surveys.queries.mappings import problems
from tests.surveys.answered import AT, instance_id, waiting

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NAME = "Clorinda Yvyráme"


@pytest.fixture
def roster(found):
    """The form, published, with the mapping it comes with."""
    draft = instruments.use_library_form(programme=found.programme, code="relation_roster", by="test", at=AT)
    instruments.publish(version=draft, by="test", at=AT)
    draft.refresh_from_db()
    assert AnswerMapping.objects.filter(instrument=draft.instrument, is_active=True).exists()
    return draft


def row(code: str = "", name: str = "", relations: str = "", trust: str = "", since: str = "") -> str:
    return (
        f"<partners><partner><partner_code>{code}</partner_code><partner_name>{name}</partner_name>"
        f"<relations>{relations}</relations><trust>{trust}</trust></partner>"
        f"<partner_more><frequency>weekly</frequency><since_year>{since}</since_year></partner_more></partners>"
    )


def answer(
    found, roster, n: int, who: str, *rows: str, more: str = "", coupon: str = "", **values
) -> Submission:
    number = values.pop("number", n)
    xml = (
        f'<data id="relation_roster" version="{roster.label}"><opening><firm_code>{who}</firm_code>'
        f"<asked_on>2026-03-0{1 + n % 8}</asked_on><coupon>{coupon}</coupon></opening>{''.join(rows)}"
        f"<n_more>{more}</n_more><meta><instanceID>{instance_id(number)}</instanceID></meta></data>"
    )
    made = waiting(
        found.made, number, xml, instrument=roster.instrument, instrument_version=roster, form_id="relation_roster",
        form_version=roster.label, **values,
    )  # fmt: skip
    reading.read_waiting()
    return made


def test_a_row_becomes_the_ties_that_were_ticked(found, roster):
    a, b = found.name(0), found.name(1)
    answer(found, roster, 1, a, row(b, relations="sells_to borrows_from", trust="4", since="2019"), more="3")
    ties = {(t.kind, str(t.origin), str(t.target), t.strength) for t in Tie.objects.exclude(wave=found.wave)}
    # "They lend to me" is their tie to me.
    assert ties == {("sells_to", a, b, None), ("lends_to", b, a, None), ("trusts", a, b, 4.0)}
    first = Tie.objects.get(kind="sells_to")
    assert (first.began_on.year, str(first.told_by), first.state) == (2019, a, "said")
    respondent = TieRespondent.objects.get(wave=first.wave)
    assert (respondent.n_more, respondent.state, str(respondent.actor)) == (3, "answered", a)
    assert first.wave.code == roster.instrument.code


def test_no_trust_at_all_is_an_answer_and_no_tie(found, roster):
    answer(found, roster, 1, found.name(0), row(found.name(1), relations="competes", trust="1"))
    assert Tie.objects.get(kind="trusts").state == "none"


def test_a_corrected_answer_changes_its_ties_and_doubles_none(found, roster):
    a, b, c = (found.name(n) for n in range(3))
    first = answer(found, roster, 1, a, row(b, relations="sells_to"), row(c, relations="kin"))
    assert Nomination.objects.count() == 2
    Submission.objects.update(processing="waiting")
    reading.read_waiting()
    assert Nomination.objects.count() == 2 and Tie.objects.filter(kind="sells_to").count() == 1
    Submission.objects.filter(pk=first.pk).update(is_current=False)
    answer(found, roster, 1, a, row(b, relations="asks_advice"), number=2, corrects=first)
    assert Nomination.objects.count() == 1
    assert [t.kind for t in Tie.objects.exclude(wave=found.wave)] == ["asks_advice"]


def test_a_name_that_nobody_knows_is_kept_sealed_and_meets_itself(found, roster):
    answer(found, roster, 1, found.name(0), row(name=NAME, relations="sells_to"))
    answer(found, roster, 2, found.name(1), row(name=NAME.upper() + " ", relations="kin"))
    (actor,) = TieActor.objects.filter(state="named")
    assert actor.code.startswith("?") and actor.nominations_received.count() == 2
    for model in (TieActor, Nomination, Tie, TieRespondent, RecordLink):
        told = " ".join(str(r) for r in model.objects.values())
        assert "Clorinda" not in told and "CLORINDA" not in told


def test_a_code_that_is_nobodys_is_kept_as_a_nickname(found, roster):
    answer(found, roster, 1, found.name(0), row("Dona-Ana-3", relations="sells_to"))
    assert TieActor.objects.get(state="named").code == "?dona-ana-3"


def test_naming_oneself_and_naming_nobody_are_told(found, roster):
    answer(found, roster, 1, found.name(0), row(found.name(0), relations="kin"))
    codes = [link.problem["code"] for link in problems(instrument=roster.instrument)]
    assert codes == ["networks.tie_to_itself"]
    assert not Tie.objects.exclude(wave=found.wave).exists()


def test_an_answer_without_partners_is_an_answer(found, roster):
    answer(found, roster, 1, found.name(ALONE_ONE), more="0")
    wave = TieWave.objects.get(code=roster.instrument.code)
    assert wave.respondents.count() == 1 and not wave.ties.exists()


ALONE_ONE = 10


def test_the_round_is_the_wave_of_the_survey(found, roster):
    Wave.objects.create(
        instrument=roster.instrument, scope=roster.scope, code="spring", title="Spring", opens_on="2026-03-01",
        closes_on="2026-03-31",
    )  # fmt: skip
    answer(found, roster, 1, found.name(0), row(found.name(1), relations="kin"))
    wave = TieWave.objects.get(code="spring")
    assert str(wave) == "Spring" and wave.survey_wave is not None and wave.ties.count() == 1


def test_a_firm_of_another_programme_is_not_named(found, roster):
    foreign = Establishment.objects.exclude(cluster=found.cluster).first()
    if foreign is None:
        from nanduti.register.actions import register_establishment

        foreign = register_establishment(
            organisation=found.world.foreign_firm,
            values={"cluster": found.world.other},
            identity={},
            by="test",
            at=AT,
        )
    answer(found, roster, 1, found.name(0), row(foreign.pseudonym, relations="kin"))
    assert TieActor.objects.filter(establishment=foreign).count() == 0
    assert TieActor.objects.filter(state="named").count() == 1


def test_what_both_ends_tell_is_confirmed_and_alone_again_when_one_takes_it_back(found, roster):
    a, b = found.name(0), found.name(1)
    answer(found, roster, 1, a, row(b, relations="sells_to kin competes"))
    assert set(Tie.objects.exclude(wave=found.wave).values_list("state", flat=True)) == {"said"}
    second = answer(found, roster, 2, b, row(a, relations="buys_from kin"))
    states = set(Tie.objects.exclude(wave=found.wave).values_list("kind", "state"))
    assert states == {("sells_to", "confirmed"), ("kin", "confirmed"), ("competes", "said")}
    Submission.objects.filter(pk=second.pk).update(is_current=False)
    answer(found, roster, 2, b, row(a, relations="competes"), number=3, corrects=second)
    states = set(Tie.objects.exclude(wave=found.wave).values_list("kind", "state"))
    assert states == {("sells_to", "said"), ("kin", "said"), ("competes", "confirmed")}
