"""Pages of the library: forms that are ready to use, each with what it asks and where that comes from."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.foundation import languages
from nanduti.interface import words
from nanduti.methods.instruments import Definition, in_language
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link

from .. import library
from ..actions import instruments as actions
from ..models import Instrument
from ..workbooks import XLSX, convert, write_workbook
from .instruments import KINDS, MANAGE, attachment


@cache
def _definition(code: str) -> Definition:
    """What a form of the library asks; converted once a process."""
    return convert(f"{code}.xlsx", library.form(code).sheets, version="1").definition


def _used(frame: Frame) -> dict[str, int]:
    rows = Instrument.objects.filter(programme=frame.programme).exclude(library_code="")
    return dict(rows.values_list("library_code", "pk"))


@programme_page(item="field")
def library_page(request: HttpRequest, frame: Frame) -> HttpResponse:
    """All forms of the library, with one link to use each."""
    used, forms = _used(frame), library.forms()
    cards = [
        {
            "title": in_language(f.title, languages.tongue()),
            "summary": in_language(f.summary, languages.tongue()),
            "n": len(_definition(f.code).asked()),
            "url": frame.url("surveys:library_form", f.code),
            "used_url": frame.url("surveys:instrument", used[f.code]) if f.code in used else "",
        }
        for f in forms
    ]
    return render(
        request,
        "surveys/libraries_list.html",
        {
            "title": _("Library of instruments"),
            "state": ngettext(
                "%(n)s form ready to use, in English and Spanish; %(used)s in use here.",
                "%(n)s forms ready to use, in English and Spanish; %(used)s in use here.",
                len(forms),
            )
            % {"n": words.number(len(forms)), "used": words.number(sum(f.code in used for f in forms))},
            "cards": cards,
            "back": link(frame.url("surveys:instruments"), _("Instruments")),
        },
    )


@programme_page(item="field")
def library_form(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """One form of the library: what it asks, its sources, and the button to use it."""
    form = library.form(code)
    if request.method == "POST":
        return _use(request, frame, code)
    definition, tongue = _definition(code), languages.tongue()
    used = _used(frame).get(code)
    return render(
        request,
        "surveys/libraries_one.html",
        {
            "title": in_language(form.title, tongue),
            "state": in_language(form.summary, tongue),
            "sections": _sections(definition, tongue),
            "sources": form.sources,
            "may": frame.may(MANAGE) and used is None,
            "used_url": frame.url("surveys:instrument", used) if used else "",
            "workbook_url": frame.url("surveys:library_workbook", code),
            "back": link(frame.url("surveys:library"), _("Library of instruments")),
        },
    )


def _use(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    frame.writes_in(MANAGE)
    try:
        version = actions.use_library_form(programme=frame.programme, code=code, by=request.user)
    except PersonError as error:
        messages.error(request, str(error))
        return redirect(frame.url("surveys:library_form", code))
    messages.success(request, _("The form is here as a draft. Try it, then publish it."))
    return redirect(frame.url("surveys:instrument", version.instrument_id))


def _sections(definition: Definition, tongue: str) -> list[dict[str, Any]]:
    titles = {g.path: g.labels for g in definition.groups} | {r.path: r.labels for r in definition.repeats}
    sections: list[dict[str, Any]] = []
    for question in definition.asked():
        if not sections or sections[-1]["path"] != question.group:
            title = in_language(titles.get(question.group, {}), tongue)
            sections.append(
                {"path": question.group, "title": title, "is_repeat": bool(question.repeat), "rows": []}
            )
        label = question.label(tongue, definition.default_language)
        sections[-1]["rows"].append({"label": label, "kind": KINDS[question.kind]})
    return sections


@programme_page(item="field")
def library_workbook(request: HttpRequest, frame: Frame, code: str) -> HttpResponse:
    """The form as a workbook, to be changed in a spreadsheet."""
    form = library.form(code)
    return attachment(write_workbook(form.sheets), f"{code}.xlsx", XLSX)
