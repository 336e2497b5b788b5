"""Addresses of the room; each begins with the programme's code."""

from django.urls import path

from .pages import behind, editing, lists, one, shelf

app_name = "indicators"
urlpatterns = [
    path("", lists.indicators, name="list"),
    path("compute/", lists.compute, name="compute"),
    path("library/", shelf.library_page, name="library"),
    path("new/", editing.new, name="new"),
    path("one/<slug:code>/", one.indicator, name="one"),
    path("one/<slug:code>/change/", editing.change, name="change"),
    path("one/<slug:code>/use/", editing.use, name="use"),
    path("one/<slug:code>/rows/", behind.rows, name="rows"),
]
