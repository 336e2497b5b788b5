"""Addresses of twinnings; each begins with the programme's code."""

from django.urls import path, register_converter

from .pages import correcting, pairs, requirements, writing


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
    path("twinnings/", pairs.pairs, name="pairs"),
    path("twinnings/new/", writing.new_twinning, name="new_twinning"),
    path("twinnings/task/", writing.new_task, name="new_task"),
    path("twinnings/task/<int:pk>/", correcting.task, name="edit_task"),
    path("twinnings/task/<int:pk>/take-back/", correcting.take_back_task, name="take_back_task"),
    path("twinnings/linkage/<int:pk>/", correcting.linkage, name="edit_linkage"),
    path("twinnings/linkage/<int:pk>/take-back/", correcting.take_back_linkage, name="take_back_linkage"),
    path("twinnings/<pair:pair>/", pairs.pair, name="pair"),
    path("twinnings/<pair:pair>/edit/", correcting.twinning, name="edit_twinning"),
    path("twinnings/<pair:pair>/linkage/", writing.new_linkage, name="new_linkage"),
    path("twinnings/<pair:pair>/partner/", writing.new_partner, name="new_partner"),
    path("twinnings/<pair:pair>/topic/", writing.new_topic, name="new_topic"),
    path("twinnings/<pair:pair>/topic/<int:pk>/", correcting.topic, name="edit_topic"),
    path(
        "twinnings/<pair:pair>/topic/<int:pk>/take-back/", correcting.take_back_topic, name="take_back_topic"
    ),
    path("twinnings/<pair:pair>/interest/", writing.new_interest, name="new_interest"),
    path("twinnings/<pair:pair>/interest/<int:pk>/", correcting.interest, name="edit_interest"),
    path(
        "twinnings/<pair:pair>/interest/<int:pk>/take-back/",
        correcting.take_back_interest,
        name="take_back_interest",
    ),
    path("twinnings/<pair:pair>/needs/", requirements.requirements, name="requirements"),
    path("twinnings/<pair:pair>/needs/new/", requirements.new_requirement, name="new_requirement"),
    path("twinnings/<pair:pair>/needs/<int:pk>/", requirements.requirement, name="edit_requirement"),
    path(
        "twinnings/<pair:pair>/needs/<int:pk>/take-back/",
        requirements.take_back_requirement,
        name="take_back_requirement",
    ),
    path("step/<int:step>/evidence/", writing.new_evidence, name="new_evidence"),
    path("evidence/<int:pk>/", correcting.evidence, name="edit_evidence"),
    path("evidence/<int:pk>/take-back/", correcting.take_back_evidence, name="take_back_evidence"),
    path("evidence/<int:pk>/file/", writing.evidence_file, name="evidence_file"),
]
