"""Core and periphery: is there one centre to which the rest hangs on?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, mark

from .counting import at_least
from .graph import Network


@dataclass(frozen=True)
class CorePeriphery:
    """A division into core and periphery, or a degree of coreness.

    Attributes:
        in_core: whether each actor is of the core.
        coreness: degree of coreness, length 1 (continuous method only, else None).
        fit: correlation of the ties with the ideal pattern.
        densities: ties over pairs core → core, core → periphery, periphery → core, periphery → periphery
            (two by two; not a number where there is no pair).
        concentration: correlation of coreness with each size of core (continuous method only): ``size``,
            ``correlation``, ``core_density``, ``periphery_density``.
        status: "heuristic" for the discrete method (best of many starts), "converged" for the continuous one.
        method: "discrete" or "continuous".
    """

    in_core: np.ndarray
    coreness: np.ndarray | None
    fit: float
    densities: np.ndarray
    concentration: pl.DataFrame | None
    status: str
    method: str


def core_periphery(
    network: Network,
    method: str = "discrete",
    *,
    between: float | None = None,
    starts: int = 20,
    seed: int = 1,
) -> CorePeriphery:
    """Fit Borgatti and Everett's models of a core that is all tied and a periphery that is not.

    Args:
        network: a network of three actors or more; unknown pairs are left out of the discrete fit.
        method: "discrete" finds the core whose correlation with the ideal pattern is largest: core pairs tied,
            periphery pairs not. "continuous" finds one number for each actor so that products of numbers come closest
            to the ties (least squares over all pairs, the diagonal left out; directions averaged).
        between: what the ideal pattern says of pairs of core and periphery: None leaves them out of the fit (UCINET's
            default), 0 to 1 sets a density.
        starts: random starts beside one from the degrees (discrete).
        seed: draws them.

    Raises:
        CannotBeSaid: all pairs or no pairs are tied, so that nothing can correlate.

    Source: Borgatti and Everett, *Social Networks* 21, 2000 (1999 online); campnet: discrete fit 0.36 with the core
    Lee, Steve, Bert, Russ, continuous fit 0.327 (UCINET 6.849).

    >>> from nanduti.methods.networks import from_matrix
    >>> star = [[0, 1, 1, 1], [1, 0, 1, 0], [1, 1, 0, 0], [1, 0, 0, 0]]
    >>> found = core_periphery(from_matrix(star))
    >>> found.in_core.tolist(), round(found.fit, 3)
    ([True, True, False, False], 1.0)
    """
    at_least(network, 3, mark("Core and periphery"))
    network.fits(mark("Core and periphery"), most=5000)
    values = network.matrix()
    known = ~np.eye(network.n, dtype=bool) & ~network.unknown_matrix()
    if np.ptp(values[known]) == 0:
        raise CannotBeSaid(
            what=mark("A core"),
            why=mark("all pairs are alike"),
            remedy=mark("Look at a kind of tie that some pairs have and some have not."),
        )
    if method == "discrete":
        core, fit = _discrete(values, known, between, starts, seed)
        return CorePeriphery(core, None, fit, _densities(values, known, core), None, "heuristic", method)
    if method != "continuous":
        raise BadInput(
            place=f"method {method!r}",
            problem=mark("is not a model of core and periphery"),
            remedy="discrete, continuous",
        )
    coreness, fit = _continuous(values)
    table = _concentration(values, known, coreness)
    best = int(table["size"][int(np.nanargmax(table["correlation"].to_numpy()))])
    core = np.zeros(network.n, dtype=bool)
    core[np.argsort(-coreness, kind="stable")[:best]] = True
    return CorePeriphery(core, coreness, fit, _densities(values, known, core), table, "converged", method)


# --- discrete


class _Sums:
    """The sums over blocks that the fit is made of, for every flip of one actor at once."""

    def __init__(self, values: np.ndarray, known: np.ndarray, between: float | None) -> None:
        cells = known.astype(float)
        kinds = [cells, values * cells]
        # Ties of 0 and 1 are their own squares: a third of the work less.
        is_binary = bool(((values == 0) | (values == 1)).all())
        if not is_binary:
            kinds.append(values**2 * cells)
        self.square = len(kinds) - 1
        self.parts = [matrix + matrix.T for matrix in kinds]
        self.rows = [part.sum(axis=1) for part in self.parts]
        self.totals = [part.sum() / 2 for part in self.parts]
        self.between = between

    def state(self, core: np.ndarray) -> tuple[list[np.ndarray], list[float]]:
        """For each actor its cells with the core; and the cells inside the core."""
        with_core = [part @ core for part in self.parts]
        return with_core, [float(w @ core) / 2 for w in with_core]

    def fits(
        self, core: np.ndarray, with_core: list[np.ndarray], inside: list[float]
    ) -> tuple[float, np.ndarray]:
        """The fit now, and the fit were each actor flipped."""
        sign = 1 - 2 * core
        own = [float(r @ core) for r in self.rows]  # cells with an end in the core, core cells counted twice
        now = [self.blocks(k, inside[k], own[k]) for k in self.kinds]
        flipped = [
            self.blocks(k, inside[k] + sign * with_core[k], own[k] + sign * self.rows[k]) for k in self.kinds
        ]
        return float(self.fit(now)), self.fit(flipped)

    @property
    def kinds(self) -> range:
        """Cells, ties and, where they are something else, squares of ties."""
        return range(len(self.parts))

    def blocks(self, kind: int, inside: object, own: object) -> tuple[object, object, object]:
        """Core, crossing and periphery sums."""
        crossing = own - 2 * inside  # type: ignore[operator]
        return inside, crossing, self.totals[kind] - inside - crossing  # type: ignore[operator]

    def fit(self, blocks: list[tuple]) -> np.ndarray:
        cells, ties, square = blocks[0], blocks[1], blocks[self.square]
        ideal = (1.0, self.between, 0.0)
        used = [k for k in range(3) if ideal[k] is not None]
        n = sum(cells[k] for k in used)
        sum_x = sum(ideal[k] * cells[k] for k in used)
        sum_xx = sum(ideal[k] ** 2 * cells[k] for k in used)
        sum_y = sum(ties[k] for k in used)
        sum_yy = sum(square[k] for k in used)
        sum_xy = sum(ideal[k] * ties[k] for k in used)
        spread = (n * sum_xx - sum_x**2) * (n * sum_yy - sum_y**2)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (n * sum_xy - sum_x * sum_y) / np.sqrt(spread)
        return np.where(np.asarray(spread) > 1e-9, found, -np.inf)


def _discrete(
    values: np.ndarray, known: np.ndarray, between: float | None, starts: int, seed: int
) -> tuple[np.ndarray, float]:
    n = len(values)
    sums = _Sums(values, known, between)
    rng = np.random.default_rng([seed, 7])
    firsts = [_by_degree(sums, n)] + [
        (rng.random(n) < rng.uniform(0.1, 0.6)).astype(float) for _ in range(starts)
    ]
    best, quality = None, -math.inf
    for first in firsts:
        core, fit = _climb(sums, first)
        if fit > quality + 1e-12 or (
            best is not None and abs(fit - quality) <= 1e-12 and core.sum() < best.sum()
        ):
            best, quality = core, fit
    if best is None or not math.isfinite(quality):
        raise CannotBeSaid(
            what=mark("A core"),
            why=mark("no division into core and periphery leaves anything to compare"),
            remedy=mark("Look at a larger part of the network."),
        )
    return best.astype(bool), quality


def _by_degree(sums: _Sums, n: int) -> np.ndarray:
    """The best core made of the actors with most ties."""
    core = np.zeros(n)
    with_core, inside = sums.state(core)
    own = [0.0 for _ in sums.kinds]
    best, quality = core.copy(), -math.inf
    for row in np.argsort(-sums.rows[1], kind="stable")[:-1]:
        for k in sums.kinds:
            inside[k] += with_core[k][row]
            with_core[k] = with_core[k] + sums.parts[k][row]
            own[k] += float(sums.rows[k][row])
        core[row] = 1
        fit = float(sums.fit([sums.blocks(k, inside[k], own[k]) for k in sums.kinds]))
        if fit > quality:
            best, quality = core.copy(), fit
    return best


def _climb(sums: _Sums, core: np.ndarray) -> tuple[np.ndarray, float]:
    """Flip the actor that helps most until none does."""
    core = core.copy()
    with_core, inside = sums.state(core)
    fit, flipped = sums.fits(core, with_core, inside)
    while True:
        row = int(np.argmax(flipped))
        if not flipped[row] > fit + 1e-12:
            return core, fit
        sign = 1 - 2 * core[row]
        for k in sums.kinds:
            inside[k] += sign * with_core[k][row]
            with_core[k] = with_core[k] + sign * sums.parts[k][row]
        core[row] += sign
        fit, flipped = sums.fits(core, with_core, inside)


# --- continuous


def _continuous(values: np.ndarray, most: int = 5000, tolerance: float = 1e-9) -> tuple[np.ndarray, float]:
    """MINRES: one factor for the cells off the diagonal, by putting the fitted diagonal in until it stays."""
    mean = (values + values.T) / 2
    filled = mean.copy()
    diagonal = np.zeros(len(mean))
    vector = mean.sum(axis=1) / max(np.linalg.norm(mean.sum(axis=1)), 1e-300)
    for _ in range(most):
        np.fill_diagonal(filled, diagonal)
        value, vector = _leading(filled, vector)
        fitted = value * vector**2
        if np.abs(fitted - diagonal).max() < tolerance:
            break
        diagonal = fitted
    else:
        raise CannotBeSaid(
            what=mark("Coreness"),
            why=mark("the fit does not settle"),
            remedy=mark("Use the discrete method."),
        )
    off = ~np.eye(len(mean), dtype=bool)
    expected = value * np.outer(vector, vector)
    return vector, float(np.corrcoef(mean[off], expected[off])[0, 1])


def _leading(matrix: np.ndarray, start: np.ndarray) -> tuple[float, np.ndarray]:
    """The leading eigenvalue and vector of a symmetric matrix with no negative cell."""
    if len(matrix) <= 400:
        values, vectors = np.linalg.eigh(matrix)
        value, vector = values[-1], vectors[:, -1]
    else:
        vector, value = start, 0.0
        for _ in range(500):
            following = matrix @ vector + vector
            norm = np.linalg.norm(following)
            following /= norm
            settled = np.abs(following - vector).max() < 1e-12
            vector, value = following, norm - 1
            if settled:
                break
    vector = vector * (1 if vector.sum() >= 0 else -1)
    return float(value), vector


def _concentration(values: np.ndarray, known: np.ndarray, coreness: np.ndarray) -> pl.DataFrame:
    """How well coreness agrees with each size of core."""
    n = len(coreness)
    order = np.argsort(-coreness, kind="stable")
    ranked = coreness[order]
    size = np.arange(1, n)
    share = size / n
    above = np.cumsum(ranked)[:-1]
    spread = coreness.std()
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = (above / n - share * coreness.mean()) / (spread * np.sqrt(share * (1 - share)))
    ties = (values * known)[np.ix_(order, order)]
    cells = known[np.ix_(order, order)].astype(float)
    core_ties, core_cells = (np.array([m[:k, :k].sum() for k in size]) for m in (ties, cells))
    rest_ties, rest_cells = (np.array([m[k:, k:].sum() for k in size]) for m in (ties, cells))

    def over(a: np.ndarray, b: np.ndarray) -> pl.Series:
        return pl.Series(np.divide(a, b, out=np.full(len(a), math.nan), where=b > 0)).fill_nan(None)

    return pl.DataFrame(
        {
            "size": size,
            "correlation": correlation,
            "core_density": over(core_ties, core_cells),
            "periphery_density": over(rest_ties, rest_cells),
        }
    )


def _densities(values: np.ndarray, known: np.ndarray, core: np.ndarray) -> np.ndarray:
    answer = np.full((2, 2), math.nan)
    for a, rows in enumerate((core, ~core)):
        for b, columns in enumerate((core, ~core)):
            cells = known[np.ix_(rows, columns)]
            if cells.any():
                answer[a, b] = values[np.ix_(rows, columns)][cells].mean()
    return answer
