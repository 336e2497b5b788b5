"""Verbs of results: deciding about a contradiction lives in ``programme``; here only figures stated by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from .errors import FigureThere
from .models import StatedFigure


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
    same = {name: values.get(name, "") for name in ("indicator", "label", "period_text", "value")}
    if StatedFigure._base_manager.filter(programme=programme, cluster=cluster, **same).exists():
        raise FigureThere(label=values["label"])
    figure = StatedFigure.objects.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), **values
    )
    note(subject=figure, indicator=figure.indicator)
    return figure
