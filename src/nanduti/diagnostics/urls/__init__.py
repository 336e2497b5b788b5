"""Addresses of the room; each begins with the programme's code. One line for each noun."""

from . import assessments, selections, studies

app_name = "diagnostics"
urlpatterns = [
    *assessments.urlpatterns,
    *selections.urlpatterns,
    *studies.urlpatterns,
]
