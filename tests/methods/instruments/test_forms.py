"""Forms read from XForms: every kind of question, translations, repeats, lists, entities; nothing dropped unseen."""

from __future__ import annotations

import json
import pickle

import pytest

from nanduti.methods import instruments
from nanduti.methods.instruments import Definition

from .forms import FORM, form


@pytest.fixture(scope="module")
def definition() -> Definition:
    return form()


def test_questions_have_paths_kinds_and_repeats(definition):
    assert {q.path: q.kind for q in definition.questions} == {
        "who/code": "text", "who/name": "text", "who/greeting": "calculate", "n": "integer", "share": "decimal",
        "on": "date", "at": "datetime", "products": "select_multiple", "place": "geopoint", "photo": "image",
        "people/age": "integer", "people/skills": "select_one", "people/tools/tool": "text", "rank": "rank",
        "ok": "acknowledge", "note": "note", "scale": "range", "town": "select_one", "meta/instanceID": "metadata",
        "meta/instanceName": "metadata",
    }  # fmt: skip
    assert [(r.path, r.parent) for r in definition.repeats] == [("people", ""), ("people/tools", "people")]
    assert definition.by_path["people/tools/tool"].repeat == "people/tools"


def test_words_stand_in_every_language_and_dashes_of_the_converter_do_not(definition):
    name = definition.by_path["who/name"]
    assert name.labels == {"es": "Nombre", "en": "Name of ${code}"}
    assert name.hints == {"en": "On the sign"}
    assert (definition.languages, definition.default_language) == (("es", "en"), "es")
    assert definition.language_names["es"] == "Español (es)"
    assert definition.by_path["n"].constraint_messages == {"es": "More than nought"}


def test_what_is_worked_out_has_the_label_that_stands_among_the_texts_alone():
    said = {"English (en)": "Workers", "Español (es)": "Trabajadores"}
    texts = "".join(
        f"<translation lang='{language}'><text id='/data/g/n:label'><value>{word}</value></text></translation>"
        for language, word in said.items()
    )
    asked = (
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml'><h:head>"
        f"<h:title>x</h:title><model><itext>{texts}</itext><instance><data id='x'><g><n/></g><m/></data></instance>"
        "<bind nodeset='/data/g/n' type='int' calculate='1+1'/>"
        "<bind nodeset='/data/m' type='int' calculate='2+2'/></model></h:head><h:body/></h:html>"
    )
    labels = {question.path: question.labels for question in instruments.read_xform(asked).questions}
    assert labels == {"g/n": {"en": "Workers", "es": "Trabajadores"}, "m": {}}


def test_lists_come_from_the_form_from_files_and_from_the_body(definition):
    assert [c.name for c in definition.choices_of(definition.by_path["products"])] == ["boots", "bags"]
    assert [c.name for c in definition.choices_of(definition.by_path["people/skills"])] == ["cut"]
    assert definition.list_files == {"towns": "towns.csv"}
    assert set(definition.media) == {"boots.png", "towns.csv"}
    assert definition.by_path["town"].parameters["choice_filter"] == "zone=/data/n"


def test_sensitivity_is_what_the_author_said_else_careful(definition):
    said = {q.path: q.sensitivity for q in definition.questions}
    assert said["who/code"] == "open"
    assert said["n"] == said["products"] == "sensitive"
    for telling in ("who/name", "place", "photo", "meta/instanceName"):
        assert said[telling] == "identifying"
    assert said["who/greeting"] == "identifying"  # it is made of the name


def test_a_group_speaks_for_the_questions_in_it_that_say_nothing():
    text = FORM.replace("<itext>", '<bind nodeset="/data/who" nanduti:sensitivity="identifying"/><itext>', 1)
    text = text.replace('<bind nodeset="/data/people/age"', '<bind nodeset="/data/people" nanduti:sensitivity="open"/>'
                        '<bind nodeset="/data/people/age"')  # fmt: skip
    said = {q.path: q.sensitivity for q in form(text).questions}
    assert (said["who/code"], said["who/name"]) == ("open", "identifying")
    assert said["people/age"] == said["people/tools/tool"] == "open"


@pytest.mark.parametrize(
    ("name", "kind", "telling"),
    [
        ("nombre_taller", "text", True), ("telefono2", "text", True), ("correo", "text", True),
        ("RUC", "text", True), ("homeAddress", "text", True), ("tax_id", "text", True), ("foto", "image", True),
        ("track", "geotrace", True), ("firma", "signature", True), ("Teléfono", "text", True),
        ("n_workers", "integer", False), ("rename_reason", "text", False), ("precio", "decimal", False),
        ("city", "select_one", False),
    ],
)  # fmt: skip
def test_names_of_questions_tell_in_both_languages(name, kind, telling):
    assert (instruments.default_sensitivity(name, kind) == "identifying") == telling


def test_entities_are_told_with_their_container(definition):
    assert definition.entities_version == "2024.1.0"
    assert [(e.list_name, e.container, e.creates) for e in definition.entities] == [("firms", "", True)]
    assert definition.by_path["who/name"].save_to == "name_of"


def test_json_gives_the_same_definition_again(definition):
    data = json.loads(json.dumps(definition.to_json()))
    assert Definition.from_json(data) == definition
    assert pickle.loads(pickle.dumps(definition)) == definition
    assert Definition.from_json(Definition("f").to_json()) == Definition("f")


def test_what_is_not_understood_is_told():
    odd = FORM.replace(
        "<h:body>", '<h:body><carousel ref="/data/n"/><input ref="/data/gone"><label>x</label></input>'
    )
    odd = odd.replace('type="decimal"', 'type="currency"').replace(
        'nanduti:sensitivity="open"', 'nanduti:sensitivity="secret"'
    )
    problems = {(p.place, p.problem.split(",")[0]) for p in form(odd).problems}
    assert ("n", "is shown by “carousel”") in problems
    assert ("gone", "is shown but is not in the form's data") in problems
    assert ("share", "is of the type “currency”") in problems
    assert any(place == "who/code" and "secret" in said for place, said in problems)
    assert form(odd).by_path["who/code"].sensitivity == "sensitive"
    assert form().problems == ()


def test_a_form_without_translations_speaks_its_default():
    plain = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><model>
      <instance><f xmlns="http://example.org/f"><q/></f></instance><bind nodeset="/f/q" type="int"/></model></h:head>
      <h:body><input ref="/f/q"><label>How many?</label></input></h:body></h:html>"""
    definition = form(plain)
    assert definition.form_id == "http://example.org/f"
    assert definition.questions[0].labels == {"default": "How many?"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<",
        "<a>",
        "not xml",
        "<a/>",
        "<html><model/></html>",
        "<html><model><instance/></model></html>",
        "\x00",
    ],
)
def test_what_is_no_form_is_refused_in_a_sentence(text):
    with pytest.raises((instruments.NotXml, instruments.NotAForm)):
        form(text)


def test_bombs_entities_and_hidden_encodings_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    outside = '<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>'
    for text in (bomb, outside, bomb.encode(), bomb.encode("utf-16")):
        with pytest.raises(instruments.ForbiddenXml):
            instruments.parse_xml(text)
    for content in (
        bomb.encode("utf-16-le"),
        b'<?xml version="1.0" encoding="cp037"?><x/>',
        b"\xff\xfe<\x00",
    ):
        with pytest.raises(instruments.NotXml):
            instruments.parse_xml(content)
    assert instruments.parse_xml("<x><![CDATA[<!DOCTYPE y>]]></x>").text == "<!DOCTYPE y>"
    assert instruments.parse_xml("<x>ñ</x>".encode("utf-16")).text == "ñ"
    assert (
        instruments.parse_xml('<?xml version="1.0" encoding="latin-1"?><x>ñ</x>'.encode("latin-1")).text
        == "ñ"
    )


def test_a_form_nested_without_end_is_refused():
    deep = "<g>" * 5000 + "</g>" * 5000
    text = f"<h><head><model><instance><data id='x'>{deep}</data></instance></model></head></h>"
    with pytest.raises(instruments.NotAForm):
        form(text)
