"""What documents say of an activity is written down on its page, corrected and taken back, and judged by the rules."""

from __future__ import annotations

import pytest

from nanduti.foundation.editing import EditedMeanwhile
from nanduti.programme import actions
from nanduti.programme.models import Statement
from nanduti.results import quality
from tests.support.example import CODE

pytestmark = pytest.mark.django_db

PAGE = f"/p/{CODE}/ledger/leather/14/"
SAID = {
    "attribute": "date", "value_text": "June 2010", "unit": "", "label": "In a report", "label_es": "",
    "source_place": "Report of 2010, p. 4",
}  # fmt: skip


def rules(example, subject="leather:14"):
    return sorted(f.rule_code for f, _rows in quality.findings(programme=example) if f.subject == subject)


def test_a_statement_stands_beside_the_record_and_is_found_to_differ(visit, example):
    client = visit("cda-leather")
    assert "Write down what a document says" in client.get(PAGE).content.decode()
    assert rules(example) == []
    assert client.post(f"{PAGE}statements/", SAID).status_code == 302
    page = client.get(PAGE).content.decode()
    assert "June 2010" in page and "Report of 2010, p. 4" in page and rules(example) == ["dates_differ"]
    row = Statement.objects.get(value_text="June 2010")
    changed = SAID | {"value_text": "April 2009", "version": row.version}
    assert client.post(f"{PAGE}statements/{row.pk}/", changed).status_code == 302
    assert rules(example) == []
    row.refresh_from_db()
    gone = {"reason": "Another activity was meant", "version": row.version}
    assert client.post(f"{PAGE}statements/{row.pk}/take-back/", gone).status_code == 302
    assert not Statement.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"attribute": "n_participants", "value_text": "20"}, "Choose in what it is counted"),
        ({"attribute": "date", "unit": "firms"}, "This has no unit"),
        ({"value_text": "soon"}, "No date can be read in it"),
        ({"source_place": ""}, "source_place"),
    ],
)
def test_what_cannot_be_held_against_anything_is_told_beside_its_field(visit, example, said, problem):
    client, before = visit("cda-leather"), Statement.objects.count()
    page = client.post(f"{PAGE}statements/", SAID | said)
    assert (
        page.status_code == 422 and problem in page.content.decode() and Statement.objects.count() == before
    )


def test_other_words_open_a_settled_contradiction_again_and_the_second_editor_is_told(example):
    row = Statement.objects.get(code="auto-17-n-participants-1")
    actions.settle_statement(statement=row, settled="both", reason="Two were added", by="test")
    values = {name: getattr(row, name) for name in SAID}
    actions.edit_statement(
        statement=row, values=values | {"label": "Firms with a site"}, version=row.version, by="x"
    )
    row.refresh_from_db()
    assert row.settled == "both"
    actions.edit_statement(statement=row, values=values | {"value_text": "24"}, version=row.version, by="x")
    row.refresh_from_db()
    assert row.settled == "" and row.settled_reason == ""
    with pytest.raises(EditedMeanwhile):
        actions.edit_statement(statement=row, values=values | {"value_text": "22"}, version=1, by="y")


def test_who_may_not_change_plans_writes_no_statement(visit, example):
    assert visit("committee").get(f"{PAGE}statements/").status_code == 403
    assert visit("cda-footwear").get(f"{PAGE}statements/").status_code in {403, 404}
    other = Statement.objects.filter(subject="footwear:9").first()
    assert visit("coordinator").get(f"{PAGE}statements/{other.pk}/").status_code == 404
