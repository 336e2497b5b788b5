from .evidence import StepEvidence
from .linkages import Linkage
from .requirements import Requirement
from .twinnings import AgendaTopic, BusinessInterest, DealTask, Twinning

__all__ = [
    "AgendaTopic",
    "BusinessInterest",
    "DealTask",
    "Linkage",
    "Requirement",
    "StepEvidence",
    "Twinning",
]
