"""What the way in hangs into the frame: the eight steps of the programme at hand, and the ways to its rooms."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest
from django.urls import reverse

from nanduti.interface import navigation
from nanduti.programme.frames import Frame
from nanduti.programme.queries import readable_programmes

from . import queries


def current(request: HttpRequest) -> Frame | None:
    """The programme at hand, if the page is about one."""
    return getattr(request, "programme_frame", None)


def _code(request: HttpRequest) -> str | None:
    frame = current(request)
    if frame is not None:
        return frame.programme.code
    if not request.user.is_authenticated:
        return None
    if not hasattr(request, "nanduti_first_programme"):
        request.nanduti_first_programme = (
            readable_programmes(access=request.access).values_list("code", flat=True).first()  # type: ignore[attr-defined]
        )  # type: ignore[attr-defined]
    return request.nanduti_first_programme  # type: ignore[attr-defined]


def programme_url(request: HttpRequest) -> str | None:
    """The page of the programme at hand, else of the first one."""
    code = _code(request)
    return reverse("home:programme", args=(code,)) if code else None


def room_url(name: str) -> Callable[[HttpRequest], str | None]:
    """The address of a room in the programme at hand, with cluster and cut-off day kept."""

    def address(request: HttpRequest) -> str | None:
        frame = current(request)
        if frame is not None:
            return frame.url(name)
        code = _code(request)
        return reverse(name, args=(code,)) if code else None

    return address


def steps(request: HttpRequest) -> Iterable[navigation.Step]:
    """The eight steps with how far each is; none for whoever fills a form there and reads nothing else."""
    frame = current(request)
    if frame is None or not frame.may("read"):
        return []
    return [
        navigation.Step(step.number, frame.url("home:step", step.number), step.state)
        for step in queries.steps_of(frame)
    ]
