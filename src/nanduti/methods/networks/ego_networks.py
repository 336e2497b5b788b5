"""Each actor's own surroundings: how many partners, how far they know each other, what the actor ties together."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from . import _paths
from .graph import Network


def ego_networks(network: Network) -> pl.DataFrame:
    """A row of measures for each actor's own network, partners in either direction.

    Returns:
        ``actor``; ``size`` (partners); ``n_ties`` and ``n_pairs`` among the partners, ordered; ``density``;
        ``mean_reciprocal_distance`` among the partners without ego; ``diameter`` (null where some partner cannot
        reach another without ego); ``n_components`` (weak, without ego); ``component_share`` ((components −
        1)/(size − 1)); ``reach_2`` (actors within two steps) and ``reach_2_share``; ``reach_efficiency`` (those over
        the sum of the partners' partners); ``brokerage`` (unordered pairs not tied, counting half for one direction)
        and ``brokerage_share``; ``ego_betweenness`` (paths between partners through ego inside the ego network) and
        its ``ego_betweenness_share``; ``mutual_share`` (partners tied both ways); ``strength`` (mean strength of
        ego's outgoing ties). Shares are 0 to 1. What an actor without partners cannot have is null.

    Source: Everett and Borgatti 2005 for ego betweenness; the seventeen columns UCINET 6.849 prints, as shares
    instead of per cents.

    >>> from nanduti.methods.networks import from_matrix
    >>> line = from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> ego_networks(line).select("size", "density", "brokerage", "ego_betweenness").row(1)
    (2, 0.0, 1.0, 1.0)
    """
    either, pattern = network.either, network.pattern
    contacts = np.diff(either.indptr)
    mutual = np.diff(network.mutual.indptr)
    out_strength = np.asarray(network.ties.sum(axis=1)).ravel()
    out_degree = np.diff(pattern.indptr)
    rows = [_ego(row, either, pattern, contacts, network.n, network.directed) for row in range(network.n)]
    columns = {name: [row[name] for row in rows] for name in (rows[0] if rows else {})}
    frame = network.table(**columns)
    size = pl.Series(contacts)
    return frame.with_columns(
        mutual_share=pl.Series(
            np.divide(mutual, contacts, out=np.full(network.n, np.nan), where=contacts > 0)
        ),
        strength=pl.Series(
            np.divide(out_strength, out_degree, out=np.full(network.n, np.nan), where=out_degree > 0)
        ),
        size=size.cast(pl.Int64),
    ).fill_nan(None)


def _ego(
    row: int,
    either: sparse.csr_array,
    pattern: sparse.csr_array,
    contacts: np.ndarray,
    n: int,
    directed: bool,
) -> dict[str, float | int | None]:
    around = either.indices[either.indptr[row] : either.indptr[row + 1]]
    k = len(around)
    inside = pattern[around][:, around]
    n_ties, n_pairs = int(inside.nnz), k * (k - 1)
    walked = _paths.walks(sparse.csr_array(inside)) if k > 1 else None
    open_pairs = (n_pairs - n_ties) / 2
    second = either[around].indices if k else np.zeros(0, dtype=np.int64)
    within_two = len(np.unique(np.concatenate([second, around]))) - (1 if k else 0)
    between = _ego_betweenness(row, around, pattern, inside, directed) if k > 1 else 0.0
    pieces = csgraph.connected_components(inside, connection="weak")[0] if k else 0
    return {
        "size": k,
        "n_ties": n_ties,
        "n_pairs": n_pairs,
        "density": n_ties / n_pairs if n_pairs else None,
        "mean_reciprocal_distance": float(walked.reciprocal.sum()) / n_pairs if walked else None,
        "diameter": _diameter(walked, n_pairs),
        "n_components": int(pieces),
        "component_share": (pieces - 1) / (k - 1) if k > 1 else None,
        "reach_2": within_two,
        "reach_2_share": within_two / (n - 1) if n > 1 else None,
        "reach_efficiency": within_two / int(contacts[around].sum()) if k else None,
        "brokerage": open_pairs,
        "brokerage_share": open_pairs / (n_pairs / 2) if n_pairs else None,
        "ego_betweenness": between,
        "ego_betweenness_share": between * (1 if directed else 2) / n_pairs if n_pairs else None,
    }


def _diameter(walked: _paths.Walks | None, n_pairs: int) -> int | None:
    if walked is None or int(walked.reached.sum()) < n_pairs:
        return None
    return len(walked.histogram) - 1


def _ego_betweenness(
    row: int, around: np.ndarray, pattern: sparse.csr_array, inside: sparse.csr_array, directed: bool
) -> float:
    """Betweenness of ego inside its own network."""
    if directed:
        members = np.append(around, row)
        own = sparse.csr_array(pattern[members][:, members])
        return float(_paths.betweenness(own, np.arange(len(members)))[-1])
    # Everybody is one step from ego, so each open pair shares its one unit among its two-step paths.
    tied = inside.toarray()
    through = np.triu(tied == 0, 1) / (1 + tied @ tied)
    return float(through.sum())
