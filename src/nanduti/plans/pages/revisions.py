"""A plan as it was agreed from time to time: its revisions, what each changed, and keeping a new one."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import planning
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import dated, form_page, link, show

from .. import actions, queries, revisions, variance
from ..forms import CorrectRevisionForm, RevisionForm
from ..models import ActionPlan, Participation, Revision
from .common import EDIT, require

FIELDS = {
    "label": gettext_lazy("wording"),
    "when": gettext_lazy("date"),
    "cost": gettext_lazy("cost"),
    "participants": gettext_lazy("participants"),
    "owner": gettext_lazy("who answers for it"),
    "payer": gettext_lazy("who pays"),
    "target": gettext_lazy("target"),
}
# What only those see who may see amounts.
SENSITIVE = {"cost", "payer"}
KINDS = {
    "added": gettext_lazy("added"),
    "dropped": gettext_lazy("dropped"),
    "kept": gettext_lazy("changed"),
}
# More than this is counted and not listed on the page of the plan.
LISTED = 5


def plan_of(frame: Frame, code: str) -> ActionPlan:
    """The plan that an address names, or :class:`NotFound`."""
    row = queries.plans(programme=frame.programme).select_related("scope").filter(code=code).first()
    if row is None:
        raise NotFound(kind="plan", code_given=code)
    return row


# --- sections of the page of a plan


def changed_section(request: HttpRequest, frame: Frame, plan: ActionPlan) -> dict[str, Any]:
    """What was changed since the plan was last agreed, and the way to keep it anew."""
    last = revisions.last_of(plan)
    if last is None:
        return {
            "title": _("Changed since it was agreed"),
            "intro": _(
                "Nobody has kept this plan as it was agreed. Keep it, and every later change will be seen."
            ),
        }
    counts = revisions.changed_since(plan, last)
    return {
        "title": _("Changed since it was agreed"),
        "intro": changed_in_words(counts, last),
        "links": [link(frame.url("plans:revision", plan.code, last.number, to="now"), _("See what was changed"))]
        if counts.n
        else [],
    }  # fmt: skip


def keep_link(frame: Frame, plan: ActionPlan) -> dict[str, Any]:
    """The way to keeping a plan as it was agreed."""
    return link(frame.url("plans:keep_revision", plan.code), _("Keep the plan as agreed"))


def is_to_be_kept(plan: ActionPlan) -> bool:
    """Whether keeping it is the next thing to do: nobody has, or it was changed since; not of a list that reports."""
    last = revisions.last_of(plan)
    if last is None:
        return plan.status_as_of is None
    return revisions.changed_since(plan, last).n > 0


def changed_in_words(counts: revisions.Counts, since: Revision) -> str:
    """How many activities were changed since a revision, and how far the plan slipped."""
    n = counts.n
    if not n:
        return _("Nothing was changed since %(revision)s.") % {"revision": called(since)}
    said = ngettext(
        "%(n)s activity was changed since %(revision)s",
        "%(n)s activities were changed since %(revision)s",
        n,
    ) % {"n": words.number(n), "revision": called(since)}
    parts = [
        (_("%(n)s added"), counts.n_added),
        (_("%(n)s dropped"), counts.n_dropped),
        (_("%(n)s later"), counts.n_later),
        (_("%(n)s earlier"), counts.n_earlier),
    ]
    told = [template % {"n": words.number(count)} for template, count in parts if count]
    return said + (f": {', '.join(told)}." if told else ".")


def called(revision: Revision) -> str:
    """ "the baseline (June 2008)", as it stands in a sentence."""
    name = (
        _("the baseline")
        if revision.number == 0
        else _("revision %(number)s") % {"number": words.number(revision.number)}
    )
    return f"{name} ({words.written(revision.agreed_on)})" if revision.agreed_on else name


def revisions_section(request: HttpRequest, frame: Frame, plan: ActionPlan) -> dict[str, Any]:
    """The revisions of a plan: day, reason, by whom."""
    columns = [
        Col("number", gettext_lazy("Revision"), value=str, phone=True,
            url=lambda r: frame.url("plans:revision", plan.code, r.number)),
        dated("agreed_on", gettext_lazy("Agreed on"), phone=True),
        Col("reason", gettext_lazy("Why"), value=_why, phone=True),
        Col("n_lines", gettext_lazy("Activities"), "number"),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    if frame.access.may("read_sensitive", plan.scope_id):
        columns.insert(3, Col("agreed_by", gettext_lazy("Agreed by")))
    may_edit, keep = frame.access.may(EDIT, plan.scope_id), keep_link(frame, plan)
    rows = list(revisions.of_plan(plan))
    return {
        "id": "revisions",
        "title": _("Revisions"),
        "table": DataTable(
            rows, request, columns=columns, name="revisions", prefix="r."
        ),
        "empty_title": _("This plan was not kept as agreed yet"),
        "empty_why": _("A kept plan stays as it was, so that everybody can see later what was moved and why."),
        "links": [keep_link(frame, plan)] if may_edit and rows else [],
        **(
            {"empty_url": keep["url"], "empty_label": keep["label"]} if may_edit else {}
        ),
    }  # fmt: skip


def _why(row: Revision) -> str:
    return row.why or (_("as first agreed") if row.number == 0 else "")


def plans_section(request: HttpRequest, frame: Frame, answer: variance.Found) -> dict[str, Any]:
    """The plans of a programme or cluster, each with how many of its activities were in time."""
    by_plan: dict[str, Counter[str]] = {}
    for row in answer.rows:
        by_plan.setdefault(row.plan, Counter())[row.state] += 1

    def n(*states: str) -> Any:
        return lambda p: sum(by_plan[p.code][s] for s in states) if p.code in by_plan else None

    columns = [
        Col("title", gettext_lazy("Plan"), value=str, phone=True, url=lambda p: frame.url("plans:variance", p.code)),
        Col("n_activities", gettext_lazy("Activities"), "number"),
        Col("in_time", gettext_lazy("In time"), "number", value=n("early", "on_time"), phone=True),
        Col("late", gettext_lazy("Done late"), "number", value=n("late"), phone=True),
        Col("overdue", gettext_lazy("Overdue"), "number", value=n("overdue"), phone=True),
        Col("not_due", gettext_lazy("Not yet due"), "number", value=n("not_due")),
        Col("unsaid", gettext_lazy("Cannot be said"), "number", value=n("unsaid")),
    ]  # fmt: skip
    return {
        "title": _("Each plan"),
        "table": DataTable(
            queries.plans(programme=frame.programme, cluster=frame.cluster),
            request,
            columns=columns,
            name="plans",
            prefix="p.",
        ),
        "empty_title": _("There is no plan yet"),
        "empty_why": _("A plan says who does what until when, and who pays."),
    }


# --- one revision


@programme_page(step=6, item="plan")
def revision(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """One revision beside another one, or beside the plan now in force."""
    plan = plan_of(frame, code)
    row = revisions.by_number(plan, number)
    before, after = _two(request, plan, row)
    change = revisions.changes(plan, before=before, after=after)
    sees_money = frame.access.may("read_sensitive", plan.scope_id)
    may_edit = frame.access.may(EDIT, plan.scope_id)
    return show(
        request,
        frame,
        title=f"{plan}: {row}",
        state=_compared(change, before, after),
        back=link(frame.url("plans:variance", plan.code), _("Planned and happened")),
        record=row,
        sections=[
            {
                "facts": _facts(row, sees_money),
                "links": [link(frame.url("plans:correct_revision", plan.code, number), _("Correct the reason"))]
                if may_edit
                else [],
            },
            _change_section(request, change, before, after, sees_money),
            {"title": _("Compare with another"), "links": _others(frame, plan, row, before, after)},
        ],
    )  # fmt: skip


def _two(request: HttpRequest, plan: ActionPlan, row: Revision) -> tuple[Revision, Revision | None]:
    """Which two states stand side by side: as asked, else this one and the one before, the baseline and now."""
    asked = request.GET.get("to", "")
    if asked == "now" or (not asked.isdecimal() and row.number == 0):
        return row, None
    other = revisions.by_number(plan, int(asked[:12]) if asked.isdecimal() else row.number - 1)
    return (row, other) if other.number > row.number else (other, row)


def _name(one: Revision | None) -> str:
    return called(one) if one else _("the plan now in force")


def _compared(change: planning.PlanChange, before: Revision, after: Revision | None) -> str:
    n = revisions.n_changed(change)
    names = {"before": _name(before), "after": _name(after), "n": words.number(n)}
    if not n:
        return _("From %(before)s to %(after)s nothing was changed.") % names
    said = ngettext(
        "From %(before)s to %(after)s %(n)s activity was changed.",
        "From %(before)s to %(after)s %(n)s activities were changed.",
        n,
    ) % names  # fmt: skip
    slip = change.slippage
    if slip.median is None or not (slip.n_later or slip.n_earlier):
        return said
    return f"{said} {_slipped(slip)}"


def _slipped(slip: planning.Slippage) -> str:
    """How far the dates moved, over those of which it can be said."""
    return _(
        "%(later)s were moved later and %(earlier)s earlier, of %(n)s; the furthest by %(days)s days."
    ) % {
        "later": words.number(slip.n_later),
        "earlier": words.number(slip.n_earlier),
        "n": words.number(slip.n_said),
        "days": words.number(slip.largest or 0),
    }


def _facts(row: Revision, sees_more: bool) -> list[tuple[str, Any]]:
    facts = [
        (_("Agreed on"), words.written(row.agreed_on) or _("no day is written down")),
        (_("Why"), _why(row)),
        (_("Activities"), words.number(row.n_lines)),  # type: ignore[attr-defined]
    ]
    if row.n_participants is not None:
        facts.append((_("Participants"), words.number(row.n_participants)))
    if sees_more and row.agreed_by:
        facts.append((_("Agreed by"), row.agreed_by))
    return facts


def _change_section(
    request: HttpRequest,
    change: planning.PlanChange,
    before: Revision,
    after: Revision | None,
    sees_money: bool,
) -> dict[str, Any]:
    fields = {name: label for name, label in FIELDS.items() if sees_money or name not in SENSITIVE}

    def seen(line: planning.LineChange) -> list[str]:
        return [name for name in line.changed if name in fields]

    lines = [line for line in change.lines if line.kind in {"added", "dropped"} or seen(line)]
    columns = [
        Col("key", gettext_lazy("No."), "number", value=lambda c: int(c.key), sortable=True),
        Col("label", gettext_lazy("Activity"), value=lambda c: (c.after or c.before).label, phone=True),
        Col("kind", gettext_lazy("What became of it"), "chip", choices=KINDS, filter="choice", phone=True,
            tone=lambda s: "warn" if s == "dropped" else ""),
        Col("fields", gettext_lazy("What was changed"), phone=True,
            value=lambda c: ", ".join(str(fields[name]) for name in seen(c))),
        Col("before", gettext_lazy("Before"), phone=True, value=lambda c: _side(c, c.before, seen(c))),
        Col("after", gettext_lazy("After"), phone=True, value=lambda c: _side(c, c.after, seen(c))),
        Col("days", gettext_lazy("Days later"), "number", sortable=True, filter="range",
            value=lambda c: c.moved.days if c.moved else None),
        Col("why", gettext_lazy("About the date"), shown=False, value=_about_date),
    ]  # fmt: skip
    return {
        "title": _("From %(before)s to %(after)s") % {"before": _name(before), "after": _name(after)},
        "table": DataTable(lines, request, columns=columns, name="changes"),
        "empty_title": _("Nothing was changed"),
        "empty_why": _("Dates, costs, participants and owners of all activities are the same."),
    }


def _about_date(line: planning.LineChange) -> str:
    if line.moved is None:
        return ""
    return saying.fill(line.moved.reason.sentence, line.moved.reason.details)


def _side(line: planning.LineChange, side: planning.PlanLine | None, seen: list[str]) -> str:
    """What one state says of the things that differ; of what was added or dropped, its date."""
    if side is None or side.is_dropped:
        return ""
    names = seen if line.kind == "kept" else ["when"]
    return "; ".join(_said(side, name) for name in names)


def _said(side: planning.PlanLine, name: str) -> str:
    if name == "when":
        when = side.when
        return words.interval(when) if isinstance(when, planning.When) else _("no date")
    if name == "participants":
        units = dict(Participation.Unit.choices)
        unit = units.get(side.unit, side.unit)
        return f"{words.number(side.n_participants)} {unit}".strip() or "–"
    if name == "cost":
        return words.money(side.cost) or "–"
    if name == "target":
        return words.number(side.target.value) if side.target else "–"
    return getattr(side, name) or "–"


def _others(
    frame: Frame, plan: ActionPlan, row: Revision, before: Revision, after: Revision | None
) -> list[dict[str, Any]]:
    """Links to this revision beside each other one, and beside the plan now in force."""
    shown = {before.number, after.number if after else None}
    rows = [r for r in revisions.of_plan(plan) if r.number != row.number and r.number not in shown]
    links = [link(frame.url("plans:revision", plan.code, row.number, to=r.number), called(r)) for r in rows]
    if after is not None:
        links.append(
            link(frame.url("plans:revision", plan.code, row.number, to="now"), _("the plan now in force"))
        )
    return links


# --- keeping and correcting


@programme_page(step=6, item="plan")
def keep_revision(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Keep the plan as it was agreed."""
    plan = plan_of(frame, code)
    require(frame, plan.scope_id)
    last = revisions.last_of(plan)
    return form_page(
        request,
        frame,
        RevisionForm(request.POST or None, is_baseline=last is None),
        lambda values: actions.keep_revision(plan=plan, values=values, by=request.user),
        title=_("Keep the plan as agreed"),
        state=f"{plan}. {_what_is_kept(plan, last)}",
        back=frame.url("plans:variance", plan.code),
        save_label=_("Keep the plan"),
        done=_("The plan is kept as it was agreed."),
    )


def _what_is_kept(plan: ActionPlan, last: Revision | None) -> str:
    """What would be kept; of a list that reports what happened, that it is no plan."""
    if last is not None:
        return changed_in_words(revisions.changed_since(plan, last), last)
    if plan.status_as_of:
        return _(
            "Its list reports what had happened by %(day)s: kept as it stands, everything would look as if it had "
            "been in time. What was first agreed is better brought in from its document, by the table of revisions."
        ) % {"day": words.day(plan.status_as_of)}  # fmt: skip
    return _("It is kept whole as it stands now, and becomes the baseline.")


@programme_page(step=6, item="plan")
def correct_revision(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """Correct how the reason of a revision is worded."""
    plan = plan_of(frame, code)
    require(frame, plan.scope_id)
    row = revisions.by_number(plan, number)
    return form_page(
        request,
        frame,
        CorrectRevisionForm.of(row, request.POST or None),
        lambda values, version: actions.correct_revision(
            revision=row, values=values, version=version, by=request.user
        ),
        title=_("Correct the reason"),
        state=f"{plan}: {row}",
        back=frame.url("plans:revision", plan.code, number),
        save_label=_("Save"),
        done=_("It is corrected."),
    )
