"""Addresses of field work, noun by noun; each begins with the programme's code."""

from __future__ import annotations

app_name = "surveys"
urlpatterns: list = []
