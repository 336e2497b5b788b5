"""What submissions say of entities, in every order of arrival: versions, branches, clashes, waiting."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from nanduti.methods.instruments import read_xform
from nanduti.surveys import reading
from nanduti.surveys.actions import entities as actions
from nanduti.surveys.actions import reviews
from nanduti.surveys.entities.applying import PATIENCE, content_of, release_overdue
from nanduti.surveys.errors import EntityMovedOn
from nanduti.surveys.models import Entity, EntityList, EntityVersion, Finding, Submission, WaitingEntityUpdate
from tests.surveys.answered import instance_id, publish, waiting

pytestmark = pytest.mark.django_db(databases=["default", "vault"])

FORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:entities="http://www.opendatakit.org/xforms/entities" xmlns:nanduti="https://nanduti.org/xforms">
<h:head><h:title>Firms</h:title><model entities:entities-version="EDITION">
<instance><data id="visit" version="VERSION"><firm/><workers/><owner_phone/><machine jr:template=""
  xmlns:jr="http://openrosa.org/javarosa"><brand/><meta><entity dataset="machines" id="" create="1"><label/></entity>
  </meta></machine><meta><entity dataset="firms" id="" create="" update="" baseVersion="" trunkVersion="" branchId="">
<label/></entity><instanceID/></meta></data></instance>
<bind nodeset="/data/firm" type="string" entities:saveto="firm_name"/>
<bind nodeset="/data/workers" type="int" entities:saveto="workers" nanduti:sensitivity="open"/>
<bind nodeset="/data/owner_phone" type="string" entities:saveto="phone"/>
<bind nodeset="/data/machine/brand" type="string" entities:saveto="machines#brand" nanduti:sensitivity="open"/>
<bind nodeset="/data/meta/entity/@create" calculate="true()"/><bind nodeset="/data/meta/entity/@update" calculate="1"/>
<bind nodeset="/data/meta/instanceID" type="string"/>
</model></h:head><h:body><input ref="/data/firm"><label>Firm</label></input>
<input ref="/data/workers"><label>Workers</label></input>
<input ref="/data/owner_phone"><label>Telephone</label></input>
<group ref="/data/machine"><repeat nodeset="/data/machine"><input ref="/data/machine/brand"><label>B</label></input>
</repeat></group></h:body></h:html>"""
KEY = uuid.UUID("11111111-1111-4111-8111-111111111111")
BRANCH = uuid.UUID("22222222-2222-4222-8222-222222222222")


def said(n, *, key=KEY, create="", update="", base="", trunk="", branch="", label="", machines=(), **data):
    body = "".join(f"<{k}>{v}</{k}>" for k, v in data.items())
    rows = "".join(
        f'<machine><brand>{brand}</brand><meta><entity dataset="machines" id="{uuid.uuid4()}" create="1">'
        f"<label>{brand}</label></entity></meta></machine>"
        for brand in machines
    )
    return (
        f'<data id="visit" version="2">{body}{rows}<meta><entity dataset="firms" id="{key}" create="{create}" '
        f'update="{update}" baseVersion="{base}" trunkVersion="{trunk}" branchId="{branch}"><label>{label}</label>'
        f"</entity><instanceID>{instance_id(n)}</instanceID></meta></data>"
    )


@pytest.fixture
def send(answered):
    answered.version = publish(answered.instrument, "2", FORM.replace("EDITION", "2025.1.0"))
    count = itertools.count(1)

    def act(**more):
        n = next(count)
        row = waiting(answered, n, said(n, **more), form_version="2")
        reading.read_waiting()
        row.refresh_from_db()
        assert row.processing == "done", row.processing_note
        return row

    return act


def entity(key=KEY):
    return Entity.objects.get(uuid=key)


def holds(key=KEY):
    found = entity(key)
    content = content_of(found)
    return found.number, content.label, content.data


def conflicts(key=KEY):
    return [v.conflict for v in EntityVersion.objects.filter(entity__uuid=key).order_by("number")]


def test_created_with_what_identifies_sealed(send):
    send(create="1", label="Taller Uno", firm="Taller Uno", workers="3", owner_phone="0971")
    assert holds() == (1, "Taller Uno", {"firm_name": "Taller Uno", "workers": "3", "phone": "0971"})
    row = entity()
    assert "phone" not in row.data and "0971" not in str(row.__dict__) and row.data["workers"] == "3"
    known = {p["name"]: p.get("sensitivity") for p in EntityList.objects.get(name="firms").properties}
    assert known["phone"] == "identifying" and "workers" in known


def test_updated_property_by_property(send):
    send(create="1", label="Uno", workers="3", firm="a")
    send(update="1", base="1", workers="5")
    assert holds() == (2, "Uno", {"firm_name": "a", "workers": "5"}) and conflicts() == ["", ""]


def test_reading_again_makes_no_version(send):
    send(create="1", label="Uno", workers="3")
    send(update="1", base="1", workers="5")
    before = list(EntityVersion.objects.values())
    Submission.objects.update(processing="waiting")
    reading.read_waiting()
    assert list(EntityVersion.objects.values()) == before


@pytest.mark.parametrize(
    ("second", "expected", "names"),
    [({"workers": "9"}, "hard", ["workers"]), ({"firm": "b"}, "soft", []), ({"workers": "5"}, "soft", [])],
)
def test_two_updates_on_one_base(send, second, expected, names):
    send(create="1", label="Uno", workers="3", firm="a")
    send(update="1", base="1", workers="5")
    send(update="1", base="1", **second)
    last = EntityVersion.objects.get(entity__uuid=KEY, number=3)
    assert (last.conflict, last.conflicting) == (expected, names)
    assert holds()[2]["workers"] == second.get("workers", "5")


def test_upsert_creates_or_updates(send):
    send(create="1", update="1", label="Uno", workers="3")
    send(create="1", update="1", base="1", workers="4")
    assert holds()[0] == 2 and conflicts() == ["", ""]


def test_made_a_second_time_is_a_clash_and_loses_nothing(send):
    send(create="1", label="Uno", workers="3")
    send(create="1", label="Dos", firm="b")
    assert holds() == (2, "Dos", {"workers": "3", "firm_name": "b"}) and conflicts()[1] in {"soft", "hard"}


OFFLINE = (
    {"create": "1", "label": "Uno", "workers": "1", "branch": str(BRANCH)},
    {"update": "1", "base": "1", "branch": str(BRANCH), "workers": "2"},
    {"update": "1", "base": "2", "branch": str(BRANCH), "workers": "3"},
    {"update": "1", "base": "3", "branch": str(BRANCH), "firm": "z"},
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_a_branch_made_offline_ends_the_same_in_every_order(send, order):
    for n in order:
        send(**OFFLINE[n])
    assert holds() == (4, "Uno", {"workers": "3", "firm_name": "z"})
    assert conflicts() == ["", "", "", ""] and not WaitingEntityUpdate.objects.exists()


def test_a_branch_on_a_trunk_that_moved_is_in_conflict(send):
    send(create="1", label="Uno", workers="1")
    send(update="1", base="1", workers="7")  # another phone
    send(update="1", base="1", trunk="1", branch=str(BRANCH), workers="2")
    send(update="1", base="2", trunk="1", branch=str(BRANCH), firm="q")
    assert conflicts() == ["", "", "hard", ""] and holds()[2] == {"workers": "2", "firm_name": "q"}


def test_a_branch_that_was_interrupted_is_told(send):
    send(create="1", label="Uno", workers="1")
    send(update="1", base="1", trunk="1", branch=str(BRANCH), workers="2")
    send(update="1", base="2", workers="8")  # another phone, which has seen version 2
    send(update="1", base="2", trunk="1", branch=str(BRANCH), workers="3")
    assert conflicts()[-1] == "hard" and holds()[2]["workers"] == "3"


def test_what_waits_too_long_is_taken_by_force(send):
    send(**OFFLINE[2])
    send(**OFFLINE[3])
    assert not Entity.objects.exists() and WaitingEntityUpdate.objects.count() == 2
    assert release_overdue(at=timezone.now()) == 0
    assert release_overdue(at=timezone.now() + PATIENCE + timedelta(minutes=1)) >= 1
    assert holds()[2] == {"workers": "3", "firm_name": "z"} and not WaitingEntityUpdate.objects.exists()
    assert EntityVersion.objects.filter(is_forced=True).exists()


def test_a_person_settles_a_clash(send):
    send(create="1", label="Uno", workers="3")
    send(update="1", base="1", workers="5")
    send(update="1", base="1", workers="9")
    with pytest.raises(EntityMovedOn):
        actions.resolve_conflict(entity=entity(), chosen={}, number=2, by="test")
    assert actions.resolve_conflict(entity=entity(), chosen={"workers": "6"}, number=3, by="test") == 1
    assert holds() == (4, "Uno", {"workers": "6"})
    assert not EntityVersion.objects.filter(resolved_at__isnull=True).exclude(conflict="").exists()


def test_entities_in_the_rows_of_a_repeat(send):
    send(create="1", label="Uno", machines=("Juki", "Singer"))
    found = {
        content_of(e).label: content_of(e).data for e in Entity.objects.filter(entity_list__name="machines")
    }
    assert found == {"Juki": {"brand": "Juki"}, "Singer": {"brand": "Singer"}}


def test_rejected_makers_take_their_entities_off_the_lists(send):
    row = send(create="1", label="Uno", workers="3")
    reviews.review_submission(submission=row, to_state="rejected", comment="invented", by="supervisor")
    assert entity().deleted_at is not None
    reviews.review_submission(submission=row, to_state="received", by="supervisor")
    assert entity().deleted_at is None


def test_a_list_that_waits_for_approval(send, answered):
    EntityList.objects.create(
        programme=answered.programme, scope=answered.programme.scope, name="firms", needs_approval=True
    )
    row = send(create="1", label="Uno", workers="3")
    assert not Entity.objects.exists()
    reviews.review_submission(submission=row, to_state="accepted", by="supervisor")
    assert holds() == (1, "Uno", {"workers": "3"})


@pytest.mark.parametrize("bad", ["not-a-uuid", "", "uuid:"])
def test_an_id_that_is_none_is_a_finding_and_the_answers_are_kept(send, bad):
    send(create="1", key=bad, workers="3")
    assert not Entity.objects.exists() and Finding.objects.get().rule == "entity.id"


def test_a_later_edition_of_the_specification_is_not_followed(answered):
    answered.version = publish(answered.instrument, "3", FORM.replace("EDITION", "2031.1.0"))
    waiting(answered, 1, said(1, create="1").replace('version="2"', 'version="3"'), form_version="3")
    reading.read_waiting()
    assert not Entity.objects.exists() and Finding.objects.get().rule == "entity.edition"


def test_the_form_of_these_tests_declares_what_they_send():
    definition = read_xform(FORM.replace("EDITION", "2025.1.0").replace("VERSION", "1"))
    assert {e.list_name for e in definition.entities} == {"firms", "machines"}
