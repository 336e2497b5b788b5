"""The door: what is posted becomes one row, whatever happens on the way."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from nanduti.surveys import keeping
from nanduti.surveys.models import Envelope, QuarantinedPost, Submission, SubmissionFile
from nanduti.surveys.parking import NOT_GIVEN, UNKNOWN_FORM
from nanduti.surveys.queries import door
from tests.support import surveys
from tests.support.surveys import photo, post, submission, xml_part

pytestmark = pytest.mark.django_db


def test_a_post_becomes_a_row_with_its_very_bytes(client, field):
    xml = submission("uuid:1")
    answer = post(client, field.address, xml_part(xml))
    assert answer.status_code == 201, answer.content
    assert b'nature="submit_success"' in answer.content
    assert answer["Content-Type"].startswith("text/xml") and answer["X-OpenRosa-Version"] == "1.0"
    row = Submission.objects.get()
    assert (row.instrument, row.instrument_version, row.processing) == (
        field.instrument,
        field.version,
        "waiting",
    )
    assert (row.form_id, row.form_version, row.instance_id, row.device_id) == ("census", "1", "uuid:1", "d1")
    assert row.enumerator == field.enrolled.enumerator and row.scope == field.programme.scope
    assert keeping.xml_of(row) == xml
    assert b"workers" not in bytes(Envelope.objects.get().sealed)


def test_the_same_post_again_is_the_same_row(client, field):
    xml = submission("uuid:1")
    said = [post(client, field.address, xml_part(xml)) for _ in range(3)]
    assert [answer.status_code for answer in said] == [201, 201, 201]
    assert b"Already received" in said[1].content
    assert Submission.objects.count() == 1


def test_other_answers_under_the_same_id_are_kept_aside(client, field):
    post(client, field.address, xml_part(submission("uuid:1")))
    other = submission("uuid:1", inner="<workers>8</workers>")
    for _ in range(2):
        answer = post(client, field.address, xml_part(other), photo("a.jpg"))
        assert answer.status_code == 409 and b'nature="error"' in answer.content
    row = QuarantinedPost.objects.get()
    assert (row.reason, row.instance_id) == ("surveys.answers_differ", "uuid:1")
    assert row.submission == Submission.objects.get()
    assert keeping.quarantined_bytes(row) == other
    assert [f["name"] for f in row.files] == ["a.jpg"]


def test_what_was_sent_for_an_instrument_that_was_not_given_waits_for_a_supervisor(client, field):
    """Field data is never refused for a fault of the office: it is kept, and a person says whether it counts."""
    who = field.enrolled.enumerator
    who.instruments.set([surveys.instrument(field.programme, "other")])
    for parts in ([xml_part(submission("uuid:1"))], [xml_part(submission("uuid:1")), photo("a.jpg")]):
        assert post(client, field.address, *parts).status_code in {201, 202}
    row = Submission.objects.get()
    assert (row.processing, row.processing_note, row.instrument) == ("parked", NOT_GIVEN, field.instrument)
    assert row.files.count() == 1
    supervisor = field.world.user("coordinator")
    client.force_login(supervisor, backend=settings.AUTHENTICATION_BACKENDS[-1])
    listed = client.get("/p/weaving/surveys/review/?tab=unread").content.decode()
    assert "The instrument was not given to whoever sent it." in listed
    here = f"/p/weaving/surveys/submissions/{row.pk}/"
    shown = client.get(here).content.decode()
    assert "Why it should be taken in" in shown and "Read again" not in shown
    for way, sent in (("take-in", {"reason": " "}), ("read", {}), ("read", {"reason": "She stood in."})):
        client.post(f"{here}{way}/", sent)
        row.refresh_from_db()
        assert row.processing == "parked", "an exception needs its reason, by whichever door"
    for _twice in range(2):
        client.post(f"{here}take-in/", {"reason": "She stood in for her colleague."})
    row.refresh_from_db()
    assert (row.processing, row.processing_note) == ("waiting", "")
    assert row.review_steps.get().comment == "She stood in for her colleague."


@pytest.mark.parametrize(("given", "form_id", "note"), [
    ((), "census", ""), (("census",), "census", ""), (("census", "other"), "census", ""),
    (("other",), "census", NOT_GIVEN), (("other",), "nothing", NOT_GIVEN), ((), "nothing", UNKNOWN_FORM),
])  # fmt: skip
def test_whoever_was_given_nothing_in_particular_may_send_everything(client, field, given, form_id, note):
    other = surveys.instrument(field.programme, "other")
    codes = {"census": field.instrument, "other": other}
    field.enrolled.enumerator.instruments.set([codes[code] for code in given])
    xml = submission("uuid:1").replace(b'id="census"', f'id="{form_id}"'.encode())
    assert post(client, field.address, xml_part(xml)).status_code == 201
    assert Submission.objects.get().processing_note == note


def test_files_arrive_in_any_number_of_posts(client, field):
    xml = submission("uuid:1", inner="<photo>1.jpg</photo>")
    incomplete = ("*isIncomplete*", None, "", b"yes")
    first = post(client, field.address, incomplete, photo("1.jpg", b"one"), xml_part(xml))
    assert first.status_code == 201 and b"so far" in first.content
    second = post(client, field.address, xml_part(xml), photo("2.jpg", b"one"), photo("1.jpg", b"one"))
    assert second.status_code == 201
    files = SubmissionFile.objects.order_by("name")
    assert [(f.name, f.n_bytes) for f in files] == [("1.jpg", 3), ("2.jpg", 3)]
    assert [b"".join(keeping.content_of(f)) for f in files] == [b"one", b"one"]
    assert files[0].digest == hashlib.sha256(b"one").hexdigest()
    assert Submission.objects.get().n_files_arrived == 2
    assert len(kept_files()) == 2


def kept_files():
    return [p for p in (Path(settings.MEDIA_ROOT) / "surveys").rglob("*") if p.is_file()]


@pytest.mark.only_on("sqlite")  # PostgreSQL plans by size: its tables here are tiny
def test_no_question_of_the_door_walks_through_all_that_a_programme_has():
    ids = [f"uuid:{n}" for n in range(16)]
    with CaptureQueriesContext(connection) as told:
        door.stored(programme_id=1, instance_ids=ids)
        door.edits_of(programme_id=1, instance_ids=ids)
    for query in told:
        with connection.cursor() as cursor:
            plan = [str(row[-1]) for row in cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}").fetchall()]
        assert "instance_id=?" in plan[0] or "deprecated_id=?" in plan[0], plan
