"""What answers do not say with figures: headers, caches, errors, sizes. And what they must not."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.register.models import Establishment
from nanduti.release.models import Publication
from nanduti.release.pages import opened as pages
from nanduti.release.publishing import contents
from nanduti.release.queries import opened, returning
from nanduti.release.queries import publications as published
from tests.release.attack.canaries import RESTRICTED, Planted, plant, sniff
from tests.support.clients import signed_in
from tests.support.crawl import body_text

FILES = ("table.csv", "table.parquet", "datapackage.json", "towns-by-size.zip")
OPEN = ("/open/", "/open/weaving/", "/open/weaving/towns-by-size/", "/open/weaving/towns-by-size/v1/",
        *(f"/open/weaving/towns-by-size/v1/{name}" for name in FILES),
        "/api/open/", "/api/open/weaving/", "/api/open/weaving/towns-by-size/",
        "/api/open/weaving/towns-by-size/rows/table/?limit=1000")  # fmt: skip
# What differs from one answer to the next without telling anything.
OF_THE_MOMENT = {"date", "x-request-id", "server-timing"}


def whole(client: Client, address: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body."""
    client.raise_request_exception = False
    answer = client.get(address, headers=headers)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return (
        answer.status_code,
        {k.lower(): v for k, v in answer.items() if k.lower() not in OF_THE_MOMENT},
        body,
    )


@pytest.fixture
def planted(door) -> Planted:
    return plant(door)


# --- nothing that is open depends on what is hidden


def everything_open(door, kinds: dict[str, dict[str, int]]) -> dict[str, tuple]:
    """All that visitors are given where the workshops are these; nothing of it stays."""
    from tests.support.release import workshops

    with transaction.atomic():
        Establishment._base_manager.filter(pk__in=[f.pk for f in door.firms]).update(
            merged_into=door.world.site
        )
        workshops(door.world.cluster, kinds)
        door.publish(protection={"threshold": 5})
        found = {address: whole(signed_in(None), address) for address in OPEN}
        opened._frames.clear()
        transaction.set_rollback(True)
    return found


# Both have the same totals, and fewer than five firms in the same two cells; two further cells are hidden beside them.
ONE = {"town-a": {"micro": 14, "small": 7, "medium": 3}, "town-b": {"micro": 9, "small": 3, "medium": 6},
       "town-c": {"micro": 11, "small": 8, "medium": 7}}  # fmt: skip
OTHER = {
    **ONE,
    "town-a": {"micro": 14, "small": 8, "medium": 2},
    "town-b": {"micro": 9, "small": 2, "medium": 7},
}


def test_two_worlds_that_differ_in_hidden_cells_look_alike_to_the_byte(door):
    """Every page, file, size and fingerprint: who holds both cannot tell which world it is."""
    one, other = everything_open(door, ONE), everything_open(door, OTHER)
    assert {a for a in OPEN if one[a] != other[a]} == set()
    assert all(status == 200 for status, _headers, _body in one.values())


def test_a_trace_of_what_is_hidden_is_noticed(door, monkeypatch):
    true = contents.of

    def telling(publication, checked):
        return true(publication, checked) | {"made_from": publication.of_check.input_digest}

    monkeypatch.setattr(contents, "of", telling)
    monkeypatch.setattr(opened, "programmes", opened.programmes)
    one, other = everything_open(door, ONE), everything_open(door, OTHER)
    assert {a for a in OPEN if one[a] != other[a]} == set()  # kept, and shown nowhere
    monkeypatch.setattr(contents, "cite", lambda row, _tongue="en": row.contents["made_from"])
    one, other = everything_open(door, ONE), everything_open(door, OTHER)
    assert "/open/weaving/towns-by-size/" in {a for a in OPEN if one[a] != other[a]}


# --- caches


def test_a_kept_copy_is_not_confirmed_once_it_was_withdrawn(planted):
    client = signed_in(None)
    address = "/open/weaving/towns-by-size/v1/table.csv"
    status, headers, _body = whole(client, address)
    assert status == 200 and headers["etag"]
    Publication._base_manager.filter(slug="towns-by-size").update(
        state="withdrawn", withdrawn_on=timezone.localdate(), withdrawn_because="a mistake was made"
    )
    status, again, body = whole(client, address, **{"If-None-Match": headers["etag"]})
    assert status == 410 and "etag" not in again and again["cache-control"] == "no-cache"
    assert not sniff(body_text(body), planted.numbers)
    for base in ("/api/open/weaving/towns-by-size/", "/open/weaving/towns-by-size/v1/"):
        assert b"town-a" not in whole(client, base)[2]
    assert whole(client, "/api/open/weaving/towns-by-size/rows/table/")[0] == 410


def test_a_gate_that_forgets_withdrawals_is_noticed(planted, monkeypatch):
    Publication._base_manager.filter(slug="towns-by-size").update(
        state="withdrawn", withdrawn_on=timezone.localdate(), withdrawn_because="a mistake was made"
    )
    monkeypatch.setattr(Publication, "is_withdrawn", False)
    assert whole(signed_in(None), "/open/weaving/towns-by-size/v1/table.csv")[0] == 200


@pytest.mark.parametrize("header", ["If-None-Match", "If-Match", "Range", "If-Modified-Since"])
def test_whoever_knows_a_fingerprint_is_told_nothing_by_it(planted, header):
    """Of a file that is not for everybody no condition tells that it exists."""
    file = planted.restricted.files.get(name="table.csv")
    asked = {"Range": "bytes=0-9", "If-Modified-Since": "Wed, 21 Oct 2015 07:28:00 GMT"}.get(
        header, f'"{file.digest}"'
    )
    client = signed_in(None)
    for there, not_there in (
        ("/open/weaving/for-the-town/v1/table.csv", "/open/weaving/for-nobody-at/v1/table.csv"),
        ("/open/weaving/towns-by-size/v2/table.csv", "/open/weaving/towns-by-size/v3/table.csv"),
    ):
        assert same(whole(client, there, **{header: asked}), whole(client, not_there, **{header: asked}))


def test_what_shared_caches_keep_is_the_same_for_everybody(planted):
    """An open page is kept for all; so nothing of whoever happened to ask first may stand in it."""
    visitor, coordinator = signed_in(None), signed_in(planted.door.user("coordinator"))
    for address in OPEN:
        mine, theirs = whole(visitor, address), whole(coordinator, address)
        assert "public" in mine[1].get("cache-control", ""), address
        assert mine[2] == theirs[2] and "set-cookie" not in {*mine[1], *theirs[1]}, address
    for page in OPEN[:4]:
        assert "Accept-Language" in whole(visitor, page)[1]["vary"], page


def test_an_open_page_that_greets_its_reader_is_noticed(planted, monkeypatch):
    true = pages._page

    def greeting(request, template, context, **more):
        return true(request, template, {**context, "title": str(request.user)}, **more)

    monkeypatch.setattr(pages, "_page", greeting)
    visitor, coordinator = signed_in(None), signed_in(planted.door.user("coordinator"))
    assert whole(visitor, "/open/weaving/")[2] != whole(coordinator, "/open/weaving/")[2]


def test_nothing_inside_is_kept_by_shared_caches(planted):
    """Pages and files of those with rights are for them alone."""
    client = signed_in(planted.door.user("coordinator"))
    base = "/p/weaving/release/"
    for address in (base, f"{base}{planted.undecided.pk}/", f"{base}out/{planted.restricted.pk}/",
                    f"{base}out/{planted.restricted.pk}/files/table.csv"):  # fmt: skip
        status, headers, _body = whole(client, address)
        said = headers.get("cache-control", "")
        assert status == 200 and "public" not in said, address
        assert "no-store" in said or "private" in said or "Cookie" in headers.get("vary", ""), address


# --- errors


def same(one: tuple, other: tuple) -> bool:
    """Whether two answers are alike but for the address itself, which has as many letters."""
    words = ((b"for-the-town", b"for-nobody-at"), (b"undecided", b"nobodyhas"), (b"/v2/", b"/v3/"))

    def blurred(answer: tuple) -> tuple:
        status, headers, body = answer
        for a, b in words:
            body = body.replace(a, b"").replace(b, b"")
        kept = {k: v for k, v in headers.items() if k not in {"content-length", "etag", "location"}}
        return status, kept, body

    return blurred(one) == blurred(other)


PAIRS = [
    ("/open/weaving/for-the-town/", "/open/weaving/for-nobody-at/"),
    ("/open/weaving/for-the-town/v1/", "/open/weaving/for-nobody-at/v1/"),
    ("/open/weaving/for-the-town/v1/table.csv", "/open/weaving/for-nobody-at/v1/table.csv"),
    ("/open/weaving/undecided/", "/open/weaving/nobodyhas/"),
    ("/api/open/weaving/for-the-town/", "/api/open/weaving/for-nobody-at/"),
    ("/api/open/weaving/for-the-town/?version=1", "/api/open/weaving/for-nobody-at/?version=1"),
    ("/api/open/weaving/for-the-town/rows/table/", "/api/open/weaving/for-nobody-at/rows/table/"),
    ("/api/open/weaving/undecided/", "/api/open/weaving/nobodyhas/"),
]


@pytest.mark.parametrize(("there", "not_there"), PAIRS)
def test_what_is_not_for_everybody_is_refused_as_what_is_not_there(planted, there, not_there):
    assert same(whole(signed_in(None), there), whole(signed_in(None), not_there))


def test_an_error_that_tells_that_something_is_there_is_noticed(planted, monkeypatch):
    from nanduti.foundation.errors import NotFound

    true = opened.publication

    def telling(**asked):
        if Publication._base_manager.filter(slug=asked["slug"]).exclude(audience="public").exists():
            raise NotFound(kind="publication for others", code_given=asked["slug"])
        return true(**asked)

    monkeypatch.setattr(opened, "publication", telling)
    client = signed_in(None)
    there, not_there = PAIRS[4]
    assert not same(whole(client, there), whole(client, not_there))


def test_those_with_a_role_are_refused_what_is_for_others_as_what_is_not_there(planted):
    client = signed_in(planted.door.user("association"))
    pk = planted.restricted.pk
    for end in ("", "files/table.csv", "sheets/"):
        there = whole(client, f"/p/weaving/release/out/{pk}/{end}")
        not_there = whole(client, f"/p/weaving/release/out/{pk + 9_000}/{end}")
        assert there[0] == not_there[0] == 404 and RESTRICTED.encode() not in there[2]


def test_a_list_that_forgets_for_whom_things_are_is_noticed(planted, monkeypatch):
    monkeypatch.setitem(published.READERS, "municipality", {"association_officer"})
    client = signed_in(planted.door.user("association"))
    assert whole(client, f"/p/weaving/release/out/{planted.restricted.pk}/")[0] == 200


# --- sheets


def test_sheets_tell_nobody_of_another_firm(planted):
    """The owner, and an agent of another cluster: neither a firm's sheet, nor the batch, nor a printed one."""
    from tests.support.register import account

    door = planted.door
    door.users["far"] = account("far", "cda", door.world.other.scope)
    made = Publication._base_manager.get(slug="sheets")
    firm = next(f for f in door.firms if (f.place.code, f.size_band) == ("town-a", "medium"))
    door.users["owner"] = door.world.users["firm_owner"]
    for who in ("owner", "far", "association", "researcher", "member"):
        client = signed_in(door.user(who))
        firms = f"sheets/{door.world.cluster.code}/firms/"
        for end in (
            f"firm/{firm.pseudonym}/",
            f"firm/{firm.pseudonym}/?format=pdf",
            firms,
            f"{firms}?format=pdf",
            "mine/",
        ):
            status, _headers, body = whole(client, f"/p/weaving/release/out/{made.pk}/{end}")
            assert status in (302, 403, 404), (who, end)
            assert firm.pseudonym.encode() not in body or end in body.decode("utf-8", "replace")


def test_a_sheet_for_whoever_asks_is_noticed(planted, monkeypatch):
    from tests.support.register import account

    door = planted.door
    made = Publication._base_manager.get(slug="sheets")
    with scopes_disabled():
        agent = account("near", "cda", door.world.cluster.scope)
    client = signed_in(agent)
    address = f"/p/weaving/release/out/{made.pk}/firm/{door.firms[3].pseudonym}/"
    assert whole(client, address)[0] == 200
    monkeypatch.setattr(returning, "may_see_firm", lambda _access, _firm: False)
    assert whole(client, address)[0] == 404
