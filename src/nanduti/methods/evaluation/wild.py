"""The wild cluster bootstrap: whole clusters flip their residuals' sign, again and again.

Sources: Cameron, Gelbach & Miller 2008, *REStat* 90, 414-427; Webb 2023, *CJE* 56 (six-point weights);
Roodman et al. 2019, *Stata Journal* 19, 4-60 (restricted bootstrap by cluster sums, intervals by inversion).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

import numpy as np

from nanduti.methods.values import BadInput, CannotBeSaid
from nanduti.methods.values.guards import one_of

from . import covariance as cov
from ._redraw import stream, whole_numbers
from ._tables import positive_count
from ._threads import single_threaded
from .permutation import _edge, _p_value
from .regression import Regression

WEIGHTS = ("rademacher", "webb")
_WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])


@dataclass(frozen=True)
class WildBootstrap:
    """A bootstrap test of one coefficient.

    ``smallest_p`` is the least p-value possible: with G clusters there are only 2^G sign patterns.
    ``low`` and ``high`` are None where no value can be excluded on that side.
    """

    term: str
    estimate: float
    t: float
    p_value: float
    smallest_p: float
    low: float | None
    high: float | None
    level: float
    n_groups: int
    n_draws: int
    exact: bool
    distribution: np.ndarray = field(repr=False)


@single_threaded
def wild_bootstrap(
    regression: Regression,
    term: str,
    *,
    value: float = 0.0,
    weights: str | None = None,
    draws: int = 9_999,
    seed: int = 0,
    level: float = 0.95,
    interval: bool = True,
) -> WildBootstrap:
    """Test that one coefficient equals ``value``, with the null imposed (WCR) and CRV1 studentisation.

    Args:
        regression: a fit with ``grouped_by``. term: the coefficient.
        weights: ``"rademacher"`` (signs) or ``"webb"`` (six points); default signs from 12 clusters on
            or whenever all sign patterns can be listed, Webb's below 12 clusters when they are drawn.
        draws: resamples; all 2^G sign patterns are listed instead if there are no more than that.

    Raises:
        CannotBeSaid: fewer than two clusters.

    >>> import polars as pl
    >>> from nanduti.methods.evaluation import ols
    >>> rng = np.random.default_rng(1)
    >>> data = pl.DataFrame({"g": [i // 5 for i in range(60)], "t": [i // 30 for i in range(60)],
    ...                      "y": rng.normal(size=60)})
    >>> boot = wild_bootstrap(ols(data, y="y", x=["t"], grouped_by="g"), "t")
    >>> boot.exact, boot.n_draws, 0.05 < boot.p_value <= 1
    (True, 4096, True)
    """
    positive_count(draws, "the number of draws")
    if regression.parts.needs_groups().max() < 1:
        raise CannotBeSaid(
            what="The wild bootstrap", why="there is only one cluster", remedy="Report the effect alone."
        )
    pieces = _Pieces.of(regression, term)
    if not pieces.varies:
        raise CannotBeSaid(
            what="The wild bootstrap",
            why="the clusters' scores are all zero: a single cluster holds a whole side, or nothing varies",
            remedy="Report the effect alone.",
        )
    exact = weights in (None, "rademacher") and 2**pieces.n_groups <= draws
    signs = _signs(pieces.n_groups, weights, draws, seed, exact)

    def p_at(tau: float) -> float:
        return _p_value(pieces.bootstrap(signs, tau), pieces.t(tau), "two-sided", exact)

    at_value = pieces.bootstrap(signs, value)
    t = pieces.t(value)
    low = high = None
    if interval:
        step = abs((pieces.estimate - value) / t) if t else abs(pieces.estimate) + 1.0
        low = _edge(p_at, pieces.estimate, -step, 1 - level)
        high = _edge(p_at, pieces.estimate, step, 1 - level)
    return WildBootstrap(
        term=term, estimate=pieces.estimate, t=t, p_value=_p_value(at_value, t, "two-sided", exact),
        smallest_p=2 / len(signs) if exact else 1 / (1 + len(signs)), low=low, high=high, level=level,
        n_groups=pieces.n_groups, n_draws=len(signs), exact=exact, distribution=at_value,
    )  # fmt: skip


@dataclass(frozen=True)
class _Pieces:
    """Cluster sums from which every bootstrap t follows without touching the rows again.

    With x̃ the regressor net of the others and e(τ) the residuals under the null b = τ, the bootstrap
    numerator is Σ_g v_g x̃_g'e_g and the score of cluster g is v_g x̃_g'e_g - (x̃_g'Z_g) (Z'Z)⁻¹ Σ_h v_h Z_h'e_h.
    """

    estimate: float
    size: float
    own_score: np.ndarray
    own_slope: np.ndarray
    all_score: np.ndarray
    all_slope: np.ndarray
    cross: np.ndarray
    real_scores: np.ndarray
    factor: float
    varies: bool

    @property
    def n_groups(self) -> int:
        return len(self.own_score)

    @classmethod
    def of(cls, regression: Regression, term: str) -> _Pieces:
        """Sums by cluster of the regression's whitened within rows."""
        parts, j = regression.parts, regression._index(term)
        groups, x = parts.needs_groups(), parts.x
        others = np.delete(x, j, axis=1)
        net = x[:, j] - others @ np.linalg.lstsq(others, x[:, j], rcond=None)[0] if others.size else x[:, j]
        b, size = float(regression.coefficients[j]), float(net @ net)
        at_zero = parts.residuals + b * net
        basis = parts.basis
        if parts.absorber.groups is not None and not parts.absorber.nested_in(groups):
            basis = np.hstack([basis, _dense_effects(parts)])
        factor = cov._small_sample(parts, "CRV1")
        return cls(
            estimate=b, size=size, own_score=cov.group_sums(net * at_zero, groups),
            own_slope=cov.group_sums(net * net, groups), all_score=cov.group_sums(basis * at_zero[:, None], groups),
            all_slope=cov.group_sums(basis * net[:, None], groups),
            cross=cov.group_sums(basis * net[:, None], groups),
            real_scores=cov.group_sums(net * parts.residuals, groups), factor=factor,
            varies=regression.table("CRV1", terms=[term]).item(0, "standard_error") is not None,
        )  # fmt: skip

    def t(self, tau: float) -> float:
        """The real t statistic of b = tau."""
        error = np.sqrt(self.factor * (self.real_scores**2).sum()) / self.size
        return float((self.estimate - tau) / error) if error > 0 else float("inf")

    def bootstrap(self, signs: np.ndarray, tau: float) -> np.ndarray:
        """Bootstrap t statistics under b = tau."""
        own = self.own_score - tau * self.own_slope
        everything = self.all_score - tau * self.all_slope
        scores = signs * own - (signs @ everything) @ self.cross.T
        error = np.sqrt(self.factor * (scores**2).sum(axis=1))
        with np.errstate(divide="ignore", invalid="ignore"):
            t = (signs @ own) / error
        return np.where(np.isfinite(t), t, np.inf)


def _dense_effects(parts: cov.Parts) -> np.ndarray:
    assert parts.absorber.groups is not None
    if parts.absorber.n_levels * parts.n > 60_000_000:
        raise BadInput(
            place="fixed effects that cross the clusters",
            problem=f"have {parts.absorber.n_levels:,} levels",
            remedy="Use effects nested within clusters, or CR2 errors.",
        )
    return parts.absorber.groups.toarray()


def _signs(n_groups: int, weights: str | None, draws: int, seed: int, exact: bool) -> np.ndarray:
    if exact:
        return np.array(list(product((-1.0, 1.0), repeat=n_groups)))
    weights = weights or ("rademacher" if n_groups >= 12 else "webb")
    one_of(weights, WEIGHTS, "weights=")
    bits = stream("wild", weights, seed)
    if weights == "rademacher":
        return 2.0 * whole_numbers(bits, (draws, n_groups), 2) - 1.0
    return _WEBB[whole_numbers(bits, (draws, n_groups), 6)]
