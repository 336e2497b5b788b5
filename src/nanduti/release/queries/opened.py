"""What visitors may see: publications for everybody, and nothing else.

The only module that steps out of scopes for somebody without a role. It reads ``release_publication`` and
``release_publishedfile`` alone (a test holds it to that), only rows for everybody, and never the ledger.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from nanduti.foundation.errors import NotFound

from ..models import Publication, PublishedFile, ReleaseRequest

_MOST_FRAMES = 32
_frames: OrderedDict[str, pl.DataFrame] = OrderedDict()


def _open() -> QuerySet[Publication]:
    rows = Publication._base_manager.filter(audience=ReleaseRequest.Audience.PUBLIC)
    return rows.defer("ledger", "population").order_by("-published_on", "-id")


@dataclass(frozen=True)
class OpenProgramme:
    """A programme as far as it has published something."""

    code: str
    title: str
    title_es: str
    n: int
    latest: Any


def programmes() -> list[OpenProgramme]:
    """Programmes that have something for everybody, by title."""
    found: dict[str, OpenProgramme] = {}
    rows = _open().filter(state=Publication.State.PUBLISHED)
    columns = ("programme_code", "programme_title", "programme_title_es", "published_on")
    for code, title, title_es, on in rows.values_list(*columns)[:5_000]:
        before = found.get(code)
        if before is None:
            found[code] = OpenProgramme(code, title, title_es, 1, on)
        else:
            found[code] = OpenProgramme(code, before.title, before.title_es, before.n + 1, before.latest)
    return sorted(found.values(), key=lambda p: p.title)


def publications(*, programme: str, also_withdrawn: bool = False) -> list[Publication]:
    """What a programme has published for everybody, the newest version of each; newest first."""
    rows = _open().filter(programme_code=programme)
    kept = rows if also_withdrawn else rows.filter(state=Publication.State.PUBLISHED)
    found = list(kept[:500])
    if not found and not rows.exists():
        raise NotFound(kind=_("programme"), code_given=programme[:60])
    return found


def publication(*, programme: str, slug: str, number: int | None = None) -> Publication:
    """One publication: the version asked for, or the newest."""
    rows = _open().filter(programme_code=programme, slug=slug)
    rows = rows.filter(number=number) if number is not None else rows.order_by("-number")
    rows = rows.select_related("replaced_by").defer(
        "ledger", "population", "replaced_by__ledger", "replaced_by__population"
    )
    found = rows.first()
    if found is None:
        raise NotFound(kind=_("publication"), code_given=slug[:60])
    return found


def versions(publication: Publication) -> list[Publication]:
    """All its versions for everybody, newest first."""
    rows = _open().filter(programme_code=publication.programme_code, slug=publication.slug)
    return list(rows.order_by("-number")[:100])


def files(publication: Publication) -> list[PublishedFile]:
    """Its files; none where it was withdrawn."""
    if publication.is_withdrawn:
        return []
    return list(PublishedFile._base_manager.filter(publication=publication).order_by("id"))


def file_of(publication: Publication, name: str) -> PublishedFile:
    """One file by its name."""
    rows = PublishedFile._base_manager.filter(publication=publication, name=name.replace("\x00", "")[:120])
    found = rows.first()
    if found is None:
        raise NotFound(kind=_("file"), code_given=name[:40])
    return found


def frame_of(publication: Publication, part: str) -> pl.DataFrame:
    """A part as it was published, read from its published file."""
    return read_frame(file_of(publication, f"{part}.parquet"))


def read_frame(file: PublishedFile) -> pl.DataFrame:
    """The table in a published Parquet file; kept by its digest, since a published file never changes."""
    found = _frames.get(file.digest)
    if found is None:
        with file.content.open("rb") as opened:
            found = pl.read_parquet(io.BytesIO(opened.read()))
        _frames[file.digest] = found
        while len(_frames) > _MOST_FRAMES:
            _frames.popitem(last=False)
    return found
