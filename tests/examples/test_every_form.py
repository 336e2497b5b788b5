"""Every form and every address of every room, with what people and their programs send by mistake or on purpose.

Found by walking, so that a room that comes later is asked too. ``tests/home/test_fuzz.py`` looks deeper at the forms
of a programme; this test looks everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import resolve
from django_scopes import scopes_disabled

from nanduti.config.garments.files import PROGRAMME
from nanduti.foundation import imports
from nanduti.foundation.models import AuditEvent, Grant, Scope, User
from nanduti.foundation.roles import BY_CODE
from tests.support.clients import signed_in
from tests.support.crawl import DEFAULTS, PARAMETER, Walk, filled, routes
from tests.support.example import CODE, FOLDER
from tests.support.forms import Control, Form, encoded, forms_of
from tests.support.register import account

pytestmark = [pytest.mark.django_db(databases=["default", "vault"]), pytest.mark.once]
PROGRAMMES = [CODE, PROGRAMME]
ODD = [
    "", "9" * 30, "a\x00b", "x" * 10_000, "-1", "1e400", "\ud800", "2147483648", "9999-12-31", "NaN", "0001-01-01",
    "\u202e🎉", "2008-02-30", "0", "May 9999 - June 9999", " ", "٣", "%(x)s", "1.12345678901234567890", "[]", "{",
]  # fmt: skip
# Fields of a form that are tried in a run: the odd values go round, so that all meet every kind of field.
FIELDS_OF_EACH = 3
# Names that pages look for in an address, beside those that their own links carry.
ASKED = [
    "cluster", "as_of", "on", "q", "sort", "page", "cols", "export", "all", "kind", "state", "stage", "type", "n",
    "size", "wave", "from", "to", "level", "next", "back", "as", "when", "where", "how", "since", "until", "code",
    "pk", "number", "version", "format", "lang", "language", "date_text_start.from", "t.sort", "l.page",
]  # fmt: skip
# Leaving, and what is no page of ours.
LEFT_OUT = ("/account/logout", "/language", "/static/", "/account/sessions")


class Plainly(Walk):
    """A walk that reads each page once, as it is, and takes no file along."""

    def _is_new(self, url: str) -> bool:
        return not urlsplit(url).query and super()._is_new(url)


@pytest.fixture(scope="module")
def everybody(garments, django_db_blocker) -> User:
    """Somebody with every role in both programmes, so that every form of every room opens."""
    with django_db_blocker.unblock(), scopes_disabled():
        imports.import_sheets(sheets=imports.read_sheets(FOLDER), name="example", access=None, by="test")
        user = account("everybody", second_factor=True)
        Authenticator.objects.filter(user=user).update(data={"secret": "JBSWY3DPEHPK3PXP"})
        for scope in Scope.objects.filter(kind="programme", code__in=PROGRAMMES):
            for role in BY_CODE:
                Grant.objects.create(user=user, role=role, scope=scope, since=date(2020, 1, 1))
        return user


@contextmanager
def taken_back() -> Iterator[None]:
    """What is done within it is undone."""
    with transaction.atomic(), transaction.atomic(using="vault"):
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="vault")


def values() -> dict[str, list[str]]:
    """What the addresses are tried with, beside what the links on the pages say."""
    return {"programme": PROGRAMMES, "cluster": ["yaguaron-garments"], "plan": ["leather"], "number": ["1"]}


@pytest.fixture(scope="module")
def walked(everybody, django_db_blocker) -> tuple[list[str], dict[tuple, Form]]:
    """The pages that open, and one form of each kind."""
    pages, forms = [], {}
    with django_db_blocker.unblock():
        for page in Plainly(signed_in(everybody), values(), visits_often=2).pages():
            if page.status != 200:
                continue
            pages.append(page.url)
            for form in forms_of(page.url, page.text):
                if form.address.startswith("/") and not form.address.startswith(LEFT_OUT):
                    route = resolve(urlsplit(form.address).path).route
                    forms.setdefault((form.method, route, *sorted(form.controls)), form)
    return pages, forms


def sent_to(form: Form, turn: count) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """A plausible form; nothing at all; some of the fields with an odd value each; and one in all of them."""
    plausible = form.plausible()
    yield "as it stands", plausible
    yield "nothing", {}
    names = sorted(set(plausible) - {"csrfmiddlewaretoken"})
    for _again in names[:FIELDS_OF_EACH]:
        now = next(turn)
        name, odd = names[now % len(names)], ODD[now % len(ODD)]
        yield f"{name}={odd[:20]!r}", {**plausible, name: [odd]}
    odd = ODD[next(turn) % len(ODD)]
    yield f"{odd[:20]!r} everywhere", {name: [odd] for name in plausible}


def test_no_form_of_any_room_makes_a_mistake_of_ours(walked, everybody):
    _pages, forms = walked
    assert len(forms) > 80
    client, turn, wrong = signed_in(everybody), count(), []
    for form in forms.values():
        for said, sent in sent_to(form, turn):
            try:
                with taken_back():
                    status = send(client, form, sent)
                    assert status < 500, status
            except Exception as error:
                wrong.append(f"{form.method} {form.address} {said}: {type(error).__name__} {error}"[:300])
    assert not wrong, "\n".join(wrong)


def send(client, form: Form, sent: dict[str, list[str]]) -> int:
    """Send it as a browser would, with a file that is none where a file is asked for."""
    path = form.address.split("?")[0]
    if form.method == "get":
        return read(client, f"{path}?{encoded(sent)}")
    files = [name for name, control in form.controls.items() if control.kind == "file"]
    if not files:
        return client.post(
            form.address, encoded(sent), content_type="application/x-www-form-urlencoded"
        ).status_code
    plain = {name: [v.encode("utf-8", "replace").decode() for v in sent.get(name, [])] for name in sent}
    more = {name: SimpleUploadedFile("list.xlsx", b"PK\x03\x04\x00no workbook\xff") for name in files}
    return client.post(form.address, plain | more).status_code


def read(client, address: str) -> int:
    """The status of a page, read to its end."""
    answer = client.get(address)
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


def test_no_address_of_any_room_makes_a_mistake_of_ours(walked, everybody):
    pages, _forms = walked
    assert len(pages) > 100
    client, turn, wrong = signed_in(everybody), count(), []
    for page in pages:
        for _again in range(2):
            query = encoded(
                {name: [ODD[next(turn) % len(ODD)]] for name in ASKED if name != "export" or _again}
            )
            try:
                with taken_back():
                    assert (status := read(client, f"{page}?{query}")) < 500, status
            except Exception as error:
                wrong.append(f"{page}?{query}: {type(error).__name__} {error}"[:400])
    assert not wrong, "\n".join(wrong)


def test_no_number_in_an_address_makes_a_mistake_of_ours(everybody):
    client, wrong = signed_in(everybody), []
    kinds = {m["name"]: m["kind"] or "str" for route in routes() for m in PARAMETER.finditer(route)}
    odd = "9" * 30
    tried = {name: [odd] for name in kinds} | {"programme": PROGRAMMES[:1], "pair": [f"{odd}:{odd}"]}
    tried |= {name: DEFAULTS["uuid"] for name, kind in kinds.items() if kind == "uuid"}
    for address in (a for route in routes() if "<int:" in route for a in filled(route, tried)):
        try:
            with taken_back():
                assert (status := read(client, address)) < 500, status
        except Exception as error:
            wrong.append(f"{address}: {type(error).__name__} {error}"[:300])
    assert not wrong, "\n".join(wrong)


# Forms that make something though nothing was written into them, with the reason why that is meant.
SAY_ENOUGH = {
    "register/who/<pseudonym:pseudonym>/establishments/new/": "it lies where its firm does, which stands in the form",
}
WRITTEN = frozenset(
    {"text", "search", "date", "number", "email", "url", "textarea", "tel", "password", "file"}
)


def as_it_opens(form: Form) -> dict[str, list[str]]:
    """What a browser sends of a form into which nobody has written anything."""
    sent = {}
    for name, control in form.controls.items():
        if control.kind == "select":
            sent[name] = control.chosen or control.offered[:1]
        elif control.kind not in {"button", "file", "submit"}:
            sent[name] = control.chosen
    return sent


def asks_for_words(form: Form) -> bool:
    """Whether it makes something new out of what somebody is to write: not a button, not a record that is corrected."""
    empty = [c for c in form.controls.values() if c.kind in WRITTEN and not any(c.chosen)]
    version = form.controls.get("version", Control("")).chosen
    return form.method == "post" and version in ([], ["0"]) and bool(empty)


def test_a_form_into_which_nothing_is_written_makes_nothing(walked, everybody):
    _pages, forms = walked
    asked = {route: form for (_method, route, *_names), form in forms.items() if asks_for_words(form)}
    assert len(asked) > 40
    client, made = signed_in(everybody), {}
    for route, form in asked.items():
        with taken_back():
            before = AuditEvent.objects.count()
            client.post(form.address, as_it_opens(form))
            if AuditEvent.objects.count() > before:
                made[route] = AuditEvent.objects.latest("id").action
    assert {route: deed for route, deed in made.items() if route not in SAY_ENOUGH} == {}
    assert set(SAY_ENOUGH) <= set(made), "these say nothing any more"
