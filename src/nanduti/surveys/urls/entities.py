"""Addresses of entity lists and entities."""

from __future__ import annotations

from django.urls import path

from ..pages import entities

urlpatterns = [
    path("entities/", entities.entity_lists, name="entity_lists"),
    path("entities/new/", entities.new_entity_list, name="new_entity_list"),
    path("entities/lists/<int:pk>/", entities.entity_list, name="entity_list"),
    path("entities/<int:pk>/", entities.entity, name="entity"),
    path("entities/<int:pk>/resolve/", entities.resolve_entity, name="resolve_entity"),
    path("entities/<int:pk>/remove/", entities.remove_entity, name="remove_entity"),
]
