"""The pages of a mapping: written, refused with its place, told anew; where an establishment's answers stand."""

from __future__ import annotations

import pytest
from django.urls import reverse

from nanduti.foundation.models import Job
from nanduti.surveys import reading
from nanduti.surveys.models import AnswerMapping
from tests.surveys.answered import OWNER, answers_xml, waiting
from tests.surveys.mapping.test_mapping import FIND, SPEC, keep

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def url(made, name="mapping"):
    return reverse(f"surveys:{name}", args=(made.programme.code, made.instrument.pk))


def test_nothing_said_yet_invites_to_say_it(answered, as_role):
    page = as_role("supervisor").get(url(answered))
    assert b"Nobody has said yet" in page.content and url(answered, "edit_mapping").encode() in page.content


def test_it_is_written_on_the_page_and_refused_with_its_place(answered, as_role):
    client = as_role("supervisor")
    refused = client.post(url(answered, "edit_mapping"), {"text": SPEC.replace("question: tools", "question: tool"),
                                                          "is_active": "on"})  # fmt: skip
    assert refused.status_code == 422 and b"facts[1]" in refused.content
    assert not AnswerMapping.objects.exists()
    kept = client.post(url(answered, "edit_mapping"), {"text": SPEC, "is_active": "on"})
    assert kept.status_code == 302 and AnswerMapping.objects.get().spec["facts"][0]["attribute"] == "rent"
    assert client.get(url(answered, "edit_mapping")).status_code == 200


def test_problems_are_told_in_words_and_records_open_to_their_answers(answered, as_role):
    keep(answered, FIND)
    waiting(answered, 1, answers_xml(1, owner_name="W-NOBODY22"))
    good = waiting(answered, 2, answers_xml(2, owner_name=answered.world.site.pseudonym))
    reading.read_waiting()
    client = as_role("supervisor")
    page = client.get(url(answered)).content.decode()
    assert "The answers name an establishment that the register does not have here" in page
    assert OWNER not in page
    actor = client.get(reverse("register:actor", args=(answered.world.site.pseudonym,))).content.decode()
    assert reverse("surveys:submission", args=(answered.programme.code, good.pk)) in actor


def test_telling_anew_is_work_that_can_be_watched(answered, as_role):
    keep(answered)
    answer = as_role("supervisor").post(url(answered, "tell_anew"))
    job = Job.objects.get(kind="surveys.tell_anew")
    assert answer.status_code == 302 and str(job.public_id) in answer.url


@pytest.mark.parametrize("role", ["researcher", "asker", "committee_member", "association_officer"])
def test_who_may_not_change_it_cannot(answered, as_role, role):
    client = as_role(role)
    for name in ("edit_mapping", "tell_anew"):
        assert client.post(url(answered, name), {"text": SPEC}).status_code in {403, 404}
    assert not AnswerMapping.objects.exists() and not Job.objects.exists()


def test_the_number_of_queries_does_not_grow(answered, as_role, django_assert_max_num_queries):
    keep(answered, FIND)
    for n in range(12):
        waiting(answered, n, answers_xml(n, owner_name="W-NOBODY22"))
    reading.read_waiting()
    client = as_role("supervisor")
    client.get(url(answered))
    with django_assert_max_num_queries(45):
        client.get(url(answered))
