"""An agent of one cluster sees nothing of another's work by list, page, guessed address, export, search or API."""

from __future__ import annotations

import pytest

from tests.support.crawl import body_text
from tests.support.example import CODE, FOOTWEAR, LEATHER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keeps_answers")]

P, API = f"/p/{CODE}", f"/api/programmes/{CODE}"
SECRET = "Quillfeather"


@pytest.fixture
def work(example):
    """A trace in every kind of record of the work with the footwear cluster, each with the same odd word."""
    from decimal import Decimal

    from nanduti.plans.models import ActionPlan, Activity, Contribution, Milestone, Participation, Vision
    from nanduti.programme.models import Statement
    from nanduti.register.models import Organisation
    from nanduti.results.models import StatedFigure
    from nanduti.twinning.models import AgendaTopic, BusinessInterest, Linkage, StepEvidence, Twinning

    plan = ActionPlan.objects.get(code="footwear")
    scope, cluster = plan.scope, plan.cluster
    common = {"programme": example, "cluster": cluster, "scope": scope}
    activity = Activity.objects.create(
        plan=plan, cluster=cluster, scope=scope, number=900, label=f"{SECRET} fair", kind="fair",
        date_text="20-10 June 2009", cost=Decimal("777123"), currency="EUR",
    )  # fmt: skip
    firm = Organisation.objects.filter(is_public=True).first()
    Participation.objects.create(activity=activity, scope=scope, group_label=SECRET, count=9, unit="persons")
    Contribution.objects.create(
        plan=plan, activity=activity, scope=scope, contributor=firm, kind="cash", state="given",
        amount=Decimal("888123"), currency="EUR", basis=SECRET,
    )  # fmt: skip
    Milestone.objects.create(**common, code="secret", kind="practice_adopted", label=SECRET)
    Vision.objects.create(**common, text=SECRET)
    StatedFigure.objects.create(**common, indicator="mous", value=3, label=SECRET)
    StepEvidence.objects.create(**common, step=1, evidence_kind="cluster_selected", label=SECRET)
    twinning = Twinning.objects.get(emerging=cluster)
    AgendaTopic.objects.create(twinning=twinning, scope=scope, topic=SECRET)
    BusinessInterest.objects.create(
        twinning=twinning, scope=scope, side="emerging", stakeholder_type="firm", business_interest=SECRET
    )
    Linkage.objects.create(
        programme=example, code="secret", scope=twinning.scope, kind="outsourcing", from_type="firm", to_type="firm",
        stage="agreed", label=SECRET, from_cluster=cluster, amount=Decimal("999123"), currency="EUR",
    )  # fmt: skip
    Statement.objects.create(
        programme=example, scope=example.scope, code="secret", subject_kind="activity", subject="footwear:900",
        attribute="date", value_text=f"May 2001 ({SECRET})", label=SECRET,
    )  # fmt: skip
    return activity


LISTS = [
    "/today/", "/today/?as_of=2009-05-20", "/search/?q=Quillfeather", f"{P}/", f"{P}/ledger/", f"{P}/plan/",
    f"{P}/twinnings/", f"{P}/results/", f"{P}/results/fairs/", f"{P}/results/best_practices_adopted/",
    f"{P}/results/outsourcing_agreements/", f"{P}/results/standard/employment/", f"{P}/results/rates/",
    f"{P}/results/mous/", f"{P}/quality/", f"{P}/quality/?all=1", *(f"{P}/step/{n}/" for n in (1, 5, 7, 8)),
]  # fmt: skip
EXPORTS = [
    f"{P}/ledger/?export=csv", f"{P}/ledger/?export=xlsx", f"{P}/plan/?m.export=csv", f"{P}/plan/?v.export=xlsx",
    f"{P}/plan/?c.export=csv", f"{P}/twinnings/?l.export=csv", f"{P}/quality/?export=csv", f"{P}/results/?export=csv",
]  # fmt: skip
GUESSED = [
    f"{P}/ledger/footwear/900/", f"{P}/ledger/footwear/900/edit/", f"{P}/ledger/footwear/900/report/",
    f"{P}/ledger/footwear/900/participants/", f"{P}/plan/footwear/status/", f"{P}/twinnings/{FOOTWEAR}:marche/",
    f"{P}/twinnings/{FOOTWEAR}:marche/linkage/",
]  # fmt: skip
ANSWERS = [f"{API}/ledger", f"{API}/results", f"{API}/quality", f"{API}/agreements", f"{API}/coverage"]


def narrowed(addresses, cluster):
    return [f"{a}{'&' if '?' in a else '?'}cluster={cluster}" for a in addresses]


def text_of(answer) -> str:
    return body_text(b"".join(answer.streaming_content) if answer.streaming else answer.content)


def found_by(client) -> list[str]:
    """The addresses at which the odd word, or an amount beside it, can be read; the typed search itself left out."""
    asked = LISTS + EXPORTS + ANSWERS
    asked += narrowed(
        [f"{P}/", f"{P}/ledger/", f"{P}/plan/", f"{P}/twinnings/", f"{P}/results/mous/", f"{API}/ledger"],
        FOOTWEAR,
    )
    found = []
    for address in asked + GUESSED:
        text = text_of(client.get(address)).replace("“Quillfeather”", "").replace('value="Quillfeather"', "")
        text = text.replace("q=Quillfeather", "")
        digits = "".join(c for c in text if c.isalnum())
        if SECRET in text or any(amount in digits for amount in ("777123", "888123", "999123")):
            found.append(address)
    return found


def test_the_words_stand_where_the_own_agent_looks(work, visit):
    found = found_by(visit("cda-footwear"))
    expected = [
        "/search/?q=Quillfeather", f"{P}/ledger/", f"{P}/plan/", f"{P}/twinnings/", f"{P}/ledger/?export=csv",
        f"{P}/ledger/?export=xlsx", f"{P}/quality/", f"{API}/ledger", f"{API}/quality", f"{P}/ledger/footwear/900/",
    ]  # fmt: skip
    assert set(expected) <= set(found)


@pytest.mark.parametrize("who", ["cda-leather", "association", "owner", "enumerator", "nobody"])
def test_nobody_of_another_cluster_finds_them(who, work, visit):
    assert found_by(visit(who)) == []


def test_a_guessed_address_tells_nothing(work, visit):
    client = visit("cda-leather")
    for address in GUESSED:
        answer = client.get(address)
        assert answer.status_code == 404, address
        assert client.post(address, {"label": "x", "version": 1}).status_code == 404, address


def test_figures_of_another_cluster_are_not_counted_in(work, visit):
    mine = visit("cda-leather").get(f"{API}/results?as_of=2012-01-01").json()
    fairs = next(row for row in mine["outputs"] if row["code"] == "fairs")
    assert FOOTWEAR not in fairs["by_cluster"]
    assert mine["clusters"] == [LEATHER]


@pytest.mark.parametrize("who", ["researcher", "committee", "association"])
def test_amounts_are_for_those_who_may_see_what_is_sensitive(who, work, visit):
    """They read the programme (the association its cluster), and no page, export or answer tells them an amount."""
    client = visit(who)
    for address in LISTS + EXPORTS + ANSWERS + GUESSED:
        digits = "".join(c for c in text_of(client.get(address)) if c.isalnum())
        assert not any(amount in digits for amount in ("777123", "888123", "999123")), address


def test_the_coordinator_sees_amounts(work, visit):
    client = visit("coordinator")
    seen = "".join(
        text_of(client.get(a)) for a in (f"{P}/ledger/footwear/900/", f"{P}/twinnings/", f"{API}/results")
    )
    digits = "".join(c for c in seen if c.isalnum())
    assert all(amount in digits for amount in ("777123", "888123", "999123"))


def test_what_an_agent_writes_without_choosing_lands_in_the_own_cluster(visit, example):
    from nanduti.plans.models import Vision

    assert visit("cda-leather").post(f"{P}/plan/vision/", {"text": "Finished leather"}).status_code == 302
    assert Vision.objects.get(text="Finished leather").cluster.code == LEATHER


def test_an_agent_writes_nothing_into_another_cluster(visit, example):
    from nanduti.plans.models import ActionPlan, Vision

    client = visit("cda-leather")
    for page in ("plan/vision/", "plan/new/", "plan/milestone/", "step/3/evidence/"):
        assert (
            client.post(
                f"{P}/{page}?cluster={FOOTWEAR}", {"text": "x", "title": "x", "label": "x"}
            ).status_code
            == 403
        )
    foreign = ActionPlan.objects.get(code="footwear").pk
    sent = {"plan": foreign, "label": "x", "kind": "fair", "joint_benefit": "unknown"}
    assert client.post(f"{P}/ledger/new/", sent).status_code == 422
    assert not Vision.objects.filter(text="x").exists()
