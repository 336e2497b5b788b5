"""What the draw of a wave lets its answers say: whom each stands for, and where nothing is known about that."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from nanduti.surveys.models import SampleUnit, Wave

if TYPE_CHECKING:
    from .units import Units

State = SampleUnit.State


@dataclass(frozen=True)
class Sampled:
    """How a wave's firms were drawn. ``is_weighted``: a chance sample, so that answers stand for those not asked.

    Where it is, the frame has ``_stratum`` and ``_population``: how many eligible firms its stratum holds. Firms that
    answered without having been drawn have neither: they stand for themselves and enter no estimate.
    """

    method: str
    is_weighted: bool
    n_drawn: int
    n_answered: int
    population: float | None = None
    # Strata in which nobody answered: what is estimated says nothing about them.
    silent_strata: tuple[str, ...] = ()


def with_sample(units: Units, wave: Wave) -> Units:
    """Join what each drawn firm stands for; one statement. Without a sample nothing changes."""
    rows = SampleUnit._base_manager.filter(sample__wave=wave).order_by("id")
    found = list(
        rows.values_list(
            "establishment_id", "stratum", "sampling_weight", "state", "is_reserve", "sample__design__method"
        )
    )
    if not found:
        return units
    schema = {"establishment": pl.Int64, "_stratum": pl.String, "weight": pl.Float64, "state": pl.String,
              "is_reserve": pl.Boolean, "method": pl.String}  # fmt: skip
    drawn = pl.DataFrame(found, schema=schema, orient="row")
    asked = drawn.filter(~pl.col("is_reserve"))
    method = str(drawn["method"][0])
    weighed = asked.filter(pl.col("weight").is_not_null() & (pl.col("state") != State.INELIGIBLE))
    is_weighted = (
        method not in ("census", "snowball", "quota")
        and weighed.height == asked.filter(pl.col("state") != State.INELIGIBLE).height > 0
    )
    sizes = weighed.group_by("_stratum").agg(pl.col("weight").sum().alias("_population"))
    mine = drawn.select("establishment", "_stratum").unique("establishment", keep="first")
    frame = units.frame.join(mine, on="establishment", how="left", maintain_order="left")
    answered = frame.filter(pl.col("_stratum").is_not_null())
    if is_weighted:
        frame = frame.join(sizes, on="_stratum", how="left", maintain_order="left")
    silent = sorted(set(sizes["_stratum"].to_list()) - set(answered["_stratum"].to_list()))
    told = Sampled(
        method, is_weighted, asked.height, answered.height,
        float(sizes["_population"].sum()) if is_weighted else None, tuple(silent) if is_weighted else (),
    )  # fmt: skip
    return replace(units, frame=frame, sampled=told)
