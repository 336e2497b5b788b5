"""Opening identities for somebody who may see them; every look is written down in the transaction that opens."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from nanduti.foundation.access import Access

from .fields import FIELDS, Field
from .keeping import open_rows
from .models import IdentityField, Reveal
from .queries import Right, Subject, rights
from .router import ALIAS


def in_order(fields: Collection[str]) -> list[str]:
    """Fields in the order in which people expect them."""
    return sorted(set(fields), key=FIELDS.index)


def look(
    *,
    subjects: Sequence[Subject],
    access: Access,
    fields: Collection[str],
    at: datetime | None = None,
    occasion: str = Reveal.Occasion.SHOWN,
) -> dict[str, dict[str, str]]:
    """Fields of many identities, as far as the viewer holds a right to each; one reveal written for each.

    What is not allowed is left out without a word. The bulk counterpart of :func:`reveal_identity`.
    """
    at = at or timezone.now()
    with transaction.atomic(using=ALIAS):
        held = rights(access=access, subjects=subjects, on=timezone.localdate(at))
        return look_with(subjects, held, set(fields), access, at, occasion)


def look_with(
    subjects: Sequence[Subject],
    held: dict[str, list[Right]],
    asked: set[str],
    access: Access,
    at: datetime,
    occasion: str = Reveal.Occasion.SHOWN,
) -> dict[str, dict[str, str]]:
    """Open what the given rights cover; for callers that hold the transaction and know the rights already."""
    wanted = {
        s.pseudonym: asked & {code for right in held[s.pseudonym] for code in right.fields} for s in subjects
    }
    wanted = {pseudonym: codes for pseudonym, codes in wanted.items() if codes}
    if not wanted:
        return {}
    rows = IdentityField.objects.filter(identity__in=wanted, field__in=asked, is_current=True).order_by()
    shown = open_rows(row for row in rows if row.field in wanted[row.identity_id])
    Reveal.objects.bulk_create(
        [
            _reveal(s, held[s.pseudonym], set(shown[s.pseudonym]), access, at, occasion)
            for s in subjects
            if s.pseudonym in shown
        ],
        batch_size=500,
    )
    return shown


def _reveal(
    subject: Subject, held: list[Right], shown: set[str], access: Access, at: datetime, occasion: str
) -> Reveal:
    # The narrowest right that covers what was seen is the one that was used: they stand in that order.
    used = next((right for right in held if shown <= right.fields), held[0])
    user = access.user
    return Reveal(
        pseudonym=subject.pseudonym,
        scope_id=subject.scope_id,
        fields=in_order(shown),
        by_id=user.pk if user else None,
        by_label=user.username if user else "",
        why=used.why,
        occasion=occasion,
        request_id=used.request_id,
        grant_id=used.grant_id,
        at=at,
    )


def scopes_whose_names_show(*, access: Access, at: datetime) -> list[int]:
    """The scopes in which the viewer may see every name today: by custody or by a standing grant."""
    shown = fields_that_show(access=access, scope_ids=access.scope_ids, at=at)
    return [scope_id for scope_id, fields in shown.items() if Field.NAME in fields]


def fields_that_show(
    *, access: Access, scope_ids: Collection[int], at: datetime
) -> dict[int, frozenset[str]]:
    """For each scope the fields that the viewer may see of everybody there today, by custody or a standing grant."""
    probes = [Subject(f"?{scope_id}", "", scope_id) for scope_id in scope_ids]
    held = rights(access=access, subjects=probes, on=timezone.localdate(at))
    wide = {Reveal.Why.CUSTODY, Reveal.Why.STANDING}
    return {
        probe.scope_id: frozenset(
            code for right in held[probe.pseudonym] if right.why in wide for code in right.fields
        )
        for probe in probes
    }


def pseudonyms_named(*, pseudonyms: Sequence[str], matches: Callable[[str], bool]) -> list[str]:
    """Which of these have a name that matches. Names are opened but leave this function in no form."""
    found = []
    for start in range(0, len(pseudonyms), 500):
        rows = IdentityField.objects.filter(
            identity__in=pseudonyms[start : start + 500], field=Field.NAME, is_current=True
        ).order_by()
        opened = open_rows(rows)
        found += [pseudonym for pseudonym, values in opened.items() if matches(values[Field.NAME])]
    return found
