"""Studies of clusters, what stands in them, and their reports."""

from django.urls import path  # noqa: F401

urlpatterns: list = []
