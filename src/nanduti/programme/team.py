"""Questions about who works for a programme: agents, coordinators, facilitators, and what the team still lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from nanduti.foundation.errors import NotFound
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.register.models import Cluster

from . import queries
from .models import Appointment, Programme

# What the rule about agents is asked with; if none of it changes, nothing is judged anew.
JUDGED = ("kind", "side", "person", "is_technical", "is_trained", "knows_other", "share_of_time", "workload")


@dataclass(frozen=True)
class Pair:
    """Two clusters that a programme brings together, and how much goes on across them around a day."""

    emerging: Cluster
    advanced: Cluster
    is_running: bool = True
    n_across: int = 0


_pairs: list[Callable[[Programme, date], list[Pair]]] = []


def tell_pairs(ask: Callable[[Programme, date], list[Pair]]) -> None:
    """Offer a question that :func:`pairs` asks: rooms above know which clusters are twinned."""
    if ask not in _pairs:
        _pairs.append(ask)


def pairs(*, programme: Programme, on: date) -> list[Pair]:
    """The pairs of clusters that a programme twins."""
    return [pair for ask in _pairs for pair in ask(programme, on)]


def appointments(*, programme: Programme) -> QuerySet[Appointment]:
    """Who works for the programme, in which post and for which cluster, past and present."""
    return Appointment.objects.filter(programme=programme).select_related(
        "cluster", "based_in", "person", "source"
    )


def appointment_by_code(*, programme: Programme, code: str) -> Appointment:
    """The appointment with that code, or :class:`NotFound`."""
    found = None if "\x00" in code else appointments(programme=programme).filter(code=code).first()
    if found is None:
        raise NotFound(kind="appointment", code_given=code)
    return found


def other_posts(row: Appointment, rows: Iterable[Appointment], *, on: date) -> list[Appointment]:
    """The other posts that the same person holds on a day."""
    if row.person_id is None:
        return []
    return [r for r in rows if r.pk != row.pk and r.person_id == row.person_id and r.holds_on(on)]


def agent_verdict(
    row: Appointment, rows: Iterable[Appointment], *, on: date, has_partner: bool
) -> Verdict | None:
    """Whether the person fits the post by the rule of the source; ``None`` for posts that it says nothing of."""
    if row.kind != Appointment.Kind.AGENT:
        return None
    elsewhere = [r.share_of_time for r in other_posts(row, rows, on=on) if r.share_of_time is not None]
    return planning.agent_verdict(
        row.side,
        is_technical=row.is_technical,
        is_trained=row.is_trained,
        knows_other_cluster=row.knows_other,
        workload=_plain(row.workload),
        share_of_time=_plain(row.share_of_time),
        other_posts=float(sum(elsewhere)) if elsewhere else None,
        has_partner=has_partner,
        principal=row.programme.principal if has_partner else row.side,
    )


def _plain(share: Any) -> float | None:
    return None if share is None else float(share)


@dataclass(frozen=True)
class Member:
    """Somebody in a post, with what the rule says and what else the person does on the day."""

    row: Appointment
    is_held: bool
    verdict: Verdict | None
    others: list[Appointment]


@dataclass(frozen=True)
class Team:
    """Who works for a programme on a day, and what the team needs."""

    members: list[Member]
    needs: list[planning.TeamNeed]
    pairs: list[Pair]
    clusters: dict[str, Cluster]

    def n_met(self, code: str, clusters: Iterable[str] | None = None) -> tuple[int, int]:
        """How many needs of a kind are met, of how many; of these clusters only, if some are given."""
        wanted = [n for n in self.needs if n.code == code and (clusters is None or n.cluster in clusters)]
        return sum(n.verdict.decision == "yes" for n in wanted), len(wanted)


def team(*, programme: Programme, on: date, cluster: Cluster | None = None) -> Team:
    """The team on a day; for one cluster, those who work there, with its partners, or for the whole programme."""
    all_pairs = pairs(programme=programme, on=on)
    shown = [p for p in all_pairs if cluster is None or p.emerging.pk == cluster.pk]
    emerging = {p.emerging.code: p.emerging for p in shown}
    if not emerging:
        covered = [cluster] if cluster else queries.clusters(programme=programme)
        emerging = {c.code: c for c in covered}
    advanced = {p.advanced.code: p.advanced for p in shown if p.is_running}
    rows = list(appointments(programme=programme))
    for row in rows:
        row.programme = programme  # so that nothing is fetched again for each of them
    here = {c.pk for c in [*emerging.values(), *advanced.values(), *(p.advanced for p in shown)]}
    chosen = [r for r in rows if cluster is None or r.cluster_id is None or r.cluster_id in here]
    members = [
        Member(
            row,
            row.holds_on(on),
            agent_verdict(row, rows, on=on, has_partner=bool(all_pairs)),
            other_posts(row, rows, on=on),
        )
        for row in chosen
    ]
    needs = planning.team_needs(
        list(emerging),
        [code for code in advanced if code not in emerging],
        [_as_post(m.row) for m in members if m.is_held],
        principal=programme.principal,
    )
    return Team(members, needs, shown, {**emerging, **advanced})


def _as_post(row: Appointment) -> planning.Post:
    return planning.Post(
        row.kind,
        row.side,
        cluster=row.cluster.code if row.cluster else "",
        person=row.person.pseudonym if row.person else "",
        base=row.based_in.code if row.based_in else "",
    )
