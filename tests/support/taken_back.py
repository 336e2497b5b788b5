"""What the tests of a module begin with: made once, in a transaction that is taken back after the last of them.

A room's ``conftest.py`` has two fixtures: one of the module, and one that hands each test a copy of its own::

    @pytest.fixture(scope="module")
    def made(django_db_setup, django_db_blocker):
        yield from taken_back(django_db_blocker, make)

    @pytest.fixture
    def found(made, db):
        with scopes_disabled():
            yield deepcopy(made)

What a test writes is taken back after it, as always; the copy is because it may change the objects too. Not for
tests with transactions of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

Made = TypeVar("Made")


def taken_back(blocker: Any, make: Callable[[], Made]) -> Iterator[Made]:
    """What ``make`` gives, within no scope; what it wrote goes when the iterator goes on."""
    from django.db import transaction
    from django_scopes import scopes_disabled

    with blocker.unblock(), ExitStack() as stack:
        for alias in ("default", "vault"):
            stack.enter_context(transaction.atomic(using=alias))
        with scopes_disabled():
            made = make()
        yield made
        for alias in ("default", "vault"):
            transaction.set_rollback(True, using=alias)
