"""The associativity of a cluster in words, each sentence beside the measure it reads out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from nanduti.methods.values import CannotBeSaid, Reason, mark

from .brokerage import brokerage
from .change import Change, compare_waves
from .cohesion import Cohesion, cohesion
from .components import components, cut_points
from .core_periphery import core_periphery
from .counting import at_least, unknown_note
from .graph import Network
from .homophily import ei_index
from .multiplexity import multiplexity
from .resampling import Interval, vertex_bootstrap

# Codes of measures and the sentences that read them out; numbers come filled in, already rounded for reading.
SENTENCES: Mapping[str, str] = {
    "density": mark("Of 100 possible ties between {n} actors, {of_100} exist."),
    "partners": mark("An actor has ties with {mean} others on average; half have {median} or more."),
    "isolated": mark("Without a tie to anybody: {n_isolated} of {n} actors."),
    "nobody_isolated": mark("Every actor has at least one tie."),
    "in_one_piece": mark("All actors hang together: everybody can be reached through somebody."),
    "in_pieces": mark(
        "The actors fall into {n_parts} parts that do not touch; the largest holds {largest} of {n}."
    ),
    "reciprocity_more": mark(
        "Of 100 ties, {of_100} are returned: {times} times as many as if ties fell at random."
    ),
    "reciprocity_less": mark(
        "Of 100 ties, {of_100} are returned, which is no more than if ties fell at random."
    ),
    "closure_more": mark(
        "Partners of a partner are partners in {of_100} of 100 cases: {times} times as often as chance would have it."
    ),
    "closure_less": mark(
        "Partners of a partner are partners in {of_100} of 100 cases, no more than chance would have it: "
        "there is little closed company."
    ),
    "centralisation": mark(
        "On a scale from 0 (ties spread evenly) to 100 (all ties with one actor) contacts stand at {of_100}."
    ),
    "core": mark(
        "A core of {n_core} actors, {of_100} of 100, is tied among itself at {core_density} of 100 possible ties; "
        "the rest at {rest_density}."
    ),
    "strength": mark("Where there is a tie, its strength is {mean} on average (from {lowest} to {highest})."),
    "weighted_density": mark(
        "Counting strength, the ties reach {of_100} of 100 of what they would be "
        "if every pair were tied at {strongest}."
    ),
    "cut_points": mark("Actors whose leaving would cut others off from the rest: {n_cut}."),
    "no_cut_points": mark("Nobody's leaving would cut others off."),
    "between_groups_more": mark(
        "Of 100 ties, {of_100} lead from one group to another; chance would have put {expected} there."
    ),
    "brokers": mark(
        "{n_brokers} actors carry contact between groups that are not tied directly; "
        "the busiest {n_top} do {of_100} of 100 of this work."
    ),
    "one_broker": mark("One actor carries all the contact between groups that are not tied directly."),
    "no_brokers": mark("Nobody carries contact between different groups."),
    "reach_kind": mark(
        "Actors of kind '{own}' that have a tie to at least one of kind '{other}': {n_tied} of {n_firms}."
    ),
    "multiplex": mark("Of 100 tied pairs, {of_100} are tied by two kinds of tie or more."),
    "change": mark(
        "Ties since the round before: {kept} kept, {made} made, {lost} lost; "
        "of 100 ties of then, {of_100} are still there."
    ),
    "change_small": mark("The two rounds share few ties ({of_100} of 100): read the change with care."),
    "unknown": mark(
        "Pairs that are not known: {n_unknown} of {n_pairs}; density could lie between {lowest} and {highest} of 100."
    ),
}


@dataclass(frozen=True)
class Statement:
    """One sentence with the measure behind it.

    Attributes:
        topic: what it speaks of, stable across languages.
        sentence: what to read out; its code is a key of ``SENTENCES``.
        measure: the figure, as a fraction or number (None where the sentence counts).
        interval: from drawing the actors again; None where there is no sound one.
        why_no_interval: why not.
        definition: how the figure is defined.
    """

    topic: str
    sentence: Reason
    measure: float | None
    interval: Interval | None
    why_no_interval: Reason | None
    definition: str


@dataclass(frozen=True)
class Associativity:
    """The profile of a cluster: statements, a table of the same, and what to be careful about.

    There is no single score on purpose: a programme that wants one sets and prints its own weights.

    Attributes:
        statements: in the order to be read.
        brokers: who carries contact between groups, busiest first (names: for the coordinator, not for feedback).
        change: against the round before, if there is one.
        notes: sentences on the data.
    """

    statements: tuple[Statement, ...]
    brokers: pl.DataFrame | None
    change: Change | None
    notes: tuple[Reason, ...]

    def say(self) -> str:
        """All sentences in English, one a line."""
        return "\n".join(statement.sentence.say() for statement in self.statements)

    def frame(self) -> pl.DataFrame:
        """One row for each statement."""
        return pl.DataFrame(
            [
                {
                    "topic": s.topic,
                    "sentence": s.sentence.say(),
                    "measure": s.measure,
                    "lowest": s.interval.lowest if s.interval else None,
                    "highest": s.interval.highest if s.interval else None,
                    "definition": s.definition,
                }
                for s in self.statements
            ],
            schema_overrides={"measure": pl.Float64, "lowest": pl.Float64, "highest": pl.Float64},
        )


NOT_DRAWN = Reason("not_drawn", mark("Actors were not drawn again: no interval was asked for."))
JUMPS = Reason(
    "jumps",
    mark("This figure moves in jumps when an actor leaves; drawing actors again gives no sound interval."),
)


def associativity(
    network: Network,
    *,
    groups: str | Mapping[object, object] | Sequence[object] | None = None,
    kinds: str | Mapping[object, object] | Sequence[object] | None = None,
    layers: Mapping[str, Network] | None = None,
    before: Network | None = None,
    strongest: float | None = None,
    draws: int = 500,
    seed: int = 1,
) -> Associativity:
    """How a cluster hangs together, said so that it can be read out to the cluster.

    Judgements compare with chance (ties thrown at random in the same number) or with the round before, never with a
    threshold of good and bad: none is published.

    Args:
        network: the ties to speak of.
        groups: product groups, places or the like; for ties across and brokers.
        kinds: what an actor is (firm, association, institution): who reaches which kind.
        layers: several kinds of tie, for how far they lie on top of each other.
        before: the round before.
        strongest: the strongest answer of the scale; not given, the strongest there is.
        draws: how often to draw the actors again for intervals; 0 for none, where the network is large or time short.
        seed: draws them.

    Source: UNIDO cluster twinning (associativity as a dimension of step 1); measures as defined in this room; intervals
    of Snijders and Borgatti 1999.

    >>> from nanduti.methods.networks import from_matrix
    >>> line = from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]], ["Ana", "Beto", "Celia"])
    >>> print(associativity(line, draws=50).statements[0].sentence.say())
    Of 100 possible ties between 3 actors, 67 exist.
    """
    at_least(network, 3, mark("A profile"))
    code = network.codes(groups)[0] if groups is not None else None
    intervals = (
        vertex_bootstrap(network, groups=code, draws=draws, seed=seed) if network.n_arcs and draws else {}
    )
    block = cohesion(network)
    said: list[Statement] = []
    said += _whole(network, block, intervals)
    if network.n_arcs:
        said += _shape(network, block, intervals, strongest)
    table = None
    if groups is not None and code is not None and network.n_arcs:
        across, table = _groups(network, groups, code, intervals)
        said += across
    if kinds is not None:
        said += _kinds(network, kinds)
    if layers:
        said += _layers(layers)
    change = compare_waves(before, network) if before is not None else None
    if change is not None:
        said += _change(change)
    if not draws:
        said = [replace(statement, why_no_interval=NOT_DRAWN) for statement in said]
    return Associativity(tuple(said), table, change, network.notes + unknown_note(network))


def _statement(
    code: str,
    measure: float | None,
    definition: str,
    intervals: Mapping[str, Interval] | None = None,
    key: str | None = None,
    topic: str | None = None,
    **details: object,
) -> Statement:
    interval = (intervals or {}).get(key) if key else None
    return Statement(
        topic or code,
        Reason(code, SENTENCES[code], details),
        measure,
        interval,
        None if interval else JUMPS,
        definition,
    )


def hundred(share: float) -> int | float | str:
    """A share as so many of a hundred, for reading: whole where it can be, and never 0 or 100 for what is not.

    >>> hundred(0.456), hundred(0.004), hundred(0.0001), hundred(0.9999), hundred(0.0)
    (46, 0.4, '<0.1', '>99', 0)
    """
    if 0 < share < 0.0005:
        return "<0.1"
    if 0.995 <= share < 1:
        return ">99"
    return round(100 * share, 1) if 0 < share < 0.045 else round(100 * share)


def _whole(network: Network, block: Cohesion, intervals: Mapping[str, Interval]) -> list[Statement]:
    n = network.n
    found = block.density
    weak = components(network)
    said = [
        _statement(
            "density", found.value, "ties over known ordered pairs", intervals, "density",
            n=n, of_100=hundred(found.value) if not math.isnan(found.value) else "?",
        )
    ]  # fmt: skip
    if found.n_unknown:
        said.append(
            _statement(
                "unknown", found.n_unknown / (n * (n - 1)), "unknown over all ordered pairs",
                n_unknown=found.n_unknown, n_pairs=n * (n - 1),
                lowest=hundred(found.lowest), highest=hundred(found.highest),
            )
        )  # fmt: skip
    contacts = np.diff(network.either.indptr)
    said.append(
        _statement(
            "partners", float(contacts.mean()), "different partners for each actor, direction apart",
            mean=round(float(contacts.mean()), 1), median=int(np.median(contacts)),
        )
    )  # fmt: skip
    alone = int((contacts == 0).sum())
    if alone:
        said.append(
            _statement("isolated", alone / n, "actors without ties over actors", n_isolated=alone, n=n)
        )
    else:
        said.append(_statement("nobody_isolated", 0.0, "actors without ties over actors", topic="isolated"))
    if weak.n == 1:
        said.append(_statement("in_one_piece", 0.0, "pairs in different parts over pairs", topic="pieces"))
    else:
        said.append(
            _statement(
                "in_pieces", weak.fragmentation, "pairs in different parts over pairs", topic="pieces",
                n_parts=weak.n, largest=weak.sizes[0], n=n,
            )
        )  # fmt: skip
    return said


def _shape(
    network: Network, block: Cohesion, intervals: Mapping[str, Interval], strongest: float | None
) -> list[Statement]:
    values = block.values
    chance = values["density"] or math.nan
    said = []
    if network.directed and values["arc_reciprocity"] is not None:
        arc = values["arc_reciprocity"]
        said.append(
            _against_chance(
                "reciprocity", arc, chance, "returned ties over ties", intervals, "arc_reciprocity"
            )
        )
    if values["transitivity"] is not None:
        said.append(
            _against_chance(
                "closure",
                values["transitivity"],
                chance,
                "closed over all two-paths",
                intervals,
                "transitivity",
            )
        )
    if values["degree_centralisation"] is not None:
        said.append(
            _statement(
                "centralisation", values["degree_centralisation"], "Freeman's centralisation of contacts",
                of_100=hundred(values["degree_centralisation"]),
            )
        )  # fmt: skip
    said += _core(network)
    cut = cut_points(network).actors
    if cut:
        said.append(_statement("cut_points", float(len(cut)), "cut points", n_cut=len(cut)))
    else:
        said.append(_statement("no_cut_points", 0.0, "cut points", topic="cut_points"))
    if not network.is_binary:
        said += _strengths(network, intervals, strongest)
    return said


def _strengths(
    network: Network, intervals: Mapping[str, Interval], strongest: float | None
) -> list[Statement]:
    strength = network.ties.data
    top = float(strength.max()) if strongest is None else float(strongest)
    mean = intervals.get("mean_strength")
    scaled = {}
    if mean is not None:
        scaled["weighted"] = replace(
            mean,
            value=mean.value / top,
            se=mean.se / top,
            lowest=mean.lowest / top,
            highest=mean.highest / top,
        )
    share = float(strength.sum()) / top / network.n_known
    return [
        _statement(
            "strength", float(strength.mean()), "mean strength of the ties there are",
            mean=round(float(strength.mean()), 2), lowest=float(strength.min()), highest=float(strength.max()),
        ),
        _statement(
            "weighted_density", share, "sum of strengths over the strongest times known pairs", scaled, "weighted",
            of_100=hundred(min(share, 1.0)), strongest=top,
        ),
    ]  # fmt: skip


def _against_chance(
    topic: str, found: float, chance: float, definition: str, intervals: Mapping[str, Interval], key: str
) -> Statement:
    more = found > chance
    details: dict[str, object] = {"of_100": hundred(found)}
    if more:
        details["times"] = round(found / chance, 1)
    code = f"{topic}_more" if more else f"{topic}_less"
    return _statement(code, found, definition, intervals, key, topic=topic, **details)


def _core(network: Network) -> list[Statement]:
    if network.n > 5000 or network.n_arcs in (0, network.n * (network.n - 1)):
        return []
    try:
        found = core_periphery(network.binary(), starts=5)
    except CannotBeSaid:
        return []
    dense, rest = found.densities[0, 0], found.densities[1, 1]
    if math.isnan(dense) or math.isnan(rest):
        return []
    size = int(found.in_core.sum())
    return [
        _statement(
            "core", found.fit, "correlation with the ideal of a core (Borgatti and Everett)",
            n_core=size, of_100=hundred(size / network.n),
            core_density=hundred(float(dense)), rest_density=hundred(float(rest)),
        )
    ]  # fmt: skip


def _groups(
    network: Network, groups: object, code: np.ndarray, intervals: Mapping[str, Interval]
) -> tuple[list[Statement], pl.DataFrame | None]:
    if len(np.unique(code)) < 2:
        return [], None
    mixed = ei_index(network, groups)  # type: ignore[arg-type]
    said = [
        _statement(
            "between_groups_more", mixed.value, "E-I index of Krackhardt and Stern, −1 to 1", intervals, "ei_index",
            topic="between_groups", of_100=hundred((1 + mixed.value) / 2), expected=hundred((1 + mixed.expected) / 2),
        )
    ]  # fmt: skip
    counted = brokerage(network.binary(), groups).actors  # type: ignore[arg-type]
    table = (
        counted.with_columns(
            between=pl.sum_horizontal("itinerant", "gatekeeper", "representative", "liaison")
        )
        .filter(pl.col("between") > 0)
        .sort(["between", "actor"], descending=[True, False])
    )
    if not len(table):
        return [*said, _statement("no_brokers", 0.0, "brokered pairs across groups", topic="brokers")], table
    top = min(3, len(table))
    share = table["between"].head(top).sum() / table["between"].sum()
    definition = "share of brokered pairs across groups (Gould and Fernandez)"
    if len(table) == 1:
        return [*said, _statement("one_broker", share, definition, topic="brokers")], table
    brokers = _statement("brokers", share, definition, n_brokers=len(table), n_top=top, of_100=hundred(share))
    return [*said, brokers], table


def _kinds(network: Network, kinds: object) -> list[Statement]:
    kind, labels = network.codes(kinds)  # type: ignore[arg-type]
    either = network.either
    rows = np.repeat(np.arange(network.n), np.diff(either.indptr))
    touches = np.zeros((network.n, len(labels)), dtype=bool)
    touches[rows, kind[either.indices]] = True
    said = []
    for own in range(len(labels)):
        for other in range(len(labels)):
            if own == other:
                continue
            members = kind == own
            tied = int(touches[members, other].sum())
            said.append(
                _statement(
                    "reach_kind", tied / int(members.sum()), "actors of one kind with a tie to another kind",
                    n_firms=int(members.sum()), own=labels[own], other=labels[other], n_tied=tied,
                )
            )  # fmt: skip
    return said


def _layers(layers: Mapping[str, Network]) -> list[Statement]:
    found = multiplexity(layers)
    if found.multiplex_share is None:
        return []
    return [
        _statement(
            "multiplex", found.multiplex_share, "pairs tied by two kinds or more over tied pairs",
            of_100=hundred(found.multiplex_share),
        )
    ]  # fmt: skip


def _change(change: Change) -> list[Statement]:
    if change.stability is None or change.jaccard is None:
        return []
    said = [
        _statement(
            "change", change.stability, "kept ties over ties of the round before",
            kept=change.kept, made=change.made, lost=change.lost, of_100=hundred(change.stability),
        )
    ]  # fmt: skip
    if change.jaccard < 0.3:
        said.append(
            _statement(
                "change_small", change.jaccard, "Jaccard index of the rounds", of_100=hundred(change.jaccard)
            )
        )
    return said
