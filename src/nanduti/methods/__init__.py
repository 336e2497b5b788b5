"""The arithmetic of cluster programmes: plain values and data frames in, plain values and data frames out.

Nothing here knows a web page, a database, a clock or a network, so that every function can be used in a
notebook and every figure can be computed again. Rooms stand on :mod:`nanduti.methods.values`, some on
:mod:`nanduti.methods.solving` as well, and not on each other. Import the room, then call:
``from nanduti.methods import evaluation``.
"""
