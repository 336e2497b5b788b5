"""Addresses of plans; each begins with the programme's code."""

from django.urls import path

from .pages import activities, correcting, ledger, plan, revisions, statements, variance, visions

app_name = "plans"
urlpatterns = [
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/new/", activities.new_activity, name="new_activity"),
    path("ledger/<slug:plan>/<int:number>/", activities.activity, name="activity"),
    path("ledger/<slug:plan>/<int:number>/edit/", activities.edit_activity, name="edit_activity"),
    path("ledger/<slug:plan>/<int:number>/report/", activities.report_activity, name="report_activity"),
    path(
        "ledger/<slug:plan>/<int:number>/participants/",
        activities.new_participation,
        name="new_participation",
    ),
    path(
        "ledger/<slug:plan>/<int:number>/contributions/", activities.new_contribution, name="new_contribution"
    ),
    path("ledger/<slug:plan>/<int:number>/statements/", statements.new_statement, name="new_statement"),
    path(
        "ledger/<slug:plan>/<int:number>/statements/<int:pk>/",
        statements.edit_statement,
        name="edit_statement",
    ),
    path(
        "ledger/<slug:plan>/<int:number>/statements/<int:pk>/take-back/",
        statements.take_back_statement,
        name="take_back_statement",
    ),
    path("plan/", plan.plan, name="plan"),
    path("plan/new/", plan.new_plan, name="new_plan"),
    path("plan/vision/", visions.new_vision, name="new_vision"),
    path("plan/vision/<int:pk>/", visions.vision, name="vision"),
    path("plan/vision/<int:pk>/again/", visions.look_again, name="look_again"),
    path("plan/vision/<int:pk>/correct/", visions.correct_vision, name="correct_vision"),
    path("plan/objective/", visions.new_objective, name="new_objective"),
    path("plan/<slug:code>/objective/<slug:objective>/", visions.edit_objective, name="edit_objective"),
    path("plan/milestone/", plan.new_milestone, name="new_milestone"),
    path("plan/milestone/<int:pk>/", correcting.milestone, name="edit_milestone"),
    path("plan/contribution/<int:pk>/", correcting.contribution, name="edit_contribution"),
    path("plan/milestone/<int:pk>/take-back/", correcting.take_back_milestone, name="take_back_milestone"),
    path(
        "plan/contribution/<int:pk>/take-back/",
        correcting.take_back_contribution,
        name="take_back_contribution",
    ),
    path("plan/participation/<int:pk>/", correcting.participation, name="edit_participation"),
    path(
        "plan/participation/<int:pk>/take-back/",
        correcting.take_back_participation,
        name="take_back_participation",
    ),
    path("plan/vision/<int:pk>/wording/", visions.correct_wording, name="correct_wording"),
    path("plan/<slug:code>/edit/", correcting.edit_plan, name="edit_plan"),
    path("plan/<slug:code>/status/", plan.plan_status, name="plan_status"),
    path("plan/variance/", variance.of_programme, name="variances"),
    path("plan/<slug:code>/variance/", variance.of_plan, name="variance"),
    path("plan/<slug:code>/revision/new/", revisions.keep_revision, name="keep_revision"),
    path("plan/<slug:code>/revision/<int:number>/", revisions.revision, name="revision"),
    path(
        "plan/<slug:code>/revision/<int:number>/correct/", revisions.correct_revision, name="correct_revision"
    ),
]
