"""The ranking with its doubt, against a plain twin; and what is said where nothing can be ranked."""

from __future__ import annotations

import random

import pytest

from nanduti.diagnostics import ranking, weighing
from nanduti.methods.values import RuleSource

RECIPE = weighing.read_recipe(weighing.shipped_recipe("emerging"))
CODES = [p.code for p in RECIPE.parameters]
EQUAL = weighing.committee_weights(RECIPE, [], [])


def drawn(n, seed, steps=(0, 1, 2, 3, 4, None)):
    """Random scores; willingness is never nil, so that nobody is kept out."""
    rng = random.Random(seed)
    return {
        str(k): {c: rng.choice(steps) if c != "willingness" else rng.choice((1, 2, 3, 4)) for c in CODES}
        for k in range(n)
    }


def rank(scores, **more):
    return ranking.rank(RECIPE, scores, kept_out={}, weightings=EQUAL, n=400, **more)


def plain_score(own, weights):
    """Mean of what is known, each score over four."""
    known = {c: v for c, v in own.items() if v is not None}
    return sum(weights[c] * v / 4 for c, v in known.items()) / sum(weights[c] for c in known)


@pytest.mark.parametrize("seed", range(12))
def test_scores_and_ranks_are_those_of_the_plain_mean(seed):
    scores = drawn(7, seed)
    found = rank(scores)
    weights = dict.fromkeys(CODES, 1.0)
    for p in found.ranked:
        assert p.score == pytest.approx(plain_score(scores[p.key], weights))
        assert sum(p.parts.values()) == pytest.approx(p.score)
    plain = {p.key: plain_score(scores[p.key], weights) for p in found.ranked}
    for p in found.ranked:
        assert p.rank == 1 + sum(v > plain[p.key] + 1e-9 for v in plain.values())


def test_rank_shares_are_shares_and_the_best_of_everything_always_leads():
    scores = drawn(5, 1, (0, 1, 2, 3)) | {"best": dict.fromkeys(CODES, 4)}
    found = rank(scores)
    for p in found.ranked:
        assert sum(p.rank_shares.values()) == pytest.approx(1)
    assert found.ranked[0].key == "best" and found.ranked[0].lead_share == 1.0
    assert found.tips == ()
    assert set(found.drivers) == {"weights", "scale", "mean"}


def test_where_nothing_moves_nothing_is_said_to_drive_it():
    found = rank({"a": dict.fromkeys(CODES, 4), "b": dict.fromkeys(CODES, 2), "c": dict.fromkeys(CODES, 1)})
    assert found.drivers == {} and [p.lead_share for p in found.ranked] == [1.0, 0.0, 0.0]


def test_the_same_seed_gives_the_same_ranking():
    scores = drawn(6, 2)
    assert rank(scores) == rank(scores)


def test_a_missing_score_is_left_out_and_never_zero():
    own = dict.fromkeys(CODES, 3)
    found = rank({"a": own, "b": {**own, "imports": None}, "c": {**own, "imports": 0}})
    by_key = {p.key: p for p in found.ranked}
    assert by_key["b"].score == pytest.approx(0.75) and by_key["b"].n_missing == 1
    assert by_key["c"].score < by_key["b"].score


def test_too_little_known_is_not_ranked():
    few = {c: 4 if n < 3 else None for n, c in enumerate(CODES)}
    found = rank({"a": dict.fromkeys(CODES, 1), "b": few})
    aside = next(p for p in found.placed if p.key == "b")
    assert aside.rank is None and "too little" in aside.reason and aside.reason_details["least"] == 50


def test_all_equal_candidates_share_the_lead_and_the_page_is_told_why():
    found = rank({k: dict.fromkeys(CODES, 2) for k in "abc"})
    assert [p.rank for p in found.ranked] == [1, 1, 1]
    assert set(found.idle) == set(CODES) and found.tips == ()


def test_nobody_willing_keeps_a_candidate_out_unless_the_veto_is_lifted():
    own = dict.fromkeys(CODES, 4)
    scores = {"a": {**own, "willingness": 0}, "b": dict.fromkeys(CODES, 1)}
    assert [p.key for p in rank(scores).ranked] == ["b"]
    assert [p.key for p in rank(scores, has_veto=False).ranked] == ["a", "b"]


def test_without_a_weakness_made_good_the_even_one_leads():
    uneven = {c: 4 if n % 2 else 0 for n, c in enumerate(CODES)}
    even = dict.fromkeys(CODES, 1)
    assert rank({"uneven": uneven, "even": even}).ranked[0].key == "uneven"
    assert rank({"uneven": uneven, "even": even}, aggregation="geometric").ranked[0].key == "even"


def test_nothing_scored_says_so_instead_of_ranking():
    found = rank({"a": {}, "b": {}})
    assert found.ranked == () and found.trouble is not None
    assert rank({}).trouble is not None


def test_one_candidate_is_ranked_alone_without_drivers():
    found = rank({"a": dict.fromkeys(CODES, 3)})
    assert len(found.ranked) == 1 and found.drivers == {} and found.runner_up_share is None


def test_raw_values_run_from_the_least_to_the_most_and_are_dropped_when_all_are_equal():
    jobs = {"code": "jobs", "measure": "value", "title": "Jobs"}
    cost = {"code": "cost", "measure": "value", "title": "Cost", "direction": -1}
    document = {"title": "t", "parameters": [jobs, cost]}
    recipe = weighing.read_recipe(document)
    weights = weighing.committee_weights(recipe, [], [])
    scores = {"a": {"jobs": 10, "cost": 5}, "b": {"jobs": 30, "cost": 9}, "c": {"jobs": 20, "cost": 5}}
    found = ranking.rank(recipe, scores, kept_out={}, weightings=weights, n=50)
    assert {p.key: round(p.score, 3) for p in found.ranked} == {"c": 0.75, "a": 0.5, "b": 0.5}
    flat = {k: {**v, "cost": 7} for k, v in scores.items()}
    found = ranking.rank(recipe, flat, kept_out={}, weightings=weights, n=50)
    assert [p.key for p in found.ranked] == ["b", "c", "a"] and set(found.idle) == {"cost"}


def test_several_weightings_are_all_tried():
    heavy = [{**dict.fromkeys(CODES, 0.0), "willingness": 100.0}]
    weights = weighing.committee_weights(RECIPE, heavy, [])
    a = {**dict.fromkeys(CODES, 3), "willingness": 1}
    b = {**dict.fromkeys(CODES, 1), "willingness": 4}
    alone = ranking.rank(RECIPE, {"a": a, "b": b}, kept_out={}, weightings=EQUAL, n=400)
    both = ranking.rank(RECIPE, {"a": a, "b": b}, kept_out={}, weightings=weights, n=400)
    assert alone.ranked[0].key == both.ranked[0].key == "a"
    assert both.ranked[0].lead_share < alone.ranked[0].lead_share
    chosen = ranking.rank(RECIPE, {"a": a, "b": b}, kept_out={}, weightings=weights, chosen="budget", n=400)
    assert chosen.ranked[0].key == "b"


def test_the_gate_speaks_before_anything_is_ranked():
    source = RuleSource("x")
    assert weighing.gate_verdict(RECIPE, {}, source) is None
    handloom = weighing.gate_verdict(
        RECIPE, {"buyers_abroad": 3, "technology_abroad": 3, "tradable": 0}, source
    )
    assert handloom.decision == "no"
    leather = weighing.gate_verdict(
        RECIPE, {"buyers_abroad": 3, "technology_abroad": 1, "tradable": 3}, source
    )
    assert leather.decision == "yes"


def test_the_advanced_cluster_is_chosen_as_the_arithmetic_of_twinning_does():
    """The Marche lead; a cluster that answers no issue is kept out; shares agree with ``choose_advanced``."""
    from nanduti.methods import twinning

    recipe = weighing.read_recipe(weighing.shipped_recipe("advanced"))
    scores = {
        "marche": {"coverage": 4, "size_match": 4, "joint_action": 4, "international_experience": 3,
                   "existing_links": 3, "willingness": 3},
        "brenta": {"coverage": 2, "size_match": 3, "joint_action": 3, "international_experience": None,
                   "existing_links": 1, "willingness": 2},
        "turin": {"coverage": 0, "willingness": 1},
    }  # fmt: skip
    out = {k: "no" for k, own in scores.items()
           if weighing.gate_verdict(recipe, own, RuleSource("x")).decision == "no"}  # fmt: skip
    assert set(out) == {"turin"}
    found = ranking.rank(
        recipe, scores, kept_out=out, weightings=weighing.committee_weights(recipe, [], []), n=50
    )
    assert [p.key for p in found.ranked] == ["marche", "brenta"]
    issues = {f"i{n}" for n in range(4)}
    asked = [
        twinning.Advanced(
            k, frozenset(f"i{n}" for n in range(own["coverage"])), own["willingness"] / 4,
            {c: None if own.get(c) is None else own[c] / 4
             for c in ("size_match", "joint_action", "international_experience", "existing_links")},
        )
        for k, own in scores.items()
    ]  # fmt: skip
    twin = {c.code: c.score for c in twinning.choose_advanced(issues, asked)}
    assert {p.key: pytest.approx(p.score) for p in found.ranked} == {k: twin[k] for k in ("marche", "brenta")}
    assert twin["turin"] is None
