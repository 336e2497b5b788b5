"""The components of a programme, the clusters that it takes in, and which component runs where."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable

from .. import actions, queries
from ..frames import Frame, programme_page
from ..models import Component
from ..models.programmes import in_language
from ..programme_forms import ComponentForm, CoverageForm, NewComponentForm, TakeInForm
from . import form_page, link, show, take_back_page
from .selection import dilution

EDIT = "edit_programme"


@programme_page(step=1)
def components(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The parts of the programme, and in how many clusters each runs."""
    may_edit = frame.may_programme(EDIT)
    rows = list(queries.components(programme=frame.programme))
    columns = [
        Col("name", gettext_lazy("Component"), value=str, phone=True),
        Col("code", gettext_lazy("Code"), "code"),
        Col("aim", gettext_lazy("What it is for"), value=lambda r: in_language(r, "aim"), phone=True),
        Col("n_clusters", gettext_lazy("Clusters"), "number", phone=True),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]
    if may_edit:
        columns += [
            Col("edit", "", phone=True, value=lambda r: _("Correct it"),
                url=lambda r: frame.url("programme:component", r.pk)),
            Col("drop", "", phone=True, value=lambda r: "" if r.n_clusters else _("Take it out"),
                url=lambda r: None if r.n_clusters else frame.url("programme:drop_component", r.pk)),
        ]  # fmt: skip
    new = frame.url("programme:new_component") if may_edit else ""
    return show(
        request,
        frame,
        title=_("Components"),
        state=ngettext("%(n)s component is named.", "%(n)s components are named.", len(rows))
        % {"n": words.number(len(rows))},
        back=link(frame.url("programme:selection"), _("Selection of clusters")),
        action=link(new, _("Name a component")) if may_edit and rows else None,
        sections=[
            {
                "table": DataTable(
                    rows, request, columns=columns, name="components", caption=_("Components")
                ),
                "empty_title": _("No component is named"),
                "empty_why": _(
                    "A component is a part of the programme that may run in some clusters and not in others. A "
                    "programme of one piece has one."
                ),
                "empty_url": new,
                "empty_label": _("Name a component"),
            }
        ],
    )


@programme_page(step=1, may=EDIT, whole=True)
def new_component(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Name a component."""
    return form_page(
        request,
        frame,
        NewComponentForm(request.POST or None),
        lambda values, version: actions.name_component(
            programme=frame.programme, values=values, by=request.user
        ),
        title=_("Name a component"),
        back=frame.url("programme:components"),
        save_label=_("Save the component"),
        done=_("The component is named."),
    )


def _component(frame: Frame, pk: int) -> Component:
    row = queries.components(programme=frame.programme).filter(pk=pk).first()
    if row is None:
        raise NotFound(kind="component", code_given=pk)
    return row


@programme_page(step=1, may=EDIT, whole=True)
def component(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a component."""
    row = _component(frame, pk)
    return form_page(
        request,
        frame,
        ComponentForm.of(row, request.POST or None),
        lambda values, version: actions.edit_component(
            component=row, values=values, version=version, by=request.user
        ),
        title=str(row),
        back=frame.url("programme:components"),
        save_label=_("Save the component"),
        done=_("The component is saved."),
    )


@programme_page(step=1, may=EDIT, whole=True)
def drop_component(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take a component out that was named by mistake."""
    return take_back_page(
        request,
        frame,
        _component(frame, pk),
        actions.drop_component,
        back=frame.url("programme:components"),
    )


@programme_page(step=1, may=EDIT, whole=True)
def take_in(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Let the programme work in a cluster, known to the register or not."""
    rows = queries.components(programme=frame.programme)
    if not rows:
        return redirect(frame.url("programme:components"))
    form = TakeInForm(
        request.POST or None,
        clusters=queries.clusters_to_take_in(programme=frame.programme, access=frame.access),
        components=rows,
        initial={"since": frame.today.year},
    )

    def act(values: dict[str, Any]) -> None:
        new = {name: values.pop(f"place_{name}") for name in ("name", "kind", "country")}
        actions.take_in_cluster(
            programme=frame.programme, new_place=new, access=frame.access, by=request.user, **values
        )

    return form_page(
        request,
        frame,
        form,
        lambda values: act(dict(values)),
        title=_("Take a cluster in"),
        state=_("The programme's people then work in its register, and it stands at the top of every page."),
        back=frame.url("programme:selection"),
        save_label=_("Take the cluster in"),
        done=_("The cluster belongs to the programme."),
    )


@programme_page(step=1, may=EDIT, whole=True)
def coverage(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Which component runs in which cluster since when: a tick and a year for each."""
    rows = list(queries.components(programme=frame.programme))
    clusters = queries.clusters_to_cover(programme=frame.programme, access=frame.access)
    if not (rows and clusters):
        return redirect(frame.url("programme:take_in" if rows else "programme:components"))
    form = CoverageForm.of(frame.programme, request.POST or None, clusters=clusters, components=rows)
    matrix = queries.coverage_matrix(programme=frame.programme)
    return form_page(
        request,
        frame,
        form,
        lambda values, version: actions.set_coverage(
            programme=frame.programme,
            seen=form.seen(),
            cells=form.cells(),
            version=version,
            access=frame.access,
            by=request.user,
        ),
        title=_("What runs where"),
        state=dilution(matrix),
        back=frame.url("programme:selection"),
        save_label=_("Save what runs where"),
        done=_("What runs where is saved."),
        template="programme/coverage.html",
        components=rows,
        verdict=matrix.convergence,
        verdict_about="advice",
    )
