"""Pages of the figures that documents state by hand: keep one, correct it, take it back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, take_back_page

from . import actions
from .forms import EditStatedForm, StatedFigureForm
from .frameworks import INDICATORS
from .models import StatedFigure


def _known(indicator: str) -> str:
    if indicator not in INDICATORS:
        raise NotFound(kind="indicator", code_given=indicator)
    return indicator


def _figure(frame: Frame, indicator: str, pk: int) -> StatedFigure:
    """The stated figure of that number, which the reader may correct."""
    rows = StatedFigure.objects.filter(programme=frame.programme, indicator=_known(indicator))
    figure = rows.select_related("cluster__scope", "programme__scope").filter(pk=pk).first()
    if figure is None:
        raise NotFound(kind="stated figure", code_given=pk)
    frame.access.require("edit_results", figure.scope_id)
    return figure


@programme_page(step=8, item="results", may="edit_results")
def new_stated(request: HttpRequest, frame: Frame, indicator: str) -> HttpResponse:
    """Keep a figure that a document states."""
    _known(indicator)
    cluster = frame.writes_in("edit_results")
    return form_page(
        request,
        frame,
        StatedFigureForm(request.POST or None),
        lambda values: actions.keep_stated_figure(
            programme=frame.programme,
            cluster=cluster,
            values={**values, "indicator": indicator},
            by=request.user,
        ),
        title=_("Write down what a document states"),
        state=_(INDICATORS[indicator].title),
        back=frame.url("results:records", indicator),
        save_label=_("Keep the figure"),
        done=_("The figure is kept."),
    )


@programme_page(step=8, item="results")
def edit_stated(request: HttpRequest, frame: Frame, indicator: str, pk: int) -> HttpResponse:
    """Correct what was written down of a document."""
    figure = _figure(frame, indicator, pk)
    return form_page(
        request,
        frame,
        EditStatedForm.of(figure, request.POST or None),
        lambda values, version: actions.edit_stated_figure(
            figure=figure, values=values, version=version, by=request.user
        ),
        title=_("Correct a stated figure"),
        state=_(INDICATORS[indicator].title),
        back=frame.url("results:records", indicator),
        save_label=_("Save the figure"),
        done=_("The figure is corrected."),
        take_back_url=frame.url("results:take_back_stated", indicator, pk),
    )


@programme_page(step=8, item="results")
def take_back_stated(request: HttpRequest, frame: Frame, indicator: str, pk: int) -> HttpResponse:
    """Take back a figure that no document states."""
    figure = _figure(frame, indicator, pk)
    back = frame.url("results:records", indicator)
    return take_back_page(request, frame, figure, actions.take_back_record, back=back)
