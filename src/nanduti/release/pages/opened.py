"""Open pages: what anybody may read, without signing in. They show published files and nothing that lives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from nanduti.foundation.errors import NotFound
from nanduti.foundation.languages import tongue
from nanduti.interface import words
from nanduti.interface.saying import Said

from ..grids import grids, indicator_said, indicators, records, said
from ..materials.model import TOTAL
from ..models import Publication, PublishedFile, ReleaseRequest
from ..publishing import contents
from ..publishing.contents import KEPT_SECONDS, where
from ..queries import opened

Page = Callable[..., HttpResponse]


def open_page(page: Page) -> Page:
    """A page for everybody: read only, in the language of ``?lang=`` or the browser, kept by caches, no cookie."""

    @require_safe
    @functools.wraps(page)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang", "")
        language = asked if asked in dict(settings.LANGUAGES) else translation.get_language()
        with translation.override(language):
            try:
                response = page(request, *args, **kwargs)
            except NotFound as error:
                response = _not_there(request, error)
        response.headers.setdefault("Content-Language", language or "en")
        patch_vary_headers(response, ["Accept-Language"])
        if response.status_code == 200 and "Cache-Control" not in response:
            patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
        return response

    return shown


def _not_there(request: HttpRequest, error: NotFound) -> HttpResponse:
    about = {"title": _("Not found"), "state": _("Nothing for everybody stands at this address.")}
    return _page(request, "release/open/gone.html", about, status=404)


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    query = request.GET.copy()
    languages = []
    for code, name in settings.LANGUAGES:
        query["lang"] = code
        languages.append((code, name, f"?{query.urlencode()}", code == tongue()))
    return render(request, template, {"languages": languages, **context}, status=status)


@open_page
def catalogue(request: HttpRequest) -> HttpResponse:
    """Programmes that have published something."""
    rows = opened.programmes()
    n = sum(p.n for p in rows)
    state = ngettext("%(n)s publication for everybody.", "%(n)s publications for everybody.", n) % {
        "n": words.number(n)
    }
    shown = [
        {"title": (tongue() == "es" and p.title_es) or p.title, "row": p, "url": f"/open/{p.code}/"}
        for p in rows
    ]
    return _page(
        request, "release/open/catalogue.html", {"title": _("Open data"), "state": state, "rows": shown}
    )


@open_page
def programme(request: HttpRequest, programme: str) -> HttpResponse:
    """What a programme has published: its indicators at a glance, then everything."""
    rows = opened.publications(programme=programme)
    everything = rows or opened.publications(programme=programme, also_withdrawn=True)
    title = everything[0].programme_said if everything else programme
    state = ngettext("%(n)s publication for everybody.", "%(n)s publications for everybody.", len(rows)) % {
        "n": words.number(len(rows))
    }
    return _page(
        request,
        "release/open/programme.html",
        {
            "title": title,
            "state": state,
            "rows": [{"row": p, "url": where(p), "kind": kind_said(p)} for p in rows],
            "cards": dashboard(rows),
            "is_synthetic": any(p.contents.get("is_synthetic") for p in rows),
        },
    )


def dashboard(rows: list[Publication]) -> list[dict[str, Any]]:
    """The newest figure of each published indicator, from its published table."""
    cards: dict[str, dict[str, Any]] = {}
    for publication in rows:
        for part in publication.contents.get("parts", []):
            if part["shape"] != "indicators":
                continue
            frame = opened.frame_of(publication, part["name"])
            for row in frame.iter_rows(named=True):
                if row.get("group") or row.get("cluster") != TOTAL or row["code"] in cards:
                    continue
                cards[row["code"]] = card_of(row, publication)
    return list(cards.values())


def card_of(row: dict[str, Any], publication: Publication) -> dict[str, Any]:
    """One indicator as a card; what cannot be said is said to be so."""
    column = publication.contents["columns"].get("code", {})
    label = said(column.get("codes", {}).get(row["code"], {}), row["code"])
    return {
        "label": label,
        "text": indicator_said(row),
        "url": where(publication),
        "on": publication.published_on,
    }


def kind_said(publication: Publication) -> str:
    return str(dict(ReleaseRequest.Kind.choices).get(publication.kind, publication.kind))


@open_page
def one(request: HttpRequest, programme: str, slug: str, number: int | None = None) -> HttpResponse:
    """A publication: picture, table, dictionary, files, how to cite it; or the stone that marks where it stood."""
    publication = opened.publication(programme=programme, slug=slug, number=number)
    about: dict[str, Any] = {
        "title": str(publication),
        "row": publication,
        "programme_url": f"/open/{publication.programme_code}/",
        "citation": contents.cite(publication, tongue()),
        "versions": [(p, where(p, exactly=True)) for p in opened.versions(publication)],
        "newer_url": where(publication.replaced_by, exactly=True) if publication.replaced_by else "",
    }
    if publication.is_withdrawn:
        about["state"] = _("This was withdrawn on %(day)s.") % {"day": words.day(publication.withdrawn_on)}
        return _page(request, "release/open/withdrawn.html", about)
    about["state"] = _("Published on %(day)s, version %(number)s.") % {
        "day": words.day(publication.published_on),
        "number": publication.number,
    }
    return _page(request, "release/open/publication.html", about | shown_of(publication))


def shown_of(publication: Publication) -> dict[str, Any]:
    """Tables, dictionary and files of a publication that stands."""
    columns = publication.contents.get("columns", {})
    tables: list[Any] = []
    samples: list[Any] = []
    for part in publication.contents.get("parts", []):
        frame = opened.frame_of(publication, part["name"])
        if part["shape"] == "records":
            samples.append(records(frame, columns))
        elif part["shape"] == "table":
            tables += grids(part, frame, columns)
        else:
            tables += indicators(part, frame, columns)
    dictionary = [
        {
            "name": name,
            "label": said(column.get("labels", {}), name),
            "unit": column.get("unit", ""),
            "codes": [(code, said(words_, code)) for code, words_ in column.get("codes", {}).items()][:200],
        }
        for name, column in columns.items()
    ]
    base = where(publication, exactly=True)
    return {
        "grids": tables[:40],
        "samples": samples,
        "dictionary": dictionary,
        "files": [(f, f"{base}{f.name}") for f in opened.files(publication)],
        "is_synthetic": bool(publication.contents.get("is_synthetic")),
        "notes": [said(n) for n in publication.contents.get("notes", [])],
        "sources": [said(s) for s in publication.contents.get("sources", [])],
    }


@require_safe
def file(request: HttpRequest, programme: str, slug: str, number: int, name: str) -> HttpResponse:
    """A published file, byte for byte; gone where the publication was withdrawn."""
    try:
        publication = opened.publication(programme=programme, slug=slug, number=number)
        if publication.is_withdrawn:
            return gone(request, publication)
        return give(opened.file_of(publication, name), public=True)
    except NotFound as error:  # here too without the frame of those who have signed in, and its cookie
        return _not_there(request, error)


def gone(request: HttpRequest, publication: Publication) -> HttpResponse:
    """410: it was here, and was taken back."""
    told = Said(
        _("This publication was withdrawn"),
        publication.withdrawn_because,
        _("Use the newer version if there is one; do not use copies of this one."),
        "release.withdrawn",
    )
    response = HttpResponse(
        f"{told.title}\n{told.sentence}\n{told.remedy}\n",
        content_type="text/plain; charset=utf-8",
        status=410,
    )
    response["Cache-Control"] = "no-cache"
    return response


def give(file: PublishedFile, *, public: bool) -> HttpResponse:
    """A published file as a download."""
    response = FileResponse(
        file.content.open("rb"), as_attachment=True, filename=file.name, content_type=file.media_type
    )
    response["ETag"] = f'"{file.digest}"'
    # Short for those who might hold it after it was withdrawn.
    response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}" if public else "private, no-store"
    return response
