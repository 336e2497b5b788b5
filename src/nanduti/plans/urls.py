"""Addresses of plans; each begins with the programme's code."""

from django.urls import path

from . import pages

app_name = "plans"
urlpatterns = [
    path("ledger/", pages.ledger, name="ledger"),
    path("ledger/new/", pages.new_activity, name="new_activity"),
    path("ledger/<slug:plan>/<int:number>/", pages.activity, name="activity"),
    path("ledger/<slug:plan>/<int:number>/edit/", pages.edit_activity, name="edit_activity"),
    path("ledger/<slug:plan>/<int:number>/report/", pages.report_activity, name="report_activity"),
    path("ledger/<slug:plan>/<int:number>/participants/", pages.new_participation, name="new_participation"),
    path("ledger/<slug:plan>/<int:number>/contributions/", pages.new_contribution, name="new_contribution"),
    path("plan/", pages.plan, name="plan"),
    path("plan/new/", pages.new_plan, name="new_plan"),
    path("plan/vision/", pages.new_vision, name="new_vision"),
    path("plan/milestone/", pages.new_milestone, name="new_milestone"),
    path("plan/<slug:code>/status/", pages.plan_status, name="plan_status"),
]
