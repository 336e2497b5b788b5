"""Pages of exchange rates: which there are, keep one, correct it, take it back."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nanduti.foundation.errors import NotFound
from nanduti.interface import words
from nanduti.interface.tables import Col, DataTable
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import dated, form_page, link, show, take_back_page

from . import actions, converting
from .forms import EditRateForm, RateForm
from .models import ExchangeRate


def _rows(frame: Frame) -> Any:
    rows = ExchangeRate.objects.filter(programme=frame.programme)
    return rows.select_related("source", "programme__scope")


def _rate(frame: Frame, pk: int) -> ExchangeRate:
    rate = _rows(frame).filter(pk=pk).first()
    if rate is None:
        raise NotFound(kind="exchange rate", code_given=pk)
    return rate


@programme_page(step=8, item="results")
def rates(request: HttpRequest, frame: Frame) -> HttpResponse:
    """The rates by which deals are told in one currency."""
    may = frame.may_programme("edit_results")
    rows = _rows(frame)
    columns = [
        Col("pair", gettext_lazy("From and into"), value=str, phone=True,
            url=lambda r: frame.url("results:edit_rate", r.pk) if may else None),
        Col("rate", gettext_lazy("Rate"), value=lambda r: words.number(r.rate.normalize(), _places(r)), phone=True,
            plain=lambda r: r.rate),
        dated("held_on", gettext_lazy("Day or span"), phone=True),
        Col("source", gettext_lazy("Source"), value=lambda r: r.cite()),
    ]  # fmt: skip
    table = DataTable(rows, request, columns=columns, name="rates", caption=_("Exchange rates"))
    return show(
        request,
        frame,
        title=_("Exchange rates"),
        state=_state(frame, table.n),
        back=link(frame.url("results:table"), _("Results")),
        action=link(frame.url("results:new_rate"), _("Write down a rate")) if may else None,
        intro=_(
            "A deal is converted at the rate of the first day of its signature: the shortest span around that day, "
            "else the latest rate before it, no more than a year old."
        ),
        sections=[
            {
                "table": table,
                "empty_title": _("No rate is written down yet"),
                "empty_why": _(
                    "Without rates, deals of several currencies are told side by side and never added up."
                ),
            }
        ],
    )


def _places(rate: ExchangeRate) -> int:
    exponent = rate.rate.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _state(frame: Frame, n: int) -> str:
    if not n:
        return _("No rate is written down yet.")
    into = converting.currency_of(converting.rates(programme=frame.programme))
    return ngettext(
        "%(n)s rate; sums are told in %(currency)s.", "%(n)s rates; sums are told in %(currency)s.", n
    ) % {"n": words.number(n), "currency": into}


@programme_page(step=8, item="results", may="edit_results", whole=True)
def new_rate(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Write down a rate."""
    return form_page(
        request,
        frame,
        RateForm(request.POST or None, initial={"into": converting.CURRENCY}),
        lambda values: actions.keep_rate(programme=frame.programme, values=values, by=request.user),
        title=_("Write down a rate"),
        back=frame.url("results:rates"),
        save_label=_("Keep the rate"),
        done=_("The rate is kept."),
    )


@programme_page(step=8, item="results", may="edit_results", whole=True)
def edit_rate(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Correct a rate."""
    rate = _rate(frame, pk)
    return form_page(
        request,
        frame,
        EditRateForm.of(rate, request.POST or None),
        lambda values, version: actions.edit_rate(rate=rate, values=values, version=version, by=request.user),
        title=_("Correct a rate"),
        state=str(rate),
        back=frame.url("results:rates"),
        save_label=_("Save the exchange rate"),
        done=_("The rate is corrected."),
        take_back_url=frame.url("results:take_back_rate", pk),
    )


@programme_page(step=8, item="results", may="edit_results", whole=True)
def take_back_rate(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take back a rate that was written down by mistake."""
    return take_back_page(
        request, frame, _rate(frame, pk), actions.take_back_record, back=frame.url("results:rates")
    )
