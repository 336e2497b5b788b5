"""Every address as everybody without rights: no figure of a single firm is told, by page, export or API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, product

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nanduti.foundation.models import Job
from nanduti.foundation.roles import BY_CODE
from nanduti.methods.disclosure import Rules
from nanduti.release import jobs
from nanduti.release.gate import tables as gate
from nanduti.release.models import Publication
from nanduti.release.queries import opened
from tests.release.attack.canaries import RESTRICTED, UNDECIDED, Planted, plant, sniff
from tests.support.clients import signed_in
from tests.support.crawl import Walk, body_text, filled, routes

FEEDS = ("/feed/", "/rss/", "/rss.xml", "/atom.xml", "/open/feed/", "/open/weaving/feed/", "/sitemap.xml",
         "/robots.txt", "/open/weaving/towns-by-size/feed/", "/api/open/weaving/feed/")  # fmt: skip
# Who may read no single answer.
UNTOLD = ("researcher", "association", "owner", "stranger")
# Where answers and figures of firms stand; other rooms are walked by the canary of identities.
PARTS = (
    "/open/",
    "/api/open/",
    "/p/weaving/release/",
    "/p/weaving/indicators/",
    "/p/weaving/surveys/",
    "/jobs/",
)


class Part(Walk):
    """A walk that keeps to some addresses."""

    parts: tuple[str, ...] = PARTS

    def _is_new(self, url: str) -> bool:
        return url.startswith(self.parts) and super()._is_new(url)


@pytest.fixture
def planted(door) -> Planted:
    here = plant(door)
    users = here.door.world.users
    door.users["owner"] = users["firm_owner"]
    return here


def values(planted: Planted) -> dict[str, list[str]]:
    """What stands in addresses, as somebody could guess it."""
    publications = Publication._base_manager.values_list("pk", "slug")
    return {
        "programme": ["weaving"],
        "slug": [*sorted({slug for _pk, slug in publications}), "undecided"],
        "number": ["1"],
        "pk": [str(pk) for pk in (planted.asked.pk, planted.submission, planted.undecided.pk)]
        + [str(pk) for pk, _slug in publications],
        "name": ["table.csv", "table.parquet"],
        "code": ["visit", planted.door.world.cluster.code],
        "cluster": [planted.door.world.cluster.code],
        "instrument": [str(planted.asked.pk), "visit"],
        "pseudonym": [planted.door.firms[21].pseudonym],
    }


def walked(client: Client, planted: Planted, *parts: str) -> Iterator[tuple[str, str]]:
    """Address and everything told there, headers included: what pages lead to, and exports that are only guessed."""
    client.raise_request_exception = False
    # Each publication; of what stands inside, each kind of page.
    walk = Part(client, values(planted), often="<", visits_often=40 if parts == ("/open/",) else 2)
    walk.parts = parts or PARTS
    for page in walk.pages():
        # These answers never were XML.
        assert page.status < 500 or page.url.endswith(".xml"), page.url
        yield page.url, page.text
    for route in routes():
        for address in islice(filled(route, values(planted)), 1):
            if address.startswith(walk.parts) and (
                "export" in address or "release" in route or "survey" in route
            ):
                yield f"{address}?export=csv", told(client, f"{address}?export=csv&format=csv")


def told(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code < 500 or ".xml" in address, address
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join(f"{k}: {v}" for k, v in answer.items()) + body_text(body)


def leaks(
    pages: Iterator[tuple[str, str]], planted: Planted, words: tuple[str, ...] = ()
) -> dict[str, list[str]]:
    return {address: found for address, text in pages if (found := sniff(text, planted.numbers, words))}


def test_a_visitor_finds_no_canary(planted):
    """Nor a word of what is for others, or of what nobody has decided about."""
    client = signed_in(None)
    assert leaks(walked(client, planted), planted, (RESTRICTED, UNDECIDED)) == {}
    assert leaks(((a, told(client, a)) for a in FEEDS), planted, (RESTRICTED, UNDECIDED)) == {}


def test_the_walk_of_the_visitor_notices_what_is_not_for_everybody(planted, monkeypatch):
    monkeypatch.setattr(opened, "_open", lambda: Publication._base_manager.order_by("-published_on", "-id"))
    found = leaks(walked(signed_in(None), planted, "/open/"), planted, (RESTRICTED,))
    assert {"/open/weaving/", "/open/weaving/for-the-town/"} <= set(found)


@pytest.mark.parametrize("role", ["", *UNTOLD, "member"])
def test_no_export_of_answers_is_made_for_them(planted, role):
    """Asked for by the form that they are not shown, in every format."""
    client = signed_in(planted.door.user(role) if role else None)
    for form in ("csv", "xlsx", "parquet", "sav", "dta", "geojson", "zip"):
        answer = client.post(f"/p/weaving/surveys/instruments/{planted.asked.pk}/export/", {"format": form})
        assert answer.status_code in (302, 403, 404), (role, form)
        assert answer.status_code != 302 or "/account/" in answer["Location"]
    assert not Job.objects.filter(kind__startswith="surveys.export").exists()


@pytest.mark.parametrize("role", UNTOLD)
def test_nobody_without_the_right_finds_a_canary(planted, role):
    assert leaks(walked(signed_in(planted.door.user(role)), planted), planted) == {}


def test_the_walk_of_a_role_notices_an_export_that_is_open_to_it(planted, monkeypatch):
    role = BY_CODE["researcher"]
    monkeypatch.setitem(BY_CODE, "researcher", replace(role, may=role.may | {"read_sensitive"}))
    found = leaks(walked(signed_in(planted.door.user("researcher")), planted, "/p/weaving/surveys/"), planted)
    assert [a for a in found if a.endswith("/table/")] and [a for a in found if "export=" in a]


def test_what_is_published_notices_a_gate_that_hides_nothing(door, monkeypatch):
    """The cell that one firm dominates stands in every format where no rule holds it back."""
    monkeypatch.setattr(gate, "rules_of", lambda *_given: Rules(threshold=1, p_percent=None))
    monkeypatch.setattr(jobs, "entries", lambda **_what: [])
    here = plant(door)
    found = leaks(walked(signed_in(None), here, "/open/"), here)
    assert "/open/weaving/rents/v1/table.csv" in found and "/open/weaving/rents/" in found


# --- machines


def asked_of_machines(client: Client, planted: Planted) -> Iterator[tuple[str, str, int, str]]:
    """Every path and verb of the API document, with guessed ids and slugs, plainly and narrowed."""
    document = client.get("/api/openapi.json").json()
    guesses = {
        **values(planted),
        "version": ["1"],
        "part": ["table", "records", "product"],
        "kind": ["table"],
    }
    for path, verbs in document["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        choices = [guesses.get(n) or ["1", "weaving", "visit"] for n in names]
        for chosen in islice(product(*choices), 24):
            address = path
            for name, value in zip(names, chosen):
                address = address.replace(f"{{{name}}}", value)
            for verb in verbs:
                for query in (
                    "",
                    "?limit=1000&offset=0",
                    "?version=1",
                    "?place=town-a&size_class=medium&by=place",
                ):
                    if query and verb != "get":
                        continue
                    sent = (
                        {} if verb in ("get", "head") else {"data": "{}", "content_type": "application/json"}
                    )
                    answer = getattr(client, verb)(address + query, **sent)
                    assert answer.status_code < 500, (verb, address)
                    yield verb, address + query, answer.status_code, body_of(answer)


def body_of(answer) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "\n".join(f"{k}: {v}" for k, v in answer.items()) + body.decode("utf-8", "replace")


@pytest.mark.parametrize("role", ["", "researcher", "association", "stranger"])
def test_programs_are_told_no_canary(planted, role):
    client = signed_in(planted.door.user(role) if role else None)
    client.raise_request_exception = False
    words = () if role else (RESTRICTED, UNDECIDED)
    answered = set()
    for verb, address, status, text in asked_of_machines(client, planted):
        assert not sniff(text, planted.numbers, words), (verb, address)
        if status == 200:
            answered.add(address.partition("?")[0])
    if not role:
        assert answered and all(a.startswith("/api/open/") for a in answered)


def test_the_questions_of_programs_notice_what_is_not_for_everybody(planted, monkeypatch):
    monkeypatch.setattr(opened, "_open", lambda: Publication._base_manager.order_by("-published_on", "-id"))
    client = signed_in(None)
    client.raise_request_exception = False
    found = [a for _v, a, _s, text in asked_of_machines(client, planted) if sniff(text, (), (RESTRICTED,))]
    assert "/api/open/weaving/" in found


def test_asking_for_rows_otherwise_gives_the_same_rows(planted):
    """No query narrows, groups or adds: pieces of the published file, whatever else is asked."""
    client, base = signed_in(None), "/api/open/weaving/rents/rows/table/"
    whole = client.get(f"{base}?limit=1000").json()["rows"]
    asked = (client.get(f"{base}?limit=3&offset={n}") for n in range(0, len(whole) + 3, 3))
    pieces = [row for answer in asked for row in answer.json()["rows"]]
    assert pieces == whole and any(row["value"] is None for row in whole)
    for query in ("place=town-a", "group_by=place", "q=town-a", "where=value>0", "columns=_why", "fields=value,_why",
                  "version=1", "order=value", "format=full", "include=hidden"):  # fmt: skip
        assert client.get(f"{base}?limit=1000&{query}").json()["rows"] == whole
    for query in ("limit=0", "limit=-1", "offset=-1", "version=0", "limit=99999999"):
        assert client.get(f"{base}?{query}").status_code == 422


# --- what open pages read


def tables_read(client: Client, address: str) -> set[str]:
    """The tables that an address reads from."""
    with CaptureQueriesContext(connection) as caught:
        client.get(address)
    names = connection.introspection.table_names()
    return {n for n in names for q in caught.captured_queries if f'"{n}"' in q["sql"]}


def open_addresses(planted: Planted) -> list[str]:
    found = [
        a for r in routes() if r.startswith(("/open/", "/api/open/")) for a in filled(r, values(planted))
    ]
    return found


def test_everything_open_reads_what_was_published_alone(planted):
    client = signed_in(None)
    client.raise_request_exception = False
    addresses = open_addresses(planted)
    assert len(addresses) > 30
    for address in addresses:
        assert tables_read(client, address) <= {"release_publication", "release_publishedfile"}, address


def test_a_live_query_behind_an_open_page_is_noticed(planted, monkeypatch):
    from nanduti.register.models import Establishment

    true = opened.programmes
    monkeypatch.setattr(opened, "programmes", lambda: true() if Establishment._base_manager.count() else [])
    assert "register_establishment" in tables_read(signed_in(None), "/open/")


def test_the_api_document_names_nothing_of_the_programme(planted):
    said = json.dumps(signed_in(None).get("/api/openapi.json").json())
    assert not sniff(said, planted.numbers, (RESTRICTED, UNDECIDED, "town-a", "weaving"))
