"""Which of many dated readings is the baseline, which the follow-up, and what changed in those seen at both.

Jobs, wages, turnover and savings are told now and then, by different sources, of different firms. Before two numbers
are taken from each other they must be of the same subject, by the same definition, in the same unit, and the second
must lie after the first. What does not fit is counted with its reason; nothing is imputed and nothing converted.

Source: seed 003, table 11 (the standard outcomes of a cluster development programme: employment, wages, turnover,
savings). A change is evidence of grade E: it says what happened, not what the programme caused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import fsum

import polars as pl

from nanduti.methods.values import BadInput, Period

# What a reading is. `first` is the first day it is about and `after` the day after the last; both null where nobody
# wrote of which day it is. `value` is null where a source gives a range or words; `is_bound` says "more than" or
# "less than"; `rows` are the records behind it.
READINGS: dict[str, pl.DataType | type[pl.DataType]] = {
    "definition": pl.String, "subject": pl.String, "unit": pl.String, "value": pl.Float64, "first": pl.Date,
    "after": pl.Date, "is_bound": pl.Boolean, "rows": pl.List(pl.Int64),
}  # fmt: skip
KEY = ["definition", "subject"]
MATCHED = "matched"
# Why a subject gives no change, the most telling first.
REASONS = (
    "undated", "later_than_cut_off", "no_baseline", "no_follow_up", "other_unit", "two_values", "no_number", "bound",
)  # fmt: skip
MEAN, TOTAL = "mean", "total"
# Evidence of a change before and after, without a comparison (nanduti.methods.evaluation.EvidenceGrade).
GRADE = "E"


def before_and_after(
    readings: pl.DataFrame,
    *,
    start: date | None,
    until: date,
    baseline: Period | None = None,
    follow_up: Period | None = None,
) -> pl.DataFrame:
    """For each subject and definition the reading before, the one after, and whether the two can be compared.

    Args:
        readings: columns of :data:`READINGS`. start: first day of the programme. until: cut-off day; what begins
            later is not looked at. baseline, follow_up: only readings that lie within; without them the baseline is
            the last reading that ends by ``start``, else the first one at all, and the follow-up is the last one that
            begins after the baseline has ended.

    Returns:
        definition, subject, status (:data:`MATCHED` or one of :data:`REASONS`), unit, rows (the records of all its
        readings), and for both sides value, unit, first, after, rows (null where there is none). Sorted by definition
        and subject.

    >>> rows = [("jobs", "a", "persons", 10.0, date(2008, 1, 1), date(2009, 1, 1), False, [1]),
    ...         ("jobs", "a", "persons", 12.0, date(2011, 6, 1), date(2011, 7, 1), False, [2])]
    >>> told = pl.DataFrame(rows, schema=READINGS, orient="row")
    >>> found = before_and_after(told, start=date(2009, 3, 1), until=date(2011, 7, 31))
    >>> found.select("status", "value_before", "value_after").row(0)
    ('matched', 10.0, 12.0)
    """
    _check(readings)
    if baseline and follow_up and baseline.start and follow_up.start and follow_up.start <= baseline.start:
        raise BadInput(
            place="the follow-up", problem="does not lie after the baseline",
            remedy="Choose a later follow-up or an earlier baseline.",
        )  # fmt: skip
    readings = readings.select(pl.col(name).cast(kind) for name, kind in READINGS.items())
    dated = readings.filter(pl.col("first").is_not_null()).with_columns(
        # An open end says from when on, and nothing more; a reading is of one day at least.
        after=pl.max_horizontal("after", pl.col("first") + timedelta(days=1))
    )
    dated = dated.filter(pl.col("first") <= until)
    early = _side(_baselines(dated, start, baseline), dated, "before")
    late = _side(_follow_ups(dated, early, follow_up), dated, "after")
    everybody = readings.group_by(KEY).agg(
        _dated=pl.col("first").is_not_null().any(), _by_then=(pl.col("first") <= until).any()
    )
    joined = everybody.join(early, on=KEY, how="left").join(late, on=KEY, how="left")
    return _judged(joined, readings).sort(KEY)


def _check(readings: pl.DataFrame) -> None:
    """Refuse readings without a column, or of which nobody knows of whom, of what or in which unit they are."""
    absent = [name for name in READINGS if name not in readings.columns]
    if absent:
        raise BadInput(
            place=f"column {absent[0]!r}",
            problem="is not in the readings",
            remedy=f"Give {', '.join(READINGS)}.",
        )
    for name in (*KEY, "unit"):
        if readings[name].null_count():
            raise BadInput(
                place=f"column {name!r}",
                problem="has gaps",
                remedy="Complete it; write an unknown unit as “”.",
            )


def _within(period: Period) -> pl.Expr:
    found = pl.lit(True)
    if period.start:
        found &= pl.col("first") >= period.start
    if period.end:
        found &= pl.col("after") <= period.end
    return found


def _last(rows: pl.DataFrame) -> pl.DataFrame:
    """Of each subject the days of its last reading."""
    return rows.sort("after", "first").group_by(KEY).agg(pl.col("first", "after").last())


def _baselines(dated: pl.DataFrame, start: date | None, period: Period | None) -> pl.DataFrame:
    if period is not None:
        return _last(dated.filter(_within(period)))
    first = dated.sort("first", "after").group_by(KEY).agg(pl.col("first", "after").first())
    if start is None:
        return first
    early = _last(dated.filter(pl.col("after") <= start + timedelta(days=1)))
    return pl.concat([early, first.join(early, on=KEY, how="anti")])


def _follow_ups(dated: pl.DataFrame, early: pl.DataFrame, period: Period | None) -> pl.DataFrame:
    known = early.select(*KEY, pl.col("after_before").alias("_from"))
    later = dated.join(known, on=KEY, how="left" if period is not None else "inner")
    later = later.filter(pl.col("_from").is_null() | (pl.col("first") >= pl.col("_from")))
    return _last(later.filter(_within(period)) if period is not None else later)


def _side(days: pl.DataFrame, dated: pl.DataFrame, name: str) -> pl.DataFrame:
    """What was said of those days: one value, or that two differ."""
    said = dated.join(days, on=[*KEY, "first", "after"], how="semi")
    # An exact number and "more than" it are two values.
    told = said.group_by([*KEY, "first", "after"]).agg(
        _n=pl.struct("value", "unit", "is_bound").n_unique(), value=pl.col("value").first(),
        unit=pl.col("unit").first(), is_bound=pl.col("is_bound").any(), rows=pl.col("rows").explode().unique().sort(),
    )  # fmt: skip
    return told.rename(
        {n: f"{n}_{name}" for n in ("_n", "value", "unit", "is_bound", "first", "after", "rows")}
    )


def _judged(joined: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    units = readings.group_by(KEY).agg(
        _unit=pl.col("unit").sort().first(), rows=pl.col("rows").explode().drop_nulls().unique().sort()
    )
    has, then = pl.col("first_before").is_not_null(), pl.col("first_after").is_not_null()
    status = (
        pl.when(~pl.col("_dated")).then(pl.lit("undated"))
        .when(~pl.col("_by_then")).then(pl.lit("later_than_cut_off"))
        .when(~has).then(pl.lit("no_baseline"))
        .when(~then).then(pl.lit("no_follow_up"))
        .when((pl.col("_n_before") > 1) | (pl.col("_n_after") > 1)).then(pl.lit("two_values"))
        .when(pl.col("unit_before") != pl.col("unit_after")).then(pl.lit("other_unit"))
        .when(pl.col("value_before").is_null() | pl.col("value_after").is_null()).then(pl.lit("no_number"))
        .when(pl.col("is_bound_before") | pl.col("is_bound_after")).then(pl.lit("bound"))
        .otherwise(pl.lit(MATCHED))
    )  # fmt: skip
    table = joined.join(units, on=KEY, how="left").with_columns(
        status=status, unit=pl.coalesce("unit_before", "unit_after", "_unit")
    )
    # Of two that differ neither is the value.
    sides = [
        pl.when(pl.col(f"_n_{side}") == 1).then(f"value_{side}").alias(f"value_{side}")
        for side in ("before", "after")
    ]
    days = [f"{name}_{side}" for side in ("before", "after") for name in ("unit", "first", "after", "rows")]
    return table.select(*KEY, "status", "unit", "rows", *sides, *days)


@dataclass(frozen=True)
class FollowUp:
    """What became of one number in those seen twice.

    ``before`` and ``after`` are their totals, or means where ``combine`` is ``mean``; None where nobody was seen
    twice. ``relative`` is the change as a share of the baseline; None where that is not positive. ``n`` were seen
    twice, of ``n_seen``; ``reasons`` says how many of the others fell out, and why.
    """

    n: int
    n_seen: int
    before: float | None
    after: float | None
    change: float | None
    relative: float | None
    reasons: dict[str, int]
    first_before: date | None = None
    last_before: date | None = None
    first_after: date | None = None
    last_after: date | None = None
    grade: str = GRADE


def follow_up(table: pl.DataFrame, *, combine: str = TOTAL) -> FollowUp:
    """Put the rows of :func:`before_and_after` of one definition and unit together, over those seen at both.

    >>> rows = [("jobs", s, "persons", v, d, d, False, [i]) for i, (s, v, d) in enumerate([
    ...     ("a", 10.0, date(2008, 1, 1)), ("a", 12.0, date(2011, 1, 1)), ("b", 5.0, date(2008, 1, 1))])]
    >>> told = pl.DataFrame(rows, schema=READINGS, orient="row")
    >>> found = follow_up(before_and_after(told, start=None, until=date(2012, 1, 1)))
    >>> found.change, found.relative, found.n, found.n_seen, found.reasons
    (2.0, 0.2, 1, 2, {'no_follow_up': 1})
    """
    if combine not in (TOTAL, MEAN):
        raise BadInput(place=f"combine {combine!r}", problem="is not known", remedy="Use total or mean.")
    units = table["unit"].unique().to_list()
    if len(units) > 1:
        raise BadInput(
            place=f"the units {sorted(units)}", problem="cannot be added", remedy="Ask for each apart."
        )
    counts = table["status"].value_counts()
    reasons = {s: n for s, n in sorted(counts.rows(), key=lambda row: _rank(row[0])) if s != MATCHED}
    both = table.filter(pl.col("status") == MATCHED)
    if both.is_empty():
        return FollowUp(0, table.height, None, None, None, None, reasons)
    parts = both.height if combine == MEAN else 1
    before, after = _sum(both["value_before"]) / parts, _sum(both["value_after"]) / parts
    change = round(after - before, 9)
    return FollowUp(
        both.height, table.height, before, after, change, round(change / before, 12) if before > 0 else None, reasons,
        both["first_before"].min(), both["after_before"].max() - timedelta(days=1),  # type: ignore[arg-type,operator]
        both["first_after"].min(), both["after_after"].max() - timedelta(days=1),  # type: ignore[arg-type,operator]
    )  # fmt: skip


def _rank(status: str) -> int:
    return REASONS.index(status) if status in REASONS else len(REASONS)


def _sum(values: pl.Series) -> float:
    return fsum(values.to_list())


def summed(readings: pl.DataFrame, parts: Sequence[str], definition: str) -> pl.DataFrame:
    """Readings of a whole that is told in parts (women and men): of the same subject, days and unit, all parts there.

    A part told twice on one day with two values makes no whole: it has no value. The sum of bounds is a bound.

    >>> day = date(2023, 5, 8)
    >>> rows = [(n, "a", "persons", v, day, day, False, [i]) for i, (n, v) in enumerate([("women", 3.0), ("men", 2.0)])]
    >>> summed(pl.DataFrame(rows, schema=READINGS, orient="row"), ["women", "men"], "all").row(0)[:4]
    ('all', 'a', 'persons', 5.0)
    """
    mine = readings.filter(pl.col("definition").is_in(list(parts)))
    by = ["subject", "unit", "first", "after"]
    each = mine.group_by([*by, "definition"], maintain_order=True).agg(
        _n=pl.struct("value", "is_bound").n_unique(), value=pl.col("value").first(),
        is_bound=pl.col("is_bound").any(), rows=pl.col("rows").explode(),
    )  # fmt: skip
    whole = each.group_by(by, maintain_order=True).agg(
        _parts=pl.len(), _clear=((pl.col("_n") == 1) & pl.col("value").is_not_null()).all(),
        value=pl.col("value").sum(), is_bound=pl.col("is_bound").any(), rows=pl.col("rows").explode().unique().sort(),
    )  # fmt: skip
    whole = whole.filter(pl.col("_parts") == len(parts)).with_columns(
        definition=pl.lit(definition), value=pl.when("_clear").then("value")
    )
    return whole.select(pl.col(name).cast(kind) for name, kind in READINGS.items())
