"""Addresses that anybody may read without signing in."""

from django.urls import path

from ..pages import opened

app_name = "open"
urlpatterns = [
    path("", opened.catalogue, name="catalogue"),
    path("<slug:programme>/", opened.programme, name="programme"),
    path("<slug:programme>/<slug:slug>/", opened.one, name="publication"),
    path("<slug:programme>/<slug:slug>/v<int:number>/", opened.one, name="version"),
    path("<slug:programme>/<slug:slug>/v<int:number>/<str:name>", opened.file, name="file"),
]
