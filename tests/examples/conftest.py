"""The garment workshops, loaded once in a run: killed twice on the way, and each time begun again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest


class Killed(Exception):
    """Stands for the end of the process."""


def load() -> None:
    """As ``nanduti demo`` does it, without the other programme."""
    from nanduti.config import demo

    demo.load_garments_once()


def killed_at(module: Any, name: str) -> None:
    """Load until a part is reached, and die there."""

    def die(*_arguments: Any, **_named: Any) -> None:
        raise Killed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, name, die)
        with pytest.raises(Killed):
            load()


def load_after_two_deaths() -> None:
    """Killed twice on the way, and each time begun again."""
    from nanduti.config.garments import census, roster

    killed_at(census, "send_corrections")
    killed_at(roster, "explain_nobody")
    load()


@pytest.fixture(scope="module")
def garments(django_db_setup, django_db_blocker) -> Iterator[Any]:
    """The programme as a newcomer finds it."""
    from django.db import transaction
    from django_scopes import scopes_disabled

    from nanduti.config.garments.files import PROGRAMME
    from nanduti.programme.models import Programme
    from tests.support import templates

    with django_db_blocker.unblock(), ExitStack() as stack:
        stack.enter_context(templates.world("garments", load_after_two_deaths))
        for alias in ("default", "vault"):
            stack.enter_context(transaction.atomic(using=alias))
        with scopes_disabled():
            yield Programme.objects.select_related("scope").get(code=PROGRAMME)
        for alias in ("default", "vault"):
            transaction.set_rollback(True, using=alias)
