"""The door for a browser in which somebody has signed in: the same forms, files and submissions, by session.

A page of another site cannot post here: every request must carry a header that browsers let only our own pages
set, and nothing is told to other origins. So a form that was finished a day ago, offline, can still be sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django_scopes import scopes_disabled

from nanduti.foundation.errors import NotAllowed, NotFound

from ..collecting import Collector, collector_of
from ..errors import DoorError, KeyRefused, NotServed, NotYetCollecting, SignInNeeded
from ..intake import receive_stream, refused
from ..queries.callers import Caller
from . import documents, forms
from .calls import Answer, Call
from .responses import response_of
from .submission import answer_of, drain, let_go

Given = Callable[[Call, Caller, dict[str, Any]], Answer]


def _served(given: Given, methods: tuple[str, ...]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt
    def view(request: HttpRequest, programme: str, pk: int, **named: Any) -> HttpResponseBase:
        call = Call.of(request.environ)  # type: ignore[attr-defined]
        if request.method not in methods:
            return HttpResponse(status=405)
        try:
            who = _collector(request, call, programme, pk)
            base = f"/p/{who.frame.programme.code}/surveys/instruments/{pk}/fill"
            with scopes_disabled():  # the enumerator's own reach holds, as it does on a phone
                answer = given(call, Caller(who.frame.programme, base, who.enumerator), named)
        except DoorError as error:
            drain(call, error)
            message = answer_of(refused(error))
            answer = Answer(error.status, message.body)
        return response_of(answer)

    return view


def _collector(request: HttpRequest, call: Call, programme: str, pk: int) -> Collector:
    if not request.user.is_authenticated:
        raise SignInNeeded(realm=programme, stale=False)
    if not call.headers["X-OpenRosa-Version"] or call.headers["Sec-Fetch-Site"] in {
        "cross-site",
        "same-site",
    }:
        raise NotServed()
    try:
        who = collector_of(request, programme, pk, enrol=request.method == "POST")
    except NotFound as error:
        raise NotServed() from error
    except (NotAllowed, NotYetCollecting) as error:
        raise KeyRefused() from error
    # What somebody else left in the queue of this device waits for them.
    if call.headers["X-Nanduti-Owner"] not in {"", who.owner}:
        raise SignInNeeded(realm=programme, stale=False)
    return who


def _submission(call: Call, caller: Caller, _named: dict[str, Any]) -> Answer:
    if call.method == "HEAD":
        return Answer(204)
    let_go()
    result = receive_stream(
        call.environ,
        programme=caller.programme,
        enumerator=caller.enumerator,
        user=caller.enumerator.user if caller.enumerator else None,
        channel="office" if call.query.get("office") else "browser",
        device_id=call.device_id,
    )
    return Answer(result.status, documents.envelope(result.message, is_received=result.is_received))


submission = _served(_submission, ("HEAD", "POST"))
form = _served(lambda call, caller, named: forms.form(call, caller, str(named["version"])), ("GET",))
manifest = _served(lambda call, caller, named: forms.manifest(call, caller, str(named["version"])), ("GET",))
media = _served(
    lambda call, caller, named: forms.media(call, caller, str(named["version"]), named["name"]), ("GET",)
)
