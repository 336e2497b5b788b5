"""Background work of field work, noun by noun; importing this offers all of it to the worker."""

from . import reading

__all__ = ["reading"]
