"""What the verbs of a programme keep to: rules that are obeyed or put aside, spans, scopes and free codes."""

from __future__ import annotations

from typing import Any

from django.utils.text import slugify

from nanduti.foundation.audit import note
from nanduti.foundation.editing import hold
from nanduti.foundation.errors import EditedMeanwhile
from nanduti.foundation.fields import check_when, read_when
from nanduti.foundation.models import AuditEvent, Scope
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.register.models import Cluster

from .errors import PeriodReversed, RuleRefuses
from .models import Appointment, Programme, TimeOut
from .scopes import work_scope


def check_span(values: dict[str, Any], first: str = "valid_from", last: str = "valid_until") -> None:
    """Refuse dates that cannot be read, and a span that ends before it begins."""
    for name in {"signed", first, last}:
        check_when(values.get(name, ""))
    since, until = read_when(values.get(first, "")), read_when(values.get(last, ""))
    if not (isinstance(since, planning.When) and isinstance(until, planning.When)):
        return
    if since.start and until.end and until.end <= since.start:
        raise PeriodReversed(since=since.start, until=until.period.last_day)


def obey(programme: Programme, rule: str, verdict: Verdict | None, reason: str) -> str:
    """Refuse what a rule refuses, unless the programme only warns or a reason is given, which is returned."""
    if verdict is None or verdict.allows or programme.rule_setting(rule) in {"off", "warn"}:
        return ""
    if not reason.strip():
        raise RuleRefuses(verdict=verdict)
    note(override_reason=reason.strip(), rule=rule)
    return reason.strip()


def claim(programme: Programme, version: int, fields: list[str]) -> None:
    """Raise the programme's version if it still is what the editor saw; else tell who was first."""
    hold(programme)
    won = Programme._base_manager.filter(pk=programme.pk, version=version).update(version=version + 1)
    if not won:
        last = AuditEvent.objects.filter(
            subject_kind=programme._meta.label_lower, subject_id=str(programme.pk)
        ).first()
        theirs = (last.details.get("fields") if last else None) or fields
        raise EditedMeanwhile(
            kind=str(programme._meta.verbose_name),
            who=last.by_label if last else "?",
            fields=", ".join(theirs),
        )
    programme.version = version + 1


def scope_of_work(programme: Programme, cluster: Cluster | None) -> Scope:
    """Where the programme works, the scope of that work; a partner abroad belongs to the programme as a whole."""
    covered = cluster is not None and programme.coverage.filter(cluster=cluster).exists()
    return work_scope(programme, cluster if covered else None)


def next_code(model: type[Appointment] | type[TimeOut], programme: Programme, stem: str) -> str:
    """A free code, with the programme held so that nobody takes it meanwhile."""
    hold(programme)
    taken = set(model._base_manager.filter(programme=programme).values_list("code", flat=True))
    return next(c for c in (f"{stem}{n}" for n in range(len(taken) + 1, 10**6)) if c not in taken)


def component_code(name: str, taken: set[str]) -> str:
    """The initials of a component's name, as the source of the example writes "CT" for cluster twinning.

    >>> component_code("Cluster twinning", set()), component_code("Cluster twinning", {"CT"})
    ('CT', 'CT-2')
    """
    words = slugify(name).split("-")
    stem = ("".join(word[0] for word in words if word)[:8] or "C").upper()
    return next(c for c in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if c not in taken)
