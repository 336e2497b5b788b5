"""HEAD and POST of submissions."""

from __future__ import annotations

from django.db import connection

from ..errors import DoorError, MethodRefused, PostBroken
from ..intake import Result, receive_stream
from ..queries.callers import Caller
from . import documents
from .calls import Answer, Call

# What is left of a refused post is read up to this, so that the phone hears why; then the line is cut.
MOST_DRAINED = 16 * 1_048_576


def submission(call: Call, caller: Caller) -> Answer:
    """The probe before a post, and the post."""
    if call.method in {"HEAD", "GET"}:
        return Answer(204)
    if call.method != "POST":
        raise MethodRefused(method=call.method[:20])
    channel = "browser" if call.headers["X-Nanduti-Channel"] == "browser" else "phone"
    let_go()
    result = receive_stream(
        call.environ,
        programme=caller.programme,
        enumerator=caller.enumerator,
        draft=caller.draft,
        channel=channel,
        device_id=call.device_id,
    )
    return answer_of(result)


def let_go() -> None:
    """Give the connection back while a long post arrives: others need it."""
    if connection.vendor != "sqlite" and not connection.in_atomic_block:
        connection.close()


def answer_of(result: Result) -> Answer:
    """The envelope of a result."""
    return Answer(result.status, documents.envelope(result.message, is_received=result.is_received))


def drain(call: Call, error: DoorError) -> None:
    """Read what a refused phone is still sending: one that cannot finish writing does not read the answer."""
    if call.method != "POST" or isinstance(error, PostBroken):
        return
    left = MOST_DRAINED if call.content_length is None else min(MOST_DRAINED, call.content_length)
    stream = call.environ["wsgi.input"]
    try:
        while left > 0 and (piece := stream.read(min(left, 65_536))):
            left -= len(piece)
    except (OSError, AssertionError):
        return
