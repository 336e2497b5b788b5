"""Questions about results: the framework's figures by cluster and year, and what stands against them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from nanduti.methods.outcomes import Converted
from nanduti.programme.models import Programme
from nanduti.programme.queries import clusters as clusters_of
from nanduti.register.models import Cluster

from . import converting
from .counting import Facts, Question, Tally, pieces
from .frameworks import INDICATORS, Indicator
from .models import StatedFigure
from .sums import deals_of, safe_sums


@dataclass
class ResultRow:
    """One output or outcome: its total, its cells by cluster and by year, and what was stated by hand."""

    indicator: Indicator
    total: Tally = field(default_factory=Tally)
    by_cluster: dict[int | None, Tally] = field(default_factory=dict)
    by_year: dict[int | None, Tally] = field(default_factory=dict)
    by_both: dict[tuple[int | None, int | None], Tally] = field(default_factory=dict)
    stated: list[StatedFigure] = field(default_factory=list)
    # Where deals came in several currencies, or in another than the framework's: what they come to in one.
    converted: Converted | None = None
    converted_by_cluster: dict[int | None, Converted] = field(default_factory=dict)

    def add(self, cluster: int | None, year: int | None, tally: Tally) -> None:
        """Put one piece where it belongs."""
        self.by_both.setdefault((cluster, year), Tally()).add(tally)

    def sum_up(self) -> None:
        """Once every piece is in its place: the totals of each cluster, of each year, and of all."""
        for (cluster, year), tally in self.by_both.items():
            self.by_cluster.setdefault(cluster, Tally()).add(tally)
            self.by_year.setdefault(year, Tally()).add(tally)
        for tally in self.by_cluster.values():
            self.total.add(tally)


@dataclass
class ResultTable:
    """The whole framework for a programme (or one cluster) at a day."""

    rows: list[ResultRow]
    clusters: list[Cluster]
    years: list[int]
    as_of: date
    # Deals with an amount that stand in no sum, because too few of a kind are there; None: amounts are told in full.
    n_in_no_sum: int | None = None


def result_table(
    *, programme: Programme, as_of: date, cluster: Cluster | None = None, money: str = "all"
) -> ResultTable:
    """Every output and outcome computed from the records; one query for each kind of record.

    ``money``: ``all``; ``sums``, where amounts are told over enough deals only (:mod:`.sums`); ``none``, where deals
    are counted and their amounts left out.
    """
    covered = [cluster] if cluster else clusters_of(programme=programme)
    shown = {c.pk for c in covered}
    rows = []
    facts = Facts(programme, as_of)
    for indicator in INDICATORS.values():
        row = ResultRow(replace(indicator, with_money=False) if money == "none" else indicator)
        for cluster_id, year, tally in pieces(Question(indicator, programme, as_of, facts)):
            if cluster is None or cluster_id in shown:
                row.add(cluster_id, year, tally)
        row.sum_up()
        rows.append(row)
    _add_stated(rows, programme, cluster)
    left_out = _tell_sums(rows, facts, shown if cluster else None) if money == "sums" else None
    if money == "all":
        _convert(rows, facts, shown if cluster else None)
    years = sorted({year for row in rows for year in row.by_year if year is not None})
    return ResultTable(rows, covered, years, as_of, left_out)


def _convert(rows: list[ResultRow], facts: Facts, clusters: set[int] | None) -> None:
    """Tell deals of several currencies in one; nothing is read where no deal has an amount."""
    if not any(row.total.money for row in rows):
        return
    kept = converting.rates(programme=facts.programme)
    into = converting.currency_of(kept)
    for row in rows:
        if row.total.money and set(row.total.money) != {into}:
            deals = deals_of(row.indicator, facts, clusters)
            row.converted = converting.whole(deals, kept, into)
            row.converted_by_cluster = converting.by_cluster(deals, kept, into)


def _tell_sums(rows: list[ResultRow], facts: Facts, clusters: set[int] | None) -> int:
    """Put what may be told in the place of the amounts; how many deals stand in no sum."""
    left_out = 0
    for row in rows:
        if not row.indicator.with_money:
            continue
        sums = safe_sums(deals_of(row.indicator, facts, clusters))
        left_out += sums.n_left_out
        for tally in [*row.by_both.values(), *row.by_year.values()]:
            tally.money = {}
        for pk, tally in row.by_cluster.items():
            tally.money = dict(sums.by_cluster.get(pk, {}))
        row.total.money = sums.total
    return left_out


def _add_stated(rows: list[ResultRow], programme: Programme, cluster: Cluster | None) -> None:
    figures = StatedFigure.objects.filter(programme=programme).select_related("cluster", "source")
    if cluster is not None:
        figures = figures.filter(cluster=cluster)
    by_code = {row.indicator.code: row for row in rows}
    for figure in figures:
        if figure.indicator in by_code:
            by_code[figure.indicator].stated.append(figure)


def table_as_dict(table: ResultTable) -> dict[str, Any]:
    """For machines: outputs and outcomes by cluster and year with the stated figures beside."""
    codes: dict[int | None, str | None] = {c.pk: c.code for c in table.clusters}
    codes[None] = None
    return {
        "as_of": table.as_of.isoformat(),
        "n_deals_in_no_sum": table.n_in_no_sum,
        "clusters": [c.code for c in table.clusters],
        "outputs": [_row_as_dict(r, codes) for r in table.rows if r.indicator.level == "output"],
        "outcomes": [_row_as_dict(r, codes) for r in table.rows if r.indicator.level == "outcome"],
    }


def _row_as_dict(row: ResultRow, codes: dict[int | None, str | None]) -> dict[str, Any]:
    converted = row.converted and {"converted": converting.converted_as_dict(row.converted)}
    return {
        "code": row.indicator.code,
        "title": row.indicator.title,
        "unit": row.indicator.unit,
        **(converted or {}),
        "total": tally_as_dict(row.total, row.indicator),
        "by_cluster": {
            code: tally_as_dict(tally, row.indicator) for code, tally in _by_code(row, codes).items()
        },
        "by_year": {
            str(year) if year else "undated": tally_as_dict(tally, row.indicator)
            for year, tally in sorted(row.by_year.items(), key=lambda item: item[0] or 0)
        },
        "stated": [
            {
                "value": float(f.value),
                "unit": f.unit,
                "cluster": f.cluster.code if f.cluster else None,
                "period": f.period_text,
                "label": f.label,
                "source": f.cite(),
            }
            for f in row.stated
        ],
    }


def _by_code(row: ResultRow, codes: dict[int | None, str | None]) -> dict[str, Tally]:
    """The tallies by code; what belongs to no cluster of the table is the programme's."""
    found: dict[str, Tally] = {}
    for pk, tally in row.by_cluster.items():
        found.setdefault(codes.get(pk) or "programme", Tally()).add(tally)
    return found


def tally_as_dict(tally: Tally, indicator: Indicator) -> dict[str, Any]:
    """A figure with everything that could not be added to it."""
    said: dict[str, Any] = {"value": tally.value, "n_records": tally.n_records}
    if tally.others:
        said["also"] = tally.others
    if tally.n_unknown:
        said["n_unknown"] = tally.n_unknown
    if tally.n_undated:
        said["n_date_not_known"] = tally.n_undated
    if indicator.with_money:
        said["money"] = {currency: str(amount) for currency, amount in sorted(tally.money.items())}
        said["n_without_money"] = tally.n_without_money
    return said
