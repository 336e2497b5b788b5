"""From an address to an answer; every fault is said in an envelope, in the phone's language."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import DatabaseError
from django.utils import timezone, translation
from django_scopes import scopes_disabled

from nanduti.interface import saying

from ..errors import DoorError, MethodRefused, NotServed, SignInNeeded, Stumbled, TryLater
from ..queries.callers import Caller, caller_by_draft, caller_by_token
from . import documents, forms
from .calls import Answer, Call
from .digest import by_digest, challenge
from .submission import drain, let_go, submission

log = logging.getLogger(__name__)

WHO = r"/collect/(?P<programme>[-\w]+)(?:/(?P<kind>key|test)/(?P<token>[^/]*))?"
Given = Callable[..., Answer]
ADDRESSES: list[tuple[re.Pattern[str], Given, tuple[str, ...]]] = [
    (re.compile(WHO + rest + "/?"), given, methods)
    for rest, given, methods in [
        (r"/submission", submission, ("HEAD", "GET", "POST")),
        (r"/formList", forms.form_list, ("GET", "HEAD")),
        (r"/forms/(?P<pk>[0-9]+)/form\.xml", forms.form, ("GET", "HEAD")),
        (r"/forms/(?P<pk>[0-9]+)/manifest", forms.manifest, ("GET", "HEAD")),
        (r"/forms/(?P<pk>[0-9]+)/media/(?P<name>[^/]+)", forms.media, ("GET", "HEAD")),
        (r"/entities/(?P<name>[^/]+)/integrity", forms.integrity, ("GET", "HEAD")),
    ]
]


def is_ours(path: str) -> bool:
    """Whether an address is one of the door's."""
    return path.startswith("/collect/") and any(p.fullmatch(path) for p, _given, _methods in ADDRESSES)


def serve(environ: Mapping[str, Any]) -> Answer:
    """Answer one request; never raises."""
    call = Call.of(environ)
    # A key reaches its own programme, which every query below names.
    with translation.override(call.language), scopes_disabled():
        answer = _guarded(call)
    answer.language = call.language
    return answer


def _guarded(call: Call) -> Answer:
    try:
        return _answer(call)
    except DoorError as error:
        return _refusal(call, error)
    except (DatabaseError, OSError):
        log.exception("the door cannot keep anything")
        return _refusal(call, TryLater())
    except Exception:
        log.exception("the door stumbled")
        return _refusal(call, Stumbled())


def application(environ: Mapping[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """The door by itself, as a WSGI application."""
    try:
        answer = serve(environ)
    finally:
        let_go()
    start(answer.status_line, answer.all_headers())
    if environ["REQUEST_METHOD"] == "HEAD":
        return [b""]
    return [answer.body] if isinstance(answer.body, bytes) else answer.body


def _answer(call: Call) -> Answer:
    for pattern, given, methods in ADDRESSES:
        found = pattern.fullmatch(call.path)
        if found is None:
            continue
        if call.method not in methods:
            raise MethodRefused(method=call.method[:20])
        named = found.groupdict()
        caller = _caller(call, named.pop("programme"), named.pop("kind"), named.pop("token"))
        return given(call, caller, **named)
    raise NotServed()


def _caller(call: Call, programme: str, kind: str | None, token: str | None) -> Caller:
    if kind == "key":
        return caller_by_token(programme_code=programme, token=token or "", at=timezone.now())
    if kind == "test":
        return caller_by_draft(programme_code=programme, token=token or "")
    return by_digest(call, programme)


def _refusal(call: Call, error: DoorError) -> Answer:
    drain(call, error)
    answer = Answer(error.status, documents.envelope(str(saying.say(error)), is_received=False))
    if isinstance(error, SignInNeeded):
        answer.headers.append(("WWW-Authenticate", challenge(error)))
    if isinstance(error, TryLater):
        answer.headers.append(("Retry-After", "300"))
    return answer
