"""Addresses of the way in."""

from django.urls import path

from nanduti.programme.pages.programmes import begin

from . import pages, people_pages

app_name = "home"
urlpatterns = [
    path("", pages.welcome, name="welcome"),
    path("begin/", begin, name="begin"),
    path("today/", pages.today, name="today"),
    path("search/", pages.search, name="search"),
    path("import/", pages.import_tables, name="import"),
    path("import/<uuid:public_id>/", pages.import_batch, name="import_batch"),
    path("import/<uuid:public_id>/start/", pages.start_import, name="start_import"),
    path("import/<uuid:public_id>/undo/", pages.undo_import, name="undo_import"),
    path("people/", people_pages.people, name="people"),
    path("people/<int:pk>/end/", people_pages.end_grant, name="end_grant"),
    path("deeds/", pages.audit, name="audit"),
    path("p/<slug:programme>/", pages.programme, name="programme"),
    path("p/<slug:programme>/step/<int:number>/", pages.step, name="step"),
]
