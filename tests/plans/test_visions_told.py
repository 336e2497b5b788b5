"""Visions for machines: the same that the page says, and who took part only to those who may see it."""

from __future__ import annotations

import pytest

from nanduti.plans.models import Vision
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

API = f"/api/programmes/{CODE}/visions"


@pytest.fixture
def vision(example) -> Vision:
    row = (
        Vision.objects.filter(cluster__code="chennai-leather").first()
        or Vision.objects.filter(cluster=None).first()
    )
    Vision.objects.filter(pk=row.pk).update(took_part="The two associations", agreed_on="May 2008")
    row.refresh_from_db()
    row.save()  # what follows from the date
    return row


def told(client, **asked):
    answer = client.get(API, asked)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_what_holds_and_each_look_at_it(visit, vision):
    client = visit("coordinator")
    one = next(one for one in told(client) if one["text"] == vision.text)
    assert one["agreed_on"] == "May 2008" and one["last_confirmed"] is None and one["reason"]
    assert one["looked_at"][-1]["took_part"] == "The two associations"
    page = client.get(f"/p/{CODE}/plan/vision/{vision.pk}/").content.decode()
    assert vision.text in page or vision.text_es in page


def test_who_took_part_is_told_to_insiders_alone(visit, vision):
    said = told(visit("committee"))
    assert said and not any("took_part" in look for one in said for look in one["looked_at"])


def test_before_it_was_agreed_none_holds(visit, vision):
    assert vision.text not in {one["text"] for one in told(visit("coordinator"), on="2005-01-01")}


def test_strangers_are_told_nothing(client, visit, vision):
    assert client.get(API).status_code == 401
    assert visit("coordinator").get("/api/programmes/nowhere/visions").status_code == 404
    assert visit("coordinator").get(API, {"cluster": "nowhere"}).status_code == 404


def test_the_number_of_queries_does_not_grow(visit, vision, django_assert_max_num_queries):
    client = visit("coordinator")
    told(client)
    with django_assert_max_num_queries(12):
        told(client)
