"""Snowball interviews: who was reached from whom, in which wave, and what that says of the sample.

A snowball has no known chances of inclusion: nothing here is an estimate of the population. Where
respondents were recruited with coupons and said how many peers they know, see
:func:`nanduti.methods.sampling.rds.rds_estimates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput, Reason, counted, mark

from ._columns import column, frame_of

ENTRIES = ("seed", "named_by", "list")


@dataclass(frozen=True)
class SnowballMap:
    """Waves of naming.

    Attributes:
        nodes: everybody interviewed or named: ``id``, ``entry`` ("seed", "named_by", "list" or, for those
            named but not interviewed, "named_only"), ``wave`` (steps from the nearest seed; null where no
            chain leads there), ``n_names`` (whom they named), ``n_named_by``, ``component``.
        waves: per wave ``n_interviewed``, ``n_named`` (namings by that wave), ``n_new`` (persons first
            named by it) and ``new_share``: a snowball is near its end when this falls towards zero.
        seeds: per seed ``n_reached``, and ``n_only`` reached from no other seed.
        warnings: read before drawing conclusions.
    """

    nodes: pl.DataFrame
    waves: pl.DataFrame
    seeds: pl.DataFrame
    warnings: tuple[Reason, ...]


def snowball_map(
    nominations: pl.DataFrame,
    interviewed: pl.DataFrame,
    *,
    source: str = "source",
    target: str = "target",
    id: str = "id",
    entry: str = "entry",
) -> SnowballMap:
    """The map of a snowball from its namings.

    Args:
        nominations: one row per naming: who named whom.
        interviewed: one row per person interviewed with how they came in: "seed", "named_by" or "list".
            Without that record no correction is ever possible, so it is required.
        source, target, id, entry: column names.

    >>> names = pl.DataFrame({"source": ["A", "A", "B"], "target": ["B", "C", "D"]})
    >>> people = pl.DataFrame({"id": ["A", "B"], "entry": ["seed", "named_by"]})
    >>> snowball_map(names, people).nodes.select("id", "entry", "wave").rows()
    [('A', 'seed', 0), ('B', 'named_by', 1), ('C', 'named_only', 1), ('D', 'named_only', 2)]
    """
    how = _entries(interviewed, id, entry)
    ties = _ties(nominations, source, target, how)
    names: dict[str, list[str]] = {}
    named_by: dict[str, list[str]] = {}
    for a, b in ties:
        names.setdefault(a, []).append(b)
        named_by.setdefault(b, []).append(a)
    seeds = sorted(one for one, kind in how.items() if kind == "seed")
    wave = _distances(names, seeds)
    component = _components(ties, [*how, *(b for _, b in ties)])
    everybody = sorted(component)
    nodes = pl.DataFrame(
        [
            {
                "id": one,
                "entry": how.get(one, "named_only"),
                "wave": wave.get(one),
                "n_names": len(names.get(one, [])),
                "n_named_by": len(named_by.get(one, [])),
                "component": component[one],
            }
            for one in everybody
        ],
        schema_overrides={"wave": pl.Int64},
    )
    waves = _waves(how, names, wave)
    by_seed = _by_seed(names, seeds)
    return SnowballMap(nodes, waves, by_seed, _warnings(how, nodes, waves, by_seed))


def _entries(interviewed: pl.DataFrame, id: str, entry: str) -> dict[str, str]:
    frame = frame_of(interviewed, "the table of interviews")
    ids = column(frame, id).cast(pl.String)
    if ids.null_count() or ids.n_unique() != len(ids):
        raise BadInput(
            place=f"column '{id}'",
            problem="has a missing or repeated identifier",
            remedy="One row per person.",
        )
    how = dict(zip(ids.to_list(), column(frame, entry).cast(pl.String).to_list(), strict=True))
    for one, kind in how.items():
        if kind not in ENTRIES:
            raise BadInput(
                place=f"{id} {one!r}, column '{entry}'",
                problem=f"says {kind!r}",
                remedy="Say how the person came in: seed, named_by or list.",
            )
    if "seed" not in how.values():
        raise BadInput(place=f"column '{entry}'", problem="has no seed", remedy="Mark whom you started from.")
    return how


def _ties(nominations: pl.DataFrame, source: str, target: str, how: dict[str, str]) -> list[tuple[str, str]]:
    pairs = nominations.select(
        column(nominations, source).cast(pl.String).alias("a"),
        column(nominations, target).cast(pl.String).alias("b"),
    )
    for row, (a, b) in enumerate(pairs.rows()):
        if a is None or b is None:
            raise BadInput(
                place=f"nomination {row + 1}",
                problem="lacks who named or who was named",
                remedy="Complete or drop it.",
            )
        if a not in how:
            raise BadInput(
                place=f"nomination {row + 1}",
                problem=f"is by {a!r}, who is not among the interviewed",
                remedy="Add the person to the table of interviews with how they came in.",
            )
    # A person naming themselves says nothing, and naming twice says no more than once.
    return sorted({(a, b) for a, b in pairs.rows() if a != b})


def _distances(names: dict[str, list[str]], starts: Sequence[str]) -> dict[str, int]:
    wave = dict.fromkeys(starts, 0)
    queue = list(starts)
    for one in queue:
        for other in names.get(one, []):
            if other not in wave:
                wave[other] = wave[one] + 1
                queue.append(other)
    return wave


def _components(ties: list[tuple[str, str]], everybody: list[str]) -> dict[str, int]:
    both: dict[str, list[str]] = {}
    for a, b in ties:
        both.setdefault(a, []).append(b)
        both.setdefault(b, []).append(a)
    component: dict[str, int] = {}
    for one in sorted(set(everybody)):
        if one not in component:
            number = len(set(component.values())) + 1
            component |= dict.fromkeys(_distances(both, [one]), number)
    return component


def _waves(how: dict[str, str], names: dict[str, list[str]], wave: dict[str, int]) -> pl.DataFrame:
    last = max((wave[one] for one in how if one in wave), default=0)
    known = {one for one, kind in how.items() if kind != "named_by"}
    rows = []
    for number in range(last + 1):
        members = [one for one in how if wave.get(one) == number]
        said = [other for one in members for other in names.get(one, [])]
        new = set(said) - known
        known |= new
        rows.append(
            {
                "wave": number,
                "n_interviewed": len(members),
                "n_named": len(said),
                "n_new": len(new),
                "new_share": len(new) / len(said) if said else None,
            }
        )
    return pl.DataFrame(rows, schema_overrides={"new_share": pl.Float64})


def _by_seed(names: dict[str, list[str]], seeds: list[str]) -> pl.DataFrame:
    reached = {seed: set(_distances(names, [seed])) - {seed} for seed in seeds}
    rows = []
    for seed in seeds:
        others = set().union(*(reached[s] | {s} for s in seeds if s != seed))
        rows.append({"seed": seed, "n_reached": len(reached[seed]), "n_only": len(reached[seed] - others)})
    return pl.DataFrame(rows)


def _warnings(
    how: dict[str, str], nodes: pl.DataFrame, waves: pl.DataFrame, seeds: pl.DataFrame
) -> tuple[Reason, ...]:
    found = [
        Reason(
            "snowball.no_chances",
            mark(
                "A snowball has no known chances of inclusion: shares among these {n} are not shares of the cluster."
            ),
            {"n": len(how)},
        )
    ]
    if seeds.height == 1 or int(seeds["n_only"].max()) > 0.5 * nodes.height:  # type: ignore[arg-type]
        found.append(
            Reason(
                "snowball.hangs_on_seed",
                mark(
                    "Most people were reached from one starting point: another start might show another cluster."
                ),
            )
        )
    groups = nodes.filter(pl.col("entry") != "named_only")["component"].n_unique()
    if groups > 1:
        found.append(
            Reason(
                "snowball.separate",
                mark("The interviewed form {n} groups that do not name each other."),
                {"n": groups},
            )
        )
    last = waves["new_share"].drop_nulls()
    if len(last) and float(last[-1]) > 0.5:
        found.append(
            Reason(
                "snowball.unfinished",
                mark(
                    "{share:.0%} of the names given in the last wave were new: the snowball is far from its end."
                ),
                {"share": float(last[-1])},
            )
        )
    lost = (
        sum(kind == "named_by" for kind in how.values())
        - nodes.filter((pl.col("entry") == "named_by") & (pl.col("n_named_by") > 0)).height
    )
    if lost:
        found.append(
            Reason(
                "snowball.unnamed",
                counted(
                    lost,
                    mark("1 is recorded as named by somebody, but no nomination names it."),
                    mark("{n} are recorded as named by somebody, but no nomination names them."),
                ),
                {"n": lost},
            )
        )
    return tuple(found)
