"""No page asks more of the database when there is more in it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support.example import CODE

pytestmark = pytest.mark.django_db

P, API = f"/p/{CODE}", f"/api/programmes/{CODE}"
# Page → the most queries it may take for the coordinator, sign-in and frame included.
MOST = {
    "/today/": 60, "/search/?q=leather": 60, f"{P}/": 60, f"{P}/step/7/": 60, f"{P}/ledger/": 60,
    f"{P}/ledger/leather/15/": 60, f"{P}/plan/": 75, f"{P}/agreements/": 60, f"{P}/committee/": 60,
    f"{P}/organigram/": 60, f"{P}/selection/": 60, f"{P}/twinnings/": 60,
    f"{P}/twinnings/chennai-leather:santa-croce/": 60, f"{P}/twinnings/chennai-leather:santa-croce/needs/": 45,
    f"{P}/results/": 60, f"{P}/results/persons_trained_output/": 60, f"{P}/results/best_practices_adopted/": 60,
    f"{P}/results/standard/employment/": 60, f"{P}/results/rates/": 60,
    f"{P}/quality/": 70, f"{P}/ledger/?export=csv": 30,
    f"{API}/ledger": 20, f"{API}/results": 30, f"{API}/quality": 30, f"{API}/agreements": 20,
}  # fmt: skip


def asked(client, page) -> list[str]:
    client.get(page)  # what is kept from one request to the next is kept now
    with CaptureQueriesContext(
        connection,
    ) as seen:
        answer = client.get(page)
        assert answer.status_code == 200
        if answer.streaming:
            b"".join(answer.streaming_content)
    return [q["sql"] for q in seen.captured_queries]


def ten_times_as_much(example) -> None:
    """Each list of the example ten times as long."""
    from nanduti.plans.models import Activity, Milestone, Participation
    from nanduti.programme.models import AgreementParty, CooperationAgreement, Statement

    for activity in list(Activity.objects.all()):
        people = list(activity.participations.all())
        for _n in range(9):
            activity.pk, activity.number = None, activity.number + 1_000
            activity.save(force_insert=True)
            for person in people:
                person.pk, person.activity = None, activity
                person.save(force_insert=True)
    for agreement in list(CooperationAgreement.objects.all()):
        code, parties = agreement.code, list(AgreementParty.objects.filter(agreement=agreement))
        for n in range(1, 10):
            agreement.pk, agreement.code, agreement.renews = None, f"{code}-{n}", None
            agreement.save(force_insert=True)
            for party in parties:
                party.pk, party.agreement = None, agreement
                party.save(force_insert=True)
    for model in (Milestone, Statement):
        for row in list(model.objects.all()):
            code = row.code
            for n in range(1, 10):
                row.pk, row.code = None, f"{code}-{n}"
                row.save(force_insert=True)
    assert Participation.objects.count() > 100


@pytest.mark.once
def test_pages_ask_no_more_of_ten_times_as_much(example, visit):
    client = visit("coordinator")
    before = {page: asked(client, page) for page in MOST}
    ten_times_as_much(example)
    grown = {}
    for page, most in MOST.items():
        queries = asked(client, page)
        assert len(before[page]) <= most, page
        # What was empty before may have rows now, whose parts are fetched at once.
        if len(queries) > len(before[page]) + 3:
            grown[page] = (
                len(before[page]),
                len(queries),
                [q for q in queries if q not in before[page]][-3:],
            )
    assert not grown, grown
