"""Global recoding and top- and bottom-coding: coarser values for everybody alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .keys import check_columns, check_k, check_rows, class_ids, code_column, pack


def recode(
    data: pl.DataFrame,
    *,
    column: str,
    groups: Mapping[object, object] | None = None,
    breaks: Sequence[float] | None = None,
) -> pl.DataFrame:
    """Coarser values of one column: ``groups`` maps every old value to a new one, ``breaks`` cuts a number.

    With ``breaks`` b0 < b1 < … the classes are "b0 to under b1" and so on, the last one open above; a value
    below b0 is refused. Missing stays missing. A value that no group names is refused, never kept by chance.

    >>> d = pl.DataFrame({"jobs": [1, 4, 9, 60]})
    >>> recode(d, column="jobs", breaks=[0, 5, 50])["jobs"].to_list()
    ['0 to under 5', '0 to under 5', '5 to under 50', '50 or more']
    """
    check_columns(data, [column])
    if (groups is None) == (breaks is None):
        raise BadInput(
            place="the recoding",
            problem="needs either groups or breaks",
            remedy="Give a mapping from old to new values, or cut points, but not both.",
        )
    if breaks is not None:
        return data.with_columns(_cut(data[column], [float(b) for b in breaks]).alias(column))
    lost = [v for v in data[column].unique().to_list() if v is not None and v not in groups]
    if lost:
        raise BadInput(
            place=f"column '{column}'",
            problem=f"has values that no group names: {', '.join(sorted(map(str, lost))[:5])}",
            remedy="Name a new value for every old one.",
        )
    return data.with_columns(data[column].replace_strict(dict(groups), default=None).alias(column))


def _cut(series: pl.Series, breaks: list[float]) -> pl.Series:
    if not series.dtype.is_numeric():
        raise BadInput(
            place=f"column '{series.name}'", problem="is not a number", remedy="Use groups instead of breaks."
        )
    if not breaks or any(a >= b for a, b in pairwise(breaks)):
        raise BadInput(place="breaks", problem="do not rise", remedy="Give rising cut points.")
    low = series.min()
    if low is not None and low < breaks[0]:
        raise BadInput(
            place=f"column '{series.name}'",
            problem=f"goes down to {low}, below the first break {breaks[0]:g}",
            remedy="Start the breaks at or below the smallest value.",
        )
    labels = [f"{a:g} to under {b:g}" for a, b in pairwise(breaks)] + [f"{breaks[-1]:g} or more"]
    place = np.searchsorted(breaks, series.fill_null(breaks[0]).to_numpy(), side="right") - 1
    new = pl.Series([labels[i] for i in place], dtype=pl.String)
    return pl.select(pl.when(series.is_not_null()).then(new)).to_series()


@dataclass(frozen=True)
class Coding:
    """Top- and bottom-coded data, the thresholds used, and how many values were moved."""

    data: pl.DataFrame
    top: float | None
    bottom: float | None
    n_changed: int


def top_bottom_code(
    data: pl.DataFrame,
    *,
    column: str,
    top: float | None = None,
    bottom: float | None = None,
    top_n: int | None = None,
    keep_mean: bool = True,
) -> Coding:
    """Cap the extremes of a number, because the largest firm is known to everybody.

    Values of at least ``top`` become the mean of those values (``keep_mean``; the total stays true) or
    ``top`` itself; likewise at most ``bottom``. ``top_n`` sets ``top`` so that the n largest values are
    capped together (at least three, or their mean would say too much).

    Source: Hundepool et al. (2012), Statistical Disclosure Control, section 3.2.

    >>> d = pl.DataFrame({"jobs": [3, 5, 8, 90, 120, 300]})
    >>> top_bottom_code(d, column="jobs", top_n=3).data["jobs"].to_list()
    [3.0, 5.0, 8.0, 170.0, 170.0, 170.0]
    """
    check_columns(data, [column])
    if not data[column].dtype.is_numeric():
        raise BadInput(place=f"column '{column}'", problem="is not a number", remedy="Recode it instead.")
    values = data[column].cast(pl.Float64).fill_nan(None)
    if top_n is not None:
        top = _top_of(values, top_n, column)
    if top is None and bottom is None:
        raise BadInput(place="the thresholds", problem="are not given", remedy="Give top, bottom or top_n.")
    if top is not None and bottom is not None and bottom >= top:
        raise BadInput(place="bottom", problem="is not below top", remedy="Give bottom < top.")
    changed = 0
    for limit, reached in ((top, values >= top if top is not None else None),
                           (bottom, values <= bottom if bottom is not None else None)):  # fmt: skip
        if reached is None:
            continue
        hit = reached.fill_null(False)
        n = int(hit.sum())
        if keep_mean and 0 < n < 3:
            raise CannotBeSaid(
                what=f"The mean of the capped values of '{column}'",
                why=f"only {n} are capped, and their mean would give them away",
                remedy="Move the threshold until at least three are capped, or set keep_mean=False.",
            )
        new = float(values.filter(hit).mean()) if keep_mean and n else float(limit)
        values = pl.select(pl.when(hit).then(pl.lit(new)).otherwise(values)).to_series()
        changed += n
    return Coding(data.with_columns(values.alias(column)), top, bottom, changed)


def _top_of(values: pl.Series, top_n: int, column: str) -> float:
    present = values.drop_nulls().sort(descending=True)
    if top_n < 3 or top_n > len(present):
        raise BadInput(
            place="top_n",
            problem=f"is {top_n} while '{column}' has {len(present)} values",
            remedy="Give at least 3 and at most the number of values.",
        )
    return float(present[top_n - 1])


@dataclass(frozen=True)
class Recoding:
    """The least coarse recoding that reaches k: the data, the level per key, the loss, what was tried."""

    data: pl.DataFrame
    levels: dict[str, int]
    loss: float
    n_tried: int
    n_combinations: int


def minimal_recoding(
    data: pl.DataFrame,
    *,
    ladders: Mapping[str, Sequence[Mapping[object, object]]],
    k: int,
    keys: Sequence[str] | None = None,
    may_violate: int = 0,
    budget: int = 100_000,
) -> Recoding:
    """Global recoding with the least loss: climb each key's ladder of coarser codes only as far as needed.

    ``ladders[key]`` lists mappings, finer first, each from the *original* values to coarser ones. Loss is
    the sum over keys of the share of distinctions given up, 1 - (values left - 1)/(values before - 1).
    Combinations are tried from the least loss upwards, so the first that leaves at most ``may_violate``
    records below ``k`` is the best; ``budget`` bounds the number of combinations tried.

    Source: Samarati (2001) for full-domain generalisation; the loss is the discernibility of codes.

    >>> d = pl.DataFrame({"town": ["A1", "A2", "B1", "B1"]})
    >>> up = {"A1": "A", "A2": "A", "B1": "B"}
    >>> r = minimal_recoding(d, ladders={"town": [up]}, k=2)
    >>> r.levels, r.data["town"].to_list()
    ({'town': 1}, ['A', 'A', 'B', 'B'])
    """
    n = check_rows(data)
    check_k(k, n)
    names = check_columns(data, keys or list(ladders))
    steps = {c: [data.select(c)] + [recode(data.select(c), column=c, groups=g) for g in ladders.get(c, [])]
             for c in names}  # fmt: skip
    coded = {c: [code_column(f[c]) for f in steps[c]] for c in names}
    losses = {c: [_lost(f[c], steps[c][0][c]) for f in steps[c]] for c in names}
    choices = sorted(
        product(*(range(len(steps[c])) for c in names)),
        key=lambda pick: (sum(losses[c][i] for c, i in zip(names, pick)), pick),
    )
    for tried, pick in enumerate(choices[:budget], start=1):
        ids, n_classes = class_ids(pack([coded[c][i] for c, i in zip(names, pick)]))
        counts = np.bincount(ids, minlength=n_classes)
        if counts[counts < k].sum() <= may_violate:
            new = data.with_columns([steps[c][i][c] for c, i in zip(names, pick)])
            loss = float(sum(losses[c][i] for c, i in zip(names, pick)))
            return Recoding(new, dict(zip(names, pick)), loss, tried, len(choices))
    raise CannotBeSaid(
        what=f"A recoding with k = {k}",
        why=f"none of the {min(budget, len(choices))} combinations of codes tried reaches it",
        remedy="Offer coarser codes, fewer keys, a smaller k, or suppress the few records that are left.",
    )


def _lost(new: pl.Series, old: pl.Series) -> float:
    before, after = old.n_unique(), new.n_unique()
    return 0.0 if before <= 1 else 1.0 - (after - 1) / (before - 1)
