"""The firms behind a value, by pseudonym: who stands in the numerator, who in the denominator, who in neither."""

from __future__ import annotations

from typing import Any

import polars as pl
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import BadInput
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from .. import queries
from ..models import IndicatorVersion
from ..queries import Behind, Told
from ..units import UnitColumn
from ..wording import cell_said, group_said
from .common import ITEM, STEP, of_place

MOST_SHOWN = 20_000


class BehindTable(DataTable):
    """A row for each firm, or for each thing that the formula goes over."""

    name, search, page_size = "rows", ("pseudonym",), 50


@programme_page(step=STEP, item=ITEM)
def rows(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """The list behind the value of the wave and cluster in the address."""
    version = queries.indicator_by_code(programme=frame.programme, code=code)
    told = queries.measurements(
        programme=frame.programme, access=frame.access, indicators=[version.indicator_id]
    )
    shown = next((t for t in of_place(told, frame) if _is_wave(t, request.GET.get("wave", ""))), None)
    if shown is None:
        raise NotFound(kind=_("value of the indicator"), code_given=code)
    if not frame.may("read_sensitive"):
        raise NotAllowed(capability="read_sensitive")
    if frame.cluster is None and _is_large(shown):
        return _by_cluster(request, frame, version, shown, told)
    try:
        found = queries.behind(
            version=version, measurement=shown.measurement, access=frame.access, cluster=frame.cluster
        )
    except BadInput:
        found = None
    table = _table(request, frame, version, found)
    if table.wants_export:
        return table.export()
    return render(
        request,
        "indicators/rows.html",
        {
            "title": _("Behind: %(indicator)s") % {"indicator": version.title},
            "frame_of": frame,
            "state": _state(version, shown, found),
            "note": _note(found),
            "table": table,
            "back": link(
                frame.url("indicators:one", code, wave=request.GET.get("wave") or None), version.title
            ),
        },
    )


def _is_large(shown: Told) -> bool:
    """Whether so many answers were looked at that nobody reads them all, and reading them would keep others waiting."""
    return (shown.measurement.run.result.get("n_units") or 0) > MOST_SHOWN


class ClusterTable(DataTable):
    """A row for each cluster."""

    name = "clusters"


def _by_cluster(
    request: HttpRequest, frame: Frame, version: IndicatorVersion, shown: Told, told: list[Told]
) -> HttpResponse:
    """What each cluster puts into a value of very many firms, as it was written down; its firms are one click away."""
    wave = request.GET.get("wave") or None
    code = version.indicator.code
    parts = [t for t in told if t.cluster is not None and _is_wave(t, wave or "")]
    table = ClusterTable(
        parts, request, caption=_("Clusters"),
        columns=[
            Col("cluster", _("Cluster"), value=lambda t: str(t.cluster), phone=True,
                url=lambda t: frame.url("indicators:rows", code, wave=wave, cluster=t.cluster.code)),
            Col("value", _("Value"), value=lambda t: cell_said(t.cell, version.said), phone=True),
            Col("n", _("Answers that count"), "number", value=lambda t: t.cell.n),
            Col("asked", _("Asked"), "number", value=lambda t: t.cell.n_asked, shown=False),
        ],
    )  # fmt: skip
    if table.wants_export:
        return table.export()
    n = shown.cell.n_asked or shown.measurement.run.result["n_units"]
    return render(
        request,
        "indicators/rows.html",
        {
            "title": _("Behind: %(indicator)s") % {"indicator": version.title},
            "frame_of": frame,
            "state": _("%(value)s, from %(n)s answers. Choose a cluster to see its firms.")
            % {"value": cell_said(shown.cell, version.said), "n": words.number(n)},
            "note": "",
            "table": table,
            "back": link(frame.url("indicators:one", code, wave=wave), version.title),
        },
    )


def _is_wave(told: Told, code: str) -> bool:
    return (told.wave.code if told.wave else "") == code


def _state(version: IndicatorVersion, shown: Told, found: Behind | None) -> str:
    if found is None:
        return _("The form does not ask what the formula needs, so nobody stands behind it.")
    lines = found.lines
    said = _("%(value)s. Answers that count: %(n)s; no answer: %(missing)s; not meant: %(outside)s.") % {
        "value": cell_said(shown.cell, version.said),
        "n": words.number(lines["part"].count()),
        "missing": words.number(int((lines["asked"] & lines["part"].is_null()).sum())),
        "outside": words.number(int((~lines["asked"]).sum())),
    }
    return said


def _note(found: Behind | None) -> str:
    if found is None:
        return ""
    if found.lines.height > MOST_SHOWN:
        return _("The first %(n)s stand here; choose a cluster above to see all of its firms.") % {
            "n": words.number(MOST_SHOWN)
        }
    if found.is_same is None:
        return ""
    if found.is_same:
        return _("These are the answers that the value was worked out from.")
    return _(
        "Answers have come or changed since the value was worked out: the list shows them as they stand now."
    )


def _table(request: HttpRequest, frame: Frame, version: IndicatorVersion, found: Behind | None) -> DataTable:
    kind = version.said.formula.kind
    lines = _lines(found)
    columns = dict(found.units.columns) if found else {}
    cols = [
        Col("pseudonym", _("Firm"), "code", value=lambda r: r["pseudonym"] or _("not in the register"),
            phone=True, sortable=True, url=lambda r: _url(frame, r)),
        Col("role", _("Counts"), "chip", choices=_roles(kind), filter="choice", phone=True,
            tone=lambda v: {"in": "good", "missing": "warn", "outside": "calm"}.get(v, "")),
        Col("part", _("Numerator") if kind != "median" else _("Value"), "number", phone=True, sortable=True),
        Col("whole", _("Denominator"), "number", shown=kind == "ratio"),
        Col("cluster", _("Cluster"), "choice", choices=_choices(columns, "cluster"), filter="choice"),
        Col("place", _("Place"), value=lambda r: group_said(r["place"] or "?", "place", columns)),
        Col("size_class", _("Size"), "choice", choices=_choices(columns, "size_class"), filter="choice"),
    ]  # fmt: skip
    return BehindTable(lines, request, columns=cols)


def _lines(found: Behind | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    role = (
        pl.when(~pl.col("asked"))
        .then(pl.lit("outside"))
        .when(pl.col("part").is_null())
        .then(pl.lit("missing"))
        .when(pl.col("part") == 0)
        .then(pl.lit("rest"))
        .otherwise(pl.lit("in"))
    )
    return found.lines.head(MOST_SHOWN).with_columns(role.alias("role")).to_dicts()


def _roles(kind: str) -> dict[str, str]:
    if kind in ("share", "count"):
        return {"in": pgettext("in an indicator", "holds"), "rest": pgettext("in an indicator", "does not hold"),
                "missing": _("no answer"), "outside": _("not meant")}  # fmt: skip
    return {"in": pgettext("in an indicator", "counts"), "rest": pgettext("in an indicator", "counts, with zero"),
            "missing": _("no answer"), "outside": _("not meant")}  # fmt: skip


def _choices(columns: dict[str, UnitColumn], name: str) -> dict[str, str]:

    column = columns.get(name)
    return {code: column.choice(code, tongue()) for code in column.choices} if column else {}


def _url(frame: Frame, row: dict[str, Any]) -> str | None:
    from django.urls import reverse

    if row["_submission"] and frame.access.may("read_sensitive"):
        return frame.url("surveys:submission", row["_submission"])
    return reverse("register:actor", args=(row["pseudonym"],)) if row["pseudonym"] else None
