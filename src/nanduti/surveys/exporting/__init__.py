"""The tables of an instrument as files that other programs read, each with its codebook.

``make(tables, format, …)`` gives the files by name; formats are those of :data:`FORMATS`. What identifies is in no
table and so in no file; a text that a spreadsheet would take for a formula is told apart by an apostrophe.
"""

from .making import FORMATS, File, bundle, make

__all__ = ["FORMATS", "File", "bundle", "make"]
