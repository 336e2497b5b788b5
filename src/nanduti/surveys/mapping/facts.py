"""Answers as facts of the register: each with the instrument as its source and the day it was asked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from nanduti.register.models import Establishment, ProfileFact

from ..bulk import insert_made
from ..models import RecordLink
from .spec import FACT
from .targets import Slot, Target, Told, offer

QUALIFIERS = set(ProfileFact.Qualifier.values)


def write(told: list[Told]) -> None:
    """Create the facts that are new, and let those that were told before say what is answered now."""
    before = {
        str(fact.pk): fact
        for fact in ProfileFact._base_manager.filter(pk__in=[t.record_id for t in told if t.record_id])
    }
    new: list[tuple[Told, ProfileFact]] = []
    changed: list[ProfileFact] = []
    for one in told:
        fact = before.get(one.record_id)
        if fact is None:
            new.append((one, ProfileFact(subject_kind="establishment", **_values(one))))
            continue
        for name, value in _values(one).items():
            setattr(fact, name, value)
        changed.append(fact)
    insert_made([fact for _told, fact in new])
    for one, fact in new:
        one.record_kind, one.record_id = "register.profilefact", str(fact.pk)
    for fact in changed:
        fact.save()


def _values(one: Told) -> dict[str, Any]:
    value = one.values["value"]
    establishment: Establishment = one.establishment  # type: ignore[assignment]
    number = value if isinstance(value, Decimal) else _number(value)
    qualifier = one.values.get("qualifier", "")
    asked = one.submission.ended_at or one.submission.received_at
    return {
        "establishment": establishment,
        "scope": establishment.scope,
        "attribute": one.values["attribute"],
        "label": one.values.get("label") or one.labels.get("label", ""),
        "label_es": one.values.get("label_es") or one.labels.get("label_es", ""),
        "unit": (one.values.get("unit") or one.labels.get("unit", ""))[:60],
        "value": number,
        "value_text": "" if number is not None else _text(value),
        "qualifier": qualifier if qualifier in QUALIFIERS else ProfileFact.Qualifier.EXACTLY,
        "as_of": asked.date().isoformat(),
        "source": one.labels.get("source"),
        "source_place": one.question[:200],
    }


def _number(value: Any) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Any) -> str:
    said = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return said if len(said) <= 300 else said[:299] + "…"


def withdraw(links: list[RecordLink]) -> None:
    """Take away what an answer no longer says."""
    ProfileFact._base_manager.filter(pk__in=[link.record_id for link in links]).delete()


offer(
    Target(
        FACT,
        _("a fact about the establishment"),
        (Slot("value", "any", is_required=True), Slot("attribute", is_required=True)),
        write,
        withdraw,
    )
)
