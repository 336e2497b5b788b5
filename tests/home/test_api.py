"""The API keeps to its own document, says what the command line says, and tells nobody more than their roles read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanduti.config import cli
from nanduti.foundation.models import ApiToken
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

API = f"/api/programmes/{CODE}"


@pytest.fixture
def bearer(people):
    """``bearer("coordinator")``: the header of a program that acts for somebody."""

    def bearer(name: str, **values) -> dict[str, str]:
        token, clear = ApiToken.issue(people[name], "test")
        ApiToken.objects.filter(pk=token.pk).update(**values)
        return {"Authorization": f"Bearer {clear}"}

    return bearer


@pytest.fixture
def document(client):
    answer = client.get("/api/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def test_everything_is_documented_with_its_troubles(document):
    assert len(document["paths"]) >= 7
    for path, verbs in document["paths"].items():
        for verb, described in verbs.items():
            assert verb == "get" and described.get("summary"), path
            asked_who = set() if path.startswith("/api/open/") else {"401", "403"}
            assert {"200", "404", "422"} | asked_who <= set(described["responses"]), path


def test_the_api_keeps_to_its_document(document, bearer):
    """Whatever is asked: no mistake of ours, and no answer that the document does not name."""
    from nanduti.config.wsgi import application

    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    try:
        schema = schemathesis.openapi.from_dict(document)
        schema.app = application
        headers = bearer("coordinator")
        for operation in schema.get_all_operations():
            keep_to(operation.ok(), headers)
    finally:
        request_started.connect(close_old_connections)
        request_finished.connect(close_old_connections)


def keep_to(operation, headers) -> None:
    @settings(max_examples=10, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(), is_known=st.booleans())
    def ask(case, is_known):
        if is_known and "programme" in case.path_parameters:
            case.path_parameters["programme"] = CODE
        answer = case.call(headers={**headers, "Accept-Encoding": "identity"})
        assert answer.status_code < 500, case.as_curl_command()
        case.validate_response(answer, checks=[
            schemathesis.checks.not_a_server_error,
            schemathesis.specs.openapi.checks.status_code_conformance,
            schemathesis.specs.openapi.checks.response_schema_conformance,
            schemathesis.specs.openapi.checks.content_type_conformance,
        ])  # fmt: skip

    ask()


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/results?as_of=2011-07-31", ["results", "--as-of", "2011-07-31"]),
        ("/results?as_of=2010-01-01&cluster=leather", ["results", "--as-of", "2010-01-01", "--cluster", "leather"]),
        ("/ledger?cluster=leather&as_of=2011-07-31", ["ledger", "--cluster", "leather", "--as-of", "2011-07-31"]),
        ("/variance?plan=leather&as_of=2011-07-31", ["variance", "--plan", "leather", "--as-of", "2011-07-31"]),
        ("/quality", ["quality"]),
        ("/scope?pair=chennai-leather:santa-croce&on=2008-07-01",
         ["scope", "--pair", "chennai-leather:santa-croce", "--on", "2008-07-01"]),
    ],
)  # fmt: skip
def test_api_and_command_line_say_the_same(path, command, client, bearer, capsys):
    answer = client.get(API + path, headers=bearer("coordinator"))
    assert answer.status_code == 200
    assert cli.main([*command, "--programme", CODE, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out) == answer.json()


def test_a_key_that_holds_no_more_opens_nothing(client, bearer):
    past = timezone.now() - timedelta(seconds=1)
    assert client.get(API + "/ledger", headers=bearer("coordinator")).status_code == 200
    for headers in (
        bearer("coordinator", revoked_at=past), bearer("coordinator", expires_at=past),
        {"Authorization": "Bearer nan_wrong"}, {"Authorization": "Bearer "}, {"Authorization": "Basic eDp5"}, {},
    ):  # fmt: skip
        answer = client.get(API + "/ledger", headers=headers)
        assert answer.status_code == 401 and answer.json()["code"] == "foundation.not_signed_in"


def test_a_key_is_for_the_api_alone(client, bearer):
    assert client.get(f"/p/{CODE}/", headers=bearer("coordinator")).status_code == 302


def test_a_key_counts_when_it_was_used(client, bearer):
    client.get(API + "/ledger", headers=bearer("coordinator"))
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.parametrize("who", ["owner", "enumerator"])
def test_who_does_not_read_the_programme_is_told_so(who, client, bearer):
    for path in (
        "/ledger",
        "/variance",
        "/results",
        "/quality",
        "/agreements",
        "/coverage",
        "/components",
        "/scope?pair=a:b",
    ):
        answer = client.get(API + path, headers=bearer(who))
        assert answer.status_code == 403 and answer.json()["code"] == "foundation.not_allowed", path
    assert client.get("/api/programmes", headers=bearer(who)).json() == []


@pytest.mark.parametrize(
    "path", ["/ledger?cluster=nowhere", "/variance?plan=nowhere", "/scope?pair=nonsense"]
)
def test_what_is_not_there_is_said_in_words(path, client, bearer):
    answer = client.get(API + path, headers=bearer("coordinator"))
    assert answer.status_code == 404 and answer.json()["remedy"]


def test_the_ledger_comes_in_pieces(client, bearer):
    headers = bearer("coordinator")
    whole = client.get(API + "/ledger", headers=headers).json()
    pieces = [
        r
        for o in (0, 50, 100)
        for r in client.get(f"{API}/ledger?offset={o}&limit=50", headers=headers).json()
    ]
    assert len(whole) == 105 and pieces == whole
    for wrong in ("offset=-1", "limit=0", "limit=5001", "limit=x", "as_of=2011-02-30"):
        told = client.get(f"{API}/ledger?{wrong}", headers=headers)
        assert told.status_code == 422 and set(told.json()) == {"code", "title", "sentence", "remedy"}


def test_the_last_day_of_all_has_an_answer(client, bearer):
    headers = bearer("coordinator")
    for path in ("/ledger?as_of=9999-12-31", "/results?as_of=9999-12-31", "/agreements?on=0001-01-01",
                 "/scope?pair=chennai-leather:santa-croce&on=9999-12-31"):  # fmt: skip
        assert client.get(API + path, headers=headers).status_code == 200, path


def test_nothing_has_a_code_with_a_zero_byte(client, bearer):
    """PostgreSQL refuses such a text outright; SQLite looks for it and finds nothing."""
    for asked in ("ledger?cluster=%00", "scope?pair=%00:x", "results?cluster=a%00"):
        address = f"/api/programmes/india-italy-twinning/{asked}"
        assert client.get(address, headers=bearer("coordinator")).status_code == 404, asked
