"""Pages of business networks: how many, of which kinds, and how far each has come towards a lasting form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.methods import planning
from nanduti.methods.planning.formalisation import SOURCE
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import form_page, link, show
from nanduti.register.names import names_for
from nanduti.register.pseudonyms import is_well_formed

from ..actions import groups as actions
from ..forms import GroupForm, LeaveForm, MemberForm, NewGroupForm, StepForm
from ..kinds import NETWORK_KINDS
from ..models import BusinessNetwork, FormalisationStep, NetworkMember
from ..models.groups import FUND
from ..queries import groups as queries
from .common import EDIT, register_url

STEPS = dict(FormalisationStep.STEPS)
KINDS = {kind.code: gettext_lazy(kind.title) for kind in NETWORK_KINDS.values()}


@programme_page(step=3, item="networks")
def groups(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The business networks with their rung on the ladder."""
    found = queries.standings(programme=frame.programme, cluster=frame.cluster, on=frame.today)
    share = queries.registered_share(found)
    may_edit = frame.may(EDIT)
    new = frame.url("networks:new_group") if may_edit else ""
    columns = _group_columns(frame)
    return show(
        request,
        frame,
        title=_("Business networks"),
        state=_groups_state(found, share),
        back=link(frame.url("networks:map"), _("Relation map")),
        action=link(new, _("Write down a network")) if new else None,
        figures=_groups_figures(found),
        sections=[
            {
                "table": DataTable(found, request, name="networks", columns=columns),
                "empty_title": _("No business network is written down"),
                "empty_why": _(
                    "Firms that buy, sell, train or bid together are the first fruit of trust. Write down who belongs, "
                    "what for, and each step towards a lasting form."
                ),
                "empty_url": new,
                "empty_label": _("Write down a network"),
            }
        ],
    )


def _group_columns(frame: Frame) -> list[Col]:
    return [
        Col(
            "name",
            gettext_lazy("Business network"),
            value=lambda s: str(s.network),
            phone=True,
            url=lambda s: frame.url("networks:group", s.network.code),
        ),
        Col(
            "kind",
            gettext_lazy("Kind"),
            "choice",
            choices=lambda: {k.code: k.in_words() for k in NETWORK_KINDS.values()},
            value=lambda s: s.network.kind,
            filter="choice",
            phone=True,
        ),
        Col("n_members", gettext_lazy("Members now"), "number", phone=True),
        Col("level", gettext_lazy("Step reached, of 5"), "number", value=lambda s: s.rung.level, phone=True),
        Col(
            "step",
            gettext_lazy("It has"),
            value=lambda s: STEPS[s.rung.step] if s.rung.step else _("no step yet"),
        ),
        Col(
            "next",
            gettext_lazy("Evidence that is missing next"),
            value=lambda s: STEPS[s.rung.next_step] if s.rung.next_step else "–",
        ),
        Col("fund", gettext_lazy("Shared fund"), "bool", value=lambda s: s.rung.has_fund),
        Col(
            "cluster",
            gettext_lazy("Cluster"),
            value=lambda s: str(s.network.cluster) if s.network.cluster else "",
            shown=frame.cluster is None,
        ),
        Col(
            "objective",
            gettext_lazy("What it wants to reach"),
            value=lambda s: in_language(s.network, "objective"),
            shown=False,
        ),
        Col("since", gettext_lazy("Since"), "day", value=lambda s: s.network.since_on, shown=False),
    ]


def _groups_state(found: list[queries.Standing], share: Any) -> str:
    if not found:
        return _("No business network is written down yet.")
    said = ngettext("%(n)s business network.", "%(n)s business networks.", len(found)) % {
        "n": words.number(len(found))
    }
    if share is None:
        return said
    return (
        said
        + " "
        + _(
            "%(share)s of those that want to be registered are; in Senegal it was %(reference)s (%(source)s)."
        )
        % {
            "share": words.share(share),
            "reference": words.share(queries.REFERENCE_SHARE),
            "source": saying.say_source(SOURCE),
        }
    )


def _groups_figures(found: list[queries.Standing]) -> list[Figure]:
    if not found:
        return []
    counts = {kind: sum(s.network.kind == kind for s in found) for kind in NETWORK_KINDS}
    return [Figure(n, NETWORK_KINDS[kind].in_words(), f"?kind={kind}") for kind, n in counts.items()] + [
        Figure(sum(s.n_members for s in found), _("memberships"), "#networks")
    ]


def _group(frame: Frame, code: str) -> BusinessNetwork:
    row = (
        queries.networks_of(programme=frame.programme)
        .filter(code=code)
        .prefetch_related("steps__source")
        .first()
    )
    if row is None:
        raise NotFound(kind="business network", code_given=code)
    return row


def _require(frame: Frame, row: BusinessNetwork) -> None:
    if not frame.access.may(EDIT, row.scope_id):
        raise NotAllowed(capability=EDIT)


@programme_page(step=3, item="networks")
def group(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One business network: what for, who belongs, and the ladder with what shows each step."""
    row = _group(frame, code)
    members = list(queries.members_of(row))
    now = [m for m in members if m.until_on is None or m.until_on > frame.today]
    standing = queries.standing_of(row, len(now))
    may_edit = frame.access.may(EDIT, row.scope_id)
    table = _members_table(request, frame, row, members, may_edit)
    if table.wants_export:
        return table.export()
    kind = NETWORK_KINDS[row.kind]
    return render(
        request,
        "networks/group.html",
        {
            "title": str(row),
            "state": _group_state(standing),
            "back": link(frame.url("networks:groups"), _("Business networks")),
            "action": link(frame.url("networks:new_member", code), _("Add a member")) if may_edit else None,
            "facts": [
                (_("Kind"), f"{kind.in_words()}: {kind.in_words('about')}"),
                (_("What it wants to reach"), in_language(row, "objective") or "–"),
                (_("Since"), words.day(row.since_on) if row.since_on else _("not known")),
                (_("Until"), words.day(row.until_on) if row.until_on else _("it lasts")),
                (_("Cluster"), str(row.cluster) if row.cluster else "–"),
            ],
            "ladder": _ladder(frame, standing, may_edit),
            "ladder_source": saying.say_source(SOURCE),
            "table": table,
            "links": [link(frame.url("networks:edit_group", code), _("Correct it"))] if may_edit else [],
            "record": row,
            "frame_of": frame,
        },
    )


def _group_state(standing: queries.Standing) -> str:
    said = ngettext("%(n)s member now", "%(n)s members now", standing.n_members) % {
        "n": words.number(standing.n_members)
    }
    if standing.rung.next_step is None:
        return said + "; " + _("all five steps are evidenced.")
    said += "; " + ngettext(
        "%(n)s of 5 steps is evidenced without a gap",
        "%(n)s of 5 steps are evidenced without a gap",
        standing.rung.level,
    ) % {"n": words.number(standing.rung.level)}
    if standing.rung.ahead:
        said += ". " + ngettext(
            "%(n)s later step does not count yet",
            "%(n)s later steps do not count yet",
            len(standing.rung.ahead),
        ) % {"n": words.number(len(standing.rung.ahead))}
    return said + "."


def _ladder(frame: Frame, standing: queries.Standing, may_edit: bool) -> list[dict[str, Any]]:
    codes = [code for code, _title in planning.LADDER]
    rows = []
    for place, code in enumerate([*codes, FUND]):
        step = standing.steps.get(code)
        counts = code == FUND or place < standing.rung.level
        rows.append(
            {
                "number": place + 1 if code != FUND else "",
                "title": STEPS[code],
                "step": step,
                "evidence": in_language(step, "evidence") if step else "",
                "state": "none" if step is None else "done" if counts else "ahead",
                "url": frame.url("networks:step", standing.network.code, code) if may_edit else "",
            }
        )
    return rows


def _members_table(
    request: HttpRequest, frame: Frame, row: BusinessNetwork, members: list[NetworkMember], may_edit: bool
) -> DataTable:
    names = names_for(
        access=frame.access, pseudonyms=[m.pseudonym for m in members if is_well_formed(m.pseudonym)][:400]
    )
    columns = [
        Col(
            "who",
            gettext_lazy("Member"),
            value=lambda m: names.get(m.pseudonym, m.pseudonym),
            phone=True,
            plain=lambda m: m.pseudonym,
            url=lambda m: register_url(m.pseudonym),
        ),
        Col(
            "role",
            gettext_lazy("Part"),
            "choice",
            choices=NetworkMember.Role.choices,
            filter="choice",
            phone=True,
        ),
        Col("since_on", gettext_lazy("Since"), "day", phone=True),
        Col("until_on", gettext_lazy("Until"), "day"),
        Col("source", gettext_lazy("Source"), value=lambda m: m.cite() or "–"),
    ]
    if may_edit:
        columns.append(
            Col(
                "leave",
                "",
                value=lambda m: _("Leaves") if m.until_on is None else "",
                plain=lambda m: "",
                url=lambda m: frame.url("networks:leave", row.code, m.pk) if m.until_on is None else None,
            )
        )
    return DataTable(members, request, name="members", columns=columns, caption=_("Members"))


@programme_page(step=3, item="networks", may=EDIT)
def new_group(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down that a business network has formed."""
    cluster = frame.writes_in(EDIT)
    return form_page(
        request,
        frame,
        NewGroupForm(request.POST or None),
        lambda values: actions.found_network(
            programme=frame.programme, cluster=cluster, values=values, by=request.user
        ),
        title=_("Write down a network"),
        back=frame.url("networks:groups"),
        save_label=_("Save the network"),
        done=_("The network is written down. Add its members next."),
    )


@programme_page(step=3, item="networks", may=EDIT)
def edit_group(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Correct what is said of a business network."""
    row = _group(frame, code)
    _require(frame, row)
    return form_page(
        request,
        frame,
        GroupForm.of(row, request.POST or None),
        lambda values, version: actions.edit_network(
            network=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("networks:group", code),
        save_label=_("Save the network"),
        done=_("Saved."),
    )


@programme_page(step=3, item="networks", may=EDIT)
def new_member(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Somebody joins."""
    row = _group(frame, code)
    _require(frame, row)
    return form_page(
        request,
        frame,
        MemberForm(request.POST or None),
        lambda values: actions.join_network(network=row, access=frame.access, by=request.user, **values),
        title=_("Add a member"),
        back=frame.url("networks:group", code),
        save_label=_("Add the member"),
        done=_("The member is added."),
    )


@programme_page(step=3, item="networks", may=EDIT)
def leave(request: HttpRequest, frame: Frame, code: str, pk: int) -> HttpResponse:
    """A member leaves."""
    row = _group(frame, code)
    _require(frame, row)
    member = queries.members_of(row).filter(pk=pk, until_on__isnull=True).first()
    if member is None:
        raise NotFound(kind="member", code_given=str(pk))
    return form_page(
        request,
        frame,
        LeaveForm.of(member, request.POST or None),
        lambda values, version: actions.leave_network(
            member=member, until_on=values["until_on"], version=version, by=request.user
        ),
        title=_("%(who)s leaves") % {"who": member.pseudonym},
        back=frame.url("networks:group", code),
        save_label=_("Write it down"),
        done=_("Written down."),
    )


@programme_page(step=3, item="networks", may=EDIT)
def step(request: HttpRequest, frame: Frame, code: str, step: str) -> HttpResponse:
    """Say what shows that a step has been taken, or take it back."""
    row = _group(frame, code)
    _require(frame, row)
    if step not in STEPS:
        raise NotFound(kind="step", code_given=step)
    there = next((s for s in row.steps.all() if s.step == step), None)
    if request.method == "POST" and request.POST.get("take_back") == "1":
        if there is not None:
            actions.take_back_step(step=there, by=request.user)
        messages.success(request, _("The step is taken back."))
        return redirect(frame.url("networks:group", code))
    sent = request.POST or None
    form = StepForm.of(there, sent) if there else StepForm(sent, initial={"version": 0})
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.evidence_step(
            network=row, step=step, values=values, version=version, by=request.user
        ),
        title=STEPS[step],
        back=frame.url("networks:group", code),
        save_label=_("Save the evidence"),
        done=_("The evidence is written down."),
        template="networks/step.html",
        there=there,
    )
