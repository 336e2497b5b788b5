"""What can be imported about a region: published tables and their figures."""

from __future__ import annotations

from django.utils.translation import gettext as _

from nanduti.foundation.imports import Column, Context, Row, RowProblem, table
from nanduti.programme.scopes import work_scope
from nanduti.programme.tables import CLUSTER, PROGRAMME, choices, cluster_of, programme_of

from ..models import SectorFigure, SectorTable

F = SectorFigure


@table(
    "sector_tables",
    order=350,
    key="programme code",
    columns=[
        PROGRAMME,
        CLUSTER,
        Column("code", required=True, max_length=60),
        Column("kind", "choice", required=True, choices=choices(SectorTable.Kind)),
        Column("title", required=True, max_length=200),
        Column("title_es", max_length=200),
        Column("region", required=True, max_length=120),
        Column("region_es", max_length=120),
        Column("reference", max_length=120),
        Column("reference_es", max_length=120),
        Column("as_of", max_length=200),
        Column("unit", max_length=60),
        Column("unit_es", max_length=60),
    ],
)
def load_sector_table(row: Row, into: Context) -> None:
    """A published table about a region: sectors, sizes, roles, destinations."""
    programme, cluster = programme_of(row, into), cluster_of(row, into)
    into.upsert(
        SectorTable,
        key={"programme": programme, "code": row["code"]},
        values={
            **row.pick("kind title title_es region region_es reference reference_es as_of unit unit_es"),
            "cluster": cluster,
            "scope": work_scope(programme, cluster, into=into),
        },
    )


@table(
    "sector_figures",
    order=360,
    key="programme table category measure area stands",
    columns=[
        PROGRAMME,
        Column("table", required=True),
        Column("category", required=True, max_length=60),
        Column("position", "int"),
        Column("label", required=True, max_length=160),
        Column("label_es", max_length=160),
        Column("measure", "choice", required=True, choices=choices(F.Measure)),
        Column("area", "choice", choices=choices(F.Area)),
        Column("value", "decimal"),
        Column("qualifier", "choice", choices=choices(F.Qualifier)),
        Column("is_total", "bool"),
        Column("stands", "choice", choices=choices(F.Stands)),
        Column("covers", max_length=200),
        Column("lower", "int"),
        Column("upper", "int"),
        Column("as_of", max_length=200),
        Column("note", max_length=300),
        Column("note_es", max_length=300),
    ],
)
def load_sector_figure(row: Row, into: Context) -> None:
    """A cell of a published table, its stated total, or what the text says of it elsewhere."""
    found = into.find(SectorTable, "table", row["table"], programme=programme_of(row, into))
    for name in ("value", "lower", "upper", "position"):
        if row[name] is not None and row[name] < 0:
            raise RowProblem(name, _("is negative"), _("Enter zero or more."))
    if row["upper"] is not None and row["lower"] is not None and row["upper"] < row["lower"]:
        raise RowProblem("upper", _("is less than the lower end"), _("Exchange the two ends of the class."))
    into.upsert(
        SectorFigure,
        key={
            "table": found,
            "category": row["category"],
            "measure": row["measure"],
            "area": row["area"] or F.Area.HERE,
            "stands": row["stands"] or F.Stands.TABLE,
        },
        values={
            **row.pick("label label_es value covers lower upper as_of note note_es"),
            "position": row["position"] or 0,
            "qualifier": row["qualifier"] or F.Qualifier.EXACTLY,
            "is_total": row["is_total"] is True,
            "scope": found.scope,
        },
    )
