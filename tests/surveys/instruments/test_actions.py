"""Forms handed in, published, refused: what becomes of a workbook."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from nanduti.foundation.models import AuditEvent
from nanduti.surveys import library, validation
from nanduti.surveys.actions import instruments as actions
from nanduti.surveys.errors import (
    DraftTried,
    FormInvalid,
    FormRefused,
    MediaMissing,
    MediaRefused,
    NotADraft,
    SubmissionAddressRefused,
    VersionTaken,
)
from nanduti.surveys.models import EntityList, Instrument, InstrumentVersion, Submission
from nanduti.surveys.queries import instruments as queries
from nanduti.surveys.workbooks import read_workbook, write_workbook
from tests.support.register import AT


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """ODK Validate takes a second a form: the library's test runs it, the others say what it said."""
    said = validation.Validation("passed")
    monkeypatch.setattr(validation, "validate", lambda xform: said)
    return lambda state, report="": monkeypatch.setattr(
        validation, "validate", lambda xform: validation.Validation(state, report)
    )


def workbook(survey=None, **sheets) -> bytes:
    rows = survey or [{"type": "integer", "name": "workers", "label": "Workers", "sensitivity": "open"}]
    return write_workbook({"survey": rows, **sheets})


def hand_in(field, content=None, name="census2.xlsx", **more):
    return actions.hand_in_form(
        programme=field.programme,
        name=name,
        content=workbook() if content is None else content,
        by=field.world.user("cda"),
        at=AT,
        **more,
    )


def test_a_workbook_becomes_a_draft_and_then_a_published_version(field):
    draft = hand_in(field)
    assert draft.instrument.code == "census2"
    assert (draft.state, draft.label, draft.n_questions) == ("draft", "20260302090000", 1)
    assert draft.draft_token and draft.workbook.n_bytes
    assert draft.definition["questions"][0]["sensitivity"] == "open"
    published = actions.publish(version=draft, by=field.world.user("cda"), at=AT)
    assert (published.state, published.draft_token, published.published_at) == ("published", "", AT)
    assert AuditEvent.objects.filter(action="surveys.publish_form").count() == 1


def test_another_workbook_replaces_the_draft_and_keeps_its_token(field):
    first = hand_in(field)
    other = workbook([{"type": "text", "name": "what", "label": "What"}])
    second = hand_in(field, other)
    assert (second.pk, second.draft_token) == (first.pk, first.draft_token)
    assert second.definition["questions"][0]["path"] == "what"


def test_what_is_published_stays_and_a_new_version_retires_it(field):
    settings = [{"form_id": "c2", "version": "1"}]
    first = actions.publish(version=hand_in(field, workbook(settings=settings)), by="test", at=AT)
    assert hand_in(field, workbook(settings=settings)).pk == first.pk  # the same form again is no new version
    changed = [{"type": "text", "name": "what", "label": "What"}]
    with pytest.raises(VersionTaken):
        hand_in(field, workbook(changed, settings=settings))
    second = hand_in(field, workbook(changed, settings=[{"form_id": "c2", "version": "2"}]))
    with pytest.raises(NotADraft):
        actions.publish(version=first, by="test", at=AT)
    actions.publish(version=second, by="test", at=AT)
    first.refresh_from_db()
    assert first.state == "retired"
    actions.retire(version=second, by="test", at=AT)
    assert not InstrumentVersion.objects.filter(instrument=second.instrument, state="published").exists()


def test_a_form_that_fails_validation_is_kept_as_a_draft_and_not_published(field, quick):
    quick("failed", "XPath evaluation: cannot handle function 'nosuch'")
    draft = hand_in(field)
    with pytest.raises(FormInvalid, match="nosuch"):
        actions.publish(version=draft, by="test", at=AT)
    quick("unchecked", "no_java")
    draft = hand_in(field)
    assert draft.validation == "unchecked"
    assert actions.publish(version=draft, by="test", at=AT).validation == "unchecked"


def test_files_are_missed_named_safely_and_frozen(field):
    survey = [
        {"type": "select_one_from_file towns.csv", "name": "town", "label": "Town"},
        {"type": "image", "name": "photo", "label": "Photo", "media::image": "how.png"},
    ]
    draft = hand_in(field, workbook(survey))
    assert sorted(queries.missing_media(version=draft)) == ["how.png", "towns.csv"]
    with pytest.raises(MediaMissing, match="how"):
        actions.publish(version=draft, by="test", at=AT)
    for bad in ("../x.png", "a/b.csv", "..", "", ".hidden", "a\x00b", "a\nb.csv", "c:\\x.csv", "x" * 300):
        with pytest.raises(MediaRefused):
            actions.add_media(version=draft, name=bad, content=b"x", by="test", at=AT)
    EntityList.objects.create(programme=field.programme, scope=field.programme.scope, name="towns")
    actions.add_media(version=draft, name="how.png", content=b"png", by="test", at=AT)
    actions.publish(version=draft, by="test", at=AT)
    assert {(m.name, m.kind) for m in draft.media.all()} == {
        ("how.png", "file"),
        ("towns.csv", "entity_list"),
    }
    with pytest.raises(NotADraft):
        actions.add_media(version=draft, name="how.png", content=b"other", by="test", at=AT)


def test_a_form_for_another_instrument_is_refused_at_its_page(field):
    with pytest.raises(FormRefused, match="form_id"):
        hand_in(field, instrument=field.instrument)


def test_a_form_that_sends_answers_elsewhere_is_refused(field):
    with pytest.raises(SubmissionAddressRefused):
        hand_in(field, workbook(settings=[{"form_id": "x", "submission_url": "https://elsewhere.example/s"}]))
    assert not Instrument.objects.filter(code="x").exists()


def test_the_library_gives_a_draft(field):
    draft = actions.use_library_form(programme=field.programme, code="visit_log", by="test", at=AT)
    assert draft.instrument.library_code == "visit_log"
    assert draft.instrument.title_es == "Bitácora de visitas"
    assert set(draft.languages) == {"en", "es"}
    assert draft.instrument.mapping.spec["source"] == "Visit log"
    assert AuditEvent.objects.filter(action="surveys.use_library_form").count() == 1


def test_a_draft_nobody_tried_is_dropped(field):
    draft = hand_in(field)
    actions.drop_draft(version=draft, by="test", at=AT)
    assert not Instrument.objects.filter(code="census2").exists()


def test_a_draft_that_was_tried_is_kept_with_its_trials(field):
    draft = hand_in(field)
    Submission.objects.create(
        programme=field.programme, scope=field.programme.scope, instrument=draft.instrument, instrument_version=draft,
        form_id="census2", instance_id="uuid:1", xml_digest="x", is_trial=True, received_at=AT,
    )  # fmt: skip
    with pytest.raises(DraftTried):
        actions.drop_draft(version=draft, by="test", at=AT)
    assert Instrument.objects.filter(code="census2").exists()


@pytest.mark.parametrize(
    ("survey", "place"),
    [
        ([{"type": "nosuch", "name": "a", "label": "A"}], ("survey", 2)),
        ([{}, {"type": "text", "name": "a b", "label": "A"}], ("survey", 3)),
        ([{"type": "select_one nolist", "name": "a", "label": "A"}], ("survey", 2)),
        ([{"type": "begin group", "name": "a", "label": "A"}], ("survey", None)),
        ([{"type": "integer", "name": "a", "label": "A ${gone}"}], ("survey", 2)),
    ],
)
def test_what_is_wrong_is_told_with_its_place(field, survey, place):
    with pytest.raises(FormRefused) as refused:
        hand_in(field, workbook([*survey, {"type": "note", "name": "n", "label": "N"}]))
    found = refused.value.places[0]
    assert (found.sheet, found.row) == place or place[1] is None
    assert found.problem


def test_checks_are_read_and_refused_with_row_and_column(field):
    checks = [
        {
            "name": "few",
            "expression": "workers < 100",
            "severity": "warning",
            "message::English (en)": "Many",
        },
        {},
        {"name": "bad", "expression": "workers < 'x'"},
        {"name": "few", "expression": "workers < 5", "severity": "grave"},
    ]
    with pytest.raises(FormRefused) as refused:
        hand_in(field, workbook(checks=checks))
    assert [(p.sheet, p.row, p.column) for p in refused.value.places] == [
        ("checks", 4, "expression"),
        ("checks", 5, "name"),
        ("checks", 5, "severity"),
    ]
    kept = hand_in(field, workbook(checks=checks[:1])).definition["checks"]
    assert kept == [{"name": "few", "expression": "workers < 100", "messages": {"en": "Many"}}]


def _book(**cells) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "survey"
    page.append(["type", "name", "label"])
    page.append(["text", "a", "A"])
    for place, value in cells.items():
        page[place] = value
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_formulas_are_told_with_their_cell(field):
    with pytest.raises(FormRefused, match=r"row 2.*column C.*formula"):
        hand_in(field, _book(C2='=HYPERLINK("https://example.org")'))


def test_hostile_files_are_refused_in_a_sentence(field):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (210 * 1_048_576))
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><h:html xmlns:h="http://www.w3.org/1999/xhtml">&a;</h:html>'
    for name, content in [
        ("bomb.xlsx", bomb.getvalue()),
        ("cut.xlsx", _book()[:-400]),
        ("text.xlsx", b"PK\x03\x04 and nothing more"),
        ("empty.xlsx", b""),
        ("noise.bin", bytes(range(256)) * 10),
        ("entities.xml", entities),
        ("page.xml", b"<html/>"),
        ("latin.xml", "<a>ñ</a>".encode("latin-1")),
    ]:
        with pytest.raises(FormRefused):
            pytest.fail(f"{name} became {hand_in(field, content, name=name)}")


def test_sensitivity_may_be_written_short_and_on_a_group(field):
    survey = [
        {"type": "begin group", "name": "who", "label": "Who", "sensitivity": "identifying"},
        {"type": "text", "name": "code", "label": "Code", "sensitivity": "open"},
        {"type": "text", "name": "nick", "label": "Called"},
        {"type": "end group"},
    ]
    questions = hand_in(field, workbook(survey)).definition["questions"]
    assert {
        q["path"]: q.get("sensitivity", "sensitive") for q in questions if q["path"].startswith("who")
    } == {
        "who/code": "open",
        "who/nick": "identifying",
    }


def test_a_sheet_without_questions_is_refused():
    book = openpyxl.Workbook()
    held = io.BytesIO()
    book.save(held)
    with pytest.raises(FormRefused, match="survey"):
        read_workbook("x.xlsx", held.getvalue())


def test_an_unknown_library_form_names_those_there_are(field):
    from nanduti.surveys.errors import UnknownLibraryForm

    with pytest.raises(UnknownLibraryForm, match=library.forms()[0].code):
        actions.use_library_form(programme=field.programme, code="nosuch", by="test", at=AT)
