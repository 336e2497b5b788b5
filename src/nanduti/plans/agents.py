"""Whether the cluster development agent pays or provides in an activity, as far as anybody has written it down.

The agent is known by appointments (a person), by the role of a stakeholder (an institution that acts as agent), and by
the words that people write under "who pays". What nobody has written points at nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from nanduti.foundation.fields import read_when
from nanduti.methods import planning
from nanduti.methods.values import Verdict
from nanduti.programme.models import Appointment, Programme
from nanduti.register.models import Cluster, Organisation, Person, Stakeholder

from .kinds import KINDS
from .models import Activity, ActivityRole, Contribution, Participation

RULE = "cda_guard"
# What the guard is asked with when an activity is planned; if none of it changes, nothing is judged anew.
JUDGED = ("agent_role", "payer")
AGENT = "agent"
# How people write under "who pays" that it is the agent, in both languages.
WORDS = frozenset(
    {"cda", "agent", "the agent", "cluster agent", "the cluster agent", "cluster development agent"}
    | {"the cluster development agent", "adc", "agente", "el agente", "la agente", "agente del clúster"}
    | {"agente de desarrollo", "agente de desarrollo del clúster", "el agente de desarrollo del clúster"}
)
# Who gives this in these kinds does what the agent must not; time, rooms, knowledge and errands are a catalyst's too.
GIVES = {Contribution.Kind.CASH: "pay_stakeholders", Contribution.Kind.EQUIPMENT: "supply_equipment"}
PROVIDES = (Participation.Role.TRAINER, Participation.Role.EXPERT)


@dataclass(frozen=True)
class Agents:
    """Who is agent in a cluster on a day: organisations and persons by number, and how they are called."""

    organisations: frozenset[int]
    persons: frozenset[int]
    called: frozenset[str]

    def has(self, organisation: int | None = None, person: int | None = None) -> bool:
        """Whether one of them is the agent."""
        return organisation in self.organisations or person in self.persons

    def pays(self, payer: str) -> bool:
        """Whether the agent is meant by what somebody wrote under "who pays"."""
        return payer.strip().rstrip(".").casefold() in self.called


def agents(*, programme: Programme, cluster: Cluster | None, on: date | None) -> Agents:
    """The agents of a cluster on a day; without a day, those whose post or role has no dates. Two queries."""
    here = Q(cluster=None) | Q(cluster=cluster)
    roles = Stakeholder._base_manager.filter(here, role=Stakeholder.Role.AGENT)
    posts = Appointment._base_manager.filter(here, programme=programme, kind=Appointment.Kind.AGENT)
    bodies = [role.organisation for role in roles.select_related("organisation") if _holds(role, on)]
    held = [post for post in posts.select_related("person") if _holds(post, on)]
    people = [post.person for post in held if post.person is not None]
    called = {post.code for post in held} | {person.pseudonym for person in people}
    for body in bodies:
        called |= {body.pseudonym, body.code or "", body.public_name, body.public_name_es} - {""}
    return Agents(
        frozenset(body.pk for body in bodies),
        frozenset(person.pk for person in people),
        WORDS | {name.casefold() for name in called},
    )


def _holds(row: Stakeholder | Appointment, on: date | None) -> bool:
    return row.holds_on(on) if on else row.since_on is None and row.until_on is None


def planned_verdict(
    *, programme: Programme, cluster: Cluster | None, values: Mapping[str, Any]
) -> Verdict | None:
    """What the guard says of an activity as somebody would plan it; ``None`` where nothing is said of the agent."""
    role, payer = values.get("agent_role") or "", values.get("payer") or ""
    pays = bool(payer) and agents(programme=programme, cluster=cluster, on=_first_day(values)).pays(payer)
    return planning.cda_guard(role, agent=AGENT, payer=AGENT if pays else None)


def _first_day(values: Mapping[str, Any]) -> date | None:
    when = read_when(values.get("date_text") or "")
    return when.start if isinstance(when, planning.When) else None


def contribution_verdict(*, activity: Activity, contributor: Organisation, kind: str) -> Verdict | None:
    """Whether somebody may give this to an activity: not the agent money or equipment."""
    if kind not in GIVES or not _agents_of(activity).has(contributor.pk):
        return None
    return planning.cda_guard(GIVES[kind], agent=AGENT)


def participation_verdict(
    *, activity: Activity, role: str, organisation: Organisation | None = None, person: Person | None = None
) -> Verdict | None:
    """Whether somebody may be trainer or expert of an activity: not the agent, who finds one."""
    who = (organisation.pk if organisation else None, person.pk if person else None)
    if role not in PROVIDES or who == (None, None) or not _agents_of(activity).has(*who):
        return None
    return planning.cda_guard(agent=AGENT, provider=AGENT, provides=[KINDS[activity.kind].provides])


def _agents_of(activity: Activity) -> Agents:
    return agents(programme=activity.plan.programme, cluster=activity.cluster, on=activity.date_text_start)


def recorded_verdict(activity: Activity, *, sees_sensitive: bool) -> Verdict | None:
    """What the guard says of an activity by all that is written of it, whoever wrote it and however it came in.

    ``sees_sensitive``: whether who pays, and which persons came, may be told to whoever asks.
    """
    here = _agents_of(activity)
    payers = activity.roles.filter(role=ActivityRole.Role.PAYER).values_list("organisation", flat=True)
    pays = (sees_sensitive and here.pays(activity.payer)) or any(here.has(pk) for pk in payers)
    provides = []
    came = activity.participations.filter(role__in=PROVIDES).values_list("organisation", "person")
    if any(here.has(body, person if sees_sensitive else None) for body, person in came):
        provides.append(KINDS[activity.kind].provides)
    given = activity.contributions.filter(kind__in=GIVES, contributor__in=here.organisations)
    kinds = set(given.values_list("kind", flat=True))
    pays = pays or Contribution.Kind.CASH in kinds
    if Contribution.Kind.EQUIPMENT in kinds:
        provides.append(GIVES[Contribution.Kind.EQUIPMENT])
    return planning.cda_guard(
        activity.agent_role,
        agent=AGENT,
        payer=AGENT if pays else None,
        provider=AGENT if provides else None,
        provides=provides,
    )
