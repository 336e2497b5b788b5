"""Blocking, scoring, clusters, learning, merging: plain twins, traps of the trade, made registers."""

from __future__ import annotations

from datetime import date
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import entity_resolution as er
from nanduti.methods.values import BadInput, CannotBeSaid


@pytest.fixture(scope="module")
def register():
    records, firm = er.made_register(1500, seed=3)
    tidy = er.tidy_records(records)
    return records, firm, tidy, er.candidate_pairs(tidy)


def quality(register, frame):
    records, firm, _, _ = register
    row = {r: i for i, r in enumerate(records["record"])}
    pairs = frame.select(pl.col("one", "other").replace_strict(row, return_dtype=pl.Int64))
    return er.pair_quality(pairs, er.true_pairs(firm))


def test_made_registers_are_repeatable_and_seeds_differ():
    one, firm = er.made_register(200, seed=5)
    again, firm_again = er.made_register(200, seed=5)
    assert one.equals(again)
    assert firm.equals(firm_again)
    assert not one.equals(er.made_register(200, seed=6)[0])
    with pytest.raises(BadInput):
        er.made_register(0)


def test_blocking_loses_few_true_pairs_and_saves_nearly_all_work(register):
    _, firm, _, candidates = register
    found = er.pair_quality(candidates.pairs, er.true_pairs(firm))
    assert found["recall"] > 0.98
    assert candidates.reduction > 0.98


def test_likely_pairs_are_mostly_true_and_possible_ones_find_most(register):
    _, _, tidy, candidates = register
    scored = er.score_pairs(tidy, candidates)
    likely = quality(register, scored.frame.filter(pl.col("answer") == "likely"))
    asked = quality(register, scored.frame.filter(pl.col("answer") != "unlikely"))
    assert likely["precision"] > 0.96
    assert asked["recall"] > 0.90
    kept = er.score_pairs(tidy, candidates, keep_from=35)
    assert kept.frame.equals(scored.frame.filter(pl.col("score") >= 35))


def plain_keys(row):
    """What a record may meet others under, from the docstring."""
    place, sounds = row["place"] or "", row["sounds"] or []
    long = [s for s in sounds if len(s) >= 3]
    found = {("name", " ".join(sounds))} if sounds else set()
    found |= {("rare_word", s) for s in long}
    found |= {("two_words", f"{a} {b}") for a, b in combinations(sorted(long), 2)}
    found |= {("word_start_place", f"{s[:4]}… {place}") for s in long} | {
        ("word_start_place", f"…{s[-4:]} {place}") for s in long
    }
    found |= {("phone", p) for p in row["phones"] or ()}
    found |= {(k, row[k]) for k in ("tax_id", "person") if row[k]}
    if row["address"] and any(c.isdigit() for c in row["address"]):
        found.add(("address_place", f"{row['address']} {place}"))
    return found


@pytest.mark.parametrize("most", [3, 15])
def test_blocking_twin(most):
    records, _ = er.made_register(120, seed=8)
    tidy = er.tidy_records(records)
    keys = [plain_keys(r) for r in tidy.frame.iter_rows(named=True)]
    crowd = {}
    for found in keys:
        for key in found:
            crowd[key] = crowd.get(key, 0) + 1
    expected = {
        (i, j): sorted({k for k, v in keys[i] & keys[j] if crowd[k, v] <= most}, key=er.KEYS.index)
        for i, j in combinations(range(len(keys)), 2)
    }
    found = er.candidate_pairs(tidy, most=most)
    assert {(a, b): k for a, b, k in found.pairs.rows()} == {p: k for p, k in expected.items() if k}
    assert set(found.left_out.select("key", "value").rows()) == {k for k, n in crowd.items() if n > most}
    assert found.n_all == len(keys) * (len(keys) - 1) // 2


def test_points_add_up_and_missing_counts_nothing(register):
    _, _, tidy, candidates = register
    scored = er.score_pairs(tidy, candidates)
    fields = list(scored.recipe.points)
    assert (
        scored.frame.select(pl.sum_horizontal(f"points_{f}" for f in fields)).to_series()
        - scored.frame["score"]
    ).abs().max() < 1e-9
    for f in fields:
        missing = scored.frame.filter(pl.col(f"level_{f}").is_null())
        assert (missing[f"points_{f}"] == 0).all()
        for level, worth in scored.recipe.points[f].items():
            assert (scored.frame.filter(pl.col(f"level_{f}") == level)[f"points_{f}"] == worth).all()


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(seed, random):
    records, _ = er.made_register(60, seed=seed)
    shuffled = records[random.sample(range(records.height), records.height)]

    def told(found):
        return {frozenset((r["one"], r["other"])): r["score"] for r in found.frame.iter_rows(named=True)}

    one, other = er.find_duplicates(records), er.find_duplicates(shuffled)
    assert told(one) == told(other)
    groups = [er.cluster_records(x).frame.sort("record") for x in (one, other)]
    assert groups[0].equals(groups[1])


def two(one, other, **recipe):
    rows = [{"record": "1", **one}, {"record": "2", **other}]
    columns = sorted({k for r in rows for k in r})
    records = pl.DataFrame({c: [r.get(c) for r in rows] for c in columns}, strict=False)
    found = er.find_duplicates(records, **recipe)
    return found.frame.row(0, named=True) if found.frame.height else None


FIRM = {"name": "Calzados Ruiz S.A.", "person": "Ana Ruiz", "phone": "0981123456", "place": "Itá"}


def test_the_same_firm_written_down_twice():
    again = {"name": "CALZ. RUIS", "person": "Ruiz, Ana", "phone": "+595 981 123-456", "place": "ITA"}
    assert two(FIRM, again)["answer"] == "likely"


def test_two_workshops_of_one_family_at_one_telephone_are_asked_about_not_joined():
    other = {"name": "Herrería Ruiz", "person": "Luis Ruiz", "phone": "0981123456", "place": "Itá"}
    assert two(FIRM, other)["answer"] != "likely"
    unknown = {**other, "person": None}
    assert two({**FIRM, "person": None}, unknown)["answer"] == "possible"


def test_the_same_name_in_two_towns():
    assert (
        two({"name": "Calzados Ruiz", "place": "Itá"}, {"name": "Calzados Ruiz", "place": "Pilar"})["answer"]
        == "unlikely"
    )
    assert (
        two({"name": "Calzados Ruiz", "place": "Itá"}, {"name": "Calzados Ruiz", "place": "Ita"})["answer"]
        == "possible"
    )


def test_namesakes_with_different_tax_numbers():
    one, other = {**FIRM, "phone": None, "tax_id": "800123-4"}, {**FIRM, "phone": None, "tax_id": "455001-9"}
    assert two(one, other)["answer"] == "unlikely"
    assert two(one, {**other, "tax_id": "0800123-4"})["answer"] == "likely"
    assert two(one, {**other, "tax_id": "800123"})["level_tax_id"] == "near"


def test_a_telephone_that_many_share_counts_little():
    names = ["Calzados Ruiz", "Herrería Luz", "Panadería Sol", "Taller Mar", "Tejidos Paz"]
    records = pl.DataFrame({"record": [str(i) for i in range(5)], "name": names, "phone": ["021555444"] * 5})
    found = er.find_duplicates(records)
    assert set(found.frame["level_phone"]) == {"shared"}
    assert set(found.frame["answer"]) == {"unlikely"}
    assert "many share it" in found.say("0", "1")


def test_empty_values_never_agree():
    found = two(
        {"name": "Calzados Ruiz", "person": "", "phone": " "},
        {"name": "Calzados Ruiz", "person": None, "phone": None},
    )
    assert found["level_person"] is None
    assert found["level_phone"] is None
    assert found["score"] == found["points_name"] + found["points_trade"]
    nothing = er.find_duplicates(
        pl.DataFrame({"record": ["1", "2"], "name": ["", None], "place": ["Itá", "Itá"]})
    )
    assert nothing.frame.is_empty()
    assert nothing.say("1", "2") == "1 and 2: The two share no telephone, name, word, person or address."


def test_distance_where_coordinates_are_known():
    here = {"name": "Calzados Ruiz", "lat": -25.5, "lon": -57.36}
    assert two(here, {**here, "lat": -25.5001})["level_distance"] == "here"
    assert two(here, {**here, "lat": -25.52})["level_distance"] == "near"
    assert two(here, {**here, "lat": -26.9})["level_distance"] == "far"
    assert two(here, {"name": "Calzados Ruiz", "lat": None, "lon": None})["level_distance"] is None


def test_one_record_and_no_records():
    one = er.find_duplicates(pl.DataFrame({"record": ["1"], "name": ["A"]}))
    assert one.frame.is_empty()
    assert one.candidates.reduction is None
    none = er.find_duplicates(
        pl.DataFrame({"record": [], "name": []}, schema={"record": pl.String, "name": pl.String})
    )
    assert er.cluster_records(none).frame.is_empty()


def scored_from(edges, records):
    """Scored pairs with given scores, for tests of clusters alone."""
    tidy = er.tidy_records(pl.DataFrame({"record": records, "name": ["x"] * len(records)}))
    frame = pl.DataFrame(
        edges, schema={"one": pl.String, "other": pl.String, "score": pl.Float64}, orient="row"
    )
    empty = er.Candidates(pl.DataFrame(), 0, pl.DataFrame())
    return er.ScoredPairs(frame, er.linkage_recipe(), empty, tidy)


def components(records, edges):
    group = {r: {r} for r in records}
    for a, b in edges:
        joined = group[a] | group[b]
        for r in joined:
            group[r] = joined
    return {frozenset(g) for g in group.values()}


@st.composite
def graphs(draw):
    records = [f"r{i}" for i in range(draw(st.integers(2, 7)))]
    pairs = list(combinations(records, 2))
    edges = [(a, b, float(draw(st.integers(0, 100)))) for a, b in pairs if draw(st.booleans())]
    kinds = [(p, draw(st.sampled_from([None, None, "confirmed", "refuted"]))) for p in pairs]
    return records, edges, [(a, b, k) for (a, b), k in kinds if k]


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_clusters_keep_to_decisions_and_are_components_without(graph):
    records, edges, decided = graph
    scored = scored_from(edges, records)
    plain = er.cluster_records(scored).frame
    own = {frozenset(g["record"]) for _, g in plain.group_by("cluster")}
    assert own == components(records, [(a, b) for a, b, s in edges if s >= 60])
    decisions = pl.DataFrame(
        decided, schema={"one": pl.String, "other": pl.String, "decision": pl.String}, orient="row"
    )
    confirmed = [(a, b) for a, b, k in decided if k == "confirmed"]
    refuted = [(a, b) for a, b, k in decided if k == "refuted"]
    sure = components(records, confirmed)
    if any({a, b} <= g for a, b in refuted for g in sure):
        with pytest.raises(BadInput, match="confirmed pairs say"):
            er.cluster_records(scored, decisions)
        return
    clusters = er.cluster_records(scored, decisions)
    of = dict(clusters.frame.select("record", "cluster").rows())
    assert all(of[a] == of[b] for a, b in confirmed)
    assert all(of[a] != of[b] for a, b in refuted)
    whole = components(records, [*confirmed, *((a, b) for a, b, s in edges if s >= 60)])
    for cluster in set(of.values()):
        assert any(set(clusters.members(cluster)) <= g for g in whole)  # nothing is joined without a reason
    for one, other, _, x, y in clusters.kept_apart.rows():
        assert of[one] != of[other]
        assert (min(x, y), max(x, y)) in {(min(a, b), max(a, b)) for a, b in refuted}
    for a, b, s in edges:
        said = (a, b) in clusters.kept_apart.select("one", "other").rows()
        assert s < 60 or of[a] == of[b] or said or (a, b) in refuted


def test_chains_are_shown():
    scored = scored_from([("a", "b", 80.0), ("b", "c", 70.0), ("a", "c", -20.0)], ["a", "b", "c"])
    clusters = er.cluster_records(scored)
    assert clusters.to_look_at.rows() == [("a", "a", "c", -20.0)]
    assert clusters.members("a") == ["a", "b", "c"]


def test_odd_decisions():
    scored = scored_from([("a", "b", 80.0)], ["a", "b"])
    for rows in (
        [("a", "b", "maybe")],
        [("a", "a", "refuted")],
        [("a", "z", "refuted")],
        [("a", "b", "refuted"), ("b", "a", "confirmed")],
    ):
        with pytest.raises(BadInput):
            er.cluster_records(scored, pl.DataFrame(rows, schema=["one", "other", "decision"], orient="row"))


def test_decisions_teach(register):
    _, firm, tidy, candidates = register
    scored = er.score_pairs(tidy, candidates)
    whose = dict(zip(tidy.frame["record"], firm, strict=True))
    # Somebody decides on the pairs nearest to the threshold.
    asked = scored.frame.filter(pl.col("score").is_between(20, 75)).head(300)
    decisions = asked.select("one", "other").with_columns(
        pl.Series(
            "decision",
            [
                "confirmed" if whose[a] == whose[b] else "refuted"
                for a, b in asked.select("one", "other").rows()
            ],
        )
    )
    taught = er.learn_points(scored, decisions)
    assert taught.n_confirmed + taught.n_refuted == decisions.height
    again = er.score_pairs(tidy, candidates, recipe=taught.recipe)
    rest = {(a, b) for a, b in decisions.select("one", "other").rows()}

    def separation(found):
        rows = [
            (r["score"], whose[r["one"]] == whose[r["other"]])
            for r in found.frame.iter_rows(named=True)
            if (r["one"], r["other"]) not in rest
        ]
        yes, no = np.array([s for s, t in rows if t]), np.array([s for s, t in rows if not t])
        return np.mean([(y > no).mean() + 0.5 * (y == no).mean() for y in yes])

    assert separation(again) > separation(scored) - 0.01
    with pytest.raises(CannotBeSaid, match="0 refuted"):
        er.learn_points(scored, decisions.filter(pl.col("decision") == "confirmed"))


def test_more_decisions_move_points_farther_and_great_caution_keeps_them(register):
    _, _, tidy, candidates = register
    scored = er.score_pairs(tidy, candidates)
    top = scored.frame.head(40).select("one", "other").with_columns(decision=pl.lit("refuted"))
    low = scored.frame.tail(40).select("one", "other").with_columns(decision=pl.lit("confirmed"))
    few = er.learn_points(scored, pl.concat([top.head(4), low.head(4)])).recipe.worth("name", "same")
    many = er.learn_points(scored, pl.concat([top, low])).recipe.worth("name", "same")
    assert many <= few <= scored.recipe.worth("name", "same")
    careful = er.learn_points(scored, pl.concat([top, low]), caution=1e12)
    assert (careful.changes["after"] - careful.changes["before"]).abs().max() == 0


def test_expectation_maximisation_finds_the_shares_it_was_made_with():
    stream = np.random.default_rng(4)
    n, share = 60_000, 0.08
    true = stream.random(n) < share
    m = {"a": (0.9, 0.07, 0.03), "b": (0.8, 0.15, 0.05), "c": (0.95, 0.03, 0.02)}
    u = {"a": (0.05, 0.15, 0.8), "b": (0.1, 0.2, 0.7), "c": (0.02, 0.08, 0.9)}
    levels = {}
    for f in m:
        drawn = np.where(true, stream.choice(3, n, p=m[f]), stream.choice(3, n, p=u[f]))
        levels[f] = np.where(stream.random(n) < 0.1, -1, drawn)
    found = er.fellegi_sunter(levels)
    assert found.has_converged
    assert found.prior == pytest.approx(share, abs=0.006)
    for f in m:
        assert found.m[f] == pytest.approx(m[f], abs=0.02)
        assert found.u[f] == pytest.approx(u[f], abs=0.01)
        assert found.weights[f][0] == pytest.approx(np.log2(m[f][0] / u[f][0]), abs=0.25)
    assert all(b >= a - 1e-6 for a, b in zip(found.log_likelihood, found.log_likelihood[1:], strict=False))
    fixed = er.fellegi_sunter(levels, fixed_u=u)
    assert fixed.u["a"] == u["a"]


def test_one_step_of_em_by_hand():
    """One field would not identify the mixture; two binary fields, one step, every pair reckoned by hand."""
    a, b = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 0, 1, 1])
    found = er.fellegi_sunter({"a": a, "b": b}, steps=1, prior=0.1)
    g = []
    for x, y in zip(a, b, strict=True):
        yes = 0.1 * (0.9 if x == 0 else 0.1) * (0.9 if y == 0 else 0.1)
        no = 0.9 * (0.1 if x == 0 else 0.9) * (0.1 if y == 0 else 0.9)
        g.append(yes / (yes + no))
    g = np.array(g)
    assert found.prior == pytest.approx(g.mean())
    assert found.m["a"][0] == pytest.approx(g[a == 0].sum() / g.sum(), abs=1e-5)
    assert found.u["b"][0] == pytest.approx((1 - g)[b == 0].sum() / (1 - g).sum(), abs=1e-5)
    assert not found.has_converged


def test_weights_of_the_data_sort_pairs_well(register):
    _, _, tidy, candidates = register
    levels = er.compare_pairs(tidy, candidates)
    found = er.fellegi_sunter({f: levels[f] for f in ("name", "person", "phone", "place")}, prior=0.02)
    assert found.weights["phone"][0] > 0 > found.weights["phone"][2]
    scored = er.score_pairs(tidy, candidates, recipe=found.recipe(likely=0.9))
    likely = quality(register, scored.frame.filter(pl.col("answer") == "likely"))
    assert likely["precision"] > 0.8
    assert likely["recall"] > 0.6


def test_printed_weights():
    """Agreement on the month of birth, m = 0.95 and u = 1/12: 3.51 and −4.20 bits (the usual textbook example)."""
    assert round(er.agreement_weight(0.95, 1 / 12), 2) == 3.51
    assert round(er.agreement_weight(0.05, 11 / 12), 2) == -4.20
    assert er.match_probability(0, 0.25) == pytest.approx(0.25)
    for wrong in ((0, 0.5), (0.5, 0), (1.2, 0.5)):
        with pytest.raises(BadInput):
            er.agreement_weight(*wrong)
    with pytest.raises(BadInput):
        er.match_probability(1, 0)
    with pytest.raises(BadInput):
        er.fellegi_sunter({"a": []})


def test_merges_follow_their_order_of_reasons():
    records = pl.DataFrame(
        {
            "record": ["1", "2", "3"],
            "name": ["Calz. Ruiz", "Calzados Ruíz", "Zapatos Luz"],
            "phone": ["0981123456", "0982123456", None],
            "place": ["Ita", None, None],
            "person": [None, None, None],
            "jobs": [5, 8, 8],
            "seen_on": [date(2025, 1, 1), date(2026, 1, 1), date(2024, 1, 1)],
        }
    )
    merge = er.suggest_merge(records, ["3", "1", "2"])
    codes = {f: c.reason.code for f, c in merge.fields.items()}
    assert codes == {
        "name": "agreed",
        "phone": "newest",
        "place": "only",
        "person": "nothing",
        "jobs": "agreed",
    }
    assert merge.values() == {
        "name": "Calzados Ruíz",
        "phone": "0982123456",
        "place": "Ita",
        "person": None,
        "jobs": 8,
    }
    assert merge.fields["phone"].others == (("1", "0981123456"),)
    assert merge.fields["phone"].should_ask
    assert not merge.fields["place"].should_ask
    checked = er.suggest_merge(records, ["1", "2"], verified={"phone": "1"})
    assert checked.fields["phone"].value == "0981123456"
    assert not checked.fields["phone"].should_ask
    undated = er.suggest_merge(records.drop("seen_on"), ["1", "3"])
    assert undated.fields["name"].reason.code == "fullest"
    tied = er.suggest_merge(pl.DataFrame({"record": ["a", "b"], "name": ["Luz", "Sol"]}), ["a", "b"])
    assert tied.fields["name"].reason.code == "first"
    said = {v for c in merge.fields.values() for v in [c.value, *(x for _, x in c.others)]}
    assert {"Calz. Ruiz", "Zapatos Luz", 5} <= said  # nothing that was said is lost
    for members, place in ((["1"], "fewer than two"), (["1", "9"], "'9'")):
        with pytest.raises(BadInput, match=place):
            er.suggest_merge(records, members)


def test_recipes_are_checked():
    recipe = er.linkage_recipe()
    for wrong in ({"colour": {"same": 1}}, {"name": {"alike": 1}}, {"name": {"same": float("nan")}}):
        with pytest.raises(BadInput):
            er.LinkageRecipe("x", wrong, 60, 30)
    with pytest.raises(BadInput, match="wrong way round"):
        er.LinkageRecipe("x", {}, 10, 30)
    only = er.find_duplicates(
        pl.DataFrame({"record": ["1", "2"], "name": ["A Ruiz", "A Ruiz"]}),
        recipe=er.LinkageRecipe("n", {"name": {"same": 9}}, 9, 5),
    )
    assert only.frame["answer"].to_list() == ["likely"]
    assert recipe.source.document
