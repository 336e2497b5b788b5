"""Questions about ties: the frame of them, the network that they make, its measures; and about business networks."""

from .measures import measures
from .ties import Ties, tie_frame

__all__ = ["Ties", "measures", "tie_frame"]
