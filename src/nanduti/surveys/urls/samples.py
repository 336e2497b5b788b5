"""Addresses of waves and samples."""

from __future__ import annotations

from django.urls import path

from ..pages import samples

urlpatterns = [
    path("instruments/<int:pk>/waves/", samples.waves, name="waves"),
    path("instruments/<int:pk>/waves/new/", samples.new_wave, name="new_wave"),
    path("waves/<int:pk>/", samples.wave, name="wave"),
    path("waves/<int:pk>/edit/", samples.edit_wave, name="edit_wave"),
    path("waves/<int:pk>/draw/", samples.draw_sample, name="draw_sample"),
    path("waves/<int:pk>/assign/", samples.assign_sample, name="assign_sample"),
    path("waves/<int:pk>/coupons/", samples.coupons, name="coupons"),
    path("waves/units/<int:pk>/", samples.report_unit, name="report_unit"),
]
