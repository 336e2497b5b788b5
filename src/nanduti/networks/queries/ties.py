"""The frame of ties: what people said and what records show, with who was asked and who did not answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl
from django.db import models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from nanduti.foundation.access import Access
from nanduti.foundation.arrow import read_frame
from nanduti.programme.models import Coverage, Programme
from nanduti.register.models import Cluster, Establishment, Organisation

from .. import sources
from ..kinds import Kind
from ..models import Tie, TieActor, TieRespondent, TieWave
from .kinds import kinds_of
from .latest import LATEST, latest_said

TEXT = models.TextField()
AT_ONCE = 900
FRAME: dict[str, Any] = {
    "tie": pl.Int64, "source": pl.String, "target": pl.String, "kind": pl.String, "strength": pl.Float64,
    "status": pl.String, "state": pl.String, "began_on": pl.Date, "ended_on": pl.Date, "on": pl.Date,
    "wave": pl.String, "told_by": pl.String, "cited": pl.String,
}  # fmt: skip


# What a state means for the arithmetic, which keeps tie, no tie and not known apart; all others are ties.
STATUS = {Tie.State.NONE.value: "none", Tie.State.UNKNOWN.value: "unknown"}


@dataclass(frozen=True)
class Ties:
    """Ties with everybody whom they join, and what is missing.

    Attributes:
        frame: one row for each statement, columns of :data:`FRAME`: ``source`` and ``target`` are pseudonyms, ``wave``
            the code of the round ("" for records), ``status`` tie, none or unknown, ``cited`` where it is written.
        actors: one row for everybody tied or asked: ``actor`` (pseudonym), ``actor_kind`` (establishment,
            organisation, person, named), ``cluster``, ``place``, ``size_class``, ``trade``.
        respondents: who answered in the round(s) meant.
        missing: actor → why nothing is known of what they would have said: "silent", "refused", "not_asked".
        kinds: the kinds that occur or were asked for, by code.
        waves: the rounds meant, the earliest first.
        is_asked_known: whether anybody kept who was asked; if not, silence is taken for no tie, and a warning says so.
        n_more: partners beyond those listed, as the respondents counted them.
        n_not_in_register: actors who were named and are not known yet.
        n_without_ties_in_register: establishments of the register that are neither tied nor asked.
    """

    frame: pl.DataFrame
    actors: pl.DataFrame
    respondents: frozenset[str] = frozenset()
    missing: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    waves: tuple[TieWave, ...] = ()
    is_asked_known: bool = False
    seeds: frozenset[str] = frozenset()
    n_more: int = 0
    n_not_in_register: int = 0
    n_outside: int = 0

    @property
    def n(self) -> int:
        """How many actors."""
        return self.actors.height

    def of_kinds(self, codes: Collection[str]) -> pl.DataFrame:
        """The statements of some kinds."""
        return self.frame.filter(pl.col("kind").is_in(list(codes))) if codes else self.frame


def waves_of(*, programme: Programme, cluster: Cluster | None = None) -> QuerySet[TieWave]:
    """The rounds of a programme, the earliest first; of a cluster, with those of no cluster in particular."""
    rows = TieWave._base_manager.filter(programme=programme).select_related(
        "cluster", "source", "survey_wave"
    )
    if cluster is not None:
        rows = rows.filter(Q(cluster=cluster) | Q(cluster__isnull=True))
    return rows.order_by(F("from_on").asc(nulls_first=True), "id")


def tie_frame(
    *,
    programme: Programme,
    cluster: Cluster | None,
    access: Access | None,
    kinds: Iterable[str] | None = None,
    at: date | None = None,
    wave: TieWave | str | None = None,
    with_records: bool = True,
) -> Ties:
    """The ties of a cluster (``None``: of all clusters), as far as the viewer may read them.

    ``kinds``: only these. ``at``: in force on that day, where days are known. ``wave``: said in that round, or
    "latest" for the latest answer of everybody (:mod:`.latest`); records belong to no round and are taken by the day
    alone. Kinds told in confidence need ``read_sensitive``, open ones ``read``. ``access=None`` is the operator. Ten
    statements at most, however many ties there are.
    """
    known = kinds_of(programme)
    asked = (
        {code: known[code] for code in dict.fromkeys(kinds) if code in known} if kinds is not None else known
    )
    chosen = _wave(programme, wave)
    rounds = [chosen] if chosen else list(waves_of(programme=programme, cluster=cluster))
    said = _said(programme, cluster, access, asked, chosen, known)
    people = _asked(programme, cluster, access, rounds)
    if wave == LATEST:
        said = latest_said(said, rounds, people.heard)
    frame = _in_force(said, at)
    if with_records:
        frame = pl.concat([frame, _recorded(programme, cluster, access, asked, at)])
    frame = _one_record_each_firm(frame)
    return _with_actors(frame, people, rounds, asked, programme, cluster, access)


def _wave(programme: Programme, given: TieWave | str | None) -> TieWave | None:
    if given is None or isinstance(given, TieWave):
        return given
    if given == LATEST:
        return None
    return TieWave._base_manager.filter(programme=programme, code=given.replace("\x00", "")).first()


# --- what people said


def pseudonym(path: str) -> Coalesce:
    """The pseudonym of the actor at a path, of merged establishments that of the one kept; as an expression."""
    lead = f"{path}__" if path else ""
    return Coalesce(
        f"{lead}establishment__merged_into__pseudonym",
        f"{lead}establishment__pseudonym",
        f"{lead}organisation__pseudonym",
        f"{lead}person__pseudonym",
        f"{lead}code",
        Value(""),
        output_field=TEXT,
    )


def _text(path: str) -> Coalesce:
    return Coalesce(Cast(path, TEXT), Value(""), output_field=TEXT)


def _said(
    programme: Programme, cluster: Cluster | None, access: Access | None, asked: Mapping[str, Kind],
    wave: TieWave | None, known: Mapping[str, Kind],
) -> pl.DataFrame:  # fmt: skip
    rows = Tie._base_manager.filter(programme=programme)
    if len(asked) < len(known):
        rows = rows.filter(kind__in=list(asked))
    if cluster is not None:
        rows = rows.filter(cluster=cluster)
    if wave is not None:
        rows = rows.filter(wave=wave)
    if access is not None:
        open_kinds = [code for code, kind in asked.items() if kind.is_open]
        rows = rows.filter(
            Q(scope__in=access.scopes_with("read_sensitive"))
            | Q(scope__in=access.scopes_with("read"), kind__in=open_kinds)
        )
    values = rows.order_by("id").values_list(
        "pk", pseudonym("origin"), pseudonym("target"), "kind", _text("strength"), "state", _text("began_on"),
        _text("ended_on"), _text("stated_on"), _text("wave__code"), pseudonym("told_by"), _text("source__title"),
    )  # fmt: skip
    names = ["tie", "source", "target", "kind", "strength", "state", "began_on", "ended_on", "on", "wave",
             "told_by", "cited"]  # fmt: skip
    read = read_frame(values, {name: pl.Int64 if name == "tie" else pl.String for name in names})
    days = [pl.col(n).str.to_date("%Y-%m-%d", strict=False) for n in ("began_on", "ended_on", "on")]
    return read.with_columns(
        pl.col("strength").cast(pl.Float64, strict=False),
        pl.col("state").replace_strict(STATUS, default="tie").alias("status"),
        *days,
    ).select(list(FRAME))


def _in_force(frame: pl.DataFrame, at: date | None) -> pl.DataFrame:
    if at is None:
        return frame
    begun = pl.col("began_on").is_null() | (pl.col("began_on") <= at)
    lasts = pl.col("ended_on").is_null() | (pl.col("ended_on") > at)
    return frame.filter(begun & lasts)


# --- what records show


def _recorded(
    programme: Programme, cluster: Cluster | None, access: Access | None, asked: Mapping[str, Kind], at: date | None
) -> pl.DataFrame:  # fmt: skip
    clusters = [cluster.pk] if cluster is not None else None
    parts = [
        source.read(programme=programme, clusters=clusters, access=access)
        for source in sources.known()
        if any(kind in asked for kind in source.kinds)
    ]
    found = pl.concat([sources.nothing(), *parts]).filter(pl.col("kind").is_in(list(asked)))
    ready = found.select(
        pl.lit(None, dtype=pl.Int64).alias("tie"), pl.col("origin").alias("source"), "target", "kind",
        pl.lit(None, dtype=pl.Float64).alias("strength"), pl.lit("tie").alias("status"),
        pl.lit(Tie.State.CONFIRMED.value).alias("state"), "began_on", "ended_on",
        pl.lit(None, dtype=pl.Date).alias("on"), pl.lit("").alias("wave"), pl.lit("").alias("told_by"),
        pl.col("source").alias("cited"),
    )  # fmt: skip
    return _in_force(ready, at)


def _one_record_each_firm(frame: pl.DataFrame) -> pl.DataFrame:
    """Ties of an enterprise with one establishment stand at that establishment: the firm is one actor, not two."""
    named = pl.concat([frame["source"], frame["target"]]).unique()
    firms = named.filter(named.str.starts_with("E-")).to_list()
    sites: dict[str, list[str]] = {}
    for start in range(0, len(firms), AT_ONCE):
        rows = Establishment._base_manager.filter(
            organisation__pseudonym__in=firms[start : start + AT_ONCE], merged_into__isnull=True
        )
        for firm, site in rows.values_list("organisation__pseudonym", "pseudonym"):
            sites.setdefault(firm, []).append(site)
    single = {firm: own[0] for firm, own in sites.items() if len(own) == 1}
    if not single:
        return frame.filter(pl.col("source") != pl.col("target"))
    over = [pl.col(name).replace(single) for name in ("source", "target", "told_by")]
    return frame.with_columns(*over).filter(pl.col("source") != pl.col("target"))


# --- who was asked


@dataclass(frozen=True)
class _People:
    """``heard``: who answered in which round, by the round's number."""

    state: dict[str, str]
    heard: list[tuple[str, int]]
    seeds: frozenset[str]
    n_more: int
    is_known: bool


def _asked(
    programme: Programme, cluster: Cluster | None, access: Access | None, rounds: list[TieWave]
) -> _People:
    rows = TieRespondent._base_manager.filter(wave__in=rounds)
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read_sensitive"))
    if cluster is not None:
        rows = rows.filter(Q(wave__cluster=cluster) | Q(actor__cluster=cluster))
    state: dict[str, str] = {}
    n_more: dict[str, int] = {}
    seeds, heard = set(), []
    values = rows.values_list(pseudonym("actor"), "state", "is_seed", "n_more", "wave_id")
    for actor, said, is_seed, more, round_ in values.order_by(
        F("wave__from_on").asc(nulls_first=True), "wave_id"
    ):
        # Whoever answered in any of the rounds has answered.
        if state.get(actor) != TieRespondent.State.ANSWERED:
            state[actor] = said
        if said == TieRespondent.State.ANSWERED:
            heard.append((actor, round_))
        if is_seed:
            seeds.add(actor)
        if more is not None:
            n_more[actor] = more  # counted anew in each round: the last count holds
    return _People(state, heard, frozenset(seeds), sum(n_more.values()), bool(state))


def _with_actors(
    frame: pl.DataFrame, people: _People, rounds: list[TieWave], asked: Mapping[str, Kind],
    programme: Programme, cluster: Cluster | None, access: Access | None,
) -> Ties:  # fmt: skip
    tied = pl.concat([frame["source"], frame["target"]]).unique().to_list()
    everybody = sorted(set(tied) | set(people.state))
    answered = frozenset(a for a, state in people.state.items() if state == TieRespondent.State.ANSWERED)
    missing = {a: people.state.get(a, "not_asked") for a in everybody if a not in answered}
    actors = actors_frame(everybody)
    occurring = set(frame["kind"].unique().to_list()) | {code for wave in rounds for code in wave.kinds}
    return Ties(
        frame=frame,
        actors=actors,
        respondents=answered,
        missing=missing if people.is_known else {},
        kinds={code: kind for code, kind in asked.items() if code in occurring},
        waves=tuple(rounds),
        is_asked_known=people.is_known,
        seeds=people.seeds,
        n_more=people.n_more,
        n_not_in_register=int((actors["actor_kind"] == "named").sum()),
        n_outside=_n_outside(programme, cluster, access, actors),
    )


def _n_outside(
    programme: Programme, cluster: Cluster | None, access: Access | None, actors: pl.DataFrame
) -> int:
    """How many establishments of the register are neither tied nor asked."""
    rows = Establishment._base_manager.filter(merged_into__isnull=True)
    if cluster is not None:
        rows = rows.filter(cluster=cluster)
    else:
        rows = rows.filter(cluster__in=Coverage._base_manager.filter(programme=programme).values("cluster"))
    if access is not None:
        rows = rows.filter(scope__in=access.scopes_with("read"))
    here = actors.filter(pl.col("actor_kind") == "establishment")
    if cluster is not None:
        here = here.filter(pl.col("cluster") == cluster.code)
    return max(rows.count() - here.height, 0)


# --- what is known of each actor


ACTORS: dict[str, Any] = dict.fromkeys(
    ("actor", "actor_kind", "cluster", "place", "size_class", "trade"), pl.String
)


def actors_frame(pseudonyms: Iterable[str]) -> pl.DataFrame:
    """What the register says of each, by pseudonym; whoever is not in it is "named"."""
    asked = sorted(set(pseudonyms))
    rows: dict[str, tuple[Any, ...]] = {}
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        rows |= _sites([p for p in some if p.startswith("W-")])
        rows |= _bodies([p for p in some if p.startswith("E-")])
    for actor in asked:
        if actor not in rows:
            kind = "person" if actor.startswith("P-") else "named"
            rows[actor] = (actor, kind, None, None, None, None)
    return pl.DataFrame([rows[actor] for actor in asked], schema=ACTORS, orient="row")


def _sites(pseudonyms: list[str]) -> dict[str, tuple[Any, ...]]:
    if not pseudonyms:
        return {}
    rows = Establishment._base_manager.filter(pseudonym__in=pseudonyms).values_list(
        "pseudonym", "cluster__code", "place__name", "size_band", "activity", "cluster__trade"
    )
    return {
        p: (p, "establishment", cluster, place, size or None, activity or trade or None)
        for p, cluster, place, size, activity, trade in rows
    }


def _bodies(pseudonyms: list[str]) -> dict[str, tuple[Any, ...]]:
    if not pseudonyms:
        return {}
    rows = Organisation._base_manager.filter(pseudonym__in=pseudonyms).values_list(
        "pseudonym", "cluster__code", "place__name", "size_band", "cluster__trade"
    )
    return {
        p: (p, "organisation", cluster, place, size or None, trade or None)
        for p, cluster, place, size, trade in rows
    }


def actor_of(*, programme: Programme, pseudonym_: str) -> TieActor | None:
    """The actor that pages call by this pseudonym or number."""
    text = pseudonym_.replace("\x00", "").strip()[:40]
    if not text:
        return None
    rows = TieActor._base_manager.filter(programme=programme).select_related(
        "establishment__organisation", "organisation", "person", "cluster"
    )
    column = {"W-": "establishment__pseudonym", "E-": "organisation__pseudonym", "P-": "person__pseudonym"}
    return rows.filter(**{column.get(text[:2], "code"): text}).first()
