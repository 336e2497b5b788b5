"""Pages of the door: who sees what, nothing fails, the number of queries is bounded."""

from __future__ import annotations

import re

import pytest

from nanduti.release.models import Publication, ReleaseRequest
from tests.support.release import WORKSHOPS

HOME = "/p/weaving/release/"


def test_the_whole_line_on_pages(door, as_user):
    from nanduti.foundation.work import run_waiting

    asker, first, second = as_user("asker"), as_user("coordinator"), as_user("member")
    assert asker.get(f"{HOME}new/").status_code == 200
    address = f"{HOME}new/?kind=table&source=register"
    assert asker.get(address).status_code == 200
    answer = asker.post(address, {
        "what-rows": "place", "what-across": "size_class", "how-method": "suppress", "how-threshold": "3",
        "how-p_percent": "10", "ask-title": "Workshops by town", "ask-audience": "public", "ask-purpose": "planning",
    })  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    request = ReleaseRequest._base_manager.get()
    run_waiting()
    page = f"{HOME}{request.pk}/"
    shown = asker.get(page).content.decode()
    assert "would give another away" in shown and "2 approvals are still needed" in shown
    digest = request.checks.get().digest
    for client in (first, second):
        assert "Approve exactly this" in client.get(page).content.decode()
        assert client.post(f"{page}approve/", {"digest": digest}).status_code == 302
    run_waiting()
    made = Publication._base_manager.get()
    assert made.slug == "workshops-by-town"
    for client in (asker, first, second):
        assert client.get(HOME).status_code == 200
        assert client.get(f"{HOME}out/{made.pk}/").status_code == 200
        assert client.get(f"{HOME}out/{made.pk}/files/table.csv").status_code == 200
    assert first.post(f"{HOME}out/{made.pk}/withdraw/", {"reason": ""}).status_code == 422
    assert first.post(f"{HOME}out/{made.pk}/withdraw/", {"reason": "miscounted"}).status_code == 302
    assert first.get(f"{HOME}out/{made.pk}/files/table.csv").status_code == 410


def test_the_way_to_the_page_for_everybody_leads_somewhere(door, as_user):
    member = as_user("member")

    def way() -> str:
        shown = re.findall(r'href="(/open/[^"]*)"', member.get(HOME).content.decode())
        assert len(set(shown)) == 1
        assert member.get(shown[0]).status_code == 200
        return shown[0]

    assert way() == "/open/", "before anything was published there is no page of the programme"
    door.publish()
    assert way() == "/open/weaving/"


def test_visitors_read_what_is_for_everybody_and_get_no_cookie(door, as_user):
    made = door.publish()
    visitor = as_user()
    base = "/open/weaving/towns-by-size/"
    for address in ("/open/", "/open/weaving/", base, f"{base}v1/"):
        answer = visitor.get(address)
        assert answer.status_code == 200 and not answer.cookies, address
        assert "public" in answer["Cache-Control"]
    page = visitor.get(base).content.decode()
    assert str(sum(WORKSHOPS["town-a"].values())) in page and "hidden" in page
    assert "too few" not in page and "another away" not in page and "asker" not in page
    spanish = visitor.get(f"{base}?lang=es").content.decode()
    assert "Talleres por ciudad y tamaño" in spanish
    for file in made.files.all():
        answer = visitor.get(f"{base}v1/{file.name}")
        assert answer.status_code == 200 and not answer.cookies
        assert b"".join(answer.streaming_content) == file.content.read()


def test_withdrawn_leaves_a_stone_and_no_file(door, as_user):
    from nanduti.release.actions import publications
    from tests.support.release import AT

    made = door.publish()
    publications.withdraw_release(publication=made, reason="miscounted", by=door.user("coordinator"), at=AT)
    visitor = as_user()
    base = "/open/weaving/towns-by-size/"
    page = visitor.get(base)
    assert page.status_code == 200 and "miscounted" in page.content.decode()
    assert "table.csv" not in page.content.decode()
    assert visitor.get(f"{base}v1/table.csv").status_code == 410
    assert "towns-by-size" not in visitor.get("/open/weaving/").content.decode()


@pytest.mark.parametrize("address", [
    "/open/carving/", "/open/weaving/nothing/", "/open/weaving/towns-by-size/v9/",
    "/open/weaving/towns-by-size/v1/nothing.csv", "/open/weaving/towns-by-size/v1/..%2f..%2fsecret.key",
])  # fmt: skip
def test_what_is_not_there_is_not_there(door, as_user, address):
    door.publish()
    assert as_user().get(address).status_code == 404


def test_what_is_for_some_is_not_for_others(door, as_user):
    made = door.publish(audience="association")
    assert as_user().get("/open/weaving/towns-by-size/").status_code == 404
    assert as_user("association").get(f"{HOME}out/{made.pk}/").status_code == 200
    assert as_user("researcher").get(f"{HOME}out/{made.pk}/").status_code == 404
    assert as_user("stranger").get(f"{HOME}out/{made.pk}/").status_code == 404
    assert as_user("researcher").get(HOME).status_code == 200


def test_a_researcher_sees_no_figure_before_it_is_published(door, as_user):
    request = door.ask(by="researcher")
    door.check(request, by="researcher")
    page = as_user("researcher").get(f"{HOME}{request.pk}/").content.decode()
    assert "You will see the figures once they are published" in page
    assert "<td" not in page and "Town A" not in page


def test_committee_members_see_what_they_decide_about(door, as_user):
    request = door.ask()
    door.check(request)
    page = as_user("member").get(f"{HOME}{request.pk}/").content.decode()
    assert "Town A" in page and "Approve exactly this" in page


@pytest.mark.parametrize("name", ["association", "stranger"])
def test_requests_are_for_those_who_ask_and_decide(door, as_user, name):
    request = door.ask()
    assert as_user(name).get(f"{HOME}{request.pk}/").status_code in (403, 404)
    assert as_user(name).post(f"{HOME}{request.pk}/approve/", {"digest": "x"}).status_code in (403, 404)


@pytest.mark.parametrize("data", [
    {}, {"what-rows": "nonsense"}, {"what-rows": "place", "what-rows_classes": "a,b"},
    {"what-rows": "place", "what-rows_classes": "3, 1"}, {"what-rows": "place", "how-threshold": "-1"},
    {"what-rows": "\x00", "ask-title": "\x00" * 300}, {"what-rows": "place", "how-p_percent": "nan"},
    {"what-rows": "place", "what-rows_classes": ":" * 2000}, {"what-clusters": "nowhere"},
    {"what-rows": "place", "how-method": "suppress", "how-threshold": "2", "how-p_percent": "10", "ask-title": "x",
     "ask-audience": "public", "ask-purpose": "x"},
])  # fmt: skip
@pytest.mark.parametrize("kind", ["table", "microdata", "sheet"])
def test_whatever_is_submitted_is_answered(door, as_user, data, kind):
    answer = as_user("asker").post(f"{HOME}new/?kind={kind}&source=register", data)
    assert answer.status_code == (422 if data else 200)  # a form sent without a word is an empty form


def test_the_second_of_two_editors_is_told(door, as_user):
    request = door.ask()
    page = f"{HOME}{request.pk}/change/"
    data = {
        "what-rows": "place",
        "how-method": "suppress",
        "how-threshold": "4",
        "how-p_percent": "10",
        "version": "1",
    }
    assert as_user("asker").get(page).status_code == 200
    assert as_user("asker").post(page, data).status_code == 302
    late = as_user("coordinator").post(page, {**data, "how-threshold": "9"})
    assert late.status_code == 409


def test_the_number_of_queries_is_bounded(door, as_user, django_assert_max_num_queries):
    for number in range(4):
        door.publish(code=f"t{number}")
    client = as_user("coordinator")
    with django_assert_max_num_queries(35):
        client.get(HOME)
    with django_assert_max_num_queries(6):
        as_user().get("/open/weaving/")
    with django_assert_max_num_queries(8):
        as_user().get("/open/weaving/t1/")
