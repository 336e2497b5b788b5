"""The profile in words, drawings that stay, and files other programmes read."""

from __future__ import annotations

import contextlib
import io
from string import Formatter
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import networks as nw
from nanduti.methods.networks import _fast, errors
from nanduti.methods.networks.associativity import SENTENCES, hundred
from nanduti.methods.networks.resampling import vertex_bootstrap
from nanduti.methods.values import BadInput


def random_network(seed, n=30, density=0.1, **how):
    m = (np.random.default_rng(seed).random((n, n)) < density).astype(float)
    np.fill_diagonal(m, 0)
    return nw.from_matrix(m, directed=True, **how)


# --- words


def test_every_sentence_can_be_filled_and_is_beside_its_measure(campnet):
    people = {name: ("firm" if k % 3 else "association") for k, name in enumerate(campnet.actors)}
    found = nw.associativity(
        campnet, groups="gender", kinds=people, layers={"chose": campnet}, before=campnet, draws=50
    )
    assert {s.topic for s in found.statements} >= {
        "density", "partners", "isolated", "pieces", "reciprocity", "closure", "centralisation", "core", "cut_points",
        "between_groups", "brokers", "reach_kind", "multiplex", "change",
    }  # fmt: skip
    for statement in found.statements:
        names = {name for _, name, _, _ in Formatter().parse(SENTENCES[statement.sentence.code]) if name}
        assert names == set(statement.sentence.details)
        assert "{" not in statement.sentence.say()
        assert (statement.interval is None) == (statement.why_no_interval is not None)
    assert len(found.frame()) == len(found.statements)
    assert found.say().count("\n") == len(found.statements) - 1


def test_the_words_say_what_the_figures_say(campnet):
    said = {s.topic: s for s in nw.associativity(campnet, groups="gender", draws=100).statements}
    assert said["density"].sentence.say() == "Of 100 possible ties between 18 actors, 18 exist."
    assert said["reciprocity"].sentence.details == {"of_100": 70, "times": 4.0}
    assert said["closure"].measure == pytest.approx(60 / 124)
    assert said["between_groups"].measure == pytest.approx(-0.6)
    interval = said["density"].interval
    assert interval.lowest < interval.value < interval.highest


def test_without_drawing_again_nothing_but_the_intervals_is_missing(campnet):
    drawn, plain = (nw.associativity(campnet, groups="gender", draws=draws) for draws in (50, 0))
    assert [s.sentence for s in plain.statements] == [s.sentence for s in drawn.statements]
    assert all(s.interval is None and s.why_no_interval.code == "not_drawn" for s in plain.statements)


def test_one_broker_is_told_in_the_singular():
    """Two groups that meet in Beto alone."""
    line = nw.from_matrix([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["Ana", "Beto", "Celia"])
    said = {
        s.topic: s for s in nw.associativity(line, groups=["north", "north", "south"], draws=0).statements
    }
    assert said["brokers"].sentence.say().startswith("One actor carries all the contact")


def test_a_profile_without_ties_and_with_unknown_pairs():
    empty = nw.associativity(nw.from_matrix(np.zeros((4, 4))))
    assert empty.statements[0].sentence.say() == "Of 100 possible ties between 4 actors, 0 exist."
    rows = pl.DataFrame({"source": ["a", "b"], "target": ["b", "c"]})
    open_ = nw.associativity(nw.build(rows, missing=["c"]), draws=20)
    assert any(s.topic == "unknown" for s in open_.statements) and open_.notes


@given(st.floats(0, 1))
def test_reading_out_never_makes_something_nothing(share):
    told = hundred(share)
    assert (told == 0) == (share == 0) and (told == 100) == (share == 1)


def test_intervals_cover_what_they_say():
    """In 80 networks with independent ties the 90 % interval of density holds the true chance in about 9 of 10."""
    held = 0
    for seed in range(80):
        found = vertex_bootstrap(random_network(seed, n=25, density=0.2), draws=150, seed=seed)["density"]
        held += found.lowest <= 0.2 <= found.highest
    assert held >= 64


def test_intervals_of_the_network_as_it_is_agree_with_its_measures(campnet):
    groups, _ = campnet.codes("gender")
    found = vertex_bootstrap(campnet, groups=groups, draws=20)
    assert found["density"].value == pytest.approx(nw.density(campnet).value)
    assert found["arc_reciprocity"].value == pytest.approx(nw.reciprocity(campnet))
    assert found["transitivity"].value == pytest.approx(60 / 124)
    assert found["ei_index"].value == pytest.approx(nw.ei_index(campnet, "gender").value)


def test_strength_counts_against_the_scale():
    network = nw.from_matrix([[0, 4, 0], [0, 0, 2], [0, 0, 0]])
    said = {s.topic: s for s in nw.associativity(network, strongest=5, draws=50).statements}
    assert said["weighted_density"].measure == pytest.approx(6 / 30)
    assert said["weighted_density"].interval.value == pytest.approx(6 / 30)
    assert "20 of 100" in said["weighted_density"].sentence.say()


# --- drawings


@pytest.mark.parametrize("n", [30, 450])
def test_drawing_is_the_same_every_time_and_both_ways(n, monkeypatch):
    network = random_network(1, n=n, density=4 / n)
    first = nw.layout(network)
    assert (first.positions == nw.layout(network).positions).all()
    if _fast._numba() is not None:
        monkeypatch.setattr(_fast, "WORTH_COMPILING", 0)
        assert nw.layout(network).positions == pytest.approx(first.positions, abs=1e-6)


def test_a_path_is_drawn_as_a_line():
    m = np.diag(np.ones(9), 1)
    found = nw.layout(nw.from_matrix(m + m.T))
    assert found.stress < 1e-6
    assert sorted(found.positions[:, 0].round(2).tolist()) == pytest.approx(np.arange(10) - 4.5, abs=0.02)


def test_newcomers_without_ties_to_the_known_fill_a_page_and_not_a_line():
    ties = np.zeros((42, 42))
    ties[0, 1] = ties[1, 0] = 1
    for pair in range(2, 22, 2):
        ties[pair, pair + 1] = ties[pair + 1, pair] = 1
    network = nw.from_matrix(ties)
    found = nw.layout(network, previous={network.actors[0]: (0.0, 0.0), network.actors[1]: (1.0, 0.0)})
    width, height = np.ptp(found.positions, axis=0)
    assert 0.4 < width / height < 3
    nearest = np.linalg.norm(found.positions[:, None] - found.positions[None], axis=-1)
    assert nearest[~np.eye(42, dtype=bool)].min() > 0.5


def test_few_changes_move_few():
    network = random_network(2, n=60, density=0.06)
    first = nw.layout(network)
    m = network.matrix()
    rows, columns = np.nonzero(m)
    m[rows[:6], columns[:6]] = 0
    changed = nw.from_matrix(m, directed=True)
    free, kept = nw.layout(changed), nw.layout(changed, previous=first)
    moved = np.hypot(*(free.positions - first.positions).T).mean()
    assert kept.moved < 0.5 and kept.moved < moved + 1e-9
    assert kept.stress < free.stress * 1.5
    assert nw.layout(changed, previous=first, stability=0.95).moved < kept.moved


def test_newcomers_start_amid_their_partners_and_strangers_beside():
    first = nw.layout(nw.from_matrix([[0, 1, 1], [1, 0, 1], [1, 1, 0]], ["a", "b", "c"]))
    m = np.zeros((6, 6))
    for i, j in [(0, 1), (0, 2), (1, 2), (2, 3), (4, 5)]:
        m[i, j] = m[j, i] = 1
    second = nw.layout(nw.from_matrix(m, list("abcdef")), previous=first)
    places = dict(zip("abcdef", second.positions))
    assert np.hypot(*(places["d"] - places["c"])) < np.hypot(*(places["d"] - places["a"]))
    assert places["e"][1] < first.positions[:, 1].min()


def test_parts_do_not_lie_on_each_other():
    m = np.zeros((12, 12))
    for i, j in [(0, 1), (1, 2), (0, 2), (3, 4), (4, 5), (6, 7)]:
        m[i, j] = m[j, i] = 1
    x = nw.layout(nw.from_matrix(m)).positions
    apart = np.hypot(*(x[:, None] - x[None, :]).transpose(2, 0, 1)) + np.eye(12)
    assert apart.min() > 0.5


def test_very_large_parts_use_pivots(monkeypatch):
    import importlib

    module = importlib.import_module("nanduti.methods.networks.layout")
    monkeypatch.setattr(module, "EXACT_UP_TO", 10)
    monkeypatch.setattr(module, "ALL_PAIRS_UP_TO", 10)
    monkeypatch.setattr(module, "PIVOTS", 20)
    m = np.diag(np.ones(39), 1)
    found = nw.layout(nw.from_matrix(m + m.T), iterations=100)
    assert found.stress < 0.01


def test_a_picture_is_sound_svg(campnet):
    picture = nw.draw(campnet, groups="gender", sizes=nw.betweenness(campnet), title="A & B <c>")
    root = ElementTree.fromstring(picture)
    assert len(root.findall(".//{*}circle")) == 18 + 2
    assert root.find("{*}title").text == "A & B <c>"
    assert len(ElementTree.fromstring(nw.draw(nw.from_matrix(np.zeros((1, 1))))).findall(".//{*}circle")) == 1


# --- files

names = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"'), min_size=1, max_size=8
).map(str.strip)


def people(m, labels):
    return nw.from_matrix(
        m, labels, directed=True, attributes=pl.DataFrame({"actor": labels, "size": np.arange(len(m)) + 0.5})
    )


@given(st.integers(0, 99), st.lists(names.filter(bool), min_size=3, max_size=3, unique=True))
@settings(max_examples=30)
def test_graphml_and_gexf_are_read_by_others(seed, labels):
    m = np.random.default_rng(seed).integers(0, 3, (3, 3)).astype(float)
    np.fill_diagonal(m, 0)
    network = people(m, labels)
    back = nx.read_graphml(io.BytesIO(nw.write_graphml(network).encode()), force_multigraph=False)
    assert {(a, b): d["weight"] for a, b, d in back.edges(data=True)} == {
        (a, b): w for a, b, w in network.frame().iter_rows()
    }
    assert [back.nodes[name]["size"] for name in labels] == [0.5, 1.5, 2.5]


def test_gexf_with_places():
    network = people(np.array([[0, 2, 0], [0, 0, 1], [0, 0, 0.0]]), ["Ana", "Beto", "Ñu"])
    text = nw.write_gexf(network, drawn=nw.layout(network))
    root = ElementTree.fromstring(text)
    assert len(root.findall(".//{*}edge")) == 2 and len(root.findall(".//{*}position")) == 3
    back = nx.read_gexf(
        io.BytesIO(text.replace("http://gexf.net/1.3", "http://www.gexf.net/1.2draft").encode())
    )
    assert back.number_of_edges() == 2 and back.nodes["Ñu"]["size"] == 2.5


def test_control_characters_do_not_spoil_the_file():
    network = nw.from_matrix([[0, 1], [0, 0]], ["a\x00b", "c\x1f"])
    assert len(ElementTree.fromstring(nw.write_graphml(network)).findall(".//{*}node")) == 2


@given(st.integers(0, 99))
@settings(max_examples=20)
def test_dl_and_vna_come_back(seed):
    rng = np.random.default_rng(seed)
    m = rng.choice([0, 0, 1, 2.5], (4, 4))
    np.fill_diagonal(m, 0)
    network = people(m, ["Ana María", "Beto", "Ñu", "D 4"])
    assert (nw.read_dl(nw.write_dl(network), directed=True)["1"].matrix() == m).all()
    back = nw.read_vna(nw.write_vna(network), directed=True)["strength"]
    assert (back.matrix() == m).all() and back.attributes["size"].to_list() == [0.5, 1.5, 2.5, 3.5]


def test_dl_keeps_unknown_pairs():
    m = np.array([[0, np.nan], [1, 0]])
    assert nw.read_dl(nw.write_dl(nw.from_matrix(m)))["1"].n_unknown == 1


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ("DL N=3 FORMAT=FULLMATRIX\nLABELS:\na,b,c\nDATA:\n0 1 0\n0 0 1\n0 0 0", [("a", "b"), ("b", "c")]),
        ("dl n = 3, format = edgelist1\nlabels embedded\ndata:\na b\nb c 2", [("a", "b"), ("b", "c")]),
        (
            "dl n=3 format=nodelist1\nlabels:\na\nb\nc\ndata:\na b c\nc a",
            [("a", "b"), ("a", "c"), ("c", "a")],
        ),
        ("dl n=3\nlabels embedded\ndata:\na b c\na 0 1 0\nb 0 0 1\nc 0 0 0", [("a", "b"), ("b", "c")]),
        ("dl n=3 diagonal=absent labels: a b c data:\n1 0\n0 1\n0 0", [("a", "b"), ("b", "c")]),
        (
            'dl n=2 format=edgelist1\nlabels:\n"Ana María"\nBeto\ndata:\n"Ana María" Beto',
            [("Ana María", "Beto")],
        ),
    ],
)
def test_kinds_of_dl(text, edges):
    network = nw.read_dl(text, directed=True)["1"]
    assert [(a, b) for a, b, _ in network.frame().iter_rows()] == edges


def test_dl_with_two_matrices():
    text = "dl n=2 nm=2 labels: a b matrix labels: sells trusts data: 0 1 0 0 0 0 1 0"
    found = nw.read_dl(text, directed=True)
    assert found["sells"].frame().rows() == [("a", "b", 1.0)]
    assert found["trusts"].frame().rows() == [("b", "a", 1.0)]


@pytest.mark.parametrize(
    "text",
    [
        "", "nothing", "dl n=3", "dl n=3 data: 0 1 0 0 0 1 0 0", "dl n=x data: 0", "dl data: 0 1",
        "dl n=2 data: 0 a 0 0", "dl n=2 format=weird data: 1 2", "dl nr=2 nc=3 n=2 data: 1",
        "dl n=2 format=edgelist1 data: 1 7", "dl n=2 format=edgelist1 data: 1",
        "dl n=2 nm=2 format=edgelist1 data:\n1 2",
    ],
)  # fmt: skip
def test_dl_that_cannot_be_read_is_refused_with_its_line(text):
    with pytest.raises(errors.UnreadableFile, match="line"):
        nw.read_dl(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*node data\nid\na",
        '*tie data\nfrom to w\na "b 1',
        "*tie data\nfrom to w\na b",
        "*tie data\nfrom to w\na b x",
    ],
)
def test_vna_that_cannot_be_read_is_refused(text):
    with pytest.raises(errors.UnreadableFile):
        nw.read_vna(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_words(text):
    for read, head in ((nw.read_dl, "dl n=2 data: "), (nw.read_vna, "*tie data\nfrom to\n")):
        for candidate in (text, head + text):
            with contextlib.suppress(
                errors.UnreadableFile, errors.BadStrength, errors.RepeatedActors, BadInput
            ):
                read(candidate)


def test_names_that_a_file_cannot_hold_are_refused():
    with pytest.raises(BadInput):
        nw.write_dl(nw.from_matrix([[0, 1], [0, 0]], ['a"b', "c"]))
