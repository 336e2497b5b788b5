"""The canary: a name, a telephone and a coordinate in the vault are told to nobody who was not granted them.

They come in by a file and by a form. Then every role walks the whole site, and pages, exports, API answers,
logs, audit, reports of imports, jobs, sessions and the bytes of both databases are searched.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from django.core import serializers
from django.core.cache import cache
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_scopes import scopes_disabled

from nanduti.foundation.imports import Sheet, import_sheets, preview_sheets, read_sheets
from nanduti.foundation.models import Scope, User
from nanduti.foundation.work import run_waiting
from nanduti.register import actions
from nanduti.register.folding import fold
from nanduti.register.models import Cluster, Establishment, Organisation
from nanduti.vault.models import Identity, IdentityField, Purpose
from nanduti.vault.purposes import keep_shipped_purposes
from tests.support import templates
from tests.support.crawl import Walk
from tests.support.register import ROLES, account

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "india-italy-twinning"
CLUSTER, FIRM, SITE, PERSON = "chennai-leather", "firm-canary", "site-canary", "expert-canary"
FILE_NAME, FORM_NAME, PERSON_NAME = "Zaffran Kestrelworth", "Olmo Briarpatch Tannery", "Peregrina Thistledown"
FILE_PHONE, FORM_PHONE = "+91 44 7319 4826", "+91 98 6402 7715"
FILE_POINT, FORM_POINT = ("73.173942", "80.286417"), ("72.946173", "79.318264")
ADDRESS, FORM_ADDRESS = "Quincewood Lane 7719", "Larkmeadow Street 5583"
NAMES = [FILE_NAME, FORM_NAME, PERSON_NAME]
REST = [FILE_PHONE, FORM_PHONE, *FILE_POINT, *FORM_POINT, ADDRESS, FORM_ADDRESS]
# Who is told nothing at all, and who is told names only, because a standing grant says so.
UNTOLD = [r for r in ROLES if r not in {"custodian", "cda"}] + ["stranger", "nobody", "visitor"]


def traces(secrets: Sequence[str]) -> list[str]:
    """Each secret in the shapes a leak could take: without accents and case, digits however they are grouped."""
    shapes = []
    for secret in secrets:
        if any(c.isalpha() for c in secret):
            shapes += [re.escape(word) for word in fold(secret).split() if len(word) > 5 and word.isalpha()]
        elif "." in secret:
            shapes.append(re.escape(secret[:6]).replace(r"\.", "[.,]"))
        else:
            digits = "".join(c for c in secret if c.isdigit())[-8:]
            shapes.append(r"[\s().-]?".join(digits))
    # Words that others carry too would cry wolf.
    return [shape for shape in shapes if shape not in {"tannery", "street"}]


@lru_cache(maxsize=64)
def nose(secrets: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(traces(list(secrets))), re.IGNORECASE | re.ASCII)


def leaks(text: str, secrets: Sequence[str]) -> list[str]:
    """What of the secrets stands in the text; they are written in plain letters, so that this is quick."""
    return nose(tuple(secrets)).findall(text)


def test_the_nose_of_the_canary_works():
    for secret in [*NAMES, *REST]:
        assert leaks(f"<td>{secret.upper()}</td>", [secret])
    assert leaks('{"phone": "914473194826"}', [FILE_PHONE]) and leaks("73,17394", [FILE_POINT[0]])
    assert not leaks("A tannery in a street of Chennai, 13.08 80.27", [*NAMES, *REST])


class Ears(logging.Handler):
    """Hears everything that any part of the program says, at every level."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(f"{record.name} {record.getMessage()} {record.exc_text or ''}")


@pytest.fixture
def ears():
    with listening() as heard:
        yield heard


@contextmanager
def listening() -> Iterator[Ears]:
    """Everything that is said within it."""
    listening, root = Ears(), logging.getLogger()
    # At this level templates tell of each variable they miss, by name only and a thousand times a page.
    logging.getLogger("django.template").setLevel(logging.INFO)
    before = root.level
    root.addHandler(listening)
    root.setLevel(logging.DEBUG)
    try:
        yield listening
    finally:
        root.removeHandler(listening)
        root.setLevel(before)


def sheets() -> list[Sheet]:
    """The example programme, with the canary among its firms wherever a firm can take part."""
    more = {
        "organisations": [
            {"code": FIRM, "name": FILE_NAME, "kind": "enterprise", "public": "no", "cluster": CLUSTER}
        ],
        "people": [{"code": PERSON, "name": PERSON_NAME, "organisation": FIRM, "position": "Owner"}],
        "stakeholders": [{"organisation": FIRM, "cluster": CLUSTER, "role": "firm"}],
        "participations": [
            {
                "plan": "leather",
                "number": "1",
                "organisation": FIRM,
                "role": "host",
                "count": "3",
                "unit": "persons",
            }
        ],
        "agreement_parties": [
            {"agreement": "", "organisation": FIRM, "cluster": CLUSTER, "party_type": "firm"}
        ],
    }
    found = read_sheets(EXAMPLE)
    agreement = next(s for s in found if s.table == "agreements").rows[0][1]["code"]
    more["agreement_parties"][0]["agreement"] = agreement
    for sheet in found:
        sheet.rows.extend((9_000, row) for row in more.get(sheet.table, []))
    site = {
        "code": SITE, "organisation": FIRM, "cluster": CLUSTER, "place": "chennai", "n_workers": "24",
        "name": FILE_NAME, "phone": FILE_PHONE, "address": ADDRESS,
        "latitude": FILE_POINT[0], "longitude": FILE_POINT[1],
    }  # fmt: skip
    return [*found, Sheet("establishments.csv", "establishments", list(site), [(2, site)])]


@pytest.fixture(scope="module")
def settled(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Within it the example has the canary in it by file and by form, and the custodian has decided."""
    with django_db_blocker.unblock(), templates.world("canary", settle):
        yield


def settle() -> None:
    """Let the canary in by every way, and hear whether anybody says it."""
    with listening() as ears:
        users = gather()
        by_form(users)
        decide(users)
    assert not leaks("\n".join(ears.heard), [*NAMES, *REST]), "was said to a log"


@pytest.fixture
def crowd(settled, db) -> dict[str, User]:
    """The accounts by their roles; what a test does is taken back."""
    return {user.username: user for user in User.objects.all()}


def gather() -> dict[str, User]:
    """Load the example with the canary in it, and make an account of each role."""
    keep_shipped_purposes()
    given = sheets()
    wrong = [Sheet("establishments.csv", "establishments", s.header, [(2, {**s.rows[0][1], "n_workers": FILE_PHONE})])
             for s in given if s.table == "establishments"]  # fmt: skip
    report = preview_sheets([s for s in given if s.table != "establishments"] + wrong, access=None, by="test")
    assert [e["column"] for e in report["errors"] if e["table"] == "establishments"] == ["n_workers"]
    assert not leaks(str(report), [*NAMES, *REST])
    import_sheets(sheets=given, name="example", access=None, by="test")
    with scopes_disabled():
        here = Cluster.objects.get(code=CLUSTER).scope
        programme = Scope.objects.filter(kind="programme").first() or here
        elsewhere = Cluster.objects.get(code="agra-leather").scope
    wide = {"administrator", "coordinator", "committee_member"}
    users = {
        role: account(
            role,
            role,
            programme if role in wide else here,
            second_factor=role in {"administrator", "custodian"},
        )
        for role in ROLES
    }
    users["stranger"] = account("stranger", "cda", elsewhere)
    users["nobody"] = account("nobody")
    return users


def signed_in(user: User | None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def by_form(users: dict[str, User]) -> None:
    """An agent registers another firm, edits it, and asks for its contact; somebody mistypes."""
    agent = signed_in(users["cda"])
    data = {"kind": "enterprise", "cluster": CLUSTER, "name": FORM_NAME, "phone": FORM_PHONE}
    assert agent.post(reverse("register:new"), {**data, "kind": "nonsense"}).status_code == 422
    assert agent.post(reverse("register:new"), data).status_code == 302
    with scopes_disabled():
        firm = Organisation.objects.latest("id")
    site = {
        "cluster": CLUSTER, "name": FORM_NAME, "phone": FORM_PHONE, "address": FORM_ADDRESS,
        "latitude": FORM_POINT[0], "longitude": FORM_POINT[1], "n_workers": "9",
    }  # fmt: skip
    url = reverse("register:new_establishment", args=[firm.pseudonym])
    assert agent.post(url, {**site, "n_workers": FORM_PHONE}).status_code == 422
    assert agent.post(url, site).status_code == 302
    with scopes_disabled():
        new = Establishment.objects.latest("id")
    edit = reverse("register:edit_establishment", args=[new.pseudonym])
    assert agent.post(edit, {**site, "version": new.version, "phone": "1"}).status_code == 302
    assert agent.post(edit, {**site, "version": new.version}).status_code == 409
    assert agent.post(url, site).status_code == 302  # the same door once more, for the search for doubles


def decide(users: dict[str, User]) -> None:
    """The custodian lets the agents see names, looks everything up, and looks at it."""
    custodian = signed_in(users["custodian"])
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    given = {
        "cluster": CLUSTER, "holder": "role:cda", "fields_granted": ["name"], "purpose": "field_visit",
        "until_on": until,
    }  # fmt: skip
    assert custodian.post(reverse("register:new_grant"), given).status_code == 302
    assert leaks(
        custodian.post(reverse("register:look_up"), {"field": "phone", "value": FILE_PHONE}).content.decode(),
        NAMES,
    )
    with scopes_disabled():
        site = Establishment.objects.get(code=SITE)
        asked = signed_in(users["cda"]).post(
            reverse("register:ask", args=[site.pseudonym]),
            {
                "asks_for": "Me",
                "purpose": "survey",
                "text": "To ask.",
                "until_on": until,
                "fields_asked": ["phone"],
            },
        )
    assert asked.status_code == 302
    shown = custodian.post(
        reverse("register:reveal", args=[site.pseudonym]), {"fields": ["phone", "latitude"]}
    )
    assert leaks(shown.content.decode(), [FILE_PHONE]) and leaks(shown.content.decode(), [FILE_POINT[0]])
    for client in (custodian, signed_in(users["cda"])):
        assert client.post(reverse("register:search_doubles", args=[CLUSTER])).status_code == 302
        run_waiting()
    assert custodian.get(reverse("register:doubles_of", args=[CLUSTER])).context["table"].n


def values() -> dict[str, list[str]]:
    """What the addresses are tried with: the canary itself first of all."""
    with scopes_disabled():
        firm = Organisation.objects.get(code=FIRM)
        form_firm = Organisation.objects.filter(code=None).latest("id")
        people = firm.positions.values_list("person__pseudonym", flat=True)
        sites = Establishment.objects.values_list("pseudonym", flat=True)
        return {
            "pseudonym": [firm.pseudonym, form_firm.pseudonym, *sites, *people],
            "code": [CLUSTER, FIRM, SITE],
            "programme": ["india-italy-twinning"],
            "cluster": [CLUSTER],
            "plan": ["leather"],
            "number": ["1"],
            "pk": [str(firm.pk), "1"],
        }


def walk(user: User | None, secrets: list[str]) -> tuple[int, list[str]]:
    """How many pages were read, and where a secret stood on one of them."""
    found, n = [], 0
    for page in Walk(signed_in(user), values()).pages():
        n += 1
        assert page.status < 500, f"{page.url} answers {page.status}"
        for shape in leaks(page.text, secrets) + leaks(page.url, secrets):
            found.append(f"{page.url} tells {shape}")
    return n, found


def rows_of_everything() -> str:
    """Every row of every table of both databases, as words."""
    told = []
    for alias in ("default", "vault"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names():
                cursor.execute(f'SELECT * FROM "{table}"')
                told += [" ".join(_word(cell) for cell in row) for row in cursor.fetchall()]
    return "\n".join(told)


def _word(cell: object) -> str:
    if isinstance(cell, bytes | memoryview):
        return bytes(cell).decode("utf-8", "replace")
    return str(cell)


def stored_bytes() -> str:
    """The files of the embedded databases as they lie on the disk, which is what a backup copies."""
    told = []
    for alias in ("default", "vault"):
        if connections[alias].vendor == "sqlite":
            name = connections[alias].settings_dict["NAME"]
            told += [
                p.read_bytes().decode("utf-8", "replace")
                for p in Path(name).parent.glob(f"{Path(name).name}*")
            ]
    return "\n".join(told)


# On the second database those suffice who read most, who are told some of it, and who is nobody.
ON_BOTH = {"coordinator", "cda", "visitor"}
WALKERS = [r if r in ON_BOTH else pytest.param(r, marks=pytest.mark.once) for r in [*UNTOLD, "cda"]]


@pytest.mark.parametrize("role", WALKERS)
def test_nobody_is_told_on_any_page_who_was_not_granted(crowd, ears, keeps_answers, role):
    n, found = walk(crowd.get(role), REST if role == "cda" else [*NAMES, *REST])
    assert n > 15, f"{role} walked through {n} pages only"
    assert not found
    assert not leaks("\n".join(ears.heard), [*NAMES, *REST]), "was said to a log"


def test_nothing_lies_about_in_clear(settled, transactional_db, ears):
    """Written to the disk, unlike what a test in a transaction writes."""
    token = actions.keep_upload(content=f"name,phone\n{FILE_NAME},{FILE_PHONE}\n".encode(), by="test")
    assert leaks(actions.read_upload(token).decode(), NAMES)
    stored = rows_of_everything() + stored_bytes()
    assert not leaks(stored, [*NAMES, *REST]), "stands in clear in a database"
    backup = serializers.serialize("json", [*Identity.objects.all(), *IdentityField.objects.all()])
    assert not leaks(backup, [*NAMES, *REST]), "stands in clear in an export of the vault"
    assert not leaks("\n".join(ears.heard), [*NAMES, *REST]), "was said to a log"
    assert not leaks(str(getattr(cache, "_cache", "")), [*NAMES, *REST]), "lies in the cache"


def test_who_was_granted_is_told(crowd):
    """Otherwise the test above could pass because nothing is shown to anybody."""
    for role, secrets in (("cda", [FILE_NAME]), ("custodian", [FILE_NAME, FORM_NAME])):
        page = signed_in(crowd[role]).get(reverse("register:home"), {"cluster": CLUSTER}).content.decode()
        for secret in secrets:
            assert leaks(page, [secret]), role
    assert Purpose.objects.exists()
