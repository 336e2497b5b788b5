"""Homogeneity, pockets, shortlists, vetting, mentors, demand: plain twins and published cases."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import grouping as g
from nanduti.methods.values import BadInput, CannotBeSaid


def plain_average_linkage(distance, limit):
    """Average linkage straight from its definition."""
    groups = [[k] for k in range(len(distance))]
    while len(groups) > 1:
        pairs = [(np.mean([distance[a][b] for a in x for b in y]), i, j)
                 for (i, x), (j, y) in combinations(enumerate(groups), 2)]  # fmt: skip
        least, i, j = min(pairs)
        if least > limit + 1e-9:
            break
        groups = [grp for k, grp in enumerate(groups) if k not in (i, j)] + [groups[i] + groups[j]]
    return sorted(map(len, groups), reverse=True)


@pytest.mark.parametrize("seed", range(30))
def test_groups_by_plain_average_linkage(seed):
    rng = np.random.default_rng([seed, 159])
    n, codes = 8, np.arange(17).astype(str)
    cells = [codes[rng.random(17) < rng.uniform(0.3, 0.9)].tolist() or ["0"] for _ in range(2 * n)]
    firms = pl.DataFrame({"firm": [f"f{k}" for k in range(n)], "product": cells[:n], "market": cells[n:]})
    weights = {"product": 1.0, "market": 0.618034}
    _, s = g.similarity(firms, weights)

    def jaccard(a, b):
        return len(set(a) & set(b)) / len(set(a) | set(b))

    plain = np.array([
        [(jaccard(cells[i], cells[j]) + 0.618034 * jaccard(cells[n + i], cells[n + j])) / 1.618034 for j in range(n)]
        for i in range(n)
    ])  # fmt: skip
    assert np.allclose(s, plain)
    for threshold in (0.35, 0.5):
        found = g.homogeneity(firms, weights, least=1, threshold=threshold)
        sizes = sorted(found.groups["group"].value_counts()["count"].to_list(), reverse=True)
        assert sizes == plain_average_linkage(1 - plain, 1 - threshold)


def test_three_verdicts():
    jeans = pl.DataFrame(
        {"firm": [f"f{k:02d}" for k in range(20)], "product": ["jeans"] * 17 + ["frocks"] * 3}
    )
    assert g.homogeneity(jeans, ["product"]).decision == "one_cooperative"
    mixed = jeans.with_columns(product=pl.Series(["jeans"] * 10 + ["frocks"] * 10))
    several = g.homogeneity(mixed, ["product"])
    assert several.decision == "several_circles"
    assert several.main_share == 0.5
    scattered = jeans.with_columns(product=pl.Series([f"p{k}" for k in range(20)]))
    none = g.homogeneity(scattered, ["product"])
    assert none.decision == "none"
    assert none.groups["group"].is_null().all()
    assert none.cophenetic is None
    unknown = jeans.with_columns(product=pl.lit(None, pl.String))
    assert "nothing is known" in g.homogeneity(unknown, ["product"]).reasons[1].say()
    with pytest.raises(CannotBeSaid):
        g.homogeneity(jeans[:1], ["product"])


def plain_best(rows, places, quotas):
    """The best total of scores over every set of at most ``places`` candidates that meets the quotas."""
    for size in range(min(places, len(rows)), -1, -1):
        totals = []
        for chosen in combinations(rows, size):
            if all(low <= sum(r[1] == value for r in chosen) <= high for value, low, high in quotas):
                totals.append(sum(r[2] for r in chosen))
        if totals:
            return size, max(totals)
    return None


@given(
    st.lists(st.tuples(st.sampled_from(["goat", "cow", "sheep"]), st.integers(0, 10)), min_size=1, max_size=9),
    st.integers(1, 6), st.integers(0, 2), st.integers(1, 4),
)  # fmt: skip
@settings(max_examples=60)
def test_a_shortlist_is_the_best_of_all(rows, places, least, most):
    rows = [(f"f{k}", m, s / 10) for k, (m, s) in enumerate(rows)]
    firms = pl.DataFrame(rows, schema=["firm", "material", "will"], orient="row")
    recipe = {
        "places": places,
        "score": [{"column": "will"}],
        "quotas": [{"column": "material", "least_each": least, "most_each": max(least, most)}],
    }
    found = g.shortlist(firms, recipe)
    best = plain_best(rows, places, [(m, least, max(least, most)) for m in {r[1] for r in rows}])
    if best is None:
        assert found.status == "none"
        assert found.clash.rules
    else:
        total = sum(c.score for c in found.candidates if c.is_chosen)
        assert (len(found.chosen), total) == (best[0], pytest.approx(best[1]))
    for c in found.candidates:
        assert c.is_chosen or c.reasons
    assert g.shortlist(firms[::-1], recipe).chosen == found.chosen


def test_shipped_shortlists_have_sources():
    movers = pl.DataFrame({
        "firm": ["seals", "pumps", "bolts"], "size": ["medium", "medium", "small"], "has_vision": [True, True, True],
        "has_targets": [True, True, None], "has_finance": [True] * 3, "specialisation": [0.9, 0.9, None],
        "willingness": [0.5, 0.8, None],
    })  # fmt: skip
    found = g.shortlist(movers, "prime_movers")
    assert found.chosen == ("pumps", "seals")
    assert "Cluster Twinning" in str(found.source)
    reasons = [r.code for r in found.candidates[2].reasons]
    assert reasons == ["targets_unknown", "size"]
    assert found.n_empty == 8


def test_twenty_assessed_fourteen_go():
    firms = pl.DataFrame({"firm": [f"f{k:02d}" for k in range(20)], "panel_score": list(range(60, 80))})
    found = g.shortlist(firms, "study_tour")
    assert set(found.chosen) == {f"f{k:02d}" for k in range(6, 20)}
    left = [c for c in found.candidates if not c.is_chosen]
    assert "the last had 0.660" in left[0].reasons[0].say()
    tied = g.shortlist(firms.with_columns(panel_score=70), "study_tour")
    assert {c.reasons[0].code for c in tied.candidates if not c.is_chosen} == {"tie"}


def test_fifteen_workshops_in_three_clusters():
    rng = np.random.default_rng(111)
    firms = pl.DataFrame({
        "firm": [f"w{k:03d}" for k in range(90)], "cluster": (["a"] * 60 + ["b"] * 20 + ["c"] * 10),
        "meets_demand": (rng.random(90) < 0.8).tolist(), "is_willing": [True] * 90, "is_able": [True] * 90,
        "closable_gap": rng.random(90),
    })  # fmt: skip
    found = g.shortlist(firms, "workshops")
    by_cluster = firms.filter(pl.col("firm").is_in(list(found.chosen)))["cluster"].value_counts()
    assert set(by_cluster["count"]) == {5}
    full = [c for c in found.candidates if not c.is_chosen and c.reasons[0].code == "quota"]
    assert full
    assert full[0].reasons[0].details["quota"] == "clusters"


@pytest.mark.parametrize(
    ("recipe", "says"),
    [
        ({"places": 0}, "places is 0"),
        ({"places": 2, "gates": [{"column": "x"}]}, "no condition"),
        ({"places": 2, "gate": []}, "Did you mean 'gates'"),
        ({"places": 2, "quotas": [{"column": "x"}]}, "has no limit"),
        ({"places": 2, "score": [{"column": "firm"}]}, "no number"),
        ({"places": 2, "gates": [{"column": "y", "is": 1}]}, "column 'y'"),
        ("tour", "is not shipped"),
    ],
)
def test_slips_in_a_shortlist(recipe, says):
    with pytest.raises(BadInput) as told:
        g.shortlist(pl.DataFrame({"firm": ["a"], "x": [1]}), recipe)
    assert says in str(told.value)


def test_vetting():
    v = g.vet_candidates(
        list("abcd"),
        [("a", "b", "design"), ("a", "c", "client"), ("a", "x", "old")],
        {"d": 2},
        most_conflicts=1,
    )
    assert {k: x.decision for k, x in v.verdicts.items()} == {"a": "no", "b": "flag", "c": "flag", "d": "no"}
    assert v.apart == ()
    assert v.admitted == ("b", "c")
    assert "Front-loading" in str(v.verdicts["a"].source)


def test_mentors_by_trying_every_assignment():
    rng = np.random.default_rng(162)
    for _ in range(10):
        a, b = (
            pl.DataFrame({
                "firm": [f"{letter}{k}" for k in range(3)], "skill": rng.integers(low, low + 3, 3).tolist(),
                "product": rng.choice(["j", "f"], 3).tolist(), "market": rng.choice(["u", "m"], 3).tolist(),
            })
            for letter, low in (("m", 3), ("k", 2))
        )  # fmt: skip
        pairs, left = g.pair_mentors(a, b, {"product": 2, "market": 1})
        ra, rb = a.to_dicts(), b.to_dicts()

        def worth(order, ra=ra, rb=rb):
            n, total = 0, 0.0
            for x, y in zip(ra, order, strict=True):
                y = rb[y]
                if x["skill"] > y["skill"]:
                    n += 1
                    total += (2 * (x["product"] == y["product"]) + (x["market"] == y["market"])) / 3
            return n, round(total, 6)

        best = max(worth(p) for p in permutations(range(3)))
        assert (len(pairs), round(sum(p.score for p in pairs), 5)) == (best[0], round(best[1], 5))
        assert len(pairs) + left.height == 3


def test_kinds_and_formality():
    assert g.circle_kind([]) == (None, {}, ())
    assert g.circle_kind(["tariff_case"])[0] == "policy_voice"
    assert g.circle_kind(["tariff_case", "sub_brands"])[0] is None
    with pytest.raises(BadInput):
        g.formality_growth([(1999, "club")])


def test_demand_first_covers_what_it_can():
    firms = pl.DataFrame({
        "firm": list("abcd"), "product": [["jig", "vat"], ["jig"], ["vat"], None], "capacity": [100, 50, None, 10],
    })  # fmt: skip
    d = g.demand_first({"jig": 120, "vat": 60, "hanger": 5}, firms)
    made = {}
    for _, product, quantity in d.chosen:
        made[product] = made.get(product, 0) + quantity
    assert made.get("jig", 0) + d.uncovered.get("jig", 0) == 120
    assert made.get("vat", 0) + d.uncovered.get("vat", 0) == 60
    assert d.uncovered["hanger"] == 5
    assert dict(d.left.iter_rows()) == {
        "c": "it has no free capacity, or it is not known",
        "d": "its product is not known",
    }


def test_great_circle():
    """Paris to Berlin, about 878 km by the haversine on the mean radius."""
    paris = pl.DataFrame({"lat": [48.8566], "lon": [2.3522]})
    berlin = pl.DataFrame({"lat": [52.52], "lon": [13.405]})
    assert g.distances_km(paris, berlin).item() == pytest.approx(877.46, abs=0.1)
    with pytest.raises(BadInput, match="outside the globe"):
        g.distances_km(pl.DataFrame({"lat": [120.0], "lon": [0.0]}), berlin)
