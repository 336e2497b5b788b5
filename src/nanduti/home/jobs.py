"""Background work of the way in: previewing and importing tables that came through a page."""

from __future__ import annotations

from typing import Any

from django.utils import timezone, translation

from nanduti.foundation import imports
from nanduti.foundation.access import access_of
from nanduti.foundation.errors import ImportRefused, JobCancelled
from nanduti.foundation.models import ImportBatch
from nanduti.foundation.work import Progress, job
from nanduti.interface.saying import say
from nanduti.methods.values import PersonError
from nanduti.register import actions as register


def _batch(batch_id: int) -> ImportBatch:
    return ImportBatch.objects.select_related("by").get(pk=batch_id)


def _language(batch: ImportBatch) -> str:
    """The language in which the file was handed in, so that its errors can be read."""
    return batch.report.get("language") or batch.by.language or "en"


def _refuse(batch: ImportBatch, error: PersonError) -> None:
    said = say(error)
    batch.state = ImportBatch.State.REFUSED
    batch.n_errors = batch.n_errors or 1
    batch.report = {**batch.report, "refused": f"{said.title}. {said.sentence} {said.remedy}"}
    batch.save()


@job("home.preview_import")
def preview_import(progress: Progress, *, batch_id: int) -> dict[str, Any]:
    """Find out what an import would change, by doing it and taking it back."""
    batch = _batch(batch_id)
    with translation.override(_language(batch)):
        try:
            sheets = imports.read_content(batch.name, register.read_upload(batch.report["upload"]))
            report = imports.preview_sheets(
                sheets, access=access_of(batch.by, on=timezone.localdate()), by=batch.by, say=progress.say
            )
        except PersonError as error:
            _refuse(batch, error)
            if isinstance(error, JobCancelled):
                raise
            return {}
    batch.digest = imports.digest_of(sheets)
    imports.fill_report(batch, report)
    batch.state = ImportBatch.State.REFUSED if report["n_errors"] else ImportBatch.State.PREVIEWED
    batch.save()
    return {}


@job("home.import")
def run_import(progress: Progress, *, batch_id: int) -> dict[str, Any]:
    """Import what was previewed; taken up again after a crash, it does nothing a second time."""
    batch = _batch(batch_id)
    if batch.state != ImportBatch.State.PREVIEWED:
        return {}
    with translation.override(_language(batch)):
        try:
            imports.import_sheets(
                sheets=imports.read_content(batch.name, register.read_upload(batch.report["upload"])),
                name=batch.name,
                access=access_of(batch.by, on=timezone.localdate()),
                by=batch.by,
                say=progress.say,
                batch=batch,
            )
        except ImportRefused as error:
            imports.fill_report(batch, error.details["report"])
            _refuse(batch, error)
            return {}
        except PersonError as error:
            _refuse(batch, error)
            if isinstance(error, JobCancelled):
                raise
            return {}
    register.drop_upload(token=batch.report["upload"], by=batch.by)
    return {}
