"""Addresses of a programme's own pages; each begins with the programme's code."""

from django.urls import path

from . import pages

app_name = "programme"
urlpatterns = [
    path("selection/", pages.selection, name="selection"),
    path("selection/<int:pk>/", pages.candidate, name="candidate"),
    path("committee/", pages.committee, name="committee"),
    path("committee/new/", pages.new_resolution, name="new_resolution"),
    path("committee/<int:pk>/done/", pages.resolution_done, name="resolution_done"),
    path("agreements/", pages.agreements, name="agreements"),
    path("agreements/new/", pages.new_agreement, name="new_agreement"),
    path("agreements/<slug:code>/", pages.agreement, name="agreement"),
    path("agreements/<slug:code>/edit/", pages.edit_agreement, name="edit_agreement"),
    path("agreements/<slug:code>/parties/", pages.add_party, name="add_party"),
    path("agreements/<slug:code>/renew/", pages.renew_agreement, name="renew_agreement"),
    path("conditions/", pages.conditions, name="conditions"),
]
