"""Pages of issues: the table of business operations by product, one issue, the board of where each is solved."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import form_page, link

from .. import wording
from ..actions import issues as actions
from ..forms.studies import InterestedForm, IntermediaryForm, IssueForm, NewIssueForm, RouteForm
from ..models import DiagnosticStudy, Issue, IssueParty
from ..queries import issues as queries
from ..reports.operations import entry_points
from .studies import may_edit, require_edit, sees_answers, study_of

WEIGHTS = {1: gettext_lazy("a little"), 2: gettext_lazy("much"), 3: gettext_lazy("very much")}


@programme_page(step=3)
def aobo(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """The business operations by product: issue, who can help, entry points."""
    study = study_of(frame, code)
    rows = list(queries.issues(study=study))
    weighed = {p.issue.pk: p for p in queries.priorities(rows)}
    columns = [
        Col("number", gettext_lazy("No."), "number", sortable=True),
        Col("product_group", gettext_lazy("Product group"), value=lambda r: r.product_said, sortable=True),
        Col("item", gettext_lazy("Operation"), "choice", choices=Issue.Item.choices, filter="choice", sortable=True),
        Col("label", gettext_lazy("Issue"), value=str, phone=True,
            url=lambda r: frame.url("diagnostics:issue", study.code, r.number)),
        Col("help_from", gettext_lazy("Who can help"), value=lambda r: in_language(r, "help_from")),
        Col("entry", gettext_lazy("Entry points"), value=entry_points, phone=True),
        Col("route", gettext_lazy("Solved"), value=lambda r: str(wording.ROUTES[queries.column_of(r)])),
        Col("weight", gettext_lazy("Weight"), "number", value=lambda r: weighed[r.pk].weight,
            help=gettext_lazy("How much it hinders over the firms that would gain; empty where nobody counted.")),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip
    table = DataTable(
        rows, request, columns=columns, name="aobo", caption=_("Business operations by product")
    )
    if table.wants_export:
        return table.export()
    products = {row.product_group for row in rows}
    state = _("%(issues)s in %(products)s.") % {
        "issues": ngettext("%(n)s issue", "%(n)s issues", len(rows)) % {"n": words.number(len(rows))},
        "products": ngettext("%(n)s product group", "%(n)s product groups", len(products))
        % {"n": words.number(len(products))},
    }
    edits = may_edit(frame, study) and not study.is_agreed
    return render(
        request,
        "diagnostics/aobo.html",
        {
            "title": _("Business operations by product"),
            "state": state if rows else _("No issue is written down yet."),
            "study": study,
            "groups": _groups(frame, study, rows),
            "table": table,
            "new_url": frame.url("diagnostics:new_issue", study.code) if edits else "",
            "routing_url": frame.url("diagnostics:routing", study.code),
            "back": link(frame.url("diagnostics:study", study.code), str(study)),
            "frame_of": frame,
        },
    )  # fmt: skip


def _groups(frame: Frame, study: DiagnosticStudy, rows: list[Issue]) -> list[dict[str, Any]]:
    """As table 7 of the twinning paper: a block for each product, its operations in order."""
    ordered = sorted(rows, key=lambda r: (r.product_said, r.get_item_display(), r.number))
    return [
        {
            "product": product,
            "rows": [
                {
                    "item": row.get_item_display(),
                    "label": str(row),
                    "url": frame.url("diagnostics:issue", study.code, row.number),
                    "help": in_language(row, "help_from"),
                    "advanced": str(row.advanced_cluster or ""),
                    "entry": entry_points(row),
                }
                for row in some
            ],
        }
        for product, some in groupby(ordered, key=lambda r: r.product_said)
    ]


@programme_page(step=3)
def new_issue(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Write down an issue; the page is ready for the next one of the same product at once."""
    study = study_of(frame, code)
    require_edit(frame, study)
    initial = {"version": 0, "product_group": request.GET.get("product", "").replace("\x00", "")[:120]}
    form = NewIssueForm(request.POST or None, initial=initial)
    products = sorted({row.product_group for row in queries.issues(study=study)})
    if request.method == "POST" and form.is_valid():
        values = form.values()
        if form.try_to(actions.note_issue, study=study, values=values, by=request.user):
            messages.success(request, _("Written down: %(what)s") % {"what": values["label"]})
            if "again" in request.POST:
                return redirect(
                    frame.url("diagnostics:new_issue", study.code, product=values["product_group"])
                )
            return redirect(frame.url("diagnostics:aobo", study.code))
    return render(
        request,
        "diagnostics/new_issue.html",
        {
            "title": _("Write down an issue"),
            "state": _(
                "One issue of one product: what holds these firms back, who could help, for how many."
            ),
            "form": form,
            "products": products,
            "back": link(frame.url("diagnostics:aobo", study.code), _("Business operations by product")),
        },
        status=form.status,
    )


@programme_page(step=3)
def issue(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """One issue: where it is solved, whom it touches, what it rests on."""
    study = study_of(frame, code)
    row = queries.issue_by_number(study=study, number=number)
    edits, sees = may_edit(frame, study) and not study.is_agreed, sees_answers(frame, study)
    parties = list(row.parties.all())
    interested = [p for p in parties if p.role == IssueParty.Role.INTERESTED]
    return render(
        request,
        "diagnostics/issue.html",
        {
            "title": str(row),
            "state": f"{row.product_said} · {row.get_item_display()}",
            "study": study,
            "issue": row,
            "facts": _facts(row),
            "verdict": queries.route(row).verdict,
            "interested": interested if sees else [],
            "n_interested": len(interested),
            "between": [p for p in parties if p.role == IssueParty.Role.INTERMEDIARY],
            "sees": sees,
            "edits": edits,
            "edit_url": frame.url("diagnostics:edit_issue", study.code, row.number),
            "route_url": frame.url("diagnostics:route_issue", study.code, row.number),
            "interested_url": frame.url("diagnostics:name_interested", study.code, row.number),
            "intermediary_url": frame.url("diagnostics:name_intermediary", study.code, row.number),
            "drop_url": frame.url("diagnostics:drop_issue", study.code, row.number),
            "back": link(frame.url("diagnostics:aobo", study.code), _("Business operations by product")),
            "record": row,
            "frame_of": frame,
        },
    )  # fmt: skip


def _facts(row: Issue) -> list[tuple[str, Any]]:
    return [
        (_("Who can help"), in_language(row, "help_from") or wording.reason("not_known")),
        (_("Advanced cluster"), str(row.advanced_cluster or "") or wording.reason("not_known")),
        (_("Entry points"), entry_points(row)),
        (_("How much it hinders"), str(WEIGHTS.get(row.severity or 0) or wording.reason("not_known"))),
        (_("The cluster itself can solve it"), _known(row.in_cluster)),
        (_("Somebody in the country can solve it"), _known(row.in_country)),
        (_("An advanced cluster can solve it"), _known(row.by_advanced)),
        (_("Who sees to it"), row.owner or wording.reason("not_known")),
        (_("Check against the value chain"), row.get_chain_check_display()),
    ]


def _known(value: bool | None) -> str:
    return words.yes_no(value) or wording.reason("not_known")


def _issue_of(frame: Frame, code: str, number: int) -> tuple[DiagnosticStudy, Issue]:
    study = study_of(frame, code)
    require_edit(frame, study)
    return study, queries.issue_by_number(study=study, number=number)


@programme_page(step=3)
def edit_issue(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """Correct an issue."""
    study, row = _issue_of(frame, code, number)
    form = IssueForm.of(row, request.POST or None, clusters=_advanced_clusters(frame))
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_issue(
            issue=row, values=values, version=version, by=request.user
        ),
        title=_("Edit: %(what)s") % {"what": row},
        back=frame.url("diagnostics:issue", study.code, row.number),
        save_label=_("Save the issue"),
        done=_("The issue is saved."),
    )


def _advanced_clusters(frame: Frame) -> list[Any]:
    from nanduti.register.queries import clusters

    return list(clusters(access=frame.access))


@programme_page(step=3)
def route_issue(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """Say where an issue is solved."""
    study, row = _issue_of(frame, code, number)
    form = RouteForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.route_issue(
            issue=row, values=values, version=version, by=request.user
        ),
        title=_("Where is it solved? %(what)s") % {"what": row},
        back=frame.url("diagnostics:routing", study.code),
        save_label=_("Save where it is solved"),
        done=_("It is saved where the issue is solved."),
        verdict=queries.route(row).verdict,
    )


@programme_page(step=3)
def name_interested(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """Name an interested firm, by its pseudonym."""
    study, row = _issue_of(frame, code, number)
    form = InterestedForm(request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda said: actions.name_party(
            issue=row,
            role=IssueParty.Role.INTERESTED,
            pseudonym=said["pseudonym"],
            values={"severity": said["severity"], "willingness": said["willingness"]},
            by=request.user,
        ),
        title=_("An interested firm: %(what)s") % {"what": row},
        back=frame.url("diagnostics:issue", study.code, row.number),
        save_label=_("Name the firm"),
        done=_("The firm is named, by its pseudonym."),
    )


@programme_page(step=3)
def name_intermediary(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """Name an institution that can stand between."""
    study, row = _issue_of(frame, code, number)
    form = IntermediaryForm(request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda said: actions.name_party(
            issue=row,
            role=IssueParty.Role.INTERMEDIARY,
            organisation=said["organisation"],
            by=request.user,
        ),
        title=_("An intermediary: %(what)s") % {"what": row},
        back=frame.url("diagnostics:issue", study.code, row.number),
        save_label=_("Name the institution"),
        done=_("The institution is named."),
    )


@require_POST
@programme_page(step=3)
def drop_party(request: HttpRequest, frame: Frame, code: str, number: int, pk: int) -> HttpResponse:
    """Take a party off an issue; a second click finds it gone and says nothing worse."""
    study, row = _issue_of(frame, code, number)
    party = row.parties.filter(pk=pk).first()
    if party is not None:
        actions.drop_party(party=party, by=request.user)
        messages.success(request, _("Taken off."))
    return redirect(frame.url("diagnostics:issue", study.code, row.number))


@require_POST
@programme_page(step=3)
def drop_issue(request: HttpRequest, frame: Frame, code: str, number: int) -> HttpResponse:
    """Take out an issue."""
    study = study_of(frame, code)
    require_edit(frame, study)
    try:
        row = queries.issue_by_number(study=study, number=number)
    except NotFound:
        return redirect(frame.url("diagnostics:aobo", study.code))
    actions.drop_issue(issue=row, by=request.user)
    messages.success(request, _("The issue is taken out."))
    return redirect(frame.url("diagnostics:aobo", study.code))


# --- the board


@programme_page(step=3)
def routing(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Every issue in the nearest place where it can be solved; without the last column it is no twinning."""
    study = study_of(frame, code)
    rows = list(queries.issues(study=study))
    board = queries.board(rows)
    edits = may_edit(frame, study) and not study.is_agreed
    abroad = len(board["advanced_cluster"])
    state = ngettext(
        "%(n)s of %(all)s issues needs an advanced cluster.",
        "%(n)s of %(all)s issues need an advanced cluster.",
        abroad,
    ) % {"n": words.number(abroad), "all": words.number(len(rows))}
    return render(
        request,
        "diagnostics/routing.html",
        {
            "title": _("Where each issue is solved"),
            "state": state if rows else _("No issue is written down yet."),
            "study": study,
            "columns": [
                {
                    "title": wording.ROUTES[name],
                    "code": name,
                    "cards": [
                        {
                            "label": str(row),
                            "note": f"{row.product_said} · {row.get_item_display()}",
                            "owner": row.owner,
                            "chain": row.get_chain_check_display(),
                            "url": frame.url(
                                "diagnostics:route_issue" if edits else "diagnostics:issue",
                                study.code,
                                row.number,
                            ),
                        }
                        for row in some
                    ],
                }
                for name, some in board.items()
            ],
            "verdict": queries.twinning_verdict(rows) if rows else None,
            "aobo_url": frame.url("diagnostics:aobo", study.code),
            "back": link(frame.url("diagnostics:study", study.code), str(study)),
            "frame_of": frame,
        },
    )  # fmt: skip
