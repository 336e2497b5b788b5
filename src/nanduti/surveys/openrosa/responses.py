"""What the door answers, as Django hands it on."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse

from .calls import Answer


def response_of(answer: Answer) -> HttpResponseBase:
    """The same status, headers and body, read from disk piece by piece where it is a file."""
    made: HttpResponseBase
    if isinstance(answer.body, bytes):
        made = HttpResponse(answer.body, status=answer.status)
    else:
        made = StreamingHttpResponse(answer.body, status=answer.status)
    if answer.status in {204, 304}:
        del made.headers["Content-Type"]
    for name, value in answer.all_headers():
        made.headers[name] = value
    return made
