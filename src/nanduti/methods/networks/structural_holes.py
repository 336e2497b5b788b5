"""Structural holes: how free an actor is to move between partners who do not know each other."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from scipy import sparse

from nanduti.methods.values import BadInput, mark

from . import _wedges
from .graph import Network


def structural_holes(network: Network, method: str = "ego") -> pl.DataFrame:
    """Burt's measures for each actor.

    Ties count by the sum of both directions. With p the share of an actor's ties that go to one partner, and m a
    partner's tie relative to its strongest,

    - effective size is Σⱼ(1 − Σ_q p_iq·m_jq): partners less their redundancy;
    - constraint is Σⱼ(p_ij + Σ_q p_iq·p_qj)², how much of one's ties leads back to the same partners;
    - hierarchy is how far one partner makes up the constraint (Coleman and Theil), 0 all alike to 1.

    Two conventions give different figures: in "ego" (UCINET's default) a partner's shares are taken inside ego's own
    network, in "whole" (igraph, networkx) over all of the partner's ties.

    Args:
        network: a network.
        method: "ego" or "whole".

    Returns:
        Columns ``actor``, ``size`` (partners), ``effective_size``, ``efficiency``, ``constraint``, ``hierarchy``,
        ``indirects`` (share of the investment that leads to partners through partners), ``log_constraint``. Without
        partners effective size is 0 and the rest null; with a single partner constraint, hierarchy and log are null,
        because there is nobody to play off against.

    Source: Burt, *Structural Holes*, 1992, chapter 2; all 18 rows of campnet as printed by UCINET 6.849.

    >>> from nanduti.methods.networks import from_matrix
    >>> star = from_matrix([[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    >>> structural_holes(star).select("size", "effective_size", "constraint").row(0)
    (3, 3.0, 0.333)
    """
    s, redundancy, by_partner = _measured(network, method)
    rows = np.repeat(np.arange(network.n), np.diff(s.indptr))
    size = np.diff(s.indptr)
    effective = size - np.bincount(rows, weights=redundancy, minlength=network.n)
    constraint = np.bincount(rows, weights=by_partner, minlength=network.n)
    indirects = np.bincount(rows, weights=np.sqrt(by_partner), minlength=network.n) - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = by_partner * size[rows] / constraint[rows]
        uneven = np.bincount(rows, weights=relative * np.log(relative), minlength=network.n)
        hierarchy = np.where(size > 1, uneven / (size * np.log(size)), math.nan)
        efficiency = np.where(size > 0, effective / size, math.nan)
        log = np.where(size > 1, np.log(constraint), math.nan)
    return network.table(
        size=size.astype(np.int64),
        effective_size=effective,
        efficiency=_null(efficiency),
        constraint=_null(np.where(size > 1, constraint, math.nan)),
        hierarchy=_null(np.where(np.abs(hierarchy) < 1e-12, 0.0, hierarchy)),
        indirects=_null(np.where(size > 0, indirects, math.nan)),
        log_constraint=_null(log),
    )


def dyadic_constraint(network: Network, method: str = "ego") -> pl.DataFrame:
    """How much each partner constrains an actor, and how redundant it is.

    Returns:
        Columns ``actor``, ``partner``, ``constraint``, ``redundancy``; one row for each actor and partner.

    Source: Burt 1992; UCINET's tables of dyadic constraint and redundancy.

    >>> from nanduti.methods.networks import from_matrix
    >>> dyadic_constraint(from_matrix([[0, 1], [1, 0]])).rows()
    [(1, 2, 1.0, 0.0), (2, 1, 1.0, 0.0)]
    """
    s, redundancy, by_partner = _measured(network, method)
    names = pl.Series(list(network.actors))
    return pl.DataFrame(
        {
            "actor": names.gather(np.repeat(np.arange(network.n), np.diff(s.indptr))),
            "partner": names.gather(s.indices),
            "constraint": by_partner,
            "redundancy": redundancy,
        }
    )


def _measured(network: Network, method: str) -> tuple[sparse.csr_array, np.ndarray, np.ndarray]:
    if method not in ("ego", "whole"):
        raise BadInput(
            place=f"method {method!r}",
            problem=mark("is not a convention for structural holes"),
            remedy="ego, whole",
        )
    s = (network.ties + network.ties.T).tocsr() if network.directed else network.ties
    s.sort_indices()
    return s, *_wedges.holes(s, method == "ego")


def _null(values: np.ndarray) -> pl.Series:
    """A column in which what is not a number is null."""
    return pl.Series(values, dtype=pl.Float64).fill_nan(None)
