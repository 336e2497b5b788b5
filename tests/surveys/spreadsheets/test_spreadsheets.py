"""Filled workbooks: columns guessed, cells understood as people write them, rows through the door once."""

from __future__ import annotations

import contextlib
import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from nanduti.foundation import work
from nanduti.foundation.imports import Grid
from nanduti.surveys import reading
from nanduti.surveys.models import AnswerSet, Submission
from nanduti.surveys.reading import definition_of
from nanduti.surveys.spreadsheets import cells, matching
from nanduti.surveys.spreadsheets.taking_in import check
from tests.surveys.answered import OWNER, waiting

pytestmark = pytest.mark.django_db
P = "/p/weaving/surveys"
KOBO = (
    "start,end,owner_name,workers,product,tools,tools/sewing,tools/overlock,_place_latitude,_place_longitude,_uuid,note\n"
    "2026-03-02T09:00:00.000-03:00,2026-03-02T09:20:00.000-03:00,Ana,7,shirts,sewing overlock,1,1,-25.3,-57.6,"
    "7e2c9a44-1111-4222-8333-444455556666,x\n"
    "2026-03-02T10:00:00.000-03:00,2026-03-02T10:20:00.000-03:00,Luz,9,trousers,,0,0,,,"
    "7e2c9a44-1111-4222-8333-444455556667,\n"
)
BY_HAND = (
    "¿Cuántas personas trabajan aquí?;¿Qué se hace más?;Tools;Visited on;Rent a month\n"
    "1.250;Camisas;Máquina de coser, Overlock;2 de marzo de 2026;1.234,50\n"
    "8;Pantalones;;3/3/2026;900\n"
    "many;Hats;Overlock;March 2026;1,234\n"
)


def grid(text: str, delimiter: str = ",") -> Grid:
    lines = [line.split(delimiter) for line in text.strip().split("\n")]
    return Grid("table", lines[0], list(enumerate(lines[1:], start=2)))


def test_columns_of_other_servers_are_guessed(answered):
    definition = definition_of(answered.version.pk)
    header = KOBO.split("\n")[0].split(",")
    assert matching.guess(definition, header) == [
        "start", "end", "owner_name", "workers", "product", "tools", "tools=sewing", "tools=overlock",
        "place@latitude", "place@longitude", "#number", "",
    ]  # fmt: skip
    central = ["meta-instanceID", "group-workers", "place-Latitude", "machine-age", "KEY", "SubmissionDate"]
    assert matching.guess(definition, central) == ["#number", "workers", "place@latitude", "", "", ""]
    words = ["¿Cuántas personas trabajan aquí?", "how many people work here?", "Visited on"]
    assert matching.guess(definition, words) == ["workers", "", "visited_on"]
    assert matching.guess(definition, ["Gente"], {"Gente": "workers"}) == ["workers"]


def test_cells_are_read_as_people_write_them_and_misfits_named(answered):
    definition = definition_of(answered.version.pk)
    table = grid(BY_HAND, ";")
    problems: list = []
    rows = list(check(definition, table, matching.guess(definition, table.header), problems))
    assert rows[0].answers == {
        "workers": "1250", "product": "shirts", "tools": "sewing overlock", "visited_on": "2026-03-02",
        "rent_per_month": "1234.50",
    }  # fmt: skip
    assert rows[1].answers == {
        "workers": "8",
        "product": "trousers",
        "visited_on": "2026-03-03",
        "rent_per_month": "900",
    }
    assert [(p.row, p.column, p.problem) for p in problems] == [
        (4, "¿Cuántas personas trabajan aquí?", "is not a whole number"),
        (4, "¿Qué se hace más?", "is not one of the choices"),
        (4, "Visited on", "is not one whole day"),
        (4, "Rent a month", "could be a thousand or a fraction"),
    ]


def test_a_number_comes_from_the_row_not_from_the_file(answered):
    definition = definition_of(answered.version.pk)
    first = list(check(definition, grid("workers\n7\n7\n8"), ["workers"], []))
    again = list(check(definition, grid("workers\n1\n8\n7\n7"), ["workers"], []))
    assert len({r.number for r in first}) == 3
    assert {r.number for r in first} < {r.number for r in again}


@pytest.mark.parametrize(
    "text", ["", "x" * 40_000, "\ud800", "é\x00", "=1+1", "1e999", "nan", "99:99", "-999 999"]
)
@pytest.mark.parametrize(
    "path", ["workers", "rent_per_month", "product", "tools", "visited_on", "start", "place"]
)
def test_no_cell_makes_it_stumble(answered, path, text):
    definition = definition_of(answered.version.pk)
    problems: list = []
    rows = list(check(definition, Grid("t", [path], [(2, [text])]), [path], problems))
    assert len(rows) <= 1
    with contextlib.suppress(cells.Misfit):
        cells.answer(definition, definition.by_path[path], text)


def upload(client, answered, name: str, content: bytes):
    where = f"{P}/instruments/{answered.instrument.pk}/workbook/"
    return client.post(where, {"file": SimpleUploadedFile(name, content)})


def posted(answered, chosen: list[str], **more) -> dict[str, str]:
    return {f"column-{n}": code for n, code in enumerate(chosen)} | {"do": "take", **more}


def test_a_workbook_goes_through_the_door_once_and_can_be_taken_back(answered, as_role):
    client = as_role()
    chosen = matching.guess(definition_of(answered.version.pk), KOBO.split("\n")[0].split(","))
    for round_ in range(2):
        where = upload(client, answered, "kobo.csv", KOBO.encode())["Location"]
        page = client.get(where).content.decode()
        assert "11 of 12 columns are matched; 2 of 2 rows can be taken in." in page
        done = client.post(where, posted(answered, chosen))["Location"]
        assert work.run_waiting() == 1
        page = client.get(done).content.decode()
        assert ("2 rows became submissions." if round_ == 0 else "0 rows became submissions.") in page
        assert "Ana" not in page
        if round_ == 0:
            first = done
    reading.read_waiting()
    rows = list(Submission.objects.order_by("pk"))
    assert [r.channel for r in rows] == ["spreadsheet"] * 2 and [r.processing for r in rows] == ["done"] * 2
    assert rows[0].instance_id == "uuid:7e2c9a44-1111-4222-8333-444455556666"
    assert AnswerSet.objects.get(submission=rows[0]).answers["tools"] == ["sewing", "overlock"]
    assert rows[0].collected_by == answered.user("supervisor")
    answered.instrument.refresh_from_db()
    assert answered.instrument.columns_known["_uuid"] == "#number"
    assert client.post(first, {"reason": ""}).status_code == 422
    assert client.post(first, {"reason": "The wrong year"}).status_code == 302
    assert set(Submission.objects.values_list("state", flat=True)) == {"rejected"}


def test_nothing_is_taken_in_while_a_cell_is_wrong_unless_asked(answered, as_role):
    client = as_role()
    where = upload(client, answered, "list.csv", BY_HAND.encode())["Location"]
    chosen = matching.guess(definition_of(answered.version.pk), BY_HAND.split("\n")[0].split(";"))
    page = client.post(where, posted(answered, chosen))
    assert page.status_code == 200 and "4 cells cannot be understood" in page.content.decode()
    assert client.post(where, posted(answered, chosen, leave_bad="yes")).status_code == 302
    work.run_waiting()
    assert Submission.objects.count() == 2


def test_what_a_phone_sent_itself_is_not_sent_again(answered, as_role):
    waiting(answered, 1, instance_id="uuid:7e2c9a44-1111-4222-8333-444455556666")
    client = as_role()
    chosen = matching.guess(definition_of(answered.version.pk), KOBO.split("\n")[0].split(","))
    where = upload(client, answered, "kobo.csv", KOBO.encode())["Location"]
    client.post(where, posted(answered, chosen))
    work.run_waiting()
    assert Submission.objects.count() == 2


def test_workbooks_are_read_too_and_formulas_refused(answered, as_role):
    client = as_role()
    for value, status in ((7, 302), ("=1+6", 422)):
        book = openpyxl.Workbook()
        book.active.append(["workers", "owner_name"])
        book.active.append([value, OWNER])
        target = io.BytesIO()
        book.save(target)
        assert upload(client, answered, "list.xlsx", target.getvalue()).status_code == status


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.xlsx", b"PK nothing"), ("a.csv", b"\xff\xfa\x00bad"), ("a.exe", b"MZ"), ("a.csv", b""),
     ("a.csv", b"only,headings\n"),
     ("../../a.csv", b'"open'), ("a.csv", b"x" * 200_000)],
)  # fmt: skip
def test_files_that_are_none_are_told_beside_the_field(answered, as_role, name, content):
    said = upload(as_role(), answered, name, content)
    assert said.status_code == 422
