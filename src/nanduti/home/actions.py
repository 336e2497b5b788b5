"""Verbs of the way in: bringing tables in through a page."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.errors import FileRefused
from nanduti.foundation.models import ImportBatch, User
from nanduti.register import actions as register


@action("home.upload_tables", using="vault", once=True)
def upload_tables(*, name: str, content: bytes, by: User, at: datetime | None = None) -> ImportBatch:
    """Take a file in, keep it encrypted, and have its preview made in the background."""
    if len(content) > settings.MAX_IMPORT_BYTES:
        raise FileRefused(
            name=name,
            problem=_("is larger than %d MB") % (settings.MAX_IMPORT_BYTES // 1_048_576),
            what_to_do=_("Split it into several files."),
        )
    token = register.keep_upload(content=content, by=by)
    batch = ImportBatch.objects.create(
        name=Path(name).name[:255],
        digest="",
        state=ImportBatch.State.PREVIEWED,
        report={"upload": str(token), "language": get_language() or ""},
        by=by,
    )
    batch.job = work.enqueue("home.preview_import", by=by, batch_id=batch.pk)
    batch.save(update_fields=["job"])
    note(subject=batch, bytes=len(content))
    return batch


@action("home.start_import")
def start_import(*, batch: ImportBatch, by: User, at: datetime | None = None) -> ImportBatch:
    """Import what was previewed, in the background; asked twice, it runs once."""
    if batch.state != ImportBatch.State.PREVIEWED or (batch.job and not batch.job.is_over):
        return batch
    if batch.job and batch.job.kind == "home.import" and batch.job.state == "done":
        return batch
    batch.job = work.enqueue("home.import", by=by, batch_id=batch.pk)
    batch.save(update_fields=["job"])
    return batch
