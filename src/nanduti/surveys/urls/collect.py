"""Addresses of phones; outside the site: no session, no cookie, no forgery token."""

from __future__ import annotations

from django.urls import re_path

from ..openrosa.views import door
from .filling import with_key

app_name = "collect"
SUFFIX = r"(?P<rest>submission|formList|forms/[0-9]+/(?:form\.xml|manifest|media/[^/]+)|entities/[^/]+/integrity)/?$"
urlpatterns = [
    *with_key,
    re_path(r"^(?P<programme>[-\w]+)/" + SUFFIX, door, name="digest"),
    re_path(r"^(?P<programme>[-\w]+)/(?P<kind>key|test)/(?P<token>[^/]*)/" + SUFFIX, door, name="door"),
]
