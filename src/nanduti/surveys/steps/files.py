"""Which files the answers name, so that "k of n arrived" can be said; what has arrived already is found again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Count, Q

from nanduti.methods.instruments import FILE_KINDS, Definition

from ..bulk import insert
from ..models import Submission, SubmissionFile
from ..reading import Reading, step


@step("files", order=15, in_bulk=True)
def expect_files(readings: list[Reading]) -> None:
    """Write down the files that are still to come, and count what is there."""
    named = {r.submission.pk: list(file_names(r.definition, r.values)) for r in readings}
    named = {pk: names for pk, names in named.items() if names}
    if not named:
        return
    insert(
        SubmissionFile,
        [
            {"submission_id": pk, "name": name[:255], "n_bytes": None}
            for pk, names in named.items()
            for name in dict.fromkeys(names)
        ],
        unless="(submission_id, name) WHERE replaced_at IS NULL",
    )
    counts = (
        SubmissionFile.objects.filter(submission__in=named, replaced_at=None)
        .values_list("submission_id")
        .annotate(n=Count("id"), here=Count("id", filter=Q(arrived_at__isnull=False)))
    )
    rows = [Submission(pk=pk, n_files_expected=n, n_files_arrived=here) for pk, n, here in counts]
    Submission._base_manager.bulk_update(rows, ["n_files_expected", "n_files_arrived"], batch_size=200)


def file_names(definition: Definition, values: Mapping[str, Any]) -> Iterator[str]:
    """The names of files among the answers, those in rows of repeats too."""
    paths = definition.__dict__.get("_file_paths")
    if paths is None:
        paths = frozenset(q.path for q in definition.questions if q.kind in FILE_KINDS)
        definition.__dict__["_file_paths"] = paths
    if paths:
        yield from _names(values, paths)


def _names(values: Mapping[str, Any], paths: frozenset[str]) -> Iterator[str]:
    for path, value in values.items():
        if path in paths:
            yield str(value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for row in value:
                yield from _names(row, paths)
