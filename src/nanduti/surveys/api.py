"""Answers for machines, within what the account may read: pages of submissions, the whole as a file, the backlog.

What identifies somebody is told to be kept and told to nobody; every file that leaves is written down.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from nanduti.foundation.errors import NotAllowed, NotFound
from nanduti.programme.frames import may_within
from nanduti.programme.models import Programme
from nanduti.programme.queries import programme_by_code

from .errors import ExportRefused
from .exporting import FORMATS, bundle
from .exporting.making import MEDIA_TYPES
from .models import Instrument
from .queries import reviews, tables
from .taking import take_along

router = Router(tags=["surveys"])
# One request waits for its file; larger ones are ordered on the page of the table.
MOST_AT_ONCE = 50_000
MOST_ON_A_PAGE = 500


class Trouble(Schema):
    """What went wrong: a stable code, a title, a sentence and a remedy."""

    code: str
    title: str
    sentence: str
    remedy: str


TROUBLE = {401: Trouble, 403: Trouble, 404: Trouble, 409: Trouble, 422: Any}


def _instrument(request: HttpRequest, programme: str, form_id: str) -> Instrument:
    """The instrument that is asked about, if the asker may read answers of it somewhere."""
    found: Programme = programme_by_code(code=programme)
    access = request.access  # type: ignore[attr-defined]
    if not (may_within(access, "read_sensitive", programme=found, cluster=None)
            or access.may_work("read_sensitive", found.code)):  # fmt: skip
        raise NotAllowed(capability="read_sensitive")
    instrument = (
        Instrument.objects.filter(programme=found, code=form_id).select_related("scope", "programme").first()
    )
    if instrument is None:
        raise NotFound(kind="instrument", code_given=form_id[:80])
    return instrument


@router.get(
    "programmes/{programme}/instruments/{form_id}/submissions",
    response={200: dict[str, Any], **TROUBLE},
    summary="Submissions with their answers, newest first",
)
def list_submissions(  # type: ignore[no-untyped-def]
    request: HttpRequest,
    programme: str,
    form_id: str,
    after: str = Query("", max_length=100, description="“next” of the page before"),  # type: ignore[type-arg]
    limit: int = Query(100, ge=1, le=MOST_ON_A_PAGE),  # type: ignore[type-arg]
):
    """Current ones that were not rejected and are no trials; ask on with ``after`` = ``next`` until it is empty."""
    instrument = _instrument(request, programme, form_id)
    page = tables.page(
        instrument=instrument,
        access=request.access,  # type: ignore[attr-defined]
        mark=after.replace("\x00", ""),
        size=limit,
    )
    return {"submissions": [tables.as_dict(row) for row in page.rows], "next": page.next_mark}


@router.get("programmes/{programme}/instruments/{form_id}/backlog", response={200: dict[str, Any], **TROUBLE})
def backlog(request: HttpRequest, programme: str, form_id: str):  # type: ignore[no-untyped-def]
    """How far the work behind the door is behind."""
    instrument = _instrument(request, programme, form_id)
    found = reviews.backlog(programme=instrument.programme, instrument=instrument)
    return {
        "waiting": found.n_waiting,
        "oldest_at": found.oldest_at,
        "parked": found.n_parked,
        "failed": found.n_failed,
    }


@router.get(
    "programmes/{programme}/instruments/{form_id}/export",
    response={200: Any, **TROUBLE},
    summary="The typed tables as a file",
)
def export(request: HttpRequest, programme: str, form_id: str, format: str = "csv", language: str = "en"):  # type: ignore[no-untyped-def]
    """One file, or a ZIP of several with their codebook."""
    instrument = _instrument(request, programme, form_id)
    if format not in FORMATS:
        raise ExportRefused(
            problem="there is no such format", what_to_do="Formats: " + ", ".join(FORMATS) + "."
        )
    access = request.access  # type: ignore[attr-defined]
    if tables.count(instrument=instrument, access=access, up_to=MOST_AT_ONCE + 1) > MOST_AT_ONCE:
        raise ExportRefused(
            problem="there are more submissions than one request waits for",
            what_to_do="Order the export on the page of the table.",
        )
    files = take_along(
        instrument=instrument,
        access=access,
        kind=format,
        by=request.user,
        language=language[:8],  # type: ignore[arg-type]
    )
    whole = bundle(files, instrument.code)
    kind = MEDIA_TYPES.get(whole.name.rpartition(".")[2], "application/octet-stream")
    response = HttpResponse(whole.content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{whole.name}"'
    response["Cache-Control"] = "private, no-store"
    return response
