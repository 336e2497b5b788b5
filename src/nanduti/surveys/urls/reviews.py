"""Addresses of the review."""

from __future__ import annotations

from django.urls import path

from ..pages import quarantine, reviews, submissions

urlpatterns = [
    path("review/", reviews.queue, name="review"),
    path("review/accept/", reviews.accept_many, name="accept_many"),
    path("submissions/<int:pk>/", submissions.submission, name="submission"),
    path("submissions/<int:pk>/versions/", submissions.compare, name="compare"),
    path("submissions/<int:pk>/read/", submissions.read_again, name="read_again"),
    path("submissions/<int:pk>/take-in/", submissions.take_in, name="take_in"),
    path("submissions/<int:pk>/choose/", submissions.choose, name="choose"),
    path("returned/", reviews.returned, name="returned"),
    path("findings/<int:pk>/", submissions.finding, name="finding"),
    path("quarantine/<int:pk>/", quarantine.quarantined, name="quarantined"),
]
