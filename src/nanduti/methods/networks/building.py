"""From tables of ties to networks: kinds, strengths, dates, and who did not answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, Reason, Scale, mark

from .errors import (
    BadStrength,
    MissingColumns,
    RepeatedActors,
    SelfTies,
    UnknownActors,
    UnknownStatus,
    some,
)
from .graph import Network, tidy

COMBINE = ("max", "min", "sum", "mean", "last")


def build(
    ties: pl.DataFrame,
    actors: pl.DataFrame | Sequence[object] | None = None,
    *,
    kind: str | None = None,
    directed: bool | Mapping[str, bool] = True,
    wave: object = None,
    at: dt.date | None = None,
    scale: Scale | None = None,
    combine: str = "max",
    missing: Iterable[object] = (),
    self_ties: str = "refuse",
    no_strength: str = "refuse",
    actor_column: str = "actor",
) -> Network:
    """A network from a table of ties.

    Args:
        ties: one row for each statement, with the columns ``source`` and ``target`` and any of ``kind``,
            ``strength`` (positive; 0 is "no tie"), ``status`` ("tie", "none" or "unknown"), ``on`` (date of
            the statement), ``began_on`` and ``ended_on`` (in force from, and until but not on), ``wave``,
            ``told_by`` (who said so).
        actors: everybody who could have ties, as a table with the column ``actor_column`` and attributes, or as
            names. A Boolean column ``answered`` tells who did not. Not given: those who stand in the ties.
        kind: keep the ties of this kind; not given, all kinds together.
        directed: whether direction matters, or a mapping from kind to that.
        wave: keep the ties of this wave.
        at: keep the ties in force on this day.
        scale: the scale the strengths stand on. They are turned so that more is closer: a scale on which 1 is
            the warmest answer must say so.
        combine: what several statements on the same pair become: "max", "min", "sum", "mean" or "last"
            (by ``on``).
        missing: actors who did not answer. What they would have said is unknown, not absent.
        self_ties: "refuse" or "drop" (with a note).
        no_strength: a tie without strength is refused ("refuse"), "unknown", or of strength 1 ("one").
        actor_column: the column of ``actors`` that names them.

    Returns:
        The network, its actors in the order of ``actors``, otherwise in ascending order, so that the order of
        the rows of ties changes nothing.

    Raises:
        MissingColumns, UnknownActors, RepeatedActors, SelfTies, BadStrength, UnknownStatus: what is wrong with
            the tables and how to mend it.

    >>> import polars as pl
    >>> ties = pl.DataFrame({"source": ["Ana", "Ana", "Beto"], "target": ["Beto", "Celia", "Ana"]})
    >>> network = build(ties, ["Ana", "Beto", "Celia", "Dora"], missing=["Celia"])
    >>> network.n, network.n_ties, network.n_unknown
    (4, 3, 3)
    """
    rows = _chosen(ties, kind, wave, at)
    names, attributes = _actors(rows, actors, actor_column)
    silent = _silent(names, attributes, missing)
    is_directed = directed.get(kind or "", True) if isinstance(directed, Mapping) else directed
    source, target, notes, rows = _placed(rows, names, self_ties)
    strength, status = _strengths(rows, scale, no_strength)
    matrices = _matrices(source, target, strength, status, rows, len(names), is_directed, combine)
    stated, unknown = _states(*matrices, silent, is_directed)
    return Network(
        actors=names,
        ties=matrices[0],
        directed=is_directed,
        answered=~silent,
        stated=stated,
        unknown_pairs=unknown,
        kind=kind or "",
        wave=wave,
        attributes=attributes,
        notes=notes,
    )


def build_layers(
    ties: pl.DataFrame,
    actors: pl.DataFrame | Sequence[object] | None = None,
    *,
    kinds: Sequence[str] | None = None,
    **how: object,
) -> dict[str, Network]:
    """One network for each kind of tie, all with the same actors.

    Args:
        ties: as in :func:`build`, with the column ``kind``.
        actors: as in :func:`build`; not given, everybody who stands in any tie.
        kinds: which kinds, in which order; not given, all in ascending order.
        **how: what else :func:`build` takes.

    >>> import polars as pl
    >>> ties = pl.DataFrame({"source": ["a", "b"], "target": ["b", "a"], "kind": ["sells to", "trusts"]})
    >>> {kind: network.n_ties for kind, network in build_layers(ties).items()}
    {'sells to': 1, 'trusts': 1}
    """
    if "kind" not in ties.columns:
        raise MissingColumns(table=mark("ties"), columns="kind")
    if actors is None:
        everybody = pl.concat([ties["source"], ties["target"].alias("source")]).drop_nulls().unique().sort()
        actors = everybody.to_list()
    chosen = list(kinds) if kinds is not None else ties["kind"].drop_nulls().unique().sort().to_list()
    return {kind: build(ties, actors, kind=kind, **how) for kind in chosen}  # type: ignore[arg-type]


# --- the pieces


def _chosen(ties: pl.DataFrame, kind: str | None, wave: object, at: dt.date | None) -> pl.DataFrame:
    """The rows of one kind, one wave, in force on one day."""
    asked = ["source", "target"]
    asked += ["kind"] if kind is not None else []
    asked += ["wave"] if wave is not None else []
    lacking = [column for column in asked if column not in ties.columns]
    if at is not None and not {"began_on", "ended_on"} & set(ties.columns):
        lacking.append("began_on")
    if lacking:
        raise MissingColumns(table=mark("ties"), columns=", ".join(lacking))
    rows = ties.with_row_index("_row")
    if kind is not None:
        rows = rows.filter(pl.col("kind") == kind)
    if wave is not None:
        rows = rows.filter(pl.col("wave") == wave)
    if at is not None and "began_on" in ties.columns:
        rows = rows.filter(pl.col("began_on").is_null() | (pl.col("began_on") <= at))
    if at is not None and "ended_on" in ties.columns:
        rows = rows.filter(pl.col("ended_on").is_null() | (pl.col("ended_on") > at))
    blank = rows.filter(pl.col("source").is_null() | pl.col("target").is_null())
    if len(blank):
        raise BadInput(
            place=f"ties, row {blank['_row'][0] + 1}",
            problem=mark("does not say who is tied"),
            remedy=mark("Name both actors, or remove the row."),
        )
    return rows


def _actors(
    rows: pl.DataFrame, actors: pl.DataFrame | Sequence[object] | None, column: str
) -> tuple[tuple[object, ...], pl.DataFrame | None]:
    if actors is None:
        if rows["source"].dtype != rows["target"].dtype:
            raise BadInput(
                place=mark("columns source and target"),
                problem=mark("name actors in different ways"),
                remedy=mark("Use the same kind of code in both."),
            )
        return tuple(pl.concat([rows["source"], rows["target"].alias("source")]).unique().sort()), None
    attributes = None
    if isinstance(actors, pl.DataFrame):
        if column not in actors.columns:
            raise MissingColumns(table=mark("actors"), columns=column)
        attributes = actors.rename({column: "actor"}) if column != "actor" else actors
        names = tuple(attributes["actor"].to_list())
    else:
        names = tuple(actors)
    if len(set(names)) != len(names) or any(name is None for name in names):
        seen: set[object] = set()
        twice = [name for name in names if name is None or name in seen or seen.add(name)]
        raise RepeatedActors(n=len(set(twice)), some=some(twice))
    return names, attributes


def _silent(
    names: tuple[object, ...], attributes: pl.DataFrame | None, missing: Iterable[object]
) -> np.ndarray:
    """Who did not answer."""
    places = {name: row for row, name in enumerate(names)}
    silent = np.zeros(len(names), dtype=bool)
    if attributes is not None and "answered" in attributes.columns:
        silent |= ~attributes["answered"].fill_null(False).to_numpy().astype(bool)
    strangers = [name for name in missing if name not in places]
    if strangers:
        raise UnknownActors(n=len(strangers), some=some(strangers))
    silent[[places[name] for name in missing]] = True
    return silent


def _placed(
    rows: pl.DataFrame, names: tuple[object, ...], self_ties: str
) -> tuple[np.ndarray, np.ndarray, tuple[Reason, ...], pl.DataFrame]:
    """Row numbers of both ends, without self-ties."""
    places = pl.DataFrame({"_name": list(names)} if names else {"_name": rows["source"].head(0)})
    places = places.with_row_index("_place")
    try:
        ends = [
            rows.select(pl.col(end).alias("_name")).join(
                places, on="_name", how="left", maintain_order="left"
            )
            for end in ("source", "target")
        ]
    except (pl.exceptions.SchemaError, pl.exceptions.ComputeError) as trouble:
        raise BadInput(
            place=mark("columns source and target"),
            problem=mark("name actors in another way than the list of actors"),
            remedy=mark("Use the same kind of code in both tables."),
        ) from trouble
    strangers = pl.concat([end.filter(pl.col("_place").is_null())["_name"] for end in ends]).unique()
    if len(strangers):
        raise UnknownActors(n=len(strangers), some=some(strangers))
    source, target = (end["_place"].to_numpy().astype(np.int64) for end in ends)
    loops = source == target
    notes: tuple[Reason, ...] = ()
    if loops.any():
        if self_ties != "drop":
            raise SelfTies(n=int(loops.sum()), some=some(names[place] for place in source[loops]))
        notes = (
            Reason("self_ties", mark("Ties to oneself that were left out: {n}."), {"n": int(loops.sum())}),
        )
        source, target, rows = source[~loops], target[~loops], rows.filter(~pl.Series(loops))
    return source, target, notes, rows


def _strengths(rows: pl.DataFrame, scale: Scale | None, no_strength: str) -> tuple[np.ndarray, np.ndarray]:
    """Strength of each row and its status: 1 a tie, 0 none, -1 unknown."""
    status = np.ones(len(rows), dtype=np.int8)
    if "status" in rows.columns:
        words = rows["status"].fill_null("tie").to_list()
        codes = {"tie": 1, "none": 0, "unknown": -1}
        for word in set(words) - set(codes):
            raise UnknownStatus(status=word)
        status = np.array([codes[word] for word in words], dtype=np.int8)
    if "strength" not in rows.columns:
        return np.ones(len(rows)), status
    given = rows["strength"].cast(pl.Float64, strict=False)
    strength = given.fill_null(float("nan")).to_numpy().astype(float).copy()
    blank = np.isnan(strength) & (status == 1)
    if blank.any() and no_strength == "refuse":
        _refuse(rows, blank, mark("not given"))
    status[blank] = -1 if no_strength == "unknown" else 1
    strength[np.isnan(strength)] = 1.0
    stands = (status == 1) & ~blank
    if scale is not None:
        outside = stands & ((strength < scale.low) | (strength > scale.high))
        if outside.any():
            _refuse(rows, outside, mark("outside the scale"))
        if scale.favourable == scale.low:
            strength[stands] = scale.low + scale.high - strength[stands]
    bad = stands & ((strength < 0) | np.isinf(strength))
    if bad.any():
        _refuse(rows, bad, mark("negative or without end"))
    status[stands & (strength == 0)] = 0
    return strength, status


def _refuse(rows: pl.DataFrame, wrong: np.ndarray, problem: str) -> None:
    row = rows.row(int(np.flatnonzero(wrong)[0]), named=True)
    raise BadStrength(strength=row["strength"], source=row["source"], target=row["target"], problem=problem)


def _matrices(
    source: np.ndarray,
    target: np.ndarray,
    strength: np.ndarray,
    status: np.ndarray,
    rows: pl.DataFrame,
    n: int,
    directed: bool,
    combine: str,
) -> tuple[sparse.csr_array, sparse.csr_array, sparse.csr_array]:
    """Ties, pairs said to have none, pairs said to be unknown; a tie outweighs both, none outweighs unknown."""
    if combine not in COMBINE:
        raise BadInput(
            place=f"combine {combine!r}",
            problem=mark("is not a way to join statements"),
            remedy=", ".join(COMBINE),
        )
    if combine == "last" and "on" not in rows.columns:
        raise MissingColumns(table=mark("ties"), columns="on")
    if not directed:
        source, target = np.minimum(source, target), np.maximum(source, target)
    facts = pl.DataFrame({"i": source, "j": target, "strength": strength, "status": status})
    if combine == "last":
        order = rows["on"].rank("dense").fill_null(0).to_numpy()
        facts = facts.with_columns(order=order).filter(
            pl.col("order") == pl.col("order").max().over("i", "j")
        )
    how = {
        "sum": pl.col("strength").sum(),
        "mean": pl.col("strength").mean(),
        "min": pl.col("strength").min(),
    }
    joined = how.get(combine, pl.col("strength").max())
    tied = facts.filter(pl.col("status") == 1).group_by("i", "j", maintain_order=True).agg(joined)
    none = facts.filter(pl.col("status") == 0).select("i", "j").unique()
    unknown = facts.filter(pl.col("status") == -1).select("i", "j").unique()
    none = none.join(tied, on=["i", "j"], how="anti")
    unknown = unknown.join(tied, on=["i", "j"], how="anti").join(none, on=["i", "j"], how="anti")
    made = []
    for frame in (tied, none, unknown):
        i, j = frame["i"].to_numpy(), frame["j"].to_numpy()
        data = frame["strength"].to_numpy() if "strength" in frame.columns else np.ones(len(frame))
        if not directed:
            i, j, data = np.concatenate([i, j]), np.concatenate([j, i]), np.concatenate([data, data])
        made.append(tidy(sparse.coo_array((data, (i, j)), shape=(n, n))))
    return made[0], made[1], made[2]


def _states(
    tied: sparse.csr_array,
    none: sparse.csr_array,
    unknown: sparse.csr_array,
    silent: np.ndarray,
    directed: bool,
) -> tuple[sparse.csr_array | None, sparse.csr_array | None]:
    """What is known of those who did not answer, and what is unknown of those who did."""
    stated = None
    if silent.any():
        known = (tied.astype(bool) + none.astype(bool)).tocoo()
        open_cell = silent[known.row] if directed else silent[known.row] & silent[known.col]
        stated = sparse.csr_array(
            (np.ones(int(open_cell.sum()), dtype=bool), (known.row[open_cell], known.col[open_cell])),
            shape=tied.shape,
        )
    if not unknown.nnz:
        return stated, None
    cells = unknown.tocoo()
    answered = ~silent[cells.row] if directed else ~(silent[cells.row] & silent[cells.col])
    single = sparse.csr_array(
        (np.ones(int(answered.sum()), dtype=bool), (cells.row[answered], cells.col[answered])),
        shape=tied.shape,
    )
    return stated, single if single.nnz else None
