"""How widely people take part: counted from records, first times by year, and what nobody said is not no."""

from __future__ import annotations

from datetime import date

import pytest

from nanduti.plans import breadth, variance
from nanduti.plans.models import ActionPlan, Activity, Participation
from nanduti.register.models import Organisation
from tests.support.example import CODE

pytestmark = pytest.mark.django_db


@pytest.fixture
def firms(example):
    """Four firms in three activities of three years: the first in one, the second in two, the third in three …"""
    Participation._base_manager.all().delete()
    plan = ActionPlan.objects.get(code="leather")
    rows = [
        Activity.objects.get(plan=plan, number=n) for n in (7, 14, 19)
    ]  # September 2008, April 2009, March 2010
    found = list(Organisation.objects.all()[:4])
    for n, firm in enumerate(found):
        for row in rows[: 1 + n % 3]:
            Participation.objects.create(activity=row, scope=row.scope, organisation=firm, unit="firms")
    return found


def test_named_organisations_are_counted_once_each(example, firms):
    spread = breadth.participation_breadth(programme=example)
    assert spread.n_participants == 4
    assert spread.top_share == pytest.approx(3 / 7) and 0 < spread.gini < 1


def test_first_times_follow_from_the_records(example, firms):
    spread = breadth.participation_breadth(programme=example)
    assert [(y.year, y.n_new, y.n) for y in spread.years] == [(2008, 4, 4), (2009, 0, 2), (2010, 0, 1)]
    late = Organisation.objects.all()[5]
    row = Activity.objects.get(plan__code="leather", number=19)
    Participation.objects.create(activity=row, scope=row.scope, organisation=late)
    assert [(y.n_new, y.n) for y in breadth.participation_breadth(programme=example).years][-1] == (1, 2)


def test_what_nobody_said_is_not_no(example, firms):
    spread = breadth.participation_breadth(programme=example)
    assert (spread.n_said, spread.n_said_new) == (0, 0)
    row = Participation.objects.first()
    Participation.objects.filter(pk=row.pk).update(is_newcomer=True)
    spread = breadth.participation_breadth(programme=example)
    assert (spread.n_said, spread.n_said_new) == (1, 1)


def test_sizes_come_from_the_list_else_from_the_register_and_a_group_counts_with_its_number(example, firms):
    Organisation.objects.filter(pk=firms[0].pk).update(size_band="small")
    row = Activity.objects.get(plan__code="leather", number=7)
    Participation.objects.create(
        activity=row, scope=row.scope, group_label="Micro units", unit="firms", count=45, size_band="micro"
    )
    by_size = breadth.participation_breadth(programme=example).by_size
    assert by_size["micro"] == 45 and by_size["small"] >= 1 and sum(by_size.values()) == 45 + 7


def test_who_belongs_to_a_counted_group_came_once(example):
    """Table 2 has twenty tanneries, and box 1 names one of them."""
    row = Activity.objects.get(plan__code="leather", number=17)
    came = variance._came(Activity.objects.filter(pk=row.pk), [row.pk])
    assert came[row.pk]["firms"] == 20


def test_nobody_named_nothing_said(example):
    Participation._base_manager.all().delete()
    assert (
        breadth.participation_breadth(programme=example) is None
        and breadth.how_often(programme=example) == []
    )


def test_the_organisations_behind_it(example, firms, django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        often = breadth.how_often(programme=example)
    assert [o.n for o in often] == [3, 2, 1, 1]
    assert (often[0].first, often[0].last) == (date(2008, 9, 1), date(2010, 3, 1))


def test_the_page_opens_the_figure_to_the_organisations(visit, example):
    page = visit("coordinator").get(f"/p/{CODE}/plan/").content.decode()
    assert "2008: 3 of 3; 2009: 2 of 4" in page and "0 of 4 of which it is said" in page
    assert "Central Leather Research Institute" in page and "Newcomers" not in page
