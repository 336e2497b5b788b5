"""The context processor behind the frame: cheap for every page, and safe for visitors and error pages."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

from . import navigation


class Frame:
    """What stands around a page. Each part is worked out when a template first asks for it, once a request."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def user(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @property
    def mark_cookie(self) -> str:
        """The cookie with the mark that the forms of the present sign-in carry; see ``main.js``."""
        return str(settings.CSRF_COOKIE_NAME)

    @cached_property
    def items(self) -> list[navigation.Item]:
        return navigation.items(self.request)

    @cached_property
    def phone_items(self) -> list[navigation.Item]:
        """Five places fit into the bar: a link, the steps, two more links, and the rest."""
        return [item for item in self.items if item.on_phone][:3]

    @cached_property
    def more_items(self) -> list[navigation.Item]:
        return [item for item in self.items if item not in self.phone_items]

    @cached_property
    def steps(self) -> list[navigation.Step]:
        return navigation.steps(self.request) if self.user else []

    @cached_property
    def programmes(self) -> list[navigation.Choice]:
        return navigation.programmes(self.request) if self.user else []

    @cached_property
    def clusters(self) -> list[navigation.Choice]:
        return navigation.clusters(self.request) if self.user else []

    @cached_property
    def programme(self) -> navigation.Choice | None:
        return next((choice for choice in self.programmes if choice.is_current), None)

    @cached_property
    def cluster(self) -> navigation.Choice | None:
        return next((choice for choice in self.clusters if choice.is_current), None)

    @cached_property
    def marks(self) -> list[Any]:
        return navigation.marks(self.request)

    @cached_property
    def search(self) -> str | None:
        return navigation.search(self.request) if self.user else None

    @property
    def languages(self) -> list[dict[str, Any]]:
        now = translation.get_language()
        return [{"code": c, "name": n, "is_current": c == now} for c, n in settings.LANGUAGES]


def frame(request: HttpRequest) -> dict[str, Any]:
    """``frame`` for every template; kept on the request so that nested renders ask nothing twice."""
    kept = getattr(request, "nanduti_frame", None)
    if kept is None:
        kept = request.nanduti_frame = Frame(request)  # type: ignore[attr-defined]
    return {"frame": kept}
