"""Whose an account is: a firm's or a person's own account sees what is kept of them, so a custodian says so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from nanduti.foundation import actions as foundation
from nanduti.foundation.access import Access, access_of
from nanduti.foundation.models import User
from nanduti.vault import queries as vault
from nanduti.vault.errors import SecondFactorMissing

from .errors import AccountOfAnother, NoSuchAccount
from .models import Organisation, Person


def side_of(actor: Organisation | Person) -> str:
    """What an account is to the actor: ``"person"`` to somebody, else ``"organisation"``."""
    return "person" if isinstance(actor, Person) else "organisation"


def accounts_of(*, actor: Organisation | Person) -> QuerySet[User]:
    """The accounts that stand for an actor."""
    return User.objects.filter(**{f"{side_of(actor)}_pseudonym": actor.pseudonym}).order_by("username")


def may_say(access: Access, actor: Organisation | Person) -> bool:
    """Whether the viewer keeps the identity of the actor, and so decides who sees it."""
    return access.may("reveal", actor.scope_id) and vault.has_second_factor(access.user)


def require_custody(access: Access, actor: Organisation | Person) -> None:
    """Raise unless :func:`may_say`: ``NotAllowed``, or ``SecondFactorMissing`` where that alone is lacking."""
    access.require("reveal", actor.scope)
    if not may_say(access, actor):
        raise SecondFactorMissing()


def let_stand_for(
    *, actor: Organisation | Person, access: Access, username: str, by: User, at: datetime | None = None
) -> User:
    """Say that an account is the actor's own; for custodians, who may show the actor's identity anyway.

    Raises:
        NotAllowed: no custodian of the actor.
        SecondFactorMissing: a custodian without one.
        NoSuchAccount: nobody of that name has a role that reaches the actor.
        AccountOfAnother: the account stands for somebody else.
    """
    require_custody(access, actor)
    with transaction.atomic():
        # Held until it is said: of two custodians who name one account at once, the second sees what the first said.
        user = _held(User.objects.filter(username__iexact=username.strip(), is_active=True))
        if user is None or actor.scope_id not in access_of(user, on=timezone.localdate(at)).scope_ids:
            raise NoSuchAccount(username=username.strip())
        if getattr(user, f"{side_of(actor)}_pseudonym") not in {"", actor.pseudonym}:
            raise AccountOfAnother(username=user.username)
        return foundation.stand_for(user=user, **{side_of(actor): actor.pseudonym}, by=by, at=at)


def _held(rows: QuerySet[User]) -> User | None:
    """The account, which nobody else can change until the transaction ends."""
    return rows.select_for_update().first()


def end_standing_for(
    *, actor: Organisation | Person, access: Access, username: str, by: User, at: datetime | None = None
) -> User:
    """Say that an account is the actor's no more."""
    require_custody(access, actor)
    with transaction.atomic():
        user = _held(accounts_of(actor=actor).filter(username=username))
        if user is None:
            raise NoSuchAccount(username=username)
        return foundation.stand_for(user=user, **{side_of(actor): ""}, by=by, at=at)
