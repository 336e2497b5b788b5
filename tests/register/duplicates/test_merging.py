"""What a merge moves, takes and gives back, whatever room it stands in."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from nanduti.register import actions
from nanduti.register.merging import pointing_at_establishments
from nanduti.register.models import EstablishmentMerge


@pytest.fixture
def twin(here):
    with scopes_disabled():
        return actions.register_establishment(
            organisation=here.firm,
            values={"cluster": here.cluster, "n_workers": 11, "activity": "1420"},
            identity={"name": "The same"},
            by="test",
        )


def test_references_that_have_no_name_on_this_side_move_too(db):
    moved = {f"{r.related_model._meta.label}.{r.field.name}" for r in pointing_at_establishments()}
    assert {"plans.Participation.establishment", "surveys.Submission.establishment",
            "surveys.SampleUnit.establishment", "register.ProfileFact.establishment"} <= moved  # fmt: skip
    assert not {
        m for m in moved if "Duplicate" in m or "Merge" in m or m.startswith("register.Establishment.")
    }


def test_a_merge_takes_what_the_other_knows_better_and_gives_it_back(here, twin):
    with scopes_disabled():
        merge = actions.merge_establishments(
            kept=here.site, absorbed=twin, reason="One door.", take=["n_workers", "activity"], by="test"
        )
        here.site.refresh_from_db()
        assert (here.site.n_workers, here.site.activity) == (11, "1420")
        assert merge.taken == {"n_workers": [7, 11], "activity": ["1410", "1420"]}
        here.site.activity = "1430"  # somebody corrects it afterwards
        here.site.save()
        actions.unmerge_establishments(merge=merge, by="test")
        here.site.refresh_from_db()
        assert (here.site.n_workers, here.site.activity) == (7, "1430")


def test_fields_that_nobody_offers_are_not_taken(here, twin):
    with scopes_disabled():
        merge = actions.merge_establishments(
            kept=here.site, absorbed=twin, reason="One door.", take=["pseudonym", "scope"], by="test"
        )
        assert EstablishmentMerge._base_manager.get(pk=merge.pk).taken == {}
