"""Addresses of twinnings; each begins with the programme's code."""

from django.urls import path, register_converter

from . import pages


class Pair:
    """Two cluster codes joined by a colon."""

    regex = "[-a-z0-9_]+:[-a-z0-9_]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Pair, "pair")

app_name = "twinning"
urlpatterns = [
    path("twinnings/", pages.pairs, name="pairs"),
    path("twinnings/<pair:pair>/", pages.pair, name="pair"),
    path("twinnings/<pair:pair>/linkage/", pages.new_linkage, name="new_linkage"),
    path("twinnings/<pair:pair>/topic/", pages.new_topic, name="new_topic"),
    path("twinnings/<pair:pair>/interest/", pages.new_interest, name="new_interest"),
    path("twinnings/task/", pages.new_task, name="new_task"),
    path("step/<int:step>/evidence/", pages.new_evidence, name="new_evidence"),
]
