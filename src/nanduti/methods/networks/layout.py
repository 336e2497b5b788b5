"""Where to draw the actors: near what they are tied to, and where they were drawn before."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

from nanduti.methods.values import BadInput, mark

from . import _paths
from .graph import Network

EXACT_UP_TO = 60
PATIENT_UP_TO = 400
ALL_PAIRS_UP_TO = 3_000
MOST_ACTORS = 20_000
PIVOTS = 200
CLOSEST = 1e-6  # drawn distance below which two actors lie in one spot
MOMENTUM = 0.8  # how much of its last move an actor in a large part goes on with
STARTING_FROM = 40  # actors whose distances decide where a drawing begins


@dataclass(frozen=True, eq=False)
class Layout:
    """A place for each actor.

    Attributes:
        actors: as in the network.
        positions: x and y of each, one step of a path being about 1 long.
        stress: what is left of the squared differences of drawn and walked distances, over what there is (0 exact).
        moved: mean distance of the actors of the previous layout from where they were; None without one.
        status: "heuristic": another drawing may be as good.
    """

    actors: tuple[object, ...]
    positions: np.ndarray
    stress: float
    moved: float | None
    status: str = "heuristic"

    def frame(self) -> pl.DataFrame:
        """Actor, x and y."""
        return pl.DataFrame(
            {"actor": list(self.actors), "x": self.positions[:, 0], "y": self.positions[:, 1]}
        )


def layout(
    network: Network,
    *,
    previous: Layout | Mapping[object, tuple[float, float]] | None = None,
    stability: float = 0.5,
    iterations: int = 40,
) -> Layout:
    """Draw a network so that distances on paper follow steps on paths, and stay where they were.

    Stress is brought down by majorisation from a start by classical scaling: nothing is drawn at random, so that the
    same network looks the same every time. Up to 3,000 actors in a part all pairs count, beyond that the ties and the
    distances to 200 pivots. Parts are set beside each other, the largest first; actors without ties stand in rows.

    With a previous layout each actor known from it is also pulled back to where it was. New actors start amid their
    partners.

    Args:
        network: a network of at most 20,000 actors; direction and strength play no part.
        previous: the layout of the round before, or actor → (x, y).
        stability: from 0 (only turned to match) to just under 1 (hardly moves).
        iterations: steps at most; three tenths of them in parts of more than 400 actors, which gain speed as they go.

    Raises:
        TooLarge: draw the communities instead.

    Source: Gansner, Koren and North 2004 (stress majorisation); Brandes and Pich 2007 (pivots); Ortmann, Klimenta and
    Brandes 2017 (sparse stress); Brandes and Mader 2012 (anchoring); O'Donoghue and Candès 2015 (restarted momentum).

    >>> from nanduti.methods.networks import from_matrix
    >>> line = from_matrix([[0, 1, 0], [1, 0, 1], [0, 1, 0]])
    >>> abs(layout(line).positions[:, 0]).round(3).tolist()
    [1.0, 0.0, 1.0]
    """
    network.fits(mark("A drawing"), most=MOST_ACTORS)
    if not 0 <= stability < 1:
        raise BadInput(
            place=f"stability {stability}",
            problem=mark("is not from 0 to just under 1"),
            remedy=mark("Use 0.5."),
        )
    before = _before(previous)
    known = np.array([actor in before for actor in network.actors], dtype=bool)
    either = network.either
    part = csgraph.connected_components(either, directed=False)[1] if network.n else np.zeros(0, dtype=int)
    if known.any():
        positions, stress = _anchored(network, either, part, before, known, stability, iterations)
        where = np.array([before[actor] for actor in network.actors if actor in before])
        moved = float(np.hypot(*(positions[known] - where).T).mean())
        return Layout(network.actors, positions, stress, moved)
    positions, stress = _fresh(either, part, iterations)
    return Layout(network.actors, positions, stress, None)


def _before(
    previous: Layout | Mapping[object, tuple[float, float]] | None,
) -> dict[object, tuple[float, float]]:
    if previous is None:
        return {}
    if isinstance(previous, Layout):
        return {actor: tuple(place) for actor, place in zip(previous.actors, previous.positions.tolist())}
    return dict(previous)


# --- one part


@dataclass(frozen=True)
class _Terms:
    """Pairs whose drawn distance should be ``d``, with weight ``w``."""

    i: np.ndarray
    j: np.ndarray
    d: np.ndarray
    w: np.ndarray
    n: int

    def laplacian(self) -> sparse.csc_array:
        both = sparse.coo_array((-self.w, (self.i, self.j)), shape=(self.n, self.n)).tocsr()
        both = both + both.T
        return sparse.csc_array(both + sparse.diags_array(-np.asarray(both.sum(axis=1)).ravel()))

    @property
    def total(self) -> float:
        """What the weighted squares of the distances come to."""
        return float((self.w * self.d**2).sum())

    def degree(self) -> np.ndarray:
        """Sum of the weights of each actor."""
        ends = np.bincount(self.i, weights=self.w, minlength=self.n)
        return ends + np.bincount(self.j, weights=self.w, minlength=self.n)

    def stress(self, x: np.ndarray) -> float:
        apart = np.hypot(*(x[self.i] - x[self.j]).T)
        return float((self.w * (apart - self.d) ** 2).sum()) / self.total if self.total else 0.0

    def pull(self, x: np.ndarray) -> np.ndarray:
        """The right side of the majorising system."""
        difference = x[self.i] - x[self.j]
        apart = np.hypot(*difference.T)
        factor = np.divide(self.w * self.d, apart, out=np.zeros_like(apart), where=apart > 1e-12)
        force = factor[:, None] * difference
        answer = np.zeros_like(x)
        for axis in range(2):
            answer[:, axis] = np.bincount(self.i, weights=force[:, axis], minlength=self.n)
            answer[:, axis] -= np.bincount(self.j, weights=force[:, axis], minlength=self.n)
        return answer


@dataclass(frozen=True)
class _AllPairs:
    """All pairs of a part in which an exact solution of each step takes too long; weights: one over squared distance.

    ``near`` is one over the distance, 0 on the diagonal.
    """

    near: np.ndarray

    @property
    def n(self) -> int:
        return len(self.near)

    @property
    def total(self) -> float:
        """Every pair weighs one over its squared distance, so that the squares of all distances come to this."""
        return self.n * (self.n - 1) / 2

    def degree(self) -> np.ndarray:
        """Sum of the weights of each actor."""
        return np.einsum("ij,ij->i", self.near, self.near, dtype=float)

    def stress(self, x: np.ndarray) -> float:
        left = sum(float(((apart * near - (near > 0)) ** 2).sum()) for _, near, apart in self._blocks(x))
        return left / 2 / self.total if self.n > 1 else 0.0

    def step(self, x: np.ndarray, degree: np.ndarray, pull: np.ndarray, home: np.ndarray) -> np.ndarray:
        """Everybody moves to the mean of where each other one wants it, and of its home."""
        places = x.astype(np.float32)
        across, up = places.T.copy()
        with_one = np.column_stack([places, np.ones(self.n, np.float32)])
        answer = np.empty_like(x)
        # So few rows at once that no product is worth several threads, which would wait for each other.
        breadth = max(1, 80_000 // max(self.n, 1))
        for begin in range(0, self.n, breadth):
            rows = slice(begin, begin + breadth)
            near = self.near[rows]
            ratio = np.square(across[rows, None] - across)
            ratio += np.square(up[rows, None] - up)
            np.maximum(np.sqrt(ratio, out=ratio), CLOSEST, out=ratio)
            np.divide(near, ratio, out=ratio)
            drawn = ratio @ with_one
            answer[rows] = np.square(near) @ places + drawn[:, 2:] * places[rows] - drawn[:, :2]
        return (answer + pull[:, None] * home) / (degree + pull)[:, None]

    def _blocks(self, x: np.ndarray) -> Iterator[tuple[slice, np.ndarray, np.ndarray]]:
        """Rows in blocks with one over the distances wanted and the distances drawn."""
        for begin in range(0, self.n, 256):
            rows = slice(begin, begin + 256)
            square = (x[rows, None, 0] - x[None, :, 0]) ** 2
            square += (x[rows, None, 1] - x[None, :, 1]) ** 2
            yield rows, self.near[rows].astype(float), np.sqrt(square, out=square)


def _terms(either: sparse.csr_array) -> tuple[_Terms | _AllPairs, np.ndarray]:
    """The pairs that count in a connected part, and a start by classical scaling."""
    n = either.shape[0]
    if n <= EXACT_UP_TO:
        distance = _paths.distances(either, np.arange(n)).astype(float)
        i, j = np.triu_indices(n, 1)
        d = distance[i, j]
        return _Terms(i, j, d, d**-2, n), _scaled(distance)
    if n <= ALL_PAIRS_UP_TO:
        distance = _paths.distances(either, np.arange(n))
        steps = np.arange(distance.max() + 1, dtype=np.float32)
        near = np.divide(1, steps, out=np.zeros_like(steps), where=steps > 0)[distance]
        return _AllPairs(near), _scaled(distance)
    pivots, distance = _pivots(either, min(PIVOTS, n))
    edges = sparse.triu(either, 1).tocoo()
    i = np.concatenate([edges.row, np.repeat(pivots, n)])
    j = np.concatenate([edges.col, np.tile(np.arange(n), len(pivots))])
    d = np.concatenate([np.ones(edges.nnz), distance.ravel()])
    many = n / len(pivots)
    w = np.concatenate([np.full(edges.nnz, 1.0), many / np.maximum(distance.ravel(), 1) ** 2])
    apart = d > 0
    return _Terms(i[apart], j[apart], d[apart], w[apart], n), _scaled(distance.T)


def _pivots(either: sparse.csr_array, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Actors far from each other, beginning with the best connected, and the distances from them."""
    n = either.shape[0]
    chosen = [int(np.argmax(np.diff(either.indptr)))]
    rows = []
    nearest = np.full(n, np.inf)
    for _ in range(count):
        row = csgraph.dijkstra(either, directed=False, indices=chosen[-1], unweighted=True)
        rows.append(row)
        nearest = np.minimum(nearest, row)
        chosen.append(int(np.argmax(nearest)))
    return np.array(chosen[:count]), np.array(rows)


def _scaled(distance: np.ndarray) -> np.ndarray:
    """Classical scaling of distances (actors × pivots), turned and mirrored by a fixed rule.

    A start needs no more than some of the pivots, far from each other so that no side of the drawing is folded in; and
    small products are not handed to threads that wait for each other.
    """
    furthest = distance.max()
    if distance.shape[1] > STARTING_FROM:
        distance = distance[:, _spread(distance, STARTING_FROM)]
    square = distance.astype(float) ** 2
    centred = square - square.mean(axis=0) - square.mean(axis=1, keepdims=True) + square.mean()
    # The few columns decide: their products are small where the actors are many.
    _, vectors = np.linalg.eigh(np.einsum("ai,aj->ij", centred, centred))
    x = np.zeros((len(distance), 2))
    for axis in range(min(2, len(vectors))):
        x[:, axis] = centred @ vectors[:, -1 - axis]
    reach = np.hypot(*x.T).max()
    if reach > 0:
        x *= furthest / 2 / reach
    return _turned(x) + _spiral(len(x))


def _spread(distance: np.ndarray, count: int) -> np.ndarray:
    """Columns of a table of distances (actors × pivots) whose pivots are far from each other."""
    if distance.shape[0] != distance.shape[1]:  # the pivots were chosen so one after the other
        return np.arange(count)
    chosen = [int(np.argmax(distance[0]))]
    nearest = distance[:, chosen[0]].copy()
    for _ in range(count - 1):
        chosen.append(int(np.argmax(nearest)))
        np.minimum(nearest, distance[:, chosen[-1]], out=nearest)
    return np.array(chosen)


def _spiral(n: int) -> np.ndarray:
    """Tiny fixed offsets, so that actors with the same distances do not start in one spot."""
    place = np.arange(n)
    radius, angle = 0.02 * np.sqrt((place + 0.5) / max(n, 1)), place * math.pi * (3 - math.sqrt(5))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def _turned(x: np.ndarray) -> np.ndarray:
    """Widest along x, and heavier to the right and above."""
    x = x - x.mean(axis=0)
    if len(x) > 1:
        x = x @ np.linalg.eigh(np.einsum("ai,aj->ij", x, x))[1][:, ::-1]
    lean = np.sign((x**3).sum(axis=0).round(9))
    return x * np.where(lean == 0, 1.0, lean)


def _majorised(
    terms: _Terms | _AllPairs,
    x: np.ndarray,
    iterations: int,
    anchor: np.ndarray | None = None,
    target: np.ndarray | None = None,
) -> np.ndarray:
    """Lower the stress step by step; with anchors, pull actors back to their targets as well."""
    pull = np.full(terms.n, 1e-9) if anchor is None else anchor + 1e-9
    home = np.zeros_like(x) if target is None else target
    if isinstance(terms, _AllPairs):
        degree = terms.degree()

        def following_from(x: np.ndarray) -> np.ndarray:
            return terms.step(x, degree, pull, home)
    else:
        solve = _solver(terms.laplacian() + sparse.diags_array(pull), terms.n)

        def following_from(x: np.ndarray) -> np.ndarray:
            return solve(terms.pull(x) + pull[:, None] * home, x)

    reach = max(float(np.ptp(x, axis=0).max()), 1e-9) if len(x) else 1.0
    is_large = isinstance(terms, _AllPairs)
    former = x
    # Large parts go on with a part of their last move: the stress of forty steps is reached in a dozen.
    for _ in range(-(-iterations * 3 // 10) if is_large and terms.n > PATIENT_UP_TO else iterations):
        ahead = x + MOMENTUM * (x - former) if is_large else x
        following = following_from(ahead)
        if anchor is None:
            following -= following.mean(axis=0)
        # Where that led uphill the next step begins anew (O'Donoghue and Candès 2015).
        is_uphill = ((ahead - following) * (following - x)).sum() > 0
        step = float(np.abs(following - x).mean())
        former, x = (following if is_uphill else x), following
        if step < 5e-4 * reach:
            break
    return x


def _solver(system: sparse.csc_array, n: int) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    """Exact for small parts; for large ones a few steps of conjugate gradients from where the actors are."""
    if n <= EXACT_UP_TO:
        inverse = np.linalg.inv(system.toarray())
        return lambda right, x: inverse @ right
    rows = system.tocsr()
    scale = 1 / system.diagonal()[:, None]

    def solve(right: np.ndarray, x: np.ndarray) -> np.ndarray:
        x = x.copy()
        left = right - rows @ x
        tilt = scale * left
        along, power = tilt.copy(), (left * tilt).sum(axis=0)
        for _ in range(12):
            ahead = rows @ along
            with np.errstate(divide="ignore", invalid="ignore"):
                step = np.nan_to_num(power / (along * ahead).sum(axis=0))
            x += step * along
            left = left - step * ahead
            tilt = scale * left
            before, power = power, (left * tilt).sum(axis=0)
            if (power <= 1e-8 * (before + 1e-300)).all():
                break
            with np.errstate(divide="ignore", invalid="ignore"):
                along = tilt + np.nan_to_num(power / before) * along
        return x

    return solve


# --- the whole


def _fresh(either: sparse.csr_array, part: np.ndarray, iterations: int) -> tuple[np.ndarray, float]:
    """Each part by itself, then set beside each other."""
    n = either.shape[0]
    positions = np.zeros((n, 2))
    left, total = 0.0, 0.0
    boxes: list[np.ndarray] = []
    for rows in _parts(part):
        if len(rows) > 1:
            terms, start = _terms(sparse.csr_array(either[rows][:, rows]))
            x = _turned(_majorised(terms, start, iterations))
            weight = terms.total
            left, total = left + terms.stress(x) * weight, total + weight
            positions[rows] = x
        boxes.append(rows)
    _packed(positions, boxes)
    return positions, left / total if total else 0.0


def _parts(part: np.ndarray) -> list[np.ndarray]:
    """Rows of each part, largest first, then by first row."""
    order = np.argsort(part, kind="stable")
    edges = np.flatnonzero(np.diff(part[order])) + 1
    parts = np.split(order, edges) if len(order) else []
    return sorted(parts, key=lambda rows: (-len(rows), rows[0]))


def _packed(positions: np.ndarray, parts: list[np.ndarray]) -> None:
    """Set parts on shelves from the left; the largest alone gives the width."""
    if len(parts) < 2:
        return
    _shelved(positions, parts, 0.0)
    positions -= positions.mean(axis=0)


def _shelved(positions: np.ndarray, parts: list[np.ndarray], breadth: float, gap: float = 1.0) -> None:
    """Parts side by side from the origin to the right, and downwards once the shelf is full.

    A shelf is as broad as the largest part, and as makes the whole a little broader than high.
    """
    sizes = [np.ptp(positions[rows], axis=0) + gap for rows in parts]
    area = sum(float(width * height) for width, height in sizes)
    breadth = max(breadth, max(float(size[0]) for size in sizes), 1.3 * math.sqrt(area))
    x = y = shelf = 0.0
    for rows, (width, height) in zip(parts, sizes):
        if x > 0 and x + width > breadth + 1e-9:
            x, y, shelf = 0.0, y - shelf, 0.0
        corner = np.array([positions[rows, 0].min(), positions[rows, 1].max()])
        positions[rows] += np.array([x, y]) - corner
        x, shelf = x + float(width), max(shelf, float(height))


def _anchored(
    network: Network,
    either: sparse.csr_array,
    part: np.ndarray,
    before: dict[object, tuple[float, float]],
    known: np.ndarray,
    stability: float,
    iterations: int,
) -> tuple[np.ndarray, float]:
    """Start from where actors were and pull them back while the stress is lowered."""
    n = network.n
    home = np.zeros((n, 2))
    home[known] = [before[actor] for actor in network.actors if actor in before]
    start = _placed_among(either, home, known)
    positions, left, total = start.copy(), 0.0, 0.0
    for rows in _parts(part):
        if len(rows) < 2:
            continue
        terms, fresh = _terms(sparse.csr_array(either[rows][:, rows]))
        here = known[rows]
        begin = start[rows] if here.any() else fresh
        anchor = None
        if here.any() and stability > 0:
            weight = terms.degree()
            anchor = np.where(here, stability / (1 - stability) * weight, 0.0)
        x = _majorised(terms, begin, iterations, anchor, home[rows])
        if anchor is None and here.sum() > 1:
            x = _matched(x, home[rows], here)
        weight = terms.total
        left, total = left + terms.stress(x) * weight, total + weight
        positions[rows] = x
    new = [rows for rows in _parts(part) if not known[rows].any()]
    _beside(positions, new, known)
    return positions, left / total if total else 0.0


def _placed_among(either: sparse.csr_array, home: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Newcomers amid their partners who have a place, spreading outwards."""
    place, set_ = home.copy(), known.copy()
    while not set_.all():
        count = either @ set_.astype(float)
        fresh = ~set_ & (count > 0)
        if not fresh.any():
            break
        sums = either @ np.where(set_[:, None], place, 0.0)
        place[fresh] = sums[fresh] / count[fresh, None]
        set_ |= fresh
    return place + np.where(known[:, None], 0.0, 25 * _spiral(len(home)))


def _matched(x: np.ndarray, home: np.ndarray, here: np.ndarray) -> np.ndarray:
    """Turn, mirror and shift to lie over the places of before (Procrustes)."""
    a, b = x[here] - x[here].mean(axis=0), home[here] - home[here].mean(axis=0)
    u, _, v = np.linalg.svd(a.T @ b)
    return (x - x[here].mean(axis=0)) @ (u @ v) + home[here].mean(axis=0)


def _beside(positions: np.ndarray, parts: list[np.ndarray], known: np.ndarray) -> None:
    """New parts on shelves below what was there."""
    if not parts:
        return
    old = positions[known]
    _shelved(positions, parts, float(np.ptp(old[:, 0])))
    positions[np.concatenate(parts)] += np.array([old[:, 0].min(), old[:, 1].min() - 1.0])
