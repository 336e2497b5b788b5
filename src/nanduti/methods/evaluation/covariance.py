"""Covariances of least-squares coefficients: classical, heteroskedasticity-robust and cluster-robust.

All work on the *whitened within* regression: rows multiplied by the root of their weight, fixed effects
projected out. ``Parts`` carries what they need.

Sources: White 1980; MacKinnon & White 1985 (HC1-HC3); Liang & Zeger 1986 (CRV1); Bell & McCaffrey 2002,
*Survey Methodology* 28, 169-181 (CR2 and Satterthwaite degrees of freedom); Pustejovsky & Tipton 2018,
*JBES* 36, 672-683 (absorbed effects, generalised inverse).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from nanduti.methods.values import BadInput, CannotBeSaid

from ._projection import Absorber

KINDS = ("iid", "HC0", "HC1", "HC2", "HC3", "CRV1", "CR2")
CLUSTERED = ("CRV1", "CR2")
_SATURATED = 1e-9


@dataclass(frozen=True)
class Parts:
    """A fitted regression in the form the covariances need.

    Attributes:
        x: n × k regressors, whitened, effects taken out.
        residuals: n whitened residuals.
        bread: inverse of x'x.
        absorber: the fixed effects.
        groups: n codes 0..G-1 of the clusters, or None.
    """

    x: np.ndarray
    residuals: np.ndarray
    bread: np.ndarray
    absorber: Absorber
    groups: np.ndarray | None = None

    @property
    def n(self) -> int:
        """Rows."""
        return self.x.shape[0]

    @property
    def rank(self) -> int:
        """All parameters, effects included."""
        return self.x.shape[1] + self.absorber.rank

    @property
    def basis(self) -> np.ndarray:
        """An orthonormal basis of everything but the largest set of effects."""
        root = np.linalg.cholesky(self.bread)
        return np.hstack([self.absorber.rest, self.x @ root])

    def n_groups(self) -> int:
        """How many clusters."""
        return int(self.needs_groups().max()) + 1

    def needs_groups(self) -> np.ndarray:
        """The cluster codes, or an error if there are none."""
        if self.groups is None:
            raise BadInput(
                place="a cluster-robust error",
                problem="was asked for without clusters",
                remedy="Name the column in grouped_by=.",
            )
        return self.groups


def covariance(parts: Parts, kind: str) -> np.ndarray:
    """The k × k covariance of the coefficients of one kind (see ``KINDS``)."""
    if kind not in KINDS:
        raise BadInput(place=f"covariance {kind!r}", problem="is not known", remedy=f"Use one of {KINDS}.")
    if parts.n <= parts.rank:
        raise CannotBeSaid(
            what="The standard error",
            why=f"{parts.n} rows carry {parts.rank} parameters",
            remedy="Use fewer controls or fixed effects.",
        )
    if kind == "iid":
        return parts.bread * (parts.residuals @ parts.residuals) / (parts.n - parts.rank)
    if kind in CLUSTERED and parts.n_groups() < 2:
        raise CannotBeSaid(
            what="The clustered standard error",
            why="there is only one cluster",
            remedy="Report the effect without a test, or find comparison clusters.",
        )
    scores = adjusted_scores(parts, kind)
    middle = parts.bread @ (scores.T @ scores) @ parts.bread
    return middle * _small_sample(parts, kind)


def adjusted_scores(parts: Parts, kind: str) -> np.ndarray:
    """Rows of regressor times (adjusted) residual, summed within clusters for the clustered kinds."""
    if kind == "CR2":
        return np.vstack([a @ e for a, e in _cluster_sides(parts)])
    scores = parts.x * _adjusted_residuals(parts, kind)[:, None]
    return group_sums(scores, parts.needs_groups()) if kind == "CRV1" else scores


def survey_covariance(parts: Parts, sampling_fraction: float = 0.0) -> np.ndarray:
    """Bell-McCaffrey as R's ``survey`` prints it: scores centred over clusters, times (1 - f) G / (G - 1).

    ``sampling_fraction`` f is the share of the population's clusters that is in the sample. Plain CR2 does
    neither; the degrees of freedom are the same.
    """
    scores = adjusted_scores(parts, "CR2")
    centred = scores - scores.mean(axis=0)
    factor = (1 - sampling_fraction) * len(scores) / (len(scores) - 1)
    return factor * parts.bread @ (centred.T @ centred) @ parts.bread


def satterthwaite(parts: Parts, kind: str, contrast: np.ndarray) -> float:
    """Bell-McCaffrey degrees of freedom of one contrast under HC2 or CR2 (working model: iid errors).

    ``(Σλ)² / Σλ²`` for the eigenvalues λ of the quadratic form that the variance estimate is.
    """
    sizes, images = _quadratic_form(parts, kind, contrast)
    trace = sizes.sum() - images.multiply(images).sum()
    own = np.asarray(images.multiply(images).sum(axis=1)).ravel()
    gram = images @ images.T if images.shape[0] <= images.shape[1] else images.T @ images
    square = (sizes**2).sum() - 2 * (sizes * own).sum() + (gram.multiply(gram)).sum()
    return float(trace**2 / square) if square > 0 else float("nan")


def group_sums(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Sums of rows within groups, as a G × k matrix."""
    n_groups = int(groups.max()) + 1
    ones = sparse.csr_matrix(
        (np.ones(len(groups)), (groups, np.arange(len(groups)))), (n_groups, len(groups))
    )
    return ones @ values


def degrees_of_freedom(parts: Parts, kind: str, contrast: np.ndarray) -> float:
    """The degrees of freedom that go with a kind of covariance."""
    if kind in ("HC2", "CR2"):
        return satterthwaite(parts, kind, contrast)
    return float(parts.n_groups() - 1) if kind == "CRV1" else float(parts.n - parts.rank)


def _small_sample(parts: Parts, kind: str) -> float:
    if kind == "HC1":
        return parts.n / (parts.n - parts.rank)
    if kind != "CRV1":
        return 1.0
    n_groups, rank = parts.n_groups(), parts.rank
    if parts.absorber.nested_in(parts.needs_groups()):
        rank = rank - parts.absorber.n_levels + 1
    return n_groups / (n_groups - 1) * (parts.n - 1) / (parts.n - rank)


def _adjusted_residuals(parts: Parts, kind: str) -> np.ndarray:
    if kind in ("HC0", "HC1", "CRV1"):
        return parts.residuals
    room = 1 - _leverage(parts)
    power = 0.5 if kind == "HC2" else 1.0
    safe = np.where(room > _SATURATED, room, 1.0)
    return np.where(room > _SATURATED, parts.residuals / safe**power, 0.0)


def _leverage(parts: Parts) -> np.ndarray:
    return parts.absorber.leverage() + np.einsum("ij,jk,ik->i", parts.x, parts.bread, parts.x)


def _members(groups: np.ndarray) -> list[np.ndarray]:
    order = np.argsort(groups, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(groups[order])) + 1)


def _cluster_sides(parts: Parts) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each cluster x_g' A_g and the residuals, A_g the symmetric root of the inverse of I - H_gg."""
    basis, out = parts.basis, []
    for rows in _members(parts.needs_groups()):
        out.append((_root_inverse_times(parts, basis, rows, parts.x[rows]).T, parts.residuals[rows]))
    return out


def _root_inverse_times(parts: Parts, basis: np.ndarray, rows: np.ndarray, values: np.ndarray) -> np.ndarray:
    u = basis[rows]
    if parts.absorber.groups is not None:
        block = parts.absorber.groups[rows]
        used = np.unique(block.indices)
        u = np.hstack([u, block[:, used].toarray()])
    left, singular, _ = np.linalg.svd(u, full_matrices=False)
    room = 1 - np.minimum(singular, 1.0) ** 2
    factor = np.where(room > _SATURATED, 1 / np.sqrt(np.where(room > _SATURATED, room, 1.0)), 0.0) - 1
    return values + left @ (factor[:, None] * (left.T @ values))


def _quadratic_form(parts: Parts, kind: str, contrast: np.ndarray) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Squared lengths of a_g and the images U'a_g, so that P_gh = δ_gh |a_g|² - (U'a_g)·(U'a_h)."""
    basis, direction = parts.basis, parts.x @ (parts.bread @ contrast)
    if kind == "HC2":
        room = 1 - _leverage(parts)
        a = np.where(room > _SATURATED, direction / np.sqrt(np.where(room > _SATURATED, room, 1.0)), 0.0)
        groups = np.arange(parts.n)
    else:
        groups, a = parts.needs_groups(), np.empty(parts.n)
        for rows in _members(groups):
            a[rows] = _root_inverse_times(parts, basis, rows, direction[rows][:, None])[:, 0]
    sizes = np.bincount(groups, weights=a**2)
    images = sparse.csr_matrix(group_sums(basis * a[:, None], groups))
    if parts.absorber.groups is not None:
        effects = sparse.diags(a) @ parts.absorber.groups
        pick = sparse.csr_matrix((np.ones(parts.n), (groups, np.arange(parts.n))))
        images = sparse.hstack([images, pick @ effects]).tocsr()
    return sizes, images
