"""Verbs of studies: begin, edit, agree, open again, keep what was found, keep a report."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.text import slugify

from nanduti.foundation import work
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.fields import check_when
from nanduti.foundation.models import Job, StoredFile, User
from nanduti.programme.errors import ReasonMissing
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster

from ..errors import StudyHasGaps
from ..findings import Findings, safe
from ..freezing import must_be_open
from ..models import DiagnosticStudy, StudyReport

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@action("diagnostics.begin_study", once=True)
def begin_study(
    *,
    programme: Programme,
    cluster: Cluster,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> DiagnosticStudy:
    """Begin the study of a cluster."""
    check_when(values.get("done", ""))
    hold(programme)
    taken = set(DiagnosticStudy._base_manager.filter(programme=programme).values_list("code", flat=True))
    stem = slugify(values["title"])[:50] or "study"
    code = next(c for c in (stem, *(f"{stem}-{i}" for i in range(2, 10_000))) if c not in taken)
    return DiagnosticStudy.objects.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), code=code, **values
    )


@action("diagnostics.edit_study")
def edit_study(
    *,
    study: DiagnosticStudy,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> DiagnosticStudy:
    """Correct what a study is and what it rests on."""
    must_be_open(study)
    check_when(values.get("done", ""))
    note(subject=study, fields=save_edit(study, values, version=version))
    return study


@action("diagnostics.keep_findings")
def keep_findings(
    *, study: DiagnosticStudy, found: Findings, by: User | str, at: datetime | None = None
) -> DiagnosticStudy:
    """Keep what was computed, small groups kept back; an agreed study keeps what it was agreed with."""
    must_be_open(study)
    kept = safe(found).as_json()
    DiagnosticStudy._base_manager.filter(pk=study.pk).update(findings=kept, changed_at=timezone.now())
    study.findings = kept
    note(subject=study, n_register=found.n_register, n_answered=found.n_answered)
    return study


@action("diagnostics.agree_study")
def agree_study(
    *,
    study: DiagnosticStudy,
    found: Findings,
    missing: list[str],
    agreed_on: date,
    reason: str = "",
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> DiagnosticStudy:
    """Freeze a study as it stands; one with gaps needs the reason."""
    hold(study)
    study.refresh_from_db(fields=["status"])
    must_be_open(study)
    if missing and not reason.strip():
        raise StudyHasGaps(missing=", ".join(missing))
    if missing:
        note(override_reason=reason.strip())
    values = {
        "status": DiagnosticStudy.Status.AGREED,
        "agreed_on": agreed_on,
        "agreed_by_label": by if isinstance(by, str) else by.username,
        "findings": safe(found).as_json(),
    }
    note(subject=study, fields=[f for f in save_edit(study, values, version=version) if f != "findings"])
    return study


@action("diagnostics.reopen_study")
def reopen_study(
    *, study: DiagnosticStudy, reason: str, version: int, by: User | str, at: datetime | None = None
) -> DiagnosticStudy:
    """Open an agreed study again, with the reason; what it was agreed with stays in the audit trail's reports."""
    if not reason.strip():
        raise ReasonMissing()
    values = {"status": DiagnosticStudy.Status.DRAFT, "agreed_on": None, "agreed_by_label": ""}
    note(subject=study, override_reason=reason.strip(), fields=save_edit(study, values, version=version))
    return study


@action("diagnostics.order_findings", once=True)
def order_findings(*, study: DiagnosticStudy, by: User, at: datetime | None = None) -> Job:
    """Have the figures of a large cluster computed in the background."""
    must_be_open(study)
    note(subject=study)
    return work.enqueue("diagnostics.findings", by=by, scope=study.scope, total=5, study_id=study.pk)


@action("diagnostics.order_report", once=True)
def order_report(
    *, study: DiagnosticStudy, language: str, file_format: str, by: User, at: datetime | None = None
) -> Job:
    """Have the study written as a document in the background."""
    note(subject=study, language=language, format=file_format)
    return work.enqueue(
        "diagnostics.report", by=by, scope=study.scope, total=4, study_id=study.pk, language=language,
        file_format=file_format,
    )  # fmt: skip


@action("diagnostics.keep_report")
def keep_report(
    *,
    study: DiagnosticStudy,
    language: str,
    file_format: str,
    content: bytes,
    by: User | str,
    at: datetime | None = None,
) -> StudyReport:
    """Keep a document that was made; the same bytes again are the same document."""
    digest = hashlib.sha256(content).hexdigest()
    hold(study)
    before = StudyReport._base_manager.filter(
        study=study, digest=digest, language=language, format=file_format
    ).first()
    if before is not None:
        note(subject=study, digest=digest, is_repeated=True)
        return before
    user = by if isinstance(by, User) else None
    name = f"{study.code}-{language}.{file_format}"
    file = StoredFile(
        scope=study.scope, name=name, media_type=MEDIA_TYPES[file_format], n_bytes=len(content),
        digest=digest, added_by=user,
    )  # fmt: skip
    file.content.save(name, ContentFile(content), save=False)
    file.save()
    note(subject=study, language=language, format=file_format, digest=digest)
    return StudyReport.objects.create(
        study=study, scope=study.scope, language=language, format=file_format, file=file, digest=digest,
        made_at=at, by=user, by_label=by if isinstance(by, str) else by.username,
    )  # fmt: skip
