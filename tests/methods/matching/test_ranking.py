"""Ranking: the plain twin, both engines, properties, and answers for odd input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import matching
from nanduti.methods.values import BadInput
from tests.methods.matching import twin
from tests.methods.matching.conftest import EVERYTHING, TREE, make_needs, make_offers

PARTNERS = matching.match_recipe("partners")


@pytest.mark.parametrize("unknown", ["ask", "refuse"])
@pytest.mark.parametrize("soft", [(), ("code",), ("code", "language", "size", "availability", "price")])
def test_twin_agrees(compiled, unknown, soft):
    recipe = replace(EVERYTHING, unknown=unknown, hard=EVERYTHING.hard - set(soft))
    offers = make_offers(120, 5)
    needs = make_needs(25, 5, offers)
    ranked = matching.rank_matches(needs, offers, k=7, recipe=recipe, tree=TREE, compiled=compiled)
    plain = twin.rank(needs, offers, recipe, TREE, 7)
    for need, expected in plain.items():
        mine = ranked.frame.filter(pl.col("need") == need)
        assert mine["offer"].to_list() == [offer for offer, _, _ in expected], need
        assert mine["score"].to_list() == [score for _, score, _ in expected], need
        for row, (_, _, got) in zip(mine.iter_rows(named=True), expected, strict=True):
            assert {c: row[c] for c in got} == {c: v or 0 for c, v in got.items()}
            assert set(row["not_known"]) == {c for c, v in got.items() if v is None}
            assert row["out_of"] == 1000 * sum(recipe.points[c] for c in got)
    assert set(ranked.unanswered["need"]) == {need for need, found in plain.items() if not found}


@pytest.mark.parametrize("seed", range(6))
def test_compiled_equals_plain(seed):
    pytest.importorskip("numba", reason="the extra 'fast' is not installed")
    offers = make_offers(400, seed)
    needs = make_needs(40, seed, offers)
    for recipe in (EVERYTHING, PARTNERS, replace(PARTNERS, unknown="refuse")):
        index = matching.OfferIndex(offers, recipe=recipe, tree=TREE)
        one = index.rank(needs, k=10, compiled=True, threads=3)
        other = index.rank(needs, k=10, compiled=False)
        assert one.frame.equals(other.frame)
        assert one.unanswered.equals(other.unanswered)


@pytest.mark.parametrize("soft", [(), ("code",)])
def test_blocks_passed_by_hold_nothing_better(soft):
    """Enough offers for many blocks of rows in every code, with and without words, and offers with several codes."""
    pytest.importorskip("numba", reason="the extra 'fast' is not installed")
    offers = make_offers(6_000, 11)
    needs = make_needs(30, 11, offers)
    silent = needs.with_columns(need=pl.format("{}-silent", "need"), text=pl.lit(None, pl.String))
    needs = pl.concat([needs, silent])
    for recipe in (EVERYTHING, replace(PARTNERS, unknown="refuse")):
        recipe = replace(recipe, hard=recipe.hard - set(soft))
        index = matching.OfferIndex(offers, recipe=recipe, tree=TREE)
        for k in (1, 20):
            one = index.rank(needs, k=k, compiled=True)
            assert one.frame.equals(index.rank(needs, k=k, compiled=False).frame)


def test_many_values_need_more_than_one_word_of_bits(compiled):
    materials = [f"m{i:03d}" for i in range(150)]
    offers = pl.DataFrame(
        {
            "offer": [f"o{i}" for i in range(150)],
            "codes": [["x"]] * 150,
            "materials": [[m] for m in materials],
        }
    )
    needs = pl.DataFrame({"need": ["n"], "codes": [["x"]], "materials": [["m007", "m140"]]})
    recipe = replace(PARTNERS, points={"material": 10, "code": 5})
    ranked = matching.rank_matches(needs, offers, recipe=recipe, compiled=compiled)
    assert ranked.frame.select("offer", "material").rows() == [("o140", 5000), ("o7", 5000)]


def test_long_lists_are_exact_beyond_the_first_look(compiled):
    n = 5000
    offers = pl.DataFrame(
        {
            "offer": [f"o{i:04d}" for i in range(n)],
            "codes": [["x"]] * n,
            "text": [f"word{i % 50} goat" if i % 2 else f"word{i % 50}" for i in range(n)],
            "kind": ["support_firm" if i % 97 == 0 else "firm" for i in range(n)],
        }
    )
    needs = pl.DataFrame({"need": ["n", "m"], "codes": [["x"], ["x"]], "text": ["goat word3", "word1 word2"]})
    recipe = replace(PARTNERS, points={"text": 20, "kind": 30, "code": 5})
    index = matching.OfferIndex(offers, recipe=recipe)
    short = index.rank(needs, k=20, compiled=compiled).frame
    everything = index.rank(needs, k=n, compiled=compiled).frame
    assert short.equals(everything.filter(pl.col("rank") <= 20))
    assert everything.height == 2 * n


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(seed, random):
    offers = make_offers(60, seed)
    needs = make_needs(6, seed, offers)
    shuffled = [f[random.sample(range(f.height), f.height)] for f in (offers, needs)]
    one = matching.rank_matches(needs, offers, k=5, recipe=EVERYTHING, tree=TREE, compiled=False).frame
    other = matching.rank_matches(
        shuffled[1], shuffled[0], k=5, recipe=EVERYTHING, tree=TREE, compiled=False
    ).frame
    assert one.sort("need", "rank").equals(other.sort("need", "rank"))


def test_contributions_add_up_and_a_longer_list_begins_with_the_shorter():
    offers = make_offers(200, 3)
    needs = make_needs(20, 3, offers)
    index = matching.OfferIndex(offers, recipe=EVERYTHING, tree=TREE)
    ranked = index.rank(needs, k=12)
    frame = ranked.frame
    assert (frame.select(pl.sum_horizontal(matching.CRITERIA)).to_series() == frame["score"]).all()
    assert (frame["score"] <= frame["out_of"]).all()
    assert index.rank(needs, k=4).frame.equals(frame.filter(pl.col("rank") <= 4))
    assert ranked.status == "exact"


def test_one_more_offer_never_lowers_the_best_score():
    offers = make_offers(80, 9).drop("text")  # the rarity of words depends on all offers
    needs = make_needs(15, 9, offers)
    half = matching.rank_matches(needs, offers.head(40), k=1, recipe=EVERYTHING, tree=TREE).frame
    full = matching.rank_matches(needs, offers, k=1, recipe=EVERYTHING, tree=TREE).frame
    both = half.join(full, on="need", suffix="_full")
    assert (both["score_full"] >= both["score"]).all()
    assert both.height == half.height


def test_every_pair_explained_agrees_with_the_list():
    offers = make_offers(60, 4)
    needs = make_needs(12, 4, offers)
    index = matching.OfferIndex(offers, recipe=EVERYTHING, tree=TREE)
    listed = index.rank(needs, k=60).frame
    for i in range(needs.height):
        need = needs[i]
        mine = {r["offer"]: r for r in listed.filter(pl.col("need") == need["need"][0]).iter_rows(named=True)}
        for offer in offers["offer"]:
            told = matching.explain_match(index, need, offer)
            assert (not told.refused) == (offer in mine)
            if offer in mine:
                assert told.score == mine[offer]["score"]
                assert told.closeness == mine[offer]["closeness"]
                assert sum(told.terms.values()) == mine[offer]["text"]
            assert told.say()
        near = matching.nearest_excluded(index, need, n=60)
        assert not set(near["offer"]) & set(mine)


def test_unanswered_needs_say_why():
    offers = pl.DataFrame({"offer": ["a", "b"], "codes": [["x"], ["x"]], "languages": [["es"], ["es"]]})
    tree = matching.CapabilityTree.from_codes(["x", "y"])
    needs = pl.DataFrame(
        {
            "need": ["language", "empty", "strange", "far"],
            "codes": [["x"], None, ["zz"], ["y"]],
            "languages": [["ta"], None, None, None],
        }
    )
    ranked = matching.rank_matches(needs, offers, tree=tree)
    assert dict(ranked.unanswered.select("need", "code").rows()) == {
        "language": "all_refused",
        "empty": "nothing_asked",
        "strange": "code_unknown",
        "far": "none_near",
    }
    assert (
        ranked.reasons["language"].say()
        == "Every offer near the code is refused; most by the rule «language» (2 of 2)."
    )
    assert ranked.frame.is_empty()


def test_texts_meet_across_languages_only_through_the_table():
    groups = {
        "goat_leather": ["goat leather", "cuero de cabra", "pelle di capra", "बकरी का चमड़ा", "ஆட்டுத் தோல்"]
    }
    texts = ["Acabado de cuero de cabra", "pelle di capra rifinita", "बकरी का चमड़ा", "ஆட்டுத் தோல்", "zapatos"]
    offers = pl.DataFrame({"offer": list("abcde"), "text": texts})
    needs = pl.DataFrame({"need": ["n"], "text": ["goat leather"]})
    found = matching.rank_matches(needs, offers, synonyms=matching.Synonyms(groups)).frame
    assert set(found.filter(pl.col("text") > 0)["offer"]) == set("abcd")
    assert matching.rank_matches(needs, offers).frame["text"].sum() == 0


def test_words_alone_rank_as_the_cosine_of_tf_idf():
    texts = ["goat goat leather", "leather sole", "spray goat", "cloth"]
    offers = pl.DataFrame({"offer": list("abcd"), "text": texts})
    needs = pl.DataFrame({"need": ["n"], "text": ["goat leather"]})
    recipe = replace(PARTNERS, points={"text": 100})
    found = matching.rank_matches(needs, offers, recipe=recipe).frame
    # By hand: ln(5/3)+1 = 1.51083 for goat and leather, ln(5/2)+1 = 1.91629 for words of one text; 1+ln 2 twice.
    one, other = 1.5108256 * (1 + 0.6931472), 1.5108256
    cosine = (one + other) * 1.5108256 / ((one**2 + other**2) ** 0.5 * (2 * 1.5108256**2) ** 0.5)
    assert found["score"][0] / 100_000 == pytest.approx(cosine, abs=2e-4)
    second = 1.5108256 * 1.5108256 / ((1.5108256**2 + 1.9162907**2) ** 0.5 * (2 * 1.5108256**2) ** 0.5)
    assert found.filter(pl.col("offer") == "b")["score"][0] / 100_000 == pytest.approx(second, abs=2e-4)


LETTERS = st.text(st.sampled_from("abzsÁñüßÇ éíóúàè 09_-.,;!½चमड़ाकी गोட்டதோலA'’"), max_size=40)


@settings(max_examples=200, deadline=None)
@given(st.lists(LETTERS, min_size=1, max_size=5))
def test_both_readers_of_words_agree(texts):
    from nanduti.methods.matching.words import token_lists, tokens_of

    table = matching.Synonyms({"one": ["ab sz", "chamda"], "two": ["z ñ"]})
    for synonyms in (None, table):
        told = synonyms.table() if synonyms else None
        assert token_lists(pl.Series(texts), synonyms).to_list() == [tokens_of(t, told) for t in texts]


@settings(max_examples=60, deadline=None)
@given(st.lists(LETTERS, min_size=1, max_size=5), st.lists(st.none() | LETTERS, min_size=1, max_size=5))
def test_texts_weighed_together_or_one_by_one_weigh_the_same(offered, asked):
    from nanduti.methods.matching.words import Vocabulary

    for synonyms in (None, matching.Synonyms({"one": ["ab sz", "chamda"]})):
        known = Vocabulary(pl.Series(offered), synonyms)
        single, no_words = known.weigh(asked)
        known.MANY = 1
        together, none_at_all = known.weigh(asked)
        assert no_words.tolist() == none_at_all.tolist()
        for name in ("indptr", "terms", "weights"):
            assert getattr(single, name).tolist() == getattr(together, name).tolist()


@pytest.mark.parametrize(
    ("offers", "needs", "place"),
    [
        ({"offer": ["a", "a"]}, {}, "offers: offer 'a'"),
        ({"offer": ["a"], "colour": ["red"]}, {}, "column 'colour'"),
        ({"offer": ["a"], "quality": [1.5]}, {}, "quality of 'a'"),
        ({"offer": ["a"], "lot_min": [5], "lot_max": [2]}, {}, "lot of 'a'"),
        ({"offer": ["a"], "lat": [95.0], "lon": [0.0]}, {}, "lat of 'a'"),
        ({"offer": ["a"], "price": ["dear"]}, {}, "column 'price'"),
        ({"offer": ["a"], "available_from": ["soon"]}, {}, "column 'available_from'"),
        (
            {"offer": ["a"], "certificates": [["iso"]], "certificates_until": [[None, None]]},
            {},
            "certificates_until",
        ),
        ({"offer": ["a"], "codes": [["unknown"]]}, {}, "capability code 'unknown'"),
        ({"offer": ["a"]}, {"need": ["n"], "quantity": [-1.0]}, "quantity of 'n'"),
        ({"offer": ["a"]}, {"need": [None]}, "need None"),
        (
            {"offer": ["a"]},
            {"need": ["n"], "from_on": [date(2026, 2, 1)], "until_on": [date(2026, 1, 1)]},
            "period of 'n'",
        ),
    ],
)
def test_odd_input_is_refused_in_words(offers, needs, place):
    with pytest.raises(BadInput) as wrong:
        matching.rank_matches(
            pl.DataFrame({"need": ["n"], "codes": [["a"]], **needs}),
            pl.DataFrame(offers, strict=False),
            tree=TREE,
        )
    assert place in str(wrong.value)


def test_empty_frames():
    with pytest.raises(BadInput, match="offers are empty"):
        matching.OfferIndex(pl.DataFrame({"offer": []}, schema={"offer": pl.String}))
    index = matching.OfferIndex(pl.DataFrame({"offer": ["a"], "codes": [["x"]]}))
    found = index.rank(pl.DataFrame({"need": []}, schema={"need": pl.String}))
    assert found.frame.is_empty()
    assert found.unanswered.is_empty()
    with pytest.raises(BadInput, match="k=0"):
        index.rank(pl.DataFrame({"need": ["n"]}), k=0)


def test_tree_refuses_what_is_no_tree():
    for nodes, place in (
        ([("a", "b"), ("b", "a")], "stands above itself"),
        ([("a", "z")], "is not in the tree"),
        ([("a", ""), ("a", "")], "stands twice"),
    ):
        with pytest.raises(BadInput, match=place):
            matching.CapabilityTree([matching.Capability(c, p) for c, p in nodes])
    with pytest.raises(BadInput, match="two"):
        matching.Synonyms({"one": ["x"], "two": ["x"]}).table()


def test_recipes_are_checked_and_all_built_in_ones_load():
    for name in ("partners", "subcontracting", "client_maker"):
        recipe = matching.match_recipe(name)
        assert sum(recipe.points.values()) == 100
        assert recipe.source.document
    for wrong in (
        {"points": {"luck": 3}},
        {"hard": ["luck"]},
        {"points": {"text": -1}},
        {"unknown": "maybe"},
        {"colour": 1},
    ):
        with pytest.raises(BadInput):
            matching.MatchRecipe.from_dict({"name": "x", "points": {"text": 1}, "hard": [], **wrong})


def test_neighbouring_phrases_are_both_replaced():
    table = matching.Synonyms(
        {"goat_leather": ["cuero de cabra"], "spray": ["a pistola"], "finishing": ["acabado"]}
    )
    assert matching.tokens("Acabado a pistola cuero de cabra cuero de cabra", table) == [
        "finishing",
        "spray",
        "goat_leather",
        "goat_leather",
    ]


def test_without_the_extra_the_plain_loops_serve(monkeypatch):
    from nanduti.methods.matching import _fast

    offers = make_offers(50, 2)
    needs = make_needs(5, 2, offers)
    as_installed = matching.rank_matches(needs, offers, k=5, recipe=EVERYTHING, tree=TREE).frame
    monkeypatch.setattr(_fast, "_loops", lambda name: None)
    assert matching.rank_matches(needs, offers, k=5, recipe=EVERYTHING, tree=TREE).frame.equals(as_installed)
    with pytest.raises(BadInput, match="numba is not installed"):
        matching.rank_matches(needs, offers, compiled=True)
