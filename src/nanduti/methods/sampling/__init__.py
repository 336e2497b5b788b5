"""Samples: how to draw one that anybody can check, and what one can say about all firms.

A :class:`SurveyDesign` keeps how the rows of a frame came to be asked (strata, sampling units, weights,
population sizes, two or more stages) and gives means, totals, ratios, shares, quantiles, domains and
design effects with honest errors, also with few sampling units, after post-stratification or raking, and
by replication. ``draw_…`` functions draw samples by keyed hashes, with a certificate. Chains of
respondents who bring respondents are estimated with :func:`rds_estimates`; visits to street markets with
:func:`market_monitor`.

>>> import polars as pl
>>> from nanduti.methods import sampling
>>> firms = pl.DataFrame({"town": ["A", "A", "B", "B"], "jobs": [4, 6, 10, 20], "N": [30, 30, 12, 12]})
>>> round(sampling.SurveyDesign(firms, strata="town", fpc="N").mean("jobs").value, 3)
7.857
"""

from .calibration import Calibration
from .certificates import Certificate, ticket
from .coverage import Covering, choose_covering, product_size_coverage
from .design import SurveyDesign
from .drawing import Draw, draw_clusters, draw_pps, draw_simple, draw_stratified, draw_systematic
from .estimates import Estimate
from .few_psus import LinearFit
from .markets import Agreement, MarketMonitor, market_monitor, market_share, observer_agreement
from .proportions import clopper_pearson
from .rds import RdsEstimate, by_chain, convergence, population_sensitivity, rds_estimates, rds_weights
from .rds_homophily import population_homophily
from .rds_weights import gile_inclusion, successive_inclusion
from .recruitment import (
    Recruitment,
    differential_activity,
    recruiters_from_coupons,
    recruitment,
    recruitment_homophily,
    transitions,
)
from .replication import ReplicateDesign
from .sample_size import (
    SampleSize,
    allocate,
    best_take,
    cluster_design_effect,
    clusters_needed,
    intraclass_correlation,
    sample_size_mean,
    sample_size_proportion,
)
from .snowball import SnowballMap, snowball_map

__all__ = [
    "Agreement",
    "Calibration",
    "Certificate",
    "Covering",
    "Draw",
    "Estimate",
    "LinearFit",
    "MarketMonitor",
    "RdsEstimate",
    "Recruitment",
    "ReplicateDesign",
    "SampleSize",
    "SnowballMap",
    "SurveyDesign",
    "allocate",
    "best_take",
    "by_chain",
    "choose_covering",
    "clopper_pearson",
    "cluster_design_effect",
    "clusters_needed",
    "convergence",
    "differential_activity",
    "draw_clusters",
    "draw_pps",
    "draw_simple",
    "draw_stratified",
    "draw_systematic",
    "gile_inclusion",
    "intraclass_correlation",
    "market_monitor",
    "market_share",
    "observer_agreement",
    "population_homophily",
    "population_sensitivity",
    "product_size_coverage",
    "rds_estimates",
    "rds_weights",
    "recruiters_from_coupons",
    "recruitment",
    "recruitment_homophily",
    "sample_size_mean",
    "sample_size_proportion",
    "snowball_map",
    "successive_inclusion",
    "ticket",
    "transitions",
]
