"""A filled workbook becomes submissions: handed in, its columns matched, looked at, taken in, perhaps taken back."""

from __future__ import annotations

import uuid
from pathlib import PurePosixPath
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nanduti.foundation import languages
from nanduti.foundation.errors import NotFound
from nanduti.foundation.imports import Grid
from nanduti.foundation.models import Job
from nanduti.foundation.work import present
from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.methods.instruments import Definition
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.scopes import work_scope
from nanduti.register import actions as register

from ..actions import spreadsheets as actions
from ..errors import SpreadsheetRefused
from ..forms.spreadsheets import UndoForm, WorkbookForm
from ..models import Instrument, InstrumentVersion
from ..reading import definition_of
from ..spreadsheets.matching import guess, targets
from ..spreadsheets.taking_in import CellProblem, check, grid_of
from .instruments import title_of
from .tables import instrument_of

LOOKED_AT = 5_000
SHOWN_ROWS, SHOWN_PROBLEMS = 5, 100


@programme_page(item="field", may="manage_surveys")
def upload(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Hand in a workbook."""
    instrument = instrument_of(frame, pk)
    _published(instrument)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        name = PurePosixPath(str(file.name).replace("\\", "/")).name[-120:]
        content = file.read()
        if form.try_to(grid_of, name, content):
            token = register.keep_upload(content=content, by=request.user)
            return redirect(frame.url("surveys:spreadsheet_match", instrument.pk, token, file=name))
    return render(
        request,
        "surveys/spreadsheets_upload.html",
        {
            "title": _("Take in a filled workbook: %(what)s") % {"what": title_of(instrument)},
            "state": _("Each row becomes one submission and goes the same way as one from a phone."),
            "form": form,
            "back": frame.url("surveys:table", instrument.pk),
        },
        status=form.status,
    )


def _published(instrument: Instrument) -> InstrumentVersion:
    """The version that rows are taken in as: the newest that is published."""
    version = (
        instrument.versions.filter(state=InstrumentVersion.State.PUBLISHED)
        .only("pk", "label", "instrument_id")
        .order_by("-id")
        .first()
    )
    if version is None:
        raise SpreadsheetRefused(
            place=title_of(instrument),
            problem=_("has no published version"),
            what_to_do=_("Publish the form first."),
        )
    return version


@programme_page(item="field", may="manage_surveys")
def match(request: HttpRequest, frame: Frame, pk: int, token: uuid.UUID) -> HttpResponse:
    """Which column answers which question; what the rows would become; then in with them."""
    instrument = instrument_of(frame, pk)
    version = _published(instrument)
    definition = definition_of(version.pk)
    name = PurePosixPath(request.GET.get("file", "").replace("\x00", "")).name[-120:] or "table.csv"
    sheet = request.POST.get("sheet", request.GET.get("sheet", ""))[:120]
    grid = grid_of(name, register.read_upload(str(token)), sheet)
    offered = targets(definition, languages.tongue())
    chosen = guess(definition, grid.header, instrument.columns_known)
    if request.method == "POST":
        known = {t.code for t in offered}
        asked = [request.POST.get(f"column-{n}", "") for n in range(len(grid.header))]
        chosen = [code if code in known and asked.index(code) == n else "" for n, code in enumerate(asked)]
    problems: list[CellProblem] = []
    looked = Grid(grid.sheet, grid.header, grid.rows[:LOOKED_AT])
    good = list(check(definition, looked, chosen, problems))
    if request.method == "POST" and request.POST.get("do") == "take" and any(chosen):
        leave_bad = request.POST.get("leave_bad") == "yes"
        if good and (leave_bad or not problems):
            cluster = frame.writes_in("manage_surveys")
            job = actions.order_spreadsheet(
                instrument=instrument, version=version, upload=str(token), name=name, sheet=grid.sheet,
                columns=dict(zip(grid.header, chosen)), leave_bad=leave_bad, by=request.user,
                scope_id=work_scope(frame.programme, cluster).pk,
            )  # fmt: skip
            return redirect(frame.url("surveys:spreadsheet_done", instrument.pk, job.public_id))
    return render(
        request,
        "surveys/spreadsheets_match.html",
        {
            "title": _("Match the columns: %(file)s") % {"file": name},
            "state": _match_state(grid, chosen, len(good), problems),
            "columns": _columns(grid, chosen, offered),
            "problems": [_said(p) for p in problems[:SHOWN_PROBLEMS]],
            "n_problems": len(problems),
            "n_good": len(good),
            "unasked": _unasked(definition, chosen),
            "sheet": grid.sheet,
            "looked_at": words.number(LOOKED_AT) if len(grid.rows) > LOOKED_AT else "",
            "back": frame.url("surveys:spreadsheet", instrument.pk),
        },
    )


def _match_state(grid: Grid, chosen: list[str], n_good: int, problems: list[CellProblem]) -> str:
    n = sum(bool(c) for c in chosen)
    said = _("%(n)s of %(all)s columns are matched; %(good)s of %(rows)s rows can be taken in.") % {
        "n": words.number(n), "all": words.number(len(chosen)), "good": words.number(n_good),
        "rows": words.number(min(len(grid.rows), LOOKED_AT)),
    }  # fmt: skip
    return said


def _columns(grid: Grid, chosen: list[str], offered: list[Any]) -> list[dict[str, Any]]:
    return [
        {
            "n": n,
            "heading": heading or _("(no name)"),
            "options": [(t.code, t.label, t.code == chosen[n]) for t in offered],
            "examples": [row[n][:40] for _number, row in grid.rows[:SHOWN_ROWS] if n < len(row) and row[n]][
                :2
            ],
        }
        for n, heading in enumerate(grid.header)
    ]


def _said(problem: CellProblem) -> tuple[str, str, str, str]:
    return (
        words.number(problem.row),
        problem.column,
        _(problem.problem),
        _(problem.remedy) if problem.remedy else "",
    )


def _unasked(definition: Definition, chosen: list[str]) -> list[str]:
    """Required questions that no column answers."""
    answered = {c.partition("=")[0].partition("@")[0] for c in chosen}
    tongue = languages.tongue()
    return [
        q.label(tongue, definition.default_language)
        for q in definition.asked()
        if q.is_required and not q.repeat and q.path not in answered
    ]


@programme_page(item="field", may="manage_surveys")
def done(request: HttpRequest, frame: Frame, pk: int, public_id: uuid.UUID) -> HttpResponse:
    """What became of the rows, and the way back."""
    instrument = instrument_of(frame, pk)
    job = Job.objects.filter(public_id=public_id, kind="surveys.spreadsheet", by=request.user).first()
    if job is None or job.arguments.get("instrument_id") != instrument.pk:
        raise NotFound(kind=_("workbook"), code_given=str(public_id)[:8])
    result = job.result or {}
    form = UndoForm(request.POST or None)
    if request.method == "POST" and job.state == Job.State.DONE and form.is_valid():
        try:
            n = actions.undo_spreadsheet(
                instrument=instrument,
                submissions=result.get("submissions", []),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
            said = ngettext("%(n)s submission was rejected.", "%(n)s submissions were rejected.", n)
            messages.success(request, said % {"n": words.number(n)})
            return redirect(frame.url("surveys:table", instrument.pk))
        except PersonError as error:
            messages.error(request, str(saying.say(error)))
    return render(
        request,
        "surveys/spreadsheets_done.html",
        {
            "title": _("Workbook: %(file)s") % {"file": job.arguments.get("name", "")},
            "state": _done_state(job, result),
            "figures": _figures(frame, instrument, result) if job.state == Job.State.DONE else [],
            "job": present(job),
            "is_done": job.state == Job.State.DONE,
            "problems": [_said(CellProblem(**p)) for p in result.get("problems", [])[:SHOWN_PROBLEMS]],
            "may_undo": bool(result.get("submissions")),
            "form": form,
            "back": frame.url("surveys:table", instrument.pk),
        },
        status=form.status if request.method == "POST" else 200,
    )


def _done_state(job: Job, result: dict[str, Any]) -> str:
    if job.state != Job.State.DONE:
        return _("The rows are being taken in; this page can be left and found again.")
    n = result.get("n_new", 0)
    return ngettext("%(n)s row became a submission.", "%(n)s rows became submissions.", n) % {
        "n": words.number(n)
    }


def _figures(frame: Frame, instrument: Instrument, result: dict[str, Any]) -> list[Figure]:
    quarantine = frame.url("surveys:review", tab="quarantine")
    return [
        Figure(result.get("n_new", 0), _("new"), frame.url("surveys:table", instrument.pk), tone="good"),
        Figure(result.get("n_known", 0), _("known already")),
        Figure(result.get("n_differ", 0), _("in quarantine, since they differ"), quarantine,
               tone="warn" if result.get("n_differ") else ""),
        Figure(result.get("n_problems", 0), _("cells with problems"), tone="warn" if result.get("n_problems") else ""),
    ]  # fmt: skip
