"""The group programmes of Guadalajara: a tripartite board, and the pause that the garment association asked for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django_scopes import scopes_disabled

from nanduti.foundation import imports
from nanduti.programme import funding, labour, pausing, queries, seating
from nanduti.programme.models import Programme
from nanduti.register.models import Organisation

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
    bodies = {row.code: row for row in Organisation._base_manager.exclude(code=None)}

    def answer(task, *codes):
        said = labour.verdict(programme=jalisco, task=task, doers=[bodies[code] for code in codes])
        return said.decision, said.reasons[0].code

    association, state = "jalisco-garment-association", "jalisco-sed"
    assert answer("first_contact", "iteso") == ("yes", "may")
    for kept_away in ([association], [state], ["iteso", association]):
        assert answer("first_contact", *kept_away) == ("no", "may_not")
    assert answer("training", "iteso", state) == ("yes", "may")
    assert answer("training", association) == ("flag", "supports_alone")
    assert answer("monitoring", association, state) == ("yes", "may")
    assert answer("lobbying", "iteso") == ("flag", "given_to_others")


def test_the_meeting_at_the_association_is_shown_against_the_lines_and_was_taken_in(jalisco):
    """Lowe (2003): six came to the association's first meeting; the university then went to the firms."""
    from nanduti.plans.labour import recorded_verdict
    from nanduti.plans.models import Activity

    rows = {row.reference: row for row in Activity.objects.filter(plan__programme=jalisco)}
    said = {
        reference: (verdict.decision, verdict.reasons[0].code)
        for reference, verdict in ((ref, recorded_verdict(row)) for ref, row in rows.items())
    }
    assert said == {
        "shoes:1": ("flag", "nobody_named"),
        "garments:1": ("no", "may_not"),
        "garments:2": ("yes", "may"),
    }
    assert rows["shoes:1"].n_participants == 22
    ((deed, refused),) = labour.against(programme=jalisco)
    assert deed.address == ("plans:activity", "garments", 1) and refused.reasons[0].code == "may_not"


def test_the_state_pays_two_thirds_and_asks_for_open_records(jalisco):
    """Lowe (2003), "recycling and diffusion"; what the start cost, and what firms paid, the paper does not say."""
    checked = {c.row.code: c for c in funding.check_all(programme=jalisco, on=date(2003, 1, 1))}
    start = checked["start-up"]
    assert [opening.is_open for opening in start.opens.values()] == [None] * 3
    assert start.verdict.decision == "flag" and checked["fees"].verdict is None
    paid = funding.funding(programme=jalisco)
    assert [round(p.agreed, 3) if p.agreed else None for p in paid.parts] == [0.667, None]
    assert paid.missing is None and paid.verdict.reasons[0].code == "cost_not_known"
