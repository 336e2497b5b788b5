"""The vault's verbs as pages use them: the register knows whom and in which scope, the vault decides and records.

Each of these ends in an action of the vault, which writes the audit event.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from nanduti.foundation.access import Access
from nanduti.foundation.models import User
from nanduti.vault import actions as vault
from nanduti.vault import uploads
from nanduti.vault.models import Consent, ContactRequest, Purpose

from .queries import require_edit
from .subjects import Actor, subject_of


def request_contact(
    *,
    actor: Actor,
    access: Access,
    asks_for: str,
    purpose: Purpose,
    text: str,
    fields: Collection[str],
    until_on: date,
    by: User,
    at: datetime | None = None,
) -> ContactRequest:
    """Ask the municipality for the contact of an actor."""
    return vault.request_contact(
        subject=subject_of(actor), scope=actor.scope, access=access, asks_for=asks_for, purpose=purpose,
        text=text, fields=fields, until_on=until_on, by=by, at=at,
    )  # fmt: skip


def reveal_identity(
    *, actor: Actor, access: Access, fields: Collection[str], by: User, at: datetime | None = None
) -> dict[str, str]:
    """Show fields of an actor's identity to somebody who holds a right to them."""
    return vault.reveal_identity(subject=subject_of(actor), access=access, fields=fields, by=by, at=at)


def shred_identity(
    *, actor: Actor, access: Access, reason: str, by: User, at: datetime | None = None
) -> None:
    """Destroy what the vault keeps about an actor."""
    vault.shred_identity(subject=subject_of(actor), access=access, reason=reason, by=by, at=at)


def record_consent(
    *, actor: Actor, access: Access, purpose: Purpose, how: str, given_on: date, until_on: date | None, by: User,
    at: datetime | None = None,
) -> Consent:  # fmt: skip
    """Write down that an actor agreed to a use of their identity."""
    require_edit(access, actor.scope)
    return vault.record_consent(
        subject=subject_of(actor),
        purpose=purpose,
        how=how,
        given_on=given_on,
        until_on=until_on,
        by=by,
        at=at,
    )


withdraw_request = vault.withdraw_request
grant_request = vault.grant_request
refuse_request = vault.refuse_request
give_standing_grant = vault.give_standing_grant
revoke_standing_grant = vault.revoke_standing_grant
withdraw_consent = vault.withdraw_consent
look_up = vault.look_up


def read_upload(token: str) -> bytes:
    """The file behind a token of :func:`.actions.keep_upload`; raises where it was dropped or is too old."""
    return uploads.read(token)
