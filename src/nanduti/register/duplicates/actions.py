"""Verbs of the search for doubles. Whoever calls has asked :mod:`.queries` whether the viewer may."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from nanduti.foundation import work
from nanduti.foundation.access import Access
from nanduti.foundation.audit import action, note
from nanduti.foundation.models import User

from .. import actions as register
from ..errors import NothingToCompare, NothingToTakeOver, PairContradicts, PairDecided
from ..models import Cluster, DuplicateDecision, DuplicatePair, DuplicateSearch, Establishment
from . import queries
from .searching import Found

VAULT = "vault"
Decision = DuplicateDecision.Decision


@action("register.search_duplicates")
def search_duplicates(
    *, cluster: Cluster, access: Access, by: User, at: datetime | None = None
) -> DuplicateSearch:
    """Have a cluster's register searched for doubles in the background; one search at a time."""
    running = queries.running_search(cluster=cluster)
    if running is not None:
        note(was_running=True)
        return running
    fields = queries.fields_compared(access=access, clusters=[cluster], at=at).get(cluster.scope_id)
    if not fields:
        raise NothingToCompare()
    search = DuplicateSearch.objects.create(
        cluster=cluster, scope=cluster.scope, fields=sorted(fields), asked_at=at, by=by, by_label=by.username
    )
    # The job names the search and nobody whom it compares.
    search.job = work.enqueue("register.search_duplicates", by=by, scope=cluster.scope, search_id=search.pk)
    search.save(update_fields=["job"])
    note(fields=sorted(fields))
    return search


@action("register.keep_pairs")
def keep_pairs(
    *,
    search: DuplicateSearch,
    found: Found,
    fields: Collection[str],
    by: User | str,
    at: datetime | None = None,
) -> DuplicateSearch:
    """Put down what a search found; it replaces earlier ones that compared the same or less."""
    earlier = DuplicateSearch.objects.filter(cluster=search.cluster_id).exclude(pk=search.pk)
    broken = [row.pk for row in earlier.filter(ended_at__isnull=True, pk__lt=search.pk)]
    old = [row.pk for row in earlier.filter(ended_at__isnull=False) if set(row.fields) <= set(fields)]
    DuplicateSearch.objects.filter(pk__in=[*old, *broken]).delete()
    search.pairs.all().delete()
    DuplicatePair.objects.bulk_create(
        [DuplicatePair(search=search, scope_id=search.scope_id, **vars(pair)) for pair in found.pairs], batch_size=500
    )  # fmt: skip
    search.fields, search.ended_at = sorted(fields), at
    search.n_establishments, search.n_pairs = found.n_establishments, len(found.pairs)
    search.n_learnt, search.n_contradicting, search.recipe = (
        found.n_learnt,
        found.n_contradicting,
        found.recipe,
    )
    search.save()
    note(fields=search.fields, n_establishments=search.n_establishments, n_pairs=search.n_pairs)
    return search


@action("register.judge_pair")
def judge_pair(
    *,
    one: Establishment,
    other: Establishment,
    decision: str,
    reason: str,
    kept: Establishment | None = None,
    take: Collection[str] = (),
    by: User,
    at: datetime | None = None,
) -> DuplicateDecision:
    """Decide whether two records are one firm. "Same" merges the other into the kept one, with the way back."""
    one, other = sorted((one, other), key=lambda record: record.pk)
    _make_room(one, other, by, at)
    merge = None
    if decision == Decision.SAME:
        _check_not_apart(one, other)
        kept = kept or one
        merge = register.merge_establishments(
            kept=kept, absorbed=other if kept.pk == one.pk else one, reason=reason, take=take, by=by, at=at
        )
    try:
        with transaction.atomic():
            made = DuplicateDecision.objects.create(
                one=one, other=other, scope=one.scope, decision=decision, reason=reason, merge=merge,
                by=by, by_label=by.username, at=at,
            )  # fmt: skip
    except IntegrityError:
        raise PairDecided(one=one.pseudonym, other=other.pseudonym) from None
    note(decision=decision, one=one.pseudonym, other=other.pseudonym)
    return made


def _make_room(one: Establishment, other: Establishment, by: User, at: datetime | None) -> None:
    """A decision that does not hold any more, or was none, gives way and stays on record."""
    before = DuplicateDecision.objects.filter(one=one, other=other, undone_at__isnull=True)
    before = before.select_related("merge").first()
    if before is None:
        return
    if before.holds and before.decision != Decision.NOT_SURE:
        raise PairDecided(one=one.pseudonym, other=other.pseudonym)
    before.undone_at, before.undone_by_label = at, by.username
    before.save(update_fields=["undone_at", "undone_by_label"])


def _check_not_apart(one: Establishment, other: Establishment) -> None:
    """No record that became the one may have been told apart from a record that became the other."""
    ours, theirs = _became(one), _became(other)
    told = DuplicateDecision.objects.filter(queries.standing(), decision=Decision.DIFFERENT).select_related(
        "one", "other"
    )
    clash = told.filter(one__in=ours, other__in=theirs).first() or told.filter(
        one__in=theirs, other__in=ours
    ).first()  # fmt: skip
    if clash is not None:
        raise PairContradicts(one=clash.one.pseudonym, other=clash.other.pseudonym)


def _became(record: Establishment) -> set[int]:
    """The record and all that were merged into it, through however many merges."""
    found, newest = {record.pk}, {record.pk}
    while newest:
        rows = Establishment._base_manager.filter(merged_into__in=newest).values_list("pk", flat=True)
        newest = set(rows) - found
        found |= newest
    return found


@action("register.take_back_judgement")
def take_back_judgement(
    *, decision: DuplicateDecision, by: User, at: datetime | None = None
) -> DuplicateDecision:
    """The two are undecided again; if they had been merged, they are two records again."""
    if not decision.holds:
        raise PairDecided(one=decision.one.pseudonym, other=decision.other.pseudonym)
    if decision.merge is not None:
        register.unmerge_establishments(merge=decision.merge, by=by, at=at)
    decision.undone_at, decision.undone_by_label = at, by.username
    decision.save(update_fields=["undone_at", "undone_by_label"])
    note(decision=decision.decision)
    return decision


@action("register.take_over_identity", using=VAULT)
def take_over_identity(
    *,
    kept: Establishment,
    absorbed: Establishment,
    fields: Collection[str],
    access: Access,
    by: User,
    at: datetime | None = None,
) -> list[str]:
    """Let the vault keep of a record what it kept only of the one merged into it; for custodians, who may look."""
    access.require("reveal", kept.scope)
    if absorbed.merged_into_id != kept.pk:
        raise NothingToTakeOver(kept=kept.pseudonym, absorbed=absorbed.pseudonym)
    offered = set(queries.to_take_over(kept=kept, absorbed=absorbed))
    chosen = [field for field in fields if field in offered]
    if not chosen:
        raise NothingToTakeOver(kept=kept.pseudonym, absorbed=absorbed.pseudonym)
    values = register.reveal_identity(
        actor=absorbed, access=access, fields=chosen, by=by, at=at or timezone.now()
    )
    register.edit_establishment(
        establishment=kept, values={}, identity=values, version=kept.version, by=by, at=at
    )
    note(subject=kept, scope=kept.scope, fields=sorted(chosen), absorbed=absorbed.pseudonym)
    return chosen
