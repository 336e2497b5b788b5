"""Which records were made of answers."""

from __future__ import annotations

from django.db import models

from ..models import RecordLink


def is_told(record: models.Model) -> bool:
    """Whether a record was made of an answer, so that it is corrected there."""
    link = RecordLink._base_manager.filter(record_kind=record._meta.label_lower, record_id=str(record.pk))
    return link.exists()
