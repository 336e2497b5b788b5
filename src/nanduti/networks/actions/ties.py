"""Verbs of ties: rounds, kinds, single ties declared by hand, and who was meant by a name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Q

from nanduti.foundation.access import Access
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit
from nanduti.foundation.models import User
from nanduti.programme.models import Programme
from nanduti.programme.scopes import work_scope
from nanduti.register.models import Cluster
from nanduti.register.pseudonyms import tidy

from ..actors import FIELDS, NAMED, actor_for, named_actor, records_of
from ..errors import AlreadyKnown, TieToItself, TieToNobody, WaveTaken
from ..models import Nomination, Tie, TieActor, TieKind, TieRespondent, TieWave
from ..queries.kinds import check_strength, kind_of


@action("networks.declare_tie", once=True)
def declare_tie(
    *,
    programme: Programme,
    cluster: Cluster | None,
    kind: str,
    origin: str,
    target: str,
    strength: float | None = None,
    began_on: date | None = None,
    ended_on: date | None = None,
    wave: TieWave | None = None,
    note_text: str = "",
    access: Access | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Tie:
    """Write down a tie that somebody told of; both ends by pseudonym, or by a nickname after a question mark.

    ``access``: ends must stand where it reads; ``None`` is the operator.
    """
    known = kind_of(programme, kind)
    check_strength(known, strength)
    one, two = (_end(programme, cluster, text, access) for text in (origin, target))
    if one.pk == two.pk:
        raise TieToItself(named=one.pseudonym)
    row = Tie._base_manager.create(
        programme=programme,
        cluster=cluster,
        scope=work_scope(programme, cluster),
        kind=known.code,
        origin=one,
        target=two,
        strength=strength,
        began_on=began_on,
        ended_on=ended_on,
        stated_on=at.date() if at else None,
        wave=wave,
        note=note_text,
    )
    note(subject=row, kind=known.code)
    return row


def _end(programme: Programme, cluster: Cluster | None, text: str, access: Access | None) -> TieActor:
    if text.startswith(NAMED):
        if len(text.strip(NAMED).strip()) == 0:
            raise TieToNobody(named=text[:40])
        return named_actor(programme=programme, cluster=cluster, nickname=text)
    record = records_of([text]).get(tidy(text))
    if record is None or (access is not None and not access.may("read", record.scope_id)):
        raise TieToNobody(named=text[:40])
    return actor_for(programme=programme, record=record, cluster=cluster)


@action("networks.withdraw_tie")
def withdraw_tie(*, tie: Tie, by: User | str, at: datetime | None = None) -> Tie:
    """Take back a tie that was written down by mistake; what a roster told is corrected where it was answered."""
    note(subject=tie, kind=tie.kind)
    tie.delete()
    return tie


@action("networks.begin_wave", once=True)
def begin_wave(
    *, programme: Programme, cluster: Cluster | None, values: dict[str, Any], by: User | str,
    at: datetime | None = None,
) -> TieWave:  # fmt: skip
    """Begin a round of asking for ties."""
    hold(programme)
    if TieWave._base_manager.filter(programme=programme, code=values["code"]).exists():
        raise WaveTaken(given=values["code"])
    return TieWave._base_manager.create(
        programme=programme, cluster=cluster, scope=work_scope(programme, cluster), **values
    )


@action("networks.edit_wave")
def edit_wave(
    *, wave: TieWave, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> TieWave:
    """Correct what is said of a round; the second of two editors is told."""
    note(subject=wave, fields=save_edit(wave, values, version=version))
    return wave


@action("networks.add_kind", once=True)
def add_kind(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> TieKind:
    """Add a kind of tie to those that the programme knows."""
    hold(programme)
    if TieKind._base_manager.filter(programme=programme, code=values["code"]).exists():
        raise WaveTaken(given=values["code"])
    return TieKind._base_manager.create(programme=programme, scope=programme.scope, **values)


@action("networks.edit_kind")
def edit_kind(
    *, kind: TieKind, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> TieKind:
    """Correct a kind of the programme's own."""
    note(subject=kind, fields=save_edit(kind, values, version=version))
    return kind


# --- whoever was named


@action("networks.say_who")
def say_who(
    *,
    actor: TieActor,
    pseudonym: str,
    access: Access | None = None,
    by: User | str,
    at: datetime | None = None,
) -> TieActor:
    """Say which record of the register somebody is who was merely named; all that was said of them is theirs."""
    hold(actor)
    actor.refresh_from_db()
    if actor.state == TieActor.State.KNOWN or actor.record is not None:
        raise AlreadyKnown(named=actor.code)
    record = records_of([pseudonym]).get(tidy(pseudonym))
    if record is None or (access is not None and not access.may("read", record.scope_id)):
        raise TieToNobody(named=pseudonym[:40])
    record = getattr(record, "merged_into", None) or record
    other = TieActor._base_manager.filter(programme=actor.programme, **{FIELDS[type(record)]: record}).first()
    note(subject=actor, code=actor.code)
    if other is None:
        actor.state = TieActor.State.KNOWN
        setattr(actor, FIELDS[type(record)], record)
        actor.version += 1
        actor.save()
        return actor
    _join(actor, other)
    return other


def _join(actor: TieActor, other: TieActor) -> None:
    """All that points at the named actor points at the known one; what would tie somebody to itself goes."""
    Tie._base_manager.filter(Q(origin=actor, target=other) | Q(origin=other, target=actor)).delete()
    for name in ("origin", "target", "told_by"):
        Tie._base_manager.filter(**{name: actor}).update(**{name: other})
    for name in ("teller", "named"):
        Nomination._base_manager.filter(**{name: actor}).update(**{name: other})
    there = TieRespondent._base_manager.filter(actor=other).values("wave")
    TieRespondent._base_manager.filter(actor=actor).exclude(wave__in=there).update(actor=other)
    TieRespondent._base_manager.filter(recruited_by=actor).update(recruited_by=other)
    if actor.named_key and not other.named_key:
        # The next who is named by this name is known at once.
        other.named_key = actor.named_key
        other.save(update_fields=["named_key"])
    actor.delete()


@action("networks.say_nobody_knows")
def say_nobody_knows(
    *, actor: TieActor, version: int, by: User | str, at: datetime | None = None
) -> TieActor:
    """Write down that nobody could say who was meant; the ties stay."""
    note(subject=actor, fields=save_edit(actor, {"state": TieActor.State.NOBODY}, version=version))
    return actor
