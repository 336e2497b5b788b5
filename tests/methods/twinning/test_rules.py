"""The smaller rules of twinning: each answer, each refusal, and what must not change them."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import twinning
from nanduti.methods.twinning import (
    Candidate,
    ClusterMeasures,
    Expert,
    FirmNeed,
    Interest,
    TrustEntry,
    advanced_emerging,
    agenda_alignment,
    compare_programme,
    developmental_commercial,
    eight_steps,
    expert_fit,
    gate_verdict,
    implementation_order,
    is_really_twinning,
    linkage_class,
    mutual_gain,
    next_step,
    preferred_partners,
    prime_movers,
    sequence_verdict,
    step_reached,
    time_to_b2b,
)
from nanduti.methods.twinning.comparison import ROWS
from nanduti.methods.twinning.sequence import CLASSES, IMPLEMENTATION, TWINNING_CLASSES
from nanduti.methods.values import BadInput

# --- linkages


def test_linkage_classes_by_a_plain_table():
    table = {
        "association": "C",
        "technical_institution": "C",
        "bdsp": "B",
        "firm": "B",
        "support_firm": "B",
    }
    for one, other in product(table, table):
        letters = sorted((table[one], table[other]), reverse=True)
        assert linkage_class(one, other) == f"{letters[0]}2{letters[1]}"
    with pytest.raises(BadInput):
        linkage_class("ministry", "firm")


def test_time_to_business():
    assert time_to_b2b([]).reason.details == {"kind": "C2C"}
    assert time_to_b2b([("C2C", None)]).reason.say() == "The C2C linkages have no dates."
    assert time_to_b2b([("C2C", date(2008, 6, 1))]).reason.details == {"kind": "B2B"}
    early = time_to_b2b([("C2C", date(2008, 6, 1)), ("B2B", date(2008, 5, 1)), ("B2B", None), ("C2B", None)])
    assert early.days == -31 and early.reason.code == "undated_left_out" and early.reason.details == {"n": 1}


# --- advanced and emerging

KINDS = ("a", "b", "c", "d")


def measures(name, value, *counts):
    return ClusterMeasures(name, value, dict(zip(KINDS, counts, strict=False)))


def test_a_cluster_without_its_specialisation_is_not_judged():
    relation = advanced_emerging(measures("x", None, 1), measures("y", 2.0, 9), reference_kinds=KINDS)
    assert relation.advanced is None and relation.reason.code == "specialisation_unknown"
    level = advanced_emerging(measures("x", 2, 1), measures("y", 2.0, 9), reference_kinds=KINDS)
    assert level.reason.code == "level"
    lonely = advanced_emerging(measures("x", 3, 1), measures("y", 2.0, 9, 9), reference_kinds=KINDS)
    assert lonely.advanced is None and lonely.reason.code == "not_backed"
    with pytest.raises(BadInput, match="itself"):
        advanced_emerging(measures("x", 3, 1), measures("x", 3, 1), reference_kinds=KINDS)


COUNTS = st.lists(st.integers(0, 50), min_size=4, max_size=4)


@given(st.floats(0, 100), st.floats(0, 100), COUNTS, COUNTS)
def test_the_relation_is_antisymmetric_and_at_most_one_is_advanced(va, vb, ca, cb):
    x, y = measures("x", va, *ca), measures("y", vb, *cb)
    one = advanced_emerging(x, y, reference_kinds=KINDS)
    other = advanced_emerging(y, x, reference_kinds=KINDS)
    assert (one.advanced, one.emerging) == (other.advanced, other.emerging)
    assert one.advanced is None or {one.advanced, one.emerging} == {"x", "y"}


@given(st.floats(1, 100), COUNTS)
def test_ahead_in_everything_is_advanced(value, counts):
    weaker = measures("y", value / 2, *counts)
    stronger = measures("x", value, *[c + 1 for c in counts])
    assert advanced_emerging(stronger, weaker, reference_kinds=KINDS).advanced == "x"


# --- mutual gain


def side(kind, gain, markets=("brands",), position="leather", name="n"):
    return Interest(name, kind, gain, frozenset(markets), position)


def test_rivalry():
    assert mutual_gain(side("firm", 1), side("firm", 1)).rivalry == 1
    assert mutual_gain(side("firm", 1), side("firm", 1, position="shoes")).rivalry == 0.5
    assert mutual_gain(side("firm", 1), side("firm", 1, ["others"])).rivalry == 0
    assert mutual_gain(side("firm", 1), side("support_firm", 1)).rivalry == 0
    assert mutual_gain(side("firm", 1), side("firm", 1, [])).rivalry is None


def test_mutual_gain_verdicts():
    decisions = {
        "no": mutual_gain(side("firm", 0), side("bdsp", 1)),
        "flag": mutual_gain(side("firm", None), side("bdsp", 1)),
        "yes": mutual_gain(side("firm", 0.4), side("bdsp", 1)),
    }
    assert {k: v.verdict.decision for k, v in decisions.items()} == {k: k for k in decisions}
    assert decisions["flag"].likelihood is None and decisions["yes"].likelihood == 0.4
    unknown = mutual_gain(side("firm", None), side("firm", 1, []))
    assert [r.code for r in unknown.verdict.reasons] == ["markets_unknown", "gain_unknown"]


@given(st.floats(0, 1), st.floats(0, 1))
def test_likelihood_is_the_smaller_gain_without_rivalry_and_never_more(a, b):
    assert mutual_gain(side("firm", a), side("support_firm", b)).likelihood == min(a, b)
    assert mutual_gain(side("firm", a), side("firm", b)).likelihood == 0


def test_support_stakeholders_come_before_rivals():
    sides = [side("firm", 1.0, name="rival"), side("support_firm", 0.1, name="maker")]
    assert [m.advanced for m in preferred_partners(side("firm", 1.0), sides)] == ["maker", "rival"]


# --- agenda

PRIORITY = st.sampled_from(["high", "medium", "low", "none", None])


@given(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.tuples(PRIORITY, PRIORITY), max_size=6))
def test_every_topic_stands_in_one_place_and_sides_may_be_exchanged(priorities):
    one = agenda_alignment(priorities)
    other = agenda_alignment({k: (b, a) for k, (a, b) in priorities.items()})
    places = [t.name for group in (one.joint, one.one_sided, one.open, one.unknown) for t in group]
    assert sorted(places) == sorted(priorities)
    assert one.alignment == other.alignment
    assert [t.name for t in one.joint] == [t.name for t in other.joint]


def test_agenda_of_the_example():
    a = agenda_alignment({"products": ("high", "low"), "environment": ("medium", "medium"), "x": ("", None)})
    assert [t.name for t in a.one_sided] == ["products"] and [t.name for t in a.unknown] == ["x"]
    assert agenda_alignment({}).alignment is None
    assert agenda_alignment({"x": ("none", "none")}).alignment is None
    with pytest.raises(BadInput, match="urgent"):
        agenda_alignment({"x": ("urgent", "low")})


# --- sequence

DAY = date(2009, 6, 1)


@pytest.mark.parametrize("activity_class", CLASSES)
def test_only_twinning_needs_trust(activity_class):
    expected = "no" if activity_class in TWINNING_CLASSES else "yes"
    assert sequence_verdict(activity_class, on=DAY).decision == expected


def test_trust_must_lie_between_the_clusters_and_before():
    within = TrustEntry(date(2009, 1, 1), is_between_clusters=False)
    later = TrustEntry(date(2009, 7, 1), is_between_clusters=True)
    verdict = sequence_verdict("low_hanging_twinning", on=DAY, trust=[within, later])
    assert verdict.decision == "no" and "within a cluster only" in verdict.say()
    same_day = TrustEntry(DAY, is_between_clusters=True)
    assert sequence_verdict("low_hanging_twinning", on=DAY, trust=[same_day]).decision == "yes"
    assert sequence_verdict("long_run_twinning", on=DAY, trust=[same_day]).decision == "flag"
    quick = [date(2009, 5, 1)]
    assert (
        sequence_verdict("long_run_twinning", on=DAY, trust=[same_day], low_hanging_done=quick).decision
        == "yes"
    )
    assert sequence_verdict("non_twinning_capability", on=DAY, side="advanced").decision == "flag"
    with pytest.raises(BadInput):
        sequence_verdict("party", on=DAY)


@given(st.sets(st.sampled_from([code for code, _ in IMPLEMENTATION])))
def test_the_next_step_is_always_in_order(done):
    following = next_step(done)
    if following is None:
        assert len(done) == len(IMPLEMENTATION)
    else:
        assert following not in done
        assert implementation_order(done, following).decision == "yes"


def test_implementation_order_refuses_unknown_steps():
    with pytest.raises(BadInput):
        implementation_order({"dance"}, "mou")


# --- split


@pytest.mark.parametrize(
    ("phase", "payer", "executor", "decision"),
    [
        ("developmental", "project", "cda", "yes"),
        ("commercial", "project", "broker", "no"),
        ("commercial", "firm", "cda", "no"),
        ("commercial", "firm", None, "flag"),
        ("commercial", "firm", "broker", "yes"),
    ],
)
def test_split(phase, payer, executor, decision):
    assert developmental_commercial(phase, payer=payer, executor=executor).decision == decision


def test_split_names_both_reasons():
    verdict = developmental_commercial("commercial", payer="donor", executor="cda")
    assert [r.code for r in verdict.reasons] == ["project_pays", "project_executes"]
    with pytest.raises(BadInput):
        developmental_commercial("other", payer=None, executor=None)


# --- table 11

TRUTH = st.sampled_from([True, False, None])


@given(st.fixed_dictionaries(dict.fromkeys(ROWS, TRUTH)))
def test_table_11_against_a_plain_reading(rows):
    verdict = is_really_twinning(rows)
    if rows["clusters"] is False or rows["activities"] is False:
        assert verdict.decision == "no"
    elif all(rows.values()):
        assert verdict.decision == "yes"
    else:
        assert verdict.decision == "flag"
        assert len(verdict.reasons) == sum(not v for v in rows.values())


@given(st.dictionaries(st.sampled_from(sorted(ROWS)), TRUTH))
def test_the_comparison_has_all_six_rows_in_the_order_of_the_table(rows):
    compared = compare_programme(rows)
    assert [(row.code, row.is_met) for row in compared] == [(code, rows.get(code)) for code in ROWS]
    assert [row.code for row in compared if row.is_essential] == ["clusters", "activities"]
    assert all(row.title and row.standard and row.twinning for row in compared)


def test_the_automotive_pair_of_the_example_is_not_twinning():
    rows = {"clusters": False, "selection": True, "agents": True, "trust": False, "activities": False}
    assert is_really_twinning({**rows, "outcomes": False}).decision == "no"
    with pytest.raises(BadInput):
        is_really_twinning({"colour": True})
    with pytest.raises(BadInput):
        compare_programme({"colour": True})


# --- prime movers


def test_prime_movers_gate_and_ties():
    firms = [
        Candidate("a", "medium", True, True, True, 0.5, None),
        Candidate("b", "medium", True, True, True, 0.5, None),
        Candidate("c", "larger_small", True, True, True, None, 1.0),
        Candidate("d", "large", True, True, True, 1.0, 1.0),
        Candidate("e", "medium", True, False, None, 1.0, 1.0),
    ]
    placed = prime_movers(firms)
    assert [(p.candidate.code, p.rank) for p in placed] == [
        ("a", 1),
        ("b", 1),
        ("c", 3),
        ("d", None),
        ("e", None),
    ]
    assert [r.say() for r in placed[-1].reasons] == [
        "It has no targets.",
        "Whether it has finance is not known.",
    ]
    with pytest.raises(BadInput):
        prime_movers([Candidate("a", "huge", True, True, True)])
    with pytest.raises(BadInput):
        prime_movers([Candidate("a", "medium", True, True, True, 7)])


CANDIDATE = st.builds(
    Candidate,
    st.text("abcdef", min_size=1, max_size=4),
    st.sampled_from(["micro", "small", "larger_small", "medium", "large"]),
    TRUTH,
    TRUTH,
    TRUTH,
    st.none() | st.floats(0, 1),
    st.none() | st.floats(0, 1),
)


@given(st.lists(CANDIDATE, max_size=8, unique_by=lambda c: c.code), st.randoms())
def test_nobody_is_lost_and_order_does_not_matter(firms, random):
    placed = prime_movers(firms)
    assert sorted(p.candidate.code for p in placed) == sorted(c.code for c in firms)
    assert placed == prime_movers(random.sample(firms, len(firms)))
    assert all((p.rank is None) == bool(p.reasons) for p in placed)


# --- expert fit


def test_expert_fit_of_the_goat_tanneries():
    expert = Expert(
        frozenset({"leather"}), frozenset({"bovine"}), frozenset({"medium"}), frozenset({"en"}), True
    )
    goat = FirmNeed(frozenset({"leather"}), frozenset({"goat", "sheep"}), "medium", frozenset({"en"}))
    verdict = expert_fit(expert, goat)
    assert verdict.decision == "flag" and "bovine, the firm needs goat" not in verdict.say()
    assert [r.code for r in verdict.reasons] == ["material"]
    bovine = FirmNeed(frozenset({"leather"}), frozenset({"bovine"}), "medium", frozenset({"en"}))
    assert expert_fit(expert, bovine).decision == "yes"


def test_what_is_not_known_is_no_match():
    verdict = expert_fit(Expert(), FirmNeed())
    assert [r.code for r in verdict.reasons] == [
        "product_unknown",
        "material_unknown",
        "size_unknown",
        "language_unknown",
        "not_proven",
    ]


# --- steps


def test_the_steps_are_eight_and_bilingual():
    steps = eight_steps()
    assert [s.number for s in steps] == list(range(1, 9))
    codes = [e.code for s in steps for e in s.evidence]
    assert len(codes) == len(set(codes))
    for step in steps:
        assert step.name and step.name_es and step.source.place and step.evidence
        assert all(e.label and e.label_es and e.label != e.label_es for e in step.evidence)


@given(st.data())
def test_more_evidence_never_closes_a_gate(data):
    rank = {"no": 0, "flag": 1, "yes": 2}
    for step in eight_steps():
        kinds = [e.code for e in step.evidence]
        some = data.draw(st.sets(st.sampled_from(kinds)))
        more = some | data.draw(st.sets(st.sampled_from(kinds)))
        for has_partner in (True, False):
            before = gate_verdict(step.number, some, has_partner=has_partner)
            after = gate_verdict(step.number, more, has_partner=has_partner)
            assert rank[before.decision] <= rank[after.decision]


def test_step_reached():
    everything = {s.number: {e.code for e in s.evidence} for s in eight_steps()}
    assert step_reached(everything) == 9 and step_reached({}) == 1
    without_partner = {n: kinds for n, kinds in everything.items() if n != 4}
    assert step_reached(without_partner) == 4
    assert step_reached(without_partner, has_partner=False) == 9
    with pytest.raises(BadInput):
        gate_verdict(9, set())


def test_public_names_are_listed():
    assert sorted(twinning.__all__, key=str.lower) == sorted(set(twinning.__all__), key=str.lower)
    assert all(hasattr(twinning, name) for name in twinning.__all__)


def test_figures_that_cannot_be_are_refused():
    good = measures("y", 2.0, 9)
    for bad in (ClusterMeasures("x", float("nan"), {}), ClusterMeasures("x", 1.0, {"tannery": -1})):
        with pytest.raises(BadInput):
            advanced_emerging(bad, good, reference_kinds=KINDS)
