"""Chances of entering a respondent-driven sample, and the weights they give."""

from __future__ import annotations

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid

from .recruitment import transition_counts


def successive_inclusion(degrees: np.ndarray, counts: np.ndarray, n: float | np.ndarray) -> np.ndarray:
    """Chance that a unit of each degree is among the first ``n`` of successive sampling by degree.

    Successive sampling takes units one after another with chances proportional to degree among those
    left. It is the order of arrival when a unit of degree k arrives at rate k, so that a unit is in the
    sample with chance 1 − exp(−λk), where λ makes the expected number of arrivals n (the large-population
    limit; Raj 1956, Gile 2011). With 60 units the chances are right to 0.004, with 1,000 to 0.0005.

    Args:
        degrees: distinct degrees, shape (K,).
        counts: units of each degree in the population, shape (K,) or (B, K) for B populations at once.
        n: sample size.

    >>> successive_inclusion(np.array([1.0, 2.0]), np.array([50.0, 50.0]), 30).round(4)
    array([0.2155, 0.3845])
    """
    k = np.asarray(degrees, dtype=float)
    many = np.atleast_2d(np.asarray(counts, dtype=float))
    rate = n / (many @ k)
    for _ in range(100):
        stay = np.exp(-rate[:, None] * k)
        # Newton on an increasing concave function from the left of its root: no overshooting.
        step = ((many * (1 - stay)).sum(axis=1) - n) / ((many * k * stay).sum(axis=1))
        rate = rate - step
        if np.all(np.abs(step) <= 1e-13 * np.abs(rate)):
            break
    chance = -np.expm1(-rate[:, None] * k)
    return chance if np.ndim(counts) == 2 else chance[0]


def gile_inclusion(degrees: np.ndarray, seen: np.ndarray, population: float, rounds: int = 200) -> np.ndarray:
    """Gile's successive-sampling chances: degree distribution and chances made consistent with each other.

    Start from chances proportional to degree; estimate how many units of each degree the population has,
    N·(seen/π)/Σ(seen/π); compute their chances; repeat (Gile 2011, JASA 106, 135–146, section 3).

    Args:
        degrees: distinct degrees, shape (K,).
        seen: respondents of each degree, shape (K,) or (B, K).
        population: number of units N.
        rounds: most repetitions.
    """
    many = np.atleast_2d(np.asarray(seen, dtype=float))
    n = many.sum(axis=1)
    chance = np.broadcast_to(degrees / np.mean(degrees), many.shape)
    for _ in range(rounds):
        share = many / chance
        fresh = successive_inclusion(degrees, population * share / share.sum(axis=1, keepdims=True), n)
        moved = float(np.max(np.abs(fresh - chance)))
        chance = fresh
        if moved < 1e-11:
            break
    return chance if np.ndim(seen) == 2 else chance[0]


def check_population(population: int | None, n: int) -> int:
    """A population larger than the sample, or an error that says what to do without one."""
    if population is None:
        raise BadInput(
            place="population",
            problem="is missing; Gile's estimator needs the number of units in the population",
            remedy="Give a count or a reasoned guess and try population_sensitivity(); or use method='II'.",
        )
    if not population > n:
        raise BadInput(
            place=f"population {population}",
            problem=f"is not larger than the sample of {n}",
            remedy="Correct it; if everybody was reached no estimate is needed.",
        )
    return population


def stationary(moves: np.ndarray) -> np.ndarray:
    """Long-run shares of a Markov chain given counts of moves.

    >>> stationary(np.array([[39, 82], [79, 188]])).round(6)
    array([0.303914, 0.696086])
    """
    sums = moves.sum(axis=1)
    if (sums == 0).any():
        raise CannotBeSaid(
            what="RDS-I",
            why="a category recruited nobody, so its recruiting habits are unknown",
            remedy="Join it with another category, or use method='II' or 'SS'.",
        )
    step = moves / sums[:, None]
    k = len(step)
    system = np.vstack([step.T - np.eye(k), np.ones(k)])
    if np.linalg.matrix_rank(system, tol=1e-12) < k:
        raise CannotBeSaid(
            what="RDS-I",
            why="categories do not recruit across, so the chains never mix",
            remedy="Report the categories apart, or use method='II' with its warnings.",
        )
    return np.linalg.lstsq(system, np.append(np.zeros(k), 1.0), rcond=None)[0]


def rds_i_shares(parent: np.ndarray, degree: np.ndarray, codes: np.ndarray, n_classes: int) -> np.ndarray:
    """RDS-I: long-run share of recruits over mean degree (Salganik and Heckathorn 2004).

    Sociological Methodology 34, 193–239, equations 11–15, in their form for several categories.
    """
    reach = stationary(transition_counts(parent, codes, n_classes))
    mean_degree = np.bincount(codes, minlength=n_classes) / np.bincount(
        codes, weights=1 / degree, minlength=n_classes
    )
    shares = reach / mean_degree
    return shares / shares.sum()
