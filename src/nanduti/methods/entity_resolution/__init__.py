"""Same firm or not: tidy names, telephones and places; candidate duplicates with reasons; what to keep in a merge.

Pure: identities never leave the caller; values go in and values come out. What people confirm or refute is law for
the clusters and teaches the points.

>>> from nanduti.methods import entity_resolution
>>> entity_resolution.tidy_name("CALZADOS GUARANÍ S.R.L.").tidy
'calzados guarani'
"""

from .blocking import KEYS, Candidates, candidate_pairs, pair_quality, true_pairs
from .clusters import Clusters, cluster_records
from .learning import (
    FellegiSunter,
    LearntPoints,
    agreement_weight,
    fellegi_sunter,
    learn_points,
    match_probability,
)
from .made import made_register
from .merging import FieldChoice, MergeSuggestion, suggest_merge
from .names import NameTables, TidyName, name_keys, name_tables, sound, tidy_name
from .phones import PhonePlan, TidyPhone, phone_plans, tidy_phone, tidy_phones
from .places import TidyPlace, place_words, tidy_address, tidy_place
from .recipe import LEVELS, LinkageRecipe, linkage_recipe
from .records import TidyRecords, tidy_records
from .scoring import ScoredPairs, compare_pairs, find_duplicates, jaro, jaro_winkler, score_pairs

__all__ = [
    "KEYS",
    "LEVELS",
    "Candidates",
    "Clusters",
    "FellegiSunter",
    "FieldChoice",
    "LearntPoints",
    "LinkageRecipe",
    "MergeSuggestion",
    "NameTables",
    "PhonePlan",
    "ScoredPairs",
    "TidyName",
    "TidyPhone",
    "TidyPlace",
    "TidyRecords",
    "agreement_weight",
    "candidate_pairs",
    "cluster_records",
    "compare_pairs",
    "fellegi_sunter",
    "find_duplicates",
    "jaro",
    "jaro_winkler",
    "learn_points",
    "linkage_recipe",
    "made_register",
    "match_probability",
    "name_keys",
    "name_tables",
    "pair_quality",
    "phone_plans",
    "place_words",
    "score_pairs",
    "sound",
    "suggest_merge",
    "tidy_address",
    "tidy_name",
    "tidy_phone",
    "tidy_phones",
    "tidy_place",
    "tidy_records",
    "true_pairs",
]
