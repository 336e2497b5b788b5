"""How large losses may be: binomial, one-factor, and concentration of a portfolio of guarantees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import gammaln, ndtr, ndtri, xlog1py, xlogy
from scipy.stats import binom

from nanduti.methods.values import BadInput, CannotBeSaid, mark
from nanduti.methods.values.guards import amount, share

from ._checks import amounts


@dataclass(frozen=True)
class LossDistribution:
    """Loss of a portfolio of like guarantees over a year.

    Attributes:
        losses: possible losses, ascending, in money.
        probabilities: of each.
    """

    losses: np.ndarray
    probabilities: np.ndarray

    @property
    def expected(self) -> float:
        """Mean loss."""
        return float(self.losses @ self.probabilities)

    def quantile(self, confidence: float) -> float:
        """Smallest loss that is not exceeded with this probability."""
        _confidence(confidence)
        total = np.cumsum(self.probabilities)
        return float(self.losses[min(int(np.searchsorted(total, confidence - 1e-12)), self.losses.size - 1)])

    def reserve(self, confidence: float) -> float:
        """Reserve for unexpected loss: quantile less expected loss, never below nil."""
        return max(0.0, self.quantile(confidence) - self.expected)

    def exceeds(self, loss: float) -> float:
        """Probability of losing more than this."""
        return float(self.probabilities[self.losses > loss + 1e-9].sum())


def loss_distribution(
    *,
    n_guarantees: int,
    default_probability: float,
    loss_per_default: float,
    correlation: float = 0.0,
) -> LossDistribution:
    """Distribution of the number of defaults times a common loss.

    Without correlation binomial; with it the one-factor model: given the state of the economy M, a firm
    defaults with ``Φ((Φ⁻¹(p) − √ρ·M)/√(1−ρ))``, and the binomial is averaged over M by quadrature.

    Source: O. A. Vasicek, "The distribution of loan portfolio value", *Risk* 15 (2002).

    >>> d = loss_distribution(n_guarantees=10, default_probability=0.1, loss_per_default=5)
    >>> round(d.expected, 6), d.quantile(0.95)
    (5.0, 15.0)
    >>> loss_distribution(n_guarantees=10, default_probability=0.1, loss_per_default=5,
    ...                   correlation=0.3).quantile(0.95)
    20.0
    """
    if n_guarantees < 1 or n_guarantees != int(n_guarantees):
        raise BadInput(
            place=f"{n_guarantees} guarantees",
            problem=mark("are not a whole number above zero"),
            remedy=mark("Count the guarantees."),
        )
    p, rho = share(default_probability, "default probability"), share(correlation, "correlation")
    unit = amount(loss_per_default, "loss for each default")
    k = np.arange(n_guarantees + 1)
    if rho == 0 or p in (0.0, 1.0):
        chance = binom.pmf(k, n_guarantees, p)
    elif rho == 1:
        chance = np.zeros(k.size)
        chance[0], chance[-1] = 1 - p, p
    else:
        # Even steps are as exact as Gauss for a smooth bell, and need no eigenvalues.
        m = np.linspace(-8.5, 8.5, 681)
        w = np.exp(-(m**2) / 2)
        chance = _mixture(k, n_guarantees, given_state(p, rho, m), w / w.sum())
    return LossDistribution(unit * k, chance / chance.sum())


def _mixture(k: np.ndarray, n: int, chance: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Binomial probabilities averaged over states; a plain sum, for threads hurt products this small."""
    log_ways = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    log_chance = xlogy(k[:, None], chance) + xlog1py(n - k[:, None], -chance)
    return (np.exp(log_ways[:, None] + log_chance) * weights).sum(axis=1)


def given_state(p: float, rho: float, state: np.ndarray) -> np.ndarray:
    """Default probability in a state of the economy (a standard normal; low is bad)."""
    return ndtr((ndtri(p) - np.sqrt(rho) * state) / np.sqrt(1 - rho))


def portfolio_losses(
    exposures, default_probabilities, *, correlation: float = 0.0, unit: float | None = None
) -> LossDistribution:
    """Distribution of losses of unequal guarantees with their own default probabilities.

    Given the state of the economy firms fail apart, so that the distribution is a product of small polynomials;
    it is averaged over states (one-factor model). Exposures are rounded to multiples of ``unit`` (by default a
    two-thousandth of the whole), small ones to one unit; a coarse unit shows as a different expected loss.

    Source: Vasicek (2002); recursion as in L. Andersen, J. Sidenius, S. Basu, "All your hedges in one basket",
    *Risk* (2003).

    >>> d = portfolio_losses([5.0] * 10, [0.1] * 10, unit=5)
    >>> round(d.expected, 6), d.quantile(0.95)
    (5.0, 15.0)
    """
    size, p = amounts(exposures, "exposures"), amounts(default_probabilities, "default probabilities")
    rho = share(correlation, "correlation")
    if size.size != p.size:
        raise BadInput(
            place=f"{size.size} exposures and {p.size} default probabilities",
            problem=mark("do not pair up"),
            remedy=mark("Give one of each for every guarantee."),
        )
    for n, value in enumerate(p, start=1):
        share(float(value), f"default probability, entry {n}")
    if size.sum() == 0:
        raise CannotBeSaid(
            what=mark("The loss"), why=mark("nothing is guaranteed"), remedy=mark("Enter the guarantees.")
        )
    if rho >= 1:
        raise BadInput(
            place=f"correlation {rho}",
            problem=mark("is 1: all firms would be one firm"),
            remedy=mark("Give less than 1, often 0.05 to 0.3."),
        )
    step = float(unit) if unit is not None else float(size.sum()) / 2000
    if not (np.isfinite(step) and 0 < step <= size.sum()):
        raise BadInput(
            place=f"unit {step:g}",
            problem=mark("is not an amount within the portfolio"),
            remedy=mark("Give an amount."),
        )
    units = np.maximum(np.rint(size / step).astype(int), (size > 0).astype(int))
    if units.sum() > 20_000:
        raise BadInput(
            place=f"unit {step:g}",
            problem=mark("is too fine for this portfolio"),
            remedy=mark("Give a larger unit."),
        )
    if rho == 0:
        states, weights = np.zeros(1), np.ones(1)
    else:
        states = np.linspace(-7.0, 7.0, 141)
        weights = np.exp(-(states**2) / 2)
        weights /= weights.sum()
    chance = np.zeros((units.sum() + 1, states.size))
    chance[0] = 1.0
    reach = 0
    for u, q in zip(units, p, strict=True):
        if u == 0:
            continue
        fail = np.full(states.size, q) if rho == 0 or q in (0.0, 1.0) else given_state(float(q), rho, states)
        moved = chance[: reach + 1] * fail
        chance[: reach + 1] *= 1 - fail
        chance[u : u + reach + 1] += moved
        reach += int(u)
    total = chance @ weights
    return LossDistribution(step * np.arange(total.size), total / total.sum())


def vasicek_quantile(default_probability: float, *, correlation: float, confidence: float) -> float:
    """Default rate of a very large portfolio that is not exceeded with this probability.

    ``Φ((Φ⁻¹(p) + √ρ·Φ⁻¹(q))/√(1−ρ))``. Source: Vasicek (2002).

    >>> round(vasicek_quantile(0.01, correlation=0.2, confidence=0.999), 4)
    0.1455
    """
    p, rho = share(default_probability, "default probability"), share(correlation, "correlation")
    _confidence(confidence)
    if p in (0.0, 1.0):
        return p
    if rho == 1:
        return 1.0 if confidence > 1 - p else 0.0
    return float(given_state(p, rho, np.array([-ndtri(confidence)]))[0])


def _confidence(value: float) -> None:
    if not 0 < value < 1:
        raise BadInput(
            place=f"confidence {value}",
            problem=mark("does not lie between 0 and 1"),
            remedy=mark("Give 0.99 for 99 %; certainty has no finite answer."),
        )


@dataclass(frozen=True)
class Concentration:
    """How guarantees gather on few members.

    Attributes:
        members: member, guarantee, share of the portfolio, share of own funds, whether above the limit.
        herfindahl: sum of squared portfolio shares; ``effective_number`` its inverse.
    """

    members: pl.DataFrame
    herfindahl: float
    effective_number: float


def concentration(guarantees: Mapping[str, float], *, own_funds: float, limit_share: float) -> Concentration:
    """Guarantees by member against a limit on own funds, the largest first.

    >>> c = concentration({"a": 60, "b": 20, "c": 20}, own_funds=200, limit_share=0.25)
    >>> c.members.row(0), round(c.effective_number, 4)
    (('a', 60.0, 0.6, 0.3, True), 2.2727)
    """
    values = amounts(list(guarantees.values()), "guarantees by member")
    if values.sum() == 0 or amount(own_funds, "own funds") == 0:
        raise CannotBeSaid(
            what="Concentration", why="nothing is guaranteed or there are no own funds", remedy="Enter both."
        )
    limit = share(limit_share, "limit")
    part = values / values.sum()
    table = pl.DataFrame(
        {"member": list(guarantees), "guarantee": values, "portfolio_share": part}
    ).with_columns(own_funds_share=pl.col("guarantee") / own_funds)
    table = table.with_columns(above_limit=pl.col("own_funds_share") > limit)
    index = float(part @ part)
    return Concentration(table.sort("guarantee", "member", descending=[True, False]), index, 1.0 / index)
