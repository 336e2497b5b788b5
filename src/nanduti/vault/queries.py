"""Questions to the vault: who may see what today, what waits for a decision, who looked. Nothing is opened here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from nanduti.foundation.access import Access
from nanduti.foundation.models import Grant, ScopeReach, User

from .fields import FIELDS
from .models import Consent, ContactRequest, IdentityField, Reveal, StandingGrant


@dataclass(frozen=True)
class Subject:
    """Somebody behind a pseudonym, as the register knows them: in which scope, and whose own record it is."""

    pseudonym: str
    kind: str
    scope_id: int
    own_of: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Right:
    """By what right which fields may be seen."""

    why: str
    fields: frozenset[str]
    request_id: int | None = None
    grant_id: int | None = None


def has_second_factor(user: User | None) -> bool:
    """Whether the account is guarded by a second factor; sign-in then asks for it."""
    from allauth.mfa.utils import is_mfa_enabled

    return user is not None and is_mfa_enabled(user)


def rights(*, access: Access, subjects: Sequence[Subject], on: date) -> dict[str, list[Right]]:
    """The rights that the viewer holds on a day to each subject; at most seven queries, whatever the number."""
    user = access.user
    found: dict[str, list[Right]] = {subject.pseudonym: [] for subject in subjects}
    if user is None or not subjects:
        return found
    own = {user.person_pseudonym, user.organisation_pseudonym} - {""}
    custody = _custody(access, {s.scope_id for s in subjects})
    standing = _standing(access, {s.scope_id for s in subjects}, on)
    requested = _requested(access, subjects, on)
    for subject in subjects:
        mine = found[subject.pseudonym]
        if own & (subject.own_of | {subject.pseudonym}):
            mine.append(Right(Reveal.Why.OWN, frozenset(FIELDS)))
        mine += requested.get(subject.pseudonym, ())
        mine += standing.get(subject.scope_id, ())
        if subject.scope_id in custody:
            mine.append(Right(Reveal.Why.CUSTODY, frozenset(FIELDS)))
    return found


def _custody(access: Access, scope_ids: Collection[int]) -> set[int]:
    scopes = {scope_id for scope_id in scope_ids if access.may("reveal", scope_id)}
    return scopes if scopes and has_second_factor(access.user) else set()


def _requested(access: Access, subjects: Sequence[Subject], on: date) -> dict[str, list[Right]]:
    scope_of = {s.pseudonym: s.scope_id for s in subjects}
    # What one person was granted is few rows; the subjects may be hundreds, and are compared here.
    granted = ContactRequest.objects.filter(
        asked_by_id=access.user.pk,  # type: ignore[union-attr]
        state=ContactRequest.State.GRANTED,
        granted_until__gt=on,
    )
    found: dict[str, list[Right]] = {}
    for row in granted:
        # Who has left the cluster since, or the firm that has moved to another, is no longer covered.
        if row.scope_id == scope_of.get(row.pseudonym) and access.may("request_contact", row.scope_id):
            right = Right(Reveal.Why.REQUEST, frozenset(row.fields_granted), request_id=row.pk)
            found.setdefault(row.pseudonym, []).append(right)
    return found


def _standing(access: Access, scope_ids: Collection[int], on: date) -> dict[int, list[Right]]:
    scopes = [scope_id for scope_id in scope_ids if access.may("see_granted_names", scope_id)]
    if not scopes:
        return {}
    mine = Q(user_id=access.user.pk) | Q(role__in=access.roles)  # type: ignore[union-attr]
    rows = list(standing_grants_in_force(scope_ids=scopes, on=on).filter(mine))
    held = _roles_held(access.user, rows, on)  # type: ignore[arg-type]
    found: dict[int, list[Right]] = {}
    for row in rows:
        if row.user_id is not None or (row.role, row.scope_id) in held:
            right = Right(Reveal.Why.STANDING, frozenset(row.fields), grant_id=row.pk)
            found.setdefault(row.scope_id, []).append(right)
    return found


def _roles_held(user: User, rows: Iterable[StandingGrant], on: date) -> set[tuple[str, int]]:
    """Which role the user holds within which of the grants' scopes, directly or from a wider one."""
    wanted = {row.scope_id for row in rows if row.role}
    if not wanted:
        return set()
    reach: dict[int, set[int]] = {scope_id: {scope_id} for scope_id in wanted}
    for wide, narrow in ScopeReach.objects.filter(narrow__in=wanted).values_list("wide_id", "narrow_id"):
        reach.setdefault(wide, set()).add(narrow)
    held = Grant.objects.filter(user=user, scope__in=reach, since__lte=on).filter(
        Q(until__isnull=True) | Q(until__gt=on)
    )
    return {(role, narrow) for role, wide in held.values_list("role", "scope_id") for narrow in reach[wide]}


def kept_fields(*, pseudonyms: Collection[str]) -> dict[str, list[str]]:
    """Which fields are kept of whom: that there is a telephone, not which one."""
    found: dict[str, list[str]] = {}
    rows = IdentityField.objects.filter(identity__in=pseudonyms, is_current=True).order_by()
    for pseudonym, code in rows.values_list("identity_id", "field"):
        found.setdefault(pseudonym, []).append(code)
    return {pseudonym: sorted(codes, key=FIELDS.index) for pseudonym, codes in found.items()}


def my_requests(*, user: User) -> QuerySet[ContactRequest]:
    """What somebody asked for, newest first."""
    return ContactRequest.objects.filter(asked_by_id=user.pk).select_related("purpose")


def requests_of_desk(*, access: Access) -> QuerySet[ContactRequest]:
    """The requests of the clusters for which the custodian decides; own ones are left to somebody else."""
    return ContactRequest.objects.filter(scope_id__in=access.scopes_with("decide_contact")).select_related(
        "purpose"
    )


def waiting(*, access: Access) -> QuerySet[ContactRequest]:
    """The requests that wait for this custodian, oldest first."""
    mine = requests_of_desk(access=access).filter(state=ContactRequest.State.ASKED)
    return mine.exclude(asked_by_id=access.user.pk if access.user else None).order_by("asked_at", "id")


def standing_grants_in_force(*, scope_ids: Collection[int], on: date) -> QuerySet[StandingGrant]:
    """The grants that hold on a day."""
    return StandingGrant.objects.filter(
        scope_id__in=scope_ids, since_on__lte=on, until_on__gt=on, revoked_at__isnull=True
    )


def standing_grants_of_desk(*, access: Access) -> QuerySet[StandingGrant]:
    """Every grant of the custodian's clusters, past ones too."""
    return StandingGrant.objects.filter(scope_id__in=access.scopes_with("decide_contact")).select_related(
        "purpose"
    )


def reveals_of_desk(*, access: Access) -> QuerySet[Reveal]:
    """Who looked at whom in the custodian's clusters, newest first."""
    return Reveal.objects.filter(scope_id__in=access.scopes_with("decide_contact"))


def consents_of(*, pseudonym: str) -> QuerySet[Consent]:
    """What somebody agreed to, newest first."""
    return Consent.objects.filter(identity=pseudonym).select_related("purpose").order_by("-given_on", "-id")
