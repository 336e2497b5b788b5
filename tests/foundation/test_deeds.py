"""Deeds are told in words, in the language of whoever reads them."""

from __future__ import annotations

from django.template import Context, Template
from django.utils.translation import override

from nanduti.foundation.deeds import in_words, named_deeds


def test_in_both_languages():
    english, spanish = named_deeds()["register.edit_person"]
    with override("en"):
        assert in_words("register.edit_person") == english
    with override("es"):
        assert in_words("register.edit_person") == spanish != english


def test_a_deed_of_another_version_keeps_its_code():
    assert in_words("a_room.of_former_times") == "a_room.of_former_times"


def test_on_a_page():
    page = Template("{% load nanduti %}{{ code|deed }}")
    with override("es"):
        assert page.render(Context({"code": "foundation.grant_role"})) == "dio un rol"
