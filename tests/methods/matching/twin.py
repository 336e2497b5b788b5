"""The plain twin of the ranking: one need, one offer, one rule at a time, written from the docstrings."""

from __future__ import annotations

import math
from collections import Counter
from datetime import date

from nanduti.methods import matching
from nanduti.methods.matching.words import UNIT, tokens_of


class Texts:
    """TF-IDF weights of the offers' texts, and of a need's by the same rarity."""

    def __init__(self, offers):
        self.lists = {o["offer"]: Counter(tokens_of(o["text"], None)) for o in offers}
        self.n = len(offers)
        self.df = Counter(t for found in self.lists.values() for t in found)

    def weights(self, counts):
        raw = {
            t: (1 + math.log(c)) * (math.log((1 + self.n) / (1 + self.df[t])) + 1) for t, c in counts.items()
        }
        length = math.sqrt(sum(x * x for x in raw.values()))
        return {t: math.floor(UNIT * x / length) for t, x in raw.items()}

    def likeness(self, need_text, offer):
        mine, theirs = self.weights(Counter(tokens_of(need_text, None))), self.weights(self.lists[offer])
        return sum(w * theirs[t] for t, w in mine.items() if t in theirs)


def days(value):
    return None if value is None else (value - date(1970, 1, 1)).days


def kilometres(n, o):
    def xyz(lat, lon):
        a, b = math.radians(lat), math.radians(lon)
        return math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a)

    half = 0.5 * math.dist(xyz(n["lat"], n["lon"]), xyz(o["lat"], o["lon"]))
    return round(2 * 6371.0088 * math.asin(min(1, half)), 3)


def nearness(n, o, recipe, tree):
    if not n["codes"]:
        return "not_asked"
    if not o["codes"]:
        return "not_known"
    found = [tree.relation(a, b) for a in n["codes"] for b in o["codes"]]
    order = ["exact", "one_up", "one_down", "none"]
    return min(found, key=lambda r: (-{"none": -1, **recipe.closeness}[r], order.index(r)))


def window(n, o):
    lo = -math.inf if n["from_on"] is None else days(n["from_on"])
    hi = math.inf if n["until_on"] is None else days(n["until_on"])
    a = -math.inf if o["available_from"] is None else days(o["available_from"])
    b = math.inf if o["available_until"] is None else days(o["available_until"])
    return min(hi, b) - max(lo, a), hi - lo


def valid(n, o):
    day = days(n["until_on"]) - 1 if n["until_on"] is not None else days(n["on"])
    held = dict(zip(o["certificates"], o["certificates_until"], strict=True))
    return sum(
        c in held and not (held[c] is not None and day is not None and days(held[c]) < day)
        for c in n["certificates"]
    )


def refused(n, o, recipe, tree):
    """Rule → True (refuses), None (asked, not known), for what the need asks."""

    def limit(asked, value, wrong):
        return False if asked is None else (None if value is None else wrong(value))

    def meet(asked, has):
        return False if not asked else (None if not has else not set(asked) & set(has))

    no_window = n["from_on"] is None and n["until_on"] is None
    unknown_window = o["available_from"] is None and o["available_until"] is None
    rival = (
        n["kind"] == "firm" == o["kind"] and n["position"] is not None and n["position"] == o["position"]
        and bool(set(n["markets"] or ()) & set(o["markets"] or ()))
    )  # fmt: skip
    q = n["quantity"]
    lot_unknown = o["lot_min"] is None and o["lot_max"] is None
    lot = q is not None and (
        (o["lot_min"] is not None and q < o["lot_min"]) or (o["lot_max"] is not None and q > o["lot_max"])
    )
    far = n["max_km"] is not None and o["lat"] is not None
    answers = {
        "code": nearness(n, o, recipe, tree) == "none"
        or (None if nearness(n, o, recipe, tree) == "not_known" else False),
        "consent": not o["has_consent"],
        "expired": o["expires_on"] is not None and o["expires_on"] < n["on"],
        "excluded": o["offer"] in n["rivals"],
        "rivalry": rival,
        "size": meet([n["size"]] if n["size"] else None, o["sizes"]),
        "language": meet(n["languages"], o["languages"]),
        "material": meet(n["materials"], o["materials"]),
        "certificate": False
        if not n["certificates"]
        else (None if o["certificates"] is None else valid(n, o) < len(n["certificates"])),
        "availability": False if no_window else (None if unknown_window else window(n, o)[0] <= 0),
        "lot": False if q is None else (None if lot_unknown else lot),
        "capacity": limit(q, o["capacity_free"], lambda v: v < q),
        "tolerance": limit(n["tolerance"], o["tolerance"], lambda v: v > n["tolerance"]),
        "lead_time": limit(n["lead_days"], o["lead_days"], lambda v: v > n["lead_days"]),
        "price": limit(n["price_max"], o["price"], lambda v: v > n["price_max"]),
        "distance": False if n["max_km"] is None else (None if not far else kilometres(n, o) > n["max_km"]),
    }
    strict = recipe.unknown == "refuse"
    return {r: a for r, a in answers.items() if r in recipe.hard and (a is True or (a is None and strict))}


def part(top, share):
    return math.floor(1000 * top * share + 0.5)


def less(has, most):
    return 0.0 if has > most else (1 - has / most if most > 0 else 1.0)


def contributions(n, o, recipe, tree, texts):
    """Criterion → thousandths of a point, ``None`` where the offer says nothing; only what is asked."""
    top = recipe.points
    got = {}
    if tokens_of(n["text"], None):
        some = bool(texts.lists[o["offer"]])
        got["text"] = (
            texts.likeness(n["text"], o["offer"]) * 1000 * top["text"] // (UNIT * UNIT) if some else None
        )
    if n["codes"]:
        near = nearness(n, o, recipe, tree)
        got["code"] = None if near == "not_known" else part(top["code"], recipe.closeness.get(near, 0))
    for name, asked, has in (
        ("service", n["services"], o["services"]),
        ("material", n["materials"], o["materials"]),
    ):
        if asked:
            got[name] = None if not has else part(top[name], len(set(asked) & set(has)) / len(set(asked)))
    if n["size"]:
        order = recipe.size_order
        i = order.index(n["size"])
        beside = {order[j] for j in (i - 1, i + 1) if 0 <= j < len(order)}
        share = 1.0 if n["size"] in (o["sizes"] or ()) else (0.5 if beside & set(o["sizes"] or ()) else 0.0)
        got["size"] = None if not o["sizes"] else part(top["size"], share)
    if n["languages"]:
        got["language"] = (
            None
            if not o["languages"]
            else part(top["language"], bool(set(n["languages"]) & set(o["languages"])))
        )
    if n["from_on"] is not None or n["until_on"] is not None:
        common, asked = window(n, o)
        share = 0.0 if common <= 0 else (1.0 if math.isinf(asked) else common / asked)
        unknown = o["available_from"] is None and o["available_until"] is None
        got["availability"] = None if unknown else part(top["availability"], share)
    if n["known"]:
        got["known"] = part(top["known"], o["offer"] in n["known"])
    if n["quantity"] is not None:
        free = o["capacity_free"]
        got["capacity"] = None if free is None else part(top["capacity"], min(1.0, free / n["quantity"]))
    if n["tolerance"] is not None:
        got["tolerance"] = (
            None if o["tolerance"] is None else part(top["tolerance"], o["tolerance"] <= n["tolerance"])
        )
    for name, asked, has in (
        ("lead_time", n["lead_days"], o["lead_days"]),
        ("price", n["price_max"], o["price"]),
    ):
        if asked is not None:
            got[name] = None if has is None else part(top[name], less(has, asked))
    if n["max_km"] is not None:
        got["distance"] = (
            None if o["lat"] is None else part(top["distance"], less(kilometres(n, o), n["max_km"]))
        )
    if n["certificates"]:
        got["certificate"] = (
            None
            if o["certificates"] is None
            else part(top["certificate"], valid(n, o) / len(n["certificates"]))
        )
    if not got:
        return {}
    got["kind"] = None if o["kind"] is None else part(top["kind"], recipe.kind_fit.get(o["kind"], 0))
    got["quality"] = None if o["quality"] is None else part(top["quality"], o["quality"])
    got["under_served"] = (
        None if o["times_served"] is None else part(top["under_served"], 1 / (1 + o["times_served"]))
    )
    return got


def rank(needs, offers, recipe, tree, k):
    """Need → [(offer, score, contributions)], best first."""
    rows = list(offers.iter_rows(named=True))
    texts = Texts(rows)
    found = {}
    for n in needs.iter_rows(named=True):
        listed = []
        for o in rows:
            if not refused(n, o, recipe, tree):
                got = contributions(n, o, recipe, tree, texts)
                if got:
                    listed.append((o["offer"], sum(v or 0 for v in got.values()), got))
        found[n["need"]] = sorted(listed, key=lambda x: (-x[1], x[0]))[:k]
    return found


__all__ = ["matching", "rank"]
