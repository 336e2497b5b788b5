"""How sure a figure from a sample is, and how to draw one that anybody can check."""

from .design import SurveyDesign

__all__ = ["SurveyDesign"]
