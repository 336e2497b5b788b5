"""Compiled loops (numba). Imported by ``_fast`` alone; ``_plain`` does the same with NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit

from ._compile import BLOCK
from .words import UNIT

EARTH_KM = 6371.0088
#: Places of identifiers are taken from this number, so that of two keys with equal points the earlier is larger.
LAST = 0xFFFFFFFF


def _jit(function: Any) -> Any:
    """Compiled without counting references: nothing here makes an array, and counting at every look into the tuples
    of arrays took seven times as long as the work. Kept on disk where that can be written to."""
    try:
        return njit(cache=True, nogil=True, _nrt=False)(function)
    except RuntimeError:  # nowhere to keep it, as in an installation that is read only
        return njit(nogil=True, _nrt=False)(function)


@_jit
def _bits(x):
    n = 0
    while x != 0:
        x &= x - 1
        n += 1
    return n


@_jit
def _shared(needs, offers, i, o, lo, hi):
    n = 0
    for w in range(lo, hi):
        n += _bits(needs[i, w] & offers[o, w])
    return n


@_jit
def _meets(needs, offers, i, o, lo, hi):
    for w in range(lo, hi):  # noqa: SIM110 - the compiler takes no generators
        if needs[i, w] & offers[o, w] != 0:
            return True
    return False


@_jit
def _any(table, i, lo, hi):
    for w in range(lo, hi):  # noqa: SIM110
        if table[i, w] != 0:
            return True
    return False


@_jit
def _valid(F, N, i, o):
    """How many of the certificates asked the offer holds on the day."""
    n = 0
    for a in range(N.cert_ptr[i], N.cert_ptr[i + 1]):
        for b in range(F.cert_ptr[o], F.cert_ptr[o + 1]):
            if F.cert[b] == N.cert[a] and not (F.cert_until[b] < N.cert_day[i]):
                n += 1
                break
    return n


@_jit
def _km(F, N, i, o):
    dx = F.numbers[o, 8] - N.numbers[i, 5]
    dy = F.numbers[o, 9] - N.numbers[i, 6]
    dz = F.numbers[o, 10] - N.numbers[i, 7]
    half = 0.5 * math.sqrt(dx * dx + dy * dy + dz * dz)
    return math.floor(2000.0 * EARTH_KM * math.asin(min(1.0, half)) + 0.5) / 1000.0


@_jit
def _overlap(F, N, i, o):
    """Days in common, and days asked (0 where a side is open)."""
    lo, hi = N.numbers[i, 8], N.numbers[i, 9]
    if lo != lo:
        lo = -np.inf
    if hi != hi:
        hi = np.inf
    common = min(hi, F.numbers[o, 12]) - max(lo, F.numbers[o, 11])
    asked = hi - lo
    return common, asked


@_jit
def _in(values, lo, hi, x):
    for a in range(lo, hi):  # noqa: SIM110
        if values[a] == x:
            return True
    return False


@_jit
def passes(F, N, R, i, o):
    """Whether no hard rule refuses the pair. Comparisons with NaN are false: unknown passes, then is looked at."""
    S, H, strict = R.slots, R.hard, R.refuse_unknown
    if H[1] and F.refused[o]:
        return False
    on = N.numbers[i, 10]
    if H[2] and F.numbers[o, 13] < on:
        return False
    if H[3] and _in(N.out, N.out_ptr[i], N.out_ptr[i + 1], o):
        return False
    if H[4] and N.kind[i] == 1 and F.kind[o] >= 0 and R.principal[F.kind[o]] and N.position[i] >= 0:  # noqa: SIM102
        if N.position[i] == F.position[o] and _meets(N.bits, F.bits, i, o, S[4], S[5]):
            return False
    for rule in range(3):  # size, language, material
        if H[5 + rule] and N.counts[i, rule] > 0 and not _meets(N.bits, F.bits, i, o, S[rule], S[rule + 1]):  # noqa: SIM102
            if strict or _any(F.bits, o, S[rule], S[rule + 1]):
                return False
    if H[8] and N.cert_ptr[i + 1] > N.cert_ptr[i]:
        if F.cert_known[o]:
            if _valid(F, N, i, o) < N.cert_ptr[i + 1] - N.cert_ptr[i]:
                return False
        elif strict:
            return False
    if H[9] and (N.numbers[i, 8] == N.numbers[i, 8] or N.numbers[i, 9] == N.numbers[i, 9]):
        common, _ = _overlap(F, N, i, o)
        if common <= 0.0 or (strict and F.numbers[o, 11] != F.numbers[o, 11]):
            return False
    q = N.numbers[i, 0]
    if q == q:
        if H[10]:
            if q < F.numbers[o, 0] or q > F.numbers[o, 1]:
                return False
            if strict and (F.numbers[o, 0] != F.numbers[o, 0] and F.numbers[o, 1] != F.numbers[o, 1]):
                return False
        if H[11] and (F.numbers[o, 2] < q or (strict and F.numbers[o, 2] != F.numbers[o, 2])):
            return False
    for rule in range(3):  # tolerance, lead time, price
        limit, has = N.numbers[i, 1 + rule], F.numbers[o, 3 + rule]
        if H[12 + rule] and limit == limit and (has > limit or (strict and has != has)):
            return False
    if H[15] and N.numbers[i, 4] == N.numbers[i, 4] and N.numbers[i, 5] == N.numbers[i, 5]:
        if F.numbers[o, 8] == F.numbers[o, 8]:
            if _km(F, N, i, o) > N.numbers[i, 4]:
                return False
        elif strict:
            return False
    return True


@_jit
def _part(top, share):
    return np.int64(math.floor(top * share + 0.5))


@_jit
def _less(has, limit):
    """The nearer to nothing the better: 1 at zero, 0 at the limit."""
    if has > limit:
        return 0.0
    if limit <= 0.0:
        return 1.0
    return 1.0 - has / limit


@_jit
def points(F, N, R, i, o, near, likeness, out):
    """Thousandths of a point by criterion into ``out``; returns the sum and a mask of what is not known."""
    T, S, A = R.top, R.slots, N.asked
    unknown = 0
    for c in range(len(T)):
        out[c] = 0
    if A[i, 0]:
        if F.no_text[o]:
            unknown |= 1
        else:
            out[0] = likeness * T[0] // (UNIT * UNIT)
    if A[i, 1]:
        out[1] = R.near[near]
        if near == 4:
            unknown |= 2
    for c, a in ((2, 3), (3, 2)):  # service, material: the share of what is asked
        if A[i, c]:
            if _any(F.bits, o, S[a], S[a + 1]):
                out[c] = _part(T[c], _shared(N.bits, F.bits, i, o, S[a], S[a + 1]) / N.counts[i, a])
            else:
                unknown |= 1 << c
    if A[i, 4]:
        if not _any(F.bits, o, S[0], S[1]):
            unknown |= 1 << 4
        elif _meets(N.bits, F.bits, i, o, S[0], S[1]):
            out[4] = T[4]
        else:
            for w in range(S[1]):
                if N.size_near[i, w] & F.bits[o, w] != 0:
                    out[4] = _part(T[4], 0.5)
    if A[i, 5]:
        if not _any(F.bits, o, S[1], S[2]):
            unknown |= 1 << 5
        elif _meets(N.bits, F.bits, i, o, S[1], S[2]):
            out[5] = T[5]
    if A[i, 6]:
        if F.numbers[o, 11] != F.numbers[o, 11]:
            unknown |= 1 << 6
        else:
            common, asked = _overlap(F, N, i, o)
            if common > 0.0:
                out[6] = T[6] if asked == np.inf else _part(T[6], common / asked)
    if A[i, 7]:
        if F.kind[o] < 0:
            unknown |= 1 << 7
        else:
            out[7] = R.kind_points[F.kind[o]]
    if A[i, 8] and _in(N.known, N.known_ptr[i], N.known_ptr[i + 1], o):
        out[8] = T[8]
    if A[i, 9]:
        if F.numbers[o, 2] != F.numbers[o, 2]:
            unknown |= 1 << 9
        else:
            q = N.numbers[i, 0]
            out[9] = T[9] if q <= F.numbers[o, 2] else _part(T[9], F.numbers[o, 2] / q)
    if A[i, 10]:
        if F.numbers[o, 3] != F.numbers[o, 3]:
            unknown |= 1 << 10
        elif F.numbers[o, 3] <= N.numbers[i, 1]:
            out[10] = T[10]
    if A[i, 11]:
        if F.numbers[o, 6] != F.numbers[o, 6]:
            unknown |= 1 << 11
        else:
            out[11] = _part(T[11], F.numbers[o, 6])
    for c, a in ((12, 4), (13, 5)):  # lead time, price
        if A[i, c]:
            if F.numbers[o, a] != F.numbers[o, a]:
                unknown |= 1 << c
            else:
                out[c] = _part(T[c], _less(F.numbers[o, a], N.numbers[i, a - 2]))
    if A[i, 14]:
        if F.numbers[o, 8] != F.numbers[o, 8]:
            unknown |= 1 << 14
        else:
            out[14] = _part(T[14], _less(_km(F, N, i, o), N.numbers[i, 4]))
    if A[i, 15]:
        if not F.cert_known[o]:
            unknown |= 1 << 15
        else:
            out[15] = _part(T[15], _valid(F, N, i, o) / (N.cert_ptr[i + 1] - N.cert_ptr[i]))
    if A[i, 16]:
        if F.numbers[o, 7] != F.numbers[o, 7]:
            unknown |= 1 << 16
        else:
            out[16] = _part(T[16], F.numbers[o, 7])
    total = np.int64(0)
    for c in range(len(T)):
        total += out[c]
    return total, unknown


@_jit
def _sift(heap, size):
    """Put the smallest first again after the first entry has been replaced."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            return
        if child + 1 < size and heap[child + 1, 0] < heap[child, 0]:
            child += 1
        if heap[at, 0] <= heap[child, 0]:
            return
        for j in range(heap.shape[1]):
            heap[at, j], heap[child, j] = heap[child, j], heap[at, j]
        at = child


@_jit
def _lift(heap, at):
    while at > 0:
        above = (at - 1) // 2
        if heap[above, 0] <= heap[at, 0]:
            return
        for j in range(heap.shape[1]):
            heap[at, j], heap[above, j] = heap[above, j], heap[at, j]
        at = above


@_jit
def _first_at(values, lo, hi, x):
    while lo < hi:
        mid = (lo + hi) // 2
        if values[mid] < x:
            lo = mid + 1
        else:
            hi = mid
    return lo


@_jit
def _meeting(F, N, R, i, a, b, rows):
    """Rows from ``a`` to ``b`` that no hard rule on sizes, languages or materials refuses; into ``rows``."""
    n = -1
    for rule in range(3):
        if not R.hard[5 + rule] or N.counts[i, rule] == 0:
            continue
        lo, hi = R.slots[rule], R.slots[rule + 1]
        n, before = 0, n
        for at in range(b - a if before < 0 else before):
            row = a + at if before < 0 else np.int64(rows[at])
            met, some = np.int64(0), np.int64(0)
            for w in range(lo, hi):
                met |= F.row_bits[w, row] & N.bits[i, w]
                some |= F.row_bits[w, row]
            rows[n] = row
            n += (met != 0) | ((some == 0) & (not R.refuse_unknown))
    if n < 0:
        for row in range(a, b):
            rows[row - a] = row
        n = b - a
    return n


@_jit
def _meeting_packed(F, N, i, some, a, b, rows):
    """The same of entries ``a`` to ``b`` of a list of rows, with all bits of a row in one word.

    Without branches, so that looks into memory do not wait for each other.
    """
    packed, m0, m1, m2 = F.packed, N.packed[i, 0], N.packed[i, 1], N.packed[i, 2]
    free0, free1, free2 = m0 == 0, m1 == 0, m2 == 0
    n = np.int64(0)
    for at in range(a, b):
        row = some[at]
        v = packed[row] if len(packed) > 0 else np.int64(-1)
        rows[n] = row
        n += (((v & m0) != 0) | free0) & (((v & m1) != 0) | free1) & (((v & m2) != 0) | free2)
    return n


@_jit
def _day(value, otherwise):
    return np.int64(value if value == value else otherwise)


@_jit
def _in_time(F, first, last, n, rows):
    """Of ``n`` rows those whose days meet the days asked."""
    kept = 0
    for at in range(n):
        row = rows[at]
        rows[kept] = row
        kept += min(last, np.int64(F.lane[row, 1])) > max(first, np.int64(F.lane[row, 0]))
    return kept


@_jit
def _add_likeness(F, N, i, a, b, likeness, touched, n):
    """Likeness of rows ``a`` to ``b`` to need ``i``; rows with any are written into ``touched`` from ``n`` on."""
    for t in range(N.term_ptr[i], N.term_ptr[i + 1]):
        p, q = F.post_ptr[N.terms[t]], F.post_ptr[N.terms[t] + 1]
        weight = np.int32(N.weights[t])
        for j in range(_first_at(F.post_row, p, q, a), q):
            row = F.post_row[j]
            if row >= b:
                break
            more = weight * np.int32(F.post_weight[j])
            if more > 0 and likeness[row] == 0:
                touched[n] = row
                n += 1
            likeness[row] += more
    return n


@_jit
def _days_asked(N, R, i):
    """First and last day, whether a side is open, whether they are a hard rule, and the points for them."""
    lo, hi = N.numbers[i, 8], N.numbers[i, 9]
    window = lo == lo or hi == hi
    top = R.top[6] if window and N.asked[i, 6] else np.int64(0)
    return _day(lo, -(2.0**30)), _day(hi, 2.0**30), lo != lo or hi != hi, window and R.hard[9], top


@_jit
def _time_points(lane, days, row):
    """The most that a row can get for being free: an offer of which it is not known counts as free."""
    first, last, open_ended, _, top = days
    common = min(last, np.int64(lane[row, 1])) - max(first, np.int64(lane[row, 0]))
    if common <= 0:
        return np.int64(0)
    return top if open_ended else _part(top, min(1.0, common / (last - first)))


@_jit
def _keep(heap, size, k, key, o, near, row):
    """Put a pair among the best ``k``, the worst of which stands first; returns how many there are."""
    if size < k:
        heap[size, 0], heap[size, 1], heap[size, 2], heap[size, 3] = key, o, near, row
        _lift(heap, size)
        return size + 1
    if key > heap[0, 0]:
        heap[0, 0], heap[0, 1], heap[0, 2], heap[0, 3] = key, o, near, row
        _sift(heap, size)
    return size


@_jit
def _look(F, N, R, i, near, bound, days, words, room, n, size, k):
    """Put the best of ``n`` rows into the heap, which holds ``size``: those with words in common, or the others."""
    likeness, _, rows, seen, heap, spare = room
    lane = F.lane  # looking into a tuple for every row costs more than the work
    for at in range(n):
        row = rows[at]
        alike = np.int64(likeness[row])
        if words != (alike > 0):
            continue
        if size == k:
            most = bound + np.int64(lane[row, 2]) + alike * R.top[0] // (UNIT * UNIT)
            if days[4] > 0:
                most += _time_points(lane, days, row)
            if (most << 32) + (LAST - np.int64(lane[row, 3])) < heap[0, 0]:
                continue  # not even with all it may still get
        o = F.row_offer[row]
        if seen[o] == i:
            continue
        seen[o] = i
        if passes(F, N, R, i, o):
            total, _ = points(F, N, R, i, o, near, alike, spare)
            size = _keep(heap, size, k, (total << 32) + (LAST - F.rank_of_id[o]), o, near, row)
    return size


@_jit
def _search(F, N, R, i, rest, k, room):
    """The best ``k`` offers of need ``i`` into the heap; returns how many there are, and how many rows were touched."""
    likeness, touched, rows, _, heap, _ = room
    days = _days_asked(N, R, i)
    size = n_touched = np.int64(0)
    for s in range(N.range_ptr[i], N.range_ptr[i + 1]) if N.asked[i, 0] else range(0):
        near = N.range_near[s]
        bound = rest + (R.near[near] if N.asked[i, 1] else 0)
        before = n_touched
        n_touched = _add_likeness(F, N, i, N.range_lo[s], N.range_hi[s], likeness, touched, before)
        n = _meeting_packed(F, N, i, touched, before, n_touched, rows)
        if days[3]:
            n = _in_time(F, days[0], days[1], n, rows)
        size = _look(F, N, R, i, near, bound, days, True, room, n, size, k)
    for s in range(N.range_ptr[i], N.range_ptr[i + 1]):
        a, b, near = N.range_lo[s], N.range_hi[s], N.range_near[s]
        bound = rest + (R.near[near] if N.asked[i, 1] else 0)
        for block in range(a // BLOCK, (b + BLOCK - 1) // BLOCK):
            if size == k and ((bound + days[4]) << 32) + F.block_most[block] < heap[0, 0]:
                continue
            start, end = max(a, block * BLOCK), min(b, (block + 1) * BLOCK)
            if len(F.packed) > 0:
                for row in range(start, end):
                    rows[row - start] = row
                n = _meeting_packed(F, N, i, rows, 0, end - start, rows)
            else:
                n = _meeting(F, N, R, i, start, end, rows)
            if days[3]:
                n = _in_time(F, days[0], days[1], n, rows)
            size = _look(F, N, R, i, near, bound, days, False, room, n, size, k)
    return size, n_touched


@_jit
def rank(F, N, R, order, k, room, found):
    """The best ``k`` offers of the needs in ``order``, exactly: what cannot reach the k-th best is passed by.

    Rows that share a word with the need are looked at first. They set the mark that blocks of the others must
    reach with all they may still get; within a code the rows with the most points for everybody stand ahead, so
    that mostly a few blocks do. ``room`` to work in: likeness (0 throughout), rows touched, rows, last need that
    looked at an offer (−1 throughout), heap, points of a pair.
    """
    likeness, touched, _, _, heap, spare = room
    out_offer, out_points, out_near, out_unknown = found
    for i in order:
        rest = np.int64(0)  # what criteria that hang on the pair can add, but for text, code and availability
        for c in range(2, len(R.top)):
            if N.asked[i, c] and c != 6 and c != 7 and c != 11 and c != 16:
                rest += R.top[c]
        size, n_touched = _search(F, N, R, i, rest, k, room)
        while size > 0:  # the smallest comes off first: places are filled from the last
            size -= 1
            o, near, row = heap[0, 1], heap[0, 2], heap[0, 3]
            for j in range(4):
                heap[0, j] = heap[size, j]
            _sift(heap, size)
            _, unknown = points(F, N, R, i, o, near, np.int64(likeness[row]), spare)
            out_offer[i, size] = o
            out_near[i, size] = near
            out_unknown[i, size] = unknown
            for c in range(len(spare)):
                out_points[i, size, c] = spare[c]
        for at in range(n_touched):
            likeness[touched[at]] = 0
