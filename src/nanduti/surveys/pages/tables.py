"""The table of an instrument: a page of submissions at a time, what stands in each column, all of it to take along."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from nanduti.foundation import languages
from nanduti.foundation.errors import NotFound
from nanduti.foundation.models import Job
from nanduti.foundation.work import present
from nanduti.interface import words
from nanduti.interface.parts import TextTable
from nanduti.interface.pictures import bars
from nanduti.methods.instruments import IDENTIFYING, Definition, Question
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import link
from nanduti.register.actions import read_upload
from nanduti.register.models import Cluster
from nanduti.register.names import names_for

from ..actions import exports as actions
from ..exporting import FORMATS, bundle
from ..exporting.making import MEDIA_TYPES
from ..models import Enumerator, Instrument, Submission
from ..queries import answers, profiles, reviews, tables
from ..queries.tables import Choice
from ..reading import definition_of
from ..taking import AT_ONCE, changed, take_along
from ..wording import backlog_said
from .instruments import title_of
from .reviews import STATE_TONES

FIRST_COLUMNS, MOST_COLUMNS = 6, 30
PICTURED = 20_000
FORMAT_LABELS = {
    "csv": gettext_lazy("CSV, with its codebook"),
    "xlsx": gettext_lazy("Excel (XLSX)"),
    "parquet": gettext_lazy("Parquet"),
    "sav": gettext_lazy("SPSS, with labels"),
    "dta": gettext_lazy("Stata, with labels"),
    "geojson": gettext_lazy("GeoJSON (open places only)"),
    "zip": gettext_lazy("CSV as ODK Central gives it"),
}


def instrument_of(frame: Frame, pk: int) -> Instrument:
    """The instrument that a page is about, or :class:`NotFound`."""
    found = Instrument.objects.filter(programme=frame.programme, pk=pk).select_related("scope").first()
    if found is None:
        raise NotFound(kind=_("instrument"), code_given=pk)
    return found


def newest_definition(instrument: Instrument) -> Definition | None:
    """The form as it was published last, else its draft."""
    versions = instrument.versions.order_by("-id").values_list("pk", "state")[:50]
    published = [pk for pk, state in versions if state != "draft"]
    every = published or [pk for pk, _state in versions]
    return definition_of(every[0]) if every else None


def choice_asked(given: QueryDict, definition: Definition | None, frame: Frame) -> Choice:
    """Which submissions the address asks for; what cannot be understood is left out."""
    states = tuple(s for s in given.getlist("state") if s in Submission.State.values)
    said: dict[str, str] = {}
    question = definition.by_path.get(given.get("answer", "")) if definition else None
    if question is not None and question.kind == "select_one" and not question.repeat and given.get("is"):
        value = given["is"].replace("\x00", "")[:200]
        if question.sensitivity != IDENTIFYING and value in {c.name for c in definition.choices_of(question)}:  # type: ignore[union-attr]
            said[question.path] = value
    number = given.get("enumerator", "")
    is_number = number.isascii() and number.isdigit() and len(number) < 15
    return Choice(
        **({"states": states} if states else {}),
        since=_day(given.get("since", "")),
        until=_day(given.get("until", "")),
        enumerator=int(number) if is_number else None,
        with_findings={"yes": True, "no": False}.get(given.get("findings", "")),
        answers=said,
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None
    return found if 1900 < found.year < 2200 else None


# --- the table


@programme_page(item="field", may="read_sensitive")
def table(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """A page of the submissions of an instrument, newest first."""
    instrument = instrument_of(frame, pk)
    definition = newest_definition(instrument)
    choice = choice_asked(request.GET, definition, frame)
    shown = tables.page(
        instrument=instrument, access=frame.access, choice=choice, mark=request.GET.get("after", "")
    )
    offered = [q for q in definition.asked() if not q.repeat] if definition else []
    kept = [q for q in offered if q.sensitivity != IDENTIFYING]
    asked = set(request.GET.getlist("cols")[:200])
    columns = [q for q in kept if q.path in asked][:MOST_COLUMNS] or kept[:FIRST_COLUMNS]
    with_labels = request.GET.get("show") != "names"
    n = tables.count(instrument=instrument, access=frame.access, choice=choice)
    return render(
        request,
        "surveys/tables_table.html",
        {
            "title": _("Answers: %(what)s") % {"what": title_of(instrument)},
            "state": _state(n, reviews.backlog(programme=frame.programme, instrument=instrument)),
            "headings": [_heading(q, definition, with_labels) for q in columns],
            "rows": _rows(frame, shown.rows, definition, columns, with_labels),
            "columns": [(q, _heading(q, definition, with_labels), q in columns) for q in kept],
            "left_out": [_heading(q, definition, True) for q in offered if q.sensitivity == IDENTIFYING],
            "filters": _filters(request, frame, definition, choice),
            "is_narrowed": bool(changed(choice)),
            "next_url": _address(request, after=shown.next_mark) if shown.next_mark else "",
            "first_url": "" if shown.is_first else _address(request, after=None),
            "names_url": _address(request, show="names" if with_labels else None),
            "with_labels": with_labels,
            "bare_url": request.path,
            "formats": [(k, FORMAT_LABELS[k]) for k in FORMATS],
            "export_url": frame.url("surveys:export", instrument.pk),
            "kept_query": request.GET.urlencode(),
            "profile_url": frame.url("surveys:profile", instrument.pk),
            "checks_url": frame.url("surveys:checks", instrument.pk),
            "spreadsheet_url": frame.url("surveys:spreadsheet", instrument.pk),
            "may_manage": frame.may("manage_surveys"),
            "back": link(frame.url("surveys:instrument", instrument.pk), title_of(instrument)),
        },
    )


def _state(n: int, backlog: reviews.Backlog) -> str:
    if n >= 10_000:
        said = _("More than %(n)s submissions.") % {"n": words.number(10_000)}
    else:
        said = ngettext("%(n)s submission.", "%(n)s submissions.", n) % {"n": words.number(n)}
    return f"{said} {backlog_said(backlog)}"


def _heading(question: Question, definition: Definition | None, with_labels: bool) -> str:
    if not with_labels or definition is None:
        return question.path
    return question.label(languages.tongue(), definition.default_language)


def _css(question: Question, value: Any) -> str:
    if isinstance(value, (int, float)):
        return "num"
    return "k-day" if {"date", "datetime"} & {question.kind, question.data_type} else "k-text"


def _rows(
    frame: Frame,
    rows: list[Submission],
    definition: Definition | None,
    columns: list[Question],
    with_labels: bool,
) -> Iterator[dict[str, Any]]:
    pseudonyms = [row.establishment.pseudonym for row in rows if row.establishment_id]
    names = names_for(access=frame.access, pseudonyms=pseudonyms)
    tongue = languages.tongue()
    by_name = [q.name for q in columns]
    for row in rows:
        kept = row.answer_set.answers if hasattr(row, "answer_set") else {}
        cells = []
        for question, name in zip(columns, by_name):
            value = kept.get(question.path, kept.get(name))
            if with_labels and definition is not None:
                text = answers.said(definition, question, value, tongue)
            else:
                text = (
                    " ".join(map(str, value))
                    if isinstance(value, list)
                    else ""
                    if value is None
                    else str(value)
                )
            cells.append((_heading(question, definition, with_labels), text[:300], _css(question, value)))
        yield {
            "url": frame.url("surveys:submission", row.pk),
            "received": row.received_at,
            "about": names.get(row.establishment.pseudonym, "") if row.establishment_id else "",
            "enumerator": str(row.enumerator or ""),
            "state": row.get_state_display(),
            "tone": STATE_TONES.get(row.state, ""),
            "cells": cells,
        }


def _address(request: HttpRequest, **changes: str | None) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    text = query.urlencode()
    return f"?{text}" if text else request.path


def _filters(
    request: HttpRequest, frame: Frame, definition: Definition | None, choice: Choice
) -> dict[str, Any]:
    people = Enumerator.objects.filter(programme=frame.programme).order_by("code")[:300]
    tongue = languages.tongue()
    questions = [
        q
        for q in (definition.asked() if definition else [])
        if q.kind == "select_one" and not q.repeat and q.sensitivity != IDENTIFYING
    ]
    asked = request.GET.get("answer", "")
    chosen = next((q for q in questions if q.path == asked), None)
    return {
        "states": [(v, label, v in request.GET.getlist("state")) for v, label in Submission.State.choices],
        "people": [(p.pk, str(p), p.pk == choice.enumerator) for p in people],
        "since": choice.since.isoformat() if choice.since else "",
        "until": choice.until.isoformat() if choice.until else "",
        "findings": request.GET.get("findings", ""),
        "questions": [(q.path, _heading(q, definition, True), q is chosen) for q in questions],
        "choices": [
            (c.name, c.labels.get(tongue) or c.name, c.name == request.GET.get("is"))
            for c in (definition.choices_of(chosen) if definition and chosen else ())
        ],
        "kept": [(n, v) for n in ("show",) for v in request.GET.getlist(n)[:200]],
    }


# --- the columns, pictured


@programme_page(item="field", may="read_sensitive")
def profile(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """What stands in each column, as small pictures."""
    instrument = instrument_of(frame, pk)
    made = tables.frame(instrument=instrument, access=frame.access, limit=PICTURED, choices_apart=False)
    places, places_table = _places(made)
    said = [_picture(p) for p in profiles.profiles(made.tables, languages.tongue())]
    state = ngettext("%(n)s submission.", "%(n)s submissions.", made.n) % {"n": words.number(made.n)}
    if made.n >= PICTURED:
        state = _("The newest %(n)s submissions.") % {"n": words.number(made.n)}
    return render(
        request,
        "surveys/tables_profile.html",
        {
            "title": _("Columns: %(what)s") % {"what": title_of(instrument)},
            "state": state,
            "profiles": said,
            "misfits": made.misfits,
            "places": places,
            "places_table": places_table,
            "back": frame.url("surveys:table", instrument.pk),
        },
    )


def _picture(one: profiles.Profile) -> dict[str, Any]:
    most = max([n for _label, n in one.counts] + one.histogram + [1])
    spread = ""
    if one.spread:
        said = _year if one.tells_years else words.number
        least, middle, greatest = (said(round(v, 2)) for v in one.spread)
        spread = _("%(least)s to %(greatest)s, half below %(middle)s") % {
            "least": least, "greatest": greatest, "middle": middle,
        }  # fmt: skip
    if one.days:
        spread = _("%(first)s to %(last)s") % {
            "first": words.day(one.days[0]),
            "last": words.day(one.days[1]),
        }
    return {
        "one": one,
        "missing": words.share(one.missing_share) if one.missing_share else "",
        "bars": [(label, bars.bar(n, whole=most), n) for label, n in one.counts],
        "spread": spread,
        "histogram": _histogram(one.histogram, most, spread),
    }


def _year(value: float) -> str:
    """A year stands without a separator of thousands."""
    return str(round(value))


def _histogram(counts: list[int], most: int, said: str) -> Any:
    """Bars the size of a word."""
    if len(counts) < 2:
        return ""
    heights = [round(28 * n / most, 1) for n in counts]
    drawn = format_html_join(
        "",
        '<rect class="fill" x="{}" y="{}" width="11" height="{}"/>',
        ((13 * place, 30 - height, height) for place, height in enumerate(heights) if height),
    )
    return format_html(
        '<span class="bar-cell"><svg class="drawn" width="{}" height="32" role="img" aria-label="{}">'
        "<title>{}</title>{}</svg></span>",
        13 * len(counts), said, said, drawn,
    )  # fmt: skip


def _places(made: tables.TableSet) -> tuple[dict[str, Any] | None, TextTable]:
    """How many submissions in each cluster, on the map at its city: no place is shown more exactly than that."""
    found = made.root["_cluster"].value_counts(sort=True) if made.n else None
    counts = {code: n for code, n in found.iter_rows() if code} if found is not None else {}
    features, rows = [], []
    for cluster in Cluster.objects.filter(code__in=counts).select_related("place"):
        n = words.number(counts[cluster.code])
        rows.append((str(cluster), n))
        if cluster.place and cluster.place.latitude is not None and cluster.place.longitude is not None:
            point = [float(cluster.place.longitude), float(cluster.place.latitude)]
            features.append(
                {
                    "type": "Feature",
                    "geometry": {"type": "Point", "coordinates": point},
                    "properties": {"title": f"{cluster}: {n}"},
                }
            )
    picture = {"type": "FeatureCollection", "features": features} if features else None
    return picture, TextTable([_("Cluster"), _("Submissions")], rows)


# --- taking it along


@require_POST
@programme_page(item="field", may="read_sensitive")
def export(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """The answers as a file: at once where they are few, in the background otherwise."""
    instrument = instrument_of(frame, pk)
    back = frame.url("surveys:table", instrument.pk)
    kind = request.POST.get("format", "")
    if kind not in FORMATS:
        return redirect(back)
    asked = QueryDict(request.POST.get("filters", "")[:4_000])
    choice = choice_asked(asked, newest_definition(instrument), frame)
    tongue = languages.tongue()
    n = tables.count(instrument=instrument, access=frame.access, choice=choice, up_to=AT_ONCE + 1)
    if n > AT_ONCE:
        job = actions.order_export(
            instrument=instrument, kind=kind, language=tongue, choice=changed(choice), by=request.user
        )
        return redirect(frame.url("surveys:export_made", instrument.pk, job.public_id))
    try:
        files = take_along(
            instrument=instrument,
            access=frame.access,
            kind=kind,
            by=request.user,
            choice=choice,
            language=tongue,
        )
    except PersonError as error:
        messages.error(request, str(error))
        return redirect(back)
    whole = bundle(files, instrument.code)
    return _download(whole.name, whole.content)


def _download(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(
        content, content_type=MEDIA_TYPES.get(name.rpartition(".")[2], "application/octet-stream")
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@programme_page(item="field", may="read_sensitive")
def export_made(request: HttpRequest, frame: Frame, pk: int, public_id: uuid.UUID) -> HttpResponse:
    """A large export: how far it is, and the file once it is there."""
    instrument = instrument_of(frame, pk)
    job = Job.objects.filter(public_id=public_id, kind="surveys.export", by=request.user).first()
    if job is None or job.arguments.get("instrument_id") != instrument.pk:
        raise NotFound(kind=_("export"), code_given=str(public_id)[:8])
    if request.GET.get("file") and job.state == Job.State.DONE:
        return _download(job.result["name"], read_upload(job.result["upload"]))
    return render(
        request,
        "surveys/tables_export.html",
        {
            "title": _("Export: %(what)s") % {"what": title_of(instrument)},
            "state": _("Large exports take a moment; this page can be left and found again."),
            "job": present(job),
            "is_done": job.state == Job.State.DONE,
            "back": frame.url("surveys:table", instrument.pk),
        },
    )
