"""Every address of the site, room by room."""

from django.contrib.auth.decorators import login_required
from django.urls import include, path
from django.views.generic import TemplateView

from .api import api

by_hand = TemplateView.as_view(template_name="account/by_hand.html")

urlpatterns = [
    path("", include("nanduti.interface.urls")),
    path("", include("nanduti.home.urls")),
    # No mail is sent and no address of an account is kept: what allauth has for that would lead nowhere.
    path("account/password/reset/", by_hand, name="account_reset_password"),
    path("account/email/", login_required(by_hand), name="account_email"),
    path("account/", include("allauth.urls")),
    path("register/", include("nanduti.register.urls")),
    path("p/<slug:programme>/", include("nanduti.programme.urls")),
    path("p/<slug:programme>/surveys/", include("nanduti.surveys.urls")),
    path("p/<slug:programme>/indicators/", include("nanduti.indicators.urls")),
    path("p/<slug:programme>/networks/", include("nanduti.networks.urls")),
    path("p/<slug:programme>/", include("nanduti.diagnostics.urls")),
    path("p/<slug:programme>/", include("nanduti.plans.urls")),
    path("p/<slug:programme>/", include("nanduti.twinning.urls")),
    path("p/<slug:programme>/", include("nanduti.results.urls")),
    path("p/<slug:programme>/release/", include("nanduti.release.urls")),
    path("open/", include("nanduti.release.urls.everybody")),
    path("collect/", include("nanduti.surveys.urls.collect")),
    path("api/", api.urls),
]

handler400 = "nanduti.interface.error_pages.bad_request"
handler403 = "nanduti.interface.error_pages.forbidden"
handler404 = "nanduti.interface.error_pages.not_found"
handler500 = "nanduti.interface.error_pages.mistake"
