"""Pages of plans: the ledger of activities at any day, single activities, the plan with its vision and money."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.fields import reading_of
from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.pictures import timeline
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import planning
from nanduti.methods.values import Money
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import amount_in_words, dated, form_page, link, show

from . import actions, queries
from .forms import (
    ActivityForm,
    ContributionForm,
    MilestoneForm,
    NewActivityForm,
    ParticipationForm,
    PlanForm,
    PlanStatusForm,
    ReportForm,
    VisionForm,
)
from .kinds import KINDS
from .models import ActionPlan, Activity, Contribution, Milestone, Participation

STATUS = {
    "closed": pgettext_lazy("activity", "done"),
    "implementation": pgettext_lazy("activity", "running"),
    "pipeline": pgettext_lazy("activity", "planned"),
    "late": pgettext_lazy("activity", "late"),
    "cancelled": pgettext_lazy("activity", "cancelled"),
    "suspended": pgettext_lazy("activity", "suspended"),
    "unknown": gettext_lazy("not known"),
}
COUNTED = {
    "closed": pgettext_lazy("activities", "done"),
    "implementation": pgettext_lazy("activities", "running"),
    "pipeline": pgettext_lazy("activities", "planned"),
    "late": pgettext_lazy("activities", "late"),
    "unknown": gettext_lazy("not known"),
}
TONES = {"closed": "good", "late": "warn", "unknown": "calm"}
PICTURE_STATE = {
    "closed": "done",
    "implementation": "running",
    "pipeline": "planned",
    "suspended": "cancelled",
}
# A picture of more rows than this is no longer a picture.
PICTURED = 150
EDIT = "edit_plans"


class LedgerTable(DataTable):
    """The activities, one row each."""

    name = "ledger"
    caption = gettext_lazy("Activities")
    search = ("label", "label_es")
    order = ""
    keys_first = True


def _columns(frame: Frame) -> list[Col]:
    kinds = {k.code: _(k.title) for k in KINDS.values()}
    return [
        Col("number", gettext_lazy("No."), "number", sortable=True),
        Col("plan", gettext_lazy("Plan"), value=lambda r: str(r.plan), shown=frame.cluster is None),
        Col("label", gettext_lazy("Activity"), value=str, phone=True,
            url=lambda r: frame.url("plans:activity", r.plan.code, r.number)),
        Col("kind", gettext_lazy("Kind"), "choice", choices=kinds, filter="choice", sortable=True),
        Col("activity_class", gettext_lazy("Class"), "choice", choices=Activity.Class.choices, filter="choice",
            shown=False),
        Col("date_text", gettext_lazy("When"), value=_when, plain=lambda r: r.date_text, sortable="date_text_start",
            phone=True),
        Col("date_text_start", gettext_lazy("From"), "day", filter="days", shown=False, sortable=True),
        Col("last_day", gettext_lazy("To"), "day", value=_last_day, shown=False),
        Col("date_text_precision", gettext_lazy("Precision"), shown=False),
        Col("status_now", gettext_lazy("State"), "chip", choices=STATUS, filter="choice", sortable=True,
            tone=lambda s: TONES.get(s, ""), phone=True),
        Col("n_participants", gettext_lazy("Participants"), "number", shown=False),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip


def _when(row: Activity) -> str:
    reading = reading_of(row, "date_text")
    if isinstance(reading, planning.When):
        return words.interval(reading)
    return row.date_text or _("no date")


def _last_day(row: Activity) -> Any:
    from datetime import timedelta

    return row.date_text_end - timedelta(days=1) if row.date_text_end else None


@programme_page(step=7, item="ledger")
def ledger(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The activities on a time axis at a cut-off day, and as a table."""
    rows = queries.activities(programme=frame.programme, cluster=frame.cluster)
    rows = queries.with_status(rows, as_of=frame.as_of).order_by("plan_id", "number")
    table = LedgerTable(rows, request, columns=_columns(frame))
    if table.wants_export:
        return table.export()
    counts = queries.status_counts(programme=frame.programme, cluster=frame.cluster, as_of=frame.as_of)
    return render(
        request,
        "plans/ledger.html",
        {
            "title": _("Activities"),
            "state": _ledger_state(counts, frame),
            "figures": _ledger_figures(counts, table),
            "picture": _picture(table, frame),
            "n_pictured": PICTURED,
            "table": table,
            "frame_of": frame,
            "new_url": frame.url("plans:new_activity") if frame.may(EDIT) else "",
        },
    )


def _ledger_state(counts: dict[str, int], frame: Frame) -> str:
    n = sum(counts.values())
    if not n:
        return _("No activity is planned yet.")
    late, unknown = counts.get("late", 0), counts.get("unknown", 0)
    said = ngettext(
        "%(late)s of %(n)s activity was late on %(day)s",
        "%(late)s of %(n)s activities were late on %(day)s",
        n,
    ) % {"late": words.number(late), "n": words.number(n), "day": words.day(frame.as_of)}
    if unknown:
        said += "; " + ngettext(
            "%(n)s has no date that can be understood", "%(n)s have no date that can be understood", unknown
        ) % {"n": words.number(unknown)}
    return said + "."


def _ledger_figures(counts: dict[str, int], table: DataTable) -> list[Figure]:
    return [
        Figure(
            counts.get(code, 0),
            label,
            table.address(status_now=code, page=None),
            tone={"late": "warn" if counts.get("late") else "", "closed": "good"}.get(code, ""),
        )
        for code, label in COUNTED.items()
    ]


def _picture(table: DataTable, frame: Frame) -> Any:
    if not table.n or table.n > PICTURED:
        return None  # the count is known already; 20,000 activities are not sorted to find that out
    rows = list(table.filtered)
    return timeline.Timeline(
        [_item(row, frame) for row in rows], cut_off=frame.as_of, request=frame.request, title=_("Activities")
    )


def _item(row: Activity, frame: Frame) -> timeline.Item:
    reading = reading_of(row, "date_text")
    is_read = isinstance(reading, planning.When)
    state = row.status_now  # type: ignore[attr-defined]
    return timeline.Item(
        label=str(row),
        when=reading if is_read else None,
        state=PICTURE_STATE.get(state, state),
        url=frame.url("plans:activity", row.plan.code, row.number),
        number=row.number,
        group="" if frame.cluster else str(row.plan),
        text=row.date_text,
        note="" if is_read or reading is None else saying.say(reading).sentence,
    )


# --- one activity


def _activity(frame: Frame, plan: str, number: int) -> Activity:
    rows = queries.activities(programme=frame.programme).select_related("objective")
    row = rows.filter(plan__code=plan, number=number).first() if number < 2**31 else None
    if row is None:
        raise NotFound(kind="activity", code_given=f"{plan}:{number}")
    return row


def _require(frame: Frame, scope_id: int) -> None:
    if not frame.access.may(EDIT, scope_id):
        raise NotAllowed(capability=EDIT)


@programme_page(step=7, item="ledger")
def activity(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """One activity: what its date means, its state and why, who took part, who contributed, what is said of it."""
    row = _activity(frame, plan, number)
    line = queries.ledger_row(row, as_of=frame.as_of)
    may_edit = frame.access.may(EDIT, row.scope_id)
    sees_money = frame.access.may("read_sensitive", row.scope_id)
    history = queries.history(activity=row) if may_edit else []
    return show(
        request,
        frame,
        title=f"{row.number}. {row}",
        state=_activity_state(line, frame),
        back=link(frame.url("plans:ledger"), _("Activities")),
        action=link(frame.url("plans:report_activity", plan, number), _("Say what became of it"))
        if may_edit
        else None,
        record=row,
        history=history,
        sections=[
            {
                "facts": _activity_facts(row, line, sees_money),
                "links": _activity_links(frame, plan, number) if may_edit else [],
                "verdict": _benefit(row),
            },
            *_people_and_money(request, frame, row),
            _statements_about(request, frame, row),
        ],
    )


def _activity_state(line: queries.LedgerRow, frame: Frame) -> str:
    reason = line.status.reason
    details = {k: words.day(v) if hasattr(v, "year") else v for k, v in reason.details.items()}
    return f"{STATUS[line.state]}. ".capitalize() + saying.fill(reason.sentence, details)


def _activity_facts(row: Activity, line: queries.LedgerRow, sees_money: bool) -> list[tuple[str, Any]]:
    facts: list[tuple[str, Any]] = [
        (_("Plan"), str(row.plan)),
        (_("Kind"), _(KINDS[row.kind].title)),
        (_("Class"), row.get_activity_class_display() or "–"),
        (_("As written"), row.date_text or "–"),
        (_("Understood as"), _understood(row, line)),
    ]
    if line.when:
        facts += [(_("Remark"), saying.fill(n.sentence, n.details)) for n in line.when.notes]
    facts += [
        (_("Place"), row.location or "–"),
        (
            _("Organised by"),
            ", ".join(str(r.organisation) for r in row.roles.select_related("organisation")) or "–",
        ),
        (_("Who benefits"), row.get_joint_benefit_display()),
    ]
    if row.n_participants is not None:
        units = dict(Participation.Unit.choices)
        facts.append(
            (_("Participants"), f"{words.number(row.n_participants)} {units.get(row.participant_unit, '')}")
        )
    if sees_money and row.cost is not None:
        facts.append((_("Cost"), f"{words.money(Money(row.cost, row.currency))} ({row.payer or '?'})"))
    return facts


def _understood(row: Activity, line: queries.LedgerRow) -> str:
    if line.when:
        return words.interval(line.when)
    reading = reading_of(row, "date_text")
    return _("no date") if reading is None else str(saying.say(reading))


def _benefit(row: Activity) -> Any:
    if row.joint_benefit == Activity.Benefit.UNKNOWN:
        return None
    return planning.joint_benefit(row.joint_benefit, spillover=row.spillover)


def _activity_links(frame: Frame, plan: str, number: int) -> list[dict[str, Any]]:
    return [
        link(frame.url("plans:edit_activity", plan, number), _("Correct it")),
        link(frame.url("plans:new_participation", plan, number), _("Write down who took part")),
        link(frame.url("plans:new_contribution", plan, number), _("Write down a contribution")),
    ]


def _people_and_money(request: HttpRequest, frame: Frame, row: Activity) -> list[dict[str, Any]]:
    took_part = DataTable(
        queries.participations(activity=row),
        request,
        name="participants",
        columns=[
            Col("who", gettext_lazy("Who"), phone=True,
                value=lambda p: str(p.organisation) if p.organisation else in_language(p, "group_label")),
            Col("role", gettext_lazy("Role"), "choice", choices=Participation.Role.choices),
            Col("count", gettext_lazy("How many"), "number", phone=True),
            Col("unit", gettext_lazy("Counted in"), "choice", choices=Participation.Unit.choices, phone=True),
            Col("source", gettext_lazy("Source"), value=lambda p: p.cite()),
        ],
    )  # fmt: skip
    gave = DataTable(
        row.contributions.select_related("contributor", "source"),
        request,
        name="contributions",
        prefix="c.",
        columns=contribution_columns(frame),
    )
    return [
        {
            "title": _("Who took part"),
            "table": took_part,
            "empty_title": _("Nobody is written down"),
            "empty_why": _(
                "Persons trained and visits are counted from here; without a list the number is unknown."
            ),
        },
        {
            "title": _("Who contributed"),
            "table": gave,
            "empty_title": _("No contribution is written down"),
            "empty_why": _(
                "Time, rooms and equipment count as much as cash when the local share is worked out."
            ),
        },
    ]


def contribution_columns(frame: Frame) -> list[Col]:
    """How contributions stand in a list; amounts only for those who may see sensitive fields."""
    columns = [
        Col("contributor", gettext_lazy("Who"), value=lambda c: str(c.contributor), phone=True),
        Col("kind", gettext_lazy("Kind"), "choice", choices=Contribution.Kind.choices, phone=True),
        Col("state", gettext_lazy("State"), "choice", choices=Contribution.State.choices),
        Col("basis", gettext_lazy("How valued"), value=lambda c: in_language(c, "basis")),
        dated("given_on", gettext_lazy("When")),
    ]
    access = frame.access
    if access.may("read_sensitive"):
        columns.insert(
            2,
            Col("amount", gettext_lazy("Value"), phone=True,
                value=lambda c: amount_in_words(access, c, _("not valued"))),
        )  # fmt: skip
    return columns


def _statements_about(request: HttpRequest, frame: Frame, row: Activity) -> dict[str, Any]:
    said = queries.statements_about(activity=row)
    return {
        "title": _("What documents say about it"),
        "table": DataTable(
            said,
            request,
            name="statements",
            prefix="s.",
            columns=[
                Col("label", gettext_lazy("Statement"), value=str, phone=True),
                Col("value_text", gettext_lazy("Says"), phone=True),
                Col("source", gettext_lazy("Source"), value=lambda s: s.cite()),
            ],
        ),
        "empty_title": _("No document says more"),
    }


@programme_page(step=6, item="ledger")
def new_activity(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Put an activity into a plan."""
    plans = queries.plans(programme=frame.programme, cluster=frame.cluster)
    plans = plans.filter(scope__in=frame.access.scopes_with(EDIT))
    if not plans:
        if not frame.may(EDIT):
            raise NotAllowed(capability=EDIT)
        messages.info(request, _("An activity stands in a plan, so begin the plan first."))
        return redirect(frame.url("plans:new_plan"))
    form = NewActivityForm(request.POST or None, plans=plans)

    def act(values: dict[str, Any], version: int | None) -> None:
        plan, agent_role = values.pop("plan"), values.pop("agent_role")
        reason = values.pop("override_reason")
        said = queries.rule_verdicts(
            programme=frame.programme, cluster=plan.cluster, values=values, agent_role=agent_role
        )
        actions.plan_activity(
            plan=plan,
            agent_role=agent_role,
            override_reason=reason if frame.may("override_rule") else "",
            values=values,
            by=request.user,
        )
        _tell_warnings(request, frame, said)

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Plan an activity"),
        back=frame.url("plans:ledger"),
        save_label=_("Save the activity"),
        done=_("The activity is planned."),
    )


def _tell_warnings(request: HttpRequest, frame: Frame, said: list[tuple[str, Any]]) -> None:
    """What a rule of the programme wants somebody to look at, though the activity was saved."""
    for rule, verdict in said:
        if verdict.decision != "yes" and frame.programme.rule_setting(rule) != "off":
            messages.warning(request, str(saying.say_verdict(verdict)))


@programme_page(step=6, item="ledger")
def edit_activity(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Correct an activity."""
    row = _activity(frame, plan, number)
    _require(frame, row.scope_id)
    form = ActivityForm.of(row, request.POST or None)

    def act(values: dict[str, Any], version: int) -> None:
        reason = values.pop("override_reason")
        actions.edit_activity(
            activity=row,
            values=values,
            version=version,
            override_reason=reason if frame.may("override_rule") else "",
            by=request.user,
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=f"{row.number}. {row}",
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save the activity"),
        done=_("The activity is saved."),
    )


@programme_page(step=7, item="ledger")
def report_activity(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Say what became of an activity."""
    row = _activity(frame, plan, number)
    _require(frame, row.scope_id)
    form = ReportForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.report_activity(
            activity=row,
            status=values["reported_status"],
            done_on=values["done_on"],
            version=version,
            by=request.user,
        ),
        title=_("What became of it: %(activity)s") % {"activity": row},
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It is written down."),
    )


@programme_page(step=7, item="ledger")
def new_participation(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Write down who took part."""
    row = _activity(frame, plan, number)
    _require(frame, row.scope_id)
    return form_page(
        request,
        frame,
        ParticipationForm(request.POST or None),
        lambda values: actions.record_participation(activity=row, values=values, by=request.user),
        title=_("Who took part: %(activity)s") % {"activity": row},
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It is written down."),
    )


@programme_page(step=7, item="ledger")
def new_contribution(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Write down a contribution."""
    row = _activity(frame, plan, number)
    _require(frame, row.scope_id)
    form = ContributionForm(request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda _values: actions.record_contribution(activity=row, values=form.values(), by=request.user),
        title=_("Who contributed: %(activity)s") % {"activity": row},
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It is written down."),
    )


# --- the plan


@programme_page(step=6, item="plan")
def plan(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Visions and plans, who contributes, how widely people take part, what has been reached."""
    visions = list(queries.visions(programme=frame.programme, cluster=frame.cluster))
    plans = list(queries.plans(programme=frame.programme, cluster=frame.cluster))
    breadth = queries.participation_breadth(programme=frame.programme, cluster=frame.cluster)
    unlinked = queries.n_without_objective(programme=frame.programme, cluster=frame.cluster)
    return show(
        request,
        frame,
        title=_("Vision and plan"),
        state=_plan_state(visions, plans, unlinked),
        action=link(frame.url("plans:new_activity"), _("Plan an activity")) if frame.may(EDIT) and plans else None,
        sections=[
            _vision_section(request, frame, visions),
            _plans_section(request, frame, plans),
            {
                "title": _("Contributions"),
                "intro": _local_share_in_words(frame) if frame.sees_money() else "",
                "table": DataTable(
                    queries.contributions(programme=frame.programme, cluster=frame.cluster),
                    request,
                    name="contributions",
                    prefix="c.",
                    columns=[
                        Col("activity", gettext_lazy("Activity"), value=lambda c: str(c.activity or c.plan)),
                        *contribution_columns(frame),
                    ],
                ),
                "empty_title": _("No contribution is written down"),
                "empty_why": _("What the cluster itself gives shows that a plan is its own."),
            },
            {
                "title": _("How widely people take part"),
                "facts": _breadth_facts(breadth),
                "intro": ""
                if breadth
                else _("No participation by named organisations is written down, so that this cannot be said."),
            },
            _cofinance_section(request, frame),
            _awareness_section(frame),
            _milestones_section(request, frame),
        ],
    )  # fmt: skip


def _plan_state(visions: list[Any], plans: list[ActionPlan], unlinked: int) -> str:
    if not plans:
        return _("There is no plan yet.")
    said = ngettext("%(n)s plan", "%(n)s plans", len(plans)) % {"n": words.number(len(plans))}
    said += ", " + (
        ngettext("%(n)s vision on record", "%(n)s visions on record", len(visions))
        % {"n": words.number(len(visions))}
        if visions
        else _("no shared vision on record")
    )
    if unlinked:
        said += "; " + ngettext(
            "%(n)s activity serves no objective of its plan",
            "%(n)s activities serve no objective of their plan",
            unlinked,
        ) % {"n": words.number(unlinked)}  # fmt: skip
    return said + "."


def _vision_section(request: HttpRequest, frame: Frame, visions: list[Any]) -> dict[str, Any]:
    return {
        "title": _("Vision"),
        "table": DataTable(
            visions,
            request,
            name="visions",
            prefix="v.",
            columns=[
                Col("text", gettext_lazy("Vision"), value=str, phone=True),
                Col("cluster", gettext_lazy("Cluster"), value=lambda v: str(v.cluster or "")),
                dated("agreed_on", gettext_lazy("Agreed on"), phone=True),
                Col("source", gettext_lazy("Source"), value=lambda v: v.cite()),
            ],
        ),
        "links": [link(frame.url("plans:new_vision"), _("Write down a vision"))] if frame.may(EDIT) else [],
        "empty_title": _("No shared vision is written down"),
        "empty_why": _("Every activity should serve a picture of the future that the cluster agrees on."),
    }


def _plans_section(request: HttpRequest, frame: Frame, plans: list[ActionPlan]) -> dict[str, Any]:
    may_edit = frame.may(EDIT)
    return {
        "title": _("Plans"),
        "table": DataTable(
            plans,
            request,
            name="plans",
            prefix="p.",
            columns=[
                Col("title", gettext_lazy("Plan"), value=str, phone=True,
                    url=lambda p: frame.url("plans:plan_status", p.code) if may_edit else None),
                Col("cluster", gettext_lazy("Cluster"), value=lambda p: str(p.cluster or "")),
                Col("status", gettext_lazy("Status"), "choice", choices=ActionPlan.Status.choices, phone=True),
                Col("status_as_of", gettext_lazy("Reported as of"), "day"),
                Col("n_activities", gettext_lazy("Activities"), "number", phone=True),
            ],
        ),
        "links": [link(frame.url("plans:new_plan"), _("Begin a plan"))] if may_edit else [],
        "empty_title": _("There is no plan yet"),
        "empty_why": _("A plan says who does what until when, and who pays."),
    }  # fmt: skip


def _cofinance_section(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    """Whether the share paid from outside falls as an activity is repeated."""
    rows = (
        queries.cofinance(programme=frame.programme, cluster=frame.cluster)
        if frame.may("read_sensitive")
        else []
    )
    columns = [
        Col("kind", gettext_lazy("Kind"), value=lambda r: _(KINDS[r.kind].title), phone=True),
        Col("n_repetitions", gettext_lazy("Times held"), "number"),
        Col("shares", gettext_lazy("Paid from outside"),
            value=lambda r: " → ".join(words.share(s) for s in r.shares), phone=True),
        Col("verdict", gettext_lazy("Rule"), phone=True,
            value=lambda r: str(saying.say_verdict(r.verdict)) if r.verdict else _("valued once only")),
    ]  # fmt: skip
    return {
        "title": _("Declining co-finance"),
        "intro": _(
            "What the programme pays of a repeated activity should fall until its users bear the cost."
        ),
        "table": DataTable(rows, request, columns=columns, name="cofinance", prefix="f."),
        "empty_title": _("This cannot be said yet"),
        "empty_why": _(
            "It takes contributions with a value, to activities of one kind that were held more than once."
        ),
    }


def _awareness_section(frame: Frame) -> dict[str, Any]:
    """The mix of actions that inform and actions that spread specialised knowledge."""
    mix = queries.awareness_mix(programme=frame.programme, cluster=frame.cluster)
    labels = {"inform": _("Inform and involve"), "specialised": _("Spread specialised knowledge")}
    return {
        "title": _("Awareness actions"),
        "intro": _("At the outset actions inform; later they should spread specialised knowledge.")
        if mix
        else _("No such action has a date yet."),
        "facts": [
            (labels[name], _("%(early)s in the first half, %(late)s in the second") % {
                "early": words.number(early), "late": words.number(late)})
            for name, (early, late) in mix.items()
        ],
    }  # fmt: skip


def _milestones_section(request: HttpRequest, frame: Frame) -> dict[str, Any]:
    return {
        "title": _("What has been reached"),
        "table": DataTable(
            queries.milestones(programme=frame.programme, cluster=frame.cluster),
            request,
            name="milestones",
            prefix="m.",
            columns=[
                Col("label", gettext_lazy("What happened"), value=str, phone=True),
                Col("kind", gettext_lazy("Kind"), "choice", choices=Milestone.Kind.choices, filter="choice"),
                Col("count", gettext_lazy("How many"), "number", phone=True),
                dated("reached_on", gettext_lazy("When"), sortable="reached_on_start"),
                Col("source", gettext_lazy("Source"), value=lambda m: m.cite()),
            ],
        ),
        "links": [link(frame.url("plans:new_milestone"), _("Write down a milestone"))]
        if frame.may(EDIT)
        else [],
        "empty_title": _("Nothing is written down yet"),
        "empty_why": _("Practices adopted, services introduced and markets found are counted from here."),
    }


def _local_share_in_words(frame: Frame) -> str:
    share = queries.local_share(programme=frame.programme, cluster=frame.cluster)
    if share is None:
        return _("No contribution has been valued, so the local share cannot be said.")
    said = _("Of what was given and valued, %(part)s came from the cluster itself.") % {
        "part": words.share(share.share)
    }
    if share.n_unvalued:
        said += " " + ngettext(
            "%(n)s contribution has no value yet and is left out.",
            "%(n)s contributions have no value yet and are left out.",
            share.n_unvalued,
        ) % {"n": words.number(share.n_unvalued)}  # fmt: skip
    return said


def _breadth_facts(breadth: Any) -> list[tuple[str, Any]]:
    if breadth is None:
        return []
    return [
        (_("Organisations that took part"), words.number(breadth.n_participants)),
        (_("Concentration (Gini)"), words.number(breadth.gini, 2) or _("cannot be said")),
        (_("Places taken by the most active tenth"), words.share(breadth.top_share) or _("cannot be said")),
        (_("Newcomers"), words.share(breadth.newcomer_share) or _("cannot be said")),
    ]


@programme_page(step=6, item="plan", may=EDIT)
def new_plan(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Begin a plan."""
    cluster = frame.writes_in(EDIT)
    return form_page(
        request,
        frame,
        PlanForm(request.POST or None),
        lambda values: actions.make_plan(
            programme=frame.programme, cluster=cluster, by=request.user, **values
        ),
        title=_("Begin a plan"),
        back=frame.url("plans:plan"),
        save_label=_("Save the plan"),
        done=_("The plan is begun."),
    )


@programme_page(step=6, item="plan")
def plan_status(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Endorse a plan, set it running, or close it."""
    row = queries.plans(programme=frame.programme).filter(code=code).first()
    if row is None:
        raise NotFound(kind="plan", code_given=code)
    _require(frame, row.scope_id)
    form = PlanStatusForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.move_plan(
            plan=row, status=values["status"], version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("plans:plan"),
        save_label=_("Save"),
        done=_("The plan is saved."),
    )


@programme_page(step=6, item="plan", may=EDIT)
def new_vision(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a vision."""
    cluster = frame.writes_in(EDIT)
    return form_page(
        request,
        frame,
        VisionForm(request.POST or None),
        lambda values: actions.agree_vision(
            programme=frame.programme, cluster=cluster, values=values, by=request.user
        ),
        title=_("Write down a vision"),
        back=frame.url("plans:plan"),
        save_label=_("Save the vision"),
        done=_("The vision is saved."),
    )


@programme_page(step=7, item="plan", may=EDIT)
def new_milestone(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a milestone."""
    cluster = frame.writes_in(EDIT)
    return form_page(
        request,
        frame,
        MilestoneForm(request.POST or None),
        lambda values: actions.reach_milestone(
            programme=frame.programme, cluster=cluster, values=values, by=request.user
        ),
        title=_("Write down a milestone"),
        back=frame.url("plans:plan"),
        save_label=_("Save the milestone"),
        done=_("The milestone is saved."),
    )
