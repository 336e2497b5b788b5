"""Pages of results: the framework computed from records, the records behind a figure, the quality report."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.foundation.kept import kept
from nanduti.indicators.safe import LEAST
from nanduti.interface import words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import Money
from nanduti.plans.models import Participation
from nanduti.programme import codes
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import dated, link, show

from . import queries, standard_pages
from .counting import Question, Tally, records_behind
from .frameworks import INDICATORS, SOURCE, Indicator
from .models import StatedFigure

LEVELS = {"output": gettext_lazy("Outputs"), "outcome": gettext_lazy("Outcomes")}
RECORD_PAGES = {"plans.activity": "plans:activity", "programme.cooperationagreement": "programme:agreement"}


def in_words(tally: Tally, indicator: Indicator) -> str:
    """A figure with everything that could not be added to it."""
    units = dict(Participation.Unit.choices)
    said = [words.number(tally.value)]
    said += [f"+ {words.number(n)} {units.get(unit, unit)}" for unit, n in sorted(tally.others.items())]
    if indicator.with_money:
        said += [words.money(Money(amount, currency)) for currency, amount in sorted(tally.money.items())]
    if tally.n_unknown:
        said.append(
            ngettext("(%(n)s without a number)", "(%(n)s without a number)", tally.n_unknown)
            % {"n": words.number(tally.n_unknown)}
        )
    if tally.n_undated:
        said.append(
            ngettext("(+ %(n)s, date not known)", "(+ %(n)s, date not known)", tally.n_undated)
            % {"n": words.number(tally.n_undated)}
        )
    return " ".join(said)


NOT_CONVERTED = {
    "no_day": gettext_lazy("%(n)s in %(currency)s without a day"),
    "no_rate": gettext_lazy("%(n)s in %(currency)s: no rate by then"),
    "old_rate": gettext_lazy("%(n)s in %(currency)s: only a rate of more than a year before"),
}


def converted_in_words(row: queries.ResultRow) -> str:
    """What deals of several currencies come to in one, and which of them stand in no sum."""
    found = row.converted
    if found is None:
        return ""
    said = [words.money(Money(found.amount, found.into))] if found.n else []
    left = [
        str(NOT_CONVERTED[reason]) % {"n": words.number(n), "currency": currency}
        for (currency, reason), n in sorted(found.left_out.items())
    ]
    if left:
        said.append(_("not converted: %(deals)s") % {"deals": "; ".join(left)})
    return ", ".join(said)


def _row_value(row: queries.ResultRow, key: Any, by: str) -> str:
    tally = getattr(row, by).get(key)
    return in_words(tally, row.indicator) if tally else "0"


def _columns(table: queries.ResultTable, frame: Frame) -> list[Col]:
    columns = [
        Col("title", gettext_lazy("What"), value=lambda r: _(r.indicator.title), phone=True,
            url=lambda r: frame.url("results:records", r.indicator.code)),
        Col("total", gettext_lazy("Computed"), value=lambda r: in_words(r.total, r.indicator), phone=True),
    ]  # fmt: skip
    busy = {pk for row in table.rows for pk, tally in row.by_cluster.items() if tally.n_records}
    # More clusters than this are chosen above, not compared in columns.
    if frame.cluster is None and len(table.clusters) <= 12:
        columns += [
            Col(f"c{c.pk}", str(c), value=lambda r, pk=c.pk: _row_value(r, pk, "by_cluster"), shown=c.pk in busy)
            for c in table.clusters
        ]  # fmt: skip
    if any(row.converted for row in table.rows):
        columns.append(
            Col("converted", gettext_lazy("In one currency"), value=converted_in_words, phone=True)
        )
    columns += [
        Col(f"y{year}", str(year), value=lambda r, y=year: _row_value(r, y, "by_year"), shown=frame.cluster is not None)
        for year in table.years
    ]  # fmt: skip
    columns += [
        Col("undated", gettext_lazy("Undated"), value=lambda r: _row_value(r, None, "by_year"), shown=False),
        Col("stated", gettext_lazy("Stated by hand"), value=_stated, phone=True),
    ]
    return columns


def _stated(row: queries.ResultRow) -> str:
    """The figures that documents state for the whole, or how many they state for parts of it."""
    whole = [words.number(f.value) for f in row.stated if f.cluster is None]
    parts = [f for f in row.stated if f.cluster is not None]
    said = ", ".join(dict.fromkeys(whole))
    if parts:
        n = ngettext("%(n)s partial figure", "%(n)s partial figures", len(parts)) % {
            "n": words.number(len(parts))
        }
        said = f"{said}; {n}" if said else n
    return said


@programme_page(step=8, item="results")
def table(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Outputs and outcomes computed from the records, beside what documents state."""
    result = _results(frame)
    columns = _columns(result, frame)
    sections = [
        {
            "id": level,
            "title": title,
            "table": DataTable(
                [r for r in result.rows if r.indicator.level == level],
                request,
                columns=columns,
                name=f"{level}s",
                caption=title,
                prefix="" if level == "output" else "o.",
            ),
        }
        for level, title in LEVELS.items()
    ]
    sections[-1]["links"] = [link(frame.url("results:rates"), _("Exchange rates"))]
    sections.append(standard_pages.section(request, frame))
    n_differ = sum(_differs(row) for row in result.rows)
    state = _("Counted from the records as they stood on %(day)s; nobody typed these numbers.") % {
        "day": words.day(frame.as_of)
    }
    if n_differ:
        state += " " + ngettext(
            "%(n)s figure differs from what a document states.",
            "%(n)s figures differ from what documents state.",
            n_differ,
        ) % {"n": words.number(n_differ)}  # fmt: skip
    return show(
        request,
        frame,
        title=_("Results"),
        state=state,
        figures=_figures(result, frame),
        intro=_intro(result),
        sections=sections,
    )


def _intro(result: queries.ResultTable) -> str:
    said = _("After %(source)s. A figure opens to the records behind it.") % {"source": SOURCE}
    if any(row.total.n_undated for row in result.rows):
        said += " " + _(
            "What has no date is counted from the day to which the lists report; before, it stands beside the figure."
        )
    if result.n_in_no_sum is None:
        return said
    said += " " + _("You see sums of at least %(least)s deals of a cluster together, never one amount.") % {
        "least": words.number(LEAST)
    }
    if result.n_in_no_sum:
        said += " " + ngettext(
            "%(n)s deal stands in no sum yet.", "%(n)s deals stand in no sum yet.", result.n_in_no_sum
        ) % {"n": words.number(result.n_in_no_sum)}
    return said


def _results(frame: Frame) -> queries.ResultTable:
    programme, cluster, day, money = frame.programme, frame.cluster, frame.as_of, frame.money_told()
    key = ("results", programme.pk, cluster and cluster.pk, day, money, frame.access.scope_ids)

    def count() -> queries.ResultTable:
        table = queries.result_table(programme=programme, as_of=day, cluster=cluster, money=money)
        for row in table.rows:
            row.by_both.clear()  # the page shows no single cells, and they are most of what would be kept
        return table

    return kept(key, count)


def _differs(row: queries.ResultRow) -> bool:
    return any(f.cluster is None and f.value != row.total.value for f in row.stated) or any(
        f.cluster is not None and f.value != row.by_cluster.get(f.cluster_id, Tally()).value
        for f in row.stated
    )


def _figures(result: queries.ResultTable, frame: Frame) -> list[Figure]:
    by_code = {row.indicator.code: row for row in result.rows}
    shown = ["capacity_building_programmes", "persons_trained_output", "mous", "fairs"]
    return [
        Figure(
            by_code[code].total.value,
            _(by_code[code].indicator.title),
            frame.url("results:records", code),
        )
        for code in shown
    ]


@programme_page(step=8, item="results")
def records(request: HttpRequest, frame: Frame, indicator: str) -> HttpResponse:
    """The records that a figure is counted from."""
    if indicator not in INDICATORS:
        raise NotFound(kind="indicator", code_given=indicator)
    asked = INDICATORS[indicator]
    result = queries.result_table(
        programme=frame.programme, as_of=frame.as_of, cluster=frame.cluster, money=frame.money_told()
    )
    row = next(r for r in result.rows if r.indicator.code == indicator)
    question = Question(asked, frame.programme, frame.as_of)
    sections = [
        _records_section(request, frame, rows, number)
        for number, rows in enumerate(records_behind(question, frame.cluster))
    ]
    sections.append(_stated_section(request, frame, row, indicator))
    return show(
        request,
        frame,
        title=_(asked.title),
        state=ngettext(
            "%(figure)s, counted from %(n)s record up to %(day)s.",
            "%(figure)s, counted from %(n)s records up to %(day)s.",
            row.total.n_records,
        )
        % {
            "figure": in_words(row.total, row.indicator),
            "n": words.number(row.total.n_records),
            "day": words.day(frame.as_of),
        },
        back=link(frame.url("results:table"), _("Results")),
        picture=_year_bars(row),
        intro=_in_one_currency(row),
        sections=sections,
    )


def _in_one_currency(row: queries.ResultRow) -> str:
    if row.converted is None:
        return ""
    said = _("In one currency: %(sum)s.") % {"sum": converted_in_words(row)}
    return f"{said} " + _("Each deal at the rate of the first day of its signature.")


def _year_bars(row: queries.ResultRow) -> Any:
    years = sorted(y for y in row.by_year if y is not None)
    most = max((row.by_year[y].value for y in years), default=0)
    if len(years) < 2 or not most:
        return ""
    from nanduti.interface.pictures import bars

    values = [(str(year), row.by_year[year].value) for year in years]
    undated = row.by_year[None].value if None in row.by_year else 0
    if undated:  # else the bars would not add up to the figure
        values.append((_("Undated"), undated))
    most = max(most, undated)
    rows = format_html_join(
        "",
        '<tr><th scope="row">{}</th><td>{}</td><td class="num">{}</td></tr>',
        ((name, bars.bar(value, whole=most), words.number(value)) for name, value in values),
    )
    return format_html(
        '<table class="bars"><caption class="unseen">{}</caption><tbody>{}</tbody></table>',
        _("By year"),
        rows,
    )


def _records_section(request: HttpRequest, frame: Frame, rows: Any, number: int) -> dict[str, Any]:
    model = rows.model._meta
    columns = [
        Col("record", gettext_lazy("Record"), value=str, phone=True, url=lambda r: record_url(r, frame)),
        Col("cluster", gettext_lazy("Cluster"), value=lambda r: str(getattr(r, "cluster", None) or "")),
        Col("when", gettext_lazy("When"), value=_record_when, phone=True),
        Col("count", gettext_lazy("How many"), "number", value=_record_count),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    return {
        "title": str(model.verbose_name_plural).capitalize(),
        "table": DataTable(rows, request, columns=columns, name=f"records-{number}", prefix=f"r{number}."),
        "empty_title": _("No record"),
        "empty_why": _(
            "The figure is zero because nothing of this kind is written down, not because somebody said so."
        ),
    }


def record_url(record: Any, frame: Frame) -> str | None:
    label = record._meta.label_lower
    if label == "plans.activity":
        return frame.url("plans:activity", record.plan.code, record.number)
    if label == "programme.cooperationagreement":
        return frame.url("programme:agreement", record.code)
    if label == "register.stakeholder":
        return reverse("register:actor", args=[record.organisation.pseudonym])
    return None


def _record_count(record: Any) -> int | None:
    return next((n for name in ("count", "n_participants") if (n := getattr(record, name, None))), None)


def _record_when(record: Any) -> str:
    context = record.when_context() if hasattr(record, "when_context") else {}
    texts = (getattr(record, name, "") for name in ("date_text", "signed", "reached_on"))
    return words.written(next(filter(None, texts), ""), **context) or _("date not known")


def _stated_section(
    request: HttpRequest, frame: Frame, row: queries.ResultRow, indicator: str
) -> dict[str, Any]:
    def url(figure: StatedFigure) -> str | None:
        may = frame.access.may("edit_results", figure.scope_id)
        return frame.url("results:edit_stated", indicator, figure.pk) if may else None

    columns = [
        Col("label", gettext_lazy("What it says"), value=str, phone=True, url=url),
        Col("cluster", gettext_lazy("Cluster"), value=lambda f: str(f.cluster or "")),
        Col("value", gettext_lazy("Value"), "number", phone=True),
        Col("unit", gettext_lazy("Unit"), value=lambda f: codes.said(codes.UNITS, f.unit)),
        dated("period_text", gettext_lazy("Period")),
        Col("source", gettext_lazy("Source"), value=lambda f: f.cite(), phone=True),
    ]
    may_edit = frame.may("edit_results")
    return {
        "title": _("Stated by hand"),
        "intro": _("Kept beside the computed figure, never in its place."),
        "table": DataTable(row.stated, request, columns=columns, name="stated", prefix="s."),
        "links": [link(frame.url("results:new_stated", indicator), _("Keep a stated figure"))]
        if may_edit
        else [],
        "empty_title": _("No document states this figure"),
    }
