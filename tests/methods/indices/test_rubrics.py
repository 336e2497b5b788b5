"""Rubrics and readiness rules: scores by hand, bands at their edges, gaps, what is not answered."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import indices
from nanduti.methods.values import BadInput, CannotBeSaid

DMA = indices.rubric("digital-maturity-sme")
BY_CODE = {q.code: q for q in DMA.questions}


def answer(share: float) -> dict[str, object]:
    """Answers that reach about a share of the points everywhere, all items answered."""
    out: dict[str, object] = {}
    for q in DMA.questions:
        items = list(q.item_codes)
        n = round(share * len(items))
        if q.kind == "checklist":
            out[q.code] = items[:n]
        elif q.kind == "invested_or_planned":
            out[q.code] = {"invested": items[:n], "planned": []}
        elif q.kind == "scale":
            out[q.code] = dict.fromkeys(items, q.low + share * (q.high - q.low))
        else:
            out[q.code] = {i: "yes" if k < n else "no" for k, i in enumerate(items)}
    return out


def test_structure_of_the_digital_maturity_assessment():
    """EC pages of the EDIH network: six dimensions, eleven questions with these numbers of items."""
    assert len(DMA.dimensions) == 6
    assert [len(q.items) for q in DMA.questions] == [10, 10, 10, 7, 7, 8, 8, 6, 5, 10, 5]
    assert [len(d.questions) for d in DMA.dimensions] == [2, 2, 2, 2, 1, 2]
    assert BY_CODE["q7_data"].exclusive == ("not_digital",)


def test_scores_by_hand():
    given_answers = answer(0) | {
        "q1_areas": {"invested": ["design", "sales"], "planned": ["sales", "delivery"]},
        "q2_preparation": ["needs", "money", "risks"],
        "q4_advanced": {i: (5 if i == "cad_cam" else 0) for i in BY_CODE["q4_advanced"].item_codes},
        "q7_data": ["not_digital"],
        "q11_choices": {
            "strategy": "yes",
            "management": "partly",
            "procurement": "no",
            "consumption": "no",
            "recycling": "yes",
        },
    }
    found = indices.assess(DMA, given_answers)
    score = {q.code: q.score for q in found.questions}
    assert score["q1_areas"] == pytest.approx(25)  # two done, one more planned at a half
    assert score["q2_preparation"] == pytest.approx(30)
    assert score["q4_advanced"] == pytest.approx(100 / 7)
    assert score["q7_data"] == 0
    assert score["q11_choices"] == pytest.approx(50)
    assert found.dimension("strategy").score == pytest.approx(27.5)
    assert found.dimension("green").score == pytest.approx(25)
    assert found.score == pytest.approx((27.5 + 100 / 14 + 0 + 0 + 0 + 25) / 6)
    assert found.band == "basic"


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (0, "basic"),
        (25.49, "basic"),
        (25.5, "average"),
        (50, "average"),
        (51, "moderately_advanced"),
        (75.4, "moderately_advanced"),
        (76, "advanced"),
        (100, "advanced"),
    ],
)
def test_bands_at_their_edges(score, band):
    assert DMA.band(score).code == band


def test_the_negative_item_excludes_the_others():
    with pytest.raises(BadInput, match="'not_digital' beside other items"):
        indices.assess(DMA, answer(0) | {"q7_data": ["not_digital", "storage"]})


def test_what_is_not_answered_is_unknown_not_zero():
    partly = answer(1)
    del partly["q8_security"]
    found = indices.assess(DMA, partly)
    assert found.dimension("data").score is None
    assert found.score is None
    assert found.band is None
    assert found.reason == "dimension 'data' has no score: question 'q8_security' is not answered"
    assert found.dimension("green").score == 100
    gaps = answer(1) | {"q9_automation": {"language": 5}}
    found = indices.assess(DMA, gaps)
    assert "answered for 1 of 5 items" in found.dimension("automation").reason


def test_flags_are_sentences():
    found = indices.assess(
        DMA, answer(0) | {"q1_areas": {"invested": [], "planned": list(BY_CODE["q1_areas"].item_codes)[:7]}}
    )
    assert [f.code for f in found.flags] == ["plans_without_preparation"]
    assert found.flags[0].say() == "Many areas are planned (70 %) while preparation is low (0)."
    technical = answer(0) | {
        k: v
        for k, v in answer(1).items()
        if k in ("q3_mainstream", "q4_advanced", "q7_data", "q9_automation")
    }
    codes = {f.code for f in indices.assess(DMA, technical).flags}
    assert codes == {"technology_ahead_of_people", "automation_ahead_of_people", "data_without_security"}


@settings(deadline=None)
@given(st.floats(0, 1), st.floats(0, 1))
def test_more_answered_with_yes_is_never_less(one, other):
    low, high = sorted((one, other))
    first, second = indices.assess(DMA, answer(low)), indices.assess(DMA, answer(high))
    assert first.score <= second.score + 1e-9
    assert 0 <= first.score <= 100


def test_progress_between_rounds():
    table = indices.progress(indices.assess(DMA, answer(0.2)), indices.assess(DMA, answer(0.8)))
    assert table["code"].to_list()[-1] == "total"
    assert (table["change"] > 0).all()
    other = indices.rubric("excellence-gap")
    with pytest.raises(BadInput, match="different rubrics"):
        indices.progress(indices.assess(DMA, answer(1)), indices.assess(other, {}))


def ega(vision: float, marketing: float, people: float, technical: float) -> indices.Assessment:
    rubric = indices.rubric("excellence-gap")
    scores = {"vision": vision, "marketing": marketing, "people": people, "technical": technical}
    answers = {
        d.questions[0].code: dict.fromkeys(d.questions[0].item_codes, scores[d.code])
        for d in rubric.dimensions
    }
    return indices.assess(rubric, answers)


def test_excellence_gaps_and_priorities():
    firms = {"A": ega(20, 50, 80, 60), "B": ega(30, 70, 90, 40)}
    assert [d.gap for d in firms["A"].dimensions] == [50, 20, 0, 10]
    assert [d.band for d in firms["A"].dimensions] == ["limited", "able", "comprehensive", "able"]
    table = indices.gap_priorities(firms, willingness={"A": 1.0, "B": 0.5})
    assert table["code"].to_list() == ["vision", "technical", "marketing", "people"]
    assert table["priority"].to_list() == pytest.approx([50 + 20, 10 + 15, 20, 0])
    assert table["n_with_gap"].to_list() == [2, 2, 1, 0]


def test_a_firm_without_a_score_is_counted_as_unknown():
    rubric = indices.rubric("excellence-gap")
    unknown = indices.assess(rubric, {})
    table = indices.gap_priorities({"A": ega(20, 50, 80, 60), "B": unknown})
    assert table["n_unknown"].to_list() == [1, 1, 1, 1]
    assert indices.gap_priorities({"B": unknown})["priority"].to_list() == [None] * 4
    with pytest.raises(BadInput, match="willingness of 'A'"):
        indices.gap_priorities({"A": ega(20, 50, 80, 60)}, willingness={})


def test_three_quarters_answered_are_enough_for_an_excellence_gap():
    rubric = indices.rubric("excellence-gap")
    answers = {
        d.questions[0].code: dict.fromkeys(d.questions[0].item_codes[:3], 40) for d in rubric.dimensions
    }
    assert indices.assess(rubric, answers).score == pytest.approx(40)
    assert indices.assess(rubric, answers).questions[0].answered_share == 0.75


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"q99": []}, "belongs to no question"),
        ({"q3_mainstream": "website"}, "not answered with a list"),
        ({"q3_mainstream": ["fax"]}, "no item 'fax'"),
        ({"q1_areas": ["design"]}, "invested and planned"),
        ({"q9_automation": {"vision": 6}}, "outside 0 to 5"),
        ({"q11_choices": {"strategy": "maybe"}}, "is answered 'maybe'"),
        ({"q9_automation": 3}, "not answered per item"),
    ],
)
def test_answers_that_do_not_fit(answers, words):
    with pytest.raises(BadInput, match=words):
        indices.assess(DMA, answers)


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "q3_mainstream": st.lists(
            st.sampled_from(["website", "fax", *BY_CODE["q3_mainstream"].item_codes[:3]])
        ),
        "q7_data": st.lists(st.sampled_from(["not_digital", "storage", True, 1]), max_size=2),
        "q9_automation": st.dictionaries(
            st.sampled_from(BY_CODE["q9_automation"].item_codes),
            st.sampled_from([None, 0, 0.0, 1, True, 5, 6]),
        )
        | st.just(dict.fromkeys(BY_CODE["q9_automation"].item_codes, 2)),
        "q11_choices": st.dictionaries(
            st.sampled_from(BY_CODE["q11_choices"].item_codes), st.sampled_from([None, "yes", True, "no", 1])
        ),
        "q99": st.none(),
    },
)


def told(assess, answers):
    """The result, or in words why there is none."""
    try:
        return assess(answers)
    except BadInput as refused:
        return str(refused)


@given(st.lists(ANSWERS, min_size=2, max_size=12))
@settings(max_examples=80)
def test_many_one_after_the_other_are_assessed_as_each_by_itself(firms):
    many = indices.Assessor(DMA)
    for answers in firms:
        assert told(many.assess, answers) == told(lambda a: indices.assess(DMA, a), answers)


def test_what_cannot_be_remembered_is_assessed_all_the_same():
    many = indices.Assessor(DMA)
    many.LARGEST = 1
    for n in (0.2, 0.5, 0.8, 0.5):
        assert many.assess(answer(n)) == indices.assess(DMA, answer(n))
    items = list(BY_CODE["q3_mainstream"].item_codes[:2])
    assert many.assess({"q3_mainstream": set(items)}) == indices.assess(DMA, {"q3_mainstream": set(items)})
    assert many.assess({"q3_mainstream": {items[0]: 1}.keys()}) == indices.assess(
        DMA, {"q3_mainstream": items[:1]}
    )


def small(question: str, start: int = 0) -> str:
    return f"""
    rubric: r
    bands: [{{code: a, from: {start}}}]
    dimensions: [{{code: d, questions: [{question}]}}]
    """


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (small("{code: q, kind: checklist, items: [x]}", 5), "do not rise from 0"),
        (small("{code: q, kind: scale, items: [x]}"), "low, high and favourable"),
        (small("{code: q, kind: essay, items: [x]}"), "kind 'essay'"),
        (small("{code: d, kind: checklist, items: [x]}"), "used twice"),
        (small("{code: q, kind: checklist, items: []}"), "has no items"),
        (small("{code: q, kind: options, items: [x], options: {much: 2}}"), "outside 0 to 1"),
    ],
)
def test_rubrics_that_cannot_be_used(text, words):
    with pytest.raises(BadInput, match=words):
        indices.parse_rubric(text)


def test_a_scale_with_its_good_end_below():
    text = """
    rubric: agreement
    bands: [{code: all, from: 0}]
    dimensions: [{code: d, questions: [{code: q, kind: rating, low: 1, high: 5, favourable: 1}]}]
    """
    rubric = indices.parse_rubric(text)
    assert indices.assess(rubric, {"q": 1}).score == 100
    assert indices.assess(rubric, {"q": 5}).score == 0


GOOD = {"existing_group": 3, "tension": 1, "trust_in_leaders": 3, "social_capital": 3, "interest": 4}


@pytest.mark.parametrize(
    ("change", "outcome", "decision"),
    [
        ({}, "promote", "yes"),
        ({"trust_in_leaders": 1}, "strengthen_first", "flag"),
        ({"existing_group": 0}, "strengthen_first", "flag"),
        ({"tension": 4}, "leave_alone", "no"),
        ({"interest": 0, "tension": None}, "leave_alone", "no"),
    ],
)
def test_associativity_readiness(change, outcome, decision):
    found = indices.decide(indices.readiness("associativity-readiness"), GOOD | change)
    assert (found.outcome, found.verdict.decision) == (outcome, decision)
    assert "UNDP" in found.verdict.say()


def test_the_seed_of_yaguaron_and_mariano_roque_alonso():
    """Seed 000: high mistrust within the one, no association in the other; high interest in both."""
    rules = indices.readiness("associativity-readiness")
    yaguaron = {"existing_group": 3, "tension": 3, "trust_in_leaders": 1, "social_capital": 2, "interest": 3}
    found = indices.decide(rules, yaguaron)
    assert found.outcome == "strengthen_first"
    assert "hardly trusted" in found.verdict.say()
    mariano = {"existing_group": 0, "tension": 1, "trust_in_leaders": 2, "social_capital": 1, "interest": 3}
    assert indices.decide(rules, mariano).outcome == "strengthen_first"


def test_what_is_not_known_decides_nothing():
    rules = indices.readiness("associativity-readiness")
    with pytest.raises(CannotBeSaid, match="'tension' is not known"):
        indices.decide(rules, GOOD | {"tension": None})
    with pytest.raises(BadInput, match="outside 0 to 4"):
        indices.decide(rules, GOOD | {"tension": 9})
    with pytest.raises(BadInput, match="not asked for"):
        indices.decide(rules, GOOD | {"weather": 1})


def test_externalisation_gate():
    rules = indices.readiness("externalisation-gate")
    leather = indices.decide(rules, {"buyers_abroad": 4, "technology_abroad": 3, "tradable": 4})
    handloom = indices.decide(rules, {"buyers_abroad": 2, "technology_abroad": 0, "tradable": 0})
    thin = indices.decide(rules, {"buyers_abroad": 1, "technology_abroad": 1, "tradable": 2})
    assert [d.verdict.decision for d in (leather, handloom, thin)] == ["yes", "no", "flag"]
    assert not handloom.verdict.allows
