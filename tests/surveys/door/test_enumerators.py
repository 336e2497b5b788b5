"""Enrolling, renewing, taking back; the pages of it, and the command."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from nanduti.config import cli
from nanduti.surveys import enrolment
from nanduti.surveys.actions import enumerators
from nanduti.surveys.errors import EnumeratorCodeTaken, EnumeratorEndsTooEarly
from nanduti.surveys.models import Enumerator
from tests.support.surveys import post, submission, xml_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, field):
    def sign_in(role: str):
        client.force_login(field.world.user(role), backend=settings.AUTHENTICATION_BACKENDS[-1])
        return client

    return sign_in


def url(name: str, *args: str) -> str:
    return reverse(f"surveys:{name}", args=("weaving", *args))


def server_url(html: str) -> str:
    return re.search(r"<code>(http://[^<]+/key/[^<]+)</code>", html)[1]


def test_enrolling_shows_an_address_that_works(signed_in, field, client):
    page = signed_in("coordinator").post(
        url("enrol"), {"code": "north-3", "title": "North 3", "last_day": "2999-12-31"}
    )
    html = page.content.decode()
    assert page.status_code == 200 and "<svg" in html and "no-store" in page["Cache-Control"]
    path = server_url(html).partition("testserver")[2]
    client.logout()
    assert post(client, path, xml_part(submission())).status_code == 201
    row = Enumerator.objects.get(code="north-3")
    assert row.token_digest not in path and path.rpartition("/")[2] not in str(vars(row))


def test_the_code_sets_a_phone_up():
    code = enrolment.settings_code(server_url="https://h/collect/p/key/k", project="Weaving")
    said = enrolment.read_settings(code)
    assert said["general"]["server_url"] == "https://h/collect/p/key/k"
    assert said["project"]["name"] == "Weaving" and said["admin"] is not None
    assert enrolment.image(code, "png").startswith(b"\x89PNG") and b"<svg" in enrolment.image(code, "svg")


@pytest.mark.parametrize("role", ["researcher", "committee_member", "enumerator", "nobody"])
def test_only_who_manages_surveys_enrols(signed_in, role):
    client = signed_in(role)
    assert client.post(url("enrol"), {"code": "x"}).status_code in {403, 404}
    assert client.post(url("revoke_key", "ana")).status_code in {403, 404}
    assert Enumerator.objects.get(code="ana").revoked_at is None


def test_taking_a_key_back_holds_from_the_next_request_on(signed_in, field, client):
    xml = submission()
    assert post(client, field.address, xml_part(xml)).status_code == 201
    assert signed_in("coordinator").post(url("revoke_key", "ana")).status_code == 302
    for answer in (post(client, field.address, xml_part(xml)), client.get(f"{field.address}/formList")):
        assert answer.status_code == 403 and b'nature="error"' in answer.content


def test_a_new_key_ends_the_former(signed_in, field, client):
    page = signed_in("coordinator").post(url("renew_key", "ana"), {"last_day": ""})
    path = server_url(page.content.decode()).partition("testserver")[2]
    assert client.get(f"{field.address}/formList").status_code == 403
    assert client.get(f"{path}/formList").status_code == 200


def test_a_key_ends_by_itself(field, client):
    past = timezone.now() - timedelta(days=2)
    made = enumerators.enrol(
        programme=field.programme, code="brief", expires_at=past + timedelta(days=1), by="test", at=past
    )
    assert client.get(f"/collect/weaving/key/{made.token}/formList").status_code == 403


def test_refusals(field):
    with pytest.raises(EnumeratorCodeTaken):
        enumerators.enrol(programme=field.programme, code="ana", by="test")
    with pytest.raises(EnumeratorEndsTooEarly):
        enumerators.enrol(
            programme=field.programme, code="late", expires_at=datetime(2020, 1, 1, tzinfo=UTC), by="test"
        )


@pytest.mark.parametrize(
    "values",
    [
        {"code": ""},
        {"code": "a b"},
        {"code": "ana"},
        {"code": "x", "last_day": "9999-12-31"},
        {"code": "y", "last_day": "0001-01-01"},
        {"code": "z", "last_day": "yesterday"},
        {"code": "w", "instruments": "no-such"},
        {"code": "v\x00"},
    ],
)
def test_no_value_makes_the_page_stumble(signed_in, values):
    assert signed_in("coordinator").post(url("enrol"), values).status_code < 500


def test_the_pages_say_who_sent_what(signed_in, field, client, django_assert_max_num_queries):
    for _ in range(3):
        post(client, field.address, xml_part(submission()))
    for i in range(30):
        enumerators.enrol(programme=field.programme, code=f"e{i}", by="test")
    client = signed_in("coordinator")
    with django_assert_max_num_queries(30):
        page = client.get(url("enumerators"))
    assert page.status_code == 200 and "31 enumerators; 1 was seen" in page.content.decode().replace(
        "were", "was"
    )
    page = client.get(url("enumerator", "ana")).content.decode()
    assert "3 submissions were received" in page and "Census of workshops" in page
    assert client.get(url("enumerator", "stranger")).status_code == 404


def test_the_command_prints_an_address(field, client, capsys, tmp_path):
    picture = tmp_path / "code.png"
    words = [
        "enrol",
        "--programme",
        "weaving",
        "--enumerator",
        "cli-1",
        "--format",
        "json",
        "--qr",
        str(picture),
    ]
    assert cli.main([*words, "--server", "https://nanduti.example/"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["server_url"].startswith("https://nanduti.example/collect/weaving/key/")
    assert picture.read_bytes().startswith(b"\x89PNG")
    path = said["server_url"].removeprefix("https://nanduti.example")
    assert client.get(f"{path}/formList").status_code == 200
    assert cli.main(words) == 0
    assert client.get(f"{path}/formList").status_code == 403
