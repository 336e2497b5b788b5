"""The door within the site, for servers other than ours; ``config.wsgi`` goes past the site's middleware."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from .responses import response_of
from .serve import serve


@csrf_exempt
def door(request: HttpRequest, **_named: Any) -> HttpResponseBase:
    """One request of a phone."""
    answer = serve(request.environ)  # type: ignore[attr-defined]
    made = response_of(answer)
    # The door logs for itself; Django would write the address, and with it the key.
    made._has_been_logged = True  # type: ignore[attr-defined]
    return made
