"""The pages of instruments: what they say, to whom, and that nothing handed in breaks them."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_scopes import scopes_disabled

from nanduti.surveys import library, validation
from nanduti.surveys.actions import instruments as actions
from nanduti.surveys.models import Instrument, InstrumentVersion, Submission
from nanduti.surveys.workbooks import read_workbook, write_workbook
from tests.support.register import AT

S = "/p/weaving/surveys/instruments"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(validation, "validate", lambda xform: validation.Validation("passed"))


@pytest.fixture
def draft(field):
    return actions.use_library_form(programme=field.programme, code="workshop_census", by="test", at=AT)


@pytest.fixture
def visit(field, client):
    """Sign in as a role and get or post."""

    def go(role: str, address: str, data=None, **more):
        client.force_login(field.world.user(role))
        return client.post(address, data, **more) if data is not None else client.get(address, more)

    return go


def workbook(label="Workers", form_id="own", name="workers", **settings) -> SimpleUploadedFile:
    content = write_workbook(
        {
            "survey": [{"type": "integer", "name": name, "label": label}],
            "settings": [{"form_id": form_id, **settings}],
        }
    )
    return SimpleUploadedFile("own.xlsx", content)


def test_the_list_says_the_state_in_one_line(field, draft, visit):
    rows = [Submission(programme=field.programme, scope=field.programme.scope, instrument=field.instrument,
                       instrument_version=field.version, form_id="census", instance_id=f"uuid:{n}", xml_digest="x",
                       received_at=AT, is_trial=n == 0, processing="done") for n in range(4)]  # fmt: skip
    Submission._base_manager.bulk_create(rows)
    page = visit("coordinator", f"{S}/").content.decode()
    assert "1 instrument is open. 0 answers came in today." in page
    others = visit("committee_member", f"{S}/").content.decode()
    assert "1 instrument is open." in others and "came in today" not in others and ">Answers<" not in others
    assert "Workshop census" in page and "Census of workshops" in page
    assert 'data-label="Answers">3<' in page or ">3</" in page


@pytest.mark.parametrize("role", ["coordinator", "cda", "committee_member", "researcher"])
def test_pages_open_for_readers_and_buttons_only_for_those_who_may(field, draft, visit, role):
    may = role in ("coordinator", "cda")
    for address in (
        f"{S}/",
        f"{S}/{draft.instrument_id}/",
        f"{S}/{field.instrument.pk}/",
        f"{S}/{draft.instrument_id}/compare/",
        f"{S}/versions/{draft.pk}/codebook/",
        f"{S}/library/",
        f"{S}/library/visit_log/",
    ):
        answer = visit(role, address)
        assert answer.status_code == 200, address
    one = visit(role, f"{S}/{draft.instrument_id}/").content.decode()
    assert ("/test/" in one) == may  # the key of the draft is for those who manage
    assert visit(role, f"{S}/new/").status_code == (200 if may else 403)


@pytest.mark.parametrize("role", ["enumerator", "firm_owner"])
def test_those_without_reading_rights_see_none_of_it(field, draft, visit, role):
    for address in (f"{S}/", f"{S}/{draft.instrument_id}/", f"{S}/versions/{draft.pk}/codebook/"):
        assert visit(role, address).status_code in (403, 404)


def test_a_form_is_handed_in_tried_and_published(field, visit):
    answer = visit("coordinator", f"{S}/new/", {"file": workbook(), "kind": "survey"}, follow=True)
    assert "The draft is here" in answer.content.decode()
    made = Instrument.objects.get(code="own")
    version = made.versions.get()
    answer = visit("coordinator", f"{S}/versions/{version.pk}/publish/", {}, follow=True)
    assert "Published: phones get it now." in answer.content.decode()
    changed = workbook("How many work here?", version="2")
    visit("coordinator", f"{S}/{made.pk}/version/", {"file": changed})
    page = visit("coordinator", f"{S}/{made.pk}/compare/").content.decode()
    assert "How many work here?" in page and "another wording" in page
    visit("coordinator", f"{S}/{made.pk}/open/", {"open": "no"})
    made.refresh_from_db()
    assert not made.is_open


def test_what_is_wrong_is_listed_by_sheet_row_and_column(field, visit):
    answer = visit("coordinator", f"{S}/new/", {"file": workbook(name="two words"), "kind": "survey"})
    page = answer.content.decode()
    assert answer.status_code == 422
    cells = '<td data-label="Sheet">survey</td><td data-label="Row">2</td><td data-label="Column">name</td>'
    assert cells in page


def test_no_file_and_no_content_and_other_files_are_told_in_the_form(field, visit):
    for given in (
        {},
        {"file": SimpleUploadedFile("a.xlsx", b"")},
        {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04broken"), "kind": "survey"},
        {"file": SimpleUploadedFile("a.xml", b"<x/>"), "kind": "survey"},
        {"file": workbook(), "kind": "nosuch\x00"},
        {"file": SimpleUploadedFile("\x00../a.xlsx", b"text"), "kind": "survey"},
    ):
        assert visit("coordinator", f"{S}/new/", given).status_code == 422


def test_publishing_is_for_those_who_manage_the_programme(field, draft, visit):
    for role in ("committee_member", "researcher", "enumerator"):
        assert visit(role, f"{S}/versions/{draft.pk}/publish/", {}).status_code in (403, 404)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_a_file_is_added_and_a_bad_name_is_told(field, visit):
    survey = [{"type": "select_one_from_file towns.csv", "name": "town", "label": "Town"}]
    content = write_workbook({"survey": survey, "settings": [{"form_id": "towns"}]})
    version = actions.hand_in_form(
        programme=field.programme, name="t.xlsx", content=content, by="test", at=AT
    )
    page = visit("coordinator", f"{S}/{version.instrument_id}/").content.decode()
    assert "Files are missing" in page and "Publish this draft" not in page
    address = f"{S}/versions/{version.pk}/media/"
    visit("coordinator", address, {})
    visit("coordinator", address, {"file": SimpleUploadedFile("towns.csv", b"name,label\na,A\n")})
    assert version.media.get().name == "towns.csv"
    assert "Publish this draft" in visit("coordinator", f"{S}/{version.instrument_id}/").content.decode()


@pytest.mark.parametrize("code", [f.code for f in library.forms()])
def test_each_form_of_the_library_shows_and_gives_its_workbook(field, visit, code):
    page = visit("cda", f"{S}/library/{code}/").content.decode()
    assert library.form(code).title["en"] in page
    answer = visit("cda", f"{S}/library/{code}/workbook/")
    assert read_workbook("x.xlsx", answer.content)["survey"] == library.form(code).sheets["survey"]
    assert answer["Content-Disposition"] == f'attachment; filename="{code}.xlsx"'


def test_using_a_library_form_makes_a_draft_once(field, visit):
    answer = visit("coordinator", f"{S}/library/visit_log/", {}, follow=True)
    assert "draft" in answer.content.decode()
    assert Instrument.objects.get(library_code="visit_log").title_es == "Bitácora de visitas"
    assert "In use here" in visit("coordinator", f"{S}/library/visit_log/").content.decode()
    assert visit("committee_member", f"{S}/library/service_demand/", {}).status_code == 403
    assert visit("coordinator", f"{S}/library/nosuch/").status_code == 422


def test_the_codebook_says_everything_in_both_languages_and_as_a_table(field, draft, visit):
    address = f"{S}/versions/{draft.pk}/codebook/"
    page = visit("researcher", address, language="all").content.decode()
    for said in ("What is made here?", "¿Qué se hace aquí?", "persons engaged", "isic-4", "output_month"):
        assert said in page
    for only_english in ({}, {"language": "en"}):
        assert "¿Qué se hace aquí?" not in visit("researcher", address, **only_english).content.decode()
    assert "What is made here?" not in visit("researcher", address, language="es").content.decode()
    csv = b"".join(visit("researcher", address, export="csv").streaming_content).decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("Question,Path,Kind,Sensitivity,Asked (en),Choices (en),Asked (es)")
    assert "shoes = Calzado" in csv
    book = b"".join(visit("researcher", address, export="xlsx").streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(book)).active.max_row > 60


@pytest.mark.parametrize("address", ["9" * 19, "9" * 40, "0", "x"])
def test_odd_numbers_in_addresses_are_not_found(field, visit, address):
    for place in (f"{S}/{address}/", f"{S}/versions/{address}/codebook/", f"{S}/{address}/compare/"):
        assert visit("coordinator", place).status_code == 404


def test_odd_questions_to_the_comparison_are_left_out(field, draft, visit):
    address = f"{S}/{draft.instrument_id}/compare/"
    assert visit("coordinator", address, old="x", new="-1").status_code == 200


def test_another_programme_does_not_see_them(field, draft, visit):
    assert visit("coordinator", f"/p/carving/surveys/instruments/{draft.instrument_id}/").status_code == 404


def test_the_pages_ask_a_bounded_number_of_questions(field, draft, visit, django_assert_max_num_queries):
    for n in range(12):
        instrument = Instrument.objects.create(
            programme=field.programme, scope=field.programme.scope, code=f"i{n}", title=f"Form {n}"
        )
        InstrumentVersion.objects.create(
            instrument=instrument, scope=instrument.scope, label="1", xform="", digest=""
        )
    # Most of these are of signing in and of the frame with its eight steps; the page itself asks three or four.
    visit("coordinator", f"{S}/")
    with django_assert_max_num_queries(32):
        visit("coordinator", f"{S}/")
    with django_assert_max_num_queries(38):
        visit("coordinator", f"{S}/{draft.instrument_id}/")


def test_the_address_of_field_work_leads_to_its_instruments(field, visit):
    assert visit("coordinator", reverse("surveys:home", args=("weaving",))).url == f"{S}/"
    with scopes_disabled():
        assert Instrument.objects.exists()
