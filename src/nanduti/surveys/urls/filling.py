"""Addresses where forms are filled in a browser by somebody who has signed in."""

from __future__ import annotations

from django.urls import path

from ..openrosa import browser
from ..pages import correcting, filling

HERE = "instruments/<int:pk>/fill/"
KEY = "<slug:programme>/key/<str:token>"
urlpatterns = [
    path(HERE, filling.fill, name="fill"),
    path(f"{HERE}sw.js", filling.worker, name="fill_worker"),
    path(f"{HERE}submission", browser.submission, name="fill_submission"),
    path(f"{HERE}forms/<int:version>/form.xml", browser.form, name="fill_form"),
    path(f"{HERE}forms/<int:version>/manifest", browser.manifest, name="fill_manifest"),
    path(f"{HERE}forms/<int:version>/media/<str:name>", browser.media, name="fill_media"),
    path("submissions/<int:pk>/correct/", correcting.correct, name="correct"),
    path("submissions/<int:pk>/correct/answers.xml", correcting.answers, name="correct_answers"),
    path("submissions/<int:pk>/correct/files/<str:name>", correcting.file, name="correct_file"),
]

# Below /collect/<programme>/, without an account: with an enumerator's key, or the key of a draft.
with_key = [
    path(f"{KEY}/fill/", filling.key_forms, {"kind": "key"}, name="fill_forms"),
    path(f"{KEY}/fill/<int:pk>/", filling.key_fill, {"kind": "key"}, name="fill"),
    path(f"{KEY}/fill/<int:pk>/sw.js", filling.worker),
    path(f"{KEY}/correct/<int:pk>/", correcting.key_correct, {"kind": "key"}, name="correct"),
    path(
        f"{KEY}/correct/<int:pk>/answers.xml", correcting.key_answers, {"kind": "key"}, name="correct_answers"
    ),
    path(
        f"{KEY}/correct/<int:pk>/files/<str:name>", correcting.key_file, {"kind": "key"}, name="correct_file"
    ),
    path("<slug:programme>/test/<str:token>/fill/", filling.try_draft, {"kind": "test"}, name="try"),
    path("<slug:programme>/test/<str:token>/fill/sw.js", filling.worker),
]
