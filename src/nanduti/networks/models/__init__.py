from .actors import TieActor, TieRespondent, TieWave
from .groups import BusinessNetwork, FormalisationStep, NetworkMember
from .ties import Nomination, Tie, TieKind

__all__ = [
    "BusinessNetwork",
    "FormalisationStep",
    "NetworkMember",
    "Nomination",
    "Tie",
    "TieActor",
    "TieKind",
    "TieRespondent",
    "TieWave",
]
