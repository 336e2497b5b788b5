"""Questions about studies: which there are, what stands in one, what is still missing."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.foundation.languages import tongue
from nanduti.methods.instruments import IDENTIFYING
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster, Establishment
from nanduti.surveys.models import InstrumentVersion, Submission
from nanduti.surveys.reading import definition_of

from ..findings import from_json
from ..models import DiagnosticStudy, StudyReport


def studies(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[DiagnosticStudy]:
    """The studies of a programme, with how many issues and likely partners each has."""
    rows = (
        DiagnosticStudy.objects.filter(programme=programme)
        .select_related("cluster", "cluster__place", "source", "instrument", "wave", "programme")
        .annotate(
            n_issues=Count("issues", distinct=True),
            n_unrouted=Count(
                "issues",
                distinct=True,
                filter=~Q(issues__in_cluster=True)
                & ~Q(issues__in_country=True)
                & ~Q(issues__by_advanced=True),
            ),
            n_prospects=Count("prospects", distinct=True),
        )
    )
    return rows.filter(cluster=cluster) if cluster else rows


def study_by_code(*, programme: Programme, code: str) -> DiagnosticStudy:
    """The study of that code; raises ``NotFound``."""
    found = None if "\x00" in code else studies(programme=programme).filter(code=code).first()
    if found is None:
        raise NotFound(kind="study", code_given=code)
    return found


def reports(*, study: DiagnosticStudy) -> QuerySet[StudyReport]:
    """The documents that were made of it, the newest first."""
    return StudyReport.objects.filter(study=study).select_related("file")


def report_by_id(*, study: DiagnosticStudy, pk: int) -> StudyReport:
    """A document of it; raises ``NotFound``."""
    found = reports(study=study).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="report", code_given=pk)
    return found


def questions(*, study: DiagnosticStudy) -> list[tuple[str, str]]:
    """The questions by which firms can be divided: name and words, of the newest form that was published."""
    if study.instrument is None:
        return []
    newest = InstrumentVersion.objects.filter(instrument=study.instrument).exclude(
        state=InstrumentVersion.State.DRAFT
    )
    version = newest.order_by("-id").first()
    if version is None:
        return []
    definition = definition_of(version.pk)
    language = tongue()
    return [
        (q.name, f"{q.label(language, definition.default_language) or q.name} ({q.name})")
        for q in definition.questions
        if q.sensitivity != IDENTIFYING
        and not q.repeat
        and (q.list_name or q.kind in {"text", "string", "calculate"})
    ]


def agreed(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[DiagnosticStudy]:
    """The agreed studies, with what in them is evidence for the gates of steps 3 and 4; one statement."""
    rows = DiagnosticStudy.objects.filter(programme=programme, status=DiagnosticStudy.Status.AGREED)
    rows = rows.select_related("source").annotate(
        n_abroad=Count("issues", distinct=True, filter=Q(issues__by_advanced=True)),
        n_willing=Count("prospects", distinct=True, filter=~Q(prospects__need="")),
        n_between=Count("prospects", distinct=True, filter=Q(prospects__is_intermediary=True)),
    )
    return rows.filter(cluster=cluster) if cluster else rows


def is_sampled_by_product(study: DiagnosticStudy) -> bool:
    """Whether firms of every product and size were heard, by the figures it was agreed with."""
    found = from_json(study.findings)
    return found is not None and bool(found.coverage.cells) and not found.coverage.n_short


def is_large(*, study: DiagnosticStudy, limit: int) -> bool:
    """Whether more firms than that are listed, or more answers given to its questionnaire; counting stops there."""
    listed = Establishment._base_manager.filter(cluster=study.cluster)
    given = Submission._base_manager.filter(instrument=study.instrument)
    rows = [listed, given] if study.instrument else [listed]
    return any(some.order_by().values("pk")[: limit + 1].count() > limit for some in rows)
