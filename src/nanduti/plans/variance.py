"""What happened set beside what was planned: each activity, a plan, a cluster, a programme, at the end of a day.

The comparison itself is :mod:`nanduti.methods.planning.variance`; here stands where its two sides come from, and what
is kept of its answer so that a page over 20,000 activities does not work it out twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from nanduti.foundation.fields import reading_of
from nanduti.foundation.kept import kept
from nanduti.methods import planning
from nanduti.methods.values import Money
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from . import queries
from .models import ActionPlan, Activity, Contribution, Participation, Revision, RevisionLine

# What the caller may compare with, and what the arithmetic calls it.
AGAINST = {"baseline": "baseline", "current": "plan"}
AGREED = (
    "label", "label_es", "date_text", "date_text_start", "date_text_end", "date_text_precision", "cost", "currency",
    "payer", "n_participants", "participant_unit", "owner_id", "indicator_id", "indicator_text", "target", "better",
)  # fmt: skip
REPORTED = ("done_on", "reported_status", "spent", "reached")
# The reason of the arithmetic where a list tells when something was done and nobody when it was planned.
ONE_DATE = "one_date"
# Numbers in one question to the database.
AT_ONCE = 5_000


@dataclass(frozen=True)
class Side:
    """One activity as it is compared: what the plan says of it, and what became of it."""

    pk: int
    plan: str
    number: int
    label: str
    label_es: str
    scope_id: int
    line: planning.PlanLine
    outcome: planning.Outcome


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of the variance of one activity: enough to filter and sort a table of them."""

    pk: int
    plan: str
    number: int
    label: str
    label_es: str
    start: date | None
    state: str
    why: str
    days: int | None
    cost: str
    share: str
    people: str
    target: str
    owner: str


@dataclass(frozen=True)
class Found:
    """The variances of many activities.

    Attributes:
        against: "baseline" or "current", as the caller has asked.
        rows: one for each activity that is in the plan compared with, in the order of plans and numbers.
        n_outside: activities that the baseline does not know: planned later, or in a plan that nobody has kept.
        n_one_date: of how many a list gives the date done and nobody the date planned.
        total, curve, money, earned: see :mod:`nanduti.methods.planning`.
    """

    against: str
    as_of: date
    rows: tuple[Row, ...]
    n_outside: int
    n_one_date: int
    total: planning.PlanVariance
    curve: planning.PlanCurve
    money: tuple[planning.MoneyCurve, ...]
    earned: tuple[planning.EarnedValue, ...]


def asked_activities(
    *, programme: Programme, cluster: Cluster | None = None, plan: ActionPlan | None = None
) -> QuerySet[Activity]:
    """The activities of a plan, of a cluster, or of the programme."""
    rows = queries.activities(programme=programme, cluster=cluster)
    return (rows.filter(plan=plan) if plan else rows).order_by("plan_id", "number")


def has_baseline(*, programme: Programme, cluster: Cluster | None, plan: ActionPlan | None) -> bool:
    """Whether anybody has kept one of these plans as it was first agreed."""
    rows = Revision.objects.filter(plan__programme=programme, number=0)
    if plan is not None:
        rows = rows.filter(plan=plan)
    return (rows.filter(plan__cluster=cluster) if cluster else rows).exists()


def found(rows: QuerySet[Activity], *, as_of: date, against: str) -> Found:
    """The variances of the activities; worked out once until somebody does something or another day is asked.

    Raises KeyError for another comparison than those of :data:`AGAINST`.
    """
    AGAINST[against]
    # One day at a time: who drags the cut-off over twenty thousand activities must not fill the memory.
    last: dict[str, Found] = kept(("variance", str(rows.query), against), dict)
    answer = last.get("found")
    if answer is None or answer.as_of != as_of:
        answer = last["found"] = _work_out(rows, as_of=as_of, against=against)
    return answer


def _work_out(rows: QuerySet[Activity], *, as_of: date, against: str) -> Found:
    given, n_outside = sides(rows, against=against)
    name: Any = AGAINST[against]
    said = [planning.activity_variance(s.line, s.outcome, as_of=as_of, against=name) for s in given]
    pairs = [(s.line, s.outcome) for s in given]
    return Found(
        against=against,
        as_of=as_of,
        rows=tuple(_row(side, one) for side, one in zip(given, said, strict=True)),
        n_outside=n_outside,
        n_one_date=sum(one.time.reason.code == ONE_DATE for one in said),
        total=planning.plan_variance(said),
        curve=planning.plan_curve(pairs, as_of=as_of, against=name),
        money=planning.money_curves(pairs, as_of=as_of, against=name),
        earned=planning.earned_value(pairs, as_of=as_of, against=name),
    )


def _row(side: Side, said: planning.ActivityVariance) -> Row:
    when = side.line.when
    return Row(
        pk=side.pk,
        plan=side.plan,
        number=side.number,
        label=side.label,
        label_es=side.label_es,
        start=when.start if isinstance(when, planning.When) else None,
        state=said.time.state,
        why=said.time.reason.code,
        days=said.time.days,
        cost=said.cost.state,
        share=said.local_share.state,
        people=said.participants.state,
        target=said.target.state,
        owner=side.line.owner,
    )


# --- the two sides


def sides(rows: QuerySet[Activity], *, against: str) -> tuple[list[Side], int]:
    """What is compared for each activity, and how many activities the baseline does not know; four or five queries."""
    # What was planned is not yet told apart from what stands in the list: both are read at once.
    now = list(
        rows.annotate(order=F("plan__date_order"), listed=F("plan__status_as_of"), code=F("plan__code")).values_list(
            "pk", "code", "number", "scope_id", "order", "listed", *AGREED, *REPORTED, named=True
        )
    )  # fmt: skip
    pks = None if len(now) > AT_ONCE else [row.pk for row in now]
    before = None if against == "current" else _baseline(rows, pks)
    given, came = _contributions(rows, pks), _came(rows, pks)
    found = []
    for row in now:
        agreed = row if before is None else before.get(row.pk)
        if agreed is not None:
            found.append(_side(row, agreed, given.get(row.pk, ()), came.get(row.pk, {})))
    return found, len(now) - len(found)


def _of(rows: QuerySet[Activity], pks: list[int] | None) -> dict[str, Any]:
    """What narrows parts down to those of the activities: their numbers if they are few, else the question itself."""
    return {"activity__in": rows.order_by().values("pk") if pks is None else pks}


def _baseline(rows: QuerySet[Activity], pks: list[int] | None) -> dict[int, Any]:
    # What was out of the plan by then was not agreed, and cannot be late against it.
    lines = RevisionLine.objects.filter(revision__number=0, is_dropped=False, **_of(rows, pks)).order_by()
    told = lines.annotate(order=F("revision__plan__date_order")).values_list(
        "activity_id", "order", "is_dropped", *AGREED, named=True
    )
    return {line.activity_id: line for line in told}


def _contributions(
    rows: QuerySet[Activity], pks: list[int] | None
) -> dict[int, list[tuple[str, Money | None]]]:
    """Activity → state and value of what the cluster itself promised or gave to it."""
    found: dict[int, list[tuple[str, Money | None]]] = defaultdict(list)
    told = Contribution.objects.filter(is_local=True, **_of(rows, pks)).order_by("pk")
    for pk, state, amount, currency in told.values_list("activity_id", "state", "amount", "currency"):
        found[pk].append((state, _money(amount, currency)))
    return found


def _came(rows: QuerySet[Activity], pks: list[int] | None) -> dict[int, dict[str, int]]:
    """Activity → unit → how many are written down as having taken part; who belongs to a counted group is in it."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    told = Participation.objects.filter(
        role=Participation.Role.PARTICIPANT, is_in_group=False, **_of(rows, pks)
    ).order_by()
    for pk, unit, n in told.values_list("activity_id", "unit").annotate(n=Sum("count")):
        found[pk][unit] = n
    return found


def _side(row: Any, agreed: Any, given: Iterable[tuple[str, Money | None]], came: dict[str, int]) -> Side:
    given = list(given)
    kept_ones = tuple(money for state, money in given if state == Contribution.State.GIVEN)
    # A pledge that was kept is the same record afterwards: so what was promised is all of it.
    line = line_of(agreed, key=f"{row.code}:{row.number}", promised=tuple(money for _state, money in given))
    outcome = planning.Outcome(
        done_on=row.done_on,
        state=row.reported_status,
        reported_on=row.listed,
        listed=when_of(row) if row.listed else None,
        spent=_money(row.spent, row.currency),
        local_given=kept_ones,
        came=came,
        reached=None if row.reached is None else float(row.reached),
    )
    return Side(row.pk, row.code, row.number, row.label, row.label_es, row.scope_id, line, outcome)


def line_of(said: Any, *, key: str, promised: tuple[Money | None, ...] = ()) -> planning.PlanLine:
    """What a plan says of an activity, from its row or from a line of a revision."""
    target = None
    if said.target is not None:
        about = str(said.indicator_id or "") or said.indicator_text
        target = planning.Target(float(said.target), said.better, about)
    return planning.PlanLine(
        key=key,
        label=said.label,
        when=when_of(said),
        cost=_money(said.cost, said.currency),
        local_share=promised,
        n_participants=said.n_participants,
        unit=said.participant_unit,
        owner=str(said.owner_id or ""),
        payer=said.payer,
        target=target,
        is_dropped=getattr(said, "is_dropped", False),
    )


def when_of(said: Any) -> Any:
    """The date of a row as it was understood when it was written."""
    order = said.order
    return planning.stored_when(
        said.date_text_start,
        said.date_text_end,
        said.date_text_precision,
        text=said.date_text,
        day_first=None if not order else order == ActionPlan.DateOrder.DAY_FIRST,
    )


def _money(amount: Decimal | None, currency: str) -> Money | None:
    """A sum, or ``None`` where none is known; a negative one, which earlier forms let in, is none."""
    return None if amount is None or amount < 0 or not currency else Money(amount, currency)


# --- the rows of a page, and answers for machines


@dataclass(frozen=True)
class Detail:
    """One activity with all that is said of it."""

    activity: Activity
    side: Side
    said: planning.ActivityVariance

    def __getattr__(self, name: str) -> Any:
        # A table sorts and filters the kept rows, and shows these: the same names answer on both.
        if name == "said":
            raise AttributeError(name)
        return getattr(_row(self.side, self.said), name)


def details(programme: Programme, rows: Sequence[Row], *, as_of: date, against: str) -> list[Detail]:
    """The activities of some kept rows, in their order, with the whole of their variances."""
    order = {row.pk: n for n, row in enumerate(rows)}
    asked = queries.activities(programme=programme).filter(pk__in=order)
    records = {row.pk: row for row in asked.select_related("owner", "indicator")}
    given, _n = sides(asked, against=against)
    found = [_detail(records[side.pk], side, as_of, against) for side in given if side.pk in records]
    return sorted(found, key=lambda one: order[one.activity.pk])


def _detail(activity: Activity, side: Side, as_of: date, against: str) -> Detail:
    name: Any = AGAINST[against]
    return Detail(
        activity,
        side,
        planning.activity_variance(side.line, side.outcome, as_of=as_of, against=name),
    )


def of_activity(activity: Activity, *, as_of: date, against: str) -> Detail | None:
    """The variance of one activity; ``None`` where the baseline does not know it."""
    rows = Activity.objects.filter(pk=activity.pk)
    given, _n = sides(rows, against=against)
    return _detail(activity, given[0], as_of, against) if given else None


def every_detail(programme: Programme, answer: Found) -> Iterator[Detail]:
    """All activities of an answer, a thousand at a time."""
    for start in range(0, len(answer.rows), 1_000):
        rows = answer.rows[start : start + 1_000]
        yield from details(programme, rows, as_of=answer.as_of, against=answer.against)


def current_when(activity: Activity) -> Any:
    """The date of the plan in force: its interval, the error of its text, or ``None``."""
    return reading_of(activity, "date_text")
