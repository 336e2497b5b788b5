"""The plan of a cluster: its vision, action plans, milestones and shared money."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import saying, words
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.planning import VisionFocus
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import dated, form_page, link, show
from nanduti.register.models import SizeBand

from .. import actions, breadth, queries, revisions, visions
from ..forms import MilestoneForm, PlanForm, PlanStatusForm
from ..kinds import KINDS
from ..models import ActionPlan, Milestone, Objective
from .activities import contribution_columns
from .common import EDIT, SERVES, require
from .visions import objective_url, told, whose


@programme_page(step=6, item="plan")
def plan(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Visions and plans, who contributes, how widely people take part, what has been reached."""
    found = visions.standings(programme=frame.programme, cluster=frame.cluster, on=frame.as_of)
    plans = list(queries.plans(programme=frame.programme, cluster=frame.cluster))
    spread = breadth.participation_breadth(programme=frame.programme, cluster=frame.cluster)
    rows = queries.activities(programme=frame.programme, cluster=frame.cluster)
    focus, serving = visions.focus(rows, found=found)
    return show(
        request,
        frame,
        title=_("Vision and plan"),
        state=_plan_state(found, plans, focus),
        action=link(frame.url("plans:new_activity"), _("Plan an activity")) if frame.may(EDIT) and plans else None,
        sections=[
            _vision_section(request, frame, found),
            _objectives_section(request, frame, found, focus, serving),
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
            _breadth_section(request, frame, spread),
            _cofinance_section(request, frame),
            _awareness_section(frame),
            _milestones_section(request, frame),
        ],
    )  # fmt: skip


def _plan_state(found: list[visions.Standing], plans: list[ActionPlan], focus: VisionFocus) -> str:
    if not plans:
        return _("There is no plan yet.")
    said = ngettext("%(n)s plan", "%(n)s plans", len(plans)) % {"n": words.number(len(plans))}
    said += ", " + (
        ngettext("%(n)s vision on record", "%(n)s visions on record", len(found))
        % {"n": words.number(len(found))}
        if found
        else _("no shared vision on record")
    )
    if focus.share is not None:
        said += "; " + ngettext(
            "%(n)s activity serves no priority of the vision",
            "%(n)s activities serve no priority of the vision",
            focus.n_unlinked,
        ) % {"n": words.number(focus.n_unlinked)}  # fmt: skip
    return said + "."


def _vision_section(request: HttpRequest, frame: Frame, found: list[visions.Standing]) -> dict[str, Any]:
    return {
        "title": _("Vision"),
        "table": DataTable(
            found,
            request,
            name="visions",
            prefix="v.",
            columns=[
                Col("text", gettext_lazy("Vision"), value=lambda v: str(v.latest), phone=True,
                    url=lambda v: frame.url("plans:vision", v.latest.pk)),
                Col("cluster", gettext_lazy("Whose"), value=lambda v: whose(v.latest), phone=True),
                Col("agreed_on", gettext_lazy("Last agreed"), value=lambda v: words.written(v.latest.agreed_on),
                    plain=lambda v: v.latest.agreed_on),
                Col("due", gettext_lazy("To be looked at again"), value=told, phone=True),
                Col("source", gettext_lazy("Source"), value=lambda v: v.latest.cite()),
            ],
        ),
        "links": [link(frame.url("plans:new_vision"), _("Write down a vision"))] if frame.may(EDIT) else [],
        "empty_title": _("No shared vision is written down"),
        "empty_why": _("Every activity should serve a picture of the future that the cluster agrees on."),
    }  # fmt: skip


def _objectives_section(
    request: HttpRequest,
    frame: Frame,
    found: list[visions.Standing],
    focus: VisionFocus,
    serving: dict[str, int],
) -> dict[str, Any]:
    """The objectives, which of them are priorities of the vision, and how many activities serve which."""
    holding = visions.wordings(found)
    columns = [
        Col("label", gettext_lazy("Objective"), value=str, phone=True, url=lambda o: objective_url(frame, o)),
        Col("plan", gettext_lazy("Plan"), value=lambda o: str(o.plan)),
        Col("priority", gettext_lazy("Priority of the vision"), "chip", phone=True, choices=PRIORITY,
            value=lambda o: _priority(o, holding), tone=lambda s: {"yes": "good"}.get(s, "")),
        Col("n_activities", gettext_lazy("Activities"), "number", phone=True),
    ]  # fmt: skip
    share = [(_("Share that serves a priority"), words.share(focus.share))] if focus.share is not None else []
    links = [
        link(
            frame.url("plans:ledger", serves=code),
            _("Activities that serve %(what)s: %(n)s")
            % {"n": words.number(serving[code]), "what": SERVES[code]},
        )
        for code in SERVES
        if serving.get(code)
    ]
    if frame.may(EDIT):
        links.append(link(frame.url("plans:new_objective"), _("Name an objective")))
    return {
        "id": "objectives",
        "title": _("Objectives and priorities"),
        "intro": saying.fill(focus.reason.sentence, focus.reason.details),
        "facts": share,
        "table": DataTable(
            visions.objectives(programme=frame.programme, cluster=frame.cluster),
            request,
            columns=columns,
            name="objectives",
            prefix="o.",
        ),
        "links": links,
        "empty_title": _("No objective is named"),
        "empty_why": _("Activities serve the vision by way of objectives that are its priorities."),
    }


PRIORITY = {
    "yes": gettext_lazy("yes"),
    "earlier": gettext_lazy("of an earlier wording"),
    "no": gettext_lazy("nobody has said so"),
}


def _priority(row: Objective, holding: frozenset[int]) -> str:
    if row.vision_id is None:
        return "no"
    return "yes" if row.vision_id in holding else "earlier"


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
                Col("correct", "", value=lambda p: _("Correct it") if may_edit else "", plain=lambda p: "",
                    url=lambda p: frame.url("plans:edit_plan", p.code) if may_edit else None),
                Col("variance", "", value=lambda p: _("Planned and happened"), phone=True, plain=lambda p: "",
                    url=lambda p: frame.url("plans:variance", p.code)),
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
                Col(
                    "label",
                    gettext_lazy("What happened"),
                    value=str,
                    phone=True,
                    url=lambda m: (
                        frame.url("plans:edit_milestone", m.pk)
                        if frame.access.may(EDIT, m.scope_id)
                        else None
                    ),
                ),
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


def _breadth_section(request: HttpRequest, frame: Frame, spread: breadth.Spread | None) -> dict[str, Any]:
    """Whether the circle widens: first times by year, concentration, sizes, and the organisations behind it."""
    often = breadth.how_often(programme=frame.programme, cluster=frame.cluster) if spread else []
    columns = [
        Col("who", gettext_lazy("Who"), value=lambda o: str(o.organisation), phone=True,
            url=lambda o: reverse("register:actor", args=[o.organisation.pseudonym])),
        Col("n", gettext_lazy("How often"), "number", value=lambda o: o.n, phone=True),
        Col("first", gettext_lazy("First in"), value=lambda o: str(o.first.year) if o.first else ""),
        Col("last", gettext_lazy("Last in"), value=lambda o: str(o.last.year) if o.last else ""),
    ]  # fmt: skip
    return {
        "title": _("How widely people take part"),
        "intro": _("A programme starts with a few leaders and then widens, so that the strongest do not keep all.")
        if spread
        else _("No participation by named organisations is written down, so that this cannot be said."),
        "facts": _breadth_facts(spread) if spread else [],
        "table": DataTable(often, request, name="often", prefix="o.", columns=columns),
        "empty_title": _("Nobody is named yet"),
        "empty_why": _("Write down on the page of an activity who took part."),
    }  # fmt: skip


def _breadth_facts(spread: breadth.Spread) -> list[tuple[str, Any]]:
    concentration = _("cannot be said")
    if spread.gini is not None:
        concentration = _("%(n)s (0: all equally often; towards 1: always the same few)") % {
            "n": words.number(spread.gini, 2)
        }
    facts = [
        (_("Organisations that took part"), words.number(spread.n_participants)),
        (_("For the first time, by year"), _first_times(spread.years) or _("no activity has a date")),
        (_("Concentration (Gini)"), concentration),
        (_("Places taken by the most active tenth"), words.share(spread.top_share) or _("cannot be said")),
        (_("Places taken by firms, by size"), _sizes(spread.by_size) or _("not known")),
    ]
    if spread.n_said:
        said = _("%(new)s of %(n)s of which it is said") % {
            "new": words.number(spread.n_said_new), "n": words.number(spread.n_said),
        }  # fmt: skip
        facts.append((_("Noted as somebody's first time"), said))
    return facts


def _first_times(years: tuple[breadth.Year, ...]) -> str:
    return "; ".join(
        _("%(year)s: %(new)s of %(n)s")
        % {"year": y.year, "new": words.number(y.n_new), "n": words.number(y.n)}
        for y in years
    )


def _sizes(by_size: dict[str, int]) -> str:
    """The firms by size in the order of sizes, those whose size nobody knows last."""
    labels = dict(SizeBand.choices)
    order = [*SizeBand.values, *sorted(set(by_size) - {*SizeBand.values, ""}), ""]
    return "; ".join(
        f"{labels.get(band, band) or _('size not known')}: {words.number(by_size[band])}"
        for band in order
        if by_size.get(band)
    )


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
    require(frame, row.scope_id)
    form = PlanStatusForm.of(row, request.POST or None)
    # Once it is agreed is the moment to keep it as it was agreed; nobody is made to.
    is_new = request.POST.get("status") == ActionPlan.Status.ENDORSED and revisions.last_of(row) is None
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.move_plan(
            plan=row, status=values["status"], version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("plans:keep_revision", code) if is_new else frame.url("plans:plan"),
        save_label=_("Save"),
        done=_("The plan is saved. Keep it now as it was agreed, and every later change will be seen.")
        if is_new
        else _("The plan is saved."),
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
