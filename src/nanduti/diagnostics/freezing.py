"""What is agreed is frozen."""

from __future__ import annotations

from .errors import StudyIsAgreed
from .models import DiagnosticStudy


def must_be_open(study: DiagnosticStudy) -> None:
    """Refuse to change what is frozen; asked of the record as it stands now, not as somebody read it."""
    state = DiagnosticStudy._base_manager.filter(pk=study.pk).values_list("status", flat=True).first()
    if state == DiagnosticStudy.Status.AGREED:
        raise StudyIsAgreed(study=str(study))
