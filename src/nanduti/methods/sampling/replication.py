"""Replication weights: the estimate repeated on altered samples shows how much it would vary.

They serve what linearisation does not (any function of the weights), and they travel: a file with
replicate weights can be analysed without knowing strata and PSUs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, counted, mark

from ._columns import What, indicator, name_of
from .estimates import Estimate, check_level, symmetric
from .hadamard import hadamard
from .proportions import limits
from .quantiles import distribution, invert
from .samples import Sample, take
from .samples import warnings as warnings_of

if TYPE_CHECKING:
    from .design import SurveyDesign

METHODS = ("jackknife", "brr", "bootstrap")


@dataclass(frozen=True)
class ReplicateDesign:
    """A survey design with replicates.

    Attributes:
        design: the design the replicates were made from.
        factors: what every PSU's weight is multiplied with, shape (replicates, PSUs).
        scales: weight of every replicate's squared deviation.
        method: "jackknife", "brr" or "bootstrap".
        centre: "estimate" (deviations from the full estimate, the careful choice) or "replicates" (from
            their mean, as R survey does by default).
        warnings: what a reader must know.
    """

    design: SurveyDesign
    factors: np.ndarray
    scales: np.ndarray
    method: str
    centre: str
    warnings: tuple[Reason, ...] = ()

    @property
    def n_replicates(self) -> int:
        """How many replicates."""
        return len(self.factors)

    def weights(self, replicate: int) -> np.ndarray:
        """The weights of one replicate, adjusted again to any known totals, per row of the frame."""
        factor = self.factors[replicate][self.design.stages[0].units]
        if not self.design.calibrations:
            return self.design.weights * factor
        now = self.design.calibrations[0].before * factor
        for calibration in self.design.calibrations:
            now = calibration.again(now)
        return now

    def table(self) -> pl.DataFrame:
        """All replicate weights, one column ``w1``, ``w2`` … per replicate, for publishing with a file."""
        return pl.DataFrame({f"w{r + 1}": self.weights(r) for r in range(self.n_replicates)})

    def mean(self, what: What, **options: Any) -> Estimate:
        """Weighted mean; options ``missing``, ``level``, ``df``."""
        return self._linear(f"mean of {name_of(what)}", what, None, _mean, **options)

    def total(self, what: What, **options: Any) -> Estimate:
        """Weighted total; options ``missing``, ``level``, ``df``."""
        return self._linear(f"total of {name_of(what)}", what, None, lambda sums: sums[1], **options)

    def ratio(self, numerator: What, denominator: What, **options: Any) -> Estimate:
        """Ratio of two totals; options ``missing``, ``level``, ``df``."""
        told = f"ratio {name_of(numerator)} / {name_of(denominator)}"
        return self._linear(told, numerator, denominator, lambda sums: sums[1] / sums[2], **options)

    def proportion(self, what: What, *, method: str = "logit", **options: Any) -> Estimate:
        """Share for which something holds, with the intervals of :func:`proportion`."""
        indicator(self.design.frame, what)
        found = self._linear(f"share with {name_of(what)}", what, None, _mean, **options)
        if found.se is None or found.n_psus is None or found.value in (0.0, 1.0):
            return self.design.proportion(what, method=method, **options)
        low, high, told = limits(
            found.value, found.se**2, found.df, found.level, method, n=found.n, n_psus=found.n_psus
        )
        fields = dict(vars(found), low=low, high=high, method=told.replace("linearised", self._told()))
        return Estimate(**fields)

    def quantile(self, what: What, probability: float = 0.5, **options: Any) -> Estimate:
        """Quantile, re-computed in every replicate (not for the jackknife, which fails for quantiles)."""
        if self.method == "jackknife":
            raise CannotBeSaid(
                what="The error of a quantile",
                why="the jackknife does not converge for quantiles (Shao and Wu 1989)",
                remedy="Use bootstrap or brr replicates, or design.quantile().",
            )
        sample = take(self.design, what, missing=options.pop("missing", "refuse"))
        rows = np.arange(self.design.frame.height) if sample.rows is None else sample.rows
        (y,) = sample.answers

        def of(weights: np.ndarray) -> float:
            return invert(*distribution(y, weights[rows]), probability)

        return self.estimate(f"{probability:g} quantile of {name_of(what)}", of, sample=sample, **options)

    def estimate(
        self,
        what: str,
        statistic: Callable[[np.ndarray], float],
        *,
        level: float = 0.95,
        df: float | None = None,
        sample: Sample | None = None,
    ) -> Estimate:
        """Any function of the weights (one per row of the frame) with its replication error."""
        full = float(statistic(self.design.weights))
        values = np.array([statistic(self.weights(r)) for r in range(self.n_replicates)])
        return self._finish(what, full, values, sample, level, df)

    def _linear(
        self,
        told: str,
        what: What,
        denominator: What | None,
        of: Callable[[np.ndarray], np.ndarray],
        *,
        missing: str = "refuse",
        level: float = 0.95,
        df: float | None = None,
    ) -> Estimate:
        whats = (what,) if denominator is None else (what, denominator)
        sample = take(self.design, *whats, missing=missing)
        columns = np.column_stack([np.ones(sample.n), *sample.answers])
        with np.errstate(divide="ignore", invalid="ignore"):
            full = float(of(sample.weights @ columns))
            values = of(self._sums(sample, columns).T)
        return self._finish(told, full, np.asarray(values, dtype=float), sample, level, df)

    def _sums(self, sample: Sample, columns: np.ndarray) -> np.ndarray:
        """Weighted column sums in every replicate, shape (replicates, columns)."""
        stage = self.design.stages[0]
        if self.design.calibrations:
            pick = slice(None) if sample.rows is None else sample.rows
            return np.array([self.weights(r)[pick] @ columns for r in range(self.n_replicates)])
        codes = stage.units if sample.rows is None else stage.units[sample.rows]
        n = len(stage.unit_stratum)
        psus = [np.bincount(codes, weights=sample.weights * c, minlength=n) for c in columns.T]
        return self.factors @ np.column_stack(psus)

    def _finish(
        self,
        what: str,
        full: float,
        values: np.ndarray,
        sample: Sample | None,
        level: float,
        df: float | None,
    ) -> Estimate:
        check_level(level)
        notes = [
            *self.warnings,
            *(self.design.warnings if sample is None else warnings_of(self.design, sample)),
        ]
        whole = np.isfinite(values)
        se: float | None = None
        if not math.isfinite(full) or not whole.all():
            notes.append(_empty(int((~whole).sum())))
        else:
            middle = full if self.centre == "estimate" else float(values[self.scales > 0].mean())
            se = math.sqrt(float(self.scales @ (values - middle) ** 2))
        use = float(self.design.df if sample is None else sample.df) if df is None else float(df)
        low, high = symmetric(full, se, use, level)
        return Estimate(
            what=what,
            value=full,
            se=se,
            df=use,
            low=low,
            high=high,
            level=level,
            method=f"{self._told()}, t with {use:.4g} degrees of freedom",
            n=self.design.frame.height if sample is None else sample.n,
            n_missing=0 if sample is None else sample.n_missing,
            n_psus=self.design.n_psus if sample is None else sample.n_psus,
            warnings=tuple(notes),
        )

    def _told(self) -> str:
        return f"{self.method}, {self.n_replicates} replicates"


def _mean(sums: np.ndarray) -> np.ndarray:
    return sums[1] / sums[0]


def _empty(n: int) -> Reason:
    return Reason(
        "sampling.empty_replicate",
        counted(
            n,
            mark(
                "In one replicate the estimate does not exist (nobody of the domain is left): no error is said."
            ),
            mark(
                "In {n} replicates the estimate does not exist (nobody of the domain is left): no error is said."
            ),
        ),
        {"n": n},
    )


def replicate_weights(
    design: SurveyDesign,
    method: str = "jackknife",
    *,
    replicates: int = 500,
    seed: int | None = None,
    fay: float = 0.0,
    centre: str = "estimate",
) -> ReplicateDesign:
    """Replication weights of a design.

    Args:
        design: a whole design (take domains afterwards through expressions, or before with ``where``).
        method: "jackknife": every PSU left out once (JK1, or JKn with strata); "brr": balanced half
            samples for two PSUs per stratum (McCarthy 1966), with Fay's factor; "bootstrap": n_h − 1 PSUs
            drawn again per stratum and rescaled (Rao and Wu 1988, JASA 83, 231–241).
        replicates: number of bootstrap replicates.
        seed: whole number, needed for the bootstrap.
        fay: share of weight kept by the half left out, 0 ≤ fay < 1, for "brr".
        centre: deviations from the full "estimate" or from the mean of the "replicates".

    A finite population correction at stage one is built in; with further stages it is left out (and a
    warning given), because replicates see only the PSUs: the error is then a little too large.
    """
    if method not in METHODS or centre not in ("estimate", "replicates"):
        raise BadInput(
            place=f"method={method!r}, centre={centre!r}",
            problem="is not known",
            remedy="Methods: jackknife, brr, bootstrap. Centres: estimate, replicates.",
        )
    stage, notes = design.stages[0], []
    fraction = stage.fraction
    if len(design.stages) > 1 and fraction.any():
        fraction = np.zeros_like(fraction)
        notes.append(_NO_FPC)
    alone = (stage.n_units == 1) & (fraction < 1)
    if alone.any() and design.lonely_psu != "certainty":
        raise CannotBeSaid(
            what="A replication error",
            why=f"{stage.labels[int(np.argmax(alone))]} has a single PSU",
            remedy="Join it with a similar stratum, or say lonely_psu='certainty' if it was taken for sure.",
        )
    if method == "jackknife":
        factors, scales = _jackknife(stage.unit_stratum, stage.n_units, fraction)
    elif method == "brr":
        factors, scales = _brr(stage, fraction, fay)
    else:
        factors, scales = _bootstrap(stage.unit_stratum, stage.n_units, fraction, replicates, seed)
    return ReplicateDesign(design, factors, scales, method, centre, tuple(notes))


_NO_FPC = Reason(
    "sampling.no_fpc",
    mark(
        "Replicates take PSUs as drawn with replacement, as there are further stages: error slightly large."
    ),
)


def _jackknife(
    strata: np.ndarray, n_units: np.ndarray, fraction: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    units = np.flatnonzero(n_units[strata] > 1)
    if not len(units):
        raise CannotBeSaid(
            what="A jackknife error", why="no stratum has two PSUs", remedy="Sample at least two per stratum."
        )
    factors = np.ones((len(units), len(strata)))
    for replicate, unit in enumerate(units):
        stratum = strata[unit]
        factors[replicate, strata == stratum] = n_units[stratum] / (n_units[stratum] - 1)
        factors[replicate, unit] = 0.0
    n = n_units[strata[units]]
    return factors, (n - 1) / n * (1 - fraction[strata[units]])


def _brr(stage: Any, fraction: np.ndarray, fay: float) -> tuple[np.ndarray, np.ndarray]:
    odd = stage.n_units != 2
    if odd.any():
        which = int(np.argmax(odd))
        raise BadInput(
            place=stage.labels[which],
            problem=f"has {stage.n_units[which]} PSUs; balanced half samples need two in every stratum",
            remedy="Use jackknife or bootstrap replicates.",
        )
    if not 0 <= fay < 1:
        raise BadInput(place=f"fay={fay}", problem="is not in [0, 1)", remedy="Use 0 for plain half samples.")
    n_strata = len(stage.n_units)
    signs = hadamard(n_strata + 1)[:, 1 : n_strata + 1].astype(float)
    order = np.argsort(stage.unit_stratum, kind="stable")
    factors = np.empty((len(signs), 2 * n_strata))
    factors[:, order[0::2]] = 1 + (1 - fay) * signs
    factors[:, order[1::2]] = 1 - (1 - fay) * signs
    # The correction shrinks the half-sample contrast of its own stratum.
    shrink = np.sqrt(1 - fraction)[stage.unit_stratum]
    factors = 1 + (factors - 1) * shrink
    return factors, np.full(len(signs), 1 / (len(signs) * (1 - fay) ** 2))


def _bootstrap(
    strata: np.ndarray, n_units: np.ndarray, fraction: np.ndarray, replicates: int, seed: int | None
) -> tuple[np.ndarray, np.ndarray]:
    if seed is None:
        raise BadInput(
            place="seed",
            problem="is missing",
            remedy="Give a whole number, so that the draw can be repeated.",
        )
    if replicates < 2:
        raise BadInput(
            place=f"replicates={replicates}", problem="is too few", remedy="Use 200 or more (500 as a rule)."
        )
    stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([int(seed), 0x5A3B])))
    factors = np.ones((replicates, len(strata)))
    for stratum, n in enumerate(n_units):
        if n < 2:
            continue
        units = np.flatnonzero(strata == stratum)
        counts = stream.multinomial(n - 1, np.full(n, 1 / n), size=replicates)
        # Rao, Wu and Yue (1992): shrink towards one so that the variance carries the correction 1 − f.
        shrink = math.sqrt(1 - fraction[stratum])
        factors[:, units] = 1 - shrink + shrink * counts * n / (n - 1)
    return factors, np.full(replicates, 1 / (replicates - 1))
