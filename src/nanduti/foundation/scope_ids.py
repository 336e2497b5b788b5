"""Numbers of scopes as one piece of a query: two hundred of them stand in every query of a large programme."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BigIntegerField, Expression


class ScopeIds(tuple, Expression):  # type: ignore[misc]
    """Scopes as a tuple of their numbers, written into a query as they are: ``scope__in=ScopeIds([1, 2])``.

    Django prepares and binds each element of a plain list anew for every query, which took a fifth of the time
    of a page at 200 scopes. Only whole numbers are taken, so nothing from outside can become part of a query.

    >>> ScopeIds([3, 1])
    (3, 1)
    >>> ScopeIds(["1) OR (1=1"])
    Traceback (most recent call last):
    TypeError: scopes are named by whole numbers
    """

    def __new__(cls, ids: Iterable[int] = ()) -> ScopeIds:
        kept = tuple(ids)
        if any(type(one) is not int for one in kept):
            raise TypeError("scopes are named by whole numbers")
        return super().__new__(cls, kept)

    def __init__(self, ids: Iterable[int] = ()) -> None:
        Expression.__init__(self, output_field=BigIntegerField())
        self.written = ",".join(map(str, self))

    def __repr__(self) -> str:
        return tuple.__repr__(self)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """The numbers, separated by commas; nothing is within no scope."""
        if not self:
            raise EmptyResultSet
        return self.written, []
