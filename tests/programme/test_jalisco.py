"""The group programmes of Guadalajara: a tripartite board, and the pause that the garment association asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from nanduti.foundation import imports
from nanduti.programme import pausing, queries, seating
from nanduti.programme.models import Programme

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
FOLDER = Path(__file__).resolve().parents[2] / "examples" / "jalisco-apparel"


@pytest.fixture
def jalisco(db):
    imports.import_sheets(sheets=imports.read_sheets(FOLDER), name="jalisco", access=None, by="test")
    with scopes_disabled():
        yield Programme.objects.get(code="jalisco-agrem")


def test_what_the_paper_tells_of_steering_and_pausing_is_there(jalisco):
    (body,) = seating.bodies_on(programme=jalisco, on=date(2003, 1, 1))
    assert body.verdict.decision == "yes" and len(body.seats) == 3
    (before,) = seating.bodies_on(programme=jalisco, on=date(1997, 1, 1))
    assert len(before.verdict.reasons) == 3
    garments = queries.cluster_by_code(programme=jalisco, code="apparel")
    shoes = queries.cluster_by_code(programme=jalisco, code="shoes")
    day = {"start": date(2002, 6, 1), "end": None}
    assert pausing.hold_verdict(programme=jalisco, cluster=garments, **day).decision == "no"
    assert pausing.hold_verdict(programme=jalisco, cluster=shoes, **day) is None
    assert not pausing.holds_on(programme=jalisco, on=date(2003, 1, 1))


def test_the_university_meets_firms_and_the_association_does_not(jalisco):
    may = {row.institution_kind: row.verdict for row in queries.labour_division(programme=jalisco)}
    assert may == {"university": "may", "association": "may_not"}
    (condition,) = queries.funding_conditions(programme=jalisco)
    assert round(float(condition.share), 3) == 0.667 and condition.is_verified is None
