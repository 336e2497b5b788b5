"""Is it really twinning? The six rows that set a twinning programme apart from a plain one (table 11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nanduti.methods.values import BadInput, Reason, Verdict, flag, mark, no, yes

from .kinds import source

SOURCE = source("step 8, table 11; step 3")

#: Row → what a twinning programme has.
ROWS: dict[str, str] = {
    "clusters": mark("one emerging and at least one advanced cluster"),
    "selection": mark("selection by the scope to trade outside, and a partner that suits it"),
    "agents": mark("a technical agent, and an agent in the advanced cluster"),
    "trust": mark("trust built in the advanced cluster and between the two"),
    "activities": mark("joint activities across the clusters"),
    "outcomes": mark("outcomes that come from the advanced cluster"),
}
#: Row → what it is about.
TITLES: dict[str, str] = {
    "clusters": mark("Clusters"),
    "selection": mark("How the cluster is chosen"),
    "agents": mark("Agents"),
    "trust": mark("Trust"),
    "activities": mark("Activities"),
    "outcomes": mark("Outcomes"),
}
#: Row → what a programme for one cluster has instead.
STANDARD: dict[str, str] = {
    "clusters": mark("one emerging cluster or several, each for itself"),
    "selection": mark("selection by the aims of whoever pays"),
    "agents": mark("one general agent, of late with a technical expert for part of the time"),
    "trust": mark("trust among the principal firms of the emerging cluster"),
    "activities": mark("joint activities within a cluster"),
    "outcomes": mark("more employment, wages, turnover and savings"),
}
#: Without these two it is a plain cluster development programme, whatever else it has.
ESSENTIAL = ("clusters", "activities")


@dataclass(frozen=True)
class ComparedRow:
    """A row of the comparison: what a plain programme has, what a twinning one has, and whether it is here.

    ``is_met`` is ``None`` where it is not known; ``is_essential`` tells that without it there is no twinning.
    """

    code: str
    title: str
    standard: str
    twinning: str
    is_met: bool | None
    is_essential: bool


def compare_programme(rows: Mapping[str, bool | None]) -> tuple[ComparedRow, ...]:
    """The six rows with both columns, in the order of the table: row of ``ROWS`` → met, not met, ``None``: not known.

    A row that is not given is not known.

    >>> [(row.code, row.is_met) for row in compare_programme({"clusters": True, "trust": False})][:4]
    [('clusters', True), ('selection', None), ('agents', None), ('trust', False)]
    """
    _refuse_unknown(rows)
    return tuple(
        ComparedRow(row, TITLES[row], STANDARD[row], ROWS[row], rows.get(row), row in ESSENTIAL)
        for row in ROWS
    )


def is_really_twinning(rows: Mapping[str, bool | None]) -> Verdict:
    """Whether a programme is a twinning one: row of ``ROWS`` → met, not met, or ``None`` for not known.

    No without an advanced cluster or without activities across clusters; flag if another row is missing or
    not known; else yes. The rows are the paper's; which two are essential follows from its step 3, where a
    programme whose issues no advanced cluster addresses cannot be called twinning.

    >>> is_really_twinning(dict.fromkeys(ROWS, True)).decision
    'yes'
    >>> is_really_twinning({**dict.fromkeys(ROWS, True), "clusters": False}).decision
    'no'
    """
    _refuse_unknown(rows)
    lacking = [row for row in ROWS if rows.get(row) is False]
    unknown = [row for row in ROWS if rows.get(row) is None]
    if any(row in ESSENTIAL for row in lacking):
        return no(
            *(_missing(row) for row in lacking), source=SOURCE, remedy=mark("Run it as a plain programme.")
        )
    reasons = [_missing(row) for row in lacking] + [_unknown(row) for row in unknown]
    if reasons:
        return flag(*reasons, source=SOURCE)
    return yes(Reason("all_rows", mark("All six rows are met.")), source=SOURCE)


def _refuse_unknown(rows: Mapping[str, bool | None]) -> None:
    for row in rows:
        if row not in ROWS:
            raise BadInput(place=f"row {row!r}", problem="is not known", remedy=f"Use {', '.join(ROWS)}.")


def _missing(row: str) -> Reason:
    return Reason(f"lacks_{row}", mark("It lacks {what}."), {"what": ROWS[row]})


def _unknown(row: str) -> Reason:
    return Reason(f"unknown_{row}", mark("Whether it has {what} is not known."), {"what": ROWS[row]})
