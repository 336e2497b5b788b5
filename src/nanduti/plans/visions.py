"""Questions about visions: which wording holds, since when, whether it is time to look at it again, what serves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from nanduti.foundation.errors import NotFound
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from .models import ActionPlan, Activity, Objective, Vision

# What has no day stands first on either database: what has one was agreed knowingly and holds against it.
IN_TURN = (F("agreed_on_start").asc(nulls_first=True), "id")


@dataclass(frozen=True)
class Standing:
    """The vision of a cluster, or of the whole programme, on a day: each time it was looked at, the oldest first."""

    rows: tuple[Vision, ...]
    on: date

    @property
    def latest(self) -> Vision:
        """The last time that it was agreed or looked at; its wording holds."""
        return self.rows[-1]

    @property
    def wording(self) -> tuple[Vision, ...]:
        """The rows of the wording that holds: when it was agreed, and each time that it was confirmed since."""
        first = next(
            (n for n in reversed(range(len(self.rows))) if self.rows[n].outcome != Vision.Outcome.CONFIRMED),
            0,
        )
        return self.rows[first:]

    @property
    def last_day(self) -> date | None:
        """The last day on which it may have been agreed or looked at; ``None`` where no day is known."""
        end = self.latest.agreed_on_end
        return end - timedelta(days=1) if end else self.latest.agreed_on_start

    @property
    def due(self) -> date | None:
        """The day by which it is to be looked at again; ``None`` where no interval or no day is known."""
        return planning.revalidation_due(self.last_day, self.latest.every_months)

    @property
    def verdict(self) -> Verdict:
        """Whether it is time to look at it again."""
        return planning.vision_verdict(self.last_day, self.latest.every_months, on=self.on)


def visions(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Vision]:
    """The visions of a programme, the one that holds last; of one cluster with those of the programme as a whole."""
    rows = Vision.objects.filter(programme=programme).select_related("cluster", "source").order_by(*IN_TURN)
    return rows.filter(Q(cluster=cluster) | Q(cluster=None)) if cluster else rows


def standings(*, programme: Programme, cluster: Cluster | None = None, on: date) -> list[Standing]:
    """The vision of each cluster that has one, and of the programme as a whole, as it stands on a day; one query."""
    groups: dict[int | None, list[Vision]] = {}
    for row in visions(programme=programme, cluster=cluster):
        if row.agreed_on_start is None or row.agreed_on_start <= on:
            groups.setdefault(row.cluster_id, []).append(row)
    return [Standing(tuple(rows), on) for rows in groups.values()]


def due(*, programme: Programme, on: date) -> list[Standing]:
    """The visions that are to be looked at again, where an interval was set for it."""
    found = standings(programme=programme, on=on)
    return [one for one in found if one.latest.every_months and one.verdict.decision != "yes"]


def vision_by_id(*, programme: Programme, pk: int) -> Vision:
    """The vision of that number, or :class:`NotFound`."""
    found = visions(programme=programme).filter(pk=pk).first() if pk < 2**31 else None
    if found is None:
        raise NotFound(kind="vision", code_given=str(pk))
    return found


def looked_at(vision: Vision) -> list[Vision]:
    """Each time that the same cluster agreed on its vision or looked at it again, the oldest first."""
    return list(visions(programme=vision.programme).filter(cluster=vision.cluster))


def same_wording(vision: Vision) -> list[Vision]:
    """The rows that say what this one says: where it was agreed, and each time that it was confirmed since."""
    rows = looked_at(vision)
    here = next(n for n, row in enumerate(rows) if row.pk == vision.pk)
    confirmed = Vision.Outcome.CONFIRMED
    first = next((n for n in range(here, -1, -1) if rows[n].outcome != confirmed), 0)
    after = next((n for n in range(here + 1, len(rows)) if rows[n].outcome != confirmed), len(rows))
    return rows[first:after]


def standing_of(plan: ActionPlan, *, on: date) -> Standing | None:
    """The vision that a plan serves on a day: its cluster's own, else that of the programme as a whole."""
    found = {one.latest.cluster_id: one for one in standings(programme=plan.programme, on=on)}
    return found.get(plan.cluster_id) or found.get(None)


def wordings(found: Iterable[Standing]) -> frozenset[int]:
    """The rows of the wordings that hold, by number: an objective of one of them is a priority of a vision."""
    return frozenset(row.pk for one in found for row in one.wording)


def objectives(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Objective]:
    """The objectives of the plans, with how many activities that were not cancelled serve each."""
    rows = Objective.objects.filter(plan__programme=programme).select_related("plan", "vision", "source")
    going = ~Q(activities__reported_status=Activity.Status.CANCELLED)
    rows = rows.annotate(n_activities=Count("activities", filter=going)).order_by("plan_id", "id")
    return rows.filter(plan__cluster=cluster) if cluster else rows


def with_service(rows: QuerySet[Activity], *, holding: frozenset[int]) -> QuerySet[Activity]:
    """The rows with ``serves``: a priority of a vision that holds, another objective, or nothing that is written."""
    return rows.annotate(
        serves=Case(
            When(objective__isnull=True, then=Value("nothing")),
            When(objective__vision__in=holding, then=Value("priority")),
            default=Value("objective"),
            output_field=CharField(),
        )
    )


def focus(rows: QuerySet[Activity], *, found: list[Standing]) -> tuple[planning.VisionFocus, dict[str, int]]:
    """The share of activities that serve a priority of a vision that holds, and how many serve what; one query,
    and one more where nothing serves one.

    What was cancelled takes up nothing and is left out.
    """
    going = rows.exclude(reported_status=Activity.Status.CANCELLED).order_by()
    counted = dict(with_service(going, holding=wordings(found)).values_list("serves").annotate(n=Count("id")))
    n, holding = counted.get("priority", 0), wordings(found)
    said = planning.vision_focus(
        sum(counted.values()),
        n,
        has_vision=bool(found),
        has_priorities=bool(n) or Objective.objects.filter(vision__in=holding).exists(),
    )
    return said, counted
