"""Small briefs against a plain twin that tries every seating."""

from __future__ import annotations

from itertools import product

import numpy as np
import polars as pl
import pytest

from nanduti.methods import grouping

ROLES = ["mentor", "mentee", None]
PRODUCTS = ["jeans", "frocks", None]
SLOTS = [["mon"], ["mon", "tue"], ["tue"], []]


def small_brief(seed: int):
    """A random list of six firms, two or three options and a random choice of rules and criteria."""
    rng = np.random.default_rng([seed, 5])
    n = 6
    firms = pl.DataFrame(
        {
            "firm": [f"f{i}" for i in range(n)],
            "role": rng.choice(ROLES, n).tolist(),
            "product": rng.choice(PRODUCTS, n).tolist(),
            "skill": [None if rng.random() < 0.2 else int(rng.integers(1, 6)) for _ in range(n)],
            "slots": [SLOTS[rng.integers(0, 4)] for _ in range(n)],
            "x_km": rng.uniform(0, 30, n),
            "y_km": [None if rng.random() < 0.1 else float(rng.uniform(0, 30)) for _ in range(n)],
        },
        schema_overrides={
            "role": pl.String,
            "product": pl.String,
            "skill": pl.Int64,
            "slots": pl.List(pl.String),
        },
    )
    options = pl.DataFrame(
        {
            "option": ["p", "q"],
            "theme": ["jeans", "frocks"],
            "x_km": [8.0, 22.0],
            "y_km": [8.0, 22.0],
            "copies": [int(rng.integers(1, 3)), 1],
        }
    )
    rules = [
        {"rule": "reach", "km": 22},
        {"rule": "theme", "column": "product", "closeness": {"jeans": {"frocks": 0.4}}},
        {"rule": "quota", "code": "mentors", "column": "role", "is": "mentor", "least": 1},
        {"rule": "quota", "code": "skilled", "column": "skill", "from": 3, "least_share": 0.4},
        {"rule": "quota", "code": "low", "column": "skill", "to": 2, "most_share": 0.5, "points": 13},
        {"rule": "quota", "code": "many", "column": "role", "is": "mentee", "most": 1, "points": 7},
        {"rule": "mean", "column": "skill", "least": 2.5, "most": 4},
        {"rule": "rivals", "columns": ["product", "role"], "most": 1},
        {"rule": "common", "column": "slots", "least": 1},
        {"rule": "not_alone", "code": "alone", "column": "role", "is": "mentee"},
        {"rule": "even_sizes", "most_difference": 1},
    ]
    criteria = [
        {"criterion": "theme", "column": "product", "points": 40, "closeness": {"jeans": {"frocks": 0.4}}},
        {"criterion": "travel", "points": 10, "reach_km": 22},
        {"criterion": "linked", "points": 15},
        {"criterion": "same", "column": "skill", "points": 9},
        {"criterion": "variety", "column": "product", "points": 11, "most": 2},
    ]
    pick = lambda items, share: [x for x in items if rng.random() < share]  # noqa: E731
    recipe = {
        "circle": {"least": 2, "most": 4},
        "waiting": {"points": int(rng.integers(0, 60))},
        "rules": pick(rules, 0.35),
        "criteria": pick(criteria, 0.7),
    }
    if rng.random() < 0.3:
        recipe["circles"] = {"least": 1, "most": 2}
    pairs = [(f"f{a}", f"f{b}") for a in range(n) for b in range(a)]
    chosen = [pairs[k] for k in rng.permutation(len(pairs))[:4]]
    return firms, options, recipe, {"apart": chosen[:2], "together": chosen[2:3], "ties": chosen[1:]}


def plain_points(firms, options, recipe, pairs, seats):
    """Points of a seating (firm → circle or None), or ``None`` if a hard rule is broken; straight from the page."""
    rows = {r["firm"]: r for r in firms.to_dicts()}
    place = {o["option"]: o for o in options.to_dicts()}
    circles: dict = {}
    for firm, at in seats.items():
        if at is not None:
            circles.setdefault(at, []).append(firm)
    waiting = sum(at is None for at in seats.values())
    total = -recipe["waiting"]["points"] * waiting
    limits = recipe.get("circles")
    if limits and not limits["least"] <= len(circles) <= limits["most"]:
        return None
    sizes = [len(c) for c in circles.values()]
    if any(not 2 <= s <= 4 for s in sizes):
        return None
    for a, b in pairs["apart"]:
        if seats[a] is not None and seats[a] == seats[b]:
            return None
    if any(seats[a] != seats[b] for a, b in pairs["together"]):
        return None
    for rule in recipe["rules"]:
        if rule["rule"] == "even_sizes" and sizes and max(sizes) - min(sizes) > 1:
            return None
    for (name, _), members in circles.items():
        here = [rows[f] for f in members]
        for rule in recipe["rules"]:
            lost = plain_rule(rule, here, place[name])
            if lost and rule.get("points") is None:
                return None
            total -= (rule.get("points") or 0) * lost
        for c in recipe["criteria"]:
            total += plain_criterion(c, here, place[name], pairs["ties"])
    return total


def km(row, place):
    if row["x_km"] is None or row["y_km"] is None:
        return None
    return ((row["x_km"] - place["x_km"]) ** 2 + (row["y_km"] - place["y_km"]) ** 2) ** 0.5


def closeness(table, row, place):
    if row["product"] is None:
        return None
    return 1.0 if row["product"] == place["theme"] else table.get(place["theme"], {}).get(row["product"], 0.0)


def plain_rule(rule, here, place):
    """By how much a rule is broken in one circle; 0 if it is kept."""
    kind, n = rule["rule"], len(here)
    if kind == "reach":
        return sum(km(r, place) is None or km(r, place) > rule["km"] for r in here)
    if kind == "theme":
        return sum(not (closeness(rule["closeness"], r, place) or 0) > 0 for r in here)
    if kind in ("quota", "not_alone"):
        sure = possible = 0
        for r in here:
            v = r[rule["column"]]
            if v is None:
                possible += 1
            elif ("is" in rule and v == rule["is"]) or (
                "is" not in rule and rule.get("from", -99) <= v <= rule.get("to", 99)
            ):
                sure, possible = sure + 1, possible + 1
        if kind == "not_alone":
            return int(sure == 1)
        short = 0
        short += max(0, rule.get("least", 0) - sure)
        short += max(0, int(np.ceil(rule.get("least_share", 0) * n - sure - 1e-9)))
        if "most" in rule:
            short += max(0, possible - rule["most"])
        if "most_share" in rule:
            short += max(0, int(np.ceil(possible - rule["most_share"] * n - 1e-9)))
        return short
    if kind == "mean":
        known = [r["skill"] for r in here if r["skill"] is not None]
        return int(bool(known) and not rule["least"] <= sum(known) / len(known) <= rule["most"])
    if kind == "rivals":
        keys = [(r["product"], r["role"]) for r in here if r["product"] is not None and r["role"] is not None]
        return len(keys) - len(set(keys))
    if kind == "common":
        return int(not set.intersection(*(set(r["slots"] or []) for r in here)))
    return 0


def plain_criterion(c, here, place, ties):
    if c["criterion"] == "theme":
        return sum(int(40 * (closeness(c["closeness"], r, place) or 0) + 0.5) for r in here)
    if c["criterion"] == "travel":
        return sum(int(10 * max(0, 1 - km(r, place) / 22) + 0.5) for r in here if km(r, place) is not None)
    names = {r["firm"] for r in here}
    if c["criterion"] == "linked":
        return 15 * sum(any(f in t and len(set(t) & names) == 2 for t in ties) for f in names)
    if c["criterion"] == "same":
        known = [r["skill"] for r in here if r["skill"] is not None]
        return 9 * max((known.count(v) for v in known), default=0)
    return 11 * min(2, len({r["product"] for r in here} - {None}))


def every_seating(firms, options):
    names = firms["firm"].to_list()
    circles = [(o["option"], k) for o in options.to_dicts() for k in range(o["copies"])]
    for seats in product([None, *circles], repeat=len(names)):
        yield dict(zip(names, seats, strict=True))


@pytest.mark.parametrize("seed", range(24))
def test_no_seating_is_better(seed):
    firms, options, recipe, pairs = small_brief(seed)
    values = (plain_points(firms, options, recipe, pairs, s) for s in every_seating(firms, options))
    best = max((v for v in values if v is not None), default=None)
    plan = grouping.form_circles(firms, options, recipe, **pairs, gap=0, time_limit=20)
    if best is None:
        assert plan.status == "none"
        assert plan.clash.rules
    else:
        assert plan.status == "optimal"
        assert plan.points == best
        assert plan.bound == best
