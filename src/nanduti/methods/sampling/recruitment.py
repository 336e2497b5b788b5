"""Respondents who brought respondents: the recruitment forest, its waves, chains and warnings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, Reason, counted, mark

from ._columns import coded, column, complete_numbers, frame_of


@dataclass(frozen=True)
class Recruitment:
    """A respondent-driven sample: who recruited whom, and how many peers each knows.

    Attributes:
        frame: the respondents, in the canonical order of waves and identifiers.
        ids: identifiers as text, same order.
        parent: row of the recruiter, −1 for seeds.
        wave: 0 for seeds, 1 for those they recruited, …
        chain: number of the chain, in the order of its seed.
        degree: number of peers each respondent knows in the population ("personal network size").
    """

    frame: pl.DataFrame
    ids: tuple[str, ...]
    parent: np.ndarray
    wave: np.ndarray
    chain: np.ndarray
    degree: np.ndarray

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.ids)

    @property
    def n_seeds(self) -> int:
        """Respondents nobody recruited."""
        return int((self.parent < 0).sum())

    def chains(self) -> pl.DataFrame:
        """One row per seed: size of its chain and its longest line of recruits."""
        return (
            pl.DataFrame({"chain": self.chain, "wave": self.wave})
            .group_by("chain")
            .agg(n=pl.len(), n_waves=pl.col("wave").max())
            .sort("chain")
            .with_columns(seed=pl.Series([self.ids[i] for i in np.flatnonzero(self.parent < 0)]))
            .select("seed", "n", "n_waves")
        )

    def warnings(self, population: int | None = None) -> tuple[Reason, ...]:
        """What stands in the way of trusting any estimate from these chains."""
        chains = self.chains()
        largest, waves = float(chains["n"].max()) / self.n, int(self.wave.max())  # type: ignore[arg-type]
        found = []
        if self.n_seeds == 1:
            found.append(Reason("rds.one_seed", mark("There is one seed: its influence cannot be judged.")))
        elif largest > 0.5:
            found.append(
                Reason(
                    "rds.one_chain",
                    mark("One chain brought {share:.0%} of the respondents: the sample hangs on its seed."),
                    {"share": largest},
                )
            )
        if waves < 4:
            found.append(
                Reason(
                    "rds.short_chains",
                    counted(
                        waves,
                        mark(
                            "The longest chain has one wave: too short to forget how the seeds were chosen."
                        ),
                        mark(
                            "The longest chain has {waves} waves: too short to forget how the seeds were chosen."
                        ),
                    ),
                    {"waves": waves},
                )
            )
        if self.n_seeds > 0.2 * self.n:
            found.append(
                Reason(
                    "rds.many_seeds",
                    mark(
                        "{share:.0%} of the respondents are seeds, chosen by the organisers and not by peers."
                    ),
                    {"share": self.n_seeds / self.n},
                )
            )
        known = np.bincount(self.parent[self.parent >= 0], minlength=self.n) + (self.parent >= 0)
        short = int((self.degree < known).sum())
        if short:
            found.append(
                Reason(
                    "rds.degree_too_small",
                    counted(
                        short,
                        mark("1 respondent names fewer peers than recruited it or were recruited by it."),
                        mark(
                            "{n} respondents name fewer peers than recruited them or were recruited by them."
                        ),
                    ),
                    {"n": short},
                )
            )
        if float(self.degree.max()) > 20 * float(np.median(self.degree)):
            found.append(
                Reason(
                    "rds.degree_outlier",
                    mark("The largest network ({largest:g} peers) is over 20 times the median: check it."),
                    {"largest": float(self.degree.max())},
                )
            )
        if population is not None and self.n > 0.9 * population:
            found.append(
                Reason(
                    "rds.nearly_all",
                    mark("{n} of a population of {population}: check the population, or make a census."),
                    {"n": self.n, "population": population},
                )
            )
        return tuple(found)


def recruitment(
    frame: pl.DataFrame,
    *,
    id: str,
    recruiter: str,
    degree: str,
    seed_marks: Sequence[str] = ("seed", "0", ""),
) -> Recruitment:
    """The recruitment forest from a table of respondents.

    Args:
        frame: one row per respondent.
        id: identifier column.
        recruiter: identifier of who recruited them; missing or one of ``seed_marks`` for seeds.
        degree: number of peers each knows in the population (one or more).
        seed_marks: texts that mark a seed. A text that is also an identifier is an identifier.

    Raises:
        BadInput: identifiers twice or missing, a recruiter who is no respondent, somebody who recruited
            themselves through others, a degree that is missing or below one.

    >>> table = pl.DataFrame({"firm": ["A", "B", "C"], "named_by": [None, "A", "B"], "knows": [3, 2, 4]})
    >>> recruitment(table, id="firm", recruiter="named_by", degree="knows").wave
    array([0, 1, 2])
    """
    ids = _ids(frame_of(frame), id)
    place = {name: row for row, name in enumerate(ids)}
    marks = {m for m in seed_marks if m not in place}
    parent = np.full(len(ids), -1)
    for row, given in enumerate(column(frame, recruiter).cast(pl.String).to_list()):
        if given is None or given.strip() in marks:
            continue
        if given not in place:
            raise BadInput(
                place=f"{id} {ids[row]!r}",
                problem=f"was recruited by {given!r}, who is not among the respondents",
                remedy="Add the recruiter, or leave the field empty if the respondent came in as a seed.",
            )
        parent[row] = place[given]
    wave, chain = _climb(parent, ids, id)
    degrees = complete_numbers(frame, degree)
    if (degrees < 1).any():
        row = int(np.argmax(degrees < 1))
        raise BadInput(
            place=f"column '{degree}', {id} {ids[row]!r}",
            problem=f"is {degrees[row]:g}",
            remedy="A respondent knows at least the peer who recruited them; ask again or leave them out.",
        )
    # Waves first, then identifiers: nothing below may depend on the order of rows.
    order = np.array(sorted(range(len(ids)), key=lambda row: (wave[row], ids[row])))
    back = np.empty(len(ids), dtype=np.int64)
    back[order] = np.arange(len(ids))
    moved = np.where(parent[order] >= 0, back[parent[order]], -1)
    seeds = back[chain[order]]
    return Recruitment(frame[order], tuple(ids[i] for i in order), moved, wave[order], seeds, degrees[order])


def _ids(frame: pl.DataFrame, name: str) -> list[str]:
    found = column(frame, name)
    if found.null_count() or found.n_unique() != len(found):
        twice = found.filter(found.is_duplicated())
        raise BadInput(
            place=f"column '{name}'",
            problem="lacks identifiers" if found.null_count() else f"holds {twice[0]!r} twice",
            remedy="Every respondent has one identifier of their own.",
        )
    return found.cast(pl.String).to_list()


def _climb(parent: np.ndarray, ids: list[str], name: str) -> tuple[np.ndarray, np.ndarray]:
    wave = np.where(parent < 0, 0, -1)
    chain = np.where(parent < 0, np.arange(len(parent)), -1)
    for start in range(len(parent)):
        path, at = [], start
        while wave[at] < 0:
            if at in path:
                raise BadInput(
                    place=f"{name} {ids[at]!r}",
                    problem="was recruited by somebody they brought in themselves",
                    remedy="Correct the recruiter: chains start at a seed and never close.",
                )
            path.append(at)
            at = int(parent[at])
        for one in reversed(path):
            wave[one], chain[one] = wave[parent[one]] + 1, chain[parent[one]]
    return wave, chain


def recruiters_from_coupons(
    frame: pl.DataFrame, *, id: str, own: str, given: Sequence[str], name: str = "recruiter"
) -> pl.DataFrame:
    """A column with each respondent's recruiter, read from coupon numbers.

    Args:
        frame: one row per respondent.
        id: identifier column.
        own: number of the coupon a respondent came with; missing for seeds.
        given: columns with the numbers of the coupons handed to them.
        name: name of the new column; null for seeds.

    >>> table = pl.DataFrame({"id": [1, 2], "own": [None, 71], "c1": [70, 80], "c2": [71, 81]})
    >>> recruiters_from_coupons(table, id="id", own="own", given=["c1", "c2"])["recruiter"].to_list()
    [None, '1']
    """
    holder: dict[str, str] = {}
    ids = _ids(frame_of(frame), id)
    for label in given:
        for one, coupon in zip(ids, column(frame, label).cast(pl.String).to_list(), strict=True):
            if coupon is None:
                continue
            if holder.setdefault(coupon, one) != one:
                raise BadInput(
                    place=f"coupon {coupon}",
                    problem=f"was given to {holder[coupon]!r} and to {one!r}",
                    remedy="Correct the coupon numbers: each is handed out once.",
                )
    recruiters: list[str | None] = []
    for one, coupon in zip(ids, column(frame, own).cast(pl.String).to_list(), strict=True):
        if coupon is not None and coupon not in holder:
            raise BadInput(
                place=f"{id} {one!r}",
                problem=f"came with coupon {coupon}, which nobody was given",
                remedy="Correct the number, or leave it empty if the respondent came in as a seed.",
            )
        recruiters.append(None if coupon is None else holder[coupon])
    return frame.with_columns(pl.Series(name, recruiters, dtype=pl.String))


def classes(recruited: Recruitment, outcome: str) -> tuple[np.ndarray, list[object]]:
    """Codes and names of the categories of an outcome; a missing answer is refused."""
    return coded(column(recruited.frame, outcome))


def transitions(recruited: Recruitment, outcome: str) -> pl.DataFrame:
    """Who recruits whom: recruiters' category down, recruits' across, and how many.

    Returns one row per pair with ``recruiter``, ``recruit``, ``n`` and ``share`` of the recruiter's
    recruits (null where they recruited nobody).
    """
    codes, labels = classes(recruited, outcome)
    counts = transition_counts(recruited.parent, codes, len(labels))
    sums = counts.sum(axis=1)
    rows = [
        {
            "recruiter": a,
            "recruit": b,
            "n": int(counts[i, j]),
            "share": counts[i, j] / sums[i] if sums[i] else None,
        }
        for i, a in enumerate(labels)
        for j, b in enumerate(labels)
    ]
    return pl.DataFrame(rows, schema_overrides={"share": pl.Float64})


def transition_counts(parent: np.ndarray, codes: np.ndarray, n_classes: int) -> np.ndarray:
    """Counts of (recruiter's class, recruit's class)."""
    at = np.flatnonzero(parent >= 0)
    pairs = codes[parent[at]] * n_classes + codes[at]
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def recruitment_homophily(recruited: Recruitment, outcome: str) -> float | None:
    """Recruits of the recruiter's own category over the number expected were recruiting blind to it.

    One means no preference; 1.5 means half as many again. ``None`` where there are no recruits or all are
    alike.
    """
    codes, labels = classes(recruited, outcome)
    counts = transition_counts(recruited.parent, codes, len(labels))
    n = counts.sum()
    expected = float(counts.sum(axis=1) @ counts.sum(axis=0)) / n if n else 0.0
    if len(labels) < 2 or expected == 0:
        return None
    return float(np.trace(counts)) / expected


def differential_activity(recruited: Recruitment, outcome: str) -> pl.DataFrame:
    """Estimated mean degree of every category, and its ratio to the first category's.

    Under RDS-II weights the mean degree of a category is the harmonic mean of its respondents' degrees.
    """
    codes, labels = classes(recruited, outcome)
    n = np.bincount(codes)
    degree = n / np.bincount(codes, weights=1 / recruited.degree)
    return pl.DataFrame(
        {outcome: labels, "n": n, "mean_degree": degree, "ratio_to_first": degree / degree[0]}, strict=False
    )
