"""The network that ties make, its measures, and who is left out; arithmetic by :mod:`nanduti.methods.networks`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from nanduti.foundation.access import Access
from nanduti.foundation.models import Run
from nanduti.methods import networks as methods
from nanduti.methods.networks import Network
from nanduti.methods.networks.associativity import SENTENCES as SAID
from nanduti.methods.values import CannotBeSaid, PersonError, Reason, mark
from nanduti.programme.models import Programme
from nanduti.register.models import Cluster

from ..drawing import RECIPE
from ..kinds import Kind
from ..models import TieWave
from ..remembered import digest_of, remembered
from .ties import Ties, tie_frame

# Above this many actors an exact fit of the core and of the intervals takes longer than a page may.
MOST_AT_ONCE = 2_500
UNKNOWN = "?"


@dataclass(frozen=True)
class Measured:
    """What can be said of a network, and of each actor in it.

    Attributes:
        statements: sentences with the figure behind each; empty where nothing can be said (``why_not`` tells).
        actors: one row for each actor: ``actor``, ``partners``, ``ties_out``, ``ties_in``, ``betweenness``
            (unordered or ordered shortest paths through it), ``constraint``, ``group`` (sub-group, 0 alone), ``part``,
            ``is_core``, ``is_cut``, ``is_isolated``, ``answered``.
        warnings: what to be careful about, as sentences.
        why_not: why measures cannot be said.
    """

    network: Network
    statements: tuple[methods.Statement, ...] = ()
    actors: pl.DataFrame = field(default_factory=pl.DataFrame)
    warnings: tuple[Reason, ...] = ()
    modularity: float | None = None
    why_not: PersonError | None = None


def network_of(
    ties: Ties,
    *,
    kinds: Collection[str] = (),
    attributes: pl.DataFrame | None = None,
) -> Network:
    """The network of the kinds chosen (all that occur, if none), among everybody tied or asked.

    One kind keeps its strength and direction. Several kinds together are one network of partners: directed only if all
    of them are, strength 1. What somebody who did not answer would have said is unknown, not absent, unless every kind
    is read from records.
    """
    chosen = {code: kind for code, kind in ties.kinds.items() if not kinds or code in kinds}
    rows = ties.frame.filter(pl.col("kind").is_in(list(chosen)))
    single = next(iter(chosen.values())) if len(chosen) == 1 else None
    has_scale = single is not None and bool(single.scale)
    if not has_scale:
        rows = rows.with_columns(strength=pl.lit(1.0))
    is_directed = bool(chosen) and all(kind.is_directed for kind in chosen.values())
    missing = [] if all(kind.is_record for kind in chosen.values()) else list(ties.missing)
    return methods.build(
        rows.select("source", "target", "kind", "strength", "status"),
        ties.actors if attributes is None else attributes,
        directed=is_directed,
        missing=missing,
        self_ties="drop",
        no_strength="unknown",
    )


def measures(
    *,
    programme: Programme,
    cluster: Cluster | None,
    access: Access | None,
    kinds: Collection[str] = (),
    at: date | None = None,
    wave: TieWave | str | None = None,
    draws: int = 200,
) -> Measured:
    """Measures of the network of a cluster, in sentences, with a row for each actor.

    >>> measures.__kwdefaults__["draws"]
    200
    """
    ties = tie_frame(
        programme=programme, cluster=cluster, access=access, kinds=kinds or None, at=at, wave=wave
    )
    return measured(ties, kinds=kinds, draws=draws)


def measured(ties: Ties, *, kinds: Collection[str] = (), draws: int = 200) -> Measured:
    """As :func:`measures`, of ties that are there already."""
    network = network_of(ties, kinds=kinds)
    chosen = [kind for code, kind in ties.kinds.items() if not kinds or code in kinds]
    warnings = warnings_of(ties, network, chosen)
    if network.n < 3 or not network.n_arcs:
        return Measured(network, (), actor_table(network), warnings, why_not=_why_not(network))
    if network.n > MOST_AT_ONCE:
        statements = worked_out(network)
        why_not = None if statements else _not_yet(network)
        return Measured(network, statements, actor_table(network), warnings, why_not=why_not)
    # Both only reckon and ask no database; of a large cluster each takes a second or more.
    with ThreadPoolExecutor(max_workers=1) as beside:
        told = beside.submit(profile_of, network, draws)
        table = actor_table(network)
        try:
            statements = told.result()
        except CannotBeSaid as error:
            return Measured(network, (), table, warnings, why_not=error)
    return Measured(network, statements, table, warnings, sub_groups(network).modularity)


def profile_of(network: Network, draws: int) -> tuple[methods.Statement, ...]:
    """The sentences on the whole, from memory where the same network was measured before."""
    key = ("profile", digest_of(network), str(draws))
    return remembered(key, lambda: methods.associativity(network, draws=draws, seed=1).statements)


def sub_groups(network: Network) -> methods.Communities:
    """The sub-groups, the same each time."""
    return remembered(("groups", digest_of(network)), lambda: methods.communities(network, seed=1))


def worked_out(network: Network) -> tuple[methods.Statement, ...]:
    """The sentences on a large network that were worked out in the background; none if they were not."""
    run = Run.objects.filter(recipe=RECIPE, input_digest=digest_of(network)).order_by("-id").first()
    kept = run.result.get("statements", []) if run else []
    return tuple(
        methods.Statement(
            row["topic"], Reason(row["code"], SAID[row["code"]], row["details"]), row["measure"], None, None,
            row["definition"],
        )
        for row in kept
        if row["code"] in SAID
    )  # fmt: skip


def as_result(statements: Collection[methods.Statement]) -> list[dict[str, Any]]:
    """Sentences as a run keeps them."""
    return [
        {
            "topic": s.topic, "code": s.sentence.code, "details": dict(s.sentence.details), "measure": s.measure,
            "definition": s.definition,
        }
        for s in statements
    ]  # fmt: skip


def _not_yet(network: Network) -> PersonError:
    return CannotBeSaid(
        what=mark("How firms hang together"),
        why=mark("so large a network is measured in the background, and this one has not been yet"),
        remedy=mark("Open the relation map and let it be worked out; you can go on meanwhile."),
    )


def _why_not(network: Network) -> PersonError:
    if network.n < 3:
        return CannotBeSaid(
            what=mark("How firms hang together"),
            why=mark("fewer than three actors are known"),
            remedy=mark("Ask in a roster with whom firms deal, or import ties."),
        )
    return CannotBeSaid(
        what=mark("How firms hang together"),
        why=mark("no tie of these kinds is known"),
        remedy=mark("Choose other kinds of tie or another round; or ask first."),
    )


# --- what to be careful about

SENTENCES: Mapping[str, str] = {
    "silent": mark(
        "Of {n_asked} who were asked, {n_silent} did not answer: what they would have said is not known, and no figure "
        "takes it for no tie."
    ),
    "not_asked": mark(
        "{n} were named by others and not asked themselves: their own ties are known only as far as others told them."
    ),
    "asked_not_known": mark(
        "Nobody wrote down who was asked. Who told of no tie stands here as if without one: density may be too low and "
        "nobody can be said to be left out."
    ),
    "snowball": mark(
        "Each named the next, beginning with {n_seeds}: those with many partners are reached sooner than others, and "
        "who is tied to nobody cannot be reached at all. Shares of this network are no shares of the cluster."
    ),
    "seeds_not_known": mark(
        "Each named the next, and nobody wrote down with whom it began: those with many partners are reached sooner, "
        "and who is tied to nobody cannot be reached at all. Shares of this network are no shares of the cluster."
    ),
    "n_more": mark(
        "Respondents counted {n} further partners whom they did not list: there are more ties than these."
    ),
    "named": mark("{n} who were named are not in the register yet; two of them may be one and the same."),
    "outside": mark(
        "{n} establishments of the register are neither tied nor asked: of them nothing is said here."
    ),
    "alone_perhaps": mark(
        "{n} without a tie may have some all the same: too little is known of them to say that they stand alone."
    ),
    "unknown_pairs": mark(
        "Of {n} pairs nobody knows whether they are tied; they count neither as tied nor as not."
    ),
    "several_kinds": mark(
        "Several kinds of tie are taken together: a tie here means that at least one of them is there."
    ),
}


def warnings_of(ties: Ties, network: Network, chosen: Collection[Kind]) -> tuple[Reason, ...]:
    """What makes the figures weaker than they look."""
    said: list[Reason] = []
    is_asked = any(not kind.is_record for kind in chosen)
    if is_asked and not ties.is_asked_known and ties.frame.filter(pl.col("wave") != "").height:
        said.append(_warn("asked_not_known"))
    n_silent = sum(why != "not_asked" for why in ties.missing.values())
    if is_asked and n_silent:
        said.append(_warn("silent", n_asked=n_silent + len(ties.respondents), n_silent=n_silent))
    n_not_asked = sum(why == "not_asked" for why in ties.missing.values())
    if is_asked and n_not_asked:
        said.append(_warn("not_asked", n=n_not_asked))
    if is_asked and any(wave.method == TieWave.Method.SNOWBALL for wave in ties.waves):
        said.append(_warn("snowball", n_seeds=len(ties.seeds)) if ties.seeds else _warn("seeds_not_known"))
    if is_asked and ties.n_more:
        said.append(_warn("n_more", n=ties.n_more))
    if ties.n_not_in_register:
        said.append(_warn("named", n=ties.n_not_in_register))
    if ties.n_outside:
        said.append(_warn("outside", n=ties.n_outside))
    n_perhaps = int(alone(network)[1].sum())
    if n_perhaps:
        said.append(_warn("alone_perhaps", n=n_perhaps))
    if network.unknown_pairs is not None and network.unknown_pairs.nnz:
        said.append(_warn("unknown_pairs", n=network.unknown_pairs.nnz // (1 if network.directed else 2)))
    if len(chosen) > 1:
        said.append(_warn("several_kinds"))
    return (*said, *network.notes)


def _warn(code: str, **details: Any) -> Reason:
    return Reason(code, SENTENCES[code], details)


# --- each actor


def alone(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Who stands alone as far as anybody can know, and who perhaps: without a partner, but not all is known of them."""
    without = np.diff(network.either.indptr) == 0
    doubtful = ~network.answered
    if network.unknown_pairs is not None:
        single = network.unknown_pairs
        doubtful = doubtful | (np.diff(single.tocsr().indptr) > 0) | (np.diff(single.tocsc().indptr) > 0)
    return without & ~doubtful, without & doubtful


def actor_table(network: Network, *, with_core: bool = False) -> pl.DataFrame:
    """A row of measures for each actor; null where a measure cannot be said. ``with_core``: also who is in the core."""
    if not network.n:
        return pl.DataFrame()
    key = digest_of(network)
    table = remembered(("actors", key), lambda: _actor_table(network))
    if not with_core or network.n < 2 or not network.n_arcs:
        return table
    return table.with_columns(is_core=remembered(("core", key), lambda: _core(network)))


def _actor_table(network: Network) -> pl.DataFrame:
    found = methods.degree(network)
    partners = np.diff(network.either.indptr)
    table = network.table(
        partners=partners,
        ties_out=found["out_degree"] if network.directed else partners,
        ties_in=found["in_degree"] if network.directed else partners,
        answered=network.answered,
    )
    if network.n < 2 or not network.n_arcs:
        return _plain(table, network)
    parts = methods.components(network)
    cut = set(methods.cut_points(network).actors)
    groups = sub_groups(network)
    without = partners == 0
    return table.with_columns(
        betweenness=pl.Series(methods.betweenness(network, sources=_sources(network))),
        constraint=methods.structural_holes(network)["constraint"],
        group=pl.Series(np.where(without, 0, groups.of)),
        part=pl.Series(np.where(without, 0, parts.of)),
        is_core=pl.lit(None).cast(pl.Boolean),
        is_cut=pl.Series([actor in cut for actor in network.actors]),
        is_isolated=_isolated(network),
    )


def _plain(table: pl.DataFrame, network: Network) -> pl.DataFrame:
    none = pl.lit(None)
    return table.with_columns(
        none.cast(pl.Float64).alias("betweenness"),
        none.cast(pl.Float64).alias("constraint"),
        pl.lit(0).alias("group"),
        pl.lit(0).alias("part"),
        none.cast(pl.Boolean).alias("is_core"),
        pl.lit(False).alias("is_cut"),
        _isolated(network).alias("is_isolated"),
    )


def _isolated(network: Network) -> pl.Series:
    """Null where it cannot be said."""
    _sure, perhaps = alone(network)
    without = np.diff(network.either.indptr) == 0
    said = zip(without.tolist(), perhaps.tolist(), strict=True)
    return pl.Series([None if doubtful else bool(is_so) for is_so, doubtful in said], dtype=pl.Boolean)


def _sources(network: Network) -> int | None:
    return None if network.n <= MOST_AT_ONCE else 500


def _core(network: Network) -> pl.Series:
    unknown = pl.Series([None] * network.n, dtype=pl.Boolean)
    if network.n < 3 or network.n > MOST_AT_ONCE or network.n_arcs == network.n * (network.n - 1):
        return unknown
    try:
        return pl.Series(methods.core_periphery(network.binary(), starts=2).in_core)
    except CannotBeSaid:
        return unknown
