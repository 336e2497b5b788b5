"""How the register tells the vault whom it speaks of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from nanduti.vault.queries import Subject

from .models import Establishment, Organisation, Person
from .pseudonyms import ESTABLISHMENT, ORGANISATION, PERSON

Actor = Organisation | Establishment | Person

KINDS: dict[type, str] = {
    Organisation: "organisation",
    Establishment: "establishment",
    Person: "person",
}


def subject_of(actor: Actor) -> Subject:
    """The vault's view of a record: the scope that decides, and whose own record it is."""
    own = {actor.organisation.pseudonym} if isinstance(actor, Establishment) else set()
    return Subject(actor.pseudonym, KINDS[type(actor)], actor.scope_id, frozenset(own))


def subjects_of(pseudonyms: Collection[str]) -> list[Subject]:
    """As :func:`subject_of` for many pseudonyms, whatever they stand for; at most three queries."""
    return [*_organisations(pseudonyms), *_establishments(pseudonyms), *_people(pseudonyms)]


def of_prefix(pseudonyms: Collection[str], prefix: str) -> list[str]:
    return [p for p in pseudonyms if p.startswith(f"{prefix}-")]


def _organisations(pseudonyms: Collection[str]) -> Iterable[Subject]:
    asked = of_prefix(pseudonyms, ORGANISATION)
    rows = Organisation._base_manager.filter(pseudonym__in=asked) if asked else ()
    return (Subject(o.pseudonym, "organisation", o.scope_id) for o in rows)


def _establishments(pseudonyms: Collection[str]) -> Iterable[Subject]:
    asked = of_prefix(pseudonyms, ESTABLISHMENT)
    if not asked:
        return ()
    rows = Establishment._base_manager.filter(pseudonym__in=asked).select_related("organisation")
    return (subject_of(row) for row in rows)


def _people(pseudonyms: Collection[str]) -> Iterable[Subject]:
    asked = of_prefix(pseudonyms, PERSON)
    rows = Person._base_manager.filter(pseudonym__in=asked) if asked else ()
    return (Subject(p.pseudonym, "person", p.scope_id) for p in rows)
