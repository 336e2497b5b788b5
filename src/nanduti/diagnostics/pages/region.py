"""Pages of published tables of a region, and of the clusters side by side."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import link, show, way_in

from ..models import SectorFigure, SectorTable
from ..queries import comparison as comparing
from ..queries import sectors as queries
from ..queries.sections import Material
from ..reports import region


@programme_page(step=3)
def sectors(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The published tables that a programme keeps."""
    rows = list(queries.sector_tables(programme=frame.programme, cluster=frame.cluster))
    columns = [
        Col("title", pgettext_lazy("of figures", "Table"), value=str, phone=True,
            url=lambda r: frame.url("diagnostics:sector_table", r.code)),
        Col("kind", gettext_lazy("What it tells"), "choice", choices=SectorTable.Kind.choices, filter="choice",
            phone=True),
        Col("region", gettext_lazy("Region"), value=lambda r: in_language(r, "region")),
        Col("as_of", gettext_lazy("As of"), value=lambda r: words.written(r.as_of), plain=lambda r: r.as_of),
        Col("n_figures", gettext_lazy("Figures"), "number"),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    n = len(rows)
    return show(
        request,
        frame,
        title=_("Published tables of the region"),
        state=ngettext("%(n)s table is kept.", "%(n)s tables are kept.", n) % {"n": words.number(n)}
        if n
        else _("No table is kept yet."),
        sees={"level": "open", "to": _("everybody in the programme")},
        sections=[
            {
                "table": DataTable(
                    rows, request, columns=columns, name="sectors", caption=pgettext("of figures", "Tables")
                ),
                "empty_title": _("No table is kept yet"),
                "empty_why": _(
                    "Employment by sector shows what a region is known for. Import it as two tables: the tables "
                    "themselves (sector_tables) and their figures (sector_figures)."
                ),
                **way_in(frame),
            }
        ],
    )


@programme_page(step=3)
def sector_table(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One published table: its figures, shares, whether they add up, what the text says otherwise."""
    row = queries.table_by_code(programme=frame.programme, code=code)
    found = queries.read(table=row)
    columns = _sector_columns(found)
    table = DataTable(list(found.rows), request, columns=columns, name=row.code, caption=str(row))
    if table.wants_export:
        return table.export()
    n_flags = len(found.flags)
    judged = [v.verdict for v in found.splits.values()]
    state = (
        ngettext(
            "%(n)s statement of the text does not fit the table.",
            "%(n)s statements of the text do not fit the table.",
            n_flags,
        )
        % {"n": words.number(n_flags)}
        if n_flags
        else str(saying.say_verdict(judged[0]).reasons[0])
        if judged
        else _("This table holds no figures yet.")
    )
    picture = region.sector_picture(found)
    return render(
        request,
        "diagnostics/sector_table.html",
        {
            "title": str(row),
            "state": state,
            "row": row,
            "facts": [
                (_("Region"), in_language(row, "region")),
                (_("Reference area"), in_language(row, "reference") or _("none")),
                (_("As of"), words.written(row.as_of)),
                (_("Counted in"), in_language(row, "unit")),
            ],
            "picture": [picture] if picture else [],
            "table": table,
            "splits": [
                (region.column_said(row, column), one.verdict) for column, one in found.splits.items()
            ],
            "flags": [flag.verdict for flag in found.flags],
            "refused": found.refused,
            "quotients": bool(found.quotient_reason),
            "back": link(frame.url("diagnostics:sectors"), _("Published tables of the region")),
        },
    )  # fmt: skip


def _sector_columns(found: queries.Read) -> list[Col]:
    """Figures as the table has them, shares where these are not per cents already, and what follows."""
    columns = [Col("category", gettext_lazy("Group"), value=lambda r: str(r.first), phone=True)]
    for i, column in enumerate(found.columns):
        heading = region.column_said(found.table, column)
        columns.append(
            Col(f"value{i}", heading, "number", phone=i == 0,
                value=lambda r, c=column: region.cell_said(r, c), plain=lambda r, c=column: r.value(c))
        )  # fmt: skip
        if column[0] != SectorFigure.Measure.PERCENT:
            columns.append(
                Col(f"share{i}", gettext_lazy("Share"), "share", phone=i == 0,
                    value=lambda r, c=column: r.shares.get(c))
            )  # fmt: skip
    if any(row.mean_size is not None for row in found.rows):
        columns.append(Col("mean_size", gettext_lazy("Persons for each owner"), "number",
                           value=lambda r: None if r.mean_size is None else round(r.mean_size, 1)))  # fmt: skip
    if any(row.quotient is not None for row in found.rows):
        columns.append(Col("quotient", gettext_lazy("Location quotient"), "number",
                           value=lambda r: None if r.quotient is None else round(r.quotient, 2)))  # fmt: skip
    return columns


@programme_page(step=3)
def comparison(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The clusters of a programme with the same indicators: each is unique."""
    clusters = [c for c in frame.clusters if frame.access.may("read", c.scope_id)]
    lines = comparing.comparison(programme=frame.programme, access=frame.access, clusters=clusters)
    names = region.cluster_names(lines)
    columns = [
        Col("indicator", gettext_lazy("Indicator"), value=region.line_label, phone=True),
        *(
            Col(
                code,
                name,
                value=lambda r, i=i: _said(r, i),
                plain=lambda r, i=i: r.places[i].value,
                phone=True,
            )
            for i, (code, name) in enumerate(names.items())
        ),
        Col("differs", gettext_lazy("Together"), value=_differs),
        Col("unit", gettext_lazy("Unit"), value=lambda r: r.unit, shown=False),
    ]
    table = DataTable(lines, request, columns=columns, name="comparison", caption=_("Clusters side by side"))
    if table.wants_export:
        return table.export()
    n_differ = sum(line.differs is True for line in lines)
    unknown = sum(p.value is None for line in lines for p in line.places)
    state = (
        _("The clusters differ in %(n)s of %(all)s indicators.")
        % {"n": words.number(n_differ), "all": words.number(len(lines))}
        + " "
        + ngettext("%(n)s value is not known.", "%(n)s values are not known.", unknown)
        % {"n": words.number(unknown)}
        if lines
        else _("No indicator has been measured in these clusters yet.")
    )
    blocks = list(region.comparison_blocks(lines, Material(study=None, found=None)))[:-1] if lines else []  # type: ignore[arg-type]
    return render(
        request,
        "diagnostics/comparison.html",
        {
            "title": _("Clusters side by side"),
            "state": state,
            "figures": [
                Figure(len(clusters), _("clusters")),
                Figure(n_differ, _("indicators in which they differ")),
                Figure(unknown, _("values not known"), tone="warn" if unknown else ""),
            ],
            "blocks": blocks,
            "table": table,
            "indicators_url": _indicators(frame),
            "back": link(frame.url("diagnostics:studies"), _("Studies of clusters")),
        },
    )


def _said(line: comparing.Line, index: int) -> str:
    place = line.places[index]
    mark = {"highest": " ▲", "lowest": " ▼"}.get(place.standing, "")
    return region.place_said(place, region.line_unit(line)) + mark


def _differs(line: comparing.Line) -> str:
    return str({True: _("differ"), False: _("alike"), None: _("cannot be said")}[line.differs])


def _indicators(frame: Frame) -> str:
    from django.urls import NoReverseMatch

    try:
        return frame.url("indicators:home")
    except NoReverseMatch:
        return ""
