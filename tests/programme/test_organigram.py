"""The chart of a programme: its posts and lines, who is told what, and the accounts behind them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from nanduti.foundation import imports
from nanduti.foundation.access import access_of
from nanduti.foundation.models import AuditEvent, Grant, ImportBatch, Scope
from nanduti.foundation.roles import ROLES
from nanduti.programme import actions, organigram, posts
from nanduti.programme.errors import ReportsInCircle, SuperiorElsewhere
from nanduti.programme.models import Appointment, Programme
from nanduti.register.models import Cluster, Person
from tests.support.example import CODE, FOLDER

pytestmark = pytest.mark.django_db

JULY = date(2011, 7, 31)
AT = datetime(2011, 7, 31, tzinfo=UTC)
P, API = f"/p/{CODE}", f"/api/programmes/{CODE}"


def post(code):
    return Appointment._base_manager.get(programme__code=CODE, code=code)


def edit(code, **values):
    row = post(code)
    return actions.edit_appointment(appointment=row, values=values, version=row.version, by="test", at=AT)


def lines(example, on=JULY, **more):
    chart = organigram.organigram(programme=example, on=on, **more)
    by_key = {s.key: s for s in chart.stations}
    name = {key: s.row.code if s.row else f"{s.kind.code}@{s.cluster.code if s.cluster else ''}" for key, s in by_key.items()}  # fmt: skip # noqa: E501
    return {
        name[s.key]: (name.get(s.superior, ""), name.get(s.drawn_below, ""), s.basis) for s in chart.stations
    }


def test_the_kinds_of_the_data_are_those_of_the_model_and_lead_to_one_top():
    kinds = posts.kinds()
    assert list(kinds) == Appointment.Kind.values
    assert [code for code, kind in kinds.items() if not kind.reports_to] == ["headquarters"]
    assert {kind.seats for kind in kinds.values()} <= {"one", "some", "any"}
    assert all(kind.titles[0] != kind.titles[1] and kind.about[1] for kind in kinds.values())
    assert {kind.role for kind in kinds.values() if kind.role} <= set(ROLES)


def test_the_example_shows_the_posts_of_chart_1_and_what_is_missing(example):
    found = lines(example)
    assert found["headquarters"] == ("", "", "top") and found["adviser"] == (
        "headquarters",
        "headquarters",
        "usual",
    )
    # Nobody is named as overall coordinator: the line goes past the vacant post, and is drawn through it.
    assert found["coordinator@"] == ("adviser", "adviser", "usual")
    for code in (
        "agent-leather",
        "agent-footwear",
        "agent-auto",
        "facilitator",
        "expert-twinning",
        "expert-auto",
    ):
        assert found[code] == ("adviser", "coordinator@", "usual")
    assert found["agent@santa-croce"] == ("adviser", "coordinator@", "usual")
    chart = organigram.organigram(programme=example, on=JULY)
    assert [str(c) for c in chart.committees] == ["Steering committee"]
    assert [r.code for r in chart.verdict.reasons] == ["vacant"]
    assert "project coordinator" in chart.verdict.say() and "Santa Croce" in chart.verdict.say()


def test_what_is_written_down_comes_first_until_the_superior_leaves(example):
    edit("agent-leather", reports_to=post("headquarters"))
    assert lines(example)["agent-leather"] == ("headquarters", "headquarters", "stated")
    edit("headquarters", until_text="2009")
    assert lines(example, date(2009, 6, 1))["agent-leather"][2] == "stated"
    later = organigram.organigram(programme=example, on=JULY)
    line = next(s for s in later.held if s.row.code == "agent-leather")
    assert line.superior != "" and line.basis == "usual"
    assert "superior_ended" in [r.code for r in line.verdict.reasons]


def test_one_cluster_shows_its_own_and_all_above(example):
    leather = Cluster._base_manager.get(code="chennai-leather")
    found = lines(example, cluster=leather)
    assert {
        "headquarters",
        "adviser",
        "coordinator@",
        "agent-leather",
        "agent@santa-croce",
        "facilitator",
    } <= set(found)
    assert not {"agent-footwear", "agent-auto", "expert-auto"} & set(found)


def test_a_circle_is_refused_with_a_sentence_and_writes_nothing(example):
    edit("adviser", reports_to=post("headquarters"))
    edit("agent-leather", reports_to=post("adviser"))
    with pytest.raises(ReportsInCircle) as told:
        edit("headquarters", reports_to=post("agent-leather"))
    assert "chief technical adviser" in str(told.value)
    with pytest.raises(ReportsInCircle):
        edit("adviser", reports_to=post("adviser"))
    assert post("headquarters").reports_to is None


def test_nobody_is_their_own_superior_in_the_database_either(example):
    row = post("adviser")
    with pytest.raises(IntegrityError), transaction.atomic():
        Appointment._base_manager.filter(pk=row.pk).update(reports_to=row.pk)


def test_a_superior_works_for_the_same_programme(example):
    other = Programme.objects.create(
        code="other", title="Other", scope=Scope.objects.create(kind="programme", code="other")
    )
    elsewhere = Appointment._base_manager.create(
        programme=other, scope=other.scope, code="boss", kind="adviser"
    )
    with pytest.raises(SuperiorElsewhere):
        edit("agent-leather", reports_to=elsewhere)


def test_the_form_writes_the_line_and_refuses_the_circle(visit, example):
    client = visit("coordinator")
    page = client.get(f"{P}/agents/adviser/edit/").content.decode()
    assert (
        "Chief technical adviser – adviser" not in page
        and "Headquarters (project manager) – headquarters" in page
    )
    values = {"kind": "adviser", "side": "emerging", "version": post("adviser").version, "is_technical": "unknown",
              "is_trained": "unknown", "knows_other": "unknown", "reports_to": post("headquarters").pk}  # fmt: skip
    assert client.post(f"{P}/agents/adviser/edit/", values).status_code == 302
    assert post("adviser").reports_to.code == "headquarters"
    assert AuditEvent.objects.order_by("-id").first().action == "programme.edit_appointment"
    values |= {
        "kind": "headquarters",
        "version": post("headquarters").version,
        "reports_to": post("adviser").pk,
    }
    answer = client.post(f"{P}/agents/headquarters/edit/", values)
    assert answer.status_code == 422 and "the last to the first" in answer.content.decode()
    page = client.get(f"{P}/organigram/?as_of=2011-07-31").content.decode()
    assert "(written down)" in page and "(usual)" in page


# --- tables


def handed_in(tmp_path: Path, rows: list[dict[str, str]]) -> ImportBatch:
    head = ["programme", "code", "kind", "reports_to"]
    text = io.StringIO()
    table = csv.DictWriter(text, head, lineterminator="\n")
    table.writeheader()
    table.writerows({"programme": CODE, **row} for row in rows)
    (tmp_path / "appointments.csv").write_text(text.getvalue(), encoding="utf-8")
    return imports.import_sheets(sheets=imports.read_sheets(tmp_path), name="posts", access=None, by="test")


def test_a_table_states_superiors_and_is_taken_back_whole(example, tmp_path):
    batch = handed_in(
        tmp_path,
        [
            {"code": "boss", "kind": "adviser"},
            {"code": "second", "kind": "coordinator", "reports_to": "boss"},
            {"code": "third", "kind": "agent", "reports_to": "second"},
        ],
    )
    assert post("third").reports_to.reports_to == post("boss")
    imports.undo_import(batch=batch, by="test")
    assert not Appointment._base_manager.filter(code__in=["boss", "second", "third"]).exists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"code": "a", "kind": "agent", "reports_to": "nobody"}], "there is no such post"),
        ([{"code": "a", "kind": "agent", "reports_to": "a"}], "in a circle"),
        (
            [
                {"code": "a", "kind": "agent"},
                {"code": "b", "kind": "agent", "reports_to": "a"},
                {"code": "adviser", "kind": "adviser", "reports_to": "b"},
                {"code": "headquarters", "kind": "headquarters", "reports_to": "headquarters"},
            ],
            "in a circle",
        ),
    ],
)
def test_a_table_with_a_circle_or_a_superior_unknown_names_the_cell(example, tmp_path, rows, said):
    before = Appointment._base_manager.count()
    with pytest.raises(imports.ImportRefused) as told:
        handed_in(tmp_path, rows)
    assert "reports_to" in str(told.value) and said in str(told.value)
    assert Appointment._base_manager.count() == before


def test_a_circle_that_a_table_would_close_through_stored_posts_is_seen(example, tmp_path):
    edit("agent-leather", reports_to=post("adviser"))
    with pytest.raises(imports.ImportRefused):
        handed_in(tmp_path, [{"code": "adviser", "kind": "adviser", "reports_to": "agent-leather"}])
    assert post("adviser").reports_to is None


# --- who is told what


@pytest.mark.parametrize(
    "who", ["coordinator", "committee", "association", "cda-leather", "cda-footwear", "researcher"]
)
def test_persons_and_other_clusters_are_told_only_to_those_who_may_know(visit, example, who):
    edit("agent-leather", reports_to=post("agent-footwear"))
    pseudonym = Person.objects.get(code="cda-leather-footwear").pseudonym
    client = visit(who)
    asked = [
        f"{P}/organigram/", f"{P}/organigram/?picture=svg", f"{P}/organigram/?export=csv",
        f"{P}/agents/agent-leather/", f"{API}/organigram?on=2011-07-31",
    ]  # fmt: skip
    answers = [client.get(page) for page in asked]
    told = "".join(
        b"".join(a).decode() if a.streaming else a.content.decode() for a in answers if a.status_code == 200
    )
    assert (pseudonym in told) == (who in {"coordinator", "cda-leather", "cda-footwear"})
    if who in {"cda-leather", "association"}:
        assert "agent-footwear" not in told and "development agent · Chennai footwear" not in told
        assert "not shown here" in told
    assert "Accounts with its role" not in told and "n_accounts" not in told


def test_accounts_are_counted_for_those_who_manage_people_and_nobody_else(visit, people, example):
    found = visit("administrator").get(f"{API}/organigram?on=2011-07-31").json()
    by_code = {row["code"] or f"{row['kind']}@{row['cluster'] or ''}": row for row in found["posts"]}
    # One agent's account works in leather, one in footwear, none for automotive components.
    assert [by_code[c]["n_accounts"] for c in ("agent-leather", "agent-footwear", "agent-auto")] == [1, 1, 0]
    assert by_code["headquarters"]["n_accounts"] == 1 and by_code["coordinator@"]["n_accounts"] == 1
    assert by_code["expert-twinning"]["n_accounts"] is None
    page = visit("administrator").get(f"{P}/organigram/").content.decode()
    assert "Accounts with its role" in page


def test_an_account_that_may_more_than_its_post_needs_is_pointed_out(people, example):
    user, admin = people["cda-leather"], people["administrator"]
    user.person_pseudonym = Person.objects.get(code="cda-leather-footwear").pseudonym
    user.save(update_fields=["person_pseudonym"])
    chart = organigram.organigram(programme=example, on=JULY)

    def own():
        known = organigram.accounts(
            chart, access=access_of(admin, on=date.today()), programme=example, today=date.today()
        )
        key = next(s.key for s in chart.held if s.row.code == "agent-leather")
        return known[key].own

    assert own().decision == "yes"
    Grant.objects.create(user=user, role="coordinator", scope=example.scope, since=date(2020, 1, 1))
    assert own().decision == "flag" and "put a rule aside" in own().say()
    # The account of somebody who may not manage people answers nothing.
    coordinator = access_of(people["coordinator"], on=date.today())
    assert organigram.accounts(chart, access=coordinator, programme=example, today=date.today()) == {}


# --- the page


def test_the_page_draws_lists_and_hands_out_the_picture(visit, example):
    client = visit("coordinator")
    page = client.get(f"{P}/organigram/?as_of=2011-07-31").content.decode()
    assert page.count('class="tree-box') >= 20  # each box once in the drawing and once in the list
    assert "Steering committee" in page and "vacant" in page and "Save the picture" in page
    answer = client.get(f"{P}/organigram/?as_of=2011-07-31&picture=svg")
    assert answer["Content-Type"].startswith("image/svg+xml") and answer.content.startswith(b"<svg")
    assert b"<a " not in answer.content and b"<style>" in answer.content
    table = b"".join(client.get(f"{P}/organigram/?as_of=2011-07-31&export=csv")).decode()
    assert "Chief technical adviser" in table and "Cluster development agent" in table
    assert client.get(f"{P}/organigram/?export=xlsx").status_code == 200


def test_more_posts_ask_no_more_of_the_database(visit, example):
    client = visit("administrator")

    def asked() -> int:
        client.get(f"{P}/organigram/")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"{P}/organigram/").status_code == 200
        return len(seen)

    few = asked()
    assert few <= 60
    superior = post("adviser")
    for n in range(15):
        Appointment._base_manager.create(
            programme=example, scope=example.scope, code=f"more-{n}", kind="expert", reports_to=superior,
            person=Person.objects.get(code="expert-twinning-senior"),
        )  # fmt: skip
    assert asked() <= few


def test_the_example_and_the_folder_agree():
    rows = list(csv.DictReader((FOLDER / "appointments.csv").open(encoding="utf-8", newline="")))
    assert {row["kind"] for row in rows} == set(Appointment.Kind.values) - {"coordinator"}
    assert all(row["source_place"] for row in rows)
