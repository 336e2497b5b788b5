"""Addresses of the review."""

from __future__ import annotations

from django.urls import path

from ..pages import quarantine, reviews

urlpatterns = [
    path("review/", reviews.queue, name="review"),
    path("review/accept/", reviews.accept_many, name="accept_many"),
    path("submissions/<int:pk>/", reviews.submission, name="submission"),
    path("submissions/<int:pk>/versions/", reviews.compare, name="compare"),
    path("submissions/<int:pk>/read/", reviews.read_again, name="read_again"),
    path("submissions/<int:pk>/take-in/", reviews.take_in, name="take_in"),
    path("submissions/<int:pk>/choose/", reviews.choose, name="choose"),
    path("returned/", reviews.returned, name="returned"),
    path("findings/<int:pk>/", reviews.finding, name="finding"),
    path("quarantine/<int:pk>/", quarantine.quarantined, name="quarantined"),
]
