"""All indicators of a programme with what they came to, and the button that works them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from .. import actions, queries
from ..models import IndicatorVersion
from ..queries import Told
from ..reckoning import Cell
from ..wording import ARROWS, DIRECTIONS, LEVELS, cell_said, interval_said, reason_said, unit_said
from .common import EDIT, ITEM, STEP, bar_of, of_place, running, sees, wave_spark


@dataclass
class Row:
    """One indicator with its present value and its waves."""

    version: IndicatorVersion
    told: list[Told] = field(default_factory=list)

    @property
    def now(self) -> Told | None:
        """All answers so far."""
        return next((t for t in self.told if t.wave is None), None)

    @property
    def cell(self) -> Cell | None:
        return self.now.cell if self.now else None

    # What the table filters and sorts by.
    @property
    def title(self) -> str:
        return self.version.title

    @property
    def level(self) -> str:
        return self.version.said.level

    @property
    def direction(self) -> str:
        return self.version.said.direction

    @property
    def code(self) -> str:
        return self.version.indicator.code

    @property
    def state(self) -> str:
        if not self.version.indicator.is_used:
            return "aside"
        if self.cell is None:
            return "not_yet"
        return "said" if self.cell.value is not None else "cannot"

    @property
    def is_old(self) -> bool:
        """Whether the value was worked out by an earlier definition that measures something else."""
        now = self.now
        return now is not None and now.measurement.indicator_version.digest != self.version.digest


class IndicatorTable(DataTable):
    """The indicators of a programme, one row each."""

    name, search, page_size = "indicators", ("title", "code"), 100


def _columns(frame: Frame, rows: list[Row]) -> list[Col]:
    """Columns that would be empty or alike in every row are there to be chosen, not shown."""
    has_waves = any(wave_spark(r.told) for r in rows)
    has_shares = any(r.version.said.is_share for r in rows)
    is_mixed = any(r.state != "said" for r in rows)
    has_reasons = any(_why(r) for r in rows)
    states = {"said": pgettext("indicator", "said"), "cannot": _("cannot be said"), "not_yet": _("not worked out"),
              "aside": _("put aside")}  # fmt: skip
    return [
        Col("title", _("Indicator"), value=lambda r: r.title, phone=True, sortable=True,
            url=lambda r: frame.url("indicators:one", r.code)),
        Col("value", _("Value"), value=_value, phone=True, url=lambda r: frame.url("indicators:one", r.code)),
        Col("spark", _("By wave"), "picture", value=lambda r: wave_spark(r.told), plain=_waves, shown=has_waves),
        Col("bar", _("Part"), "picture", value=_bar, plain=lambda r: "", shown=has_shares),
        Col("direction", _("Good is"), "choice", choices={k: f"{ARROWS[k]} {v}" for k, v in DIRECTIONS.items()},
            filter="choice"),
        Col("n", _("Answers"), "number", value=lambda r: r.cell.n if r.cell else None),
        Col("state", _("State"), "chip", choices=states, filter="choice",
            tone=lambda s: {"said": "good", "cannot": "warn", "aside": "calm"}.get(s, ""), shown=is_mixed),
        Col("why", _("Why not"), value=_why, phone=has_reasons, shown=has_reasons),
        Col("unit", _("Unit"), value=lambda r: unit_said(r.version.said), shown=False),
        Col("interval", _("95 % interval"), value=lambda r: interval_said(r.cell, r.version.said) if r.cell else "",
            shown=False),
        Col("level", _("Level"), "choice", choices=LEVELS, filter="choice", shown=False),
        Col("form", _("Form"), value=lambda r: str(r.version.indicator.instrument or _("Register")), shown=False),
        Col("source", _("Source"), value=lambda r: r.version.said.cite, shown=False),
        Col("code", _("Code"), "code", shown=False),
    ]  # fmt: skip


def _value(row: Row) -> str:
    return cell_said(row.cell, row.version.said) if row.cell else _("not worked out")


def _bar(row: Row) -> Any:
    """How much of the whole a share is; other values have no whole."""
    if row.cell is None or not row.version.said.is_share:
        return ""
    return bar_of(row.cell, row.version.said, 1.0)


def _why(row: Row) -> str:
    if row.cell is not None and row.cell.reason:
        return reason_said(row.cell, row.version.said)
    return _("The definition has changed since.") if row.is_old else ""


def _waves(row: Row) -> str:
    return "; ".join(
        f"{t.wave}: {cell_said(t.cell, row.version.said)}" for t in row.told if t.wave is not None
    )


def rows_of(frame: Frame) -> list[Row]:
    """Every indicator with what it came to, for the cluster chosen or all."""
    versions = list(queries.current_versions(programme=frame.programme))
    told = queries.measurements(
        programme=frame.programme,
        access=frame.access,
        clusters=[frame.cluster] if frame.cluster else [],
        with_groups=False,
    )
    by: dict[int, list[Told]] = {}
    for one in of_place(told, frame):
        by.setdefault(one.measurement.indicator_version.indicator_id, []).append(one)
    return [Row(v, by.get(v.indicator_id, [])) for v in versions]


@programme_page(step=STEP, item=ITEM)
def indicators(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The list: value, how it ran, which way is good, and what cannot be said with its reason."""
    rows = rows_of(frame)
    used = [r for r in rows if r.version.indicator.is_used]
    table = IndicatorTable(rows, request, columns=_columns(frame, rows), caption=_("Indicators"))
    if table.wants_export:
        return table.export()
    may = frame.may(EDIT)
    return render(
        request,
        "indicators/list.html",
        {
            "title": _("Indicators"),
            "frame_of": frame,
            "state": _state(used),
            "sees": sees(frame),
            "table": table,
            "figures": _figures(used, frame),
            "job": running(frame.programme),
            "compute_url": frame.url("indicators:compute") if may and used else "",
            "library_url": frame.url("indicators:library"),
            "links": [
                link(frame.url("indicators:library"), _("Library of indicators")),
                *(
                    [link(frame.url("indicators:new"), _("Write an indicator"))]
                    if frame.may_programme(EDIT)
                    else []
                ),
            ],
        },
    )


def _state(rows: list[Row]) -> str:
    if not rows:
        return _("Nothing is measured yet: take indicators from the library, or write your own.")
    told = [r for r in rows if r.now is not None]
    if not told:
        return ngettext(
            "%(n)s indicator is in use; its value has not been worked out yet.",
            "%(n)s indicators are in use; their values have not been worked out yet.",
            len(rows),
        ) % {"n": words.number(len(rows))}  # fmt: skip
    said = sum(r.state == "said" for r in rows)
    at = max(r.now.measurement.at for r in told)
    text = ngettext(
        "%(said)s of %(n)s indicator says something; worked out %(day)s.",
        "%(said)s of %(n)s indicators say something; worked out %(day)s.",
        len(rows),
    ) % {
        "said": words.number(said), "n": words.number(len(rows)), "day": words.day(at)
    }  # fmt: skip
    n_new = len(rows) - len(told)
    if n_new:
        text += " " + ngettext("%(n)s is new since.", "%(n)s are new since.", n_new) % {
            "n": words.number(n_new)
        }
    return text


# What a committee asks first, where the programme measures it.
FIRST = (
    "number_of_firms",
    "register_firms",
    "persons_engaged",
    "women_share",
    "firm_formality",
    "worker_formality",
)


def _figures(rows: list[Row], frame: Frame) -> list[Figure]:
    by = {r.code: r for r in rows if r.cell is not None and r.cell.value is not None}
    found = []
    for code in FIRST:
        if code in by and len(found) < 4:
            row = by[code]
            found.append(
                Figure(cell_said(row.cell, row.version.said), row.title, frame.url("indicators:one", code))
            )
    return found


@require_POST
@programme_page(step=STEP, item=ITEM, may=EDIT)
def compute(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Work out all values, in the background; asked twice, it is done once."""
    if queries.current_versions(programme=frame.programme).filter(indicator__is_used=True).exists():
        actions.order_computing(programme=frame.programme, by=request.user)
    return redirect(frame.url("indicators:list"))
