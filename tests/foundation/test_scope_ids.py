"""Scopes written into a query as they are mean the same as a list of them."""

import pytest
from django_scopes import scope as within
from django_scopes import scopes_disabled

from nanduti.foundation.models import Scope
from nanduti.foundation.scope_ids import ScopeIds
from nanduti.register.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def scopes():
    made = [Scope.objects.create(kind="cluster", code=f"c{n}") for n in range(4)]
    with scopes_disabled():
        for scope in made:
            Organisation.objects.create(scope=scope, kind="enterprise")
    return made


@pytest.mark.parametrize("chosen", [(), (0,), (1, 3), (0, 1, 2, 3)])
def test_the_same_rows_as_a_list(scopes, chosen):
    ids = [scopes[n].pk for n in chosen]
    with within(scope=ids):
        plain = set(Organisation.objects.values_list("pk", flat=True))
        counted = Organisation.objects.count()
    with within(scope=ScopeIds(ids)):
        assert set(Organisation.objects.values_list("pk", flat=True)) == plain
        assert Organisation.objects.count() == counted == len(chosen)
        assert Organisation.objects.exclude(scope__in=ScopeIds(ids)).count() == 0


@pytest.mark.parametrize("wrong", ["1", True, None, 1.0, "1) OR (1=1"])
def test_nothing_but_numbers_gets_in(wrong):
    with pytest.raises(TypeError):
        ScopeIds([1, wrong])


def test_it_can_be_asked_like_a_tuple():
    ids = ScopeIds([5, 2])
    assert list(ids) == [5, 2] and 5 in ids and ids == (5, 2) and len(ids) == 2 and not ScopeIds()
