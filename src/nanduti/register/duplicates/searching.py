"""The search itself: open what the searcher may see, compare in memory, keep points and codes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import asin, cos, radians, sin, sqrt
from typing import Any

import polars as pl
from django.utils import timezone
from django.utils.translation import gettext as _

from nanduti.foundation.access import Access
from nanduti.foundation.errors import JobCancelled
from nanduti.methods import entity_resolution as er
from nanduti.vault import looking
from nanduti.vault.fields import Field
from nanduti.vault.models import Reveal
from nanduti.vault.queries import Subject

from ..errors import CannotCompare
from ..models import Cluster, DuplicateDecision, Establishment, EstablishmentMerge
from ..subjects import subject_of
from .queries import standing

Say = Callable[..., None]
AT_ONCE = 400
# Nobody looks through more; they are the best of those found.
MOST_PAIRS = 5_000
# Decisions of either sort before they move the points at all; then each moves them by n/(n + 20).
TEACH_FROM = 5
EARTH_M = 6_371_008.8
TEXTS = ("name", "person", "phone", "address", "tax_id", "place", "activity", "country")
SCHEMA = {"record": pl.String, **dict.fromkeys(TEXTS, pl.String), "lat": pl.Float64, "lon": pl.Float64}


@dataclass(frozen=True)
class FoundPair:
    """Two establishments by their numbers, with points and codes."""

    one_id: int
    other_id: int
    score: float
    answer: str
    reasons: list[dict[str, Any]]
    group: str
    n_alike: int
    is_held_apart: bool


@dataclass(frozen=True)
class Found:
    """What a search brought."""

    pairs: list[FoundPair] = field(default_factory=list)
    n_establishments: int = 0
    n_learnt: int = 0
    n_contradicting: int = 0
    recipe: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """What people have decided, by pseudonym: pairs that are one, pairs that are two."""

    confirmed: list[tuple[str, str]]
    refuted: list[tuple[str, str]]
    root: dict[str, str]
    n_contradicting: int

    @property
    def table(self) -> pl.DataFrame:
        rows = [(*pair, "confirmed") for pair in self.confirmed] + [
            (*pair, "refuted") for pair in self.refuted
        ]
        schema = {"one": pl.String, "other": pl.String, "decision": pl.String}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def apart(self) -> set[tuple[str, str]]:
        """The pairs of records, after merges, that somebody told apart."""
        return {_in_order(self.root.get(a, a), self.root.get(b, b)) for a, b in self.refuted}


def find(*, cluster: Cluster, access: Access, fields: Collection[str], say: Say) -> Found:
    """Pairs of the cluster's establishments that may be one, by the given fields; each look is written down."""
    sites = list(
        Establishment._base_manager.filter(cluster=cluster, scope=cluster.scope)
        .select_related("organisation", "place")
        .order_by("pk")
    )
    # Records merged before are compared too: what people decided about them teaches.
    if len(sites) < 2:
        return Found(n_establishments=len(sites))
    say(0, 2 * len(sites) + 1, _("Opening what you may compare"))
    opened = _opened(sites, access, set(fields), say)
    say(2 * len(sites), 2 * len(sites) + 1, _("Comparing"))
    decided = _decided(cluster, {s.pk: s for s in sites})
    try:
        found = _compare(sites, [_record(site, opened) for site in sites], decided)
    except JobCancelled:
        raise
    except Exception as error:  # its words may quote what was compared
        fault = type(error).__name__
        del opened
        raise CannotCompare(kind_of_fault=fault) from None
    say(2 * len(sites) + 1, 2 * len(sites) + 1)
    return found


def _opened(
    sites: Sequence[Establishment], access: Access, fields: set[str], say: Say
) -> dict[str, dict[str, str]]:
    """Identities of the establishments and of their enterprises, as far as both belong to the cluster."""
    subjects: dict[str, Subject] = {}
    for site in sites:
        subjects[site.pseudonym] = subject_of(site)
        if site.organisation.scope_id == site.scope_id:
            subjects[site.organisation.pseudonym] = subject_of(site.organisation)
    waiting, opened = list(subjects.values()), {}
    for start in range(0, len(waiting), AT_ONCE):
        chunk = waiting[start : start + AT_ONCE]
        opened |= looking.look(
            subjects=chunk, access=access, fields=fields, at=timezone.now(), occasion=Reveal.Occasion.DOUBLES
        )
        say(min(start + AT_ONCE, 2 * len(sites)))
    return opened


def _record(site: Establishment, opened: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A row to compare. What the vault keeps of the enterprise stands in where it keeps nothing of the place."""
    own, firm = opened.get(site.pseudonym, {}), opened.get(site.organisation.pseudonym, {})
    public = site.organisation.public_name if site.organisation.is_public else ""
    phones = dict.fromkeys(v for v in (own.get(Field.PHONE), firm.get(Field.PHONE)) if v)
    latitude, longitude = own.get(Field.LATITUDE, ""), own.get(Field.LONGITUDE, "")
    point = (_degrees(latitude, 90), _degrees(longitude, 180))
    return {
        "record": site.pseudonym,
        "name": own.get(Field.NAME) or firm.get(Field.NAME) or public or None,
        "person": own.get(Field.CONTACT_PERSON) or firm.get(Field.CONTACT_PERSON) or None,
        "phone": " / ".join(phones) or None,
        "address": own.get(Field.ADDRESS) or None,
        "tax_id": own.get(Field.TAX_NUMBER) or firm.get(Field.TAX_NUMBER) or None,
        "place": site.place.name if site.place else None,
        "activity": site.activity or None,
        "country": (site.place.country_code.upper() if site.place else "") or "PY",
        "lat": point[0] if None not in point else None,
        "lon": point[1] if None not in point else None,
    }


def _degrees(text: str, most: float) -> float | None:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if -most <= value <= most else None


def _decided(cluster: Cluster, sites: dict[int, Establishment]) -> Decided:
    """Merges that stand are confirmed pairs, whoever made them; what was told apart stays apart."""
    merges = EstablishmentMerge._base_manager.filter(kept__in=sites, undone_at__isnull=True)
    confirmed = [
        (sites[kept].pseudonym, sites[absorbed].pseudonym)
        for kept, absorbed in merges.values_list("kept_id", "absorbed_id")
        if kept in sites and absorbed in sites
    ]
    root = {site.pseudonym: _root(site, sites).pseudonym for site in sites.values()}
    rows = DuplicateDecision._base_manager.filter(
        standing(), scope=cluster.scope, decision=DuplicateDecision.Decision.DIFFERENT
    )
    told = [
        (sites[one].pseudonym, sites[other].pseudonym)
        for one, other in rows.values_list("one_id", "other_id")
        if one in sites and other in sites
    ]
    # A merge made by hand may join what somebody told apart: the merge is what the register says now.
    refuted = [(a, b) for a, b in told if root[a] != root[b]]
    return Decided(confirmed, refuted, root, len(told) - len(refuted))


def _root(site: Establishment, sites: dict[int, Establishment]) -> Establishment:
    seen = {site.pk}
    while site.merged_into_id in sites and site.merged_into_id not in seen:
        seen.add(site.merged_into_id)
        site = sites[site.merged_into_id]
    return site


def _compare(sites: Sequence[Establishment], rows: list[dict[str, Any]], decided: Decided) -> Found:
    tidy = er.tidy_records(pl.DataFrame(rows, schema=SCHEMA, orient="row"))
    met = er.candidate_pairs(tidy)
    scored = er.score_pairs(tidy, met)
    n_learnt = 0
    table = decided.table
    if min(len(decided.confirmed), len(decided.refuted)) >= TEACH_FROM:
        scored, n_learnt = _taught(tidy, met, scored, table)
    likely = scored.frame.filter(pl.col("score") >= scored.recipe.possible_from)
    groups = er.cluster_records(scored, table if table.height else None)
    live = {site.pseudonym: site for site in sites if site.merged_into_id is None}
    keep = [row for row in likely.iter_rows(named=True) if _is_worth_asking(row, live, decided)][:MOST_PAIRS]
    return Found(
        pairs=list(_pairs(keep, live, scored, groups)),
        n_establishments=len(live),
        n_learnt=n_learnt,
        n_contradicting=decided.n_contradicting,
        recipe={"name": scored.recipe.name, "points": {f: dict(p) for f, p in scored.recipe.points.items()}},
    )


def _taught(
    tidy: er.TidyRecords, met: er.Candidates, scored: er.ScoredPairs, table: pl.DataFrame
) -> tuple[er.ScoredPairs, int]:
    """The same pairs under points that decisions have moved, where enough of them were compared."""
    pairs = {_in_order(a, b) for a, b in scored.frame.select("one", "other").iter_rows()}
    seen = table.filter([_in_order(a, b) in pairs for a, b in table.select("one", "other").iter_rows()])
    counts = dict(seen.group_by("decision").len().iter_rows())
    if min(counts.get("confirmed", 0), counts.get("refuted", 0)) < TEACH_FROM:
        return scored, 0
    taught = er.learn_points(scored, seen)
    return er.score_pairs(tidy, met, recipe=taught.recipe), taught.n_confirmed + taught.n_refuted


def _is_worth_asking(row: dict[str, Any], live: dict[str, Establishment], decided: Decided) -> bool:
    one, other = row["one"], row["other"]
    if one not in live or other not in live or _in_order(one, other) in decided.apart:
        return False
    if live[one].organisation_id != live[other].organisation_id:
        return True
    # Two places of one enterprise share its name, number and telephone: only where they stand tells them apart.
    return row["level_address"] in {"same", "like"} or row["level_distance"] == "here"


def _pairs(
    rows: list[dict[str, Any]], live: dict[str, Establishment], scored: er.ScoredPairs, groups: er.Clusters
) -> Iterator[FoundPair]:
    wanted = {row[side] for row in rows for side in ("one", "other")}
    told = scored.tidy.frame.filter(pl.col("record").is_in(list(wanted)))
    records = {r["record"]: r for r in told.iter_rows(named=True)}
    where = dict(groups.frame.select("record", "cluster").iter_rows())
    sizes: dict[str, int] = {}
    for record in live:
        sizes[where[record]] = sizes.get(where[record], 0) + 1
    apart = {_in_order(a, b) for a, b in groups.kept_apart.select("one", "other").iter_rows()}
    for row in rows:
        one, other = sorted((row["one"], row["other"]), key=lambda p: live[p].pk)
        together = where[one] == where[other]
        yield FoundPair(
            one_id=live[one].pk,
            other_id=live[other].pk,
            score=round(float(row["score"]), 1),
            answer=row["answer"],
            reasons=reasons(row, records[one], records[other], scored.recipe),
            group=where[one] if together else "",
            n_alike=max(2, sizes[where[one]]) if together else 2,
            is_held_apart=_in_order(one, other) in apart,
        )


def reasons(
    row: dict[str, Any], one: dict[str, Any], other: dict[str, Any], recipe: er.LinkageRecipe
) -> list[dict[str, Any]]:
    """Codes, points and figures of a pair, the weightiest first; never a value that was compared."""
    found = []
    for name in recipe.points:
        level = row[f"level_{name}"]
        if level is not None:
            reason = {"field": name, "level": level, "points": round(float(row[f"points_{name}"]), 1)}
            figure = _figure(name, one, other)
            found.append(reason | ({"figure": figure} if figure is not None else {}))
    return sorted(found, key=lambda r: (-abs(r["points"]), r["field"]))


def _figure(name: str, one: dict[str, Any], other: dict[str, Any]) -> float | None:
    """How like two texts are, 0 to 1, or how many metres lie between two points."""
    if name == "distance":
        return _metres(one["lat"], one["lon"], other["lat"], other["lon"])
    if name not in {"name", "person", "address"}:
        return None
    column = "telling" if name == "name" else name
    texts = [" ".join(sorted(v)) if isinstance(v, list) else v or "" for v in (one[column], other[column])]
    return round(er.jaro_winkler(*texts), 2)


def _metres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    a = sin(radians(lat2 - lat1) / 2) ** 2
    a += cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2
    return float(round(2 * EARTH_M * asin(sqrt(min(1.0, a)))))


def _in_order(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)
