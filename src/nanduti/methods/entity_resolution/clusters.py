"""Which records are one firm: components of likely pairs, with what people decided as law."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from nanduti.methods.values import BadInput, mark

from .scoring import ScoredPairs

DECISIONS = ("confirmed", "refuted")


@dataclass(frozen=True)
class Clusters:
    """Records by firm.

    Attributes:
        frame: ``record``, ``cluster`` (the first identifier in it), ``n`` records in it.
        kept_apart: pairs likely enough to be joined that were not, because somebody refuted a pair between the two
            groups: ``one``, ``other``, ``score``, ``refuted_one``, ``refuted_other``.
        to_look_at: clusters held together by a chain: ``cluster``, ``one``, ``other``, ``score`` of the pair inside
            that was compared and found unlikely.
    """

    frame: pl.DataFrame
    kept_apart: pl.DataFrame
    to_look_at: pl.DataFrame

    def members(self, cluster: str) -> list[str]:
        """Records of one cluster."""
        return self.frame.filter(pl.col("cluster") == cluster)["record"].sort().to_list()


class _Groups:
    """Sets that are joined, and pairs of them that may not be."""

    def __init__(self, records: Iterable[str]) -> None:
        self.above = {r: r for r in records}
        self.apart: dict[str, dict[str, tuple[str, str]]] = {r: {} for r in self.above}

    def find(self, record: str) -> str:
        root = record
        while self.above[root] != root:
            root = self.above[root]
        while self.above[record] != root:
            self.above[record], record = root, self.above[record]
        return root

    def forbid(self, one: str, other: str) -> None:
        a, b = self.find(one), self.find(other)
        self.apart[a].setdefault(b, (one, other))
        self.apart[b].setdefault(a, (one, other))

    def join(self, one: str, other: str) -> tuple[str, str] | None:
        """Joins two sets; the refuted pair that stands in the way, if there is one."""
        a, b = self.find(one), self.find(other)
        if a == b:
            return None
        if b in self.apart[a]:
            return self.apart[a][b]
        if len(self.apart[a]) > len(self.apart[b]):
            a, b = b, a
        self.above[a] = b
        for other_root, pair in self.apart.pop(a).items():
            self.apart[other_root].pop(a, None)
            self.apart[other_root].setdefault(b, pair)
            self.apart[b].setdefault(other_root, pair)
        return None


def _decided(
    decisions: pl.DataFrame | None, known: set[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    if decisions is None or not decisions.height:
        return [], []
    if missing := {"one", "other", "decision"} - set(decisions.columns):
        raise BadInput(
            place=f"decisions: column {min(missing)!r}",
            problem=mark("is missing"),
            remedy=mark("Give one, other and decision."),
        )
    found: dict[tuple[str, str], str] = {}
    for one, other, decision in decisions.select("one", "other", "decision").iter_rows():
        pair = (min(str(one), str(other)), max(str(one), str(other)))
        if decision not in DECISIONS or pair[0] == pair[1] or not set(pair) <= known:
            raise BadInput(
                place=f"the decision {decision!r} on {one!r} and {other!r}",
                problem=mark("is not known, or is not on two of the records"),
                remedy=mark("Decide 'confirmed' or 'refuted' on two different records."),
            )
        if found.setdefault(pair, decision) != decision:
            raise BadInput(
                place=f"the pair {pair[0]!r}, {pair[1]!r}",
                problem=mark("is both confirmed and refuted"),
                remedy=mark("Keep the decision that holds now."),
            )
    return [p for p, d in sorted(found.items()) if d == "confirmed"], [
        p for p, d in sorted(found.items()) if d == "refuted"
    ]


def cluster_records(
    scored: ScoredPairs, decisions: pl.DataFrame | None = None, *, threshold: float | None = None
) -> Clusters:
    """Records joined by confirmed pairs, then by pairs that score ``threshold`` or more, the likeliest first; two
    groups with a refuted pair between them are never joined. Without refuted pairs these are the connected
    components.

    Args:
        scored: the pairs.
        decisions: ``one``, ``other``, ``decision`` (``confirmed`` or ``refuted``) of people.
        threshold: by default the recipe's ``likely_from``.

    Raises:
        BadInput: decisions contradict each other, with the chain that shows it.

    >>> from nanduti.methods.entity_resolution import find_duplicates
    >>> firms = pl.DataFrame({"record": ["1", "2", "3"], "name": "Calzados Ruiz", "phone": "0981123456"})
    >>> found = find_duplicates(firms)
    >>> refuted = pl.DataFrame({"one": ["1"], "other": ["3"], "decision": ["refuted"]})
    >>> cluster_records(found, refuted).frame.rows()
    [('1', '1', 2), ('2', '1', 2), ('3', '3', 1)]
    >>> cluster_records(found, refuted).kept_apart.rows()
    [('2', '3', 78.0, '1', '3')]
    """
    records = scored.tidy.frame["record"].to_list()
    confirmed, refuted = _decided(decisions, set(records))
    groups = _Groups(records)
    for one, other in confirmed:
        groups.join(one, other)
    for one, other in refuted:
        if groups.find(one) == groups.find(other):
            chain = " = ".join(_chain(confirmed, one, other))
            raise BadInput(
                place=f"{one!r} and {other!r}",
                problem=f"were refuted, but confirmed pairs say {chain}",
                remedy=mark("Take back one of these decisions."),
            )
        groups.forbid(one, other)
    least = scored.recipe.likely_from if threshold is None else threshold
    decided = {*confirmed, *refuted}
    edges = scored.frame.filter(pl.col("score") >= least).select("score", "one", "other").rows()
    apart = []
    for score, one, other in sorted(edges, key=lambda e: (-e[0], min(e[1:]), max(e[1:]))):
        pair = (min(one, other), max(one, other))
        hindrance = groups.join(one, other) if pair not in decided else None
        if hindrance is not None:
            apart.append((*pair, score, *sorted(hindrance)))
    return _told(scored, groups, records, apart, set(confirmed), least)


def _told(
    scored: ScoredPairs,
    groups: _Groups,
    records: list[str],
    apart: list[tuple[str, str, float, str, str]],
    confirmed: set[tuple[str, str]],
    least: float,
) -> Clusters:
    frame = pl.DataFrame(
        {"record": records, "root": [groups.find(r) for r in records]},
        schema={"record": pl.String, "root": pl.String},
    )
    frame = frame.with_columns(
        pl.col("record").min().over("root").alias("cluster"), pl.len().over("root").cast(pl.Int64).alias("n")
    ).drop("root")
    where = dict(zip(frame["record"], frame["cluster"], strict=True))
    low = scored.frame.filter(pl.col("score") < min(least, scored.recipe.possible_from)).select(
        "one", "other", "score"
    )
    chains = [
        (where[a], min(a, b), max(a, b), s)
        for a, b, s in low.iter_rows()
        if where[a] == where[b] and (min(a, b), max(a, b)) not in confirmed
    ]
    kept = {
        "one": pl.String,
        "other": pl.String,
        "score": pl.Float64,
        "refuted_one": pl.String,
        "refuted_other": pl.String,
    }
    look = {"cluster": pl.String, "one": pl.String, "other": pl.String, "score": pl.Float64}
    return Clusters(
        frame.select("record", "cluster", "n"),
        pl.DataFrame(apart, schema=kept, orient="row"),
        pl.DataFrame(sorted(chains), schema=look, orient="row"),
    )


def _chain(confirmed: list[tuple[str, str]], start: str, end: str) -> list[str]:
    """The shortest way from one record to another over confirmed pairs."""
    beside: dict[str, list[str]] = {}
    for one, other in confirmed:
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    before: dict[str, str | None] = {start: None}
    queue = deque([start])
    while queue:
        at = queue.popleft()
        for following in sorted(beside.get(at, ())):
            if following not in before:
                before[following] = at
                queue.append(following)
    path: list[str] = []
    step: str | None = end
    while step is not None:
        path.append(step)
        step = before.get(step)
    return path[::-1]
