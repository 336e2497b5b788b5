"""A list of who came, filled in the field, becomes the record of who took part."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from nanduti.plans.models import ActionPlan, Activity, Participation
from nanduti.programme.models import Component, Coverage
from nanduti.programme.scopes import work_scope
from nanduti.surveys import reading
from nanduti.surveys.actions import mappings
from nanduti.surveys.entities import mirroring
from nanduti.surveys.mapping import writing
from nanduti.surveys.models import Entity, EntityList, Submission
from nanduti.surveys.queries.mappings import problems
from tests.surveys.answered import answers_xml, field, waiting

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

SPEC = """
mapping: 1
subject: {find: [{pseudonym: phone}], create: false}
records:
  - target: plans.participation
    values: {activity: deviceid, count: workers, unit: {value: persons}, role: product}
"""


@pytest.fixture
def made():
    with scopes_disabled():
        made = field()
        scope = work_scope(made.programme, made.world.cluster)
        part = Component.objects.create(
            programme=made.programme, scope=made.programme.scope, code="f", name="F"
        )
        Coverage.objects.create(
            programme=made.programme, component=part, cluster=made.world.cluster, scope=scope
        )
        plan = ActionPlan.objects.create(
            programme=made.programme, code="field", title="Field", cluster=made.world.cluster, scope=scope
        )
        made.activity = Activity.objects.create(
            plan=plan,
            scope=scope,
            number=3,
            label="Course",
            kind="training_classroom",
            cluster=made.world.cluster,
        )
        spec = writing.understood(text=SPEC, definition=writing.definition_for(made.instrument))
        mappings.keep_mapping(instrument=made.instrument, spec=spec, by="test")
        yield made


def send(made, n, activity, **more):
    xml = answers_xml(n, deviceid=activity, phone=made.world.site.pseudonym, **more)
    row = waiting(made, n, xml)
    reading.read_waiting()
    return row


def test_who_came_is_written_down_once(made):
    send(made, 1, "field:3", workers="12", product="trousers")
    Submission.objects.update(processing="waiting")
    reading.read_waiting()
    (row,) = Participation.objects.all()
    assert (row.activity, row.establishment, row.organisation) == (
        made.activity,
        made.world.site,
        made.world.firm,
    )
    assert (row.count, row.unit, row.role) == (12, "persons", "participant")


def test_an_activity_can_be_chosen_on_the_phone(made):
    listed = EntityList.objects.create(
        programme=made.programme, scope=made.programme.scope, name="activities", kind="activities"
    )
    assert mirroring.refresh(listed) == 1
    entity = Entity.objects.get(entity_list=listed)
    assert entity.data["reference"] == "field:3"
    send(made, 1, str(entity.uuid))
    assert Participation.objects.get().activity == made.activity
    Participation.objects.all().delete()
    made.activity.delete()
    assert mirroring.refresh(listed) == 1
    entity.refresh_from_db()
    assert entity.deleted_at is not None


@pytest.mark.parametrize("named", ["field:99", "nowhere:3", "hello", "11111111-1111-4111-8111-111111111111"])
def test_what_names_no_activity_is_told_and_kept(made, named):
    send(made, 1, named)
    (link,) = problems(instrument=made.instrument)
    assert link.problem["code"] == "plans.activity_not_named" and not Participation.objects.exists()
