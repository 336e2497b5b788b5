"""The recorded assignment: who got what, by which rule, and the only source of re-draws."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid

from . import lottery
from ._redraw import Redrawer, permute_labels, stream, whole_numbers
from ._tables import column, positive_count
from .rerandomisation import Acceptance

ALGORITHM = "nanduti-lottery-1"
_MOST_TRIES = 100_000


@dataclass(frozen=True, eq=False)
class Assignment:
    """Who was assigned to which arm, and how.

    Made by :func:`~nanduti.methods.evaluation.randomize`, :func:`randomize_saturation` or, for a lottery
    held elsewhere, :func:`reported_assignment`. Units stand in the sorted order of their ids, so that no
    result depends on the order of the list.

    Attributes:
        unit: name of the id column. units: the ids as text, sorted.
        arms: names of the arms, the first is the comparison. shares: their intended shares.
        arm_codes: for each unit the index of its arm, -1 if left out as a misfit.
        strata: stratum code of each unit. stratum_names: their names.
        clusters: cluster code of each unit, or None if units were drawn singly. cluster_names: their names.
        misfits: how units that do not fill a block were dealt (see :func:`randomize`).
        seed: the public seed. n_tries: attempts needed under re-randomisation.
        acceptance: the re-randomisation rule, if any.
        saturations: (share of clusters, share treated within them) of a saturation design, or empty.
        source: ``"drawn"`` here, or ``"reported"`` from elsewhere, with ``note`` saying by whom.
        masked: True for a stand-in used to rehearse an analysis (never the real arms).
    """

    unit: str
    units: tuple[str, ...]
    arms: tuple[str, ...]
    shares: tuple[Fraction, ...]
    arm_codes: np.ndarray = field(repr=False)
    strata: np.ndarray = field(repr=False)
    stratum_names: tuple[str, ...] = field(repr=False)
    clusters: np.ndarray | None = field(default=None, repr=False)
    cluster_names: tuple[str, ...] = field(default=(), repr=False)
    cluster: str | None = None
    strata_by: tuple[str, ...] = ()
    misfits: str = "wglobal"
    seed: str = ""
    n_tries: int = 1
    acceptance: Acceptance | None = field(default=None, repr=False)
    saturations: tuple[tuple[Fraction, Fraction], ...] = ()
    source: str = "drawn"
    note: str = ""
    masked: bool = False

    # --- reading it

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Assignment) and self.certificate() == other.certificate()

    def __hash__(self) -> int:
        return hash((self.list_hash, self.result_hash))

    @property
    def n(self) -> int:
        """Units in the list."""
        return len(self.units)

    @property
    def n_clusters(self) -> int | None:
        """Clusters drawn as wholes, or None."""
        return None if self.clusters is None else len(self.cluster_names)

    @property
    def frame(self) -> pl.DataFrame:
        """One row per unit: id, arm (null for a misfit left out), stratum and cluster."""
        names = np.array([*self.arms, None], dtype=object)
        out = pl.DataFrame(
            {
                self.unit: list(self.units),
                "arm": pl.Series(names[self.arm_codes].tolist(), dtype=pl.String),
                "stratum": [self.stratum_names[s] for s in self.strata],
            }
        )
        if self.clusters is not None:
            out = out.with_columns(pl.Series("cluster", [self.cluster_names[c] for c in self.clusters]))
        return out

    def counts(self) -> pl.DataFrame:
        """Units (and clusters) in each arm."""
        rows = [
            (arm, int((self.arm_codes == a).sum()), self._clusters_of(a)) for a, arm in enumerate(self.arms)
        ]
        left_out = int((self.arm_codes == lottery.UNASSIGNED).sum())
        rows += [(None, left_out, None)] if left_out else []
        schema = {"arm": pl.String, "n": pl.Int64, "n_clusters": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def arm_index(self, arm: str) -> int:
        """The code of an arm, or an error listing the arms."""
        if arm not in self.arms:
            raise BadInput(
                place=f"arm {arm!r}", problem="is not in the lottery", remedy=f"The arms are {self.arms}."
            )
        return self.arms.index(arm)

    def rows_of(self, ids: pl.Series) -> np.ndarray:
        """For each id of a data column its place in the list; an unknown id is an error."""
        places = pl.DataFrame({"id": list(self.units), "at": np.arange(self.n)})
        found = ids.cast(pl.String).to_frame("id").join(places, on="id", how="left", maintain_order="left")
        lost = found.filter(pl.col("at").is_null())
        if lost.height:
            raise BadInput(
                place=f"unit {lost.item(0, 'id')!r}",
                problem=f"(and {lost.height - 1} other rows) was not in the lottery",
                remedy="Analyse the units that were drawn; list late-comers apart.",
            )
        return found.get_column("at").to_numpy()

    def rows_in(self, data: pl.DataFrame) -> np.ndarray:
        """For each row of a table with the id column the unit's place in the list."""
        return self.rows_of(column(data, self.unit))

    # --- proving it

    @cached_property
    def list_hash(self) -> str:
        """SHA-256 of the list that went into the drum: id, stratum and cluster per line, sorted by id."""
        lines = (lottery.SEPARATOR.join(parts) for parts in self._list_lines())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def result_hash(self) -> str:
        """SHA-256 of the outcome: id and arm per line, sorted by id."""
        names = (*self.arms, "")
        lines = (f"{u}{lottery.SEPARATOR}{names[a]}" for u, a in zip(self.units, self.arm_codes))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def certificate(self) -> dict[str, Any]:
        """What was drawn, from which list, by which rule: plain values, ready for JSON or the minutes.

        Anyone can draw again from the same list and compare ``result_hash``; the method page tells the
        procedure in ten lines.
        """
        return {
            "algorithm": ALGORITHM,
            "source": self.source,
            "note": self.note,
            "seed": self.seed,
            "unit": self.unit,
            "n_units": self.n,
            "cluster": self.cluster,
            "n_clusters": self.n_clusters,
            "strata_by": list(self.strata_by),
            "n_strata": len(self.stratum_names),
            "arms": {a: str(s) for a, s in zip(self.arms, self.shares)},
            "arm_order": list(self.arms),
            "misfits": self.misfits,
            "n_misfits": self.n_misfits,
            "saturations": [[str(a), str(b)] for a, b in self.saturations],
            "rerandomised": None if self.acceptance is None else self.acceptance.describe(),
            "n_tries": self.n_tries,
            "counts": {r["arm"] or "left out": r["n"] for r in self.counts().to_dicts()},
            "list_hash": self.list_hash,
            "result_hash": self.result_hash,
            "masked": self.masked,
        }

    def certificate_json(self) -> str:
        """The certificate as canonical JSON."""
        return json.dumps(self.certificate(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    @property
    def n_misfits(self) -> int:
        """Units (clusters, if those were drawn) beyond the last whole block of their stratum."""
        if self.saturations or self.source != "drawn":
            return 0
        return int((np.bincount(self._drawn_strata) % lottery.block_size(self.shares)).sum())

    # --- re-drawing it

    def redraws(
        self,
        n: int,
        *,
        seed: int = 0,
        among: tuple[str, str] | None = None,
        fixed: np.ndarray | None = None,
    ) -> np.ndarray:
        """``n`` other outcomes this lottery could have had: an n × units array of arm codes.

        Args:
            n: how many. seed: which stream of draws (the stream depends on the lottery's own seed too).
            among: only exchange units between these two arms, keeping everyone else's arm and the counts
                of the two arms in every stratum; the right reference set for comparing two of several arms.
            fixed: True for units whose arm must not change (focal units of a spillover test).
        """
        return np.vstack(list(self.redraw_blocks(n, seed=seed, among=among, fixed=fixed)))

    def redraw_blocks(
        self,
        n: int,
        *,
        seed: int = 0,
        among: tuple[str, str] | None = None,
        fixed: np.ndarray | None = None,
        block: int | None = None,
    ) -> Iterator[np.ndarray]:
        """The same in blocks of rows, so that memory stays small."""
        positive_count(n, "the number of draws")
        block = block or max(1, min(n, 1_000_000 // max(self.n, 1)))
        bits, done = stream(self.seed + self.result_hash, "redraw", seed), 0
        while done < n:
            size = min(block, n - done)
            yield self._accepted(size, bits, among, fixed)
            done += size

    def n_possible(self, among: tuple[str, str] | None = None) -> int:
        """How many outcomes there are with the realised number of each arm in each stratum (of two arms)."""
        codes, strata = self._drawn_codes, self._drawn_strata
        a, b = self._pair(among)
        total = 1
        for s in np.unique(strata):
            n_a, n_b = int((codes[strata == s] == a).sum()), int((codes[strata == s] == b).sum())
            total *= math.comb(n_a + n_b, n_a)
        return total

    def all_outcomes(self, among: tuple[str, str] | None = None) -> np.ndarray:
        """Every outcome counted by :meth:`n_possible` that the rule accepts, as arm codes of the units."""
        return self._expand(self._listed(among))

    def outcome_blocks(self, among: tuple[str, str] | None, block: int) -> Iterator[np.ndarray]:
        """The same in blocks of rows, so that memory stays small."""
        listed = self._listed(among)
        for start in range(0, len(listed), block):
            yield self._expand(listed[start : start + block])

    def _listed(self, among: tuple[str, str] | None) -> np.ndarray:
        codes, strata = self._drawn_codes, self._drawn_strata
        a, b = self._pair(among)
        choices: list[list[tuple[int, ...]]] = []
        members: list[np.ndarray] = []
        for s in np.unique(strata):
            here = np.flatnonzero((strata == s) & ((codes == a) | (codes == b)))
            members.append(here)
            choices.append(list(combinations(range(len(here)), int((codes[here] == b).sum()))))
        out = np.empty((self.n_possible(among), len(codes)), dtype=np.int8)
        out[:] = codes
        for row, pick in enumerate(product(*choices)):
            for here, chosen in zip(members, pick):
                out[row, here] = a
                out[row, here[list(chosen)]] = b
        if self.acceptance is not None:
            out = out[self.acceptance.accepts(out)]
        return out

    def is_exchangeable(self) -> bool:
        """Whether units of one stratum could swap arms (not so in a saturation design)."""
        return not self.saturations

    def mask(self, seed: int) -> Assignment:
        """A stand-in with re-drawn arms, to rehearse the analysis before the plan is locked."""
        codes = self.redraws(1, seed=seed)[0]
        return replace(self, arm_codes=codes, masked=True, note="masked: arms re-drawn, not the real ones")

    # --- inside

    @cached_property
    def _first_of_cluster(self) -> np.ndarray:
        assert self.clusters is not None
        return np.unique(self.clusters, return_index=True)[1]

    @property
    def _drawn_codes(self) -> np.ndarray:
        return self.arm_codes if self.clusters is None else self.arm_codes[self._first_of_cluster]

    @property
    def _drawn_strata(self) -> np.ndarray:
        return self.strata if self.clusters is None else self.strata[self._first_of_cluster]

    def _expand(self, codes: np.ndarray) -> np.ndarray:
        drawn_singly = self.clusters is None or self.saturations
        return codes if drawn_singly else codes[:, self.clusters]

    def _pair(self, among: tuple[str, str] | None) -> tuple[int, int]:
        if self.saturations:
            raise CannotBeSaid(
                what="The list of all outcomes",
                why="a saturation design has two stages",
                remedy="Use redraws().",
            )
        if among is None and len(self.arms) > 2:
            raise BadInput(
                place="among", problem="is missing", remedy=f"Name two of the arms {self.arms} to compare."
            )
        first, second = among or self.arms
        return self.arm_index(first), self.arm_index(second)

    def _accepted(
        self, n: int, bits: np.random.PCG64, among: tuple[str, str] | None, fixed: np.ndarray | None
    ) -> np.ndarray:
        if self.acceptance is None:
            return self._expand(self._raw(n, bits, among, fixed))
        found: list[np.ndarray] = []
        tried = count = 0
        while count < n:
            batch = self._raw(max(256, n), bits, among, fixed)
            good = batch[self.acceptance.accepts(batch)]
            found.append(good)
            count, tried = count + len(good), tried + len(batch)
            if tried > _MOST_TRIES * 100 and count < n:
                raise CannotBeSaid(
                    what="A re-draw under the re-randomisation rule",
                    why=f"only {count} of {tried:,} attempts were accepted",
                    remedy="Choose a larger acceptance rate before the lottery.",
                )
        return self._expand(np.vstack(found)[:n])

    def _raw(
        self, n: int, bits: np.random.PCG64, among: tuple[str, str] | None, fixed: np.ndarray | None
    ) -> np.ndarray:
        if among is not None or fixed is not None or self.source != "drawn":
            return self._conditional(n, bits, among, fixed)
        if self.saturations:
            return self._saturation_draws(n, bits)
        return self._redrawer.draws(n, bits)

    @cached_property
    def _redrawer(self) -> Redrawer:
        return Redrawer(self._drawn_strata, self.shares, self.misfits)

    def _conditional(
        self, n: int, bits: np.random.PCG64, among: tuple[str, str] | None, fixed: np.ndarray | None
    ) -> np.ndarray:
        if self.saturations:
            raise BadInput(
                place="a saturation design",
                problem="cannot be re-drawn with some arms or units held fixed",
                remedy="Use redraws() without among= and fixed=.",
            )
        codes, strata = self._drawn_codes, self._drawn_strata
        free = codes != lottery.UNASSIGNED
        if among is not None:
            free &= np.isin(codes, self._pair(among))
        if fixed is not None:
            held = np.asarray(fixed, dtype=bool)
            held = held if self.clusters is None else held[self._first_of_cluster]
            free &= ~held
        out = np.empty((n, len(codes)), dtype=np.int8)
        out[:] = codes
        where = np.flatnonzero(free)
        if where.size:
            local = np.unique(strata[where], return_inverse=True)[1].reshape(-1)
            out[:, where] = permute_labels(local, codes[where], n, bits)
        return out

    def _saturation_draws(self, n: int, bits: np.random.PCG64) -> np.ndarray:
        """Stage one deals saturations to clusters, stage two treatments within them."""
        assert self.clusters is not None
        shares = tuple(s for s, _ in self.saturations)
        levels = Redrawer(self.strata[self._first_of_cluster], shares, "wglobal").draws(n, bits)
        sizes = np.bincount(self.clusters)
        block = math.lcm(*(w.denominator for _, w in self.saturations))
        wanted = np.array([int(w * block) for _, w in self.saturations])
        offsets = whole_numbers(bits, (n, len(sizes)), block)
        n_treated = (sizes * wanted[levels] + offsets) // block
        ranks = permute_labels(self.clusters, _ranks_within(self.clusters), n, bits)
        treated = ranks < n_treated[:, self.clusters]
        pure = (wanted[levels] == 0)[:, self.clusters]
        return np.where(treated, 2, np.where(pure, 0, 1)).astype(np.int8)

    def _clusters_of(self, arm: int) -> int | None:
        if self.clusters is None:
            return None
        return len(np.unique(self.clusters[self.arm_codes == arm]))

    def _list_lines(self) -> Iterator[Sequence[str]]:
        for i, unit in enumerate(self.units):
            cluster = "" if self.clusters is None else self.cluster_names[self.clusters[i]]
            yield unit, self.stratum_names[self.strata[i]], cluster


def _ranks_within(groups: np.ndarray) -> np.ndarray:
    order = np.argsort(groups, kind="stable")
    sizes = np.bincount(groups)
    out = np.empty(len(groups), dtype=np.int64)
    out[order] = np.arange(len(groups)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return out
