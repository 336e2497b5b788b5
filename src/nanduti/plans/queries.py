"""Questions about plans: the ledger of activities at any day, what is late, who took part, who contributed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Func,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)

from nanduti.foundation.fields import read_when, reading_of
from nanduti.foundation.kept import kept
from nanduti.foundation.models import AuditEvent
from nanduti.methods import planning
from nanduti.methods import twinning as rules
from nanduti.methods.values import Money, Reason, Verdict, mark
from nanduti.programme import pausing
from nanduti.programme.models import CooperationAgreement, Programme, Statement
from nanduti.programme.queries import agreements, statements
from nanduti.register.models import Cluster

from . import agents, labour
from .kinds import KINDS
from .models import ActionPlan, Activity, Contribution, Milestone, Participation

LATE = "late"
AWARENESS = [kind.code for kind in KINDS.values() if kind.awareness]
SUSPENDED = Reason("suspended", mark("It was suspended."))


def reported_to(programme: Programme) -> date | None:
    """The latest day to which a list of the programme reports, unless some list is kept from day to day."""
    days = list(ActionPlan.objects.filter(programme=programme).values_list("status_as_of", flat=True))
    return max(days) if days and None not in days else None


def activities(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Activity]:
    """The activities of a programme, with what a list of them shows."""
    rows = Activity.objects.filter(plan__programme=programme).select_related("plan", "cluster", "source")
    return rows.filter(cluster=cluster) if cluster else rows


def with_status(rows: QuerySet[Activity], *, as_of: date) -> QuerySet[Activity]:
    """The rows with their status at the end of a day as ``status_now`` (``late`` told apart), in the database.

    The same rule as :func:`nanduti.methods.planning.status_at`, so that a ledger of 20,000 activities can be
    filtered and sorted; a test holds the two together.
    """
    ended = Q(date_text_end__lte=as_of)  # the end is exclusive: it ended on the day before, or earlier
    # What ended by the day itself and by the list's own day counts as reported.
    day_after = min(as_of, date.max - timedelta(days=1)) + timedelta(days=1)
    list_day_after = NextDay("plan__status_as_of")
    as_reported = Q(done_on__isnull=True, date_text_end__lte=day_after) & Q(date_text_end__lte=list_day_after)
    return rows.annotate(
        status_now=Case(
            When(reported_status="cancelled", then=Value("cancelled")),
            When(reported_status="suspended", then=Value("suspended")),
            When(reported_status="closed", done_on__isnull=True, then=Value("closed")),
            When(done_on__lte=as_of, then=Value("closed")),
            When(date_text_precision__in=["", "unreadable"], then=Value("unknown")),
            When(date_text_start__gt=as_of, then=Value("pipeline")),
            When(date_text_precision="open", then=Value("implementation")),
            When(date_text_end__isnull=True, then=Value("unknown")),
            When(as_reported, then=Value("closed")),
            When(ended, then=Value(LATE)),
            default=Value("implementation"),
            output_field=CharField(),
        )
    )


class NextDay(Func):
    """The day after a date, worked out by the database itself: Django's sum calls Python for each row on SQLite."""

    output_field = DateField()
    template = "(%(expressions)s + 1)"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, Any]:
        """SQLite keeps dates as texts."""
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '+1 day')", **extra)


@dataclass(frozen=True)
class LedgerRow:
    """One line of the ledger: an activity, what its date means, and its status at the cut-off day."""

    activity: Activity
    when: planning.When | None
    trouble: str
    status: planning.ActivityStatus

    @property
    def state(self) -> str:
        """The status with late told apart."""
        return LATE if self.status.is_late else self.status.status

    def as_dict(self) -> dict[str, Any]:
        """For machines: number, label, interval with its precision, status with its reason."""
        when, activity = self.when, self.activity
        return {
            "plan": activity.plan.code,
            "cluster": activity.cluster.code if activity.cluster else None,
            "number": activity.number,
            "label": activity.label,
            "label_es": activity.label_es,
            "kind": activity.kind,
            "class": activity.activity_class or None,
            "step": activity.step,
            "date_text": activity.date_text,
            "interval": None
            if when is None
            else {
                "start": _iso(when.start),
                "end": _iso(when.end),
                "end_is": "exclusive",
                "last_day": _iso(when.period.last_day),
                "precision": when.precision,
                "is_open": when.is_open,
                "is_doubtful": when.is_doubtful,
            },
            "date_trouble": self.trouble or None,
            "status": self.status.status,
            "is_late": self.status.is_late,
            "status_reason": self.status.reason.say(),
            "source": activity.cite(),
        }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def ledger_row(activity: Activity, *, as_of: date) -> LedgerRow:
    """One activity as the ledger shows it at the end of a day."""
    reading = reading_of(activity, "date_text")
    when = reading if isinstance(reading, planning.When) else None
    closed = activity.reported_status == Activity.Status.CLOSED
    status = planning.status_at(
        reading,
        as_of=as_of,
        reported_on=activity.plan.status_as_of,
        completed=activity.done_on or (True if closed else None),
        cancelled=activity.reported_status == Activity.Status.CANCELLED,
    )
    if activity.reported_status == Activity.Status.SUSPENDED:
        status = planning.ActivityStatus("suspended", False, SUSPENDED)  # type: ignore[arg-type]
    trouble = "" if when is not None or reading is None else str(reading)
    return LedgerRow(activity, when, trouble, status)


def ledger(rows: Iterable[Activity], *, as_of: date) -> list[LedgerRow]:
    """Activities as the ledger shows them at the end of a day."""
    return [ledger_row(activity, as_of=as_of) for activity in rows]


def status_counts(*, programme: Programme, cluster: Cluster | None = None, as_of: date) -> dict[str, int]:
    """How many activities stand in which status; one query."""
    rows = with_status(activities(programme=programme, cluster=cluster), as_of=as_of)
    counted = rows.order_by().values_list("status_now").annotate(n=Count("id"))
    return dict(kept(("statuses", str(counted.query)), lambda: dict(counted)))


def late_activities(*, programme: Programme, as_of: date) -> QuerySet[Activity]:
    """The activities that should have ended and of which no completion is reported."""
    rows = with_status(activities(programme=programme), as_of=as_of)
    return rows.filter(status_now=LATE).order_by("date_text_end", "plan_id", "number")


def plans(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[ActionPlan]:
    """The action plans of a programme with how many activities each has."""
    rows = ActionPlan.objects.filter(programme=programme).select_related("cluster")
    rows = rows.annotate(n_activities=Count("activities"))
    return rows.filter(cluster=cluster) if cluster else rows


def participations(*, activity: Activity) -> QuerySet[Participation]:
    """Who took part in an activity."""
    return activity.participations.select_related("organisation", "source").order_by("role", "id")


def all_participations(*, programme: Programme) -> QuerySet[Participation]:
    """Who took part in the activities of a programme."""
    rows = Participation.objects.filter(activity__plan__programme=programme)
    return rows.select_related("activity__plan__programme", "organisation", "source", "scope")


def contributions(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Contribution]:
    """What stakeholders pledged and gave."""
    rows = Contribution.objects.filter(plan__programme=programme)
    rows = rows.select_related("plan", "activity", "contributor", "source")
    return rows.filter(plan__cluster=cluster) if cluster else rows


def contribution_totals(*, programme: Programme, cluster: Cluster | None = None) -> list[dict[str, Any]]:
    """Totals by state, kind and currency; what has no value yet is counted apart, never taken as zero."""
    rows = contributions(programme=programme, cluster=cluster).order_by()
    return list(
        rows.values("state", "kind", "currency")
        .annotate(n=Count("id"), n_valued=Count("amount"), total=Sum("amount"))
        .order_by("state", "kind", "currency")
    )


def milestones(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[Milestone]:
    """Dated signs that the programme has got somewhere."""
    rows = Milestone.objects.filter(programme=programme).select_related("cluster", "organisation", "source")
    return rows.filter(cluster=cluster) if cluster else rows


def statements_about(*, activity: Activity) -> QuerySet[Statement]:
    """What documents say about an activity elsewhere than in its list."""
    return statements(programme=activity.plan.programme).filter(
        subject_kind="activity", subject=activity.reference
    )


def history(*, activity: Activity) -> list[AuditEvent]:
    """The deeds that concern an activity, the newest first."""
    return list(
        AuditEvent.objects.filter(subject_kind="plans.activity", subject_id=str(activity.pk)).order_by("-at")[
            :50
        ]
    )


def local_share(*, programme: Programme, cluster: Cluster | None = None) -> planning.LocalShare | None:
    """What the cluster itself gave of all that was given and valued, in the currency used most, without rates."""
    given = list(
        contributions(programme=programme, cluster=cluster).filter(state=Contribution.State.GIVEN)[:20_000]
    )
    currencies = [row.currency for row in given if row.amount is not None]
    if not currencies:
        return None
    currency = max(sorted(set(currencies)), key=currencies.count)
    values = [
        planning.Contribution(
            row.contributor.pseudonym,
            row.kind,
            row.is_local,
            Money(row.amount, row.currency) if row.amount is not None and row.currency == currency else None,
            row.given_on_start,
        )
        for row in given
    ]
    return planning.local_share(values, currency=currency)


def rule_verdicts(
    *,
    programme: Programme,
    values: dict[str, Any],
    cluster: Cluster | None = None,
) -> list[tuple[str, Verdict]]:
    """What the rules say about an activity: the agent's part, who organises it, who benefits, whether it is time."""
    said = []
    order = sequence_verdict(programme=programme, cluster=cluster, values=values)
    if order is not None:
        said.append(("sequence", order))
    when = read_when(values.get("date_text") or "")
    start, end = (when.start, when.end) if isinstance(when, planning.When) else (None, None)
    held_up = pausing.hold_verdict(programme=programme, cluster=cluster, start=start, end=end)
    if held_up is not None:
        said.append(("hold", held_up))
    guarded = agents.planned_verdict(programme=programme, cluster=cluster, values=values)
    if guarded is not None:
        said.append((agents.RULE, guarded))
    divided = labour.planned_verdict(programme=programme, values=values)
    if divided is not None:
        said.append((labour.RULE, divided))
    benefit = values.get("joint_benefit")
    if benefit in {"collective", "individual"}:
        said.append(("joint_benefit", planning.joint_benefit(benefit, spillover=values.get("spillover", ""))))
    return said


def sequence_verdict(
    *, programme: Programme, cluster: Cluster | None, values: dict[str, Any]
) -> Verdict | None:
    """Whether trust has been built before a twinning activity; ``None`` where class or day is not known."""
    when = read_when(values.get("date_text") or "")
    if values.get("activity_class") not in rules.sequence.TWINNING_CLASSES or not isinstance(
        when, planning.When
    ):
        return None
    if when.start is None:
        return None
    trust, quick = what_went_before(programme=programme, cluster=cluster)
    return rules.sequence_verdict(
        values["activity_class"], on=when.start, trust=trust, low_hanging_done=quick
    )


def what_went_before(
    *, programme: Programme, cluster: Cluster | None
) -> tuple[list[rules.TrustEntry], list[date]]:
    """What a twinning activity may build on: trust with its days, and the days of quick twinning activities."""
    rows = activities(programme=programme, cluster=cluster).exclude(date_text_start=None)
    trust = [
        rules.TrustEntry(day, is_between_clusters=False)
        for day in rows.filter(activity_class="trust_building").values_list("date_text_start", flat=True)
    ]
    # What binds associations or institutions of two clusters is trust between them.
    signed = agreements(programme=programme, cluster=cluster).filter(
        status="signed", signed_start__isnull=False
    )
    trust += [rules.TrustEntry(row.signed_start, is_between_clusters=_joins_two(row)) for row in signed]
    quick = rows.filter(activity_class="low_hanging_twinning").values_list("date_text_start", flat=True)
    return trust, list(quick)


def _joins_two(agreement: CooperationAgreement) -> bool:
    return len({party.cluster_id for party in agreement.parties.all() if party.cluster_id}) > 1


@dataclass(frozen=True)
class CoFinance:
    """How the share that does not come from the cluster moved over the repetitions of a kind of activity."""

    kind: str
    n_repetitions: int
    shares: list[float]
    verdict: Verdict | None


def cofinance(*, programme: Programme, cluster: Cluster | None = None) -> list[CoFinance]:
    """Kinds of activity that were repeated, with the outside share of what was valued for each repetition."""
    rows = contributions(programme=programme, cluster=cluster).filter(
        state=Contribution.State.GIVEN, amount__isnull=False, activity__isnull=False
    )
    sums = rows.order_by().values_list("activity_id", "currency").annotate(
        total=Sum("amount"), outside=Sum("amount", filter=Q(is_local=False))
    )  # fmt: skip
    valued = {pk: float(outside or 0) / float(total) for pk, _currency, total, outside in sums if total}
    repeated = (
        activities(programme=programme, cluster=cluster)
        .order_by()
        .values_list("kind")
        .annotate(n=Count("id"))
        .filter(n__gt=1)
    )
    found = []
    for kind, n in repeated:
        held = activities(programme=programme, cluster=cluster).filter(kind=kind, pk__in=list(valued))
        shares = [valued[pk] for pk in held.order_by("date_text_start", "id").values_list("pk", flat=True)]
        if shares:
            verdict = planning.cofinance_verdict(shares) if len(shares) > 1 else None
            found.append(CoFinance(kind, n, shares, verdict))
    return found


def awareness_mix(*, programme: Programme, cluster: Cluster | None = None) -> dict[str, tuple[int, int]]:
    """How many actions inform and how many spread specialised knowledge, in the first and the second half."""
    rows = activities(programme=programme, cluster=cluster).exclude(date_text_start=None).order_by()
    days = list(rows.filter(kind__in=AWARENESS).values_list("kind", "date_text_start"))
    if not days:
        return {}
    ordered = sorted(day for _kind, day in days)
    middle = ordered[len(ordered) // 2]
    mix = {"inform": [0, 0], "specialised": [0, 0]}
    for kind, day in days:
        mix[KINDS[kind].awareness][day >= middle] += 1
    return {name: (early, late) for name, (early, late) in mix.items()}


def next_number(*, plan: ActionPlan) -> int:
    """The next free number of a list."""
    last = (
        Activity._base_manager.filter(plan=plan).order_by("-number").values_list("number", flat=True).first()
    )
    return (last or 0) + 1
