"""What a programme counts: outputs and outcomes with money, change since the baseline, ranges, adoption.

Counts carry evidence grade F and changes grade E: they say what happened, not what the programme caused.

Sources: seed 003, tables 9 to 11, box 2 and chapter 4 §3.3 (outputs, outcomes, standard outcomes, practices,
ranges); seed 000, insight 3 (three pillars); IATI 2.03 for ascending and aggregation status.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, Money

from ._tables import between, categories, column, names_of, numbers, refuse_missing
from .evidence import EvidenceGrade
from .regression import fit

LEVELS = ("output", "outcome")


@dataclass(frozen=True)
class Indicator:
    """Something counted or measured.

    Attributes:
        code, name: short and full. level: output or outcome. unit: of the number, e.g. ``"participants"``.
        has_money: whether records carry an amount too ("Number / Euro").
        is_ascending: whether more is better. is_additive: whether values of several records may be summed
            (not so for medians, shares and scores).

    >>> Indicator("T1", "Technology transfer agreements", level="outcome", has_money=True).unit
    'number'
    """

    code: str
    name: str
    level: str = "output"
    unit: str = "number"
    has_money: bool = False
    is_ascending: bool = True
    is_additive: bool = True

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise BadInput(place=f"indicator {self.code!r}", problem="has no level", remedy=f"Use {LEVELS}.")

    def progress(self, baseline: float, target: float, actual: float) -> float | None:
        """Share of the way from baseline to target that was gone; None where there is no way to go.

        Works in both directions and may exceed 1 or be negative.

        >>> Indicator("E1", "Energy per pair", is_ascending=False).progress(10, 8, 9)
        0.5
        """
        if target == baseline:
            return None
        if (target > baseline) != self.is_ascending:
            raise BadInput(
                place=f"indicator {self.code!r}", problem="has a target on the worse side of its baseline",
                remedy="Correct the target, or the direction.",
            )  # fmt: skip
        return (actual - baseline) / (target - baseline)


def indicator_table(
    records: pl.DataFrame,
    indicators: Sequence[Indicator],
    *,
    by: str | Sequence[str] = (),
    indicator: str = "indicator",
    value: str = "value",
    amount: str = "amount",
    currency_column: str = "currency",
    currency: str | None = None,
    exchange: Mapping[str, float] | None = None,
    counted: str | None = None,
) -> pl.DataFrame:
    """Totals per indicator (and period, cluster, sex …) with money in one currency.

    Args:
        records: one row per event: indicator code, value, and for indicators with money amount and currency.
        by: columns to break down by. exchange: currency → units of ``currency`` for one.
        counted: column of the person or firm behind a record; the table then tells how many different
            ones there are, so that double counting shows.

    Returns:
        indicator, name, level, unit, the ``by`` columns, n_records, total (null where not additive),
        n_distinct, amount, currency, grade (F: counted by the programme), note.
        An indicator without a record keeps a line with zero records.

    >>> seen = pl.DataFrame({"indicator": ["V", "V"], "value": [12, 8], "person": ["a", "a"]})
    >>> table = indicator_table(seen, [Indicator("V", "Visits", unit="participants")], counted="person")
    >>> table.select("total", "n_records", "n_distinct").row(0)
    (20.0, 2, 1)
    """
    known = {i.code: i for i in indicators}
    codes = column(records, indicator).cast(pl.String)
    strange = sorted({c for c in codes.to_list() if c not in known}, key=str)
    if strange:
        raise BadInput(
            place=f"indicator {strange[0]!r}",
            problem="is not defined",
            remedy=f"Defined are {sorted(known)}.",
        )
    keys = names_of(by)
    gaps = {n: column(records, n).is_null().to_numpy() for n in (value, *keys)}
    refuse_missing(gaps, "the records", "Complete them; a missing number is not a zero.")
    numbers(records, value)
    table = records.with_columns(codes.alias("indicator"))
    table = table.with_columns(_money(table, known, amount, currency_column, currency, exchange or {}))
    distinct = pl.col(counted).n_unique() if counted else pl.lit(None, pl.Int64)
    totals = table.group_by("indicator", *keys, maintain_order=True).agg(
        n_records=pl.len().cast(pl.Int64), total=pl.col(value).cast(pl.Float64).sum(),
        n_distinct=distinct.cast(pl.Int64), amount=pl.col("_money").sum(),
    )  # fmt: skip
    everything = pl.DataFrame([_described(i, currency) for i in indicators])
    out = everything.join(totals, on="indicator", how="left", maintain_order="left")
    summed = pl.col("is_additive") | (pl.col("n_records").fill_null(0) <= 1)
    return out.with_columns(
        n_records=pl.col("n_records").fill_null(0),
        total=pl.when(pl.col("n_records").is_null()).then(0.0).when(summed).then(pl.col("total")),
        amount=pl.when("has_money").then(pl.col("amount").fill_null(0.0)),
        note=pl.when(~summed).then(pl.lit("not additive: report each value with its unit")),
    ).select(
        "indicator", "name", "level", "unit", *keys, "n_records", "total", "n_distinct", "amount", "currency",
        pl.lit("F").alias("grade"), "note",
    )  # fmt: skip


def _described(i: Indicator, currency: str | None) -> dict[str, object]:
    return {
        "indicator": i.code, "name": i.name, "level": i.level, "unit": i.unit, "has_money": i.has_money,
        "is_additive": i.is_additive, "currency": currency if i.has_money else None,
    }  # fmt: skip


def _money(table, known, amount, currency_column, currency, exchange) -> pl.Series:
    needs = np.array([known[c].has_money for c in table.get_column("indicator").to_list()], dtype=bool)
    out: list[float | None] = [None] * table.height
    if not needs.any():
        return pl.Series("_money", out, dtype=pl.Float64)
    if currency is None:
        raise BadInput(place="currency", problem="is not named", remedy="Say in which currency to total.")
    amounts, own = numbers(table, amount), column(table, currency_column).to_list()
    for i in np.flatnonzero(needs):
        if np.isnan(amounts[i]) or own[i] is None:
            raise BadInput(
                place=f"record {i + 1}", problem="has no amount or currency", remedy="Enter both, or zero."
            )
        rate = 1.0 if own[i] == currency else exchange.get(own[i])
        if rate is None or not rate > 0:
            raise CannotBeSaid(
                what=f"The total in {currency}",
                why=f"there is no rate for {own[i]}",
                remedy="Add it with its date and source.",
            )
        out[i] = float(Money(amounts[i], own[i]).amount * Decimal(str(rate)))
    return pl.Series("_money", out, dtype=pl.Float64)


@dataclass(frozen=True)
class Change:
    """Change of one number in the units seen twice; grade E, so without a test.

    ``relative`` is the change of the sum (None where the sum before is not positive). Units seen only once
    are counted and not imputed.
    """

    mean_before: float
    mean_after: float
    mean_change: float
    median_change: float
    relative: float | None
    n: int
    n_only_before: int
    n_only_after: int
    share_better: float
    grade: EvidenceGrade


def change_from_baseline(
    before: pl.DataFrame, after: pl.DataFrame, *, unit: str, value: str, is_ascending: bool = True
) -> Change:
    """Compare a number (jobs, wages, turnover, savings) in the same units before and after.

    >>> b, a = (pl.DataFrame({"firm": f, "jobs": j}) for f, j in (([1, 2, 3], [4, 6, 9]), ([1, 2], [5, 6])))
    >>> change = change_from_baseline(b, a, unit="firm", value="jobs")
    >>> change.mean_change, change.relative, change.n, change.n_only_before, change.grade.letter
    (0.5, 0.1, 2, 1, 'E')
    """
    sides = []
    for name, table in (("before", before), ("after", after)):
        if column(table, unit).is_duplicated().any():
            raise BadInput(
                place=f"the table {name}", problem="holds a unit twice", remedy="Keep one row for each."
            )
        sides.append(table.select(unit, pl.Series(name, numbers(table, value)).fill_nan(None)).drop_nulls())
    both = sides[0].join(sides[1], on=unit, how="inner")
    if both.is_empty():
        raise CannotBeSaid(
            what="A change", why="no unit was seen twice", remedy="Visit the same units again."
        )
    first, second = both.get_column("before").to_numpy(), both.get_column("after").to_numpy()
    change, total = second - first, float(first.sum())
    return Change(
        float(first.mean()), float(second.mean()), float(change.mean()), float(np.median(change)),
        float(change.sum() / total) if total > 0 else None, both.height, sides[0].height - both.height,
        sides[1].height - both.height, float((change > 0 if is_ascending else change < 0).mean()),
        EvidenceGrade("E"),
    )  # fmt: skip


@dataclass(frozen=True)
class OutcomeRange:
    """The range most firms report: middle ``share`` of the reports, rounded, with the median; grade E."""

    low: float
    high: float
    median: float
    n: int
    share: float
    grade: EvidenceGrade = field(default_factory=lambda: EvidenceGrade("E"))

    def say(self, unit: str = "%") -> str:
        """As reports print it."""
        return f"{self.low:g}–{self.high:g} {unit} (middle {self.share:.0%} of {self.n} firms)"


def outcome_range(
    reports: Sequence[float], *, share: float = 0.5, decimals: int = 0, least: int = 5
) -> OutcomeRange:
    """From firm-level reports to a range such as "3–5 %" (seed 003, chapter 4 §3.3).

    >>> outcome_range([2, 3, 3, 4, 5, 5, 9]).say()
    '3–5 % (middle 50% of 7 firms)'
    """
    between(share, 0, 1, "share")
    try:
        values = np.array([r for r in reports if r is not None], dtype=float)
    except (TypeError, ValueError) as error:
        raise BadInput(place="the reports", problem="hold text", remedy="Give numbers, or none.") from error
    values = values[~np.isnan(values)]
    if len(values) < least:
        raise CannotBeSaid(
            what="A range", why=f"{len(values)} firms reported, fewer than {least}", remedy="Ask more firms."
        )
    low, median, high = np.quantile(values, [0.5 - share / 2, 0.5, 0.5 + share / 2])
    return OutcomeRange(
        round(float(low), decimals), round(float(high), decimals), float(median), len(values), share
    )


def adoption(
    records: pl.DataFrame, *, unit: str, practice: str, adopted: str, by: str | None = None
) -> pl.DataFrame:
    """How many units took up each practice or recommendation; units not followed up are told apart.

    Args:
        records: one row per unit and practice; ``adopted`` true, false, or null (not followed up). A unit
            with several rows for a practice counts once, as adopted if any row says so.

    Returns:
        practice, (``by``), n_units, n_followed_up, n_adopted, adopted_share (of those followed up; null if
        none was).

    >>> seen = pl.DataFrame({"firm": [1, 2, 3], "practice": ["5S"] * 3, "done": [True, False, None]})
    >>> adoption(seen, unit="firm", practice="practice", adopted="done").row(0)
    ('5S', 3, 2, 1, 0.5)
    """
    keys = [practice, *([by] if by else [])]
    gaps = {n: column(records, n).is_null().to_numpy() for n in (unit, *keys)}
    refuse_missing(gaps, "the records", "Complete them.")
    done = pl.Series("_done", numbers(records, adopted)).fill_nan(None)
    if not done.drop_nulls().is_in([0.0, 1.0]).all():
        raise BadInput(place=f"column {adopted!r}", problem="holds more than yes and no", remedy="Recode it.")
    units = records.with_columns(done).group_by(unit, *keys).agg(pl.col("_done").max())
    return (
        units.group_by(keys)
        .agg(
            n_units=pl.len().cast(pl.Int64),
            n_followed_up=pl.col("_done").count().cast(pl.Int64),
            n_adopted=pl.col("_done").sum().cast(pl.Int64),
            adopted_share=pl.col("_done").mean(),
        )
        .sort(keys)
    )


def dose_associations(
    data: pl.DataFrame, *, y: str, doses: Sequence[str], context: str | None = None
) -> pl.DataFrame:
    """How an outcome goes with the doses of several pillars, within each context; never an effect.

    Firms that took more were not drawn by lot, so there is no interval and no p-value (grade E).

    Returns:
        context, dose, association (outcome per unit of dose, the other doses held), n, note.
    """
    used = (y, *doses)
    gaps = {n: np.isnan(numbers(data, n)) for n in used}
    refuse_missing(gaps, "the data", "Complete them.")
    codes, levels = categories(data, context) if context else (np.zeros(data.height, dtype=int), [None])
    rows: list[tuple[object, ...]] = []
    for c, level in enumerate(levels):
        here = codes == c
        x = np.column_stack([np.ones(here.sum()), *(numbers(data, d)[here] for d in doses)])
        regression = fit(numbers(data, y)[here], x, ["(constant)", *doses])
        few = int(here.sum()) <= len(doses) + 1
        for dose in doses:
            known = dose in regression.terms and not few
            note = None if known else "too few firms, or doses that move together"
            told = None if level is None else str(level)
            rows.append((told, dose, regression.coefficient(dose) if known else None, int(here.sum()), note))
    schema = {
        "context": pl.String,
        "dose": pl.String,
        "association": pl.Float64,
        "n": pl.Int64,
        "note": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
