from .rates import ExchangeRate
from .stated import StatedFigure

__all__ = ["ExchangeRate", "StatedFigure"]
