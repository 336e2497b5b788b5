"""Figures printed for Padgett's families, Krackhardt's managers and others."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from nanduti.methods import networks as nw

from .conftest import actors, ties


def printed(value, digits=3):
    return pytest.approx(value, abs=0.5 * 10**-digits + 1e-9)


def test_padgett_marriage_and_business(padgett, both_ways):
    found = nw.qap_correlation(padgett["marriage"], padgett["business"], permutations=2000)
    table = {row["measure"]: row for row in found.measures.iter_rows(named=True)}
    assert found.n == 120
    for measure, value in {
        "pearson": 0.372, "euclidean": 4.359, "hamming": 0.158, "matching": 0.842, "jaccard": 0.296,
        "goodman_kruskal_gamma": 0.797, "hubert_gamma": 8.0,
    }.items():  # fmt: skip
        assert table[measure]["observed"] == printed(value)
    # UCINET's 100 shuffles gave a mean of 0.005 and a deviation of 0.100.
    assert abs(table["pearson"]["mean"]) < 0.02 and table["pearson"]["sd"] == pytest.approx(0.097, abs=0.01)
    assert found.p < 0.005


def test_padgett_degrees_of_marriage(padgett):
    """The Medici have six marriage ties and the highest betweenness, 47.5 of 105 pairs (Wasserman and Faust 1994)."""
    marriage = padgett["marriage"]
    row = marriage.index("Medici")
    assert nw.degree(marriage)["contacts"][row] == 6
    assert nw.betweenness(marriage)[row] == 47.5
    assert int(np.argmax(nw.eigenvector(marriage))) == row
    assert nw.components(marriage).sizes == (15, 1)


def test_padgett_centralisation(padgett):
    """Wasserman and Faust 1994, chapter 5: degree 0.267; without the Pucci closeness 0.322, betweenness 0.437."""
    marriage = padgett["marriage"]
    tied = marriage.part([family for family in marriage.actors if family != "Pucci"])
    medici = tied.index("Medici")
    assert nw.centralisation(marriage, "degree") == printed(0.267)
    assert nw.centralisation(tied, "closeness") == printed(0.322)
    assert nw.centralisation(tied, "betweenness") == printed(0.437)
    assert nw.closeness(tied)[medici] == printed(0.560)
    assert nw.betweenness(tied, normalised=True)[medici] == printed(0.522)
    assert nw.degree(marriage)["contact_share"][marriage.index("Medici")] == printed(0.400)


def test_padgett_triads(padgett, both_ways):
    """As R packages print them: 324 empty triads, 195 with one tie, 38 with two, 3 closed; transitivity 0.1914894."""
    census = dict(nw.triad_census(padgett["marriage"]).iter_rows())
    assert {kind: n for kind, n in census.items() if n} == {"003": 324, "102": 195, "201": 38, "300": 3}
    assert nw.transitivity(padgett["marriage"]).transitivity == printed(0.1914894, 7)


def test_krackhardt_regression(krackhardt, both_ways):
    found = nw.mrqap(
        krackhardt["advice"],
        {"friendship": krackhardt["friendship"], "reports_to": krackhardt["reports_to"]},
        permutations=500,
    )
    friendship, reports, intercept = found.coefficients.iter_rows(named=True)
    assert [row["coefficient"] for row in (friendship, reports, intercept)] == [
        printed(0.136), printed(0.472), printed(0.397)
    ]  # fmt: skip
    assert [row["t"] for row in (friendship, reports, intercept)] == [
        printed(2.429), printed(7.685), printed(14.491)
    ]  # fmt: skip
    assert [row["se"] for row in (friendship, reports, intercept)] == [
        printed(0.056), printed(0.061), printed(0.027)
    ]  # fmt: skip
    assert friendship["standardised"] == printed(0.117) and reports["standardised"] == printed(0.202)
    assert friendship["vif"] == printed(1.036)
    assert found.r2 == printed(0.063) and found.adjusted_r2 == printed(0.059) and found.n == 420
    assert reports["p"] < 0.02 < friendship["p"] < 0.25


def test_krackhardt_classical_errors(krackhardt, reference):
    found = nw.mrqap(
        krackhardt["advice"],
        {"friendship": krackhardt["friendship"], "reports_to": krackhardt["reports_to"]},
        permutations=10,
    )
    intercept, friendship, reports = reference["krackhardt_mrqap"]["t_classic"]
    assert found.coefficients["t_classical"].to_list() == pytest.approx(
        [friendship, reports, intercept], abs=1e-6
    )


def logit_t(krackhardt, *, steps: int) -> float:
    """The t of reporting, from statsmodels, after so many steps of Newton's method."""
    names = ("advice", "friendship", "reports_to")
    advice, *others = (np.asarray(krackhardt[name].matrix()) for name in names)
    pairs = ~np.eye(len(advice), dtype=bool)
    model = sm.Logit(
        (advice[pairs] > 0).astype(float), sm.add_constant(np.column_stack([o[pairs] for o in others]))
    )
    return float(model.fit(disp=0, maxiter=steps, warn_convergence=False).tvalues[2])


def test_krackhardt_logistic(krackhardt):
    found = nw.logistic_qap(
        krackhardt["advice"],
        {"friendship": krackhardt["friendship"], "reports_to": krackhardt["reports_to"]},
        permutations=100,
    )
    friendship, reports, intercept = found.coefficients.iter_rows(named=True)
    assert [r["coefficient"] for r in (friendship, reports, intercept)] == [
        printed(0.579), printed(3.059), printed(-0.425)
    ]  # fmt: skip
    assert [friendship["t"], intercept["t"]] == [printed(2.418), printed(-3.666)]
    # The print says 2.957: Newton's method after four steps. Ours is carried on to the end, as is the other here.
    steps = {n: logit_t(krackhardt, steps=n) for n in (4, 100)}
    assert steps[4] == printed(2.957)
    assert reports["t"] == pytest.approx(steps[100], abs=1e-6) == pytest.approx(2.95643, abs=1e-5)
    assert [r["odds_ratio"] for r in (friendship, reports, intercept)] == [
        printed(1.785), printed(21.306), printed(0.654)
    ]  # fmt: skip
    assert found.log_likelihood == printed(-274.073) and found.mcfadden == printed(0.052)
    assert reports["p"] < 0.05 < friendship["p"]


@pytest.mark.parametrize("kind", ["advice", "friendship"])
def test_krackhardt_whole(krackhardt, reference, kind):
    expected = reference[f"krackhardt_{kind}_whole"]
    block = nw.cohesion(krackhardt[kind])
    for measure, name in {
        "n_actors": "n", "n_arcs": "ties", "density": "density", "arc_reciprocity": "arc_reciprocity",
        "dyad_reciprocity": "dyad_reciprocity", "transitivity": "transitivity",
        "degree_centralisation": "deg_centralization", "out_centralisation": "out_centralization",
        "in_centralisation": "in_centralization",
    }.items():  # fmt: skip
        assert block[measure] == pytest.approx(expected[name], abs=1e-6)


@pytest.mark.parametrize("kind", ["advice", "friendship"])
def test_krackhardt_brokers_by_department(krackhardt, reference, both_ways, kind):
    found = nw.brokerage(krackhardt[kind], "dept")
    table = found.actors.select(
        "coordinator", "itinerant", "gatekeeper", "representative", "liaison", "total"
    )
    assert [list(row) for row in table.iter_rows()] == reference[f"krackhardt_{kind}_gf_nodes"]
    totals = reference[f"krackhardt_{kind}_gf_by_dept_totals(coord,itin,gate,rep,liaison,total)"]
    assert found.totals["n"].to_list() == totals


@pytest.mark.parametrize("other", ["friendship", "reports_to"])
def test_krackhardt_correlations(krackhardt, reference, other):
    short = other.split("_")[0]
    expected = reference[f"krackhardt_qap_advice_{short}"]
    found = nw.qap_correlation(krackhardt["advice"], krackhardt[other], permutations=2000)
    assert found.correlation == pytest.approx(expected["r"], abs=1e-6)
    assert found.p_greater == pytest.approx(expected["p"], abs=0.015)


def test_freeman_two_rounds(freeman):
    """Counted from the file by hand: 650 ties at the first time, 118 new at the second, none lost to the list."""
    first, second = freeman
    change = nw.compare_waves(first, second, permutations=99)
    a, b = first.matrix() > 0, second.matrix() > 0
    assert (first.n_ties, second.n_ties) == (int(a.sum()), int(b.sum()))
    assert change.kept == int((a & b).sum())
    assert change.made == int((~a & b).sum()) and change.lost == int((a & ~b).sum())
    assert change.qap.p == pytest.approx(0.01)
    assert change.strength["stronger"] > change.strength["weaker"]


def test_kapferer_ties_of_each_round():
    """109 and 158 ties at the first time, as published; of the second the file holds only pairs not there before."""
    for kind, directed, published in (("work_instrumental", True, 109), ("social_sociational", False, 158)):
        first, second = (
            nw.build(
                ties("kapferer").rename({"time": "wave"}),
                actors("kapferer"),
                kind=kind,
                wave=w,
                directed=directed,
            )
            for w in (1.0, 2.0)
        )
        assert first.n_ties == published
        assert nw.compare_waves(first, second).kept == 0


def test_coleman_names_three_at_most():
    layers = nw.build_layers(ties("coleman"), actors("coleman"))
    assert layers["advice"].n_ties == 480 and layers["advice"].n == 246
    for layer in layers.values():
        assert nw.degree(layer)["out_degree"].max() <= 3
        assert nw.components(layer).n > 1


def test_baker_like_ideal_core_is_found_exactly():
    """A clique of four, each tied to six others that are not tied (Borgatti, Everett and Johnson, figure 12.9)."""
    m = np.zeros((10, 10))
    m[:4, :] = m[:, :4] = 1
    np.fill_diagonal(m, 0)
    found = nw.core_periphery(nw.from_matrix(m))
    assert found.fit == 1.0 and found.in_core.tolist() == [True] * 4 + [False] * 6


def test_closeness_conventions_on_three_parts():
    """A star of five, a path of four, a triangle: the conventions for pairs without a path, computed by hand."""
    m = np.zeros((12, 12))
    for a, b in [(0, 1), (0, 2), (0, 3), (0, 4), (5, 6), (6, 7), (7, 8), (9, 10), (10, 11), (9, 11)]:
        m[a, b] = m[b, a] = 1
    network = nw.from_matrix(m)
    assert nw.closeness(network)[0] == pytest.approx(11 / 32)
    assert nw.closeness(network, unreachable="n")[0] == pytest.approx(11 / (4 + 7 * 12))
    assert nw.closeness(network, unreachable="zero")[0] == pytest.approx(11 / 4)
    assert nw.closeness(network, "valente_forman")[0] == pytest.approx((12 / 11) / 3)
    assert nw.closeness(network, "reciprocal")[0] == pytest.approx(4 / 11)
    assert nw.closeness(network, "reciprocal")[5] == pytest.approx((1 + 1 / 2 + 1 / 3) / 11)
    # Several parts: the hub scores λ²·Σv·v = 6, its leaves 3, the triangle 4 (Everett and Borgatti).
    assert nw.eigenvector(network)[[0, 1, 9]] == pytest.approx([6, 3, 4])


def test_cohesion_of_four_actors_by_hand():
    m = [[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]
    block = nw.cohesion(nw.from_matrix(m))
    expected = {
        "n_arcs": 5, "density": 5 / 12, "n_components": 2, "component_ratio": 1 / 3, "connectedness": 8 / 12,
        "wiener_index": 12, "average_distance": 1.5, "diameter": 3, "dependency_sum": 4, "within_3": 8 / 12,
        "compactness": (5 + 1 + 1 / 3) / 12, "mutuals": 2 / 6, "asymmetrics": 1 / 6, "nulls": 3 / 6,
        "arc_reciprocity": 4 / 5, "dyad_reciprocity": 2 / 3, "out_centralisation": 3 / 9,
        "in_centralisation": 3 / 9, "transitivity": 0, "small_worldness": None,
    }  # fmt: skip
    assert {name: block[name] for name in expected} == {
        name: None if value is None else pytest.approx(value) for name, value in expected.items()
    }


def test_orders_of_centrality_in_a_star():
    star = np.zeros((6, 6))
    star[0, 1:] = star[1:, 0] = 1
    network = nw.from_matrix(star)
    for measure in ("degree", "betweenness", "closeness", "eigenvector"):
        assert nw.centralisation(network, measure) == pytest.approx(1.0)
