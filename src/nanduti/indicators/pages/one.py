"""One indicator: its value, by group, in words, where it comes from, and how it was worked out from time to time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from .. import queries
from ..changes import changes_of
from ..meanings import columns_for
from ..models import IndicatorVersion
from ..queries import Told
from ..reckoning import UNKNOWN, Cell
from ..units import UnitColumn
from ..wording import (
    ARROWS,
    DIRECTIONS,
    LEVELS,
    METHODS,
    answers_said,
    cell_said,
    dimension_said,
    formula_said,
    group_said,
    interval_said,
    reason_said,
    unit_said,
)
from .common import EDIT, ITEM, STEP, bar_of, longest, of_place, running, sees, source_words, wave_spark
from .waves import change_said

MOST_BARS = 24


@programme_page(step=STEP, item=ITEM)
def indicator(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """The page of one indicator, for the wave chosen or all answers so far."""
    version = queries.indicator_by_code(programme=frame.programme, code=code)
    told = queries.measurements(
        programme=frame.programme, access=frame.access, indicators=[version.indicator_id]
    )
    mine = of_place(told, frame)
    shown = _chosen(mine, request.GET.get("wave", ""))
    columns = columns_for(version)
    sections = _by_cluster(told, frame, version, shown) + _by_dimension(version, shown, columns)
    table = _group_table(request, version, shown, columns, sections)
    if table.wants_export:
        return table.export()
    past = _past_table(request, version, frame)
    if past.wants_export:
        return past.export()
    return render(
        request,
        "indicators/one.html",
        {
            "title": version.title,
            "frame_of": frame,
            "state": _state(version, shown, frame),
            "sees": sees(frame),
            "back": link(frame.url("indicators:list"), _("Indicators")),
            "action": _action(version, shown, frame),
            "figures": _figures(version, shown),
            "waves": _waves(mine, shown, frame, version),
            "spark": wave_spark(mine),
            "changes": [change_said(c, version.said) for c in changes_of(mine)],
            "sections": sections,
            "unit": "" if version.said.is_share else unit_said(version.said),
            "table": table,
            "facts": _facts(version, shown, columns),
            "questions": _questions(version, columns),
            "versions": _versions(version),
            "past": past,
            "job": running(frame.programme),
            "links": _links(version, frame),
        },
    )  # fmt: skip


def _chosen(mine: list[Told], wave: str) -> Told | None:
    """The measurement of the wave in the address; else of all answers so far."""
    by = {t.wave.code if t.wave else "": t for t in mine}
    return by.get(wave) or by.get("")


def _state(version: IndicatorVersion, shown: Told | None, frame: Frame) -> str:
    if shown is None:
        return _("Its value has not been worked out yet.")
    where = str(frame.cluster) if frame.cluster else _("all clusters")
    if shown.cell.value is None:
        said = _("For %(where)s this cannot be said: %(why)s") % {
            "where": where, "why": reason_said(shown.cell, version.said)
        }  # fmt: skip
    else:
        said = ngettext(
            "%(value)s for %(where)s, from %(n)s answer.", "%(value)s for %(where)s, from %(n)s answers.", shown.cell.n
        ) % {"value": cell_said(shown.cell, version.said), "where": where, "n": words.number(shown.cell.n)}  # fmt: skip
        between = interval_said(shown.cell, version.said)
        if between:
            said += " " + _(
                "A sample: in 95 of 100 samples such an interval holds the true value: %(between)s."
            ) % {"between": between}
    if shown.measurement.indicator_version.digest != version.digest:
        said += " " + _("The definition has changed since; work the values out again.")
    return said


def _action(version: IndicatorVersion, shown: Told | None, frame: Frame) -> dict[str, Any] | None:
    if shown is None or not frame.may("read_sensitive"):
        return None
    wave = shown.wave.code if shown.wave else None
    return link(frame.url("indicators:rows", version.indicator.code, wave=wave), _("See the firms behind it"))


def _figures(version: IndicatorVersion, shown: Told | None) -> list[Figure]:
    if shown is None or shown.cell.n == 0:
        return []
    cell = shown.cell
    found = [Figure(cell_said(cell, version.said), version.title)]
    if cell.numerator is not None and cell.denominator is not None and version.said.formula.kind == "share":
        found.append(Figure(cell.numerator, _("for whom it holds")))
    n_missing = cell.n_asked - cell.n
    found.append(Figure(cell.n, _("answers it stands on")))
    if n_missing > 0:
        found.append(Figure(n_missing, _("asked, no answer that counts"), tone="warn"))
    return found


def _waves(
    mine: list[Told], shown: Told | None, frame: Frame, version: IndicatorVersion
) -> list[dict[str, Any]]:
    if len(mine) < 2:
        return []
    return [
        {
            "label": str(t.wave) if t.wave else _("All answers so far"),
            "url": frame.url("indicators:one", version.indicator.code, wave=t.wave.code if t.wave else None),
            "value": cell_said(t.cell, version.said, with_unit=False),
            "why": reason_said(t.cell, version.said) if t.cell.reason else "",
            "n": answers_said(t.cell.n),
            "is_current": t is shown,
        }
        for t in mine
    ]


# --- groups


def _section(
    name: str, title: str, rows: list[tuple[str, Cell, str]], version: IndicatorVersion
) -> dict[str, Any]:
    most = longest([cell for _label, cell, _url in rows])
    return {
        "id": name,
        "title": title,
        "rows": [
            {"label": label, "url": url, "bar": bar_of(cell, version.said, most),
             "value": cell_said(cell, version.said, with_unit=False), "n": answers_said(cell.n),
             "why": reason_said(cell, version.said) if cell.reason else "", "cell": cell}
            for label, cell, url in rows[:MOST_BARS]
        ],
        "n_more": max(0, len(rows) - MOST_BARS),
    }  # fmt: skip


def _by_cluster(
    told: list[Told], frame: Frame, version: IndicatorVersion, shown: Told | None
) -> list[dict[str, Any]]:
    if shown is None or frame.cluster is not None:
        return []
    mine = [t for t in told if t.cluster is not None and t.measurement.wave_id == shown.measurement.wave_id]
    if len(mine) < 2:
        return []
    mine.sort(key=lambda t: (t.cell.value is None, -(t.cell.value or 0)))
    address = version.indicator.code
    rows = [
        (str(t.cluster), t.cell, frame.url("indicators:one", address, keep=False, cluster=t.cluster.code)) for t in mine
    ]  # fmt: skip
    return [_section("cluster", dimension_said("cluster"), rows, version)]


def _by_dimension(
    version: IndicatorVersion, shown: Told | None, columns: Mapping[str, UnitColumn]
) -> list[dict[str, Any]]:
    if shown is None:
        return []
    found = []
    for dimension in version.said.disaggregations:
        cells = shown.groups.get(dimension)
        if not cells or (len(cells) == 1 and UNKNOWN in cells):
            continue
        rows = [
            (group_said(g, dimension, columns), cell, "") for g, cell in _in_order(cells, dimension, columns)
        ]
        found.append(_section(dimension, dimension_said(dimension, columns), rows, version))
    return found


def _in_order(
    cells: Mapping[str, Cell], name: str, columns: Mapping[str, UnitColumn]
) -> list[tuple[str, Cell]]:
    """Choices as the form has them, what is not known at the end."""
    column = columns.get(name)
    order = {code: place for place, code in enumerate(column.choices)} if column else {}
    return sorted(cells.items(), key=lambda item: (item[0] == UNKNOWN, order.get(item[0], 999), item[0]))


def _group_table(
    request: HttpRequest, version: IndicatorVersion, shown: Told | None, columns: Mapping[str, UnitColumn],
    sections: list[dict[str, Any]],
) -> DataTable:  # fmt: skip
    """Everything that the bars show, to take along."""
    rows = [{"dimension": s["title"], "group": r["label"], **vars(r["cell"]), "why": r["why"]} for s in sections
            for r in s["rows"]]  # fmt: skip
    if shown is not None:
        rows.insert(0, {"dimension": "", "group": _("All"), **vars(shown.cell),
                        "why": reason_said(shown.cell, version.said) if shown.cell.reason else ""})  # fmt: skip
    kind = "share" if version.said.is_share else "number"
    cols = [
        Col("dimension", _("By"), phone=True),
        Col("group", _("Group"), phone=True),
        Col("value", _("Value (%(unit)s)") % {"unit": unit_said(version.said)}, kind, phone=True),
        Col("n", _("Answers"), "number"),
        Col("n_asked", _("Asked"), "number"),
        Col("numerator", _("Numerator"), "number"),
        Col("denominator", _("Denominator"), "number"),
        Col("low", _("From"), "number", shown=False),
        Col("high", _("To"), "number", shown=False),
        Col("why", _("Why not")),
    ]  # fmt: skip
    return DataTable(rows, request, columns=cols, name=version.indicator.code, prefix="g.", page_size=200)


# --- what it is


def _facts(
    version: IndicatorVersion, shown: Told | None, columns: Mapping[str, UnitColumn]
) -> list[tuple[Any, Any]]:
    said = version.said
    form = version.indicator.instrument
    facts = [
        (_("It answers"), said.text("question", tongue())),
        (_("Formula"), formula_said(said.formula)),
        (_("Unit"), unit_said(said)),
        (_("Which way is good"), f"{ARROWS[said.direction]} {DIRECTIONS[said.direction]}"),
        (_("Level"), LEVELS[said.level]),
        (_("Asked in"), str(form) if form else _("Register")),
        (_("Told by"), ", ".join(dimension_said(d, dict(columns)) for d in said.disaggregations if d in columns)),
        (_("Needs at least"), _("%(share)s of those asked to have answered")
         % {"share": words.share(said.formula.least_answered, 0)}),
        (_("Source"), said.cite),
        (_("Note"), said.text("note", tongue())),
    ]  # fmt: skip
    if said.since or said.until:
        facts.append((_("Holds for waves"), f"{said.since or '…'} – {said.until or '…'}"))
    if shown is not None:
        facts.append((_("Worked out from"), source_words(shown)))
        if shown.cell.method:
            facts.append((_("How the sample counts"), METHODS[shown.cell.method]))
    return [(label, value) for label, value in facts if value]


def _questions(version: IndicatorVersion, columns: Mapping[str, UnitColumn]) -> list[tuple[str, str]]:
    """The questions that the formula names, in the reader's language."""
    from ..reckoning import needed

    names = [n for n in needed([version.said]) if n in columns and n not in version.said.disaggregations]
    return [(name, columns[name].label(tongue())) for name in names]


def _versions(version: IndicatorVersion) -> list[dict[str, Any]]:
    return [
        {"number": v.number, "formula": formula_said(v.said.formula), "at": v.created_at,
         "by": str(v.made_by or ""), "frozen": v.frozen_at, "is_current": v.is_current}
        for v in queries.history(indicator=version.indicator)
    ]  # fmt: skip


def _past_table(request: HttpRequest, version: IndicatorVersion, frame: Frame) -> DataTable:
    """How it was worked out from time to time; values for those who may see them in full."""
    full = frame.may_programme("read_sensitive")
    columns = [
        Col("at", gettext_lazy("When"), "moment", phone=True),
        Col(
            "wave",
            gettext_lazy("Wave"),
            value=lambda m: str(m.wave) if m.wave else _("all answers so far"),
            phone=True,
        ),
        Col("version", gettext_lazy("Version"), "number", value=lambda m: m.indicator_version.number),
        Col("n", gettext_lazy("Answers"), "number", value=lambda m: m.n if full else None),
        Col(
            "digest",
            gettext_lazy("Fingerprint of the answers"),
            "code",
            value=lambda m: m.run.input_digest[:12],
        ),
        Col("package", gettext_lazy("Software"), value=lambda m: m.run.package_version, shown=False),
        Col("by", gettext_lazy("By"), value=lambda m: str(m.run.by or "")),
    ]
    if full:
        columns.insert(3, Col("value", gettext_lazy("Value"), phone=True,
                              value=lambda m: cell_said(queries.cell_of(m), m.indicator_version.said)))  # fmt: skip
    rows = queries.runs(indicator=version.indicator)
    return DataTable(rows, request, columns=columns, name="runs", prefix="r.", page_size=20)


def _links(version: IndicatorVersion, frame: Frame) -> list[dict[str, Any]]:
    if not frame.may_programme(EDIT):
        return []
    return [link(frame.url("indicators:change", version.indicator.code), _("Change the definition"))]
