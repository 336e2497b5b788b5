"""The page of the quality report: contradictions side by side, a leaf at a time, narrowed by kind and by words."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.errors import NotFound
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.planning import Finding
from nanduti.programme import actions as programme_actions
from nanduti.programme import codes
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models import Statement

from . import quality
from .forms import SettleForm
from .frameworks import INDICATORS
from .pages import record_url

SEVERITIES = {
    "error": gettext_lazy("cannot both be"),
    "warning": gettext_lazy("differ"),
    "note": gettext_lazy("to note"),
}
# The kinds of contradiction, by the code of their rule in ``methods.planning``.
KINDS = {
    "end_before_start": gettext_lazy("ends before it begins"),
    "after_status_date": gettext_lazy("later than the report"),
    "runs_past_status_date": gettext_lazy("runs past the report"),
    "dates_differ": gettext_lazy("two dates"),
    "numbers_differ": gettext_lazy("two numbers"),
    "names_differ": gettext_lazy("two names"),
    "two_levels": gettext_lazy("two levels"),
    "reference_missing": gettext_lazy("a number that is in no list"),
    "reference_points_elsewhere": gettext_lazy("a number of something else"),
    "reference_to_unnumbered_list": gettext_lazy("a number where there are none"),
    "duration_differs": gettext_lazy("duration and dates"),
}
# What statements are about, in words.
ATTRIBUTES = {
    "date": gettext_lazy("the date"),
    "end_date": gettext_lazy("the end"),
    "signed": gettext_lazy("the day of signature"),
    "valid_from": gettext_lazy("the beginning"),
    "valid_until": gettext_lazy("the end"),
    "held_on": gettext_lazy("the day it was held"),
    "n_participants": gettext_lazy("the number of participants"),
    "n_firms": gettext_lazy("the number of firms"),
    "duration_days": gettext_lazy("the duration"),
    "name": gettext_lazy("the name"),
    "status_as_of": gettext_lazy("the day of the report"),
    "sector": gettext_lazy("the sector"),
    "has_twinning": gettext_lazy("whether there is a twinning"),
    "level": gettext_lazy("the level"),
}
# What a statement may say, where it is no free text.
VALUES = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "output": pgettext_lazy("level", "output"),
    "outcome": pgettext_lazy("level", "outcome"),
}
# More sides of one contradiction than these are counted.
SIDES = 6


class Findings(DataTable):
    """Contradictions as a list to leaf through; each is shown whole, with its statements side by side."""

    name = "quality"
    caption = gettext_lazy("Contradictions")
    body = "results/findings.html"
    # About seven screens of a telephone.
    page_size = 10
    search = ("sentence", "one", "other")
    may_settle = False
    ways_to_settle = Statement.Settled.choices
    sent: SettleForm | None = None
    frame: Frame

    def prepare(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Both statements of each finding in words, for those of a leaf alone."""
        if self.wants_export:
            return rows
        return [row | _shown(row["finding"], row["rows"], self.frame) | self._sent(row) for row in rows]

    def _sent(self, row: dict[str, Any]) -> dict[str, Any]:
        """What was sent about this finding and not taken, so that nobody types it again."""
        if self.sent is None or not self.sent.data.get("statement"):
            return {}
        about = {str(r.pk) for r in row["rows"] if isinstance(r, Statement)}
        if self.sent.data["statement"] not in about:
            return {}
        given = {name: self.sent.data.get(name, "") for name in ("settled", "reason")}
        return {"sent": {**given, "errors": self.sent.errors}}


@programme_page(step=8, item="quality", may="read")
def quality_report(request: HttpRequest, frame: Frame) -> HttpResponseBase:
    """Contradictions as pairs of statements side by side, with what became of them."""
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _settle(request, frame, form):
        messages.success(request, _("It is settled; the reason is kept."))
        return redirect(request.get_full_path())
    found = quality.findings(programme=frame.programme, cluster=frame.cluster)
    open_ones = [pair for pair in found if not quality.is_settled(pair[1])]
    shows_all = bool(request.GET.get("all"))
    table = _table(request, frame, found if shows_all else open_ones)
    if table.wants_export:
        return table.export()
    table.may_settle = frame.may_programme("edit_programme")
    table.sent = form if form.is_bound else None
    return render(
        request,
        "results/quality.html",
        {
            "title": _("Data quality"),
            "state": _quality_state([f for f, _rows in open_ones]),
            "frame_of": frame,
            "table": table,
            "n_settled": len(found) - len(open_ones),
            "shows_all": shows_all,
            "all_url": table.address(all="1", page=None),
            "open_url": table.address(all=None, page=None),
            "form": form,
        },
        status=form.status if form.is_bound else 200,
    )


def _table(request: HttpRequest, frame: Frame, found: list[tuple[Finding, list[Any]]]) -> Findings:
    titles = quality.titles(programme=frame.programme)
    # What cannot be true at all stands first, on the page and in what is taken along.
    found = sorted(found, key=lambda pair: pair[0].severity != "error")
    rows = [_row(finding, rows, titles) for finding, rows in found]
    present = {row["rule"] for row in rows}
    columns = [
        Col("severity", gettext_lazy("Kind"), "choice", choices=SEVERITIES, filter="choice"),
        Col(
            "rule",
            gettext_lazy("What differs"),
            "choice",
            choices={rule: KINDS.get(rule, rule) for rule in (*KINDS, *sorted(present)) if rule in present},
            filter="choice",
        ),
        Col("sentence", gettext_lazy("Contradiction")),
        Col("one", gettext_lazy("One statement")),
        Col("one_place", gettext_lazy("Its source")),
        Col("other", gettext_lazy("Other statement")),
        Col("other_place", gettext_lazy("Its source")),
    ]
    table = Findings(rows, request, columns=columns)
    table.frame = frame
    return table


def _row(finding: Finding, rows: list[Any], titles: dict[str, str]) -> dict[str, Any]:
    first, last = finding.statements[0], finding.statements[-1]
    has_two = len(finding.statements) > 1
    return {
        "finding": finding,
        "rows": rows,
        "severity": finding.severity,
        "rule": finding.rule_code,
        "sentence": _sentence(finding, titles),
        "one": _value(first.value_text),
        "one_place": _cite(first),
        "other": _value(last.value_text) if has_two else "",
        "other_place": _cite(last) if has_two else "",
    }


def _quality_state(found: list[Any]) -> str:
    if not found:
        return _("No contradiction is open.")
    n_errors = sum(f.severity == "error" for f in found)
    said = ngettext("%(n)s contradiction is open", "%(n)s contradictions are open", len(found)) % {
        "n": words.number(len(found))
    }
    if not n_errors:
        return said + "."
    impossible = ngettext("%(n)s cannot be true at all.", "%(n)s cannot be true at all.", n_errors)
    return f"{said}; {impossible % {'n': words.number(n_errors)}}"


def _settle(request: HttpRequest, frame: Frame, form: SettleForm) -> bool:
    row = Statement.objects.filter(programme=frame.programme, pk=form.cleaned_data["statement"]).first()
    if row is None:
        raise NotFound(kind="statement", code_given=form.cleaned_data["statement"])
    frame.access.require("edit_programme", row.scope_id)
    return form.try_to(
        programme_actions.settle_statement,
        statement=row,
        settled=form.cleaned_data["settled"],
        reason=form.cleaned_data["reason"],
        by=request.user,
    )


def _shown(finding: Finding, rows: list[Any], frame: Frame) -> dict[str, Any]:
    statement = next((r for r in rows if isinstance(r, Statement)), None)
    may_read = statement is not None and frame.access.may("read_sensitive", statement.scope_id)
    return {
        "severity_said": SEVERITIES[finding.severity],
        "statement": statement,
        "why": statement.settled_reason if statement and may_read else "",
        "more": max(0, len(rows) - SIDES),
        "sides": [
            {
                "value": _value(s.value_text),
                "unit": codes.said(codes.UNITS, s.unit) if s.value_text[:1].isdigit() else s.unit,
                "cite": _cite(s),
                "label": str(row) if row is not None and hasattr(row, "cite") else "",
                "url": record_url(row, frame) if hasattr(row, "_meta") else None,
            }
            for s, row in zip(finding.statements[:SIDES], rows[:SIDES], strict=True)
        ],
    }


def _value(text: str) -> Any:
    return VALUES.get(text, text)


def _cite(statement: Any) -> str:
    return ", ".join(filter(None, [statement.source, statement.place]))


def _sentence(finding: Finding, titles: dict[str, str]) -> str:
    details = {k: _detail(v) for k, v in finding.reason.details.items()}
    details["subject"] = _subject(finding.subject, titles)
    if "attribute" in details:
        details["attribute"] = codes.said(ATTRIBUTES, details["attribute"])
    if "other" in details:
        in_list = f"{finding.subject.partition(':')[0]}:{details.get('cited')}"
        details["other"] = titles.get(in_list, "").partition(". ")[2] or details["other"]
    return saying.fill(finding.reason.sentence, details)


def _detail(value: Any) -> Any:
    """A detail of a sentence, in the reader's words where it is a day, a date or a known word."""
    if hasattr(value, "year"):
        return words.day(value)
    return VALUES.get(value) or words.written(value) if isinstance(value, str) else value


def _subject(subject: str, titles: dict[str, str]) -> str:
    """What a statement is about: the record, the list, the indicator, or the name that the document uses."""
    name = subject.partition(":")[2] or subject
    measured = next((_(i.title) for i in INDICATORS.values() if i.code.startswith(f"{name}_o")), "")
    return titles.get(subject) or titles.get(name) or measured or name.replace("-", " ").capitalize()
