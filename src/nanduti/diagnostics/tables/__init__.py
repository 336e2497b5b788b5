"""What can be imported about diagnostics, noun by noun."""

from . import sectors, studies

__all__ = ["sectors", "studies"]
