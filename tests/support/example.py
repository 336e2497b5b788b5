"""The example programme and an account for every role; the example is loaded once in a run, each module has a copy.

A room's ``conftest.py`` takes what it needs: ``from tests.support.example import example, people``. Tests of such
a module are marked ``django_db``; what they change is taken back after each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "india-italy-twinning"
CODE = "india-italy-twinning"
LEATHER, FOOTWEAR = "chennai-leather", "chennai-footwear"
# Account → (role, scope). Custodians and administrators have a second factor; "bare-…" are those without.
PROGRAMME_SCOPE, LEATHER_SCOPE, FOOTWEAR_SCOPE = (
    f"programme:{CODE}",
    f"cluster:{LEATHER}",
    f"cluster:{FOOTWEAR}",
)
ACCOUNTS = {
    "coordinator": ("coordinator", PROGRAMME_SCOPE),
    "administrator": ("administrator", PROGRAMME_SCOPE),
    "custodian": ("custodian", PROGRAMME_SCOPE),
    "committee": ("committee_member", PROGRAMME_SCOPE),
    "researcher": ("researcher", PROGRAMME_SCOPE),
    "cda-leather": ("cda", LEATHER_SCOPE),
    "cda-footwear": ("cda", FOOTWEAR_SCOPE),
    "association": ("association_officer", LEATHER_SCOPE),
    "institution": ("institution_officer", LEATHER_SCOPE),
    "owner": ("firm_owner", LEATHER_SCOPE),
    "enumerator": ("enumerator", LEATHER_SCOPE),
    "bare-administrator": ("administrator", PROGRAMME_SCOPE),
    "bare-custodian": ("custodian", PROGRAMME_SCOPE),
    "nobody": ("", ""),
}
READERS = [
    "coordinator", "administrator", "custodian", "committee", "researcher", "cda-leather", "cda-footwear",
    "association", "institution",
]  # fmt: skip


def load() -> None:
    """What the world “example” holds."""
    from nanduti.foundation import imports

    imports.import_sheets(sheets=imports.read_sheets(FOLDER), name="example", access=None, by="test")


@pytest.fixture(scope="module")
def example(django_db_setup, django_db_blocker) -> Iterator[Any]:
    """The programme as a newcomer finds it."""
    from django.db import transaction
    from django_scopes import scopes_disabled

    from nanduti.programme.models import Programme
    from tests.support import templates

    with django_db_blocker.unblock(), ExitStack() as stack:
        stack.enter_context(templates.world("example", load))
        for alias in ("default", "vault"):
            stack.enter_context(transaction.atomic(using=alias))
        with scopes_disabled():
            yield Programme.objects.select_related("scope").get(code=CODE)
        for alias in ("default", "vault"):
            transaction.set_rollback(True, using=alias)


@pytest.fixture(scope="module")
def people(example) -> dict[str, Any]:
    """The accounts by name."""
    from nanduti.foundation.models import Scope
    from tests.support.register import account

    made = {}
    for name, (role, within) in ACCOUNTS.items():
        kind, _colon, code = within.partition(":")
        scope = Scope.objects.get(kind=kind, code=code) if role else None
        is_guarded = role in {"custodian", "administrator"} and not name.startswith("bare-")
        made[name] = account(name, role, scope, second_factor=is_guarded)
    return made


@pytest.fixture
def visit(people):
    """``visit("coordinator")``: a client signed in as somebody; ``visit("")`` is a visitor."""
    from tests.support.clients import signing_in

    return signing_in(people.__getitem__)
