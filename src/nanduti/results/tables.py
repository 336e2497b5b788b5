"""What can be imported about results."""

from __future__ import annotations

from nanduti.foundation.imports import Column, Context, Row, table
from nanduti.programme.scopes import work_scope
from nanduti.programme.tables import CLUSTER, PROGRAMME, cluster_of, programme_of

from .frameworks import INDICATORS
from .models import StatedFigure


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
