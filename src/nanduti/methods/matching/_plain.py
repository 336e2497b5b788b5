"""The same work with NumPy alone: what each rule and criterion says of many offers at once."""

from __future__ import annotations

import numpy as np

from ._compile import (
    CAPACITY,
    EXPIRES,
    FROM,
    LOT_MAX,
    LOT_MIN,
    N_FROM,
    N_KM,
    N_ON,
    N_QUANTITY,
    N_UNTIL,
    N_X,
    QUALITY,
    SERVED,
    UNTIL,
    NeedArrays,
    OfferArrays,
    RecipeArrays,
)  # fmt: skip
from .recipe import CRITERIA, RULES
from .words import UNIT

EARTH_KM = 6371.0088
#: How many of the likeliest rows are looked at first, to learn what the others must reach.
FIRST = 1024


def _shared(F: OfferArrays, N: NeedArrays, R: RecipeArrays, i: int, o: np.ndarray, a: int) -> np.ndarray:
    lo, hi = R.slots[a], R.slots[a + 1]
    return np.bitwise_count(F.bits[o, lo:hi] & N.bits[i, lo:hi]).sum(axis=1)


def _known(F: OfferArrays, R: RecipeArrays, o: np.ndarray, a: int) -> np.ndarray:
    return (F.bits[o, R.slots[a] : R.slots[a + 1]] != 0).any(axis=1)


def _valid(F: OfferArrays, N: NeedArrays, i: int, o: np.ndarray) -> np.ndarray:
    held = np.zeros(len(o), dtype=np.int64)
    wanted = N.cert[N.cert_ptr[i] : N.cert_ptr[i + 1]]
    for j, one in enumerate(o):
        mine = slice(F.cert_ptr[one], F.cert_ptr[one + 1])
        good = F.cert[mine][~(F.cert_until[mine] < N.cert_day[i])]
        held[j] = np.isin(wanted, good).sum()
    return held


def _km(F: OfferArrays, N: NeedArrays, i: int, o: np.ndarray) -> np.ndarray:
    step = F.numbers[o, 8:11] - N.numbers[i, 5:8]
    half = 0.5 * np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1] + step[:, 2] * step[:, 2])
    return np.floor(2000.0 * EARTH_KM * np.arcsin(np.minimum(1.0, half)) + 0.5) / 1000.0


def _overlap(F: OfferArrays, N: NeedArrays, i: int, o: np.ndarray) -> tuple[np.ndarray, float]:
    lo, hi = N.numbers[i, N_FROM], N.numbers[i, N_UNTIL]
    lo, hi = -np.inf if np.isnan(lo) else lo, np.inf if np.isnan(hi) else hi
    with np.errstate(invalid="ignore"):
        return np.minimum(hi, F.numbers[o, UNTIL]) - np.maximum(lo, F.numbers[o, FROM]), hi - lo


def refusal(
    F: OfferArrays, N: NeedArrays, R: RecipeArrays, rule: str, i: int, o: np.ndarray
) -> np.ndarray | None:
    """Which offers a rule refuses for need ``i``, apart from what is unknown; ``None`` if it is not asked."""
    want = N.numbers[i]
    has = F.numbers[o]
    with np.errstate(invalid="ignore"):
        if rule == "consent":
            return F.refused[o]
        if rule == "expired":
            return None if np.isnan(want[N_ON]) else has[:, EXPIRES] < want[N_ON]
        if rule == "excluded":
            return np.isin(o, N.out[N.out_ptr[i] : N.out_ptr[i + 1]])
        if rule == "rivalry":
            if N.kind[i] != 1 or N.position[i] < 0:
                return None
            rival = (F.kind[o] >= 0) & R.principal[F.kind[o]] & (F.position[o] == N.position[i])
            return rival & (_shared(F, N, R, i, o, 4) > 0)
        if rule in ("size", "language", "material"):
            a = ("size", "language", "material").index(rule)
            if not N.counts[i, a]:
                return None
            return (_shared(F, N, R, i, o, a) == 0) & _known(F, R, o, a)
        if rule == "certificate":
            n = N.cert_ptr[i + 1] - N.cert_ptr[i]
            return None if not n else F.cert_known[o] & (_valid(F, N, i, o) < n)
        if rule == "availability":
            if np.isnan(want[N_FROM]) and np.isnan(want[N_UNTIL]):
                return None
            return _overlap(F, N, i, o)[0] <= 0
        if rule in ("lot", "capacity"):
            q = want[N_QUANTITY]
            if np.isnan(q):
                return None
            return (q < has[:, LOT_MIN]) | (q > has[:, LOT_MAX]) if rule == "lot" else has[:, CAPACITY] < q
        if rule in ("tolerance", "lead_time", "price"):
            j = ("tolerance", "lead_time", "price").index(rule)
            return None if np.isnan(want[1 + j]) else has[:, 3 + j] > want[1 + j]
        if rule == "distance":
            if np.isnan(want[N_KM]) or np.isnan(want[N_X]):
                return None
            return _km(F, N, i, o) > want[N_KM]
    return None


def not_known(F: OfferArrays, N: NeedArrays, R: RecipeArrays, rule: str, i: int, o: np.ndarray) -> np.ndarray:
    """Of which offers a rule cannot be answered."""
    has = F.numbers[o]
    if rule in ("size", "language", "material"):
        return ~_known(F, R, o, ("size", "language", "material").index(rule))
    if rule == "certificate":
        return ~F.cert_known[o]
    if rule == "lot":
        return np.isnan(has[:, LOT_MIN]) & np.isnan(has[:, LOT_MAX])
    column = {
        "availability": FROM,
        "capacity": CAPACITY,
        "tolerance": 3,
        "lead_time": 4,
        "price": 5,
        "distance": 8,
    }
    if rule in column:
        return np.isnan(has[:, column[rule]])
    return np.zeros(len(o), dtype=np.bool_)


def refused_by(
    F: OfferArrays, N: NeedArrays, R: RecipeArrays, rule: str, i: int, o: np.ndarray
) -> np.ndarray | None:
    """Which offers a rule refuses, the unknown among them where the recipe says so."""
    wrong = refusal(F, N, R, rule, i, o)
    if wrong is not None and R.refuse_unknown:
        wrong = wrong | not_known(F, N, R, rule, i, o)
    return wrong


def _passing(F: OfferArrays, N: NeedArrays, R: RecipeArrays, i: int, o: np.ndarray) -> np.ndarray:
    """Places of the offers that no hard rule refuses."""
    left = np.arange(len(o))
    for j, rule in enumerate(RULES):
        if R.hard[j] and left.size:
            wrong = refused_by(F, N, R, rule, i, o[left])
            if wrong is not None:
                left = left[~wrong]
    return left


def _part(top: int, share: np.ndarray) -> np.ndarray:
    return np.floor(top * share + 0.5)


def _less(has: np.ndarray, limit: float) -> np.ndarray:
    if limit <= 0:
        return (has <= limit).astype(float)
    return np.where(has > limit, 0.0, 1.0 - has / limit)


def points(
    F: OfferArrays,
    N: NeedArrays,
    R: RecipeArrays,
    i: int,
    o: np.ndarray,
    near: np.ndarray,
    likeness: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Thousandths of a point, offer × criterion, and a mask of what is not known."""
    T, want, has = R.top, N.numbers[i], F.numbers[o]
    out = np.zeros((len(o), len(CRITERIA)), dtype=np.int64)
    unknown = np.zeros(len(o), dtype=np.int64)

    def put(criterion: str, known: np.ndarray, value: np.ndarray) -> None:
        c = CRITERIA.index(criterion)
        out[:, c] = np.where(known, np.where(known, value, 0), 0).astype(np.int64)
        np.bitwise_or(unknown, np.where(known, 0, 1 << c), out=unknown)

    every = np.ones(len(o), dtype=np.bool_)
    asked = dict(zip(CRITERIA, N.asked[i], strict=True))
    if asked["text"]:
        put("text", ~F.no_text[o], likeness.astype(np.int64) * T[0] // (UNIT * UNIT))
    if asked["code"]:
        put("code", near != 4, R.near[near])
    for name, a in (("service", 3), ("material", 2)):
        if asked[name]:
            share = _shared(F, N, R, i, o, a) / N.counts[i, a]
            put(name, _known(F, R, o, a), _part(T[CRITERIA.index(name)], share))
    if asked["size"]:
        words = slice(0, R.slots[1])
        close = (F.bits[o, words] & N.size_near[i]).any(axis=1)
        share = np.where(_shared(F, N, R, i, o, 0) > 0, 1.0, np.where(close, 0.5, 0.0))
        put("size", _known(F, R, o, 0), _part(T[4], share))
    if asked["language"]:
        put("language", _known(F, R, o, 1), T[5] * (_shared(F, N, R, i, o, 1) > 0))
    if asked["availability"]:
        common, days = _overlap(F, N, i, o)
        share = np.where(common > 0, 1.0 if np.isinf(days) else common / days, 0.0)
        put("availability", ~np.isnan(has[:, FROM]), _part(T[6], np.nan_to_num(share)))
    if asked["kind"]:
        put("kind", F.kind[o] >= 0, R.kind_points[np.maximum(F.kind[o], 0)])
    if asked["known"]:
        put("known", every, T[8] * np.isin(o, N.known[N.known_ptr[i] : N.known_ptr[i + 1]]))
    if asked["capacity"]:
        q = want[N_QUANTITY]
        share = np.where(q <= has[:, CAPACITY], 1.0, has[:, CAPACITY] / (q or 1.0))
        put("capacity", ~np.isnan(has[:, CAPACITY]), _part(T[9], np.nan_to_num(share)))
    if asked["tolerance"]:
        put("tolerance", ~np.isnan(has[:, 3]), T[10] * (has[:, 3] <= want[1]))
    if asked["quality"]:
        put("quality", ~np.isnan(has[:, QUALITY]), _part(T[11], np.nan_to_num(has[:, QUALITY])))
    for name, c, a in (("lead_time", 12, 4), ("price", 13, 5)):
        if asked[name]:
            put(name, ~np.isnan(has[:, a]), _part(T[c], np.nan_to_num(_less(has[:, a], want[a - 2]))))
    if asked["distance"]:
        put("distance", ~np.isnan(has[:, 8]), _part(T[14], np.nan_to_num(_less(_km(F, N, i, o), want[N_KM]))))
    if asked["certificate"]:
        share = _valid(F, N, i, o) / (N.cert_ptr[i + 1] - N.cert_ptr[i])
        put("certificate", F.cert_known[o], _part(T[15], share))
    if asked["under_served"]:
        put("under_served", ~np.isnan(has[:, SERVED]), _part(T[16], np.nan_to_num(has[:, SERVED])))
    return out, unknown


def _meeting(F: OfferArrays, N: NeedArrays, R: RecipeArrays, i: int, a: int, b: int) -> np.ndarray:
    """Rows from ``a`` to ``b`` that no hard rule on sizes, languages or materials refuses."""
    left = None
    for rule in range(3):
        if R.hard[5 + rule] and N.counts[i, rule]:
            words = slice(R.slots[rule], R.slots[rule + 1])
            has = F.row_bits[words, a:b] if left is None else F.row_bits[words][:, left]
            met = ((has & N.bits[i, words, None]) != 0).any(axis=0)
            if not R.refuse_unknown:
                met |= ~has.any(axis=0)
            left = a + np.flatnonzero(met) if left is None else left[met]
    return np.arange(a, b) if left is None else left


def candidates(
    F: OfferArrays, N: NeedArrays, i: int, R: RecipeArrays | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offers near need ``i``, each once with its closest code: offers, closeness, likeness.

    With a recipe, those that its rules on sizes, languages and materials refuse are left out at once.
    """
    rows, near, alike = [], [], []
    for s in range(N.range_ptr[i], N.range_ptr[i + 1]):
        a, b = int(N.range_lo[s]), int(N.range_hi[s])
        left = np.arange(a, b) if R is None else _meeting(F, N, R, i, a, b)
        rows.append(left)
        near.append(np.full(len(left), N.range_near[s]))
        alike.append(likeness(F, N, i, a, b)[left - a])
    if not rows:
        none = np.empty(0, dtype=np.int64)
        return none, none, none
    row, close, like = np.concatenate(rows), np.concatenate(near), np.concatenate(alike)
    offers = F.row_offer[row]
    if len(F.row_offer) == len(F.refused):
        return offers, close, like  # one row for each offer
    _, first = np.unique(offers, return_index=True)
    first.sort()
    return offers[first], close[first], like[first]


def likeness(F: OfferArrays, N: NeedArrays, i: int, a: int, b: int) -> np.ndarray:
    total = np.zeros(b - a)
    for t in range(N.term_ptr[i], N.term_ptr[i + 1]):
        p, q = F.post_ptr[N.terms[t]], F.post_ptr[N.terms[t] + 1]
        lo, hi = p + np.searchsorted(F.post_row[p:q], (a, b))
        # A row stands once in the postings of a term, so that adding by place is safe.
        total[F.post_row[lo:hi] - a] += float(N.weights[t]) * F.post_weight[lo:hi]
    return total


def rank_one(
    F: OfferArrays, N: NeedArrays, R: RecipeArrays, i: int, k: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The best ``k`` offers of need ``i``: offers, points by criterion, closeness, unknown; exactly."""
    offers, near, likeness = candidates(F, N, i, R)
    top_text = int(R.top[0]) if N.asked[i, 0] else 0
    rest = int(R.top[2:][N.asked[i, 2:]].sum()) + (int(R.near.max()) if N.asked[i, 1] else 0)
    text = np.floor(likeness * top_text / (UNIT * UNIT))
    if len(offers) <= 2 * FIRST:
        return _best(F, N, R, i, offers, near, likeness, k)
    ahead = np.argpartition(-likeness, FIRST)[:FIRST]
    best = _best(F, N, R, i, offers[ahead], near[ahead], likeness[ahead], k)
    least = best[1].sum(axis=1).min() - rest if len(best[0]) == k else -1
    left = np.ones(len(offers), dtype=np.bool_)
    left[ahead] = False
    left &= text >= least - 1  # one thousandth of slack for the division in floating point
    left[np.isin(offers, best[0])] = True
    return _best(F, N, R, i, offers[left], near[left], likeness[left], k)


def _best(
    F: OfferArrays,
    N: NeedArrays,
    R: RecipeArrays,
    i: int,
    offers: np.ndarray,
    near: np.ndarray,
    like: np.ndarray,
    k: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    left = _passing(F, N, R, i, offers)
    offers, near = offers[left], near[left]
    out, unknown = points(F, N, R, i, offers, near, like[left])
    key = (out.sum(axis=1) << 32) + (0xFFFFFFFF - F.rank_of_id[offers])
    take = np.argpartition(-key, k - 1)[:k] if len(key) > k else np.arange(len(key))
    take = take[np.argsort(-key[take])]
    return offers[take], out[take], near[take], unknown[take]
