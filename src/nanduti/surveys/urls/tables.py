"""Addresses of tables, their exports and their checks."""

from __future__ import annotations

from django.urls import path

from ..pages import checks, tables

urlpatterns = [
    path("instruments/<int:pk>/table/", tables.table, name="table"),
    path("instruments/<int:pk>/columns/", tables.profile, name="profile"),
    path("instruments/<int:pk>/export/", tables.export, name="export"),
    path("instruments/<int:pk>/export/<uuid:public_id>/", tables.export_made, name="export_made"),
    path("instruments/<int:pk>/checks/", checks.findings, name="checks"),
    path("instruments/<int:pk>/checks/run/", checks.run, name="run_checks"),
]
