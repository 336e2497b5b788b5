"""Pseudonyms mean nothing, read well, and notice a slip."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from nanduti.register import pseudonyms as p

bodies = st.text(alphabet=p.ALPHABET, min_size=p.N_RANDOM, max_size=p.N_RANDOM)
prefixes = st.sampled_from(p.PREFIXES)


@given(prefixes, bodies)
def test_what_is_made_is_well_formed(prefix, body):
    assert p.is_well_formed(p.make(prefix, body))


@given(prefixes, bodies, st.integers(0, p.N_RANDOM), st.sampled_from(p.ALPHABET))
def test_every_wrong_character_is_noticed(prefix, body, position, wrong):
    right = p.make(prefix, body)
    at = 2 + position
    slip = right[:at] + wrong + right[at + 1 :]
    assert p.is_well_formed(slip) == (slip == right)


@given(prefixes, bodies, st.integers(0, p.N_RANDOM - 1))
def test_every_swapped_pair_is_noticed(prefix, body, position):
    right = p.make(prefix, body)
    at = 2 + position
    slip = right[:at] + right[at + 1] + right[at] + right[at + 2 :]
    assert p.is_well_formed(slip) == (slip == right)


@given(bodies)
def test_another_prefix_is_noticed(body):
    right = p.make("E", body)
    assert not p.is_well_formed("W" + right[1:]) and not p.is_well_formed("X" + right[1:])


@given(st.text())
def test_any_text_can_be_asked_about(text):
    assert p.is_well_formed(text) in {True, False}
    p.tidy(text)


def test_a_mint_never_gives_one_twice_nor_one_that_is_taken():
    asked = []

    def taken(drawn):
        asked.append(len(drawn))
        return drawn[:3]

    mint = p.Mint("P", taken, batch=50)
    given_out = [mint.next() for _ in range(200)]
    assert len(set(given_out)) == 200 and len(asked) <= 6
    assert all(p.is_well_formed(one) for one in given_out)


def test_pseudonyms_do_not_look_like_each_other():
    assert not set("01OILSU") & set(p.ALPHABET)
    assert len(p.ALPHABET) == 29
