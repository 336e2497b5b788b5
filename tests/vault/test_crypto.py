"""The locks open what they sealed, and nothing else."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from nanduti.vault.crypto import KeyRing
from nanduti.vault.errors import VaultClosed, VaultTampered
from nanduti.vault.keeping import comparable

ONE, TWO = "first " + "a" * 40, "second " + "b" * 40
RING = KeyRing([ONE])
texts = st.text(max_size=60)


@given(st.binary(max_size=300), texts, texts)
def test_what_is_sealed_opens_again(value, pseudonym, field):
    sealed = RING.seal(value, bound_to=(pseudonym, field))
    assert RING.open(sealed, bound_to=(pseudonym, field)) == value


@given(st.binary(min_size=8, max_size=100))
def test_the_same_value_never_looks_the_same(value):
    one, two = (RING.seal(value, bound_to=("E-1", "name")) for _ in range(2))
    assert one != two and value not in one


@given(texts, texts, texts, texts)
def test_a_ciphertext_opens_only_where_it_belongs(a, b, c, d):
    sealed = RING.seal(b"secret", bound_to=(a, b))
    if (a, b) != (c, d):
        with pytest.raises(VaultTampered):
            RING.open(sealed, bound_to=(c, d))


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_changed_byte_is_noticed(position, flip):
    sealed = bytearray(RING.seal(b"a name of somebody", bound_to=("E-1", "name")))
    sealed[position % len(sealed)] ^= flip
    with pytest.raises((VaultTampered, VaultClosed)):
        RING.open(bytes(sealed), bound_to=("E-1", "name"))


@given(st.binary(max_size=40))
def test_noise_is_refused(noise):
    with pytest.raises((VaultTampered, VaultClosed)):
        RING.open(noise, bound_to=("E-1", "name"))


@given(st.binary(max_size=40))
def test_the_first_key_seals_and_every_key_opens(value):
    old = RING.seal(value, bound_to=("E-1", "name"))
    both = KeyRing([TWO, ONE])
    assert both.open(old, bound_to=("E-1", "name")) == value
    new = both.seal(value, bound_to=("E-1", "name"))
    with pytest.raises(VaultClosed):
        RING.open(new, bound_to=("E-1", "name"))


@given(texts, texts)
def test_fingerprints_tell_equal_values_of_one_pseudonym_and_say_nothing_across(one, two):
    def mark(value, who):
        return RING.fingerprint(value, bound_to=(who, "name"))

    assert (mark(one, "E-1") == mark(two, "E-1")) == (one == two)
    assert mark(one, "E-1") != mark(one, "E-2")
    assert mark(one, "E-1") in KeyRing([TWO, ONE]).fingerprints(one, bound_to=("E-1", "name"))


def test_lookups_of_different_fields_and_keys_differ():
    assert RING.lookup("name", "5550199") != RING.lookup("phone", "5550199")
    assert RING.lookup("name", "x") != RING.fingerprint("x", bound_to=("name",))


@pytest.mark.parametrize("secrets", [[], [""], ["short"]])
def test_a_ring_without_good_keys_is_refused(secrets):
    with pytest.raises(ImproperlyConfigured):
        KeyRing(secrets)


@pytest.mark.parametrize("text", ["+595 981 555 0199", "0981 5550199", "(0981) 555-0199"])
def test_one_telephone_written_in_many_ways_is_one(text):
    assert comparable("phone", text) == comparable("phone", "+595981 555 0199")
