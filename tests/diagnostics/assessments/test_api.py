"""The same for machines, with the same care."""

from __future__ import annotations

import pytest

from tests.support.example import CODE

pytestmark = pytest.mark.django_db

API = f"/api/programmes/{CODE}"


def test_a_ranking_is_answered_with_its_doubt(example, visit):
    from nanduti.diagnostics.actions import selections as actions
    from nanduti.programme.models import Candidate

    rows = list(Candidate.objects.filter(programme=example)[:2])
    made = actions.open_selection(
        programme=example, kind="emerging", title="First", candidates=rows, by="test"
    )
    client = visit("committee")
    assert client.get(f"{API}/selections").json()[0]["title"] == "First"
    found = client.get(f"{API}/selections/{made.pk}").json()
    assert found["trouble"] and [c["rank"] for c in found["candidates"]] == [None, None]
    assert all(c["reason"] for c in found["candidates"])
    assert client.get(f"{API}/selections/999999").status_code == 404
    assert client.get(f"{API}/selections/99999999999999999999").status_code == 422
    assert visit("").get(f"{API}/selections").status_code == 401


def test_bands_are_kept_back_from_those_who_may_not_see_firms(before, visit):
    counted = before.summary["bands"]
    assert visit("coordinator").get(f"{API}/assessments").json()[0]["bands"] == counted
    assert visit("researcher").get(f"{API}/assessments").json()[0]["bands"] is None
    assert visit("cda-footwear").get(f"{API}/assessments").json() == []
