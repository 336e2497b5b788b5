"""What became of employment, wages, turnover and savings; and what deals of several currencies come to in one.

A change between two readings says what happened, not what a programme caused: for that there is
``nanduti.methods.evaluation``, whose evidence grade of a change before and after is E.

>>> from nanduti.methods import outcomes
>>> outcomes.GRADE
'E'
"""

from .exchange import Converted, Rate, convert, rate_on
from .followed import GRADE, READINGS, FollowUp, before_and_after, follow_up, summed

__all__ = [
    "GRADE",
    "READINGS",
    "Converted",
    "FollowUp",
    "Rate",
    "before_and_after",
    "convert",
    "follow_up",
    "rate_on",
    "summed",
]
