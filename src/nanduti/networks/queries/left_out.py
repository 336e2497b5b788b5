"""Who is left out: for each group of actors how many stand alone, how many partners they have, with whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods import networks as methods
from nanduti.methods.networks import Network, Statement
from nanduti.methods.values import CannotBeSaid, PersonError, mark

from .measures import UNKNOWN

# A group of fewer actors is no group: one firm's answer would be read as its kind's.
LEAST = 3


@dataclass(frozen=True)
class GroupRow:
    """One group: how many actors, how many without a tie among those whose ties are known, and to whom they are tied.

    ``ei_index``: external less internal ties over all, −1 (all among themselves) to 1 (all with others); ``None``
    without ties. ``too_few``: the group is too small for its figures to speak of anything but single firms.
    """

    group: str
    n: int
    n_alone: int | None
    alone_share: float | None
    mean_partners: float | None
    ei_index: float | None
    too_few: bool


@dataclass(frozen=True)
class LeftOut:
    """The groups of one attribute, with the measures of like meeting like over all of them."""

    attribute: str
    rows: tuple[GroupRow, ...]
    n_unknown: int
    ei_index: float | None = None
    ei_expected: float | None = None
    p: float | None = None
    assortativity: float | None = None
    why_not: PersonError | None = None


def left_out(network: Network, attribute: str, *, permutations: int = 199) -> LeftOut:
    """How the groups of an attribute are tied; actors of whom it is not known stand apart and in no index.

    Standing alone is said only of actors who answered: whoever was not asked may have partners whom nobody named.
    """
    values = [UNKNOWN if v is None else str(v) for v in network.values(attribute)]
    known = np.array([v != UNKNOWN for v in values])
    partners = np.diff(network.either.indptr)
    part = network.rows(np.flatnonzero(known))
    of_part = [v for v in values if v != UNKNOWN]
    index = _ei(part, of_part, permutations)
    by_group = (
        {str(row["group"]): row["index"] for row in index.groups.iter_rows(named=True)} if index else {}
    )
    rows = tuple(
        _row(group, np.array([v == group for v in values]), network.answered, partners, by_group)
        for group in sorted(set(of_part))
    )
    why_not = _why_not(len(rows), part)
    return LeftOut(
        attribute,
        rows,
        int((~known).sum()),
        index.value if index else None,
        index.expected if index else None,
        index.p if index else None,
        _assortativity(part, of_part) if index else None,
        why_not,
    )


def _ei(part: Network, groups: list[str], permutations: int) -> methods.EIIndex | None:
    if not part.n_arcs or len(set(groups)) < 2:
        return None
    return methods.ei_index(part, groups, permutations=permutations if part.n <= 2_500 else 0)


def _assortativity(part: Network, groups: list[str]) -> float | None:
    found = methods.homophily(part, groups).assortativity
    return None if found != found else found


def _row(
    group: str, members: np.ndarray, answered: np.ndarray, partners: np.ndarray, by_group: dict[str, float | None]
) -> GroupRow:  # fmt: skip
    n = int(members.sum())
    heard = members & answered
    n_heard = int(heard.sum())
    n_alone = int((heard & (partners == 0)).sum()) if n_heard else None
    return GroupRow(
        group,
        n,
        n_alone,
        n_alone / n_heard if n_alone is not None else None,
        float(partners[members].mean()) if n else None,
        by_group.get(group),
        n < LEAST,
    )


def _why_not(n_groups: int, part: Network) -> PersonError | None:
    if n_groups < 2:
        return CannotBeSaid(
            what=mark("Who is left out"),
            why=mark("all actors are of one group, or the group of none is known"),
            remedy=mark("Choose another attribute, or record it in the register first."),
        )
    if not part.n_arcs:
        return CannotBeSaid(
            what=mark("Who is left out"),
            why=mark("no tie among actors whose group is known"),
            remedy=mark("Choose another attribute or other kinds of tie."),
        )
    return None


def spread(frame: pl.DataFrame, attribute: str) -> list[str]:
    """The values of an attribute, the commonest first."""
    counted = frame[attribute].drop_nulls().value_counts(sort=True)
    return [str(value) for value in counted[attribute].to_list()]


def singles_nobody_out(statement: Statement) -> bool:
    """Whether a sentence singles nobody out: no cut points, and no count of one or two who stand alone."""
    n_alone = statement.sentence.details.get("n_isolated")
    return statement.topic != "cut_points" and not (isinstance(n_alone, int) and n_alone < LEAST)
