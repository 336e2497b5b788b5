"""Verbs of the register. Whoever calls has asked :func:`.queries.require_edit`; the vault asks by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.formats import date_format

from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import save_edit
from nanduti.foundation.models import Scope, User
from nanduti.vault import actions as vault
from nanduti.vault import uploads
from nanduti.vault.keeping import differing

from .custody import (
    give_standing_grant,
    grant_request,
    look_up,
    read_upload,
    record_consent,
    refuse_request,
    request_contact,
    reveal_identity,
    revoke_standing_grant,
    shred_identity,
    withdraw_consent,
    withdraw_request,
)
from .errors import (
    AlreadyThere,
    NotPublic,
    PublicNameMissing,
    SpanRefused,
)
from .merging import merge_establishments, unmerge_establishments
from .models import (
    AssociationMembership,
    Cluster,
    ClusterMembership,
    Establishment,
    Organisation,
    Person,
    Position,
    SizeBand,
    Stakeholder,
    shared_scope,
)
from .pseudonyms import ESTABLISHMENT, ORGANISATION, PERSON, Mint
from .stating import edit_fact, edit_membership, record_fact, take_back_record
from .subjects import Actor, subject_of

# Told here once more so that callers find every verb of the register in one place.
__all__ = [
    "edit_fact",
    "edit_membership",
    "give_standing_grant",
    "grant_request",
    "look_up",
    "merge_establishments",
    "read_upload",
    "record_consent",
    "record_fact",
    "refuse_request",
    "request_contact",
    "reveal_identity",
    "revoke_standing_grant",
    "shred_identity",
    "take_back_record",
    "unmerge_establishments",
    "withdraw_consent",
    "withdraw_request",
]

VAULT = "vault"
# What a firm must be to be shown by name; other kinds may always be.
SHOWN_ONLY_IF_LARGE = frozenset({Organisation.Kind.ENTERPRISE.value, Organisation.Kind.NETWORK.value})


def _scope_of(cluster: Cluster | None) -> Scope:
    """Where a record belongs: to its cluster's register, or to the shared one."""
    return cluster.scope if cluster else shared_scope()


def _fresh(model: type[models.Model], prefix: str) -> str:
    manager = model._base_manager
    return Mint(
        prefix, lambda drawn: manager.filter(pseudonym__in=drawn).values_list("pseudonym", flat=True), batch=8
    ).next()


def _keep(actor: Actor, identity: dict[str, str] | None, by: User | str, at: datetime | None) -> bool:
    """Hand identifying values to the vault; whether anything changed there."""
    if identity is None:
        return False
    values = {field: (value or "").strip() for field, value in identity.items()}
    if not differing(actor.pseudonym, values):
        return False
    return bool(vault.keep_identity(subject=subject_of(actor), values=values, by=by, at=at))


# --- organisations


@action("register.register_organisation", using=VAULT, once=True)
def register_organisation(
    *,
    values: dict[str, Any],
    identity: dict[str, str] | None = None,
    kept_in: Cluster | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Organisation:
    """Enter a body that can act; its name goes to the vault unless it is public.

    ``kept_in``: the cluster in whose register a partner from elsewhere stands, without belonging to the cluster.
    """
    values = _tidy_names(values)
    cluster = values.get("cluster")
    organisation = Organisation(
        **values, scope=_scope_of(cluster or kept_in), pseudonym=_fresh(Organisation, ORGANISATION)
    )
    organisation.save()
    if _keep(organisation, identity, by, at):
        _count_identity(organisation)
    if cluster is not None:
        ClusterMembership.objects.create(
            organisation=organisation, cluster=cluster, scope=cluster.scope, since_on=timezone.localdate(at)
        )
    return organisation


@action("register.edit_organisation", using=VAULT)
def edit_organisation(
    *,
    organisation: Organisation,
    values: dict[str, Any],
    identity: dict[str, str] | None = None,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Organisation:
    """Change what is said about an organisation; the second of two editors is told."""
    values = _tidy_names(values)
    if "cluster" in values and (values["cluster"] or organisation.cluster):
        # A partner from elsewhere, which belongs to no cluster, stays in the register that keeps it.
        values["scope"] = _scope_of(values["cluster"])
    draft = Organisation(
        **{f: values.get(f, getattr(organisation, f)) for f in INDEXED}, pseudonym=organisation.pseudonym
    )
    draft.index_text()
    values |= {"search_text": draft.search_text, "sort_text": draft.sort_text}
    note(fields=_edit(organisation, values, identity, version, by, at), scope=organisation.scope)
    return organisation


INDEXED = ("is_public", "public_name", "public_name_es", "place", "cluster")


def _tidy_names(values: dict[str, Any]) -> dict[str, Any]:
    """Names stand in the register only where they are public, and only where they may be."""
    if "is_public" not in values:
        return dict(values)
    if not values["is_public"]:
        return {**values, "public_name": "", "public_name_es": ""}
    if values.get("kind") in SHOWN_ONLY_IF_LARGE and values.get("size_band") != SizeBand.LARGE:
        raise NotPublic()
    if not (values.get("public_name") or "").strip():
        raise PublicNameMissing()
    return dict(values)


def _edit(
    record: Any,
    values: dict[str, Any],
    identity: dict[str, str] | None,
    version: int,
    by: User | str,
    at: datetime | None,
) -> list[str]:
    """Save columns and identity under one version; the names of what changed, never the values."""
    told = {f: (v or "").strip() for f, v in (identity or {}).items()}
    if differing(record.pseudonym, told):
        values = {**values, "identity_version": record.identity_version + 1}
    changed = save_edit(record, values, version=version)
    _keep(record, identity, by, at)
    return [name for name in changed if name not in {"search_text", "sort_text", "scope"}]


def _count_identity(record: Any) -> None:
    record.identity_version += 1
    record.save(update_fields=["identity_version"])


@action("register.edit_cluster")
def edit_cluster(
    *, cluster: Cluster, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Cluster:
    """Change what a cluster is called and where it is; its organisations are then found by the new words."""
    changed = save_edit(cluster, values, version=version)
    if {"name", "name_es"} & set(changed):
        members = list(Organisation._base_manager.filter(cluster=cluster).select_related("place", "cluster"))
        for organisation in members:
            organisation.index_text()
        Organisation._base_manager.bulk_update(members, ["search_text", "sort_text"], batch_size=500)
        Scope.objects.filter(pk=cluster.scope_id).update(title=cluster.name)
    note(fields=changed)
    return cluster


# --- establishments


@action("register.register_establishment", using=VAULT, once=True)
def register_establishment(
    *,
    organisation: Organisation,
    values: dict[str, Any],
    identity: dict[str, str] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Establishment:
    """Enter one location of an enterprise; how to find it goes to the vault."""
    values = _with_band(values)
    cluster = values.get("cluster")
    establishment = Establishment.objects.create(
        **values,
        organisation=organisation,
        scope=cluster.scope if cluster else organisation.scope,
        pseudonym=_fresh(Establishment, ESTABLISHMENT),
    )
    if _keep(establishment, identity, by, at):
        _count_identity(establishment)
    return establishment


@action("register.edit_establishment", using=VAULT)
def edit_establishment(
    *,
    establishment: Establishment,
    values: dict[str, Any],
    identity: dict[str, str] | None = None,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Establishment:
    """Change what is said about an establishment."""
    values = _with_band(values)
    if "cluster" in values:
        cluster = values["cluster"]
        values["scope"] = cluster.scope if cluster else establishment.organisation.scope
    note(fields=_edit(establishment, values, identity, version, by, at), scope=establishment.scope)
    return establishment


def _with_band(values: dict[str, Any]) -> dict[str, Any]:
    """The size band follows from the number of workers where nobody gave one."""
    if not values.get("size_band") and values.get("n_workers"):
        return {**values, "size_band": SizeBand.of(values["n_workers"])}
    return dict(values)


# --- people


@action("register.register_person", using=VAULT, once=True)
def register_person(
    *,
    organisation: Organisation | None,
    position: dict[str, Any] | None = None,
    identity: dict[str, str] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Person:
    """Enter a person by pseudonym, with the post they hold; name and contacts go to the vault."""
    scope = organisation.scope if organisation else shared_scope()
    person = Person.objects.create(scope=scope, pseudonym=_fresh(Person, PERSON))
    if _keep(person, identity, by, at):
        _count_identity(person)
    if organisation is not None or position:
        Position.objects.create(person=person, organisation=organisation, scope=scope, **(position or {}))
    return person


@action("register.edit_person", using=VAULT)
def edit_person(
    *, person: Person, identity: dict[str, str], version: int, by: User | str, at: datetime | None = None
) -> Person:
    """Correct what the vault keeps about a person."""
    note(fields=_edit(person, {}, identity, version, by, at), scope=person.scope)
    return person


@action("register.hold_post", once=True)
def hold_post(
    *,
    person: Person,
    organisation: Organisation,
    values: dict[str, Any],
    by: User | str,
    at: datetime | None = None,
) -> Position:
    """Write down that somebody who is in the register holds a further post; earlier ones stay."""
    return Position.objects.create(
        person=person, organisation=organisation, scope=organisation.scope, **values
    )


@action("register.edit_post")
def edit_post(
    *, position: Position, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Position:
    """Correct or end a post; the second of two editors is told."""
    note(fields=save_edit(position, values, version=version))
    return position


# --- belonging and roles


@action("register.join_cluster", once=True)
def join_cluster(
    *,
    organisation: Organisation,
    cluster: Cluster,
    since_on: date | None,
    by: User | str,
    at: datetime | None = None,
) -> ClusterMembership:
    """An organisation belongs to a cluster from a day on."""
    return _once(
        ClusterMembership, organisation=organisation, cluster=cluster, scope=cluster.scope, since_on=since_on
    )


@action("register.leave_cluster")
def leave_cluster(
    *, membership: ClusterMembership, until_on: date, version: int, by: User | str, at: datetime | None = None
) -> ClusterMembership:
    """The membership ends; that there was one stays."""
    _end(membership, until_on, version)
    return membership


@action("register.join_association", once=True)
def join_association(
    *,
    association: Organisation,
    member: Organisation,
    since_on: date | None,
    by: User | str,
    at: datetime | None = None,
) -> AssociationMembership:
    """A body becomes a member of an association."""
    return _once(
        AssociationMembership, association=association, member=member, scope=member.scope, since_on=since_on
    )


@action("register.leave_association")
def leave_association(
    *,
    membership: AssociationMembership,
    until_on: date,
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> AssociationMembership:
    """The membership of an association ends; that there was one stays."""
    _end(membership, until_on, version)
    return membership


@action("register.take_role", once=True)
def take_role(
    *,
    organisation: Organisation,
    cluster: Cluster | None,
    role: str,
    values: dict[str, Any] | None = None,
    by: User | str,
    at: datetime | None = None,
) -> Stakeholder:
    """An organisation takes a role toward a cluster."""
    scope = cluster.scope if cluster else organisation.scope
    return _once(
        Stakeholder, organisation=organisation, cluster=cluster, role=role, scope=scope, **(values or {})
    )


@action("register.edit_role")
def edit_role(
    *,
    stakeholder: Stakeholder,
    values: dict[str, Any],
    version: int,
    by: User | str,
    at: datetime | None = None,
) -> Stakeholder:
    """Change or end a role."""
    note(fields=save_edit(stakeholder, values, version=version))
    return stakeholder


def _once(model: type[models.Model], **values: Any) -> Any:
    try:
        with transaction.atomic():
            return model._base_manager.create(**values)
    except IntegrityError:
        raise AlreadyThere(what=str(model._meta.verbose_name).capitalize()) from None


def _end(membership: Any, until_on: date, version: int) -> None:
    since = membership.since_on
    if since is not None and until_on <= since:
        raise SpanRefused(since=date_format(since, "DATE_FORMAT"), until=date_format(until_on, "DATE_FORMAT"))
    note(fields=save_edit(membership, {"until_on": until_on}, version=version))


# --- files that identify people


@action("register.keep_upload", using=VAULT)
def keep_upload(*, content: bytes, by: User | str, at: datetime | None = None) -> str:
    """Keep an uploaded file encrypted until its import has run; the token stands for it in jobs and addresses."""
    note(n_bytes=len(content))
    return uploads.keep(content, by_id=by.pk if isinstance(by, User) else None, at=at or timezone.now())


@action("register.drop_upload", using=VAULT)
def drop_upload(*, token: str, by: User | str, at: datetime | None = None) -> None:
    """Forget an uploaded file."""
    uploads.drop(token)
