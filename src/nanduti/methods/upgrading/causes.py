"""Causes of loss: Pareto order, and the training that follows from a list of mistakes."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import CannotBeSaid, mark
from nanduti.methods.values.guards import share

from ._checks import columns, not_negative, numeric, once


@dataclass(frozen=True)
class Pareto:
    """Causes in the order of the loss they make.

    Attributes:
        causes: cause, loss, share, cumulative_share, class (A, B, C; null where the loss is not known).
        vital_few: the fewest causes that together make the share asked for.
        reached: the share they make.
        n_unknown: causes whose loss is not known; they are in no share.
        gini: how unevenly the loss falls on the known causes, 0 evenly.
    """

    causes: pl.DataFrame
    vital_few: tuple[str, ...]
    reached: float
    n_unknown: int
    gini: float


def pareto(data: pl.DataFrame, *, until: float = 0.8, second: float = 0.95) -> Pareto:
    """Order causes by loss, with cumulative shares and the vital few.

    Args:
        data: ``cause`` and ``loss``, or ``cause``, ``frequency`` and ``cost`` (of one case): the loss is their
            product. Empty cells are unknown.
        until: cumulative share that the vital few (class A) reach; ``second`` ends class B.

    A cause belongs to the class in which its own part begins, so that the cause that carries the sum over the
    limit still counts among the vital few. Ties stand by name.

    Source: J. M. Juran, *Quality Control Handbook* (1951).

    >>> d = pl.DataFrame({"cause": ["skipped stitch", "wrong size", "oil stain"], "frequency": [50, 10, 20],
    ...                   "cost": [2.0, 8.0, 1.0]})
    >>> p = pareto(d)
    >>> p.vital_few, p.causes["cumulative_share"].to_list(), p.causes["class"].to_list()
    (('skipped stitch', 'wrong size'), [0.5, 0.9, 1.0], ['A', 'A', 'B'])
    """
    share(until, "share of the vital few")
    share(second, "share of the second class")
    columns(data, ("cause",))
    if "loss" in data.columns:
        data = numeric(data, ("loss",))
    else:
        columns(data, ("frequency", "cost"))
        data = numeric(data, ("frequency", "cost"))
        not_negative(data, ("frequency", "cost"), "cause")
        data = data.with_columns((pl.col("frequency") * pl.col("cost")).alias("loss"))
    not_negative(data, ("loss",), "cause")
    once(data, ["cause"])
    total = data["loss"].sum()
    if not total:
        raise CannotBeSaid(
            what=mark("Which causes weigh most"),
            why=mark("no loss is known"),
            remedy=mark("Count the cases and what one costs."),
        )
    table = data.sort("loss", "cause", descending=[True, False], nulls_last=True).with_columns(
        (pl.col("loss") / total).alias("share")
    )
    table = table.with_columns(pl.col("share").cum_sum().alias("cumulative_share"))
    begins = pl.col("cumulative_share") - pl.col("share")
    table = table.with_columns(
        pl.when(pl.col("loss").is_null()).then(None)
        .when(begins < until - 1e-9).then(pl.lit("A"))
        .when(begins < second - 1e-9).then(pl.lit("B")).otherwise(pl.lit("C")).alias("class")
    )  # fmt: skip
    few = table.filter((pl.col("class") == "A") & (pl.col("loss") > 0))
    known = table.drop_nulls("loss")
    return Pareto(
        table,
        tuple(few["cause"].to_list()),
        float(few["share"].sum()),
        table.height - known.height,
        _gini(known["share"].to_list()),
    )


def _gini(shares: list[float]) -> float:
    n = len(shares)
    return sum((n - 1 - 2 * i) * s for i, s in enumerate(shares)) / n


@dataclass(frozen=True)
class Curriculum:
    """Training modules that follow from a list of mistakes.

    Attributes:
        modules: module, loss (that its mistakes make), share, cumulative_share, n_errors, errors (the
            costliest first), chosen.
        chosen: the fewest modules that together meet the share asked for, costliest first.
        coverage: share of the known loss that they meet.
        without_module: mistakes that no module meets, costliest first: a module is missing.
        n_unknown: mistakes whose loss is not known.
    """

    modules: pl.DataFrame
    chosen: tuple[str, ...]
    coverage: float
    without_module: tuple[str, ...]
    n_unknown: int


def curriculum(errors: pl.DataFrame, *, cover: float = 0.8) -> Curriculum:
    """From mistakes of workers to training modules: each module weighs what its mistakes cost.

    Args:
        errors: ``error``, ``module`` (empty: none yet), and ``loss`` or ``frequency`` and ``cost``.
        cover: share of the loss that the chosen modules should meet.

    Source: UNIDO training kit, module Implementation, box 2 (Ludhiana: a committee of exporters listed the
    mistakes that cost productivity or led to rejection; five modules followed). The weights are Nanduti's.

    >>> d = pl.DataFrame({"error": ["seam", "cut", "print"], "module": ["stitching", "cutting", None],
    ...                   "loss": [60.0, 30.0, 10.0]})
    >>> c = curriculum(d)
    >>> c.chosen, c.coverage, c.without_module
    (('stitching', 'cutting'), 0.9, ('print',))
    """
    columns(errors, ("error", "module"))
    found = pareto(errors.rename({"error": "cause"}), until=share(cover, "cover"))
    known = found.causes.drop_nulls("loss")
    named = known.drop_nulls("module")
    modules = (
        named.group_by("module")
        .agg(
            pl.col("loss").sum(),
            pl.col("share").sum(),
            pl.len().cast(pl.Int64).alias("n_errors"),
            pl.col("cause").sort_by("loss", descending=True, maintain_order=True).alias("errors"),
        )
        .sort("loss", "module", descending=[True, False])
        .with_columns(pl.col("share").cum_sum().alias("cumulative_share"))
    )
    begins = pl.col("cumulative_share") - pl.col("share")
    modules = modules.with_columns(((begins < cover - 1e-9) & (pl.col("loss") > 0)).alias("chosen"))
    taken = modules.filter("chosen")
    order = ["module", "loss", "share", "cumulative_share", "n_errors", "errors", "chosen"]
    return Curriculum(
        modules.select(order),
        tuple(taken["module"].to_list()),
        float(taken["share"].sum()),
        tuple(known.filter(pl.col("module").is_null())["cause"].to_list()),
        found.n_unknown,
    )
