"""Addresses of field work, noun by noun; each begins with the programme's code."""

from __future__ import annotations

from . import entities, enumerators, filling, instruments, mappings, reviews, samples, spreadsheets, tables

app_name = "surveys"
urlpatterns: list = [
    *entities.urlpatterns,
    *enumerators.urlpatterns,
    *filling.urlpatterns,
    *instruments.urlpatterns,
    *mappings.urlpatterns,
    *reviews.urlpatterns,
    *samples.urlpatterns,
    *tables.urlpatterns,
    *spreadsheets.urlpatterns,
]
