"""The HTTP API: the same questions and verbs as the pages, for machines. Its document: ``/api/openapi.json``."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.http import HttpRequest
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, ValidationError

from nanduti import __version__


class Trouble(Schema):
    """What went wrong, as on the pages: a stable code, a title, a sentence and a remedy."""

    code: str
    title: str
    sentence: str
    remedy: str


def somebody(request: HttpRequest):  # type: ignore[no-untyped-def]
    """A signed-in person, or the account of a bearer token; what they see is what their grants reach."""
    return request.user if request.user.is_authenticated else None


api = NinjaAPI(
    title="Nanduti",
    version=__version__,
    description="Programmes, clusters, agreements, activities and results, within what your roles reach.",
    auth=somebody,
    docs_url=None,
    urls_namespace="api",
)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: Exception):  # type: ignore[no-untyped-def]
    """Nobody is told anything before saying who they are."""
    trouble = {
        "code": "foundation.not_signed_in",
        "title": "Sign in first",
        "sentence": "The API answers only accounts.",
        "remedy": "Send “Authorization: Bearer …” with a token issued by “nanduti token”.",
    }
    return api.create_response(request, trouble, status=401)


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError):  # type: ignore[no-untyped-def]
    """A value that is missing or of another kind: each is named, in the form that every refusal has."""
    named = [f"{problem['loc'][-1]} ({problem['msg']})" for problem in error.errors if problem.get("loc")]
    trouble = {
        "code": "http.not_understood",
        "title": "This question cannot be answered",
        "sentence": f"These values are missing or cannot be understood: {'; '.join(named)}.",
        "remedy": "Write days as year-month-day. What each address takes stands in /api/openapi.json.",
    }
    return api.create_response(request, trouble, status=422)


# Each room that has an api module offers a router there.
rooms = (
    "register", "programme", "surveys", "indicators", "networks", "diagnostics", "plans", "twinning", "results",
    "release",
)  # fmt: skip
for room in rooms:
    if find_spec(f"nanduti.{room}.api"):
        api.add_router("", import_module(f"nanduti.{room}.api").router)
