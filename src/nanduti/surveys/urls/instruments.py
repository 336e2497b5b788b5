"""Addresses of instruments."""

from __future__ import annotations

from django.urls import path

from ..pages import codebooks, instruments, libraries

urlpatterns = [
    path("", instruments.home, name="home"),
    path("instruments/", instruments.instruments, name="instruments"),
    path("instruments/new/", instruments.new_instrument, name="new_instrument"),
    path("instruments/library/", libraries.library_page, name="library"),
    path("instruments/library/<slug:code>/", libraries.library_form, name="library_form"),
    path("instruments/library/<slug:code>/workbook/", libraries.library_workbook, name="library_workbook"),
    path("instruments/<int:pk>/", instruments.instrument, name="instrument"),
    path("instruments/<int:pk>/edit/", instruments.edit_instrument, name="edit_instrument"),
    path("instruments/<int:pk>/version/", instruments.new_version, name="new_version"),
    path("instruments/<int:pk>/compare/", codebooks.compare, name="compare_versions"),
    path("instruments/<int:pk>/open/", instruments.set_open, name="open_instrument"),
    path("instruments/versions/<int:pk>/codebook/", codebooks.codebook, name="codebook"),
    path("instruments/versions/<int:pk>/publish/", instruments.publish, name="publish_version"),
    path("instruments/versions/<int:pk>/drop/", instruments.drop, name="drop_version"),
    path("instruments/versions/<int:pk>/media/", instruments.media, name="version_media"),
    path("instruments/versions/<int:pk>/workbook/", instruments.workbook, name="version_workbook"),
]
