"""Background work of field work, noun by noun; importing this offers all of it to the worker."""

from . import checks, entities, exports, mappings, reading, spreadsheets

__all__ = ["checks", "entities", "exports", "mappings", "reading", "spreadsheets"]
