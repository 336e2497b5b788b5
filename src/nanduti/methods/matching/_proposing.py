"""The compiled loop of deferred acceptance (numba). Imported by ``_fast`` alone; ``stable`` does the same without."""

from __future__ import annotations

from ._loops import _jit


@_jit
def propose(
    start, receiver_of, proposer_of, value, places, offset, size, held_value, held_at, following, waiting
):
    """Deferred acceptance on arrays that the caller made; each receiver keeps a heap of whom it holds, the worst first.

    ``held_at`` holds, from ``offset[r]`` on, the ``size[r]`` entries that receiver ``r`` keeps in the end.
    """
    top = len(waiting)
    while top > 0:
        top -= 1
        who = waiting[top]
        at = following[who]
        while at < start[who + 1]:
            r = receiver_of[at]
            v = value[at]
            base = offset[r]
            if size[r] < places[r]:
                i = size[r]
                size[r] += 1
                while i > 0 and held_value[base + (i - 1) // 2] > v:
                    held_value[base + i] = held_value[base + (i - 1) // 2]
                    held_at[base + i] = held_at[base + (i - 1) // 2]
                    i = (i - 1) // 2
                held_value[base + i] = v
                held_at[base + i] = at
                at += 1
                break
            if size[r] > 0 and v > held_value[base]:
                waiting[top] = proposer_of[held_at[base]]
                top += 1
                i = 0
                n = size[r]
                while True:
                    child = 2 * i + 1
                    if child >= n:
                        break
                    if child + 1 < n and held_value[base + child + 1] < held_value[base + child]:
                        child += 1
                    if held_value[base + child] >= v:
                        break
                    held_value[base + i] = held_value[base + child]
                    held_at[base + i] = held_at[base + child]
                    i = child
                held_value[base + i] = v
                held_at[base + i] = at
                at += 1
                break
            at += 1
        following[who] = at
