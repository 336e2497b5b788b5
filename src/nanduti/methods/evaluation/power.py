"""Power before money is spent: how large a programme must be to show an effect, or how small an effect it can show.

Sources: Duflo, Glennerster & Kremer 2007, *Handbook of Development Economics* 4, ch. 61; Eldridge et al.
2006, *IJE* 35 (unequal clusters); McKenzie 2012, *JDE* 99, 210-221 (several rounds, ANCOVA).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy import optimize, stats

from nanduti.methods.values import BadInput, CannotBeSaid

from ._tables import between, numbers, positive_count
from .assignment import Assignment
from .permutation import randomization_test

ROUND_METHODS = ("post", "change", "ancova")


@dataclass(frozen=True)
class PowerDesign:
    """A comparison of two arms, planned.

    Attributes:
        n: units in both arms together (with clusters: clusters × cluster_size if left out).
        treated_share: share of units (of clusters) in the treated arm.
        sd: standard deviation of the outcome between units of one arm.
        n_clusters, cluster_size, icc, cluster_size_cv: number of groups drawn as wholes, mean units in
            each, intra-cluster correlation and coefficient of variation of their size.
        r_squared: share of the outcome's variance that baseline and strata explain.
        rounds_factor: variance factor of several survey rounds, see :func:`rounds_factor`.
        attrition: share of units expected to be lost.
        alpha: level of the two-sided test.

    >>> round(PowerDesign(n=787, sd=1).power(effect=0.2), 3)
    0.8
    """

    n: float | None = None
    treated_share: float = 0.5
    sd: float = 1.0
    n_clusters: float | None = None
    cluster_size: float | None = None
    icc: float = 0.0
    cluster_size_cv: float = 0.0
    r_squared: float = 0.0
    rounds_factor: float = 1.0
    attrition: float = 0.0
    alpha: float = 0.05

    def __post_init__(self) -> None:
        between(self.treated_share, 0, 1, "treated share")
        between(self.alpha, 0, 1, "alpha")
        between(self.sd, 0, math.inf, "standard deviation")
        for name in ("icc", "r_squared", "attrition"):
            if not 0 <= getattr(self, name) < 1:
                raise BadInput(
                    place=name, problem=f"is {getattr(self, name)}, not between 0 and 1", remedy="Correct it."
                )
        clustered = (self.n_clusters is None, self.cluster_size is None)
        if clustered[0] != clustered[1] or (all(clustered) and self.n is None):
            raise BadInput(
                place="the design",
                problem="has neither n nor both n_clusters and cluster_size",
                remedy="Give n, or n_clusters with cluster_size.",
            )

    @property
    def n_units(self) -> float:
        """Units expected at the endline."""
        planned = self.n if self.n_clusters is None else self.n_clusters * self.cluster_size
        return float(planned) * (1 - self.attrition)  # type: ignore[arg-type]

    @property
    def design_effect(self) -> float:
        """How much larger the variance is because groups are drawn: 1 + ((1 + cv²) m - 1) ρ."""
        if self.n_clusters is None:
            return 1.0
        m = self.cluster_size * (1 - self.attrition)  # type: ignore[operator]
        return 1 + ((1 + self.cluster_size_cv**2) * m - 1) * self.icc

    @property
    def degrees_of_freedom(self) -> float:
        """Of the t test: clusters (or units) less two."""
        return (self.n_units if self.n_clusters is None else self.n_clusters) - 2

    @property
    def standard_error(self) -> float:
        """Of the effect."""
        if self.degrees_of_freedom <= 0:
            raise CannotBeSaid(
                what="Power", why="there are two units or groups, or fewer", remedy="Plan for more groups."
            )
        share = self.treated_share * (1 - self.treated_share)
        variance = self.sd**2 * (1 - self.r_squared) * self.rounds_factor * self.design_effect
        return math.sqrt(variance / (share * self.n_units))

    def power(self, effect: float) -> float:
        """Chance that a two-sided t test finds this effect (noncentral t)."""
        df, shift = self.degrees_of_freedom, abs(effect) / self.standard_error
        edge = stats.t.ppf(1 - self.alpha / 2, df)
        if shift > 30 + edge:
            return 1.0
        lower = stats.nct.cdf(-edge, df, shift)  # too small for the library to compute at large shifts
        return float(stats.nct.sf(edge, df, shift) + (lower if np.isfinite(lower) else 0.0))

    def mde(self, power: float = 0.8) -> float:
        """The smallest effect found with this chance (minimum detectable effect), in the outcome's unit.

        >>> round(PowerDesign(n_clusters=12, cluster_size=15, icc=0.15).mde(), 2)
        0.82
        """
        between(power, self.alpha, 1, "power")
        start = high = self.standard_error
        while self.power(high) < power:
            high *= 2
        return float(optimize.brentq(lambda d: self.power(d) - power, 0, high, xtol=1e-10 * start))


def sample_size(
    effect: float, *, power: float = 0.8, design: PowerDesign | None = None, **planned: float
) -> float:
    """Units in both arms together (clusters, if ``cluster_size`` is given) needed to find an effect.

    Not rounded: round each arm up. Other keywords are those of :class:`PowerDesign`.

    >>> round(sample_size(0.2) / 2, 1), round(sample_size(0.5) / 2, 1)
    (393.4, 63.8)
    """
    between(abs(effect), 0, math.inf, "effect")
    clustered = planned.get("cluster_size") is not None or (
        design is not None and design.n_clusters is not None
    )
    size = "n_clusters" if clustered else "n"
    base = design or PowerDesign(**{size: 4.0, **planned})  # type: ignore[arg-type]

    def short(n: float) -> float:
        return replace(base, **{size: n}).power(effect) - power

    high = 8.0
    while short(high) < 0:
        high *= 2
        if high > 1e12:
            raise CannotBeSaid(
                what="A sample size", why="no number of units finds so small an effect", remedy="Aim at more."
            )
    floor = 3.0 / (1 - (0 if clustered else base.attrition))
    return floor if short(floor) >= 0 else float(optimize.brentq(short, floor, high, xtol=1e-6))


def rounds_factor(n_before: int, n_after: int, autocorrelation: float, method: str = "ancova") -> float:
    """Variance of the effect with several survey rounds, against one round after (McKenzie 2012, eq. 4-6).

    Args:
        n_before, n_after: rounds before and after. autocorrelation: of the outcome between rounds.
        method: ``"post"`` compares means after, ``"change"`` differences, ``"ancova"`` adjusts for the
            mean before.

    >>> [round(rounds_factor(1, 1, 0.3, m), 2) for m in ("post", "change", "ancova")]
    [1.0, 1.4, 0.91]
    """
    if method not in ROUND_METHODS:
        raise BadInput(
            place=f"method {method!r}", problem="is not known", remedy=f"Use one of {ROUND_METHODS}."
        )
    positive_count(n_after, "rounds after")
    if not 0 <= autocorrelation < 1:
        raise BadInput(
            place="autocorrelation", problem=f"is {autocorrelation}", remedy="Give a value from 0 to below 1."
        )
    rho = autocorrelation
    after = (1 + (n_after - 1) * rho) / n_after
    if method == "post" or (n_before == 0 and method == "ancova"):
        return after
    positive_count(n_before, "rounds before")
    before = (1 + (n_before - 1) * rho) / n_before
    return after - rho**2 / before if method == "ancova" else after + before - 2 * rho


def simulated_power(
    outcomes: pl.DataFrame,
    assignment: Assignment,
    *,
    y: str,
    effect: float,
    arm: str | None = None,
    controls: tuple[str, ...] = (),
    alpha: float = 0.05,
    simulations: int = 200,
    draws: int = 199,
    seed: int = 0,
) -> float:
    """Power of the recorded lottery itself: re-draw it, add the effect, test by re-drawing, count.

    Args:
        outcomes: one row per unit with outcomes as they are without the programme (e.g. the baseline).
        effect: added to the outcome of every unit of the arm.

    The answer has a Monte Carlo error of up to 0.5/√simulations.
    """
    positive_count(simulations, "the number of simulations")
    place = assignment.rows_in(outcomes)
    without, found = numbers(outcomes, y), 0
    target = assignment.arm_index(arm) if arm else 1
    world = assignment.redraws(simulations, seed=seed + 1)
    for s in range(simulations):
        drawn = replace(assignment, arm_codes=world[s])
        data = outcomes.with_columns(pl.Series(y, without + effect * (world[s][place] == target)))
        test = randomization_test(
            data,
            drawn,
            y=y,
            arm=assignment.arms[target],
            controls=controls,
            draws=draws,
            seed=s,
            interval=False,
        )
        found += test.p_value <= alpha
    return float(np.float64(found) / simulations)
