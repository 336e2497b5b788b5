"""Results and the data-quality report for machines."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from nanduti.foundation.fields import check_when, read_when
from nanduti.methods.values import Period
from nanduti.programme.api import TROUBLE, asked_programme
from nanduti.programme.frames import money_told
from nanduti.programme.queries import cluster_by_code

from . import quality, queries, standard

router = Router(tags=["results"])


@router.get("programmes/{programme}/results", response={200: dict[str, Any], **TROUBLE})
def results(  # type: ignore[no-untyped-def]
    request: HttpRequest,
    programme: str,
    cluster: str | None = None,
    as_of: date | None = None,
    baseline: str | None = None,
    follow_up: str | None = None,
):
    """Outputs and outcomes computed from the records, by cluster and year, with the figures stated by hand.

    And the standard outcomes from baseline to follow-up; both may be narrowed to a span such as 2008 or May 2011.
    """
    found = asked_programme(request, programme)
    access, today = request.access, timezone.localdate()  # type: ignore[attr-defined]
    chosen = cluster_by_code(programme=found, code=cluster) if cluster else None
    day = as_of or today
    money = money_told(access, programme=found, cluster=chosen)
    table = queries.result_table(programme=found, as_of=day, cluster=chosen, money=money)
    changes = standard.standard_table(
        programme=found, as_of=day, today=today, cluster=chosen, access=access,
        baseline=span_of(baseline), follow_up=span_of(follow_up),
    )  # fmt: skip
    said = {"standard_outcomes": standard.standard_as_dict(changes)}
    return {"programme": found.code, **queries.table_as_dict(table), **said}


def span_of(text: str | None) -> Period | None:
    """The span that somebody asks for; refuses what cannot be understood as one."""
    check_when(text or "")
    reading = read_when(text or "")
    return reading.period if reading is not None else None


@router.get("programmes/{programme}/quality", response={200: list[dict[str, Any]], **TROUBLE})
def quality_report(request: HttpRequest, programme: str):  # type: ignore[no-untyped-def]
    """Contradictions found by rules, each with both statements and their places."""
    found = asked_programme(request, programme)
    return [quality.finding_as_dict(finding, rows) for finding, rows in quality.findings(programme=found)]
