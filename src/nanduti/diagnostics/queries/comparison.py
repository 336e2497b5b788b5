"""Territories side by side with the same indicators: where they differ, what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from nanduti.foundation.access import Access
from nanduti.indicators import queries as indicators
from nanduti.methods.indices.territories import compare_territories
from nanduti.programme import queries as programme_queries
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster
from nanduti.surveys.models import Wave

from ..models import DiagnosticStudy


@dataclass(frozen=True)
class Place:
    """What an indicator says of one territory, and where it stands among the others."""

    cluster: str
    value: float | None
    n: int | None
    standing: str
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """One indicator over all territories."""

    code: str
    label: str
    label_es: str
    unit: str
    unit_es: str
    places: tuple[Place, ...]
    differs: bool | None
    n_known: int


def comparison(
    *,
    programme: Programme,
    access: Access | None,
    clusters: Sequence[Cluster],
    codes: Sequence[str] | None = None,
    wave: Wave | None = None,
) -> list[Line]:
    """The same indicators for each of the clusters, as far as the reader may see them.

    Without a wave, each indicator over all answers so far, else in the last round that has it.
    """
    if not clusters:
        return []
    values = indicators.values(
        programme=programme, access=access, codes=codes, clusters=list(clusters), wave=wave
    ).filter(pl.col("group") == "")
    if not values.height:
        return []
    known = {d.code: d for d in indicators.definitions(programme)}
    order = [c.code for c in clusters]
    table = _table(values, order)
    made = compare_territories(table.drop("n", "reason", "unit"))
    joined = made.join(
        table.select("indicator", "territory", "n", "reason", "unit"),
        on=["indicator", "territory"],
        maintain_order="left",
    )
    lines = []
    for code in joined["indicator"].unique(maintain_order=True):
        mine = joined.filter(pl.col("indicator") == code)
        rank = {row["territory"]: row for row in mine.iter_rows(named=True)}
        definition = known.get(code)
        first = mine.row(0, named=True)
        lines.append(
            Line(
                code=code,
                label=definition.text("title", "en") if definition else code,
                label_es=definition.text("title", "es") if definition else code,
                unit=first["unit"] or "",
                unit_es=definition.text("unit", "es") if definition else "",
                places=tuple(
                    Place(c, rank[c]["value"], rank[c]["n"], rank[c]["standing"], rank[c]["reason"] or "")
                    for c in order
                ),
                differs=first["differs"],
                n_known=first["n_known"],
            )
        )
    return lines


def for_study(*, study: DiagnosticStudy, access: Access | None) -> list[Line]:
    """The indicators of a study for all clusters of its programme, as those may see them who read no single answers."""
    if access is not None:
        only_read = {k: v - {"read_sensitive"} for k, v in access.may_by_scope.items()}
        access = replace(access, may_by_scope=only_read)
    return comparison(
        programme=study.programme,
        access=access,
        clusters=programme_queries.clusters(programme=study.programme),
        codes=study.indicators or None,
        wave=study.wave,
    )


def _table(values: pl.DataFrame, order: Sequence[str]) -> pl.DataFrame:
    """Every indicator for every territory: what no row says is unknown, not nil."""
    said = pl.col("verdict") == "said"
    newest_last = values.with_columns((pl.col("wave") == "").alias("_all")).sort("_all", maintain_order=True)
    rows = newest_last.select(
        pl.col("code").alias("indicator"),
        pl.col("cluster").alias("territory"),
        pl.when(said).then(pl.col("value")).cast(pl.Float64).alias("value"),
        pl.col("n").cast(pl.Int64),
        pl.when(said).then(pl.lit("")).otherwise(pl.col("reason")).alias("reason"),
        "unit",
    ).unique(["indicator", "territory"], keep="last", maintain_order=True)
    units = values.select(pl.col("code").alias("indicator"), "unit").unique(
        "indicator", keep="first", maintain_order=True
    )
    grid = units.join(pl.DataFrame({"territory": list(order)}), how="cross")
    made = grid.join(rows.drop("unit"), on=["indicator", "territory"], how="left", maintain_order="left")
    return made.with_columns((pl.col("unit") == "share").alias("is_share"))
