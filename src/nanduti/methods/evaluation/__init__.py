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
from .indicators import (
    Change,
    Indicator,
    OutcomeRange,
    adoption,
    change_from_baseline,
    dose_associations,
    indicator_table,
    outcome_range,
)
from .multiple import adjust, romano_wolf
from .ordinal import OrdinalMixedModel, ordinal_mixed_model
from .pairs import form_pairs
from .permutation import RandomizationTest, randomization_test, randomization_test_of
from .plan import (
    Amendment,
    DataState,
    Hypothesis,
    LockedPlan,
    Plan,
    amend,
    canonical_json,
    commit_to_seed,
    data_state,
    lock,
    read_locked,
)
from .populate import populate
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
from .twinning_indicators import twinning_indicators
from .wild import WildBootstrap, wild_bootstrap

__all__ = [
    "Amendment",
    "Assignment",
    "AttritionLimits",
    "AttritionTable",
    "BalanceTable",
    "Bounds",
    "Change",
    "CostEffectiveness",
    "DataState",
    "DifferenceInDifferences",
    "EffectEstimate",
    "EffectTable",
    "EvidenceGrade",
    "Exposure",
    "GroupTimeEffects",
    "Hypothesis",
    "Indicator",
    "Ingredient",
    "Item",
    "LockedPlan",
    "OrdinalMixedModel",
    "OutcomeRange",
    "Plan",
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
    "adoption",
    "amend",
    "ancova",
    "att_gt",
    "attrition_table",
    "balance_table",
    "canonical_json",
    "change_from_baseline",
    "commit_to_seed",
    "cost_effectiveness",
    "cronbach_alpha",
    "data_state",
    "difference_in_differences",
    "dose_associations",
    "effects_by_context",
    "event_study",
    "exposure",
    "form_pairs",
    "grade_comparison",
    "grade_lottery",
    "group_view",
    "indicator_table",
    "individual_view",
    "lee_bounds",
    "lock",
    "manski_bounds",
    "ols",
    "ordinal_mixed_model",
    "outcome_range",
    "populate",
    "randomization_test",
    "randomization_test_of",
    "randomize",
    "randomize_saturation",
    "read_locked",
    "reported_assignment",
    "romano_wolf",
    "rounds_factor",
    "sample_size",
    "sign_flip_test",
    "simulated_power",
    "spillover",
    "trust_trajectory",
    "turned",
    "twinning_indicators",
    "verify",
    "wild_bootstrap",
]
