"""The best offers for each need, exactly, with what each criterion contributed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, Reason, mark

from . import _fast, _plain
from ._compile import BLOCK, Compiled, NeedArrays, compile_offers
from ._needs import compile_needs
from .capabilities import CapabilityTree
from .recipe import CRITERIA, RULES, MatchRecipe, match_recipe
from .words import Synonyms

NEAR = ("exact", "one_up", "one_down", "not_asked", "not_known", "not_close")

_NO_ANSWER = {
    "code_unknown": mark("The codes asked are not in the capability tree."),
    "nothing_asked": mark("The need asks for nothing that can be compared."),
    "none_near": mark("No offer has the code asked, one level above or one level below."),
    "all_refused": mark("Every offer near the code is refused; most by the rule «{rule}» ({n} of {all})."),
}


@dataclass(frozen=True)
class RankedMatches:
    """Ranked offers, and the needs without any with the reason.

    Attributes:
        frame: one row for each need and rank: ``need``, ``rank`` (from 1), ``offer``, ``score``, ``out_of`` (what
            the criteria asked for are worth together), one column for each criterion of the recipe,
            ``closeness`` of the code, ``not_known`` (criteria asked of which the offer says nothing). Points are
            whole thousandths of a point: contributions add up to the score exactly.
        unanswered: ``need``, ``code``, ``reason``: never a need that silently disappears.
        reasons: the same as :class:`Reason`, by need.
        recipe: what was applied.
        status: ``"exact"``: no offer outside the list scores higher.
    """

    frame: pl.DataFrame
    unanswered: pl.DataFrame
    reasons: Mapping[str, Reason]
    recipe: MatchRecipe
    status: str = "exact"


class OfferIndex:
    """Offers made ready for search, once; any number of needs can then be ranked.

    Columns of ``offers`` (all but ``offer`` may be left out; an empty cell means *not known*):
    ``offer`` identifier; ``codes`` of the capability tree; ``materials``, ``sizes`` (classes of firms served),
    ``languages``, ``services``, ``markets`` (lists); ``kind`` of stakeholder; ``position`` (what it sells, its place in
    the chain); ``text``; ``lot_min``, ``lot_max``, ``capacity_free`` (units of the product); ``tolerance`` (finest that
    is held, in the unit of the need); ``lead_days``; ``price``; ``quality`` (0 to 1); ``times_served``
    (introductions so far); ``lat``, ``lon`` (degrees); ``available_from``, ``available_until`` (days, the end
    exclusive);
    ``certificates`` with ``certificates_until`` (last valid day); ``has_consent``; ``expires_on`` (last valid day).

    Columns of needs: ``need``; ``codes``; ``materials`` (one suffices, more give more points); ``size`` of the firm
    that needs; ``languages``; ``services``; ``markets``, ``kind``, ``position`` of the one that needs; ``text``;
    ``quantity``; ``tolerance``; ``lead_days``; ``price_max``; ``lat``, ``lon``, ``max_km``; ``from_on``, ``until_on``
    (the end exclusive); ``on`` (the day of asking); ``certificates`` (all are needed); ``rivals`` (offers excluded by
    name); ``known`` (offers with earlier contact). An empty cell means *not asked*.

    >>> offers = pl.DataFrame({"offer": ["tannery", "chemist"], "codes": [["leather.finish"], ["leather.finish"]],
    ...     "kind": ["firm", "support_firm"], "markets": [["brands"], None], "position": ["finished", "chemicals"],
    ...     "languages": [["it"], ["en", "it"]], "text": ["goat leather finishing", "resins for goat leather"]})
    >>> needs = pl.DataFrame({"need": ["n1"], "codes": [["leather.finish"]], "kind": ["firm"], "languages": [["en"]],
    ...     "markets": [["brands"]], "position": ["finished"], "text": ["finish goat leather"]})
    >>> ranked = OfferIndex(offers).rank(needs, k=5)
    >>> ranked.frame.select("offer", "score", "out_of", "text", "code", "language", "kind").rows()
    [('chemist', 42909, 58000, 9909, 15000, 8000, 10000)]
    """

    def __init__(
        self,
        offers: pl.DataFrame,
        *,
        recipe: MatchRecipe | str = "partners",
        tree: CapabilityTree | None = None,
        synonyms: Synonyms | None = None,
    ) -> None:
        self.recipe = match_recipe(recipe) if isinstance(recipe, str) else recipe
        self.tree, self.synonyms = tree, synonyms
        self._check_codes(offers)
        self._compiled: Compiled = compile_offers(offers, self.recipe, synonyms)

    def _check_codes(self, offers: pl.DataFrame) -> None:
        if self.tree is None or not isinstance(offers, pl.DataFrame) or "codes" not in offers.columns:
            return
        for code in offers["codes"].explode().drop_nulls().unique().sort():
            self.tree.node(code)

    def __len__(self) -> int:
        return len(self._compiled.ids)

    def needs(self, needs: pl.DataFrame, on: date | None = None) -> tuple[NeedArrays, list[str], list[str]]:
        """Needs made ready (used by the explanations)."""
        return compile_needs(needs, self._compiled, self.recipe, self.tree, on)

    def rank(
        self,
        needs: pl.DataFrame,
        *,
        k: int = 20,
        on: date | None = None,
        compiled: bool | None = None,
        threads: int | None = None,
    ) -> RankedMatches:
        """The best ``k`` offers for each need: hard rules first, then points; ties go by identifier.

        Args:
            needs: see the class.
            k: how many, at most.
            on: the day of asking where a need has none; without any, nothing is taken to have expired.
            compiled: ``None`` uses compiled loops where numba is installed; results are equal.
            threads: of the compiled loops; by default up to four.

        Raises:
            BadInput: naming frame, column and row.
        """
        if not isinstance(k, int) or k < 1:
            raise BadInput(
                place=f"k={k!r}", problem=mark("is not a number of offers"), remedy=mark("Ask for 1 or more.")
            )
        asked, names, problems = self.needs(needs, on)
        loops = _fast.loops(compiled)
        k = min(k, len(self))
        run = _plain_run if loops is None else _compiled_run
        tables = run(self._compiled, asked, k, threads, loops)
        for i in (i for i, problem in enumerate(problems) if problem):
            tables[0][i] = -1
        frame = _frame(self._compiled, asked, names, tables)
        reasons = self._reasons(asked, names, problems, tables[0])
        unanswered = pl.DataFrame(
            {
                "need": list(reasons),
                "code": [r.code for r in reasons.values()],
                "reason": [r.say() for r in reasons.values()],
            },
            schema={"need": pl.String, "code": pl.String, "reason": pl.String},
        )
        return RankedMatches(frame, unanswered, reasons, self.recipe)

    def _reasons(
        self, asked: NeedArrays, names: list[str], problems: list[str], found: np.ndarray
    ) -> dict[str, Reason]:
        reasons: dict[str, Reason] = {}
        for i in np.flatnonzero(found[:, 0] < 0):
            code, details = problems[i], {}
            if not code:
                counts, n = self.refusals(asked, int(i))
                code = "all_refused" if n else "none_near"
                if n:
                    rule = max(RULES, key=lambda r: (counts.get(r, 0), -RULES.index(r)))
                    details = {"rule": rule, "n": counts.get(rule, 0), "all": n}
            reasons[names[i]] = Reason(code, _NO_ANSWER[code], details)
        return reasons

    def refusals(self, asked: NeedArrays, i: int) -> tuple[dict[str, int], int]:
        """How many of the offers near need ``i`` each hard rule refuses (some by several), and how many there are."""
        F, R = self._compiled.offers, self._compiled.recipe
        offers, _, _ = _plain.candidates(F, asked, i)
        counts = {}
        for j, rule in enumerate(RULES):
            wrong = _plain.refused_by(F, asked, R, rule, i, offers) if R.hard[j] else None
            if wrong is not None and wrong.any():
                counts[rule] = int(wrong.sum())
        return counts, len(offers)


def _tables(n: int, k: int) -> tuple[np.ndarray, ...]:
    return (
        np.full((n, k), -1, dtype=np.int64),
        np.zeros((n, k, len(CRITERIA)), dtype=np.int32),
        np.zeros((n, k), dtype=np.int8),
        np.zeros((n, k), dtype=np.int32),
    )


def _compiled_run(
    compiled: Compiled, asked: NeedArrays, k: int, threads: int | None, loops: object
) -> tuple[np.ndarray, ...]:
    n = len(asked.kind)
    tables = _tables(n, k)
    workers = min(threads or _processors(), max(1, n // 8))

    # Needs that look at the same codes follow each other, so that what they look at is still at hand: three times
    # as quick as in any order.
    starts = np.append(asked.range_lo, 0)[asked.range_ptr[:-1]]
    order = np.argsort(starts, kind="stable")

    def part(a: int, b: int) -> None:
        offers = compiled.offers
        room = (
            np.zeros(len(offers.row_offer), dtype=np.int32),
            np.zeros(len(offers.row_offer), dtype=np.int32),
            np.zeros(max(BLOCK, len(offers.row_offer)) + 1, dtype=np.int32),
            np.full(len(offers.refused), -1, dtype=np.int32),
            np.zeros((k, 4), dtype=np.int64),
            np.zeros(len(CRITERIA), dtype=np.int64),
        )
        loops.rank(offers, asked, compiled.recipe, order[a:b], k, room, tables)  # type: ignore[attr-defined]

    if workers <= 1:
        part(0, n)
        return tables
    edges = np.linspace(0, n, 4 * workers + 1).astype(int)
    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(part, a, b) for a, b in pairwise(edges)]:
            done.result()
    return tables


def _processors() -> int:
    own = getattr(os, "sched_getaffinity", None)
    return min(4, len(own(0)) if own else os.cpu_count() or 1)


def _plain_run(
    compiled: Compiled, asked: NeedArrays, k: int, threads: int | None, loops: object
) -> tuple[np.ndarray, ...]:
    n = len(asked.kind)
    tables = _tables(n, k)
    for i in range(n):
        found = _plain.rank_one(compiled.offers, asked, compiled.recipe, i, k)
        for table, values in zip(tables, found, strict=True):
            table[i, : len(values)] = values
    return tables


def _frame(
    compiled: Compiled, asked: NeedArrays, names: list[str], tables: tuple[np.ndarray, ...]
) -> pl.DataFrame:
    offer, contributions, near, unknown = tables
    rows, ranks = np.nonzero(offer >= 0)
    parts = contributions[rows, ranks]
    out_of = (asked.asked * compiled.recipe.top).sum(axis=1)[rows]
    used = {c: parts[:, j] for j, c in enumerate(CRITERIA) if compiled.recipe.top[j] > 0}
    masks = unknown[rows, ranks]
    seen, place = np.unique(masks, return_inverse=True)
    lists = [
        [c for j, c in enumerate(CRITERIA) if m >> j & 1 and compiled.recipe.top[j] > 0]
        for m in seen.tolist()
    ]
    return pl.DataFrame(
        {
            "need": pl.Series(names, dtype=pl.String).gather(rows),
            "rank": (ranks + 1).astype(np.int32),
            "offer": compiled.ids.gather(offer[rows, ranks]),
            "score": parts.sum(axis=1).astype(np.int32),
            "out_of": out_of.astype(np.int32),
            **used,
            "closeness": pl.Series(NEAR).gather(near[rows, ranks].astype(np.int64)),
            "not_known": pl.Series(lists, dtype=pl.List(pl.String)).gather(place),
        }
    )


def rank_matches(
    needs: pl.DataFrame,
    offers: pl.DataFrame,
    *,
    k: int = 20,
    recipe: MatchRecipe | str = "partners",
    tree: CapabilityTree | None = None,
    synonyms: Synonyms | None = None,
    on: date | None = None,
    compiled: bool | None = None,
) -> RankedMatches:
    """The best ``k`` offers for each need in one call; see :class:`OfferIndex` for columns.

    >>> offers = pl.DataFrame({"offer": ["a", "b"], "codes": [["sew"], ["cut"]], "languages": [["es"], ["es"]]})
    >>> needs = pl.DataFrame({"need": ["n"], "codes": [["sew"]], "languages": [["es"]]})
    >>> rank_matches(needs, offers).frame["offer"].to_list()
    ['a']
    """
    index = OfferIndex(offers, recipe=recipe, tree=tree, synonyms=synonyms)
    return index.rank(needs, k=k, on=on, compiled=compiled)
