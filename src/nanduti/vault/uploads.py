"""Files that were handed in and may identify people: kept encrypted, in pieces, for a day at most."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from .crypto import ring
from .errors import UploadGone
from .models import KeptUpload, KeptUploadPart
from .router import ALIAS

PART_BYTES = 1_048_576
KEPT_FOR = timedelta(days=1)


def keep(content: bytes, *, by_id: int | None, at: datetime) -> str:
    """Seal a file and give the token that stands for it in jobs and addresses."""
    with transaction.atomic(using=ALIAS):
        KeptUpload.objects.filter(kept_at__lt=at - KEPT_FOR).delete()
        upload = KeptUpload.objects.create(n_bytes=len(content), kept_at=at, kept_by_id=by_id)
        for position, start in enumerate(range(0, max(len(content), 1), PART_BYTES)):
            sealed = ring().seal(
                content[start : start + PART_BYTES], bound_to=(str(upload.token), str(position))
            )
            KeptUploadPart.objects.create(
                upload=upload, position=position, key_id=ring().present.id, ciphertext=sealed
            )
    return str(upload.token)


def read(token: str, *, at: datetime | None = None) -> bytes:
    """The file again; raises :class:`UploadGone` where it was dropped, is too old or never was."""
    at = at or timezone.now()
    upload = KeptUpload.objects.filter(token=_token(token), kept_at__gte=at - KEPT_FOR).first()
    if upload is None:
        raise UploadGone()
    parts = (
        ring().open(part.ciphertext, bound_to=(str(upload.token), str(part.position)))
        for part in upload.parts.iterator(chunk_size=8)
    )
    content = b"".join(parts)
    if len(content) != upload.n_bytes:
        raise UploadGone()
    return content


def drop(token: str) -> None:
    """Forget the file."""
    KeptUpload.objects.filter(token=_token(token)).delete()


def _token(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        raise UploadGone() from None
