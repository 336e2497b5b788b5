"""What if: a study with some of its numbers multiplied, run again as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import polars as pl
from scipy.optimize import brentq

from nanduti.methods.values import BadInput, mark
from nanduti.methods.values.guards import one_of

from ._checks import not_negative
from .engine import Result, evaluate
from .indicators import discount_factors, months_from_reference
from .study import Study

# What may be varied: list of the study → (field varied by default, fields allowed, second name of an item).
_LISTS = {
    "products": ("price", ("price", "capacity", "use"), "market"),
    "costs": ("amount", ("amount",), "category"),
    "investments": ("amounts", ("amounts",), "group"),
    "equity": ("amounts", ("amounts",), "kind"),
    "loans": ("rate", ("rate", "disbursements"), "kind"),
    "currencies": ("rate", ("rate",), "code"),
}
_SINGLE = {
    "tax": ("rates",),
    "working_capital": (
        "work_in_progress_days", "finished_products_days", "receivables_days", "cash_days", "payables_days",
    ),
}  # fmt: skip
OUTCOMES = ("npv_total", "npv_equity", "irr_total", "irr_equity", "least_cash")
RUNS_AT_ONCE = 1000


def vary(study: Study, changes: Mapping[str, float | np.ndarray]) -> Study:
    """The study with the numbers at some addresses multiplied by a factor (or by one factor for each run).

    An address is ``list.item`` or ``list.item.field``: ``costs.material A``, ``products.bags.use``,
    ``loans.*.rate``; the item may be ``*`` or a category, group or market. ``tax.rates`` and
    ``working_capital.receivables_days`` stand alone.

    Raises:
        BadInput: the address names nothing in the study, or the factor is negative.

    >>> from nanduti.methods.feasibility import Discounting, Horizon, Product
    >>> s = Study("s", "PYG", Horizon("2025-01", 0, 1), Discounting(0.1), (Product("a", 1, 5),))
    >>> vary(s, {"products.a.price": 1.2}).products[0].price
    6.0
    """
    for address, factor in changes.items():
        not_negative(factor, f"factor for {address!r}")
        study = _vary_one(study, address, factor)
    return study


def _vary_one(study: Study, address: str, factor: float | np.ndarray) -> Study:
    head, _, rest = address.partition(".")
    if head in _SINGLE and rest in _SINGLE[head]:
        part = getattr(study, head)
        if getattr(part, rest) is None:
            raise _unknown(address, study)
        return replace(study, **{head: replace(part, **{rest: _times(getattr(part, rest), factor)})})
    if head not in _LISTS:
        raise _unknown(address, study)
    default, allowed, second = _LISTS[head]
    item, dot, field = rest.rpartition(".")
    if not dot or field not in allowed:
        item, field = rest, default
    found, items = False, []
    for x in getattr(study, head):
        if item in ("*", getattr(x, "name", None), getattr(x, second, None)):
            found = True
            fields = {field: _times(getattr(x, field), factor)}
            if field == "disbursements":
                fields["repayments"] = _times(x.repayments, factor)
            x = replace(x, **fields)
        items.append(x)
    if not found:
        raise _unknown(address, study)
    return replace(study, **{head: tuple(items)})


def _times(value, factor):
    if isinstance(value, Mapping):
        return {k: v * factor for k, v in value.items()}
    return tuple(v * factor for v in value) if isinstance(value, tuple) else value * factor


def _unknown(address: str, study: Study) -> BadInput:
    names = [f"{k}.{getattr(x, 'name', None) or x.code}" for k in _LISTS for x in getattr(study, k)]
    return BadInput(
        place=f"address {address!r}",
        problem=mark("names nothing that can be varied in this study"),
        remedy="Use one of: " + ", ".join(names) + ".",
    )


def outcomes(result: Result) -> dict[str, np.ndarray]:
    """NPV and IRR for total capital and equity and the lowest cumulative cash, one value for each run.

    A rate that cannot be said (no root, or flows that may have several) is NaN here and null in frames.
    """
    d, axis = result.study.discounting, result.axis
    t = months_from_reference(axis.n, months=axis.months, reference=d.reference)
    total, equity = result.lines["net cash flow, total capital"], result.lines["net cash return, equity"]
    rate = d.rate if d.equity_rate is None else d.equity_rate
    return {
        "npv_total": (discount_factors(d.rate, t)[:, None] * total).sum(axis=0),
        "npv_equity": (discount_factors(rate, t)[:, None] * equity).sum(axis=0),
        "irr_total": irr_many(total, axis.months),
        "irr_equity": irr_many(equity, axis.months),
        "least_cash": result.lines["cumulative cash"].min(axis=0),
    }


def irr_many(flows: np.ndarray, months: np.ndarray) -> np.ndarray:
    """The internal rate of each column where it is surely single, else NaN.

    Single: the flows, or their running sum (Norstrom's condition, from a negative start), change sign once.
    Newton steps kept within a shrinking bracket.
    """
    # 1e-9 of the largest flow counts as nil: a rounding remnant must not look like a change of sign.
    flows = np.where(np.abs(flows) < 1e-9 * np.abs(flows).max(axis=0), 0.0, flows)
    total = np.cumsum(flows, axis=0)
    once = (_changes(flows) == 1) | ((_changes(total) == 1) & (total[-1] > 0))
    first = np.take_along_axis(flows, np.argmax(flows != 0, axis=0)[None, :], axis=0)[0]
    t = (np.cumsum(months) - months[0])[:, None] / 12.0
    low, high = np.full(flows.shape[1], np.log(0.05)), np.full(flows.shape[1], np.log(101.0))
    single = once & (first < 0)
    single &= ((np.exp(-t * low) * flows).sum(axis=0) > 0) & ((np.exp(-t * high) * flows).sum(axis=0) < 0)
    out = np.full(flows.shape[1], np.nan)
    if single.any():
        low, high = low[single], high[single]
        # Above zero Norstrom's flows have one root; below, they may have another that is not meant.
        norstrom = ((_changes(flows) != 1) & single)[single]
        out[single] = np.expm1(_newton(flows[:, single], t, np.where(norstrom, 0.0, low), high))
    return out


def _newton(flows: np.ndarray, t: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    x = np.clip(np.full(flows.shape[1], 0.12), low, high)
    for _ in range(80):
        weighted = np.exp(-t * x) * flows
        f, slope = weighted.sum(axis=0), -(t * weighted).sum(axis=0)
        low, high = np.where(f > 0, x, low), np.where(f > 0, high, x)
        step = x - f / np.where(slope == 0, 1.0, slope)
        new = np.where((slope < 0) & (step > low) & (step < high), step, (low + high) / 2)
        done, x = np.max(np.abs(new - x)) < 1e-12, new
        if done:
            break
    return x


def _changes(values: np.ndarray) -> np.ndarray:
    """How often each column changes sign, zeros passed over."""
    sign = np.sign(values)
    for j in range(1, sign.shape[0]):
        sign[j] = np.where(sign[j] == 0, sign[j - 1], sign[j])
    return ((sign[1:] * sign[:-1]) < 0).sum(axis=0)


def run_many(study: Study, factors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Outcomes of full re-runs, one for each entry of the factor arrays."""
    n = next(iter(factors.values())).size
    parts = []
    for start in range(0, n, RUNS_AT_ONCE):
        chunk = {k: v[start : start + RUNS_AT_ONCE] for k, v in factors.items()}
        size = min(RUNS_AT_ONCE, n - start)
        got = outcomes(evaluate(vary(study, chunk)))
        parts.append({k: np.broadcast_to(v, (size,)) for k, v in got.items()})
    return {k: np.concatenate([p[k] for p in parts]) for k in OUTCOMES}


def _frame(columns: dict, got: dict[str, np.ndarray]) -> pl.DataFrame:
    return pl.DataFrame(columns | got).with_columns(pl.col(OUTCOMES).fill_nan(None))


def sensitivity(study: Study, addresses: Sequence[str], steps: Sequence[float]) -> pl.DataFrame:
    """Each address varied alone by each relative step (−0.2 for 20 % less), the whole model re-run.

    Unlike a quick parametric reckoning, working capital, debt service, tax and dividends all follow.
    A rate that cannot be said is null. Columns: address, step, then the outcomes.
    """
    steps = _steps(steps)
    frames = []
    for address in addresses:
        got = run_many(study, {address: 1.0 + steps})
        frames.append(_frame({"address": [address] * steps.size, "step": steps}, got))
    if not frames:
        raise BadInput(
            place="addresses", problem=mark("are empty"), remedy=mark("Name at least one number to vary.")
        )
    return pl.concat(frames)


def _steps(steps: Sequence[float]) -> np.ndarray:
    array = np.asarray(list(steps), dtype=float)
    if not array.size or not np.all(np.isfinite(array)) or np.any(array < -1):
        raise BadInput(
            place="steps",
            problem=mark("are empty or below −1"),
            remedy=mark("Give relative changes, -0.2 for 20 % less."),
        )
    return array


def tornado(
    study: Study, ranges: Mapping[str, tuple[float, float]], *, outcome: str = "npv_total"
) -> pl.DataFrame:
    """Low and high relative step of each address, the widest swing of the outcome first.

    Columns: address, low_step, high_step, base, at_low, at_high, swing (null if an end cannot be said).
    """
    one_of(outcome, OUTCOMES, "outcome")
    base = float(outcomes(evaluate(study))[outcome][0])
    rows = []
    for address, ends in ranges.items():
        low, high = (float(v) for v in run_many(study, {address: 1.0 + _steps(ends)})[outcome])
        rows.append((address, *map(float, ends), base, low, high, abs(high - low)))
    names = ["address", "low_step", "high_step", "base", "at_low", "at_high", "swing"]
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(pl.col(names[3:]).fill_nan(None)).sort(
        "swing", "address", descending=[True, False], nulls_last=True
    )


def scenarios(study: Study, cases: Mapping[str, Mapping[str, float]]) -> pl.DataFrame:
    """Named sets of relative changes beside the study as it stands."""
    rows = {"as it stands": {}, **cases}
    parts = []
    for name, changes in rows.items():
        got = outcomes(evaluate(vary(study, {k: 1.0 + v for k, v in changes.items()})))
        parts.append(_frame({"scenario": [name]}, got))
    return pl.concat(parts)


@dataclass(frozen=True)
class GoalSeek:
    """Factors on the number at an address at which an outcome meets its target; a reason if there is none."""

    address: str
    outcome: str
    target: float
    factors: tuple[float, ...]
    reason: str = ""


def goal_seek(
    study: Study,
    address: str,
    *,
    outcome: str = "npv_total",
    target: float = 0.0,
    between: tuple[float, float] = (0.0, 3.0),
) -> GoalSeek:
    """How far a number may move until an outcome meets its target, to full precision; every crossing found.

    >>> from nanduti.methods.feasibility import Discounting, Horizon, Product
    >>> s = Study("s", "PYG", Horizon("2025-01", 0, 1), Discounting(0.1), (Product("a", 1, 5),))
    >>> goal_seek(s, "products.a", target=6.0).factors
    (1.2,)
    """
    one_of(outcome, OUTCOMES, "outcome")
    grid = np.linspace(*between, 61)
    if not between[0] < between[1]:
        raise BadInput(
            place=f"range {between}", problem=mark("has no width"), remedy=mark("Put the lower factor first.")
        )

    def miss(factor: float) -> float:
        return float(outcomes(evaluate(vary(study, {address: factor})))[outcome][0]) - target

    values = run_many(study, {address: grid})[outcome] - target
    found = [float(grid[i]) for i in np.flatnonzero(np.abs(values) < 1e-12)]
    for (a, fa), (b, fb) in pairwise(zip(grid, values, strict=True)):
        if fa * fb < 0 and abs(fa) >= 1e-12 and abs(fb) >= 1e-12:
            found.append(round(float(brentq(miss, a, b, xtol=1e-13)), 12))
    reason = ""
    if not found:
        reason = mark("No factor in the range asked for meets the target.")
    return GoalSeek(address, outcome, target, tuple(sorted(found)), reason)
