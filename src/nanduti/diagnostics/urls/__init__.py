"""Addresses of the room; each begins with the programme's code. One line for each noun."""

from . import studies

app_name = "diagnostics"
urlpatterns = [
    *studies.urlpatterns,
]
