from .evidence import StepEvidence
from .linkages import Linkage
from .twinnings import AgendaTopic, BusinessInterest, DealTask, Twinning

__all__ = ["AgendaTopic", "BusinessInterest", "DealTask", "Linkage", "StepEvidence", "Twinning"]
