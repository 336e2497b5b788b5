"""Every page of the room, for everybody who may see it and for those who may not."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as xml

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nanduti.networks import remembered
from nanduti.networks.actions import groups as group_actions
from nanduti.networks.models import BusinessNetwork, Tie, TieActor, TieKind, TieWave
from tests.support.networks import ALONE, AT, SILENT, N, asked, begin

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
SECRET = "Telar Secreto"
LISTS = [
    "map", "measures", "actors", "left_out", "named", "ties", "declare", "kinds", "new_kind", "waves", "new_wave",
    "groups", "new_group", "graphml",
]  # fmt: skip


def url(name: str, *args, **query) -> str:
    from urllib.parse import urlencode

    return reverse(f"networks:{name}", args=("weaving", *args)) + (
        f"?{urlencode(query, doseq=True)}" if query else ""
    )


@pytest.fixture
def group(found) -> BusinessNetwork:
    row = group_actions.found_network(
        programme=found.programme,
        cluster=found.cluster,
        values={"name": "Yarn", "kind": "horizontal"},
        by="t",
        at=AT,
    )
    group_actions.join_network(network=row, pseudonym=found.name(0), by="t", at=AT)
    group_actions.evidence_step(network=row, step="statute", values={"evidence": "minutes"}, by="t", at=AT)
    return row


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_page_opens_and_tells_no_name(found, group, visit, language):
    client = visit("supervisor", language)
    wave, tie = TieWave.objects.get(), Tie.objects.first()
    pages = [url(name) for name in LISTS] + [
        url("actor", found.name(0)), url("actor", found.name(ALONE)), url("tie", tie.pk), url("wave", wave.pk),
        url("edit_wave", wave.pk), url("group", "yarn"), url("edit_group", "yarn"), url("new_member", "yarn"),
        url("step", "yarn", "statute"), url("step", "yarn", "shared_fund"),
        url("leave", "yarn", group.members.first().pk),
        url("map", cluster=found.cluster.code, colour="size_class", shape="place", find=found.name(3)),
        url("map", wave="all"), url("map", wave="records"), url("map", kind=["works_with", "trusts"]),
        reverse("register:actor", args=[found.name(0)]),
    ]  # fmt: skip
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert SECRET not in answer.content.decode(), page


def test_the_map_says_in_words_what_it_draws(found, visit):
    page = visit().get(url("map")).content.decode()
    assert page.count('class="actor') >= N and page.count("<line") >= 11
    assert "10 of 12 actors have at least one tie (First); 1 gave no answer of its own." in page
    assert found.name(ALONE) in page and 'class="actor hollow"' in page
    assert "12 actors, 11 ties" in page


def test_a_firm_is_found_and_pointed_out(found, visit):
    page = visit().get(url("map", find=found.name(3)[-5:].lower())).content.decode()
    assert 'class="actor found"' in page
    assert "is called" in visit().get(url("map", find="nobody at all")).content.decode()


def test_figures_open_to_the_actors_behind(found, visit):
    client = visit()
    measures = client.get(url("measures")).content.decode()
    assert "Of 100 possible ties between 12 actors" in measures and "density" in measures
    assert "is_isolated=yes" in measures
    alone = client.get(url("actors", is_isolated="yes"))
    assert [r["actor"] for r in alone.context["table"].filtered] == [found.name(ALONE)]
    silent = client.get(url("actors", answered="no"))
    assert [r["actor"] for r in silent.context["table"].filtered] == [found.name(SILENT)]


def test_two_rounds_are_compared(found, visit):
    second = begin(found.made, "second")
    for n, site in enumerate(found.sites):
        asked(found, site, "silent" if n == SILENT else "answered", second)
    for one, two in [(0, 1), (1, 2), (2, 9)]:
        found.tie(one, two, wave=second)
    page = visit().get(url("map", wave="second", before="first"))
    compared = page.context["compared"]
    assert {fate: compared.n(fate) for fate in ("kept", "new", "lost", "unknown")} == {
        "kept": 2, "new": 1, "lost": 9, "unknown": 0,
    }  # fmt: skip
    assert compared.change.jaccard == pytest.approx(2 / 12) and compared.is_certain
    assert "16.7" in page.content.decode()
    export = visit().get(url("map", wave="second", before="first", **{"c.export": "csv"}))
    assert len(b"".join(export.streaming_content).splitlines()) == 13


def test_who_stays_is_drawn_where_they_were(found, visit):
    begin(found.made, "second")
    for one, two in [(n, (n + 1) % 10) for n in range(10)]:
        found.tie(one, two, wave=TieWave.objects.get(code="second"))
    remembered.forget()
    first, second = (visit().get(url("map", wave=w)).context["picture"] for w in ("first", "second"))
    where = dict(zip(first.network.actors, first.places.positions.tolist(), strict=True))
    for actor, (x, y) in zip(second.network.actors, second.places.positions.tolist(), strict=True):
        if actor in where:
            assert abs(where[actor][0] - x) + abs(where[actor][1] - y) < 1.5


@pytest.mark.parametrize("role", ["researcher", "committee_member", "association_officer"])
def test_who_may_not_read_answers_gets_sentences_on_the_whole(found, visit, role):
    from nanduti.foundation.models import Grant

    Grant.objects.filter(user=found.world.users[role]).update(scope=found.programme.scope)
    client = visit(role)
    page = client.get(url("map")).content.decode()
    assert found.name(0) not in page
    said = client.get(url("measures")).content.decode()
    assert "Of 100 possible ties between 12 actors" in said and found.name(0) not in said
    assert "Without a tie to anybody" not in said  # two who stand alone could be guessed
    for name in ("actors", "left_out", "named", "declare", "new_wave"):
        assert client.get(url(name)).status_code == 403, name
    assert client.get(url("tie", Tie.objects.first().pk)).status_code == 403
    assert found.name(0) not in client.get(url("graphml")).content.decode()
    assert found.name(0) not in client.get(url("ties")).content.decode()
    assert client.get(url("actor", found.name(0))).status_code in (403, 404)


@pytest.mark.parametrize("role", ["stranger", "nobody", "firm_owner", "enumerator"])
def test_strangers_see_nothing(found, group, visit, role):
    client = visit(role)
    for name in LISTS:
        assert client.get(url(name)).status_code in (403, 404), name
    assert client.get(url("group", "yarn")).status_code in (403, 404)


def test_the_agent_of_the_cluster_works_here(found, visit):
    client = visit("cda")
    for name in ("map", "measures"):
        assert client.get(url(name, cluster=found.cluster.code)).status_code == 200
    given = {"origin": found.name(0), "target": found.name(ALONE), "kind": "trusts", "strength": "4"}
    assert client.post(url("declare"), given).status_code == 302
    assert Tie.objects.get(kind="trusts").strength == 4


def test_deeds_by_their_pages(found, visit, group):
    client = visit()
    given = {
        "origin": found.name(0),
        "target": "?dyer",
        "kind": "works_with",
        "wave": "first",
        "note_text": "told me",
    }
    assert client.post(url("declare"), given).status_code == 302
    named = TieActor.objects.get(code="?dyer")
    assert "?dyer" in client.get(url("named")).content.decode()
    assert client.post(url("say_who", named.pk), {"pseudonym": "W-NOBODY"}).status_code == 422
    assert client.post(url("say_who", named.pk), {"pseudonym": found.name(ALONE)}).status_code == 302
    assert client.post(url("say_who", named.pk), {"pseudonym": found.name(ALONE)}).status_code == 404
    tie = Tie.objects.get(note="told me")
    assert client.post(url("tie", tie.pk)).status_code == 302 and not Tie.objects.filter(pk=tie.pk).exists()
    assert client.post(url("tie", tie.pk)).status_code == 404  # twice
    kind = {"code": "shares_van", "title": "Shares a van with", "lowest": "1", "highest": ""}
    assert client.post(url("new_kind"), kind).status_code == 422
    assert client.post(url("new_kind"), {**kind, "highest": "3"}).status_code == 302
    assert client.post(url("new_kind"), {**kind, "highest": "4"}).status_code == 422  # the code is taken
    row = TieKind.objects.get()
    assert client.post(url("edit_kind", row.pk), {"title": "Van", "version": row.version}).status_code == 302
    assert client.post(url("edit_kind", row.pk), {"title": "Bus", "version": row.version}).status_code == 409
    wave = {"code": "second", "title": "Second", "method": "roster", "kinds": ["works_with"]}
    assert client.post(url("new_wave"), wave).status_code == 302
    assert client.post(url("new_wave"), wave).status_code == 302  # a second click finds it done
    assert TieWave.objects.filter(code="second").count() == 1
    assert client.post(url("new_wave"), wave | {"title": "Another"}).status_code == 422


def test_deeds_of_business_networks(found, visit, group):
    client = visit()
    assert client.post(url("new_group"), {"name": "Buyers", "kind": "vertical"}).status_code == 302
    assert (
        client.post(url("new_member", "yarn"), {"pseudonym": found.name(1), "role": "buyer"}).status_code
        == 302
    )
    again = client.post(url("new_member", "yarn"), {"pseudonym": found.name(1), "role": "supplier"})
    assert again.status_code == 422
    member = group.members.order_by("-id").first()
    assert (
        client.post(url("leave", "yarn", member.pk), {"until_on": "2026-01-01", "version": 1}).status_code
        == 302
    )
    assert (
        client.post(url("leave", "yarn", member.pk), {"until_on": "2026-01-01", "version": 1}).status_code
        == 404
    )
    assert (
        client.post(url("step", "yarn", "directing_body"), {"evidence": "", "version": 0}).status_code == 422
    )
    assert (
        client.post(url("step", "yarn", "directing_body"), {"evidence": "vote", "version": 0}).status_code
        == 302
    )
    page = client.get(url("group", "yarn")).content.decode()
    assert "0 of 5 steps are evidenced without a gap" in page and "2 later steps do not count yet" in page
    assert client.post(url("step", "yarn", "directing_body"), {"take_back": "1"}).status_code == 302
    assert client.get(url("step", "yarn", "dances")).status_code == 404


NASTY = [
    "",
    "x",
    "-1",
    "99999999999999999999",
    "\x00",
    "'; drop table",
    "ñ" * 300,
    "W-7K3QDXK",
    "all",
    "%",
    "?1",
    "2",
]


KEYS = ["wave", "before", "kind", "colour", "shape", "find", "names", "cluster", "as_of", "page", "sort", "group",
        "partners_min", "export", "cols"]  # fmt: skip


@pytest.mark.parametrize("name", ["map", "measures", "actors", "left_out", "ties", "graphml"])
def test_nothing_in_the_address_breaks_a_page(found, visit, name):
    """Every value everywhere at once, and each key alone with one of them."""
    client = visit()
    for place, value in enumerate(NASTY):
        everywhere = {key: value for key in KEYS if key != "cluster"}
        assert client.get(url(name, **everywhere)).status_code == 200, value
        key = KEYS[place % len(KEYS)]
        assert client.get(url(name, **{key: NASTY[-1 - place]})).status_code in (200, 404), (key, value)


@pytest.mark.parametrize("value", NASTY)
def test_nothing_that_is_submitted_breaks_a_page(found, visit, group, value):
    client = visit()
    fields = ["origin", "target", "kind", "strength", "began_on", "ended_on", "wave", "note_text", "pseudonym", "role",
              "since_on", "name", "objective", "code", "title", "method", "kinds", "lowest", "highest", "evidence",
              "reached_on", "until_on", "version", "from_on"]  # fmt: skip
    given = dict.fromkeys(fields, value)
    targets = ["declare", "new_kind", "new_wave", "new_group"]
    pages = [url(name) for name in targets] + [url("new_member", "yarn"), url("step", "yarn", "statute"),
                                               url("edit_group", "yarn"), url("edit_wave", found.wave.pk)]  # fmt: skip
    for page in pages:
        assert client.post(page, given).status_code in (302, 409, 422), page
    for page in (url("actor", "x"), url("actor", "W-7K3QDXK"), url("tie", 10**15), url("wave", 10**15)):
        assert client.get(page).status_code == 404, page


def test_files_hold_pseudonyms_alone(found, visit):
    client = visit()
    text = client.get(url("graphml", names=1)).content.decode()
    root = xml.fromstring(text)
    nodes = [node.get("id") for node in root.iter("{http://graphml.graphdrawing.org/xmlns}node")]
    assert sorted(nodes) == sorted(site.pseudonym for site in found.sites) and SECRET not in text
    for export in ("csv", "xlsx"):
        for name in ("map", "actors", "ties", "groups"):
            answer = client.get(url(name, export=export, names=1))
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code == 200 and SECRET.encode() not in body


def test_names_show_only_where_the_register_lets_them(found, visit):
    from django.utils import timezone

    from nanduti.vault.models import Reveal

    before = Reveal.objects.count()
    assert SECRET not in visit("supervisor").get(url("map", names=1)).content.decode()
    assert Reveal.objects.count() == before and timezone.now()


def test_pages_ask_no_more_when_there_is_more(found, visit):
    client = visit()
    names = ("map", "measures", "actors", "left_out", "ties", "groups", "waves", "named")
    client.get(url("map"))

    def count() -> dict[str, int]:
        counted = {}
        for name in names:
            with CaptureQueriesContext(connection) as asked_for:
                client.get(url(name))
            counted[name] = len(asked_for)
        return counted

    few = count()
    for n in range(8):
        found.tie(n, n + 2)
        group_actions.found_network(
            programme=found.programme,
            cluster=found.cluster,
            values={"name": f"n{n}", "kind": "ad_hoc"},
            by="t",
            at=AT,
        )
    many = count()
    assert all(many[name] <= few[name] + 1 for name in names), (few, many)
    assert max(many.values()) < 60


def test_the_api_tells_the_same(found, visit):
    client = visit()
    said = client.get("/api/programmes/weaving/ties?wave=first").json()
    assert said["n"] == 11 and said["missing"] == {found.name(SILENT): "silent"}
    measures = client.get("/api/programmes/weaving/network-measures?wave=first").json()
    assert measures["n_actors"] == 12 and measures["statements"][0]["topic"] == "density"
    assert visit("researcher").get("/api/programmes/weaving/ties?wave=first").json()["n"] == 0
    assert visit("stranger").get("/api/programmes/weaving/ties").status_code in (403, 404)


def test_a_large_map_is_worked_out_in_the_background_and_found_again(found, visit, monkeypatch):
    from nanduti.foundation.models import Job, Run
    from nanduti.foundation.work import run_waiting
    from nanduti.networks import drawing

    monkeypatch.setattr(drawing, "DRAWN_AT_ONCE", 5)
    monkeypatch.setattr(sys.modules["nanduti.networks.queries.measures"], "MOST_AT_ONCE", 5)
    client = visit()
    page = client.get(url("map"))
    assert page.context["picture"] is None and "Work it out" in page.content.decode()
    assert "has not been yet" in client.get(url("measures")).content.decode()
    for _twice in range(2):
        assert client.post(page.context["large"]["url"]).status_code == 302
    assert Job.objects.filter(kind="networks.draw").count() == 1
    assert "Look again" in client.get(url("map")).content.decode()
    run_waiting()
    assert Job.objects.get(kind="networks.draw").state == "done", Job.objects.get(kind="networks.draw").error
    assert Run.objects.filter(recipe="networks.drawing").count() == 1
    drawn = client.get(url("map")).context["picture"]
    assert drawn is not None and len(drawn.places.positions) == N
    assert "Of 100 possible ties between 12 actors" in client.get(url("measures")).content.decode()
    assert visit("researcher").post(url("draw")).status_code == 403
