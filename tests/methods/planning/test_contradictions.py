"""General rules of contradiction: each fires where it should, keeps still where it should, and forgets nothing."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods.planning import Lists, Statement, amount_in, find_contradictions

JULY = date(2011, 7, 31)


def say(subject, attribute, text, place="p", unit="", value=None):
    return Statement(subject, attribute, text, value, unit, "s", place)


def rules(*statements, lists=None, **more):
    return [f.rule_code for f in find_contradictions(statements, lists=lists, **more)]


# --- dates


@pytest.mark.parametrize(
    ("a", "b", "differ"),
    [
        ("April 2009", "Jun-09", True),
        ("April 2009", "12 April 2009", False),
        ("Dec and Feb 2010", "Jan 2010", True),  # named months only, not the time between
        ("December 2009 to February 2010", "Jan 2010", False),
        ("early 2008", "after March 2009", True),
        ("Ongoing", "Jun-09", False),
        ("2009", "nonsense", False),  # what cannot be read is not compared
        ("2009", "May 2009", False),
    ],
)
def test_dates(a, b, differ):
    assert rules(say("x:1", "date", a), say("x:1", "date", b)) == (["dates_differ"] if differ else [])


def test_backward_spans_come_with_what_else_is_said():
    found = find_contradictions(
        [
            say("t", "date", "18-05-2008 to 11-05-2008", "table 4"),
            say("t", "date", "18 May to 12 June 2008", "annex 2"),
        ]
    )
    assert [f.rule_code for f in found] == ["end_before_start"]
    assert [s.place for s in found[0].statements] == ["table 4", "annex 2"]
    assert found[0].severity == "error"


def test_start_and_end_in_two_statements():
    assert rules(say("x", "valid_from", "May 2009"), say("x", "valid_until", "March 2009")) == [
        "end_before_start"
    ]
    assert rules(say("x", "start_date", "May 2009"), say("x", "end_date", "May 2009")) == []


def test_dates_after_the_status_date_of_the_list():
    lists = Lists(status_dates={"leather": JULY})
    assert rules(say("leather:32", "date", "Nov-11"), lists=lists) == ["after_status_date"]
    assert rules(say("leather:32", "date", "Jun 2011 - Sep 2011"), lists=lists) == ["runs_past_status_date"]
    assert rules(say("leather:31", "date", "Jul-11"), lists=lists) == []
    assert rules(say("footwear:3", "date", "Nov-11"), lists=lists) == []
    assert rules(say("leather", "status_as_of", "Dec 2011"), lists=lists) == []


# --- numbers


@pytest.mark.parametrize(
    ("a", "b", "differ"),
    [
        ("14", "ten", True),
        ("20", "twenty", False),
        ("about 650", "over 650", False),
        ("about 30", "31", False),
        ("about 30", "35", True),
        ("over 10,000", "12000", False),
        ("over 10,000", "9000", True),
        ("350 to 450", "400", False),
        ("up to 20", "21", True),
        ("some firms", "12", False),
    ],
)
def test_numbers(a, b, differ):
    found = rules(say("x:1", "n_firms", a), say("x:1", "n_firms", b))
    assert found == (["numbers_differ"] if differ else [])


def test_numbers_of_different_units_are_not_compared():
    assert (
        rules(
            say("x", "n_participants", "14", unit="firms"), say("x", "n_participants", "20", unit="persons")
        )
        == []
    )


def test_a_value_given_keeps_the_vagueness_of_its_words():
    pair = say("x", "n_firms", "about 30", value=30), say("x", "n_firms", "31", value=31)
    assert rules(*pair) == []
    assert rules(say("x", "n_firms", "", value=30), say("x", "n_firms", "", value=31)) == ["numbers_differ"]


@pytest.mark.parametrize(
    ("text", "value", "qualifier"),
    [
        ("14", 14, "exactly"),
        ("Twenty-one technical experts", 21, "exactly"),
        ("four hundred", 400, "exactly"),
        ("over ten thousand employees", 10000, "over"),
        ("200+", 200, "over"),
        ("more than 200 students", 200, "over"),
        ("fewer than ten", 10, "under"),
        ("around 3,000 units", 3000, "about"),
        ("350 to 450", 400, "range"),
        ("15-20%", 17.5, "range"),
        ("1.5 years", 1.5, "exactly"),
        ("alrededor de treinta", 30, "about"),
        ("más de doce", 12, "over"),
        ("a dozen", 12, "exactly"),
        (7, 7, "exactly"),
    ],
)
def test_amounts(text, value, qualifier):
    amount = amount_in(text)
    assert (amount.value, amount.qualifier) == (value, qualifier)


@pytest.mark.parametrize("text", ["", "many", None, "11 firms and 22 firms", float("nan"), float("inf")])
def test_no_single_amount(text):
    assert amount_in(text) is None


# --- names, levels


def test_names():
    assert (
        rules(
            say("c", "name", "Chennai Auto Components Cluster"), say("c", "name", "Chennai auto components")
        )
        == []
    )
    assert rules(say("c", "name", "Chennai auto"), say("c", "name", "Pune automotive cluster")) == [
        "names_differ"
    ]
    assert rules(say("c", "name", "Chennai"), say("c", "name", "Chengdu")) == ["names_differ"]
    assert rules(say("c", "name", "Confederación"), say("c", "name", "confederacion")) == []


def test_one_measure_at_two_levels():
    assert rules(say("persons", "level", "output"), say("persons", "level", "outcome")) == ["two_levels"]
    assert rules(say("persons", "level", "output"), say("persons", "level", "Output")) == []


# --- references

ITEMS = Lists(items={"leather": {20: "finishing", 21: "fair"}}, unnumbered=frozenset({"footwear"}))


def test_references():
    assert rules(say("leather:20", "number_cited", "21"), lists=ITEMS) == ["reference_points_elsewhere"]
    assert rules(say("leather:20", "number_cited", "20"), lists=ITEMS) == []
    assert rules(say("leather:20", "number_cited", "34"), lists=ITEMS) == ["reference_missing"]
    assert rules(say("leather:?", "number_cited", "21"), lists=ITEMS) == ["reference_points_elsewhere"]
    assert rules(say("auto:1", "number_cited", "2"), lists=ITEMS) == []
    two = [say("footwear:1", "number_cited", "1"), say("footwear:2", "number_cited", "2")]
    found = find_contradictions(two, lists=ITEMS)
    assert [f.rule_code for f in found] == ["reference_to_unnumbered_list"] and len(found[0].statements) == 2


# --- durations


@pytest.mark.parametrize(
    ("stated", "unit", "dates", "differ"),
    [
        ("around 40", "days", "12-12-2009 to 22-12-2009; 09-02-2010 to 12-03-2010", True),
        ("around 30", "days", "22-06-2010 to 10-07-2010; 25-08-2010 to 09-09-2010", True),
        ("12", "days", "12th Oct 09 to 23rd Oct 09", False),
        ("2", "weeks", "28-10-2008 to 08-11-2008", False),
        ("4", "weeks", "28-10-2008 to 08-11-2008", True),
        ("3", "days", "October 2008", False),  # a month is no count of days
        ("3", "moons", "3 May 2010", False),
    ],
)
def test_durations(stated, unit, dates, differ):
    found = rules(say("x", "duration_days", stated, unit=unit), say("x", "date", dates))
    assert found == (["duration_differs"] if differ else [])


def test_vagueness_can_be_set():
    pair = say("x", "duration_days", "around 40", unit="days"), say("x", "date", "1 Jan 2010 to 12 Feb 2010")
    assert rules(*pair) == ["duration_differs"]
    assert rules(*pair, about=0.1) == []


# --- properties

MONTHS = st.sampled_from(["January", "February", "March", "April", "May", "June"])
TEXTS = st.builds(lambda m, y: f"{m} {y}", MONTHS, st.integers(2008, 2009))
STATEMENTS = st.lists(
    st.one_of(
        st.builds(lambda s, t, p: say(s, "date", t, p), st.sampled_from("ab"), TEXTS, st.sampled_from("pqr")),
        st.builds(
            lambda s, n, p: say(s, "n_firms", str(n), p),
            st.sampled_from("ab"),
            st.integers(1, 4),
            st.just("p"),
        ),
    ),
    max_size=10,
)


@given(STATEMENTS, st.randoms())
def test_the_order_of_statements_does_not_matter(statements, random):
    shuffled = random.sample(statements, len(statements))
    assert find_contradictions(statements) == find_contradictions(shuffled)


@given(STATEMENTS)
def test_against_the_twin_that_compares_every_pair(statements):
    expected = set()
    for a, b in combinations(statements, 2):
        if (a.subject, a.attribute) == (b.subject, b.attribute) and a.value_text != b.value_text:
            expected.add((a.subject, a.attribute, frozenset((a.value_text, b.value_text))))
    found = [
        (f.subject, f.statements[0].attribute, frozenset(s.value_text for s in f.statements))
        for f in find_contradictions(statements)
    ]
    assert len(found) == len(set(found)) and set(found) == expected


@given(STATEMENTS)
def test_said_twice_changes_nothing(statements):
    assert find_contradictions(statements + statements) == find_contradictions(statements)
