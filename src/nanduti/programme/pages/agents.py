"""Who works for the programme and in which post, whether they fit, and what the team lacks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.register.models import Cluster, Person
from nanduti.register.queries import person_by_pseudonym

from .. import actions, queries, team
from ..forms import AppointmentForm, NewAppointmentForm
from ..frames import Frame, programme_page
from ..models import Appointment
from ..models.programmes import in_language
from . import form_page, link, show

EDIT = "edit_programme"
FITS = {
    "yes": pgettext_lazy("agent", "fits"),
    "flag": pgettext_lazy("agent", "look"),
    "no": pgettext_lazy("agent", "does not fit"),
}
FIT_TONES = {"yes": "good", "no": "warn"}
NEEDS = {
    "agent": gettext_lazy("An agent"),
    "facilitator": gettext_lazy("A facilitator of technology transfer and investment"),
    "coordinator": gettext_lazy("A coordinator in an emerging cluster"),
}
MET = {
    "yes": pgettext_lazy("need of the team", "there"),
    "flag": pgettext_lazy("need of the team", "would help"),
    "no": pgettext_lazy("need of the team", "missing"),
}


@programme_page(step=2)
def agents(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The team on the cut-off day: who is there, who fits, what is missing."""
    found = team.team(programme=frame.programme, on=frame.as_of, cluster=frame.cluster)
    may_edit = frame.may_programme(EDIT)
    new_url = frame.url("programme:new_appointment") if may_edit else ""
    advanced = {pair.advanced.code for pair in found.pairs}
    own, partners = (
        found.n_met("agent", [c for c in found.clusters if c not in advanced]),
        found.n_met("agent", advanced),
    )
    return show(
        request,
        frame,
        title=_("Agents and coordinator"),
        state=_state(own, partners),
        figures=_figures(found, own, partners),
        action=link(new_url, _("Appoint somebody")) if may_edit and found.members else None,
        sections=[
            {"links": [link(frame.url("programme:organigram"), _("Who reports to whom"))]},
            {
                "title": _("What the team needs"),
                "intro": _level_of_activity(found),
                "table": DataTable(found.needs, request, columns=_need_columns(found), name="needs", prefix="n."),
                "empty_title": _("The programme covers no cluster yet"),
            },
            {
                "title": _("Who works for the programme"),
                "table": DataTable(found.members, request, columns=_member_columns(frame, found), name="agents"),
                "empty_title": _("Nobody has been appointed yet"),
                "empty_why": _(
                    "An agent with the trade in the hands and the time for it wins trust on behalf of both clusters."
                ),
                "empty_url": new_url,
                "empty_label": _("Appoint somebody"),
            },
        ],
    )  # fmt: skip


def _state(own: tuple[int, int], partners: tuple[int, int]) -> str:
    said = ngettext(
        "%(n)s of %(all)s cluster has an agent", "%(n)s of %(all)s clusters have an agent", own[1]
    ) % {"n": words.number(own[0]), "all": words.number(own[1])}
    if partners[1]:
        said += "; " + ngettext(
            "%(n)s of %(all)s partner abroad has one",
            "%(n)s of %(all)s partners abroad have one",
            partners[1],
        ) % {"n": words.number(partners[0]), "all": words.number(partners[1])}  # fmt: skip
    return said + "."


def _figures(found: team.Team, own: tuple[int, int], partners: tuple[int, int]) -> list[Figure]:
    held = [m for m in found.members if m.is_held]
    figures = [
        Figure(len(held), _("posts filled")),
        Figure(own[1] - own[0], _("clusters without an agent"), tone="warn" if own[0] < own[1] else "good"),
    ]
    if found.pairs:
        lacking = partners[1] - partners[0]
        figures.append(Figure(lacking, _("partners without an agent"), tone="warn" if lacking else "good"))
    return figures


def _level_of_activity(found: team.Team) -> str:
    """How much goes on across the clusters, by which the source decides on part or full time."""
    running = [pair for pair in found.pairs if pair.is_running]
    if not running:
        return ""
    said = "; ".join(f"{p.emerging} – {p.advanced}: {words.number(p.n_across)}" for p in running)
    return (
        _(
            "Part or full time in an advanced cluster follows from how much goes on. Activities across the clusters in "
            "the twelve months before and after: %(pairs)s."
        )
        % {"pairs": said}
    )  # fmt: skip


def _need_columns(found: team.Team) -> list[Col]:
    return [
        Col("code", gettext_lazy("What is needed"), value=lambda n: NEEDS[n.code], phone=True),
        Col("cluster", gettext_lazy("Where"), phone=True,
            value=lambda n: str(found.clusters.get(n.cluster) or _("in the programme as a whole"))),
        Col("met", gettext_lazy("Standing"), "chip", value=lambda n: n.verdict.decision, choices=MET, phone=True,
            tone=lambda d: {"yes": "good", "no": "warn"}.get(d, "")),
        Col("why", gettext_lazy("Why"), value=lambda n: _said(n.verdict)),
        Col("rule", gettext_lazy("Source of the rule"), shown=False,
            value=lambda n: saying.say_source(n.verdict.source)),
    ]  # fmt: skip


def _said(verdict: Any) -> str:
    said = saying.say_verdict(verdict)
    return " ".join([*said.reasons, said.remedy]).strip()


def _member_columns(frame: Frame, found: team.Team) -> list[Col]:
    rows = [member.row for member in found.members]
    columns = [
        Col("post", pgettext_lazy("in a programme", "Post"), phone=True,
            value=lambda m: capfirst(m.row.get_kind_display()),
            url=lambda m: frame.url("programme:appointment", m.row.code)),
        Col("cluster", gettext_lazy("Cluster"), phone=True,
            value=lambda m: str(m.row.cluster or _("the programme as a whole"))),
        Col("side", gettext_lazy("Side"), value=lambda m: m.row.get_side_display(), shown=False),
        Col("person", gettext_lazy("Person"), value=lambda m: person_shown(frame, m.row)),
        Col("since", gettext_lazy("Since"), value=lambda m: words.written(m.row.since_text) or _("date not known")),
        Col("until", gettext_lazy("Until"), value=lambda m: words.written(m.row.until_text),
            shown=any(row.until_text for row in rows)),
        Col("time", gettext_lazy("Share of a post"), "share", value=lambda m: m.row.share_of_time,
            shown=any(row.share_of_time is not None for row in rows)),
        Col("others", gettext_lazy("Other posts"), "number", value=lambda m: len(m.others)),
        Col("state", gettext_lazy("Now"), "chip", choices={True: _("in the post"), False: _("not now")},
            value=lambda m: m.is_held, phone=True, tone=lambda held: "" if held else "calm"),
    ]  # fmt: skip
    if frame.may("read_sensitive"):
        columns.append(
            Col("verdict", gettext_lazy("Rule"), "chip", choices=FITS, phone=True, value=lambda m: _fit(frame, m),
                tone=lambda d: FIT_TONES.get(d, ""))
        )  # fmt: skip
    columns.append(Col("source", gettext_lazy("Source"), value=lambda m: m.row.cite(), shown=False))
    return columns


def _sees(frame: Frame, row: Appointment) -> bool:
    return frame.access.may("read_sensitive", row.scope_id)


def person_shown(frame: Frame, row: Appointment) -> str:
    """Who holds the post, by pseudonym, for those who may know; else nothing."""
    return row.person.pseudonym if row.person and _sees(frame, row) else ""


def _fit(frame: Frame, member: team.Member) -> str:
    verdict = member.verdict
    return verdict.decision if verdict is not None and _sees(frame, member.row) else ""


@programme_page(step=2)
def appointment(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One appointment: who, for which cluster, what shows that they fit, and what the rule says."""
    row = team.appointment_by_code(programme=frame.programme, code=code)
    row.programme = frame.programme
    rows = list(team.appointments(programme=frame.programme))
    has_partner = bool(team.pairs(programme=frame.programme, on=frame.as_of))
    sees, may_edit = _sees(frame, row), frame.may_programme(EDIT)
    verdict = team.agent_verdict(row, rows, on=frame.as_of, has_partner=has_partner)
    links = [link(frame.url("programme:edit_appointment", code), _("Correct or end it"))] if may_edit else []
    if sees and row.person:
        links.append(
            link(reverse("register:actor", args=(row.person.pseudonym,)), _("The person in the register"))
        )
    links.append(link(frame.url("programme:organigram"), _("Who reports to whom")))
    sections: list[dict[str, Any]] = [{"facts": _facts(frame, row), "links": links}]
    if sees:
        others = team.other_posts(row, rows, on=frame.as_of)
        sections.append(
            {
                "title": _("Does this person fit?"),
                "verdict": verdict,
                "verdict_about": "check",
                "facts": _fit_facts(frame, row, others),
            }
        )
    return show(
        request,
        frame,
        title=capfirst(str(row)),
        state=_("In the post on %(day)s.") % {"day": words.day(frame.as_of)}
        if row.holds_on(frame.as_of)
        else _("Not in the post on %(day)s.") % {"day": words.day(frame.as_of)},
        back=link(frame.url("programme:agents"), _("Agents and coordinator")),
        record=row,
        sees={"level": "sensitive", "to": _("those who may read sensitive records of this work")} if sees else None,
        sections=sections,
    )  # fmt: skip


def _facts(frame: Frame, row: Appointment) -> list[tuple[str, Any]]:
    return [
        (pgettext("in a programme", "Post"), row.get_kind_display()),
        (_("Side"), row.get_side_display()),
        (_("Cluster"), str(row.cluster or _("the programme as a whole"))),
        (_("Works from"), str(row.based_in or _("not known"))),
        (_("Reports to"), _superior(frame, row)),
        (_("Since"), words.written(row.since_text) or _("date not known")),
        (_("Until"), words.written(row.until_text) or _("no end known")),
        (_("Time given"), words.share(row.share_of_time) if row.share_of_time is not None else _("not known")),
        (_("Work there is"), words.share(row.workload) if row.workload is not None else _("not known")),
        (_("Note"), in_language(row, "note") or "–"),
    ]  # fmt: skip


def _superior(frame: Frame, row: Appointment) -> str:
    """The post above as stated; a post in work that the reader does not see stays unnamed."""
    if row.reports_to is None:
        return _("not written down; the usual line holds")
    if not frame.access.may("read", row.reports_to.scope_id):
        return _("a post that is not shown here")
    return str(row.reports_to)


def _fit_facts(frame: Frame, row: Appointment, others: list[Appointment]) -> list[tuple[str, Any]]:
    facts = [
        (_("Person"), row.person.pseudonym if row.person else _("not known")),
        (
            _("Qualified in what the cluster makes"),
            _claim(row.is_technical, in_language(row, "qualification")),
        ),
        (_("Trained as an agent"), _claim(row.is_trained, in_language(row, "training"))),
        (_("Knows the other cluster"), _claim(row.knows_other, "")),
        (_("Other posts at the same time"), ", ".join(str(r) for r in others) or _("none known")),
    ]
    if row.override_reason:
        facts.append((_("Why the rule was put aside"), row.override_reason))
    return facts


def _claim(value: bool | None, shown_by: str) -> str:
    said = words.yes_no(value) if value is not None else _("not known")
    return f"{said}: {shown_by}" if shown_by else said


def _clusters(frame: Frame) -> Any:
    """The clusters that the programme covers or deals with, and those that it twins."""
    ids = {c.pk for c in frame.clusters} | set(queries.partner_cluster_ids(programme=frame.programme))
    for pair in team.pairs(programme=frame.programme, on=frame.as_of):
        ids |= {pair.emerging.pk, pair.advanced.pk}
    return Cluster._base_manager.filter(pk__in=ids).order_by("name")


def _asked_person(frame: Frame, values: dict[str, Any]) -> Person | None:
    asked = values["person"].strip()
    return person_by_pseudonym(access=frame.access, pseudonym=asked) if asked else None


def _reason(frame: Frame, values: dict[str, Any]) -> str:
    reason = values.pop("override_reason")
    return reason if frame.may_programme("override_rule") else ""


@programme_page(step=2, may=EDIT, whole=True)
def new_appointment(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Appoint somebody."""
    form = NewAppointmentForm(
        request.POST or None,
        clusters=_clusters(frame),
        superiors=team.appointments(programme=frame.programme),
    )

    def act(values: dict[str, Any], version: int | None) -> None:
        actions.appoint(
            programme=frame.programme,
            override_reason=_reason(frame, values),
            values={**values, "person": _asked_person(frame, values)},
            by=request.user,
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Appoint somebody"),
        back=frame.url("programme:agents"),
        save_label=_("Save the appointment"),
        done=_("The appointment is saved."),
    )


@programme_page(step=2, may=EDIT, whole=True)
def edit_appointment(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct an appointment, or end it."""
    row = team.appointment_by_code(programme=frame.programme, code=code)
    others = team.appointments(programme=frame.programme).exclude(pk=row.pk)
    form = AppointmentForm.of(row, request.POST or None, clusters=_clusters(frame), superiors=others)

    def act(values: dict[str, Any], version: int) -> None:
        actions.edit_appointment(
            appointment=row,
            override_reason=_reason(frame, values),
            values={**values, "person": _asked_person(frame, values)},
            version=version,
            by=request.user,
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=capfirst(str(row)),
        back=frame.url("programme:appointment", code),
        save_label=_("Save the appointment"),
        done=_("The appointment is saved."),
        take_back_url=frame.url("programme:take_back_appointment", code),
    )
