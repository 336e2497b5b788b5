"""Roles and capabilities: each is said in words, in both languages."""

from __future__ import annotations

from django.utils import translation

from nanduti.foundation.roles import CAPABILITIES, ROLES, in_words


def test_every_capability_of_a_role_is_said_in_words_and_no_other():
    assert set(CAPABILITIES) == set().union(*(role.may for role in ROLES))
    assert all(one.strip() and other.strip() and one != other for one, other in CAPABILITIES.values())


def test_capabilities_are_told_in_one_order_and_in_the_language_of_the_reader():
    with translation.override("es"):
        assert in_words({"edit_plans", "read"}) == [
            "leer los registros abiertos",
            "cambiar planes y actividades",
        ]
