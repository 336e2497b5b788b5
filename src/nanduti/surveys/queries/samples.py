"""Questions about waves and samples: how far the field work is, for whom, where, and what the answers weigh."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import Count, Q, QuerySet

from ..models import Coupon, Instrument, Sample, SampleUnit, Submission, Wave

State = SampleUnit.State
ASKED = Q(is_reserve=False)


def waves(*, instrument: Instrument) -> QuerySet[Wave]:
    """The rounds of field work with an instrument, the newest first."""
    return Wave.objects.filter(instrument=instrument).select_related("instrument__programme").order_by("-id")


@dataclass(frozen=True)
class Progress:
    """How far a wave is; ``n_due`` counts who is still to be visited, ``response`` is None where nobody is due."""

    n_drawn: int
    n_done: int
    n_due: int
    n_lost: int
    n_answers: int

    @property
    def response(self) -> float | None:
        """Answered of all who belong to the sample and whose visit is over (AAPOR RR1 for such visits)."""
        over = self.n_done + self.n_lost
        return self.n_done / over if over else None


def progress(*, wave: Wave) -> Progress:
    """How far a wave is; two queries."""
    rows = SampleUnit.objects.filter(ASKED, sample__wave=wave)
    found = rows.aggregate(
        n=Count("id"),
        done=Count("id", filter=Q(state=State.DONE)),
        due=Count("id", filter=Q(state=State.TO_DO)),
        lost=Count("id", filter=Q(state__in=[State.REFUSED, State.NOT_FOUND])),
    )
    return Progress(found["n"], found["done"], found["due"], found["lost"], answers(wave=wave).count())


def answers(*, wave: Wave) -> QuerySet[Submission]:
    """The submissions of a wave: of its instrument, within its days."""
    rows = Submission.objects.filter(instrument=wave.instrument, is_current=True, is_trial=False)
    rows = rows.exclude(state=Submission.State.REJECTED)
    if wave.opens_on:
        rows = rows.filter(received_at__date__gte=wave.opens_on)
    return rows.filter(received_at__date__lte=wave.closes_on) if wave.closes_on else rows


def units(*, wave: Wave) -> QuerySet[SampleUnit]:
    """Who was drawn, with whoever visits them."""
    rows = SampleUnit.objects.filter(sample__wave=wave)
    return rows.select_related(
        "establishment__place", "establishment__cluster", "enumerator", "sample", "submission", "replaces"
    ).order_by("sample_id", "position")


def by_enumerator(*, wave: Wave) -> list[dict[str, Any]]:
    """What each enumerator has done and has to do."""
    rows = SampleUnit.objects.filter(ASKED, sample__wave=wave)
    return list(
        rows.values("enumerator__code", "enumerator__title")
        .annotate(
            n=Count("id"),
            done=Count("id", filter=Q(state=State.DONE)),
            due=Count("id", filter=Q(state=State.TO_DO)),
        )
        .order_by("enumerator__code")
    )


def by_place(*, wave: Wave) -> list[dict[str, Any]]:
    """The same by place, with the middle of the place for a map."""
    rows = SampleUnit.objects.filter(ASKED, sample__wave=wave, establishment__place__isnull=False)
    place = "establishment__place__"
    return list(
        rows.values(f"{place}name", f"{place}latitude", f"{place}longitude")
        .annotate(n=Count("id"), done=Count("id", filter=Q(state=State.DONE)))
        .order_by(f"{place}name")
    )


def quota_progress(*, sample: Sample) -> list[dict[str, Any]]:
    """For each cell of a quota: how many are wanted, and how many have answered."""
    targets = sample.design.get("targets") or []
    if not targets:
        return []
    fields = {"cluster": "cluster__code", "place": "establishment__place__code",
              "size_band": "establishment__size_band", "product": "establishment__activity"}  # fmt: skip
    by = list(targets[0]["cell"])
    counted: dict[tuple[str, ...], int] = {}
    rows = (
        answers(wave=sample.wave)
        .order_by()
        .values_list(*(fields[name] for name in by))
        .annotate(n=Count("id"))
    )
    for *cell, n in rows:
        counted[tuple(str(part or "?") for part in cell)] = n
    return [
        {**target, "done": counted.get(tuple(str(target["cell"][name]) for name in by), 0)}
        for target in targets
    ]


def weights(*, wave: Wave) -> pl.DataFrame:
    """Who answered and how many each stands for: establishment, stratum, inclusion probability, sampling weight."""
    fields = (
        "establishment__pseudonym",
        "stratum",
        "inclusion_probability",
        "sampling_weight",
        "submission_id",
    )
    rows = SampleUnit.objects.filter(sample__wave=wave, state=State.DONE).order_by("sample_id", "position")
    names = ("establishment", "stratum", "inclusion_probability", "sampling_weight", "submission")
    schema = dict(zip(names, (pl.String, pl.String, pl.Float64, pl.Float64, pl.Int64), strict=True))
    return pl.DataFrame(list(rows.values_list(*fields)), schema=schema, orient="row")


def recruiters(*, wave: Wave) -> pl.DataFrame:
    """Who sent whom, from coupons: submission and the submission it was sent by (null for seeds)."""
    came = dict(
        Coupon.objects.filter(wave=wave, used_by__isnull=False).values_list("used_by_id", "given_to_id")
    )
    ids = sorted(answers(wave=wave).values_list("pk", flat=True))
    schema = {"submission": pl.Int64, "recruiter": pl.Int64}
    return pl.DataFrame([(pk, came.get(pk)) for pk in ids], schema=schema, orient="row")
