"""Indices: which cluster, which firm, how far, how sure, and compared with whom.

An index is written down as a recipe (YAML) with its structure, the ten steps of the OECD/JRC handbook as far
as they are arithmetic, and its sources; :func:`build` runs it, keeps the table after every step and says of
every unit without a score why it has none. :func:`uncertainty` and :func:`sensitivity` ask how far the ranks
hang on choices that could have been made otherwise. Rubrics (:func:`assess`) and readiness rules
(:func:`decide`) are recipes too. Beside them stand the measures of where an industry sits:
:func:`location_quotient`, :func:`ellison_glaeser`, :func:`spatial_gini`, :func:`litzenberger`,
:func:`cluster_stars`.
"""

from .aggregation import aggregate, mean_of
from .assessing import (
    Assessment,
    Assessor,
    assess,
    assess_many,
    gap_priorities,
    gap_priorities_of,
    progress,
)
from .benefit_of_doubt import BenefitOfTheDoubt, benefit_of_the_doubt
from .building import CompositeIndex, build
from .concentration import (
    EllisonGlaeser,
    Litzenberger,
    ellison_glaeser,
    herfindahl,
    litzenberger,
    location_quotient,
    location_quotients,
    locational_gini,
    spatial_gini,
)
from .doubts import Alternatives, Omission, WeightNoise, WeightRange, WeightSets, around_weightings
from .explaining import Comparison, compare, contributions, drop_one, strengths, what_if
from .frames import ranks
from .importance_weights import OptimisedWeights, importance, weights_optimised
from .imputation import Imputed, impute
from .index_recipe import IndexRecipe, Step, parse, recipe, shipped, shipped_text
from .multivariate import (
    PrincipalComponents,
    alpha_if_deleted,
    correlations,
    cronbach_alpha,
    describe,
    principal_components,
    varimax,
)
from .normalisation import (
    normalise,
    normalise_above_below_mean,
    normalise_borda,
    normalise_categories,
    normalise_distance_to_maximum,
    normalise_distance_to_reference,
    normalise_distance_to_target,
    normalise_goalposts,
    normalise_minmax,
    normalise_percentile,
    normalise_rank,
    normalise_ratio,
    normalise_scaled,
    normalise_zscore,
)
from .outliers import Treated, kurtosis, skewness, transform, treat, winsorise
from .outranking import condorcet_ranking, copeland, outranking_matrix
from .pairwise import SAATY, clashing_judgments, pairwise_matrix
from .profiles import composition, sector_table, shares_with_residual, size_classes
from .rank_uncertainty import RankUncertainty, replay, uncertainty, weight_stability
from .readiness_rules import Decided, Readiness, decide, parse_readiness, readiness
from .relations import Homogeneity, homogeneity
from .rubrics import Rubric, parse_rubric, rubric
from .rule_checks import Contradiction, contradictions
from .screening import availability, denominate, screen
from .sobol import Sensitivity, SobolIndices, radial_design, sensitivity, sensitivity_of, sobol_indices
from .stars import cluster_stars
from .structure import Node, Structure
from .tipping import tipping_weights
from .weighting import (
    Ahp,
    ExpertWeights,
    weights_ahp,
    weights_budget_allocation,
    weights_critic,
    weights_entropy,
    weights_equal,
    weights_factors,
    weights_first_component,
    weights_given,
)

__all__ = [
    "SAATY",
    "Ahp",
    "Alternatives",
    "Assessment",
    "Assessor",
    "BenefitOfTheDoubt",
    "Comparison",
    "CompositeIndex",
    "Contradiction",
    "Decided",
    "EllisonGlaeser",
    "ExpertWeights",
    "Homogeneity",
    "Imputed",
    "IndexRecipe",
    "Litzenberger",
    "Node",
    "Omission",
    "OptimisedWeights",
    "PrincipalComponents",
    "RankUncertainty",
    "Readiness",
    "Rubric",
    "Sensitivity",
    "SobolIndices",
    "Step",
    "Structure",
    "Treated",
    "WeightNoise",
    "WeightRange",
    "WeightSets",
    "aggregate",
    "alpha_if_deleted",
    "around_weightings",
    "assess",
    "assess_many",
    "availability",
    "benefit_of_the_doubt",
    "build",
    "clashing_judgments",
    "cluster_stars",
    "compare",
    "composition",
    "condorcet_ranking",
    "contradictions",
    "contributions",
    "copeland",
    "correlations",
    "cronbach_alpha",
    "decide",
    "denominate",
    "describe",
    "drop_one",
    "ellison_glaeser",
    "gap_priorities",
    "gap_priorities_of",
    "herfindahl",
    "homogeneity",
    "importance",
    "impute",
    "kurtosis",
    "litzenberger",
    "location_quotient",
    "location_quotients",
    "locational_gini",
    "mean_of",
    "normalise",
    "normalise_above_below_mean",
    "normalise_borda",
    "normalise_categories",
    "normalise_distance_to_maximum",
    "normalise_distance_to_reference",
    "normalise_distance_to_target",
    "normalise_goalposts",
    "normalise_minmax",
    "normalise_percentile",
    "normalise_rank",
    "normalise_ratio",
    "normalise_scaled",
    "normalise_zscore",
    "outranking_matrix",
    "pairwise_matrix",
    "parse",
    "parse_readiness",
    "parse_rubric",
    "principal_components",
    "progress",
    "radial_design",
    "ranks",
    "readiness",
    "recipe",
    "replay",
    "rubric",
    "screen",
    "sector_table",
    "sensitivity",
    "sensitivity_of",
    "shares_with_residual",
    "shipped",
    "shipped_text",
    "size_classes",
    "skewness",
    "sobol_indices",
    "spatial_gini",
    "strengths",
    "tipping_weights",
    "transform",
    "treat",
    "uncertainty",
    "varimax",
    "weight_stability",
    "weights_ahp",
    "weights_budget_allocation",
    "weights_critic",
    "weights_entropy",
    "weights_equal",
    "weights_factors",
    "weights_first_component",
    "weights_given",
    "weights_optimised",
    "what_if",
    "winsorise",
]
