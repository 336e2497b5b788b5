"""What can be imported about results."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from nanduti.foundation.fields import read_when
from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.methods.values import PersonError
from nanduti.programme.scopes import work_scope
from nanduti.programme.tables import CLUSTER, PROGRAMME, cluster_of, programme_of

from .frameworks import INDICATORS
from .models import ExchangeRate, StatedFigure


@table(
    "stated_figures",
    order=410,
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("indicator", "choice", required=True, choices=tuple(INDICATORS)),
        Column("value", "decimal", required=True),
        Column("unit", max_length=40),
        Column("period_text", max_length=200),
        Column("label", max_length=300),
        Column("label_es", max_length=300),
    ],
)
def load_stated_figure(row: Row, into: Context) -> None:
    """A result that a document states by hand."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    into.upsert(
        StatedFigure,
        key={"programme": programme, "cluster": cluster, **row.pick("indicator label period_text value")},
        values={**row.pick("unit label_es"), "scope": work_scope(programme, cluster, into=into)},
    )


def _code(row: Row, name: str) -> str:
    code = row[name].strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise RowProblem(
            name, _("is no currency"), _("Write three capital letters, such as EUR, INR or PYG.")
        )
    return code


@table(
    "exchange_rates",
    order=405,
    columns=[
        PROGRAMME,
        Column("currency", required=True, max_length=3),
        Column("into", required=True, max_length=3),
        Column("rate", "decimal", required=True),
        Column("held_on", required=True, max_length=200),
    ],
)
def load_exchange_rate(row: Row, into: Context) -> None:
    """How many units of one currency were paid for one of another, on a day or over a span."""
    programme = programme_of(row, into)
    pair = {"currency": _code(row, "currency"), "into": _code(row, "into")}
    if pair["currency"] == pair["into"]:
        raise RowProblem("into", _("is the same currency"), _("Name two currencies."))
    if not Decimal("0.0000000001") <= row["rate"] < Decimal("10000000000"):
        raise RowProblem("rate", _("is no rate"), _("Write a number above zero, such as 0.0149."))
    reading = read_when(row["held_on"])
    if (
        isinstance(reading, PersonError)
        or reading.is_open
        or None in (reading.period.start, reading.period.end)
    ):
        raise RowProblem("held_on", _("names no day or closed span"), _("Write a day, a month or a year."))
    into.upsert(
        ExchangeRate,
        key={"programme": programme, **pair, **row.pick("held_on")},
        values={**row.pick("rate"), "scope": programme.scope},
    )
