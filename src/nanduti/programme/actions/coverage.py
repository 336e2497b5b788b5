"""Verbs of components, of the clusters that a programme takes in, and of which component runs where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nanduti.foundation.access import Access
from nanduti.foundation.audit import action, note
from nanduti.foundation.editing import hold, save_edit, take_back
from nanduti.foundation.models import ScopeReach, User
from nanduti.register.founding import found_cluster, found_place
from nanduti.register.models import Cluster, Place

from .. import codes
from ..errors import ClusterAtWork, KeptByOthers, NameMissing
from ..models import Candidate, Component, Coverage, Programme
from ..reaching import is_free, needs_programme, records_within
from ..rules import claim, component_code
from ..scopes import work_scope, work_scope_code
from .candidates import consider_cluster

# Component and cluster → the year since when, or ``None`` where nobody knows it.
Cells = dict[tuple[int, int], int | None]


@action("programme.name_component", once=True)
def name_component(
    *, programme: Programme, values: dict[str, Any], by: User | str, at: datetime | None = None
) -> Component:
    """Name a part of the programme that may or may not run in a cluster."""
    hold(programme)
    rows = Component._base_manager.filter(programme=programme)
    code = component_code(values["name"], set(rows.values_list("code", flat=True)))
    row = Component.objects.create(programme=programme, scope=programme.scope, code=code, **values)
    note(subject=row, code=code)
    return row


@action("programme.edit_component")
def edit_component(
    *, component: Component, values: dict[str, Any], version: int, by: User | str, at: datetime | None = None
) -> Component:
    """Correct what a component is called, and what it is for."""
    note(subject=component, fields=save_edit(component, values, version=version))
    return component


@action("programme.drop_component")
def drop_component(
    *, record: Component, reason: str, version: int, by: User | str, at: datetime | None = None
) -> None:
    """Take a component out that was named by mistake; one that runs in a cluster stays."""
    take_back(record, version=version, reason=reason)


@action("programme.take_in_cluster", once=True)
def take_in_cluster(
    *,
    programme: Programme,
    components: Iterable[Component],
    cluster: Cluster | None = None,
    name: str = "",
    name_es: str = "",
    sector: str = "",
    place: Place | None = None,
    new_place: dict[str, str] | None = None,
    since: int | None = None,
    reason: str = "",
    access: Access | None,
    by: User | str,
    at: datetime | None = None,
) -> Coverage:
    """Let a programme work in a cluster, which the register may not know yet; its components begin there.

    The programme's people thereby reach the cluster's register. So a cluster whose register others keep is taken in
    only by whoever may bring records into both, as it is with imported tables. ``access=None``: the operator, who may.
    ``new_place``: name, kind and country of where a new cluster lies. With a ``reason`` it stands among those
    considered as selected, unless somebody has judged it already.
    """
    hold(programme)
    if cluster is None:
        if not name.strip():
            raise NameMissing()
        place = place or _place(new_place or {}, by, at)
        words, words_es = codes.in_both(codes.TRADES, sector)
        cluster = found_cluster(
            name=name.strip(),
            name_es=name_es.strip(),
            trade=words,
            trade_es=words_es,
            place=place,
            by=by,
            at=at,
        )
    _check_door(cluster, access)
    scope = work_scope(programme, cluster)
    rows = [
        Coverage._base_manager.get_or_create(
            component=component,
            cluster=cluster,
            defaults={"programme": programme, "scope": scope, "since": since},
        )[0]
        for component in components
    ]
    if reason.strip() and not Candidate._base_manager.filter(programme=programme, cluster=cluster).exists():
        selected = Candidate.Stage.SELECTED
        consider_cluster(
            programme=programme,
            cluster=cluster,
            sector=sector,
            stage=selected,
            reason=reason.strip(),
            by=by,
            at=at,
        )
    note(subject=programme, cluster=cluster.code, components=[row.component.code for row in rows])
    return rows[0]


def _place(new: dict[str, str], by: User | str, at: datetime | None) -> Place | None:
    """The place that is meant by name, kind and country, written down where the register does not know it."""
    name = new.get("name", "").strip()
    if not name:
        return None
    kind, country = new.get("kind") or Place.Kind.CITY, new.get("country", "").upper()
    known = Place._base_manager.filter(name__iexact=name, kind=kind, country_code=country).first()
    return known or found_place(name=name, kind=kind, country_code=country, by=by, at=at)


def _check_door(cluster: Cluster, access: Access | None) -> None:
    hold(cluster)  # of two programmes that take in what is nobody's, the second is refused
    if access is None or access.may("import", cluster.scope_id) or is_free(cluster):
        return
    raise KeptByOthers(cluster=cluster)


@action("programme.set_coverage")
def set_coverage(
    *,
    programme: Programme,
    seen: Iterable[tuple[int, int]],
    cells: Cells,
    version: int,
    access: Access | None,
    by: User | str,
    at: datetime | None = None,
) -> Programme:
    """Say which component runs in which cluster since when, of the cells that were ``seen`` and of no other.

    A cluster in which nothing runs any more leaves the programme, unless work or firms are written down there.
    """
    claim(programme, version, ["coverage"])
    rows = {
        (row.component_id, row.cluster_id): row
        for row in Coverage._base_manager.filter(programme=programme).select_related("component", "cluster")
    }
    told: dict[str, list[str]] = {"begun": [], "ended": [], "dated": []}
    left: set[Cluster] = set()
    for cell in seen:
        row = rows.get(cell)
        if cell in cells and row is None:
            told["begun"].append(_said(_begin(programme, cell, cells[cell], access)))
        elif cell in cells and row is not None and row.since != cells[cell]:
            row.since = cells[cell]
            row.save(update_fields=["since"])
            told["dated"].append(_said(row))
        elif cell not in cells and row is not None:
            told["ended"].append(_said(row))
            left.add(row.cluster)
            row.delete()
    for cluster in left:
        _leave(programme, cluster)
    note(subject=programme, fields=["coverage"], **{name: rows for name, rows in told.items() if rows})
    return programme


def _said(row: Coverage) -> str:
    """A cell in plain text, with what would be gone for good."""
    words = [f"{row.component.code} – {row.cluster.code}", str(row.since or ""), row.note]
    return ", ".join(filter(None, words))


def _begin(programme: Programme, cell: tuple[int, int], since: int | None, access: Access | None) -> Coverage:
    component = Component._base_manager.get(pk=cell[0], programme=programme)
    cluster = Cluster._base_manager.select_related("scope").get(pk=cell[1])
    if not Coverage._base_manager.filter(programme=programme, cluster=cluster).exists():
        _check_door(cluster, access)
    return Coverage._base_manager.create(
        programme=programme,
        component=component,
        cluster=cluster,
        since=since,
        scope=work_scope(programme, cluster),
    )


def _leave(programme: Programme, cluster: Cluster) -> None:
    """Close the doors of a cluster in which no component runs any more; refuse where records would be left behind."""
    if Coverage._base_manager.filter(programme=programme, cluster=cluster).exists():
        return
    work = work_scope(programme, cluster)
    within = [work.pk, *([cluster.scope_id] if needs_programme(cluster, programme) else [])]
    kinds = records_within(within)
    if kinds:
        raise ClusterAtWork(
            cluster=cluster, kinds=", ".join(kinds), code=work_scope_code(programme.code, cluster.code)
        )
    pairs = (programme.scope_id, cluster.scope_id)
    ScopeReach.objects.filter(wide__in=pairs, narrow__in=pairs).delete()
