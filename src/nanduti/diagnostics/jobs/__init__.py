"""Background work of diagnostics, noun by noun."""

from . import assessments, studies

__all__ = ["assessments", "studies"]
