"""Long work on studies: the figures of a large cluster, and documents."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from nanduti.foundation.access import access_of
from nanduti.foundation.models import User
from nanduti.foundation.work import Progress, job
from nanduti.programme.frames import may_within

from ..actions import studies as actions
from ..findings import from_json
from ..models import DiagnosticStudy
from ..queries import comparison as comparing
from ..queries.profile import findings
from ..queries.sections import material
from ..reports.content import document
from ..reports.relations import relation_blocks

# Module of reports → its function. Loaded for a document: they weigh as much as all of the rooms' pages.
WRITERS = {"pdf": "nanduti.diagnostics.reports.pdf", "docx": "nanduti.diagnostics.reports.docx"}


def _study(pk: int) -> DiagnosticStudy:
    related = ("scope", "programme", "cluster", "cluster__place", "instrument", "wave", "source")
    return DiagnosticStudy._base_manager.select_related(*related).get(pk=pk)


@job("diagnostics.findings")
def compute(progress: Progress, *, study_id: int) -> dict[str, Any]:
    """Compute and keep the figures, with the rights that whoever asked has now."""
    by: User = progress.row.by  # type: ignore[assignment]
    study = _study(study_id)
    if study.is_agreed:
        return {"study": study.code}
    done = iter(range(1, 6))
    access = access_of(by, on=timezone.localdate())
    found = findings(
        study=study, access=access, at=timezone.now(), say=lambda part: progress.say(next(done, 5), 5, part)
    )
    actions.keep_findings(study=study, found=found, by=by)
    return {"study": study.code, "n": found.n_register}


@job("diagnostics.report")
def report(progress: Progress, *, study_id: int, language: str, file_format: str) -> dict[str, Any]:
    """Write a study as a document; an agreed one with the figures that it was agreed with."""
    by: User = progress.row.by  # type: ignore[assignment]
    study = _study(study_id)
    access = access_of(by, on=timezone.localdate())
    progress.say(0, 4, _("working out the figures"))
    found = from_json(study.findings)
    if not study.is_agreed and may_within(
        access, "read_sensitive", programme=study.programme, cluster=study.cluster
    ):
        found = findings(study=study, access=access, at=timezone.now())
        actions.keep_findings(study=study, found=found, by=by)
        found = from_json(study.findings)
    steps = (_("comparing with other clusters"), _("putting the document together"), _("writing it"))
    with translation.override(language):
        progress.say(1, 4, steps[0])
        lines = comparing.for_study(study=study, access=access)
        progress.say(2, 4, steps[1])
        told = list(relation_blocks(study, access))
        made = document(material(study=study, found=found), comparison=lines, relations=told)
        progress.say(3, 4, steps[2])
        write = getattr(import_module(WRITERS[file_format]), file_format)
        content = write(made, is_synthetic=study.programme.is_synthetic)
    kept = actions.keep_report(
        study=study, language=language, file_format=file_format, content=content, by=by
    )
    return {"study": study.code, "report": kept.pk, "n_bytes": len(content)}
