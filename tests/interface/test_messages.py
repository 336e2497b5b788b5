"""Collecting texts, merging catalogues, and finding what they lack."""

from __future__ import annotations

import gettext

import polib
import pytest

from nanduti.interface import messages
from nanduti.interface.messages import Text


def ids(texts) -> list[str]:
    return [text.id for text in texts]


class TestCollecting:
    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ('_("One")', ["One"]),
            ('gettext_lazy("One " "and two")', ["One and two"]),
            ('mark("An error")', ["An error"]),
            ('translation.gettext("Through a module")', ["Through a module"]),
            ("from django.utils.translation import gettext as t\nt('Renamed')", ["Renamed"]),
            ("from django.utils.translation import pgettext_lazy as p\np('step', 'Trust')", ["Trust"]),
            ("_(name)", []),
            ('say("not ours")', []),
            (
                '@table("places", order=1)\ndef load(row, into):\n    """Places on earth.\n\n    More."""',
                ["Places on earth."],
            ),
            ('def plain():\n    """No loader."""', []),
        ],
    )
    def test_python(self, source, found):
        assert ids(messages.texts_of_python(source)) == found

    def test_an_f_string_is_refused(self):
        with pytest.raises(messages.NotExtractable, match="line 1"):
            list(messages.texts_of_python('_(f"{n} firms")'))

    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ('{% translate "One" %}', ["One"]),
            ("{% trans 'It''s' %}", ["It"]),
            ('{% translate "One" as one %}{{ one }}', ["One"]),
            ('{% empty_state _("None yet") why=_("Because") %}', ["None yet", "Because"]),
            ('{{ x|default:_("nothing") }}', ["nothing"]),
            ("{% blocktranslate with n=x %}{{ n }} of 5 %{% endblocktranslate %}", ["%(n)s of 5 %%"]),
            ("{% blocktranslate trimmed %}\n  One\n  line\n{% endblocktranslate %}", ["One line"]),
            ('{# {% translate "Comment" %} #}', []),
            ("{% translate variable %}", []),
        ],
    )
    def test_templates(self, source, found):
        assert ids(messages.texts_of_template(source)) == found

    def test_contexts(self):
        template = '{% translate "from" context "range" %}'
        template += '{% blocktranslate context "step" %}Plan{% endblocktranslate %}'
        assert [(t.context, t.id) for t in messages.texts_of_template(template)] == [
            ("range", "from"),
            ("step", "Plan"),
        ]

    def test_every_room_can_be_read(self):
        for room in messages.rooms():
            messages.texts_of(room)


class TestMerging:
    def test_translations_stay_and_unused_ones_become_obsolete(self):
        catalogue = polib.POFile()
        catalogue.append(polib.POEntry(msgid="Kept", msgstr="Queda"))
        catalogue.append(polib.POEntry(msgid="Gone", msgstr="Fuera"))
        messages.merge(catalogue, [Text("Kept", files={"a.py"}), Text("New", files={"a.py"})], {})
        found = {e.msgid: (e.msgstr, bool(e.obsolete)) for e in catalogue}
        assert found == {"Kept": ("Queda", False), "New": ("", False), "Gone": ("Fuera", True)}

    def test_what_comes_back_brings_its_translation(self):
        catalogue = polib.POFile()
        catalogue.append(polib.POEntry(msgid="Back", msgstr="De vuelta", obsolete=True))
        messages.merge(catalogue, [Text("Back")], {})
        assert not catalogue[0].obsolete
        assert catalogue[0].msgstr == "De vuelta"

    def test_one_text_has_one_translation_in_the_house(self):
        catalogue = polib.POFile()
        messages.merge(
            catalogue, [Text("Firm")], {(None, "Firm"): polib.POEntry(msgid="Firm", msgstr="Empresa")}
        )
        assert catalogue[0].msgstr == "Empresa"

    def test_merging_twice_changes_nothing(self):
        texts = [Text("a", files={"b.py"}), Text("c", plural="cs", files={"a.py"}), Text("a", context="x")]
        catalogue = polib.POFile()
        messages.merge(catalogue, texts, {})
        once = str(catalogue)
        messages.merge(catalogue, texts, {})
        assert str(catalogue) == once


class TestChecking:
    @pytest.mark.parametrize(
        ("entry", "problem"),
        [
            (None, "missing"),
            ({"msgstr": ""}, "not translated"),
            ({"msgstr": "{n} empresas", "flags": ["fuzzy"]}, "fuzzy"),
            ({"msgstr": "empresas"}, "places differ (n)"),
            ({"msgstr": "{m} empresas de {n}"}, "places differ (m)"),
            ({"msgstr": "{n} empresas"}, ""),
        ],
    )
    def test_what_a_catalogue_lacks(self, entry, problem):
        text, catalogue = Text("{n} firms"), polib.POFile()
        if entry is not None:
            catalogue.append(polib.POEntry(msgid=text.id, **entry))
        found = list(messages.problems_of({text.key: text}, catalogue))
        assert [f.startswith(problem) for f in found] == ([True] if problem else [])

    def test_a_singular_may_leave_the_number_out(self):
        text, catalogue = Text("{n} firm", plural="{n} firms"), polib.POFile()
        plural = {0: "una empresa", 1: "{n} empresas"}
        catalogue.append(polib.POEntry(msgid=text.id, msgid_plural=text.plural, msgstr_plural=plural))
        assert not list(messages.problems_of({text.key: text}, catalogue))

    def test_two_rooms_that_disagree(self):
        rooms = {}
        for name, said in (("plans", "hecho"), ("results", "terminado")):
            rooms[name] = polib.POFile()
            rooms[name].append(polib.POEntry(msgid="done", msgstr=said))
        assert list(messages.contradictions(rooms)) == [
            "'done' is 'hecho' in plans and 'terminado' in results"
        ]

    def test_a_plural_beside_a_singular_is_no_disagreement(self):
        rooms = {"a": polib.POFile(), "b": polib.POFile()}
        rooms["a"].append(polib.POEntry(msgid="role", msgstr="rol"))
        plural = {0: "rol", 1: "roles"}
        rooms["b"].append(polib.POEntry(msgid="role", msgid_plural="roles", msgstr_plural=plural))
        assert not list(messages.contradictions(rooms))

    def test_an_unknown_room_is_said(self, capsys):
        assert messages.run_messages(check=True, room="kitchen") == 2


def test_what_is_compiled_can_be_read(tmp_path, monkeypatch):
    room = tmp_path / "plans"
    (room / "locale/es/LC_MESSAGES").mkdir(parents=True)
    (room / "__init__.py").write_text("")
    (room / "pages.py").write_text('_("Fair")\n')
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    assert messages.run_messages() == 0
    catalogue = messages.open_catalogue(room)
    catalogue[0].msgstr = "Feria ñandutí"
    messages.write_catalogue(catalogue, room)
    assert messages.compile_catalogues(force=True) == 1
    assert messages.compile_catalogues() == 0
    with messages.catalogue_path(room).with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Fair") == "Feria ñandutí"
    assert messages.run_messages(check=True) == 0
