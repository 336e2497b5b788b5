"""The latest answer of everybody: of several rounds, each respondent's newest word on each kind of tie.

A round often asks one town, or some firms again. The last one alone is then a part of the map, and all rounds together
show what was said before as if it still held. What a respondent said of a kind counts as long as no later round heard
that respondent on that kind; a later round that heard "nobody" makes the earlier partners old. A statement whose teller
nobody wrote down counts until a later round heard either end; a later round of the same place of which nobody knows
whom it heard has heard everybody there. Records are of no round and always count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from ..models import TieRespondent, TieWave

# What may stand in place of a round: everybody's latest answer, whatever was said in any round, records alone.
LATEST, ALL, RECORDS = "latest", "all", "records"
_HEARD = {"actor": pl.String, "_place": pl.Int64}


def is_partial(rounds: Sequence[TieWave]) -> bool:
    """Whether the last round leaves somebody out whom an earlier one heard: another place, or firms not asked again."""
    if len(rounds) < 2:
        return False
    if len({one.cluster_id for one in rounds}) > 1:
        return True
    answered = TieRespondent._base_manager.filter(state=TieRespondent.State.ANSWERED)
    heard = answered.filter(wave=rounds[-1]).values("actor")
    return answered.filter(wave__in=list(rounds[:-1])).exclude(actor__in=heard).exists()


def latest_said(
    frame: pl.DataFrame, rounds: Sequence[TieWave], heard: Iterable[tuple[str, int]]
) -> pl.DataFrame:
    """The statements that still count.

    Args:
        frame: statements with ``wave`` (code of the round, "" for none), ``source``, ``target``, ``told_by`` ("" where
            nobody wrote it down) and ``kind``.
        rounds: the earliest first.
        heard: who answered (pseudonym) in which round (its number in the database).
    """
    places = pl.DataFrame(
        {"wave": [one.code for one in rounds], "_place": list(range(len(rounds)))},
        schema={"wave": pl.String, "_place": pl.Int64},
    )
    placed = frame.join(places, on="wave", how="left", maintain_order="left")
    place_of = {one.pk: place for place, one in enumerate(rounds)}
    known = [(actor, place_of[wave]) for actor, wave in heard if wave in place_of]
    last = _last_heard(placed, rounds, pl.DataFrame(known, schema=_HEARD, orient="row"))
    for end in ("told_by", "source", "target"):
        own = last.rename({"actor": end, "_last": f"_{end}"})
        placed = placed.join(own, on=[end, "kind"], how="left", maintain_order="left")
    by_ends = pl.max_horizontal("_source", "_target")
    as_a_whole = _old_as_a_whole(placed, rounds, {place for _actor, place in known})
    is_told = pl.col("told_by") != ""
    is_old = pl.when(is_told).then(pl.col("_told_by") > pl.col("_place"))
    is_old = is_old.otherwise((by_ends > pl.col("_place")).fill_null(False) | as_a_whole)
    return placed.filter(~is_old.fill_null(False)).select(frame.columns)


def _last_heard(placed: pl.DataFrame, rounds: Sequence[TieWave], heard: pl.DataFrame) -> pl.DataFrame:
    """Actor and kind → the last round that heard the actor on that kind."""
    told = placed.filter((pl.col("told_by") != "") & pl.col("_place").is_not_null())
    asked = heard.join(_kinds_asked(placed, rounds), on="_place")
    both = [
        told.select(pl.col("told_by").alias("actor"), "kind", "_place"),
        asked.select("actor", "kind", "_place"),
    ]
    return pl.concat(both).group_by("actor", "kind").agg(pl.col("_place").max().alias("_last"))


def _kinds_asked(placed: pl.DataFrame, rounds: Sequence[TieWave]) -> pl.DataFrame:
    """Round → the kinds it asked for; where nobody wrote them down, those that were told in it."""
    told: dict[int, list[str]] = {}
    for place, kind in placed.select("_place", "kind").drop_nulls().unique().iter_rows():
        told.setdefault(place, []).append(kind)
    rows = [(place, kind) for place, one in enumerate(rounds) for kind in one.kinds or told.get(place, ())]
    return pl.DataFrame(rows, schema={"_place": pl.Int64, "kind": pl.String}, orient="row")


def _old_as_a_whole(placed: pl.DataFrame, rounds: Sequence[TieWave], listed: set[int]) -> pl.Expr:
    """Whether a later round of the same place, of which nobody knows whom it heard, tells of that kind as well."""
    untold = placed.filter((pl.col("told_by") == "") & pl.col("_place").is_not_null())
    there = sorted(untold.select("_place", "kind").unique().iter_rows())
    old = [
        f"{place} {kind}"
        for place, kind in there
        if any(
            later > place
            and later not in listed
            and code == kind
            and rounds[later].cluster_id in (None, rounds[place].cluster_id)
            for later, code in there
        )
    ]
    return pl.concat_str("_place", pl.lit(" "), "kind").is_in(old).fill_null(False)
