"""Is this one group or several? The homogeneity verdict, and pockets of firms with one and the same need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import polars as pl
from scipy.cluster.hierarchy import cophenet, fcluster, linkage
from scipy.spatial.distance import squareform

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, counted, mark

from .reading import identifiers, values_of

LOWE = RuleSource(
    "N. J. Lowe (2003), Overcoming the Challenges of Cooperation", "section “Sectoral mismatch”"
)
TWINNING = RuleSource("UNIDO (2013), Cluster Twinning", "chapter 4, section 4")


@dataclass(frozen=True)
class Homogeneity:
    """Whether firms make one cooperative, several circles, or neither.

    Attributes:
        decision: ``one_cooperative``, ``several_circles`` or ``none``.
        groups: ``firm`` and ``group`` (1 is the largest); null for a firm in no group of the least size.
        main_share: share of the firms in the largest group.
        mean_similarity: mean similarity of all pairs, 0 to 1.
        cophenetic: how well the tree keeps the similarities (correlation); ``None`` where all pairs are alike.
        reasons, source: why, and where the rule comes from.
    """

    decision: str
    groups: pl.DataFrame
    main_share: float
    mean_similarity: float
    cophenetic: float | None
    reasons: tuple[Reason, ...]
    source: RuleSource = LOWE


def similarity(
    firms: pl.DataFrame, columns: Mapping[str, float] | Sequence[str]
) -> tuple[tuple[str, ...], np.ndarray]:
    """Identifiers and their similarity: the weighted mean over columns of shared codes over all codes (Jaccard).

    A column that is not known for one of two firms is left out for that pair; NaN where none is known.

    >>> names, s = similarity(pl.DataFrame({"firm": ["a", "b"], "product": ["jeans", "jeans"],
    ...     "market": [["us", "mx"], ["mx"]]}), ["product", "market"])
    >>> float(s[0, 1])
    0.75
    """
    names = identifiers(firms, "firm")
    weights = columns if isinstance(columns, Mapping) else dict.fromkeys(columns, 1.0)
    if not weights or not all(w >= 0 for w in weights.values()) or not sum(weights.values()) > 0:
        raise BadInput(
            place="columns", problem="have no weight above zero", remedy="Name product, market, process …"
        )
    firms = firms.sort("firm")
    n = len(names)
    total, weight = np.zeros((n, n)), np.zeros((n, n))
    for column, w in weights.items():
        one_hot, known = _one_hot(values_of(firms, column))
        both = one_hot @ one_hot.T
        size = one_hot.sum(axis=1)
        either = size[:, None] + size[None, :] - both
        pair = np.outer(known, known)
        total += w * np.divide(both, either, out=np.zeros_like(both), where=either > 0) * pair
        weight += w * pair
    return names, np.divide(total, weight, out=np.full((n, n), np.nan), where=weight > 0)


def _one_hot(values: list) -> tuple[np.ndarray, np.ndarray]:
    sets = [v if isinstance(v, frozenset) else frozenset() if v is None else frozenset({v}) for v in values]
    codes = {c: k for k, c in enumerate(sorted(frozenset().union(*sets), key=str))}
    table = np.zeros((len(sets), max(1, len(codes))))
    for i, s in enumerate(sets):
        for c in s:
            table[i, codes[c]] = 1.0
    return table, np.array([bool(s) for s in sets], dtype=float)


def homogeneity(
    firms: pl.DataFrame,
    columns: Mapping[str, float] | Sequence[str],
    *,
    threshold: float = 0.5,
    main_share: float = 0.8,
    least: int = 8,
) -> Homogeneity:
    """One cooperative, several circles, or none, by how alike products, markets and processes are.

    Firms are joined by average linkage as long as the mean similarity between groups is at least ``threshold``.
    One cooperative where the largest group holds ``main_share`` of the firms and ``least`` firms; several
    circles where at least one group holds ``least`` firms; none otherwise.

    Source: the question is Lowe's (2003, "Sectoral mismatch"); average linkage is Sokal and Michener's (1958); the
    limits 80 % and 0.5 are Nanduti's proposal and the programme's to set.

    >>> firms = pl.DataFrame({"firm": list("abcdef"), "product": ["jeans"] * 3 + ["frocks"] * 3})
    >>> homogeneity(firms, ["product"], least=3).decision
    'several_circles'
    >>> homogeneity(firms, ["product"], least=4).decision
    'none'
    """
    for name, value in (("threshold", threshold), ("main share", main_share)):
        if not 0 <= value <= 1:
            raise BadInput(place=f"{name} {value}", problem="is not a share", remedy="Give 0.8 for 80 %.")
    names, s = similarity(firms, columns)
    if len(names) < 2:
        raise CannotBeSaid(
            what="Homogeneity", why=f"the list has {len(names)} firms", remedy="List at least two firms."
        )
    filled = np.nan_to_num(s)
    pairs = squareform(1 - filled, checks=False)
    tree = linkage(pairs, method="average")
    labels = fcluster(tree, t=1 - threshold + 1e-9, criterion="distance")
    groups, sizes = _by_size(names, labels, least)
    share = sizes[0] / len(names)
    decision = "one_cooperative" if share >= main_share - 1e-12 and sizes[0] >= least else (
        "several_circles" if sizes[0] >= least else "none"
    )  # fmt: skip
    spread = bool(np.ptp(pairs) > 1e-12)
    cophenetic = float(cophenet(tree, pairs)[0]) if spread else None
    reasons = _reasons(decision, share, sizes, least, main_share, int(np.isnan(s).all(axis=1).sum()))
    return Homogeneity(decision, groups, share, float(1 - pairs.mean()), cophenetic, reasons)


def _by_size(names: Sequence[str], labels: np.ndarray, least: int) -> tuple[pl.DataFrame, list[int]]:
    members: dict[int, list[str]] = {}
    for name, label in zip(names, labels, strict=True):
        members.setdefault(int(label), []).append(name)
    ordered = sorted(members.values(), key=lambda m: (-len(m), m[0]))
    rows = [(f, k if len(m) >= least else None) for k, m in enumerate(ordered, 1) for f in m]
    schema = {"firm": pl.String, "group": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row").sort("firm"), [len(m) for m in ordered]


def _reasons(
    decision: str, share: float, sizes: list[int], least: int, main_share: float, n_unknown: int
) -> tuple[Reason, ...]:
    details = {"share": f"{share:.0%}", "need": f"{main_share:.0%}", "n": sizes[0], "least": least,
               "groups": sum(s >= least for s in sizes)}  # fmt: skip
    groups = details["groups"]
    text = {
        "one_cooperative": mark(
            "The largest group holds {share} of the firms ({need} needed): one cooperative is realistic."
        ),
        "several_circles": counted(
            groups,
            mark(
                "The largest group holds only {share} ({need} needed); one group has {least} firms or more: "
                "form circles."
            ),
            mark(
                "The largest group holds only {share} ({need} needed); {groups} groups have {least} firms or more: "
                "form circles."
            ),
        ),
        "none": counted(
            sizes[0],
            mark(
                "No two firms fit together; {least} are needed for a circle. Widen the list or the products."
            ),
            mark(
                "The largest group has {n} firms; {least} are needed for a circle. Widen the list or the products."
            ),
        ),
    }[decision]
    reasons = [Reason(decision, text, details)]
    if n_unknown:
        sentence = counted(
            n_unknown,
            mark("Of one firm nothing is known; it counts as unlike every other."),
            mark("Of {n} firms nothing is known; they count as unlike every other."),
        )
        reasons.append(Reason("unknown", sentence, {"n": n_unknown}))
    return tuple(reasons)


@dataclass(frozen=True)
class Pocket:
    """Firms that share one need: the values they have in common, and who they are."""

    values: tuple
    firms: tuple[str, ...]


def twinning_pockets(
    firms: pl.DataFrame, by: Sequence[str], *, least: int = 3
) -> tuple[tuple[Pocket, ...], pl.DataFrame]:
    """Small groups with one need in one product, and everybody else with the reason.

    A firm with several needs may stand in several pockets. Source: "homogeneity within heterogeneity",
    UNIDO (2013), chapter 4, section 4.

    >>> firms = pl.DataFrame({"firm": list("abcd"), "product": ["wiper"] * 3 + ["seal"], "need": ["technology"] * 4})
    >>> pockets, left = twinning_pockets(firms, ["product", "need"])
    >>> pockets
    (Pocket(values=('wiper', 'technology'), firms=('a', 'b', 'c')),)
    >>> left.rows()
    [('d', 'only 1 firm with seal, technology; 3 needed')]
    """
    names = identifiers(firms, "firm")
    firms = firms.sort("firm")
    if not by:
        raise BadInput(place="by", problem="names no column", remedy="Name product and need.")
    cells = [values_of(firms, column) for column in by]
    members: dict[tuple, list[str]] = {}
    left: dict[str, str] = {}
    for i, name in enumerate(names):
        row = [c[i] for c in cells]
        if None in row:
            left[name] = f"{by[row.index(None)]} is not known"
            continue
        for key in product(*(sorted(v, key=str) if isinstance(v, frozenset) else [v] for v in row)):
            members.setdefault(key, []).append(name)
    pockets = [Pocket(k, tuple(m)) for k, m in members.items() if len(m) >= least]
    placed = {f for p in pockets for f in p.firms}
    for key, m in sorted(members.items(), key=str):
        for f in m:
            if f not in placed and f not in left:
                word = "firm" if len(m) == 1 else "firms"
                left[f] = f"only {len(m)} {word} with {', '.join(map(str, key))}; {least} needed"
    schema = {"firm": pl.String, "reason": pl.String}
    pockets.sort(key=lambda p: (-len(p.firms), tuple(map(str, p.values))))
    return tuple(pockets), pl.DataFrame(sorted(left.items()), schema=schema, orient="row")
