"""The contradictions of the paper are found by general rules; where two statements agree, nothing is found."""

from __future__ import annotations

import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.methods.planning.contradictions import RULES
from nanduti.plans.models import Activity, Participation
from nanduti.programme import actions
from nanduti.programme.errors import ReasonMissing
from nanduti.programme.models import Statement
from nanduti.register.models import Cluster
from nanduti.results import quality, quality_pages

pytestmark = pytest.mark.django_db

# The contradictions that concern the programme, by their number in the study of the paper:
# number → (rule, subject, what the two sides say).
KNOWN = {
    1: [("names_differ", "cluster:chennai-auto", "Pune")],
    2: [("names_differ", "cluster:chennai-auto", "yes")],
    3: [("end_before_start", "training:footwear-onsite-2", "18-05-2008 to 11-05-2008")],
    4: [("dates_differ", "footwear:15", "September 2008")],
    5: [("numbers_differ", "footwear:9", "ten"), ("numbers_differ", "footwear:10", "22")],
    6: [
        ("dates_differ", "leather:15", "April 2009"),
        ("dates_differ", "leather:32", "December 2011"),
        ("reference_points_elsewhere", "leather:20", "21"),
    ],
    7: [
        ("numbers_differ", "leather:17", "22"),
        ("numbers_differ", "leather:20", "11"),
        ("numbers_differ", "training:leather-onsite", "about 30"),
    ],
    8: [("duration_differs", "leather:17", "around 40"), ("duration_differs", "leather:20", "around 30")],
    9: [("dates_differ", "agreement:footwear-mou-2", "October 2008")],
    10: [
        ("after_status_date", "leather:32", "Nov-11"),
        ("after_status_date", "leather:33", "Dec-11"),
        ("dates_differ", "programme:leather", "June 2011"),
    ],
    11: [
        ("reference_to_unnumbered_list", "footwear", "9"),
        ("reference_points_elsewhere", "footwear:24", "19"),
        ("reference_points_elsewhere", "footwear:24", "27"),
    ],
    12: [("numbers_differ", "auto:17", "23")],
    13: [("two_levels", "programme:persons_trained", "outcome")],
    19: [("dates_differ", "meeting:sc:3", "after March 2009")],
}


# Found in the paper later than the study: a fair of April 2008 or October, a workshop of 2008 or 2009.
KNOWN |= {
    101: [("dates_differ", "leather:8", "April 2008")],
    102: [("dates_differ", "auto:19", "April-November 2008")],
}


@pytest.fixture
def found(example):
    return quality.findings(programme=example)


@pytest.mark.parametrize("number", KNOWN)
def test_a_contradiction_of_the_paper_is_found(found, number):
    for rule, subject, said in KNOWN[number]:
        assert any(
            f.rule_code == rule and f.subject == subject and any(said in s.value_text for s in f.statements)
            for f, _rows in found
        ), (rule, subject, said)


def test_both_sides_stand_with_their_places(found):
    for finding, rows in found:
        assert len(rows) == len(finding.statements) and all(row is not None for row in rows)
        said = quality.finding_as_dict(finding, rows)
        assert all(s["place"] and s["source"] for s in said["statements"]), said["sentence"]


def test_no_finding_where_both_sides_say_the_same(found):
    for finding, _rows in found:
        if finding.rule_code in {"dates_differ", "numbers_differ", "names_differ", "two_levels"}:
            one, other = finding.statements
            assert one.value_text.strip().lower() != other.value_text.strip().lower()


def test_what_agrees_in_other_words_is_no_contradiction(example, found):
    """ "Fourteen" and 14, "March-April 2009" and "April 2009": said twice about one activity, and nothing is found."""
    subjects = {f.subject for f, _rows in found}
    assert Statement.objects.filter(subject="leather:13", value_text="fourteen").exists()
    assert "leather:13" not in subjects


@pytest.mark.parametrize(
    ("attribute", "value", "unit", "rule"),
    [
        ("date", "June 2009", "", None),
        ("date", "10 June 2009", "", None),
        ("date", "May 2009", "", "dates_differ"),
        ("number_cited", "15", "", None),
        ("number_cited", "99", "", "reference_missing"),
        ("number_cited", "14", "", "reference_points_elsewhere"),
    ],
)
def test_a_new_statement_is_judged_by_the_rules(example, attribute, value, unit, rule):
    Statement.objects.filter(subject="leather:15").delete()

    def about() -> list[str]:
        return [f.rule_code for f, _rows in quality.findings(programme=example) if f.subject == "leather:15"]

    before = about()
    Statement.objects.create(
        programme=example, scope=example.scope, code="new", subject_kind="activity", subject="leather:15",
        attribute=attribute, value_text=value, unit=unit, label="x",
    )  # fmt: skip
    assert sorted(about()) == sorted(before + ([rule] if rule else []))


def test_a_list_that_does_not_add_up_to_the_number_noted_is_found(example):
    def about() -> list[tuple[str, ...]]:
        found = quality.findings(programme=example)
        return [
            tuple(s.value_text for s in f.statements)
            for f, _rows in found
            if f.subject == "footwear:18" and f.rule_code == "numbers_differ"
        ]

    assert about() == []  # ten firms noted, ten in the list; twenty persons are another thing
    row = Activity.objects.get(plan__code="footwear", number=18)
    extra = Participation.objects.create(
        activity=row, scope=row.scope, group_label="Late ones", unit="firms", count=3
    )
    (pair,) = about()
    assert "13" in pair and {"10", "ten"} & set(pair)
    Participation.objects.filter(pk=extra.pk).update(is_in_group=True)
    assert about() == []


def test_the_number_of_firms_that_a_record_gives_is_held_against_documents(example):
    """It stood under a name of its own, so that a document was never compared with the record itself."""
    Statement.objects.filter(subject="leather:20", attribute="n_participants").exclude(
        value_text="11"
    ).delete()
    found = quality.findings(programme=example)
    (pair,) = [
        f.statements for f, _rows in found if f.subject == "leather:20" and f.rule_code == "numbers_differ"
    ]
    assert {s.value_text for s in pair} == {"31", "11"}


def test_settling_needs_a_reason_and_leaves_a_trace(example, found):
    rows = next(rows for f, rows in found if f.subject == "auto:17")
    statement = next(row for row in rows if isinstance(row, Statement))
    n = len(quality.open_findings(programme=example))
    for reason in ("", "   "):
        with pytest.raises(ReasonMissing):
            actions.settle_statement(statement=statement, settled="keep_record", reason=reason, by="test")
    assert len(quality.open_findings(programme=example)) == n
    actions.settle_statement(
        statement=statement, settled="keep_record", reason="The list is newer", by="test"
    )
    event = AuditEvent.objects.order_by("-id").first()
    assert (event.action, event.details["settled"]) == ("programme.settle_statement", "keep_record")
    statement.refresh_from_db()
    assert statement.settled_reason == "The list is newer"
    assert len(quality.open_findings(programme=example)) < n
    assert len(quality.findings(programme=example)) == len(found), "settled ones can still be looked up"


def test_settling_on_the_page(example, found, visit):
    statement = next(
        r for f, rows in found for r in rows if f.subject == "auto:17" and isinstance(r, Statement)
    )
    page = "/p/india-italy-twinning/quality/"
    sent = {"statement": statement.pk, "settled": "both", "reason": ""}
    assert visit("coordinator").post(page, sent).status_code == 422
    sent["reason"] = "Two firms joined later"
    assert visit("cda-leather").post(page, sent).status_code == 403
    assert visit("committee").post(page, sent).status_code == 403
    assert visit("coordinator").post(page, sent).status_code == 302
    said = {who: visit(who).get(f"{page}?all=1").content.decode() for who in ("coordinator", "researcher")}
    assert "Two firms joined later" in said["coordinator"]
    assert "Two firms joined later" not in said["researcher"], (
        "the reason is for those who see what is sensitive"
    )


def test_the_report_goes_along_as_a_file(found, visit):
    answer = visit("coordinator").get("/p/india-italy-twinning/quality/?export=csv&all=1")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == len(found) + 1


PAGE = "/p/india-italy-twinning/quality/"


def test_every_kind_of_contradiction_has_a_name():
    assert set(quality_pages.KINDS) == set(RULES)


def test_a_leaf_holds_few_contradictions_and_all_are_on_some_leaf(found, visit, monkeypatch):
    monkeypatch.setattr(quality_pages.Findings, "page_size", 5)
    reader, seen = visit("researcher"), 0
    for page in range(1, -(-len(found) // 5) + 1):
        text = reader.get(f"{PAGE}?page={page}&all=1").content.decode()
        here = text.count("<article")
        assert 0 < here <= 5
        seen += here
        assert "all=1" in text.partition('rel="next"')[2] or 'rel="next"' not in text
    assert seen == len(found)


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ("severity=error", lambda f: f.severity == "error"),
        ("rule=dates_differ", lambda f: f.rule_code == "dates_differ"),
        ("rule=no-such-rule", lambda f: True),
        ("severity=%00&page=-1", lambda f: True),
    ],
)
def test_the_report_is_narrowed_by_kind(found, visit, monkeypatch, asked, holds):
    monkeypatch.setattr(quality_pages.Findings, "page_size", 100)
    text = visit("researcher").get(f"{PAGE}?{asked}").content.decode()
    assert text.count("<article") == sum(holds(f) for f, _rows in found)


def test_a_cluster_shows_what_is_said_of_its_own_records(example, found, visit, monkeypatch):
    monkeypatch.setattr(quality_pages.Findings, "page_size", 100)
    auto = Cluster.objects.get(code="chennai-auto")
    subjects = {f.subject for f, _rows in quality.findings(programme=example, cluster=auto)}
    assert {"auto:9", "cluster:chennai-auto", "programme:auto"} <= subjects
    assert not any(s.startswith(("leather", "footwear", "agreement:footwear")) for s in subjects)
    text = visit("researcher").get(f"{PAGE}?cluster=chennai-auto").content.decode()
    n = sum(f.subject in subjects for f, _rows in found)
    assert text.count("<article") == n < len(found)


def test_what_was_typed_and_not_taken_still_stands_there(example, found, visit, monkeypatch):
    monkeypatch.setattr(quality_pages.Findings, "page_size", 100)
    statement = next(
        r
        for f, rows in found
        for r in rows
        if f.subject == "cluster:chennai-auto" and isinstance(r, Statement)
    )
    # A form goes back to the address of the page that showed it.
    client = visit("coordinator")
    pages = (f"{PAGE}?page={n}" for n in range(1, 9))
    shown = next(
        p for p in pages if f'name="statement" value="{statement.pk}"' in client.get(p).content.decode()
    )
    answer = client.post(shown, {"statement": statement.pk, "reason": "The minutes <say> so"})
    assert answer.status_code == 422
    assert "The minutes &lt;say&gt; so</textarea>" in answer.content.decode()
