"""Published figures for machines, without an account: what the open pages show, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Path, Query, Router, Schema

from nanduti.programme.api import TROUBLE

from .gate.result import WHY
from .models import Publication
from .publishing import contents
from .publishing.contents import KEPT_SECONDS, where
from .queries import opened

router = Router(tags=["open data"], auth=None)
MOST_ROWS = 1_000
SLUG = r"^[-a-zA-Z0-9_]{1,60}$"


class OpenProgramme(Schema):
    """A programme that has published something for everybody."""

    code: str
    title: str
    title_es: str
    publications: int
    latest: date


class OpenFile(Schema):
    """A published file; its address does not change."""

    name: str
    media_type: str
    bytes: int
    sha256: str
    address: str


class OpenPublication(Schema):
    """A publication as it left."""

    programme: str
    slug: str
    version: int
    title: str
    title_es: str
    kind: str
    published_on: date
    state: str
    withdrawn_on: date | None
    withdrawn_because: str
    digest: str
    citation: str
    address: str
    is_synthetic: bool
    parts: list[dict[str, Any]]
    columns: dict[str, Any]
    files: list[OpenFile]


class OpenRows(Schema):
    """Some rows of a published table; a value of null is hidden."""

    part: str
    n: int
    offset: int
    rows: list[dict[str, Any]]


# Nobody has to say who they are here, so nobody is turned away for it either.
NOT_THERE = {status: TROUBLE[status] for status in (404, 422)}


def _said(row: Publication) -> dict[str, Any]:
    base = where(row, exactly=True)
    files = [
        {"name": f.name, "media_type": f.media_type, "bytes": f.n_bytes, "sha256": f.digest,
         "address": f"{base}{f.name}"}
        for f in opened.files(row)
    ]  # fmt: skip
    about = {} if row.is_withdrawn else row.contents
    return {
        "programme": row.programme_code, "slug": row.slug, "version": row.number, "title": row.title,
        "title_es": row.title_es, "kind": row.kind, "published_on": row.published_on, "state": row.state,
        "withdrawn_on": row.withdrawn_on, "withdrawn_because": row.withdrawn_because, "digest": row.digest,
        "citation": contents.cite(row), "address": base, "is_synthetic": bool(row.contents.get("is_synthetic")),
        "parts": about.get("parts", []), "columns": about.get("columns", {}), "files": files,
    }  # fmt: skip


def _kept(response: HttpResponse) -> None:
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"


@router.get(
    "/open/",
    response={200: list[OpenProgramme], **NOT_THERE},
    summary="Programmes that have published something",
)
def open_programmes(request: HttpRequest, response: HttpResponse) -> Any:
    """For everybody; no account is needed."""
    _kept(response)
    return [
        {"code": p.code, "title": p.title, "title_es": p.title_es, "publications": p.n, "latest": p.latest}
        for p in opened.programmes()
    ]


@router.get(
    "/open/{programme}/",
    response={200: list[OpenPublication], **NOT_THERE},
    summary="What a programme has published",
)
def open_publications(
    request: HttpRequest, response: HttpResponse, programme: str = Path(..., pattern=SLUG)
) -> Any:
    """The newest version of each publication for everybody."""
    _kept(response)
    return [_said(row) for row in opened.publications(programme=programme)]


@router.get(
    "/open/{programme}/{slug}/", response={200: OpenPublication, **NOT_THERE}, summary="One publication"
)
def open_publication(
    request: HttpRequest,
    response: HttpResponse,
    programme: str = Path(..., pattern=SLUG),
    slug: str = Path(..., pattern=SLUG),
    version: int | None = Query(None, ge=1, le=100_000),
) -> Any:
    """The newest version, or the one asked for; a withdrawn one says so and has no files."""
    _kept(response)
    return _said(opened.publication(programme=programme, slug=slug, number=version))


@router.get(
    "/open/{programme}/{slug}/rows/{part}/",
    response={200: OpenRows, 410: TROUBLE[404], **NOT_THERE},
    summary="Rows of a published table",
)
def open_rows(
    request: HttpRequest,
    response: HttpResponse,
    programme: str = Path(..., pattern=SLUG),
    slug: str = Path(..., pattern=SLUG),
    part: str = Path(..., pattern=r"^[-a-zA-Z0-9_.]{1,80}$"),
    version: int | None = Query(None, ge=1, le=100_000),
    offset: int = Query(0, ge=0, le=10_000_000),
    limit: int = Query(100, ge=1, le=MOST_ROWS),
) -> Any:
    """From the published file, in its order."""
    row = opened.publication(programme=programme, slug=slug, number=version)
    if row.is_withdrawn:
        return JsonResponse(_gone(row), status=410)
    frame = opened.frame_of(row, part).drop(WHY, strict=False)
    _kept(response)
    return {"part": part, "n": frame.height, "offset": offset, "rows": frame.slice(offset, limit).to_dicts()}


def _gone(row: Publication) -> dict[str, str]:
    return {
        "code": "release.withdrawn",
        "title": "This publication was withdrawn",
        "sentence": f"It was withdrawn on {row.withdrawn_on}: {row.withdrawn_because}",
        "remedy": "Use the newer version if there is one; do not use copies of this one.",
    }
