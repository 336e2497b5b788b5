"""Selections, studies and assessments for machines: who leads, what was found, how many firms stand in which band."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Path, Router

from nanduti.interface.forms import LARGEST
from nanduti.interface.saying import fill, say
from nanduti.programme.api import TROUBLE, asked_programme
from nanduti.programme.frames import may_within

from . import assessing
from .queries import assessments as assessed
from .queries import issues as issue_queries
from .queries import selections as queries
from .queries import studies as studied

router = Router(tags=["diagnostics"])


@router.get("programmes/{programme}/selections", response={200: list[dict[str, Any]], **TROUBLE})
def list_selections(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """The weighings-up of candidate clusters, newest first."""
    found = asked_programme(request, programme)
    return [
        {"id": s.pk, "kind": s.kind, "title": s.title, "title_es": s.title_es, "candidates": s.n_entries,
         "decided_at": s.decided_at, "reason": s.outcome_reason, "against_ranking": s.against_reason}
        for s in queries.selections(programme=found)
    ]  # fmt: skip


@router.get("programmes/{programme}/selections/{number}", response={200: dict[str, Any], **TROUBLE})
def ranking(request: HttpRequest, programme: str, number: int = Path(..., ge=0, le=LARGEST)):  # type: ignore[no-untyped-def, type-arg]
    """The ranking with its doubt: rank, score from 0 to 1, share of the versions at each rank; why some have none."""
    found = asked_programme(request, programme)
    table = queries.table_of(selection=queries.selection_by_pk(programme=found, pk=number))
    order = table.ranking
    return {
        "title": table.selection.title,
        "source": table.weighing.source,
        "versions": order.n,
        "weights": dict(order.weights),
        "trouble": str(say(order.trouble)) if order.trouble else None,
        "drivers": dict(order.drivers),
        "candidates": [
            {
                "cluster": table.entry(p.key).candidate.cluster.code, "rank": p.rank, "score": p.score,
                "unknown": p.n_missing, "rank_shares": {str(k): v for k, v in p.rank_shares.items()},
                "reason": fill(p.reason, p.reason_details), "outcome": table.entry(p.key).outcome,
            }
            for p in order.placed
        ],
    }  # fmt: skip


@router.get("programmes/{programme}/assessments", response={200: list[dict[str, Any]], **TROUBLE})
def list_assessments(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """Rounds with how many firms stand in each band; null where that would tell the asker of single firms."""
    found = asked_programme(request, programme)
    return [
        {"id": a.pk, "recipe": a.recipe.code, "version": a.recipe.number, "round": a.label, "day": a.taken_on,
         "cluster": a.cluster.code if a.cluster else None, "firms": a.n_units, "bands": _bands(request, found, a)}
        for a in assessed.rounds(programme=found)
    ]  # fmt: skip


def _bands(request: HttpRequest, programme: Any, row: Any) -> dict[str, int] | None:
    counted = row.summary.get("bands", {})
    if assessing.read(row.recipe.text).subject == assessing.CLUSTER:
        return dict(counted)  # the answer for a cluster tells of no firm
    access = request.access  # type: ignore[attr-defined]
    if may_within(access, "read_sensitive", programme=programme, cluster=row.cluster):
        return dict(counted)
    return assessed.bands_for_all(row)


@router.get("programmes/{programme}/studies", response={200: list[dict[str, Any]], **TROUBLE})
def list_studies(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """The diagnostic studies of clusters: kind, whether agreed and since when, how many issues."""
    found = asked_programme(request, programme)
    return [
        {"code": s.code, "cluster": s.cluster.code, "kind": s.kind, "title": s.title, "title_es": s.title_es,
         "status": s.status, "agreed_on": s.agreed_on, "issues": s.n_issues, "source": s.cite()}
        for s in studied.studies(programme=found)
    ]  # fmt: skip


@router.get("programmes/{programme}/studies/{code}", response={200: dict[str, Any], **TROUBLE})
def study(request: HttpRequest, programme: str, code: str):  # type: ignore[no-untyped-def]
    """A study with its issues, where each is solved, and, once agreed, its figures with small groups kept back."""
    row = studied.study_by_code(programme=asked_programme(request, programme), code=code)
    issues = list(issue_queries.issues(study=row))
    return {
        "code": row.code, "cluster": row.cluster.code, "kind": row.kind, "title": row.title, "status": row.status,
        "agreed_on": row.agreed_on, "findings": row.findings if row.is_agreed else None,
        "twinning": issue_queries.twinning_verdict(issues).decision,
        "issues": [
            {"number": i.number, "product_group": i.product_group, "item": i.item, "label": i.label,
             "label_es": i.label_es, "firms": i.counts, "severity": i.severity,
             "solved": issue_queries.column_of(i), "chain_check": i.chain_check, "source": i.cite()}
            for i in issues
        ],
    }  # fmt: skip
