"""What several rooms seek with: linear and whole-number programmes, and the rules that clash where none has a solution.

The room stands between :mod:`nanduti.methods.values` and the rooms that form groups and share orders. It knows
nothing of their trade: a programme is a matrix, a clash is a few sentences.
"""

from .clashes import Clash, ClashingRule, smallest_clash
from .programs import INFINITY, Answer, Program, hand_over, new_model, solve

__all__ = [
    "INFINITY",
    "Answer",
    "Clash",
    "ClashingRule",
    "Program",
    "hand_over",
    "new_model",
    "smallest_clash",
    "solve",
]
