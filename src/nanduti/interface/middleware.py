"""What we say to people becomes a page; what programs ask becomes JSON; a bug stays a bug and says nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from nanduti.foundation.errors import EditedMeanwhile, NotAllowed, NotFound, RuleRefused
from nanduti.methods.values import NandutiError, PersonError

from .saying import Said, say

STATUS: tuple[tuple[type[NandutiError], int], ...] = (
    (NotAllowed, 403),
    (NotFound, 404),
    (RuleRefused, 409),
    (EditedMeanwhile, 409),
    (PersonError, 422),
)


def status_of(error: NandutiError) -> int:
    """The HTTP status of an error."""
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


class ErrorsAsPages:
    """Turns a :class:`NandutiError` that a page function raised into an answer."""

    def __init__(self, handler: Callable[[HttpRequest], HttpResponse]) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.handler(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        # Only what is meant for people: any other error of ours is a bug and takes the path of bugs.
        if not isinstance(error, PersonError):
            return None
        return answer(request, say(error), status_of(error))


def answer(request: HttpRequest, said: Said, status: int) -> HttpResponse:
    """An error as the asker can use it: JSON, a fragment for the page that is open, or a whole page."""
    if request.path.startswith("/api/"):
        letter = {"code": said.code, "title": said.title, "sentence": said.sentence, "remedy": said.remedy}
        return JsonResponse(letter, status=status)
    if getattr(request, "htmx", False) and not request.htmx.boosted:
        response = render(request, "interface/said.html", {"said": said}, status=status)
        # Above the content, without touching what was typed below.
        response["HX-Retarget"] = "#said"
        response["HX-Reswap"] = "innerHTML"
        response["HX-Reselect"] = ".notice"
        return response
    return render(request, "interface/error.html", {"said": said, "status": status}, status=status)
