"""The survey design: how the rows of a frame came to be asked, and so what they can say."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from nanduti.methods.values import BadInput, CannotBeSaid, Reason, counted, mark

from . import _stages, calibration, domains, estimators, few_psus, proportions, quantiles, replication
from ._columns import What, complete_numbers, frame_of, membership, names
from .calibration import Calibration
from .estimates import Estimate
from .few_psus import LinearFit
from .replication import ReplicateDesign
from .variance import LONELY, covariance, degrees_of_freedom


class SurveyDesign:
    """A probability sample: answers with their strata, sampling units, weights and population sizes.

    Args:
        frame: one row per answering unit (firm, stall, person).
        weights: column with how many units each row stands for, or one number for all. May be left out
            when ``fpc`` is given for every stage: then it is the product of N/n over the stages.
        strata: column(s) that name the stratum; several are crossed.
        psu: column(s) that name the sampling unit of stage one, two, …; left out, every row is its own.
        fpc: column(s) with the number of sampling units in the population (per stratum for stage one, per
            PSU for stage two, …), or with sampling fractions up to 1. Left out, units count as drawn with
            replacement and later stages need nothing: the usual, slightly careful choice.
        nest: say True if PSU numbers start again in every stratum.
        lonely_psu: what to do with a stratum of one PSU: "refuse" (say so), "certainty" (it was taken for
            sure and adds nothing), "adjust" (measure it from the overall mean), "average" (give it the
            average of the others). Names and arithmetic follow R survey's ``survey.lonely.psu``.
        check_weights: refuse weights of a stratum that do not add up to its population.

    >>> firms = pl.DataFrame({"town": ["A", "A", "A", "B", "B", "B"], "jobs": [4, 6, 8, 10, 20, 30],
    ...                       "N": [30, 30, 30, 12, 12, 12]})
    >>> design = SurveyDesign(firms, strata="town", fpc="N")
    >>> print(design.total("jobs").say(0))
    total of jobs: 420 (95 % interval 230 to 610; 6 answers in 6 primary sampling units). Only 4 degrees of
    freedom: the interval may be too short where PSUs are uneven.
    """

    frame: pl.DataFrame
    weights: np.ndarray
    stages: tuple[_stages.Stage, ...]
    lonely_psu: str
    domain: np.ndarray | None
    calibrations: tuple[Calibration, ...]
    warnings: tuple[Reason, ...]

    def __init__(
        self,
        frame: pl.DataFrame,
        *,
        weights: str | float | None = None,
        strata: str | Sequence[str] | None = None,
        psu: str | Sequence[str] | None = None,
        fpc: str | Sequence[str] | None = None,
        nest: bool = False,
        lonely_psu: str = "refuse",
        check_weights: bool = True,
    ) -> None:
        if lonely_psu not in LONELY:
            raise BadInput(
                place=f"lonely_psu={lonely_psu!r}",
                problem="is not a known way",
                remedy="Use one of " + ", ".join(LONELY) + ".",
            )
        self.frame = frame_of(frame)
        self.stages = _stages.build(frame, names(strata), names(psu), names(fpc), nest)
        self.lonely_psu = lonely_psu
        self.domain = None
        self.calibrations = ()
        self.weights = _weights(frame, weights, self.stages)
        self.all_weighted = bool(self.weights.min() > 0)
        self.warnings = _look_at_weights(self, check_weights and weights is not None)

    def __repr__(self) -> str:
        first = self.stages[0]
        part = "" if self.domain is None else f", domain of {int(self.domain.sum())}"
        return (
            f"SurveyDesign({self.frame.height} rows, {len(first.n_units)} strata, "
            f"{len(first.unit_stratum)} PSUs, {len(self.stages)} {counted(len(self.stages), 'stage', 'stages')}{part})"
        )

    def changed(self, **parts: Any) -> SurveyDesign:
        """A copy with some parts replaced; the design itself never changes."""
        other = copy.copy(self)
        for name, value in parts.items():
            setattr(other, name, value)
        other.all_weighted = bool(other.weights.min() > 0)
        return other

    def where(self, condition: What) -> SurveyDesign:
        """The domain (sub-population) for which a yes/no column or expression holds.

        Rows outside stay in the design and count as zero, so that the error stays right; filtering the
        frame first would lose PSUs (Lumley 2010, Complex Surveys, section 2.4).
        """
        mask = membership(self.frame, condition)
        if self.domain is not None:
            mask &= self.domain
        if not mask.any():
            raise CannotBeSaid(
                what="Anything about this domain",
                why="no sampled row belongs to it",
                remedy="Widen the domain or sample units that belong to it.",
            )
        return self.changed(domain=mask)

    @property
    def df(self) -> int:
        """Design degrees of freedom: PSUs minus strata, counted where the domain has rows."""
        rows = None if self.domain is None else np.flatnonzero(self.domain)
        return degrees_of_freedom(self, rows)[0]

    @property
    def n_psus(self) -> int:
        """Primary sampling units with rows in the domain."""
        rows = None if self.domain is None else np.flatnonzero(self.domain)
        return degrees_of_freedom(self, rows)[1]

    def covariance(self, rows: np.ndarray | None, scores: np.ndarray) -> np.ndarray:
        """Linearised covariance of sums of scores; see :mod:`nanduti.methods.sampling.variance`."""
        return covariance(self, rows, scores)

    # --- estimates -----------------------------------------------------------------------------------

    def mean(self, what: What, **options: Any) -> Estimate:
        """Weighted mean; options of :func:`nanduti.methods.sampling.estimators.mean`."""
        return estimators.mean(self, what, **options)

    def total(self, what: What, **options: Any) -> Estimate:
        """Weighted total; options of :func:`nanduti.methods.sampling.estimators.total`."""
        return estimators.total(self, what, **options)

    def size(self, **options: Any) -> Estimate:
        """Estimated number of units in the population or domain."""
        return estimators.total(self, pl.repeat(1.0, pl.len()).alias("units"), **options)

    def counts(self, by: str | Sequence[str], **options: Any) -> pl.DataFrame:
        """Estimated number of units in the population in every group; a frame as of :meth:`by`."""
        return self.by(pl.repeat(1.0, pl.len()).alias("units"), by, statistic="total", **options)

    def ratio(self, numerator: What, denominator: What, **options: Any) -> Estimate:
        """Ratio of two totals; options of :func:`nanduti.methods.sampling.estimators.ratio`."""
        return estimators.ratio(self, numerator, denominator, **options)

    def proportion(self, what: What, **options: Any) -> Estimate:
        """Share for which something holds; see :func:`nanduti.methods.sampling.proportions.proportion`."""
        return proportions.proportion(self, what, **options)

    def shares(self, what: str, **options: Any) -> pl.DataFrame:
        """Share of every category; see :func:`nanduti.methods.sampling.proportions.shares`."""
        return proportions.shares(self, what, **options)

    def quantile(self, what: What, probability: float = 0.5, **options: Any) -> Estimate:
        """Quantile with Woodruff's interval; see :func:`nanduti.methods.sampling.quantiles.quantile`."""
        return quantiles.quantile(self, what, probability, **options)

    def by(self, what: What, by: str | Sequence[str], **options: Any) -> pl.DataFrame:
        """The same estimate for every domain; see :func:`nanduti.methods.sampling.domains.by`."""
        return domains.by(self, what, by, **options)

    def difference(self, what: What, first: What, second: What, **options: Any) -> Estimate:
        """Difference of two domain means; see :func:`nanduti.methods.sampling.domains.difference`."""
        return domains.difference(self, what, first, second, **options)

    def design_effect(self, what: What, **options: Any) -> float:
        """Design effect; see :func:`nanduti.methods.sampling.estimators.design_effect`."""
        return estimators.design_effect(self, what, **options)

    def regression(self, outcome: What, on: Mapping[str, What] | Sequence[str], **options: Any) -> LinearFit:
        """Weighted linear regression; see :func:`nanduti.methods.sampling.few_psus.regression`."""
        return few_psus.regression(self, outcome, on, **options)

    # --- other weights -------------------------------------------------------------------------------

    def post_stratify(self, by: str | Sequence[str], population: Any) -> SurveyDesign:
        """Weights that meet known counts; see :func:`nanduti.methods.sampling.calibration.post_stratify`."""
        return calibration.post_stratify(self, by, population)

    def rake(self, margins: Mapping[str | tuple[str, ...], Any], **options: Any) -> SurveyDesign:
        """Weights that reproduce several margins; see :func:`nanduti.methods.sampling.calibration.rake`."""
        return calibration.rake(self, margins, **options)

    def calibrate(self, totals: Mapping[str, float], **options: Any) -> SurveyDesign:
        """Weights that reproduce known totals; see :func:`nanduti.methods.sampling.calibration.calibrate`."""
        return calibration.calibrate(self, totals, **options)

    def replicate_weights(self, method: str = "jackknife", **options: Any) -> ReplicateDesign:
        """Replication weights; see :func:`nanduti.methods.sampling.replication.replicate_weights`."""
        return replication.replicate_weights(self, method, **options)


def _weights(frame: pl.DataFrame, given: str | float | None, stages: tuple[_stages.Stage, ...]) -> np.ndarray:
    if given is None:
        if any(stage.population is None for stage in stages):
            raise BadInput(
                place="the design",
                problem="has neither weights nor population sizes for every stage",
                remedy="Name the weights column, or fpc for every stage, or say weights=1.0 if every row "
                "stands for itself alone.",
            )
        out = np.ones(frame.height)
        for stage in stages:
            out /= stage.fraction[stage.row_stratum]
        return out
    if isinstance(given, str):
        weights, place = complete_numbers(frame, given), f"column '{given}'"
    else:
        weights, place = np.full(frame.height, float(given)), "weights"
    if not (np.isfinite(weights.sum()) and weights.min() >= 0):
        bad = ~np.isfinite(weights) | (weights < 0)
        row = int(np.argmax(bad))
        raise BadInput(
            place=f"{place}, row {row + 1}",
            problem=f"is {weights[row]:g}",
            remedy="A weight says how many units a row stands for: zero or more.",
        )
    if not weights.any():
        raise BadInput(place=place, problem="is zero in every row", remedy="Give at least one row a weight.")
    return weights


def _look_at_weights(design: SurveyDesign, check: bool) -> tuple[Reason, ...]:
    first = design.stages[0]
    if first.population is None or not check:
        return ()
    one_row_units = len(design.stages) == 1 and len(first.unit_stratum) == design.frame.height
    if one_row_units:
        _must_add_up(design, first)
        return ()
    least = (1 / first.fraction)[first.row_stratum]
    low = (design.weights > 0) & (design.weights < least * 0.99)
    if not low.any():
        return ()
    row = int(np.argmax(low))
    return (
        Reason(
            "sampling.weight_below_stage",
            mark(
                "The weight of row {row} is {weight:.4g}, less than the {least:.4g} its PSU alone stands for."
            ),
            {"row": row + 1, "weight": float(design.weights[row]), "least": float(least[row])},
        ),
    )


def _must_add_up(design: SurveyDesign, stage: _stages.Stage) -> None:
    sums = np.bincount(stage.row_stratum, weights=design.weights, minlength=len(stage.n_units))
    assert stage.population is not None
    off = np.abs(sums / stage.population - 1) > 0.01
    if off.any():
        which = int(np.argmax(off))
        raise BadInput(
            place=f"the weights of {stage.labels[which]}",
            problem=f"add up to {sums[which]:.6g}, while fpc says {stage.population[which]:.6g} units exist",
            remedy="Use N/n as weight, correct fpc, or say check_weights=False if the weights were adjusted "
            "to other totals on purpose.",
        )
