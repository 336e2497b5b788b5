"""The data-quality report: contradictions found by general rules over everything that was stated.

What the records themselves say (the rows of plans, agreements, meetings) and what documents say about them
elsewhere are turned into statements and handed to :func:`nanduti.methods.planning.find_contradictions`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from nanduti.methods.planning import Finding, Lists, Statement, find_contradictions
from nanduti.plans.models import ActionPlan, Activity, Participation
from nanduti.plans.queries import activities, plans
from nanduti.programme.models import Programme
from nanduti.programme.models import Statement as StatementRow
from nanduti.programme.queries import agreements, clusters, meetings, statements
from nanduti.register import sectors
from nanduti.register.models import Cluster, Stakeholder
from nanduti.register.partnering import is_doubtful


@dataclass(frozen=True)
class Said:
    """A statement as the rules take it, and the row it was made from."""

    statement: Statement
    row: Any


def all_said(*, programme: Programme) -> list[Said]:
    """Everything that was stated about the programme's records: by the records and about them."""
    documents = list(_of_documents(programme))
    # What a document says in the same words as a record stands once, as the document's: that can be settled.
    told = {(s.statement.subject, s.statement.unit, s.statement.value_text.strip()) for s in documents}
    return [
        *(
            s
            for s in _of_activities(programme)
            if s.statement.attribute != "n_participants" or _count_of(s) not in told
        ),
        *_of_agreements(programme),
        *_of_meetings(programme),
        *documents,
        *_of_partners(programme),
    ]


def _count_of(said: Said) -> tuple[str, str, str]:
    return said.statement.subject, said.statement.unit, said.statement.value_text


def findings(*, programme: Programme, cluster: Cluster | None = None) -> list[tuple[Finding, list[Any]]]:
    """The contradictions with the rows behind both statements; with a cluster, those about its records alone."""
    said = all_said(programme=programme)
    rows = {id(one.statement): one.row for one in said}
    by_place = {_key(one.statement): one.row for one in said}
    found = find_contradictions([one.statement for one in said], lists=lists_of(programme=programme))
    pairs = [
        (finding, [rows.get(id(s), by_place.get(_key(s))) for s in finding.statements]) for finding in found
    ]
    if cluster is None:
        return pairs
    about = _subjects_of(cluster, programme, said)
    return [(f, rows) for f, rows in pairs if f.subject in about or f.subject.partition(":")[0] in about]


def _subjects_of(cluster: Cluster, programme: Programme, said: list[Said]) -> set[str]:
    """What of all that is spoken about belongs to one cluster: its records, its lists, and itself."""
    lists = [plan.code for plan in plans(programme=programme) if plan.cluster_id == cluster.pk]
    records = {s.statement.subject for s in said if getattr(s.row, "cluster_id", None) == cluster.pk}
    # Documents speak of a list as a part of the programme, too.
    return {f"cluster:{cluster.code}", *lists, *(f"programme:{code}" for code in lists)} | records


def open_findings(*, programme: Programme) -> list[tuple[Finding, list[Any]]]:
    """The contradictions that nobody has settled yet."""
    return [pair for pair in findings(programme=programme) if not is_settled(pair[1])]


def is_settled(rows: list[Any]) -> bool:
    """Whether somebody has decided about one of the statements."""
    return any(isinstance(row, StatementRow) and row.settled for row in rows)


def _key(statement: Statement) -> tuple[str, ...]:
    return (statement.subject, statement.attribute, statement.value_text, statement.source, statement.place)


def lists_of(*, programme: Programme) -> Lists:
    """The activity lists: the day each reports to, their numbers, and whether their source prints numbers."""
    rows: list[ActionPlan] = list(plans(programme=programme))
    items: dict[str, dict[int, str]] = {plan.code: {} for plan in rows}
    for code, number, label in activities(programme=programme).values_list("plan__code", "number", "label"):
        items[code][number] = label
    return Lists(
        status_dates={plan.code: plan.status_as_of for plan in rows if plan.status_as_of},
        items=items,
        unnumbered=frozenset(plan.code for plan in rows if not plan.is_numbered),
    )


def _source(row: Any) -> dict[str, str]:
    return {"source": row.source.short if row.source else "", "place": row.source_place}


def _of_activities(programme: Programme) -> Iterator[Said]:
    rows: list[Activity] = list(activities(programme=programme))
    for row in rows:
        subject = row.reference
        if row.date_text:
            from nanduti.foundation.fields import reading_of

            value = reading_of(row, "date_text")
            yield Said(Statement(subject, "date", row.date_text, value, **_source(row)), row)
        if row.n_participants is not None:
            text = str(row.n_participants)
            yield Said(
                Statement(subject, "n_participants", text, unit=row.participant_unit, **_source(row)), row
            )
    yield from _of_lists(programme, rows)


def _of_lists(programme: Programme, rows: list[Activity]) -> Iterator[Said]:
    """What the list of who took part adds up to, where the number noted with the activity is another one.

    Counted in the database, along the index; the rows of a list are read only where it differs.
    """
    noted = {row.pk: row for row in rows if row.n_participants is not None}
    counted = Participation.objects.filter(
        activity__plan__programme=programme, role=Participation.Role.PARTICIPANT, is_in_group=False
    )
    sums = counted.order_by().values_list("activity_id", "unit").annotate(n=Sum("count"))
    differing = {
        (pk, unit): n
        for pk, unit, n in sums
        if pk in noted and noted[pk].participant_unit == unit and noted[pk].n_participants != n
    }
    places = counted.filter(activity__in={pk for pk, _unit in differing}).select_related("source")
    said = {(p.activity_id, p.unit): p for p in places.order_by("-id")}
    for (pk, unit), n in differing.items():
        row = noted[pk]
        yield Said(
            Statement(row.reference, "n_participants", str(n), unit=unit, **_source(said[pk, unit])), row
        )


def _of_agreements(programme: Programme) -> Iterator[Said]:
    for row in agreements(programme=programme):
        for attribute in ("signed", "valid_from", "valid_until"):
            if getattr(row, attribute):
                yield Said(
                    Statement(f"agreement:{row.code}", attribute, getattr(row, attribute), **_source(row)),
                    row,
                )


def _of_meetings(programme: Programme) -> Iterator[Said]:
    for row in meetings(programme=programme):
        if row.held_on:
            subject = f"meeting:{row.committee.code}:{row.number}"
            yield Said(Statement(subject, "held_on", row.held_on, **_source(row)), row)


def _of_partners(programme: Programme) -> Iterator[Said]:
    """Of each partner whose stated sector speaks against its kind, both; of the others nothing."""
    rows = Stakeholder.objects.filter(cluster__in=[c.pk for c in clusters(programme=programme)])
    for row in rows.exclude(sector="").select_related("organisation", "source"):
        kind = row.organisation.kind
        if not is_doubtful(kind=kind, sector=row.sector):
            continue
        subject = f"partner:{row.organisation.pseudonym}"
        usual = " / ".join(sectors.said(code) for code in sectors.of_kind(kind))
        words = f"{row.organisation.get_kind_display()}: {usual}"
        yield Said(Statement(subject, "sector", sectors.said(row.sector), **_source(row)), row)
        yield Said(Statement(subject, "sector", words, source=str(sectors.source())), row)


def _of_documents(programme: Programme) -> Iterator[Said]:
    hidden = _hidden_lists(programme)
    for row in statements(programme=programme):
        if row.subject_kind == "activity" and row.subject.partition(":")[0] in hidden:
            continue
        yield Said(
            Statement(subject_of(row), row.attribute, row.value_text, unit=row.unit, **_source(row)), row
        )


def _hidden_lists(programme: Programme) -> set[str]:
    """The lists of activities that lie outside the scopes of the moment; what is said of them is as hidden."""
    every = ActionPlan._base_manager.filter(programme=programme).values_list("code", flat=True)
    return set(every) - {plan.code for plan in plans(programme=programme)}


def subject_of(row: StatementRow) -> str:
    """How the rules name the subject: activities as "plan:number", everything else with its kind before."""
    return row.subject if row.subject_kind == "activity" else f"{row.subject_kind}:{row.subject}"


def finding_as_dict(finding: Finding, rows: list[Any]) -> dict[str, Any]:
    """For machines: the rule, the sentence, and both statements with their places."""
    return {
        "rule": finding.rule_code,
        "severity": finding.severity,
        "subject": finding.subject,
        "sentence": finding.sentence,
        "is_settled": is_settled(rows),
        "statements": [
            {
                "attribute": s.attribute,
                "value": s.value_text,
                "unit": s.unit or None,
                "source": s.source,
                "place": s.place,
                "label": str(row) if row is not None else None,
            }
            for s, row in zip(finding.statements, rows, strict=True)
        ],
    }


def titles(*, programme: Programme) -> dict[str, str]:
    """How the subjects of findings are called on a page: the names of their records."""
    named = {row.reference: f"{row.number}. {row}" for row in activities(programme=programme)}
    named |= {f"agreement:{row.code}": str(row) for row in agreements(programme=programme)}
    named |= {f"meeting:{row.committee.code}:{row.number}": str(row) for row in meetings(programme=programme)}
    partners = Stakeholder.objects.filter(cluster__in=[c.pk for c in clusters(programme=programme)])
    named |= {
        f"partner:{row.organisation.pseudonym}": str(row.organisation)
        for row in partners.exclude(sector="").select_related("organisation")
    }
    named |= {f"cluster:{c.code}": str(c) for c in clusters(programme=programme)}
    return named | {plan.code: str(plan) for plan in plans(programme=programme)}
