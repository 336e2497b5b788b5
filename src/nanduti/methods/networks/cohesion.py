"""The cohesion of a whole network in one block of measures, named and defined as UCINET prints them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import Reason, mark

from . import _paths
from .components import components, k_cores
from .counting import (
    Density,
    Dyads,
    Transitivity,
    at_least,
    beyond,
    density,
    dyad_census,
    transitivity,
    unknown_note,
)
from .graph import Network

ALL_SOURCES_UP_TO = 20_000
SAMPLED_SOURCES = 1_000

# Code, the name UCINET prints, and what it is.
MEASURES: tuple[tuple[str, str, str], ...] = (
    ("n_actors", "# of nodes", "actors"),
    ("n_arcs", "# of ties", "ordered pairs with a tie"),
    ("average_degree", "Avg Degree", "ties for each actor"),
    ("h_index", "Indeg H-Index", "largest h such that h actors are named by h others or more"),
    ("core_index", "K-core index", "largest k of a k-core, direction apart"),
    ("degree_centralisation", "Deg Centralization", "Freeman, direction apart, over (n−1)(n−2)"),
    ("out_centralisation", "Out-Centralization", "Freeman, over (n−1)²"),
    ("in_centralisation", "In-Centralization", "Freeman, over (n−1)²"),
    ("in_degree_correlation", "Indeg Corr", "correlation of tie and difference of in-degrees"),
    ("out_degree_correlation", "Outdeg Corr", "correlation of tie and difference of out-degrees"),
    ("density", "Density", "share of the known ordered pairs that are tied"),
    ("n_components", "Components", "strong components"),
    ("largest_component", "Largest Component", "actors in the largest strong component"),
    ("component_ratio", "Component Ratio", "(components − 1)/(n − 1)"),
    ("connectedness", "Connectedness", "share of the ordered pairs with a path"),
    ("fragmentation", "Fragmentation", "1 − connectedness"),
    ("transitivity", "Transitivity/Closure", "two-paths closed by a direct tie"),
    ("transitivity_index", "Transitivity Index", "(transitivity − density)/(1 − density)"),
    ("average_distance", "Avg Distance", "mean steps over the pairs with a path"),
    ("within_3", "Prop within 3", "share of the ordered pairs at most 3 steps apart"),
    ("sd_distance", "SD Distance", "standard deviation of the steps, dividing by their number"),
    ("diameter", "Diameter", "largest number of steps"),
    ("wiener_index", "Wiener Index", "sum of the steps"),
    ("dependency_sum", "Dependency Sum", "sum of the steps in between"),
    ("breadth", "Breadth", "1 − compactness"),
    ("compactness", "Compactness", "mean of 1/steps over all ordered pairs, no path counting 0"),
    (
        "small_worldness",
        "Small Worldness",
        "(clustering/density)/(average distance/(ln n/ln average degree))",
    ),
    ("mutuals", "Mutuals", "share of the pairs tied both ways"),
    ("asymmetrics", "Asymmetrics", "share of the pairs tied one way"),
    ("nulls", "Nulls", "share of the pairs not tied"),
    ("arc_reciprocity", "Arc Reciprocity", "share of the ties that are returned"),
    ("dyad_reciprocity", "Dyad Reciprocity", "share of the tied pairs tied both ways"),
    ("reciprocity_index", "Reciprocity Index", "(arc reciprocity − density)/(1 − density)"),
)


@dataclass(frozen=True)
class Cohesion:
    """The block of 33 measures.

    Attributes:
        values: measure code → value; None where it cannot be said (``why_not`` tells).
        why_not: measure code → sentence.
        density, dyads, transitivity: the counts behind.
        n_sources: actors from which paths were walked; fewer than all only in very large networks.
        notes: what was done to the data, as sentences.
    """

    values: dict[str, float | None]
    why_not: dict[str, Reason]
    density: Density
    dyads: Dyads
    transitivity: Transitivity
    n_sources: int
    notes: tuple[Reason, ...]

    def __getitem__(self, measure: str) -> float | None:
        return self.values[measure]

    def frame(self) -> pl.DataFrame:
        """Code, UCINET's name, value, definition, and why there is no value."""
        return pl.DataFrame(
            {
                "measure": [code for code, _, _ in MEASURES],
                "ucinet": [name for _, name, _ in MEASURES],
                "value": pl.Series([self.values[code] for code, _, _ in MEASURES], dtype=pl.Float64),
                "definition": [meaning for _, _, meaning in MEASURES],
                "why_not": pl.Series(
                    [self.why_not[c].say() if c in self.why_not else None for c, _, _ in MEASURES],
                    dtype=pl.String,
                ),
            }
        )


def cohesion(network: Network, *, sources: int | None = None, seed: int = 1) -> Cohesion:
    """How tightly a network hangs together: 33 measures, each with its definition.

    Strengths and self-ties play no part. Distances run over the pairs with a path. Beyond 20,000 actors the paths are
    walked from a random 1,000 (or ``sources``) of them and the measures of distance are estimates; a note says so.

    Source: the block of UCINET 6.849 (Borgatti, Everett and Freeman), reproduced for campnet. Small worldness
    (Humphries and Gurney 2008, with the analytic values of a random network) is said only where everybody reaches
    everybody.

    Args:
        network: a network of two actors or more.
        sources: walk paths from this many actors.
        seed: draws them.

    Raises:
        TooFewActors: fewer than two actors.

    >>> from nanduti.methods.networks import from_matrix
    >>> block = cohesion(from_matrix([[0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0]]))
    >>> block["average_distance"], block["n_components"], block["small_worldness"] is None
    (1.5, 2, True)
    """
    at_least(network, 2, mark("Cohesion"))
    found = density(network)
    dyads = dyad_census(network)
    closure = transitivity(network)
    walked, notes = _walked(network, sources, seed)
    values: dict[str, float | None] = {
        "n_actors": network.n,
        "n_arcs": network.n_arcs,
        "average_degree": network.n_arcs / network.n,
        "core_index": int(k_cores(network).max()),
        "density": found.value,
        "transitivity": closure.transitivity,
        "transitivity_index": closure.index,
        **_degrees(network),
        **_parts(network),
        **_distances(walked, network.n),
        **_returned(dyads, found.value),
    }
    values["small_worldness"] = _small_world(values, closure, network)
    why_not = {}
    for code, value in values.items():
        if value is None or math.isnan(value):
            values[code] = None
            why_not[code] = _reason(code)
    return Cohesion(
        values={code: values[code] for code, _, _ in MEASURES},
        why_not=why_not,
        density=found,
        dyads=dyads,
        transitivity=closure,
        n_sources=len(walked.sources),
        notes=network.notes + unknown_note(network) + notes,
    )


def _walked(network: Network, sources: int | None, seed: int) -> tuple[_paths.Walks, tuple[Reason, ...]]:
    if sources is None:
        sources = network.n if network.n <= ALL_SOURCES_UP_TO else SAMPLED_SOURCES
    if sources >= network.n:
        return _paths.walks(network.pattern), ()
    chosen = np.sort(np.random.default_rng([seed, 1]).choice(network.n, size=sources, replace=False))
    note = Reason(
        "sampled_paths",
        mark("Distances are estimated from the paths of {sources} of {n} actors drawn at random."),
        {"sources": sources, "n": network.n},
    )
    return _paths.walks(network.pattern, chosen), (note,)


def _degrees(network: Network) -> dict[str, float | None]:
    n = network.n
    out = np.diff(network.pattern.indptr).astype(float)
    into = np.bincount(network.pattern.indices, minlength=n).astype(float)
    contacts = np.diff(network.either.indptr).astype(float)
    ranked = np.sort(into)[::-1]
    spread = float((contacts.max() - contacts).sum())
    return {
        "h_index": int((ranked >= np.arange(1, n + 1)).sum()),
        "degree_centralisation": spread / ((n - 1) * (n - 2)) if n > 2 else None,
        "out_centralisation": float((out.max() - out).sum()) / (n - 1) ** 2,
        "in_centralisation": float((into.max() - into).sum()) / (n - 1) ** 2,
        "in_degree_correlation": _difference_correlation(network, into),
        "out_degree_correlation": _difference_correlation(network, out),
    }


def _difference_correlation(network: Network, degree: np.ndarray) -> float | None:
    """Correlation over all ordered pairs of having a tie and the absolute difference of degrees."""
    n = network.n
    pairs = n * (n - 1)
    ranked = np.sort(degree)
    # Sums of |a − b| and (a − b)² over all ordered pairs, without the table of all pairs.
    total = 2 * float((ranked * (2 * np.arange(1, n + 1) - n - 1)).sum())
    square = 2 * (n * float((degree**2).sum()) - float(degree.sum()) ** 2)
    rows = np.repeat(np.arange(n), np.diff(network.pattern.indptr))
    tied = float(np.abs(degree[rows] - degree[network.pattern.indices]).sum())
    share = network.n_arcs / pairs
    spread = (square / pairs - (total / pairs) ** 2) * share * (1 - share)
    if spread <= 1e-15:
        return None
    return (tied / pairs - total / pairs * share) / math.sqrt(spread)


def _parts(network: Network) -> dict[str, float | None]:
    strong = components(network, "strong")
    return {
        "n_components": strong.n,
        "largest_component": strong.sizes[0],
        "component_ratio": strong.ratio,
    }


def _distances(walked: _paths.Walks, n: int) -> dict[str, float | None]:
    steps = np.arange(len(walked.histogram), dtype=float)
    count = walked.histogram.astype(float)
    scale = n / len(walked.sources)
    pairs = len(walked.sources) * (n - 1)
    reached = float(count.sum())
    total = float((steps * count).sum())
    recip = float((count[1:] / steps[1:]).sum()) / pairs
    mean = total / reached if reached else None
    spread = float((steps**2 * count).sum()) / reached - mean**2 if mean is not None else None
    return {
        "connectedness": reached / pairs,
        "fragmentation": 1 - reached / pairs,
        "average_distance": mean,
        "within_3": float(count[1:4].sum()) / pairs,
        "sd_distance": math.sqrt(max(spread, 0.0)) if spread is not None else None,
        "diameter": len(count) - 1 if reached else None,
        "wiener_index": total * scale,
        "dependency_sum": (total - reached) * scale,
        "compactness": recip,
        "breadth": 1 - recip,
    }


def _returned(dyads: Dyads, chance: float) -> dict[str, float | None]:
    pairs = dyads.mutual + dyads.asymmetric + dyads.null
    tied = dyads.mutual + dyads.asymmetric
    arc = 2 * dyads.mutual / (2 * dyads.mutual + dyads.asymmetric) if tied else None
    return {
        "mutuals": dyads.mutual / pairs if pairs else None,
        "asymmetrics": dyads.asymmetric / pairs if pairs else None,
        "nulls": dyads.null / pairs if pairs else None,
        "arc_reciprocity": arc,
        "dyad_reciprocity": dyads.mutual / tied if tied else None,
        "reciprocity_index": beyond(arc, chance) if arc is not None else None,
    }


def _small_world(values: dict[str, float | None], closure: Transitivity, network: Network) -> float | None:
    mean = values["average_distance"]
    degree = network.either.nnz / network.n
    if values["connectedness"] != 1 or mean is None or degree <= 1:
        return None
    chance = network.either.nnz / (network.n * (network.n - 1))
    return (closure.clustering / chance) / (mean / (math.log(network.n) / math.log(degree)))


def _reason(code: str) -> Reason:
    if code == "small_worldness":
        return Reason(
            code, mark("Said only where everybody can reach everybody and has more than one contact.")
        )
    if code in ("in_degree_correlation", "out_degree_correlation"):
        return Reason(code, mark("All actors have the same degree, or all or no pairs are tied."))
    if code == "degree_centralisation":
        return Reason(code, mark("Said only for three actors or more."))
    if code in ("transitivity", "transitivity_index"):
        return Reason(code, mark("There is no path of two steps."))
    return Reason(code, mark("There are no ties to say it of."))
