"""Pages of the standard outcomes: the table on the page of results, and the readings behind each of its figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.foundation.fields import read_when
from nanduti.foundation.kept import kept
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.outcomes import FollowUp
from nanduti.methods.values import Money, Period
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link, show
from nanduti.register.models import Cluster, Establishment, Organisation, ProfileFact
from nanduti.register.templatetags.register import UNITS
from nanduti.register.templatetags.register import said as fact_said

from . import standard
from .forms import SpansForm
from .frameworks import STANDARD, STANDARD_SOURCE, StandardOutcome
from .readings import CLUSTER, ENTERPRISE, ESTABLISHMENT, FIRMS

# Why somebody gives no change: in a row of several, and of one alone.
COUNTED = {
    "undated": gettext_lazy("%(n)s without a day"),
    "later_than_cut_off": gettext_lazy("%(n)s only after the cut-off day"),
    "no_baseline": gettext_lazy("%(n)s without a baseline"),
    "no_follow_up": gettext_lazy("%(n)s without a follow-up yet"),
    "other_unit": gettext_lazy("%(n)s in another unit or currency"),
    "two_values": gettext_lazy("%(n)s of which two sources differ"),
    "no_number": gettext_lazy("%(n)s told as a range or in words"),
    "bound": gettext_lazy("%(n)s told as “more than” or “less than”"),
}
ALONE = {
    "undated": gettext_lazy("Without a day it can be neither baseline nor follow-up."),
    "later_than_cut_off": gettext_lazy("It is of a day after the cut-off day."),
    "no_baseline": gettext_lazy("There is no figure in the baseline that was chosen."),
    "no_follow_up": gettext_lazy("No follow-up yet."),
    "other_unit": gettext_lazy("Baseline and follow-up are in different units or currencies."),
    "two_values": gettext_lazy("Two sources differ about the same days."),
    "no_number": gettext_lazy("The source gives a range or words, not a number."),
    "bound": gettext_lazy("The source says “more than” or “less than”, not how many."),
    standard.HIDDEN: gettext_lazy("Not shown: single firms could be recognised."),
}
OTHER = gettext_lazy("Told by another definition as well; the two are not compared.")
LEVELS = {
    CLUSTER: gettext_lazy("stated for the cluster"),
    ENTERPRISE: gettext_lazy("told by enterprises as a whole"),
    ESTABLISHMENT: gettext_lazy("told by firms"),
}


@dataclass
class Shown:
    """A row of the table: a line, or an outcome of which nothing is written down."""

    outcome: StandardOutcome
    line: standard.Line | None = None
    fact: ProfileFact | None = None


def section(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    """The third table of the page of results, with the form to choose other spans."""
    form, baseline, later = spans_of(request)
    table = _kept(frame, baseline, later)
    rows = _shown(table)
    return {
        "id": "standard",
        "title": _("Standard outcomes"),
        "intro": _intro(table),
        "html": render_to_string("results/spans.html", {"form": form, "kept": _kept_args(request)}),
        "table": DataTable(
            rows, request, columns=_columns(frame, form), name="standard", prefix="d.",
            caption=gettext_lazy("Standard outcomes"),
        ),
    }  # fmt: skip


def _intro(table: standard.StandardTable) -> str:
    said = [
        _("After %(source)s.") % {"source": STANDARD_SOURCE},
        _("Only those seen at both times are compared, by one definition and in one unit."),
        _(
            "A change says what happened, not what the programme brought about: for that, firms must be compared with "
            "others that were left out by lot."
        ),
    ]
    if table.ignores_choice:
        said.append(
            _(
                "Figures of firms are shown to you rounded, of all clusters together, at the days that nobody chose."
            )
        )
    if table.too_many:
        said.append(
            _("More answers than this page reads stand behind %(codes)s; see the indicator itself.")
            % {"codes": ", ".join(sorted(table.too_many))}
        )
    return " ".join(said)


def spans_of(request: HttpRequest) -> tuple[SpansForm, Period | None, Period | None]:
    """The form of the spans, and the two that were chosen; none where they cannot be understood."""
    asked = any(request.GET.get(name) for name in ("baseline", "follow_up"))
    form = SpansForm(request.GET if asked else None)
    if not asked or not form.is_valid():
        return form, None, None
    found = [_period(form.cleaned_data[name]) for name in ("baseline", "follow_up")]
    return form, found[0], found[1]


def _period(text: str) -> Period | None:
    reading = read_when(text or "")
    return reading.period if reading is not None else None


def _kept_args(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, request.GET[name]) for name in ("cluster", "as_of") if request.GET.get(name)]


def _kept(frame: Frame, baseline: Period | None, later: Period | None) -> standard.StandardTable:
    programme, cluster, access = frame.programme, frame.cluster, frame.access
    key = ("standard", programme.pk, cluster and cluster.pk, frame.as_of, frame.today, baseline, later,
           access.scope_ids, access.scopes_with("read_sensitive"))  # fmt: skip
    return kept(
        key,
        lambda: standard.standard_table(
            programme=programme, as_of=frame.as_of, today=frame.today, cluster=cluster, access=access,
            baseline=baseline, follow_up=later,
        ),
    )  # fmt: skip


def _shown(table: standard.StandardTable) -> list[Shown]:
    """The outcomes in their order; the facts that single figures were told in are fetched at once."""
    numbers = {line.known_row for line in table.lines if line.known_row}
    facts = {f.pk: f for f in ProfileFact.objects.filter(pk__in=numbers)} if numbers else {}
    rows: list[Shown] = []
    for code, outcome in STANDARD.items():
        lines = table.of(code)
        rows += [Shown(outcome, line, facts.get(line.known_row or 0)) for line in lines] or [Shown(outcome)]
    return rows


def _columns(frame: Frame, form: SpansForm) -> list[Col]:
    chosen = {n: v for n, v in (form.cleaned_data.items() if form.is_valid() else ()) if v}

    def url(row: Shown) -> str | None:
        return frame.url("results:standard", row.outcome.code, **chosen) if row.line else None

    return [
        Col("title", gettext_lazy("What"), value=_title, phone=True, url=url),
        Col("where", gettext_lazy("Where"), value=_where, phone=True),
        Col("baseline", gettext_lazy("Baseline"), value=_baseline, plain=lambda r: _plain(r, "before"), phone=True),
        Col("follow_up", gettext_lazy("Follow-up"), value=_follow_up, plain=lambda r: _plain(r, "after"), phone=True),
        Col("change", gettext_lazy("What changed"), value=_change, plain=lambda r: _plain(r, "change"), phone=True),
        Col("share", gettext_lazy("Change in per cent"), value=_share, plain=lambda r: _plain(r, "relative"),
            shown=False),
        Col("n", gettext_lazy("Seen twice"), value=_seen),
        Col("why", gettext_lazy("What is not compared"), value=_why, phone=True),
        Col("unit", gettext_lazy("Unit"), value=lambda r: r.line.unit if r.line else "", shown=False),
    ]  # fmt: skip


def _title(row: Shown) -> str:
    return title_of(row.line) if row.line else _(row.outcome.title)


def title_of(line: standard.Line) -> str:
    """The outcome, and the definition by which it is told where that says more."""
    outcome, measure = _(line.outcome.title), _(line.measure.title)
    said = outcome if outcome == measure else _("%(outcome)s: %(measure)s") % {
        "outcome": outcome, "measure": measure[:1].lower() + measure[1:]
    }  # fmt: skip
    return said


def _where(row: Shown) -> str:
    if row.line is None:
        return ""
    return str(row.line.cluster) if row.line.cluster else _("All clusters")


def amount(value: float | None, unit: str, *, signed: bool = False) -> str:
    """A value with its unit: money where the unit is a currency; with the sign of a change."""
    if value is None:
        return ""
    exact = Decimal(str(value))
    if exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1))
    sign = "+" if signed and exact > 0 else ""
    if len(unit) == 3 and unit.isascii() and unit.isupper():
        return sign + words.money(Money(exact, unit))
    return f"{sign}{words.number(exact)} {unit_said(unit)}".strip()


def unit_said(unit: str) -> str:
    """A unit in the reader's language where it is a common one."""
    return _(unit) if unit in UNITS else unit


def _plain(row: Shown, name: str) -> Any:
    return getattr(row.line.found, name) if row.line else None


def _baseline(row: Shown) -> str:
    if row.line is None:
        return ""
    found = row.line.found
    if found.before is not None:
        return _of(amount(found.before, row.line.unit), found.first_before, found.last_before)
    if row.fact is not None and "no_follow_up" in found.reasons:
        return _dated(fact_said(row.fact), words.written(row.fact.as_of))
    return amount(row.line.waiting, row.line.unit)


def _follow_up(row: Shown) -> str:
    if row.line is None or row.line.found.after is None:
        return ""
    found = row.line.found
    return _of(amount(found.after, row.line.unit), found.first_after, found.last_after)


def _of(said: str, first: Any, last: Any) -> str:
    return _dated(said, _days(Period.of_days(first, last)) if first and last else "")


def _days(period: Period) -> str:
    """The days of a reading as somebody would say them: a whole year is a year, a whole month a month."""
    precision = ""
    if period.start and period.end and period.start.day == period.end.day == 1:
        precision = "year" if period.start.month == period.end.month == 1 else "month"
    return words.interval(period, precision)


def _dated(said: str, days: str) -> str:
    """A figure with the days that it is of."""
    return f"{said} ({days})" if said and days else said


def changed(change: float, unit: str) -> str:
    """A change with its sign; none at all is said in words."""
    return amount(change, unit, signed=True) if change else _("unchanged")


def _change(row: Shown) -> str:
    if row.line is None or row.line.found.change is None:
        return ""
    said = changed(row.line.found.change, row.line.unit)
    return f"{said} ({_share(row)})" if row.line.found.change else said


def _share(row: Shown) -> str:
    if row.line is None or row.line.found.change is None:
        return ""
    relative = row.line.found.relative
    if relative is None:
        return _("no per cent of a baseline of zero or below")
    return ("+" if relative > 0 else "") + words.share(relative)


def seen(line: standard.Line) -> str:
    """How many were seen twice, of how many: "15 of 320 firms"."""
    found = line.found
    if line.is_hidden:
        return ""
    numbers = {"n": words.number(found.n), "of": words.number(found.n_seen)}
    if line.level == ENTERPRISE:
        return ngettext("%(n)s of %(of)s enterprise", "%(n)s of %(of)s enterprises", found.n_seen) % numbers
    if line.level in FIRMS:
        return ngettext("%(n)s of %(of)s firm", "%(n)s of %(of)s firms", found.n_seen) % numbers
    return ngettext("%(n)s of %(of)s cluster", "%(n)s of %(of)s clusters", found.n_seen) % numbers


def _seen(row: Shown) -> str:
    return seen(row.line) if row.line else ""


def _why(row: Shown) -> str:
    if row.line is None:
        return _("Nothing is written down yet.")
    said = why(row.line.found)
    if row.fact is not None and "no_follow_up" not in row.line.found.reasons:
        said = f"{fact_said(row.fact)}. {said}"
    return said


def why(found: FollowUp) -> str:
    """What stands in no change, and why, in words."""
    reasons = dict(found.reasons)
    others = reasons.pop(standard.OTHER_DEFINITION, 0)
    if found.n_seen <= 1 and len(reasons) == 1:
        said = str(ALONE[next(iter(reasons))])
    else:
        said = "; ".join(str(COUNTED[code] % {"n": words.number(n)}) for code, n in counted(reasons))
    return " ".join(filter(None, [said, str(OTHER) if others else ""]))


def counted(reasons: dict[str, int]) -> Iterable[tuple[str, int]]:
    """The reasons of several, those that are counted."""
    return ((code, n) for code, n in reasons.items() if code in COUNTED)


# --- the readings behind a figure


@programme_page(step=8, item="results")
def records(request: HttpRequest, frame: Frame, outcome: str) -> HttpResponse:
    """Firm by firm and cluster by cluster what an outcome was at both times, and where that stands."""
    if outcome not in STANDARD:
        raise NotFound(kind="outcome", code_given=outcome)
    form, baseline, later = spans_of(request)
    asked = STANDARD[outcome]
    found = standard.pairs(
        programme=frame.programme, as_of=frame.as_of, today=frame.today, cluster=frame.cluster,
        access=frame.access, baseline=baseline, later=later,
    )  # fmt: skip
    table = _kept(frame, baseline, later)
    chosen = {n: v for n, v in (form.cleaned_data.items() if form.is_valid() else ()) if v}
    return show(
        request,
        frame,
        title=_(asked.title),
        state=_state(table.of(outcome)),
        back=link(frame.url("results:table", **chosen), _("Results")),
        sections=[
            {
                "title": _("Which readings are compared"),
                "intro": _rule(table, words.written(frame.programme.started)),
                "html": render_to_string("results/spans.html", {"form": form, "kept": _kept_args(request)}),
            },
            *_sections(request, found, table.of(outcome)),
        ],
    )


def _state(lines: list[standard.Line]) -> str:
    if not lines:
        return _("Nothing is written down yet.")
    first = next((line for line in lines if line.found.change is not None), lines[0])
    if first.found.change is None:
        return why(first.found)
    return _("%(before)s at the baseline, %(after)s at the follow-up: %(change)s. Seen twice: %(seen)s.") % {
        "before": amount(first.found.before, first.unit),
        "after": amount(first.found.after, first.unit),
        "change": changed(first.found.change, first.unit),
        "seen": seen(first),
    }


def _rule(table: standard.StandardTable, started: str) -> str:
    if table.spans.is_chosen:
        return _("The last reading within each of the spans that were chosen.")
    said = _(
        "Baseline is the last reading up to the start of the programme, or the first one where there is none before; "
        "follow-up is the last one after it, up to %(day)s."
    ) % {"day": words.day(table.spans.until)}
    return f"{said} " + _("Start of the programme: %(when)s.") % {"when": started} if started else said


def _sections(
    request: HttpRequest, found: standard.Pairs, lines: list[standard.Line]
) -> list[dict[str, Any]]:
    groups = dict.fromkeys((line.definition, line.level, line.unit) for line in lines)
    sections = []
    for number, (definition, level, unit) in enumerate(groups):
        line = next(
            one for one in lines if (one.definition, one.level, one.unit) == (definition, level, unit)
        )
        sections.append(_section(request, found, line, number))
    return sections


def _section(request: HttpRequest, found: standard.Pairs, line: standard.Line, number: int) -> dict[str, Any]:
    rows = [
        row
        for row in found.table.sort("status", "subject_id").to_dicts()
        if (row["definition"], row["level"], row["unit"]) == (line.definition, line.level, line.unit)
        and (line.level not in FIRMS or row["cluster_id"] in found.seen)
    ]
    mean = _("The mean of those seen twice, each counted once.") if line.measure.combine == "mean" else ""
    return {
        "title": ", ".join(filter(None, [title_of(line), str(LEVELS[line.level]), unit_said(line.unit)])),
        "intro": mean,
        "table": ReadingTable(rows, request, columns=_reading_columns(line, found), name=f"readings-{number}",
                              prefix=f"r{number}."),
        "empty_title": _("Single firms are not shown to you"),
        "empty_why": _("Only those who may read what single firms told see them one by one."),
    }  # fmt: skip


class ReadingTable(DataTable):
    """Subjects with their two readings; the facts behind them and who they are of are fetched a page at a time."""

    def prepare(self, rows: list[Any]) -> list[Any]:
        numbers = {n for row in rows for n in row["rows"]}
        facts = {f.pk: f for f in ProfileFact.objects.filter(pk__in=numbers).select_related("source")}
        subjects = _subjects(rows)
        for row in rows:
            row["who"] = subjects.get((row["level"], row["subject_id"]))
            for name in ("rows", "rows_before", "rows_after"):
                row[name.replace("rows", "facts")] = [facts[n] for n in row[name] or () if n in facts]
        return rows


def _subjects(rows: list[Any]) -> dict[tuple[str, int], Any]:
    found = {}
    for level, model in ((CLUSTER, Cluster), (ENTERPRISE, Organisation), (ESTABLISHMENT, Establishment)):
        wanted = {row["subject_id"] for row in rows if row["level"] == level}
        if wanted:
            found |= {(level, row.pk): row for row in model.objects.filter(pk__in=wanted)}
    return found


def _reading_columns(line: standard.Line, found: standard.Pairs) -> list[Col]:
    def value(side: str) -> Any:
        return lambda row: _dated(
            amount(row[f"value_{side}"], row[f"unit_{side}"] or line.unit)
            or _as_written(row[f"facts_{side}"]),
            _day(row, side),
        )

    def change(row: Any) -> str:
        if row["status"] != "matched":
            return ""
        return changed(round(row["value_after"] - row["value_before"], 9), line.unit)

    columns = [
        Col("who", gettext_lazy("Who"), value=lambda r: str(r["who"] or ""), phone=True, url=_who_url),
        Col("cluster", gettext_lazy("Cluster"), value=lambda r: str(found.clusters.get(r["cluster_id"], ""))),
        Col("before", gettext_lazy("Baseline"), value=value("before"), plain=lambda r: r["value_before"], phone=True),
        Col("after", gettext_lazy("Follow-up"), value=value("after"), plain=lambda r: r["value_after"], phone=True),
        Col("change", gettext_lazy("What changed"), value=change, phone=True),
        Col("why", gettext_lazy("What is not compared"), value=_why_not, phone=True),
        Col("source", gettext_lazy("Source"), value=_sources),
    ]  # fmt: skip
    return [col for col in columns if col.key != "cluster" or line.level != CLUSTER]


def _as_written(facts: list[ProfileFact]) -> str:
    """What sources say where there is no one number: a range, words, or several that differ."""
    return "; ".join(dict.fromkeys(fact_said(fact) for fact in facts))


def _why_not(row: Any) -> str:
    """The reason, after what is known where neither side shows it."""
    reason = str(ALONE.get(row["status"], ""))
    known = "" if row["facts_before"] or row["facts_after"] else _as_written(row["facts"])
    return f"{known}. {reason}" if known else reason


def _day(row: Any, side: str) -> str:
    first, after = row[f"first_{side}"], row[f"after_{side}"]
    return _days(Period(first, after)) if first else ""


def _who_url(row: Any) -> str | None:
    who = row["who"]
    if who is None:
        return None
    if row["level"] == CLUSTER:
        return reverse("register:cluster", args=[who.code])
    return reverse("register:actor", args=[who.pseudonym])


def _sources(row: Any) -> str:
    used = [*row["facts_before"], *row["facts_after"]] or row["facts"]
    cited = (fact.cite() for fact in used)
    return "; ".join(dict.fromkeys(filter(None, cited)))
