"""Matched pairs: the design that small samples with persistent outcomes deserve."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput

from ._tables import column, numbers

_MOST = 5_000


def form_pairs(
    firms: pl.DataFrame, *, unit: str, on: Sequence[str], within: str | None = None
) -> pl.DataFrame:
    """Pair units that resemble each other, for use as strata of two in :func:`randomize`.

    The closest two by Mahalanobis distance are paired, then the closest of the rest, and so on (greedy);
    ties go to the smaller ids, so the order of the list does not matter. An odd unit out gets a stratum of
    its own, where the lottery decides its arm alone.

    Args:
        on: numeric columns known before the lottery. within: only pair units equal in this column.

    Returns:
        The list with a column ``pair``.

    Source: Bruhn & McKenzie 2009, *AEJ Applied* 1, 200-232 (pairs and strata against re-randomisation).

    >>> firms = pl.DataFrame({"id": ["a", "b", "c", "d"], "sales": [1.0, 9.0, 1.2, 9.5]})
    >>> form_pairs(firms, unit="id", on=["sales"]).get_column("pair").to_list()
    ['a+c', 'b+d', 'a+c', 'b+d']
    """
    ids = column(firms, unit).cast(pl.String)
    if ids.null_count() or ids.n_unique() != len(ids):
        raise BadInput(
            place=f"column {unit!r}", problem="has gaps or doubles", remedy="Give each unit one id."
        )
    if firms.height > _MOST:
        raise BadInput(
            place=f"{firms.height:,} units", problem="are too many to pair", remedy="Use strata beyond 5,000."
        )
    order = sorted(range(len(ids)), key=lambda i: ids[i])
    columns = []
    for name in on:
        values = numbers(firms, name)[order]
        if np.isnan(values).any():
            raise BadInput(
                place=f"column {name!r}", problem="has gaps", remedy="Complete it or leave it out."
            )
        columns.append(values)
    if not columns:
        raise BadInput(place="on", problem="is empty", remedy="Name what pairs should share.")
    white = _whitened(np.column_stack(columns))
    groups = (
        np.zeros(len(ids)) if within is None else firms.get_column(within).cast(pl.String).to_numpy()[order]
    )
    names = [ids[i] for i in order]
    pairs = dict.fromkeys(names, "")
    for group in sorted(set(groups.tolist()), key=str):
        _pair_up(np.flatnonzero(groups == group), white, names, pairs)
    return firms.with_columns(pl.Series("pair", [pairs[i] for i in ids.to_list()]))


def _whitened(values: np.ndarray) -> np.ndarray:
    centred = values - values.mean(axis=0)
    spread = centred.std(axis=0)
    scaled = centred[:, spread > 0] / spread[spread > 0]
    if not scaled.shape[1]:
        raise BadInput(place="the pairing columns", problem="do not vary", remedy="Name others.")
    left, singular, _ = np.linalg.svd(scaled, full_matrices=False)
    return left[:, singular > 1e-9 * singular[0]] * np.sqrt(len(values))


def _pair_up(members: np.ndarray, white: np.ndarray, names: list[str], pairs: dict[str, str]) -> None:
    points = white[members]
    distance = ((points[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    rows, columns = np.triu_indices(len(members), 1)
    ranked = np.lexsort((columns, rows, np.round(distance[rows, columns], 12)))
    free = np.ones(len(members), dtype=bool)
    for k in ranked:
        i, j = rows[k], columns[k]
        if free[i] and free[j]:
            free[i] = free[j] = False
            first, second = names[members[i]], names[members[j]]
            pairs[first] = pairs[second] = f"{first}+{second}"
    for i in np.flatnonzero(free):
        pairs[names[members[i]]] = names[members[i]]
