"""The entry of the web server: phones go to the door of submissions, everybody else to the site."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from .memory import settle, widen_stacks

widen_stacks()  # before anything makes threads
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nanduti.config.settings")
site = get_wsgi_application()

from nanduti.foundation import work  # noqa: E402  (models exist only after Django has been set up)
from nanduti.surveys.openrosa import serve as door  # noqa: E402

work.start_in_process()
settle()


def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The door goes past sessions, forgery tokens and the rest, none of which phones know of (ADR 0010)."""
    is_safe = not settings.BEHIND_TLS or environ.get("HTTP_X_FORWARDED_PROTO") == "https"
    if is_safe and door.is_ours(environ.get("PATH_INFO") or ""):
        return door.application(environ, start)
    return site(environ, start)
