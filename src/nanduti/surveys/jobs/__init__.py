"""Background work of field work, noun by noun; importing this offers all of it to the worker."""

from . import checks, exports, mappings, reading, spreadsheets

__all__ = ["checks", "exports", "mappings", "reading", "spreadsheets"]
