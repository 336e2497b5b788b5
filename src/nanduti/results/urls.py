"""Addresses of results; each begins with the programme's code."""

from django.urls import path

from . import pages, quality_pages, rate_pages, standard_pages, stated_pages

app_name = "results"
urlpatterns = [
    path("results/", pages.table, name="table"),
    path("results/rates/", rate_pages.rates, name="rates"),
    path("results/rates/new/", rate_pages.new_rate, name="new_rate"),
    path("results/rates/<int:pk>/", rate_pages.edit_rate, name="edit_rate"),
    path("results/rates/<int:pk>/take-back/", rate_pages.take_back_rate, name="take_back_rate"),
    path("results/standard/<slug:outcome>/", standard_pages.records, name="standard"),
    path("results/<slug:indicator>/", pages.records, name="records"),
    path("results/<slug:indicator>/stated/", stated_pages.new_stated, name="new_stated"),
    path("results/<slug:indicator>/stated/<int:pk>/", stated_pages.edit_stated, name="edit_stated"),
    path(
        "results/<slug:indicator>/stated/<int:pk>/take-back/",
        stated_pages.take_back_stated,
        name="take_back_stated",
    ),
    path("quality/", quality_pages.quality_report, name="quality"),
]
