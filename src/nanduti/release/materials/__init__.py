"""What can leave: read from where it is kept, as an operator reads it, and handed to the gate alone.

A *spec* (plain JSON, kept with the request) says what is meant; :func:`load` makes the *material* from the records
as they stand now. Nothing that identifies is ever part of it; it is not safe before the gate has seen it.
"""
