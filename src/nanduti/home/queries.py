"""Questions of the way in: how far the eight steps are, what needs me, what a word finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.access import Access
from nanduti.foundation.kept import kept
from nanduti.foundation.languages import in_tongue, tongue
from nanduti.foundation.models import Job
from nanduti.interface import navigation, words
from nanduti.interface.saying import say_source
from nanduti.methods import twinning as rules
from nanduti.plans import visions
from nanduti.plans.models import Activity
from nanduti.plans.queries import activities, late_activities
from nanduti.programme import pausing
from nanduti.programme.frames import Frame, frame_of
from nanduti.programme.pages.time_outs import STATES
from nanduti.programme.queries import (
    agreements,
    agreements_about_to_lapse,
    overdue_resolutions,
    readable_programmes,
)
from nanduti.register import queries as register
from nanduti.twinning.queries import evidence_from_records, step_evidence, twinnings

SHOWN = 12
COMING = timedelta(days=60)


@dataclass(frozen=True)
class Piece:
    """One piece of evidence for a gate."""

    label: str
    when: str = ""
    source: str = ""
    url: str = ""
    # Whether it had certainly happened by the day; what has no date may not have.
    is_placed: bool = True
    # Where what somebody wrote down is corrected, for those who may.
    edit_url: str = ""


@dataclass
class Gate:
    """What a step asks for, what there is, and where the missing part is made."""

    kind: str
    title: str
    url: str = ""
    evidence: list[Piece] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        """Whether something shows it that had certainly happened by the day."""
        return any(piece.is_placed for piece in self.evidence)


@dataclass
class StepState:
    """One of the eight steps with its gates."""

    number: int
    title: Any
    url: str
    gates: list[Gate]
    links: list[dict[str, Any]]
    who: Any = ""
    source: str = ""

    @property
    def missing(self) -> list[Gate]:
        return [gate for gate in self.gates if not gate.is_met]

    @property
    def state(self) -> str:
        met = len(self.gates) - len(self.missing)
        if not self.gates or met == 0:
            return "none"
        if not self.missing:
            return "done"
        return "half" if met * 2 >= len(self.gates) else "begun"

    @property
    def sign(self) -> str:
        return navigation.STATES[self.state][0]

    @property
    def state_said(self) -> Any:
        return navigation.STATES[self.state][1]

    @property
    def in_words(self) -> str:
        n, met = len(self.gates), len(self.gates) - len(self.missing)
        if not n:
            return _("This step asks for no evidence here.")
        return ngettext(
            "%(met)s of %(n)s piece of evidence is there.",
            "%(met)s of %(n)s pieces of evidence are there.",
            n,
        ) % {"met": words.number(met), "n": words.number(n)}


def steps_of(frame: Frame) -> list[StepState]:
    """The eight steps with what is there and what is missing; worked out once a request."""
    kept = getattr(frame, "steps_kept", None)
    if kept is None:
        kept = frame.steps_kept = _steps_of(frame)  # type: ignore[attr-defined]
    return kept


def _steps_of(frame: Frame) -> list[StepState]:
    has_partner = twinnings(programme=frame.programme).exists()
    found = _evidence(frame)
    return [
        StepState(
            number=step.number,
            title=navigation.STEP_TITLES[step.number],
            url=frame.url("home:step", step.number),
            gates=[
                Gate(
                    kind=wanted.code,
                    title=in_tongue(wanted.label, wanted.label_es),
                    url=_made_at(frame, step.number, wanted.code),
                    evidence=found.get(wanted.code, []),
                )
                for wanted in step.wanted(has_partner=has_partner)
                if wanted.is_required or wanted.code in found
            ],
            links=_links(frame, step.number),
            who=WHO.get(step.number, ""),
            source=str(say_source(step.source)),
        )
        for step in rules.eight_steps()
    ]


def _evidence(frame: Frame) -> dict[str, list[Piece]]:
    """Evidence by kind: what somebody wrote down, and what the records show by themselves."""
    found: dict[str, list[Piece]] = {}
    programme, cluster, cut = frame.programme, frame.cluster, frame.cut
    for row in step_evidence(programme=programme, cluster=cluster):
        has = cut.has(row.when_text_start, row.when_text_end, row.created_at)
        if has or row.when_text_start is None:
            where = "" if cluster or row.cluster_id is None else f"{row.cluster}: "
            may = row.file_id is not None and frame.access.may("read_sensitive", row.scope_id)
            url = frame.url("twinning:evidence_file", row.pk) if may else ""
            edits = frame.access.may("edit_twinning", row.scope_id)
            edit_url = frame.url("twinning:edit_evidence", row.pk) if edits else ""
            piece = Piece(f"{where}{row}", words.written(row.when_text), row.cite(), url, has, edit_url)
            found.setdefault(row.evidence_kind, []).append(piece)
    # Every page of a programme shows the steps, and at 20,000 activities this is what takes longest on most.
    records = kept(
        ("evidence", programme.pk, cluster and cluster.pk, cut, tongue(), frame.access.scope_ids),
        lambda: evidence_from_records(programme=programme, cluster=cluster, cut=cut),
    )
    for one in records:
        url = frame.url(one.page[0], *one.page[1]) if one.page else ""
        piece = Piece(one.label, words.written(one.when), one.source, url, one.is_placed)
        found.setdefault(one.code, []).append(piece)
    return found


# Where the evidence of a kind is made; what is not named here is written down as evidence.
MADE_AT = {
    "cluster_selected": "programme:selection",
    "agent_appointed": "programme:agents",
    "agent_trained": "programme:agents",
    "coordinator_appointed": "programme:agents",
    "advanced_agent_appointed": "programme:agents",
    "selection_reasons": "programme:selection",
    "agreement_signed": "programme:agreements",
    "association_dialogue": "programme:agreements",
    "trust_activity": "plans:new_activity",
    "preparatory_activity": "plans:new_activity",
    "twinning_activity": "plans:new_activity",
    "action_plan_endorsed": "plans:plan",
    "vision_agreed": "plans:new_vision",
    "declining_share": "plans:plan",
    "partner_interests": "twinning:pairs",
    "business_linkage": "twinning:pairs",
    "outputs_recorded": "results:table",
    "outcomes_recorded": "plans:new_milestone",
    "diagnostic_study": "diagnostics:studies",
    "aobo_table": "diagnostics:studies",
    "product_sample": "diagnostics:studies",
    "intermediaries_identified": "diagnostics:studies",
}
# Of these, the pages that only those open who may write there.
WRITTEN_BY = {
    "plans:new_activity": "edit_plans",
    "plans:new_vision": "edit_plans",
    "plans:new_milestone": "edit_plans",
    "twinning:new_evidence": "edit_twinning",
}
STEP_ROOMS: dict[int, list[tuple[str, Any]]] = {
    1: [
        ("programme:selection", gettext_lazy("Selection and coverage")),
        ("diagnostics:selections", gettext_lazy("Weighing up candidates")),
    ],
    2: [
        ("programme:agents", gettext_lazy("Agents and coordinator")),
        ("programme:organigram", gettext_lazy("Who reports to whom")),
        ("programme:committee", gettext_lazy("Committee and decisions")),
    ],
    3: [
        ("diagnostics:studies", gettext_lazy("Studies of clusters")),
        ("indicators:list", gettext_lazy("Indicators")),
        ("diagnostics:assessments", gettext_lazy("Assessments")),
        ("diagnostics:comparison", gettext_lazy("Clusters side by side")),
        ("diagnostics:sectors", gettext_lazy("Published tables of the region")),
        ("diagnostics:challenges", gettext_lazy("Challenges and what we learn")),
    ],
    4: [("diagnostics:studies", gettext_lazy("Studies of clusters"))],
    5: [
        ("networks:map", gettext_lazy("Relation map")),
        ("programme:agreements", gettext_lazy("Agreements")),
        ("twinning:pairs", gettext_lazy("Twinnings and their scope")),
    ],
    6: [("plans:plan", gettext_lazy("Vision and plan"))],
    7: [
        ("plans:ledger", gettext_lazy("Activities")),
        ("twinning:pairs", gettext_lazy("Twinnings and their scope")),
    ],
    8: [
        ("results:table", gettext_lazy("Results")),
        ("results:quality", gettext_lazy("Data quality")),
        ("programme:time_outs", gettext_lazy("Reviews and pauses")),
    ],
}
WHO: dict[int, Any] = {
    1: gettext_lazy("Steering committee"),
    2: gettext_lazy("Coordinator"),
    3: gettext_lazy("Cluster development agent"),
    4: gettext_lazy("Agent of the advanced cluster"),
    5: gettext_lazy("Cluster development agents and associations"),
    6: gettext_lazy("Cluster development agent with the cluster"),
    7: gettext_lazy("Associations, institutions, firms"),
    8: gettext_lazy("Coordinator"),
}


def _made_at(frame: Frame, step: int, code: str) -> str:
    name = MADE_AT.get(code, "twinning:new_evidence")
    if name in WRITTEN_BY and not frame.may(WRITTEN_BY[name]):
        return ""
    return frame.url(name, step) if name == "twinning:new_evidence" else frame.url(name)


def _links(frame: Frame, number: int) -> list[dict[str, Any]]:
    links = [{"url": frame.url(name), "label": label} for name, label in STEP_ROOMS.get(number, [])]
    if number in {3, 4}:
        links.append({"url": reverse("register:home"), "label": _("Register")})
    return links


def n_agreements_in_force(frame: Frame) -> int:
    """How many agreements hold on the cut-off day."""
    rows = agreements(programme=frame.programme, cluster=frame.cluster)
    return sum(row.state_on(frame.as_of) == "in_force" for row in rows)


# --- today and search


@dataclass(frozen=True)
class Line:
    """One thing, with the way to it."""

    label: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Things of one kind."""

    title: Any
    rows: list[Line]
    tone: str = ""
    more: str = ""


def _frames(request: HttpRequest) -> list[Frame]:
    """A frame for each programme, as its own pages would make it; few people have more than three."""
    readable = readable_programmes(access=request.access)  # type: ignore[attr-defined]
    return [frame_of(request, code) for code in readable.values_list("code", flat=True)[:5]]


def needs_of(request: HttpRequest) -> list[Group]:
    """What needs the reader, the most pressing first."""
    groups = []
    for frame in _frames(request):
        groups += _needs_in(frame)
    if hasattr(request, "programme_frame"):
        del request.programme_frame
    groups += _waiting_requests(request)
    jobs = Job.objects.filter(by=request.user, state__in=["queued", "running"])[:SHOWN]
    groups.append(
        Group(_("Work going on"), [Line(j.message or j.kind, f"/jobs/{j.public_id}/") for j in jobs])
    )
    return [group for group in groups if group.rows]


def _waiting_requests(request: HttpRequest) -> list[Group]:
    """For custodians: who asks for a contact, and what for."""
    access: Access = request.access  # type: ignore[attr-defined]
    if not access.may("decide_contact"):
        return []
    rows = register.requests_waiting(access=access)[:SHOWN]
    lines = [
        Line(r.pseudonym, reverse("register:decide", args=(r.public_id,)), r.asked_by_label) for r in rows
    ]
    return [Group(_("Contact requests waiting for you"), lines, "warn")]


def _needs_in(frame: Frame) -> list[Group]:
    day = frame.as_of
    late = list(late_activities(programme=frame.programme, as_of=day)[: SHOWN + 1])
    coming = activities(programme=frame.programme).filter(
        date_text_start__gt=day, date_text_start__lte=min(day, date.max - COMING) + COMING
    ).order_by("date_text_start", "plan_id", "number")  # fmt: skip
    lapsing = agreements_about_to_lapse(agreements(programme=frame.programme), on=day)
    overdue = overdue_resolutions(programme=frame.programme, on=day)
    reviews = pausing.pressing(programme=frame.programme, on=day, within_days=COMING.days)
    return [
        Group(
            _("Late in %(programme)s") % {"programme": frame.programme},
            [_activity_line(frame, row) for row in late[:SHOWN]],
            "warn",
            frame.url("plans:ledger", status_now="late") if len(late) > SHOWN else "",
        ),
        Group(_("Coming within 60 days"), [_activity_line(frame, row) for row in coming[:SHOWN]]),
        Group(
            _("Agreements about to lapse"),
            [
                Line(
                    str(a),
                    frame.url("programme:agreement", a.code),
                    words.day(a.lapses_on - timedelta(days=1)),
                )
                for a in lapsing[:SHOWN]
                if a.lapses_on
            ],
            "warn",
        ),
        Group(
            _("Decisions overdue"),
            [Line(str(r), frame.url("programme:committee"), words.written(r.due)) for r in overdue[:SHOWN]],
            "warn",
        ),
        Group(
            _("Visions to look at again"),
            [
                Line(str(one.latest), frame.url("plans:vision", one.latest.pk), words.day(one.due))
                for one in visions.due(programme=frame.programme, on=day)[:SHOWN]
            ],
            "warn",
        ),
        Group(
            _("Reviews due, and what is on hold"),
            [
                Line(
                    _("Review %(day)s: %(state)s")
                    % {"day": words.written(r.held or r.planned), "state": STATES[r.state_on(day)]},
                    frame.url("programme:time_out", r.code),
                    str(r.cluster or ""),
                )
                for r in reviews[:SHOWN]
            ],
            "warn",
        ),
    ]


def _when(row: Activity) -> str:
    return words.written(row.date_text, **row.when_context())


def _activity_line(frame: Frame, row: Activity) -> Line:
    return Line(str(row), frame.url("plans:activity", row.plan.code, row.number), _when(row))


def found(request: HttpRequest, asked: str) -> list[Group]:
    """What a word finds among labels and public names."""
    groups = []
    for frame in _frames(request):
        label = Q(label__icontains=asked) | Q(label_es__icontains=asked)
        rows = activities(programme=frame.programme).filter(label).order_by("plan_id", "number")[: SHOWN + 1]
        groups.append(Group(_("Activities"), [_activity_line(frame, row) for row in rows[:SHOWN]],
                            more=frame.url("plans:ledger", q=asked) if len(rows) > SHOWN else ""))  # fmt: skip
        title = Q(title__icontains=asked) | Q(title_es__icontains=asked)
        held = agreements(programme=frame.programme).filter(title)[:SHOWN]
        groups.append(
            Group(
                _("Agreements"),
                [
                    Line(str(a), frame.url("programme:agreement", a.code), words.written(a.signed))
                    for a in held
                ],
            )
        )
        clusters = [
            c for c in frame.clusters if asked.casefold() in f"{c.name} {c.name_es} {c.code}".casefold()
        ]
        groups.append(
            Group(
                _("Clusters"), [Line(str(c), frame.url("home:programme", cluster=c.code)) for c in clusters]
            )
        )
    if hasattr(request, "programme_frame"):
        del request.programme_frame
    groups.append(_found_in_register(request, asked))
    return [group for group in groups if group.rows]


def _found_in_register(request: HttpRequest, asked: str) -> Group:
    rows = register.search_register(access=request.access, text=asked)[: SHOWN + 1]  # type: ignore[attr-defined]
    return Group(
        _("Register"),
        [
            Line(str(o), reverse("register:actor", args=(o.pseudonym,)), o.get_kind_display())
            for o in rows[:SHOWN]
        ],
        more=f"{reverse('register:home')}?{urlencode({'q': asked})}" if len(rows) > SHOWN else "",
    )
