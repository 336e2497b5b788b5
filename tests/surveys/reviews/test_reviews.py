"""Review: who decides what about a submission, what is kept of it, and what nobody may."""

from __future__ import annotations

import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.surveys import reading
from nanduti.surveys.actions import quarantine, reviews
from nanduti.surveys.errors import (
    CommentNeeded,
    NotReviewable,
    OpenFindings,
    OwnWork,
    ReviewedMeanwhile,
    StepRefused,
)
from nanduti.surveys.intake import Post, receive_post
from nanduti.surveys.models import AnswerSet, Finding, QuarantinedPost, ReviewStep, Submission
from nanduti.surveys.quarantining import take, with_number
from nanduti.surveys.queries import reviews as queries
from tests.surveys.answered import OWNER, PHONE, answers_xml, instance_id, waiting

pytestmark = pytest.mark.django_db
P = "/p/weaving/surveys"


def read(made, *numbers, **values) -> list[Submission]:
    rows = [waiting(made, n, **values) for n in numbers]
    reading.read_waiting()
    for row in rows:
        row.refresh_from_db()
    return rows


def finding(made, row, **values) -> Finding:
    return Finding.objects.create(
        **{"scope": row.scope, "instrument": made.instrument, "submission": row, "rule": "check:rent",
           "severity": "error", "question": "rent_per_month", "found_at": row.received_at, **values}
    )  # fmt: skip


def test_accepting_leaves_a_step_and_a_witness(answered):
    (row,) = read(answered, 1)
    by = answered.user("supervisor")
    step = reviews.review_submission(submission=row, to_state="accepted", by=by)
    assert (step.from_state, step.to_state, step.by_label) == ("received", "accepted", "supervisor")
    assert AuditEvent.objects.filter(action="surveys.review_submission", subject_id=str(row.pk)).exists()
    with pytest.raises(StepRefused):
        reviews.review_submission(submission=row, to_state="accepted", by=by)


def test_returning_needs_a_comment_which_the_enumerator_reads(answered):
    (row,) = read(answered, 1)
    by = answered.user("supervisor")
    with pytest.raises(CommentNeeded):
        reviews.review_submission(submission=row, to_state="returned", comment="  ", by=by)
    reviews.review_submission(submission=row, to_state="returned", comment="Workers: 70 or 7?", by=by)
    (told,) = queries.returned_to(enumerator_ids=[answered.enumerator.pk])
    assert (told.pk, told.why) == (row.pk, "Workers: 70 or 7?")


def test_whoever_asked_sees_what_was_sent_back_and_why(answered, as_role):
    (row,) = read(answered, 1)
    reviews.review_submission(
        submission=row, to_state="returned", comment="Workers: 70 or 7?", by=answered.user("supervisor")
    )
    page = as_role("asker").get(f"{P}/returned/").content.decode()
    assert "Workers: 70 or 7?" in page and f"/submissions/{row.pk}/correct/" in page
    assert "Workers: 70 or 7?" not in as_role("enumerator").get(f"{P}/returned/").content.decode()
    assert as_role("nobody").get(f"{P}/returned/").status_code in {403, 404}


def test_of_two_corrections_a_person_chooses_one(answered):
    versions = [answers_xml(1)]
    for n in (900, 901):
        versions.append(
            answers_xml(1, workers=str(n)).replace(
                f"<instanceID>{instance_id(1)}</instanceID>",
                f"<instanceID>{instance_id(n)}</instanceID><deprecatedID>{instance_id(1)}</deprecatedID>",
            )
        )
    for xml in versions:
        receive_post(Post(answered.programme, xml.encode(), enumerator=answered.enumerator))
    reading.read_waiting()
    _first, second, third = Submission.objects.order_by("pk")
    assert (second.is_current, third.is_current, third.processing) == (True, False, "parked")
    reviews.choose_version(submission=third, reason="The later one is right", by=answered.user("supervisor"))
    reading.read_waiting()
    current = list(Submission.objects.filter(is_current=True))
    assert current == [third] and current[0].processing == "done"


def test_the_second_of_two_supervisors_is_told(answered):
    (row,) = read(answered, 1)
    by = answered.user("supervisor")
    reviews.review_submission(submission=row, to_state="rejected", comment="Twice", by=by)
    with pytest.raises(ReviewedMeanwhile):
        reviews.review_submission(submission=row, to_state="accepted", seen_state="received", by=by)
    assert ReviewStep.objects.count() == 1


def test_nobody_reviews_what_they_collected_unless_they_say_why(answered):
    (row,) = read(answered, 1)
    collector = answered.user("asker")
    with pytest.raises(OwnWork):
        reviews.review_submission(submission=row, to_state="accepted", by=collector)
    reviews.review_submission(
        submission=row, to_state="accepted", override_reason="Nobody else is here this week", by=collector
    )
    event = AuditEvent.objects.get(action="surveys.review_submission")
    assert event.override_reason == "Nobody else is here this week" and event.details["rule"] == "four_eyes"


def test_what_cannot_be_right_is_not_accepted_without_a_word(answered):
    (row,) = read(answered, 1)
    found = finding(answered, row)
    by = answered.user("supervisor")
    with pytest.raises(OpenFindings):
        reviews.review_submission(submission=row, to_state="accepted", by=by)
    with pytest.raises(CommentNeeded):
        reviews.settle_finding(finding=found, state="explained", by=by)
    reviews.settle_finding(finding=found, state="explained", text="The rent is for two halls.", by=by)
    reviews.review_submission(submission=row, to_state="accepted", by=by)


def test_trials_unread_and_former_versions_are_not_reviewed(answered):
    rows = read(answered, 1, is_trial=True) + read(answered, 2, is_current=False) + [waiting(answered, 3)]
    for row in rows:
        with pytest.raises(NotReviewable):
            reviews.review_submission(submission=row, to_state="accepted", by=answered.user("supervisor"))


def test_many_are_accepted_at_once_except_those_with_findings(answered):
    rows = read(answered, *range(1, 6))
    finding(answered, rows[2], severity="warning")
    done = reviews.accept_submissions(submissions=rows, by=answered.user("supervisor"))
    assert done == (4, 1)
    assert list(Submission.objects.filter(state="received")) == [rows[2]]


def test_a_correction_keeps_every_version_and_tells_what_changed(answered, as_role):
    first = answers_xml(1).encode()
    second = answers_xml(1, workers="70", phone="0971 555 0999").replace(
        f"<instanceID>{instance_id(1)}</instanceID>",
        f"<instanceID>{instance_id(900)}</instanceID><deprecatedID>{instance_id(1)}</deprecatedID>",
    )
    for xml in (first, second.encode()):
        assert receive_post(Post(answered.programme, xml, enumerator=answered.enumerator)).status == 201
    reading.read_waiting()
    former, latter = Submission.objects.order_by("pk")
    assert (former.is_current, latter.is_current, latter.corrects) == (False, True, former)
    page = as_role().get(f"{P}/submissions/{latter.pk}/versions/").content.decode()
    assert "70" in page and "2 answers were changed" in page
    assert PHONE not in page and "0999" not in page


def test_other_answers_under_a_number_are_taken_instead_and_the_former_kept(answered):
    for workers in ("7", "70"):
        post = Post(
            answered.programme, answers_xml(1, workers=workers).encode(), enumerator=answered.enumerator
        )
        result = receive_post(post)
        reading.read_waiting()
    assert result.status == 409
    kept = QuarantinedPost.objects.get()
    pk = take(post=kept, text="The second is right", by=answered.user("supervisor"))
    reading.read_waiting()
    assert AnswerSet.objects.get(submission=pk).answers["workers"] == 70
    kept.refresh_from_db()
    assert kept.decision == "replaced" and b"<workers>7</workers>" in quarantine.quarantined_bytes(kept)
    # Sent again by the phone, it is known; the former is known to be decided.
    assert receive_post(post).status == 201


@pytest.mark.parametrize(
    "xml",
    [
        '<data id="visit" version="1"><workers>7</workers></data>',
        '<data id="visit" version="1"><workers>7</workers><meta/></data>',
        '<data id="visit" version="1"><workers>7</workers><meta><instanceID/></meta></data>',
        '<data id="visit" version="1"><meta><instanceName>x</instanceName></meta><workers>7</workers></data>',
    ],
)
def test_answers_without_a_number_get_one(answered, xml):
    assert receive_post(Post(answered.programme, xml.encode(), enumerator=answered.enumerator)).status == 400
    kept = QuarantinedPost.objects.get()
    pk = take(post=kept, text="An old form", by=answered.user("supervisor"))
    reading.read_waiting()
    assert AnswerSet.objects.get(submission=pk).answers["workers"] == 7
    assert with_number(xml.encode(), kept.digest) == with_number(xml.encode(), kept.digest)


# --- pages


def test_the_queue_says_what_waits_and_leads_on(answered, as_role, django_assert_max_num_queries):
    rows = read(answered, *range(1, 8))
    finding(answered, rows[0])
    client = as_role()
    with django_assert_max_num_queries(40):
        page = client.get(f"{P}/review/").content.decode()
    assert "7 submissions wait to be reviewed, 1 of them with findings." in page
    plain = client.get(f"{P}/review/?tab=plain").content.decode()
    assert "Accept the 6 on this page" in plain
    for tab in ("returned", "unread", "quarantine", "nonsense%00"):
        assert client.get(f"{P}/review/?tab={tab}&instrument=x&page=9&sort=zz").status_code == 200
    ids = ",".join(str(row.pk) for row in rows)
    assert client.post(f"{P}/review/accept/", {"ids": ids}).status_code == 302
    assert Submission.objects.filter(state="accepted").count() == 6


def test_the_page_of_a_submission_shows_no_identity(answered, as_role, django_assert_max_num_queries):
    (row,) = read(answered, 1)
    found = finding(answered, row)
    client = as_role()
    with django_assert_max_num_queries(45):
        page = client.get(f"{P}/submissions/{row.pk}/").content.decode()
    assert "How many people work here?" in page and "Trousers" in page
    assert "kept in the vault" in page
    assert OWNER not in page and PHONE not in page and "25.38" not in page
    spanish = as_role(language="es").get(f"{P}/submissions/{row.pk}/").content.decode()
    assert "¿Cuántas personas trabajan aquí?" in spanish and "Pantalones" in spanish
    said = client.post(f"{P}/submissions/{row.pk}/", {"to_state": "accepted", "seen_state": "received"})
    assert said.status_code == 422 and "A finding is still open" in said.content.decode()
    assert (
        client.post(f"{P}/findings/{found.pk}/", {"state": "explained", "text": "Two halls"}).status_code
        == 302
    )
    done = client.post(
        f"{P}/submissions/{row.pk}/?tab=plain", {"to_state": "accepted", "seen_state": "received"}
    )
    assert done.status_code == 302


@pytest.mark.parametrize("role", ["stranger", "nobody", "researcher", "enumerator", "firm_owner"])
def test_others_see_neither_queue_nor_answers(answered, as_role, role):
    (row,) = read(answered, 1)
    client = as_role(role)
    for url in (f"{P}/review/", f"{P}/submissions/{row.pk}/", f"{P}/submissions/{row.pk}/versions/"):
        assert client.get(url).status_code in {403, 404}
    assert client.post(f"{P}/submissions/{row.pk}/", {"to_state": "accepted"}).status_code in {403, 404}
    row.refresh_from_db()
    assert row.state == "received"


def test_the_page_of_a_post_in_quarantine_compares(answered, as_role):
    for workers in ("7", "70"):
        xml = answers_xml(1, workers=workers, owner_name=OWNER + workers).encode()
        receive_post(Post(answered.programme, xml, enumerator=answered.enumerator))
        reading.read_waiting()
    kept = QuarantinedPost.objects.get()
    client = as_role()
    page = client.get(f"{P}/quarantine/{kept.pk}/").content.decode()
    assert "Take it instead" in page and ">70<" in page and OWNER not in page
    assert client.post(f"{P}/quarantine/{kept.pk}/", {"decision": "dropped", "text": ""}).status_code == 422
    assert (
        client.post(f"{P}/quarantine/{kept.pk}/", {"decision": "dropped", "text": "Mistyped"}).status_code
        == 302
    )
    again = client.post(f"{P}/quarantine/{kept.pk}/", {"decision": "replaced", "text": "No"})
    assert again.status_code == 422
