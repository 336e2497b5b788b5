"""How each output and outcome is counted from records. Aggregated in the database; nobody types a number.

An activity counts once it has been completed by the cut-off day; its period is the year of its last day. A
count in persons adds only persons: firms and institutions of which nobody wrote how many people came are
kept beside it, and activities without any number are counted as unknown, never as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DateField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from nanduti.plans.kinds import KINDS, kinds_that_count_as
from nanduti.plans.models import Activity, Milestone, Participation
from nanduti.plans.queries import activities, with_status
from nanduti.programme.models import AgreementParty, CooperationAgreement, Programme
from nanduti.twinning.models import Linkage

from .frameworks import Indicator

SIGNED_STAGES = (Linkage.Stage.AGREED, Linkage.Stage.CLOSED)


@dataclass
class Tally:
    """A number, with what could not be added to it: other units, money by currency, unknowns."""

    value: int = 0
    others: dict[str, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)
    n_without_money: int = 0
    n_unknown: int = 0
    n_records: int = 0

    def add(self, other: Tally) -> None:
        """Add another count to this one, unit by unit."""
        self.value += other.value
        self.n_unknown += other.n_unknown
        self.n_without_money += other.n_without_money
        self.n_records += other.n_records
        for unit, n in other.others.items():
            self.others[unit] = self.others.get(unit, 0) + n
        for currency, amount in other.money.items():
            self.money[currency] = self.money.get(currency, Decimal(0)) + amount


# What a counting rule yields: cluster id (None: the programme as a whole), year (None: undated), count.
Piece = tuple[int | None, int | None, Tally]


@dataclass(frozen=True)
class Question:
    """What is asked of a counting rule."""

    indicator: Indicator
    programme: Programme
    as_of: date


def last_year(field_name: str) -> Any:
    """The year of the last day of an interval whose end is exclusive, in the database."""
    return ExtractYear(ExpressionWrapper(F(field_name) - timedelta(days=1), output_field=DateField()))


def done_activities(question: Question, kinds: list[str]) -> QuerySet[Activity]:
    """The activities of these kinds that were completed by the cut-off day."""
    rows = with_status(activities(programme=question.programme), as_of=question.as_of)
    return rows.filter(kind__in=kinds, status_now="closed").order_by().select_related(None)


def _kinds(indicator: Indicator) -> list[str]:
    if indicator.count == "persons_trained":
        return [kind.code for kind in KINDS.values() if kind.is_training]
    return kinds_that_count_as(indicator.code)


def count_activities(question: Question) -> Iterator[Piece]:
    """One for each completed activity of a kind that counts."""
    rows = done_activities(question, _kinds(question.indicator)).annotate(year=last_year("date_text_end"))
    for cluster, year, n in rows.values_list("cluster_id", "year").annotate(n=Count("id")):
        yield cluster, year, Tally(n, n_records=n)


def count_people(question: Question) -> Iterator[Piece]:
    """Participants of completed activities: from the lists kept, else from the number noted with the activity."""
    done = done_activities(question, _kinds(question.indicator)).annotate(year=last_year("date_text_end"))
    kept = Participation.objects.filter(activity=OuterRef("pk"), role=Participation.Role.PARTICIPANT)
    done = done.annotate(is_listed=Exists(kept))
    listed = done.filter(is_listed=True, participations__role=Participation.Role.PARTICIPANT)
    for cluster, year, unit, n in listed.values_list("cluster_id", "year", "participations__unit").annotate(
        n=Sum("participations__count")
    ):
        yield cluster, year, _in_unit(unit, n)
    noted = done.filter(is_listed=False)
    for cluster, year, unit, n, n_unknown, n_records in noted.values_list(
        "cluster_id", "year", "participant_unit"
    ).annotate(
        n=Sum("n_participants"),
        n_unknown=Count("id", filter=Q(n_participants__isnull=True)),
        n_records=Count("id"),
    ):
        piece = _in_unit(unit or "persons", n or 0)
        piece.n_unknown, piece.n_records = n_unknown, n_records
        yield cluster, year, piece
    for cluster, year, n in (
        done.filter(is_listed=True).values_list("cluster_id", "year").annotate(n=Count("id", distinct=True))
    ):
        yield cluster, year, Tally(n_records=n)


def _in_unit(unit: str, n: int) -> Tally:
    return Tally(n) if unit == Participation.Unit.PERSONS else Tally(others={unit: n} if n else {})


def count_milestones(question: Question) -> Iterator[Piece]:
    """The signs of the indicator's kind, reached by the cut-off day or undated."""
    rows = Milestone.objects.filter(
        programme=question.programme, kind=question.indicator.milestone
    ).order_by()
    rows = rows.exclude(reached_on_start__gt=question.as_of).annotate(year=last_year("reached_on_end"))
    for cluster, year, n, records in rows.values_list("cluster_id", "year").annotate(
        n=Sum("count"), records=Count("id")
    ):
        yield cluster, year, Tally(n or 0, n_records=records)


def count_activities_and_milestones(question: Question) -> Iterator[Piece]:
    """Activities of the kind, and signs of the kind that name no activity (so that nothing counts twice)."""
    yield from count_activities(question)
    rows = Milestone.objects.filter(
        programme=question.programme, kind=question.indicator.milestone, activity__isnull=True
    ).order_by()
    rows = rows.exclude(reached_on_start__gt=question.as_of).annotate(year=last_year("reached_on_end"))
    for cluster, year, n, records in rows.values_list("cluster_id", "year").annotate(
        n=Sum("count"), records=Count("id")
    ):
        yield cluster, year, Tally(n or 0, n_records=records)


def signed_agreements(question: Question) -> QuerySet[CooperationAgreement]:
    """The agreements of the indicator's kinds and levels that were signed by the cut-off day."""
    indicator = question.indicator
    rows = CooperationAgreement.objects.filter(
        programme=question.programme, status=CooperationAgreement.Status.SIGNED, kind__in=indicator.kinds
    ).exclude(signed_start__gt=question.as_of)
    return rows.filter(level__in=indicator.level_of_parties) if indicator.level_of_parties else rows


def count_agreements(question: Question) -> Iterator[Piece]:
    """One for each signed agreement, told under the cluster of the programme that is a party to it."""
    rows = signed_agreements(question).annotate(year=last_year("signed_end")).order_by()
    homes = _home_clusters(question)
    for agreement, year in rows.values_list("id", "year"):
        yield homes.get(agreement), year, Tally(1, n_records=1)


def _home_clusters(question: Question) -> dict[int, int]:
    """Agreement → the covered cluster among its parties; an agreement counts once however many parties it has."""
    covered = set(question.programme.coverage.values_list("cluster_id", flat=True))
    parties = AgreementParty.objects.filter(agreement__programme=question.programme, cluster__in=covered)
    return dict(parties.order_by("-id").values_list("agreement_id", "cluster_id"))


def count_deals(question: Question) -> Iterator[Piece]:
    """Deals between the clusters: agreements of the kind, and linkages that came to a deal; number and money."""
    homes = _home_clusters(question)
    rows = signed_agreements(question).annotate(year=last_year("signed_end")).order_by()
    for pk, year, amount, currency in rows.values_list("id", "year", "amount", "currency"):
        yield homes.get(pk), year, _with_money(amount, currency)
    deals = signed_linkages(question).annotate(year=last_year("signed_end")).order_by()
    for cluster, year, amount, currency in deals.values_list("from_cluster_id", "year", "amount", "currency"):
        yield cluster, year, _with_money(amount, currency)


def signed_linkages(question: Question) -> QuerySet[Linkage]:
    """The linkages of the indicator's kinds that came to a deal by the cut-off day."""
    rows = Linkage.objects.filter(
        programme=question.programme, kind__in=question.indicator.kinds, stage__in=SIGNED_STAGES
    )
    return rows.exclude(signed_start__gt=question.as_of)


def _with_money(amount: Decimal | None, currency: str) -> Tally:
    if amount is None:
        return Tally(1, n_without_money=1, n_records=1)
    return Tally(1, money={currency: amount}, n_records=1)


RULES: dict[str, Callable[[Question], Iterator[Piece]]] = {
    "activities": count_activities,
    "participants_of_activities": count_people,
    "persons_trained": count_people,
    "milestones": count_milestones,
    "activities_and_milestones": count_activities_and_milestones,
    "agreements": count_agreements,
    "deals": count_deals,
}


def pieces(question: Question) -> Iterator[Piece]:
    """The counts of an indicator by cluster and year, by the rule that its definition names."""
    return RULES[question.indicator.count](question)


def records_behind(question: Question) -> list[QuerySet[Any]]:
    """The records that a figure is counted from: what it opens to."""
    indicator = question.indicator
    if indicator.count in {"activities", "participants_of_activities", "persons_trained"}:
        return [_activity_rows(question)]
    if indicator.count == "agreements":
        return [signed_agreements(question).select_related("source")]
    if indicator.count == "deals":
        return [
            signed_agreements(question).select_related("source"),
            signed_linkages(question).select_related("source", "from_cluster"),
        ]
    milestones = Milestone.objects.filter(programme=question.programme, kind=indicator.milestone)
    milestones = milestones.exclude(reached_on_start__gt=question.as_of).select_related("source", "cluster")
    if indicator.count == "activities_and_milestones":
        return [_activity_rows(question), milestones.filter(activity__isnull=True)]
    return [milestones]


def _activity_rows(question: Question) -> QuerySet[Activity]:
    rows = done_activities(question, _kinds(question.indicator))
    return rows.select_related("plan", "cluster", "source").order_by("date_text_start", "plan_id", "number")
