"""Before and after: how firms changed on a figure, and which kinds of upgrading they went through."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import scipy

from nanduti.methods.values import BadInput, CannotBeSaid, Share, mark
from nanduti.methods.values.guards import one_of

from ._checks import columns, numeric, once

NO_COMPARISON = mark(
    "Change is not yet effect: without firms that did not take part it may have other causes."
)


@dataclass(frozen=True)
class BeforeAfter:
    """How firms changed.

    Attributes:
        n: firms known on both sides; ``n_missing`` are known on one or neither.
        improved, unchanged, worse: how many.
        median_change: in the unit of the figure, better is positive; ``low`` and ``high`` an interval for the
            median from order statistics (``None`` under six firms), at ``confidence`` (what it really covers).
        median_relative: median of (after − before)/before, in the figure's own direction; ``None`` if a
            before is nil or below.
        improved_share: improved over improved and worse.
        p_value: sign test that as many improve as worsen.
        note: what must be said beside it.
    """

    n: int
    n_missing: int
    improved: int
    unchanged: int
    worse: int
    median_change: float
    low: float | None
    high: float | None
    confidence: float | None
    median_relative: float | None
    improved_share: Share | None
    p_value: float | None
    note: str = NO_COMPARISON


def before_after(data: pl.DataFrame, *, more_is_better: bool = True, confidence: float = 0.95) -> BeforeAfter:
    """Compare a figure of firms before and after, without supposing how changes are distributed.

    Args:
        data: ``firm``, ``before``, ``after``; empty cells are unknown.

    Source: sign test and its interval for the median (W. J. Conover, *Practical Nonparametric Statistics*).

    >>> d = pl.DataFrame({"firm": list("abcdef"), "before": [4.8, 4.2, 5.0, 4.4, 4.6, None],
    ...                   "after": [3.5, 3.9, 4.0, 4.4, 3.1, 3.0]})
    >>> b = before_after(d, more_is_better=False)
    >>> b.improved, b.unchanged, b.worse, b.n_missing, b.median_change, b.p_value
    (4, 1, 0, 1, 1.0, 0.125)
    """
    if not 0 < confidence < 1:
        raise BadInput(
            place=f"confidence {confidence}",
            problem=mark("does not lie between 0 and 1"),
            remedy=mark("Give 0.95 for 95 %."),
        )
    columns(data, ("firm", "before", "after"))
    once(data, ["firm"])
    data = numeric(data, ("before", "after"))
    known = data.drop_nulls(["before", "after"])
    if not known.height:
        raise CannotBeSaid(
            what=mark("The change"),
            why=mark("no firm is known before and after"),
            remedy=mark("Measure the same firms twice."),
        )
    before, after = known["before"].to_numpy(), known["after"].to_numpy()
    change = np.sort((after - before) * (1 if more_is_better else -1))
    up, down = int((change > 0).sum()), int((change < 0).sum())
    low, high, covered = _median_interval(change, confidence)
    relative = float(np.median((after - before) / before)) if np.all(before > 0) else None
    test = float(scipy.stats.binomtest(up, up + down).pvalue) if up + down else None
    return BeforeAfter(
        known.height, data.height - known.height, up, known.height - up - down, down,
        float(np.median(change)), low, high, covered, relative, Share.of(up, up + down), test,
    )  # fmt: skip


def _median_interval(
    ordered: np.ndarray, confidence: float
) -> tuple[float | None, float | None, float | None]:
    """The shortest pair of order statistics, equally far from the ends, that covers the median surely enough."""
    n = ordered.size
    k = int(scipy.stats.binom.ppf((1 - confidence) / 2, n, 0.5))
    while k > 0 and 1 - 2 * scipy.stats.binom.cdf(k - 1, n, 0.5) < confidence:
        k -= 1
    if k < 1:
        return None, None, None
    return float(ordered[k - 1]), float(ordered[n - k]), float(1 - 2 * scipy.stats.binom.cdf(k - 1, n, 0.5))


UPGRADES = {
    "product": mark("better or new products"),
    "process": mark("better ways of making"),
    "functional": mark("new functions, such as design, full package or own brand"),
    "institutional": mark("rules, policy and common bodies"),
}


@dataclass(frozen=True)
class UpgradingProfile:
    """Which kinds of upgrading took place.

    Attributes:
        firms: a row for each firm: number of events of each kind, ``n_kinds`` and ``highest`` (the furthest
            kind in the order product, process, functional, institutional; null without events).
        shares: kind → firms with at least one event of it, over all firms.
    """

    firms: pl.DataFrame
    shares: dict[str, Share | None]


def upgrading_profile(events: pl.DataFrame, *, firms: list[str] | None = None) -> UpgradingProfile:
    """Count upgrading events by firm and kind.

    Args:
        events: ``firm`` and ``kind``, one row for each event.
        firms: all firms of the programme, so that those without an event are counted too.

    Source: Lowe (2003), note 1 (product, process and functional upgrading) and "Politicization"
    (institutional and policy upgrading).

    >>> d = pl.DataFrame({"firm": ["a", "a", "b"], "kind": ["product", "functional", "product"]})
    >>> p = upgrading_profile(d, firms=["a", "b", "c"])
    >>> p.firms.select("firm", "n_kinds", "highest").rows(), round(p.shares["product"], 2)
    ([('a', 2, 'functional'), ('b', 1, 'product'), ('c', 0, None)], 0.67)
    """
    columns(events, ("firm", "kind"))
    for kind in events["kind"].unique():
        one_of(kind, UPGRADES, "kind")
    seen = events["firm"].unique().to_list()
    everyone = sorted({*seen, *(firms or seen)})
    counts = {f: dict.fromkeys(UPGRADES, 0) for f in everyone}
    for firm, kind in events.select("firm", "kind").iter_rows():
        counts[firm][kind] += 1
    rows = []
    for firm, by_kind in counts.items():
        present = [k for k, n in by_kind.items() if n]
        rows.append((firm, *by_kind.values(), len(present), present[-1] if present else None))
    schema = {"firm": pl.String} | dict.fromkeys(UPGRADES, pl.Int64)
    table = pl.DataFrame(rows, schema=schema | {"n_kinds": pl.Int64, "highest": pl.String}, orient="row")
    shares = {k: Share.of(int((table[k] > 0).sum()), table.height) for k in UPGRADES}
    return UpgradingProfile(table, shares)
