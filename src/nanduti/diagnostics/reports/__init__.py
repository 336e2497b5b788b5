"""A study as a document: what it says, in blocks that a page, a PDF and a DOCX show alike.

:mod:`.content` makes the blocks in the language of the moment, :mod:`.pdf` and :mod:`.docx` write them. No block names
a firm: establishments are counted, and small groups are kept back before anything comes here.
"""
