"""The standard outcomes of a programme: employment, wages, turnover and savings, from baseline to follow-up.

Nobody types a change. The readings come from :mod:`.readings`; which of them is the baseline and which the follow-up,
and what falls out for which reason, is :mod:`nanduti.methods.outcomes`'s. A change is not an effect: what the
programme brought about is a question for a design with a comparison.

Figures of a few firms are sensitive. Who may not read single firms sees a change only over enough of them, of all
clusters together, rounded, and at the days that nobody chooses: else two answers a day apart would tell of one firm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from nanduti.foundation.access import Access
from nanduti.indicators.safe import DIGITS, LEAST, is_few
from nanduti.methods.outcomes import FollowUp, before_and_after, follow_up
from nanduti.methods.values import Period
from nanduti.programme.models import Programme
from nanduti.programme.queries import clusters as clusters_of
from nanduti.register.models import Cluster

from .frameworks import STANDARD, Measure, StandardOutcome
from .readings import CLUSTER, FIRMS, Readings, readings

HIDDEN = "hidden"
TOO_MANY = "too_many_answers"
OTHER_DEFINITION = "other_definition"


@dataclass(frozen=True)
class Spans:
    """What is compared: the first day of the programme, the cut-off day, and the spans that somebody chose, if any."""

    start: date | None
    until: date
    baseline: Period | None = None
    follow_up: Period | None = None

    @property
    def is_chosen(self) -> bool:
        return self.baseline is not None or self.follow_up is not None


@dataclass(frozen=True)
class Line:
    """One measure of one outcome at one level in one unit, in a cluster or (``cluster`` None) in all that have it."""

    outcome: StandardOutcome
    measure: Measure
    level: str
    unit: str
    cluster: Cluster | None
    found: FollowUp
    definition: str = ""
    is_rounded: bool = False
    # Where nothing was seen twice: the baselines that wait for a follow-up, put together; and of a single subject the
    # last fact that is known of it, whatever its day.
    waiting: float | None = None
    known_row: int | None = None

    @property
    def is_hidden(self) -> bool:
        return HIDDEN in self.found.reasons


@dataclass(frozen=True)
class StandardTable:
    """The lines of every outcome; ``empty`` are the outcomes of which nothing is written down."""

    lines: list[Line]
    empty: list[StandardOutcome]
    spans: Spans
    # Whether lines of firms are told at the days that nobody chose, because the reader may not read single firms.
    ignores_choice: bool = False
    too_many: frozenset[str] = frozenset()

    def of(self, outcome: str) -> list[Line]:
        """The lines of one outcome."""
        return [line for line in self.lines if line.outcome.code == outcome]


def standard_table(
    *,
    programme: Programme,
    as_of: date,
    today: date,
    cluster: Cluster | None = None,
    access: Access | None = None,
    baseline: Period | None = None,
    follow_up: Period | None = None,
) -> StandardTable:
    """Every standard outcome as the reader may see it; ``access`` None is the operator. Two queries and a few.

    Raises:
        BadInput: the follow-up that was chosen does not lie after the baseline.
    """
    found = pairs(programme=programme, as_of=as_of, today=today, cluster=cluster, access=access,
                  baseline=baseline, later=follow_up)  # fmt: skip
    if found.table.is_empty():
        empty = list(STANDARD.values())
        return StandardTable([], empty, found.spans, found.ignores_choice, found.read.too_many)
    lines = _lines(found)
    told = {line.outcome.code for line in lines}
    empty = [outcome for code, outcome in STANDARD.items() if code not in told]
    return StandardTable(lines, empty, found.spans, found.ignores_choice, found.read.too_many)


@dataclass(frozen=True)
class Pairs:
    """Each subject with its two readings, what they are of, and which clusters the reader sees firm by firm."""

    table: pl.DataFrame
    read: Readings
    spans: Spans
    clusters: dict[int, Cluster]
    seen: frozenset[int]
    ignores_choice: bool
    # Whether the programme has no other cluster, from which and the whole this one could be worked out.
    is_only: bool


def pairs(
    *,
    programme: Programme,
    as_of: date,
    today: date,
    cluster: Cluster | None,
    access: Access | None,
    baseline: Period | None = None,
    later: Period | None = None,
) -> Pairs:
    """The two readings of each subject: level, subject_id, cluster_id beside what ``before_and_after`` gives."""
    every = clusters_of(programme=programme)
    covered = [cluster] if cluster else every
    read = readings(programme=programme, clusters=covered)
    start = programme.started_start
    spans = Spans(start, as_of, baseline, later)
    in_full = access is None or access.may("read_sensitive", programme.scope_id)
    if read.frame.is_empty() and not spans.is_chosen:  # what nothing is known of takes no arithmetic
        return Pairs(read.frame, read, spans, {c.pk: c for c in covered}, frozenset(), False, len(every) == 1)
    seen = frozenset(
        c.pk for c in covered if in_full or (access is not None and access.may("read_sensitive", c.scope_id))
    )
    own = pl.col("level").is_in(FIRMS) & ~pl.col("cluster_id").is_in(list(seen))
    parts = [_paired(read.frame.filter(~own), spans)]
    guarded = read.frame.filter(own)
    parts.append(_paired(guarded, Spans(start, today)))
    chose = (spans.is_chosen or as_of != today) and not guarded.is_empty()
    return Pairs(pl.concat(parts), read, spans, {c.pk: c for c in covered}, seen, chose, len(every) == 1)


def _paired(frame: pl.DataFrame, spans: Spans) -> pl.DataFrame:
    about = frame.select("subject", "level", "subject_id", "cluster_id").unique("subject")
    found = before_and_after(
        frame, start=spans.start, until=spans.until, baseline=spans.baseline, follow_up=spans.follow_up
    )
    return found.join(about, on="subject", how="left")


def _lines(found: Pairs) -> list[Line]:
    lines: list[Line] = []
    codes = found.table["definition"].str.split("/").list.first()
    table = found.table.with_columns(codes.alias("_code"))
    for outcome in STANDARD.values():
        for measure in outcome.measures:
            mine = table.filter(pl.col("_code") == measure.code)
            groups = mine.group_by("level", "definition", "unit", maintain_order=True)
            for (level, definition, unit), rows in sorted(groups, key=lambda group: group[0]):
                make = _maker(Line(outcome, measure, str(level), str(unit), None, NOTHING, str(definition)))
                lines += _of_group(rows, make, found)
    return _with_other_definitions(lines)


NOTHING = FollowUp(0, 0, None, None, None, None, {})


def _maker(line: Line) -> Any:
    """A maker of lines that differ from this one in what is given."""
    return lambda **given: replace(line, **given)


def _of_group(rows: pl.DataFrame, make: Any, found: Pairs) -> list[Line]:
    """The whole where several clusters have it, and each cluster."""
    first: Line = make()
    combine = first.measure.combine
    by_cluster = {int(pk): part for (pk,), part in rows.group_by("cluster_id")}
    ordered = [pk for pk in found.clusters if pk in by_cluster]
    is_firms = first.level in FIRMS
    lines = []
    # What several clusters have on average is not the mean of their means: they are of different sizes.
    if len(ordered) > 1 and (is_firms or combine == "total"):
        lines.append(_whole(rows, by_cluster, make, found, is_firms))
    for pk in ordered:
        is_seen = not is_firms or pk in found.seen
        told = follow_up(by_cluster[pk], combine=combine) if is_seen or found.is_only else _hidden()
        told = told if is_seen or told.reasons == {HIDDEN: 1} else safe(told)
        more: dict[str, Any] = {}
        if is_seen and told.n == 0:
            more = {"waiting": _waiting(by_cluster[pk], combine)}
            more["known_row"] = None if is_firms else _last_row(by_cluster[pk], found.read)
        lines.append(make(cluster=found.clusters[pk], found=told, is_rounded=not is_seen, **more))
    return lines


def _waiting(rows: pl.DataFrame, combine: str) -> float | None:
    """The baselines of those without a follow-up, in their unit."""
    values = rows.filter(pl.col("status") == "no_follow_up")["value_before"].drop_nulls()
    return (values.mean() if combine == "mean" else values.sum()) if len(values) else None  # type: ignore[return-value]


def _last_row(rows: pl.DataFrame, read: Readings) -> int | None:
    """The number of the last fact about the only subject."""
    mine = read.frame.join(rows.select("definition", "subject"), on=["definition", "subject"], how="semi")
    last = mine.sort("first", nulls_last=False)["rows"].to_list()
    return last[-1][-1] if last and last[-1] else None


def _whole(
    rows: pl.DataFrame, by_cluster: dict[int, pl.DataFrame], make: Any, found: Pairs, is_firms: bool
) -> Line:
    told = follow_up(rows, combine=make().measure.combine)
    unseen = [part for pk, part in by_cluster.items() if pk not in found.seen]
    if not is_firms or not unseen:
        waits = _waiting(rows, make().measure.combine) if told.n == 0 else None
        return make(found=told, waiting=waits)
    n_unseen = sum(int((part["status"] == "matched").sum()) for part in unseen)
    # Who sees some clusters in full could take them from the whole: the rest must be nobody, or enough.
    return make(found=_hidden() if is_few(n_unseen) else safe(told), is_rounded=True)


def _hidden() -> FollowUp:
    return replace(NOTHING, reasons={HIDDEN: 1})


def safe(found: FollowUp) -> FollowUp:
    """The figure of enough firms with three digits, counts rounded down to fives; hidden where few stand behind it."""
    if found.n < LEAST or found.before is None or found.after is None:
        return found if found.n_seen == 0 else _hidden()
    before, after = (float(f"{value:.{DIGITS}g}") for value in (found.before, found.after))
    change = round(after - before, 9)
    n, n_seen = (LEAST * (count // LEAST) for count in (found.n, found.n_seen))
    return FollowUp(
        n, max(n, n_seen), before, after, change, round(change / before, 4) if before > 0 else None, {}
    )


def _with_other_definitions(lines: list[Line]) -> list[Line]:
    """Where nothing matched and the place has a figure by another definition, say that the two are not compared."""
    many: dict[tuple[str, int | None], set[tuple[str, str]]] = {}
    for line in lines:
        key = (line.outcome.code, line.cluster.pk if line.cluster else None)
        many.setdefault(key, set()).add((line.level, line.definition))
    said = []
    for line in lines:
        others = many[line.outcome.code, line.cluster.pk if line.cluster else None]
        if line.found.n == 0 and len(others) > 1 and not line.is_hidden:
            reasons = {**line.found.reasons, OTHER_DEFINITION: len(others) - 1}
            line = replace(line, found=replace(line.found, reasons=reasons))
        said.append(line)
    return said


# --- for machines


def standard_as_dict(table: StandardTable) -> list[dict[str, Any]]:
    """Each outcome with its lines; an outcome of which nothing is written down has none."""
    return [
        {"code": code, "title": outcome.title, "figures": [_line_as_dict(line) for line in table.of(code)]}
        for code, outcome in STANDARD.items()
    ]


def _line_as_dict(line: Line) -> dict[str, Any]:
    found = line.found
    return {
        "measure": line.measure.code,
        "level": {CLUSTER: "cluster", "organisation": "enterprise"}.get(line.level, line.level),
        "cluster": line.cluster.code if line.cluster else None,
        "unit": line.unit or None,
        "combined": line.measure.combine,
        "baseline": found.before,
        "follow_up": found.after,
        "change": found.change,
        "change_share": found.relative,
        "baseline_days": _days(found.first_before, found.last_before),
        "follow_up_days": _days(found.first_after, found.last_after),
        "n_matched": None if line.is_hidden else found.n,
        "n_seen": None if line.is_hidden else found.n_seen,
        "is_rounded": line.is_rounded,
        "not_compared": found.reasons,
        "grade": found.grade,
    }


def _days(first: date | None, last: date | None) -> list[str] | None:
    return [first.isoformat(), last.isoformat()] if first and last else None
