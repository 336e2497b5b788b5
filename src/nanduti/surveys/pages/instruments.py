"""Pages of instruments: all of them in one line each, one with its versions, handing in, comparing, the codebook."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.foundation.languages import in_tongue
from nanduti.interface import saying, words
from nanduti.interface.parts import Figure
from nanduti.interface.tables import Col, DataTable
from nanduti.methods.values import PersonError
from nanduti.programme.frames import Frame, programme_page
from nanduti.programme.pages import form_page, link

from ..actions import instruments as actions
from ..errors import FormRefused
from ..forms.instruments import AgainForm, HandInForm, InstrumentForm, MediaForm
from ..models import Instrument, InstrumentVersion
from ..queries import instruments as queries
from ..queries.reviews import backlog
from ..wording import backlog_said

MANAGE = "manage_surveys"
State = InstrumentVersion.State
STATES = {"open": gettext_lazy("open"), "draft": gettext_lazy("draft"), "closed": gettext_lazy("closed")}
TONES = {"open": "good", "closed": "calm"}
VERSION_TONES = {"published": "good", "retired": "calm"}
VALIDATION_TONES = {"passed": "good", "failed": "warn", "unchecked": "calm"}
KINDS = {
    "text": gettext_lazy("text"), "integer": gettext_lazy("whole number"), "decimal": gettext_lazy("number"),
    "date": gettext_lazy("day"), "time": pgettext_lazy("kind of a question", "time"),
    "datetime": gettext_lazy("day and time"),
    "select_one": gettext_lazy("one choice"), "select_multiple": gettext_lazy("several choices"),
    "rank": gettext_lazy("ranking"), "geopoint": gettext_lazy("place"), "geotrace": gettext_lazy("line"),
    "geoshape": gettext_lazy("area"), "image": gettext_lazy("photograph"), "audio": gettext_lazy("sound"),
    "video": gettext_lazy("video"), "file": gettext_lazy("file"), "signature": gettext_lazy("signature"),
    "barcode": gettext_lazy("barcode"), "range": gettext_lazy("number on a scale"),
    "calculate": gettext_lazy("calculated"), "note": gettext_lazy("note"),
    "acknowledge": gettext_lazy("confirmation"), "hidden": gettext_lazy("hidden"),
    "metadata": gettext_lazy("filled in by the phone"), "audit": gettext_lazy("log of filling in"),
}  # fmt: skip


def title_of(row: Instrument) -> str:
    """What an instrument is called in the reader's language."""
    return in_tongue(row.title, row.title_es)


def start_of_today() -> datetime:
    """Midnight, by the clock of the house."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)


def counted(n: int) -> str:
    """A number that was counted up to a bound."""
    return (
        _("more than %(n)s") % {"n": words.number(queries.COUNT_TO)}
        if n > queries.COUNT_TO
        else words.number(n)
    )


def state_of(row: Any) -> str:
    """open, draft or closed."""
    if row.published_id is None:
        return "draft" if row.n_drafts else "closed"
    return "open" if row.is_open else "closed"


# --- all of them


class InstrumentTable(DataTable):
    """The instruments of a programme, one row each."""

    name, caption, order = "instruments", gettext_lazy("Instruments"), ""
    search = ("title", "title_es", "code")


def _columns(frame: Frame) -> list[Col]:
    def review(row: Any) -> str | None:
        return frame.url("surveys:review", instrument=row.pk) if row.n_review else None

    return [
        Col("title", _("Instrument"), value=title_of, phone=True, sortable=True,
            url=lambda r: frame.url("surveys:instrument", r.pk)),
        Col("state", _("State"), "chip", value=state_of, choices=STATES, tone=lambda s: TONES.get(s, ""), phone=True),
        *([
            Col("n_answers", _("Answers"), "number", phone=True, url=lambda r: frame.url("surveys:table", r.pk)),
            Col("n_today", _("Today"), "number"),
            Col("n_review", _("To review"), "number", url=review),
        ] if frame.may("read_sensitive") else []),
        Col("n_drafts", _("Drafts"), "number"),
        Col("kind", _("Kind"), "choice", choices=Instrument.Kind.choices, filter="choice", sortable=True),
        Col("label", _("Version"), "code", shown=False),
        Col("n_questions", _("Questions"), "number", shown=False),
        Col("code", _("Form id"), "code", shown=False, sortable=True),
    ]  # fmt: skip


@programme_page(item="field")
def home(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Field work begins with its instruments."""
    return redirect(frame.url("surveys:instruments"))


@programme_page(item="field")
def instruments(request: HttpRequest, frame: Frame) -> HttpResponse:
    """All instruments with their state in one line."""
    rows = queries.instruments(programme=frame.programme, access=frame.access, today=start_of_today())
    table = InstrumentTable(rows, request, columns=_columns(frame))
    if table.wants_export:
        return table.export()
    known = list(rows[:200])
    may = frame.may(MANAGE)
    return render(
        request,
        "surveys/instruments_list.html",
        {
            "title": _("Instruments"),
            "state": _list_state(known, counts=frame.may("read_sensitive")),
            "table": table,
            "figures": _list_figures(known, frame),
            "new_url": frame.url("surveys:new_instrument") if may else "",
            "library_url": frame.url("surveys:library"),
            "more": [
                link(frame.url("surveys:review"), _("Review")),
                link(frame.url("surveys:enumerators"), _("Enumerators")),
                link(frame.url("surveys:entity_lists"), _("Entity lists")),
            ] if frame.may("read_sensitive") else [],
        },
    )  # fmt: skip


def _list_state(rows: list[Any], *, counts: bool) -> str:
    """``counts``: how many answers came in, for those who may read answers; to others their number is not nought but
    unknown."""
    if not rows:
        return _("No instrument is here yet.")
    n_open = sum(state_of(r) == "open" for r in rows)
    n_today = sum(r.n_today for r in rows)
    said = ngettext("%(n)s instrument is open", "%(n)s instruments are open", n_open) % {
        "n": words.number(n_open)
    }
    if not counts:
        return f"{said}."
    return f"{said}. " + ngettext("%(n)s answer came in today.", "%(n)s answers came in today.", n_today) % {
        "n": counted(n_today)
    }


def _list_figures(rows: list[Any], frame: Frame) -> list[Figure]:
    if not frame.may("read_sensitive"):
        return []
    n_review = sum(r.n_review for r in rows)
    return [
        Figure(sum(r.n_answers for r in rows), _("answers")),
        Figure(sum(r.n_today for r in rows), _("today")),
        Figure(n_review, _("to review"), frame.url("surveys:review") if n_review else ""),
        Figure(sum(r.n_drafts for r in rows), _("drafts")),
    ]


# --- handing in


def _show_hand_in(
    request: HttpRequest, frame: Frame, form: Any, *, title: Any, back: Any, problems: list
) -> HttpResponse:
    return render(
        request,
        "surveys/instruments_hand_in.html",
        {
            "title": title,
            "form": form,
            "back": back,
            "problems": problems,
            "library_url": frame.url("surveys:library"),
        },
        status=422 if problems else form.status,
    )


def _hand_in(
    request: HttpRequest,
    frame: Frame,
    form: Any,
    *,
    title: Any,
    back: Any,
    instrument: Instrument | None = None,
) -> HttpResponse:
    problems: list[Any] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            version = actions.hand_in_form(
                programme=frame.programme,
                name=given.name,
                content=given.read(actions.MAX_FORM_BYTES + 1),
                kind=form.cleaned_data.get("kind") or Instrument.Kind.SURVEY,
                instrument=instrument,
                by=request.user,
            )
        except FormRefused as error:
            problems = error.places  # type: ignore[attr-defined]
        except PersonError as error:
            form.tell(error)
        else:
            messages.success(request, _("The draft is here. Try it, then publish it."))
            return redirect(frame.url("surveys:instrument", version.instrument_id))
    return _show_hand_in(request, frame, form, title=title, back=back, problems=problems)


def _given(request: HttpRequest) -> tuple[Any, Any]:
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


@programme_page(item="field", may=MANAGE)
def new_instrument(request: HttpRequest, frame: Frame) -> HttpResponse:
    """Hand in a form: what is wrong with it stands with sheet, row and column."""
    form = HandInForm(*_given(request))
    back = link(frame.url("surveys:instruments"), _("Instruments"))
    return _hand_in(request, frame, form, title=_("Hand in a form"), back=back)


@programme_page(item="field", may=MANAGE)
def new_version(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Hand in a changed form of an instrument."""
    row = instrument_of(frame, pk)
    form = AgainForm(*_given(request))
    back = link(frame.url("surveys:instrument", pk), title_of(row))
    return _hand_in(request, frame, form, title=_("A changed form"), back=back, instrument=row)


# --- one instrument


def instrument_of(frame: Frame, pk: int) -> Any:
    if pk >= 2**63:
        raise NotFound(kind=_("instrument"), code_given=pk)
    return queries.instrument(programme=frame.programme, access=frame.access, pk=pk, today=start_of_today())


def version_of(frame: Frame, pk: int) -> InstrumentVersion:
    if pk >= 2**63:
        raise NotFound(kind=_("version of an instrument"), code_given=pk)
    return queries.version(programme=frame.programme, pk=pk)


@programme_page(item="field")
def instrument(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """One instrument: is it open, what came in, which versions there are, what its draft lacks."""
    row = instrument_of(frame, pk)
    versions = list(queries.versions(instrument=row)[:50])
    draft = next((v for v in versions if v.state == State.DRAFT), None)
    may, may_publish = frame.may(MANAGE), frame.may_programme(MANAGE)
    return render(
        request,
        "surveys/instruments_one.html",
        {
            "title": title_of(row),
            "state": f"{_one_state(row, counts=frame.may('read_sensitive'))} {_unread(row, frame)}".strip(),
            "row": row,
            "state_said": STATES[state_of(row)],
            "state_tone": TONES.get(state_of(row), ""),
            "figures": _one_figures(row, frame) if row.published_id or row.n_answers else [],
            "open_url": frame.url("surveys:open_instrument", pk) if may_publish and row.published_id else "",
            "versions": [_version_line(v, frame) for v in versions],
            "draft": _draft_panel(request, frame, draft, may=may, may_publish=may_publish) if draft else None,
            "fill_url": _fill_url(row, frame),
            "links": _one_links(row, frame),
            "back": link(frame.url("surveys:instruments"), _("Instruments")),
            "compare_url": frame.url("surveys:compare_versions", pk) if len(versions) > 1 else "",
        },
    )


def _one_state(row: Any, *, counts: bool) -> str:
    state = state_of(row)
    if state == "draft":
        return _("A draft that nobody is given yet; try it, then publish it.")
    if state == "closed":
        return _("Closed: no phone is given this form.")
    asked = ngettext("Open with %(n)s question", "Open with %(n)s questions", row.n_questions)
    if not counts:
        return f"{asked % {'n': words.number(row.n_questions)}}."
    said = ngettext(
        "%(n)s answer so far, %(today)s of it today.",
        "%(n)s answers so far, %(today)s of them today.",
        row.n_answers,
    ) % {"n": counted(row.n_answers), "today": counted(row.n_today)}
    return f"{asked % {'n': words.number(row.n_questions)}}; {said}"


def _unread(row: Any, frame: Frame) -> str:
    """How far the reading is behind, where it is."""
    found = backlog(programme=frame.programme, instrument=row)
    return backlog_said(found) if found.n_waiting else ""


def _one_figures(row: Any, frame: Frame) -> list[Figure]:
    if not frame.may("read_sensitive"):
        return []
    review = frame.url("surveys:review", instrument=row.pk)
    return [
        Figure(row.n_answers, _("answers"), frame.url("surveys:table", row.pk)),
        Figure(row.n_today, _("today")),
        Figure(row.n_review, _("to review"), review if row.n_review else ""),
        Figure(row.n_questions or 0, _("questions")),
    ]


def _version_line(version: InstrumentVersion, frame: Frame) -> dict[str, Any]:
    return {
        "row": version,
        "tone": VERSION_TONES.get(version.state, ""),
        "validation_tone": VALIDATION_TONES[version.validation],
        "codebook_url": frame.url("surveys:codebook", version.pk),
        "workbook_url": frame.url("surveys:version_workbook", version.pk) if version.workbook_id else "",
    }


def _draft_panel(
    request: HttpRequest, frame: Frame, draft: InstrumentVersion, *, may: bool, may_publish: bool
) -> dict[str, Any]:
    whole = version_of(frame, draft.pk)
    missing = queries.missing_media(version=whole)
    test = f"/collect/{frame.programme.code}/test/{whole.draft_token}"
    return {
        "row": whole,
        "missing": missing,
        "media": list(whole.media.select_related("file")),
        "media_form": MediaForm() if may else None,
        "media_url": frame.url("surveys:version_media", whole.pk),
        "publish_url": frame.url("surveys:publish_version", whole.pk) if may_publish else "",
        "is_ready": not missing and whole.validation != InstrumentVersion.Validation.FAILED,
        "drop_url": frame.url("surveys:drop_version", whole.pk) if may else "",
        # Whoever holds this address can fill the draft in; answers to it are trials.
        "try_url": f"{test}/fill/" if may and whole.draft_token else "",
        "try_server": request.build_absolute_uri(test) if may and whole.draft_token else "",
        "report": _report(whole),
        "problems": whole.definition.get("problems", []),
    }


def _report(version: InstrumentVersion) -> str:
    said = {
        "no_java": _("Not checked: this machine has no Java, which ODK Validate needs."),
        "too_slow": _("Not checked: ODK Validate did not come to an end."),
    }
    return said.get(version.validation_report, version.validation_report)


def _fill_url(row: Any, frame: Frame) -> str:
    may = frame.may(MANAGE) or frame.may("collect")
    return frame.url("surveys:fill", row.pk, keep=False) if may and state_of(row) == "open" else ""


def _one_links(row: Any, frame: Frame) -> list[dict[str, Any]]:
    """Where one goes from here: answers first, then what is done with the form itself."""
    found = []
    if frame.may("read_sensitive"):
        found += [
            link(frame.url("surveys:table", row.pk), _("Answers")),
            link(frame.url("surveys:checks", row.pk), _("Checks")),
            link(frame.url("surveys:mapping", row.pk), _("What answers become")),
            link(frame.url("surveys:waves", row.pk), _("Waves and samples")),
        ]
    if frame.may(MANAGE):
        found += [
            link(frame.url("surveys:spreadsheet", row.pk), _("Take in a filled workbook")),
            link(frame.url("surveys:new_version", row.pk), _("Hand in a changed form")),
            link(frame.url("surveys:edit_instrument", row.pk), _("Edit the title")),
        ]
    return found


@programme_page(item="field", may=MANAGE)
def edit_instrument(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Call it otherwise."""
    row = instrument_of(frame, pk)
    return form_page(
        request,
        frame,
        InstrumentForm.of(row, request.POST or None),
        lambda values, version: actions.edit_instrument(
            instrument=row, values=values, version=version, by=request.user
        ),
        title=title_of(row),
        back=frame.url("surveys:instrument", pk),
        save_label=_("Save"),
        done=_("Saved."),
    )


def _did(request: HttpRequest, act: Any, done: Any) -> None:
    """Do it, and tell on the next page how it went."""
    try:
        act()
    except PersonError as error:
        said = saying.say(error)
        messages.error(request, f"{said.sentence} {said.remedy}".strip())
    else:
        messages.success(request, done)


def _require_programme(frame: Frame) -> None:
    if not frame.may_programme(MANAGE):
        raise NotAllowed(capability=MANAGE)


@require_POST
@programme_page(item="field", may=MANAGE)
def publish(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Freeze the draft and hand it out."""
    _require_programme(frame)
    version = version_of(frame, pk)
    _did(
        request, lambda: actions.publish(version=version, by=request.user), _("Published: phones get it now.")
    )
    return redirect(frame.url("surveys:instrument", version.instrument_id))


@require_POST
@programme_page(item="field", may=MANAGE)
def drop(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Throw the draft away."""
    version = version_of(frame, pk)
    kept = version.instrument_id
    _did(request, lambda: actions.drop_draft(version=version, by=request.user), _("The draft is gone."))
    is_there = Instrument.objects.filter(pk=kept).exists()
    return redirect(frame.url("surveys:instrument", kept) if is_there else frame.url("surveys:instruments"))


@require_POST
@programme_page(item="field", may=MANAGE)
def set_open(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Take answers, or none any more."""
    _require_programme(frame)
    row = instrument_of(frame, pk)
    wanted = request.POST.get("open") == "yes"
    done = _("It takes answers again.") if wanted else _("It is closed: no phone is given it any more.")
    _did(
        request,
        lambda: actions.set_open(instrument=row, is_open=wanted, version=row.version, by=request.user),
        done,
    )
    return redirect(frame.url("surveys:instrument", pk))


@require_POST
@programme_page(item="field", may=MANAGE)
def media(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """Add a file to the draft."""
    version = version_of(frame, pk)
    form = MediaForm(request.POST, request.FILES)
    if form.is_valid():
        given = form.cleaned_data["file"]
        content = given.read(actions.MAX_MEDIA_BYTES + 1)
        _did(
            request,
            lambda: actions.add_media(version=version, name=given.name, content=content, by=request.user),
            _("The file is added."),
        )
    else:
        messages.error(request, _("Choose a file first."))
    return redirect(frame.url("surveys:instrument", version.instrument_id))


@programme_page(item="field")
def workbook(request: HttpRequest, frame: Frame, pk: int) -> HttpResponse:
    """The file that was handed in, to change it and hand it in again."""
    version = version_of(frame, pk)
    if version.workbook is None:
        raise NotFound(kind=_("workbook"), code_given=pk)
    with version.workbook.content.open("rb") as held:
        return attachment(held.read(), version.workbook.name, version.workbook.media_type)


def attachment(content: bytes, name: str, media_type: str) -> HttpResponse:
    """A file to keep, never to be shown by the browser itself."""
    answer = HttpResponse(content, content_type=media_type or "application/octet-stream")
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name) or "file"
    answer["Content-Disposition"] = f'attachment; filename="{plain}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
