"""What can be imported about a programme, noun by noun; here what the tables of the rooms above share."""

from . import boards, conditions, programmes, team
from .shared import CLUSTER, CURRENCY, PROGRAMME, choices, cluster_of, programme_of

__all__ = [
    "CLUSTER",
    "CURRENCY",
    "PROGRAMME",
    "boards",
    "choices",
    "cluster_of",
    "conditions",
    "programme_of",
    "programmes",
    "team",
]
