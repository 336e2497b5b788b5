"""The files of the example programme: complete, consistent, sourced, bilingual, and in our own words."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from nanduti.methods.planning import (
    Lists,
    Statement,
    UnreadableDate,
    find_contradictions,
    parse_list,
    parse_when,
)
from nanduti.methods.twinning import Agreement, eight_steps, scope_history, scope_of_cooperation

CHECKOUT = Path(__file__).parents[2]
FOLDER = CHECKOUT / "examples" / "india-italy-twinning"
_TABLES = """sources places clusters organisations people stakeholders profile_facts programme components coverage
committees meetings resolutions candidates agreements agreement_parties funding_conditions labour_division visions
plans objectives activities participations contributions milestones linkages statements stated_figures step_evidence
twinnings agenda interests tasks studies issues prospects output_rates sector_tables sector_figures appointments
requirements"""
TABLES = _TABLES.split()
PLANS = {"leather": 33, "footwear": 31, "auto": 41}


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    with open(FOLDER / f"{name}.csv", encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, strict=True))


def codes(name: str, column: str = "code") -> set[str]:
    return {row[column] for row in table(name)}


def listed(cell: str) -> list[str]:
    return [part for part in cell.split("; ") if part]


def test_every_table_is_there_and_no_other():
    assert sorted(p.stem for p in FOLDER.glob("*.csv")) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_a_table(name):
    raw = (FOLDER / f"{name}.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw
    rows = table(name)
    assert rows, name
    for number, row in enumerate(rows, start=2):
        assert None not in row and None not in row.values(), f"{name} line {number} has another width"
        for column, cell in row.items():
            assert cell == cell.strip(), f"{name} line {number} {column}: {cell!r}"
            assert not cell.startswith(("=", "+", "@")), f"{name} line {number} looks like a formula"


@pytest.mark.parametrize("name", [t for t in TABLES if t != "sources"])
def test_every_row_has_its_source_and_place(name):
    for number, row in enumerate(table(name), start=2):
        assert row["source"] in codes("sources"), f"{name} line {number}"
        assert row["source_place"], f"{name} line {number}"


@pytest.mark.parametrize("name", TABLES)
def test_spanish_stands_beside_english(name):
    for number, row in enumerate(table(name), start=2):
        for column, cell in row.items():
            if f"{column}_es" in row:
                assert bool(cell) == bool(row[f"{column}_es"]), f"{name} line {number}: {column}"


KEYS = {
    "sources": "code",
    "places": "code",
    "clusters": "code",
    "organisations": "code",
    "people": "code",
    "programme": "code",
    "components": "code",
    "committees": "code",
    "resolutions": "code",
    "agreements": "code",
    "plans": "code",
    "statements": "code",
    "twinnings": "code",
    "funding_conditions": "code",
    "milestones": "code",
    "linkages": "code",
    "objectives": "plan code",
    "activities": "plan number",
    "meetings": "committee number",
    "coverage": "component cluster",
    "agreement_parties": "agreement organisation",
    "profile_facts": "subject attribute",
}


@pytest.mark.parametrize("name", KEYS)
def test_codes_are_unique(name):
    counts = Counter(tuple(row[c] for c in KEYS[name].split()) for row in table(name))
    assert [key for key, n in counts.items() if n > 1] == []


REFERENCES = """
places.parent places | clusters.place places | organisations.place places | organisations.cluster clusters
people.organisation organisations | stakeholders.organisation organisations | stakeholders.cluster clusters
components.programme programme | coverage.programme programme | coverage.component components
coverage.cluster clusters | committees.programme programme | meetings.committee committees
resolutions.committee committees | resolutions.owner organisations | candidates.cluster clusters
agreements.programme programme | agreements.implementing_partner organisations | agreements.renews agreements
agreement_parties.agreement agreements | agreement_parties.organisation organisations
agreement_parties.cluster clusters | funding_conditions.funder organisations | visions.cluster clusters
plans.cluster clusters | plans.programme programme | objectives.plan plans | activities.plan plans
activities.organisers organisations | activities.location places | activities.payer organisations
participations.plan plans | participations.organisation organisations | contributions.plan plans
contributions.contributor organisations | milestones.cluster clusters | milestones.organisation organisations
milestones.plan plans | linkages.from_organisation organisations | linkages.to_organisation organisations
linkages.from_cluster clusters | linkages.to_cluster clusters | stated_figures.cluster clusters
step_evidence.cluster clusters | twinnings.emerging clusters | twinnings.advanced clusters
agenda.twinning twinnings | interests.twinning twinnings | requirements.twinning twinnings
requirements.organisation organisations
"""


@pytest.mark.parametrize("reference", [r.strip() for r in re.split(r"[|\n]", REFERENCES) if r.strip()])
def test_references_resolve(reference):
    origin, target = reference.split()
    name, column = origin.split(".")
    missing = {c for row in table(name) for c in listed(row[column])} - codes(target)
    assert not missing


@pytest.mark.parametrize("name", ["participations", "contributions", "milestones"])
def test_numbers_point_to_activities(name):
    known = {(row["plan"], row["number"]) for row in table("activities")}
    assert {(r["plan"], r["number"]) for r in table(name) if r["number"]} <= known


def test_objectives_of_activities_belong_to_their_plan():
    known = {(row["plan"], row["code"]) for row in table("objectives")}
    assert {(r["plan"], r["objective"]) for r in table("activities") if r["objective"]} <= known


def test_statements_and_evidence_point_to_records():
    activities = {f"{r['plan']}:{r['number']}" for r in table("activities")}
    meetings = {f"{r['committee']}:{r['number']}" for r in table("meetings")}
    known = {
        "activity": activities,
        "meeting": meetings,
        "agreement": codes("agreements"),
        "cluster": codes("clusters"),
        "resolution": codes("resolutions"),
        "candidate": codes("candidates", "cluster"),
        "person": codes("people"),
        "organisation": codes("organisations"),
    }
    for row in table("statements"):
        if row["subject_kind"] in known:
            assert row["subject"] in known[row["subject_kind"]], row["code"]
    for row in table("step_evidence"):
        assert not row["record"] or row["record"] in known[row["record_kind"]], row


WORDS = {
    "activities.class": "trust_building preparatory non_twinning_capability low_hanging_twinning long_run_twinning",
    "activities.kind": """identification agreement mapping training_classroom training_onsite training_abroad
        training_of_trainers seminar workshop dissemination brainstorming diagnostic audit fair study_tour visit meeting
        selection impact_assessment network_formation competition certification documentation website vision_building
        service_package institutional technology_show matchmaking software_training""",
    "activities.joint_benefit": "collective individual unknown",
    "organisations.kind": """enterprise association support_institution bds_provider public_body international network
        financier""",
    "organisations.public": "yes no",
    "candidates.stage": "long_list short_list selected dropped",
    "agreements.status": "signed attempted draft",
    "agreements.level": "association institution firm",
    "agreement_parties.is_signatory": "yes no",
    "agreement_parties.party_type": "association technical_institution bdsp firm public_body international",
    "contributions.kind": "cash time premises equipment knowledge logistics",
    "contributions.state": "pledged given",
    "participations.role": "participant trainer expert host organiser",
    "participations.unit": "persons firms institutions",
    "linkages.stage": "identified negotiation agreed closed broken_off",
    "labour_division.verdict": "may may_not supports",
    "tasks.phase": "developmental commercial",
    "profile_facts.qualifier": "exactly about over under range",
    "places.kind": "country region city estate",
    "plans.status": "draft endorsed running closed",
    "stated_figures.indicator": """capacity_building_programmes visits_participants technology_transfer_shows
        letters_of_intent mous fairs new_markets persons_trained_output technology_transfer_agreements
        investment_cases outsourcing_agreements best_practices_adopted skill_programmes_introduced
        service_providers_introduced machinery_sold persons_trained_outcome""",
}


@pytest.mark.parametrize("column", WORDS)
def test_coded_columns_hold_listed_codes(column):
    name, field = column.split(".")
    assert {row[field] for row in table(name)} <= set(WORDS[column].split())


def test_enterprises_are_never_public():
    assert {r["public"] for r in table("organisations") if r["kind"] == "enterprise"} == {"no"}


# --- dates


def test_the_annexes_have_all_their_rows_in_order():
    for plan, n in PLANS.items():
        assert [int(r["number"]) for r in table("activities") if r["plan"] == plan] == list(range(1, n + 1))


def test_every_activity_date_is_understood_or_has_the_reason():
    unreadable = {}
    for plan in PLANS:
        rows = [r for r in table("activities") if r["plan"] == plan]
        for row, result in zip(rows, parse_list([r["date_text"] for r in rows]), strict=True):
            if isinstance(result, UnreadableDate):
                unreadable[f"{plan}:{row['number']}"] = result.reason
    assert unreadable == {"footwear:16": "empty", "footwear:17": "empty", "auto:38": "empty"}


def test_ambiguous_dates_follow_their_list():
    auto = [r["date_text"] for r in table("activities") if r["plan"] == "auto"]
    by_text = dict(zip(auto, parse_list(auto), strict=True))
    assert str(by_text["9/5/2009"].start) == "2009-09-05"
    assert str(by_text["1/12/2010"].start) == "2010-01-12"
    assert str(by_text["June-July"].start) == "2009-06-01"


_DATED = """agreements.signed agreements.valid_from agreements.valid_until meetings.held_on resolutions.due
resolutions.done stakeholders.since stakeholders.until coverage.since programme.started twinnings.started
twinnings.ended milestones.reached_on linkages.started linkages.signed step_evidence.when_text
contributions.given_on"""
DATED = _DATED.split()


@pytest.mark.parametrize("column", DATED)
def test_other_dates_are_understood(column):
    name, field = column.split(".")
    for row in table(name):
        if row[field]:
            parse_when(row[field])


# --- contradictions


@cache
def findings():
    statements, items = [], defaultdict(dict)
    for plan in PLANS:
        rows = [r for r in table("activities") if r["plan"] == plan]
        for row, when in zip(rows, parse_list([r["date_text"] for r in rows]), strict=True):
            subject = f"{plan}:{row['number']}"
            items[plan][int(row["number"])] = row["label"]
            if row["date_text"]:
                place = row["source_place"]
                statements.append(
                    Statement(subject, "date", row["date_text"], when, "", row["source"], place)
                )
    for r in table("statements"):
        source = (r["source"], r["source_place"])
        statements.append(Statement(r["subject"], r["attribute"], r["value_text"], None, r["unit"], *source))
    lists = Lists({plan: date(2011, 7, 31) for plan in PLANS}, items, frozenset({"footwear"}))
    return find_contradictions(statements, lists=lists)


KNOWN = """
1 names_differ chennai-auto
2 names_differ chennai-auto
3 end_before_start footwear-onsite-2
4 dates_differ footwear:15
5 numbers_differ footwear:9
5 numbers_differ footwear:10
6 dates_differ leather:15
6 dates_differ leather:32
6 reference_points_elsewhere leather:20
7 numbers_differ leather:17
7 numbers_differ leather:20
8 duration_differs leather:17
8 duration_differs leather:20
9 dates_differ footwear-mou-2
10 after_status_date leather:32
10 after_status_date leather:33
10 dates_differ leather
11 reference_to_unnumbered_list footwear
11 reference_points_elsewhere footwear:24
12 numbers_differ auto:17
13 two_levels persons_trained
19 dates_differ sc:3
"""


@pytest.mark.parametrize("line", KNOWN.strip().splitlines())
def test_rules_find_what_a_reader_found(line):
    """Contradictions that readers of the paper had noted before the rules were written, by their number."""
    _, rule, subject = line.split()
    matches = [f for f in findings() if f.rule_code == rule and f.subject == subject]
    assert matches
    assert all(s.place for f in matches for s in f.statements)


def test_statements_that_agree_raise_nothing():
    contradicted = {f.subject for f in findings()}
    for subject in (
        "leather:13",
        "leather:27",
        "footwear:5",
        "footwear:14",
        "footwear:21",
        "auto:20",
        "sc:2",
    ):
        assert subject not in contradicted


# --- what the rules of twinning make of it


def frameworks(emerging: str, advanced: str) -> list[Agreement]:
    """The agreements across one pair of clusters, as the rules want them."""
    found = []
    for row in table("agreements"):
        parties = [p for p in table("agreement_parties") if p["agreement"] == row["code"]]
        sides = {
            c: frozenset(p["party_type"] for p in parties if p["cluster"] == c) for c in (emerging, advanced)
        }
        if all(sides.values()):
            start = parse_when(row["valid_from"]).start if row["valid_from"] else None
            end = parse_when(row["valid_until"]).end if row["valid_until"] else None
            signed = row["status"] == "signed"
            found.append(Agreement(row["code"], sides[emerging], sides[advanced], start, end, signed))
    return found


def test_scope_of_the_pairs():
    leather = frameworks("chennai-leather", "santa-croce")
    cell = scope_of_cooperation(leather, date(2008, 7, 1)).cell(
        "technical_institution", "technical_institution"
    )
    assert (cell.level, cell.because, cell.since) == ("high", ("leather-ca",), date(2008, 6, 1))
    footwear = frameworks("chennai-footwear", "marche")
    assert [(str(c.on), c.stage) for c in scope_history(footwear)] == [("2007-10-01", 1), ("2009-11-01", 0)]
    assert scope_history(frameworks("chennai-auto", "turin-auto")) == ()


def test_evidence_kinds_are_those_of_the_steps():
    known = {(step.number, e.code) for step in eight_steps() for e in step.evidence}
    assert {(int(r["step"]), r["evidence_kind"]) for r in table("step_evidence")} <= known


# --- our own words


def seed_text() -> str:
    shared = Path(os.environ.get("NANDUTI_REFERENCE_DATA", CHECKOUT.parent / "shared" / "data"))
    for file in (shared.parent / "seeds").glob("003_*.txt"):
        return file.read_text(encoding="utf-8")
    pytest.skip("the text of the paper (seeds/003_*.txt beside the reference data) is not on this machine")


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def test_no_sentence_is_copied():
    """No run of eight words of the paper, except in dates, which are kept as written, and in names."""
    paper = words(seed_text())
    runs = {tuple(paper[i : i + 8]) for i in range(len(paper) - 7)}
    exempt = {"date_text", "name", "title", "value_text", "place", "source_place"}
    copied = []
    for name in TABLES:
        for number, row in enumerate(table(name), start=2):
            for column, cell in row.items():
                if column in exempt:
                    continue
                own = words(cell)
                if any(tuple(own[i : i + 8]) in runs for i in range(len(own) - 7)):
                    copied.append(f"{name} line {number} {column}: {cell}")
    assert copied == []
