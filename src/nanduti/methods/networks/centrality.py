"""Who stands where: degree, closeness, betweenness, eigenvector, PageRank, Bonacich's power."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph
from scipy.sparse import linalg as sparse_linalg

from nanduti.methods.values import BadInput, CannotBeSaid, mark

from . import _paths
from ._leading import leading
from .counting import at_least
from .errors import NoTies
from .graph import Network

UNREACHABLE = ("max_plus_one", "n", "zero", "component", "wasserman_faust", "refuse")


def degree(network: Network) -> pl.DataFrame:
    """How many ties each actor has, how strong they are, and how many that is of those it could have.

    Returns:
        Columns ``actor``; ``out_degree`` (names others), ``in_degree`` (is named), ``contacts`` (different partners,
        direction apart), ``out_strength``, ``in_strength`` (sums of strengths), and ``out_share``, ``in_share``,
        ``contact_share`` (over n − 1; null for a single actor). In an undirected network out and in are equal.

    Source: Freeman 1979.

    >>> from nanduti.methods.networks import from_matrix
    >>> degree(from_matrix([[0, 2, 1], [0, 0, 0], [1, 0, 0]])).select("out_degree", "in_degree", "contacts").rows()
    [(2, 1, 2), (0, 1, 1), (1, 1, 1)]
    """
    pattern = network.pattern
    out = np.diff(pattern.indptr).astype(np.int64)
    into = np.bincount(pattern.indices, minlength=network.n).astype(np.int64)
    contacts = np.diff(network.either.indptr).astype(np.int64)
    most = network.n - 1

    def share(count: np.ndarray) -> pl.Series:
        return pl.Series(count / most if most > 0 else [None] * network.n, dtype=pl.Float64)

    return network.table(
        out_degree=out,
        in_degree=into,
        contacts=contacts,
        out_strength=np.asarray(network.ties.sum(axis=1)).ravel(),
        in_strength=np.asarray(network.ties.sum(axis=0)).ravel(),
        out_share=share(out),
        in_share=share(into),
        contact_share=share(contacts),
    )


def closeness(
    network: Network, method: str = "freeman", *, direction: str = "out", unreachable: str = "max_plus_one"
) -> np.ndarray:
    """How near an actor is to all others.

    Args:
        network: a network.
        method: "freeman" is (n − 1) over the sum of distances; "reciprocal" the mean of 1/distance over the other
            n − 1 (no path counts 0; also called harmonic); "valente_forman" the mean over the other n − 1 of
            (diameter + 1 − distance)/diameter (no path counts 0).
        direction: "out" walks from the actor, "in" towards it.
        unreachable: for "freeman", what a pair without path counts: "max_plus_one" the largest distance there is
            plus one (UCINET's), "n" the number of actors, "zero" nothing; "component" divides the actors reached by
            their distances; "wasserman_faust" multiplies that by the share reached; "refuse" gives an error.

    Returns:
        One figure for each actor; 0 for one that reaches nobody with "reciprocal", "valente_forman" and
        "wasserman_faust", not a number with "component" and "zero".

    Raises:
        CannotBeSaid: some cannot be reached and that is refused.

    Source: Freeman 1979; Valente and Foreman 1998; Wasserman and Faust 1994, section 5.2.

    >>> from nanduti.methods.networks import from_matrix
    >>> line = from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> closeness(line).round(3).tolist(), closeness(line, "reciprocal").tolist()
    ([0.667, 1.0, 0.667], [0.75, 1.0, 0.75])
    """
    at_least(network, 2, mark("Closeness"))
    if direction not in ("out", "in"):
        raise BadInput(place=f"direction {direction!r}", problem=mark("is not known"), remedy="out, in")
    matrix = network.pattern if direction == "out" or not network.directed else _turned(network.pattern)
    walked = _paths.walks(matrix)
    others = network.n - 1
    if method == "reciprocal":
        return walked.reciprocal / others
    longest = len(walked.histogram) - 1
    if method == "valente_forman":
        if longest < 1:
            return np.zeros(network.n)
        return (walked.reached * (longest + 1) - walked.total) / (longest * others)
    if method != "freeman":
        raise BadInput(
            place=f"method {method!r}",
            problem=mark("is not a kind of closeness"),
            remedy="freeman, reciprocal, valente_forman",
        )
    return _freeman(walked, others, longest, unreachable)


def _freeman(walked: _paths.Walks, others: int, longest: int, unreachable: str) -> np.ndarray:
    missed = others - walked.reached
    with np.errstate(divide="ignore", invalid="ignore"):
        if unreachable in ("component", "wasserman_faust"):
            near = np.where(walked.reached > 0, walked.reached / walked.total, math.nan)
            return near if unreachable == "component" else np.nan_to_num(near * walked.reached / others)
        if unreachable == "refuse" and missed.any():
            raise CannotBeSaid(
                what=mark("Closeness"),
                why=mark("some actors cannot be reached"),
                remedy=mark("Use reciprocal distances, or look at one component."),
            )
        counts = {"max_plus_one": longest + 1, "n": others + 1, "zero": 0, "refuse": 0}
        if unreachable not in counts:
            raise BadInput(
                place=f"unreachable {unreachable!r}",
                problem=mark("is not a rule for pairs without path"),
                remedy=", ".join(UNREACHABLE),
            )
        total = walked.total + missed * counts[unreachable]
        return np.where(total > 0, others / total, math.nan)


def betweenness(
    network: Network, *, normalised: bool = False, sources: int | None = None, seed: int = 1
) -> np.ndarray:
    """On how many shortest paths between others an actor lies.

    Each pair shares one unit among its shortest paths. Pairs are ordered in a directed network and unordered in an
    undirected one.

    Args:
        network: a network; strengths play no part.
        normalised: divide by the number of pairs of others, so that 1 is on all paths.
        sources: estimate from the paths of this many actors drawn at random, scaled up.
        seed: draws them.

    Source: Freeman 1977; algorithm of Brandes 2001; sampling of Brandes and Pich 2007.

    >>> from nanduti.methods.networks import from_matrix
    >>> betweenness(from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]])).tolist()
    [0.0, 1.0, 0.0]
    """
    n = network.n
    chosen = np.arange(n)
    if sources is not None and sources < n:
        if sources < 1:
            raise BadInput(place="sources", problem=mark("is less than 1"), remedy=mark("Draw at least one."))
        chosen = np.sort(np.random.default_rng([seed, 2]).choice(n, size=sources, replace=False))
    found = _paths.betweenness(network.pattern, chosen)
    if len(chosen):
        found *= n / len(chosen)
    if not network.directed:
        found /= 2
    if not normalised:
        return found
    pairs = (n - 1) * (n - 2) if network.directed else (n - 1) * (n - 2) / 2
    return found / pairs if pairs > 0 else np.full(n, math.nan)


def eigenvector(
    network: Network, *, weighted: bool = False, disconnected: str = "by_component"
) -> np.ndarray:
    """Standing that comes from partners who have standing themselves.

    The principal eigenvector of the ties made undirected by the stronger direction, of length 1 and not negative.

    Args:
        network: a network.
        weighted: let strengths count.
        disconnected: what to do where several parts have ties: "by_component" gives each actor λ²·(Σv)·v of its part,
            so that no part takes everything (Everett and Borgatti, as in UCINET); "principal" scores the part with
            the largest eigenvalue and 0 elsewhere (as in networkx and igraph); equal parts share.

    Raises:
        NoTies: there is no tie.

    Source: Bonacich 1972.

    >>> from nanduti.methods.networks import from_matrix
    >>> eigenvector(from_matrix([[0, 1, 1], [1, 0, 0], [1, 0, 0]])).round(4).tolist()
    [0.7071, 0.5, 0.5]
    """
    if not network.n_arcs:
        raise NoTies(what=mark("Eigenvector centrality"))
    if disconnected not in ("by_component", "principal"):
        raise BadInput(
            place=f"disconnected {disconnected!r}",
            problem=mark("is not a rule for several parts"),
            remedy="by_component, principal",
        )
    matrix = network.symmetrised().ties if weighted else network.either
    part = csgraph.connected_components(matrix, directed=False)[1]
    sizes = np.bincount(part)
    parts = np.flatnonzero(sizes > 1)
    scores = np.zeros(network.n)
    values = np.zeros(len(parts))
    order = np.argsort(part, kind="stable")
    starts = np.cumsum(sizes) - sizes
    for place, label in enumerate(parts):
        rows = order[starts[label] : starts[label] + sizes[label]]
        values[place], scores[rows] = _principal(sparse.csr_array(matrix[rows][:, rows]))
    if len(parts) == 1:
        return scores
    if disconnected == "by_component":
        for place, label in enumerate(parts):
            rows = part == label
            scores[rows] *= values[place] ** 2 * scores[rows].sum()
        return scores
    leading = values >= values.max() * (1 - 1e-9)
    scores[~np.isin(part, parts[leading])] = 0
    return scores / np.linalg.norm(scores)


def _principal(matrix: sparse.csr_array) -> tuple[float, np.ndarray]:
    """The largest eigenvalue of a connected symmetric matrix and its positive unit vector."""
    n = matrix.shape[0]
    if n <= 300:
        values, vectors = np.linalg.eigh(matrix.toarray())
        value, vector = values[-1], vectors[:, -1]
    else:
        value, vector = leading(matrix.astype(float))
    vector = np.abs(vector)
    return float(value), vector / np.linalg.norm(vector)


def pagerank(
    network: Network, *, damping: float = 0.85, tolerance: float = 1e-12, most: int = 10_000
) -> np.ndarray:
    """Share of the time a walker spends at each actor who follows ties and now and then starts anywhere.

    The tolerance is for the sum of all changes and is not multiplied by the number of actors, which in large networks
    would let the walk stop before it has begun. From an actor without outgoing ties the walker starts anywhere.

    Args:
        network: a network; strengths are the odds of following a tie.
        damping: chance of following a tie.
        tolerance: largest total change of a last step.
        most: steps after which to give up.

    Source: Page, Brin, Motwani and Winograd 1999.

    >>> from nanduti.methods.networks import from_matrix
    >>> pagerank(from_matrix([[0, 1], [1, 0]])).tolist()
    [0.5, 0.5]
    """
    n = network.n
    if not 0 <= damping < 1:
        raise BadInput(
            place=f"damping {damping}", problem=mark("is not a share below 1"), remedy=mark("Use 0.85.")
        )
    if not n:
        return np.zeros(0)
    total = np.asarray(network.ties.sum(axis=1)).ravel()
    follow = sparse.diags_array(np.divide(damping, total, out=np.zeros(n), where=total > 0)) @ network.ties
    step = follow.T.tocsr()
    stuck = total == 0
    rank = np.full(n, 1 / n)
    for _ in range(most):
        following = step @ rank
        following += ((1 - damping) + damping * rank[stuck].sum()) / n
        following /= following.sum()
        change = np.abs(following - rank).sum()
        rank = following
        if change < tolerance:
            return rank
    raise CannotBeSaid(
        what=mark("PageRank"),
        why=mark("the walk does not settle"),
        remedy=mark("Use a smaller damping or a larger tolerance."),
    )


def bonacich_power(network: Network, beta: float, *, weighted: bool = False) -> np.ndarray:
    """Bonacich's power: having partners counts, and their having partners counts with ``beta``.

    c = α(I − βR)⁻¹R1, scaled so that the squares sum to the number of actors. A positive beta rewards partners who are
    well connected, a negative one partners who depend on you.

    Args:
        network: a network.
        beta: below one over the largest eigenvalue in absolute value.
        weighted: let strengths count.

    Raises:
        BadInput: beta is too large for the sum to end.

    Source: Bonacich, *American Journal of Sociology* 92, 1987.

    >>> from nanduti.methods.networks import from_matrix
    >>> bonacich_power(from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]]), beta=0.2).round(3).tolist()
    [0.779, 1.336, 0.779]
    """
    if not network.n_arcs:
        raise NoTies(what=mark("Power"))
    matrix = network.ties if weighted else network.pattern
    largest = _radius(matrix)
    if abs(beta) * largest >= 1:
        raise BadInput(
            place=f"beta {beta}",
            problem=mark("is not below one over the largest eigenvalue"),
            remedy=f"|beta| < {1 / largest:.6g}",
        )
    given = np.asarray(matrix.sum(axis=1)).ravel()
    system = sparse.csc_array(sparse.eye_array(network.n) - beta * matrix)
    power = sparse_linalg.spsolve(system, given)
    norm = np.sqrt((power**2).sum())
    return power * np.sqrt(network.n) / norm if norm else power


def _radius(matrix: sparse.csr_array) -> float:
    if matrix.shape[0] <= 500:
        return float(np.abs(np.linalg.eigvals(matrix.toarray())).max())
    start = np.ones(matrix.shape[0])
    found = sparse_linalg.eigs(matrix.astype(float), k=1, which="LM", v0=start, return_eigenvectors=False)
    return float(np.abs(found).max())


def centralisation(network: Network, measure: str = "degree") -> float:
    """How far one actor stands out, from 0 (all alike) to 1 (a star).

    Args:
        network: a network of three actors or more.
        measure: "degree" (direction apart), "out_degree", "in_degree", "betweenness", "closeness" (undirected and
            connected networks), "eigenvector".

    Returns:
        The sum of differences from the largest score, over the sum a star of this size would have. For degrees of a
        directed network the star is one-way and the divisor (n − 1)².

    Raises:
        CannotBeSaid: closeness of a directed or disconnected network.

    Source: Freeman 1979; campnet: degree 0.074, in-degree 0.125 (UCINET 6.849).

    >>> from nanduti.methods.networks import from_matrix
    >>> star = from_matrix([[0, 1, 1, 1], [1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]])
    >>> [round(centralisation(star, measure), 6) for measure in ("degree", "betweenness", "closeness", "eigenvector")]
    [1.0, 1.0, 1.0, 1.0]
    """
    at_least(network, 3, mark("Centralisation"))
    n = network.n
    if measure == "degree":
        scores, most = np.diff(network.either.indptr).astype(float), (n - 1.0) * (n - 2)
    elif measure in ("out_degree", "in_degree"):
        scores = degree(network)[measure].to_numpy().astype(float)
        most = (n - 1.0) ** 2 if network.directed else (n - 1.0) * (n - 2)
    elif measure == "betweenness":
        scores = betweenness(network)
        most = (n - 1.0) ** 2 * (n - 2) / (1 if network.directed else 2)
    elif measure == "closeness":
        scores, most = _closeness_spread(network)
    elif measure == "eigenvector":
        scores = eigenvector(network, disconnected="principal")
        most = (n - 1) * (math.sqrt(0.5) - math.sqrt(0.5 / (n - 1)))
    else:
        raise BadInput(
            place=f"measure {measure!r}",
            problem=mark("has no centralisation here"),
            remedy="degree, out_degree, in_degree, betweenness, closeness, eigenvector",
        )
    return float((scores.max() - scores).sum() / most)


def _closeness_spread(network: Network) -> tuple[np.ndarray, float]:
    if network.directed:
        raise CannotBeSaid(
            what=mark("Centralisation of closeness"),
            why=mark("direction matters here"),
            remedy=mark("Make the network undirected by a stated rule."),
        )
    n = network.n
    return closeness(network, unreachable="refuse"), (n - 1) * (n - 2) / (2 * n - 3)


def centralities(network: Network, *, sources: int | None = None, seed: int = 1) -> pl.DataFrame:
    """The usual measures of standing side by side, one row for each actor.

    Args:
        network: a network of two actors or more.
        sources: estimate betweenness from this many actors.
        seed: draws them.

    Returns:
        The columns of :func:`degree`, and ``closeness`` and ``in_closeness`` (reciprocal distances, sound also in
        several parts), ``betweenness``, ``eigenvector`` (by component; null without ties).

    >>> from nanduti.methods.networks import from_matrix
    >>> centralities(from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]]))["betweenness"].to_list()
    [0.0, 1.0, 0.0]
    """
    out = closeness(network, "reciprocal")
    into = closeness(network, "reciprocal", direction="in") if network.directed else out
    standing = eigenvector(network) if network.n_arcs else [None] * network.n
    return degree(network).with_columns(
        closeness=pl.Series(out),
        in_closeness=pl.Series(into),
        betweenness=pl.Series(betweenness(network, sources=sources, seed=seed)),
        eigenvector=pl.Series(standing, dtype=pl.Float64),
    )


def _turned(matrix: sparse.csr_array) -> sparse.csr_array:
    turned = matrix.T.tocsr()
    turned.sort_indices()
    return turned
