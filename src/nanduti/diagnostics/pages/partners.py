"""Pages of likely partners in an advanced cluster, and of rates of output against a benchmark."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.models.programmes import in_language
from nanduti.programme.pages import form_page, link

from .. import wording
from ..actions import partners as actions
from ..forms.studies import NewProspectForm, NewRateForm, ProspectForm, RateForm
from ..models import Prospect
from ..queries import partners as queries
from ..queries.sections import Material
from ..reports import abroad
from .studies import may_edit, require_edit, sees_answers, study_of


@programme_page(step=4)
def partners(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """The six things to find out about an advanced cluster, and who may want to twin."""
    study = study_of(frame, code)
    rows = list(queries.prospects(study=study))
    sees = sees_answers(frame, study)
    edits = may_edit(frame, study) and not study.is_agreed
    columns = [
        Col("name", gettext_lazy("Who"), value=str, phone=True,
            url=(lambda r: frame.url("diagnostics:edit_prospect", study.code, r.pk)) if edits else None),
        Col("party_kind", gettext_lazy("Kind"), "choice", choices=Prospect.Kind.choices, filter="choice"),
        Col("need", gettext_lazy("Business need"), value=lambda r: in_language(r, "need")),
        Col("areas", gettext_lazy("Areas of cooperation"), value=lambda r: in_language(r, "areas"), phone=True),
        *([Col("willingness", gettext_lazy("How willing"), "share", sortable=True)] if sees else []),
        Col("conditions", gettext_lazy("Conditions"), value=lambda r: in_language(r, "conditions")),
        Col("is_intermediary", gettext_lazy("Stands between"), "bool", filter="bool"),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite(), shown=False),
    ]  # fmt: skip
    table = DataTable(rows, request, columns=columns, name="partners", caption=_("Likely partners"))
    if table.wants_export:
        return table.export()
    things = queries.six_things(rows)
    n = sum(thing.is_found for thing in things)
    return render(
        request,
        "diagnostics/partners.html",
        {
            "title": _("Likely twinning partners"),
            "state": _("%(n)s of the six things are found out.") % {"n": words.number(n)},
            "things": [(wording.SIX[t.code], t) for t in things],
            "table": table,
            "new_url": frame.url("diagnostics:new_prospect", study.code) if edits else "",
            "sees": sees,
            "study": study,
            "back": link(frame.url("diagnostics:study", study.code), str(study)),
        },
    )


@programme_page(step=4)
def new_prospect(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Add a likely partner."""
    study = study_of(frame, code)
    require_edit(frame, study)
    form = NewProspectForm(request.POST or None, initial={"version": 0})
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.note_prospect(study=study, values=values, by=request.user),
        title=_("Add a likely partner"),
        back=frame.url("diagnostics:partners", study.code),
        save_label=_("Add the partner"),
        done=_("The likely partner is written down."),
    )


@programme_page(step=4)
def edit_prospect(request: HttpRequest, frame: Frame, code: str, pk: int) -> HttpResponse:
    """Correct what is known of a likely partner."""
    study = study_of(frame, code)
    require_edit(frame, study)
    row = queries.prospect_by_id(study=study, pk=pk)
    form = ProspectForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_prospect(
            prospect=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("diagnostics:partners", study.code),
        save_label=_("Save the partner"),
        done=_("The likely partner is saved."),
    )


# --- productivity


@programme_page(step=3)
def rates(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Output for each worker and day, here and elsewhere, and how far apart."""
    study = study_of(frame, code)
    rows = list(queries.rates(study=study))
    found = [gap for gap in queries.gaps(rows) if gap.gap is not None]
    edits = may_edit(frame, study) and not study.is_agreed
    columns = [
        Col("process", gettext_lazy("Process"), value=lambda r: in_language(r, "process"), phone=True,
            url=(lambda r: frame.url("diagnostics:edit_rate", study.code, r.pk)) if edits else None),
        Col("is_own", gettext_lazy("The cluster's own"), "bool"),
        Col("who", gettext_lazy("Where"), value=lambda r: in_language(r, "who")),
        Col("said", gettext_lazy("Stated"), value=abroad.rate_said),
        Col("per_day", gettext_lazy("For each worker and day"), phone=True,
            value=lambda r: abroad.span_said(queries.per_worker_day(r))),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    table = DataTable(rows, request, columns=columns, name="rates", caption=_("Rates of output"))
    if table.wants_export:
        return table.export()
    state = ngettext(
        "%(n)s comparison with a benchmark.", "%(n)s comparisons with a benchmark.", len(found)
    ) % {"n": words.number(len(found))}  # fmt: skip
    if len(found) == 1:
        state = abroad.gap_said(found[0])
    return render(
        request,
        "diagnostics/rates.html",
        {
            "title": _("Productivity"),
            "state": state,
            "blocks": list(abroad.productivity_blocks(Material(study=study, found=None, rates=rows))),
            "table": table,
            "new_url": frame.url("diagnostics:new_rate", study.code) if edits else "",
            "study": study,
            "back": link(frame.url("diagnostics:study", study.code), str(study)),
        },
    )


@programme_page(step=3)
def new_rate(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Write down how much so many people make."""
    study = study_of(frame, code)
    require_edit(frame, study)
    form = NewRateForm(request.POST or None, initial={"version": 0, "days": 1, "is_own": True})
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.note_rate(study=study, values=values, by=request.user),
        title=_("Add a rate of output"),
        back=frame.url("diagnostics:rates", study.code),
        save_label=_("Add the rate"),
        done=_("The rate is written down."),
    )


@programme_page(step=3)
def edit_rate(request: HttpRequest, frame: Frame, code: str, pk: int) -> HttpResponse:
    """Correct a rate of output."""
    study = study_of(frame, code)
    require_edit(frame, study)
    row = queries.rate_by_id(study=study, pk=pk)
    form = RateForm.of(row, request.POST or None)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.edit_rate(rate=row, values=values, version=version, by=request.user),
        title=str(row),
        back=frame.url("diagnostics:rates", study.code),
        save_label=_("Save the rate"),
        done=_("The rate is saved."),
    )
