"""Pages of requests: what waits and what has left; asking; looking at what the check found; deciding."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.work import present
from nanduti.interface import words
from nanduti.interface.forms import NandutiForm
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from .. import rules
from ..actions import decisions
from ..actions import requests as actions
from ..forms.requests import FORMS, AskForm, DecisionForm, ProtectionForm, VersionForm
from ..gate.result import verdicts_of
from ..grids import grids, indicators, records
from ..keeping import result_of
from ..models import DisclosureCheck, Publication, ReleaseRequest
from ..queries import offers
from ..queries import publications as published
from ..queries import requests as queries

TONES = {"open": "", "published": "good", "refused": "warn", "taken_back": "calm", "approved": "good"}
PUBLICATION_TONES = {"published": "good", "withdrawn": "warn", "replaced": "calm"}


def may_see_requests(frame: Frame) -> bool:
    """Those who ask and those who decide."""
    return frame.may("request_release") or frame.may("approve_release")


@programme_page(item="release")
def home(request: HttpRequest, frame: Frame) -> HttpResponse:
    """What has left, and for those who ask or decide what waits."""
    rows = published.publications(programme=frame.programme, access=frame.access)
    out = DataTable(
        rows, request, name="publications", caption=_("What has left"), order="-published_on",
        columns=[
            Col("title", gettext_lazy("Title"), value=str, phone=True,
                url=lambda p: frame.url("release:publication", p.pk)),
            Col("kind", gettext_lazy("What"), "choice", choices=ReleaseRequest.Kind.choices, filter="choice"),
            Col("audience", gettext_lazy("For whom"), "choice", choices=ReleaseRequest.Audience.choices,
                filter="choice"),
            Col("published_on", gettext_lazy("Published on"), "day", sortable=True),
            Col("state", gettext_lazy("State"), "chip", choices=Publication.State.choices, phone=True,
                tone=lambda s: PUBLICATION_TONES.get(s, "")),
        ],
    )  # fmt: skip
    sees = may_see_requests(frame)
    waiting = _waiting(request, frame) if sees else None
    for table in (waiting, out):
        if table is not None and table.wants_export:
            return table.export()
    n_open = queries.requests(programme=frame.programme).filter(state="open").count() if sees else 0
    return render(
        request,
        "release/requests_home.html",
        {
            "title": _("Release"),
            "state": _state(n_open, rows.count(), sees=sees),
            "figures": _figures(frame, n_open, rows),
            "waiting": waiting,
            "out": out,
            "new_url": frame.url("release:new") if frame.may("request_release") else "",
            "returns_url": frame.url("release:returns"),
            "open_url": _open_url(frame, rows),
        },
    )


def _figures(frame: Frame, n_open: int, rows: Any) -> list[Figure]:
    n_public = rows.filter(audience="public", state="published").count()
    found = [Figure(n_public, _("open to everybody"), _open_url(frame, rows))]
    if may_see_requests(frame):
        found.insert(0, Figure(n_open, _("to be checked or decided"), "#requests"))
    return found


def _open_url(frame: Frame, rows: Any) -> str:
    """The programme's page for everybody; where it never had one, the page of all programmes."""
    return f"/open/{frame.programme.code}/" if rows.filter(audience="public").exists() else "/open/"


def _state(n_open: int, n_out: int, *, sees: bool) -> str:
    out = ngettext("%(n)s publication has left.", "%(n)s publications have left.", n_out) % {
        "n": words.number(n_out)
    }
    if not sees:
        return out
    waits = ngettext("%(n)s request waits.", "%(n)s requests wait.", n_open) % {"n": words.number(n_open)}
    return f"{waits} {out}"


def _waiting(request: HttpRequest, frame: Frame) -> DataTable:
    return DataTable(
        queries.requests(programme=frame.programme), request, name="requests", caption=_("Requests"), order="-id",
        prefix="r.",
        columns=[
            Col("title", gettext_lazy("Title"), value=str, phone=True,
                url=lambda r: frame.url("release:request", r.pk)),
            Col("kind", gettext_lazy("What"), "choice", choices=ReleaseRequest.Kind.choices, filter="choice"),
            Col("audience", gettext_lazy("For whom"), "choice", choices=ReleaseRequest.Audience.choices,
                filter="choice"),
            Col("requested_by", gettext_lazy("Asked by"), value=lambda r: r.requested_by.username),
            Col("created_at", gettext_lazy("Asked on"), "day", sortable=True, value=lambda r: r.created_at.date()),
            Col("state", gettext_lazy("State"), "chip", choices=ReleaseRequest.State.choices, filter="choice",
                phone=True, tone=lambda s: TONES.get(s, "")),
        ],
    )  # fmt: skip


# --- asking


@programme_page(item="release", may="request_release")
def new(request: HttpRequest, frame: Frame) -> HttpResponse:
    """First of what and of which source, then the rest; the choice stands in the address."""
    kind, source = _asked(request, frame)
    if kind is None or source is None:
        return _choose(request, frame)
    parts = _parts(request, frame, kind, source)
    ask = AskForm(
        request.POST or None, replaceable=offers.replaceable(programme=frame.programme), prefix="ask"
    )
    if request.method == "POST" and all([ask.is_valid(), *(p.is_valid() for p in parts)]):
        made: list[ReleaseRequest] = []

        def act() -> None:
            values = {
                **ask.cleaned_data,
                "kind": kind,
                "material": parts[0].material(),  # type: ignore[attr-defined]
                "protection": parts[1].protection(),  # type: ignore[attr-defined]
            }
            reason = parts[1].cleaned_data.get("override_reason", "") if frame.may("override_rule") else ""
            row = actions.request_release(
                programme=frame.programme, values=values, override_reason=reason, by=request.user
            )
            actions.start_check(request=row, by=request.user)
            made.append(row)

        if ask.try_to(act):
            return redirect(frame.url("release:request", made[0].pk))
    forms = [(_("What shall leave"), parts[0]), (_("How it is protected"), parts[1]), (_("What for"), ask)]
    return _form_page(request, frame, forms, ask, _("Ask for a release"), _("Ask, and run the check"))


def _asked(request: HttpRequest, frame: Frame) -> tuple[str | None, offers.Source | None]:
    kind = request.GET.get("kind", "")
    key = request.GET.get("source", "")[:400]
    source = offers.source_by_key(programme=frame.programme, key=key) if key else None
    return (kind if kind in FORMS else None), source


def _choose(request: HttpRequest, frame: Frame) -> HttpResponse:
    return render(
        request,
        "release/requests_choose.html",
        {
            "title": _("Ask for a release"),
            "state": _("What shall leave, and where do the figures come from?"),
            "back": link(frame.url("release:home"), _("Release")),
            "kinds": [(k, ReleaseRequest.Kind(k).label) for k in FORMS],
            "sources": offers.sources(programme=frame.programme),
            "cluster": frame.cluster,
        },
    )


def _parts(
    request: HttpRequest, frame: Frame, kind: str, source: offers.Source, initial: Any = None
) -> list[NandutiForm]:
    """The form of the material and that of the protection."""
    programme = frame.programme
    material = FORMS[kind](
        request.POST or None,
        source=source,
        columns=offers.columns(programme=programme, source=source),
        clusters=offers.clusters(programme=programme),
        initial=(initial or {}).get("material"),
        prefix="what",
    )
    protection = ProtectionForm(
        request.POST or None,
        kind=kind,
        may_override=frame.may("override_rule"),
        initial=(initial or {}).get("protection"),
        prefix="how",
    )
    return [material, protection]


def _form_page(
    request: HttpRequest, frame: Frame, forms: list[Any], main: NandutiForm, title: Any, save: Any
) -> HttpResponse:
    status = 422 if any(f.is_bound and (f.errors or f.said) for _label, f in forms) else 200
    return render(
        request,
        "release/requests_form.html",
        {
            "title": title,
            "state": _("Nothing leaves before a check was run and two people have said yes."),
            "forms": forms,
            "main": main,
            "save_label": save,
            "back": link(frame.url("release:home"), _("Release")),
        },
        status=main.status if main.status == 409 else status,
    )


@programme_page(item="release", may="request_release")
def change(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Ask for less detail, or otherwise; the check is run again."""
    row = queries.request_by_pk(programme=frame.programme, pk=pk)
    _mine(frame, row)
    key = row.material.get("source", "register").removeprefix("instrument:")
    wave = row.material.get("wave")
    source = offers.source_by_key(programme=frame.programme, key=f"{key}@{wave}" if wave else key)
    if source is None or row.kind not in FORMS:
        messages.error(request, _("What this was made from is not there any more."))
        return redirect(frame.url("release:request", row.pk))
    initial = {
        "material": FORMS[row.kind].initial_of(row.material),  # type: ignore[attr-defined]
        "protection": {**rules.protection_of(row.protection), "override_reason": row.override_reason},
    }
    parts = _parts(request, frame, row.kind, source, initial)
    main = VersionForm.of(row, request.POST or None)
    if request.method == "POST" and all([main.is_valid(), *(p.is_valid() for p in parts)]):

        def act(_values: dict[str, Any], version: int) -> None:
            values = {"material": parts[0].material(), "protection": parts[1].protection()}  # type: ignore[attr-defined]
            reason = parts[1].cleaned_data.get("override_reason", "") if frame.may("override_rule") else ""
            actions.change_request(
                request=row, values=values, version=version, override_reason=reason, by=request.user
            )
            actions.start_check(request=row, by=request.user)

        if main.save_with(act):
            return redirect(frame.url("release:request", row.pk))
    forms = [(_("What shall leave"), parts[0]), (_("How it is protected"), parts[1]), ("", main)]
    return _form_page(
        request, frame, forms, main, _("Change: %(what)s") % {"what": row}, _("Change, and check again")
    )


def _mine(frame: Frame, row: ReleaseRequest) -> None:
    """Who asked changes it, and who runs the programme."""
    if row.requested_by_id != frame.access.user.pk and not frame.may_programme("edit_programme"):  # type: ignore[union-attr]
        raise NotAllowed(capability="request_release")


# --- looking and deciding


@programme_page(item="release")
def one(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """A request: what would go out, what is hidden and why, who has said what, what can be done now."""
    if not may_see_requests(frame):
        raise NotAllowed(capability="request_release")
    row = queries.request_by_pk(programme=frame.programme, pk=pk)
    return render(request, "release/requests_one.html", _one(request, frame, row, DecisionForm(prefix="no")))


def _one(request: HttpRequest, frame: Frame, row: ReleaseRequest, decision: DecisionForm) -> dict[str, Any]:
    standing = queries.standing(row)
    check, may = standing.check, standing.may_decide(request.user.pk)
    sees = queries.sees_figures(frame.access, row)
    is_mine = row.requested_by_id == request.user.pk or frame.may_programme("edit_programme")
    publication = published.of_request(row)
    found: dict[str, Any] = {
        "title": str(row),
        "state": _standing_said(standing),
        "row": row,
        "standing": standing,
        "check": check,
        "job": present(check.job)
        if check and check.job and check.state != DisclosureCheck.State.DONE
        else None,
        "back": link(frame.url("release:home"), _("Release")),
        "about": _about(row),
        **_verdicts(check),
        "sees": sees,
        "looser": rules.may_protect_so(rules.protection_of(row.protection)),
        "may_decide": may if frame.may("approve_release") and row.is_open and check else None,
        "decision": decision,
        "urls": {
            name: frame.url(f"release:{name}", row.pk)
            for name in ("check", "approve", "refuse", "take_back", "change", "document")
        },
        "is_mine": is_mine and row.is_open and frame.may("request_release"),
        "publication": publication,
        "publication_url": _publication_url(frame, publication),
    }
    if check and check.sealed is not None and sees:
        found |= _preview(check)
    return found


@programme_page(item="release")
def document(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """The document as it would leave, for those who decide."""
    row = queries.request_by_pk(programme=frame.programme, pk=pk)
    standing = queries.standing(row)
    if not may_see_requests(frame) or not queries.sees_figures(frame.access, row):
        raise NotAllowed(capability="approve_release")
    found = result_of(standing.check).documents if standing.check and standing.check.sealed else ()
    if not found:
        raise NotFound(kind=_("document"), code_given=pk)
    name, kind, content = found[0]
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _verdicts(check: DisclosureCheck | None) -> dict[str, Any]:
    """What must be read first; of many that are content the first speaks, the others can be opened."""
    if check is None or check.state != DisclosureCheck.State.DONE:
        return {"verdicts": [], "further": []}
    every = verdicts_of(check.verdict)
    loud = [v for v in every if v.decision != "yes"]
    quiet = [v for v in every if v.decision == "yes"]
    kept = quiet if len(quiet) <= 3 else quiet[:1]
    return {"verdicts": [*loud, *kept], "further": quiet[len(kept) :]}


def _preview(check: DisclosureCheck) -> dict[str, Any]:
    checked = result_of(check)
    tables: list[Any] = []
    samples: list[Any] = []
    for part in checked.parts:
        if part.shape == "records":
            samples.append(records(part.frame, checked.columns))
        elif part.shape == "indicators":
            tables += indicators(part.about(), part.frame, checked.columns)
        else:
            tables += grids(part.about(), part.frame, checked.columns, with_reasons=True)
    return {
        "grids": tables[:40],
        "samples": samples,
        "notes": checked.notes,
        "documents": [(name, len(content)) for name, _kind, content in checked.documents],
    }


def _standing_said(standing: queries.Standing) -> str:
    row, check = standing.request, standing.check
    if not row.is_open:
        return _("This request is %(state)s.") % {"state": row.get_state_display()}
    if check is None or not standing.counts:
        if check is not None and check.state == DisclosureCheck.State.RUNNING:
            return _("The check is running.")
        if check is not None and check.state == DisclosureCheck.State.FAILED:
            return _("The check came to no end; below it says why.")
        return _("It has to be checked before anybody can decide.")
    if not check.is_safe:
        return _("It must not leave like this; below it says why and what would help.")
    n = rules.APPROVALS - standing.n_yes
    safe = ngettext(
        "It may leave: %(n)s cell is hidden.", "It may leave: %(n)s cells are hidden.", check.n_hidden
    ) % {"n": words.number(check.n_hidden)}
    return (
        safe
        + " "
        + ngettext("%(n)s approval is still needed.", "%(n)s approvals are still needed.", n)
        % {"n": words.number(n)}
    )


def _publication_url(frame: Frame, publication: Publication | None) -> str:
    """The page of what the request has become, for those it is meant for."""
    if publication is None:
        return ""
    meant = published.publications(programme=frame.programme, access=frame.access)
    return (
        frame.url("release:publication", publication.pk) if meant.filter(pk=publication.pk).exists() else ""
    )


def _about(row: ReleaseRequest) -> list[tuple[Any, Any]]:
    found = [
        (_("What"), row.get_kind_display()),
        (_("For whom"), row.get_audience_display()),
        (_("What for"), row.purpose),
        (_("Who gets it"), row.recipient),
        (_("Asked by"), row.requested_by.username),
        (_("A new version of"), str(row.replaces) if row.replaces else ""),
        (_("Why it was refused"), row.refusal),
        (_("Why less protection is enough"), row.override_reason),
    ]
    return [(label, value) for label, value in found if value]


def _act(request: HttpRequest, frame: Frame, pk: int, act: Any, done: Any) -> HttpResponse:
    """Run an action on a request; what it refuses is told above the page."""
    row = queries.request_by_pk(programme=frame.programme, pk=pk)
    try:
        act(row)
    except PersonError as error:
        from nanduti.interface.saying import say

        messages.error(request, str(say(error)))
    else:
        messages.success(request, done)
    return redirect(frame.url("release:request", row.pk))


@require_POST
@programme_page(item="release", may="request_release")
def check(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Run the check again."""

    def act(row: ReleaseRequest) -> None:
        _mine(frame, row)
        actions.start_check(request=row, by=request.user)

    return _act(request, frame, pk, act, _("The check has begun."))


@require_POST
@programme_page(item="release", may="approve_release")
def approve(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say yes to the result that was shown."""
    digest = request.POST.get("digest", "")[:64]
    return _act(
        request,
        frame,
        pk,
        lambda row: decisions.approve_release(request=row, digest=digest, by=request.user),
        _("Your yes is written down."),
    )


@require_POST
@programme_page(item="release", may="approve_release")
def refuse(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Say no, with the reason."""
    row = queries.request_by_pk(programme=frame.programme, pk=pk)
    form = DecisionForm(request.POST, prefix="no")
    if form.is_valid() and form.try_to(
        lambda: decisions.refuse_release(request=row, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Your no is written down."))
        return redirect(frame.url("release:request", row.pk))
    return render(request, "release/requests_one.html", _one(request, frame, row, form), status=422)


@require_POST
@programme_page(item="release", may="request_release")
def take_back(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """The requester no longer wants it."""

    def act(row: ReleaseRequest) -> None:
        _mine(frame, row)
        actions.take_back_request(request=row, by=request.user)

    return _act(request, frame, pk, act, _("The request was taken back."))
