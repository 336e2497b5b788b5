"""Keeping a file that somebody handed in or that was made, and forgetting it."""

from __future__ import annotations

import hashlib
import mimetypes
from pathlib import PurePosixPath

from django.core.files.base import ContentFile
from django.db import transaction

from .models import Scope, StoredFile, User


def keep_file(*, scope: Scope, name: str, content: bytes, by: User | str) -> StoredFile:
    """Keep the bytes under a name without folders; to be called within a deed, which leaves the trace."""
    return StoredFile.objects.create(
        scope=scope,
        name=PurePosixPath(name.replace("\\", "/")).name[:255] or "file",
        media_type=(mimetypes.guess_type(name)[0] or "application/octet-stream")[:100],
        n_bytes=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        content=ContentFile(content, name="file"),
        added_by=by if isinstance(by, User) else None,
    )


def forget_file(file: StoredFile) -> None:
    """Destroy a file that nothing names any more; its bytes go when the deed is done, so that a refusal keeps them."""
    content = file.content
    StoredFile.objects.filter(pk=file.pk).delete()
    transaction.on_commit(lambda: content.storage.delete(content.name))
