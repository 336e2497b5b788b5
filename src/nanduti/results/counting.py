"""How each output and outcome is counted from records. Aggregated in the database; nobody types a number.

An activity counts once it has been completed by the cut-off day; its period is the year of its last day. A
count in persons adds only persons: firms and institutions of which nobody wrote how many people came are
kept beside it, and activities without any number are counted as unknown, never as zero. A milestone, agreement or
deal whose date nobody knows counts from the day to which the lists report (:mod:`nanduti.programme.dating`); before
that it stands beside the figure as "date not known".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Sum, Value, When

from nanduti.plans.kinds import KINDS, kinds_that_count_as
from nanduti.plans.models import Activity, Milestone, Participation
from nanduti.plans.queries import activities, with_status
from nanduti.programme.dating import Cut, cut_of
from nanduti.programme.models import AgreementParty, CooperationAgreement, Programme
from nanduti.register.models import Cluster
from nanduti.twinning.models import Linkage

from .frameworks import Indicator

SIGNED_STAGES = (Linkage.Stage.AGREED, Linkage.Stage.CLOSED)


@dataclass(slots=True)
class Tally:
    """A number, with what could not be added to it: other units, money by currency, unknowns."""

    value: int = 0
    others: dict[str, int] = field(default_factory=dict)
    money: dict[str, Decimal] = field(default_factory=dict)
    n_without_money: int = 0
    n_unknown: int = 0
    # Records without a date, of which nobody can tell whether they had happened by the cut-off day; not counted.
    n_undated: int = 0
    n_records: int = 0

    def add(self, other: Tally) -> None:
        """Add another count to this one, unit by unit."""
        self.value += other.value
        self.n_unknown += other.n_unknown
        self.n_undated += other.n_undated
        self.n_without_money += other.n_without_money
        self.n_records += other.n_records
        for unit, n in other.others.items():
            self.others[unit] = self.others.get(unit, 0) + n
        for currency, amount in other.money.items():
            self.money[currency] = self.money.get(currency, Decimal(0)) + amount


# What a counting rule yields: cluster id (None: the programme as a whole), year (None: undated), count.
Piece = tuple[int | None, int | None, Tally]


class Facts:
    """The records of a programme up to a day: one query for each kind of record, shared by all indicators.

    Participations, of which there can be a million, are added up by activity in the database, along its index;
    kinds, clusters and years are then put together here.
    """

    def __init__(self, programme: Programme, as_of: date) -> None:
        self.programme, self.as_of = programme, as_of

    @cached_property
    def cut(self) -> Cut:
        """The cut-off day as it is asked of what has no date."""
        return cut_of(self.programme, self.as_of)

    @cached_property
    def done(self) -> QuerySet[Activity]:
        """The activities that were completed by the cut-off day."""
        rows = with_status(activities(programme=self.programme), as_of=self.as_of)
        return rows.filter(status_now="closed").order_by().select_related(None)

    @cached_property
    def completed(self) -> list[tuple[int, str, int | None, int | None, str, int | None]]:
        """The completed activities: number, kind, cluster, year, unit and number of participants noted with them."""
        rows = self.done.values_list(
            "id", "kind", "cluster_id", "date_text_end", "participant_unit", "n_participants"
        )
        years: dict[date | None, int | None] = {}
        found = []
        for pk, kind, cluster, end, unit, n in rows:
            if end not in years:
                years[end] = last_year(end)
            found.append((pk, kind, cluster, years[end], unit, n))
        return found

    @cached_property
    def lists(self) -> dict[int, list[tuple[str, int]]]:
        """Who took part by the lists that were kept, by activity: unit, how many.

        Who is named and belongs to a group that is counted in the same list is in the group's number already.
        """
        done = self.done.filter(kind__in=COUNTED_KINDS).values("id")
        rows = Participation.objects.filter(
            role=Participation.Role.PARTICIPANT, is_in_group=False, activity__in=done
        ).order_by()
        found: dict[int, list[tuple[str, int]]] = {}
        for activity, unit, n in rows.values_list("activity_id", "unit").annotate(n=Sum("count")):
            found.setdefault(activity, []).append((unit, n))
        return found

    @cached_property
    def activities(self) -> dict[str, list[tuple[int | None, int | None, int]]]:
        """By kind: cluster, year, how many."""
        return _summed((kind, cluster, year, 1) for _pk, kind, cluster, year, _unit, _n in self.completed)

    @cached_property
    def listed(self) -> dict[str, list[tuple[int | None, int | None, str, int]]]:
        """Participants of activities with a list of them, by kind: cluster, year, unit, how many."""
        return _summed(
            (kind, cluster, year, unit, n)
            for pk, kind, cluster, year, _unit, _n in self.completed
            for unit, n in self.lists.get(pk, ())
        )

    @cached_property
    def unlisted(self) -> dict[str, list[tuple[int | None, int | None, str, int, int]]]:
        """Activities without a list, by kind: cluster, year, unit, number noted, how many have none."""
        return _summed(
            (
                (kind, cluster, year, unit, n or 0, int(n is None))
                for pk, kind, cluster, year, unit, n in self.completed
                if pk not in self.lists and kind in COUNTED_KINDS
            ),
            n_counts=2,
        )

    @cached_property
    def milestones(self) -> list[tuple[str, int | None, int | None, bool, int, int, bool]]:
        """Signs reached: kind, cluster, year, whether they name no activity, how many, from how many records, whether
        they had certainly been reached."""
        rows = reached_milestones(self.programme, self.cut).annotate(has=_has(self.cut, "reached_on"))
        groups = rows.order_by().values_list("kind", "cluster_id", "reached_on_end", "activity_id", "has")
        counted = groups.annotate(n=Sum("count"), n_records=Count("id"))
        return [
            (kind, cluster, last_year(end), activity is None, n or 0, n_records, has)
            for kind, cluster, end, activity, has, n, n_records in counted
        ]

    @cached_property
    def homes(self) -> dict[int, int]:
        """Agreement → the covered cluster among its parties; it counts once however many parties it has."""
        covered = set(self.programme.coverage.values_list("cluster_id", flat=True))
        parties = AgreementParty.objects.filter(agreement__programme=self.programme, cluster__in=covered)
        return dict(parties.order_by("-id").values_list("agreement_id", "cluster_id"))

    @cached_property
    def agreements(self) -> list[tuple[str, str, int | None, int | None, Decimal | None, str, bool]]:
        """Signed agreements: kind, level, cluster, year, amount, currency, whether certainly signed by then."""
        rows = signed_agreements(self.programme, self.cut).order_by().annotate(has=_has(self.cut, "signed"))
        fields = rows.values_list("id", "kind", "level", "signed_end", "amount", "currency", "has")
        return [
            (kind, level, self.homes.get(pk), last_year(end), amount, currency, has)
            for pk, kind, level, end, amount, currency, has in fields
        ]

    @cached_property
    def linkages(self) -> list[tuple[str, int | None, int | None, Decimal | None, str, bool]]:
        """Linkages that came to a deal: kind, cluster, year, amount, currency, whether certainly signed by then."""
        rows = signed_linkages(self.programme, self.cut).order_by().annotate(has=_has(self.cut, "signed"))
        fields = rows.values_list("kind", "from_cluster_id", "signed_end", "amount", "currency", "has")
        return [
            (kind, cluster, last_year(end), amount, code, has)
            for kind, cluster, end, amount, code, has in fields
        ]

    @cached_property
    def valued_deals(self) -> list[tuple[str, int | None, date | None, Decimal, str]]:
        """Deals that had certainly been signed and have an amount: kind, cluster, first day, amount, currency."""
        held = signed_agreements(self.programme, self.cut).filter(self.cut.counted("signed"))
        made = signed_linkages(self.programme, self.cut).filter(self.cut.counted("signed"))
        rows = held.filter(amount__isnull=False).order_by("id")
        found = [
            (kind, self.homes.get(pk), start, amount, currency)
            for pk, kind, start, amount, currency in rows.values_list(
                "id", "kind", "signed_start", "amount", "currency"
            )
        ]
        fields = made.filter(amount__isnull=False).order_by("id")
        return found + list(
            fields.values_list("kind", "from_cluster_id", "signed_start", "amount", "currency")
        )


def _summed(pieces: Iterable[tuple[Any, ...]], n_counts: int = 1) -> dict[str, list[tuple[Any, ...]]]:
    """Pieces that agree in all but their last numbers put together, by kind; the numbers add up."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for piece in pieces:
        kept = sums.setdefault(piece[:-n_counts], [0] * n_counts)
        for position, n in enumerate(piece[-n_counts:]):
            kept[position] += n
    found: dict[str, list[tuple[Any, ...]]] = {}
    for (kind, *key), counts in sums.items():
        found.setdefault(kind, []).append((*key, *counts))
    return found


@dataclass(frozen=True)
class Question:
    """What is asked of a counting rule; several questions can share the facts."""

    indicator: Indicator
    programme: Programme
    as_of: date
    facts: Facts | None = None

    def from_facts(self) -> Facts:
        """The facts it is answered from."""
        return self.facts or Facts(self.programme, self.as_of)


def last_year(end: date | None) -> int | None:
    """The year of the last day of an interval whose end is exclusive.

    >>> last_year(date(2010, 1, 1)), last_year(None)
    (2009, None)
    """
    return (end - timedelta(days=1)).year if end else None


def _kinds(indicator: Indicator) -> list[str]:
    if indicator.count == "persons_trained":
        return [kind.code for kind in KINDS.values() if kind.is_training]
    return kinds_that_count_as(indicator.code)


# Only of these do participants enter a figure; nobody else's lists are read.
COUNTED_KINDS = [kind.code for kind in KINDS.values() if kind.is_training or kind.is_visit]


def count_activities(question: Question) -> Iterator[Piece]:
    """One for each completed activity of a kind that counts."""
    found = question.from_facts().activities
    for kind in _kinds(question.indicator):
        for cluster, year, n in found.get(kind, ()):
            yield cluster, year, Tally(n, n_records=n)


def count_people(question: Question) -> Iterator[Piece]:
    """Participants of completed activities: from the lists kept, else from the number noted with the activity."""
    facts = question.from_facts()
    for kind in _kinds(question.indicator):
        for cluster, year, unit, n in facts.listed.get(kind, ()):
            yield cluster, year, _in_unit(unit, n)
        for cluster, year, unit, n_noted, n_unknown in facts.unlisted.get(kind, ()):
            piece = _in_unit(unit or "persons", n_noted)
            piece.n_unknown = n_unknown
            yield cluster, year, piece
        for cluster, year, n in facts.activities.get(kind, ()):
            yield cluster, year, Tally(n_records=n)


def _in_unit(unit: str, n: int) -> Tally:
    return Tally(n) if unit == Participation.Unit.PERSONS else Tally(others={unit: n} if n else {})


def count_milestones(question: Question, *, only_alone: bool = False) -> Iterator[Piece]:
    """The signs of the indicator's kind, reached by the cut-off day; those that may have been are kept apart."""
    for kind, cluster, year, is_alone, n, n_records, has in question.from_facts().milestones:
        if kind == question.indicator.milestone and (is_alone or not only_alone):
            yield cluster, year, Tally(n, n_records=n_records) if has else Tally(n_undated=n_records)


def count_activities_and_milestones(question: Question) -> Iterator[Piece]:
    """Activities of the kind, and signs of the kind that name no activity (so that nothing counts twice)."""
    yield from count_activities(question)
    yield from count_milestones(question, only_alone=True)


def count_agreements(question: Question) -> Iterator[Piece]:
    """One for each signed agreement, told under the cluster of the programme that is a party to it."""
    indicator = question.indicator
    for kind, level, cluster, year, _amount, _currency, has in question.from_facts().agreements:
        if kind in indicator.kinds and (
            not indicator.level_of_parties or level in indicator.level_of_parties
        ):
            yield cluster, year, Tally(1, n_records=1) if has else Tally(n_undated=1)


def count_deals(question: Question) -> Iterator[Piece]:
    """Deals between the clusters: agreements of the kind, and linkages that came to a deal; number and money."""
    facts, kinds = question.from_facts(), question.indicator.kinds
    for kind, _level, cluster, year, amount, currency, has in facts.agreements:
        if kind in kinds:
            yield cluster, year, _with_money(amount, currency) if has else Tally(n_undated=1)
    for kind, cluster, year, amount, currency, has in facts.linkages:
        if kind in kinds:
            yield cluster, year, _with_money(amount, currency) if has else Tally(n_undated=1)


def signed_agreements(programme: Programme, cut: Cut) -> QuerySet[CooperationAgreement]:
    """The agreements that were signed by the cut-off day, or of which nobody can tell."""
    rows = CooperationAgreement.objects.filter(programme=programme, status=CooperationAgreement.Status.SIGNED)
    return rows.filter(_counted_or_not_placed(cut, "signed"))


def signed_linkages(programme: Programme, cut: Cut) -> QuerySet[Linkage]:
    """The linkages that came to a deal by the cut-off day, or of which nobody can tell."""
    rows = Linkage.objects.filter(programme=programme, stage__in=SIGNED_STAGES)
    return rows.filter(_counted_or_not_placed(cut, "signed"))


def reached_milestones(programme: Programme, cut: Cut) -> QuerySet[Milestone]:
    """The signs that were reached by the cut-off day, or of which nobody can tell."""
    return Milestone.objects.filter(programme=programme).filter(_counted_or_not_placed(cut, "reached_on"))


def _counted_or_not_placed(cut: Cut, name: str) -> Q:
    return cut.counted(name) | cut.not_placed(name)


def _has(cut: Cut, name: str) -> Case:
    """Whether the row had certainly happened by the day."""
    return Case(When(cut.counted(name), then=Value(True)), default=Value(False), output_field=BooleanField())


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


def records_behind(question: Question, cluster: Cluster | None = None) -> list[QuerySet[Any]]:
    """The records that a figure is counted from, in one cluster if so asked: what it opens to."""
    rows = _records_behind(question)
    return rows if cluster is None else [_counted_under(found, question, cluster) for found in rows]


def _counted_under(rows: QuerySet[Any], question: Question, cluster: Cluster) -> QuerySet[Any]:
    if rows.model is CooperationAgreement:
        homes = question.from_facts().homes
        return rows.filter(pk__in=[pk for pk, home in homes.items() if home == cluster.pk])
    return rows.filter(**{"from_cluster" if rows.model is Linkage else "cluster": cluster})


def _records_behind(question: Question) -> list[QuerySet[Any]]:
    indicator, programme, cut = question.indicator, question.programme, question.from_facts().cut
    if indicator.count in {"activities", "participants_of_activities", "persons_trained"}:
        return [_activity_rows(question)]
    held = signed_agreements(programme, cut).filter(kind__in=indicator.kinds).select_related("source")
    if indicator.count == "agreements":
        levels = indicator.level_of_parties
        return [held.filter(level__in=levels) if levels else held]
    if indicator.count == "deals":
        deals = signed_linkages(programme, cut).filter(kind__in=indicator.kinds)
        return [held, deals.select_related("source", "from_cluster")]
    signs = reached_milestones(programme, cut).filter(kind=indicator.milestone)
    signs = signs.select_related("source", "cluster")
    if indicator.count == "activities_and_milestones":
        return [_activity_rows(question), signs.filter(activity__isnull=True)]
    return [signs]


def _activity_rows(question: Question) -> QuerySet[Activity]:
    rows = question.from_facts().done.filter(kind__in=_kinds(question.indicator))
    return rows.select_related("plan", "cluster", "source").order_by("date_text_start", "plan_id", "number")
