"""The records of the room."""

from .indicators import Indicator, IndicatorVersion
from .measurements import Measurement

__all__ = ["Indicator", "IndicatorVersion", "Measurement"]
