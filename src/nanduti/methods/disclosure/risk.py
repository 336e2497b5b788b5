"""Chance of re-identification: of one record, of a household, of the whole file.

The individual risk of a record is the expected value of 1/F, where F is the number of people in the
population who share its key values, given that f of them are in the sample. F is not known; the sampling
weights estimate it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from .keys import check_columns, class_ids, pack_columns
from .matching import Missing, frequencies


@dataclass(frozen=True)
class Risk:
    """Risk of every record and of the file.

    ``individual`` in row order; ``frequency`` f_k (sample) and ``population_frequency`` F_k (estimated);
    ``household`` is the chance that at least one member of the household is found (None without households).
    """

    individual: np.ndarray
    frequency: np.ndarray
    population_frequency: np.ndarray
    household: np.ndarray | None = None

    @property
    def global_risk(self) -> float:
        """Mean individual risk: the expected share of records that are re-identified."""
        return float(self.individual.mean())

    @property
    def expected_reidentifications(self) -> float:
        """Sum of the individual risks: the expected number of records that are re-identified."""
        return float(self.individual.sum())

    @property
    def hierarchical_risk(self) -> float | None:
        """Mean household risk over the records, or None where no household was given."""
        return None if self.household is None else float(self.household.mean())

    @property
    def hierarchical_expected_reidentifications(self) -> float | None:
        """Sum of the household risks over the records, or None where no household was given."""
        return None if self.household is None else float(self.household.sum())


def check_weights(data: pl.DataFrame, weights: str | None) -> np.ndarray:
    """Sampling weights of at least one; without a column every record stands for itself (a census)."""
    if weights is None:
        return np.ones(data.height)
    check_columns(data, [weights], "weight")
    values = data[weights].cast(pl.Float64, strict=False).to_numpy().astype(float)
    bad = np.flatnonzero(~np.isfinite(values) | (values < 1))
    if len(bad):
        raise BadInput(
            place=f"column '{weights}', row {bad[0]}",
            problem=f"is {data[weights][int(bad[0])]}",
            remedy="A sampling weight says how many each record stands for: give 1 or more.",
        )
    return values


def individual_risk(
    data: pl.DataFrame,
    *,
    keys: Sequence[str],
    weights: str | None = None,
    household: str | None = None,
    missing: Missing = "category",
    method: Literal["approximate", "exact"] = "approximate",
) -> Risk:
    """Individual, household and global re-identification risk under the negative binomial model.

    With p = f/F: for f = 1 the risk is p/(1-p) log(1/p); for f = 2 it is p/(1-p) - (p/(1-p))² log(1/p);
    for larger f the usual approximation p / (f - (1-p)). ``method="exact"`` uses the hypergeometric form
    p^f / f · 2F1(f, f; f+1; 1-p) throughout (summed without cancellation). Without weights the file is a
    census and the risk is 1/f.

    Source: Benedetti and Franconi (1998); Polettini (2003), CASC deliverable 1.2-D3; Capobianchi, Polettini
    and Lucarelli (2001) for the example of eight records that the tests reproduce.

    >>> d = pl.DataFrame({"trade": ["shoes", "shoes", "wool"], "w": [50.0, 60.0, 17.0]})
    >>> individual_risk(d, keys=["trade"], weights="w").individual.round(6).tolist()
    [0.017144, 0.017144, 0.177076]
    """
    w = check_weights(data, weights)
    f, total = frequencies(data, keys=keys, weights=w, missing=missing)
    if method not in ("approximate", "exact"):
        raise BadInput(place="method", problem=f"is '{method}'", remedy="Use approximate or exact.")
    rate = _exact(f, total) if method == "exact" else _approximate(f, total)
    joint = None
    if household is not None:
        check_columns(data, [household], "household")
        if data[household].null_count():
            row = int(data[household].is_null().arg_true()[0])
            raise BadInput(
                place=f"column '{household}', row {row}",
                problem="is missing",
                remedy="Give every record a household; one of its own if it lives alone.",
            )
        ids, n = class_ids(pack_columns(data, [household]))
        with np.errstate(divide="ignore"):
            nobody = np.bincount(ids, np.log1p(-np.minimum(rate, 1.0)), minlength=n)
        joint = -np.expm1(nobody)[ids]
    return Risk(rate, f, total, joint)


def _approximate(f: np.ndarray, total: np.ndarray) -> np.ndarray:
    p = np.minimum(f / total, 1.0)
    risk = p / (f - (1.0 - p))
    small = (f <= 2) & (p < 1.0)
    odds = p[small] / (1.0 - p[small])
    log = -np.log(p[small])
    risk[small] = np.where(f[small] == 1, odds * log, odds - odds**2 * log)
    risk[p >= 1.0] = 1.0 / f[p >= 1.0]
    return _near_one(risk, f, p)


def _near_one(risk: np.ndarray, f: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Close to p = 1 the closed forms subtract near-equal numbers; the exact series takes over there."""
    close = (f <= 2) & (p < 1.0) & (p > 1.0 - 1e-4)
    risk[close] = _series(f[close], p[close])
    return risk


def _series(f: np.ndarray, p: np.ndarray) -> np.ndarray:
    """E(1/F) = p · sum over j of q^j j! / (f (f+1) … (f+j)): quick where q is small or f large."""
    q = 1.0 - p
    term = p / f
    total = term.copy()
    for j in range(1, 400):
        term = term * q * j / (f + j)
        total += term
        if not len(term) or term.max() < 1e-18:
            break
    return total


def _recursion(f: np.ndarray, p: np.ndarray) -> np.ndarray:
    """E(1/F) by J_{f+1} = p (1/f - J_f) / q, which does not amplify errors where p <= q."""
    q = 1.0 - p
    value = -np.log(p) * p / q
    result = value.copy()
    for step in range(1, int(f.max(initial=1))):
        value = p * (1.0 / step - value) / q
        result = np.where(f == step + 1, value, result)
    return result


def _exact(f: np.ndarray, total: np.ndarray) -> np.ndarray:
    pair, back = np.unique(np.column_stack((f, np.minimum(f / total, 1.0))), axis=0, return_inverse=True)
    count, p = pair[:, 0], pair[:, 1]
    risk = np.empty(len(p))
    easy = (p >= 0.5) | (count >= 30)
    risk[easy] = _series(count[easy], p[easy])
    risk[~easy] = _recursion(count[~easy], p[~easy])
    return risk[back.ravel()]


def global_risk(
    data: pl.DataFrame, *, keys: Sequence[str], weights: str | None = None, missing: Missing = "category"
) -> float:
    """The expected share of records that an outsider re-identifies; 3 % is the ceiling of the safe default.

    Source of the ceiling: Centre for Humanitarian Data, Guidance Note on Statistical Disclosure Control (2019).

    >>> d = pl.DataFrame({"trade": ["shoes", "shoes", "wool"]})
    >>> round(global_risk(d, keys=["trade"]), 4)
    0.6667
    """
    return individual_risk(data, keys=keys, weights=weights, missing=missing).global_risk


@dataclass(frozen=True)
class Uniques:
    """Records alone in the sample, and how many of them are (expected to be) alone in the population."""

    n_sample: int
    n_population: float
    is_known: bool


def population_uniques(
    data: pl.DataFrame,
    *,
    keys: Sequence[str],
    weights: str | None = None,
    population: pl.DataFrame | None = None,
) -> Uniques:
    """How many sample uniques are also unique in the population: the records that are truly exposed.

    With a ``population`` frame they are counted. With ``weights`` they are expected: under the negative
    binomial model a sample unique is alone with chance f/F = 1/w. Without either nothing can be said.

    Source: Benedetti and Franconi (1998); Skinner and Elliot (2002), JRSS B 64(4).

    >>> d = pl.DataFrame({"trade": ["shoes", "shoes", "wool"], "w": [2.0, 2.0, 4.0]})
    >>> population_uniques(d, keys=["trade"], weights="w")
    Uniques(n_sample=1, n_population=0.25, is_known=False)
    """
    if population is None and weights is None:
        raise CannotBeSaid(
            what="The number of population uniques",
            why="neither sampling weights nor the population were given",
            remedy="Name the weights column; for a census give the data as their own population.",
        )
    keys = check_columns(data, keys)
    f, total = frequencies(data, keys=keys, weights=check_weights(data, weights))
    alone = f == 1
    if population is None:
        return Uniques(int(alone.sum()), float((1.0 / total[alone]).sum()), False)
    check_columns(population, keys)
    counted = population.group_by(keys).agg(n_all=pl.len())
    mine = data.select(keys).filter(pl.Series(alone)).join(counted, on=keys, how="left", nulls_equal=True)
    if mine["n_all"].null_count():
        raise BadInput(
            place="the sample",
            problem="holds records that the population does not have",
            remedy="Give the population that the sample was drawn from, coded in the same way.",
        )
    return Uniques(int(alone.sum()), float((mine["n_all"] == 1).sum()), True)
