"""The library of indicators: what each measures and where it comes from, and taking several at once."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.foundation.errors import NotAllowed
from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link
from nanduti.surveys import library as forms
from nanduti.surveys.models import Instrument

from .. import actions, library
from ..definitions import REGISTER, IndicatorDefinition
from ..models import Indicator
from ..wording import ARROWS, DIRECTIONS, formula_said, unit_said
from .common import EDIT, ITEM, STEP


@programme_page(step=STEP, item=ITEM)
def library_page(request: HttpRequest, frame: Frame) -> HttpResponse:
    """All indicators of the library by form; those whose form the programme uses can be taken."""
    may = frame.may_programme(EDIT)
    if request.method == "POST":
        if not may:
            raise NotAllowed(capability=EDIT)
        return _take(request, frame)
    used = set(Indicator.objects.filter(programme=frame.programme).values_list("code", flat=True))
    present = _present(frame)
    groups = _groups(used, present)
    n = len(library.definitions())
    return render(
        request,
        "indicators/library.html",
        {
            "title": _("Library of indicators"),
            "state": ngettext(
                "%(n)s indicator with its formula and source; %(used)s in use here.",
                "%(n)s indicators with their formulas and sources; %(used)s in use here.",
                n,
            )
            % {"n": words.number(n), "used": words.number(len(used & set(library.definitions())))},
            "groups": groups,
            "may": may,
            "n_free": sum(card["free"] for group in groups for card in group["cards"]),
            "frame_of": frame,
            "back": link(frame.url("indicators:list"), _("Indicators")),
            "instruments_url": frame.url("surveys:library"),
        },
    )  # fmt: skip


def _present(frame: Frame) -> set[str]:
    rows = Instrument.objects.filter(programme=frame.programme).values_list("code", "library_code")
    return {REGISTER} | {code for pair in rows for code in pair if code}


def _groups(used: set[str], present: set[str]) -> list[dict[str, Any]]:
    """By the first form that the programme uses, else the first named; forms in use first."""
    groups: dict[str, list[IndicatorDefinition]] = {}
    for one in library.definitions().values():
        form = next((c for c in one.instruments if c in present), one.instruments[0])
        groups.setdefault(form, []).append(one)
    titles = {f.code: f.title.get(tongue(), f.title["en"]) for f in forms.forms()} | {REGISTER: _("Register")}
    return [
        {
            "code": form,
            "title": titles.get(form, form),
            "is_here": form in present,
            "cards": [_card(one, used, form in present) for one in some],
        }
        for form, some in sorted(groups.items(), key=lambda item: item[0] not in present)
    ]


def _card(one: IndicatorDefinition, used: set[str], is_here: bool) -> dict[str, Any]:
    return {
        "code": one.code,
        "title": one.text("title", tongue()),
        "question": one.text("question", tongue()),
        "unit": unit_said(one),
        "direction": f"{ARROWS[one.direction]} {DIRECTIONS[one.direction]}",
        "formula": formula_said(one.formula),
        "source": one.cite,
        "note": one.text("note", tongue()),
        "used": one.code in used,
        "free": one.code not in used and is_here,
    }


def _take(request: HttpRequest, frame: Frame) -> HttpResponse:
    known = library.definitions()
    codes = [c for c in request.POST.getlist("code") if c in known]
    if not codes:
        messages.error(request, _("Nothing was ticked. Tick what the programme shall measure."))
        return redirect(frame.url("indicators:library"))
    try:
        made = actions.take_from_library(programme=frame.programme, codes=codes, by=request.user)
    except PersonError as error:
        messages.error(request, str(error))
        return redirect(frame.url("indicators:library"))
    messages.success(
        request,
        ngettext("%(n)s indicator is in use now.", "%(n)s indicators are in use now.", len(made))
        % {"n": words.number(len(made))},
    )
    return redirect(frame.url("indicators:list"))
