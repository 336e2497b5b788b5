"""What goes wrong becomes a page, a fragment or JSON; bugs say nothing; what was typed stays."""

from __future__ import annotations

import logging

import pytest
from django import forms
from django.test import Client, RequestFactory
from django.utils.translation import override

from nanduti.foundation.errors import EditedMeanwhile, NotAllowed, NotFound, RuleRefused
from nanduti.interface import error_pages, middleware, saying
from nanduti.interface.forms import EditForm
from nanduti.interface.style_page import SampleForm
from nanduti.methods.planning import parse_when
from nanduti.methods.values import BadInput, CannotBeSaid, PersonError, Reason, RuleSource, catalogue, no

STATUS = {"not-allowed": 403, "not-found": 404, "refused": 409, "meanwhile": 409, "person": 422}


@pytest.mark.parametrize(("name", "status"), STATUS.items())
class TestLetters:
    def test_a_page(self, client, db, name, status):
        answer = client.get(f"/style/{name}/")
        assert answer.status_code == status
        assert b"<h1>" in answer.content
        assert b'class="top"' in answer.content

    def test_a_fragment(self, client, db, name, status):
        answer = client.get(f"/style/{name}/", HTTP_HX_REQUEST="true")
        assert answer.status_code == status
        assert b"<html" not in answer.content
        assert answer["HX-Retarget"] == "#said"

    def test_a_post_keeps_what_was_typed(self, client, db, name, status):
        answer = client.post(f"/style/{name}/", {"name": "Curtiembre"})
        assert answer.status_code == status
        assert b"data-back" in answer.content

    def test_json_for_programs(self, name, status):
        error = {
            "not-allowed": NotAllowed(capability="x"),
            "not-found": NotFound(kind="firm", code_given="x"),
            "refused": RuleRefused(verdict="no"),
            "meanwhile": EditedMeanwhile(kind="firm", who="Lucía", fields="name"),
            "person": PersonError(),
        }[name]
        request = RequestFactory().get("/api/firms/")
        answer = middleware.ErrorsAsPages(lambda r: None).process_exception(request, error)
        assert answer.status_code == status
        assert error.code.encode() in answer.content


class TestBugs:
    def test_a_mistake_says_nothing(self, db, caplog):
        client = Client(raise_request_exception=False)
        with caplog.at_level(logging.ERROR):
            answer = client.get("/style/mistake/")
        assert answer.status_code == 500
        assert b"secret detail" not in answer.content
        assert b"Traceback" not in answer.content
        assert b"our mistake" in answer.content

    def test_even_a_broken_frame_is_answered(self, db):
        answer = Client(raise_request_exception=False).get("/style/broken-frame/")
        assert answer.status_code == 500
        assert b"our mistake" in answer.content

    def test_in_the_language_of_the_reader(self, db):
        client = Client(raise_request_exception=False, HTTP_ACCEPT_LANGUAGE="es")
        assert b'<html lang="es">' in client.get("/style/mistake/").content

    def test_as_a_fragment(self, db):
        answer = Client(raise_request_exception=False).get("/style/mistake/", HTTP_HX_REQUEST="true")
        assert answer.status_code == 500
        assert b"<html" not in answer.content

    def test_errors_of_ours_that_are_no_letters_are_bugs(self):
        from nanduti.methods.values import NandutiError

        request = RequestFactory().get("/")
        assert middleware.ErrorsAsPages(lambda r: None).process_exception(request, NandutiError()) is None


class TestPagesOfDjango:
    def test_no_such_page(self, client, db):
        answer = client.get("/nothing/here/")
        assert answer.status_code == 404
        assert b"There is no such page" in answer.content

    def test_a_form_without_its_token(self, db):
        answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "es"})
        assert answer.status_code == 403
        assert b"open for too long" in answer.content
        assert b"data-back" in answer.content

    @pytest.mark.parametrize("page", [error_pages.bad_request, error_pages.forbidden, error_pages.not_found])
    def test_json_under_api(self, page):
        answer = page(RequestFactory().get("/api/x/"), Exception("secret detail"))
        assert answer["Content-Type"] == "application/json"
        assert b"secret" not in answer.content


class TestSaying:
    def test_who_may_not_reads_who_may(self):
        refused = NotAllowed(capability="manage_people")
        assert saying.say(refused).sentence.endswith("It belongs to: Administrator.")
        with override("es"):
            said = saying.say(NotAllowed(capability="edit_programme"))
        assert said.sentence.endswith("Le corresponde a: Coordinador del programa.")
        assert "edit_programme" not in str(said)

    def test_every_error_of_the_house_can_be_said(self):
        for kind in catalogue():
            error = kind.__new__(kind)
            error.details = {}
            said = saying.say(error)
            assert said.title

    def test_details_fill_the_sentence(self):
        said = saying.say(NotFound(kind="firm", code_given="x-1"))
        assert said.sentence == "There is no firm “x-1” that you can see."

    def test_braces_in_a_detail_are_left_alone(self):
        said = saying.say(BadInput(place="row 3", problem="holds {n}", remedy="Write {digits}."))
        assert said.sentence == "row 3 holds {n}."
        assert said.remedy == "Write {digits}."

    def test_a_detail_that_is_missing_is_no_mistake_of_the_reader(self):
        error = CannotBeSaid(what="The mean", why="nobody answered", remedy="Ask.")
        error.details.pop("why")
        assert saying.say(error).sentence == "{what} cannot be said: {why}."

    def test_figures_have_the_comma_of_the_language(self):
        details = {"mean": 2.6, "sum": 12345.5, "share": 0.125, "n": 1234}
        for language, said in (("en", "2.6 12,346 12% 1234"), ("es", "2,6 12\u00a0346 12% 1234")):
            with override(language):
                assert saying.fill("{mean} {sum:,.0f} {share:.0%} {n}", details) == said

    def test_a_verdict_inside_an_error(self):
        source = RuleSource("Handbook", "ch. 4")
        verdict = no(Reason("quorum", "{n} firms signed up.", {"n": 7}), source=source)
        assert saying.say(RuleRefused(verdict=verdict)).sentence == "7 firms signed up. (Handbook, ch. 4)"

    def test_a_detail_that_is_a_sentence_is_translated_too(self):
        with pytest.raises(PersonError) as caught:
            parse_when("31 February 2009")
        with override("es"):
            said = saying.say(caught.value)
        assert "febrero de 2009 no tiene día 31" in said.sentence

    def test_markup_in_a_detail_is_shown_not_run(self, rf):
        request = rf.get("/", HTTP_HX_REQUEST="true")
        request.htmx = type("Htmx", (), {"boosted": False, "__bool__": lambda self: True})()
        said = saying.say(NotFound(kind="firm", code_given="<script>"))
        assert b"<script>" not in middleware.answer(request, said, 404).content


class TestForms:
    def test_errors_stand_beside_the_field_and_the_rest_is_kept(self, client, db):
        answer = client.post(
            "/style/form/", {"name": "!x", "kind": "visit", "n_workers": "many", "version": "1"}
        )
        page = answer.content.decode()
        assert answer.status_code == 422
        assert 'value="!x"' in page
        assert 'aria-describedby="id_name_help id_name_error"' in page
        assert '<option value="visit" selected>' in page
        assert 'href="#id_name"' in page

    def test_what_an_action_refuses_stands_above(self, client, db):
        given = {"name": "refused", "kind": "fair", "n_workers": "3", "version": "1"}
        answer = client.post("/style/form/", given)
        assert answer.status_code == 422
        assert "There is no firm “refused”" in answer.content.decode()
        assert b'value="refused"' in answer.content

    @pytest.mark.parametrize(
        "field",
        ["name", "kind", "n_workers", "visited_on", "cost_amount", "cost_currency", "reach", "version"],
    )
    @pytest.mark.parametrize(
        "value", ["\x00", "9" * 400, "-1", "NaN", "1e999", "\ud83d\ude00", "<b>", "2009-02-30", "x" * 50_000]
    )
    def test_no_value_breaks_a_form(self, field, value):
        form = SampleForm({"name": "A", "kind": "fair", "n_workers": "3", "version": "1", field: value})
        form.is_valid()
        assert form.status in {200, 422}

    def test_the_second_editor_sees_both(self):
        class Sheet(EditForm):
            name = forms.CharField(label="Sign above the door")

        class Record:
            name, version, pk = "Theirs", 2, 1

            def refresh_from_db(self):
                self.name = "Theirs"

        form = Sheet({"name": "Mine", "version": "1"}, record=Record())
        assert form.is_valid()

        def save(values, version):
            raise EditedMeanwhile(kind="firm", who="Pedro", fields="name")

        assert not form.save_with(save)
        assert form.status == 409
        assert "(Sign above the door)" in str(form.said), "as the form calls it"
        assert form.present == {"name": "Theirs"}
        assert form["version"].value() == "2"
        assert form["name"].value() == "Mine"


class TestWork:
    def test_whoever_began_it_may_watch_and_stop(self, client, lucia, make_user):
        from nanduti.foundation.models import Job

        job = Job.objects.create(kind="x", by=lucia)
        client.force_login(make_user("pedro", "cda"))
        assert client.get(f"/jobs/{job.public_id}/").status_code == 404
        assert client.post(f"/jobs/{job.public_id}/stop/").status_code == 404
        client.force_login(lucia)
        assert b"every 1s" in client.get(f"/jobs/{job.public_id}/").content
        assert b"<html" not in client.get(f"/jobs/{job.public_id}/", HTTP_HX_REQUEST="true").content
        assert client.post(f"/jobs/{job.public_id}/stop/").status_code == 302
        job.refresh_from_db()
        assert job.state == Job.State.CANCELLED
        assert b"every 1s" not in client.get(f"/jobs/{job.public_id}/").content

    def test_a_visitor_sees_none(self, client, db):
        from nanduti.foundation.models import Job

        job = Job.objects.create(kind="x")
        assert client.get(f"/jobs/{job.public_id}/").status_code == 404
