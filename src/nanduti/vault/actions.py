"""Verbs of the vault. Each is called by the register, which knows the scope of whom it is about."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format

from nanduti.foundation.access import Access, access_of
from nanduti.foundation.audit import action, note
from nanduti.foundation.errors import NotAllowed
from nanduti.foundation.models import Scope, User
from nanduti.foundation.roles import BY_CODE

from .crypto import ring
from .errors import (
    AlreadyDecided,
    ExpiryRefused,
    FieldsRefused,
    IdentityMissing,
    NotRevealed,
    OwnRequest,
    ReasonMissing,
    SecondFactorMissing,
)
from .fields import FIELDS, LOOKED_UP, Field
from .keeping import Keeper, comparable
from .looking import in_order, look_with
from .models import (
    Consent,
    ContactRequest,
    Identity,
    IdentityField,
    KeptUploadPart,
    Purpose,
    StandingGrant,
)
from .queries import Subject, has_second_factor, rights
from .router import ALIAS
from .sealed import SealedText

# Rules of the house: nobody keeps a right to a name for longer without being asked again.
LONGEST_REQUEST = timedelta(days=90)
LONGEST_STANDING = timedelta(days=366)
SHORTEST_REASON = 8


# --- identities


@action("vault.keep_identity", using=ALIAS)
def keep_identity(
    *, subject: Subject, values: dict[str, str], by: User | str, at: datetime | None = None
) -> list[str]:
    """Keep or correct what is known of somebody; former values stay until shredded. Names of changed fields."""
    _check_fields(values)
    changed = _keeper(by, at).update(
        subject.pseudonym, subject.kind, {f: v.strip() for f, v in values.items()}
    )
    note(pseudonym=subject.pseudonym, fields=changed)
    return changed


@action("vault.shred_identity", using=ALIAS)
def shred_identity(
    *, subject: Subject, access: Access, reason: str, by: User, at: datetime | None = None
) -> Identity:
    """Destroy every value kept of somebody, former ones too; that there was one, and who looked, stays."""
    access.require("reveal", subject.scope_id)
    _require_second_factor(by)
    _check_reason(reason)
    identity = Identity.objects.filter(pk=subject.pseudonym).first()
    if identity is None:
        raise IdentityMissing(pseudonym=subject.pseudonym)
    n, _ = IdentityField.objects.filter(identity=identity).delete()
    identity.shredded_at, identity.shredded_by_label, identity.shred_reason = at, by.username, reason.strip()
    identity.save(update_fields=["shredded_at", "shredded_by_label", "shred_reason"])
    note(subject=identity, pseudonym=subject.pseudonym, n_values=n)
    return identity


@action("vault.record_consent", using=ALIAS, once=True)
def record_consent(
    *,
    subject: Subject,
    purpose: Purpose,
    how: str,
    given_on: date,
    until_on: date | None,
    by: User,
    at: datetime | None = None,
) -> Consent:
    """Write down that somebody agreed to a use of their identity."""
    at = at or timezone.now()
    Identity.objects.get_or_create(
        pseudonym=subject.pseudonym, defaults={"kind": subject.kind, "kept_at": at}
    )
    if until_on is not None and until_on <= given_on:
        raise _expiry(given_on, given_on + LONGEST_STANDING * 10)
    return Consent.objects.create(
        identity_id=subject.pseudonym,
        purpose=purpose,
        how=how,
        given_on=given_on,
        until_on=until_on,
        kept_at=at,
        kept_by_id=by.pk,
        kept_by_label=by.username,
    )


@action("vault.withdraw_consent", using=ALIAS)
def withdraw_consent(*, consent: Consent, by: User, at: datetime | None = None) -> Consent:
    """Write down that somebody took their consent back."""
    Consent.objects.filter(pk=consent.pk, withdrawn_at__isnull=True).update(withdrawn_at=at)
    consent.refresh_from_db()
    return consent


# --- asking and deciding


@action("vault.request_contact", using=ALIAS, once=True)
def request_contact(
    *,
    subject: Subject,
    scope: Scope,
    access: Access,
    asks_for: str,
    purpose: Purpose,
    text: str,
    fields: Collection[str],
    until_on: date,
    by: User,
    at: datetime | None = None,
) -> ContactRequest:
    """Ask the custodian for a contact: who asks, what for, until when."""
    at = at or timezone.now()
    access.require("request_contact", scope)
    _check_chosen(fields, FIELDS)
    _check_expiry(until_on, at, LONGEST_REQUEST)
    note(scope=scope, pseudonym=subject.pseudonym, purpose=purpose.code, fields=in_order(fields))
    return ContactRequest.objects.create(
        scope_id=scope.pk,
        scope_code=scope.code,
        pseudonym=subject.pseudonym,
        subject_kind=subject.kind,
        asked_by_id=by.pk,
        asked_by_label=by.username,
        asked_at=at,
        asks_for=asks_for,
        purpose=purpose,
        text=text,
        fields_asked=in_order(fields),
        until_on=until_on,
    )


@action("vault.withdraw_request", using=ALIAS)
def withdraw_request(*, request: ContactRequest, by: User, at: datetime | None = None) -> ContactRequest:
    """Take an own request back; what it had granted ends with it."""
    if request.asked_by_id != by.pk:
        raise NotAllowed(capability="request_contact")
    open_states = [ContactRequest.State.ASKED, ContactRequest.State.GRANTED]
    _turn(request, open_states, request.version, state=ContactRequest.State.WITHDRAWN)
    return request


@action("vault.grant_request", using=ALIAS)
def grant_request(
    *,
    request: ContactRequest,
    access: Access,
    fields: Collection[str],
    until_on: date,
    version: int,
    by: User,
    at: datetime | None = None,
) -> ContactRequest:
    """Grant what was asked, or less of it, until a day."""
    at = at or timezone.now()
    _check_decider(request, access, by)
    _check_chosen(fields, request.fields_asked)
    _check_expiry(until_on, at, LONGEST_REQUEST)
    _turn(
        request,
        [ContactRequest.State.ASKED],
        version,
        state=ContactRequest.State.GRANTED,
        fields_granted=in_order(fields),
        granted_until=until_on,
        decided_at=at,
        decided_by_id=by.pk,
        decided_by_label=by.username,
    )
    note(scope=Scope.objects.get(pk=request.scope_id), pseudonym=request.pseudonym, fields=in_order(fields))
    return request


@action("vault.refuse_request", using=ALIAS)
def refuse_request(
    *,
    request: ContactRequest,
    access: Access,
    reason: str,
    version: int,
    by: User,
    at: datetime | None = None,
) -> ContactRequest:
    """Refuse, with a reason that can be read aloud to whoever asked."""
    _check_decider(request, access, by)
    _check_reason(reason)
    _turn(
        request,
        [ContactRequest.State.ASKED],
        version,
        state=ContactRequest.State.REFUSED,
        reason=reason.strip(),
        decided_at=at,
        decided_by_id=by.pk,
        decided_by_label=by.username,
    )
    note(scope=Scope.objects.get(pk=request.scope_id), pseudonym=request.pseudonym)
    return request


@action("vault.give_standing_grant", using=ALIAS, once=True)
def give_standing_grant(
    *,
    scope: Scope,
    access: Access,
    user: User | None,
    role: str,
    fields: Collection[str],
    purpose: Purpose,
    until_on: date,
    by: User,
    at: datetime | None = None,
) -> StandingGrant:
    """Let a cluster's agents see fields of its firms for their daily work, until a day."""
    at = at or timezone.now()
    access.require("decide_contact", scope)
    _require_second_factor(by)
    _check_chosen(fields, FIELDS)
    _check_expiry(until_on, at, LONGEST_STANDING)
    _check_holder(user, role, scope, by, at)
    note(scope=scope, role=role, fields=in_order(fields), purpose=purpose.code)
    return StandingGrant.objects.create(
        scope_id=scope.pk,
        scope_code=scope.code,
        user_id=user.pk if user else None,
        user_label=user.username if user else "",
        role="" if user else role,
        purpose=purpose,
        fields=in_order(fields),
        since_on=timezone.localdate(at),
        until_on=until_on,
        given_at=at,
        given_by_id=by.pk,
        given_by_label=by.username,
    )


@action("vault.revoke_standing_grant", using=ALIAS)
def revoke_standing_grant(
    *, grant: StandingGrant, access: Access, reason: str, by: User, at: datetime | None = None
) -> StandingGrant:
    """End a standing grant at once."""
    access.require("decide_contact", grant.scope_id)
    _require_second_factor(by)
    _check_reason(reason)
    StandingGrant.objects.filter(pk=grant.pk, revoked_at__isnull=True).update(
        revoked_at=at, revoked_by_label=by.username, revoke_reason=reason.strip()
    )
    grant.refresh_from_db()
    note(scope=Scope.objects.get(pk=grant.scope_id), role=grant.role)
    return grant


# --- looking


@action("vault.reveal_identity", using=ALIAS)
def reveal_identity(
    *, subject: Subject, access: Access, fields: Collection[str], by: User, at: datetime | None = None
) -> dict[str, str]:
    """Show some fields of one identity to somebody who holds a right to them, and write down that they looked."""
    at = at or timezone.now()
    asked = set(fields)
    mine = rights(access=access, subjects=[subject], on=timezone.localdate(at))[subject.pseudonym]
    if not asked or not asked <= {code for right in mine for code in right.fields}:
        raise NotRevealed(pseudonym=subject.pseudonym)
    shown = look_with([subject], {subject.pseudonym: mine}, asked, access, at)
    note(scope=Scope.objects.get(pk=subject.scope_id), pseudonym=subject.pseudonym, fields=in_order(fields))
    return shown.get(subject.pseudonym, {})


@action("vault.look_up", using=ALIAS)
def look_up(*, field: str, value: str, access: Access, by: User, at: datetime | None = None) -> list[str]:
    """The pseudonyms behind exactly this name or telephone; for custodians, who then see only their own scopes."""
    access.require("reveal")
    _require_second_factor(by)
    if field not in LOOKED_UP:
        raise FieldsRefused(fields=field)
    tidy = comparable(field, value)
    found = (
        IdentityField.objects.filter(lookup__in=ring().lookups(field, tidy), field=field, is_current=True)
        if tidy
        else IdentityField.objects.none()
    )
    pseudonyms = list(found.order_by().values_list("identity_id", flat=True)[:50])
    # Neither the value nor its digest enters the record: either could be tried out against it.
    note(field=field, n_found=len(pseudonyms))
    return pseudonyms


# --- keys

# Of a mebibyte each.
PARTS_AT_ONCE = 4


@action("vault.rotate_keys", using=ALIAS)
def rotate_keys(*, by: User | str, at: datetime | None = None, batch: int = 500) -> dict[str, int]:
    """Seal the next values under the first key of the ring; how many of which kind, ``left`` 0 once none is left.

    A lot at a time, so that whoever looks somebody up meanwhile waits for a moment only; it may be broken off and begun
    again. After the last lot the former keys may be thrown away.
    """
    present = ring().present.id
    counts = {"fields": 0, "uploads": 0, "texts": 0, "left": 1}
    if rows := list(IdentityField.objects.exclude(key_id=present).order_by("id")[:batch]):
        _reseal(rows)
        counts["fields"] = len(rows)
    elif parts := list(KeptUploadPart.objects.exclude(key_id=present).order_by("id")[:PARTS_AT_ONCE]):
        _reseal_parts(parts)
        counts["uploads"] = len(parts)
    else:
        counts["texts"] = sum(_reseal_texts(model) for model in (ContactRequest, StandingGrant, Identity))
        counts["left"] = 0
    note(**counts)
    return counts


def _reseal_parts(parts: Iterable[KeptUploadPart]) -> None:
    for part in parts:
        bound = (str(part.upload_id), str(part.position))
        part.ciphertext = ring().seal(ring().open(part.ciphertext, bound_to=bound), bound_to=bound)
        part.key_id = ring().present.id
        part.save(update_fields=["ciphertext", "key_id"])


def _reseal_texts(model: type[models.Model]) -> int:
    """Saving a sealed text seals it anew."""
    names = [f.name for f in model._meta.concrete_fields if isinstance(f, SealedText)]
    n = 0
    for row in model._base_manager.iterator(chunk_size=500):
        if any(getattr(row, name) for name in names):
            row.save(update_fields=names)
            n += 1
    return n


def _reseal(rows: Iterable[IdentityField]) -> None:
    fresh = []
    for row in rows:
        bound = (row.identity_id, row.field)
        value = ring().open(row.ciphertext, bound_to=bound).decode()
        new = Keeper(None, "", row.kept_at).row(row.identity_id, row.field, value)
        row.ciphertext, row.key_id = new.ciphertext, new.key_id
        row.fingerprint, row.lookup = new.fingerprint, new.lookup
        fresh.append(row)
    IdentityField.objects.bulk_update(fresh, ["ciphertext", "key_id", "fingerprint", "lookup"])


# --- checks


def _keeper(by: User | str, at: datetime | None) -> Keeper:
    is_user = isinstance(by, User)
    return Keeper(by.pk if is_user else None, by.username if is_user else str(by), at or timezone.now())


def _check_fields(fields: Collection[str]) -> None:
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise FieldsRefused(fields=", ".join(unknown))


def _check_chosen(fields: Collection[str], allowed: Collection[str]) -> None:
    """At least one, and none beyond what may be chosen."""
    beyond = sorted(set(fields) - set(allowed))
    if beyond or not fields:
        labels = dict(Field.choices)
        raise FieldsRefused(fields=", ".join(str(labels.get(f, f)) for f in beyond) or "–")


def _check_expiry(until_on: date, at: datetime, longest: timedelta) -> None:
    today = timezone.localdate(at)
    if not today < until_on <= today + longest:
        raise _expiry(today, today + longest)


def _expiry(earliest: date, latest: date) -> ExpiryRefused:
    return ExpiryRefused(
        earliest=date_format(earliest, "DATE_FORMAT"), latest=date_format(latest, "DATE_FORMAT")
    )


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing()


def _require_second_factor(by: User) -> None:
    if not has_second_factor(by):
        raise SecondFactorMissing()


def _check_decider(request: ContactRequest, access: Access, by: User) -> None:
    """A custodian of that cluster, with a second factor, and not whoever asked."""
    access.require("decide_contact", request.scope_id)
    _require_second_factor(by)
    if request.asked_by_id == by.pk:
        raise OwnRequest()


def _check_holder(user: User | None, role: str, scope: Scope, by: User, at: datetime) -> None:
    """Somebody else, whose role there includes seeing granted names at all."""
    if user is not None:
        if user.pk == by.pk:
            raise OwnRequest()
        access_of(user, on=timezone.localdate(at)).require("see_granted_names", scope)
    elif role not in BY_CODE or "see_granted_names" not in BY_CODE[role].may:
        raise NotAllowed(capability="see_granted_names")


def _turn(request: ContactRequest, states: Collection[str], version: int, **values: object) -> None:
    """Change the state once: of two custodians deciding at the same moment, the second is told."""
    won = ContactRequest.objects.filter(pk=request.pk, state__in=states, version=version).update(
        version=F("version") + 1, **values
    )
    request.refresh_from_db()
    if not won:
        raise AlreadyDecided(state=request.get_state_display())
