"""One activity: what was written of it, who took part, what was given; new ones and reports."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nanduti.foundation.errors import NotAllowed
from nanduti.foundation.fields import reading_of
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import planning
from nanduti.methods.values import Money
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import amount_in_words, dated, form_page, link, show
from nanduti.programme.statement_forms import UNITS

from .. import actions, agents, labour, queries, visions
from ..forms import ActivityForm, ContributionForm, NewActivityForm, ParticipationForm, ReportForm
from ..kinds import KINDS
from ..models import Activity, Contribution, Participation
from .common import EDIT, STATUS, activity_of, require
from .variance import activity_section


@programme_page(step=7, item="ledger")
def activity(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """One activity: what its date means, its state and why, who took part, who contributed, what is said of it."""
    row = activity_of(frame, plan, number)
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
                "facts": _activity_facts(row, line, sees_money, _holding(frame)),
                "links": _activity_links(frame, plan, number) if may_edit else [],
                "verdict": _benefit(row),
            },
            activity_section(frame, row),
            *_guard(row, sees_money),
            *_labour(row),
            *_people_and_money(request, frame, row),
            _statements_about(request, frame, row),
        ],
    )


def _activity_state(line: queries.LedgerRow, frame: Frame) -> str:
    reason = line.status.reason
    details = {k: words.day(v) if hasattr(v, "year") else v for k, v in reason.details.items()}
    return f"{STATUS[line.state]}. ".capitalize() + saying.fill(reason.sentence, details)


def _activity_facts(
    row: Activity, line: queries.LedgerRow, sees_money: bool, holding: frozenset[int]
) -> list[tuple[str, Any]]:
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
        (_("Who answers for it"), str(row.owner or "") or "–"),
        (_("Serves"), _serves(row, holding)),
        (_("Who benefits"), row.get_joint_benefit_display()),
    ]
    if row.n_participants is not None:
        units = dict(Participation.Unit.choices)
        facts.append(
            (_("Participants"), f"{words.number(row.n_participants)} {units.get(row.participant_unit, '')}")
        )
    if sees_money and row.cost is not None:
        payer = f" ({row.payer})" if row.payer else ""
        facts.append((_("Cost"), words.money(Money(row.cost, row.currency)) + payer))
    return facts + _came_to(row, sees_money)


def _came_to(row: Activity, sees_money: bool) -> list[tuple[str, Any]]:
    """What it cost in the end, what it was to move and how far it did."""
    facts: list[tuple[str, Any]] = []
    if sees_money and row.spent is not None:
        facts.append((_("Spent"), words.money(Money(row.spent, row.currency))))
    if row.indicator or row.indicator_text:
        facts.append((_("Indicator"), _indicator(row)))
    if row.target is not None:
        facts.append((_("Target"), f"{words.number(row.target)} ({row.get_better_display()})"))
    if sees_money and row.reached is not None:
        facts.append((_("Reached"), words.number(row.reached)))
    return facts


def _indicator(row: Activity) -> str:
    """The title of the indicator as the programme follows it now, else the words."""
    if row.indicator is None:
        return row.indicator_text
    now = row.indicator.versions.filter(is_current=True).first()
    return now.title if now else row.indicator.code


def _serves(row: Activity, holding: frozenset[int]) -> str:
    """The objective that it serves, and whether the vision that holds asks for it."""
    if row.objective is None:
        return _("no objective is named")
    if row.objective.vision_id in holding:
        return _("%(objective)s (a priority of the vision)") % {"objective": row.objective}
    return str(row.objective)


def _understood(row: Activity, line: queries.LedgerRow) -> str:
    if line.when:
        return words.interval(line.when)
    reading = reading_of(row, "date_text")
    return _("no date") if reading is None else str(saying.say(reading))


def _benefit(row: Activity) -> Any:
    if row.joint_benefit == Activity.Benefit.UNKNOWN:
        return None
    return planning.joint_benefit(row.joint_benefit, spillover=row.spillover)


def _guard(row: Activity, sees_sensitive: bool) -> list[dict[str, Any]]:
    """What the rule of the agent's role says, if anything is written of what the agent does."""
    verdict = agents.recorded_verdict(row, sees_sensitive=sees_sensitive)
    if verdict is None:
        return []
    facts = [(_("What the agent does"), row.get_agent_role_display())] if row.agent_role else []
    if sees_sensitive and row.payer:
        facts.append((_("Who pays"), row.payer))
    return [{"title": _("The agent's part"), "facts": facts, "verdict": verdict}]


def _labour(row: Activity) -> list[dict[str, Any]]:
    """What the programme has laid down about who does such a thing, if it has."""
    verdict = labour.recorded_verdict(row)
    return [] if verdict is None else [{"title": _("Who does what"), "verdict": verdict}]


def _activity_links(frame: Frame, plan: str, number: int) -> list[dict[str, Any]]:
    return [
        link(frame.url("plans:edit_activity", plan, number), _("Correct it")),
        link(frame.url("plans:new_participation", plan, number), _("Write down who took part")),
        link(frame.url("plans:new_contribution", plan, number), _("Write down a contribution")),
    ]


def _people_and_money(request: HttpRequest, frame: Frame, row: Activity) -> list[dict[str, Any]]:
    may_edit = frame.access.may(EDIT, row.scope_id)
    took_part = DataTable(
        queries.participations(activity=row),
        request,
        name="participants",
        columns=[
            Col("who", gettext_lazy("Who"), phone=True,
                value=_who_took_part,
                url=lambda p: frame.url("plans:edit_participation", p.pk) if may_edit else None),
            Col("role", gettext_lazy("Role"), "choice", choices=Participation.Role.choices),
            Col("count", gettext_lazy("How many"), "number", phone=True),
            Col("unit", gettext_lazy("Counted in"), "choice", choices=Participation.Unit.choices, phone=True),
            Col("counted", gettext_lazy("Counted"), "text",
                value=lambda p: _("within its group") if p.is_in_group else _("by itself")),
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


def _who_took_part(row: Participation) -> str:
    """The organisation or group; somebody of whom only the list tells, as such."""
    told = str(row.organisation) if row.organisation else in_language(row, "group_label")
    return told or _("somebody on a list")


def contribution_columns(frame: Frame) -> list[Col]:
    """How contributions stand in a list; amounts only for those who may see sensitive fields."""
    access = frame.access
    columns = [
        Col("contributor", gettext_lazy("Who"), value=lambda c: str(c.contributor), phone=True,
            url=lambda c: frame.url("plans:edit_contribution", c.pk) if access.may(EDIT, c.scope_id) else None),
        Col("kind", gettext_lazy("Kind"), "choice", choices=Contribution.Kind.choices, phone=True),
        Col("state", gettext_lazy("State"), "choice", choices=Contribution.State.choices),
        Col("basis", gettext_lazy("How valued"), value=lambda c: in_language(c, "basis")),
        Col("is_local", gettext_lazy("From the cluster itself"), "bool", shown=False),
        dated("given_on", gettext_lazy("When")),
    ]  # fmt: skip
    if access.may("read_sensitive"):
        columns.insert(
            2,
            Col("amount", gettext_lazy("Value"), phone=True,
                value=lambda c: amount_in_words(access, c, _("not valued"))),
        )  # fmt: skip
    return columns


def _statements_about(request: HttpRequest, frame: Frame, row: Activity) -> dict[str, Any]:
    said = queries.statements_about(activity=row)
    at = (row.plan.code, row.number)
    may_edit = frame.access.may(EDIT, row.scope_id)
    new = link(frame.url("plans:new_statement", *at), _("Write down what a document says"))
    return {
        "title": _("What documents say about it"),
        "table": DataTable(
            said,
            request,
            name="statements",
            prefix="s.",
            columns=[
                Col(
                    "label",
                    gettext_lazy("Statement"),
                    value=str,
                    phone=True,
                    url=lambda s: frame.url("plans:edit_statement", *at, s.pk) if may_edit else None,
                ),
                Col(
                    "value_text",
                    gettext_lazy("Says"),
                    phone=True,
                    value=lambda s: f"{s.value_text} {_unit_of(s)}".strip(),
                ),
                Col("source", gettext_lazy("Source"), value=lambda s: s.cite()),
            ],
        ),
        "links": [new] if may_edit else [],
        "empty_title": _("No document says more"),
        "empty_why": _("Where two documents differ, both are kept, and Data quality shows the difference."),
    }


def _unit_of(statement: Any) -> str:
    return str(dict(UNITS).get(statement.unit, statement.unit)) if statement.unit else ""


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
    objectives = visions.objectives(programme=frame.programme).filter(plan__in=plans)
    form = NewActivityForm(
        request.POST or None,
        programme=frame.programme,
        plans=plans,
        objectives=objectives,
        holding=_holding(frame),
    )

    def act(values: dict[str, Any], version: int | None) -> Activity:
        plan, reason = values.pop("plan"), _reason(frame, values)
        said = queries.rule_verdicts(programme=frame.programme, cluster=plan.cluster, values=values)
        row = actions.plan_activity(plan=plan, override_reason=reason, values=values, by=request.user)
        _tell_warnings(request, frame, said)
        return row

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Plan an activity"),
        back=frame.url("plans:ledger"),
        save_label=_("Save the activity"),
        done=_("The activity is planned."),
        then=lambda made: frame.url("plans:activity", made.plan.code, made.number),
    )


def _holding(frame: Frame) -> frozenset[int]:
    """The rows of the wordings of visions that hold, by number."""
    return visions.wordings(visions.standings(programme=frame.programme, on=frame.as_of))


def _reason(frame: Frame, values: dict[str, Any]) -> str:
    """Take the reason for putting a rule aside out of what was typed; it counts from those who may do so."""
    reason = values.pop("override_reason")
    return reason if frame.may("override_rule") else ""


def _tell_warnings(request: HttpRequest, frame: Frame, said: list[tuple[str, Any]]) -> None:
    """What a rule of the programme wants somebody to look at, though it was saved."""
    for rule, verdict in said:
        if verdict is not None and verdict.decision != "yes" and frame.programme.rule_setting(rule) != "off":
            messages.warning(request, str(saying.say_verdict(verdict)))


@programme_page(step=6, item="ledger")
def edit_activity(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Correct an activity."""
    row = activity_of(frame, plan, number)
    require(frame, row.scope_id)
    objectives = visions.objectives(programme=frame.programme).filter(plan=row.plan_id)
    form = ActivityForm.of(
        row, request.POST or None, programme=frame.programme, objectives=objectives, holding=_holding(frame)
    )

    def act(values: dict[str, Any], version: int) -> None:
        actions.edit_activity(
            activity=row,
            override_reason=_reason(frame, values),
            values=values,
            version=version,
            by=request.user,
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Correct it"),
        state=f"{row.number}. {row}",
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save the activity"),
        done=_("The activity is saved."),
    )


@programme_page(step=7, item="ledger")
def report_activity(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Say what became of an activity."""
    row = activity_of(frame, plan, number)
    require(frame, row.scope_id)
    form = ReportForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.report_activity(
            activity=row,
            status=values["reported_status"],
            done_on=values["done_on"],
            came_to={name: values[name] for name in ("spent", "reached") if name in values},
            version=version,
            by=request.user,
        ),
        title=_("Say what became of it"),
        state=f"{row.number}. {row}",
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It is written down."),
    )


@programme_page(step=7, item="ledger")
def new_participation(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Write down who took part."""
    row = activity_of(frame, plan, number)
    require(frame, row.scope_id)

    def act(values: dict[str, Any]) -> None:
        actions.record_participation(
            activity=row, override_reason=_reason(frame, values), values=values, by=request.user
        )
        verdict = agents.participation_verdict(
            activity=row, role=values["role"], organisation=values["organisation"]
        )
        _tell_warnings(request, frame, [(agents.RULE, verdict)])

    return form_page(
        request,
        frame,
        ParticipationForm(request.POST or None, access=frame.access),
        act,
        title=_("Write down who took part"),
        state=f"{row.number}. {row}",
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It is written down."),
    )


@programme_page(step=7, item="ledger")
def new_contribution(request: HttpRequest, frame: Frame, plan: str, number: int) -> HttpResponse:
    """Write down a contribution."""
    row = activity_of(frame, plan, number)
    require(frame, row.scope_id)
    form = ContributionForm(request.POST or None, access=frame.access)

    def act(_values: dict[str, Any]) -> None:
        values = form.values()
        actions.record_contribution(
            activity=row, override_reason=_reason(frame, values), values=values, by=request.user
        )
        verdict = agents.contribution_verdict(
            activity=row, contributor=values["contributor"], kind=values["kind"]
        )
        _tell_warnings(request, frame, [(agents.RULE, verdict)])

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Write down a contribution"),
        state=f"{row.number}. {row}",
        back=frame.url("plans:activity", plan, number),
        save_label=_("Save"),
        done=_("It is written down."),
    )
