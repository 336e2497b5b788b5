"""From tables to networks: what counts as a tie, what as none, what as unknown, and what is refused in words."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanduti.methods import networks as nw
from nanduti.methods.networks import errors
from nanduti.methods.values import BadInput, CannotBeSaid, PersonError, Scale

PEOPLE = ["Ana", "Beto", "Celia", "Dora"]


def table(*rows, **more):
    columns = ["source", "target", *more]
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_order_of_rows_changes_nothing():
    rows = pl.DataFrame(
        {"source": ["a", "b", "c", "a"], "target": ["b", "c", "a", "c"], "strength": [1.0, 2, 3, 4]}
    )
    first, second = nw.build(rows), nw.build(rows.reverse())
    assert first.actors == second.actors == ("a", "b", "c")
    assert (first.matrix() == second.matrix()).all()


def test_kinds_waves_and_days():
    rows = pl.DataFrame(
        {
            "source": ["a", "a", "b", "b"],
            "target": ["b", "b", "a", "c"],
            "kind": ["sells to", "trusts", "sells to", "sells to"],
            "wave": [1, 1, 1, 2],
            "began_on": [dt.date(2001, 1, 1), None, dt.date(2003, 1, 1), dt.date(2001, 1, 1)],
            "ended_on": [dt.date(2002, 1, 1), None, None, None],
        }
    )
    assert nw.build(rows, kind="sells to").n_ties == 3
    assert nw.build(rows, kind="sells to", wave=1).n_ties == 2
    assert nw.build(rows, at=dt.date(2001, 6, 1), kind="sells to", wave=1).frame().rows() == [("a", "b", 1.0)]
    assert nw.build(rows, at=dt.date(2002, 1, 1), kind="sells to", wave=1).n_ties == 0  # ended that day
    layers = nw.build_layers(rows)
    assert list(layers) == ["sells to", "trusts"] and layers["trusts"].actors == ("a", "b", "c")


@pytest.mark.parametrize(
    ("combine", "expected"), [("max", 5), ("min", 1), ("sum", 8), ("mean", 8 / 3), ("last", 2)]
)
def test_several_statements_on_one_pair(combine, expected):
    rows = pl.DataFrame(
        {
            "source": ["a", "a", "a"],
            "target": ["b", "b", "b"],
            "strength": [1.0, 5.0, 2.0],
            "on": [dt.date(2001, 1, 1), dt.date(2002, 1, 1), dt.date(2003, 1, 1)],
        }
    )
    assert nw.build(rows, combine=combine).frame()["strength"][0] == pytest.approx(expected)


def test_an_undirected_tie_may_be_told_from_either_side():
    rows = table(("Beto", "Ana"), ("Ana", "Beto"), ("Celia", "Ana"))
    network = nw.build(rows, PEOPLE, directed=False)
    assert network.n_ties == 2 and (network.matrix() == network.matrix().T).all()


def test_a_scale_on_which_1_is_warmest_is_turned():
    rows = pl.DataFrame({"source": ["a"], "target": ["b"], "strength": [1.0]})
    assert nw.build(rows, scale=Scale(1, 5, favourable=1)).frame()["strength"][0] == 5
    assert nw.build(rows, scale=Scale(1, 5, favourable=5)).frame()["strength"][0] == 1
    with pytest.raises(errors.BadStrength):
        nw.build(rows.with_columns(strength=pl.lit(7.0)), scale=Scale(1, 5, favourable=1))


def test_three_states():
    rows = pl.DataFrame(
        {
            "source": ["Ana", "Ana", "Beto", "Celia"],
            "target": ["Beto", "Celia", "Ana", "Ana"],
            "status": ["tie", "unknown", "none", "tie"],
        }
    )
    network = nw.build(rows, PEOPLE, missing=["Celia"])
    # Celia did not answer: her three ties are open but the one somebody stated; one more pair was left open.
    assert network.n_unknown == 3 and network.n_known == 9 and network.n_ties == 2
    unknown = network.unknown_matrix()
    assert unknown.sum() == network.n_unknown
    found = nw.density(network)
    assert found.value == pytest.approx(2 / 9)
    assert found.lowest == pytest.approx(2 / 12) and found.highest == pytest.approx(5 / 12)


def test_silent_pairs_of_an_undirected_network():
    network = nw.build(table(("Ana", "Beto")), PEOPLE, directed=False, missing=["Celia", "Dora"])
    # Only the pair of the two silent ones is open: the others would have named them.
    assert network.n_unknown == 2 and network.unknown_matrix().sum() == 2


def test_answered_column():
    people = pl.DataFrame({"firm": PEOPLE, "answered": [True, False, True, None]})
    network = nw.build(table(("Ana", "Beto")), people, actor_column="firm")
    assert network.answered.tolist() == [True, False, True, False]


def test_zero_is_no_tie_and_blank_is_not():
    rows = pl.DataFrame({"source": ["a", "a"], "target": ["b", "c"], "strength": [0.0, None]})
    with pytest.raises(errors.BadStrength, match="not given"):
        nw.build(rows)
    open_ = nw.build(rows, no_strength="unknown")
    assert (open_.n_ties, open_.n_unknown) == (0, 1)
    assert nw.build(rows, no_strength="one").n_ties == 1


@pytest.mark.parametrize(
    ("rows", "how", "error"),
    [
        (table(("Ana", "Ana")), {}, errors.SelfTies),
        (table(("Ana", "Zoe")), {}, errors.UnknownActors),
        (table(("Ana", "Beto")), {"missing": ["Zoe"]}, errors.UnknownActors),
        (table(("Ana", None)), {}, BadInput),
        (pl.DataFrame({"source": ["Ana"]}), {}, errors.MissingColumns),
        (table(("Ana", "Beto")), {"kind": "trusts"}, errors.MissingColumns),
        (table(("Ana", "Beto")), {"at": dt.date(2001, 1, 1)}, errors.MissingColumns),
        (table(("Ana", "Beto")), {"combine": "median"}, BadInput),
        (table(("Ana", "Beto", "maybe"), status=0), {}, errors.UnknownStatus),
        (table(("Ana", "Beto", -1.0), strength=0), {}, errors.BadStrength),
        (table(("Ana", "Beto", float("inf")), strength=0), {}, errors.BadStrength),
        (table((1, 2)), {}, BadInput),
    ],
)  # fmt: skip
def test_refusals_say_what_and_how_to_mend(rows, how, error):
    with pytest.raises(error) as trouble:
        nw.build(rows, PEOPLE, **how)
    assert "{" not in trouble.value.say() and len(trouble.value.say()) > 20


def test_self_ties_may_be_dropped_but_not_silently():
    network = nw.build(table(("Ana", "Ana"), ("Ana", "Beto")), PEOPLE, self_ties="drop")
    assert network.n_ties == 1 and network.notes[0].say() == "Ties to oneself that were left out: 1."


def test_repeated_actors():
    with pytest.raises(errors.RepeatedActors, match="Ana"):
        nw.build(table(("Ana", "Beto")), ["Ana", "Ana", "Beto"])


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_small_and_empty_networks_answer_or_say_why(n):
    network = nw.build(
        pl.DataFrame({"source": [], "target": []}, schema={"source": pl.Int64, "target": pl.Int64}), range(n)
    )
    for ask in (
        nw.density, nw.dyad_census, nw.reciprocity, nw.transitivity, nw.triad_census, nw.cohesion, nw.components,
        nw.cut_points, nw.degree, nw.closeness, nw.betweenness, nw.eigenvector, nw.pagerank, nw.centralities,
        nw.structural_holes, nw.ego_networks, nw.communities, nw.core_periphery, nw.layout, nw.draw,
        nw.associativity, nw.structural_equivalence, nw.degree, nw.write_graphml, nw.write_gexf, nw.write_dl,
        lambda net: nw.brokerage(net, list(range(n))), lambda net: nw.homophily(net, list(range(n))),
        lambda net: nw.ei_index(net, list(range(n))), lambda net: nw.mixing_table(net, list(range(n))),
        lambda net: nw.qap_correlation(net, net), lambda net: nw.mrqap(net, {"x": net}),
        lambda net: nw.compare_waves(net, net), lambda net: nw.multiplexity({"a": net}),
        lambda net: nw.roles(net, 2), lambda net: nw.assortativity(net, list(range(n))),
        lambda net: nw.missing_ties(net, "impute"), lambda net: nw.vertex_bootstrap(net), nw.dyadic_constraint,
    ):  # fmt: skip
        try:
            ask(network)
        except PersonError as trouble:
            assert "{" not in trouble.say()


def test_no_ties_at_all():
    network = nw.from_matrix(np.zeros((5, 5)))
    block = nw.cohesion(network)
    assert block["density"] == 0 and block["average_distance"] is None and block["arc_reciprocity"] is None
    assert block.why_not["average_distance"].say() == "There are no ties to say it of."
    assert nw.centralities(network)["eigenvector"].is_null().all()
    with pytest.raises(errors.NoTies):
        nw.reciprocity(network)
    with pytest.raises(CannotBeSaid):
        nw.core_periphery(network)
    assert nw.communities(network).n == 5


def test_groups_are_asked_for_by_name_mapping_or_list():
    people = pl.DataFrame({"actor": PEOPLE, "place": ["N", "S", "N", None]})
    network = nw.build(table(("Ana", "Beto")), people)
    with pytest.raises(errors.MissingGroups, match="Dora"):
        nw.mixing_table(network, "place")
    with pytest.raises(BadInput):
        nw.mixing_table(network, "colour")
    with pytest.raises(errors.NotComparable):
        nw.mixing_table(network, ["N"])
    mapped = nw.mixing_table(network, dict.fromkeys(PEOPLE, "N"))
    assert mapped.groups == ("N",)


@given(st.permutations(range(8)), st.integers(0, 1000))
def test_names_do_not_matter(order, seed):
    """Measures follow their actors when the actors are put in another order."""
    rng = np.random.default_rng(seed)
    m = (rng.random((8, 8)) < 0.3).astype(float)
    np.fill_diagonal(m, 0)
    order = np.array(order)
    one, other = nw.from_matrix(m, directed=True), nw.from_matrix(m[np.ix_(order, order)], directed=True)
    for measure in (nw.betweenness, nw.local_clustering, nw.k_cores, lambda n: nw.closeness(n, "reciprocal")):
        assert np.allclose(measure(one)[order], measure(other), equal_nan=True)
    a, b = nw.cohesion(one).values, nw.cohesion(other).values
    assert {k: None if v is None else round(v, 9) for k, v in a.items()} == {
        k: None if v is None else round(v, 9) for k, v in b.items()
    }


def test_symmetrising():
    network = nw.from_matrix([[0, 3, 1], [1, 0, 0], [0, 0, 0]])
    assert network.symmetrised().matrix()[0, 1] == 3
    assert network.symmetrised("both").n_ties == 1
    assert network.symmetrised("sum").matrix()[1, 0] == 4
    assert network.symmetrised("mean").matrix()[1, 0] == 2
    assert network.binary(1).n_ties == 1
    with pytest.raises(BadInput):
        network.symmetrised("median")


def test_large_tables_are_refused_in_words():
    from scipy import sparse

    big = nw.Network(tuple(range(20_001)), sparse.csr_array((20_001, 20_001)))
    with pytest.raises(errors.TooLarge, match="20001"):
        nw.layout(big)
    with pytest.raises(errors.TooLarge):
        nw.qap_correlation(big, big)
