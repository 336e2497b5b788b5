"""Relations between clusters and between firms: who is advanced against whom, and who belongs together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np
import polars as pl
from scipy.cluster import hierarchy

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, Verdict, flag, no, yes

_TWINNING = RuleSource("UNIDO (2013), Cluster Twinning", "ch. 5, introduction")
_MISMATCH = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "Sectoral mismatch")


@dataclass(frozen=True)
class ClusterProfile:
    """What the comparison of two clusters needs.

    Attributes:
        name: the cluster.
        specialisation: value added per worker, or unit price of the main product, in one currency and
            price year for both clusters.
        stakeholders: how many of each kind of specialised stakeholder there are.
    """

    name: str
    specialisation: float | None
    stakeholders: Mapping[str, int]

    def breadth(self, kinds: Collection[str]) -> float:
        """Share of the reference list of kinds that is present."""
        return sum(self.stakeholders.get(k, 0) > 0 for k in kinds) / len(kinds)

    def depth(self, kinds: Collection[str]) -> float:
        """Median number per kind that is present; 0 if none is."""
        present = [self.stakeholders[k] for k in kinds if self.stakeholders.get(k, 0) > 0]
        return float(median(present)) if present else 0.0


@dataclass(frozen=True)
class Standing:
    """How two clusters stand to each other; a relation of the pair, not a property of either.

    Attributes:
        advanced: name of the advanced one, or ``None`` where neither is.
        table: one row per cluster: specialisation, breadth, depth.
        verdict: yes if one is advanced, flag if neither is.
    """

    advanced: str | None
    table: pl.DataFrame
    verdict: Verdict


def advanced_against_emerging(a: ClusterProfile, b: ClusterProfile, *, kinds: Collection[str]) -> Standing:
    """Which of two clusters is the advanced one: higher specialisation, and broader or deeper.

    The seed names specialisation, breadth and depth; that the first and one of the others are needed is
    Nanduti's reading.

    Args:
        kinds: reference list of kinds of stakeholder (designers, testing, machinery makers …).

    >>> marche = ClusterProfile("Marche", 41.0, {"designers": 40, "machinery": 25, "testing": 3})
    >>> chennai = ClusterProfile("Chennai", 6.0, {"designers": 4, "testing": 2})
    >>> advanced_against_emerging(marche, chennai, kinds=["designers", "machinery", "testing"]).advanced
    'Marche'
    """
    if not kinds:
        raise BadInput(place="kinds", problem="are empty", remedy="Give a reference list of stakeholders.")
    if a.name == b.name:
        raise BadInput(place=f"cluster {a.name!r}", problem="is compared with itself", remedy="Give two.")
    for c in (a, b):
        if c.specialisation is None or not np.isfinite(c.specialisation):
            raise CannotBeSaid(
                what="Which cluster is advanced",
                why=f"the specialisation of {c.name!r} is not known",
                remedy="Measure value added per worker or unit price in both.",
            )
        bad = [k for k, n in c.stakeholders.items() if n < 0]
        if bad:
            raise BadInput(place=f"{bad[0]!r} of {c.name!r}", problem="is negative", remedy="Correct it.")
    rows = [(c.name, float(c.specialisation or 0), c.breadth(kinds), c.depth(kinds)) for c in (a, b)]
    table = pl.DataFrame(rows, schema=["cluster", "specialisation", "breadth", "depth"], orient="row")
    for high, low in ((rows[0], rows[1]), (rows[1], rows[0])):
        better = [n for n, x, y in zip(("breadth", "depth"), high[2:], low[2:], strict=True) if x > y]
        if high[1] > low[1] and better:
            sentence = "{high} is more specialised than {low} and stands higher on {on}."
            details = {"high": high[0], "low": low[0], "on": " and ".join(better)}
            return Standing(high[0], table, yes(Reason("advanced", sentence, details), source=_TWINNING))
    sentence = "Neither cluster is both more specialised and broader or deeper than the other."
    return Standing(None, table, flag(Reason("neither", sentence), source=_TWINNING))


@dataclass(frozen=True, eq=False)
class Homogeneity:
    """Whether firms are alike enough for one cooperative.

    Attributes:
        groups: unit and ``group`` (1 is the largest); null for firms of which nothing is known.
        similarity: unit by unit, 0 to 1; null where two firms share no known facet.
        main_share: share of the placed firms in the largest group.
        verdict: yes for one cooperative, no for circles of like firms.
    """

    groups: pl.DataFrame
    similarity: pl.DataFrame
    main_share: float
    verdict: Verdict


def homogeneity(
    facets: Mapping[str, Mapping[str, Collection[str] | None]],
    *,
    alike: float = 0.5,
    least_main_share: float = 0.8,
) -> Homogeneity:
    """One cooperative, or circles of like firms? Similarity of products, markets and processes.

    Two firms' similarity is the mean over facets of shared codes over all their codes (Jaccard). Firms are
    joined by average linkage while groups are at least ``alike``; one cooperative is advised if the largest
    group covers ``least_main_share`` of the firms. Both limits are proposals, to be set by the programme.

    Args:
        facets: firm to facet to codes, such as ``{"Jeans SA": {"product": ["jeans"], "market": ["export"]}}``;
            ``None`` where a facet is not known.

    >>> h = homogeneity({"A": {"product": ["jeans"]}, "B": {"product": ["jeans"]}, "C": {"product": ["gowns"]}})
    >>> round(h.main_share, 2), h.verdict.decision
    (0.67, 'no')
    """
    if not facets:
        raise BadInput(place="the firms", problem="are none", remedy="Give at least two.")
    names = sorted(facets)
    placed = [n for n in names if any(codes for codes in facets[n].values())]
    if len(placed) < 2:
        raise CannotBeSaid(
            what="Whether the firms belong together",
            why=f"product, market or process is known of {len(placed)} firm",
            remedy="Ask the others.",
        )
    similarity = np.array([[_similarity(facets[a], facets[b]) for b in placed] for a in placed])
    # Two firms without a common known facet are neither alike nor unlike; they stand at the mean distance.
    known = similarity[~np.isnan(similarity) & ~np.eye(len(placed), dtype=bool)]
    filled = np.where(np.isnan(similarity), known.mean() if known.size else 0.0, similarity)
    np.fill_diagonal(filled, 1.0)
    condensed = (1 - filled)[np.triu_indices(len(placed), 1)]
    labels = hierarchy.fcluster(hierarchy.linkage(condensed, "average"), 1 - alike + 1e-9, "distance")
    groups = _by_size(labels)
    main_share = float((groups == 1).mean())
    place = dict(zip(placed, groups.tolist(), strict=True))
    frame = pl.DataFrame(
        {"unit": names, "group": [place.get(n) for n in names]}, schema={"unit": pl.String, "group": pl.Int64}
    )
    columns = {n: pl.Series(similarity[:, i]).fill_nan(None) for i, n in enumerate(placed)}
    return Homogeneity(
        frame,
        pl.DataFrame({"unit": placed, **columns}),
        main_share,
        _one_or_many(main_share, least_main_share, int(groups.max())),
    )


def _similarity(a: Mapping[str, Collection[str] | None], b: Mapping[str, Collection[str] | None]) -> float:
    shares = []
    for facet in sorted(set(a) & set(b)):
        first, second = set(a[facet] or ()), set(b[facet] or ())
        if first and second:
            shares.append(len(first & second) / len(first | second))
    return sum(shares) / len(shares) if shares else float("nan")


def _by_size(labels: np.ndarray) -> np.ndarray:
    """Groups numbered from the largest; of equal ones the one met first in the order of names leads."""
    found = sorted(set(labels.tolist()), key=lambda g: (-(labels == g).sum(), int((labels == g).argmax())))
    return np.array([found.index(g) + 1 for g in labels.tolist()])


def _one_or_many(main_share: float, least: float, n_groups: int) -> Verdict:
    details = {"share": f"{100 * main_share:.0f}", "least": f"{100 * least:.0f}", "n": n_groups}
    if main_share >= least:
        sentence = "{share} % of the firms are alike in product, market and process; {least} % are asked for."
        return yes(Reason("one_cooperative", sentence, details), source=_MISMATCH)
    sentence = (
        "The largest group of like firms holds {share} % of them ({n} groups); {least} % are asked for."
    )
    remedy = "Form circles of like firms, and keep for all together only what all need, such as training."
    return no(Reason("several_circles", sentence, details), source=_MISMATCH, remedy=remedy)
