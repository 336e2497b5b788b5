"""Addresses of field work, noun by noun; each begins with the programme's code."""

from __future__ import annotations

from . import enumerators, filling, instruments, mappings, reviews, spreadsheets, tables

app_name = "surveys"
urlpatterns: list = [
    *enumerators.urlpatterns,
    *filling.urlpatterns,
    *instruments.urlpatterns,
    *mappings.urlpatterns,
    *reviews.urlpatterns,
    *tables.urlpatterns,
    *spreadsheets.urlpatterns,
]
