"""What phones fetch: the list of forms, a form, its files, its entity lists."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from functools import lru_cache

from django.db.models import Exists, OuterRef, QuerySet

from nanduti.programme.models.programmes import in_language

from ..errors import NotServed
from ..lists import provider
from ..models import EntityList, InstrumentMedia, InstrumentVersion
from ..queries.callers import Caller
from . import documents
from .calls import Answer, Call, quoted

log = logging.getLogger(__name__)
State = InstrumentVersion.State
FORBIDDEN_NAMES = {"", ".", ".."}


def form_list(call: Call, caller: Caller) -> Answer:
    """The forms of this phone: the newest version of each, or all of them where that is asked for."""
    versions = served(caller)
    if call.query.get("formID"):
        versions = versions.filter(instrument__code=call.query["formID"].replace("\x00", ""))
    has_media = InstrumentMedia.objects.filter(instrument_version=OuterRef("pk"))
    rows = versions.annotate(has_media=Exists(has_media)).defer("xform", "definition")
    if not _is_true(call.query.get("listAllVersions")):
        newest: dict[int, InstrumentVersion] = {}
        for row in rows.exclude(state=State.RETIRED):
            newest.setdefault(row.instrument_id, row)
        shown = list(newest.values())
    else:
        shown = list(rows)
    base = call.origin + caller.base
    verbose = _is_true(call.query.get("verbose"))
    return Answer(200, documents.form_list(_entry(row, base, verbose) for row in shown))


def served(caller: Caller) -> QuerySet[InstrumentVersion]:
    """The versions that this caller may have, the newest first."""
    rows = InstrumentVersion.objects.select_related("instrument")
    if caller.draft is not None:
        return rows.filter(pk=caller.draft.pk)
    rows = rows.filter(instrument__programme=caller.programme).exclude(state=State.DRAFT)
    if caller.enumerator is not None:
        chosen = list(caller.enumerator.instruments.values_list("pk", flat=True))
        if chosen:
            rows = rows.filter(instrument__in=chosen)
    return rows.filter(instrument__is_open=True).order_by("instrument__code", "-pk")


def _entry(row: InstrumentVersion, base: str, verbose: bool) -> dict[str, str]:
    address = f"{base}/forms/{row.pk}"
    entry = {
        "formID": row.instrument.code,
        "name": in_language(row.instrument, "title") or row.instrument.code,
        "version": row.label,
        "hash": f"md5:{digest_of(row)}",
        "downloadUrl": f"{address}/form.xml",
    }
    if verbose:
        entry["descriptionText"] = row.instrument.get_kind_display()
    if row.has_media:  # type: ignore[attr-defined]
        entry["manifestUrl"] = f"{address}/manifest"
    return entry


def digest_of(row: InstrumentVersion) -> str:
    """MD5 of the bytes served."""
    return row.digest or _md5(row.xform.encode())


def form(call: Call, caller: Caller, pk: str) -> Answer:
    """One XForm; phones that have it are told so."""
    row = _version(caller, pk)
    content = row.xform.encode()
    return _unless_known(call, f'"{_md5(content)}"', content)


def _version(caller: Caller, pk: str) -> InstrumentVersion:
    row = served(caller).filter(pk=int(pk)).first() if pk.isdigit() and len(pk) < 19 else None
    if row is None:
        raise NotServed()
    return row


def _unless_known(
    call: Call, tag: str, content: bytes, content_type: str = "text/xml; charset=utf-8"
) -> Answer:
    headers = [("ETag", tag), ("Cache-Control", "private, no-cache")]
    known = {said.strip().removeprefix("W/") for said in call.headers["If-None-Match"].split(",")}
    if tag in known:
        return Answer(304, headers=headers)
    return Answer(200, content, content_type, headers)


# --- files and entity lists


def manifest(call: Call, caller: Caller, pk: str) -> Answer:
    """The files of a form. One that is not there is left out, since one bad entry voids the whole list."""
    row = _version(caller, pk)
    base = call.origin + caller.base
    return Answer(200, documents.manifest(_files(row, caller, base)))


def _files(row: InstrumentVersion, caller: Caller, base: str) -> Iterator[tuple[str, dict[str, str]]]:
    for media in row.media.select_related("file", "entity_list").order_by("name"):
        if media.name in FORBIDDEN_NAMES or "/" in media.name or "\\" in media.name:
            continue
        address = f"{base}/forms/{row.pk}/media/{quoted(media.name)}"
        if media.kind == InstrumentMedia.Kind.ENTITY_LIST and media.entity_list is not None:
            token = provider().token(media.entity_list, caller.enumerator)
            kind = "approvalEntityList" if media.entity_list.needs_approval else "entityList"
            yield (
                kind,
                {
                    "filename": media.name,
                    "hash": f"md5:{_md5(token.encode())}",
                    "downloadUrl": address,
                    "integrityUrl": f"{base}/entities/{quoted(media.entity_list.name)}/integrity",
                },
            )
            continue
        digest = _digest_of_file(media)
        if digest:
            yield "", {"filename": media.name, "hash": f"md5:{digest}", "downloadUrl": address}


def media(call: Call, caller: Caller, pk: str, name: str) -> Answer:
    """One file of a form, or the entity list of that name."""
    row = _version(caller, pk)
    found = row.media.select_related("file", "entity_list").filter(name=name.replace("\x00", "")).first()
    if found is None:
        raise NotServed()
    if found.entity_list is not None:
        tag = f'"{_md5(provider().token(found.entity_list, caller.enumerator).encode())}"'
        known = _unless_known(call, tag, b"", "text/csv; charset=utf-8")
        if known.status == 200:
            rows = provider().csv(found.entity_list, caller.enumerator)
            # Whole, since queries end with this request.
            known.body = rows if isinstance(rows, bytes) else b"".join(rows)
        return known
    digest = _digest_of_file(found)
    if not digest:
        raise NotServed()
    answer = _unless_known(call, f'"{digest}"', b"", found.file.media_type or "application/octet-stream")
    if answer.status == 200:
        answer.body = _pieces(found)
        answer.headers.append(("Content-Length", str(found.file.content.size)))
    return answer


def _pieces(found: InstrumentMedia) -> Iterator[bytes]:
    with found.file.content.open("rb") as file:
        yield from iter(lambda: file.read(65_536), b"")


def _digest_of_file(media: InstrumentMedia) -> str:
    """MD5 of a file's bytes, which phones compare with what they hold; empty where the file is not there."""
    if media.file is None:
        return ""
    try:
        return _md5_of(media.file.content.path, media.file.digest)
    except OSError:
        log.warning("a file of form version %s is missing", media.instrument_version_id)
        return ""


@lru_cache(maxsize=1000)
def _md5_of(path: str, digest: str) -> str:
    # ``digest`` is part of the key: another content is another file.
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def integrity(call: Call, caller: Caller, name: str) -> Answer:
    """Which of the entities that the phone made or kept are gone."""
    found = EntityList.objects.filter(programme=caller.programme, name=name.replace("\x00", "")).first()
    if found is None:
        raise NotServed()
    ids = [key for key in call.query.get("id", "").split(",") if key][:5000]
    return Answer(200, documents.integrity(provider().deleted(found, caller.enumerator, ids)))


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def _is_true(said: str | None) -> bool:
    return (said or "").lower() in {"true", "1", "yes"}
