"""Addresses of filled workbooks."""

from __future__ import annotations

from django.urls import path

from ..pages import spreadsheets

urlpatterns = [
    path("instruments/<int:pk>/workbook/", spreadsheets.upload, name="spreadsheet"),
    path("instruments/<int:pk>/workbook/<uuid:token>/", spreadsheets.match, name="spreadsheet_match"),
    path("instruments/<int:pk>/workbook/done/<uuid:public_id>/", spreadsheets.done, name="spreadsheet_done"),
]
