"""Questions about an advanced cluster: the six things to find out; and about rates of output against a benchmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.methods import upgrading
from nanduti.methods.upgrading import Gap, Span
from nanduti.methods.values import RuleSource, mark

from ..models import DiagnosticStudy, OutputRate, Prospect

SIX_SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", mark("chapter 5, step 4"))
SIX = ("stakeholders", "needs", "areas", "willingness", "most_willing", "intermediaries")


def prospects(*, study: DiagnosticStudy) -> QuerySet[Prospect]:
    """Who may want to twin, the most willing first; those nobody asked last."""
    rows = Prospect.objects.filter(study=study).select_related("organisation", "source", "study")
    return rows.order_by(F("willingness").desc(nulls_last=True), "id")


def prospect_by_id(*, study: DiagnosticStudy, pk: int) -> Prospect:
    """A likely partner; raises ``NotFound``."""
    found = prospects(study=study).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="likely partner", code_given=pk)
    return found


@dataclass(frozen=True)
class Thing:
    """One of the six things that the study of an advanced cluster must find out: for how many it is known."""

    code: str
    n_known: int
    n: int

    @property
    def is_found(self) -> bool:
        return self.n_known > 0


def six_things(rows: Sequence[Prospect]) -> list[Thing]:
    """How far the six things of UNIDO 2013, step 4, are found out."""
    n = len(rows)
    asked = [r for r in rows if r.willingness is not None]
    return [
        Thing("stakeholders", n, n),
        Thing("needs", sum(bool(r.need or r.need_es) for r in rows), n),
        Thing("areas", sum(bool(r.areas or r.areas_es) for r in rows), n),
        Thing(
            "willingness",
            sum(r.willingness is not None and bool(r.conditions or r.conditions_es) for r in rows),
            n,
        ),
        Thing("most_willing", len(asked), n),
        Thing("intermediaries", sum(r.is_intermediary for r in rows), n),
    ]


# --- productivity


def rates(*, study: DiagnosticStudy) -> QuerySet[OutputRate]:
    """What so many people make, here and elsewhere."""
    return OutputRate.objects.filter(study=study).select_related("source", "study")


def rate_by_id(*, study: DiagnosticStudy, pk: int) -> OutputRate:
    """A rate of output; raises ``NotFound``."""
    found = rates(study=study).filter(pk=pk).first()
    if found is None:
        raise NotFound(kind="rate of output", code_given=pk)
    return found


def per_worker_day(rate: OutputRate) -> Span:
    """Output for each worker and day, as a range where the figures are ranges."""
    return upgrading.output_per_worker_day(
        (float(rate.output_low), float(rate.output_high or rate.output_low)),
        (float(rate.workers_low), float(rate.workers_high or rate.workers_low)),
        days=float(rate.days),
    )


@dataclass(frozen=True)
class RateGap:
    """An own rate beside one to measure it by; ``reason`` where they cannot be compared."""

    own: OutputRate
    benchmark: OutputRate | None
    per_day: Span
    benchmark_per_day: Span | None
    gap: Gap | None
    reason: str = ""


def gaps(rows: Sequence[OutputRate]) -> list[RateGap]:
    """Every own rate against every benchmark of the same process and unit."""
    made: list[RateGap] = []
    for own in (r for r in rows if r.is_own):
        others = [r for r in rows if not r.is_own and r.process == own.process]
        per_day = per_worker_day(own)
        if not others:
            made.append(RateGap(own, None, per_day, None, None, "no_benchmark"))
        for other in others:
            theirs = per_worker_day(other)
            if other.unit != own.unit:
                made.append(RateGap(own, other, per_day, theirs, None, "other_unit"))
            else:
                made.append(RateGap(own, other, per_day, theirs, upgrading.gap_to_benchmark(per_day, theirs)))
    return made
