"""Verbs of issues: note one, edit it, route it, check it against the value chain, say whom it touches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import User
from nanduti.register.models import Establishment, Organisation

from ..errors import IntermediaryIsFirm, PartyNamedAlready, UnknownPseudonym
from ..freezing import must_be_open
from ..models import DiagnosticStudy, Issue, IssueParty
from ..queries import issues as issue_queries


@action("diagnostics.note_issue", once=True)
def note_issue(
    *, study: DiagnosticStudy, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Issue:
    """Write down what holds firms of a product back."""
    must_be_open(study)
    hold(study)
    number = issue_queries.next_number(study=study)
    return Issue.objects.create(study=study, scope=study.scope, number=number, **values)


@action("diagnostics.edit_issue")
def edit_issue(
    *, issue: Issue, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Issue:
    """Correct an issue; the second of two editors is told."""
    must_be_open(issue.study)
    note(subject=issue, fields=save_edit(issue, values, version=version))
    return issue


@action("diagnostics.drop_issue")
def drop_issue(*, issue: Issue, by: User | str, at: datetime | None = None) -> None:
    """Take out an issue that was written down by mistake."""
    must_be_open(issue.study)
    note(subject=issue.study, number=issue.number, label=issue.label)
    Issue._base_manager.filter(pk=issue.pk).delete()


@action("diagnostics.route_issue")
def route_issue(
    *, issue: Issue, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Issue:
    """Say where an issue can be solved, and who sees to it."""
    must_be_open(issue.study)
    note(subject=issue, fields=save_edit(issue, values, version=version))
    return issue


@action("diagnostics.name_party", once=True)
def name_party(
    *,
    issue: Issue,
    role: str,
    pseudonym: str = "",
    organisation: Organisation | None = None,
    values: dict[str, Any] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> IssueParty:
    """Name an interested firm by its pseudonym, or an institution that can stand between."""
    must_be_open(issue.study)
    establishment = None
    if role == IssueParty.Role.INTERESTED:
        establishment = _establishment(issue, pseudonym)
        organisation = None
    elif organisation is None or organisation.kind == Organisation.Kind.ENTERPRISE:
        raise IntermediaryIsFirm()
    try:
        with transaction.atomic():
            party = IssueParty.objects.create(
                issue=issue, scope=issue.scope, role=role, establishment=establishment,
                organisation=organisation, **(values or {}),
            )  # fmt: skip
    except IntegrityError:
        raise PartyNamedAlready(party=str(establishment or organisation)) from None
    note(subject=issue, role=role)
    return party


@action("diagnostics.drop_party")
def drop_party(*, party: IssueParty, by: User | str, at: datetime | None = None) -> None:
    """Take a party off an issue."""
    must_be_open(party.issue.study)
    note(subject=party.issue, role=party.role)
    IssueParty._base_manager.filter(pk=party.pk).delete()


def _establishment(issue: Issue, pseudonym: str) -> Establishment:
    cluster = issue.study.cluster
    found = Establishment.objects.filter(cluster=cluster, pseudonym__iexact=pseudonym.strip()).first()
    if found is None:
        raise UnknownPseudonym(cluster=str(cluster), pseudonym=pseudonym.strip()[:20])
    return found
