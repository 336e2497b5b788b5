"""Addresses of a programme's own pages; each begins with the programme's code."""

from django.urls import path

from .pages import agreements, committee, conditions, selection

app_name = "programme"
urlpatterns = [
    path("selection/", selection.selection, name="selection"),
    path("selection/<int:pk>/", selection.candidate, name="candidate"),
    path("committee/", committee.committee, name="committee"),
    path("committee/new/", committee.new_resolution, name="new_resolution"),
    path("committee/<int:pk>/done/", committee.resolution_done, name="resolution_done"),
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/new/", agreements.new_agreement, name="new_agreement"),
    path("agreements/<slug:code>/", agreements.agreement, name="agreement"),
    path("agreements/<slug:code>/edit/", agreements.edit_agreement, name="edit_agreement"),
    path("agreements/<slug:code>/parties/", agreements.add_party, name="add_party"),
    path("agreements/<slug:code>/renew/", agreements.renew_agreement, name="renew_agreement"),
    path("conditions/", conditions.conditions, name="conditions"),
]
