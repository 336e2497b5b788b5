"""Numbers, money, shares, days and spans of days in the words of the reader's language.

Days are kept as people know them: a month stays a month, an open end stays open.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import formats, timezone
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nanduti.foundation.fields import read_when
from nanduti.methods.planning import When
from nanduti.methods.values import Money, Period

NBSP = "\u00a0"


def number(value: Any, places: int | None = None) -> str:
    """A number with the thousands of the language; nothing for nothing; a text that is no number as it stands."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return yes_no(value)
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not amount.is_finite():
        return "–"
    if places is None:
        places = (
            0
            if amount == amount.to_integral_value()
            else min(4, max(0, -amount.normalize().as_tuple().exponent))
        )
    return formats.number_format(
        round(amount, places), decimal_pos=places, use_l10n=True, force_grouping=True
    )


def money(value: Money | None, places: int | None = None) -> str:
    """An amount with its currency, and the price year where one is known."""
    if value is None:
        return ""
    if places is None:
        places = 0 if value.amount == value.amount.to_integral_value() else 2
    text = pgettext("money", "%(currency)s %(amount)s") % {
        "currency": value.currency,
        "amount": number(value.amount, places),
    }
    if value.price_year:
        text = _("%(money)s (prices of %(year)d)") % {"money": text, "year": value.price_year}
    return text.replace(" ", NBSP, 1)


def share(value: float | None, places: int = 1) -> str:
    """A share of 0 to 1 as a per cent with one decimal."""
    return "" if value is None else f"{number(100 * float(value), places)}{NBSP}%"


def yes_no(value: bool | None) -> str:
    """Yes, no, or nothing where it is not known."""
    return "" if value is None else (_("yes") if value else _("no"))


def day(value: date | datetime | None) -> str:
    """``12 October 2009``, ``12 de octubre de 2009``."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return _("%(day)d %(month)s %(year)d") % _parts(value)


def moment(value: datetime | None) -> str:
    """A day with the time."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return _("%(day)s, %(time)s") % {"day": day(local), "time": f"{local:%H:%M}"}


def month(value: date) -> str:
    """``March 2009``, ``marzo de 2009``."""
    return _("%(month)s %(year)d") % _parts(value)


def _parts(value: date) -> dict[str, Any]:
    return {"day": value.day, "month": str(MONTHS[value.month]), "year": value.year}


def written(text: str | None, **context: Any) -> str:
    """A date as people wrote it: in the reader's words where it can be understood, else as it stands.

    >>> written("over seven months")
    'over seven months'
    """
    reading = read_when(text or "", **context)
    return (interval(reading) if isinstance(reading, When) else "") or text or ""


def interval(value: Any, precision: str = "", is_open: bool = False) -> str:
    """A span of days in words, no finer than it is known.

    Takes a ``Period``, or anything with ``period``, ``precision`` and ``is_open`` (a date as people write it).
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return day(value)
    parts = getattr(value, "parts", ())
    if len(parts) > 1:
        return _several([interval(part) for part in parts])
    period = getattr(value, "period", value)
    precision = precision or getattr(value, "precision", "") or "day"
    is_open = is_open or bool(getattr(value, "is_open", False))
    return _span(period, str(precision), is_open)


def _several(spans: list[str]) -> str:
    """``June 2008 and November 2008``."""
    return _("%(first)s and %(last)s") % {"first": ", ".join(spans[:-1]), "last": spans[-1]}


def _span(period: Period, precision: str, is_open: bool) -> str:
    if period is None or (period.start is None and period.end is None):
        return _("ongoing") if is_open else ""
    if period.start is None:
        return _("until %(when)s") % {"when": _unit(period.last_day, precision)}
    if period.end is None or is_open:
        return _("since %(when)s") % {"when": _unit(period.start, precision)}
    last = period.last_day
    if precision in {"day", "mixed"}:
        return _days(period.start, last)
    return _whole_unit(period.start, last) or _months(period.start, last)


def _unit(value: date, precision: str) -> str:
    if precision in {"day", "mixed"}:
        return day(value)
    return str(value.year) if precision == "year" else month(value)


def _whole_unit(first: date, last: date) -> str:
    """The name of the quarter, half or year that the span is, if it is one."""
    if first.day != 1 or last.day != monthrange(last.year, last.month)[1]:
        return _days(first, last)
    if first.month == 1 and last.month == 12:
        if first.year == last.year:
            return str(first.year)
        return f"{first.year}–{last.year}"
    return ""


def _months(first: date, last: date) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return month(first)
    if first.year == last.year:
        return _("%(first)s–%(last)s %(year)d") % {
            "first": MONTHS[first.month],
            "last": MONTHS[last.month],
            "year": first.year,
        }
    return f"{month(first)} – {month(last)}"


def _days(first: date, last: date) -> str:
    if first == last:
        return day(first)
    if (first.year, first.month) == (last.year, last.month):
        return _("%(first)d–%(last)d %(month)s %(year)d") % {
            "first": first.day,
            "last": last.day,
            "month": MONTHS[first.month],
            "year": first.year,
        }
    if first.year == last.year:
        return _("%(first_day)d %(first_month)s – %(last_day)d %(last_month)s %(year)d") % {
            "first_day": first.day,
            "first_month": MONTHS[first.month],
            "last_day": last.day,
            "last_month": MONTHS[last.month],
            "year": first.year,
        }
    return f"{day(first)} – {day(last)}"
