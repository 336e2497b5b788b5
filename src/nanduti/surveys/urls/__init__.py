"""Addresses of field work, noun by noun; each begins with the programme's code."""

from __future__ import annotations

from . import enumerators, filling, reviews

app_name = "surveys"
urlpatterns: list = [
    *enumerators.urlpatterns,
    *filling.urlpatterns,
    *reviews.urlpatterns,
]
