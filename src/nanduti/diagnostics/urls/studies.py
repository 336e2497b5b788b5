"""Studies of clusters, what stands in them, their reports; challenges, published tables, clusters side by side."""

from django.urls import path

from ..pages import challenges, issues, partners, region, studies

urlpatterns: list = [
    path("studies/", studies.studies, name="studies"),
    path("studies/new/", studies.new_study, name="new_study"),
    path("studies/<slug:code>/", studies.study, name="study"),
    path("studies/<slug:code>/edit/", studies.edit_study, name="edit_study"),
    path("studies/<slug:code>/agree/", studies.agree_study, name="agree_study"),
    path("studies/<slug:code>/reopen/", studies.reopen_study, name="reopen_study"),
    path("studies/<slug:code>/compute/", studies.compute, name="compute"),
    path("studies/<slug:code>/report/", studies.report, name="report"),
    path("studies/<slug:code>/report/<int:pk>/", studies.report_file, name="report_file"),
    path("studies/<slug:code>/operations/", issues.aobo, name="aobo"),
    path("studies/<slug:code>/operations/new/", issues.new_issue, name="new_issue"),
    path("studies/<slug:code>/operations/<int:number>/", issues.issue, name="issue"),
    path("studies/<slug:code>/operations/<int:number>/edit/", issues.edit_issue, name="edit_issue"),
    path("studies/<slug:code>/operations/<int:number>/route/", issues.route_issue, name="route_issue"),
    path("studies/<slug:code>/operations/<int:number>/drop/", issues.drop_issue, name="drop_issue"),
    path(
        "studies/<slug:code>/operations/<int:number>/interested/",
        issues.name_interested,
        name="name_interested",
    ),
    path(
        "studies/<slug:code>/operations/<int:number>/between/",
        issues.name_intermediary,
        name="name_intermediary",
    ),
    path(
        "studies/<slug:code>/operations/<int:number>/parties/<int:pk>/drop/",
        issues.drop_party,
        name="drop_party",
    ),
    path("studies/<slug:code>/routing/", issues.routing, name="routing"),
    path("studies/<slug:code>/partners/", partners.partners, name="partners"),
    path("studies/<slug:code>/partners/new/", partners.new_prospect, name="new_prospect"),
    path("studies/<slug:code>/partners/<int:pk>/", partners.edit_prospect, name="edit_prospect"),
    path("studies/<slug:code>/rates/", partners.rates, name="rates"),
    path("studies/<slug:code>/rates/new/", partners.new_rate, name="new_rate"),
    path("studies/<slug:code>/rates/<int:pk>/", partners.edit_rate, name="edit_rate"),
    path("challenges/", challenges.challenges, name="challenges"),
    path("challenges/new/", challenges.new_challenge, name="new_challenge"),
    path("challenges/<int:number>/", challenges.challenge, name="challenge"),
    path("challenges/<int:number>/edit/", challenges.edit_challenge, name="edit_challenge"),
    path("comparison/", region.comparison, name="comparison"),
    path("sectors/", region.sectors, name="sectors"),
    path("sectors/<slug:code>/", region.sector_table, name="sector_table"),
]
