"""Verbs of results: figures that documents state by hand, and the rates by which deals are told in one currency.

Deciding about a contradiction lives in ``programme``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit, take_back
from nanduti.foundation.fields import check_when, read_when
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from .errors import FigureThere, OneCurrency, RateNeedsDays, RateThere
from .models import ExchangeRate, StatedFigure


@action("results.keep_stated_figure", once=True)
def keep_stated_figure(
    *,
    programme: Programme,
    cluster: Cluster | None,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> StatedFigure:
    """Keep a figure that a document states by hand, beside the computed one."""
    check_when(values.get("period_text", ""))
    hold(programme)
    _refuse_second_figure(programme, cluster, values)
    figure = StatedFigure.objects.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), **values
    )
    note(subject=figure, indicator=figure.indicator)
    return figure


@action("results.edit_stated_figure")
def edit_stated_figure(
    *, figure: StatedFigure, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> StatedFigure:
    """Correct a figure that a document states; the second of two editors is told."""
    check_when(values.get("period_text", ""))
    hold(figure.programme)
    said = {"indicator": figure.indicator, **values}
    _refuse_second_figure(figure.programme, figure.cluster, said, besides=figure.pk)
    note(subject=figure, indicator=figure.indicator, fields=save_edit(figure, values, version=version))
    return figure


def _refuse_second_figure(
    programme: Programme, cluster: Cluster | None, values: dict[str, Any], besides: int | None = None
) -> None:
    same = {name: values.get(name, "") for name in ("indicator", "label", "period_text", "value")}
    rows = StatedFigure._base_manager.filter(programme=programme, cluster=cluster, **same)
    if rows.exclude(pk=besides).exists():
        raise FigureThere(label=values["label"])


@action("results.keep_rate", once=True)
def keep_rate(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> ExchangeRate:
    """Keep what one currency was worth in another, with its days and its source."""
    hold(programme)
    _check_rate(programme, values)
    rate = ExchangeRate.objects.create(programme=programme, scope=programme.scope, **values)
    note(subject=rate, currency=rate.currency, into=rate.into)
    return rate


@action("results.edit_rate")
def edit_rate(
    *, rate: ExchangeRate, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> ExchangeRate:
    """Correct a rate; the second of two editors is told."""
    hold(rate.programme)
    _check_rate(rate.programme, values, besides=rate.pk)
    fields = save_edit(rate, values, version=version)
    note(subject=rate, currency=rate.currency, into=rate.into, fields=fields)
    return rate


def _check_rate(programme: Programme, values: dict[str, Any], besides: int | None = None) -> None:
    """Refuse a rate of one currency, of no days, or of days of which there is one already."""
    check_when(values["held_on"])
    reading = read_when(values["held_on"])
    if reading is None or reading.is_open or reading.period.start is None or reading.period.end is None:
        raise RateNeedsDays(days=values["held_on"])
    if values["currency"] == values["into"]:
        raise OneCurrency(currency=values["currency"])
    same = {name: values[name] for name in ("currency", "into", "held_on")}
    if ExchangeRate._base_manager.filter(programme=programme, **same).exclude(pk=besides).exists():
        raise RateThere(currency=values["currency"], into=values["into"], days=values["held_on"])


@action("results.take_back")
def take_back_record(
    *,
    record: StatedFigure | ExchangeRate,
    reason: str,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> StatedFigure | ExchangeRate:
    """Take back what was written down by mistake; the deed keeps what it said, and why it went."""
    take_back(record, version=version, reason=reason)
    return record
