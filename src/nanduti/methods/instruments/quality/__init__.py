"""Whether answers can be believed: pure checks, each with its source, its figures and an honest silence on little data.

>>> from nanduti.methods.instruments import quality
>>> seen = quality.outliers([4, 5, 5, 6, 6, 7, 7, 8, 9, 700], list("abcdefghij"), logarithm=True)
>>> seen[0].key, seen[0].sentence
('j', '700 is far from what others answered: the middle is 6.5, most lie between 4.9 and 78.1.')
"""

from .agreement import duplicates, straight_lines
from .completeness import UNKNOWN_CODES, durations, missing_by_collector, odd_hours
from .digits import Digits, digits_by_collector, myers, terminal_digits, whipple
from .findings import SENTENCES, Noticed, chance
from .interviewers import Effect, interviewer_effect, variance_share
from .outliers import outliers, robust_z
from .survey import COLLECTOR, HOUR, SECONDS, check_survey

__all__ = [
    "COLLECTOR",
    "HOUR",
    "SECONDS",
    "SENTENCES",
    "UNKNOWN_CODES",
    "Digits",
    "Effect",
    "Noticed",
    "chance",
    "check_survey",
    "digits_by_collector",
    "duplicates",
    "durations",
    "interviewer_effect",
    "missing_by_collector",
    "myers",
    "odd_hours",
    "outliers",
    "robust_z",
    "straight_lines",
    "terminal_digits",
    "variance_share",
    "whipple",
]
