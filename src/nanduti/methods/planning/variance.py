"""By how much what happened to an activity differs from what was planned: in time, money, people and results.

A plan of activities names who does what by when, at whose cost, and what it is to move; a variance sets beside it what
became of it. Each of the five answers can fail on its own and then says why. Unknown is never zero: what nobody has
reported has no variance.

Which plan is meant is the caller's choice (the plan now in force, or the baseline as it was first agreed) and stands on
the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from nanduti.methods.values import BadInput, Money, Reason, RuleSource, counted, mark

from .plan_lines import Against, Outcome, PlanLine, Target
from .variance_time import TimeVariance, time_variance

SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "step 6; step 8")

#: Reason code → sentence.
REASONS: dict[str, str] = {
    "not_planned": mark("What it was to cost is not known."),
    "not_known": mark("What it cost is not known."),
    "nothing_promised": mark("Nothing is known to have been promised by the cluster."),
    "nothing_given": mark("Nothing is written down as given by the cluster."),
    "several_currencies": mark("It stands in several currencies: {currencies}."),
    "currencies_differ": mark("It was planned in {planned} and paid in {actual}; no rate is stated."),
    "prices_differ": mark("The two stand in prices of different years."),
    "so_far": mark("It is not over: what it cost so far is no variance yet."),
    "over": mark("It cost {amount:,.2f} {currency} more than planned."),
    "under": mark("It cost {amount:,.2f} {currency} less than planned."),
    "equal": mark("It cost what was planned."),
    "more_given": mark("The cluster gave {amount:,.2f} {currency} more than promised."),
    "less_given": mark("The cluster gave {amount:,.2f} {currency} less than promised."),
    "as_promised": mark("The cluster gave what was promised."),
    "nobody_expected": mark("Nobody has said how many were to come."),
    "unit_not_said": mark("Nobody has said what those who were to come are counted in."),
    "not_counted": mark("Nobody has counted who came in this unit: {unit}."),
    "count_so_far": mark("It is not over: more may come."),
    "more_came": mark("{actual} came; {planned} were expected."),
    "as_many": mark("As many came as were expected: {actual}."),
    "no_target": mark("No target is written down."),
    "not_measured": mark("What was reached is not known."),
    "target_so_far": mark("It is not over: {actual:,.15g} of {planned:,.15g} so far."),
    "no_direction": mark(
        "Reached: {actual:,.15g}; target: {planned:,.15g}. Which way is better is not said."
    ),
    "met": mark("The target is met: {actual:,.15g}; {planned:,.15g} was aimed at."),
    "missed": mark("The target is missed: {actual:,.15g}; {planned:,.15g} was aimed at."),
}
#: The same as reasons without details, made once for the many activities of which nothing is known.
BARE = {code: Reason(code, sentence) for code, sentence in REASONS.items()}


@dataclass(frozen=True)
class MoneyVariance:
    """What was spent or given against what was planned, in one currency.

    Attributes:
        state: over, under, equal; so_far while the activity is not over; unsaid.
        planned, actual: the two sides, as known; ``None``: not known, or not one sum.
        difference: actual − planned; above 0 is more than planned. ``None`` where the state is so_far or unsaid.
        ratio: difference ÷ planned (0.1 = 10 % more); ``None`` too where the plan is zero.
        reason: why, as a sentence.
    """

    state: Literal["over", "under", "equal", "so_far", "unsaid"]
    reason: Reason
    planned: Money | None = None
    actual: Money | None = None
    difference: Money | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class CountVariance:
    """How many came against how many were expected, in one unit.

    Attributes:
        state: more, fewer, equal; so_far while the activity is not over; unsaid.
        planned, actual, unit: the two sides and what they are counted in.
        difference: actual − planned; ``None`` where the state is so_far or unsaid.
        ratio: difference ÷ planned; ``None`` too where none was expected.
        reason: why, as a sentence.
    """

    state: Literal["more", "fewer", "equal", "so_far", "unsaid"]
    reason: Reason
    planned: int | None = None
    actual: int | None = None
    unit: str = ""
    difference: int | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class TargetVariance:
    """What an indicator reached against its target.

    Attributes:
        state: met (as good as the target or better), missed, so_far (not met and not over), or unsaid.
        planned, actual: target and what was reached.
        difference: actual − planned, whichever way is better; ``None`` where a side is not known.
        ratio: difference ÷ \\|planned\\|; ``None`` too where the target is zero.
        reason: why, as a sentence.
    """

    state: Literal["met", "missed", "so_far", "unsaid"]
    reason: Reason
    planned: float | None = None
    actual: float | None = None
    difference: float | None = None
    ratio: float | None = None


@dataclass(frozen=True)
class ActivityVariance:
    """All five variances of one activity, and against which plan they were taken.

    Attributes:
        key: names the activity.
        against: "plan": execution against the plan now in force; "baseline": against the plan as first agreed;
            "revision": against a later state that was kept.
        as_of: the day at whose end it was asked.
        time, cost, local_share, participants, target: the five answers.
    """

    key: str
    against: Against
    as_of: date
    time: TimeVariance
    cost: MoneyVariance
    local_share: MoneyVariance
    participants: CountVariance
    target: TargetVariance


def money_variance(
    planned: Money | None, actual: Money | None, *, is_over: bool = True, rate: Decimal | None = None
) -> MoneyVariance:
    """What was spent against what was planned.

    Args:
        planned, actual: the two sums; ``None``: not known.
        is_over: whether the activity is over, so that nothing more will be spent.
        rate: how many units of the currency of ``planned`` one unit of that of ``actual`` is worth, where somebody has
            stated it; without it two currencies cannot be compared.

    >>> found = money_variance(Money(2000, "EUR"), Money(2500, "EUR"))
    >>> found.state, found.difference.amount, found.ratio
    ('over', Decimal('500'), 0.25)
    >>> money_variance(Money(2000, "EUR"), Money(150_000, "INR")).reason.say()
    'It was planned in EUR and paid in INR; no rate is stated.'
    >>> money_variance(Money(2000, "EUR"), Money(150_000, "INR"), rate=Decimal("0.015")).difference.amount
    Decimal('250.000')
    """
    if planned is None or actual is None:
        code = "not_planned" if planned is None else "not_known"
        return MoneyVariance("unsaid", _reason(code), planned, actual)
    if planned.currency != actual.currency:
        if rate is None:
            details = {"planned": planned.currency, "actual": actual.currency}
            return MoneyVariance("unsaid", _reason("currencies_differ", **details), planned, actual)
        actual = Money(actual.amount * _rate(rate), planned.currency, actual.price_year)
    if planned.price_year != actual.price_year:
        return MoneyVariance("unsaid", _reason("prices_differ"), planned, actual)
    if not is_over:
        return MoneyVariance("so_far", _reason("so_far"), planned, actual)
    return _difference(planned, actual, ("over", "under", "equal"))


def share_variance(
    promised: Sequence[Money | None], given: Sequence[Money | None], *, is_over: bool = True
) -> MoneyVariance:
    """What stakeholders gave against what they promised; nothing is said where one entry has no value.

    >>> found = share_variance([Money(300, "EUR"), Money(200, "EUR")], [Money(400, "EUR")])
    >>> found.state, found.ratio, found.reason.say()
    ('under', -0.2, 'The cluster gave 100.00 EUR less than promised.')
    >>> share_variance([Money(300, "EUR"), None], [Money(300, "EUR")]).reason.say()
    'One of the contributions promised has no value.'
    """
    sides = []
    for entries, none, one, several in (
        (promised, "nothing_promised", mark("One of the contributions promised has no value."),
         mark("{n} of the contributions promised have no value.")),
        (given, "nothing_given", mark("One of the contributions given has no value."),
         mark("{n} of the contributions given have no value.")),
    ):  # fmt: skip
        total, trouble = _total(entries, none, one, several)
        if trouble is not None:
            return MoneyVariance("unsaid", trouble, *sides)
        sides.append(total)
    found = money_variance(sides[0], sides[1], is_over=is_over)
    if found.difference is None:
        return found
    return _difference(sides[0], sides[1], ("more_given", "less_given", "as_promised"))


def count_variance(
    planned: int | None, actual: int | None, *, unit: str, is_over: bool = True
) -> CountVariance:
    """How many came against how many were expected, both in one unit.

    >>> count_variance(20, 25, unit="firms").reason.say()
    '25 came; 20 were expected.'
    >>> count_variance(20, None, unit="firms").reason.say()
    'Nobody has counted who came in this unit: firms.'
    """
    if planned is None or not unit or actual is None:
        code = "nobody_expected" if planned is None else "not_counted" if unit else "unit_not_said"
        return CountVariance("unsaid", _reason(code, unit=unit), planned, actual, unit)
    if not is_over:
        return CountVariance("so_far", _reason("count_so_far"), planned, actual, unit)
    difference = actual - planned
    state = "more" if difference > 0 else "fewer" if difference else "equal"
    reason = _reason("more_came" if difference else "as_many", actual=actual, planned=planned)
    ratio = difference / planned if planned else None
    return CountVariance(state, reason, planned, actual, unit, difference, ratio)  # type: ignore[arg-type]


def target_variance(target: Target | None, reached: float | None, *, is_over: bool = True) -> TargetVariance:
    """What was reached against a target, with its direction.

    >>> target_variance(Target(40, better="less"), 35).state
    'met'
    >>> target_variance(Target(40, better=""), 35).reason.say()
    'Reached: 35; target: 40. Which way is better is not said.'
    """
    if target is None or reached is None:
        code = "no_target" if target is None else "not_measured"
        return TargetVariance("unsaid", _reason(code), target.value if target else None, reached)
    difference = reached - target.value
    ratio = difference / abs(target.value) if target.value else None
    is_met = difference == 0 or (difference > 0 if target.better == "more" else difference < 0)
    if target.better == "" and difference:
        state, code = "unsaid", "no_direction"
    elif is_met:
        state, code = "met", "met"
    else:
        state, code = ("missed", "missed") if is_over else ("so_far", "target_so_far")
    reason = _reason(code, actual=float(reached), planned=float(target.value))
    return TargetVariance(state, reason, target.value, reached, difference, ratio)  # type: ignore[arg-type]


def activity_variance(
    line: PlanLine, outcome: Outcome, *, as_of: date, against: Against = "plan"
) -> ActivityVariance:
    """All variances of one activity at the end of a day.

    Args:
        line: what the plan says that is compared with: the plan in force, or an earlier state of it.
        outcome: what became of it.
        as_of: the cut-off day.
        against: which of them ``line`` is, said again on the answer.

    >>> from nanduti.methods.planning import parse_when
    >>> line = PlanLine("leather:15", when=parse_when("April 2009"), cost=Money(900, "EUR"))
    >>> done = Outcome(done_on=date(2009, 4, 20), spent=Money(900, "EUR"))
    >>> found = activity_variance(line, done, as_of=date(2011, 7, 31))
    >>> found.time.state, found.cost.state, found.participants.reason.say()
    ('on_time', 'equal', 'Nobody has said how many were to come.')
    """
    time = time_variance(line, outcome, as_of=as_of, against=against)
    is_over = time.is_done or time.state == "cancelled"
    came = outcome.came.get(line.unit) if line.unit else None
    return ActivityVariance(
        key=line.key,
        against=against,
        as_of=as_of,
        time=time,
        cost=money_variance(line.cost, outcome.spent, is_over=is_over),
        local_share=share_variance(line.local_share, outcome.local_given, is_over=is_over),
        participants=count_variance(line.n_participants, came, unit=line.unit, is_over=is_over),
        target=target_variance(line.target, outcome.reached, is_over=is_over),
    )


def _difference(planned: Money, actual: Money, codes: tuple[str, str, str]) -> MoneyVariance:
    difference = actual - planned
    more = difference.amount
    state, code = ("over", codes[0]) if more > 0 else ("under", codes[1]) if more else ("equal", codes[2])
    reason = _reason(code, amount=float(abs(more)), currency=planned.currency)
    ratio = float(more / planned.amount) if planned.amount else None
    return MoneyVariance(state, reason, planned, actual, difference, ratio)  # type: ignore[arg-type]


def _total(
    entries: Sequence[Money | None], none: str, one: str, several: str
) -> tuple[Money | None, Reason | None]:
    """The sum of contributions, or why they have none."""
    if not entries:
        return None, _reason(none)
    valued = [money for money in entries if money is not None]
    if len(valued) < len(entries):
        n = len(entries) - len(valued)
        return None, Reason("no_value", counted(n, one, several), {"n": n})
    currencies = sorted({money.currency for money in valued})
    if len(currencies) > 1:
        return None, _reason("several_currencies", currencies=", ".join(currencies))
    if len({money.price_year for money in valued}) > 1:
        return None, _reason("prices_differ")
    return sum(valued[1:], valued[0]), None


def _rate(rate: Decimal) -> Decimal:
    if not Decimal(rate).is_finite() or rate <= 0:
        raise BadInput(
            place=f"rate {rate}",
            problem=mark("is not above zero"),
            remedy=mark("Give how many units of the planned currency one unit of the other is worth."),
        )
    return Decimal(rate)


def _reason(code: str, **details: object) -> Reason:
    return Reason(code, REASONS[code], details) if details else BARE[code]
