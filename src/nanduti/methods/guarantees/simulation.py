"""The fund over years: a plan with certain figures, and many possible courses with their ruin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import amount, share

from ._checks import amounts
from .losses import given_state
from .pricing import Terms


def project_fund(
    terms: Terms,
    *,
    own_funds: float,
    guarantees: Sequence[float],
    entries: Sequence[float] | None = None,
    recovery_lag_years: int = 0,
    risk_weight: float = 1.0,
) -> pl.DataFrame:
    """Cash and capital year by year for a plan of outstanding guarantees.

    Recoveries arrive ``recovery_lag_years`` after the claim; those due after the plan are not counted. Own
    funds here are cash: a claim lowers them when paid, a recovery raises them when it comes. Ratios are null
    once own funds are used up.

    >>> plan = project_fund(Terms(0.02, 0.03, 0.4, 0.01, 0.05), own_funds=100, guarantees=[800])
    >>> plan["closing_own_funds"].round(6).to_list()
    [98.6]
    """
    g = amounts(guarantees, "guarantees by year")
    extra = np.zeros(g.size) if entries is None else amounts(entries, "entries by year")
    if extra.size != g.size:
        raise BadInput(
            place=f"{g.size} years of guarantees and {extra.size} of entries",
            problem=mark("do not pair up"),
            remedy=mark("Give one figure for each year."),
        )
    _check_lag(recovery_lag_years)
    held, rows = amount(own_funds, "own funds"), []
    claims = terms.claim_rate * g
    for j, out in enumerate(g):
        back = terms.recovery_share * claims[j - recovery_lag_years] if j >= recovery_lag_years else 0.0
        parts = (terms.fee * out, terms.yield_rate * max(held, 0.0), extra[j], claims[j], back)
        cost = terms.operating_cost * out
        end = held + parts[0] + parts[1] + parts[2] - parts[3] + parts[4] - cost
        alive = end > 0
        ratio = end / (risk_weight * out) if alive and risk_weight * out > 0 else None
        row = (j + 1, out, held, *parts, cost, end, out / end if alive else None, ratio)
        rows.append(tuple(None if x is None else x if isinstance(x, int) else float(x) for x in row))
        held = end
    names = ("year", "guarantees", "opening_own_funds", "fees", "yields", "entries", "claims", "recoveries",
             "operating_cost", "closing_own_funds", "leverage", "capital_adequacy")  # fmt: skip
    kinds = [pl.Int64, *[pl.Float64] * 11]
    return pl.DataFrame(rows, schema=dict(zip(names, kinds, strict=True)), orient="row")


@dataclass(frozen=True)
class FundRisk:
    """What many possible courses of a fund say.

    Attributes:
        ruin_by_year: share of courses in which own funds were used up by the end of each year.
        standard_error: of the last of them.
        own_funds: by year: 5, 25, 50, 75, 95 % quantiles and mean of closing own funds; a ruined fund
            stays at nil.
        losses: quantiles of yearly claims over all years and courses, as shares of guarantees.
    """

    ruin_by_year: tuple[float, ...]
    standard_error: float
    own_funds: pl.DataFrame
    losses: dict[str, float]

    @property
    def ruin_probability(self) -> float:
        """Share of courses ruined within the plan."""
        return self.ruin_by_year[-1]


def simulate_fund(
    terms: Terms,
    *,
    own_funds: float,
    exposures: Sequence[float],
    years: int,
    seed: int,
    correlation: float = 0.0,
    loss_given_default: float = 1.0,
    recovery_sd: float = 0.0,
    recovery_lag_years: int = 0,
    n_runs: int = 10_000,
    call_limit: float = 0.0,
) -> FundRisk:
    """Many possible courses of a fund whose guarantees are renewed each year.

    Each year every guarantee in ``exposures`` defaults with ``terms.claim_rate`` given the state of the
    economy (one-factor model) and costs ``loss_given_default`` of itself; recovery varies around its mean by
    a beta distribution with ``recovery_sd``. ``call_limit`` is the total the members can still be called
    for. Ruin: own funds and calls are used up; a ruined course stays ruined.

    Separate streams are drawn for the economy, the firms and the recoveries.

    Source: Vasicek (2002) for dependence; the cash model is that of :func:`project_fund`.
    """
    size = amounts(exposures, "exposures")
    rho = share(correlation, "correlation")
    lgd = share(loss_given_default, "loss given default")
    _check_run(years, n_runs, rho, terms, recovery_sd)
    _check_lag(recovery_lag_years)
    economy, firms, recovery = (np.random.default_rng([seed, k]) for k in (1, 2, 3))
    held = np.full(n_runs, amount(own_funds, "own funds"))
    calls = np.full(n_runs, amount(call_limit, "call limit"))
    ruined = np.zeros(n_runs, dtype=bool)
    total, rows, ruin, pending, rates = float(size.sum()), [], [], [], []
    for year in range(1, years + 1):
        state = economy.standard_normal(n_runs)
        claims = lgd * _defaults(size, terms.claim_rate, rho, state, firms)
        pending.append(claims * _recovered(terms.recovery_share, recovery_sd, n_runs, recovery))
        back = pending[year - 1 - recovery_lag_years] if year > recovery_lag_years else 0.0
        flow = (terms.fee - terms.operating_cost) * total - claims + back
        held = held * (1 + terms.yield_rate) + flow
        called = np.clip(-held, 0.0, calls)
        held, calls = held + called, calls - called
        ruined |= held < -1e-9 * max(total, 1.0)
        held = np.where(ruined, 0.0, held)
        rates.append(claims / total if total > 0 else claims)
        ruin.append(float(ruined.mean()))
        quantiles = np.quantile(held, [0.05, 0.25, 0.5, 0.75, 0.95])
        rows.append((year, *map(float, quantiles), float(held.mean())))
    names = ["year", "q05", "q25", "q50", "q75", "q95", "mean"]
    rate = np.concatenate(rates)
    levels = {f"q{int(1000 * q)}": float(np.quantile(rate, q)) for q in (0.5, 0.95, 0.99, 0.999)}
    return FundRisk(
        tuple(ruin),
        float(np.sqrt(ruin[-1] * (1 - ruin[-1]) / n_runs)),
        pl.DataFrame(rows, schema=names, orient="row"),
        levels,
    )


def _defaults(size: np.ndarray, p: float, rho: float, state: np.ndarray, firms) -> np.ndarray:
    """Exposure in default of each course: binomial counts for each group of equal exposures."""
    chance = np.full(state.size, p) if rho == 0 or p in (0.0, 1.0) else given_state(p, rho, state)
    values, counts = np.unique(size, return_counts=True)
    if values.size <= size.size / 2 or size.size == 1:
        return sum(v * firms.binomial(n, chance) for v, n in zip(values, counts, strict=True))
    out = np.empty(state.size)
    rows = max(1, 2_000_000 // size.size)
    for start in range(0, state.size, rows):
        part = chance[start : start + rows]
        out[start : start + rows] = (firms.random((part.size, size.size)) < part[:, None]) @ size
    return out


def _recovered(mean: float, sd: float, n: int, rng) -> np.ndarray | float:
    if sd == 0 or mean in (0.0, 1.0):
        return mean
    spread = mean * (1 - mean) / sd**2 - 1
    return rng.beta(mean * spread, (1 - mean) * spread, n)


def _check_lag(years: int) -> None:
    if years < 0:
        raise BadInput(
            place=f"recovery lag of {years} years",
            problem=mark("is negative"),
            remedy=mark("Enter 0 or more."),
        )


def _check_run(years: int, n_runs: int, rho: float, terms: Terms, recovery_sd: float) -> None:
    if years < 1 or n_runs < 1:
        raise BadInput(
            place=f"{years} years, {n_runs} runs",
            problem=mark("give nothing to simulate"),
            remedy=mark("Ask for at least one year and one run."),
        )
    if rho >= 1:
        raise BadInput(
            place=f"correlation {rho}",
            problem=mark("is 1: all firms would be one firm"),
            remedy=mark("Give less than 1, often 0.05 to 0.3."),
        )
    mean = terms.recovery_share
    if recovery_sd < 0 or (recovery_sd and recovery_sd**2 >= mean * (1 - mean)):
        raise BadInput(
            place=f"spread of recovery {recovery_sd}",
            problem=mark("is negative or wider than a share can vary"),
            remedy=mark("Give a standard deviation below the root of mean times one less mean."),
        )
