"""The page furniture: one calm frame, and the tables, forms, pictures and exports that every room uses.

Nouns: `Frame` (what stands around a page), `Item`, `Step` and `Choice` (what rooms hang into it), `DataTable`
and `Col`, `EditForm`, `Figure`, and the pictures drawn on the server. Promises: works without scripts where
that makes sense, on a phone of 360 pixels, by keyboard, on paper, in English and Spanish; nothing comes from
outside; a first load stays under 150 KB; what people typed is not lost.
"""
