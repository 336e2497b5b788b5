"""Pages on which something of a twinning is written down."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.interface.forms import LARGEST
from nanduti.programme.choosing import clusters_at_hand
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page
from nanduti.register import actions as register
from nanduti.register import queries as registers
from nanduti.register.models import Organisation

from .. import actions, queries
from ..forms import EvidenceForm, InterestForm, LinkageForm, NewTwinningForm, PartnerForm, TaskForm, TopicForm
from ..models import Twinning
from .pairs import EDIT, twinning_of


@programme_page(step=4, item="programme", may=EDIT, whole=True)
def new_twinning(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Name two clusters that are to learn from and trade with each other."""
    return form_page(
        request,
        frame,
        NewTwinningForm(request.POST or None, clusters=clusters_at_hand(programme=frame.programme)),
        lambda values: actions.begin_twinning(
            programme=frame.programme, values=dict(values), by=request.user
        ),
        title=_("Twin two clusters"),
        back=frame.url("twinning:pairs"),
        save_label=_("Save the twinning"),
        done=_("The two clusters are twinned."),
        then=lambda made: frame.url("twinning:pair", made.pair),
    )


@programme_page(step=7, item="programme")
def new_linkage(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """Write down a linkage."""
    twinning = twinning_of(frame, pair)
    frame.access.require(EDIT, twinning.scope)
    form = LinkageForm(
        request.POST or None,
        access=frame.access,
        near=near(twinning),
        initial={"to_organisation": _named(frame, request.GET.get("with", ""))},
    )

    def act(values: dict[str, Any]) -> None:
        reason = values["override_reason"] if frame.may("override_rule") else ""
        actions.record_linkage(
            twinning=twinning, values=form.values(), override_reason=reason, by=request.user
        )

    return form_page(
        request,
        frame,
        form,
        act,
        title=_("Write down a linkage"),
        back=frame.url("twinning:pair", pair),
        save_label=_("Save the linkage"),
        done=_("The linkage is saved."),
        template="twinning/linkage.html",
        partner_url=frame.url("twinning:new_partner", pair)
        if registers.may_edit(frame.access, twinning.emerging.scope)
        else "",
    )


def near(twinning: Twinning) -> dict[str, Any]:
    """By field, the public bodies of that side of a pair."""
    return {
        "from_organisation": queries.bodies_of(twinning.emerging),
        "to_organisation": queries.bodies_of(twinning.advanced),
    }


def _named(frame: Frame, pseudonym: str) -> Organisation | None:
    """The organisation that an address names, if the reader may see it."""
    return (
        registers.organisations(access=frame.access)
        .filter(pseudonym=pseudonym[:20].replace("\x00", ""))
        .first()
    )


@programme_page(step=7, item="programme")
def new_partner(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """Name a partner abroad that stands in no register yet; the register of the emerging cluster keeps it."""
    twinning = twinning_of(frame, pair)
    frame.access.require(EDIT, twinning.scope)
    registers.require_edit(frame.access, twinning.emerging.scope)
    form = PartnerForm(request.POST or None)
    linkage = frame.url("twinning:new_linkage", pair)
    if request.method == "POST" and form.is_valid():
        made: list[Organisation] = []
        if form.try_to(lambda: made.append(_register(twinning, form.cleaned_data, request.user))):
            messages.success(request, _("The partner is in the register. Now say what the linkage is about."))
            return redirect(frame.url("twinning:new_linkage", pair, **{"with": made[0].pseudonym}))
    return form_page(
        request,
        frame,
        form,
        lambda _values: None,
        title=_("Name a partner abroad"),
        state=_("It is kept in the register of %(cluster)s and does not count among its firms.")
        % {"cluster": twinning.emerging},
        back=linkage,
        save_label=_("Name the partner"),
        done="",
    )


def _register(twinning: Twinning, values: dict[str, Any], by: Any) -> Organisation:
    """The partner as a record: a firm by pseudonym with its name in the vault, another body by its public name."""
    name, kind = values["name"], values["kind"]
    more = {"kind": kind, "country_code": values["country_code"]}
    if kind in register.SHOWN_ONLY_IF_LARGE:
        return register.register_organisation(
            values=more, identity={"name": name}, kept_in=twinning.emerging, by=by
        )
    more |= {"is_public": True, "public_name": name}
    return register.register_organisation(values=more, kept_in=twinning.emerging, by=by)


@programme_page(step=6, item="programme")
def new_topic(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """Put a topic on the agenda."""
    twinning = twinning_of(frame, pair)
    frame.access.require(EDIT, twinning.scope)
    return form_page(
        request,
        frame,
        TopicForm(request.POST or None),
        lambda values: actions.rank_topic(twinning=twinning, values=dict(values), by=request.user),
        title=_("Put a topic on the agenda"),
        back=frame.url("twinning:pair", pair),
        save_label=_("Save the topic"),
        done=_("The topic is on the agenda."),
    )


@programme_page(step=4, item="programme")
def new_interest(request: HttpRequest, frame: Frame, pair: str) -> HttpResponse:
    """Write down what a kind of stakeholder hopes to gain."""
    twinning = twinning_of(frame, pair)
    frame.access.require(EDIT, twinning.scope)
    return form_page(
        request,
        frame,
        InterestForm(request.POST or None),
        lambda values: actions.state_interest(twinning=twinning, values=dict(values), by=request.user),
        title=_("Write down what a side hopes to gain"),
        back=frame.url("twinning:pair", pair),
        save_label=_("Save"),
        done=_("It is written down."),
    )


@programme_page(step=7, item="programme", may=EDIT, whole=True)
def new_task(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Plan a task on the way to a deal."""
    return form_page(
        request,
        frame,
        TaskForm(request.POST or None),
        lambda values: actions.plan_task(programme=frame.programme, values=values, by=request.user),
        title=_("Plan a task"),
        back=frame.url("twinning:pairs"),
        save_label=_("Save the task"),
        done=_("The task is planned."),
    )


@programme_page(item="programme", may=EDIT)
def new_evidence(request: HttpRequest, frame: Frame, step: int) -> HttpResponse:
    """Add evidence to a step."""
    if not 1 <= step <= 8:
        raise NotFound(kind="step", code_given=step)
    cluster = frame.writes_in(EDIT)
    return form_page(
        request,
        frame,
        EvidenceForm(request.POST or None, request.FILES or None, step=step),
        lambda values: actions.add_evidence(
            programme=frame.programme, cluster=cluster, values={**values, "step": step}, by=request.user
        ),
        title=_("Add evidence to step %(n)s") % {"n": step},
        back=frame.url("home:step", step),
        save_label=_("Save the evidence"),
        done=_("The evidence is kept."),
        multipart=True,
    )


@programme_page(item="programme")
def evidence_file(request: HttpRequest, frame: Frame, pk: int) -> FileResponse:
    """The document of a piece of evidence, to be saved and never shown within a page; for insiders."""
    rows = queries.step_evidence(programme=frame.programme).select_related("file")
    row = rows.filter(pk=pk, file__isnull=False).first() if pk <= LARGEST else None
    if row is None:
        raise NotFound(kind="evidence", code_given=pk)
    frame.access.require("read_sensitive", row.scope)
    answer = FileResponse(
        row.file.content.open("rb"),
        as_attachment=True,
        filename=row.file.name,
        content_type="application/octet-stream",
    )
    answer["Cache-Control"] = "private, no-store"
    return answer
