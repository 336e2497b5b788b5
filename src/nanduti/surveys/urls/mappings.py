"""Addresses of mappings."""

from __future__ import annotations

from django.urls import path

from ..pages import mappings

urlpatterns = [
    path("instruments/<int:pk>/mapping/", mappings.mapping, name="mapping"),
    path("instruments/<int:pk>/mapping/edit/", mappings.edit_mapping, name="edit_mapping"),
    path("instruments/<int:pk>/mapping/anew/", mappings.tell_anew, name="tell_anew"),
]
