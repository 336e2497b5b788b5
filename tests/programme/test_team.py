"""Who may be agent, what the team lacks, and who is told what about them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import AuditEvent
from nanduti.home.queries import MADE_AT
from nanduti.programme import actions, team
from nanduti.programme.dating import cut_of
from nanduti.programme.errors import PeriodReversed, RuleRefuses
from nanduti.programme.models import Appointment, Programme
from nanduti.register.models import Cluster, Person
from nanduti.twinning.comparing import comparison
from nanduti.twinning.queries import evidence_from_records
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)
AT = datetime(2008, 7, 1, tzinfo=UTC)
P = f"/p/{CODE}"


def cluster(code):
    return Cluster._base_manager.get(code=code)


def appoint(example, code="chennai-leather", **more):
    given = {"kind": "agent", "is_technical": True, "is_trained": True, "since_text": "2008", **more}
    reason = given.pop("override_reason", "")
    return actions.appoint(
        programme=example,
        values={"cluster": cluster(code) if code else None, **given},
        override_reason=reason,
        by="test",
        at=AT,
    )


def standing(example, on=JULY, **more):
    found = team.team(programme=example, on=on, **more)
    return {(n.code, n.cluster): (n.verdict.decision, n.verdict.reasons[0].code) for n in found.needs}


def test_the_example_lacks_what_the_paper_says_it_lacked(example):
    assert standing(example) == {
        ("agent", "chennai-leather"): ("yes", "there"),
        ("agent", "chennai-footwear"): ("yes", "there"),
        ("agent", "chennai-auto"): ("yes", "there"),
        ("agent", "santa-croce"): ("no", "nobody"),
        ("facilitator", ""): ("yes", "there"),
        ("coordinator", ""): ("flag", "no_coordinator"),
    }
    # While both twinnings ran, both partners lacked somebody (ch. 3 §3.2).
    assert standing(example, date(2008, 7, 1))[("agent", "marche")] == ("no", "nobody")


def test_a_coordinator_from_an_emerging_cluster_and_an_agent_abroad_fill_the_team(example):
    appoint(example, "santa-croce", side="advanced", share_of_time=Decimal("0.4"))
    appoint(example, None, kind="coordinator", based_in=cluster("chennai-leather"))
    found = standing(example)
    assert found[("agent", "santa-croce")][0] == found[("coordinator", "")][0] == "yes"


def test_what_nobody_knows_of_an_agent_is_pointed_out_and_not_refused(example):
    found = team.team(programme=example, on=JULY)
    by_code = {m.row.code: m for m in found.members}
    assert [r.code for r in by_code["agent-leather"].verdict.reasons] == ["not_known"]
    assert [str(r.cluster) for r in by_code["agent-leather"].others] == ["Chennai footwear"]
    assert by_code["facilitator"].verdict is None


@pytest.mark.parametrize("missing", ["is_technical", "is_trained"])
def test_an_agent_known_not_to_fit_is_refused_unless_somebody_says_why(example, missing):
    with pytest.raises(RuleRefuses):
        appoint(example, **{missing: False})
    row = appoint(example, **{missing: False}, override_reason="Nobody else speaks the language")
    event = AuditEvent.objects.order_by("-id").first()
    assert row.override_reason == event.override_reason == "Nobody else speaks the language"
    assert event.action == "programme.appoint" and event.details["rule"] == "agent"
    # The same person in the advanced cluster is only pointed out.
    assert appoint(example, "santa-croce", side="advanced", **{missing: False}).override_reason == ""


def test_a_programme_may_set_the_rule_to_warn(example):
    own = Programme.objects.get(pk=example.pk)  # the instance of the module stays as it is
    own = actions.set_rule(programme=own, rule="agent", setting="warn", version=own.version, by="test")
    assert appoint(own, is_technical=False).pk


def test_an_edit_is_judged_only_when_the_rule_would_answer_otherwise(example):
    row = appoint(example, is_technical=False, override_reason="For now")
    row = actions.edit_appointment(
        appointment=row, values={"note": "Speaks Tamil"}, version=row.version, by="test", at=AT
    )
    assert row.override_reason == "For now" and row.note == "Speaks Tamil"
    with pytest.raises(RuleRefuses):
        actions.edit_appointment(
            appointment=row, values={"is_trained": False}, version=row.version, by="test", at=AT
        )


def test_posts_of_one_person_add_up(example):
    person = Person.objects.get(code="expert-itp")
    first = appoint(example, person=person, share_of_time=Decimal("0.7"), workload=Decimal("0.5"))
    appoint(example, "chennai-footwear", person=person, share_of_time=Decimal("0.5"))
    rows = list(team.appointments(programme=example))
    said = team.agent_verdict(first, rows, on=date(2009, 1, 1), has_partner=True)
    assert [r.code for r in said.reasons] == ["too_many_posts"]
    assert said.reasons[0].details["share"] == pytest.approx(1.2)


def test_from_the_day_it_ends_an_appointment_shows_nothing(example):
    row = appoint(example, until_text="March 2010")
    assert row.holds_on(date(2010, 3, 31)) and not row.holds_on(date(2010, 4, 1))
    assert not row.holds_on(date(2007, 12, 31))
    for day, expected in ((date(2010, 3, 31), True), (date(2010, 4, 1), False)):
        codes = {
            f.code
            for f in evidence_from_records(programme=example, cluster=row.cluster, cut=cut_of(example, day))
            if f.page and f.page[1] == (row.code,)
        }
        assert codes == ({"agent_appointed", "agent_trained"} if expected else set())
    with pytest.raises(PeriodReversed):
        appoint(example, until_text="2007")


def test_an_agent_abroad_makes_it_a_twinning_programme(example):
    def agents():
        told = {t.row.code: t for t in comparison(programme=example, on=JULY).told}["agents"]
        return told.row.is_met, told.n

    assert agents() == (False, 1)
    appoint(example, "santa-croce", side="advanced")
    assert agents() == (True, 2)


def test_step_2_leads_to_the_agents():
    wanted = ["agent_appointed", "agent_trained", "coordinator_appointed", "advanced_agent_appointed"]
    assert {MADE_AT[code] for code in wanted} == {"programme:agents"}


def test_work_abroad_belongs_to_the_programme_and_opens_no_register(example):
    assert appoint(example).scope.code == f"{CODE}/chennai-leather"
    row = appoint(example, "santa-croce", side="advanced")
    assert row.scope_id == example.scope_id


@pytest.mark.parametrize("who", ["coordinator", "committee", "association", "cda-leather", "researcher"])
def test_who_it_is_and_whether_they_fit_is_sensitive(visit, example, who):
    pseudonym = Person.objects.get(code="cda-leather-footwear").pseudonym
    client = visit(who)
    pages = [client.get(f"{P}/agents/"), client.get(f"{P}/agents/agent-leather/")]
    api = client.get(f"/api/programmes/{CODE}/agents?on=2011-07-31")
    assert {page.status_code for page in [*pages, api]} == {200}
    told = "".join(page.content.decode() for page in [*pages, api])
    sees = who in {"coordinator", "cda-leather"}
    assert (pseudonym in told) == sees
    assert ("Does this person fit?" in told) == sees and ('"is_technical"' in told) == sees


def test_a_form_appoints_by_pseudonym_and_keeps_what_was_typed(visit, example):
    client = visit("coordinator")
    person = Person.objects.get(code="expert-itp")
    values = {
        "kind": "agent", "side": "advanced", "cluster": cluster("santa-croce").pk, "person": person.pseudonym,
        "since_text": "May 2009", "is_technical": "true", "is_trained": "unknown", "knows_other": "true",
        "share_of_time": "40", "workload": "60",
    }  # fmt: skip
    assert client.post(f"{P}/agents/new/", values).status_code == 302
    row = Appointment.objects.latest("id")
    assert (row.person, row.share_of_time, row.is_trained) == (person, Decimal("0.4"), None)
    page = client.get(f"{P}/agents/{row.code}/edit/").content.decode()
    assert 'value="40"' in page and person.pseudonym in page
    answer = client.post(f"{P}/agents/new/", {**values, "person": "P-NOBODY"})
    assert answer.status_code == 422 and "P-NOBODY" in answer.content.decode()
    answer = client.post(f"{P}/agents/new/", {**values, "side": "emerging", "is_trained": "false"})
    assert answer.status_code == 422 and "has not been trained" in answer.content.decode()


def test_a_second_click_appoints_nobody_twice(visit, example):
    client, before = visit("coordinator"), Appointment.objects.count()
    values = {"kind": "coordinator", "side": "emerging", "since_text": "2008"}
    assert [client.post(f"{P}/agents/new/", values).status_code for _click in range(2)] == [302, 302]
    assert Appointment.objects.count() == before + 1


def test_an_appointment_that_is_none_is_not_found(example):
    for code in ("", "nobody", "a\x00b"):
        with pytest.raises(NotFound):
            team.appointment_by_code(programme=example, code=code)
