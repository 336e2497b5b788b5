from .stated import StatedFigure

__all__ = ["StatedFigure"]
