from django.conf import settings
from django.urls import path

from . import pages

urlpatterns = [
    path("language/", pages.language, name="language"),
    path("jobs/<uuid:public_id>/", pages.work, name="work"),
    path("jobs/<uuid:public_id>/stop/", pages.stop_work, name="stop_work"),
]

if settings.DEBUG or getattr(settings, "STYLE_PAGE", False):
    urlpatterns += [
        path("style/", pages.style, name="style"),
        path("style/<slug:name>/", pages.style_part, name="style_part"),
    ]
