"""Units of answers in words: those that the library's forms use, in the reader's language and number."""

from __future__ import annotations

from typing import Any

from django.utils.translation import ngettext_lazy

UNITS: dict[str, Any] = {
    "accidents": ngettext_lazy("%(n)s accident", "%(n)s accidents", "count"),
    "days": ngettext_lazy("%(n)s day", "%(n)s days", "count"),
    "machines": ngettext_lazy("%(n)s machine", "%(n)s machines", "count"),
    "months": ngettext_lazy("%(n)s month", "%(n)s months", "count"),
    "partners": ngettext_lazy("%(n)s partner", "%(n)s partners", "count"),
    "per cent": ngettext_lazy("%(n)s %%", "%(n)s %%", "count"),
    "persons": ngettext_lazy("%(n)s person", "%(n)s persons", "count"),
    "units per day": ngettext_lazy("%(n)s unit per day", "%(n)s units per day", "count"),
    "units per month": ngettext_lazy("%(n)s unit per month", "%(n)s units per month", "count"),
    "units per worker-day": ngettext_lazy(
        "%(n)s unit per worker and day", "%(n)s units per worker and day", "count"
    ),
    "years": ngettext_lazy("%(n)s year", "%(n)s years", "count"),
}


def with_unit(said: str, value: float, unit: str) -> str:
    """A number, already in words, with its unit; a unit of the programme's own stands as it was written.

    >>> with_unit("7", 7, "cart-loads"), with_unit("7", 7, "")
    ('7 cart-loads', '7')
    """
    known = UNITS.get(unit)
    if known is None:
        return f"{said} {unit}".strip()
    return known % {"n": said, "count": 1 if value == 1 else 2}
