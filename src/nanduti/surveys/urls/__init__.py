"""Addresses of field work, noun by noun; each begins with the programme's code."""

from __future__ import annotations

from . import filling, reviews

app_name = "surveys"
urlpatterns: list = [
    *filling.urlpatterns,
    *reviews.urlpatterns,
]
