"""Did it work, and how sure are we: lotteries, balance, effects, their certainty and their evidence grade.

The recorded assignment is the only source of re-draws; every estimate carries a grade A to F; and where one
place cannot be told from its luck there is an effect, the paths, and no p-value.

>>> from nanduti.methods import evaluation
>>> evaluation.EvidenceGrade("D").basis
'one or few groups a side: one place cannot be told from its luck'
"""

from .assignment import Assignment
from .attrition import AttritionTable, Bounds, attrition_table, lee_bounds, manski_bounds
from .balance import BalanceTable, balance_table
from .context import effects_by_context
from .costs import CostEffectiveness, Ingredient, cost_effectiveness
from .did import DifferenceInDifferences, difference_in_differences
from .drawing import randomize, randomize_saturation, reported_assignment, verify
from .effects import ancova
from .evidence import (
    AttritionLimits,
    EffectEstimate,
    EffectTable,
    EvidenceGrade,
    grade_comparison,
    grade_lottery,
)
from .multiple import adjust, romano_wolf
from .ordinal import OrdinalMixedModel, ordinal_mixed_model
from .pairs import form_pairs
from .permutation import RandomizationTest, randomization_test, randomization_test_of
from .power import PowerDesign, rounds_factor, sample_size, simulated_power
from .questionnaire import (
    Item,
    Reliability,
    SignFlipTest,
    TrustTrajectory,
    cronbach_alpha,
    group_view,
    individual_view,
    sign_flip_test,
    trust_trajectory,
    turned,
)
from .regression import Regression, WaldTest, ols
from .rerandomisation import Rerandomize
from .spillover import Exposure, exposure, spillover
from .staggered import GroupTimeEffects, att_gt, event_study
from .wild import WildBootstrap, wild_bootstrap

__all__ = [
    "Assignment",
    "AttritionLimits",
    "AttritionTable",
    "BalanceTable",
    "Bounds",
    "CostEffectiveness",
    "DifferenceInDifferences",
    "EffectEstimate",
    "EffectTable",
    "EvidenceGrade",
    "Exposure",
    "GroupTimeEffects",
    "Ingredient",
    "Item",
    "OrdinalMixedModel",
    "PowerDesign",
    "RandomizationTest",
    "Regression",
    "Reliability",
    "Rerandomize",
    "SignFlipTest",
    "TrustTrajectory",
    "WaldTest",
    "WildBootstrap",
    "adjust",
    "ancova",
    "att_gt",
    "attrition_table",
    "balance_table",
    "cost_effectiveness",
    "cronbach_alpha",
    "difference_in_differences",
    "effects_by_context",
    "event_study",
    "exposure",
    "form_pairs",
    "grade_comparison",
    "grade_lottery",
    "group_view",
    "individual_view",
    "lee_bounds",
    "manski_bounds",
    "ols",
    "ordinal_mixed_model",
    "randomization_test",
    "randomization_test_of",
    "randomize",
    "randomize_saturation",
    "reported_assignment",
    "romano_wolf",
    "rounds_factor",
    "sample_size",
    "sign_flip_test",
    "simulated_power",
    "spillover",
    "trust_trajectory",
    "turned",
    "verify",
    "wild_bootstrap",
]
