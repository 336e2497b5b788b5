"""Suggestions of employees (kaizen): how many, how good, how quickly answered, and who wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from nanduti.methods.values import (
    BadInput,
    Money,
    Period,
    Reason,
    RuleSource,
    Share,
    Verdict,
    counted,
    flag,
    mark,
    no,
    yes,
)
from nanduti.methods.values.guards import above_zero, amount, one_of

from ._checks import named

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 4, section 3.3; annex 3, activities 32 and 33")
#: A suggestion goes up these steps, or is declined.
STEPS = ("received", "reviewed", "accepted", "implemented", "verified")
STATUSES = (*STEPS, "declined")


@dataclass(frozen=True)
class Suggestion:
    """A suggestion of an employee.

    Attributes:
        code, author, team: pseudonyms; ``author`` may be empty for a suggestion of a whole team.
        made_on: the day it was handed in; ``None`` if not known.
        answered_on: the day its author heard what becomes of it.
        status: one of ``STATUSES``.
        yearly_saving: as estimated; counted only once it is ``verified``.
        has_before_after: whether a photo, a count or a measure from before and after is kept.
        is_own_duty: whether it only does what the author is employed to do.
    """

    code: str
    author: str = ""
    team: str = ""
    made_on: date | None = None
    answered_on: date | None = None
    status: str = "received"
    yearly_saving: Money | None = None
    has_before_after: bool = False
    is_own_duty: bool = False

    def __post_init__(self) -> None:
        one_of(self.status, STATUSES, f"suggestion {self.code!r}, status")
        if self.made_on and self.answered_on and self.answered_on < self.made_on:
            raise BadInput(
                place=f"suggestion {self.code!r}",
                problem=mark("is answered before it is made"),
                remedy=mark("Correct one of the two days."),
            )
        if self.yearly_saving is not None and self.yearly_saving.amount < 0:
            raise BadInput(
                place=f"saving of {self.code!r}",
                problem=mark("is negative"),
                remedy=mark("Enter zero or more."),
            )


@dataclass(frozen=True)
class Scheme:
    """What a suggestion scheme shows in a period.

    Attributes:
        n: suggestions made in the period; ``n_undated`` fall in none.
        per_employee_month: suggestions for each employee and month.
        participation: employees who made at least one; ``None`` without authors.
        adopted: implemented or verified, over those decided (declined, implemented, verified).
        open: codes not yet decided.
        saving: yearly saving of the verified ones, by currency; ``n_unvalued`` verified ones have none.
        median_days_to_answer: over the answered ones; ``None`` without any.
    """

    n: int
    n_undated: int
    per_employee_month: float
    participation: Share | None
    adopted: Share | None
    open: tuple[str, ...]
    saving: dict[str, Money]
    n_unvalued: int
    median_days_to_answer: float | None


def suggestion_scheme(
    suggestions: Iterable[Suggestion], *, employees: int, months: float, period: Period | None = None
) -> Scheme:
    """Rate, participation, adoption, savings and speed of a suggestion scheme.

    Savings count once verified: an estimate is not a saving. The SDP at Ambattur had 28 units and 181
    employees over six months (UNIDO 2013, chapter 4, section 3.3).

    >>> made = [Suggestion("1", "ana", status="verified", yearly_saving=Money(900, "INR")),
    ...         Suggestion("2", "ana", status="declined"), Suggestion("3", "raj")]
    >>> s = suggestion_scheme(made, employees=10, months=1)
    >>> s.per_employee_month, s.participation, s.adopted, s.open, s.saving["INR"].amount
    (0.3, Share(0.2), Share(0.5), ('3',), Decimal('900'))
    """
    above_zero(employees, "employees")
    above_zero(months, "months")
    listed = _unique(suggestions)
    chosen = [s for s in listed if period is None or (s.made_on is not None and s.made_on in period)]
    authors = {s.author for s in chosen if s.author}
    if len(authors) > employees:
        raise BadInput(
            place=f"{len(authors)} authors of {employees} employees",
            problem=mark("is more than there is"),
            remedy=mark("Correct the number of employees or the authors."),
        )
    decided = [s for s in chosen if s.status in ("declined", "implemented", "verified")]
    adopted = [s for s in decided if s.status != "declined"]
    verified = [s for s in chosen if s.status == "verified"]
    saving: dict[str, Money] = {}
    for s in verified:
        if s.yearly_saving is not None:
            before = saving.get(s.yearly_saving.currency)
            saving[s.yearly_saving.currency] = s.yearly_saving if before is None else before + s.yearly_saving
    waits = [(s.answered_on - s.made_on).days for s in chosen if s.made_on and s.answered_on]
    return Scheme(
        n=len(chosen),
        n_undated=sum(s.made_on is None for s in listed),
        per_employee_month=len(chosen) / (employees * months),
        participation=Share.of(len(authors), employees) if authors else None,
        adopted=Share.of(len(adopted), len(decided)),
        open=tuple(s.code for s in chosen if s not in decided),
        saving=saving,
        n_unvalued=sum(s.yearly_saving is None for s in verified),
        median_days_to_answer=median(waits) if waits else None,
    )


def _unique(suggestions: Iterable[Suggestion]) -> list[Suggestion]:
    listed = list(suggestions)
    seen: set[str] = set()
    for s in listed:
        if s.code in seen:
            raise BadInput(
                place=f"suggestion {s.code!r}",
                problem=mark("stands twice in the table"),
                remedy=mark("Keep one row for each."),
            )
        seen.add(s.code)
    return listed


def step_verdict(suggestion: Suggestion, to: str) -> Verdict:
    """Whether a suggestion may go to this status: one step at a time, verified only with evidence.

    The scheme, recognition and competition are the paper's; the steps are Nanduti's proposal.

    >>> step_verdict(Suggestion("1", status="accepted"), "verified").decision
    'no'
    >>> step_verdict(Suggestion("1", status="implemented", has_before_after=True), "verified").decision
    'yes'
    """
    one_of(to, STATUSES, "status")
    now = suggestion.status
    if to == "declined":
        if now in ("implemented", "verified"):
            text = mark("It has been carried out already.")
            return no(Reason("carried_out", text), source=SOURCE)
        text = mark("It may be declined; its author is told why.")
        return yes(Reason("may_decline", text), source=SOURCE)
    if now == "declined":
        text = mark("It was declined.")
        return no(
            Reason("declined", text), source=SOURCE, remedy=mark("Hand it in anew with what has changed.")
        )
    if STEPS.index(to) != STEPS.index(now) + 1:
        text = mark("It stands at “{now}”; the next step is “{next}”.")
        following = STEPS[min(STEPS.index(now) + 1, len(STEPS) - 1)]
        return no(Reason("not_next", text, {"now": now, "next": following}), source=SOURCE)
    if to == "verified" and not suggestion.has_before_after:
        text = mark("Nothing is kept that shows how it was before and after.")
        remedy = mark("Add a photo, a count or a measure of both.")
        return no(Reason("no_evidence", text), source=SOURCE, remedy=remedy)
    return yes(Reason("next_step", mark("It is the next step.")), source=SOURCE)


@dataclass(frozen=True)
class Entry:
    """A place in the competition; ``place`` is ``None`` for what may not compete, with the verdict."""

    suggestion: Suggestion
    points: float | None
    place: int | None
    verdict: Verdict


def competition(
    suggestions: Iterable[Suggestion],
    points: Mapping[str, Mapping[str, float]],
    *,
    weights: Mapping[str, float],
) -> list[Entry]:
    """Rank suggestions by the points of a jury; ties share a place, and nobody is dropped without a reason.

    Only what is implemented or verified, has evidence, and goes beyond the author's duty may compete.

    Args:
        points: code → criterion → points.
        weights: criterion → weight; a suggestion without points on one of them cannot be placed.

    >>> done = {"status": "verified", "has_before_after": True}
    >>> ideas = [Suggestion("a", **done), Suggestion("b", **done), Suggestion("c")]
    >>> marks = {"a": {"saving": 4, "idea": 2}, "b": {"saving": 2, "idea": 5}}
    >>> [(e.suggestion.code, e.points, e.place) for e in competition(ideas, marks, weights={"saving": 2, "idea": 1})]
    [('a', 10.0, 1), ('b', 9.0, 2), ('c', None, None)]
    """
    weights, points = named(weights, "the weights"), named(points, "the points")
    if not weights or any(not above_zero(w, f"weight of {k!r}") for k, w in weights.items()):
        raise BadInput(
            place="weights", problem=mark("are none"), remedy=mark("Weigh at least one criterion.")
        )
    entries = []
    for s in _unique(suggestions):
        verdict = eligible(s)
        given = named(points.get(s.code), f"points of {s.code!r}")
        marks = [
            (w, amount(given[k], f"points of {s.code!r} for {k!r}")) for k, w in weights.items() if k in given
        ]
        total = sum(w * mark_given for w, mark_given in marks) if len(marks) == len(weights) else None
        if verdict.allows and total is None:
            text = mark("The jury has not given points on every criterion.")
            verdict = no(Reason("no_points", text), source=SOURCE)
        entries.append((s, float(total) if total is not None else None, verdict))
    placed = sorted((t for _, t, v in entries if v.allows), reverse=True)
    out = [Entry(s, t, 1 + placed.index(t) if v.allows else None, v) for s, t, v in entries]
    return sorted(out, key=lambda e: (e.place is None, e.place or 0, e.suggestion.code))


def eligible(suggestion: Suggestion) -> Verdict:
    """Whether a suggestion may enter the competition.

    >>> eligible(Suggestion("a", status="implemented")).reasons[0].code
    'no_evidence'
    """
    reasons = []
    if suggestion.status not in ("implemented", "verified"):
        reasons.append(Reason("not_done", mark("It has not been carried out yet.")))
    if not suggestion.has_before_after:
        text = mark("Nothing is kept that shows how it was before and after.")
        reasons.append(Reason("no_evidence", text))
    if suggestion.is_own_duty:
        reasons.append(Reason("own_duty", mark("It is the author's own duty.")))
    if reasons:
        return no(*reasons, source=SOURCE)
    return yes(Reason("may_compete", mark("It is done, and there is evidence.")), source=SOURCE)


def answer_verdict(suggestion: Suggestion, *, on: date, within_days: int = 14) -> Verdict:
    """Whether the author has been answered in time; unanswered suggestions end a scheme.

    The number of days is the programme's to set; 14 is a proposal.

    >>> answer_verdict(Suggestion("1", made_on=date(2010, 3, 1)), on=date(2010, 4, 1)).decision
    'flag'
    """
    if suggestion.made_on is None:
        text = mark("The day it was handed in is not known.")
        return flag(Reason("undated", text), source=SOURCE)
    answered = suggestion.answered_on
    until = answered if answered is not None and answered <= on else on
    days = (until - suggestion.made_on).days
    if days > within_days:
        one, several = (
            (
                mark("Its author has waited one day for an answer; an answer the same day was promised."),
                mark("Its author has waited {days} days for an answer; {within} were promised."),
            )
            if until is on
            else (
                mark("Its author was answered after one day; an answer the same day was promised."),
                mark("Its author was answered after {days} days; {within} were promised."),
            )
        )
        text = counted(days, one, several)
        reason = Reason("late", text, {"days": days, "within": within_days})
        return flag(reason, source=SOURCE, remedy=mark("Answer, and thank for it."))
    text = counted(
        within_days,
        mark("The answer is within its one day."),
        mark("The answer is within its {within} days."),
    )
    return yes(Reason("in_time", text, {"within": within_days}), source=SOURCE)


def reward(saving: Money, *, share: Decimal | str, most: Money | None = None) -> Money:
    """A reward as a share of a verified yearly saving, to the cent, up to a ceiling.

    >>> reward(Money(5000, "INR"), share="0.1", most=Money(400, "INR")).amount
    Decimal('400.00')
    """
    part = Decimal(str(share))
    if not part.is_finite() or not 0 <= part <= 1:
        raise BadInput(
            place=f"share {share}", problem=mark("is not between 0 and 1"), remedy=mark("Give 0.8 for 80 %.")
        )
    given = (saving * part).round()
    if most is not None and (given - most).amount > 0:
        return most.round()
    return given
