"""Addresses of the room; each begins with the programme's code. One line for each noun."""

from . import selections, studies

app_name = "diagnostics"
urlpatterns = [
    *selections.urlpatterns,
    *studies.urlpatterns,
]
