"""The API and the command line tell and take along what the pages do, no more."""

from __future__ import annotations

import json

import pytest

from nanduti.config.cli import main
from nanduti.foundation.models import AuditEvent
from nanduti.surveys import reading
from tests.surveys.answered import OWNER, PHONE, waiting

pytestmark = pytest.mark.django_db
API = "/api/programmes/weaving/instruments/visit"


@pytest.fixture
def some(answered):
    for n in range(1, 6):
        waiting(answered, n)
    reading.read_waiting()
    return answered


def test_submissions_are_paged_by_a_mark(some, as_role):
    client, mark, seen = as_role(), "", []
    while True:
        said = client.get(f"{API}/submissions?limit=2&after={mark}").json()
        seen += [row["answers"]["workers"] for row in said["submissions"]]
        mark = said["next"]
        if not mark:
            break
    assert seen == [8, 7, 6, 5, 4]
    text = json.dumps(client.get(f"{API}/submissions").json())
    assert OWNER not in text and PHONE not in text and "25.38" not in text
    assert client.get(f"{API}/backlog").json() == {"waiting": 0, "oldest_at": None, "parked": 0, "failed": 0}


@pytest.mark.parametrize("role", ["nobody", "researcher", "stranger", "enumerator"])
def test_who_may_not_read_answers_is_refused(some, as_role, role):
    for path in ("submissions", "backlog", "export?format=csv"):
        assert as_role(role).get(f"{API}/{path}").status_code in {403, 404}


def test_a_file_is_fetched_and_written_down(some, as_role):
    client = as_role()
    said = client.get(f"{API}/export?format=xlsx")
    assert said.status_code == 200 and said.content[:2] == b"PK"
    assert AuditEvent.objects.get(action="surveys.export_answers").by.username == "supervisor"
    assert client.get(f"{API}/export?format=exe").status_code == 422
    assert client.get("/api/programmes/weaving/instruments/none/export").status_code == 404


def run(*arguments: str) -> int:
    return main(list(arguments)) or 0


def test_the_command_line_tells_and_exports(some, capsys, tmp_path):
    assert run("submissions", "--instrument", "visit", "--programme", "weaving", "--format", "json") == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 5 and rows[0]["answers"]["workers"] == 8 and OWNER not in json.dumps(rows)
    for kind in ("csv", "parquet", "sav", "dta", "xlsx", "zip"):
        assert run("export", "--instrument", "visit", "--format", kind, "--to", str(tmp_path)) == 0
    assert {"visit.csv", "visit.sav", "visit.dta", "visit.xlsx", "visit.parquet", "visit.zip"} <= {
        p.name for p in tmp_path.iterdir()
    }
    assert run("check-answers", "--instrument", "visit") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("new ")
