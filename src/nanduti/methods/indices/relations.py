"""Whether firms belong together: one cooperative, or circles of like firms.

Which of two clusters is advanced against the other is answered by the room of twinning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.cluster import hierarchy

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, RuleSource, Verdict, no, yes

_MISMATCH = RuleSource("Lowe (2003), Overcoming the Challenges of Cooperation", "Sectoral mismatch")


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
