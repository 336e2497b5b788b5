"""Choosing a provider: one syllabus put to all, offers scored on facilities, quality and price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput, Reason, RuleSource, Verdict, flag, mark, no, yes
from nanduti.methods.values.guards import amount

from ._checks import columns, named, not_negative, numeric, once

SOURCE = RuleSource("UNIDO cluster development training kit, module Implementation", "box 3")
WEIGHTS = {"facilities": 1.0, "quality": 1.0, "price": 1.0}


@dataclass(frozen=True)
class ProviderChoice:
    """Offers in order.

    Attributes:
        offers: provider, points of each criterion (0 to 1 times weight), score (0 to 1, null where a figure
            is missing), rank (ties share it), the best first.
        chosen: the best; ``None`` with the verdict where nothing can be chosen or two are level.
        margin: how far the best lies before the next.
    """

    offers: pl.DataFrame
    chosen: str | None
    margin: float | None
    verdict: Verdict


def choose_provider(
    offers: pl.DataFrame, *, weights: Mapping[str, float] | None = None, full_marks: float = 10.0
) -> ProviderChoice:
    """Score offers for one contract: marks for facilities and quality, the lowest price full marks.

    Price points are ``lowest price / price``; marks count over ``full_marks``; the score is their weighted mean.

    Args:
        offers: ``provider``, ``price``, and a column of marks for every other criterion of ``weights``.

    Source: KNIDGRO put its syllabus to all local institutes and took the best on facilities, quality and price
    (box 3); the formula, common in public tenders, is Nanduti's choice.

    >>> d = pl.DataFrame({"provider": ["a", "b"], "price": [100.0, 80.0], "facilities": [9, 6], "quality": [8, 7]})
    >>> c = choose_provider(d)
    >>> c.chosen, c.offers["score"].round(3).to_list()
    ('a', [0.833, 0.767])
    """
    weights = dict(WEIGHTS if weights is None else named(weights, "the weights"))
    total = sum(amount(w, f"weight of {k!r}") for k, w in weights.items())
    if not total:
        raise BadInput(
            place="weights", problem=mark("are none"), remedy=mark("Weigh at least one criterion.")
        )
    columns(offers, ("provider", *weights))
    offers = numeric(offers, weights)
    not_negative(offers, weights, "provider")
    once(offers, ["provider"])
    if not offers.height:
        return ProviderChoice(
            offers, None, None, no(Reason("none", mark("There is no offer.")), source=SOURCE)
        )
    parts = []
    for name, weight in weights.items():
        if name == "price":
            free = offers.filter(pl.col("price") == 0)
            if free.height:
                raise BadInput(
                    place=f"price of {free['provider'][0]!r}",
                    problem=mark("is not above zero"),
                    remedy=mark("Ask what the offer really costs."),
                )
            points = offers["price"].min() / pl.col("price") if offers["price"].min() else pl.lit(None)
        else:
            over = offers.filter(pl.col(name) > full_marks)
            if over.height:
                raise BadInput(
                    place=f"{name} of {over['provider'][0]!r}",
                    problem=mark("has more points than there are"),
                    remedy=mark("Correct the points or the full marks."),
                )
            points = pl.col(name) / full_marks
        parts.append((points * weight / total).alias(f"{name}_points"))
    table = offers.select("provider", *weights, *parts)
    score = sum((pl.col(f"{k}_points") for k in weights), pl.lit(0.0)).alias("score")
    table = table.with_columns(score).with_columns(
        pl.col("score").round(12).rank("min", descending=True).cast(pl.Int64).alias("rank")
    )
    table = table.sort("score", "provider", descending=[True, False], nulls_last=True)
    return _choice(table)


def _choice(table: pl.DataFrame) -> ProviderChoice:
    placed = table.drop_nulls("score")
    if not placed.height:
        text = mark("No offer has figures on every criterion.")
        return ProviderChoice(table, None, None, no(Reason("incomplete", text), source=SOURCE))
    first = placed["provider"][0]
    margin = float(placed["score"][0] - placed["score"][1]) if placed.height > 1 else None
    if margin is not None and margin < 1e-9:
        text = mark("Two offers are level: {first} and {second}.")
        reason = Reason("level", text, {"first": first, "second": placed["provider"][1]})
        return ProviderChoice(
            table, None, 0.0, flag(reason, source=SOURCE, remedy=mark("Let the members decide."))
        )
    if table.height == 1:
        text = mark("There is one offer only; nothing to compare it with.")
        return ProviderChoice(table, first, None, flag(Reason("single", text), source=SOURCE))
    if placed.height < table.height:
        text = mark("{first} leads, but some offers lack figures.")
        return ProviderChoice(
            table, first, margin, flag(Reason("some_incomplete", text, {"first": first}), source=SOURCE)
        )
    reason = Reason("best", mark("{first} has the best offer."), {"first": first})
    return ProviderChoice(table, first, margin, yes(reason, source=SOURCE))
