"""Addresses of enumerators."""

from __future__ import annotations

from django.urls import path

from ..pages import enumerators

urlpatterns = [
    path("enumerators/", enumerators.enumerators, name="enumerators"),
    path("enumerators/new/", enumerators.enrol, name="enrol"),
    path("enumerators/by-code/<slug:code>/", enumerators.enumerator, name="enumerator"),
    path("enumerators/by-code/<slug:code>/key/", enumerators.renew_key, name="renew_key"),
    path("enumerators/by-code/<slug:code>/revoke/", enumerators.revoke_key, name="revoke_key"),
]
