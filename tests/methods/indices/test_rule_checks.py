"""Rules that can never apply are found: against a plain search over all answers of a small scale."""

from __future__ import annotations

import itertools

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import indices
from nanduti.methods.values import CannotBeSaid

CODES = ("x", "y")


def rules_of(outcomes):
    evidence = [{"code": c, "question": c, "low": 0, "high": 4} for c in CODES]
    listed = [{"code": f"o{n}", "title": f"O{n}", "decision": "flag", **o} for n, o in enumerate(outcomes)]
    listed.append({"code": "rest", "title": "Rest", "decision": "yes"})
    document = {"readiness": "r", "sources": [{"document": "here"}], "evidence": evidence, "outcomes": listed}
    return indices.parse_readiness(yaml.safe_dump(document))


def plain_unreachable(rules):
    """Outcomes that no answer from 0 to 4, in quarters, comes to."""
    steps = [n / 4 for n in range(17)]
    reached = {
        indices.decide(rules, dict(zip(CODES, answer, strict=True))).outcome
        for answer in itertools.product(steps, repeat=2)
    }
    return {o.code for o in rules.outcomes} - reached


limit = st.integers(0, 4)
condition = st.fixed_dictionaries(
    {"code": st.sampled_from(CODES), "says": st.just("s")}, optional={"at_least": limit, "at_most": limit}
).filter(lambda c: "at_least" in c or "at_most" in c)
some, every = (st.lists(condition, min_size=1, max_size=n) for n in (2, 3))
outcome = st.fixed_dictionaries({}, optional={"any_of": some, "all_of": every}).filter(bool)


@given(st.lists(outcome, min_size=1, max_size=4))
def test_what_is_named_is_what_no_answer_comes_to(outcomes):
    rules = rules_of(outcomes)
    assert {c.rule for c in indices.contradictions(rules)} == plain_unreachable(rules)


@pytest.mark.parametrize("name", ["associativity-readiness", "externalisation-gate"])
def test_shipped_rules_do_not_contradict_themselves(name):
    assert indices.contradictions(indices.readiness(name)) == ()


def test_kinds_of_contradiction_are_told_apart():
    says = {"says": "s"}
    rules = rules_of(
        [
            {"all_of": [{"code": "x", "at_least": 3, "at_most": 2, **says}]},
            {"all_of": [{"code": "x", "at_least": 3, **says}, {"code": "x", "at_most": 1, **says}]},
            {"any_of": [{"code": "x", "at_least": 2, **says}, {"code": "x", "at_most": 3, **says}]},
            {"any_of": [{"code": "y", "at_least": 1, **says}]},
        ]
    )
    found = {c.rule: (c.kind, c.by) for c in indices.contradictions(rules)}
    assert found == {
        "o0": ("impossible", ()), "o1": ("at_odds", ()), "o3": ("hidden", ("o2",)), "rest": ("hidden", ("o2",)),
    }  # fmt: skip


def test_flags_bands_and_targets_of_rubrics():
    rubric = indices.parse_rubric(
        "rubric: r\nbands: [{code: low, from: 0}, {code: never, from: 101}]\n"
        "dimensions: [{code: d, target: 120, questions: [{code: q, kind: checklist, items: [a]}]}]\n"
        "flags: [{code: f, sentence: s, when: [{code: d, at_least: 60}, {code: d, below: 40}]}]"
    )
    found = [(c.rule, c.kind) for c in indices.contradictions(rubric)]
    assert found == [("never", "outside"), ("d", "outside"), ("f", "at_odds")]
    for name in ("digital-maturity-sme", "excellence-gap"):
        assert indices.contradictions(indices.rubric(name)) == ()


def test_too_many_combinations_are_not_tried_for_ever():
    codes = [f"e{n}" for n in range(9)]
    evidence = [{"code": c, "question": c, "low": 0, "high": 9} for c in codes]
    outcomes = [
        {"code": f"o{n}", "title": "t", "decision": "flag",
         "all_of": [{"code": c, "at_least": n + 0.5, "says": "s"} for c in codes]}
        for n in range(5)
    ] + [{"code": "rest", "title": "t", "decision": "yes"}]  # fmt: skip
    document = {"readiness": "r", "sources": [{"document": "d"}], "evidence": evidence, "outcomes": outcomes}
    with pytest.raises(CannotBeSaid):
        indices.contradictions(indices.parse_readiness(yaml.safe_dump(document)))


def test_priorities_from_a_table_are_those_of_the_assessments():
    rubric = indices.rubric("excellence-gap")
    questions = rubric.questions
    answers = {
        f"f{n}": {q.code: {c: 10.0 * n + k for k, c in enumerate(q.item_codes)} for q in questions[not n :]}
        for n in range(6)
    }
    found = {firm: indices.assess(rubric, given) for firm, given in answers.items()}
    plain = indices.gap_priorities(found).sort("code")
    table = indices.assess_many(rubric, answers)
    quick = indices.gap_priorities_of(rubric, table).sort("code")
    assert quick.drop("priority", "mean_gap").equals(plain.drop("priority", "mean_gap"))
    for name in ("priority", "mean_gap"):
        assert quick[name].to_list() == pytest.approx(plain[name].to_list())
    one = found["f3"]
    gaps = [d.gap for d in one.dimensions]
    assert one.mean_gap == pytest.approx(sum(gaps) / len(gaps))
