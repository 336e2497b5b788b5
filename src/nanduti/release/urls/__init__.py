"""Addresses of the room; each begins with the programme's code. What everybody may read: :mod:`.everybody`."""

from django.urls import path

from ..pages import publications, requests, returning

app_name = "release"
urlpatterns = [
    path("", requests.home, name="home"),
    path("new/", requests.new, name="new"),
    path("<int:pk>/", requests.one, name="request"),
    path("<int:pk>/change/", requests.change, name="change"),
    path("<int:pk>/check/", requests.check, name="check"),
    path("<int:pk>/document/", requests.document, name="document"),
    path("<int:pk>/approve/", requests.approve, name="approve"),
    path("<int:pk>/refuse/", requests.refuse, name="refuse"),
    path("<int:pk>/take-back/", requests.take_back, name="take_back"),
    path("out/<int:pk>/", publications.one, name="publication"),
    path("out/<int:pk>/withdraw/", publications.withdraw, name="withdraw"),
    path("out/<int:pk>/files/<str:name>", publications.file, name="file"),
    path("returns/", returning.returns, name="returns"),
    path("returns/<int:instrument>/", returning.dataset, name="dataset"),
    path("returns/<int:instrument>/<slug:wave>/", returning.dataset, name="dataset_of_wave"),
    path("returns/<int:instrument>/meetings/new/<slug:cluster>/", returning.new_meeting, name="new_meeting"),
    path("meetings/<int:pk>/", returning.meeting, name="meeting"),
    path("out/<int:pk>/sheets/", returning.sheets, name="sheets"),
    path("out/<int:pk>/sheets/<slug:cluster>/", returning.community_sheet, name="community_sheet"),
    path("out/<int:pk>/sheets/<slug:cluster>/firms/", returning.firm_sheets, name="firm_sheets"),
    path("out/<int:pk>/mine/", returning.own_sheet, name="own_sheet"),
    path("out/<int:pk>/firm/<str:pseudonym>/", returning.firm_sheet, name="firm_sheet"),
]
