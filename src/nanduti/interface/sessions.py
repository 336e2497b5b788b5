"""How long a sign-in lasts: not past a day's work, and not past two hours in which nothing happens.

Phones are lent and laptops stay open in offices. What somebody was typing when the time ran out is not lost:
the page they sent from still holds it.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from .middleware import answer
from .saying import Said

BEGAN, SEEN = "nanduti_began", "nanduti_seen"
# The last sign of life is written this often at most: not every page shall write to the database.
NOTE_EVERY = 300
SECRETS = "/account/2fa/"
# What is sent here by nobody in particular: signing in, choosing a language, phones and programs.
BY_ANYBODY = ("/account/", "/language/", "/collect/", "/api/")


class SessionLimits:
    """Signs a user out when the session is too old or has been idle for too long."""

    def __init__(self, handler: Callable[[HttpRequest], HttpResponse]) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return _signed_out(request) if _was_somebody(request) else self.handler(request)
        now = int(time.time())
        session = request.session
        began, seen = session.get(BEGAN), session.get(SEEN)
        if began is None or seen is None:
            session[BEGAN], session[SEEN] = now, now
        elif now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
            logout(request)
            return _signed_out(request)
        elif now - seen > NOTE_EVERY:
            session[SEEN] = now
        response = _kept_by_nobody_else(request, self.handler(request))
        if not request.user.is_authenticated:
            # Signed out by choice, perhaps on a phone that is lent: the way back shall not show what was open here.
            response["Clear-Site-Data"] = '"cache"'
        return response


def _was_somebody(request: HttpRequest) -> bool:
    """Whether something is sent from a page of a sign-in that is over.

    Else it would be answered by the sign-in page, and what was typed be gone behind it.
    """
    is_sent = request.method not in {"GET", "HEAD", "OPTIONS", "TRACE"}
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return is_sent and has_session and not request.path.startswith(BY_ANYBODY)


def _kept_by_nobody_else(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What a user sees is for that browser alone; secrets of a second factor are kept by none."""
    if "Cache-Control" not in response:
        secret = request.path.startswith(SECRETS)
        response["Cache-Control"] = "private, no-store" if secret else "private, no-cache"
    return response


def _signed_out(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here; for what was sent, a page that keeps it."""
    sign_in = redirect(f"{settings.LOGIN_URL}").url
    if request.method in {"GET", "HEAD"} and not request.headers.get("HX-Request"):
        messages.info(request, _("You were signed out because nothing happened for a while."))
        return redirect(f"{sign_in}?{urlencode({'next': request.get_full_path()})}")
    said = Said(
        _("You were signed out"),
        _("A session ends after a day, or when nothing happens for a while."),
        _(
            "Sign in in another tab, then go back to this page and send it again: what you typed still stands there."
        ),
        "http.signed_out",
    )
    return answer(request, said, 401)
