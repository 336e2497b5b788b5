"""Values that every room shares: money, periods, shares, codes, verdicts, and the one base error.

>>> from nanduti.methods import values
>>> values.Share(0.81).percent()
'81.0 %'
"""

from .codes import Code
from .errors import BadInput, CannotBeSaid, NandutiError, PersonError, Worded, catalogue, mark, worded
from .money import Money
from .periods import Period
from .scales import Scale
from .shares import Share
from .verdicts import Reason, RuleSource, Verdict, counted, flag, joined, no, read_out, yes

__all__ = [
    "BadInput",
    "CannotBeSaid",
    "Code",
    "Money",
    "NandutiError",
    "Period",
    "PersonError",
    "Reason",
    "RuleSource",
    "Scale",
    "Share",
    "Verdict",
    "Worded",
    "catalogue",
    "counted",
    "flag",
    "joined",
    "mark",
    "no",
    "read_out",
    "worded",
    "yes",
]
