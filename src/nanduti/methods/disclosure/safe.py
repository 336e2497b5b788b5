"""The safe default: one call for records and one for tables, no expert needed, and a report in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import CannotBeSaid, counted

from .audit import audit
from .gate import Gate, Policy, gate
from .hierarchy import Hierarchy
from .improve import Budget
from .insiders import single_cells
from .local_suppression import local_suppression
from .primary import Rules
from .problem import PRIMARY
from .recoding import minimal_recoding, recode
from .suppression import Suppression, suppress
from .table import Table, count_table, magnitude_table, problem_of
from .utility import categorical_loss


@dataclass(frozen=True)
class SafeTable:
    """A table that may be shown: ``frame`` holds true figures or null with the reason in words."""

    frame: pl.DataFrame
    table: Table
    suppression: Suppression
    report: str


def protect_table(
    data: pl.DataFrame,
    *,
    dims: Sequence[str],
    measure: str | None = None,
    hierarchies: Mapping[str, Hierarchy] | None = None,
    holding: str | None = None,
    combinable: bool = False,
    rules: Rules | None = None,
    budget: Budget | float = 2_000,
    seed: int = 0,
) -> SafeTable:
    """A table of counts or sums that gives nobody away, with true totals, certified and audited.

    By default cells with fewer than 3 contributors are sensitive (10 where the public can combine many tables,
    ``combinable=True``), sums also by the p % rule with p = 10; further cells are hidden until no sensitive cell can
    be computed from the totals; zeros are shown. The rules applied are yours to know and not to publish.

    >>> d = pl.DataFrame({"trade": ["shoes"] * 9 + ["wool"] * 8 + ["tin"] * 7,
    ...                   "town": (["A"] * 8 + ["B"]) + (["A"] * 4 + ["B"] * 4) + (["A"] * 3 + ["B"] * 4)})
    >>> safe = protect_table(d, dims=["trade", "town"])
    >>> safe.frame.filter(pl.col("value").is_null()).select("trade", "town", "why").rows()[0]
    ('shoes', 'A', 'hidden to protect another cell')
    """
    used = rules or Rules(threshold=10 if combinable else 3)
    if measure is None:
        table = count_table(data, dims=dims, hierarchies=hierarchies, holding=holding)
    else:
        n = max(used.n_largest, 2)
        table = magnitude_table(
            data, dims=dims, measure=measure, hierarchies=hierarchies, holding=holding, n_largest=n
        )
    problem = problem_of(table, used)
    found = suppress(problem, budget=budget, seed=seed, singles=single_cells(problem, table.n_contributors))
    attacked = audit(problem, found.suppressed, only_safety=True)
    why = np.full(table.n_cells, None, dtype=object)
    why[found.suppressed] = "hidden to protect another cell"
    why[problem.status == PRIMARY] = "too few contributors, or one that stands out"
    frame = table.frame(why=pl.Series(why.tolist(), dtype=pl.String)).with_columns(
        pl.when(pl.Series(found.suppressed)).then(None).otherwise(pl.col("value")).alias("value")
    )
    return SafeTable(frame, table, found, f"{found.say()} {attacked.say()}")


@dataclass(frozen=True)
class SafeRecords:
    """Records after recoding and blanking, the gate's answer about them, and what was lost, in words."""

    data: pl.DataFrame
    before: Gate
    after: Gate
    levels: dict[str, int]
    loss: pl.DataFrame
    report: str

    @property
    def may_leave(self) -> bool:
        """Whether the protected records pass the gate."""
        return self.after.verdict.allows


def protect_records(
    data: pl.DataFrame,
    *,
    policy: Policy,
    ladders: Mapping[str, Sequence[Mapping[object, object]]] | None = None,
    importance: Mapping[str, float] | None = None,
    blank_share: float = 0.05,
    seed: int = 0,
) -> SafeRecords:
    """Bring records to the policy's k: coarser codes first, single blanks last, then ask the gate again.

    ``ladders`` offer coarser codes per key (see :func:`minimal_recoding`); they are climbed until at most
    ``blank_share`` of the records still stand out (or to the top), and those lose single key values. A
    blank counts as a value of its
    own (the strict reading), so the gate's k holds for the file as it is. Columns that identify directly are not
    repaired: the gate refuses them by name.

    >>> d = pl.DataFrame({"town": ["A"] * 40 + ["B"] * 41 + ["C"], "debt": ["yes", "no"] * 41})
    >>> safe = protect_records(d, policy=Policy(keys=["town"], sensitive=["debt"], most_global_risk=None))
    >>> safe.before.measures.k, safe.after.measures.k >= 5
    (1, True)
    """
    before = gate(data, policy)
    now, levels = data, {}
    if ladders and before.measures.k < policy.k:
        now, levels = _coarser(data, ladders, policy, int(blank_share * data.height))
    if gate(now, policy).measures.k < policy.k:
        now = local_suppression(
            now, keys=policy.keys, k=policy.k, importance=importance, missing="category", seed=seed
        ).data
    after = gate(now, policy)
    lost = categorical_loss(data, now, columns=list(policy.keys))
    return SafeRecords(now, before, after, levels, lost, _report(before, after, levels, lost, data.height))


def _coarser(
    data: pl.DataFrame,
    ladders: Mapping[str, Sequence[Mapping[object, object]]],
    policy: Policy,
    may_violate: int,
) -> tuple[pl.DataFrame, dict[str, int]]:
    """The least recoding that leaves few records standing out; the coarsest where none does."""
    try:
        found = minimal_recoding(
            data, ladders=ladders, k=policy.k, keys=list(policy.keys), may_violate=may_violate
        )
        return found.data, found.levels
    except CannotBeSaid:  # blanks will have to do the rest, and the report will show how many
        for column, steps in ladders.items():
            data = recode(data, column=column, groups=steps[-1]) if steps else data
        return data, {column: len(steps) for column, steps in ladders.items()}


def _report(before: Gate, after: Gate, levels: dict[str, int], lost: pl.DataFrame, n: int) -> str:
    words = [
        f"Before, {before.measures.n_unique} of {n} records were alone with their key values; "
        f"now {after.measures.n_unique} are."
    ]
    coarser = [f"{c} ({step} {counted(step, 'step', 'steps')})" for c, step in levels.items() if step]
    if coarser:
        words.append(f"Coarser codes: {', '.join(coarser)}.")
    blanks = [
        f"{r['column']} {round(r['blanked_share'] * n)}"
        for r in lost.iter_rows(named=True)
        if r["blanked_share"]
    ]
    words.append(f"Values blanked: {', '.join(blanks)}." if blanks else "No value was blanked.")
    words.append(after.say() if not after.verdict.allows else "The records now pass the gate.")
    return " ".join(words)
