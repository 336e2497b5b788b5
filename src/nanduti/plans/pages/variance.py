"""What happened set beside what was planned: of a plan, of a cluster, of the programme."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.fields import reading_of
from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import planning
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link, show

from .. import revisions, variance
from ..models import ActionPlan, Activity, Participation
from .common import EDIT
from .revisions import (
    called,
    changed_section,
    is_to_be_kept,
    keep_link,
    plan_of,
    plans_section,
    revisions_section,
)
from .variance_pictures import pictures
from .variance_words import MARKS, STATES, days_in_words, planned_in_words, time_in_words

TONES = {"early": "good", "on_time": "good", "late": "warn", "overdue": "warn", "unsaid": "calm"}
COSTS = {
    "over": gettext_lazy("dearer than planned"),
    "under": gettext_lazy("cheaper than planned"),
    "equal": gettext_lazy("as planned"),
    "so_far": gettext_lazy("not over yet"),
    "unsaid": gettext_lazy("cannot be said"),
}
PEOPLE = {
    "more": gettext_lazy("more than expected"),
    "fewer": gettext_lazy("fewer than expected"),
    "equal": gettext_lazy("as expected"),
    "so_far": gettext_lazy("not over yet"),
    "unsaid": gettext_lazy("cannot be said"),
}
TARGETS = {
    "met": gettext_lazy("target met"),
    "missed": gettext_lazy("target missed"),
    "so_far": gettext_lazy("not over yet"),
    "unsaid": gettext_lazy("cannot be said"),
}


class VarianceTable(DataTable):
    """The activities with what was planned and what happened, one row each."""

    name = "variance"
    caption = gettext_lazy("Planned and happened")
    search = ("label", "label_es")

    def __init__(self, answer: variance.Found, frame: Frame, **more: Any) -> None:
        super().__init__(answer.rows, frame.request, **more)
        self.answer, self.frame = answer, frame

    def prepare(self, rows: list[Any]) -> list[Any]:
        return variance.details(
            self.frame.programme, rows, as_of=self.answer.as_of, against=self.answer.against
        )


@programme_page(step=6, item="plan")
def of_plan(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One plan: planned and happened, and the revisions of the plan."""
    plan = plan_of(frame, code)
    return _page(request, frame, plan)


@programme_page(step=7, item="ledger")
def of_programme(request: HttpRequest, frame: Frame) -> HttpResponse:
    """All plans of the programme, or of the cluster chosen."""
    return _page(request, frame, None)


def _page(request: HttpRequest, frame: Frame, plan: ActionPlan | None) -> HttpResponse:
    cluster = None if plan else frame.cluster
    against = asked_against(frame, plan)
    rows = variance.asked_activities(programme=frame.programme, cluster=cluster, plan=plan)
    answer = variance.found(rows, as_of=frame.as_of, against=against)
    sees_money = _sees_money(frame, plan)
    table = VarianceTable(answer, frame, columns=_columns(answer, frame, plan, sees_money))
    may_edit = plan is not None and frame.access.may(EDIT, plan.scope_id)
    return show(
        request,
        frame,
        title=_("%(plan)s: planned and happened") % {"plan": plan} if plan else _("Planned and happened"),
        state=" ".join(filter(None, [_state(answer), _intro(answer)])),
        back=link(frame.url("plans:plan") if plan else frame.url("plans:ledger"), plan or _("Activities")),
        action=keep_link(frame, plan) if may_edit and plan and is_to_be_kept(plan) else None,
        sees={"level": "open", "to": _("everybody in this programme")},
        figures=_figures(answer, table),
        picture=pictures(answer, frame, table, sees_money=sees_money),
        sections=[
            {"links": _switch(frame, plan, against)},
            {"title": _("In sums"), "facts": _sums(answer, sees_money)},
            *([] if plan else [plans_section(request, frame, answer)]),
            {
                "title": _("Each activity"),
                "table": table,
                "empty_title": _("There is nothing to compare yet"),
                "empty_why": _("Once a plan is kept as it was agreed, what happens is set beside it."),
            },
            *([changed_section(request, frame, plan), revisions_section(request, frame, plan)] if plan else []),
        ],
    )  # fmt: skip


def asked_against(frame: Frame, plan: ActionPlan | None) -> str:
    """What the reader wants to compare with; the baseline where there is one and nothing else is asked."""
    asked = frame.request.GET.get("against", "")
    if asked in variance.AGAINST:
        return asked
    cluster = None if plan else frame.cluster
    is_kept = variance.has_baseline(programme=frame.programme, cluster=cluster, plan=plan)
    return "baseline" if is_kept else "current"


def _sees_money(frame: Frame, plan: ActionPlan | None) -> bool:
    return frame.access.may("read_sensitive", plan.scope_id) if plan else frame.sees_money()


def _switch(frame: Frame, plan: ActionPlan | None, against: str) -> list[dict[str, Any]]:
    """Links to the other comparison."""
    labels = {
        "baseline": _("Compare with the plan as first agreed"),
        "current": _("Compare with the plan now in force"),
    }
    name, args = ("plans:variance", (plan.code,)) if plan else ("plans:variances", ())
    return [
        link(frame.url(name, *args, against=code), label) for code, label in labels.items() if code != against
    ]


# --- in five seconds


def _state(answer: variance.Found) -> str:
    """One sentence: against which plan, and how many were in time, late, overdue."""
    n, of = answer.total.n, answer.total.n_by_state
    if not n:
        return (
            _("Nobody has kept a plan as it was agreed, so that there is nothing to compare with.")
            if answer.n_outside
            else _("No activity is planned yet.")
        )
    said = {
        "in_time": words.number(of.get("early", 0) + of.get("on_time", 0)),
        "late": words.number(of.get("late", 0)),
        "overdue": words.number(of.get("overdue", 0)),
        "unsaid": words.number(of.get("unsaid", 0)),
        "n": words.number(n),
    }
    if any(of.get(code) for code in MARKS):
        return _against(answer.against) + ": " + ngettext(
            "of %(n)s activity %(in_time)s in time, %(late)s late, %(overdue)s overdue.",
            "of %(n)s activities %(in_time)s in time, %(late)s late, %(overdue)s overdue.",
            n,
        ) % said  # fmt: skip
    if of.get("unsaid"):
        return _("Of %(unsaid)s of %(n)s activities it cannot be said whether they were in time.") % said
    return (
        ngettext("%(n)s activity, and it is not due yet.", "%(n)s activities, none of them due yet.", n)
        % said
    )


def _against(against: str) -> str:
    return (
        _("Against the plan as first agreed") if against == "baseline" else _("Against the plan now in force")
    )


def _intro(answer: variance.Found) -> str:
    """What is not in the comparison, and why of some nothing can be said; in plain sentences."""
    said = []
    if answer.n_one_date:
        said.append(
            ngettext(
                "Of %(n)s activity only the date is written down on which it was done, not the one for which it was "
                "planned.",
                "Of %(n)s activities only the date is written down on which they were done, not the one for which "
                "they were planned.",
                answer.n_one_date,
            ) % {"n": words.number(answer.n_one_date)}
        )  # fmt: skip
    n_other = answer.total.n_by_state.get("unsaid", 0) - answer.n_one_date
    if n_other > 0:
        said.append(
            ngettext(
                "Of %(n)s activity no date can be compared.", "Of %(n)s activities no date can be compared.", n_other
            ) % {"n": words.number(n_other)}
        )  # fmt: skip
    if answer.n_outside:
        said.append(
            ngettext(
                "%(n)s activity is in no plan that was kept as first agreed, and is left out.",
                "%(n)s activities are in no plan that was kept as first agreed, and are left out.",
                answer.n_outside,
            ) % {"n": words.number(answer.n_outside)}
        )  # fmt: skip
    return " ".join(said)


def _figures(answer: variance.Found, table: DataTable) -> list[Figure]:
    """In time, late, overdue, not yet due, cannot be said; each leads to its rows."""
    n = Counter(answer.total.n_by_state)
    shown = [Figure(n["on_time"], _("in time"), table.address(state="on_time", page=None), tone="good")]
    if n["early"]:
        shown.append(Figure(n["early"], _("early"), table.address(state="early", page=None), tone="good"))
    for code, label in (
        ("late", _("done late")),
        ("overdue", _("overdue")),
        ("not_due", _("not yet due")),
        ("unsaid", _("cannot be said")),
    ):
        tone = "warn" if code in {"late", "overdue"} and n[code] else ""
        shown.append(Figure(n[code], label, table.address(state=code, page=None), tone=tone))
    return shown


def activity_section(frame: Frame, row: Activity) -> dict[str, Any]:
    """One activity: what each revision said, the plan now, what happened, and how far apart they are."""
    lines = revisions.of_activity(row)
    against = "baseline" if lines and lines[0].revision.number == 0 else "current"
    one = variance.of_activity(row, as_of=frame.as_of, against=against)
    facts = [(called(line.revision), planned_in_words(reading_of(line, "date_text"))) for line in lines]
    if lines:
        facts.append((_("The plan now"), planned_in_words(variance.current_when(row))))
    if one is not None:
        facts.append((_("Happened"), _happened(one) or _("nothing is reported")))
        facts.append((_against(against), f"{time_in_words(one)}. {_why(one.said.time)}"))
    return {
        "title": _("Planned, now, happened"),
        "facts": facts,
        "links": [
            link(frame.url("plans:variance", row.plan.code), _("The whole plan: planned and happened"))
        ],
    }


def _columns(answer: variance.Found, frame: Frame, plan: ActionPlan | None, sees_money: bool) -> list[Col]:
    columns = [
        Col("number", gettext_lazy("No."), "number", sortable=True),
        Col("plan", gettext_lazy("Plan"), value=_plan_called, shown=plan is None, sortable=True),
        Col("label", gettext_lazy("Activity"), phone=True,
            value=lambda r: str(r.activity) if isinstance(r, variance.Detail) else r.label,
            url=lambda r: frame.url("plans:activity", r.activity.plan.code, r.number)),
        Col("planned", gettext_lazy("Planned"), value=_planned, phone=True),
        Col("start", gettext_lazy("Planned from"), "day", sortable=True, filter="days", shown=False),
        Col("happened", gettext_lazy("Happened"), value=_happened),
        Col("state", gettext_lazy("In time?"), "chip", choices=STATES, filter="choice", sortable=True, phone=True,
            tone=lambda s: TONES.get(s, "")),
        Col("by", gettext_lazy("By"), value=days_in_words, phone=True),
        Col("days", gettext_lazy("Days late"), "number", sortable=True, filter="range", shown=False),
        Col("reason", gettext_lazy("Why"), shown=False, value=lambda r: _why(r.said.time)),
        Col("people", gettext_lazy("Who came"), "choice", choices=PEOPLE, filter="choice", shown=False),
        Col("expected", gettext_lazy("Expected"), "number", value=lambda r: r.said.participants.planned, shown=False),
        Col("came", gettext_lazy("Came"), "number", value=lambda r: r.said.participants.actual),
        Col("owner_name", gettext_lazy("Who answers for it"), value=lambda r: str(r.activity.owner or ""), shown=False),
    ]  # fmt: skip
    return columns + _sensitive_columns(bool(answer.total.costs)) if sees_money else columns


def _sensitive_columns(is_costed: bool) -> list[Col]:
    """What only those see who may see amounts, and how far targets were reached; shown at once where it says much."""
    return [
        Col("cost_planned", gettext_lazy("Cost planned"), "money", value=lambda r: r.said.cost.planned, shown=False),
        Col("spent", gettext_lazy("Spent"), "money", value=lambda r: r.said.cost.actual, shown=is_costed),
        Col("cost", gettext_lazy("Cost"), "choice", choices=COSTS, filter="choice", sortable=True, shown=False),
        Col("cost_ratio", gettext_lazy("Dearer by"), "share", value=lambda r: r.said.cost.ratio, shown=False),
        Col("share", gettext_lazy("Share of the cluster"), "choice", choices=COSTS, filter="choice", shown=False),
        Col("target", gettext_lazy("Indicator"), "choice", choices=TARGETS, filter="choice", shown=False),
        Col("aim", gettext_lazy("Target"), "number", value=lambda r: r.said.target.planned, shown=False),
        Col("reached", gettext_lazy("Reached"), "number", value=lambda r: r.said.target.actual, shown=False),
    ]  # fmt: skip


def _plan_called(row: variance.Row | variance.Detail) -> str:
    """The title of its plan where it is shown, the code where rows are only sorted."""
    return str(row.activity.plan) if isinstance(row, variance.Detail) else row.plan


def _planned(row: variance.Detail) -> str:
    if row.said.time.reason.code == variance.ONE_DATE:
        return _("not known")
    return planned_in_words(row.side.line.when)


def _happened(row: variance.Detail) -> str:
    if row.side.outcome.done_on:
        return words.day(row.side.outcome.done_on)
    listed = row.side.outcome.listed
    if row.said.time.is_done and isinstance(listed, planning.When):
        return words.interval(listed)
    return _("done, the day is not known") if row.said.time.is_done else ""


def _why(told: planning.TimeVariance) -> str:
    return " ".join(
        saying.fill(reason.sentence, reason.details) for reason in (told.reason, told.width) if reason
    )


def _sums(answer: variance.Found, sees_money: bool) -> list[tuple[str, str]]:
    """Planned and happened in sums, each with over how many activities it runs."""
    total = answer.total
    facts = []
    if total.on_time_share is not None:
        facts.append(
            (
                _("In time, of those that were due"),
                _("%(share)s (%(n)s due)") % {
                    "share": words.share(float(total.on_time_share)), "n": words.number(total.n_due)},
            )
        )  # fmt: skip
    if total.median_days_late is not None:
        facts.append((_("Usual delay (median)"), _middle(total)))
    units = dict(Participation.Unit.choices)
    facts += [
        (_("Who came, of those expected"), _("%(actual)s of %(planned)s %(unit)s (%(n)s of %(n_all)s activities)") % {
            "actual": words.number(s.actual), "planned": words.number(s.planned), "unit": units.get(s.unit, s.unit),
            "n": words.number(s.n), "n_all": words.number(s.n_all)})
        for s in total.participants
    ]  # fmt: skip
    if not sees_money:
        return facts
    facts += [(_("Spent, of the cost planned"), _money_sum(s)) for s in total.costs]
    facts += [(_("Given by the cluster, of what was promised"), _money_sum(s)) for s in total.local_shares]
    if total.n_met or total.n_missed:
        said = _("%(met)s of %(n)s") % {
            "met": words.number(total.n_met),
            "n": words.number(total.n_met + total.n_missed),
        }
        facts.append((_("Targets met"), said))
    if not total.costs:
        facts.append(
            (_("Spent, of the cost planned"), _("cannot be said: of no activity both are written down"))
        )
    return facts


def _middle(total: planning.PlanVariance) -> str:
    """The median of the days late, with what coarse dates leave open."""
    least, most = total.median_days_late_least, total.median_days_late_most
    if least is None or most is None or round(most) == round(least):
        n = round(total.median_days_late or 0)
        return ngettext("%(n)s day", "%(n)s days", n) % {"n": words.number(n)}
    return _("%(least)s to %(most)s days") % {
        "least": words.number(round(least)),
        "most": words.number(round(most)),
    }


def _money_sum(told: planning.MoneySum) -> str:
    return _("%(actual)s of %(planned)s (%(n)s of %(n_all)s activities)") % {
        "actual": words.money(told.actual),
        "planned": words.money(told.planned),
        "n": words.number(told.n),
        "n_all": words.number(told.n_all),
    }
