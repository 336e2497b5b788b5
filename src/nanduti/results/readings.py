"""The dated readings behind the standard outcomes: facts of the register, and answers of the rounds of an indicator.

A fact is of a cluster (what a source states of the whole), of an enterprise, or of an establishment; figures of
different levels are different definitions. Facts lie in the scopes of the clusters, so one query reads them along the
index of scope and attribute. Where a programme follows an indicator and its answers do not become facts, its rounds
are read firm by firm.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl
from django.db.models import F, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce

from nanduti.foundation.arrow import read_frame
from nanduti.indicators.models import Indicator, Measurement
from nanduti.indicators.queries import behind
from nanduti.methods.outcomes import READINGS, summed
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster, Organisation, ProfileFact

from .frameworks import STANDARD, Measure

CLUSTER, ENTERPRISE, ESTABLISHMENT = "cluster", "organisation", "establishment"
FIRMS = (ENTERPRISE, ESTABLISHMENT)
# What a reading is of, besides what arithmetic asks for: level, number of the subject, number of its cluster.
ABOUT = {"level": pl.String, "subject_id": pl.Int64, "cluster_id": pl.Int64}
# Rounds with more answers than this are read on the indicator's own pages only.
MOST_ANSWERS = 20_000
# So many facts are read without the driver for long tables.
FEW_FACTS = 2_000
BOUNDS = (ProfileFact.Qualifier.OVER, ProfileFact.Qualifier.UNDER, ProfileFact.Qualifier.RANGE)
MEASURES = [measure for outcome in STANDARD.values() for measure in outcome.measures]


def _names(measure: Measure) -> list[str]:
    """The attributes of a measure as the register may spell them: codes with ``_`` or ``-``."""
    own = [*measure.attributes, *measure.sum_of]
    return [*own, *(name.replace("_", "-") for name in own if "_" in name)]


ATTRIBUTES = sorted({name for measure in MEASURES for name in _names(measure)})


@dataclass(frozen=True)
class Readings:
    """The frame (columns of ``READINGS`` and ``ABOUT``), and the indicators whose rounds were too many to read."""

    frame: pl.DataFrame
    too_many: frozenset[str] = frozenset()


def readings(*, programme: Programme, clusters: Sequence[Cluster]) -> Readings:
    """Everything that is known of the standard outcomes in these clusters, whatever its day."""
    facts = _facts(clusters)
    parts = [] if facts.is_empty() else [_of_measure(facts, measure) for measure in MEASURES]
    found = pl.concat([*parts, _nothing()])
    rounds, too_many = _of_rounds(programme, clusters, found)
    return Readings(pl.concat([found, rounds]), too_many)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={**READINGS, **ABOUT})


_FACT = {
    "row": pl.Int64, "level": pl.String, "subject_id": pl.Int64, "cluster_id": pl.Int64, "attribute": pl.String,
    "value": pl.String, "unit": pl.String, "qualifier": pl.String, "first": pl.String, "after": pl.String,
}  # fmt: skip


def _facts(clusters: Sequence[Cluster]) -> pl.DataFrame:
    ids = [c.pk for c in clusters]
    mine = (
        Q(cluster__in=ids)
        | Q(establishment__cluster__in=ids)
        | Q(organisation__cluster__in=ids, organisation__kind=Organisation.Kind.ENTERPRISE)
    )
    rows = ProfileFact.objects.filter(scope__in={c.scope_id for c in clusters}, attribute__in=ATTRIBUTES)

    def text(name: str) -> Coalesce:
        return Coalesce(Cast(name, TextField()), Value(""), output_field=TextField())

    values = rows.filter(mine).order_by("id").values_list(
        "id", "subject_kind", Coalesce("establishment_id", "organisation_id", "cluster_id"),
        Coalesce(F("establishment__cluster_id"), F("organisation__cluster_id"), F("cluster_id")),
        "attribute", text("value"), "unit", "qualifier", text("as_of_start"), text("as_of_end"),
    )  # fmt: skip
    frame = read_frame(values, _FACT, few=FEW_FACTS)
    if frame.is_empty():
        return frame

    def days(name: str) -> pl.Expr:
        return pl.col(name).str.to_date("%Y-%m-%d", strict=False)

    return frame.select(
        pl.col("attribute").str.replace_all("-", "_").alias("definition"),
        pl.concat_str("level", "subject_id", separator=":").alias("subject"),
        "unit",
        pl.col("value").cast(pl.Float64, strict=False),
        days("first"),
        days("after"),
        pl.col("qualifier").is_in([str(b) for b in BOUNDS]).alias("is_bound"),
        pl.concat_list("row").alias("rows"),
        *ABOUT,
    )


def _of_measure(facts: pl.DataFrame, measure: Measure) -> pl.DataFrame:
    """The readings of one definition; its code takes the place of the attributes' names."""
    if measure.sum_of:
        about = facts.select("subject", *ABOUT).unique("subject")
        whole = summed(facts, measure.sum_of, measure.code)
        return whole.join(about, on="subject", how="left").select(*READINGS, *ABOUT)
    mine = facts.filter(pl.col("definition").is_in(list(measure.attributes)))
    return mine.with_columns(pl.lit(measure.code).alias("definition"))


def _of_rounds(
    programme: Programme, clusters: Sequence[Cluster], found: pl.DataFrame
) -> tuple[pl.DataFrame, frozenset[str]]:
    """Rounds of indicators that measure the same, where no fact of a firm says it already."""
    told = set() if found.is_empty() else _definitions_of_firms(found)
    wanted = {code: m for m in MEASURES if m.code not in told for code in m.indicators}
    if not wanted:
        return _nothing(), frozenset()
    parts, too_many = [_nothing()], set()
    for measurement in _measured(programme, wanted):
        measure = wanted[measurement.indicator_version.indicator.code]
        if measurement.run.result.get("n_units", 0) > MOST_ANSWERS:
            too_many.add(measurement.indicator_version.indicator.code)
            continue
        parts.append(_of_round(measurement, measure, clusters))
    return pl.concat(parts), frozenset(too_many)


def _definitions_of_firms(found: pl.DataFrame) -> set[str]:
    return set(found.filter(pl.col("level").is_in(FIRMS))["definition"].unique().to_list())


def _measured(programme: Programme, wanted: Iterable[str]) -> list[Measurement]:
    """The present measurements of rounds, of the whole programme; none where no such indicator is followed."""
    followed = Indicator.objects.filter(programme=programme, code__in=sorted(wanted), is_used=True)
    rows = Measurement.objects.filter(
        indicator_version__indicator__in=followed, is_current=True, cluster=None, wave__isnull=False
    )
    rows = rows.select_related("indicator_version__indicator__programme", "indicator_version__indicator__instrument",
                               "wave__instrument__programme", "run")  # fmt: skip
    # Only where one number belongs to each firm: a share has no part of its own.
    return [r for r in rows.order_by("id") if r.indicator_version.said.formula.kind in ("total", "mean")]


def _of_round(measurement: Measurement, measure: Measure, clusters: Sequence[Cluster]) -> pl.DataFrame:
    """One firm's part in a round, as of the day on which it was received."""
    version = measurement.indicator_version
    told = behind(version=version, measurement=measurement, access=None)
    days = told.units.frame.select("_submission", "_received_on")
    by_code = {c.code: c.pk for c in clusters}
    lines = told.lines.filter(
        pl.col("establishment").is_not_null(),
        pl.col("part").is_not_null(),
        pl.col("cluster").is_in(list(by_code)),
    ).join(days, on="_submission", how="left")
    if version.said.formula.over:
        return _nothing()
    unit, times = version.said.unit.get("en", ""), version.said.formula.times
    # Two formulas that measure different things are two definitions.
    definition = f"{measure.code}/{version.digest[:16]}"
    return lines.select(
        pl.lit(definition).alias("definition"),
        pl.concat_str(pl.lit(ESTABLISHMENT), "establishment", separator=":").alias("subject"),
        pl.lit(unit).alias("unit"),
        (pl.col("part") * times).cast(pl.Float64).alias("value"),
        pl.col("_received_on").alias("first"),
        pl.lit(None, dtype=pl.Date).alias("after"),
        pl.lit(False).alias("is_bound"),
        pl.lit([], dtype=pl.List(pl.Int64)).alias("rows"),
        pl.lit(ESTABLISHMENT).alias("level"),
        pl.col("establishment").cast(pl.Int64).alias("subject_id"),
        pl.col("cluster").replace_strict(list(by_code), list(by_code.values()), default=None, return_dtype=pl.Int64)
        .alias("cluster_id"),
    )  # fmt: skip
