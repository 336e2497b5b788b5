"""Answers as participation: a list of who came, filled in the field, becomes the record of who took part."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from nanduti.methods.values import PersonError
from nanduti.programme.models import Programme
from nanduti.register.models import Establishment, Organisation, Person
from nanduti.register.pseudonyms import tidy
from nanduti.surveys.entities import mirroring
from nanduti.surveys.entities.mirroring import Listed
from nanduti.surveys.mapping.targets import Slot, Target, Told, offer
from nanduti.surveys.models import Entity, EntityList, RecordLink

from .errors import ActivityNotNamed
from .models import Activity, Participation

CODE = "plans.participation"
SLOTS = (
    Slot(
        "activity",
        is_required=True,
        title=_("plan and number, such as leather:15, or an entity of activities"),
    ),
    Slot("person", title=_("pseudonym of a person")),
    Slot("organisation", title=_("pseudonym of an organisation")),
    Slot("establishment", title=_("pseudonym of an establishment; else whom the submission is about")),
    Slot("group", title=_("what a counted group is called")),
    Slot("role", title=_("participant, trainer, expert, host or organiser")),
    Slot("count", "integer", title=_("how many came")),
    Slot("unit", title=_("persons, firms or institutions")),
    Slot("sex"),
    Slot("size_band"),
    Slot("newcomer", "bool", title=_("whether it was the first time")),
)


def write(told: list[Told]) -> None:
    """Create or change the participations; what names no activity of the programme is a problem."""
    books = _Books(told)
    before = {
        str(row.pk): row
        for row in Participation._base_manager.filter(pk__in=[t.record_id for t in told if t.record_id])
    }
    for one in told:
        try:
            values = _values(one, books)
        except PersonError as problem:
            one.problem = problem
            continue
        row = before.get(one.record_id) or Participation()
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        one.record_kind, one.record_id = "plans.participation", str(row.pk)


class _Books:
    """Whatever a batch names, found together."""

    def __init__(self, told: list[Told]) -> None:
        named = {str(one.values.get("activity", "")) for one in told}
        self.references = {**{text: text for text in named}, **_references(named)}
        plans = {ref.partition(":")[0] for ref in self.references.values()}
        rows = Activity._base_manager.filter(plan__code__in=plans).select_related("plan", "scope")
        self.activities = {(row.plan.programme_id, row.reference): row for row in rows}
        self.people = _by_pseudonym(Person, told, "person")
        self.organisations = _by_pseudonym(Organisation, told, "organisation")
        self.establishments = _by_pseudonym(Establishment, told, "establishment")


def _references(named: set[str]) -> dict[str, str]:
    """Entity of an activity, as it was answered → plan and number."""
    uuids = {}
    for text in named:
        try:
            uuids[uuid.UUID(text.removeprefix("uuid:"))] = text
        except ValueError:
            continue
    rows = Entity._base_manager.filter(uuid__in=uuids).values_list("uuid", "data")
    return {uuids[key]: str(data.get("reference", "")) for key, data in rows if isinstance(data, dict)}


def _by_pseudonym(model: Any, told: list[Told], slot: str) -> dict[str, Any]:
    named = {tidy(str(one.values[slot])) for one in told if one.values.get(slot)}
    return {row.pseudonym: row for row in model._base_manager.filter(pseudonym__in=named)} if named else {}


def _values(one: Told, books: _Books) -> dict[str, Any]:
    said = one.values
    reference = books.references.get(str(said.get("activity", "")), "")
    activity = books.activities.get((one.submission.programme_id, reference))
    if activity is None:
        raise ActivityNotNamed(reference=reference[:80])
    who = {name: _named(said.get(name), getattr(books, plural)) for name, plural in _PLURALS.items()}
    if who["establishment"] is None and who["person"] is None and who["organisation"] is None:
        who["establishment"] = one.establishment
    if who["organisation"] is None and who["establishment"] is not None:
        who["organisation"] = who["establishment"].organisation
    role, unit = said.get("role") or "", said.get("unit") or ""
    count = said.get("count")
    return {
        "activity": activity,
        "scope": activity.scope,
        **who,
        "group_label": (said.get("group") or "")[:120],
        "role": role if role in Participation.Role.values else Participation.Role.PARTICIPANT,
        "count": count if count and count > 0 else 1,
        "unit": unit if unit in Participation.Unit.values else Participation.Unit.PERSONS,
        "sex": (said.get("sex") or "")[:10],
        "size_band": (said.get("size_band") or "")[:20],
        "is_newcomer": said.get("newcomer"),
        "source": one.labels.get("source"),
    }


_PLURALS = {"person": "people", "organisation": "organisations", "establishment": "establishments"}


def _named(value: Any, found: dict[str, Any]) -> Any:
    return found.get(tidy(str(value))) if value else None


def withdraw(links: list[RecordLink]) -> None:
    """Take back the participations that an answer no longer tells of."""
    Participation._base_manager.filter(pk__in=[link.record_id for link in links]).delete()


def _listed(programme: Programme) -> Iterator[Listed]:
    """The activities of a programme, for phones to choose from."""
    rows = Activity._base_manager.filter(plan__programme=programme).select_related("plan", "cluster")
    for row in rows.order_by("plan_id", "number").iterator(chunk_size=2_000):
        start = row.date_text_start
        data = {
            "reference": row.reference, "cluster": row.cluster.code if row.cluster else "", "kind": row.kind,
            "label_es": row.label_es, "starts": start.isoformat() if start else "",
        }  # fmt: skip
        yield Listed(row.reference, f"{row.reference} {row.label}", "", row.cluster_id, data)


def _stamp(programme: Programme) -> tuple[Any, ...]:
    found = Activity._base_manager.filter(plan__programme=programme).aggregate(
        n=Count("id"), at=Max("changed_at")
    )
    return (found["n"], found["at"])


def connect() -> None:
    """Let answers become participations, and let forms choose from the activities."""
    mirroring.offer(
        EntityList.Kind.ACTIVITIES,
        mirroring.Origin(_listed, _stamp, ("reference", "cluster", "kind", "label_es", "starts")),
    )
    offer(Target(CODE, _("who took part in an activity"), SLOTS, write, withdraw, needs_subject=False))
