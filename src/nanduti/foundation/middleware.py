"""What happens around every request: language, second factor, scope."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation

from .access import NOBODY, access_of
from .models import ApiToken, User

Handler = Callable[[HttpRequest], HttpResponse]


class LanguageOfUser:
    """The language a user has chosen wins over the browser's; visitors keep the cookie's or the browser's."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = chosen
        return self.handler(request)


class UserOfToken:
    """A program that shows a token under ``/api/`` acts for the account the token was issued to."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _blank, clear = request.headers.get("Authorization", "").partition(" ")
        if request.path.startswith("/api/") and scheme.lower() == "bearer":
            request.user = _user_of(clear.strip())
        return self.handler(request)


def _user_of(clear: str) -> User | AnonymousUser:
    now = timezone.now()
    token = ApiToken.objects.select_related("user").filter(digest=ApiToken.digest_of(clear)).first()
    if token is None or token.revoked_at or (token.expires_at and token.expires_at <= now):
        return AnonymousUser()
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user if token.user.is_active else AnonymousUser()


class SecondFactorWhereRequired:
    """Custodians and administrators get no further than the page where they set up their second factor."""

    # What must stay reachable without it: setting it up, signing out, changing the language, page furniture.
    FREE = ("/account/", "/static/", "/language/", "/api/openapi.json")

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.access = access_of(request.user, on=timezone.localdate())
        if request.access.needs_second_factor and not request.path.startswith(self.FREE):
            from allauth.mfa.utils import is_mfa_enabled

            if not is_mfa_enabled(request.user):
                return redirect(reverse("mfa_activate_totp") + "?required=1")
        return self.handler(request)


class WithinScope:
    """Every query of a request answers within the user's scopes; a visitor's query for scoped rows raises."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.access is NOBODY:
            return self.handler(request)
        with request.access.within():
            return self.handler(request)
