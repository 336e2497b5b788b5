"""Dates as people write them, kept as written, with the interval they mean beside them.

A model declares the text and what is derived from it::

    held_on = WhenText(_("held on"))
    held_on_start = WhenStart("held_on")
    held_on_end = WhenEnd("held_on")              # exclusive
    held_on_precision = WhenPrecision("held_on")

The derived columns are written whenever the text is. Text that cannot be understood leaves them empty; the
reason is asked for with :func:`reading_of`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from nanduti.methods import planning
from nanduti.methods.values import PersonError


@lru_cache(maxsize=20_000)
def read_when(text: str, context_year: int | None = None, day_first: bool | None = None) -> Any:
    """The parsed date, or the :class:`PersonError` that says why it cannot be understood; ``None`` if empty."""
    if not text.strip():
        return None
    try:
        return planning.parse_when(text, context_year=context_year, day_first=day_first)
    except PersonError as error:
        return error


def check_when(text: str) -> None:
    """Refuse a date that cannot be understood, with the reason; an empty one is fine."""
    reading = read_when(text or "")
    if isinstance(reading, PersonError):
        raise reading


def reading_of(instance: models.Model, name: str) -> Any:
    """What :func:`read_when` says of a text field, in the context that the record gives it."""
    context = instance.when_context() if hasattr(instance, "when_context") else {}
    return read_when(getattr(instance, name) or "", **context)


class WhenText(models.CharField):
    """A date as somebody wrote it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class _Derived:
    """A column computed from a :class:`WhenText` beside it."""

    empty: Any = None  # where nothing is written
    unreadable: Any = None  # where what is written cannot be understood
    pick: Callable[[planning.When], Any]  # what of a date as it was read stands in the column

    def __init__(self, of: str = "", **kwargs: Any) -> None:
        self.of = of
        kwargs.setdefault("editable", False)
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[Any, ...]:
        name, path, _args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, path, [self.of], kwargs

    def pre_save(self, instance: models.Model, add: bool) -> Any:
        value = self.derive(instance)
        setattr(instance, self.attname, value)  # type: ignore[attr-defined]
        return value

    def derive(self, instance: models.Model) -> Any:
        """The value that follows from the text as it stands now."""
        reading = reading_of(instance, self.of)
        if reading is None:
            return self.empty
        return self.unreadable if isinstance(reading, PersonError) else self.pick(reading)


class _DerivedDate(_Derived, models.DateField):
    def __init__(self, of: str = "", **kwargs: Any) -> None:
        super().__init__(of, **{**kwargs, "null": True, "blank": True})


class WhenStart(_DerivedDate):
    """The first day of the interval; empty where it is open or unknown."""

    @staticmethod
    def pick(reading: planning.When) -> date | None:
        return reading.period.start


class WhenEnd(_DerivedDate):
    """The day after the last day of the interval; empty where it is open or unknown."""

    @staticmethod
    def pick(reading: planning.When) -> date | None:
        return None if reading.is_open else reading.period.end


class WhenPrecision(_Derived, models.CharField):
    """day, month, year …; ``open`` while it is said to be going on; ``unreadable`` where nothing is understood."""

    empty, unreadable = "", "unreadable"

    def __init__(self, of: str = "", **kwargs: Any) -> None:
        super().__init__(of, **{**kwargs, "max_length": 12, "blank": True})

    @staticmethod
    def pick(reading: planning.When) -> str:
        return "open" if reading.is_open else str(reading.precision)


def derived_columns(instance: models.Model, names: list[str]) -> dict[str, Any]:
    """The values of every column derived from the named text fields."""
    return {
        f.attname: f.derive(instance)
        for f in instance._meta.concrete_fields
        if isinstance(f, _Derived) and f.of in names
    }


WHEN_HELP = _(
    "As you would write it: “March–April 2009”, “Dec 07 - Feb 08”, “30 Jan - 3 Feb 2010”, “ongoing”."
)
