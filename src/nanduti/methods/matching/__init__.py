"""Matching: who can help whom and why, and who goes with whom where places are few.

Needs against offers at the level of the micro-product, exactly and with every contribution kept; rivalry; experts
for a firm; stable matching and the best assignment; meeting timetables; turns and caps; lists that are not all
alike; what a company proposal lacks.

>>> from nanduti.methods import matching
>>> matching.CapabilityTree.from_codes(["shoe.upper"]).relation("shoe.upper", "shoe")
'one_up'
"""

from .assignment import Assignment, assign
from .capabilities import LEVELS, Capability, CapabilityTree
from .experts import EXPERT_POINTS, Expert, ExpertFit, Firm, expert_fit, mentor_scores, rank_experts
from .explaining import MatchExplanation, explain_match, nearest_excluded
from .fairness import Invitations, diversify, evenness, invite
from .meetings import Timetable, meeting_timetable
from .proposals import (
    GENERAL_WORDS,
    PROFILE_TYPES,
    PROPOSAL_POINTS,
    CompanyProposal,
    Gap,
    ProposalQuality,
    proposal_quality,
)
from .ranking import OfferIndex, RankedMatches, rank_matches
from .recipe import CRITERIA, RULES, MatchRecipe, match_recipe
from .rivals import Party, Rivalry, preferred_kinds, rivalry
from .stable import StableMatching, blocking_pairs, deferred_acceptance, preferences
from .words import STOP_WORDS, Synonyms, text_likeness, tokens

__all__ = [
    "CRITERIA",
    "EXPERT_POINTS",
    "GENERAL_WORDS",
    "LEVELS",
    "PROFILE_TYPES",
    "PROPOSAL_POINTS",
    "RULES",
    "STOP_WORDS",
    "Assignment",
    "Capability",
    "CapabilityTree",
    "CompanyProposal",
    "Expert",
    "ExpertFit",
    "Firm",
    "Gap",
    "Invitations",
    "MatchExplanation",
    "MatchRecipe",
    "OfferIndex",
    "Party",
    "ProposalQuality",
    "RankedMatches",
    "Rivalry",
    "StableMatching",
    "Synonyms",
    "Timetable",
    "assign",
    "blocking_pairs",
    "deferred_acceptance",
    "diversify",
    "evenness",
    "expert_fit",
    "explain_match",
    "invite",
    "match_recipe",
    "meeting_timetable",
    "mentor_scores",
    "nearest_excluded",
    "preferences",
    "preferred_kinds",
    "proposal_quality",
    "rank_experts",
    "rank_matches",
    "rivalry",
    "text_likeness",
    "tokens",
]
