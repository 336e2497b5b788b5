"""A form sent twice by an impatient hand makes one record; one word more, and it is another."""

from __future__ import annotations

import pytest

from nanduti.plans.models import ActionPlan, Activity, Contribution, Milestone, Participation, Vision
from nanduti.register.models import Organisation
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

# What is made, where, of what, and what a third click says differently.
FORMS = [
    (ActionPlan, "plan/new/", {"title": "Together"}, {"title": "Alone"}),
    (Vision, "plan/vision/", {"text": "Clean leather under our own name"}, {"text": "Cleaner leather"}),
    (
        Milestone,
        "plan/milestone/",
        {"kind": "network_formed", "label": "A network", "count": 1},
        {"count": 2},
    ),
    (
        Activity,
        "ledger/new/",
        {"label": "A fair", "kind": "fair", "joint_benefit": "unknown"},
        {"kind": "visit"},
    ),
    (
        Participation,
        "ledger/leather/15/participants/",
        {"group_label": "Managers", "role": "participant", "count": 4, "unit": "persons"},
        {"count": 5},
    ),
    (Contribution, "ledger/leather/15/contributions/", {"kind": "time", "state": "given"}, {"kind": "cash"}),
]


@pytest.mark.parametrize(("model", "address", "values", "other"), FORMS, ids=[f[1] for f in FORMS])
def test_a_second_click_makes_nothing_twice(visit, example, model, address, values, other):
    client, n = visit("coordinator"), model._base_manager.count()
    plan, firm = ActionPlan.objects.get(code="leather").pk, Organisation.objects.first().pk

    def click(**more):
        sent = {"plan": plan, "contributor": firm, **values, **more}
        assert client.post(f"/p/{CODE}/{address}", sent).status_code == 302
        return model._base_manager.count() - n

    assert [click(), click(), click(**other)] == [1, 1, 2]
