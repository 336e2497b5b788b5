"""The list that a phone is given: only its own, always whole, and new exactly when something changed."""

from __future__ import annotations

import csv
import io
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanduti.foundation.models import Grant
from nanduti.programme.models import Component, Coverage
from nanduti.programme.scopes import work_scope
from nanduti.register import actions as register
from nanduti.register.models import Establishment
from nanduti.surveys.entities import mirroring
from nanduti.surveys.entities.contents import Content, kept
from nanduti.surveys.entities.serving import Lists
from nanduti.surveys.models import Entity, EntityList, EntityVersion, SampleUnit
from tests.support.register import NAME

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture
def covered(answered):
    """The programme covers both clusters; the enumerator works in the first."""
    part = Component.objects.create(
        programme=answered.programme, scope=answered.programme.scope, code="f", name="F"
    )
    for cluster in (answered.world.cluster, answered.world.other):
        Coverage.objects.create(
            programme=answered.programme,
            component=part,
            cluster=cluster,
            scope=work_scope(answered.programme, cluster),
        )
    return answered


@pytest.fixture
def firms(covered):
    return EntityList.objects.create(
        programme=covered.programme, scope=covered.programme.scope, name="firms", kind="establishments"
    )


def rows(entity_list, enumerator):
    text = Lists().csv(entity_list, enumerator).decode()
    return list(csv.DictReader(io.StringIO(text)))


def fine(rows):
    """What Collect asks of every row, or it drops the whole list."""
    for row in rows:
        assert row["label"].strip() and "\n" not in row["label"]
        assert str(uuid.UUID(row["name"])) == row["name"] and int(row["__version"]) >= 1
        assert None not in row and None not in row.values()
    return rows


def test_firms_of_the_enumerators_cluster_and_nobody_elses(covered, firms):
    there = register.register_establishment(
        organisation=covered.world.foreign_firm, values={"cluster": covered.world.other}, by="test"
    )
    mine = fine(rows(firms, covered.enumerator))
    assert [r["pseudonym"] for r in mine] == [covered.world.site.pseudonym]
    assert mine[0]["label"] == covered.world.site.pseudonym and NAME not in str(mine)
    assert {r["pseudonym"] for r in fine(rows(firms, None))} == {
        covered.world.site.pseudonym,
        there.pseudonym,
    }


def test_names_are_shown_only_where_they_were_granted_and_the_token_says_so(covered, firms):
    before = Lists().token(firms, covered.enumerator)
    user = covered.enumerator.user
    Grant.objects.create(
        user=user, role="cda", scope=covered.world.cluster.scope, since=timezone.localdate()
    )  # a cda may be given names
    from nanduti.vault.models import Purpose, StandingGrant

    purpose = Purpose.objects.first()
    day = timezone.localdate()
    StandingGrant.objects.create(
        scope_id=covered.world.cluster.scope.pk, scope_code=covered.world.cluster.scope.code, user_id=user.pk,
        user_label=user.username, fields=["name"], purpose=purpose, since_on=day,
        until_on=day.replace(year=day.year + 1), given_at=timezone.now(), given_by_id=1, given_by_label="x",
    )  # fmt: skip
    shown = fine(rows(firms, covered.enumerator))
    assert shown[0]["label"] != covered.world.site.pseudonym
    assert Lists().token(firms, covered.enumerator) != before


def test_the_token_changes_exactly_with_what_is_given(covered, firms):
    lists = Lists()
    first = lists.token(firms, covered.enumerator)
    body = lists.csv(firms, covered.enumerator)
    assert lists.token(firms, covered.enumerator) == first and lists.csv(firms, covered.enumerator) == body
    site = covered.world.site
    site.refresh_from_db()
    register.edit_establishment(establishment=site, values={"n_workers": 55}, version=site.version, by="test")
    second = lists.token(firms, covered.enumerator)
    assert second != first
    (row,) = fine(rows(firms, covered.enumerator))
    assert (row["n_workers"], row["size_band"], row["__version"]) == ("55", "medium", "2") or row[
        "n_workers"
    ] == "55"


def test_a_firm_that_moves_away_leaves_the_phone(covered, firms):
    (row,) = rows(firms, covered.enumerator)
    site = covered.world.site
    site.refresh_from_db()
    register.edit_establishment(
        establishment=site, values={"cluster": covered.world.other}, version=site.version, by="test"
    )
    assert rows(firms, covered.enumerator) == []
    offline = str(uuid.uuid4())
    assert Lists().deleted(firms, covered.enumerator, [row["name"], offline, "nonsense"]) == {
        row["name"]: True, offline: False, "nonsense": False
    }  # fmt: skip


def test_a_list_of_those_assigned_revokes_what_is_handed_to_another(covered, firms, sample_unit):
    firms.filter = {"assigned": True}
    firms.save()
    assert rows(firms, covered.enumerator) == []
    before = Lists().token(firms, covered.enumerator)
    unit = sample_unit(covered.world.site, covered.enumerator)
    assert len(fine(rows(firms, covered.enumerator))) == 1
    assert Lists().token(firms, covered.enumerator) != before
    SampleUnit.objects.filter(pk=unit.pk).update(enumerator=None)
    assert rows(firms, covered.enumerator) == []


@pytest.fixture
def sample_unit(answered):
    from nanduti.surveys.models import Sample, Wave

    def make(establishment, enumerator):
        scope = answered.programme.scope
        wave = Wave.objects.create(scope=scope, instrument=answered.instrument, code="w1")
        sample = Sample.objects.create(
            scope=scope, wave=wave, design={}, seed=1, frame_size=1, n_drawn=1, drawn_at=timezone.now()
        )
        return SampleUnit.objects.create(
            scope=scope, sample=sample, establishment=establishment, position=1, enumerator=enumerator
        )

    return make


ODD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    label=ODD, values=st.dictionaries(st.sampled_from(["a", "b", "Name", "__x", "label"]), ODD, max_size=4)
)
def test_no_row_can_spoil_the_list(covered, label, values):
    made = EntityList.objects.create(
        programme=covered.programme, scope=covered.programme.scope, name=f"l{uuid.uuid4().hex}",
        properties=[{"name": name} for name in values],
    )  # fmt: skip
    entity = Entity(entity_list=made, uuid=uuid.uuid4(), scope=made.scope)
    content = Content(label.replace("\x00", ""), {k: v.replace("\x00", "") for k, v in values.items()})
    entity.data, entity.sealed = kept(content, identifying={"b"}, bound_to=f"{made.pk}/{entity.uuid}")
    entity.save()
    assert len(fine(rows(made, covered.enumerator))) == 1


def test_refreshing_twice_changes_nothing(covered, firms):
    assert mirroring.refresh(firms) == 1
    state = (list(Entity.objects.values()), EntityVersion.objects.count())
    assert mirroring.refresh(firms) == 0 and state == (
        list(Entity.objects.values()),
        EntityVersion.objects.count(),
    )


def test_a_merged_establishment_is_gone(covered, firms):
    other = register.register_establishment(
        organisation=covered.world.firm, values={"cluster": covered.world.cluster}, by="test"
    )
    assert len(rows(firms, covered.enumerator)) == 2
    register.merge_establishments(
        kept=Establishment.objects.get(pk=covered.world.site.pk), absorbed=other, reason="the same", by="test"
    )
    assert len(rows(firms, covered.enumerator)) == 1


def test_the_number_of_queries_does_not_grow_with_the_list(covered, firms, django_assert_max_num_queries):
    for _ in range(30):
        register.register_establishment(
            organisation=covered.world.firm, values={"cluster": covered.world.cluster}, by="test"
        )
    Lists().token(firms, covered.enumerator)
    with django_assert_max_num_queries(40):
        assert len(rows(firms, covered.enumerator)) == 31


def test_the_pages_of_lists_open_for_those_who_manage(covered, firms, as_role):
    rows(firms, covered.enumerator)
    client = as_role("supervisor")
    home = client.get(reverse("surveys:entity_lists", args=(covered.programme.code,)))
    assert home.status_code == 200 and b"firms" in home.content
    page = client.get(reverse("surveys:entity_list", args=(covered.programme.code, firms.pk)))
    assert page.status_code == 200 and covered.world.site.pseudonym.encode() in page.content
    found = Entity.objects.get()
    shown = client.get(reverse("surveys:entity", args=(covered.programme.code, found.pk)))
    assert shown.status_code == 200
    for role in ("researcher", "asker"):
        assert as_role(role).get(reverse("surveys:entity", args=(covered.programme.code, found.pk))).status_code in {
            403, 404
        }  # fmt: skip


def test_a_clash_is_settled_on_its_page_and_the_second_of_two_is_told(covered, firms, as_role):
    from nanduti.surveys.entities.applying import content_of, office_version

    rows(firms, covered.enumerator)
    found = Entity.objects.get()
    made = office_version(found, Content("", {"activity": "shirts"}), by=None, at=timezone.now())
    EntityVersion.objects.filter(pk=made.pk).update(conflict="hard", conflicting=["activity"])
    url = reverse("surveys:resolve_entity", args=(covered.programme.code, found.pk))
    client = as_role("supervisor")
    page = client.get(url)
    assert page.status_code == 200 and b"shirts" in page.content and NAME.encode() not in page.content
    stale = client.post(url, {"p_activity": "trousers", "seen": "1"})
    assert stale.status_code >= 400 and b"Something came in meanwhile" in stale.content
    done = client.post(url, {"p_activity": "trousers", "seen": "2", "resolution": "asked again"})
    assert done.status_code == 302
    found.refresh_from_db()
    assert content_of(found).data["activity"] == "trousers" and found.number == 3
    assert (
        client.post(reverse("surveys:remove_entity", args=(covered.programme.code, found.pk))).status_code
        == 302
    )
    assert rows(firms, covered.enumerator) == []
