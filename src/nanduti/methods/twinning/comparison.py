"""Is it really twinning? The six rows that set a twinning programme apart from a plain one (table 11)."""

from __future__ import annotations

from collections.abc import Mapping

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
#: Without these two it is a plain cluster development programme, whatever else it has.
ESSENTIAL = ("clusters", "activities")


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
    for row in rows:
        if row not in ROWS:
            raise BadInput(place=f"row {row!r}", problem="is not known", remedy=f"Use {', '.join(ROWS)}.")
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


def _missing(row: str) -> Reason:
    return Reason(f"lacks_{row}", mark("It lacks {what}."), {"what": ROWS[row]})


def _unknown(row: str) -> Reason:
    return Reason(f"unknown_{row}", mark("Whether it has {what} is not known."), {"what": ROWS[row]})
