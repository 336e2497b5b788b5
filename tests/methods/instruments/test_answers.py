"""Answers read from submissions: typed, by path, with every misfit told; identifying ones parted from the rest."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nanduti.methods import instruments
from nanduti.methods.instruments import answers as reading

from .forms import answers, filled, form

WHOLE = (
    "<who><code>PY-1</code><name>Taller</name></who><n>7</n><share>0.5</share><on>2026-03-02</on>"
    "<at>2026-03-02T09:00:00.000-0300</at><products>boots bags</products><place>-25.3 -57.6 80 5</place>"
    "<photo>a.jpg</photo><people><age>30</age><skills>cut</skills><tools><tool>knife</tool></tools><tools/></people>"
    "<people/><rank>bags boots</rank><ok>OK</ok><scale>4</scale><town>t1</town>"
    '<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:instanceID>uuid:1</orx:instanceID></orx:meta>'
)


def test_every_kind_is_typed():
    read = answers(WHOLE)
    assert read.problems == []
    assert read.values == {
        "who/code": "PY-1", "who/name": "Taller", "n": 7, "share": 0.5, "on": "2026-03-02",
        "at": "2026-03-02T09:00:00-03:00", "products": ["boots", "bags"], "place": [-25.3, -57.6, 80.0, 5.0],
        "photo": "a.jpg", "people": [{"people/age": 30, "people/skills": "cut",
                                      "people/tools": [{"people/tools/tool": "knife"}, {}]}, {}],
        "rank": ["bags", "boots"], "ok": "OK", "scale": 4, "town": "t1", "meta/instanceID": "uuid:1",
    }  # fmt: skip
    assert (read.form_id, read.version, read.instance_id) == ("workshop", "3", "uuid:1")
    assert read.n_answers == 17


def test_what_a_phone_adds_when_answers_are_corrected_is_no_misfit():
    former = '<orx:meta xmlns:orx="http://openrosa.org/xforms"><orx:deprecatedID>uuid:0</orx:deprecatedID>'
    read = answers(f"<n>7</n>{former}<orx:instanceID>uuid:1</orx:instanceID></orx:meta>")
    assert (read.problems, read.values) == ([], {"n": 7, "meta/instanceID": "uuid:1"})


@pytest.mark.parametrize(
    ("inner", "path", "reason"),
    [
        ("<n>seven</n>", "n", "not_a_number"), ("<n>7.5</n>", "n", "not_whole"), ("<n>NaN</n>", "n", "not_a_number"),
        (f"<n>{'9' * 5000}</n>", "n", "too_large"), ("<share>1,5</share>", "share", "not_a_number"),
        ("<share>1e999</share>", "share", "too_large"), ("<share>1_0</share>", "share", "not_a_number"),
        ("<on>02/03/2026</on>", "on", "not_a_day"), ("<on>2026-02-30</on>", "on", "not_a_day"),
        ("<at>noon</at>", "at", "not_a_moment"), ("<place>91 0</place>", "place", "not_a_place"),
        ("<place>x y</place>", "place", "not_a_place"), ("<place>nan 1</place>", "place", "not_a_place"),
        ("<products>boots hats</products>", "products", "unknown_choice"),
        ("<people><skills>fly</skills></people>", "people/skills", "unknown_choice"),
        ("<n>1</n><n>2</n>", "n", "twice"), ("<who>loose</who>", "who", "not_a_group"),
        ("<hat><brim>wide</brim></hat>", "hat/brim", "unknown_question"),
        ("<n><deep>1</deep></n>", "n/deep", "unknown_question"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_text(inner, path, reason):
    problem = answers(inner).problems[0]
    assert (problem.path, problem.reason) == (path, reason)
    assert problem.text


def test_a_misfit_in_a_repeat_says_its_row():
    inner = "<people/><people><age>x</age><tools/><tools><brand>b</brand></tools></people>"
    assert [(p.path, p.row) for p in answers(inner).problems] == [
        ("people/age", "2"),
        ("people/tools/brand", "2/2"),
    ]


def test_whole_numbers_may_be_written_with_a_nought_behind_the_point():
    assert answers("<n>7.0</n>").values == {"n": 7}


def test_an_unknown_choice_is_kept_and_one_from_a_file_is_not_judged():
    assert answers("<products>hats</products>").values == {"products": ["hats"]}
    assert answers("<town>anywhere</town>").problems == []


def test_encrypted_submissions_are_told_as_such():
    read = instruments.read_answers(
        form(), '<data id="workshop" encrypted="yes"><encryptedXmlFile>x</encryptedXmlFile></data>'
    )
    assert [p.reason for p in read.problems] == ["encrypted"]


def test_declarations_of_entities_are_no_answers():
    inner = (
        '<meta><entity xmlns="http://www.opendatakit.org/xforms/entities" dataset="firms" id="x" create="1">'
        "<label>Taller</label></entity></meta>"
    )
    assert answers(inner).values == {} and answers(inner).problems == []


def test_a_flood_of_misfits_and_endless_depth_are_bounded():
    flood = "".join(f"<x{n}>1</x{n}>" for n in range(5_000))
    assert len(answers(flood).problems) == reading.MOST_PROBLEMS
    assert answers("<x>" * 3_000 + "1" + "</x>" * 3_000).problems[0].reason == "unknown_question"


def test_what_identifies_is_parted_and_joined_again():
    definition = form()
    values = answers(WHOLE).values
    clear, sealed = instruments.split(definition, values)
    assert sealed == {"who/name": "Taller", "place": [-25.3, -57.6, 80.0, 5.0], "photo": "a.jpg"}
    assert not {"who/name", "place", "photo"} & set(clear)
    assert instruments.join(clear, sealed) == values


def test_rows_of_repeats_keep_their_places_when_parted():
    from dataclasses import replace

    definition = form()
    questions = tuple(
        replace(q, sensitivity="identifying") if q.path == "people/tools/tool" else q
        for q in definition.questions
    )
    definition = replace(definition, questions=questions)
    clear, sealed = instruments.split(definition, answers(WHOLE).values)
    assert sealed["people"] == [{"people/tools": [{"people/tools/tool": "knife"}, {}]}, {}]
    assert clear["people"][0]["people/tools"] == [{}, {}]
    assert instruments.join(clear, sealed) == answers(WHOLE).values


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="<&\ufffe\uffff"),
    max_size=20,
)


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([q.path for q in form().questions if not q.repeat and "/" not in q.path]), TEXT
    )
)
def test_no_text_of_an_answer_breaks_reading(said):
    read = instruments.read_answers(form(), filled("".join(f"<{k}>{v}</{k}>" for k, v in said.items())))
    told = set(read.values) | {p.path for p in read.problems}
    assert told == {k for k, v in said.items() if v.strip()}
    clear, sealed = instruments.split(form(), read.values)
    assert instruments.join(clear, sealed) == read.values


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_break_reading(content):
    with contextlib.suppress(instruments.NotXml, instruments.ForbiddenXml):
        instruments.read_answers(form(), content)
