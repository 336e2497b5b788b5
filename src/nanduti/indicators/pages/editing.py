"""Writing an indicator and changing one, with what it would come to before it is kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from nanduti.foundation.languages import tongue
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link
from nanduti.surveys.models import Instrument

from .. import actions, queries
from ..binding import instrument_for
from ..definitions import REGISTER, IndicatorDefinition
from ..forms import DefinitionForm
from ..meanings import columns_of_form
from ..preview import Preview, preview
from ..wording import answers_said, cell_said, dimension_said, group_said, reason_said
from .common import EDIT, ITEM, STEP, bar_of, longest


def _forms(frame: Frame) -> list[tuple[str, str]]:
    return [
        (row.code, str(row))
        for row in Instrument.objects.filter(programme=frame.programme).order_by("code")[:200]
    ]


def _usual(frame: Frame) -> str:
    """The form that indicators are mostly about: the census, else the first."""
    rows = Instrument.objects.filter(programme=frame.programme)
    found = rows.filter(kind=Instrument.Kind.CENSUS).order_by("id").first() or rows.order_by("id").first()
    return found.code if found else REGISTER


@programme_page(step=STEP, item=ITEM, may=EDIT, whole=True)
def new(request: HttpRequest, frame: Frame) -> HttpResponse:
    """An indicator of the programme's own."""
    form = DefinitionForm(
        request.POST or None, forms_known=_forms(frame),
        initial={"direction": "up", "level": "outcome", "kind": "share", "unit": "share", "instrument": _usual(frame)},
    )  # fmt: skip

    def keep(definition: IndicatorDefinition) -> str:
        actions.write_indicator(programme=frame.programme, definition=definition, by=request.user)
        return definition.code

    return _page(request, frame, form, keep, title=_("Write an indicator"), back=frame.url("indicators:list"))


@programme_page(step=STEP, item=ITEM, may=EDIT, whole=True)
def change(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Another definition: a new version where values stand by the present one."""
    version = queries.indicator_by_code(programme=frame.programme, code=code)
    form = DefinitionForm.of(version.indicator, request.POST or None, forms_known=_forms(frame))

    def keep(definition: IndicatorDefinition) -> str:
        actions.change_indicator(
            indicator=version.indicator,
            definition=definition,
            version=form.cleaned_data["version"],
            by=request.user,
        )
        return code

    return _page(
        request, frame, form, keep, title=_("Change: %(indicator)s") % {"indicator": version.title},
        back=frame.url("indicators:one", code), indicator=version.indicator,
    )  # fmt: skip


def _page(
    request: HttpRequest,
    frame: Frame,
    form: DefinitionForm,
    keep: Any,
    *,
    title: str,
    back: str,
    indicator: Any = None,
) -> HttpResponse:
    shown: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        definition = form.understood()
        if definition is not None and "preview" in request.POST:
            shown = _preview(frame, form, definition)
        elif definition is not None and form.save_with(lambda _values, _version: keep(definition)):
            messages.success(request, _("Kept. Work out the values to see what it comes to."))
            return redirect(frame.url("indicators:one", definition.code))
    return render(
        request,
        "indicators/edit.html",
        {
            "title": title,
            "state": _("What is measured, and by which formula; look at a preview before you keep it."),
            "form": form,
            "preview": shown,
            "questions": _questions(frame, form),
            "back": link(back, _("Back")),
            "aside_url": frame.url("indicators:use", indicator.code) if indicator else "",
            "is_used": indicator.is_used if indicator else True,
            "frame_of": frame,
        },
        status=form.status,
    )  # fmt: skip


def _preview(frame: Frame, form: DefinitionForm, definition: IndicatorDefinition) -> dict[str, Any] | None:
    try:
        instrument = instrument_for(frame.programme, definition)
        found = preview(
            programme=frame.programme, definition=definition, instrument=instrument, access=frame.access
        )
    except PersonError as error:
        form.tell(error)
        return None
    return _shown(found, definition)


def _shown(found: Preview, definition: IndicatorDefinition) -> dict[str, Any]:
    sections = []
    for dimension, cells in found.groups.items():
        most = longest(list(cells.values()))
        sections.append(
            {
                "title": dimension_said(dimension, found.columns),
                "rows": [
                    {"label": group_said(g, dimension, found.columns), "bar": bar_of(c, definition, most),
                     "value": cell_said(c, definition), "n": answers_said(c.n)}
                    for g, c in list(cells.items())[:24]
                ],
            }
        )  # fmt: skip
    return {
        "value": cell_said(found.cell, definition),
        "why": reason_said(found.cell, definition) if found.cell.reason else "",
        "n": found.cell.n,
        "n_asked": found.cell.n_asked,
        "sections": sections,
        "lacking": ", ".join(found.unknown_dimensions),
    }


def _questions(frame: Frame, form: DefinitionForm) -> list[dict[str, str]]:
    """The questions of the form chosen, with the answers that claims may name."""
    code = form["instrument"].value()
    chosen = Instrument.objects.filter(
        programme=frame.programme, code=str(code or "").replace("\x00", "")
    ).first()
    columns = columns_of_form(chosen)
    return [
        {"name": c.name, "label": c.label(tongue()), "answers": ", ".join(list(c.choices)[:16]), "repeat": c.repeat,
         "unit": c.unit}
        for c in columns.values()
        if c.kind != "text" and c.name != "place"
    ]  # fmt: skip


@require_POST
@programme_page(step=STEP, item=ITEM, may=EDIT, whole=True)
def use(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """Put an indicator aside, or take it up again."""
    version = queries.indicator_by_code(programme=frame.programme, code=code)
    is_used = request.POST.get("is_used") == "1"
    actions.use_or_put_aside(indicator=version.indicator, is_used=is_used, by=request.user)
    messages.success(
        request,
        _("It is worked out again from now on.") if is_used else _("It is put aside; its values stay."),
    )
    return redirect(frame.url("indicators:one", code))
