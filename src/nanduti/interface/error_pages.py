"""What Django itself answers when something is wrong, in the house's style and language and without a trace.

``config/urls.py`` names these as ``handler400`` to ``handler500``; settings name :func:`forged` as
``CSRF_FAILURE_VIEW``.
"""

from __future__ import annotations

import logging
import sys

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from nanduti.foundation import storage

from .middleware import answer
from .saying import Said, say

log = logging.getLogger(__name__)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what came cannot be read at all."""
    return _plain(
        request,
        Said(
            _("This request cannot be understood"),
            _("What your browser sent is not something this page can read."),
            _("Go back and try again; if it happens again, start from the first page."),
            "http.bad_request",
        ),
        400,
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: signed in or not, this is not for you."""
    said = Said(
        _("You may not see this"),
        _("Your account has no right to this page."),
        _("Ask the programme coordinator for the role, or sign in with another account."),
        "http.forbidden",
    )
    return answer(request, said, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page."""
    said = Said(
        _("There is no such page"),
        _("The address leads nowhere: it may be misspelt, or what stood here has moved."),
        _("Start from the first page, or search for what you need."),
        "http.not_found",
    )
    return answer(request, said, 404)


def mistake(request: HttpRequest) -> HttpResponse:
    """500: a bug. Rendered without the frame, since whatever failed may be in the frame.

    A full disk or a database that does not answer is nobody's bug: then it says so, as 507 or 503.
    """
    trouble = storage.meant_by(sys.exc_info()[1])
    if trouble is not None:
        return _plain(request, say(trouble), 507 if isinstance(trouble, storage.DiskFull) else 503)
    said = Said(
        _("Something went wrong inside Nanduti"),
        _("This is our mistake, not yours. Nothing of what you did last was kept."),
        _("Try again; if it happens again, tell the people who run this service, with the time it happened."),
        "http.mistake",
    )
    return _plain(request, said, 500)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose token does not fit: mostly a page that was open for too long."""
    said = Said(
        _("This page was open for too long"),
        _("For your safety a form counts only for a while and only from the browser that opened it."),
        _(
            "Go back and send the form once more: what you typed still stands there. Cookies must be allowed; "
            "where scripts are not, copy what you typed and load the page anew first."
        ),
        "http.forged",
    )
    return answer(request, said, 403)


def _plain(request: HttpRequest, said: Said, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"code": said.code, "title": said.title, "sentence": said.sentence, "remedy": said.remedy},
            status=status,
        )
    if request.headers.get("HX-Request"):
        response = render(None, "interface/said.html", {"said": said}, status=status)
        response["HX-Retarget"], response["HX-Reswap"] = "#said", "innerHTML"
        response["HX-Reselect"] = ".notice"
        return response
    is_post = request.method == "POST"
    return render(None, "interface/bare.html", {"said": said, "is_post": is_post}, status=status)
