"""Who pays on which condition, whether it is kept as far as the records know, and who may do what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import translation

from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.models import AuditEvent, Grant, User
from nanduti.methods.values import Money
from nanduti.plans.models import Activity
from nanduti.programme import actions, codes, funding, labour, queries
from nanduti.programme.condition_forms import LabourForm
from nanduti.programme.errors import LaidDownAlready, ReasonMissing, SeenLater
from nanduti.programme.models import FundingCondition, Meeting, Programme
from nanduti.register.models import Organisation
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

DAY = date(2011, 7, 31)
AT = datetime(2011, 7, 31, 12, tzinfo=UTC)
P = f"/p/{CODE}"
ALL = ["documents", "minutes", "profiles"]


@pytest.fixture
def unido(example):
    return Organisation._base_manager.get(code="unido")


def cost(example, amount):
    """The programme with what its start costs; the module's own object stays as it was loaded."""
    own = Programme._base_manager.get(pk=example.pk)
    return actions.set_start_cost(
        programme=own, cost=Money(amount, "EUR"), version=own.version, by="test", at=AT
    )


def lay_down(example, funder, **more):
    values = {"funder": funder, "kind": "share", "share": None, "condition": "", "opens": ALL, **more}
    return actions.lay_down_condition(programme=example, values=values, by="test", at=AT)


def stand_for(funder, role, scope, **more):
    """An account of the funder with a role from 2005 on."""
    user = User.objects.create_user(username=f"of-{funder.code}", password="x")
    User.objects.filter(pk=user.pk).update(organisation_pseudonym=funder.pseudonym)
    if role:
        Grant.objects.create(user=user, role=role, scope=scope, since=date(2005, 1, 1), **more)
    return user


def opened(row, on=DAY):
    return [o.is_open for o in funding.check(row, on=on).opens.values()]


def test_every_kind_of_record_and_task_has_both_languages_and_a_capability_that_exists():
    from nanduti.foundation.roles import ROLES

    known = {name for role in ROLES for name in role.may}
    for kind in funding.records().values():
        assert all(kind.titles) and all(kind.about) and kind.capability in known
    assert all(all(task.titles) and task.source.place for task in labour.tasks().values())
    read = labour._read()
    assert set(read["institutions"]) <= set(codes.INSTITUTIONS)
    kinds = {value for tells in read["institutions"].values() for value in tells.get("organisations", [])}
    assert kinds <= set(Organisation.Kind.values)


def test_without_an_account_of_the_funder_nothing_is_known(example, unido):
    row = lay_down(example, unido)
    assert opened(row) == [None, None, None]
    found = funding.check(row, on=DAY)
    assert found.verdict.decision == "flag" and not found.has_account


def test_a_reader_within_the_programme_opens_what_is_written(example, unido):
    row = lay_down(example, unido)
    stand_for(unido, "committee_member", example.scope)
    Meeting._base_manager.filter(committee__programme=example).update(note="Decided")
    assert opened(row) == [True, False, True]
    (said,) = funding.check(row, on=DAY).verdict.reasons
    assert said.code == "nothing_written" and "more" in said.say()
    Activity._base_manager.update(note="What was said")
    assert opened(row) == [True, True, True]
    assert funding.check(row, on=DAY).verdict.decision == "yes"


@pytest.mark.parametrize("role", ["", "firm_owner", "enumerator"])
def test_an_account_that_may_not_read_is_closed(example, unido, role):
    stand_for(unido, role, example.scope)
    found = funding.check(lay_down(example, unido), on=DAY)
    assert found.verdict.decision == "no"
    assert {r.code for r in found.verdict.reasons} == {"closed"}


def test_a_role_that_has_ended_opens_nothing(example, unido):
    stand_for(unido, "committee_member", example.scope, until=date(2010, 1, 1))
    assert opened(lay_down(example, unido)) == [False, False, False]


def test_meetings_of_which_nothing_is_written_are_named(example, unido):
    stand_for(unido, "committee_member", example.scope)
    meeting = Meeting._base_manager.filter(committee__programme=example).first()
    meeting.resolutions.all().delete()
    Meeting._base_manager.filter(pk=meeting.pk).update(note="", note_es="")
    verdict = funding.check(lay_down(example, unido, opens=["minutes"]), on=DAY).verdict
    assert verdict.decision == "no" and str(meeting) in verdict.say()


def test_what_somebody_saw_is_kept_with_who_and_when(example, unido, people):
    row = lay_down(example, unido)
    user = User.objects.get(username="coordinator")
    seen = actions.see_condition(
        condition=row, is_kept=True, seen_on=None, what="Papers of March", version=row.version, by=user, at=AT
    )
    assert (seen.verified_on, seen.verified_by) == (DAY, user)
    assert funding.check(seen, on=DAY).verdict.decision == "yes"
    assert AuditEvent.objects.order_by("-id").first().action == "programme.see_condition"
    with pytest.raises(EditedMeanwhile):
        actions.see_condition(
            condition=row, is_kept=False, seen_on=None, what="No", version=row.version - 1, by="test", at=AT
        )


def test_what_was_seen_says_what_and_not_when_it_is_still_to_come(example, unido):
    row = lay_down(example, unido)
    more = {"condition": row, "is_kept": True, "version": row.version, "by": "test", "at": AT}
    with pytest.raises(ReasonMissing):
        actions.see_condition(seen_on=None, what=" ", **more)
    with pytest.raises(SeenLater):
        actions.see_condition(seen_on=date(2011, 8, 1), what="x", **more)


def test_a_condition_that_asks_for_something_else_was_not_seen(example, unido):
    row = lay_down(example, unido)
    row = actions.see_condition(
        condition=row, is_kept=True, seen_on=None, what="x", version=row.version, by="test", at=AT
    )
    row = actions.edit_condition(
        condition=row, values={"share": Decimal("0.5")}, version=row.version, by="test"
    )
    assert row.is_verified is True
    row = actions.edit_condition(condition=row, values={"opens": ["minutes"]}, version=row.version, by="test")
    assert (row.is_verified, row.verified_on, row.verified_note) == (None, None, "")


def test_several_conditions_of_one_funder_are_one_part_and_fees_another(example, unido):
    lay_down(example, unido, share=Decimal("0.4"))
    lay_down(example, unido, share=Decimal("0.26667"), opens=[])
    association = Organisation._base_manager.filter(kind="association").first()
    lay_down(example, association, kind="fees", opens=[])
    paid = funding.funding(programme=cost(example, 90))
    assert [round(p.agreed, 5) if p.agreed else None for p in paid.parts] == [0.66667, None]
    assert paid.parts[0].due == Money("60.00", "EUR") and paid.parts[1].name.startswith("fees")
    assert paid.verdict.decision == "flag"


def test_nothing_laid_down_about_money_says_nothing(example):
    assert funding.funding(programme=example) is None


def test_the_check_takes_a_bounded_number_of_queries(example, unido, django_assert_max_num_queries):
    for _n in range(6):
        lay_down(example, unido, condition=f"Open {_n}")
    with django_assert_max_num_queries(14):
        funding.check_all(programme=example, on=DAY)


def test_the_pages_write_and_correct_a_condition(visit, example, unido):
    client = visit("coordinator")
    page = client.get(f"{P}/conditions/").content.decode()
    assert "Italian" in page or "Italy" in page
    sent = {
        "funder": unido.pk,
        "kind": "share",
        "share": "66.667",
        "condition": "Open minutes",
        "opens": ["minutes"],
    }
    assert client.post(f"{P}/conditions/new/", sent).status_code == 302
    row = FundingCondition._base_manager.get(code="open-minutes")
    assert row.share == Decimal("0.66667") and row.opens == ["minutes"]
    text = client.get(f"{P}/conditions/open-minutes/").content.decode()
    assert "none stands for it" in text and "66.7" in text
    empty = client.post(f"{P}/conditions/new/", {"funder": unido.pk, "kind": "share"})
    assert empty.status_code == 422
    sent |= {"version": row.version, "share": "50"}
    assert client.post(f"{P}/conditions/open-minutes/edit/", sent).status_code == 302
    row.refresh_from_db()
    sent = {"version": row.version, "is_kept": "no", "what": "Nothing came"}
    assert client.post(f"{P}/conditions/open-minutes/seen/", sent).status_code == 302
    assert "This condition is not kept." in client.get(f"{P}/conditions/open-minutes/").content.decode()
    sent = {"version": example.version, "cost_amount": "1500", "cost_currency": "EUR"}
    assert client.post(f"{P}/conditions/cost/", sent).status_code == 302
    assert "1,500" in client.get(f"{P}/conditions/").content.decode()


def test_amounts_are_for_those_who_may_see_them(visit, example, unido):
    row = lay_down(example, unido, share=Decimal("0.5"))
    cost(example, 98765)
    actions.see_condition(
        condition=row, is_kept=True, seen_on=None, what="Seen at a desk", version=row.version, by="test"
    )
    for who, sees in (("coordinator", True), ("committee", False), ("cda-leather", False)):
        client = visit(who)
        text = client.get(f"{P}/conditions/").content.decode()
        assert ("98,765" in text or "49,382" in text) is sees, who
        text = client.get(f"{P}/conditions/{row.code}/").content.decode()
        assert ("Seen at a desk" in text) is sees, who
        said = client.get(f"/api/programmes/{CODE}/conditions")
        if said.status_code == 200:
            assert (said.json()["money"] is not None) is sees, who


def test_the_api_says_the_same(visit, example, unido):
    lay_down(example, unido, share=Decimal("0.66667"), condition="Open minutes", opens=["minutes"])
    said = visit("coordinator").get(f"/api/programmes/{CODE}/conditions").json()
    (row,) = [r for r in said["conditions"] if r["code"] == "open-minutes"]
    assert row["verdict"]["decision"] == "flag" and list(row["opens"].values()) == [None]
    assert said["money"]["cost"] is None and said["money"]["verdict"]["decision"] == "flag"
    lines = visit("coordinator").get(f"/api/programmes/{CODE}/labour").json()
    assert {line["answer"] for line in lines} == {"may", "may_not", "supports"}


# --- who may do what


def line(example, institution="association", task="first_contact", answer="may_not"):
    words = labour.tasks()[task].titles if task else ("x", "x")
    values = {
        "institution_kind": institution, "task_code": task, "task": words[0], "task_es": words[1],
        "verdict": answer, "reason": "Firms distrust its board", "reason_es": "",
    }  # fmt: skip
    return actions.divide_labour(programme=example, values=values, by="test", at=AT)


def organisation(kind):
    return Organisation._base_manager.filter(kind=kind, is_public=True).first()


def test_a_line_keeps_its_kind_of_institution_from_the_task(example):
    assert (
        labour.verdict(programme=example, task="first_contact", doers=[organisation("association")]) is None
    )
    line(example)
    said = labour.verdict(programme=example, task="first_contact", doers=[organisation("association")])
    assert said.decision == "no" and "Firms distrust its board." in said.say()
    free = labour.verdict(programme=example, task="first_contact", doers=[organisation("international")])
    assert free.decision == "yes"


def test_a_support_institution_is_a_university_only_where_a_seat_or_a_role_says_so(example):
    line(example, "university", answer="may")
    institute = organisation("support_institution")
    (doer,) = labour.doers_of(programme=example, organisations=[institute])
    assert "university" in doer.possible or "technical institution" in doer.kinds
    committee = example.committees.first()
    actions.fill_seat(committee=committee, sector="academia", organisation=institute, by="test")
    (doer,) = labour.doers_of(programme=example, organisations=[institute])
    assert "university" in doer.kinds and not doer.possible
    said = labour.verdict(programme=example, task="first_contact", doers=[institute])
    assert said.decision == "yes"


def test_one_line_for_a_kind_and_a_task(example):
    first = line(example)
    with pytest.raises(LaidDownAlready):
        line(example, answer="may")
    other = line(example, task="training")
    values = {name: getattr(first, name) for name in ("institution_kind", "task_code", "task", "verdict")}
    with pytest.raises(LaidDownAlready):
        actions.edit_labour(line=other, values=values, version=other.version, by="test")
    kept = actions.edit_labour(
        line=first, values={**values, "reason": "Better said"}, version=first.version, by="test"
    )
    assert kept.reason == "Better said"


def test_the_pages_lay_down_and_correct_a_line(visit, example):
    client = visit("coordinator")
    sent = {
        "institution_kind": "association",
        "task_code": "first_contact",
        "verdict": "may_not",
        "reason": "x",
    }
    assert client.post(f"{P}/conditions/labour/new/", sent).status_code == 302
    row = queries.labour_division(programme=example).get(task_code="first_contact")
    assert (row.task, row.task_es) == labour.tasks()["first_contact"].titles
    assert client.post(f"{P}/conditions/labour/new/", {**sent, "task_code": ""}).status_code == 422
    assert "May not." in client.get(f"{P}/conditions/labour/{row.pk}/").content.decode()
    sent |= {"version": row.version, "verdict": "supports", "task": row.task}
    assert client.post(f"{P}/conditions/labour/{row.pk}/edit/", sent).status_code == 302
    row.refresh_from_db()
    assert row.verdict == "supports"
    assert client.get(f"{P}/conditions/labour/{2**40}/").status_code == 404


def test_only_coordinators_write_conditions(visit):
    paths = ("new/", "cost/", "labour/new/", "integration/edit/", "integration/seen/")
    for who in ("committee", "cda-leather", "researcher"):
        client = visit(who)
        assert client.get(f"{P}/conditions/").status_code == 200
        assert client.get(f"{P}/conditions/integration/").status_code == 200
        for path in paths:
            assert client.get(f"{P}/conditions/{path}").status_code == 403, path


def test_a_kind_of_institution_keeps_its_abbreviation():
    with translation.override("es"):
        offered = dict(LabourForm().fields["institution_kind"].choices)
    assert offered["cda"] == "Agente de desarrollo de clúster (ADC)"
