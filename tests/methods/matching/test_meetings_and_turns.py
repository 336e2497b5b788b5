"""Timetables, turns, diversity, proposals, rivals, experts."""

from __future__ import annotations

from datetime import date
from itertools import product

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import matching
from nanduti.methods.values import BadInput


def best_by_hand(requests, slots, free, limit, tables, aim):
    """Every request in every slot or in none."""
    best = 0.0
    worth = {r: r[2] if aim == "stars" else 1 + r[2] / 1000 for r in requests}
    for choice in product([None, *range(len(slots))], repeat=len(requests)):
        held, busy = {}, set()
        value, fine = 0.0, True
        per_slot = [0] * len(slots)
        for request, s in zip(requests, choice, strict=True):
            if s is None:
                continue
            for who in request[:2]:
                fine = fine and slots[s] in free.get(who, slots) and (who, s) not in busy
                busy.add((who, s))
                held[who] = held.get(who, 0) + 1
            per_slot[s] += 1
            value += worth[request]
        fine = fine and all(n <= limit for n in held.values()) and all(n <= tables for n in per_slot)
        if fine:
            best = max(best, value)
    return best


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_timetable_is_the_best_by_brute_force(data):
    pairs = data.draw(
        st.lists(st.sampled_from([(a, b) for a in "AB" for b in "XYZ"]), min_size=1, max_size=5, unique=True)
    )
    requests = [(a, b, data.draw(st.integers(1, 5))) for a, b in pairs]
    slots = ["1", "2", "3"][: data.draw(st.integers(1, 3))]
    free = {
        who: data.draw(st.lists(st.sampled_from(slots), unique=True))
        for who in data.draw(st.sets(st.sampled_from("ABXYZ")))
    }
    limit, tables = data.draw(st.integers(0, 3)), data.draw(st.integers(1, 2))
    aim = data.draw(st.sampled_from(["meetings", "stars"]))
    frame = pl.DataFrame(requests, schema=["one", "other", "stars"], orient="row")
    plan = matching.meeting_timetable(
        frame, slots, available=free, most_meetings=limit, tables=tables, aim=aim
    )
    best = best_by_hand(requests, slots, free, limit, tables, aim)
    mine = sum(s if aim == "stars" else 1 + s / 1000 for s in plan.meetings["stars"])
    assert mine == pytest.approx(best)
    assert plan.status == "optimal"
    assert plan.meetings.height + len(plan.refused) == len(requests)
    for slot, one, other, _ in plan.meetings.rows():
        assert slot in free.get(one, slots)
        assert slot in free.get(other, slots)
    for who in "ABXYZ":
        mine = plan.agenda(who)
        assert mine["slot"].n_unique() == mine.height <= limit


def test_refusals_of_meetings_name_the_cause():
    asked = pl.DataFrame({"one": ["A", "A", "B"], "other": ["X", "Y", "X"], "stars": [5, 4, 3]})
    plan = matching.meeting_timetable(
        asked, ["1", "2"], available={"B": ["2"], "X": ["1"]}, most_meetings={"A": 1}
    )
    assert {k: r.code for k, r in plan.refused.items()} == {("A", "Y"): "full", ("B", "X"): "no_common_slot"}
    nothing = matching.meeting_timetable(asked.head(0), ["1"])
    assert nothing.meetings.is_empty()
    assert nothing.gap == 0


@pytest.mark.parametrize(
    ("frame", "slots", "more"),
    [
        ({"one": ["A"], "other": ["A"], "stars": [1]}, ["1"], {}),
        ({"one": ["A"], "other": ["B"], "stars": [6]}, ["1"], {}),
        ({"one": ["A", "B"], "other": ["B", "A"], "stars": [1, 2]}, ["1"], {}),
        ({"one": ["A"], "other": ["B"], "stars": [1]}, ["1", "1"], {}),
        ({"one": ["A"], "other": ["B"], "stars": [1]}, ["1"], {"available": {"A": ["9"]}}),
        ({"one": ["A"], "other": ["B"], "stars": [1]}, ["1"], {"most_meetings": {"A": -1}}),
        ({"one": ["A"], "other": ["B"]}, ["1"], {}),
    ],
)
def test_odd_requests(frame, slots, more):
    with pytest.raises(BadInput):
        matching.meeting_timetable(pl.DataFrame(frame), slots, **more)


def test_turns_caps_and_what_they_cost():
    ranked = pl.DataFrame(
        {"need": ["n1"] * 3 + ["n2"] * 3, "offer": ["a", "b", "c"] * 2, "score": [90, 89, 40] * 2}
    )
    plain = matching.invite(ranked, quotes=1)
    assert plain.frame["offer"].to_list() == ["a", "a"]
    assert plain.points_given_up == 0
    turns = matching.invite(ranked, quotes=1, band=5)
    assert turns.frame["offer"].to_list() == ["a", "b"]
    assert (
        turns.passed_over["n2", "a"].say()
        == "a has been invited once before; others as good had no turn yet."
    )
    assert turns.points_given_up == pytest.approx(1 / 180)
    assert turns.evenness_after > plain.evenness_after
    capped = matching.invite(ranked, quotes=2, most=1)
    assert capped.frame.select("need", "offer").rows() == [("n1", "a"), ("n1", "b"), ("n2", "c")]
    assert capped.passed_over["n2", "a"].code == "cap"
    assert capped.times == {"a": 1, "b": 1, "c": 1}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=1, max_size=8), st.floats(0, 10), st.integers(1, 4))
def test_nobody_outside_the_band_of_the_best_left_is_taken(scores, band, quotes):
    ranked = pl.DataFrame(
        {"need": ["n"] * len(scores), "offer": [f"o{i}" for i in range(len(scores))], "score": scores}
    )
    found = matching.invite(ranked, quotes=quotes, band=band)
    left = sorted(scores, reverse=True)
    for score in found.frame["score"]:
        assert score >= left[0] - band
        left.remove(score)
    assert found.frame.height == min(quotes, len(scores))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=12), st.integers(1, 9))
def test_evenness_lies_between_one_nth_and_one_and_ignores_the_unit(values, factor):
    index = matching.evenness(values)
    if index is None:
        assert not any(values)
    else:
        assert 1 / len(values) - 1e-12 <= index <= 1 + 1e-12
        assert matching.evenness([factor * v for v in values]) == pytest.approx(index)


def plain_mmr(rows, k, weight):
    """Carbonell and Goldstein's rule on (offer, score, city, trade)."""
    best = max(r[1] for r in rows) or 1
    left, taken = sorted(rows, key=lambda r: (-r[1], r[0])), []

    def alike(a, b):
        return sum(x is not None and x == y for x, y in zip(a[2:], b[2:], strict=True)) / 2

    while left and len(taken) < k:
        pick = max(
            left,
            key=lambda r: (
                round(weight * r[1] / best - (1 - weight) * max((alike(r, t) for t in taken), default=0), 12),
                -left.index(r),
            ),
        )
        taken.append(pick)
        left.remove(pick)
    return [t[0] for t in taken]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.sampled_from("pq"), st.sampled_from([None, "x", "y"])),
        min_size=1,
        max_size=7,
    ),
    st.sampled_from([0.25, 0.5, 1.0]),
)
def test_diverse_lists_follow_the_rule(rows, weight):
    table = [(f"o{i}", s, c, t) for i, (s, c, t) in enumerate(rows)]
    frame = pl.DataFrame(
        table,
        schema={"offer": pl.String, "score": pl.Int64, "city": pl.String, "trade": pl.String},
        orient="row",
    )
    found = matching.diversify(frame, k=4, by=["city", "trade"], weight=weight)
    assert found["offer"].to_list() == plain_mmr(table, 4, weight)
    if weight == 1.0:
        assert found["rank_before"].to_list() == list(range(1, found.height + 1))


def test_caps_on_likeness():
    frame = pl.DataFrame({"offer": list("abcd"), "score": [9, 8, 7, 1], "city": ["P", "P", "P", "Q"]})
    found = matching.diversify(frame, k=3, by=["city"], weight=1.0, most_alike={"city": 1})
    assert found["offer"].to_list() == ["a", "d"]
    with pytest.raises(BadInput, match="'colour'"):
        matching.diversify(frame, k=3, by=["colour"])


GOOD = matching.CompanyProposal(
    "Firm B",
    profile_type="business_request",
    product_codes=("auto.metal.press.stamp",),
    text="Stamped wiper pump brackets of 1.2 mm steel for lorries",
    quantity=20_000,
    unit="pieces a month",
    specification="1.2 mm steel, ±0.1 mm, drawing 14",
    certificates=("ISO/TS 16949",),
    partner_sought="press shop with progressive dies",
    cooperation="subcontracting",
    contribution="dies and steel",
    market="Chennai lorry makers",
    terms="30 days after delivery",
    deadline=date(2026, 9, 1),
    expires_on=date(2026, 12, 31),
    technology_level="proven",
    references=("Lucas",),
)


def test_a_specific_proposal_goes_out_and_each_gap_costs_its_points():
    tree = matching.CapabilityTree.from_codes(["auto.metal.press.stamp"])
    full = matching.proposal_quality(GOOD, tree=tree)
    assert full.score == 100
    assert full.verdict.decision == "yes"
    for field, criterion in (
        ("quantity", "quantity"),
        ("partner_sought", "partner"),
        ("terms", "terms"),
        ("references", "evidence"),
    ):
        empty = None if field == "quantity" else type(getattr(GOOD, field))()
        less = matching.proposal_quality(matching.CompanyProposal(**{**vars(GOOD), field: empty}), tree=tree)
        assert [g.criterion for g in less.missing] == [criterion]
        assert less.score == 100 - less.missing[0].points
        assert less.verdict.decision == "flag"
    above = matching.proposal_quality(
        matching.CompanyProposal(**{**vars(GOOD), "product_codes": ("auto",)}), tree=tree
    )
    assert above.points["product"] == 5
    late = matching.proposal_quality(GOOD, tree=tree, on=date(2027, 1, 1))
    assert late.verdict.reasons[0].say() == "The proposal of Firm B expired on 2026-12-31."
    assert matching.proposal_quality(GOOD).points["product"] == 20
    with pytest.raises(BadInput, match="which way the money"):
        matching.proposal_quality(matching.CompanyProposal("x", profile_type="wish"))


def test_rivalry_is_mutual_and_says_the_same_as_the_room_of_twinning():
    from nanduti.methods import twinning

    markets = (frozenset(), frozenset({"brands"}), frozenset({"army"}))
    for a, b, x, y, p, q in product(
        ("firm", "support_firm", "bdsp"), ("firm", "association"), markets, markets, "st", "st"
    ):
        one, other = matching.Party("one", a, x, p), matching.Party("other", b, y, q)
        mine = matching.rivalry(one, other)
        assert mine.degree == matching.rivalry(other, one).degree
        theirs = twinning.mutual_gain(
            twinning.Interest("one", a, 1.0, x, p), twinning.Interest("other", b, 1.0, y, q)
        )
        assert mine.degree == theirs.rivalry
        assert mine.verdict.decision == theirs.verdict.decision


def test_experts_fit_the_firm_and_more_knowledge_never_lowers_the_score():
    firm = matching.Firm("f", frozenset({"glove", "belt"}), frozenset({"goat"}), "micro", frozenset({"ta"}))
    half = matching.Expert(
        "e", frozenset({"glove"}), frozenset({"goat"}), frozenset({"micro"}), frozenset({"ta"}), True
    )
    fit = matching.expert_fit(half, firm)
    assert fit.points["product"] == 15
    assert fit.score == 85
    assert fit.warnings[0].code == "product_partly"
    more = matching.Expert(
        "e", frozenset({"glove", "belt"}), half.materials, half.sizes, half.languages, True
    )
    assert matching.expert_fit(more, firm).score == 100
    unknown = matching.expert_fit(matching.Expert("x"), firm)
    assert unknown.score == 0
    assert unknown.possible == 100
    assert {w.code for w in unknown.warnings} == {f"{c}_unknown" for c in matching.EXPERT_POINTS}


def test_mentors_and_mentees_are_assigned_within_places():
    mentors = pl.DataFrame(
        {"firm": ["M", "N"], "products": [["shirt"], ["shoe"]], "skill_cut": [5, 4], "skill_sew": [5, 2]}
    )
    mentees = pl.DataFrame(
        {
            "firm": ["a", "b", "c"],
            "products": [["shirt"], ["shoe"], None],
            "skill_cut": [1, 2, 4],
            "skill_sew": [2, None, 4],
        }
    )
    scores = matching.mentor_scores(mentors, mentees)
    assert scores.select("mentor", "mentee").rows() == [("M", "a"), ("M", "b"), ("N", "a"), ("N", "b")]
    best = matching.assign(
        scores.rename({"mentor": "offer", "mentee": "need"}).drop("teaches"), offer_places=1
    )
    assert best.pairs.select("need", "offer").rows() == [("a", "M"), ("b", "N")]
    with pytest.raises(BadInput, match="'skill_…'"):
        matching.mentor_scores(mentors.select("firm", "products"), mentees)
