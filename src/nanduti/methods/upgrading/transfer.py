"""Passing skills on: the quorum of a transfer, know-how and do-how, retraining, adoption of advice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import (
    BadInput,
    Money,
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
from nanduti.methods.values.guards import above_zero, amount, share

from ._checks import columns, not_negative, numeric, part_of, whole

QUORUM_SOURCE = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 2, section 3.6")


@dataclass(frozen=True)
class Quorum:
    """Whether enough firms have signed up for a transfer of technology, and what it brings in.

    ``missing`` firms are still needed; ``income`` is the fee of those who signed, ``income_at_quorum`` of the
    fewest that will do; ``gap`` is what the income leaves uncovered of the cost, if a cost was given.
    """

    verdict: Verdict
    missing: int
    income: Money
    income_at_quorum: Money
    gap: Money | None


def transfer_quorum(
    n_signed: int,
    *,
    least: int = 10,
    fee: Money | None = None,
    cost: Money | None = None,
    n_paid: int | None = None,
) -> Quorum:
    """The transfer goes ahead when at least ``least`` firms have signed up.

    Args:
        n_signed: firms that signed up.
        least: the institute's condition.
        fee: of each firm; by default Rs 50,000.
        cost: of the institute; what the fees do not cover is the gap.
        n_paid: firms that have paid, if that is known; fewer than the quorum is flagged.

    Source: CLRI transfers its technology for Rs 50,000 a firm if at least ten firms are willing (UNIDO 2013).

    >>> q = transfer_quorum(7)
    >>> q.verdict.decision, q.missing, q.income.amount, q.income_at_quorum.amount
    ('no', 3, Decimal('350000'), Decimal('500000'))
    >>> transfer_quorum(10).verdict.decision
    'yes'
    """
    whole(n_signed, "firms signed up")
    whole(least, "least number of firms")
    if n_paid is not None:
        whole(n_paid, "firms that paid")
    each = fee or Money(50_000, "INR")
    income = each * n_signed
    gap = None
    if cost is not None:
        gap = cost - income
        gap = gap if gap.amount > 0 else Money(0, cost.currency, cost.price_year)
    missing = max(0, least - n_signed)
    details = {"n": n_signed, "least": least}
    if missing:
        reason = Reason("too_few", _signed(n_signed), details)
        verdict = no(reason, source=QUORUM_SOURCE, remedy=mark("Win more firms, or ask for a lower quorum."))
    elif n_paid is not None and n_paid < least:
        text = counted(
            n_paid,
            mark("{n} firms have signed up, but only one has paid; {least} are needed."),
            mark("{n} firms have signed up, but only {paid} have paid; {least} are needed."),
        )
        reason = Reason("not_paid", text, {**details, "paid": n_paid})
        verdict = flag(reason, source=QUORUM_SOURCE, remedy=mark("Collect the fees before it starts."))
    elif gap is not None and gap.amount > 0:
        text = mark("{n} firms have signed up; the fees leave {gap} of the cost uncovered.")
        reason = Reason("cost_gap", text, {**details, "gap": f"{gap.amount:,} {gap.currency}"})
        verdict = flag(reason, source=QUORUM_SOURCE, remedy=mark("Find who bears the rest."))
    else:
        reason = Reason("quorum", _signed(n_signed), details)
        verdict = yes(reason, source=QUORUM_SOURCE)
    return Quorum(verdict, missing, income, each * least, gap)


def _signed(n: int) -> str:
    return counted(
        n,
        mark("{n} firm has signed up; {least} are needed."),
        mark("{n} firms have signed up; {least} are needed."),
    )


KINDS = ("know_how", "do_how")


@dataclass(frozen=True)
class Reach:
    """What a training programme reached.

    Attributes:
        unit_days: firms × days over all courses.
        do_how_share: unit-days on site and at the machine, over all.
        days_per_unit: unit-days over the firms reached; ``None`` if the firms are not known.
        trainee_days: participants × days; courses without participants are counted in ``n_unknown``.
    """

    unit_days: float
    do_how_share: Share | None
    days_per_unit: float | None
    trainee_days: float
    n_unknown: int


def training_reach(courses: pl.DataFrame, *, n_firms: int | None = None) -> Reach:
    """Unit-days, do-how share and days for each unit.

    Args:
        courses: ``kind`` (``know_how`` in the classroom, ``do_how`` on site), ``days``, ``firms``,
            ``participants``; empty cells are unknown.
        n_firms: distinct firms reached over all courses.

    Source: rows 100 and 105 of the systems; know-how and do-how: UNIDO (2013), *Cluster Twinning*, chapter 2,
    section 3.4.

    >>> d = pl.DataFrame({"kind": ["know_how", "do_how"], "days": [3, 11], "firms": [20, 20],
    ...                   "participants": [40, None]})
    >>> r = training_reach(d, n_firms=20)
    >>> r.unit_days, round(r.do_how_share, 3), r.days_per_unit, r.n_unknown
    (280.0, 0.786, 14.0, 1)
    """
    columns(courses, ("kind", "days", "firms", "participants"))
    courses = numeric(courses, ("days", "firms", "participants"))
    not_negative(courses, ("days", "firms", "participants"), "kind")
    for kind in courses["kind"].unique():
        if kind not in KINDS:
            raise BadInput(
                place=f"kind {kind!r}", problem=mark("is not known"), remedy="Use know_how or do_how."
            )
    days = courses.with_columns((pl.col("days") * pl.col("firms")).alias("unit_days"))
    known = days.drop_nulls("unit_days")
    total = float(known["unit_days"].sum())
    on_site = float(known.filter(pl.col("kind") == "do_how")["unit_days"].sum())
    trainees = float((courses["days"] * courses["participants"]).sum())
    unknown = courses.filter(pl.any_horizontal(pl.col("days", "firms", "participants").is_null())).height
    each = total / above_zero(n_firms, "firms reached") if n_firms is not None else None
    return Reach(total, Share.of(on_site, total), each, trainees, unknown)


def multiplier(*, by_local_trainers: int, by_foreign_experts: int) -> float | None:
    """Trainees of local trainers for each trainee of foreign experts; ``None`` if experts trained nobody.

    Footwear in Chennai: 23 persons trained by Italian experts, then 20 from ten firms by four trained experts
    of two institutes (UNIDO 2013, chapter 3, sections 3.3 and 3.4).

    >>> round(multiplier(by_local_trainers=20, by_foreign_experts=23), 2)
    0.87
    """
    local, foreign = amount(by_local_trainers, "trainees"), amount(by_foreign_experts, "trainees")
    return local / foreign if foreign else None


@dataclass(frozen=True)
class Generation:
    """One generation of a cascade: how many teach, whom they reach, what is left of the content."""

    level: int
    trainers: float
    trainees: float
    reached: float
    content_kept: float


def retraining_cascade(
    first_trainees: float,
    *,
    become_trainers: Sequence[float],
    courses_each: Sequence[float],
    trainees_per_course: Sequence[float],
    kept: float | Sequence[float] = 1.0,
    most: float | None = None,
) -> list[Generation]:
    """Training of trainers over generations: who is reached, and what is left of the content.

    ``trainers_k = trainees_{k−1} × share that becomes trainer``; ``trainees_k = trainers_k × courses × size``,
    until ``most`` people are reached in all. ``kept`` is the part of the content that a generation passes on;
    the product over generations says what reaches the last.

    Args:
        first_trainees: people taught by the experts (generation 0).
        become_trainers, courses_each, trainees_per_course: one figure for each further generation.

    Source: the cascade of UNIDO (2013), chapter 3, section 3.4; the arithmetic is Nanduti's, and ``kept`` a
    guess unless tests were held in each generation.

    >>> c = retraining_cascade(8, become_trainers=[0.5], courses_each=[10], trainees_per_course=[2], kept=0.9)
    >>> [(g.trainers, g.trainees, g.reached, g.content_kept) for g in c]
    [(0.0, 8.0, 8.0, 1.0), (4.0, 80.0, 88.0, 0.9)]
    """
    n = len(become_trainers)
    if not len(courses_each) == len(trainees_per_course) == n:
        raise BadInput(
            place="figures of the generations",
            problem=mark("do not pair up"),
            remedy=mark("Give one figure for each generation."),
        )
    keeps = [kept] * n if isinstance(kept, (int, float)) else list(kept)
    if len(keeps) != n:
        raise BadInput(
            place="content kept",
            problem=mark("do not pair up"),
            remedy=mark("Give one figure for each generation."),
        )
    ceiling = float("inf") if most is None else amount(most, "people who can be reached")
    start = amount(first_trainees, "first trainees")
    out = [Generation(0, 0.0, min(start, ceiling), min(start, ceiling), 1.0)]
    for level in range(1, n + 1):
        before = out[-1]
        teachers = before.trainees * share(become_trainers[level - 1], f"share that becomes trainer, {level}")
        taught = teachers * amount(courses_each[level - 1], f"courses, generation {level}")
        taught *= amount(trainees_per_course[level - 1], f"trainees of a course, generation {level}")
        taught = min(taught, ceiling - before.reached)
        left = before.content_kept * share(keeps[level - 1], f"content kept, generation {level}")
        out.append(Generation(level, teachers, taught, before.reached + taught, left))
    return out


@dataclass(frozen=True)
class Adoption:
    """How much of the advice was carried out: over what was followed up, and what is not known.

    ``least`` and ``most`` are the shares if everything unknown was not, or was, carried out.
    """

    share: Share | None
    least: Share | None
    most: Share | None
    n_unknown: int


def adoption(*, recommended: int, implemented: int, not_implemented: int) -> Adoption:
    """Adoption of recommendations after a training or an audit (row 76), with bounds for what nobody checked.

    >>> adoption(recommended=10, implemented=4, not_implemented=1)
    Adoption(share=Share(0.8), least=Share(0.4), most=Share(0.9), n_unknown=5)
    """
    amount(implemented, "implemented")
    amount(not_implemented, "not implemented")
    known = implemented + not_implemented
    if recommended or known:
        part_of(known, recommended, "recommendations followed up")
    unknown = recommended - known
    return Adoption(
        Share.of(implemented, known),
        Share.of(implemented, recommended),
        Share.of(implemented + unknown, recommended),
        unknown,
    )


def practices_adopted(data: pl.DataFrame, *, n_units: int) -> pl.DataFrame:
    """Units that adopted each practice, the most adopted first.

    Args:
        data: ``unit`` and ``practice``, a row for each adoption (a unit counts once for a practice).
        n_units: units that took part.

    The seed lists tool life 4, 100 ppm 7, die exchange 4, floor 1, stores 1, handling 1 of 28 units (UNIDO
    2013, *Cluster Twinning*, box 2).

    >>> d = pl.DataFrame({"unit": ["a", "b", "a", "a"], "practice": ["100 ppm", "100 ppm", "stores", "stores"]})
    >>> practices_adopted(d, n_units=28).select("practice", "n_units").rows()
    [('100 ppm', 2), ('stores', 1)]
    """
    columns(data, ("unit", "practice"))
    seen = data.drop_nulls(["unit", "practice"]).unique(["unit", "practice"])
    if seen["unit"].n_unique() > n_units:
        raise BadInput(
            place=f"{seen['unit'].n_unique()} units of {n_units}",
            problem=mark("is more than there is"),
            remedy=mark("Count the units that took part."),
        )
    table = seen.group_by("practice").agg(pl.len().cast(pl.Int64).alias("n_units"))
    table = table.with_columns((pl.col("n_units") / above_zero(n_units, "units")).alias("share"))
    return table.sort("n_units", "practice", descending=[True, False])
