"""Addresses of a programme's own pages; each begins with the programme's code."""

from django.urls import path

from .pages import agents, agreements, committee, conditions, labour, organigram, rulebook, selection, time_outs

app_name = "programme"
urlpatterns = [
    path("selection/", selection.selection, name="selection"),
    path("selection/new/", selection.new_candidate, name="new_candidate"),
    path("selection/<int:pk>/", selection.candidate, name="candidate"),
    path("committee/", committee.committee, name="committee"),
    path("committee/new/", committee.new_resolution, name="new_resolution"),
    path("committee/<int:pk>/done/", committee.resolution_done, name="resolution_done"),
    path("committee/body/", committee.new_committee, name="new_committee"),
    path("committee/body/<slug:code>/seat/", committee.fill_seat, name="fill_seat"),
    path("committee/body/<slug:code>/meeting/", committee.new_meeting, name="new_meeting"),
    path("committee/meeting/<int:pk>/presence/", committee.presence, name="presence"),
    path("agents/", agents.agents, name="agents"),
    path("agents/new/", agents.new_appointment, name="new_appointment"),
    path("agents/<slug:code>/", agents.appointment, name="appointment"),
    path("agents/<slug:code>/edit/", agents.edit_appointment, name="edit_appointment"),
    path("organigram/", organigram.organigram, name="organigram"),
    path("reviews/", time_outs.time_outs, name="time_outs"),
    path("reviews/new/", time_outs.new_time_out, name="new_time_out"),
    path("reviews/<slug:code>/", time_outs.time_out, name="time_out"),
    path("reviews/<slug:code>/findings/", time_outs.report_time_out, name="report_time_out"),
    path("reviews/<slug:code>/lift/", time_outs.lift_hold, name="lift_hold"),
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/new/", agreements.new_agreement, name="new_agreement"),
    path("agreements/<slug:code>/", agreements.agreement, name="agreement"),
    path("agreements/<slug:code>/edit/", agreements.edit_agreement, name="edit_agreement"),
    path("agreements/<slug:code>/parties/", agreements.add_party, name="add_party"),
    path("agreements/<slug:code>/renew/", agreements.renew_agreement, name="renew_agreement"),
    path("conditions/", conditions.conditions, name="conditions"),
    path("rules/", rulebook.rules, name="rules"),
    path("rules/<slug:code>/", rulebook.rule, name="rule"),
    path("conditions/new/", conditions.new_condition, name="new_condition"),
    path("conditions/cost/", conditions.start_cost, name="start_cost"),
    path("conditions/labour/new/", labour.new_line, name="new_labour"),
    path("conditions/labour/<int:pk>/", labour.line, name="labour"),
    path("conditions/labour/<int:pk>/edit/", labour.edit_line, name="edit_labour"),
    path("conditions/<slug:code>/", conditions.condition, name="condition"),
    path("conditions/<slug:code>/edit/", conditions.edit_condition, name="edit_condition"),
    path("conditions/<slug:code>/seen/", conditions.see_condition, name="see_condition"),
]
