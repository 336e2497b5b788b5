"""What the command line prints for programs, and how it says what is wrong."""

from __future__ import annotations

import json

import pytest
from django_scopes import scopes_disabled

from nanduti.config import cli
from nanduti.foundation.models import AuditEvent, User
from tests.support.example import CODE

pytestmark = pytest.mark.django_db


@pytest.fixture
def say(example, capsys):
    """``say("quality", …)``: exit code, what was printed, what was said aside."""

    def say(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(list(arguments))
        except SystemExit as error:
            code = error.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return say


@pytest.fixture
def answer(say):
    def answer(verb: str, *arguments: str):
        code, out, err = say(verb, "--programme", CODE, *arguments, "--format", "json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return answer


def test_whoever_forgot_a_password_gets_a_new_one(say, example, monkeypatch):
    typed = iter(["12345", "a moth on the lamp"])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(typed))
    User.objects.create_user(username="ana", password="forgotten")
    before = User.objects.get(username="ana").password
    code, _out, err = say("user", "ana", "--new-password")
    assert code == 1 and "password" in err
    assert say("user", "ana", "--new-password") == (0, "ana\n", "")
    found = User.objects.get(username="ana")
    assert found.check_password("a moth on the lamp") and found.password != before
    witness = AuditEvent.objects.get(action="foundation.set_password")
    assert "moth" not in str(witness.details)


def test_the_first_account_administers_the_installation(say, example, monkeypatch):
    """Without --within: there is no programme yet. Any other role needs one."""
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "a moth on the lamp")
    assert say("user", "rosa", "--role", "administrator") == (0, "rosa\n", "")
    grant = User.objects.get(username="rosa").grants.get()
    assert (grant.role, grant.scope.kind) == ("administrator", "installation")
    code, _out, err = say("user", "rosa", "--role", "coordinator")
    assert code == 1 and "Only administrators work here" in err
    for within in ("programme:nowhere", "installation:here", "nonsense"):
        assert say("user", "rosa", "--role", "administrator", "--within", within)[0] == 1, within
    assert User.objects.get(username="rosa").grants.count() == 1


def test_an_account_stands_for_an_organisation_of_the_register(say, example):
    from nanduti.register.models import Organisation

    User.objects.create_user(username="rosa", password="x")
    assert say("user", "rosa", "--organisation", "unido") == (0, "rosa\n", "")
    own = User.objects.get(username="rosa").organisation_pseudonym
    assert Organisation._base_manager.get(pseudonym=own).code == "unido"
    code, _out, err = say("user", "rosa", "--organisation", "nobody-here")
    assert code == 1 and "nobody-here" in err
    assert AuditEvent.objects.filter(action="foundation.stand_for").count() == 1


def test_an_account_is_the_own_one_of_a_person(say, example):
    from nanduti.register.models import Person

    with scopes_disabled():
        somebody = Person.objects.first()
    User.objects.create_user(username="rosa", password="x")
    assert say("user", "rosa", "--person", somebody.pseudonym.lower()) == (0, "rosa\n", "")
    assert User.objects.get(username="rosa").person_pseudonym == somebody.pseudonym
    code, _out, err = say("user", "rosa", "--person", "P-ZZZZZZZ")
    assert code == 1 and "P-ZZZZZZZ" in err


def test_results(answer):
    said = answer("results", "--as-of", "2011-07-31")
    assert (said["programme"], said["as_of"]) == (CODE, "2011-07-31")
    assert "chennai-leather" in said["clusters"]
    assert len(said["outputs"]) == 8 and len(said["outcomes"]) == 8
    mous = next(row for row in said["outputs"] if row["code"] == "mous")
    assert set(mous) == {"code", "title", "unit", "total", "by_cluster", "by_year", "stated"}
    assert mous["total"]["value"] == sum(c["value"] for c in mous["by_cluster"].values())


def test_ledger(answer):
    rows = answer("ledger", "--cluster", "leather", "--as-of", "2011-07-31")
    assert [row["number"] for row in rows] == list(range(1, 34))
    assert all({"start", "end", "precision"} <= set(row["interval"]) for row in rows if row["interval"])
    assert {row["status"] for row in rows} <= {
        "pipeline",
        "implementation",
        "closed",
        "cancelled",
        "suspended",
        "unknown",
    }
    assert len(answer("ledger")) == 105


def test_quality(answer):
    found = answer("quality")
    assert len(found) > 20
    assert all(
        {"rule", "severity", "subject", "sentence", "statements", "is_settled"} == set(f) for f in found
    )


def test_scope(answer):
    said = answer("scope", "--pair", "chennai-leather:santa-croce", "--on", "2008-07-01")
    assert len(said["cells"]) == 16 and said["stage"] == 1


def test_variance(answer):
    said = answer("variance", "--cluster", "leather", "--as-of", "2011-07-31")
    assert [row["number"] for row in said["activities"]] == list(range(1, 34))
    assert said["against"] == "current" and sum(said["n_by_state"].values()) == said["n"] == 33
    nothing = answer("variance", "--plan", "leather", "--against", "baseline")
    assert (nothing["n"], nothing["n_not_in_baseline"], nothing["revisions"]) == (0, 33, [])


@pytest.mark.parametrize("verb", ["results", "ledger", "variance", "quality"])
def test_plain_text_is_the_default(say, verb):
    code, out, err = say(verb, "--programme", CODE)
    assert code == 0 and len(out.splitlines()) > 10 and not err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["results", "--programme", "gone"], 1, "There is no programme “gone”"),
        (["ledger", "--programme", CODE, "--cluster", "nowhere"], 1, "There is no cluster “nowhere”"),
        (["ledger", "--programme", CODE, "--cluster", "chennai"], 1, "could mean several clusters"),
        (["scope", "--programme", CODE, "--pair", "leather"], 1, "There is no twinning “leather”"),
        (["scope", "--programme", CODE, "--pair", "a:b"], 1, "There is no twinning “a:b”"),
        (["scope", "--programme", CODE], 2, "--pair"),
        (["ledger", "--programme", CODE, "--as-of", "31/07/2011"], 2, "write year-month-day"),
        (["ledger"], 2, "--programme"),
        (["variance", "--programme", CODE, "--plan", "gone"], 1, "There is no plan “gone”"),
        (["variance", "--programme", CODE, "--against", "hope"], 2, "hope"),
        (["results", "--programme", CODE, "--format", "xml"], 2, "xml"),
        (["undo", "nonsense"], 1, "There is no import “nonsense”"),
        (["token", "stranger"], 1, "There is no account “stranger”"),
        (["import", "/no/such/path"], 1, "is not there"),
        (
            ["user", "coordinator", "--role", "king", "--within", f"programme:{CODE}"],
            1,
            "There is no role “king”",
        ),
        (
            ["user", "coordinator", "--role", "cda", "--within", "programme:gone"],
            1,
            "There is no programme or cluster",
        ),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(say, people, arguments, code, sentence):
    found, _out, err = say(*arguments)
    assert found == code and sentence in err and "Traceback" not in err


def test_import_dry_run_and_undo(say, tmp_path):
    from nanduti.foundation.models import SourceDocument

    path = tmp_path / "sources.csv"
    path.write_text("code,title\nnew,N\n")
    code, out, _err = say("import", str(path), "--dry-run", "--format", "json")
    assert (
        code == 0
        and json.loads(out)["n_created"] == 1
        and not SourceDocument.objects.filter(code="new").exists()
    )
    code, out, _err = say("import", str(path), "--format", "json")
    said = json.loads(out)
    assert code == 0 and SourceDocument.objects.filter(code="new").exists()
    assert say("undo", said["import_id"])[:2] == (0, "undone\n")
    assert not SourceDocument.objects.filter(code="new").exists()
    assert say("undo", said["import_id"])[0] == 1


def test_a_refused_import_tells_its_rows(say, tmp_path):
    path = tmp_path / "places.csv"
    path.write_text("code,name,kind\na,A,nonsense\n")
    code, out, _err = say("import", str(path))
    assert code == 1 and "places.csv, row 2, kind: “nonsense” is not one of the known codes" in out
    code, out, _err = say("import", str(path), "--format", "json")
    assert code == 1 and json.loads(out)["errors"][0]["column"] == "kind"


def test_a_token_is_printed_once(say, people):
    code, out, _err = say("token", "coordinator")
    assert code == 0 and out.startswith("nan_")
