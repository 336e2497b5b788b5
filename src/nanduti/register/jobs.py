"""Background work of the register."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone, translation

from nanduti.foundation.access import access_of
from nanduti.foundation.work import Progress, job

from .duplicates import actions, queries, searching
from .errors import NothingToCompare
from .models import DuplicateSearch


@job("register.search_duplicates")
def search_duplicates(progress: Progress, *, search_id: int) -> dict[str, Any]:
    """Search a cluster's register for doubles, by the rights that whoever asked holds when it runs."""
    search = (
        DuplicateSearch.objects.select_related("cluster__scope", "scope", "by").filter(pk=search_id).first()
    )
    if search is None or search.ended_at is not None or search.by is None:
        return {}
    access = access_of(search.by, on=timezone.localdate())
    now = queries.fields_compared(access=access, clusters=[search.cluster]).get(search.scope_id, frozenset())
    fields = sorted(now & set(search.fields))
    if not fields:
        raise NothingToCompare()
    with translation.override(search.by.language or "en"):
        found = searching.find(cluster=search.cluster, access=access, fields=fields, say=progress.say)
    actions.keep_pairs(search=search, found=found, fields=fields, by=search.by)
    return {"url": reverse("register:doubles_of", args=[search.cluster.code]), "n_pairs": len(found.pairs)}
