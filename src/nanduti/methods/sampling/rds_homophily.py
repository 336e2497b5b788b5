"""How much peers prefer their like in the population behind a respondent-driven sample."""

from __future__ import annotations

import numpy as np

from nanduti.methods.values import CannotBeSaid

from .rds import rds_weights
from .rds_bootstrap import Cells, mixing
from .recruitment import Recruitment, classes, transition_counts


def population_homophily(
    recruited: Recruitment,
    outcome: str,
    category: object,
    method: str = "SS",
    *,
    population: int | None = None,
) -> float:
    """Ties between holders and others expected by chance, over those there are.

    N·p(1 − p)·d₁·d₀/(d̄·ties across), with p the share of holders and d₁, d₀, d̄ the mean degrees of holders,
    others and all, all weighted (the definition for a known network in the manual of R package RDS 0.9-10).
    One means ties regardless of the category, 2 half as many ties across as chance would make. Ties across
    are estimated from who recruits whom, as the mean of the two directions; with method "SS" the depletion of
    the population is taken out first.

    Args:
        recruited: the recruitment forest.
        outcome: column.
        category: who counts as a holder.
        method: "SS" (needs ``population``) or "II".
        population: number of units.
    """
    codes, labels = classes(recruited, outcome)
    holds = np.isin(codes, [i for i, label in enumerate(labels) if str(label) == str(category)]).astype(
        np.int64
    )
    if holds.all() or not holds.any():
        raise CannotBeSaid(
            what="Homophily",
            why=f"{'everybody' if holds.all() else 'nobody'} in the sample is {category!r}",
            remedy="Choose a category that some hold and some do not.",
        )
    weights = rds_weights(recruited, method, population=population, outcome=outcome)
    links = np.bincount(holds, weights=weights * recruited.degree)
    if method == "SS":
        across = mixing(recruited, Cells.of(recruited, holds, np.eye(2)[holds]), links)
    else:
        counts = transition_counts(recruited.parent, holds, 2)
        with np.errstate(invalid="ignore"):
            across = counts / counts.sum(axis=1, keepdims=True)
    ties = (links[0] * across[0, 1] + links[1] * across[1, 0]) / 2
    if not ties > 0:
        raise CannotBeSaid(
            what="Homophily",
            why="no recruitment crosses between holders and others, or one side recruited nobody",
            remedy="Report the two groups apart.",
        )
    return float(links[0] * links[1] / links.sum() / ties)
