"""Questions about issues: the table of business operations by product, where each is solved, what weighs most."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl
from django.db.models import Max, Prefetch, QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.methods import twinning, upgrading
from nanduti.methods.values import Verdict

from ..models import DiagnosticStudy, Issue, IssueParty

ROUTES = ("cluster", "country", "advanced_cluster", "nobody", "not_chosen")


def issues(*, study: DiagnosticStudy) -> QuerySet[Issue]:
    """The issues of a study with whom they touch: three statements, however many they are."""
    parties = IssueParty.objects.select_related("establishment", "organisation")
    return (
        Issue.objects.filter(study=study)
        .select_related("source", "advanced_cluster", "study")
        .prefetch_related(Prefetch("parties", queryset=parties))
    )


def issue_by_number(*, study: DiagnosticStudy, number: int) -> Issue:
    """An issue of a study by its number; raises ``NotFound``."""
    found = issues(study=study).filter(number=number).first()
    if found is None:
        raise NotFound(kind="issue", code_given=number)
    return found


def next_number(*, study: DiagnosticStudy) -> int:
    """The number of the next issue."""
    return (Issue._base_manager.filter(study=study).aggregate(n=Max("number"))["n"] or 0) + 1


def route(issue: Issue) -> twinning.Route:
    """Where it is solved, by the rule of the twinning paper; taken out by the value-chain check is not chosen."""
    return twinning.route_issue(
        issue.solvers,
        is_for_implementation=issue.is_for_implementation and issue.chain_check != Issue.ChainCheck.REMOVED,
    )


def column_of(issue: Issue) -> str:
    """The column of the routing board: the nearest place where it can be solved."""
    if not issue.is_for_implementation or issue.chain_check == Issue.ChainCheck.REMOVED:
        return "not_chosen"
    return next(iter(issue.solvers), "nobody")


def board(rows: Iterable[Issue]) -> dict[str, list[Issue]]:
    """The issues by where they are solved; every column is there, an empty one says so."""
    found: dict[str, list[Issue]] = {name: [] for name in ROUTES}
    for row in rows:
        found[column_of(row)].append(row)
    return found


def twinning_verdict(rows: Iterable[Issue]) -> Verdict:
    """Whether it may be called twinning: some issue must need an advanced cluster."""
    return twinning.has_twinning_issue([route(row) for row in rows])


@dataclass(frozen=True)
class Priority:
    """How much an issue weighs over all firms it touches; ``weight`` is ``None`` where nobody is counted."""

    issue: Issue
    weight: float | None
    rank: int | None
    n_firms: int
    n_unknown: int


def priorities(rows: Iterable[Issue]) -> list[Priority]:
    """Which issues weigh most across firms: how much each hinders, over how many, by how willing they are.

    The firms are the entry points counted by size; where none are counted, the interested firms that are named.
    """
    rows = list(rows)
    lines = [line for row in rows for line in _lines(row)]
    if not lines:
        return [Priority(row, None, None, 0, 0) for row in rows]
    schema = {
        "firm": pl.String, "criterion": pl.Int64, "gap": pl.Float64, "weight": pl.Float64, "willingness": pl.Float64,
    }  # fmt: skip
    frame = pl.DataFrame(lines, schema=schema, orient="row")
    table = upgrading.group_priorities(frame)
    found = {row["criterion"]: row for row in table.iter_rows(named=True)}
    counted = {row.pk: sum(n or 0 for n in row.counts.values()) or _n_named(row) for row in rows}
    made = []
    for row in rows:
        one = found.get(row.pk)
        weight = one["priority"] if one else None
        made.append(
            Priority(
                row,
                weight,
                one["rank"] if one and weight is not None else None,
                counted[row.pk],
                one["n_unknown"] if one else 0,
            )
        )
    return sorted(made, key=lambda p: (p.rank is None, p.rank or 0, p.issue.number))


def _n_named(row: Issue) -> int:
    return sum(p.role == IssueParty.Role.INTERESTED for p in row.parties.all())


def _lines(row: Issue) -> list[tuple[str, int, float | None, float, float]]:
    """A line for each size that is counted, else one for each firm that is named."""
    gap = None if row.severity is None else float(row.severity)
    counted = {size: n for size, n in row.counts.items() if n}
    if counted:
        return [(size, row.pk, gap, float(n), 1.0) for size, n in counted.items()]
    return [
        (
            p.establishment.pseudonym,
            row.pk,
            gap if p.severity is None else float(p.severity),
            1.0,
            1.0 if p.willingness is None else p.willingness,
        )
        for p in row.parties.all()
        if p.role == IssueParty.Role.INTERESTED and p.establishment is not None
    ]
