"""Every page of the upper rooms, as everybody, in both languages, on an empty programme and on the example."""

from __future__ import annotations

import re

import pytest
from django.db import transaction

from nanduti.foundation import actions as foundation
from nanduti.foundation.models import Scope
from tests.support.example import CODE, READERS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keeps_answers")]

P = f"/p/{CODE}"
# Pages that whoever reads the programme may read.
READ = [
    "/today/", "/search/", "/search/?q=leather", f"{P}/", *(f"{P}/step/{n}/" for n in range(1, 9)),
    f"{P}/selection/", f"{P}/committee/", f"{P}/agreements/", f"{P}/agreements/footwear-mou-1/", f"{P}/conditions/",
    f"{P}/ledger/", f"{P}/plan/", f"{P}/twinnings/", f"{P}/results/", f"{P}/results/mous/", f"{P}/quality/",
    f"{P}/results/rates/", f"{P}/results/standard/employment/",
    f"{P}/agents/", f"{P}/organigram/", f"{P}/reviews/",
]  # fmt: skip
# Pages about the work in the leather cluster.
LEATHER_PAGES = [
    f"{P}/agents/agent-leather/",
    f"{P}/ledger/leather/15/",
    f"{P}/twinnings/chennai-leather:santa-croce/",
]
# Page → those who may open it, besides those who may not.
EDITING = {
    f"{P}/agreements/new/": {"coordinator"},
    f"{P}/agreements/footwear-mou-1/edit/": {"coordinator"},
    f"{P}/agreements/footwear-mou-1/parties/": {"coordinator"},
    f"{P}/agreements/footwear-mou-1/renew/": {"coordinator"},
    f"{P}/committee/new/": {"coordinator"},
    f"{P}/committee/body/": {"coordinator"},
    f"{P}/committee/body/sc/seat/": {"coordinator"},
    f"{P}/committee/body/sc/meeting/": {"coordinator"},
    f"{P}/agents/new/": {"coordinator"},
    f"{P}/agents/agent-auto/edit/": {"coordinator"},
    f"{P}/reviews/new/": {"coordinator"},
    f"{P}/twinnings/task/": {"coordinator"},
    f"{P}/results/mous/stated/": {"coordinator"},
    f"{P}/results/rates/new/": {"coordinator"},
    f"{P}/ledger/new/": {"coordinator", "cda-leather", "cda-footwear"},
    f"{P}/plan/new/": {"coordinator", "cda-leather", "cda-footwear"},
    f"{P}/plan/vision/": {"coordinator", "cda-leather", "cda-footwear"},
    f"{P}/plan/milestone/": {"coordinator", "cda-leather", "cda-footwear"},
    f"{P}/step/3/evidence/": {"coordinator", "cda-leather", "cda-footwear"},
    f"{P}/plan/leather/status/": {"coordinator", "cda-leather"},
    f"{P}/ledger/leather/15/edit/": {"coordinator", "cda-leather"},
    f"{P}/ledger/leather/15/report/": {"coordinator", "cda-leather"},
    f"{P}/ledger/leather/15/participants/": {"coordinator", "cda-leather"},
    f"{P}/ledger/leather/15/contributions/": {"coordinator", "cda-leather"},
    f"{P}/twinnings/chennai-leather:santa-croce/linkage/": {"coordinator", "cda-leather"},
    f"{P}/twinnings/chennai-leather:santa-croce/topic/": {"coordinator", "cda-leather"},
    f"{P}/twinnings/chennai-leather:santa-croce/interest/": {"coordinator", "cda-leather"},
    "/import/": {"coordinator", "administrator", "cda-leather", "cda-footwear"},
    "/people/": {"administrator"},
    "/deeds/": {"coordinator", "administrator"},
}
OUTSIDERS = ["owner", "enumerator", "nobody"]


def test_the_page_of_deeds_tells_them_in_words(visit, example, people):
    from nanduti.plans import actions as plans

    plans.agree_vision(programme=example, cluster=None, values={"text": "x"}, by=people["coordinator"])
    for language, words in (("en", "wrote down a vision"), ("es", "anotó una visión")):
        page = visit("coordinator").get("/deeds/", headers={"accept-language": language}).content.decode()
        table = page.split("<tbody", 1)[1].split("</tbody")[0]
        assert words in table and "plans.agree_vision" not in table


def statuses(client, pages) -> dict[str, int]:
    return {page: client.get(page).status_code for page in pages}


@pytest.mark.parametrize("who", READERS)
def test_readers_read_every_page(who, visit):
    # What differs from role to role is the right to read; the steps but two are one page.
    pages = READ if who == "coordinator" else [p for p in READ if not re.search(r"step/[2-7]", p)]
    found = statuses(visit(who), pages)
    assert set(found.values()) == {200}, found


@pytest.mark.once
@pytest.mark.parametrize("who", ["coordinator", "cda-leather"])
def test_every_page_speaks_spanish(who, visit):
    client = visit(who, "es")
    for page in [*READ, *LEATHER_PAGES, *(p for p, who_may in EDITING.items() if who in who_may)]:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert answer.headers["Content-Language"] == "es"
        text = answer.content.decode()
        assert '<html lang="es"' in text and not re.search(
            r"%\((\w+)\)[sd]|\{(\w+)\}", re.sub(r"<script.*?</script>", "", text, flags=re.S)
        ), page


@pytest.mark.parametrize("who", OUTSIDERS)
def test_others_read_nothing_of_a_programme(who, visit, example):
    client = visit(who)
    found = statuses(client, [p for p in READ + LEATHER_PAGES + list(EDITING) if p.startswith(P)])
    assert set(found.values()) == {404 if who == "nobody" else 403}, found
    for page in ("/", "/today/", "/search/?q=leather"):
        answer = client.get(page)
        assert answer.status_code == 200
        text = answer.content.decode()
        # An enumerator is told whose forms these are, as above each form.
        assert example.title not in text or (who, page) == ("enumerator", "/")
        assert "Leather activities" not in text


def test_visitors_are_asked_to_sign_in(visit, example):
    client = visit()
    for page in READ + LEATHER_PAGES + list(EDITING):
        answer = client.get(page)
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/account/login/"), page
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("who", ["bare-administrator", "bare-custodian"])
def test_without_a_second_factor_they_reach_nothing(who, visit, example):
    client = visit(who)
    api = ["/api/programmes", f"/api/programmes/{CODE}/ledger"]
    for page in ["/", *READ, *LEATHER_PAGES, *EDITING, *api, "/register/"]:
        answer = client.get(page)
        assert answer.status_code in {302, 403} and example.title not in answer.content.decode(), page
    answer = client.post(f"{P}/quality/", {"statement": 1, "settled": "both", "reason": "x"})
    assert answer.status_code in {302, 403}


@pytest.mark.parametrize("who", [*READERS])
def test_only_those_who_may_edit_open_the_forms(who, visit):
    client = visit(who)
    for page, allowed in EDITING.items():
        status = client.get(page).status_code
        hidden = who == "cda-footwear" and "leather" in page
        expected = {200} if who in allowed else {404} if hidden else {403}
        assert status in expected, (page, status)


@pytest.mark.parametrize("who", ["committee", "researcher", "association"])
def test_what_is_sent_without_the_right_changes_nothing(who, visit, example):
    from nanduti.foundation.models import AuditEvent

    client, n = visit(who), AuditEvent.objects.count()
    for page in EDITING:
        assert (
            client.post(page, {"title": "x", "label": "x", "text": "x", "version": 1}).status_code == 403
        ), page
    assert AuditEvent.objects.count() == n


def test_a_missing_record_is_not_found(visit):
    client = visit("coordinator")
    huge = "9" * 20
    missing = f"""step/0/ step/9/ step/{huge}/ ledger/leather/999/ ledger/gone/1/ ledger/leather/{huge}/
        agreements/gone/ results/gone/ twinnings/a:b/ plan/gone/status/ selection/999999/ selection/{huge}/
        committee/{huge}/done/ step/9/evidence/ ledger/?cluster=nowhere"""
    for page in [
        "/p/no-such/",
        "/import/00000000-0000-0000-0000-000000000000/",
        *(f"{P}/{m}" for m in missing.split()),
    ]:
        assert client.get(page).status_code == 404, page
    assert visit("administrator").get("/people/99999999999999999999/end/").status_code == 404


# --- an empty programme


@pytest.fixture
def empty(example):
    """A programme in which nothing has been done, and its coordinator."""
    from datetime import date

    from nanduti.foundation.models import Grant, Scope
    from nanduti.programme.models import Programme
    from tests.support.register import account

    scope = Scope.objects.create(kind="programme", code="new", title="New")
    Programme.objects.create(code="new", title="New programme", scope=scope)
    user = account("newcomer")
    Grant.objects.create(user=user, role="coordinator", scope=scope, since=date(2020, 1, 1))
    return user


@pytest.mark.parametrize("language", ["en", "es"])
def test_an_empty_programme_says_what_to_do_next(empty, client, language):
    from django.conf import settings

    client.force_login(empty, backend=settings.AUTHENTICATION_BACKENDS[-1])
    pages = [p.replace(CODE, "new") for p in READ if "footwear" not in p and p not in {"/"}]
    forms = "agreements/new/ plan/new/ plan/vision/ plan/milestone/ twinnings/task/ committee/new/"
    pages += [f"/p/new/{form}" for form in forms.split()]
    for page in pages:
        answer = client.get(page, headers={"Accept-Language": language})
        assert answer.status_code == 200, page
    assert client.get("/p/new/ledger/new/").headers["Location"].startswith("/p/new/plan/new/")
    assert client.get("/").headers["Location"] == "/p/new/"


def test_those_who_read_no_programme_find_their_forms_on_the_first_page(visit):
    """An enumerator and an owner came to a page that said they had no role, and to no link."""
    page = visit("enumerator").get("/").content.decode()
    assert "You have no role" not in page and "Forms to fill in" in page
    assert "You have no role" in visit("nobody").get("/").content.decode()


def test_an_agent_of_two_clusters_is_asked_to_choose_one(visit, people):
    """What belongs to one cluster is refused in the programme as a whole, with the way to it."""
    with transaction.atomic():
        footwear = Scope.objects.get(kind="cluster", code="chennai-footwear")
        foundation.grant_role(user=people["cda-leather"], role="cda", scope=footwear, by="test")
        client = visit("cda-leather")
        refused = client.get(f"{P}/plan/new/")
        assert refused.status_code == 403
        text = refused.content.decode()
        assert "Choose a cluster first" in text and "leather" in text and "footwear" in text
        assert '<li><a href="?cluster=chennai-leather">' in text.partition("<main")[2]
        assert client.get(f"{P}/plan/new/?cluster=chennai-leather").status_code == 200
        transaction.set_rollback(True)
    assert "You may not do this" in visit("committee").get(f"{P}/plan/new/").content.decode()


def test_another_cluster_is_shown_for_what_was_asked(visit):
    """The way to another cluster forgot the round, so that a page of one round was not found any more."""
    page = (
        visit("coordinator").get(f"{P}/networks/actors/?wave=latest&page=2&cluster=chennai-leather").content
    )
    assert b'href="?cluster=chennai-footwear&amp;wave=latest"' in page
    assert b'href="?wave=latest"' in page
