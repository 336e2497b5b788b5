"""Questions of the room, by noun. :mod:`.opened` alone answers visitors, and reads nothing but what was published."""
