"""Forming circles: which firms belong together under rules, how good that is proven to be, and why.

A brief is a list of firms, a list of options (a market or product at a meeting place), and a recipe: hard rules,
criteria that earn points, each with its source. :func:`form_circles` answers with circles, a waiting list with
reasons, and a bound that no plan under the same rules can pass; where no plan exists it names the smallest set
of rules that clash. People move firms (:func:`what_if`), ask why (:func:`explain_firm`), replace dropouts
(:func:`repair`) and look at other good plans (:func:`alternatives`). Beside it stand the verdict whether a
list is one cooperative or several circles, pockets of firms with one need, shortlists by gates, scores and quotas,
vetting, and pairs of mentor and mentee.
"""

from .assessing import Breach, Contribution
from .changing import Change, Explanation, alternatives, difference, explain_firm, repair, what_if
from .distances import distances_km
from .forming import form_circles
from .homogeneity import Homogeneity, Pocket, homogeneity, similarity, twinning_pockets
from .people import (
    CIRCLE_KINDS,
    DemandFirst,
    MentorPair,
    Vetting,
    circle_kind,
    demand_first,
    formality_growth,
    pair_mentors,
    vet_candidates,
)
from .plan import Circle, CirclePlan, Seat, Waiting
from .recipe import CircleRecipe, Criterion, Rule, read_recipe, shipped_recipes
from .shortlist import Shortlist, Shortlisted, shipped_shortlists, shortlist

__all__ = [
    "CIRCLE_KINDS",
    "Breach",
    "Change",
    "Circle",
    "CirclePlan",
    "CircleRecipe",
    "Contribution",
    "Criterion",
    "DemandFirst",
    "Explanation",
    "Homogeneity",
    "MentorPair",
    "Pocket",
    "Rule",
    "Seat",
    "Shortlist",
    "Shortlisted",
    "Vetting",
    "Waiting",
    "alternatives",
    "circle_kind",
    "demand_first",
    "difference",
    "distances_km",
    "explain_firm",
    "form_circles",
    "formality_growth",
    "homogeneity",
    "pair_mentors",
    "read_recipe",
    "repair",
    "shipped_recipes",
    "shipped_shortlists",
    "shortlist",
    "similarity",
    "twinning_pockets",
    "vet_candidates",
    "what_if",
]
