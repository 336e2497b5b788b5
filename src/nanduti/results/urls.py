"""Addresses of results; each begins with the programme's code."""

from django.urls import path

from . import pages, quality_pages

app_name = "results"
urlpatterns = [
    path("results/", pages.table, name="table"),
    path("results/<slug:indicator>/", pages.records, name="records"),
    path("results/<slug:indicator>/stated/", pages.new_stated, name="new_stated"),
    path("quality/", quality_pages.quality_report, name="quality"),
]
