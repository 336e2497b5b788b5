"""Re-randomisation: draw again until the arms are balanced enough, by a rule fixed beforehand.

Source: Morgan & Rubin 2012, *Annals of Statistics* 40, 1263-1282. Bruhn & McKenzie 2009 (*AEJ Applied* 1)
find strata and pairs at least as good in small samples; the rule must be stored and re-drawn under.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy

from nanduti.methods.values import BadInput

from ._tables import between


@dataclass(frozen=True)
class Rerandomize:
    """What is asked for: balance of these covariates, accepting about this share of draws.

    >>> Rerandomize(["employees", "sales"], acceptance_share=0.05).acceptance_share
    0.05
    """

    covariates: Sequence[str]
    acceptance_share: float = 0.05

    def __post_init__(self) -> None:
        between(self.acceptance_share, 0, 1, "acceptance share")
        if not self.covariates:
            raise BadInput(
                place="re-randomisation", problem="names no covariate", remedy="Name what must balance."
            )


@dataclass(frozen=True)
class Acceptance:
    """The rule ready for use: whitened covariates of the drawn units and the threshold.

    The measure is ``Σ_a n_a |z̄_a - z̄|²`` of the whitened covariates, chi-square with k(A - 1) degrees of
    freedom for large n; with two arms it is the Mahalanobis distance of Morgan & Rubin.
    """

    covariates: tuple[str, ...]
    acceptance_share: float
    n_arms: int
    whitened: np.ndarray = field(repr=False)

    @property
    def threshold(self) -> float:
        """Largest imbalance accepted."""
        df = self.whitened.shape[1] * (self.n_arms - 1)
        return float(scipy.stats.chi2.ppf(self.acceptance_share, df))

    def imbalance(self, arm_codes: np.ndarray) -> np.ndarray:
        """The measure for each row of a draws × units array of arm codes."""
        codes = np.atleast_2d(arm_codes)
        used = codes >= 0
        n_used = used.sum(axis=1)[:, None]
        overall = (used.astype(float) @ self.whitened) / n_used
        total = np.zeros(len(codes))
        for arm in range(self.n_arms):
            here = (codes == arm).astype(float)
            n = here.sum(axis=1)[:, None]
            means = (here @ self.whitened) / np.maximum(n, 1)
            total += (n * (means - overall) ** 2).sum(axis=1)
        return total

    def accepts(self, arm_codes: np.ndarray) -> np.ndarray:
        """Which rows are balanced enough."""
        return self.imbalance(arm_codes) <= self.threshold

    def describe(self) -> dict[str, Any]:
        """The rule in plain values, for the certificate."""
        return {
            "covariates": list(self.covariates),
            "acceptance_share": self.acceptance_share,
            "threshold": round(self.threshold, 10),
        }


def acceptance(rule: Rerandomize, values: np.ndarray, n_arms: int) -> Acceptance:
    """Whiten the covariates of the drawn units (n × k) so that distances are Mahalanobis distances."""
    centred = values - values.mean(axis=0)
    covariance = np.atleast_2d(np.cov(centred, rowvar=False))
    if len(values) <= centred.shape[1] or np.linalg.matrix_rank(covariance) < centred.shape[1]:
        raise BadInput(
            place="the re-randomisation covariates",
            problem="do not vary or imply one another",
            remedy="Remove constant and duplicate covariates.",
        )
    root = np.linalg.cholesky(np.linalg.inv(covariance))
    return Acceptance(tuple(rule.covariates), rule.acceptance_share, n_arms, centred @ root)
