"""Pages of the room, by noun; :mod:`.opened` is for everybody."""
